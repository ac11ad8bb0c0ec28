// One tree per session, whatever order its pieces come in, and each model response counted once.

import { describe, expect, it } from 'vitest';
import { ROOT_SPAN, type SpanId } from '../../../../src/shared/model/ids.ts';
import { FactStore, response, span, tokens } from '../../../builders/fact-store.ts';
import { wrongSums } from '../../../builders/store.ts';

/** Every order of a few things. */
function orders<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) =>
    orders([...items.slice(0, index), ...items.slice(index + 1)]).map(rest => [item, ...rest]),
  );
}

describe('A response over several lines', () => {
  it.each(orders([1, 40, 7]))('counts once, with its largest total, when they come as %i, %i, %i', (...outputs) => {
    const store = new FactStore();
    for (const output of outputs) store.say('a', response('r', { usage: tokens(100, output) }));
    expect(store.session().usage).toMatchObject({ input: 100, output: 40 });
    expect(store.session()).toMatchObject({ llmSpans: 1, spans: 2 });
    expect(wrongSums(store.dataDir)).toEqual([]);
  });

  it('of equal totals takes the later one', () => {
    const store = new FactStore();
    store.say('a', response('r', { usage: tokens(60, 40) }));
    store.say('a', response('r', { usage: tokens(50, 50) }));
    expect(store.session().usage).toMatchObject({ input: 50, output: 50 });
  });
});

describe('A response that stands in several sessions', () => {
  const copies = [
    { file: 'a', session: 'A', startUs: 2_000 },
    { file: 'b', session: 'B', startUs: 1_000 },
    { file: 'c', session: 'C', startUs: 3_000 },
  ];

  it.each(orders(copies))('counts in the earliest alone, whatever is read first (%o, %o, %o)', (...list) => {
    const store = new FactStore();
    for (const { file, session } of copies) store.file(file, { session });
    for (const { file, startUs } of list) store.say(file, response('r', { startUs, usage: tokens(10, 5) }));
    expect(copies.map(({ session }) => [session, store.session(session).usage.output])).toEqual([
      ['A', 0],
      ['B', 5],
      ['C', 0],
    ]);
    expect(copies.map(({ session }) => store.span('r', session).counted)).toEqual([false, true, false]);
    expect(wrongSums(store.dataDir)).toEqual([]);
  });

  it.each(orders(['old', 'new']))('at the same time counts in the older file (%s read first)', (...list) => {
    const store = new FactStore();
    store.file('new', { session: 'N', bornUs: 200 }).file('old', { session: 'O', bornUs: 100 });
    for (const file of list) store.say(file, response('r', { startUs: 1_000, usage: tokens(10, 5) }));
    expect([store.session('O').usage.output, store.session('N').usage.output]).toEqual([5, 0]);
  });

  it('is told to those who look at the session that loses it', () => {
    const store = new FactStore();
    store.file('late', { session: 'L' }).file('early', { session: 'E' });
    const first = store.say('late', response('r', { startUs: 2_000, usage: tokens(10, 5) }));
    const second = store.say('early', response('r', { startUs: 1_000, usage: tokens(10, 5) }));
    expect(new Set(second.sessionIds)).toEqual(new Set([store.session('L').id, store.session('E').id]));
    expect(store.trace(first.revision, store.session('L').id).spans).toMatchObject([{ id: 'r', counted: false }]);
  });

  it('of two agents counts for each', () => {
    const store = new FactStore();
    store.file('a', { session: 'A', agent: 'one' }).file('b', { session: 'B', agent: 'other' });
    for (const file of ['a', 'b']) store.say(file, response('r', { usage: tokens(10, 5) }));
    expect(store.sessions().map(session => session.usage.output)).toEqual([5, 5]);
  });

  it('counts elsewhere when the one that counted is an aggregate after all', () => {
    const store = new FactStore();
    store.file('a', { session: 'A' }).file('b', { session: 'B' });
    store.say('a', response('r', { startUs: 1, usage: tokens(10, 5) }));
    store.say('b', response('r', { startUs: 2, usage: tokens(10, 5) }));
    store.say('a', { kind: 'span', key: 'r', counted: false });
    expect([store.session('A').usage.output, store.session('B').usage.output]).toEqual([0, 5]);
    expect(wrongSums(store.dataDir)).toEqual([]);
  });

  it('counts once inside one session as well', () => {
    const store = new FactStore();
    store.say(
      'a',
      response('r', { startUs: 1, usage: tokens(10, 5) }),
      span('copy', { span: 'llm', responseKey: 'r', startUs: 2, usage: tokens(10, 5) }),
    );
    expect(store.session().usage.output).toBe(5);
  });
});

