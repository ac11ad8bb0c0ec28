// The conversation's list without a window: what changed, what to load, where to stand.

import { describe, expect, it } from 'vitest';
import {
  ContentCache,
  nextPage,
  PAGE,
  rangeAround,
} from '../../../src/renderer/features/conversation/list/content-cache.ts';
import { firstPosition, followsAfterScroll } from '../../../src/renderer/features/conversation/list/follow.ts';
import { moveOf, turnStart } from '../../../src/renderer/features/conversation/list/keys.ts';
import {
  countUpTo,
  indexOf,
  type OutlineEntry,
  selectedIndex,
  standInIndex,
  turnAt,
  turnBegunAt,
} from '../../../src/renderer/features/conversation/list/outline.ts';
import { threadOf, threadPath } from '../../../src/renderer/features/conversation/threads.ts';
import type { ConversationEntry } from '../../../src/shared/contract/trace.ts';
import { ROOT_SPAN, type SpanId } from '../../../src/shared/model/ids.ts';
import type { SessionEvent, Span } from '../../../src/shared/model/span.ts';
import { span as spanOf } from '../trace-fixture.ts';

const span = (id: string) => id as SpanId;

function entry(id: string, more: Partial<OutlineEntry> = {}): OutlineEntry {
  return { id, kind: 'answer', spanId: null, eventId: null, turn: null, order: 0, place: 0, revision: 1, ...more };
}

function content(id: string, text = ''): ConversationEntry {
  return {
    id,
    kind: 'answer',
    spanId: null,
    eventId: null,
    atUs: null,
    blocks: [{ kind: 'answer', parts: [{ kind: 'text', text }] }],
    recordId: null,
    subagent: null,
  };
}

describe('turns', () => {
  const turns = [null, 1, 1, null, 2, null, 0, 3, 2];
  const entries = turns.map((turn, index) => entry(`e${index}`, { turn }));
  const begun = [undefined, 1, undefined, undefined, 2, undefined, 0, 3, 2];

  it('begin at the first entry of their prompt', () => {
    expect(entries.map((_, index) => turnBegunAt(entries, index))).toEqual(begun);
  });

  it('hold what follows, up to the next one', () => {
    expect(entries.map((_, index) => turnAt(entries, index))).toEqual([null, 1, 1, 1, 2, 2, 0, 3, 2]);
  });

  it('are found before and after an entry', () => {
    expect(turnStart(entries, 0, 1)).toBe(1);
    expect(turnStart(entries, 1, 1)).toBe(4);
    expect(turnStart(entries, 4, 1)).toBe(7);
    expect(turnStart(entries, 8, 1)).toBe(8);
    expect(turnStart(entries, 3, -1)).toBe(1);
    expect(turnStart(entries, 1, -1)).toBe(1);
  });
});

describe('places in an outline', () => {
  const at = (order: number, place: number) => entry(`${order}/${place}`, { order, place });
  const entries = [at(-64, 9), at(0, 3), at(0, 5), at(64.5, 1)];

  it('are told by order, then by who came first', () => {
    expect(entries.map(one => indexOf(entries, one))).toEqual([0, 1, 2, 3]);
    expect(indexOf(entries, at(0, 4))).toBe(-1);
    expect(indexOf(entries, entry('another', { order: 0, place: 3 }))).toBe(-1);
  });

  it('count what stands up to them, whether an entry stands there or not', () => {
    expect(
      [at(-99, 0), at(-64, 9), at(0, 4), at(0, 5), at(7, 7), at(99, 0)].map(one => countUpTo(entries, one)),
    ).toEqual([0, 1, 2, 3, 3, 4]);
  });
});

describe('the entry of a selection', () => {
  const entries = [
    entry('thinking', { spanId: span('llm') }),
    entry('answer', { spanId: span('llm') }),
    entry('prompt', { eventId: 'e1' }),
    entry('loose'),
  ];
  const find = (selection: { spanId?: string; eventId?: string; entryId?: string }) =>
    selectedIndex(entries, {
      spanId: selection.spanId === undefined ? null : span(selection.spanId),
      eventId: selection.eventId ?? null,
      entryId: selection.entryId ?? null,
    });

  it('is the first one of the span', () => expect(find({ spanId: 'llm' })).toBe(0));
  it('is the named one when it belongs to the span', () => expect(find({ spanId: 'llm', entryId: 'answer' })).toBe(1));
  it('is not a named one of another span: the selection was made elsewhere since', () =>
    expect(find({ spanId: 'llm', entryId: 'prompt' })).toBe(0));
  it('is that of the event', () => expect(find({ eventId: 'e1' })).toBe(2));
  it('is the named one when it has neither', () => expect(find({ entryId: 'loose' })).toBe(3));
  it('is none when nothing here belongs to it', () => expect(find({ spanId: 'other' })).toBe(-1));
  it('is none when nothing is selected', () => expect(find({})).toBe(-1));
});

