// What something cost, by the API's public prices, and how that is known.

import { z } from 'zod';

/**
 * API value: what the responses would cost at the vendors' list prices, or what the log states that they cost. Whoever has
 * a subscription does not pay it.
 */
export const costSchema = z.object({
  /** Nano-dollars (10^-9 USD). Null: not known. */
  nanoUsd: z.int().nullable(),
  /** It was this much or more: some tokens, prices or responses are not known in full. */
  atLeast: z.boolean(),
  /** Model responses that were counted. */
  responses: z.int(),
  /** Those of them without a price: not in the sum. */
  unpriced: z.int(),
  /** Those of them whose cost the log states; the others' is made from tokens and prices. */
  reported: z.int(),
});
export type Cost = z.infer<typeof costSchema>;

/** Of what has no usage: nothing to make a cost of. */
export const noCost: Cost = { nanoUsd: null, atLeast: false, responses: 0, unpriced: 0, reported: 0 };
