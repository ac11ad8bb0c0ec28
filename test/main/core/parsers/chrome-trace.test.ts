import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nestSlices } from '../../../../src/main/core/parsers/chrome-trace-slices.ts';
import { chromeTrace } from '../../../../src/main/core/parsers/chrome-trace.ts';
import { fixturesDir, listFiles } from '../../../builders/corpus.ts';
import { countedResponses, entriesOf, eventsOf, joinSpans } from '../../../builders/join-facts.ts';
import { claimants, documentOf, parseWith, recordTexts } from '../../../builders/trace-files.ts';

type Fields = Readonly<Record<string, unknown>>;

const dir = join(fixturesDir, 'chrome-trace');
const parse = (value: unknown) => parseWith(chromeTrace, documentOf(value));
const event = (ph: string, name: string, ts: number, more: Fields = {}): Fields => ({
  ph,
  name,
  ts,
  pid: 1,
  tid: 1,
  ...more,
});

/** 'name < parent' of each span that is a slice. */
function tree(value: unknown): readonly string[] {
  const spans = joinSpans(parse(value).facts);
  return [...spans.values()]
    .filter(({ key }) => /^e\d/.test(key))
    .map(({ name, parent }) => `${name} < ${spans.get(parent ?? '')?.name ?? parent}`);
}

describe('a Chrome trace', () => {
  it.each(listFiles(dir))('%s is claimed by no one else', name => {
    expect(claimants(readFileSync(join(dir, name)))).toEqual(['chrome-trace']);
  });

  const events = [event('X', 'a', 10, { dur: 5 }), event('X', 'b', 11, { dur: 1.5 })];
  const open = JSON.stringify(events).slice(0, -1);
  it.each([
    ['an object', { traceEvents: events, displayTimeUnit: 'ms', metadata: {} }],
    ['an array', events],
    ['an array without its end', open],
    ['an array that ends with a comma', `${open},\n`],
    ['an array with a comma before its end', `${open}\n,]\n`],
    ['a pretty-printed object', JSON.stringify({ traceEvents: events }, null, 2)],
  ])('as %s is read to its end', (_name, value) => {
    const bytes = documentOf(value);
    expect(claimants(bytes)).toEqual(['chrome-trace']);
    const unit = parseWith(chromeTrace, bytes);
    expect(unit.records.map(({ type, rejected }) => [type, rejected])).toEqual([
      ['event/X', undefined],
      ['event/X', undefined],
    ]);
    expect(recordTexts(bytes, unit).map(text => JSON.parse(text) as unknown)).toEqual(events);
    expect(joinSpans(unit.facts).get('e1')).toMatchObject({
      parent: 'e0',
      name: 'b',
      startUs: 11,
      endUs: 12,
      status: 'ok',
    });
  });

  it('keeps what stands before a cut, and shows the cut', () => {
    const { records, facts } = parse(`${open},{"ph":"X","na`);
    expect(records.at(-1)).toMatchObject({ type: 'document', rejected: expect.stringContaining('cut off') as string });
    expect([...joinSpans(facts).keys()]).toEqual(['e0', 'e1']);
  });

  it('is named for its file', () => {
    expect(parse(events).facts[0]).toMatchObject({ kind: 'session', title: { source: 'prompt', text: 'file.jsonl' } });
  });

  it('keeps phases that it does not know, and events without one as rejections', () => {
    const { records } = parse([...events, event('Z', 'new', 1), { name: 'no phase', ts: 1 }]);
    expect(records.slice(2)).toMatchObject([
      { type: 'event/Z', known: false },
      { type: 'event', rejected: 'an event without a phase' },
    ]);
  });

  it('begins when DevTools says that its recording began', () => {
    const { facts } = parse({
      metadata: { source: 'DevTools', startTime: '2026-05-01T10:00:00.000Z' },
      traceEvents: events,
    });
    expect(joinSpans(facts).get('e1')?.startUs).toBe(1_777_629_600_000_001);
  });
});

