import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildPicture } from '../../../src/renderer/features/graph/picture/build-picture.ts';
import { chooseVisible, noChoices, toShown } from '../../../src/renderer/features/graph/picture/choose-visible.ts';
import type { Picture, PictureNode } from '../../../src/renderer/features/graph/picture/picture-node.ts';
import { ROOT_SPAN, type SpanId } from '../../../src/shared/model/ids.ts';
import type { SessionEvent, Span } from '../../../src/shared/model/span.ts';
import { prompt, span } from '../trace-fixture.ts';
import { eventMap, randomTrace, spanMap } from './random-trace.ts';

const usage = { input: 10, output: 5, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0, reasoning: 0 };

function picture(spans: readonly Span[], events: readonly SessionEvent[] = []): Picture {
  return buildPicture(spanMap({ spans, events }), eventMap({ spans, events }));
}

/** The picture as nested ids. */
function outline(node: PictureNode): unknown {
  return node.children.length === 0 ? node.id : [node.id, ...node.children.map(outline)];
}

/** Span ids in the tree, each as often as it stands there. */
function spansIn(node: PictureNode): SpanId[] {
  const own = node.kind === 'span' ? [node.span.id] : [];
  return [...own, ...node.children.flatMap(spansIn)];
}

/** A turn of `steps` model calls that each use one tool. */
function turnSpans(turn: number, steps: number, tool: (step: number) => string): Span[] {
  return Array.from({ length: steps }, (_, step) => {
    const startUs = turn * 1e9 + step * 10;
    const id = `${turn}-${step}`;
    return [
      span({ id: `l${id}`, turn, startUs, usage }),
      span({ id: `c${id}`, parentId: `l${id}`, kind: 'tool', name: tool(step), startUs: startUs + 1 }),
    ];
  }).flat();
}

