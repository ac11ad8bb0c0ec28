import { z } from 'zod';
import { costSchema } from '../model/cost.ts';
import { sessionIdSchema } from '../model/ids.ts';
import { usageSchema } from '../model/usage.ts';
import { query } from './define.ts';

export const usageGroups = ['day', 'month', 'model', 'project', 'agent', 'session'] as const;
export type UsageGroup = (typeof usageGroups)[number];

const amountsSchema = z.object({
  /** Counted model responses. */
  responses: z.int(),
  usage: usageSchema,
  cost: costSchema,
});
export type UsageAmounts = z.infer<typeof amountsSchema>;

const rowSchema = amountsSchema.extend({
  /** A date, a month ('2026-03'), a model as logs name it, a project, an agent, a session's id; 'unknown' where it is not known. */
  key: z.string(),
  /** By model, where it was asked for; the most expensive first. */
  models: z.array(amountsSchema.extend({ key: z.string() })),
  /** Of rows by session. */
  session: z
    .object({
      id: sessionIdSchema,
      title: z.string(),
      project: z.string(),
      agent: z.string(),
      updateUs: z.number().nullable(),
    })
    .nullable(),
});
export type UsageRow = z.infer<typeof rowSchema>;

export const usage = {
  /**
   * Counted usage and its API value. Days and months in their order, everything else the most expensive first. Rows add up
   * to the total, exactly. Fails with 'bad-input' for a time zone or a date that does not exist.
   */
  report: query({
    input: z.object({
      by: z.enum(usageGroups),
      /** Each row by model, too. */
      withModels: z.boolean().default(false),
      /** First and last day, as clocks in the time zone show it. */
      since: z.iso.date().nullable().default(null),
      until: z.iso.date().nullable().default(null),
      /** IANA name; that of the computer where Playhead runs when null. */
      timezone: z.string().max(100).nullable().default(null),
      /** Only of this model, project, agent, these sessions. */
      model: z.string().nullable().default(null),
      project: z.string().nullable().default(null),
      agent: z.string().nullable().default(null),
      sessionIds: z.array(sessionIdSchema).max(10_000).nullable().default(null),
    }),
    output: z.object({
      rows: z.array(rowSchema),
      total: amountsSchema,
      timezone: z.string(),
      revision: z.int(),
      prices: z.object({
        /** The day of the price list that came with Playhead, and what it was made of. */
        asOf: z.string(),
        sources: z.array(z.string()),
        /** The user's own list: models in it, and what is wrong with the file (null: nothing). */
        ownPath: z.string(),
        ownModels: z.int(),
        problem: z.string().nullable(),
      }),
    }),
  }),
};
