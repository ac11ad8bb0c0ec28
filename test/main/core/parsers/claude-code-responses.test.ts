import { describe, expect, it } from 'vitest';
import { usageOf } from '../../../../src/main/core/parsers/claude-code-assistant.ts';
import { compareVersions } from '../../../../src/main/core/parsers/claude-code-state.ts';
import { claudeCodeJsonl } from '../../../../src/main/core/parsers/claude-code.ts';
import type { SpanFact } from '../../../../src/main/core/parsers/parser.ts';
import { assistant, call, result, SESSION, text, tokens, us, user } from '../../../builders/claude-lines.ts';
import { countedResponses, entriesOf, eventsOf, joinSpans, spansOfKind } from '../../../builders/join-facts.ts';
import { hintOf, linesOf, readLines } from '../../../builders/read-units.ts';

function factsOf(...values: readonly unknown[]) {
  return readLines(claudeCodeJsonl, linesOf(...values), hintOf(`p/${SESSION}.jsonl`)).facts;
}

function span(key: string, ...values: readonly unknown[]): SpanFact | undefined {
  return joinSpans(factsOf(...values)).get(key);
}

describe('A model response of Claude Code', () => {
  const lines = [
    user('u1', 0, 'list the files'),
    assistant('a1', 3, [{ type: 'thinking', thinking: 'hm', signature: 's' }], { usage: tokens(10, 1) }),
    assistant('a2', 4, [text('Let me look.')], { usage: tokens(10, 8) }),
    assistant('a3', 5, [call('toolu_1', 'Bash', { command: 'ls' })], { usage: tokens(10, 40), stopReason: 'tool_use' }),
    user('r1', 7, [result('toolu_1', 'a.txt')]),
    assistant('a4', 9, [text('One file.')], { id: 'msg_2', usage: tokens(60, 5), stopReason: 'end_turn' }),
  ];

  it('is one span over all its lines, and its usage counts once', () => {
    const { count, usage } = countedResponses(factsOf(...lines));
    expect([count, usage.input, usage.output]).toEqual([2, 70, 45]);
  });

  it('keeps the usage with the largest total, wherever it stands', () => {
    const facts = factsOf(
      assistant('a1', 1, [text('a')], { usage: tokens(10, 40) }),
      assistant('a2', 2, [text('b')], { usage: tokens(10, 8) }),
    );
    expect(countedResponses(facts).usage.output).toBe(40);
  });

  it('begins with the last input before it and ends with its last line', () => {
    expect(span('msg_1', ...lines)).toMatchObject({ startUs: us(0), endUs: us(5), parent: 'session', turn: 'u1' });
    expect(span('msg_2', ...lines)).toMatchObject({ startUs: us(7), endUs: us(9) });
  });

  it('tells its beginning once, with its first line', () => {
    const told = factsOf(...lines).filter(fact => fact.kind === 'span' && fact.key === 'msg_1');
    expect(told.map(fact => 'startUs' in fact)).toEqual([true, false, false]);
  });

  it('begins after the answer before it where there was no input between them', () => {
    const facts = [...lines, assistant('a5', 15, [text('More.')], { id: 'msg_3' })];
    expect(span('msg_3', ...facts)).toMatchObject({ startUs: us(9), endUs: us(15) });
  });

  it('begins with its own line where its input is written later', () => {
    const facts = [user('u1', 8, 'late'), assistant('a1', 5, [text('early')])];
    expect(span('msg_1', ...facts)).toMatchObject({ startUs: us(5), endUs: us(5) });
  });

  it('stays one span while results of its calls stand between its lines', () => {
    const facts = factsOf(
      user('u1', 0, 'go'),
      assistant('a1', 2, [call('toolu_1', 'Read', { file_path: '/a' })]),
      user('r1', 3, [result('toolu_1', 'x')]),
      assistant('a2', 4, [call('toolu_2', 'Read', { file_path: '/b' })]),
      user('r2', 5, [result('toolu_2', 'y')]),
    );
    expect(spansOfKind(facts, 'llm')).toHaveLength(1);
    expect(joinSpans(facts).get('msg_1')).toMatchObject({ startUs: us(0), endUs: us(4) });
  });

  it('takes the request for its key where the message has no id, and the line where there is neither', () => {
    const line = assistant('a1', 1, [text('hi')]);
    const nameless = { ...line, message: { ...(line['message'] as object), id: undefined } };
    expect(span('req_msg_1', nameless)).toMatchObject({ responseKey: 'request:req_msg_1' });
    expect(span('line:a1', { ...nameless, requestId: undefined })).toMatchObject({ responseKey: 'line:a1' });
  });

  it('is told apart from the session itself whatever its id', () => {
    expect(span('id:session', assistant('a1', 1, [text('hi')], { id: 'session' }))).toMatchObject({
      parent: 'session',
    });
  });

  it('keeps small things beside its tokens', () => {
    const usage = tokens(1, 2, {
      service_tier: 'priority',
      speed: 'fast',
      server_tool_use: { web_search_requests: 2 },
    });
    expect(span('msg_1', assistant('a1', 1, [], { usage, stopReason: 'end_turn' }))?.attrs).toEqual({
      stopReason: 'end_turn',
      requestId: 'req_msg_1',
      serviceTier: 'priority',
      speed: 'fast',
      webSearches: 2,
    });
  });

  it.each([
    ['0.2.106', 'reported'],
    ['1.0.17', 'estimated'],
    ['2.1.97', 'estimated'],
    ['2.1.98', 'reported'],
    ['2.1.235', 'reported'],
  ])('of version %s has %s tokens', (version, provenance) => {
    const found = span('msg_1', assistant('a1', 1, [text('hi')], {}, { version }));
    expect(found?.usageProvenance).toBe(provenance);
    expect(found?.attrs?.['usageNote']).toBe(provenance === 'estimated' ? 'output is a lower bound' : undefined);
  });

  it('of 0.2 has the cost that was logged, and began as long ago as it took', () => {
    const old = assistant('a1', 9, [text('hi')], {}, { version: '0.2.106', costUSD: 0.0123, durationMs: 2500 });
    expect(span('msg_1', user('u1', 0, 'hi'), old)).toMatchObject({
      startUs: us(6.5),
      attrs: { costUsd: 0.0123, costProvenance: 'reported' },
    });
  });

  it('without usage says nothing of tokens', () => {
    const found = span('msg_1', assistant('a1', 1, [text('hi')], { usage: null }));
    expect([found?.usage, found?.usageProvenance]).toEqual([undefined, undefined]);
  });

  it('gives an entry for each of its blocks', () => {
    expect(entriesOf(factsOf(...lines)).map(entry => [entry.entry, entry.key, entry.block])).toEqual([
      ['prompt', 'u1:0', 0],
      ['thinking', 'a1:0', 0],
      ['answer', 'a2:0', 0],
      ['tool', 'toolu_1', 0],
      ['tool', 'toolu_1', 0],
      ['answer', 'a4:0', 0],
    ]);
  });
});