describe('the entry that stands for a span without one', () => {
  const spans = new Map<SpanId, Span>(
    [
      spanOf({ id: ROOT_SPAN }),
      spanOf({ id: 'silent-response' }),
      spanOf({ id: 'tool', kind: 'tool', parentId: 'silent-response' }),
      spanOf({ id: 'subagent', kind: 'agent', parentId: 'tool' }),
      spanOf({ id: 'inner', kind: 'tool', parentId: 'subagent', threadId: 'subagent' }),
      spanOf({ id: 'loop-a', parentId: 'loop-b' }),
      spanOf({ id: 'loop-b', parentId: 'loop-a' }),
    ].map(made => [made.id, made]),
  );
  const entries = [entry('p', { eventId: 'e' }), entry('t', { spanId: span('tool') })];

  it('is the first one below it', () => expect(standInIndex(entries, spans, span('silent-response'))).toBe(1));
  it('is else the nearest one above it', () => {
    expect(standInIndex(entries, spans, span('subagent'))).toBe(1);
    expect(standInIndex(entries, spans, span('inner'))).toBe(1);
  });
  it('is none for the session itself, for a span that is not known, and for spans that go in circles', () => {
    expect(standInIndex(entries, spans, ROOT_SPAN)).toBe(-1);
    expect(standInIndex(entries, spans, span('gone'))).toBe(-1);
    expect(standInIndex(entries, spans, span('loop-a'))).toBe(-1);
  });
});

