// Jaeger and Zipkin: no recording of an agent in these formats is public; the files here are small ones in the shape
// that their documentation and their own test data have.

import { describe, expect, it } from 'vitest';
import { jaegerExport } from '../../../../src/main/core/parsers/jaeger.ts';
import { countedResponses, entriesOf, joinSpans } from '../../../builders/join-facts.ts';
import { linesOf } from '../../../builders/read-units.ts';
import { claimants, documentOf, parseWith, recordTexts } from '../../../builders/trace-files.ts';

type Fields = Readonly<Record<string, unknown>>;

const traceID = '0af7651916cd43dd8448eb211c80319c';
const startTime = 1_770_000_000_000_001;

function tags(values: Fields): readonly Fields[] {
  return Object.entries(values).map(([key, value]) => {
    const type = typeof value === 'number' ? 'int64' : typeof value === 'boolean' ? 'bool' : 'string';
    return { key, type, value };
  });
}

function span(spanID: string, parent: string | null, values: Fields, more: Fields = {}): Fields {
  return {
    traceID,
    spanID,
    operationName: `op ${spanID}`,
    references: parent === null ? [] : [{ refType: 'CHILD_OF', traceID, spanID: parent }],
    startTime,
    duration: 2_500_000,
    tags: tags(values),
    logs: [],
    processID: 'p1',
    warnings: null,
    ...more,
  };
}

const said = (role: string, content: string): string => JSON.stringify([{ role, parts: [{ type: 'text', content }] }]);

const spans = [
  span('a1', null, { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'triage' }),
  span('b2', 'a1', {
    'gen_ai.operation.name': 'chat',
    'gen_ai.response.model': 'model-a',
    'gen_ai.usage.input_tokens': 1840,
    'gen_ai.usage.output_tokens': '260',
    'gen_ai.usage.cache_read.input_tokens': 920,
    'gen_ai.input.messages': said('user', 'why is it slow?'),
    'gen_ai.output.messages': said('assistant', 'a slow rollout'),
  }),
  span(
    'c3',
    'a1',
    { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'look', error: true },
    { logs: [{ timestamp: startTime + 5, fields: tags({ event: 'exception', 'exception.message': 'no such pod' }) }] },
  ),
];
const processes = { p1: { serviceName: 'shop', tags: tags({ 'service.version': '1.2' }) } };
const trace = { traceID, spans, processes, warnings: null };

describe('traces of Jaeger', () => {
  it.each([
    ['the API', { data: [trace], total: 0, limit: 0, offset: 0, errors: null }],
    ['one trace', trace],
    ['{data: trace}', { data: trace }],
    ['an array of traces', [trace]],
    ['a pretty-printed file', JSON.stringify({ data: [trace] }, null, 2)],
    [
      'spans of its index, one a line',
      new TextDecoder().decode(linesOf(...spans.map(one => ({ ...one, process: processes.p1 })))),
    ],
  ])('of %s are sessions with spans', (_name, value) => {
    const bytes = documentOf(value);
    expect(claimants(bytes)).toEqual(['jaeger']);
    const unit = parseWith(jaegerExport, bytes);
    const found = joinSpans(unit.facts);
    expect(unit.facts.find(fact => fact.kind === 'session')).toMatchObject({
      session: traceID,
      agent: 'shop',
      project: 'shop',
      agentVersion: '1.2',
      model: 'model-a',
      title: { text: 'why is it slow?' },
    });
    expect(found.get('a1')).toMatchObject({
      span: 'agent',
      parent: 'session',
      startUs: startTime,
      endUs: startTime + 2_500_000,
    });
    expect(found.get('b2')).toMatchObject({
      span: 'llm',
      parent: 'a1',
      usage: { input: 920, output: 260, cacheRead: 920 },
    });
    expect(found.get('c3')).toMatchObject({ span: 'tool', name: 'look', parent: 'a1', status: 'error' });
    expect(countedResponses(unit.facts).count).toBe(1);
    const blocks = recordTexts(bytes, unit).map(text => jaegerExport.content(JSON.parse(text)));
    expect(entriesOf(unit.facts).map(entry => blocks[entry.record ?? 0]?.[entry.block])).toMatchObject([
      { kind: 'prompt', parts: [{ text: 'why is it slow?' }] },
      { kind: 'answer', parts: [{ text: 'a slow rollout' }] },
      { kind: 'tool-call', name: 'look' },
      { kind: 'tool-result', isError: true, parts: [{ text: 'no such pod' }] },
    ]);
  });

  it('knows the parent in every way of saying it, and none in another trace', () => {
    const follows = (id: string) => ({ refType: 'FOLLOWS_FROM', traceID, spanID: id });
    const elsewhere = { refType: 'CHILD_OF', traceID: 'ffff', spanID: 'a1' };
    const { facts } = parseWith(
      jaegerExport,
      documentOf([
        span('a1', null, {}),
        span('b1', null, {}, { references: [follows('c1'), { refType: 'CHILD_OF', traceID, spanID: 'a1' }] }),
        span('c1', null, {}, { references: [follows('a1')] }),
        span('d1', null, {}, { references: undefined, parentSpanID: 'a1' }),
        span('e1', null, {}, { references: [elsewhere] }),
        span('f1', 'f1', {}),
        span('g1', 'lost', {}),
      ]),
    );
    const parents = [...joinSpans(facts).values()].map(({ key, parent }) => [key, parent]);
    expect(Object.fromEntries(parents)).toEqual({
      a1: 'session',
      b1: 'a1',
      c1: 'a1',
      d1: 'a1',
      e1: 'session',
      f1: 'session',
      g1: 'lost',
    });
  });
});
