// Documents that are replaced as a whole, and logs that begin anew: what their earlier bytes made goes or stays.

import { describe, expect, it } from 'vitest';
import { ROOT_SPAN } from '../../../../src/shared/model/ids.ts';
import { FactStore, response, span, tokens } from '../../../builders/fact-store.ts';
import { query, wrongSums } from '../../../builders/store.ts';

const event = (key: string, turn = false) => ({ kind: 'event', key, event: 'prompt', name: key, turn }) as const;
const entry = (key: string) => ({ kind: 'entry', key, entry: 'answer', block: 0, order: 1 }) as const;

function keys(store: FactStore): unknown {
  const { spans, events } = store.trace(null);
  const { entries } = store.reader.outline(store.session().id, ROOT_SPAN, null);
  return {
    spans: spans.map(({ id }) => id).filter(id => id !== ROOT_SPAN),
    events: events.map(({ id }) => id),
    entries: entries.map(({ id }) => id),
  };
}

describe('A document that is replaced', () => {
  it('takes its old rows along: spans, events, entries, records, sums', () => {
    const store = new FactStore();
    store.replace('doc', response('r1', { usage: tokens(10, 5) }), span('t1'), event('e1', true), entry('n1'));
    store.replace('doc', response('r2', { usage: tokens(1, 2), status: 'error' }), event('e2', true), entry('n2'));
    expect(keys(store)).toEqual({ spans: ['r2'], events: ['e2'], entries: ['n2'] });
    expect(store.session()).toMatchObject({ spans: 2, llmSpans: 1, toolSpans: 0, errors: 1, turns: 1, records: 1 });
    expect(store.session().usage).toMatchObject({ input: 1, output: 2 });
    expect(store.reader.records(store.session().id, 0, 10).total).toBe(1);
    expect(wrongSums(store.dataDir)).toEqual([]);
    expect(query(store.dataDir, 'PRAGMA foreign_key_check')).toEqual([]);
  });

  it('forgets what it said before of a span that it still has', () => {
    const store = new FactStore();
    store.replace('doc', span('t', { status: 'error', summary: 'old', endUs: 900, usage: tokens(9, 9) }));
    store.replace('doc', span('t', { status: 'ok', startUs: 5 }));
    expect(store.span('t')).toMatchObject({ status: 'ok', summary: null, endUs: null, usage: null, startUs: 5 });
    expect(store.session()).toMatchObject({ errors: 0, spans: 2 });
    expect(store.session().usage.output).toBe(0);
  });

  it('keeps what other files say', () => {
    const store = new FactStore();
    store.file('doc', { main: false });
    store.say('log', span('mine', { parent: 'theirs' }));
    store.replace('doc', span('theirs'));
    expect(store.span('mine').link).toBe('linked');
    store.replace('doc', span('another'));
    expect(store.span('mine')).toMatchObject({ link: 'orphan', parentId: ROOT_SPAN });
    store.replace('doc', span('theirs'));
    expect(store.span('mine').link).toBe('linked');
  });

  it('tells those who looked at it before to start over, and only those', () => {
    const store = new FactStore();
    const first = store.replace('doc', span('a'), span('b'));
    const second = store.replace('doc', span('a'));
    expect(second.sessionIds).toEqual([store.session().id]);
    expect(store.trace(first.revision)).toMatchObject({ reset: true, revision: second.revision });
    expect(store.trace(first.revision).spans).toHaveLength(2);
    expect(store.trace(second.revision)).toMatchObject({ reset: false, spans: [], events: [] });
  });

  it('lets another copy of a response count when it does not hold it any more', () => {
    const store = new FactStore();
    store.file('doc', { session: 'D' }).file('log', { session: 'L' });
    store.replace('doc', response('r', { startUs: 1, usage: tokens(10, 5) }));
    store.say('log', response('r', { startUs: 2, usage: tokens(10, 5) }));
    expect([store.session('D').usage.output, store.session('L').usage.output]).toEqual([5, 0]);
    const { sessionIds } = store.replace('doc', span('nothing'));
    expect([store.session('D').usage.output, store.session('L').usage.output]).toEqual([0, 5]);
    expect(sessionIds).toContain(store.session('L').id);
    expect(wrongSums(store.dataDir)).toEqual([]);
  });

  it('does not offer any more what it offered before', () => {
    const store = new FactStore();
    store.file('doc').file('sub', { main: false });
    const { parent: _, ...agent } = span('agent', { span: 'agent', wants: ['p'] });
    store.replace('doc', span('call', { offers: ['p'] }));
    store.replace('doc', span('other', { offers: ['p'] }));
    store.say('sub', agent);
    expect(store.span('agent').parentId).toBe('other');
  });

  it('keeps its earlier bytes in the archive', () => {
    const store = new FactStore();
    store.replace('doc', span('a'));
    store.replace('doc', span('b'));
    const { id } = store.row('doc');
    for (const generation of [1, 2])
      expect(store.reader.bytes({ fileId: id, generation, offset: 0 }, 10).toString()).toMatch(/^doc/);
  });
});

