import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { otlpJsonDocument, otlpJsonLines } from '../../../../src/main/core/parsers/otlp.ts';
import type { Fact, ParsedUnit } from '../../../../src/main/core/parsers/parser.ts';
import { fixturesDir, listFiles } from '../../../builders/corpus.ts';
import { countedResponses, entriesOf, joinSpans, spansOfKind } from '../../../builders/join-facts.ts';
import { beginningUs, modelCall, otlpExport, otlpSpan, text, traceOne } from '../../../builders/otlp.ts';
import { hintOf, linesOf, noHint, readDocument, readLines, sampleOf } from '../../../builders/read-units.ts';

const otlpDir = join(fixturesDir, 'otlp');
const fixtures = listFiles(otlpDir);
const documents = fixtures.filter(name => name.endsWith('.json'));
const fixture = (name: string): Uint8Array => readFileSync(join(otlpDir, name));
const bytesOf = (value: unknown, indent?: number): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value, null, indent));
const recognition = { agent: 'otel', session: null, main: false } as const;
const parse = (bytes: Uint8Array): ParsedUnit => otlpJsonDocument.parseDocument(bytes, noHint, recognition);

function claimed(bytes: Uint8Array, name = 'file.json'): string {
  const sample = sampleOf(bytes);
  const claims = [otlpJsonLines, otlpJsonDocument].flatMap(parser => {
    const claim = parser.recognise(sample, hintOf(name));
    return claim === undefined ? [] : [claim === 'more' ? 'more' : parser.id];
  });
  return claims.join(' and ') || 'nobody';
}

const threeSpans = [
  otlpSpan({ id: 'a000000000000000', name: 'root' }),
  modelCall(
    { id: 'b000000000000000', parent: 'a000000000000000', startMs: 1 },
    [text('user', 'q')],
    [text('assistant', 'a')],
  ),
  otlpSpan({ id: 'c000000000000000', trace: 'ff'.repeat(16), name: 'other' }),
];

describe('recognition', () => {
  it.each(fixtures)('claims %s once', name => {
    expect(claimed(fixture(name), name)).toBe(name.endsWith('.jsonl') ? 'otlp-json-lines' : 'otlp-json');
  });

  const request = otlpExport(threeSpans);
  it.each([
    ['one request on one line without its end', bytesOf(request), 'file.json', 'otlp-json'],
    ['the same in a file that is named for lines', bytesOf(request), 'traces.jsonl', 'otlp-json-lines'],
    ['a line with its end', linesOf(request), 'file.json', 'otlp-json-lines'],
    [
      'lines, of which the last is being written',
      bytesOf(`${JSON.stringify(request)}\n{"resou`),
      'x',
      'otlp-json-lines',
    ],
    ['a first line that is being written', bytesOf('{"resourceSpans":[{"resource":{'), 'x.jsonl', 'otlp-json-lines'],
    ['a document that is being written', bytesOf('{\n  "resourceSpans": [\n    {'), 'x.json', 'otlp-json'],
    ['the very beginning of a document', bytesOf('{"resou'), 'x.json', 'more'],
    [
      'an array of requests, one a line',
      bytesOf(`[\n${JSON.stringify(request)},\n${JSON.stringify(request)}\n]\n`),
      'x',
      'otlp-json',
    ],
    ['a line of logs', linesOf({ resourceLogs: [] }, request), 'x', 'otlp-json-lines'],
    ['a line a span', linesOf(...threeSpans), 'x', 'otlp-json-lines'],
    ['batches of Tempo', bytesOf({ batches: request['resourceSpans'] }), 'x', 'otlp-json'],
  ])('tells %s', (_name, bytes, name, who) => {
    expect(claimed(bytes, name)).toBe(who);
  });

  it('tells a document from its first 64 KB', () => {
    const long = 'x'.repeat(100_000);
    expect(claimed(bytesOf(otlpExport([otlpSpan({ attributes: { long } }), ...threeSpans]), 1))).toBe('otlp-json');
    const dump = { spans: [...threeSpans, otlpSpan({ attributes: { long } })] };
    expect(claimed(bytesOf(dump, 1))).toBe('otlp-json');
  });

  it.each([
    [
      'Jaeger',
      { data: [{ traceID: 'a1', spans: [{ traceID: 'a1', spanID: 'b2', operationName: 'x', startTime: 1 }] }] },
    ],
    ['Zipkin', [{ traceId: 'a1', id: 'b2', name: 'x', timestamp: 1, duration: 2 }]],
    [
      'Langfuse',
      { trace: { id: 'a1' }, observations: [{ id: 'o', traceId: 'a1', name: 'x', startTime: '2026-01-01' }] },
    ],
    ['LangSmith', [{ id: 'r', trace_id: 'a1', run_type: 'llm', name: 'x', start_time: '2026-01-01' }]],
    ['Chrome', { traceEvents: [{ ph: 'X', name: 'x', ts: 1 }] }],
    [
      'an application log with trace ids',
      { trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16), message: 'hi', name: 'app' },
    ],
    ['messages', { messages: [{ role: 'user', content: 'resourceSpans' }] }],
    ['something with batches of its own', { batches: [{ id: 1 }] }],
    ['something with spans of its own', { spans: [{ start: 1, end: 2, name: 'x' }] }],
    ['nothing', {}],
  ])('leaves %s alone', (_name, value) => {
    expect(claimed(bytesOf(value))).toBe('nobody');
    expect(claimed(bytesOf(value, 2))).toBe('nobody');
    expect(claimed(linesOf(value, value), 'file.jsonl')).toBe('nobody');
  });

  it('leaves every fixture of other formats alone', () => {
    const others = listFiles(fixturesDir, name => !name.startsWith('otlp/') && /\.jsonl?$/.test(name));
    expect(others.filter(name => claimed(readFileSync(join(fixturesDir, name)), name) !== 'nobody')).toEqual([]);
  });
});

