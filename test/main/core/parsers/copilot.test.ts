import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copilotEvents } from '../../../../src/main/core/parsers/copilot.ts';
import { addUsage, noUsage } from '../../../../src/shared/model/usage.ts';
import { fixturesDir, listFiles } from '../../../builders/corpus.ts';
import { countedResponses, entriesOf, eventsOf, joinSpans, turnPrompts } from '../../../builders/join-facts.ts';
import { hintOf, linesOf, readLines } from '../../../builders/read-units.ts';
import { describeDamage } from '../../../builders/transcripts.ts';

const time = (second: number): string => `2026-08-05T15:00:${String(second).padStart(2, '0')}.000Z`;
const us = (second: number): number => Date.parse(time(second)) * 1000;
const event = (id: string, second: number, type: string, data: object = {}, more: object = {}) => ({
  type,
  data,
  id,
  timestamp: time(second),
  parentId: null,
  ...more,
});
const context = { cwd: '/work/demo', branch: 'main' };
const start = event('e0', 0, 'session.start', {
  sessionId: 's1',
  copilotVersion: '1.0.78',
  selectedModel: 'auto',
  context,
});
const user = (id: string, second: number, content: string, data: object = {}) =>
  event(id, second, 'user.message', { content, ...data });
const request = (id: string, name: string, input: object) => ({
  toolCallId: id,
  name,
  arguments: input,
  type: 'function',
});
const message = (id: string, second: number, data: object = {}, more: object = {}) =>
  event(
    id,
    second,
    'assistant.message',
    { messageId: `m-${id}`, model: 'gpt-x', content: 'said', toolRequests: [], ...data },
    more,
  );
const metrics = (inputTokens: number, outputTokens: number, cacheReadTokens = 0, totalNanoAiu = 0) => ({
  'gpt-x': {
    requests: { count: 1 },
    usage: { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens: 0, reasoningTokens: 0 },
    totalNanoAiu,
  },
});
const shutdown = (id: string, second: number, modelMetrics: object) =>
  event(id, second, 'session.shutdown', { shutdownType: 'routine', modelMetrics });

const read = (...lines: readonly unknown[]) =>
  readLines(copilotEvents, linesOf(start, ...lines), hintOf('events.jsonl'));
/** Tokens of all spans that count. */
const total = (facts: ReturnType<typeof read>['facts']) =>
  [...joinSpans(facts).values()].flatMap(span => span.usage ?? []).reduce(addUsage, noUsage);

