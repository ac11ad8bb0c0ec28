import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildPicture } from '../../../src/renderer/features/graph/picture/build-picture.ts';
import {
  chooseVisible,
  type Choices,
  noChoices,
  toShown,
  type Visible,
} from '../../../src/renderer/features/graph/picture/choose-visible.ts';
import { ROOT_SPAN } from '../../../src/shared/model/ids.ts';
import type { Span } from '../../../src/shared/model/span.ts';
import { prompt, span } from '../trace-fixture.ts';
import { eventMap, randomTrace, spanMap } from './random-trace.ts';

/** `turns` turns of `steps` model calls each; every one uses a tool of its own. */
function session(turns: number, steps: number, more: readonly Span[] = []) {
  const spans = [span({ id: ROOT_SPAN }), ...more];
  const events = [];
  for (let turn = 1; turn <= turns; turn += 1) {
    events.push(prompt(turn, turn * 1000));
    for (let step = 0; step < steps; step += 1) {
      const startUs = turn * 1000 + step + 1;
      const id = `l${turn}-${step}`;
      spans.push(span({ id, turn, startUs }));
      spans.push(span({ id: `c${turn}-${step}`, parentId: id, kind: 'tool', name: `tool ${step}`, startUs }));
    }
  }
  return buildPicture(spanMap({ spans, events }), eventMap({ spans, events }));
}

const choose = (id: string, open: boolean, selected: string | null = null): Choices => ({
  all: null,
  nodes: new Map([[id, { open, selected }]]),
});
const stateOf = (visible: Visible, id: string) => visible.nodes.get(id)?.children;

describe('chooseVisible', () => {
  it('shows all of a small session', () => {
    const picture = session(3, 10);
    const visible = chooseVisible(picture, noChoices, null, undefined);
    expect(visible.nodes.size).toBe(picture.byId.size);
    expect(visible).toMatchObject({ withheld: 0, hiddenSpans: 0 });
  });

  it('closes all turns but the last one of a big session', () => {
    // 1 root, 20 turns, 20 spans a turn.
    const visible = chooseVisible(session(20, 10), noChoices, null, undefined);
    expect(visible.nodes.size).toBe(1 + 20 + 20);
    expect(stateOf(visible, 't:19')).toBe('closed');
    expect(stateOf(visible, 't:20')).toBe('open');
    expect(visible.hiddenSpans).toBe(19 * 20);
  });

  it('opens what the user opens and closes what the user closes', () => {
    const picture = session(20, 10);
    expect(stateOf(chooseVisible(picture, choose('t:3', true), null, undefined), 't:3')).toBe('open');
    expect(stateOf(chooseVisible(picture, choose('t:20', false), null, undefined), 't:20')).toBe('closed');
  });

  it('opens all, and closes all down to the turns', () => {
    const picture = session(20, 10);
    const opened = chooseVisible(picture, { all: 'open', nodes: new Map() }, null, undefined);
    expect(opened.nodes.size).toBe(1 + 20 + 400);
    const closed = chooseVisible(picture, { all: 'closed', nodes: new Map() }, null, toShown(opened));
    expect(closed.nodes.size).toBe(1 + 20);
  });

  it('begins with big subagents closed and small ones open', () => {
    const subagent = (id: string, size: number) => [
      span({ id, parentId: 'c20-0', kind: 'agent', startUs: 20_000 }),
      ...Array.from({ length: size }, (_, i) =>
        span({ id: `${id}-${i}`, parentId: id, threadId: id, startUs: 20_001 }),
      ),
    ];
    const picture = session(20, 10, [...subagent('big', 30), ...subagent('small', 5)]);
    const visible = chooseVisible(picture, noChoices, null, undefined);
    expect(stateOf(visible, 's:big')).toBe('closed');
    expect(stateOf(visible, 's:small')).toBe('open');
  });

  it('opens the way to what is selected, until the user closes it', () => {
    const picture = session(20, 10);
    const selected = 's:c3-4';
    const opened = chooseVisible(picture, noChoices, selected, undefined);
    expect(opened.nodes.has(selected)).toBe(true);
    expect(opened.selectedId).toBe(selected);
    const closed = chooseVisible(picture, choose('t:3', false, selected), selected, toShown(opened));
    expect(closed.nodes.has(selected)).toBe(false);
    expect(closed.selectedId).toBe('t:3');
    const elsewhere = chooseVisible(picture, choose('t:3', false, selected), 's:l3-5', toShown(closed));
    expect(elsewhere.nodes.has('s:l3-5')).toBe(true);
  });

  it('leaves what is open open when the session grows, and opens the new turn', () => {
    const before = chooseVisible(session(2, 60), noChoices, null, undefined);
    expect(stateOf(before, 't:1')).toBe('open');
    const after = chooseVisible(session(3, 60), noChoices, null, toShown(before));
    expect([...before.nodes.keys()].filter(id => !after.nodes.has(id))).toEqual([]);
    expect(stateOf(after, 't:3')).toBe('open');
  });

  it('opens a span when its first child comes', () => {
    const at = (spans: readonly Span[]) => buildPicture(spanMap({ spans, events: [] }), new Map());
    const spans = [span({ id: ROOT_SPAN }), span({ id: 'a' })];
    const before = chooseVisible(at(spans), noChoices, null, undefined);
    const after = chooseVisible(at([...spans, span({ id: 'b', parentId: 'a' })]), noChoices, null, toShown(before));
    expect(after.nodes.has('s:b')).toBe(true);
  });

  it('never refuses: what does not fit stays closed, is counted, and opens on demand', () => {
    const picture = session(100, 25);
    const all = chooseVisible(picture, { all: 'open', nodes: new Map() }, null, undefined);
    expect(all.nodes.size).toBeLessThanOrEqual(2000);
    expect(all.nodes.size).toBeGreaterThan(1900);
    expect(all.withheld).toBeGreaterThan(0);
    const shownSpans = [...all.nodes.values()].filter(({ node }) => node.kind === 'span').length;
    expect(shownSpans + all.hiddenSpans).toBe(1 + 100 * 25 * 2);
    expect(stateOf(all, 't:1')).toBe('closed');
    const chosen = chooseVisible(picture, { ...choose('t:1', true), all: 'open' }, null, toShown(all));
    expect(stateOf(chosen, 't:1')).toBe('open');
    expect(chosen.nodes.size).toBeLessThanOrEqual(2000);
  });

  it('shows or counts every span exactly once, whatever is open', () => {
    fc.assert(
      fc.property(randomTrace(600), fc.array(fc.nat()), fc.integer({ min: 20, max: 400 }), (trace, picks, limit) => {
        const picture = buildPicture(spanMap(trace), eventMap(trace));
        const ids = [...picture.byId.keys()];
        const nodes = new Map(
          picks.map(pick => [ids[pick % ids.length] ?? '', { open: pick % 3 > 0, selected: null }]),
        );
        const visible = chooseVisible(picture, { all: null, nodes }, null, undefined, limit);
        let spans = visible.hiddenSpans;
        for (const { node, parentId } of visible.nodes.values()) {
          if (node.kind === 'span') spans += 1;
          expect(parentId === null ? 'open' : visible.nodes.get(parentId)?.children).toBe('open');
        }
        expect(spans).toBe(trace.spans.length);
        expect(visible.nodes.size).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 60 },
    );
  });
});