describe('A record that stands in several files', () => {
  const uuid = '0b7c4a52-3f0e-4a56-9d6e-2a54c9f4b1aa';
  const copiesOf = (store: FactStore) =>
    Object.fromEntries(
      ['a', 'b', 'c'].map(name => [
        name,
        store.reader.records(store.session(name).id, 0, 10).records.map(({ copy }) => copy),
      ]),
    );

  it.each(orders(['a', 'b', 'c']))('is a copy in all but the earliest (%s, %s, %s), one commit each', (...list) => {
    const store = new FactStore();
    const times: Record<string, number> = { a: 3, b: 1, c: 2 };
    for (const name of ['a', 'b', 'c']) store.file(name, { session: name });
    for (const name of list) store.append(name, [{ uuid, atUs: times[name] ?? null }]);
    expect(copiesOf(store)).toEqual({ a: [true], b: [false], c: [true] });
  });

  it.each(orders(['a', 'b', 'c']))(
    'is a copy in all but that of the oldest file (%s, %s, %s), in one commit',
    (...list) => {
      const store = new FactStore();
      store
        .file('a', { session: 'a', bornUs: 30 })
        .file('b', { session: 'b', bornUs: 20 })
        .file('c', { session: 'c', bornUs: 10 });
      store.together(list.map(name => [name, [{ uuid, atUs: 5 }]]));
      expect(copiesOf(store)).toEqual({ a: [true], b: [true], c: [false] });
    },
  );

  it('twice in one file is no copy of another', () => {
    const store = new FactStore();
    for (const name of ['a', 'b', 'c']) store.file(name, { session: name });
    store.append('a', [
      { uuid, atUs: 1 },
      { uuid, atUs: 2 },
    ]);
    store.append('b', [{ uuid: 'other' }]);
    store.append('c', [{ uuid: 'another' }]);
    expect(copiesOf(store)['a']).toEqual([false, false]);
  });
});

describe('A span whose parent is not there', () => {
  it('hangs below the root, marked, until the parent comes, from whatever file', () => {
    const store = new FactStore();
    store.file('main').file('sub', { main: false });
    const { revision } = store.say('sub', span('child', { parent: 'call' }), span('grandchild', { parent: 'child' }));
    expect(store.span('child')).toMatchObject({ link: 'orphan', parentId: 'session' });
    expect(store.span('grandchild')).toMatchObject({ link: 'linked', parentId: 'child' });
    store.say('main', span('call'));
    expect(store.span('child')).toMatchObject({ link: 'linked', parentId: 'call' });
    expect(
      store
        .trace(revision)
        .spans.map(({ id }) => id)
        .sort(),
    ).toEqual(['call', 'child']);
  });

  it('is an orphan while nobody has named it either', () => {
    const store = new FactStore();
    store.say('a', { kind: 'span', key: 'x', span: 'tool', name: 'x' });
    expect(store.span('x')).toMatchObject({ link: 'orphan', parentId: 'session' });
    store.say('a', { kind: 'span', key: 'x', parent: 'session' });
    expect(store.span('x')).toMatchObject({ link: 'linked' });
  });

  it('in a row of 5,000 costs no more than the row', () => {
    const store = new FactStore();
    const row = Array.from({ length: 5_000 }, (_, n) => span(`s${n}`, { parent: n === 0 ? 'session' : `s${n - 1}` }));
    const began = performance.now();
    store.append('a', [{ facts: row.toReversed() }]);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(store.spans().filter(({ link }) => link !== 'linked')).toHaveLength(1);
  });
});

describe('Spans that are above each other', () => {
  const links = (store: FactStore) => Object.fromEntries(store.spans().map(({ id, link }) => [id, link]));

  it('in a ring, however they come, are all marked, and what hangs below them is not', () => {
    const ring = [
      span('a', { parent: 'b' }),
      span('b', { parent: 'c' }),
      span('c', { parent: 'a' }),
      span('below', { parent: 'b' }),
    ];
    for (const order of orders(ring)) {
      const store = new FactStore();
      for (const fact of order) store.say('f', fact);
      expect(links(store)).toEqual({ session: 'root', a: 'orphan', b: 'orphan', c: 'orphan', below: 'linked' });
    }
  });

  it('by being their own parent are marked', () => {
    const store = new FactStore();
    store.say('f', span('a', { parent: 'a' }));
    expect(links(store)).toEqual({ session: 'root', a: 'orphan' });
  });

  it('are linked again when the ring is broken', () => {
    const store = new FactStore();
    store.say('f', span('a', { parent: 'b' }), span('b', { parent: 'c' }), span('c', { parent: 'a' }));
    store.say('f', { kind: 'span', key: 'b', parent: 'session' });
    expect(links(store)).toEqual({ session: 'root', a: 'linked', b: 'linked', c: 'linked' });
  });

  it('never make the session hang below something', () => {
    const store = new FactStore();
    store.say('f', span('a'), { kind: 'span', key: 'session', parent: 'a' });
    expect(store.span('session')).toMatchObject({ parentId: null, link: 'root' });
  });
});

