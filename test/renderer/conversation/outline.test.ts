// The outline of a conversation as it changes: whatever came in between, it is what a full load gives.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mergeOutline,
  type OutlineChange,
  type OutlineEntry,
} from '../../../src/renderer/features/conversation/list/outline.ts';
import type { SpanId } from '../../../src/shared/model/ids.ts';

function entry(id: string, more: Partial<OutlineEntry> = {}): OutlineEntry {
  return { id, kind: 'answer', spanId: null, eventId: null, turn: null, order: 0, place: 0, revision: 1, ...more };
}

const a = entry('a', { order: 64, place: 1 });
const b = entry('b', { order: 128, place: 2 });
const c = entry('c', { order: 192, place: 3 });

function merge(before: readonly OutlineEntry[], change: Partial<OutlineChange>): readonly OutlineEntry[] {
  return mergeOutline(before, { entries: [], elsewhere: [], whole: false, ...change });
}

describe('an outline', () => {
  it('stays the same object when nothing changed', () => {
    const before = [a, b];
    expect(merge(before, {})).toBe(before);
    expect(merge(before, { entries: [{ ...b }], elsewhere: ['of another thread'] })).toBe(before);
    expect(merge(before, { entries: [{ ...a }, { ...b }], whole: true })).toBe(before);
  });

  it('takes what came at its end', () => expect(merge([a, b], { entries: [c] })).toEqual([a, b, c]));

  it('takes a late entry in its place', () => expect(merge([a, c], { entries: [b] })).toEqual([a, b, c]));

  it('takes a result into the call that it completes, and leaves the objects of the others', () => {
    const before = [a, b, c];
    const after = merge(before, { entries: [{ ...b, kind: 'tool', revision: 2 }] });
    expect(after).toEqual([a, { ...b, kind: 'tool', revision: 2 }, c]);
    expect([after[0] === a, after[2] === c]).toEqual([true, true]);
  });

  it('moves an entry whose place is told anew', () => {
    expect(merge([a, b, c], { entries: [{ ...a, order: 150, revision: 2 }] }).map(({ id }) => id)).toEqual([
      'b',
      'a',
      'c',
    ]);
  });

  it('lets go of an entry that went to another thread', () =>
    expect(merge([a, b, c], { elsewhere: ['b'] })).toEqual([a, c]));

  it('lets go of what a whole answer does not hold', () => {
    const after = merge([a, b, c], { entries: [{ ...a }, { ...c }], whole: true });
    expect(after).toEqual([a, c]);
    expect(after[0]).toBe(a);
  });

  it('puts the one that was recorded first before another of the same order', () => {
    const twins = [entry('y', { place: 7 }), entry('x', { place: 9 })];
    expect(merge([], { entries: twins.toReversed() })).toEqual(twins);
    expect(merge(twins.slice(1), { entries: twins.slice(0, 1) })).toEqual(twins);
  });
});

/** What happens to a session's entries, each under a revision of its own or under one with others. */
type Step =
  | { readonly do: 'write'; readonly id: number; readonly thread: 0 | 1; readonly order: number }
  | { readonly do: 'complete'; readonly id: number }
  | { readonly do: 'begin-turn'; readonly id: number; readonly turn: number }
  | { readonly do: 'remove'; readonly id: number }
  | { readonly do: 'commit' }
  | { readonly do: 'ask' };

const id = fc.nat(12);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      id,
      thread: fc.constantFrom(0, 1),
      order: fc.integer({ min: -3, max: 6 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('complete' as const), id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('begin-turn' as const), id, turn: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), id }) },
  { weight: 3, arbitrary: fc.constant({ do: 'commit' as const }) },
  { weight: 3, arbitrary: fc.constant({ do: 'ask' as const }) },
);

/** A store that answers as the contract says, and nothing else: plain filters over plain rows. */
class Rows {
  private readonly rows = new Map<number, OutlineEntry & { readonly thread: 0 | 1 }>();
  private nextPlace = 1;
  private resetAt = 0;
  revision = 1;

  apply(at: Exclude<Step, { do: 'ask' }>): void {
    if (at.do === 'commit') {
      this.revision += 1;
      return;
    }
    // What is written now is committed with the next revision.
    const revision = this.revision + 1;
    const known = this.rows.get(at.id);
    if (at.do === 'write') {
      const place = known?.place ?? this.nextPlace++;
      const fresh = entry(`e${at.id}`, { order: at.order, place, revision });
      this.rows.set(at.id, { ...known, ...fresh, thread: at.thread });
    } else if (known && at.do === 'complete')
      this.rows.set(at.id, { ...known, kind: 'tool', spanId: `s${revision}` as SpanId, revision });
    else if (known && at.do === 'begin-turn') this.rows.set(at.id, { ...known, turn: at.turn, revision });
    else if (at.do === 'remove' && this.rows.delete(at.id)) this.resetAt = revision;
  }

  ask(since: number | null): { readonly revision: number; readonly change: OutlineChange } {
    const whole = since === null || this.resetAt > since;
    const changed = [...this.rows.values()].filter(({ revision }) => whole || revision > since);
    return {
      revision: this.revision,
      change: {
        whole,
        entries: changed.filter(({ thread }) => thread === 0).map(({ thread: _thread, ...row }) => row),
        elsewhere: whole ? [] : changed.filter(({ thread }) => thread !== 0).map(row => row.id),
      },
    };
  }
}

describe('a window that asks now and then', () => {
  it('has what a full load gives, whatever happened and whenever it asked', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const rows = new Rows();
        let since: number | null = null;
        let shown: readonly OutlineEntry[] = [];
        const ask = () => {
          rows.apply({ do: 'commit' });
          const { revision, change } = rows.ask(since);
          const before = shown;
          const objects = new Set(before);
          shown = mergeOutline(before, change);
          since = revision;
          const full = [...rows.ask(null).change.entries].sort((x, y) => x.order - y.order || x.place - y.place);
          expect(shown).toEqual(full);
          // What is equal to what was shown before is the same object.
          for (const one of shown)
            expect(objects.has(one)).toBe(before.some(old => JSON.stringify(old) === JSON.stringify(one)));
        };
        for (const one of steps) {
          if (one.do === 'ask') ask();
          else rows.apply(one);
        }
        ask();
      }),
      { numRuns: 500 },
    );
  });
});
