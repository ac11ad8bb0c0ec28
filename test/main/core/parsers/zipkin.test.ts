import { describe, expect, it } from 'vitest';
import { zipkinExport } from '../../../../src/main/core/parsers/zipkin.ts';
import { countedResponses, joinSpans } from '../../../builders/join-facts.ts';
import { linesOf } from '../../../builders/read-units.ts';
import { claimants, documentOf, parseWith, recordTexts } from '../../../builders/trace-files.ts';

type Fields = Readonly<Record<string, unknown>>;

const traceId = '5982fe77008310cc80f1da5e10147517';
const timestamp = 1_770_000_000_000_001;

function span(id: string, parentId: string | undefined, tags: Fields, more: Fields = {}): Fields {
  return {
    traceId,
    id,
    ...(parentId === undefined ? {} : { parentId }),
    name: `op ${id}`,
    timestamp,
    duration: 2000,
    localEndpoint: { serviceName: 'shop', ipv4: '10.0.0.1' },
    tags,
    ...more,
  };
}

const spans = [
  span('a1', undefined, { 'gen_ai.operation.name': 'invoke_agent' }),
  span('b2', 'a1', {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'model-a',
    'gen_ai.usage.input_tokens': '40',
    'gen_ai.usage.output_tokens': '2',
  }),
  span('c3', 'a1', { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'look', error: 'timeout' }),
];

describe('traces of Zipkin', () => {
  it.each([
    ['an array of spans', spans],
    ['an array of traces', [spans]],
    ['JSON Lines', new TextDecoder().decode(linesOf(...spans))],
    ['a pretty-printed file', JSON.stringify(spans, null, 2)],
  ])('as %s are sessions with spans', (_name, value) => {
    const bytes = documentOf(value);
    expect(claimants(bytes)).toEqual(['zipkin']);
    const unit = parseWith(zipkinExport, bytes);
    const found = joinSpans(unit.facts);
    expect(unit.facts.find(fact => fact.kind === 'session')).toMatchObject({
      session: traceId,
      agent: 'shop',
      model: 'model-a',
    });
    expect(found.get('a1')).toMatchObject({
      span: 'agent',
      parent: 'session',
      startUs: timestamp,
      endUs: timestamp + 2000,
    });
    expect(found.get('b2')).toMatchObject({ span: 'llm', parent: 'a1' });
    expect(found.get('c3')).toMatchObject({ span: 'tool', status: 'error', attrs: { 'status.message': 'timeout' } });
    expect(countedResponses(unit.facts)).toMatchObject({ count: 1, usage: { input: 40, output: 2 } });
    expect(recordTexts(bytes, unit).map(text => JSON.parse(text) as unknown)).toEqual(spans);
  });

  it('makes one span of the two halves of a call over the network', () => {
    const caller = span('b2', 'a1', { 'http.path': '/x' }, { kind: 'CLIENT', name: 'get' });
    const called = span(
      'b2',
      'a1',
      { error: '' },
      { kind: 'SERVER', shared: true, name: 'get /x', timestamp: timestamp + 900, duration: 50 },
    );
    for (const pair of [
      [caller, called],
      [called, caller],
    ]) {
      const { facts, records } = parseWith(zipkinExport, documentOf([spans[0], ...pair]));
      expect(records).toHaveLength(3);
      const own = facts.filter(fact => fact.kind === 'span' && fact.key === 'b2');
      expect(joinSpans(own).get('b2')).toMatchObject({
        name: 'get',
        startUs: timestamp,
        endUs: timestamp + 2000,
        status: 'error',
      });
      expect(new Set(own.map(fact => fact.record))).toEqual(new Set([1, 2]));
    }
  });

  it('reads version 1: times in annotations, tags as binary annotations', () => {
    const endpoint = { serviceName: 'old-shop' };
    const old = {
      traceId: '4e441824ec2b6a44',
      id: '6b221d5bc9e6496c',
      name: 'get-traces',
      annotations: [
        { timestamp: timestamp + 5, value: 'sr', endpoint },
        { timestamp, value: 'cs', endpoint },
      ],
      binaryAnnotations: [{ key: 'gen_ai.operation.name', value: 'chat', endpoint }],
    };
    const { facts } = parseWith(zipkinExport, documentOf([old]));
    expect(joinSpans(facts).get('6b221d5bc9e6496c')).toMatchObject({ span: 'llm', startUs: timestamp, status: 'open' });
    expect(facts.find(fact => fact.kind === 'session')).toMatchObject({ agent: 'old-shop' });
  });

  it.each([
    ['observations of Langfuse', [{ id: 'a1', traceId: 'b2', type: 'SPAN', startTime: '2026-01-01', name: 'x' }]],
    [
      'spans of OpenTelemetry',
      [{ traceId: 'b2', spanId: 'a1', name: 'x', startTimeUnixNano: '1', endTimeUnixNano: '2' }],
    ],
    ['log lines with trace ids', [{ traceId: 'b2', id: 'a1', timestamp: '2026-01-01T00:00:00Z', message: 'hi' }]],
  ])('are not %s', (_name, value) => {
    expect(claimants(documentOf(value))).not.toContain('zipkin');
  });
});
