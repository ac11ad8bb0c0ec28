// A window that asks for a conversation by what changed has, at any time, what a full answer holds: the real store asked,
// the window's own merging.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EntryFact, Fact } from '../../src/main/core/parsers/parser.ts';
import { mergeOutline, type OutlineEntry } from '../../src/renderer/features/conversation/list/outline.ts';
import { ROOT_SPAN, type SessionId, type SpanId } from '../../src/shared/model/ids.ts';
import { FactStore } from '../builders/fact-store.ts';

/** One thread as a window shows it. */
class Shown {
  entries: readonly OutlineEntry[] = [];
  private readonly store: FactStore;
  private readonly threadId: SpanId;
  private since: number | null = null;

  constructor(store: FactStore, threadId: SpanId) {
    this.store = store;
    this.threadId = threadId;
  }

  /** Asks what changed; gives the answer. */
  catchUp() {
    const answer = this.store.reader.outline(this.sessionId, this.threadId, this.since);
    this.entries = mergeOutline(this.entries, { ...answer, whole: this.since === null || answer.reset });
    this.since = answer.revision;
    return answer;
  }

  get full(): readonly OutlineEntry[] {
    return this.store.reader.outline(this.sessionId, this.threadId, null).entries;
  }

  get ids(): readonly string[] {
    return this.entries.map(({ id }) => id);
  }

  private get sessionId(): SessionId {
    return this.store.session().id;
  }
}

const agent = 'agent:1' as SpanId;

function entry(key: string, order: number, more: Partial<EntryFact> = {}): EntryFact {
  return { kind: 'entry', key, entry: 'answer', block: 0, order, ...more };
}

function prompt(key: string, order: number, atUs: number): readonly Fact[] {
  return [
    { kind: 'event', key: `event:${key}`, event: 'prompt', name: 'Prompt', turn: true, atUs, order },
    entry(key, order, { entry: 'prompt', event: `event:${key}` }),
  ];
}

describe('what changed in a conversation', () => {
  it('is what was written since, and nothing else', () => {
    const store = new FactStore();
    store.say('log', ...prompt('p1', 1, 10), entry('a', 2));
    const shown = new Shown(store, ROOT_SPAN);
    expect(shown.catchUp()).toMatchObject({ reset: false, elsewhere: [] });
    expect(shown.entries.map(({ id, turn }) => [id, turn])).toEqual([
      ['p1', 1],
      ['a', null],
    ]);
    store.say('log', entry('b', 3));
    expect(shown.catchUp().entries.map(({ id }) => id)).toEqual(['b']);
    expect(shown.catchUp().entries).toEqual([]);
    expect(shown.ids).toEqual(['p1', 'a', 'b']);
  });

  it('is a call that got its result, in its place', () => {
    const store = new FactStore();
    store.say('log', entry('call', 1, { entry: 'tool', span: 'call' }), entry('after', 2));
    const shown = new Shown(store, ROOT_SPAN);
    shown.catchUp();
    const [before] = shown.entries;
    store.say('log', entry('call', 9, { entry: 'tool', span: 'call', result: true }));
    expect(shown.catchUp().entries.map(({ id }) => id)).toEqual(['call']);
    expect(shown.ids).toEqual(['call', 'after']);
    expect(shown.entries[0]?.revision).toBeGreaterThan(before?.revision ?? Infinity);
  });

  it('is an entry that begins a turn since its prompt was told, although its own row is as before', () => {
    const store = new FactStore();
    store.say('log', entry('p', 1, { entry: 'prompt', event: 'event:p' }));
    const shown = new Shown(store, ROOT_SPAN);
    shown.catchUp();
    store.say('log', { kind: 'event', key: 'event:p', event: 'prompt', name: 'Prompt', turn: true, atUs: 5 });
    expect(shown.catchUp().entries.map(({ id, turn }) => [id, turn])).toEqual([['p', 1]]);
  });

  it('is everything when a prompt is found that gives the others another number', () => {
    const store = new FactStore();
    store.say('log', ...prompt('late', 50, 500), entry('answer', 60));
    const shown = new Shown(store, ROOT_SPAN);
    shown.catchUp();
    store.file('other', { main: false }).say('other', ...prompt('early', 1, 100));
    expect(shown.catchUp().reset).toBe(true);
    expect(shown.entries.map(({ id, turn }) => [id, turn])).toEqual([
      ['early', 1],
      ['late', 2],
      ['answer', null],
    ]);
  });

  it('is everything when a prompt passes another, and not when it only says more', () => {
    const store = new FactStore();
    store.say('log', ...prompt('p', 1, 10), ...prompt('q', 2, 20), ...prompt('r', 3, 30));
    const shown = new Shown(store, ROOT_SPAN);
    shown.catchUp();
    store.say('log', { kind: 'event', key: 'event:p', event: 'prompt', name: 'Prompt', atUs: 15, summary: 'more' });
    expect(shown.catchUp().reset).toBe(false);
    store.say('log', { kind: 'event', key: 'event:p', event: 'prompt', name: 'Prompt', atUs: 25 });
    expect(shown.catchUp().reset).toBe(true);
    expect(shown.entries.map(({ id, turn }) => [id, turn])).toEqual([
      ['p', 2],
      ['q', 1],
      ['r', 3],
    ]);
  });

  it('is that an entry went, when its call turns out to stand in a subagent', () => {
    const store = new FactStore();
    store.say('log', entry('a', 1), entry('call', 5, { entry: 'tool', result: true }));
    const main = new Shown(store, ROOT_SPAN);
    main.catchUp();
    expect(main.ids).toEqual(['a', 'call']);
    store.file('agent', { main: false }).say('agent', entry('call', 2, { entry: 'tool', thread: agent }));
    expect(main.catchUp()).toMatchObject({ reset: false, entries: [], elsewhere: ['call'] });
    expect(main.ids).toEqual(['a']);
  });

  it('is everything that there is now, when a document was replaced', () => {
    const store = new FactStore();
    store.replace('doc', entry('a', 1), entry('b', 2));
    const shown = new Shown(store, ROOT_SPAN);
    shown.catchUp();
    store.replace('doc', entry('b', 2), entry('c', 3));
    expect(shown.catchUp().reset).toBe(true);
    expect(shown.ids).toEqual(['b', 'c']);
  });

  it('keeps those of equal order in the order of their coming', () => {
    const store = new FactStore();
    const shown = new Shown(store, ROOT_SPAN);
    for (const key of ['c', 'a', 'b']) {
      store.say('log', entry(key, 7));
      shown.catchUp();
    }
    expect(shown.ids).toEqual(['c', 'a', 'b']);
    expect(shown.full.map(({ id }) => id)).toEqual(['c', 'a', 'b']);
  });
});