describe('Spans that know each other by their text only', () => {
  const offers = [
    span('call1', { startUs: 10, offers: ['same prompt'] }),
    span('call2', { startUs: 20, offers: ['same prompt'] }),
  ];
  const agent = (key: string, startUs: number): ReturnType<typeof span> => {
    const { parent: _, ...rest } = span(key, { span: 'agent', startUs, wants: ['same prompt'] });
    return rest;
  };
  const parts = [...offers, agent('first', 11), agent('second', 21)];

  it('are matched in the order of their times, whatever is read first', () => {
    for (const order of orders(parts)) {
      const store = new FactStore();
      for (const fact of order) store.say('f', fact);
      expect([store.span('first').parentId, store.span('second').parentId]).toEqual(['call1', 'call2']);
      expect(store.span('first').link).toBe('linked');
    }
  });

  it('give way to a parent that a fact names', () => {
    const store = new FactStore();
    store.say('f', ...parts);
    store.say('f', { kind: 'span', key: 'first', parent: 'call2' });
    expect([store.span('first').parentId, store.span('second').parentId]).toEqual(['call2', 'call2']);
    // The next that wants the same finds the one call that nobody serves.
    store.say('f', agent('third', 31));
    expect(store.span('third').parentId).not.toBe('call2');
  });

  it('stay orphans where more want than offer', () => {
    const store = new FactStore();
    store.say('f', ...parts, agent('third', 5));
    expect(['third', 'first', 'second'].map(key => store.span(key).link)).toEqual(['linked', 'linked', 'orphan']);
  });

  it('of two sessions have nothing to do with each other', () => {
    const store = new FactStore();
    store.file('f').file('g', { session: 'other' });
    store.say('f', offers[0] ?? span(''));
    store.say('g', agent('first', 11));
    expect(store.span('first', 'other').link).toBe('orphan');
  });
});

describe('Two transcripts with one id', () => {
  it('are two sessions', () => {
    const store = new FactStore();
    store.say('one.jsonl', span('a'));
    store.say('two.jsonl', span('b'));
    const sessions = store.sessions();
    expect(sessions.map(({ nativeId, spans }) => [nativeId, spans])).toEqual([
      ['s', 2],
      ['s', 2],
    ]);
    expect(new Set(sessions.map(({ id }) => id)).size).toBe(2);
    // Each goes on in its own.
    store.say('one.jsonl', span('c'));
    expect(
      store
        .sessions()
        .map(({ spans }) => spans)
        .sort((a, b) => Number(a) - Number(b)),
    ).toEqual([2, 3]);
  });

  it('are one session where the second took the place of the first', () => {
    const store = new FactStore();
    store.say('one.jsonl', span('a'));
    store.writer.saveFile({ ...store.row('one.jsonl'), state: 'gone' });
    store.say('two.jsonl', span('b'));
    expect(store.sessions().map(({ spans }) => spans)).toEqual([3]);
  });

  it('and the files beside them: what is not a transcript joins the session of that id', () => {
    const store = new FactStore();
    store.file('sub.jsonl', { main: false });
    store.say('one.jsonl', span('a'));
    store.say('sub.jsonl', span('b'));
    expect(store.sessions().map(({ spans }) => spans)).toEqual([3]);
  });
});