describe('places', () => {
  it.each(documents)('in %s are those of the spans themselves', name => {
    const bytes = fixture(name);
    const { records, facts } = parse(bytes);
    const whole = new TextDecoder().decode(bytes);
    for (const record of records) {
      const slice = bytes.subarray(record.at.offset, record.at.offset + record.at.length);
      const value = JSON.parse(new TextDecoder().decode(slice)) as Readonly<Record<string, unknown>>;
      expect(value).toHaveProperty(record.type === 'span' ? 'name' : 'resource');
      const before = new TextDecoder().decode(bytes.subarray(0, record.at.offset));
      expect(record.at.line).toBe(before.split('\n').length);
    }
    expect(records.map(record => record.at.offset)).toEqual(
      [...new Set(records.map(({ at }) => at.offset))].sort((a, b) => a - b),
    );
    const starts = whole.match(/"(startTimeUnixNano|start_time_unix_nano|start_time)"/g) ?? [];
    const spans = name.includes('metrics') ? 0 : starts.length;
    expect(records.filter(({ type }) => type === 'span')).toHaveLength(spans);
    for (const fact of facts) expect(records[fact.record ?? 0]?.type).toBe('span');
  });

  it('of several spans of one line stand inside the line', () => {
    const bytes = linesOf({ note: 'ä' }, otlpExport(threeSpans));
    const { records } = readLines(otlpJsonLines, linesOf(otlpExport([]), otlpExport(threeSpans)));
    expect(records.map(record => [record.at.line, record.type])).toEqual([
      [1, 'export'],
      [2, 'span'],
      [2, 'span'],
      [2, 'span'],
    ]);
    const unit = otlpJsonLines.parse(
      {},
      otlpExport(threeSpans),
      { line: 2, offset: 14, length: 0 },
      noHint,
      bytes.subarray(14),
    );
    for (const [n, record] of unit.records.entries()) {
      const slice = bytes.subarray(record.at.offset, record.at.offset + record.at.length);
      expect(JSON.parse(new TextDecoder().decode(slice))).toEqual(threeSpans[n]);
    }
  });

  it('without the bytes of the line are the line, and blocks are counted through', () => {
    const request = otlpExport(threeSpans);
    const at = { line: 3, offset: 100, length: 50 };
    const unit = otlpJsonLines.parse({}, request, at, noHint);
    expect(unit.records).toEqual([{ at, type: 'span', known: true, timeUs: beginningUs, session: traceOne }]);
    const blocks = otlpJsonLines.content(request);
    expect(entriesOf(unit.facts).map(entry => blocks[entry.block]?.kind)).toEqual(['prompt', 'answer']);
  });
});

