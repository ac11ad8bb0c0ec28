import { expect, it } from 'vitest';
import { stepFrom, type Step } from '../../../src/renderer/features/graph/graph-keys.ts';
import { placeOf, selectedNodeId } from '../../../src/renderer/features/graph/graph-selection.ts';
import { buildPicture } from '../../../src/renderer/features/graph/picture/build-picture.ts';
import { chooseVisible } from '../../../src/renderer/features/graph/picture/choose-visible.ts';
import { ROOT_SPAN, type SpanId } from '../../../src/shared/model/ids.ts';
import { prompt, span } from '../trace-fixture.ts';
import { eventMap, spanMap } from './random-trace.ts';

const trace = {
  spans: [
    span({ id: ROOT_SPAN }),
    span({ id: 'a', turn: 1, startUs: 11 }),
    span({ id: 'tool', parentId: 'a', kind: 'tool', startUs: 12 }),
    span({ id: 'b', turn: 1, startUs: 13 }),
  ],
  events: [prompt(1, 10), prompt(2, 20)],
};
const picture = buildPicture(spanMap(trace), eventMap(trace));
const visible = chooseVisible(
  picture,
  { all: null, nodes: new Map([['t:2', { open: false, selected: null }]]) },
  null,
  undefined,
);

it.each<[string | null, Step, string]>([
  ['s:a', 'parent', 't:1'],
  ['s:a', 'child', 's:tool'],
  ['s:a', 'after', 's:b'],
  ['s:b', 'before', 's:a'],
  ['t:1', 'after', 't:2'],
  ['s:b', 'root', 's:session'],
  ['s:b', 'after', 's:b'],
  ['s:session', 'parent', 's:session'],
  ['s:tool', 'child', 's:tool'],
  [null, 'child', 's:session'],
  ['s:gone', 'after', 's:session'],
])('steps from %s to its %s: %s', (from, step, to) => {
  expect(stepFrom(visible, picture.root.id, from, step)).toBe(to);
});

it('finds the node that stands for what is selected', () => {
  const events = eventMap(trace);
  const at = (spanId: string | null, eventId: string | null) =>
    selectedNodeId({ spanId: spanId as SpanId | null, eventId }, events);
  expect(at('a', null)).toBe('s:a');
  expect(at(null, 'prompt-2')).toBe('t:2');
  expect(at(null, 'unheard of')).toBe(null);
  expect(at(null, null)).toBe(null);
  const compaction = { ...prompt(1, 5), id: 'c', kind: 'compaction' as const, turn: null };
  expect(selectedNodeId({ spanId: null, eventId: 'c' }, new Map([['c', compaction]]))).toBe(null);
  const failed = { ...compaction, spanId: 'b' as SpanId };
  expect(selectedNodeId({ spanId: null, eventId: 'c' }, new Map([['c', failed]]))).toBe('s:b');
});

it('selects spans and prompts everywhere, and groups only in the graph', () => {
  const place = (id: string) => {
    const node = picture.byId.get(id);
    return node && placeOf(node);
  };
  expect(place('s:a')).toEqual({ spanId: 'a' });
  expect(place('t:1')).toEqual({ eventId: 'prompt-1' });
  const nameless = buildPicture(spanMap({ spans: [span({ id: 'x', turn: 3 })], events: [] }), new Map());
  const turn = nameless.byId.get('t:3');
  expect(turn && placeOf(turn)).toBe(null);
});
