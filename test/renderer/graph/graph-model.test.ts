import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  GraphModel,
  type GraphMemory,
  type GraphPicture,
  type GraphTrace,
} from '../../../src/renderer/features/graph/graph-model.ts';
import type { LayoutClient } from '../../../src/renderer/features/graph/layout/layout-client.ts';
import { answerLayout, Layout, type Point } from '../../../src/renderer/features/graph/layout/layout.ts';
import { noChoices } from '../../../src/renderer/features/graph/picture/choose-visible.ts';
import { PlayheadError } from '../../../src/shared/base/errors.ts';
import { ROOT_SPAN } from '../../../src/shared/model/ids.ts';
import type { Span } from '../../../src/shared/model/span.ts';
import { prompt, span } from '../trace-fixture.ts';
import { eventMap, randomTrace, spanMap } from './random-trace.ts';

/** The worker's work on this thread, a task later. */
class NearLayout implements LayoutClient {
  private layout = new Layout();
  requests = 0;
  failure: PlayheadError | undefined;

  async place(request: Parameters<LayoutClient['place']>[0]): Promise<Float64Array> {
    this.requests += 1;
    await new Promise(resolve => setTimeout(resolve));
    if (this.failure) throw this.failure;
    if (request.fresh) this.layout = new Layout();
    return answerLayout(this.layout, { sequence: 0, ...request }).places;
  }

  dispose(): void {}
}

function makeModel() {
  const memory: GraphMemory = { choices: noChoices, shown: undefined, pins: new Map() };
  const layout = new NearLayout();
  return { model: new GraphModel(layout, memory), layout, memory };
}

/** `turns` turns of `steps` model calls, each with a tool of its own name. */
function session(turns: number, steps: number): GraphTrace {
  const spans: Span[] = [span({ id: ROOT_SPAN, endUs: null, status: 'open' })];
  const events = [];
  for (let turn = 1; turn <= turns; turn += 1) {
    events.push(prompt(turn, turn * 1e6));
    for (let step = 0; step < steps; step += 1) {
      const startUs = turn * 1e6 + (step + 1) * 10;
      spans.push(span({ id: `l${turn}-${step}`, turn, startUs }));
      const parentId = `l${turn}-${step}`;
      spans.push(span({ id: `c${turn}-${step}`, parentId, kind: 'tool', name: `t${step}`, startUs: startUs + 1 }));
    }
  }
  return { spans: spanMap({ spans, events }), events: eventMap({ spans, events }) };
}

/** The next picture of which `isIt` holds. */
function until(model: GraphModel, isIt: (picture: GraphPicture) => boolean): Promise<GraphPicture> {
  return new Promise(resolve => {
    const look = () => {
      const picture = model.snapshot();
      if (!picture || !isIt(picture)) return;
      listening.dispose();
      resolve(picture);
    };
    const listening = model.onChange(look);
    look();
  });
}

/** Shows a trace and waits for its picture. */
function shown(model: GraphModel, trace: GraphTrace, selected: string | null = null): Promise<GraphPicture> {
  const before = model.snapshot();
  model.show(trace, selected);
  return until(model, picture => picture !== before && picture.picture.root.totals.spans === trace.spans.size);
}

const placesOf = (picture: { readonly mounted: ReadonlyMap<string, { readonly at: Point }> }) =>
  new Map([...picture.mounted].map(([id, { at }]) => [id, at]));