describe('buildPicture', () => {
  it('hangs the spans of the main thread below the prompts that they answer', () => {
    const { root } = picture(
      [
        span({ id: ROOT_SPAN }),
        span({ id: 'before', turn: 0, startUs: 1 }),
        span({ id: 'a', turn: 1, startUs: 11 }),
        span({ id: 'tool', parentId: 'a', kind: 'tool', startUs: 12 }),
        span({ id: 'b', turn: 2, startUs: 21 }),
      ],
      [prompt(1, 10), prompt(2, 20)],
    );
    expect(outline(root)).toEqual(['s:session', 's:before', ['t:1', ['s:a', 's:tool']], ['t:2', 's:b']]);
  });

  it('shows a turn whose prompt is not recorded, and a prompt that has no answer yet', () => {
    const { root, lastTurn } = picture(
      [span({ id: ROOT_SPAN }), span({ id: 'a', turn: 1, startUs: 5 })],
      [prompt(2, 9)],
    );
    expect(outline(root)).toEqual(['s:session', ['t:1', 's:a'], 't:2']);
    expect(lastTurn?.turn).toBe(2);
  });

  it('stands in for a root that is not recorded', () => {
    const { root } = picture([span({ id: 'a', startUs: 5 })]);
    expect(outline(root)).toEqual(['s:session', 's:a']);
    expect(root.atUs).toBe(5);
  });

  it('hangs what has no recorded parent below the root and marks it', () => {
    const { byId } = picture([span({ id: ROOT_SPAN }), span({ id: 'lost', parentId: 'nowhere' })]);
    expect(byId.get('s:lost')).toMatchObject({ orphan: true, parent: { id: 's:session' } });
  });

  it('cuts a circle of parents at its first span', () => {
    const { root } = picture([
      span({ id: ROOT_SPAN }),
      span({ id: 'x', parentId: 'a' }),
      span({ id: 'a', parentId: 'b' }),
      span({ id: 'b', parentId: 'a' }),
      span({ id: 'self', parentId: 'self', order: 1 }),
    ]);
    expect(outline(root)).toEqual(['s:session', ['s:a', 's:b', 's:x'], 's:self']);
  });

  it('orders siblings by time, and puts those without a time after what stands before them in the file', () => {
    const { root } = picture([
      span({ id: ROOT_SPAN }),
      span({ id: 'late', startUs: 90, order: 1 }),
      span({ id: 'early', startUs: 10, order: 2 }),
      span({ id: 'timeless', startUs: null, order: 3 }),
      span({ id: 'middle', startUs: 50, order: 4 }),
    ]);
    expect(outline(root)).toEqual(['s:session', 's:early', 's:timeless', 's:middle', 's:late']);
  });

  it('sums up kinds, errors, running spans and the tokens that count', () => {
    const { byId } = picture(
      [
        span({ id: ROOT_SPAN }),
        span({ id: 'a', turn: 1, startUs: 10, endUs: 20, usage }),
        span({ id: 'copy', turn: 1, startUs: 15, endUs: 30, usage, counted: false }),
        span({ id: 't', parentId: 'a', kind: 'tool', startUs: 16, endUs: 90, status: 'error' }),
        span({ id: 'sub', parentId: 't', kind: 'agent', startUs: 17, endUs: null, status: 'open' }),
      ],
      [prompt(1, 9)],
    );
    expect(byId.get('t:1')?.totals).toEqual({
      spans: 4,
      llm: 2,
      tool: 1,
      agent: 1,
      errors: 1,
      open: 1,
      tokens: 15,
      startUs: 9,
      endUs: 90,
    });
  });

  it('does not group what is small', () => {
    const { root, grouped } = picture([span({ id: ROOT_SPAN }), ...turnSpans(1, 20, () => 'Read')], [prompt(1, 1e9)]);
    expect(grouped).toBe(false);
    expect(root.children[0]?.children).toHaveLength(20);
  });

  it('groups runs of one tool where it is big, and leaves the rest in place', () => {
    // 1 root + 1 turn + 2 * 150 spans = 302 nodes. Steps 0-4 and 15-149 use other tools in turn, 5-14 read.
    const tools = (step: number) => (step >= 5 && step < 15 ? 'Read' : step % 2 === 0 ? 'Bash' : 'Edit');
    const { byId, grouped } = picture([span({ id: ROOT_SPAN }), ...turnSpans(1, 150, tools)], [prompt(1, 1e9)]);
    expect(grouped).toBe(true);
    const run = byId.get('r:s:l1-5');
    expect(run).toMatchObject({ kind: 'run', tool: 'Read', parent: { kind: 'part', from: 1, to: 50 } });
    expect(run?.children).toHaveLength(10);
    expect(run?.totals).toMatchObject({ spans: 20, llm: 10, tool: 10, tokens: 150 });
    expect(run?.parent?.children.map(node => node.id).slice(4, 7)).toEqual(['s:l1-4', 'r:s:l1-5', 's:l1-15']);
  });

  it('cuts long lists into parts of fifty and leaves the rest by itself', () => {
    const spans = Array.from({ length: 333 }, (_, i) => span({ id: `n${i}`, startUs: i }));
    const { root } = picture([span({ id: ROOT_SPAN }), ...spans]);
    // 6 parts of 50, and 33 of their own.
    expect(root.children).toHaveLength(39);
    expect(root.children[5]).toMatchObject({ kind: 'part', from: 251, to: 300 });
    expect(root.children[6]?.id).toBe('s:n300');
  });

  it('cuts parts of parts where a list is very long', () => {
    const spans = Array.from({ length: 20_000 }, (_, i) => span({ id: `n${i}`, startUs: i }));
    const { root, byId } = picture([span({ id: ROOT_SPAN }), ...spans]);
    expect(root.children).toHaveLength(8);
    expect(root.children[1]).toMatchObject({ kind: 'part', from: 2501, to: 5000 });
    expect(byId.get('s:n19999')?.depth).toBe(3);
  });

  it('never groups what was on screen apart, and lets what comes next join the group that was there', () => {
    const steps = turnSpans(1, 200, step => (step >= 150 ? 'Read' : step % 2 === 0 ? 'Bash' : 'Edit'));
    const events = eventMap({ spans: [], events: [prompt(1, 1e9)] });
    const at = (count: number) => spanMap({ spans: [span({ id: ROOT_SPAN }), ...steps.slice(0, count)], events: [] });
    // 1 + 1 + 2 * 153: 3 of the reads are on screen, apart.
    const before = buildPicture(at(306), events);
    const shown = toShown(chooseVisible(before, { all: 'open', nodes: new Map() }, null, undefined));
    const after = buildPicture(at(400), events, shown);
    expect(after.byId.get('s:l1-152')?.parent?.id).toBe('t:1');
    expect(after.byId.get('r:s:l1-153')?.children).toHaveLength(47);
    const later = buildPicture(at(400), events, toShown(chooseVisible(after, noChoices, null, shown)));
    expect([...later.byId.keys()].toSorted()).toEqual([...after.byId.keys()].toSorted());
  });

  it('holds every span exactly once below the root, whatever the trace', () => {
    fc.assert(
      fc.property(randomTrace(700), fc.boolean(), (trace, again) => {
        const first = buildPicture(spanMap(trace), eventMap(trace));
        const shown = again ? toShown(chooseVisible(first, noChoices, null, undefined)) : undefined;
        const { root, byId } = buildPicture(spanMap(trace), eventMap(trace), shown);
        expect(spansIn(root).toSorted()).toEqual(trace.spans.map(one => one.id).toSorted());
        for (const node of byId.values()) {
          expect(node.children.every(child => child.parent === node && child.atUs >= node.atUs)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});
