// Random traces for properties: any tree, any kinds, times that may be missing, wrong or all the same.

import fc from 'fast-check';
import { ROOT_SPAN, type SpanId } from '../../../src/shared/model/ids.ts';
import type { SessionEvent, Span, SpanKind } from '../../../src/shared/model/span.ts';
import { prompt, span } from '../trace-fixture.ts';

export interface RandomTrace {
  readonly spans: readonly Span[];
  readonly events: readonly SessionEvent[];
}

const draft = fc.record({
  kind: fc.constantFrom<SpanKind>('agent', 'llm', 'tool', 'tool', 'phase'),
  /** Parent: so many spans before this one; beyond the first it is the root, below 0 it comes later or is missing. */
  back: fc.integer({ min: -3, max: 12 }),
  step: fc.integer({ min: 0, max: 3_000_000 }),
  length: fc.option(fc.integer({ min: 0, max: 9_000_000 })),
  name: fc.constantFrom('Read', 'Bash', 'Edit'),
  hasTime: fc.integer({ min: 0, max: 9 }).map(value => value > 0),
  promptBefore: fc.integer({ min: 0, max: 12 }).map(value => value === 0),
});

/** A trace whose spans come in order of time, most with a parent before them; some parents come later, some never. */
export function randomTrace(maxLength: number): fc.Arbitrary<RandomTrace> {
  return fc.array(draft, { maxLength, size: 'max' }).map(drafts => {
    const events: SessionEvent[] = [];
    const spans: Span[] = [span({ id: ROOT_SPAN, endUs: null, status: 'open' })];
    let atUs = 0;
    drafts.forEach((one, index) => {
      atUs += one.step;
      if (one.promptBefore) events.push(prompt(events.length + 1, atUs));
      const parent = index - one.back;
      const parentId = one.back === 0 || parent < 0 ? ROOT_SPAN : `n${parent}`;
      const atRoot = parentId === ROOT_SPAN;
      spans.push(
        span({
          id: `n${index}`,
          parentId,
          kind: one.kind,
          name: one.name,
          turn: atRoot ? events.length : null,
          startUs: one.hasTime ? atUs : null,
          endUs: one.length === null ? null : atUs + one.length,
          status: one.length === null ? 'open' : 'ok',
          order: index + 1,
        }),
      );
    });
    return { spans, events };
  });
}

export function spanMap(trace: RandomTrace): Map<SpanId, Span> {
  return new Map(trace.spans.map(one => [one.id, one]));
}

export function eventMap(trace: RandomTrace): Map<string, SessionEvent> {
  return new Map(trace.events.map(one => [one.id, one]));
}
