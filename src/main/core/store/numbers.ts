// Numbers as the store's columns take them: logs may hold anything, and one number too large must not stop a file.

import type { Usage } from '../../../shared/model/usage.ts';

/** A whole number that survives being stored and read; undefined for what is none. */
export function integer(value: number | null | undefined): number | undefined {
  if (value === null || value === undefined) return undefined;
  const rounded = Math.round(value);
  return Number.isSafeInteger(rounded) ? rounded : undefined;
}

/** A place in an order: the value, or `otherwise` where it is no number. */
export function place(value: number | undefined, otherwise: number): number {
  return value !== undefined && Number.isFinite(value) ? value : otherwise;
}

/** Counts of tokens; what cannot be one counts as none. */
export function wholeUsage(usage: Usage): Usage {
  const count = (value: number) => Math.max(0, integer(value) ?? 0);
  return {
    input: count(usage.input),
    output: count(usage.output),
    cacheRead: count(usage.cacheRead),
    cacheCreation: count(usage.cacheCreation),
    cacheCreation1h: count(usage.cacheCreation1h),
    reasoning: count(usage.reasoning),
  };
}
