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

/** As people read it: '$12.34', '≥ $0.082', 'unknown'; empty where no usage is recorded. */
export function costText({ nanoUsd, atLeast, responses }: Cost): string {
  if (nanoUsd === null) return responses === 0 ? '' : 'unknown';
  return `${atLeast ? '≥ ' : ''}${usdText(nanoUsd)}`;
}

/** $0, $0.0012, $0.082, $0.42, $12.34, $1,234: cents, and more digits where cents would say nothing. */
export function usdText(nanoUsd: number): string {
  const usd = nanoUsd / 1e9;
  if (usd === 0) return '$0';
  if (usd < 0.0001) return '< $0.0001';
  const digits = usd < 0.01 ? 4 : usd < 0.1 ? 3 : usd < 1000 ? 2 : 0;
  return `$${usd.toFixed(digits).replace(/\B(?=(\d{3})+$)/g, digits === 0 ? ',' : '')}`;
}

/** Of what has no usage: nothing to make a cost of. */
export const noCost: Cost = { nanoUsd: null, atLeast: false, responses: 0, unpriced: 0, reported: 0 };
