import { z } from 'zod';
import { contentBlockSchema } from '../model/content.ts';
import { costSchema } from '../model/cost.ts';
import { recordIdSchema, sessionIdSchema, spanIdSchema } from '../model/ids.ts';
import { recordPlaceSchema, sessionEventSchema, spanSchema } from '../model/span.ts';
import { query } from './define.ts';

export const trace = {
  /**
   * The spans and events of a session, in order of start; with `since`, only those that changed after that revision.
   * `reset`: rows were removed since then, so start over from this answer (which then holds everything).
   */
  spans: query({
    input: z.object({ sessionId: sessionIdSchema, since: z.int().nullable().default(null) }),
    output: z.object({
      revision: z.int(),
      reset: z.boolean(),
      spans: z.array(spanSchema),
      events: z.array(sessionEventSchema),
    }),
  }),
  /** Everything known of one span: its content, attributes, and the records that it was read from. Fails with 'not-found'. */
  span: query({
    input: z.object({ sessionId: sessionIdSchema, spanId: spanIdSchema }),
    output: z.object({
      span: spanSchema,
      /** Of a counted model response; absent elsewhere. */
      cost: costSchema.exactOptional(),
      attrs: z.record(z.string(), z.unknown()),
      blocks: z.array(contentBlockSchema),
      records: z.array(recordPlaceSchema),
    }),
  }),
  /** Everything known of one event. Fails with 'not-found'. */
  event: query({
    input: z.object({ sessionId: sessionIdSchema, eventId: z.string().max(2000) }),
    output: z.object({
      event: sessionEventSchema,
      attrs: z.record(z.string(), z.unknown()),
      blocks: z.array(contentBlockSchema),
      records: z.array(recordPlaceSchema),
    }),
  }),
};

export const conversationEntrySchema = z.object({
  id: z.string(),
  kind: z.enum(['prompt', 'system', 'answer', 'thinking', 'tool', 'error', 'compaction', 'notice']),
  spanId: spanIdSchema.nullable(),
  eventId: z.string().nullable(),
  atUs: z.number().nullable(),
  /** The body, and for a tool its result when it is there. Long texts are cut; their parts say by how much. */
  blocks: z.array(contentBlockSchema),
  recordId: recordIdSchema.nullable(),
  /** A subagent that this tool call started. */
  subagent: spanIdSchema.nullable(),
});
export type ConversationEntry = z.infer<typeof conversationEntrySchema>;

export const conversation = {
  /**
   * The conversation's table of contents: the entries of a thread, without their content, by `order` and then `place`;
   * with `since`, only those that changed after that revision. `elsewhere`: ids of entries that changed since and stand in
   * other threads now; who has one of them here lets go of it. `reset`: rows were removed since then, so start over from
   * this answer (which then holds everything).
   */
  outline: query({
    input: z.object({
      sessionId: sessionIdSchema,
      threadId: spanIdSchema,
      since: z.int().nullable().default(null),
    }),
    output: z.object({
      revision: z.int(),
      reset: z.boolean(),
      entries: z.array(
        z.object({
          id: z.string(),
          kind: conversationEntrySchema.shape.kind,
          spanId: spanIdSchema.nullable(),
          eventId: z.string().nullable(),
          /** The number of the turn that its prompt begins; null for all others: they stand in the turn before them. */
          turn: z.int().nullable(),
          /** Grows along the conversation; says nothing else. */
          order: z.number(),
          /** Tells entries of equal order apart: the one that was recorded first stands first. Never changes. */
          place: z.int(),
          revision: z.int(),
        }),
      ),
      elsewhere: z.array(z.string()),
    }),
  }),
  /** The content of some entries (at most 100), by id; those that are gone are left out. */
  entries: query({
    input: z.object({
      sessionId: sessionIdSchema,
      threadId: spanIdSchema,
      ids: z.array(z.string().max(2000)).min(1).max(100),
    }),
    output: z.object({ entries: z.array(conversationEntrySchema) }),
  }),
};

export const rawRecordSchema = z.object({
  recordId: recordIdSchema,
  path: z.string(),
  line: z.int(),
  offset: z.number(),
  length: z.number(),
  type: z.string(),
  known: z.boolean(),
  /** Why it could not be read; null where it could. */
  rejected: z.string().nullable(),
  atUs: z.number().nullable(),
  /** The same record stands in an earlier file (resume, fork). */
  copy: z.boolean(),
  spanId: spanIdSchema.nullable(),
});
export type RawRecord = z.infer<typeof rawRecordSchema>;

export const records = {
  /** The records of a session in the order of files and lines, by place in that order. */
  list: query({
    input: z.object({
      sessionId: sessionIdSchema,
      from: z.int().nonnegative().default(0),
      limit: z.int().min(1).max(500).default(200),
    }),
    output: z.object({ records: z.array(rawRecordSchema), total: z.int(), revision: z.int() }),
  }),
  /** Place of a record in that order. Fails with 'not-found'. */
  indexOf: query({
    input: z.object({ sessionId: sessionIdSchema, recordId: recordIdSchema }),
    output: z.object({ index: z.int() }),
  }),
  /**
   * The raw text of one record as it was written, from its archived bytes; invalid UTF-8 shows as U+FFFD.
   * At most `limit` bytes from `from`. Fails with 'not-found', 'unreadable'.
   */
  read: query({
    input: z.object({
      recordId: recordIdSchema,
      from: z.int().nonnegative().default(0),
      limit: z.int().min(1).max(4_000_000).default(1_000_000),
    }),
    output: z.object({ text: z.string(), totalBytes: z.int() }),
  }),
};
