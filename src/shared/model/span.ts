// A unit of work with start, end and parent. One tree per session, rooted in the span ROOT_SPAN.

import { z } from 'zod';
import { recordIdSchema, spanIdSchema } from './ids.ts';
import { provenances, usageSchema } from './usage.ts';

export const spanKinds = ['agent', 'llm', 'tool', 'phase'] as const;
export type SpanKind = (typeof spanKinds)[number];

/** 'open': begun, no end seen (running, or cut off: the session's age tells). */
export const spanStatuses = ['unknown', 'open', 'ok', 'aborted', 'error'] as const;
export type SpanStatus = (typeof spanStatuses)[number];

/** 'orphan': its parent is not recorded (yet); it hangs below the root and is marked. */
export const spanLinks = ['root', 'linked', 'orphan'] as const;
export type SpanLink = (typeof spanLinks)[number];

/** What the graph and lists need of a span; bodies are asked for apart. */
export const spanSchema = z.object({
  id: spanIdSchema,
  parentId: spanIdSchema.nullable(),
  link: z.enum(spanLinks),
  kind: z.enum(spanKinds),
  name: z.string(),
  /** The agent span whose conversation this is part of; ROOT_SPAN for the main one. */
  threadId: spanIdSchema,
  /** Number of the turn, from 1; 0 before the first prompt; null inside subagents (take the ancestor's). */
  turn: z.int().nullable(),
  startUs: z.number().nullable(),
  endUs: z.number().nullable(),
  status: z.enum(spanStatuses),
  model: z.string().nullable(),
  usage: usageSchema.nullable(),
  usageProvenance: z.enum(provenances),
  /** False: the same response is counted elsewhere (a resumed or forked copy, an aggregate over children). */
  counted: z.boolean(),
  /** A short line about it: a command, a path, the first words. */
  summary: z.string().nullable(),
  /** Grows with time; says nothing else. Orders siblings of equal start. */
  order: z.number(),
  revision: z.int(),
});
export type Span = z.infer<typeof spanSchema>;

/** Where a record stands. `line` counts physical lines from 1; offsets are bytes. */
export const recordPlaceSchema = z.object({
  recordId: recordIdSchema,
  role: z.string(),
  path: z.string(),
  line: z.int(),
  offset: z.number(),
  length: z.number(),
  type: z.string(),
});
export type RecordPlace = z.infer<typeof recordPlaceSchema>;

export const eventKinds = [
  'prompt',
  'compaction',
  'error',
  'notice',
  'permission',
  'checkpoint',
  'file-change',
  'rejected',
  'unknown',
] as const;
export type EventKind = (typeof eventKinds)[number];

/** A point in time on a session. */
export const sessionEventSchema = z.object({
  id: z.string(),
  kind: z.enum(eventKinds),
  name: z.string(),
  atUs: z.number().nullable(),
  spanId: spanIdSchema.nullable(),
  threadId: spanIdSchema,
  /** For prompts of the main thread: their number, from 1. */
  turn: z.int().nullable(),
  summary: z.string().nullable(),
  recordId: recordIdSchema.nullable(),
  order: z.number(),
  revision: z.int(),
});
export type SessionEvent = z.infer<typeof sessionEventSchema>;