describe('A log that begins anew', () => {
  const uuid = (n: number) => `0b7c4a52-3f0e-4a56-9d6e-2a54c9f4b${String(n).padStart(3, '0')}`;
  const line = (n: number) => ({ uuid: uuid(n), facts: [span(`s${n}`, { role: 'call' }), event(`e${n}`, true)] });
  const bare = (name: string) => ({
    facts: [span(`at:${name}`, { role: 'call' }), event(`at:${name}`), entry(`at:${name}`)],
  });

  it('keeps everything until new bytes come', () => {
    const store = new FactStore();
    store.append('log', [line(1), bare('10')]);
    const before = keys(store);
    store.beginAnew('log');
    expect(keys(store)).toEqual(before);
    expect(store.session()).toMatchObject({ records: 2, turns: 1, spans: 3 });
    expect(store.reader.records(store.session().id, 0, 10).total).toBe(2);
  });

  it('then keeps lines with ids of their own, and lets go what is known by its place', () => {
    const store = new FactStore();
    store.append('log', [line(1), line(2), bare('20')]);
    const { revision } = store.append('log', [bare('30')]);
    store.beginAnew('log');
    store.append('log', [line(2), bare('10')]);
    expect(keys(store)).toEqual({ spans: ['s1', 's2', 'at:10'], events: ['e1', 'e2', 'at:10'], entries: ['at:10'] });
    expect(store.session()).toMatchObject({ records: 3, turns: 2, spans: 4 });
    expect(store.trace(revision).reset).toBe(true);
    expect(wrongSums(store.dataDir)).toEqual([]);
  });

  it('does not mix new lines with old ones that stood in the same place', () => {
    const store = new FactStore();
    store.append('log', [{ facts: [span('at:0', { role: 'call', name: 'old', status: 'error', summary: 'old' })] }]);
    store.beginAnew('log');
    store.append('log', [{ facts: [span('at:0', { role: 'call', name: 'new', status: 'ok' })] }]);
    expect(store.span('at:0')).toMatchObject({ name: 'new', status: 'ok', summary: null });
    expect(store.session().errors).toBe(0);
  });

  it('shows a rejected line only while its bytes are there', () => {
    const store = new FactStore();
    store.append('log', [{ rejected: 'damaged' }]);
    store.beginAnew('log');
    store.append('log', [line(1)]);
    expect(store.session()).toMatchObject({ rejected: 0, records: 1 });
    expect(store.trace(null).events.map(({ kind }) => kind)).toEqual(['prompt']);
  });

  it('lists each record of a span once', () => {
    const store = new FactStore();
    store.append('log', [line(1)]);
    store.beginAnew('log');
    store.append('log', [line(1)]);
    expect(store.reader.span(store.session().id, store.span('s1').id).records).toHaveLength(1);
  });
});

describe('A prompt that comes late', () => {
  const prompt = (key: string, atUs: number) => ({ ...event(key, true), atUs });

  it('before others changes their numbers, and tells those who know them to start over', () => {
    const store = new FactStore();
    store.file('a').file('b', { main: false });
    const { revision } = store.say('a', prompt('second', 20), prompt('third', 30));
    store.say('b', prompt('first', 10));
    expect(store.trace(revision).reset).toBe(true);
    expect(store.trace(null).events.map(({ id, turn }) => [id, turn])).toEqual([
      ['first', 1],
      ['second', 2],
      ['third', 3],
    ]);
  });

  it('after others changes nothing of theirs', () => {
    const store = new FactStore();
    const { revision } = store.say('a', prompt('first', 10));
    store.say('a', prompt('second', 20));
    expect(store.trace(revision)).toMatchObject({ reset: false, events: [{ id: 'second', turn: 2 }] });
  });
});
