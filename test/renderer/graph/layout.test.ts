import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answerLayout,
  Layout,
  type LayoutNode,
  type Point,
} from '../../../src/renderer/features/graph/layout/layout.ts';
import { buildPicture } from '../../../src/renderer/features/graph/picture/build-picture.ts';
import { chooseVisible } from '../../../src/renderer/features/graph/picture/choose-visible.ts';
import { layoutNodesOf } from '../../../src/renderer/features/graph/picture/layout-nodes.ts';
import { eventMap, randomTrace, type RandomTrace, spanMap } from './random-trace.ts';

function node(id: string, parentId: string | null, atUs: number, more: Partial<LayoutNode> = {}): LayoutNode {
  return { id, parentId, atUs, endUs: atUs + 1, left: 50, right: 50, rows: 0, ...more };
}

const nowhere: Point = { x: Number.NaN, y: Number.NaN };

function place(nodes: readonly LayoutNode[]): Map<string, Point> {
  const points = new Layout().append(nodes);
  return new Map(nodes.map(({ id }, index) => [id, points[index] ?? nowhere]));
}

/** Everything that a trace shows when all is open. */
function layoutNodes(trace: RandomTrace): LayoutNode[] {
  const picture = buildPicture(spanMap(trace), eventMap(trace));
  const visible = chooseVisible(picture, { all: 'open', nodes: new Map() }, null, undefined, 100_000);
  return layoutNodesOf(visible);
}

/** Pairs of boxes that share a row and touch. */
function overlaps(nodes: readonly LayoutNode[], points: ReadonlyMap<string, Point>): string[] {
  const found: string[] = [];
  const rows = Map.groupBy(nodes, one => points.get(one.id)?.y);
  for (const row of rows.values()) {
    const boxes = row
      .map(one => ({
        id: one.id,
        from: (points.get(one.id)?.x ?? 0) - one.left,
        to: (points.get(one.id)?.x ?? 0) + one.right,
      }))
      .toSorted((a, b) => a.from - b.from);
    boxes.forEach((box, index) => {
      const next = boxes[index + 1];
      if (next && next.from < box.to) found.push(`${box.id} ${next.id}`);
    });
  }
  return found;
}

