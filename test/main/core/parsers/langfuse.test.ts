import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { langfuseUsage } from '../../../../src/main/core/parsers/langfuse-usage.ts';
import { langfuseExport } from '../../../../src/main/core/parsers/langfuse.ts';
import { fixturesDir, listFiles } from '../../../builders/corpus.ts';
import { countedResponses, entriesOf, eventsOf, joinSpans, turnPrompts } from '../../../builders/join-facts.ts';
import { linesOf } from '../../../builders/read-units.ts';
import { claimants, documentOf, parseWith, recordTexts } from '../../../builders/trace-files.ts';

const dir = join(fixturesDir, 'langfuse');
const fixture = (name: string): Uint8Array => readFileSync(join(dir, name));
const parse = (value: unknown) => parseWith(langfuseExport, documentOf(value));

const trace = {
  id: 't1',
  name: 'support',
  timestamp: '2026-05-01T10:00:00.000Z',
  sessionId: 'chat-7',
  userId: 'u1',
  tags: ['beta'],
  input: '"where is my order?"',
  output: '"on its way"',
  scores: [{ id: 's1', name: 'helpful', value: 0.5, comment: 'so so', observationId: 'g1' }],
};

function observation(id: string, type: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    id,
    traceId: 't1',
    parentObservationId: null,
    type,
    name: id,
    startTime: '2026-05-01T10:00:00.000Z',
    endTime: '2026-05-01T10:00:02.500Z',
    level: 'DEFAULT',
    statusMessage: null,
    ...more,
  };
}

const observations = [
  observation('g1', 'GENERATION', {
    parentObservationId: 'a1',
    model: 'gpt-5',
    input: [{ role: 'user', content: 'where is my order?' }],
    output: { role: 'assistant', content: 'on its way' },
    usageDetails: { input: 10, output: 4, total: 14 },
    totalCost: 0.25,
    completionStartTime: '2026-05-01T10:00:00.500Z',
  }),
  observation('a1', 'AGENT', { usageDetails: { input: 10, output: 4, total: 14 }, totalCost: 0.25 }),
];