describe('a Copilot session', () => {
  it('says where it works, with which version and model', () => {
    const { recognition, facts } = read(
      event('e1', 1, 'session.model_change', { newModel: 'auto' }),
      event('e2', 2, 'session.auto_mode_resolved', { chosenModel: 'gpt-x' }),
      user('u', 3, 'go'),
      event('e3', 4, 'session.title_changed', { title: 'Going' }),
    );
    expect(recognition).toEqual({ agent: 'copilot-cli', session: 's1', main: true });
    expect(facts.filter(fact => fact.kind === 'session')).toEqual([
      { kind: 'session', cwd: '/work/demo', project: 'demo' },
      { kind: 'session', gitBranch: 'main' },
      { kind: 'session', agentVersion: '1.0.78' },
      { kind: 'session', model: 'gpt-x' },
      { kind: 'session', title: { source: 'prompt', text: 'go' } },
      { kind: 'session', title: { source: 'ai', text: 'Going' } },
    ]);
  });

  it('takes prompts from people only', () => {
    const { facts } = read(
      user('u1', 1, 'mine'),
      user('u2', 2, 'a skill', { source: 'skill-pdf' }),
      user('u3', 3, 'mine too', { source: 'user' }),
    );
    expect(turnPrompts(facts).map(prompt => prompt.summary)).toEqual(['mine', 'mine too']);
    expect(entriesOf(facts).map(entry => entry.entry)).toEqual(['prompt', 'system', 'prompt']);
  });

  it('joins a call of a response, its run and its end', () => {
    const { facts } = read(
      user('u', 1, 'go'),
      event('t', 2, 'assistant.turn_start', { turnId: '0' }),
      message('a', 4, { toolRequests: [request('c1', 'bash', { command: 'npm test' })] }),
      event('x', 5, 'tool.execution_start', { toolCallId: 'c1', toolName: 'bash', arguments: { command: 'npm test' } }),
      event('y', 7, 'tool.execution_complete', {
        toolCallId: 'c1',
        success: true,
        result: { content: 'no\n<shellId: 0 completed with exit code 3>' },
      }),
    );
    const spans = joinSpans(facts);
    expect(spans.get('m-a')).toMatchObject({ span: 'llm', parent: 'session', turn: 'u', startUs: us(2), endUs: us(4) });
    expect(spans.get('c1')).toMatchObject({
      span: 'tool',
      name: 'bash',
      parent: 'm-a',
      startUs: us(5),
      endUs: us(7),
      status: 'error',
      attrs: { exitCode: 3 },
      summary: 'npm test',
    });
    expect(
      entriesOf(facts)
        .filter(entry => entry.key === 'tool:c1')
        .map(entry => entry.result),
    ).toEqual([undefined, true]);
  });

  it.each([
    ['failure', 'error'],
    ['rejected', 'aborted'],
    ['denied', 'aborted'],
  ])('reads why a call did not succeed: %s', (code, status) => {
    const end = event('y', 7, 'tool.execution_complete', {
      toolCallId: 'c1',
      success: false,
      error: { message: 'no', code },
    });
    expect(joinSpans(read(end).facts).get('c1')?.status).toBe(status);
  });

  it('ends the calls that were running when the user aborted', () => {
    const { facts } = read(
      message('a', 1, { toolRequests: [request('c1', 'bash', {})] }),
      event('x', 3, 'abort', { reason: 'user initiated' }),
    );
    expect(joinSpans(facts).get('c1')).toMatchObject({ status: 'aborted', endUs: us(3) });
    expect(eventsOf(facts).at(-1)).toMatchObject({ event: 'notice', name: 'aborted', summary: 'user initiated' });
  });

  it('tells what it asked the user, and what the answer was', () => {
    const { facts } = read(
      event('p', 1, 'permission.requested', {
        requestId: 'r',
        permissionRequest: { kind: 'shell', toolCallId: 'c1', fullCommandText: 'rm x' },
      }),
      event('q', 2, 'permission.completed', { requestId: 'r', toolCallId: 'c1', result: { kind: 'approved' } }),
    );
    expect(eventsOf(facts).map(one => [one.event, one.name, one.span, one.summary])).toEqual([
      ['permission', 'permission requested', 'c1', 'rm x'],
      ['permission', 'permission completed', 'c1', 'approved'],
    ]);
  });

  it('that goes back to an earlier event marks what it takes back', () => {
    const { facts } = read(
      user('u1', 1, 'one'),
      message('a', 2),
      user('u2', 3, 'two'),
      message('b', 4, { toolRequests: [request('c1', 'view', {})] }),
      event('w', 5, 'session.snapshot_rewind', { upToEventId: 'u2', eventsRemoved: 2 }),
    );
    const rewound = [...joinSpans(facts).values()].filter(span => span.attrs?.['rewound'] === true);
    expect(rewound.map(span => span.key)).toEqual(['m-b', 'c1']);
    expect(eventsOf(facts).at(-1)).toMatchObject({ name: 'rewound', summary: '2 events taken back' });
  });
});

describe('a subagent of Copilot', () => {
  const run = [
    message('a', 1, { toolRequests: [request('c1', 'task', { prompt: 'find' })] }),
    event(
      's',
      2,
      'subagent.started',
      { toolCallId: 'c1', agentName: 'task', agentDisplayName: 'Task Agent' },
      { agentId: 'g1' },
    ),
    user('t', 3, 'find', { source: 'agent-s1' }),
  ];

  it('hangs below the call that started it, and holds its own conversation', () => {
    const task = { ...run[2], agentId: 'g1' };
    const { facts } = read(
      run[0],
      run[1],
      task,
      message('b', 5, {}, { agentId: 'g1' }),
      event('e', 6, 'subagent.completed', { toolCallId: 'c1', totalTokens: 9 }, { agentId: 'g1' }),
    );
    const spans = joinSpans(facts);
    expect(spans.get('agent:g1')).toMatchObject({
      span: 'agent',
      parent: 'c1',
      status: 'ok',
      startUs: us(2),
      endUs: us(6),
      attrs: { totalTokens: 9 },
    });
    expect(spans.get('m-b')).toMatchObject({ parent: 'agent:g1', thread: 'agent:g1', startUs: us(3) });
    expect(turnPrompts(facts)).toEqual([]);
    expect(eventsOf(facts)).toMatchObject([{ event: 'prompt', name: 'task', thread: 'agent:g1' }]);
  });

  it('is told by its call alone in older versions', () => {
    const { facts } = read(run[0], message('b', 5, { parentToolCallId: 'c1' }));
    expect(joinSpans(facts).get('agent:c1')).toMatchObject({ span: 'agent', parent: 'c1' });
    expect(joinSpans(facts).get('m-b')?.thread).toBe('agent:c1');
  });
});