describe('The title of a session', () => {
  const title = (source: 'prompt' | 'summary' | 'ai' | 'custom', words: string) =>
    ({ kind: 'session', title: { source, text: words } }) as const;

  it.each([
    ['prompt', ['first prompt', 'second prompt'], 'first prompt'],
    ['summary', ['first', 'second'], 'second'],
    ['ai', ['first', 'second'], 'second'],
    ['custom', ['first', 'second'], 'second'],
  ] as const)('of two of kind %s is the right one', (source, words, expected) => {
    const store = new FactStore();
    for (const word of words) store.say('a', title(source, word));
    expect(store.session().title).toBe(expected);
  });

  it('goes by rank: the name that a human gave, the AI, a summary, the first prompt', () => {
    const store = new FactStore();
    const all = [title('custom', 'custom'), title('ai', 'ai'), title('summary', 'summary'), title('prompt', 'prompt')];
    for (const fact of all.toReversed()) {
      store.say('a', fact);
      expect(store.session().title).toBe(fact.title.text);
    }
    for (const fact of all.slice(1)) store.say('a', fact);
    expect(store.session().title).toBe('custom');
  });

  it('that is blank is none', () => {
    const store = new FactStore();
    store.say('a', title('custom', ' \n'));
    expect(store.session().title).toBe('test s');
  });

  it.each(orders(['main', 'sub', 'late']))(
    'and the other words of several files do not depend on their order (%s, %s, %s)',
    (...list) => {
      const store = new FactStore();
      store.file('main').file('sub', { main: false }).file('late', { main: false });
      const lines: Record<string, [atUs: number, model: string, cwd: string]> = {
        main: [10, 'opus', '/home/first'],
        sub: [20, 'haiku', '/home/second'],
        late: [30, 'sonnet', '/home/third'],
      };
      for (const name of list) {
        const [atUs, model, cwd] = lines[name] ?? [0, '', ''];
        store.append(name, [
          { atUs, facts: [{ kind: 'session', model, cwd, title: { source: 'prompt', text: model } }] },
        ]);
      }
      expect(store.session()).toMatchObject({ model: 'sonnet', cwd: '/home/first', title: 'opus' });
    },
  );
});

describe('A title for a record', () => {
  const uuid = '0b7c4a52-3f0e-4a56-9d6e-2a54c9f4b1aa';
  const forRecord = (words: string) => ({ kind: 'title-for-record', uuid, text: words }) as const;

  it.each(orders(['titles', 'session']))('belongs to the session that holds it (%s first)', (...list) => {
    const store = new FactStore();
    store.file('titles', { session: 'other' }).file('session');
    for (const name of list) {
      if (name === 'titles') store.say('titles', forRecord('what it was about'));
      else store.append('session', [{ uuid, atUs: 5 }]);
    }
    expect(store.session().title).toBe('what it was about');
  });

  it('is found when both come in one commit', () => {
    const store = new FactStore();
    store.file('a').file('titles', { session: 'other' });
    store.together([
      ['titles', [{ facts: [forRecord('found')] }]],
      ['a', [{ uuid }]],
    ]);
    expect(store.session().title).toBe('found');
  });

  it('waits over a restart', () => {
    const store = new FactStore();
    store.file('titles', { session: 'other' });
    store.say('titles', forRecord('waited for'));
    store.append('a', [{ uuid: 'something else' }]);
    store.append('a', [{ uuid }]);
    expect(store.session().title).toBe('waited for');
  });
});

describe('A line that could not be read', () => {
  it('stands among the events and in the conversation where it would have been', () => {
    const store = new FactStore();
    const entry = (key: string, order: number) => ({ kind: 'entry', key, entry: 'answer', block: 0, order }) as const;
    store.append('a', [
      { facts: [entry('before', 0)] },
      { rejected: 'cut off' },
      { facts: [entry('behind', 20 * 64)] },
    ]);
    expect(store.session()).toMatchObject({ records: 3, rejected: 1 });
    const { entries } = store.reader.outline(store.session().id, ROOT_SPAN, null);
    expect(entries.map(({ id, kind }) => [id, kind])).toEqual([
      ['before', 'answer'],
      ['rejected:a:1:10', 'notice'],
      ['behind', 'answer'],
    ]);
    expect(store.trace(null).events).toMatchObject([
      { kind: 'rejected', name: 'Line 2 could not be read', summary: 'cut off' },
    ]);
  });

  it.each([true, false])(
    "of a subagent's file stands in the subagent's conversation (in one commit: %s)",
    isTogether => {
      const store = new FactStore();
      store.file('main').file('sub', { main: false });
      const said = {
        facts: [{ kind: 'entry', key: 'e', entry: 'answer', block: 0, order: 1, thread: 'agent:1' }],
      } as const;
      if (isTogether) store.append('sub', [said, { rejected: 'no' }]);
      else {
        store.append('sub', [said]);
        store.append('sub', [{ rejected: 'no' }]);
      }
      const { entries } = store.reader.outline(store.session().id, 'agent:1' as SpanId, null);
      expect(entries.map(({ kind }) => kind)).toEqual(['answer', 'notice']);
    },
  );
});