const snake = (record: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`),
      value,
    ]),
  );

describe('a Langfuse export', () => {
  it.each(listFiles(dir))('%s is claimed by no one else', name => {
    expect(claimants(fixture(name))).toEqual(['langfuse']);
  });

  it.each([
    ['trace and observations', { trace, observations }],
    ['the same with the observations inside the trace too', { trace: { ...trace, observations }, observations }],
    ['a trace with its observations', { ...trace, observations }],
    ['a trace around its observations', { trace: { ...trace, observations } }],
    ['a page', { data: observations, meta: { page: 1, limit: 50, totalItems: 2, totalPages: 1 } }],
    ['a page of traces', { data: [{ ...trace, observations }], meta: { page: 1 } }],
    ['a session', { id: 'chat-7', traces: [{ ...trace, observations }] }],
    ['an array', observations],
    ['JSON Lines', new TextDecoder().decode(linesOf(...observations))],
    [
      'JSON Lines in snake case, as exported to blob storage',
      new TextDecoder().decode(linesOf(...observations.map(snake))),
    ],
    ['a pretty-printed document', JSON.stringify({ trace, observations }, null, 2)],
  ])('as %s has the same spans', (_name, value) => {
    const bytes = documentOf(value);
    expect(claimants(bytes)).toEqual(['langfuse']);
    const unit = parseWith(langfuseExport, bytes);
    const spans = joinSpans(unit.facts);
    expect(spans.get('g1')).toMatchObject({
      session: 't1',
      span: 'llm',
      parent: 'a1',
      model: 'gpt-5',
      status: 'ok',
      startUs: 1_777_629_600_000_000,
      endUs: 1_777_629_602_500_000,
      usage: { input: 10, output: 4 },
      attrs: { costUsd: 0.25, costProvenance: 'reported', 'gen_ai.response.time_to_first_chunk': 0.5 },
    });
    expect(spans.get('a1')).toMatchObject({ span: 'agent', parent: 'session', attrs: { aggregateCostUsd: 0.25 } });
    expect(spans.get('a1')?.usage).toBeUndefined();
    expect(countedResponses(unit.facts)).toMatchObject({ count: 1, usage: { input: 10, output: 4 } });
    const texts = recordTexts(bytes, unit);
    const bodies = unit.facts.filter(fact => fact.kind === 'span').filter(({ role }) => role === 'body');
    for (const { key, record } of bodies) expect(JSON.parse(texts[record ?? 0] ?? '')).toMatchObject({ id: key });
    expect(unit.records.filter(({ type }) => type !== 'trace').map(({ type }) => type)).toEqual([
      'observation/GENERATION',
      'observation/AGENT',
    ]);
  });

  it('says what the trace says: its name, conversation, tags and scores', () => {
    const { facts } = parse({ trace, observations });
    expect(joinSpans(facts).get('session')?.attrs).toEqual({ sessionId: 'chat-7', userId: 'u1', tags: ['beta'] });
    expect(eventsOf(facts).find(event => event.name === 'Score')).toMatchObject({
      key: 'score:s1',
      summary: 'helpful: 0.5 · so so',
      span: 'g1',
    });
    expect(facts.filter(fact => fact.kind === 'session')).toMatchObject([
      { session: 't1', project: 'langfuse', title: { source: 'prompt', text: 'where is my order?' } },
    ]);
  });

  it('takes question and answer from the trace where no observation tells them', () => {
    const bytes = documentOf({ trace, observations: [observation('w1', 'SPAN')] });
    const unit = parseWith(langfuseExport, bytes);
    expect(turnPrompts(unit.facts)).toMatchObject([{ summary: 'where is my order?' }]);
    const blocks = langfuseExport.content(trace);
    expect(entriesOf(unit.facts).map(entry => blocks[entry.block])).toEqual([
      { kind: 'prompt', parts: [{ kind: 'text', text: 'where is my order?' }] },
      { kind: 'answer', parts: [{ kind: 'text', text: 'on its way' }] },
    ]);
    const orders = entriesOf(unit.facts).map(entry => entry.order);
    expect(orders).toEqual(orders.toSorted((a, b) => a - b));
  });

  it('reads input and output that are JSON inside a string, once or twice', () => {
    const said = [{ role: 'user', content: 'hi' }];
    for (const input of [said, JSON.stringify(said), JSON.stringify(JSON.stringify(said))])
      expect(langfuseExport.content(observation('g', 'GENERATION', { input, output: JSON.stringify('yes') }))).toEqual([
        { kind: 'prompt', parts: [{ kind: 'text', text: 'hi' }] },
        { kind: 'answer', parts: [{ kind: 'text', text: 'yes' }] },
      ]);
  });

  it('counts a model call that wraps another only where the inner one reports no tokens', () => {
    const wrapper = observation('w', 'GENERATION', { usageDetails: { input: 5, output: 5 }, totalCost: 1 });
    const chain = observation('c', 'CHAIN', { parentObservationId: 'w' });
    const inner = (usageDetails: unknown) => observation('i', 'GENERATION', { parentObservationId: 'c', usageDetails });
    const withTokens = parse({ trace, observations: [inner({ input: 7, output: 1 }), chain, wrapper] }).facts;
    expect(countedResponses(withTokens)).toMatchObject({ count: 1, usage: { input: 7, output: 1 } });
    expect(joinSpans(withTokens).get('w')?.attrs).toMatchObject({ aggregateCostUsd: 1 });
    const without = parse({ trace, observations: [inner({}), chain, wrapper] }).facts;
    expect(countedResponses(without).usage).toMatchObject({ input: 5, output: 5 });
  });

  it('counts what a tool asks of a model beside the call that asked for the tool', () => {
    const { facts } = parse({
      trace,
      observations: [
        observation('g', 'GENERATION', { usageDetails: { input: 5, output: 5 } }),
        observation('t', 'TOOL', { parentObservationId: 'g' }),
        observation('h', 'GENERATION', { parentObservationId: 't', usageDetails: { input: 3, output: 3 } }),
      ],
    });
    expect(countedResponses(facts)).toMatchObject({ count: 2, usage: { input: 8, output: 8 } });
  });

  it('leaves what runs still or was lost open, and marks errors', () => {
    const { facts } = parse({
      trace,
      observations: [
        observation('r', 'SPAN', { endTime: null }),
        observation('e', 'TOOL', { level: 'ERROR', statusMessage: 'no such order' }),
        observation('p', 'EVENT', { endTime: null }),
      ],
    });
    const spans = joinSpans(facts);
    expect(spans.get('r')?.status).toBe('open');
    expect(spans.get('e')).toMatchObject({
      status: 'error',
      attrs: { level: 'ERROR', 'status.message': 'no such order' },
    });
    expect(spans.get('p')).toMatchObject({ status: 'ok', endUs: spans.get('p')?.startUs });
  });

  it('keeps observations of types that it does not know, and says so', () => {
    const { records, facts } = parse({ trace, observations: [observation('x', 'TELEPORT')] });
    expect(records.at(-1)).toMatchObject({ type: 'observation/TELEPORT', known: false });
    expect(joinSpans(facts).get('x')?.span).toBe('phase');
  });

  it('shows what is cut off as a rejection and keeps the lines before it', () => {
    const text = new TextDecoder().decode(linesOf(...observations));
    const { records, facts } = parse(text.slice(0, -40));
    expect(records.map(({ type, rejected }) => [type, rejected === undefined])).toEqual([
      ['observation/GENERATION', true],
      ['document', false],
    ]);
    expect([...joinSpans(facts).keys()]).toEqual(['g1']);
  });
});

describe('the tokens of an observation', () => {
  // Anthropic's and OpenAI's wrappers set parts beside input; OpenTelemetry senders leave them inside: the total tells.
  it.each([
    ['plain', { input: 10, output: 4, total: 14 }, [10, 4, 0, 0, 0]],
    ['without a total', { input: 10, output: 4 }, [10, 4, 0, 0, 0]],
    ['cached parts beside', { input: 10, output: 4, cache_read_input_tokens: 90, total: 104 }, [10, 4, 90, 0, 0]],
    ['cached parts inside', { input: 100, output: 4, input_cached_tokens: 90, total: 104 }, [10, 4, 90, 0, 0]],
    [
      'both caches beside, no total',
      { input: 1, output: 4, cache_read_input_tokens: 90, cache_creation_input_tokens: 5 },
      [1, 4, 90, 5, 0],
    ],
    ['reasoning beside', { input: 10, output: 4, output_reasoning_tokens: 6, total: 20 }, [10, 10, 0, 0, 6]],
    ['reasoning inside', { input: 10, output: 10, output_reasoning: 6, total: 20 }, [10, 10, 0, 0, 6]],
    [
      'all beside',
      { input: 10, output: 4, input_cache_read: 5, output_reasoning: 6, input_audio: 3, total: 28 },
      [13, 10, 5, 0, 6],
    ],
    [
      'a part greater than its whole',
      { input: 10, output: 4, cache_read_input_tokens: 90, total: 14 },
      [10, 4, 90, 0, 0],
    ],
    ['OpenAI names', { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 }, [7, 2, 0, 0, 0]],
    ['numbers as text', { input: '7', output: '2', total: '9' }, [7, 2, 0, 0, 0]],
  ])('with %s', (_name, usageDetails, [input, output, cacheRead, cacheCreation, reasoning]) => {
    expect(langfuseUsage({ usageDetails })).toEqual({
      input,
      output,
      cacheRead,
      cacheCreation,
      cacheCreation1h: 0,
      reasoning,
    });
  });

  it.each([
    ['version 2', { usage: { input: 7, output: 2, total: 9, unit: 'TOKENS' } }, 7],
    ['the lists', { inputUsage: 7, outputUsage: 2, totalUsage: 9, usageDetails: {} }, 7],
    ['characters', { usage: { input: 7, output: 2, unit: 'CHARACTERS' } }, undefined],
    ['nothing told', { inputUsage: 0, outputUsage: 0, usageDetails: {}, usage: null }, undefined],
  ])('of %s', (_name, observed, input) => {
    expect(langfuseUsage(observed)?.input).toBe(input);
  });
});