describe('the tokens of a Copilot session', () => {
  const usage = {
    model: 'gpt-x',
    inputTokens: 100,
    outputTokens: 20,
    cacheReadTokens: 60,
    cacheWriteTokens: 10,
    apiCallId: 'api-1',
    duration: 500,
  };

  it('stand on the response that a usage record tells of, once', () => {
    const { facts } = read(
      event('r', 2, 'session.usage_record', { usage }),
      message('a', 3, { apiCallId: 'api-1' }),
      shutdown('z', 9, metrics(100, 20, 60)),
    );
    const spans = [...joinSpans(facts).values()];
    expect(spans).toHaveLength(1);
    expect(spans[0]).toMatchObject({
      span: 'llm',
      usage: { input: 30, output: 20, cacheRead: 60, cacheCreation: 10 },
      startUs: us(2) - 500_000,
      endUs: us(3),
      responseKey: 'response:api-1',
    });
  });

  it('that only the end tells stand apart from the responses, which told their output', () => {
    const { facts } = read(
      message('a', 2, { outputTokens: 20 }),
      shutdown('z', 9, metrics(100, 25, 60, 2_000_000_000)),
    );
    const rest = [...joinSpans(facts).values()].find(span => span.span === 'phase');
    expect(rest).toMatchObject({
      model: 'gpt-x',
      usage: { input: 40, output: 5, cacheRead: 60 },
      usageProvenance: 'reported',
      attrs: { costUsd: 0.02, requests: 1 },
    });
    expect(total(facts)).toMatchObject({ input: 40, output: 25, cacheRead: 60 });
  });

  it('of a session that went on are what its totals grew by', () => {
    const { facts } = read(
      message('a', 2, { outputTokens: 20 }),
      shutdown('z1', 3, metrics(100, 20)),
      event('r', 4, 'session.resume', { context }),
      message('b', 5, { outputTokens: 7 }),
      shutdown('z2', 6, metrics(160, 27)),
    );
    expect(total(facts)).toMatchObject({ input: 160, output: 27 });
  });

  it('of a session that crashed and went on lose nothing that was told', () => {
    const { facts } = read(
      message('a', 2, { outputTokens: 20 }),
      event('r', 4, 'session.resume', { context }),
      message('b', 5, { outputTokens: 7 }),
      shutdown('z', 6, metrics(60, 12)),
    );
    expect(total(facts)).toMatchObject({ input: 60, output: 32 });
  });

  it('of totals that began anew are counted in full', () => {
    const { facts } = read(shutdown('z1', 3, metrics(100, 20)), shutdown('z2', 6, metrics(60, 7)));
    expect(total(facts)).toMatchObject({ input: 160, output: 27 });
  });

  it('are counted once where the file holds its history twice', () => {
    const lines = [
      message('a', 2, { outputTokens: 20 }),
      shutdown('z1', 3, metrics(100, 20)),
      event('r', 4, 'session.resume', { context }),
      message('b', 5, { outputTokens: 7 }),
      shutdown('z2', 6, metrics(160, 27)),
    ];
    const { facts } = read(
      ...lines,
      start,
      ...lines,
      message('c', 7, { outputTokens: 3 }),
      shutdown('z3', 8, metrics(200, 30)),
    );
    expect(total(facts)).toMatchObject({ input: 200, output: 30 });
    expect(countedResponses(facts).count).toBe(3);
  });

  it('of a compaction are a call of its own, beside the totals', () => {
    const used = {
      inputTokens: 50,
      outputTokens: 9,
      cacheReadTokens: 40,
      cacheWriteTokens: 0,
      model: 'gpt-x',
      duration: 1000,
      copilotUsage: { totalNanoAiu: 1_000_000_000 },
    };
    const { facts } = read(
      event('k', 2, 'session.compaction_start', {}),
      event('l', 4, 'session.compaction_complete', {
        success: true,
        summaryContent: 'so far',
        trigger: 'manual',
        compactionTokensUsed: used,
      }),
      shutdown('z', 9, metrics(100, 20, 0, 3_000_000_000)),
    );
    const spans = joinSpans(facts);
    expect(spans.get('compaction:l')).toMatchObject({
      span: 'llm',
      startUs: us(2),
      endUs: us(4),
      usage: { input: 10, output: 9, cacheRead: 40 },
      attrs: { costUsd: 0.01 },
    });
    expect(spans.get('usage:z:gpt-x')).toMatchObject({ usage: { input: 100, output: 20 }, attrs: { costUsd: 0.02 } });
    expect(eventsOf(facts)).toMatchObject([{ event: 'compaction', summary: 'manual' }]);
  });

  it('of a response that telemetry records as well have one key', () => {
    const lines = readFileSync(join(fixturesDir, 'copilot/otel/copilot-otel.jsonl'), 'utf8');
    const file = join(fixturesDir, 'copilot/session-state/8de24308-9fe9-487b-b9c1-2e849451477e/events.jsonl');
    const { facts } = readLines(copilotEvents, readFileSync(file), hintOf('events.jsonl'));
    const keys = [...joinSpans(facts).values()].flatMap(span => span.responseKey ?? []);
    expect(keys).toHaveLength(4);
    for (const key of keys) expect(lines).toContain(`"gen_ai.response.id":"${key.replace('response:', '')}"`);
  });
});

