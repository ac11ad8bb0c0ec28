// Token counts as Codex writes them, and what they are in our way of counting.

import { asCount, isObject } from '../../../shared/base/json.ts';
import type { Usage } from '../../../shared/model/usage.ts';

/** `input` includes what was cached, `output` the reasoning. Of one response, or a thread's running total. */
export type Counter = {
  readonly input: number;
  readonly cached: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
};

export const nothing: Counter = { input: 0, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 };

/** `{input_tokens, cached_input_tokens, ...}`; undefined for what is no object. */
export function readCounter(value: unknown): Counter | undefined {
  if (!isObject(value)) return undefined;
  return {
    input: asCount(value['input_tokens']),
    cached: asCount(value['cached_input_tokens']),
    cacheWrite: asCount(value['cache_write_input_tokens']),
    output: asCount(value['output_tokens']),
    reasoning: asCount(value['reasoning_output_tokens']),
  };
}

export function addCounters(a: Counter, b: Counter): Counter {
  return {
    input: a.input + b.input,
    cached: a.cached + b.cached,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    output: a.output + b.output,
    reasoning: a.reasoning + b.reasoning,
  };
}

/** Field by field, not below 0. */
export function subtractCounters(a: Counter, b: Counter): Counter {
  return {
    input: Math.max(0, a.input - b.input),
    cached: Math.max(0, a.cached - b.cached),
    cacheWrite: Math.max(0, a.cacheWrite - b.cacheWrite),
    output: Math.max(0, a.output - b.output),
    reasoning: Math.max(0, a.reasoning - b.reasoning),
  };
}

export function sameCounter(a: Counter, b: Counter): boolean {
  return a.input === b.input && a.cached === b.cached && a.cacheWrite === b.cacheWrite && a.output === b.output;
}

/** The total that Codex shows. */
export function tokensOf(counter: Counter): number {
  return counter.input + counter.output;
}

export function isNothing(counter: Counter): boolean {
  return tokensOf(counter) === 0;
}

export function toUsage(counter: Counter): Usage {
  const cacheRead = Math.min(counter.cached, counter.input);
  const cacheCreation = Math.min(counter.cacheWrite, counter.input - cacheRead);
  return {
    input: counter.input - cacheRead - cacheCreation,
    output: counter.output,
    cacheRead,
    cacheCreation,
    cacheCreation1h: 0,
    reasoning: Math.min(counter.reasoning, counter.output),
  };
}
