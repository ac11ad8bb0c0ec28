import { z } from 'zod';
import { sessionIdSchema, spanIdSchema } from '../model/ids.ts';
import { sessionSchema } from '../model/session.ts';
import { nothing, push, query } from './define.ts';
import { conversationEntrySchema } from './trace.ts';

/** How far the full-text index is. Entries are prompts, answers, thinking, tool calls with their results, errors. */
export const searchStatusSchema = z.object({
  /** Entries that are in the index, and how many there are. */
  indexed: z.int(),
  total: z.int(),
  /** True while nothing is waiting to be taken in. */
  complete: z.boolean(),
  /** Why the index cannot be used, in words; null where it can. */
  failed: z.string().nullable(),
});
export type SearchStatus = z.infer<typeof searchStatusSchema>;

export const searchHitSchema = z.object({
  entryId: z.string(),
  threadId: spanIdSchema,
  spanId: spanIdSchema.nullable(),
  eventId: z.string().nullable(),
  kind: conversationEntrySchema.shape.kind,
  /** Name of the tool that was called. */
  tool: z.string().nullable(),
  failed: z.boolean(),
  atUs: z.number().nullable(),
  /** A line of the text around what was found; hostile like all recorded text. */
  snippet: z.string(),
  /** What was found in it: [start, end) in UTF-16 units, ascending, apart from each other. */
  ranges: z.array(z.tuple([z.int(), z.int()])),
});
export type SearchHit = z.infer<typeof searchHitSchema>;

export const searchGroupSchema = z.object({
  session: sessionSchema,
  hits: z.array(searchHitSchema),
  /** There were more in this session than `perSession`. */
  more: z.boolean(),
});
export type SearchGroup = z.infer<typeof searchGroupSchema>;

const asked = {
  /** Words and operators: see src/shared/model/search-query.ts. */
  text: z.string().max(1000),
  /** The last word may not be whole yet: it finds what begins so. */
  typing: z.boolean().default(false),
  /** Only in this session. */
  sessionId: sessionIdSchema.nullable().default(null),
};

export const search = {
  /**
   * Entries that fit, by session; sessions and hits with the newest first, or with the best of the newest 1,000 first.
   * Looks in the index only; `scan` looks in what is not there yet. `next` goes on behind the last hit (newest only).
   */
  query: query({
    input: z.object({
      ...asked,
      order: z.enum(['newest', 'relevance']).default('newest'),
      after: z.int().nullable().default(null),
      limit: z.int().min(1).max(500).default(50),
      perSession: z.int().min(1).max(500).default(500),
    }),
    output: z.object({
      groups: z.array(searchGroupSchema),
      next: z.int().nullable(),
      status: searchStatusSchema,
    }),
  }),
  /** How many entries in the index fit. */
  count: query({ input: z.object(asked), output: z.object({ total: z.int() }) }),
  /** The same question to what is not in the index yet: reads archived text, newest sessions first, for a limited time. */
  scan: query({
    input: z.object({ ...asked, limit: z.int().min(1).max(500).default(50) }),
    output: z.object({
      groups: z.array(searchGroupSchema),
      /** Entries looked through, of those that wait. */
      scanned: z.int(),
      waiting: z.int(),
    }),
  }),
  status: query({ input: nothing, output: searchStatusSchema }),
  /** The index is further than before, or complete. */
  progressed: push({ payload: searchStatusSchema }),
};