describe('what people read of a Copilot event', () => {
  it('is the prompt with its attachments', () => {
    const attachments = [
      { type: 'file', path: '/a.ts', displayName: 'a.ts' },
      { type: 'blob', mimeType: 'image/png', data: 'AAAA' },
    ];
    expect(copilotEvents.content(user('u', 1, 'see', { attachments }))).toEqual([
      {
        kind: 'prompt',
        parts: [
          { kind: 'text', text: 'see' },
          { kind: 'file', name: 'a.ts' },
          { kind: 'image', mediaType: 'image/png', base64: 'AAAA' },
        ],
      },
    ]);
  });

  it('is the response: thinking, hidden where it is sealed, the answer, the calls with their changes', () => {
    const edit = request('c1', 'edit', { path: '/a.ts', old_str: 'a', new_str: 'b' });
    const create = request('c2', 'create', { path: '/b.ts', file_text: 'x' });
    expect(
      copilotEvents.content(message('a', 1, { reasoningOpaque: 'AA==', toolRequests: [edit, create] })),
    ).toMatchObject([
      { kind: 'thinking', hidden: true },
      { kind: 'answer', parts: [{ text: 'said' }] },
      {
        kind: 'tool-call',
        callId: 'c1',
        diffs: [{ path: '/a.ts', change: 'update', hunks: [{ lines: ['-a', '+b'] }] }],
      },
      { kind: 'tool-call', callId: 'c2', diffs: [{ path: '/b.ts', change: 'create' }] },
    ]);
  });

  it('is the change that a tool made; a file that was only read is none', () => {
    const file = join(fixturesDir, 'copilot/session-state/8de24308-9fe9-487b-b9c1-2e849451477e/events.jsonl');
    const ends = readFileSync(file, 'utf8')
      .split('\n')
      .filter(line => line.includes('"tool.execution_complete"'));
    const blocks = ends.map(line => copilotEvents.content(JSON.parse(line))[0]);
    expect(blocks[0]).toMatchObject({ kind: 'tool-result', parts: [{ text: 'export const add = (a, b) => a - b\n' }] });
    expect(blocks[0]).not.toHaveProperty('diffs');
    expect(blocks[1]).toMatchObject({
      diffs: [{ path: '/home/demo/work/demo-project/add.js', change: 'update', hunks: [{ oldStart: 1, newStart: 1 }] }],
    });
    expect(blocks[2]).toMatchObject({ exitCode: 0, isError: false });
  });
});

describe('records of a Copilot session', () => {
  it.each([
    [event('x', 1, 'session.dream'), 'session.dream', false],
    [event('x', 1, 'hook.start', { hookType: 'preToolUse' }), 'hook.start', true],
    [{ type: 'result', sessionId: 's1', timestamp: time(1), exitCode: 0 }, 'result', true],
  ])('are named and known by type: %j', (line, type, known) => {
    expect(read(line).records[1]).toMatchObject({ type, known });
  });

  it.each([[[1]], ['text'], [{ type: 'user.message', id: 'x' }]])('that cannot be read are rejected: %j', value => {
    expect(read(value).records[1]).toMatchObject({ known: false, rejected: expect.any(String) });
  });

  it('that were printed belong to a session that their first prompt names', () => {
    const printed = [
      event('w', 0, 'session.tools_updated'),
      user('u', 1, 'go', { interactionId: 'i1' }),
      { type: 'result', sessionId: 's9', timestamp: time(2) },
    ];
    const { recognition } = readLines(copilotEvents, linesOf(...printed), hintOf('out.jsonl'));
    expect(recognition).toEqual({ agent: 'copilot-cli', session: 'i1', main: true });
  });
});

describe('damage to Copilot sessions', () => {
  const dir = join(fixturesDir, 'copilot');
  describeDamage(
    copilotEvents,
    dir,
    listFiles(dir, path => !path.startsWith('otel/')),
    6000,
  );
});
