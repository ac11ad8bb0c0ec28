// Joins facts by key as the store's writer does (see SpanFact and EntryFact), for tests that ask what a file amounts to.

import type { EntryFact, EventFact, Fact, SpanFact } from '../../src/main/core/parsers/parser.ts';
import type { SpanStatus } from '../../src/shared/model/span.ts';
import { addUsage, noUsage, totalTokens, type Usage } from '../../src/shared/model/usage.ts';

const strength: readonly SpanStatus[] = ['unknown', 'open', 'ok', 'aborted', 'error'];

/** Spans by key. `weak` is left only where no other fact spoke of the span. */
export function joinSpans(facts: readonly Fact[]): ReadonlyMap<string, SpanFact> {
  const firm = new Map<string, SpanFact>();
  const weak = new Map<string, SpanFact>();
  for (const fact of facts) {
    if (fact.kind !== 'span') continue;
    const spans = fact.weak === true ? weak : firm;
    const before = spans.get(fact.key);
    spans.set(fact.key, before === undefined ? fact : joinTwo(before, fact));
  }
  for (const [key, fact] of firm) {
    const { weak: _, ...filling } = weak.get(key) ?? { weak: true };
    weak.set(key, { ...filling, ...fact });
  }
  return weak;
}

/** Distinct model responses that count, by response key, and the sum of their usage. */
export function countedResponses(facts: readonly Fact[]): { readonly count: number; readonly usage: Usage } {
  const responses = new Map<string, Usage>();
  for (const span of joinSpans(facts).values()) {
    if (span.span !== 'llm' || span.counted === false) continue;
    const key = span.responseKey ?? span.key;
    responses.set(key, larger(responses.get(key), span.usage) ?? noUsage);
  }
  return { count: responses.size, usage: [...responses.values()].reduce(addUsage, noUsage) };
}

export function spansOfKind(facts: readonly Fact[], kind: SpanFact['span']): readonly SpanFact[] {
  return [...joinSpans(facts).values()].filter(span => span.span === kind);
}

/** Human prompts of the main thread: events that begin a turn, each key once. */
export function turnPrompts(facts: readonly Fact[]): readonly EventFact[] {
  const prompts = new Map<string, EventFact>();
  for (const fact of facts) if (fact.kind === 'event' && fact.turn === true) prompts.set(fact.key, fact);
  return [...prompts.values()];
}

export function eventsOf(facts: readonly Fact[]): readonly EventFact[] {
  return facts.filter(fact => fact.kind === 'event');
}

export function entriesOf(facts: readonly Fact[]): readonly EntryFact[] {
  return facts.filter(fact => fact.kind === 'entry');
}

function joinTwo(a: SpanFact, b: SpanFact): SpanFact {
  const joined: { -readonly [K in keyof SpanFact]: SpanFact[K] } = { ...a, ...b };
  const startUs = least(a.startUs, b.startUs);
  if (startUs !== undefined) joined.startUs = startUs;
  const endUs = greatest(a.endUs, b.endUs);
  if (endUs !== undefined) joined.endUs = endUs;
  if (a.status !== undefined || b.status !== undefined)
    joined.status = strength[Math.max(rank(a.status), rank(b.status))] ?? 'unknown';
  const usage = larger(a.usage, b.usage);
  if (usage !== undefined) joined.usage = usage;
  if (a.attrs !== undefined || b.attrs !== undefined) joined.attrs = { ...a.attrs, ...b.attrs };
  return joined;
}

function rank(status: SpanStatus | undefined): number {
  return status === undefined ? -1 : strength.indexOf(status);
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

function greatest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b);
}

function larger(a: Usage | undefined, b: Usage | undefined): Usage | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return totalTokens(b) >= totalTokens(a) ? b : a;
}