const key = fc.nat(7).map(n => `k${n}`);
const order = fc.integer({ min: 0, max: 9 });
const said: fc.Arbitrary<readonly Fact[]> = fc.oneof(
  fc
    .tuple(key, order, fc.boolean(), fc.boolean(), fc.option(fc.constant(agent), { nil: undefined }))
    .map(([name, at, result, weak, thread]) => [
      entry(name, at, {
        entry: result ? 'tool' : 'answer',
        span: name,
        result,
        weak,
        ...(thread === undefined ? {} : { thread }),
      }),
    ]),
  fc.tuple(key, order, fc.integer({ min: 1, max: 90 })).map(([name, at, us]) => prompt(`p${name}`, at, us)),
  // The entry of a prompt whose event comes at another time.
  fc.tuple(key, order).map(([name, at]) => [entry(`p${name}`, at, { entry: 'prompt', event: `event:p${name}` })]),
);
const step = fc.record({
  file: fc.constantFrom('log', 'other', 'agent', 'doc'),
  facts: fc.array(said, { minLength: 1, maxLength: 3 }).map(list => list.flat()),
  /** Whether each of the two threads is asked for after it. */
  asks: fc.tuple(fc.boolean(), fc.boolean()),
});

describe('a window that asks now and then', () => {
  it('shows what a full answer holds, whatever was written between', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), steps => {
        const store = new FactStore();
        store.file('log').file('other', { main: false }).file('agent', { main: false }).file('doc', { main: false });
        const threads = [new Shown(store, ROOT_SPAN), new Shown(store, agent)];
        steps.forEach(({ file, facts, asks }, index) => {
          if (file === 'doc') store.replace(file, ...facts);
          else store.say(file, ...facts);
          threads.forEach((thread, which) => {
            if (asks[which] !== true && index < steps.length - 1) return;
            thread.catchUp();
            expect(thread.entries).toEqual(thread.full);
          });
        });
      }),
      { numRuns: 80 },
    );
  });
});
