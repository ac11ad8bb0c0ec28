// What one start of Playhead says to another of the same data folder, and what it gets back.

import { z } from 'zod';

/** What a start asks to see. Paths are absolute. */
export const openRequestSchema = z.object({
  project: z.string().exactOptional(),
  sessionId: z.string().exactOptional(),
  files: z.array(z.string()),
});

export const instanceMessageSchema = z.discriminatedUnion('kind', [
  /** Show this; the window comes to the front. */
  z.object({ kind: z.literal('open'), request: openRequestSchema }),
  /** Say what was read, once everything there has been. */
  z.object({ kind: z.literal('report'), maxSkipped: z.int() }),
]);
export type RunningMessage = z.infer<typeof instanceMessageSchema>;

/** The answer to 'open'. A desktop window has no address. */
export const openAnswerSchema = z.object({
  url: z.string().nullable(),
  port: z.int().nullable(),
  pid: z.int(),
  sessionId: z.string().nullable(),
});
export type OpenAnswer = z.infer<typeof openAnswerSchema>;

/** The answer to 'report': what was read of the sources in use, and what was not. */
export const indexReportSchema = z.object({
  files: z.int(),
  bytes: z.number(),
  lines: z.int(),
  records: z.int(),
  sessions: z.int(),
  spans: z.int(),
  /** Records that could not be read and files that could not be taken (line 0); the first of them. */
  skipped: z.array(z.object({ file: z.string(), line: z.int(), reason: z.string() })),
  skippedCount: z.int(),
  unknownTypes: z.record(z.string(), z.int()),
});