describe('GraphModel', () => {
  it('gives every visible node a place', async () => {
    const { model } = makeModel();
    const picture = await shown(model, session(3, 4));
    expect(picture.mounted.size).toBe(1 + 3 + 24);
    expect(new Set([...placesOf(picture).values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(28);
    expect(picture.newestId).toBe('s:c3-3');
  });

  it('lets new spans join without moving those that stand, whatever the trace', async () => {
    // Parents that come later, or never, are hung up elsewhere: that is the next test.
    const known = randomTrace(90).filter(
      ({ spans }) => spans.length > 2 && spans.every((one, at) => isKnown(spans.slice(0, at), one)),
    );
    await fc.assert(
      fc.asyncProperty(known, async trace => {
        const { model } = makeModel();
        const whole = { spans: spanMap(trace), events: eventMap(trace) };
        let places = new Map<string, Point>();
        for (let count = 1; count <= trace.spans.length; count += 1 + Math.floor(trace.spans.length / 6)) {
          const some = { spans: new Map([...whole.spans].slice(0, count)), events: whole.events };
          const picture = await shown(model, some);
          const now = placesOf(picture);
          expect(picture.relaid).toBe(count === 1);
          for (const [id, at] of places) expect(now.get(id)).toEqual(at);
          places = now;
        }
      }),
      { numRuns: 25 },
    );
  });

  it('moves nothing when a subagent starts a subagent of its own', async () => {
    const { model } = makeModel();
    const root = span({ id: ROOT_SPAN, endUs: null, status: 'open' });
    const first = span({ id: 'first', kind: 'agent', endUs: null, status: 'open' });
    const second = span({ id: 'second', parentId: 'first', kind: 'agent', startUs: 20 });
    const before = placesOf(
      await shown(model, { spans: spanMap({ spans: [root, first], events: [] }), events: new Map() }),
    );
    const after = await shown(model, {
      spans: spanMap({ spans: [root, first, second], events: [] }),
      events: new Map(),
    });
    expect(after.relaid).toBe(false);
    expect(placesOf(after)).toEqual(new Map([...before, ['s:second', expect.anything()]]));
  });

  it('lays out anew when a span turns out to belong elsewhere', async () => {
    const { model } = makeModel();
    const root = span({ id: ROOT_SPAN });
    const lost = span({ id: 'lost', parentId: 'late', startUs: 5 });
    const late = span({ id: 'late', startUs: 4 });
    const trace = (...spans: Span[]) => ({ spans: spanMap({ spans, events: [] }), events: new Map() });
    const before = await shown(model, trace(root, lost));
    expect(before.mounted.get('s:lost')).toMatchObject({ parentId: 's:session', appearance: { orphan: true } });
    const after = await shown(model, trace(root, lost, late));
    expect(after.mounted.get('s:lost')).toMatchObject({ parentId: 's:late', appearance: { orphan: false } });
    expect(after.relaid).toBe(true);
  });

  it('makes room for a group that is opened, and leaves what began before it in place', async () => {
    const { model } = makeModel();
    const trace = session(20, 10);
    const before = await shown(model, trace);
    model.setOpen('t:5', true);
    const after = await until(model, ({ visible }) => visible.nodes.has('s:l5-0'));
    expect(after.relaid).toBe(true);
    for (const id of ['s:session', 't:1', 't:4', 't:5']) {
      expect(after.mounted.get(id)?.at).toEqual(before.mounted.get(id)?.at);
    }
    const lastOfFive = after.mounted.get('s:c5-9')?.at.x ?? Number.NaN;
    expect(after.mounted.get('t:6')?.at.x).toBeGreaterThan(lastOfFive);
  });

  it('leaves a dragged node where it was put, until the graph is tidied up', async () => {
    const { model } = makeModel();
    const first = await shown(model, session(20, 10));
    const own = first.mounted.get('t:7')?.at;
    model.pin('t:7', { x: 1, y: 999 });
    expect(model.snapshot()?.mounted.get('t:7')?.at).toEqual({ x: 1, y: 999 });
    model.setOpen('t:2', true);
    await until(model, ({ visible }) => visible.nodes.has('s:l2-0'));
    expect(model.snapshot()?.mounted.get('t:7')?.at).toEqual({ x: 1, y: 999 });
    model.setOpen('t:2', false);
    model.tidy();
    await vi.waitFor(() => expect(model.snapshot()?.mounted.get('t:7')?.at).toEqual(own));
  });

  it('remembers what was open and dragged for when the session is shown again', async () => {
    const { model, memory } = makeModel();
    const trace = session(20, 10);
    await shown(model, trace);
    model.setOpen('t:2', true);
    await until(model, ({ visible }) => visible.nodes.has('s:l2-0'));
    model.pin('t:7', { x: 1, y: 999 });
    model.dispose();
    const again = await shown(new GraphModel(new NearLayout(), memory), trace);
    expect(again.visible.nodes.has('s:l2-0')).toBe(true);
    expect(again.mounted.get('t:7')?.at).toEqual({ x: 1, y: 999 });
  });

  it('asks for one layout at a time, however often the trace changes meanwhile', async () => {
    const { model, layout } = makeModel();
    for (let steps = 1; steps <= 30; steps += 1) model.show(session(1, steps), null);
    await until(model, ({ mounted }) => mounted.size === 2 + 60);
    expect(layout.requests).toBe(2);
  });

  it('says when the layout failed, keeps what is shown, and recovers', async () => {
    const { model, layout } = makeModel();
    await shown(model, session(1, 2));
    layout.failure = new PlayheadError('internal', 'The layout worker failed.');
    model.show(session(1, 3), null);
    await vi.waitFor(() => expect(model.error()?.message).toBe('The layout worker failed.'));
    expect(model.snapshot()?.mounted.size).toBe(2 + 4);
    layout.failure = undefined;
    model.show(session(1, 4), null);
    await until(model, ({ mounted }) => mounted.size === 2 + 8);
    expect(model.error()).toBe(undefined);
  });

  it('closes all groups, also the one around the selection', async () => {
    const { model } = makeModel();
    await shown(model, session(20, 10), 's:c3-3');
    expect(model.snapshot()?.visible.selectedId).toBe('s:c3-3');
    model.setAll('closed');
    await until(model, ({ mounted }) => mounted.size === 21);
    expect(model.snapshot()?.visible.selectedId).toBe('t:3');
  });
});

function isKnown(earlier: readonly Span[], one: Span): boolean {
  return one.parentId === null || earlier.some(({ id }) => id === one.parentId);
}
