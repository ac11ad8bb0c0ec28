import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { genericLines, parseMapping } from '../../../../src/main/core/parsers/generic.ts';
import { timeToUs } from '../../../../src/main/core/parsers/generic-fields.ts';
import type { LineParser } from '../../../../src/main/core/parsers/parser.ts';
import { mappedKinds, type GenericMapping } from '../../../../src/shared/model/generic-mapping.ts';
import { ROOT_SPAN } from '../../../../src/shared/model/ids.ts';
import { noUsage } from '../../../../src/shared/model/usage.ts';
import { corpusDir, corpusNote, fixturesDir } from '../../../builders/corpus.ts';
import {
  countedResponses,
  entriesOf,
  eventsOf,
  joinSpans,
  spansOfKind,
  turnPrompts,
} from '../../../builders/join-facts.ts';
import { hintOf, linesOf, readLines, sampleOf } from '../../../builders/read-units.ts';

const dir = join(fixturesDir, 'generic');

function mappingOf(json: unknown): GenericMapping {
  const parsed = parseMapping(json);
  if (parsed.kind === 'bad') throw new Error(parsed.why);
  return parsed.mapping;
}

function parserFrom(name: string): LineParser {
  return genericLines(mappingOf(readFileSync(join(dir, name), 'utf8')));
}

function parserOf(mapping: Record<string, unknown>): LineParser {
  return genericLines(mappingOf({ playheadMap: 1, agent: 'x', ...mapping }));
}

