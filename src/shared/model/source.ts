// Where records come from, and how reading them goes.

import { z } from 'zod';
import { sourceIdSchema } from './ids.ts';

/** 'found': a default place. 'added': by the user's hand. 'opened': a file or folder opened or dropped. */
export const sourceOrigins = ['found', 'added', 'opened'] as const;

export const sourceStates = ['watching', 'missing', 'empty', 'unreadable'] as const;

export const sourceSchema = z.object({
  id: sourceIdSchema,
  /** A format of sourceFormats, or 'auto': each file is told by its content. */
  format: z.string(),
  label: z.string(),
  path: z.string(),
  origin: z.enum(sourceOrigins),
  state: z.enum(sourceStates),
  /** Why it is not 'watching', in words; null where it is. */
  reason: z.string().nullable(),
  files: z.int(),
  bytes: z.number(),
  sessions: z.int(),
  rejected: z.int(),
  /** Files that no parser claimed. */
  unrecognised: z.int(),
});
export type Source = z.infer<typeof sourceSchema>;

/** Record types that no parser knows, by type: kept, counted, shown. */
export const unknownTypesSchema = z.record(z.string(), z.int());

export const fileSchema = z.object({
  id: z.int(),
  sourceId: sourceIdSchema,
  path: z.string(),
  parser: z.string().nullable(),
  bytes: z.number(),
  readBytes: z.number(),
  lines: z.int(),
  records: z.int(),
  rejected: z.int(),
  unknownTypes: unknownTypesSchema,
  state: z.enum(['reading', 'current', 'gone', 'unreadable', 'unrecognised']),
  reason: z.string().nullable(),
});
export type RecordedFile = z.infer<typeof fileSchema>;