describe('sessions and spans', () => {
  it('makes a session of each trace, and every fact and record says its own', () => {
    const { facts, records } = parse(bytesOf(otlpExport(threeSpans)));
    const sessions = facts.filter(fact => fact.kind === 'session');
    expect(sessions.map(fact => [fact.session, fact.agent, fact.project, fact.title?.text])).toEqual([
      [traceOne, 'demo', 'demo', 'q'],
      ['ff'.repeat(16), 'demo', 'demo', 'other'],
    ]);
    expect(facts.every(fact => fact.session !== undefined)).toBe(true);
    expect(facts.every(fact => fact.session === records[fact.record ?? 0]?.session)).toBe(true);
  });

  it.each([
    ['claude-code', 'claude-code'],
    ['github-copilot', 'copilot-cli'],
    ['codex_cli_rs', 'codex'],
    ['gemini-cli', 'gemini-cli'],
    ['my-service', 'my-service'],
    ['unknown_service:node', undefined],
  ])('calls the agent of the service %s %s', (service, agent) => {
    const session = parse(bytesOf(otlpExport(threeSpans, service))).facts.find(fact => fact.kind === 'session');
    expect(session?.agent).toBe(agent);
  });

  it('hangs roots below the session and names parents that are not there', () => {
    const spans = joinSpans(
      parse(
        bytesOf(
          otlpExport([
            otlpSpan({ id: 'A000000000000001' }),
            otlpSpan({ id: 'a000000000000002', parent: '' }),
            otlpSpan({ id: 'a000000000000003', parent: '0000000000000000' }),
            otlpSpan({ id: 'a000000000000004', parent: 'A000000000000001' }),
            otlpSpan({ id: 'a000000000000005', parent: 'dddddddddddddddd' }),
            otlpSpan({ id: 'a000000000000006', parent: 'a000000000000006' }),
          ]),
        ),
      ).facts,
    );
    expect([...spans].map(([key, span]) => [key.slice(-1), span.parent])).toEqual([
      ['1', 'session'],
      ['2', 'session'],
      ['3', 'session'],
      ['4', 'a000000000000001'],
      ['5', 'dddddddddddddddd'],
      ['6', 'session'],
    ]);
  });

  it('keeps spans in a circle, a clock that runs backwards and a span that never ended', () => {
    const { facts } = parse(
      bytesOf(
        otlpExport([
          otlpSpan({ id: 'a000000000000001', parent: 'a000000000000002' }),
          otlpSpan({ id: 'a000000000000002', parent: 'a000000000000001', startMs: 9, endMs: 5 }),
          otlpSpan({ id: 'a000000000000003', endMs: null }),
        ]),
      ),
    );
    const spans = joinSpans(facts);
    expect(spans.get('a000000000000001')?.parent).toBe('a000000000000002');
    expect(spans.get('a000000000000002')).toMatchObject({ startUs: beginningUs + 9000, endUs: beginningUs + 5000 });
    expect(spans.get('a000000000000003')).toMatchObject({ status: 'open' });
  });

  it('keeps 64-bit ids that stand as bare numbers', () => {
    // Python's format(n, '016x') of 9295669169508793927 and 12324293800750531911, format(n, '032x') of the trace's
    const spans = joinSpans(readDocument(otlpJsonDocument, fixture('anyagent-openai.json')).facts);
    expect(spans.get('8100d9dbee1f3e47')).toMatchObject({
      parent: 'ab08afea3548c547',
      session: '4bedea77bb33b9c5f280371eae21ea97',
    });
    expect(spans.get('ab08afea3548c547')).toMatchObject({ parent: 'session', span: 'agent' });
  });

  it('never puts the sums of an agent into usage', () => {
    const { facts } = parse(fixture('copilot.json'));
    const [agent] = spansOfKind(facts, 'agent');
    expect(agent?.usage).toBeUndefined();
    expect(agent?.attrs?.['aggregateUsage']).toMatchObject({ input: 33100, output: 181 });
    // 8000+8200+8400+8500 input with 5000+7900+8100+8300 of it cached, by the spans' own attributes
    expect(countedResponses(facts)).toEqual({
      count: 4,
      usage: { input: 3800, output: 181, cacheRead: 29300, cacheCreation: 0, cacheCreation1h: 0, reasoning: 0 },
    });
  });

  it('knows the same model response again by its id', () => {
    const keys = spansOfKind(parse(fixture('copilot.json')).facts, 'llm').map(span => span.responseKey);
    expect(keys[0]).toBe('response:chatcmpl-dbf0450a7d954b62b90662bc');
    expect(new Set(keys).size).toBe(4);
  });
});

