// Tokens of one model response, in one way of counting for all agents (DESIGN: usage).

import { z } from 'zod';

export const usageSchema = z.object({
  /** Read neither from a cache nor written to one. */
  input: z.int().nonnegative(),
  /** Everything generated, reasoning included. */
  output: z.int().nonnegative(),
  cacheRead: z.int().nonnegative(),
  /** Written to a cache, 5-minute and 1-hour together. */
  cacheCreation: z.int().nonnegative(),
  /** The part of cacheCreation that was written for an hour. */
  cacheCreation1h: z.int().nonnegative(),
  /** The part of output that is reasoning, where it is told. */
  reasoning: z.int().nonnegative(),
});
export type Usage = z.infer<typeof usageSchema>;

export const noUsage: Usage = { input: 0, output: 0, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0, reasoning: 0 };

/** How a number or a state is known. */
export const provenances = ['reported', 'computed', 'estimated', 'unknown'] as const;
export type Provenance = (typeof provenances)[number];

export function totalTokens(usage: Usage): number {
  return usage.input + usage.output + usage.cacheRead + usage.cacheCreation;
}

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheCreation: a.cacheCreation + b.cacheCreation,
    cacheCreation1h: a.cacheCreation1h + b.cacheCreation1h,
    reasoning: a.reasoning + b.reasoning,
  };
}