describe('a mapped log with spans, two sessions in one file', () => {
  const bytes = readFileSync(join(dir, 'order-desk.jsonl'));
  const parser = parserFrom('order-desk.playhead-map.json');
  const { facts, records, recognition } = readLines(parser, bytes, hintOf('order-desk.jsonl'));
  const t0 = 1_764_490_000_000_000;
  const first = facts.filter(fact => fact.session === 'r-7');

  it('is named for its agent', () => {
    expect(parser.id).toBe('generic:order-desk');
    expect(recognition).toEqual({ agent: 'order-desk', session: null, main: false });
  });

  it('makes one span of a start and its end, and of a call and its result', () => {
    const spans = [...joinSpans(first).values()].map(span => [
      span.key,
      span.span,
      span.name,
      span.parent,
      span.status,
      (span.startUs ?? 0) - t0,
      span.endUs === undefined ? null : span.endUs - t0,
    ]);
    expect(spans).toEqual(
      expect.arrayContaining([
        ['s1', 'agent', 'order desk', ROOT_SPAN, 'ok', 0, 9_200_000],
        ['s2', 'llm', 'gpt-4.1-mini', 's1', 'ok', 60_000, 1_880_500],
        ['s3', 'tool', 'lookup_order', 's2', 'ok', 1_900_000, 3_000_000],
        ['s4', 'tool', 'track_parcel', 's2', 'error', 3_010_000, 8_010_000],
        ['s5', 'llm', 'gpt-4.1-mini', 's1', 'ok', 8_200_000, 9_140_000],
      ]),
    );
    expect(spans).toHaveLength(5);
  });

  it('leaves a span open whose end is not told, where the log tells ends', () => {
    expect(joinSpans(facts.filter(fact => fact.session === 'r-8')).get('s1')?.status).toBe('open');
  });

  it('counts tokens without what came from the cache: 300 + 236, 512 + 768', () => {
    expect(countedResponses(first)).toEqual({
      count: 2,
      usage: { ...noUsage, input: 536, output: 115, cacheRead: 1280 },
    });
  });

  it('begins a turn with what a human says, and hangs spans into it', () => {
    expect(turnPrompts(facts).map(prompt => [prompt.session, prompt.summary])).toEqual([
      ['r-7', 'Where is my order 4711?'],
      ['r-8', 'Ich möchte den Tisch zurückgeben 🪑'],
    ]);
    const [prompt] = turnPrompts(first);
    expect(joinSpans(first).get('s2')?.turn).toBe(prompt?.key);
    expect(joinSpans(first).get('s5')?.turn).toBe(prompt?.key);
  });

  it('tells the conversation in order', () => {
    const said = [...entriesOf(first)].sort((a, b) => a.order - b.order);
    expect(said.map(entry => [entry.entry, entry.result === true])).toEqual([
      ['prompt', false],
      ['answer', false],
      ['tool', false],
      ['tool', true],
      ['tool', false],
      ['tool', true],
      ['answer', false],
    ]);
    expect(
      eventsOf(facts)
        .map(event => [event.event, event.summary])
        .slice(2),
    ).toEqual([
      ['error', 'carrier: 503 Service Unavailable'],
      ['notice', 'Handed over to a person: returns are not automated.'],
    ]);
  });

  it('keeps what it does not speak of as unknown: no session, a word without a kind', () => {
    expect(records.filter(record => !record.known).map(({ type, at }) => [type, at.line])).toEqual([
      ['unmapped', 10],
      ['heartbeat', 11],
    ]);
    expect(records).toHaveLength(14);
  });

  it('gives the same facts however the file was cut while it grew', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), cuts => {
        expect(readLines(parser, bytes, hintOf('order-desk.jsonl'), cuts).facts).toEqual(facts);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a mapped log without ids, kinds and sessions', () => {
  const parser = parserFrom('local-chat.playhead-map.json');
  const bytes = readFileSync(join(dir, 'chat-2025-11-30.jsonl'));
  const { facts, recognition } = readLines(parser, bytes, hintOf('logs/chat-2025-11-30.jsonl'));

  it('is one session a file, with keys of file and line', () => {
    expect(recognition).toEqual({ agent: 'local-chat', session: 'chat-2025-11-30', main: true });
    expect(spansOfKind(facts, 'llm').map(span => span.key)).toEqual([
      'line:chat-2025-11-30:3',
      'line:chat-2025-11-30:5',
    ]);
  });

  it('tells messages from model calls by what the records have', () => {
    expect(entriesOf(facts).map(entry => entry.entry)).toEqual(['system', 'prompt', 'answer', 'prompt', 'answer']);
    expect(turnPrompts(facts).map(prompt => prompt.summary)).toEqual(['Two plus two?', 'And three more?']);
    expect(countedResponses(facts)).toEqual({ count: 2, usage: { ...noUsage, input: 52, output: 4 } });
  });

  it('shows the words of each entry', () => {
    const lines = readFileSync(join(dir, 'chat-2025-11-30.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.flatMap(line => parser.content(JSON.parse(line)))).toEqual([
      { kind: 'system', title: 'system', parts: [{ kind: 'text', text: 'You are terse.' }] },
      { kind: 'prompt', parts: [{ kind: 'text', text: 'Two plus two?' }] },
      { kind: 'answer', parts: [{ kind: 'text', text: 'Four.' }] },
      { kind: 'prompt', parts: [{ kind: 'text', text: 'And three more?' }] },
      { kind: 'answer', parts: [{ kind: 'text', text: 'Seven.' }] },
    ]);
  });
});

describe('a record without the session that the others name', () => {
  it('belongs to the session of the one before, or to the file where it is the first', () => {
    const parser = parserOf({ match: { run: { present: true } }, session: 'run', text: 'm', kind: 'event' });
    const loose = parserOf({ session: 'run', text: 'm', time: 't', kind: 'event' });
    const lines = linesOf({ m: 'a', t: 1 }, { m: 'b', t: 1, run: 'r-1' }, { m: 'c', t: 1 }, { m: 'd', t: 1, run: 2 });
    const sessions = (of: LineParser): unknown =>
      readLines(of, lines, hintOf('f.jsonl')).records.map(record => record.session);
    expect(sessions(loose)).toEqual(['f', 'r-1', 'r-1', '2']);
    expect(sessions(parser)).toEqual(['f', 'r-1', 'r-1', '2']);
  });
});

describe('whether a file is what a mapping is for', () => {
  const recognise = (parser: LineParser, ...values: readonly unknown[]): unknown =>
    parser.recognise(sampleOf(linesOf(...values)), hintOf('a.jsonl'));

  it('is told by match: a value, one of a list, present or absent', () => {
    const parser = parserOf({
      match: { app: 'desk', level: ['info', 2], 'a.b': { present: true }, old: { present: false } },
      text: 'msg',
    });
    const good = { app: 'desk', level: 2, a: { b: 0 }, msg: 'x' };
    expect(recognise(parser, { noise: 1 }, good)).toMatchObject({ agent: 'x' });
    for (const bad of [{ app: 'Desk' }, { level: 'debug' }, { a: {} }, { old: 0 }])
      expect(recognise(parser, { ...good, ...bad })).toBeUndefined();
  });

  it('is told without match by two mapped fields in half of the lines', () => {
    const parser = parserOf({ time: 't', text: 'msg', id: 'id' });
    expect(recognise(parser, { t: 1, msg: 'a' }, { other: 1 })).toBeDefined();
    expect(recognise(parser, { t: 1 }, { t: 2 })).toBeUndefined();
    expect(recognise(parser, { t: 1, msg: 'a' }, { other: 1 }, { other: 2 })).toBeUndefined();
  });

  it('cannot be told from nothing', () => {
    expect(parserOf({ text: 'msg' }).recognise({ values: [], text: '', complete: false }, hintOf('a'))).toBe('more');
    expect(parserOf({ text: 'msg' }).recognise({ values: [], text: '', complete: true }, hintOf('a'))).toBeUndefined();
  });
});

describe('paths', () => {
  const textAt = (path: string, value: unknown): unknown => {
    const [block] = parserOf({ kind: 'llm', text: path, time: 't' }).content({ t: 1, ...(value as object) });
    return block?.kind === 'answer' ? block.parts : undefined;
  };

  it.each([
    ['a.b', { a: { b: 'x' } }],
    ['a[1].b', { a: [0, { b: 'x' }] }],
    ['["a.b"]', { 'a.b': 'x' }],
    ['a["gen_ai.b"][0]', { a: { 'gen_ai.b': ['x'] } }],
    ['größe.wert', { größe: { wert: 'x' } }],
  ])('find %s', (path, value) => {
    expect(textAt(path, value)).toEqual([{ kind: 'text', text: 'x' }]);
  });

  it.each([
    ['a.b.c', { a: { b: 'x' } }],
    ['a[3]', { a: ['x'] }],
    ['constructor.name', {}],
    ['a.length', { a: 'text' }],
  ])('find nothing at %s where the record has no such field of its own', (path, value) => {
    expect(textAt(path, value)).toBeUndefined();
  });
});

describe('times', () => {
  it.each([
    ['2025-11-30T08:00:00.5Z', 1_764_489_600_500_000],
    [1_764_489_600, 1_764_489_600_000_000],
    [1_764_489_600.25, 1_764_489_600_250_000],
    [1_764_489_600_123, 1_764_489_600_123_000],
    [1_764_489_600_123_456, 1_764_489_600_123_456],
    ['1764489600123456789', 1_764_489_600_123_456],
    ['1764489600', 1_764_489_600_000_000],
  ])('%s is read in its unit', (value, us) => {
    expect(timeToUs(value)).toBe(us);
  });

  it.each([[-5], ['yesterday'], [null], [{}], ['']])('%s is none', value => {
    expect(timeToUs(value)).toBeUndefined();
  });
});

describe('a mapping', () => {
  it.each([
    ['not JSON', '{"playheadMap":', 'The mapping is not JSON.'],
    ['no object', [], 'The mapping must be a JSON object.'],
    ['another version', { playheadMap: 2, agent: 'a' }, 'playheadMap must be 1, the version of this mapping format.'],
    ['no agent', { playheadMap: 1 }, 'agent must be a name.'],
    [
      'a name that could be a path',
      { playheadMap: 1, agent: '../x' },
      'agent must be a name of letters, digits, dots, dashes and underscores, at most 60.',
    ],
    ['a misspelt field', { playheadMap: 1, agent: 'a', tokns: {} }, 'tokns is not a field of a mapping.'],
    [
      'a misspelt token field',
      { playheadMap: 1, agent: 'a', tokens: { in: 'x' } },
      'tokens.in is not a field of a mapping.',
    ],
    [
      'a broken path',
      { playheadMap: 1, agent: 'a', text: 'a..b' },
      'text must be a path such as "message.content[0].text".',
    ],
    [
      'an unknown kind',
      { playheadMap: 1, agent: 'a', kind: 'span' },
      'kind must be one of agent, llm, tool, phase, message, event, end, or {"path", "map", "default"}.',
    ],
    [
      'an unknown kind in the map',
      { playheadMap: 1, agent: 'a', kind: { path: 't', map: { x: 'span' } } },
      'kind.map.x must be one of agent, llm, tool, phase, message, event, end.',
    ],
    [
      'a condition that is none',
      { playheadMap: 1, agent: 'a', match: { a: { is: 1 } } },
      'match.a.is is not a field of a mapping.',
    ],
  ])('that is wrong says so in words: %s', (_name, json, why) => {
    const parsed = parseMapping(json);
    expect(parsed.kind === 'bad' ? parsed.why : 'ok').toContain(why);
  });

  it('changes the version of its parser when it changes', () => {
    expect(parserOf({ text: 'a' }).version).not.toBe(parserOf({ text: 'b' }).version);
  });

  it('in the documentation is a good one', () => {
    const page = readFileSync(join(fixturesDir, '../../docs/generic-mapping.md'), 'utf8');
    const examples = [...page.matchAll(/```json\n(\{\n[\s\S]*?)```/g)].map(match => parseMapping(match[1]));
    expect(examples.map(example => example.kind)).toEqual(['ok']);
  });
});

describe('any mapping over any log', () => {
  it('never throws, and its entries point at what it shows', () => {
    const path = fc.constantFrom('a', 'b', 'a.b', 'c[0]', 'd');
    const kind = fc.constantFrom(...mappedKinds);
    const mapping = fc.record(
      {
        playheadMap: fc.constant(1 as const),
        agent: fc.constant('x'),
        session: path,
        id: path,
        parent: path,
        time: path,
        end: path,
        durationMs: path,
        name: path,
        text: path,
        role: path,
        model: path,
        toolInput: path,
        toolOutput: path,
        error: path,
        kind: fc.oneof(
          kind,
          fc.record(
            { path, map: fc.dictionary(fc.constantFrom('user', 'x'), kind), default: kind },
            { requiredKeys: ['path'] },
          ),
        ),
        tokens: fc.record(
          { input: path, output: path, cacheRead: path, inputIncludesCache: fc.boolean() },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: ['playheadMap', 'agent'], noNullPrototype: true },
    );
    const leaf = fc.oneof(
      fc.constantFrom('user', 'assistant', 'x', '', 'session'),
      fc.double(),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const value = fc.oneof(
      fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), leaf, { noNullPrototype: true }),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(mapping, fc.array(value, { maxLength: 6 }), (json, values) => {
        const parser = parserOf(json);
        parser.recognise({ values, text: '', complete: true }, hintOf('f.jsonl'));
        const state = parser.begin({ agent: 'x', session: null, main: false }, hintOf('f.jsonl'));
        for (const [index, one] of values.entries()) {
          const unit = parser.parse(state, one, { line: index + 1, offset: index * 50, length: 50 }, hintOf('f.jsonl'));
          expect(unit.records).toHaveLength(1);
          for (const fact of unit.facts) expect(fact.session).toBeDefined();
          for (const entry of entriesOf(unit.facts)) expect(entry.block).toBeLessThan(parser.content(one).length);
          expect(joinSpans(unit.facts).has(ROOT_SPAN)).toBe(false);
        }
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      }),
      { numRuns: 500 },
    );
  });
});

describe.skipIf(corpusDir === undefined)(`a mapping for Pi's recorded sessions${corpusNote}`, () => {
  const pi = parserOf({
    match: { type: 'message' },
    id: 'id',
    time: 'timestamp',
    role: 'message.role',
    text: 'message.content',
    model: 'message.model',
    tokens: { input: 'message.usage.input', output: 'message.usage.output', cacheRead: 'message.usage.cacheRead' },
  });

  it('reads prompts, model calls and tokens', () => {
    const bytes = readFileSync(join(corpusDir ?? '', 'logs/pi/irrlicht-5-3_model-switch-midsession.jsonl'));
    const { facts, records } = readLines(pi, bytes, hintOf('pi.jsonl'));
    // wc -l; jq: four lines of type "message", two of each role; .message.usage of the assistant's added up.
    expect(records.map(record => record.known)).toHaveLength(9);
    expect(records.filter(record => record.known)).toHaveLength(4);
    expect(turnPrompts(facts).map(prompt => prompt.summary)).toEqual([
      'Reply with exactly the word: turn-one',
      'Reply with exactly the word: turn-two',
    ]);
    expect(countedResponses(facts)).toEqual({ count: 2, usage: { ...noUsage, input: 14_960, output: 49 } });
  });
});