describe('containers', () => {
  const request = otlpExport(threeSpans);
  const renamed = (names: Readonly<Record<string, string>>) =>
    JSON.stringify(request).replace(/"(\w+)":/g, (whole, key: string) => (key in names ? `"${names[key]}":` : whole));
  const snake = {
    resourceSpans: 'resource_spans',
    scopeSpans: 'scope_spans',
    traceId: 'trace_id',
    spanId: 'span_id',
    parentSpanId: 'parent_span_id',
    startTimeUnixNano: 'start_time_unix_nano',
    endTimeUnixNano: 'end_time_unix_nano',
    stringValue: 'string_value',
  };
  const resource = { attributes: { 'service.name': 'demo' } };

  it.each([
    ['an array of requests', [request]],
    ['batches', { batches: request['resourceSpans'] }],
    ['a trace around it', { trace: request }],
    ['the scopes of before 2022', renamed({ scopeSpans: 'instrumentationLibrarySpans' })],
    ['snake case', renamed(snake)],
    ['a trace with its spans and one resource', { version: 1, trace: { resource, spans: threeSpans } }],
    ['the resource after its spans', { trace: { spans: threeSpans, resource } }],
    [
      'spans of a dump, each with its resource',
      { spans: threeSpans.map(span => ({ ...span, resource })), output: 'x' },
    ],
    ['an array of such spans', threeSpans.map(span => ({ ...span, resource }))],
    ['such spans one after another', threeSpans.map(span => JSON.stringify({ ...span, resource }, null, 2)).join('\n')],
    [
      'pretty requests one after another',
      threeSpans.map(span => JSON.stringify(otlpExport([span]), null, 2)).join('\n'),
    ],
  ])('%s tell the same as one request', (_name, value) => {
    const bytes = bytesOf(value);
    expect(claimed(bytes)).toBe('otlp-json');
    const unit = parse(bytes);
    expect(unit.records.map(({ type, rejected }) => [type, rejected])).toEqual(Array(3).fill(['span', undefined]));
    expect(unit.facts).toEqual(parse(bytesOf(request)).facts);
  });

  it('reads what the console exporter of the Python SDK prints', () => {
    const span = (id: string, parent: string | null) => ({
      name: 'work',
      context: { trace_id: `0x${traceOne}`, span_id: id, trace_state: '[]' },
      kind: 'SpanKind.INTERNAL',
      parent_id: parent,
      start_time: '2027-01-15T08:00:00.000000Z',
      end_time: '2027-01-15T08:00:00.250000Z',
      status: { status_code: 'ERROR', description: 'no' },
      attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'read' },
      events: [],
      links: [],
      resource: { attributes: { 'service.name': 'demo' }, schema_url: '' },
    });
    const printed = [span('0xb7ad6b7169203331', null), span('0xb7ad6b7169203332', '0xb7ad6b7169203331')];
    const texts = printed.map(one => JSON.stringify(one, null, 4));
    const { facts, records } = readDocument(otlpJsonDocument, bytesOf(texts.join('\n')));
    expect(records.map(record => record.at.line)).toEqual([1, (texts[0]?.split('\n').length ?? 0) + 1]);
    expect(joinSpans(facts).get('b7ad6b7169203332')).toMatchObject({
      session: traceOne,
      span: 'tool',
      name: 'read',
      parent: 'b7ad6b7169203331',
      status: 'error',
      startUs: 1_800_000_000_000_000,
      endUs: 1_800_000_000_250_000,
    });
  });

  it('keeps logs and metrics as records of their kinds, without spans', () => {
    expect(parse(fixture('otel-js-logs.json'))).toMatchObject({ records: [{ type: 'logs', known: true }], facts: [] });
    expect(parse(fixture('otel-js-metrics.json'))).toMatchObject({ records: [{ type: 'metrics' }], facts: [] });
    const mixed = readLines(
      otlpJsonLines,
      linesOf(otlpExport(threeSpans), { resourceLogs: [{}, {}] }, { other: 1 }, 5),
    );
    expect(mixed.records.map(record => [record.type, record.known])).toEqual([
      ['span', true],
      ['span', true],
      ['span', true],
      ['logs', true],
      ['logs', true],
      ['other', false],
      ['number', false],
    ]);
  });
});