describe('Layout', () => {
  it('puts children below their parent, the first straight below, the others right of each other', () => {
    const at = place([
      node('r', null, 0),
      node('a', 'r', 1),
      node('b', 'r', 5),
      node('a1', 'a', 2),
      node('a2', 'a', 3),
    ]);
    expect(at.get('a')).toEqual({ x: at.get('r')?.x, y: 100 });
    expect(at.get('a1')).toEqual({ x: at.get('a')?.x, y: 200 });
    expect(at.get('a2')?.x).toBeGreaterThan(at.get('a1')?.x ?? 0);
    // Time runs left to right: what began after both of them stands right of both, although its own row is free.
    expect(at.get('b')?.x).toBeGreaterThanOrEqual((at.get('a2')?.x ?? 0) + 100);
  });

  it('gives agents that run at once rows of their own, and lets a later one use the rows again', () => {
    const at = place([
      node('r', null, 0, { rows: 3, endUs: null }),
      node('one', 'r', 1, { rows: 3, endUs: 50 }),
      node('two', 'r', 2, { rows: 3, endUs: 60 }),
      node('one-1', 'one', 3),
      node('two-1', 'two', 4),
      node('one-2', 'one', 5),
      node('three', 'r', 70, { rows: 3, endUs: 80 }),
    ]);
    expect(at.get('one')?.y).toBe(100);
    expect(at.get('two')?.y).toBe(400);
    expect(at.get('two-1')?.y).toBe(500);
    expect(at.get('three')?.y).toBe(100);
    expect(at.get('three')?.x).toBeGreaterThan(at.get('one-2')?.x ?? 0);
  });

  it('never lets boxes overlap, nor a child stand left of its parent', () => {
    fc.assert(
      fc.property(randomTrace(500), trace => {
        const nodes = layoutNodes(trace);
        const at = place(nodes);
        expect(overlaps(nodes, at)).toEqual([]);
        for (const { id, parentId } of nodes) {
          const own = at.get(id) ?? nowhere;
          const parent = parentId === null ? { x: 0, y: -1 } : (at.get(parentId) ?? nowhere);
          expect(own.x).toBeGreaterThanOrEqual(parent.x);
          expect(own.y).toBeGreaterThan(parent.y);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps the order of time in each row of a thread', () => {
    const nodes = [node('r', null, 0), ...Array.from({ length: 50 }, (_, i) => node(`n${i}`, 'r', 50 - i))];
    const at = place(nodes);
    const byX = nodes.slice(1).toSorted((a, b) => (at.get(a.id)?.x ?? 0) - (at.get(b.id)?.x ?? 0));
    expect(byX.map(one => one.atUs)).toEqual(byX.map(one => one.atUs).toSorted((a, b) => a - b));
  });

  it('lets time run to the right: what began later never stands left of what began earlier', () => {
    fc.assert(
      fc.property(randomTrace(300), trace => {
        const nodes = layoutNodes(trace);
        const at = place(nodes);
        const inTime = nodes.toSorted((a, b) => a.atUs - b.atUs).map(({ id }) => at.get(id)?.x ?? Number.NaN);
        // Sorting keeps the order of equals: parents before children, as they are placed.
        expect(inTime).toEqual(inTime.toSorted((a, b) => a - b));
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same places whether nodes come at once or one by one in order of time', () => {
    fc.assert(
      fc.property(randomTrace(200), trace => {
        const nodes = layoutNodes(trace);
        const layout = new Layout();
        const inTime = nodes.toSorted((a, b) => a.atUs - b.atUs);
        const oneByOne = new Map(inTime.map(one => [one.id, layout.append([one])[0]]));
        const atOnce = place(nodes);
        for (const { id } of nodes) expect(oneByOne.get(id)).toEqual(atOnce.get(id));
      }),
      { numRuns: 60 },
    );
  });

  it('finds a free place for what comes late, and overlaps nothing that stands', () => {
    fc.assert(
      fc.property(randomTrace(300), fc.infiniteStream(fc.boolean()), (trace, coins) => {
        const nodes = layoutNodes(trace);
        // Any node may come late, but never before its parent.
        const late = new Set<string>();
        for (const one of nodes) {
          if (one.parentId === null) continue;
          if (late.has(one.parentId) || coins.next().value === true) late.add(one.id);
        }
        const layout = new Layout();
        const early = nodes.filter(one => !late.has(one.id));
        const rest = nodes.filter(one => late.has(one.id));
        const at = new Map<string, Point>();
        for (const some of [early, rest]) {
          layout.append(some).forEach((point, index) => at.set(some[index]?.id ?? '', point));
        }
        expect(at.size).toBe(nodes.length);
        expect(overlaps(nodes, at)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('uses rows again when it is told that their agent has ended', () => {
    const start = [node('r', null, 0, { rows: 3, endUs: null }), node('one', 'r', 1, { rows: 3, endUs: null })];
    const three = node('three', 'r', 70, { rows: 3 });
    const running = new Layout();
    running.append(start);
    expect(running.append([three])[0]?.y).toBe(400);
    const ended = new Layout();
    ended.append(start);
    ended.settle('one', 60);
    expect(ended.append([three])[0]?.y).toBe(100);
  });

  it('answers as the worker does: x and y of each node in the order asked', () => {
    const layout = new Layout();
    const nodes = [node('r', null, 0), node('a', 'r', 1)];
    const { sequence, places } = answerLayout(layout, { sequence: 7, fresh: true, nodes, settled: [] });
    expect(sequence).toBe(7);
    expect([...places]).toEqual([0, 0, 0, 100]);
  });

  it('grows about as the number of nodes does', () => {
    const measure = (turns: number) => {
      const nodes = session(turns);
      const times = Array.from({ length: 9 }, () => {
        const begin = performance.now();
        new Layout().append(nodes);
        return performance.now() - begin;
      });
      return Math.min(...times);
    };
    expect(session(60)).toHaveLength(1 + 60 * 85);
    // Ten times the nodes: a square law would take a hundred times as long.
    expect(measure(60) / measure(6)).toBeLessThan(40);
  });
});

/** A turn is its prompt, 22 model calls with a tool each, and two agents with 20 spans behind two of the tools: 85 more. */
function session(turns: number): LayoutNode[] {
  const nodes = [node('r', null, 0, { rows: 3, endUs: null })];
  const add = (parentId: string, more: Partial<LayoutNode> = {}): string => {
    const added = node(`n${nodes.length}`, parentId, nodes.length, more);
    nodes.push(added);
    return added.id;
  };
  for (let turn = 0; turn < turns; turn += 1) {
    const prompt = add('r');
    for (let step = 0; step < 21; step += 1) {
      const tool = add(add(prompt));
      if (step % 10 !== 5) continue;
      const agent = add(tool, { rows: 3, endUs: nodes.length + 20 });
      for (let i = 0; i < 19; i += 1) add(agent);
    }
    add(add(prompt));
  }
  return nodes;
}
