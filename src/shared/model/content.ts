// What people read of a record: prompts, answers, thinking, tool calls and results. Made on demand from the raw
// record by its parser; never stored. All of it is hostile text: shown as text or sanitised Markdown, never as markup.

import { z } from 'zod';

const textPartSchema = z.object({
  kind: z.literal('text'),
  text: z.string(),
  /** Characters left out here; ask for the record. */ cut: z.int().optional(),
});
const imagePartSchema = z.object({ kind: z.literal('image'), mediaType: z.string(), base64: z.string() });
const jsonPartSchema = z.object({ kind: z.literal('json'), value: z.unknown() });
const filePartSchema = z.object({ kind: z.literal('file'), name: z.string(), note: z.string().optional() });
export const partSchema = z.discriminatedUnion('kind', [
  textPartSchema,
  imagePartSchema,
  jsonPartSchema,
  filePartSchema,
]);
export type Part = z.infer<typeof partSchema>;

export const hunkSchema = z.object({
  oldStart: z.int(),
  oldLines: z.int(),
  newStart: z.int(),
  newLines: z.int(),
  /** Each with its mark: ' ', '+' or '-'. */
  lines: z.array(z.string()),
});
export const fileDiffSchema = z.object({
  path: z.string(),
  change: z.enum(['create', 'update', 'delete', 'rename']),
  hunks: z.array(hunkSchema),
});
export type Hunk = z.infer<typeof hunkSchema>;
export type FileDiff = z.infer<typeof fileDiffSchema>;

export const contentBlockSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('prompt'), parts: z.array(partSchema) }),
  z.object({ kind: z.literal('system'), title: z.string(), parts: z.array(partSchema) }),
  /** Markdown. */
  z.object({ kind: z.literal('answer'), parts: z.array(partSchema) }),
  /** hidden: the model thought, the text was not recorded. */
  z.object({ kind: z.literal('thinking'), text: z.string(), hidden: z.boolean() }),
  z.object({
    kind: z.literal('tool-call'),
    callId: z.string(),
    name: z.string(),
    input: z.unknown(),
    /** The shell command, where the tool runs one. */
    command: z.string().optional(),
    diffs: z.array(fileDiffSchema).optional(),
  }),
  z.object({
    kind: z.literal('tool-result'),
    callId: z.string(),
    isError: z.boolean(),
    parts: z.array(partSchema),
    exitCode: z.int().optional(),
    diffs: z.array(fileDiffSchema).optional(),
  }),
  z.object({ kind: z.literal('error'), title: z.string(), text: z.string() }),
  z.object({ kind: z.literal('compaction'), title: z.string(), text: z.string() }),
  z.object({ kind: z.literal('notice'), title: z.string(), text: z.string() }),
]);
export type ContentBlock = z.infer<typeof contentBlockSchema>;
export type ContentKind = ContentBlock['kind'];