describe('Usage of Claude Code', () => {
  it('keeps what was written for five minutes and for an hour apart', () => {
    const parts = { ephemeral_5m_input_tokens: 30, ephemeral_1h_input_tokens: 12 };
    expect(
      usageOf(tokens(1, 2, { cache_read_input_tokens: 3, cache_creation_input_tokens: 42, cache_creation: parts })),
    ).toEqual({ input: 1, output: 2, cacheRead: 3, cacheCreation: 42, cacheCreation1h: 12, reasoning: 0 });
  });

  it('adds up the parts where the flat count is 0 or missing', () => {
    const parts = { ephemeral_5m_input_tokens: 30, ephemeral_1h_input_tokens: 12 };
    expect(usageOf(tokens(1, 2, { cache_creation: parts }))?.cacheCreation).toBe(42);
    expect(usageOf(tokens(1, 2, { cache_creation_input_tokens: 0, cache_creation: parts }))?.cacheCreation).toBe(42);
  });

  it('reads the thinking tokens of new versions', () => {
    expect(usageOf(tokens(1, 20, { output_tokens_details: { thinking_tokens: 12 } }))?.reasoning).toBe(12);
  });

  it('counts what is null, negative or text as it can', () => {
    expect(usageOf({ input_tokens: null, output_tokens: -4, cache_read_input_tokens: '7' })).toMatchObject({
      input: 0,
      output: 0,
      cacheRead: 7,
    });
  });
});

describe('Messages that the program wrote in the model’s place', () => {
  const synthetic = { model: '<synthetic>', id: 'b2c6a3de', usage: tokens(0, 0) };

  it('are no responses', () => {
    const facts = factsOf(assistant('a1', 1, [text('No response requested.')], synthetic));
    expect(spansOfKind(facts, 'llm')).toEqual([]);
    expect(eventsOf(facts)).toMatchObject([{ event: 'notice', key: 'a1', summary: 'No response requested.' }]);
    expect(entriesOf(facts)).toMatchObject([{ entry: 'notice', key: 'a1:0' }]);
  });

  it('are errors when they report a failure', () => {
    const failure = { isApiErrorMessage: true, error: 'rate_limit' };
    const facts = factsOf(assistant('a1', 1, [text('API Error: 429 too many')], synthetic, failure));
    expect(spansOfKind(facts, 'llm')).toEqual([]);
    expect(eventsOf(facts)).toMatchObject([{ event: 'error', name: 'rate_limit', summary: 'API Error: 429 too many' }]);
    expect(entriesOf(facts)).toMatchObject([{ entry: 'error' }]);
  });

  it('are errors by their text in versions without the flag', () => {
    const facts = factsOf(assistant('a1', 1, [text('API Error: Connection error.')], synthetic));
    expect(eventsOf(facts)).toMatchObject([{ event: 'error', name: 'API error' }]);
  });
});