describe('what cannot be read', () => {
  it.each(documents)('is the whole of %s while it is cut off, and says so', name => {
    const bytes = fixture(name);
    const last = new TextDecoder().decode(bytes).trimEnd().length; // characters, never more than bytes
    for (const length of [0.1, 0.3, 0.5, 0.7, 0.9].map(part => Math.floor(last * part)).concat(last - 1)) {
      const unit = parse(bytes.subarray(0, length));
      expect(unit.facts).toEqual([]);
      expect(unit.records).toMatchObject([{ at: { line: 1, offset: 0, length }, rejected: /cut off/ }].map(cutOff));
    }
  });

  it('is only the last of several values', () => {
    const whole = JSON.stringify(otlpExport(threeSpans), null, 2);
    const unit = parse(bytesOf(`${whole}\n${whole.slice(0, 200)}`));
    expect(unit.records.map(record => record.rejected === undefined)).toEqual([true, true, true, false]);
    expect(unit.records[3]?.at).toEqual({ line: whole.split('\n').length + 1, offset: whole.length + 1, length: 200 });
  });

  it('is one span that is damaged or has no ids; its neighbours stay', () => {
    const damaged = JSON.stringify(otlpExport(threeSpans))
      .replace('"name":"root"', '"name":rot')
      .replace('"spanId":"c000000000000000"', '"spanId":""');
    const unit = parse(bytesOf(damaged));
    expect(unit.records.map(record => record.rejected)).toEqual(['not JSON', undefined, 'a span without a span id']);
    expect([...joinSpans(unit.facts).keys()]).toEqual(['b000000000000000']);
  });

  it('is what follows the place where a document breaks', () => {
    const unit = parse(bytesOf(`${JSON.stringify(otlpExport(threeSpans))}\nTraceback (most recent call last):\n`));
    expect(unit.records.map(record => record.rejected)).toEqual([
      undefined,
      undefined,
      undefined,
      'not JSON from line 2 on',
    ]);
  });

  it('is nothing in an empty file', () => {
    expect(parse(new Uint8Array())).toMatchObject({ records: [{ type: 'empty' }], facts: [] });
  });
});