describe('contents', () => {
  const entries = Array.from({ length: 500 }, (_, index) => entry(`e${index}`));
  const none = () => false;

  it('are asked for from the view outwards, at most a page', () => {
    const page = nextPage(entries, { first: 100, last: 104 }, none);
    expect(page.length).toBe(PAGE);
    expect(page.slice(0, 9).map(({ id }) => id)).toEqual([
      'e100',
      'e101',
      'e102',
      'e103',
      'e104',
      'e105',
      'e99',
      'e106',
      'e98',
    ]);
  });

  it('are asked for no further than some entries beyond the view', () => {
    const all: string[] = [];
    let page = nextPage(entries, { first: 0, last: 4 }, none);
    while (page.length > 0) {
      all.push(...page.map(({ id }) => id));
      page = nextPage(entries, { first: 0, last: 4 }, ({ id }) => all.includes(id));
    }
    const { first, last } = rangeAround({ first: 0, last: 4 }, entries.length);
    expect(all.toSorted()).toEqual(
      entries
        .slice(first, last + 1)
        .map(({ id }) => id)
        .toSorted(),
    );
    expect(last).toBeLessThan(50);
  });

  it('are asked for again when their revision is another, and shown meanwhile', () => {
    const cache = new ContentCache();
    cache.put('e0', 1, content('e0', 'old'));
    expect(cache.has(entry('e0', { revision: 1 }))).toBe(true);
    expect(cache.has(entry('e0', { revision: 2 }))).toBe(false);
    expect(cache.get('e0')).toEqual(content('e0', 'old'));
  });

  it('are let go when there are many, those in use never', () => {
    const cache = new ContentCache({ entries: 10, weight: 1e9 });
    for (let index = 0; index < 30; index += 1) cache.put(`e${index}`, 1, content(`e${index}`));
    cache.trim(entries.slice(0, 3));
    expect(cache.size).toBe(10);
    expect(['e0', 'e1', 'e2', 'e29', 'e3'].map(id => cache.get(id) !== undefined)).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  it('are let go when they are heavy, but never so that the view empties', () => {
    const cache = new ContentCache({ entries: 1000, weight: 10_000 });
    for (let index = 0; index < 20; index += 1) cache.put(`e${index}`, 1, content(`e${index}`, 'x'.repeat(3000)));
    cache.trim(entries.slice(15, 20));
    expect(cache.size).toBe(5);
    expect(cache.get('e15')).toBeDefined();
  });
});

describe('following the end', () => {
  const at = (top: number, distanceFromEnd: number) => ({ top, distanceFromEnd });

  it('stops when the reader moves up', () => expect(followsAfterScroll(true, at(500, 0), at(440, 60))).toBe(false));
  it('goes on when the end moves away under a reader who did nothing', () =>
    expect(followsAfterScroll(true, at(500, 0), at(500, 300))).toBe(true));
  it('is taken up at the end', () => expect(followsAfterScroll(false, at(440, 60), at(490, 10))).toBe(true));
  it('is not taken up on the way down', () =>
    expect(followsAfterScroll(false, at(100, 900), at(400, 600))).toBe(false));
  it('goes on when what is above shrinks and the end is still in view', () =>
    expect(followsAfterScroll(true, at(500, 0), at(300, 0))).toBe(true));
});

describe('where a conversation opens', () => {
  const entries = [entry('a'), entry('b'), entry('c')];
  const kept = { entryId: 'b', above: 12, atEnd: false, selectedId: null };

  it.each([
    ['a live one for the first time: at its end', {}, { to: 'end' }],
    ['one that is over for the first time: at its start', { over: true }, { to: 'start' }],
    ['at what is selected', { selectedId: 'c' }, { to: 'entry', index: 2 }],
    ['where it was left', { kept }, { to: 'kept', index: 1, above: 12 }],
    ['at its end when it was left there, though more came since', { kept: { ...kept, atEnd: true } }, { to: 'end' }],
    [
      'where it was left, with the selection of then',
      { kept: { ...kept, selectedId: 'c' }, selectedId: 'c' },
      { to: 'kept', index: 1, above: 12 },
    ],
    ['at what was selected elsewhere since it was left', { kept, selectedId: 'c' }, { to: 'entry', index: 2 }],
    ['at its end when the place where it was left is gone', { kept: { ...kept, entryId: 'x' } }, { to: 'end' }],
  ])('%s', (_what, given, expected) => {
    expect(firstPosition({ entries, kept: undefined, selectedId: null, over: false, ...given })).toEqual(expected);
  });
});

describe('keys', () => {
  it('that mean nothing here are left alone, whatever their name', () => {
    expect(moveOf('j')).toBe('next');
    expect(moveOf('x')).toBeUndefined();
    expect(moveOf('constructor')).toBeUndefined();
  });
});

describe('threads', () => {
  const spans = new Map<SpanId, Span>(
    [
      spanOf({ id: ROOT_SPAN, kind: 'agent' }),
      spanOf({ id: 'task', kind: 'tool', parentId: ROOT_SPAN, threadId: ROOT_SPAN }),
      spanOf({ id: 'sub', kind: 'agent', parentId: 'task', threadId: ROOT_SPAN }),
      spanOf({ id: 'inner-task', kind: 'tool', parentId: span('sub'), threadId: 'sub' }),
      spanOf({ id: 'inner', kind: 'agent', parentId: span('inner-task'), threadId: 'sub' }),
      spanOf({ id: 'read', kind: 'tool', parentId: span('inner'), threadId: span('inner') }),
    ].map(made => [made.id, made]),
  );
  const events = new Map<string, SessionEvent>();
  const place = { spanId: null, eventId: null, threadId: null };

  it('follow what is selected, whichever view selected it', () => {
    expect(threadOf({ ...place, spanId: span('read') }, spans, events)).toBe('inner');
    expect(threadOf({ ...place, spanId: span('task'), threadId: span('sub') }, spans, events)).toBe(ROOT_SPAN);
  });

  it('of an agent are its own when the place says so, else that in which it was started', () => {
    expect(threadOf({ ...place, spanId: span('sub'), threadId: span('sub') }, spans, events)).toBe('sub');
    expect(threadOf({ ...place, spanId: span('sub') }, spans, events)).toBe(ROOT_SPAN);
  });

  it('are those of the place when nothing is selected', () => {
    expect(threadOf({ ...place, threadId: span('inner') }, spans, events)).toBe('inner');
    expect(threadOf(place, spans, events)).toBe(ROOT_SPAN);
  });

  it('have a way from the main one, with the call that started each', () => {
    expect(threadPath(span('inner'), spans)).toEqual([
      { threadId: ROOT_SPAN, startedBy: null },
      { threadId: 'sub', startedBy: 'task' },
      { threadId: 'inner', startedBy: 'inner-task' },
    ]);
  });

  it('end their way where agents hang below each other in a circle', () => {
    const circle = new Map<SpanId, Span>([
      [span('a'), spanOf({ id: 'a', kind: 'agent', parentId: span('b') })],
      [span('b'), spanOf({ id: 'b', kind: 'agent', parentId: span('a') })],
    ]);
    expect(threadPath(span('a'), circle).map(({ threadId }) => threadId)).toEqual([ROOT_SPAN, 'b', 'a']);
  });
});