describe('slices', () => {
  it('nest by time, whatever their order in the file; of two that begin together the longer is outside', () => {
    expect(
      tree([
        event('X', 'inner', 10, { dur: 2 }),
        event('X', 'outer', 10, { dur: 9 }),
        event('X', 'later', 13, { dur: 6 }),
        event('X', 'after', 19, { dur: 1 }),
      ]),
    ).toEqual(['outer < session', 'inner < outer', 'later < outer', 'after < session']);
  });

  it('that overlap without one inside the other stand side by side', () => {
    expect(tree([event('X', 'a', 0, { dur: 10 }), event('X', 'b', 5, { dur: 10 })])).toEqual([
      'a < session',
      'b < session',
    ]);
  });

  it('of B and E are paired from the inside out; an end may lack its name', () => {
    const bytes = [
      event('B', 'a', 1, { args: { q: 'x' } }),
      event('B', 'b', 2),
      { ph: 'E', ts: 3, pid: 1, tid: 1 },
      event('X', 'c', 4, { dur: 1 }),
      event('E', 'a', 6, { args: { 'gen_ai.usage.output_tokens': 3 } }),
      event('B', 'never ended', 7),
      event('X', 'in it', 8, { dur: 100 }),
    ];
    expect(tree(bytes).toSorted()).toEqual([
      'a < session',
      'b < a',
      'c < a',
      'in it < never ended',
      'never ended < session',
    ]);
    const spans = joinSpans(parse(bytes).facts);
    expect(spans.get('e0')).toMatchObject({ startUs: 1, endUs: 6, status: 'ok', summary: '{"q":"x"}' });
    expect(spans.get('e5')).toMatchObject({ status: 'open' });
  });

  it('that end without a beginning are shown as rejections', () => {
    expect(parse([event('X', 'a', 0), event('E', 'b', 5)]).records[1]).toMatchObject({
      rejected: 'an end without a beginning',
    });
  });

  it('of async events nest by category and id, and belong to no thread', () => {
    const more = (id: string) => ({ cat: 'net', id });
    expect(
      tree([
        event('b', 'request', 1, more('1')),
        event('b', 'other', 2, more('2')),
        event('b', 'dns', 3, { ...more('1'), tid: 9 }),
        event('e', 'dns', 4, more('1')),
        event('e', 'request', 5, more('1')),
        event('e', 'other', 6, more('2')),
      ]),
    ).toEqual(['request < session', 'other < session', 'dns < request']);
  });

  it('hang below their process and thread where there are several, by their names', () => {
    expect(
      tree([
        event('M', 'process_name', 0, { args: { name: 'Browser' } }),
        event('M', 'thread_name', 0, { args: { name: 'Main' } }),
        event('X', 'a', 0, { dur: 1 }),
        event('X', 'b', 0, { dur: 1, tid: 2 }),
        event('X', 'c', 0, { dur: 1, pid: 2, tid: 3 }),
      ]),
    ).toEqual(['a < Main', 'b < Thread 2', 'c < Process 2']);
  });

  it('never hold one that begins before them or ends after them', () => {
    const slice = fc.record({ ts: fc.integer({ min: 0, max: 30 }), dur: fc.integer({ min: 0, max: 10 }) });
    fc.assert(
      fc.property(fc.array(slice, { maxLength: 12 }), list => {
        const { slices } = nestSlices(list.map(({ ts, dur }) => event('X', 'x', ts, { dur })));
        expect(slices).toHaveLength(list.length);
        for (const { parent, startUs, endUs } of slices) {
          if (parent === undefined) continue;
          expect(parent.startUs).toBeLessThanOrEqual(startUs);
          expect(parent.endUs).toBeGreaterThanOrEqual(endUs ?? Infinity);
        }
      }),
    );
  });
});

describe('instants', () => {
  it('are events of the slice that ran then', () => {
    const { facts } = parse([
      event('X', 'a', 0, { dur: 10 }),
      event('i', 'tick', 4, { s: 't', args: { n: 1 } }),
      event('I', 'late', 40),
      event('n', 'mark', 5, { cat: 'c', id: '1' }),
    ]);
    expect(eventsOf(facts)).toMatchObject([
      { key: 'i1', name: 'tick', atUs: 4, span: 'e0', summary: '{"n":1}' },
      { key: 'i2', name: 'late', atUs: 40 },
      { key: 'i3', name: 'mark', atUs: 5 },
    ]);
  });
});

describe('arguments of the GenAI conventions', () => {
  const said = (role: string, content: string): string =>
    JSON.stringify([{ role, parts: [{ type: 'text', content }] }]);
  const call = event('X', 'chat', 1, {
    dur: 5,
    args: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.response.model': 'm',
      'gen_ai.usage.input_tokens': 9,
      'gen_ai.usage.output_tokens': 2,
      'gen_ai.input.messages': said('user', 'hi'),
      'gen_ai.output.messages': said('assistant', 'yes'),
    },
  });

  it('make model calls of slices, with tokens and what was said', () => {
    const { facts } = parse([call, event('X', 'run', 0, { dur: 9, cat: 'x,agent' })]);
    expect(joinSpans(facts).get('e0')).toMatchObject({ span: 'llm', model: 'm', parent: 'e1' });
    expect(joinSpans(facts).get('e1')).toMatchObject({ span: 'agent' });
    expect(countedResponses(facts)).toMatchObject({ count: 1, usage: { input: 9, output: 2 } });
    const blocks = chromeTrace.content(call);
    expect(entriesOf(facts).map(entry => blocks[entry.block]?.kind)).toEqual(['prompt', 'answer']);
  });

  it('are shown as they are where a slice is none of these', () => {
    expect(chromeTrace.content(event('X', 'layout', 0, { args: { nodes: 3 } }))).toEqual([
      { kind: 'notice', title: 'layout', text: '{\n  "nodes": 3\n}' },
    ]);
  });
});