describe('A tool call of Claude Code', () => {
  const ask = assistant('a1', 2, [call('toolu_1', 'Bash', { command: 'npm test', description: 'Run tests' })]);

  it('is open until its result stands in the log', () => {
    expect(span('toolu_1', user('u1', 0, 'go'), ask)).toMatchObject({
      span: 'tool',
      name: 'Bash',
      parent: 'msg_1',
      turn: 'u1',
      status: 'open',
      startUs: us(2),
      summary: 'npm test',
    });
  });

  it('ends with its result', () => {
    const found = span('toolu_1', ask, user('r1', 6, [result('toolu_1', 'fine')]));
    expect(found).toMatchObject({ status: 'ok', startUs: us(2), endUs: us(6) });
  });

  it.each([
    ['Exit code 2\nls: cannot access', 'Error: Exit code 2', 'error'],
    ['<tool_use_error>File has not been read yet.</tool_use_error>', 'Error: File has not been read yet.', 'error'],
    [
      "The user doesn't want to proceed with this tool use. The tool use was rejected",
      'User rejected tool use',
      'aborted',
    ],
    ["The user doesn't want to take this action right now. STOP", 'Error: no', 'aborted'],
    ['<tool_use_error>Sibling tool call errored</tool_use_error>', 'Error: Sibling', 'aborted'],
    ['[Request interrupted by user for tool use]', 'Error: [Request interrupted', 'aborted'],
  ])('with the result %j is told by its error (%j): %s', (content, detail, status) => {
    const line = user('r1', 6, [result('toolu_1', content, true)], { toolUseResult: detail });
    expect(span('toolu_1', ask, line)?.status).toBe(status);
  });

  it('that was interrupted while it ran is aborted though it is no error', () => {
    const detail = { stdout: '', stderr: '', interrupted: true };
    expect(span('toolu_1', ask, user('r1', 6, [result('toolu_1', '')], { toolUseResult: detail }))?.status).toBe(
      'aborted',
    );
  });

  it('keeps the exit code that its result begins with', () => {
    const line = user('r1', 6, [result('toolu_1', 'Exit code 128\nfatal', true)]);
    expect(span('toolu_1', ask, line)?.attrs).toEqual({ exitCode: 128 });
  });

  it('without an id is known by its line and block', () => {
    const line = assistant('a1', 1, [text('x'), { type: 'tool_use', name: 'Read', input: { file_path: '/a' } }]);
    expect(span('tool:a1:1', line)).toMatchObject({ name: 'Read', summary: '/a' });
  });

  it('whose result comes first is joined all the same', () => {
    const found = span('toolu_1', user('r1', 6, [result('toolu_1', 'fine')]), ask);
    expect(found).toMatchObject({ name: 'Bash', parent: 'msg_1', status: 'ok', startUs: us(2), endUs: us(6) });
    expect(found?.weak).toBeUndefined();
  });

  it('that is missing leaves its result visible, below nothing', () => {
    const found = span('toolu_9', user('r1', 6, [result('toolu_9', 'fine')]));
    expect(found).toMatchObject({ span: 'tool', status: 'ok', endUs: us(6) });
    expect(found?.parent).toBeUndefined();
  });

  it.each([
    ['Grep', { pattern: 'TODO', path: '/src' }, 'TODO'],
    ['Read', { file_path: '/a/b.ts', limit: 20 }, '/a/b.ts'],
    ['WebFetch', { url: 'https://example.org', prompt: 'read it' }, 'https://example.org'],
    ['Agent', { prompt: 'a long prompt', description: 'Count files', subagent_type: 'Explore' }, 'Count files'],
    ['TodoWrite', { todos: [{}, {}] }, '2 to-dos'],
    ['AskUserQuestion', { questions: [{ question: 'Which one?' }] }, 'Which one?'],
    ['mcp__x__y', { whatever: 'told' }, 'told'],
    ['Bash', { command: `echo ${'x'.repeat(500)}\nsecond` }, `echo ${'x'.repeat(194)}…`],
  ])('of %s is summed up in one line', (name, input, summary) => {
    expect(span('toolu_1', assistant('a1', 1, [call('toolu_1', name, input)]))?.summary).toBe(summary);
  });

  it('that the API ran itself is answered inside the response', () => {
    const found = span(
      'srvtoolu_1',
      assistant('a1', 1, [{ type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'q' } }]),
      assistant('a2', 3, [{ type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] }]),
    );
    expect(found).toMatchObject({ name: 'web_search', status: 'ok', endUs: us(3), summary: 'q' });
  });
});

describe('Versions', () => {
  it.each([
    ['2.1.98', '2.1.98', 0],
    ['2.1.9', '2.1.98', -1],
    ['2.2.0', '2.1.98', 1],
    ['10.0.0', '9.9.9', 1],
    ['nonsense', '0.0.0', 0],
  ])('%s against %s is %i', (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
  });
});