describe('any input', () => {
  const check = (unit: ParsedUnit, length: number): void => {
    expect(unit.records.length).toBeGreaterThan(0);
    const offsets = unit.records.map(record => record.at.offset);
    expect(new Set(offsets).size).toBe(offsets.length);
    for (const { at } of unit.records) expect(at.offset + at.length).toBeLessThanOrEqual(length);
    for (const fact of unit.facts) checkFact(fact, unit);
    expect(JSON.parse(JSON.stringify(unit.facts))).toEqual(unit.facts);
  };

  it('of JSON gives records and facts that can be stored, and never throws', () => {
    expect.hasAssertions();
    const key = fc.constantFrom(
      ...['resourceSpans', 'scopeSpans', 'spans', 'traceId', 'spanId', 'parentSpanId', 'name', 'attributes', 'key'],
      ...['value', 'stringValue', 'context', 'trace', 'batches', 'resource', 'startTimeUnixNano', 'events', 'status'],
    );
    const { tree } = fc.letrec(tie => ({
      tree: fc.oneof(
        { maxDepth: 8, withCrossShrink: true },
        fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.constant(traceOne)),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 8 }),
      ),
    }));
    fc.assert(
      fc.property(tree, value => {
        const bytes = bytesOf(JSON.stringify(value));
        check(parse(bytes), bytes.length);
        const json: unknown = JSON.parse(JSON.stringify(value));
        const at = { line: 1, offset: 0, length: bytes.length };
        check(otlpJsonLines.parse({}, json, at, noHint, bytes), bytes.length);
        check(otlpJsonLines.parse({}, json, at, noHint), bytes.length);
        otlpJsonLines.content(json);
        claimed(bytes);
      }),
      { numRuns: 300 },
    );
  });

  it('that a real file becomes by damage, too', () => {
    expect.hasAssertions();
    const originals = [
      'anyagent-smolagents.json',
      'copilot-failure.json',
      'openinference-sdk.json',
      'claude-details-1.json',
    ].map(fixture);
    const change = fc.record({
      at: fc.nat(),
      byte: fc.constantFrom(...bytesOf('{}[]",:\\0 9x')),
      run: fc.nat({ max: 3 }),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...originals),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        (original, changes) => {
          const bytes = new Uint8Array(original); // a Buffer refuses to be filled beyond its end
          for (const { at, byte, run } of changes) bytes.fill(byte, at % bytes.length, (at % bytes.length) + run);
          check(parse(bytes), bytes.length);
          claimed(bytes);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('of lines gives the same however it was appended', () => {
    const bytes = fixture('vscopilot-gen_ai-sample4.jsonl');
    const whole = readLines(otlpJsonLines, bytes);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length })), cuts => {
        const parts = readLines(otlpJsonLines, bytes, noHint, cuts);
        expect(parts.facts).toEqual(whole.facts);
        expect(parts.records).toEqual(whole.records);
      }),
      { numRuns: 30 },
    );
  });
});

function checkFact(fact: Fact, unit: ParsedUnit): void {
  expect(unit.records[fact.record ?? 0]).toBeDefined();
  if (fact.kind === 'span' && fact.startUs !== undefined) expect(Number.isSafeInteger(fact.startUs)).toBe(true);
  if (fact.kind === 'span' && fact.usage !== undefined)
    for (const count of Object.values(fact.usage)) expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
}

function cutOff(record: { readonly at: unknown }): unknown {
  return { ...record, rejected: expect.stringMatching(/^cut off or still being written/) as unknown };
}

it('reads a trace of a hundred thousand spans, however they hang', () => {
  const id = (n: number): string => n.toString(16).padStart(16, '0');
  const chain = Array.from({ length: 100_000 }, (_, n) =>
    otlpSpan({
      id: id(n + 1),
      parent: id(n),
      attributes: { 'gen_ai.operation.name': n % 2 === 0 ? 'chat' : 'execute_tool' },
    }),
  );
  const star = Array.from({ length: 20_000 }, () => otlpSpan({ parent: id(1), trace: 'ff'.repeat(16) }));
  const { facts, records } = parse(bytesOf(otlpExport([...chain, ...star])));
  expect(records).toHaveLength(120_000);
  expect(joinSpans(facts).size).toBeGreaterThanOrEqual(100_000);
});
