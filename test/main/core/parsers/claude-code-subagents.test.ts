import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashText, isReplayAgent, promptHint } from '../../../../src/main/core/parsers/claude-code-agents.ts';
import { claudeCodeAgentMeta } from '../../../../src/main/core/parsers/claude-code-meta.ts';
import { claudeCodeJsonl } from '../../../../src/main/core/parsers/claude-code.ts';
import type { Fact } from '../../../../src/main/core/parsers/parser.ts';
import {
  assistant,
  attachment,
  call,
  progress,
  result,
  SESSION,
  text,
  tokens,
  us,
  user,
} from '../../../builders/claude-lines.ts';
import { fixturesDir, hintFor, listFiles } from '../../../builders/corpus.ts';
import { countedResponses, entriesOf, joinSpans, spansOfKind, turnPrompts } from '../../../builders/join-facts.ts';
import { hintOf, linesOf, readDocument, readLines } from '../../../builders/read-units.ts';

const mainFile = `p/${SESSION}.jsonl`;
const agentFile = (id: string) => `p/${SESSION}/subagents/agent-${id}.jsonl`;

function factsOf(relPath: string, ...values: readonly unknown[]): readonly Fact[] {
  return readLines(claudeCodeJsonl, linesOf(...values), hintOf(relPath)).facts;
}

const task = (id: string, prompt: string) =>
  call(id, 'Agent', { prompt, description: `Do ${prompt}`, subagent_type: 'Explore' });

describe('Subagents with lines in the main file', () => {
  const side = { isSidechain: true };
  const lines = [
    user('u1', 0, 'do both'),
    assistant('a1', 1, [task('toolu_a', 'first'), task('toolu_b', 'second')]),
    // They run at the same time; the second one speaks first.
    user('s2', 2, 'second', side),
    user('s1', 3, ' first\n', side),
    assistant('s2a', 4, [call('toolu_2', 'Read', { file_path: '/b' })], { id: 'msg_2' }, { ...side, parentUuid: 's2' }),
    assistant('s1a', 5, [text('done one')], { id: 'msg_3' }, { ...side, parentUuid: 's1' }),
    user('s2r', 6, [result('toolu_2', 'x')], { ...side, parentUuid: 's2a' }),
    assistant('s2b', 7, [text('done two')], { id: 'msg_4' }, { ...side, parentUuid: 's2r' }),
    user('r1', 8, [result('toolu_a', 'one')], { toolUseResult: { content: [], totalDurationMs: 7000 } }),
    user('r2', 9, [result('toolu_b', 'boom', true)], { toolUseResult: 'Error: boom' }),
    assistant('a2', 10, [text('both done')], { id: 'msg_5' }),
  ];
  const spans = joinSpans(factsOf(mainFile, ...lines));

  it('hang below the call with their prompt', () => {
    expect(spans.get('agent:s1')).toMatchObject({
      span: 'agent',
      name: 'Explore',
      parent: 'toolu_a',
      summary: 'Do first',
      wants: [promptHint('first')],
    });
    expect(spans.get('agent:s2')).toMatchObject({ parent: 'toolu_b', name: 'Explore' });
    expect(spans.get('toolu_a')?.offers).toEqual([promptHint('first')]);
  });

  it('begin with their first line and end with the result of their call', () => {
    expect(spans.get('agent:s1')).toMatchObject({ startUs: us(3), endUs: us(8), status: 'ok' });
    expect(spans.get('agent:s2')).toMatchObject({ startUs: us(2), endUs: us(9), status: 'error' });
  });

  it('keep their own conversation and clock', () => {
    expect(spans.get('msg_2')).toMatchObject({ parent: 'agent:s2', thread: 'agent:s2', startUs: us(2) });
    expect(spans.get('msg_3')).toMatchObject({ parent: 'agent:s1', thread: 'agent:s1', startUs: us(3) });
    expect(spans.get('msg_4')).toMatchObject({ parent: 'agent:s2', startUs: us(6) });
    expect(spans.get('msg_5')).toMatchObject({ parent: 'session', thread: 'session', startUs: us(9), turn: 'u1' });
    expect(spans.get('msg_4')?.turn).toBeUndefined();
  });

  it('do not change the turn or the state of the main conversation', () => {
    expect(turnPrompts(factsOf(mainFile, ...lines)).map(event => event.key)).toEqual(['u1']);
  });

  it('with equal prompts take their calls in order', () => {
    const equal = joinSpans(
      factsOf(
        mainFile,
        assistant('a1', 1, [task('toolu_a', 'same'), task('toolu_b', 'same')]),
        user('s1', 2, 'same', side),
        user('s2', 3, 'same', side),
      ),
    );
    expect([equal.get('agent:s1')?.parent, equal.get('agent:s2')?.parent]).toEqual(['toolu_a', 'toolu_b']);
  });

  it('go on with the one that spoke last where their parent is not in the file', () => {
    const cut = joinSpans(
      factsOf(
        mainFile,
        user('s1', 2, 'first', side),
        assistant('s1a', 3, [text('x')], { id: 'msg_2' }, { ...side, parentUuid: 'lost' }),
      ),
    );
    expect(cut.get('msg_2')?.parent).toBe('agent:s1');
  });

  it('are all found in a real session of 1.0.98', () => {
    const relPath = 'claude-code/projects/sample-project/fe5e1c67-53e7-4862-81ae-d0e013e3270b.jsonl';
    const bytes = readFileSync(join(fixturesDir, relPath));
    const { facts } = readLines(claudeCodeJsonl, bytes, hintFor(fixturesDir, relPath));
    const agents = spansOfKind(facts, 'agent');
    const roots = bytes
      .toString()
      .split('\n')
      .filter(line => line.startsWith('{"parentUuid":null,"isSidechain":true'));
    expect(roots).toHaveLength(5);
    expect(agents.map(agent => [agent.status, joinSpans(facts).get(agent.parent ?? '')?.name])).toEqual(
      Array.from({ length: 5 }, () => ['ok', 'Task']),
    );
    expect(new Set(agents.map(agent => agent.parent)).size).toBe(5);
  });
});

describe('Subagents with a file of their own', () => {
  const id = 'ab12cd34ab12cd34a';
  const own = { isSidechain: true, agentId: id };
  const agent = factsOf(
    agentFile(id),
    user('s1', 2, 'count the files', own),
    assistant('s1a', 4, [call('toolu_2', 'Glob', { pattern: '*' })], { id: 'msg_2' }, own),
    user('s1r', 5, [result('toolu_2', '2 files')], own),
    assistant('s1b', 6, [text('Two.')], { id: 'msg_3' }, own),
  );
  const main = factsOf(
    mainFile,
    user('u1', 0, 'how many files?'),
    assistant('a1', 1, [task('toolu_1', 'count the files')]),
    user('r1', 7, [result('toolu_1', 'Two.')], {
      toolUseResult: { status: 'completed', agentId: id, agentType: 'general-purpose', totalDurationMs: 5000 },
    }),
  );

  it('want the call with their prompt while nothing else is known', () => {
    const span = joinSpans(agent).get(`agent:${id}`);
    expect(span).toMatchObject({
      span: 'agent',
      name: 'agent',
      status: 'open',
      startUs: us(2),
      summary: 'count the files',
      wants: [promptHint('count the files')],
    });
    expect(span?.parent).toBeUndefined();
  });

  it.each([
    ['after', [...main, ...agent]],
    ['before', [...agent, ...main]],
  ])('are linked by the result of their call, when their file is read %s the main one', (_when, facts) => {
    const spans = joinSpans(facts);
    expect(spans.get(`agent:${id}`)).toMatchObject({
      parent: 'toolu_1',
      name: 'general-purpose',
      summary: 'Do count the files',
      status: 'ok',
      startUs: us(2),
      endUs: us(7),
      thread: 'session',
      turn: 'u1',
    });
    expect(spans.get('msg_2')).toMatchObject({ parent: `agent:${id}`, thread: `agent:${id}`, startUs: us(2) });
    expect(spans.get('toolu_2')).toMatchObject({ parent: 'msg_2', thread: `agent:${id}`, status: 'ok' });
  });

  it('keep their entries in a thread of their own, and begin no turn', () => {
    expect(entriesOf(agent).map(entry => [entry.entry, entry.thread])).toEqual([
      ['prompt', `agent:${id}`],
      ['tool', `agent:${id}`],
      ['tool', `agent:${id}`],
      ['answer', `agent:${id}`],
    ]);
    expect(turnPrompts(agent)).toEqual([]);
  });

  it('stay open when they run in the background, until a notification says how they ended', () => {
    const launch = { isAsync: true, status: 'async_launched', agentId: id, description: 'Count' };
    const begun = [
      assistant('a1', 1, [task('toolu_1', 'count the files')]),
      user('r1', 2, [result('toolu_1', 'launched')], { toolUseResult: launch }),
    ];
    const end = `<task-notification>\n<task-id>${id}</task-id>\n<status>completed</status>\n<summary>Agent done</summary>`;
    const queued = {
      type: 'queue-operation',
      operation: 'enqueue',
      timestamp: '2026-04-01T12:00:09.000Z',
      sessionId: SESSION,
      content: end,
    };
    expect(joinSpans(factsOf(mainFile, ...begun)).get(`agent:${id}`)).toMatchObject({
      status: 'open',
      parent: 'toolu_1',
    });
    const ended = joinSpans(factsOf(mainFile, ...begun, queued, user('n1', 12, end)));
    expect(ended.get(`agent:${id}`)).toMatchObject({ status: 'ok', endUs: us(9) });
    const killed = attachment('t1', 5, { type: 'queued_command', prompt: end.replace('completed', 'killed') });
    expect(joinSpans(factsOf(mainFile, ...begun, killed)).get(`agent:${id}`)?.status).toBe('aborted');
    const stop = user('r2', 6, [result('toolu_s', 'Stopped')], {
      toolUseResult: { message: 'Stopped', task_id: id, task_type: 'local_agent' },
    });
    expect(joinSpans(factsOf(mainFile, ...begun, stop)).get(`agent:${id}`)).toMatchObject({
      status: 'aborted',
      endUs: us(6),
    });
  });

  it('are not mistaken for shells that run in the background', () => {
    const end = '<task-notification>\n<task-id>b77</task-id>\n<status>completed</status>';
    expect(spansOfKind(factsOf(mainFile, user('n1', 1, end)), 'agent')).toEqual([]);
  });

  it('hang below the workflow that started them', () => {
    const launched = { status: 'async_launched', runId: 'wf_1', taskId: 'w8', summary: 'Fan out' };
    const spans = joinSpans([
      ...factsOf(
        mainFile,
        assistant('a1', 1, [call('toolu_w', 'Workflow', { script: 'x' })]),
        user('r1', 2, [result('toolu_w', 'launched')], { toolUseResult: launched }),
        user('n1', 9, '<task-notification>\n<task-id>w8</task-id>\n<status>completed</status>'),
      ),
      ...factsOf(`p/${SESSION}/subagents/workflows/wf_1/agent-${id}.jsonl`, user('s1', 3, 'one of many', own)),
    ]);
    expect(spans.get('workflow:wf_1')).toMatchObject({ span: 'phase', parent: 'toolu_w', status: 'ok', endUs: us(9) });
    expect(spans.get(`agent:${id}`)).toMatchObject({ parent: 'workflow:wf_1' });
  });

  it('are ignored when they only warm up or compact, and their records are kept', () => {
    const warmup = readLines(
      claudeCodeJsonl,
      linesOf(user('s1', 2, 'Warmup', own), assistant('s1a', 3, [text('ready')], {}, own)),
      hintOf(agentFile(id)),
    );
    expect([warmup.records.length, warmup.facts]).toEqual([2, []]);
    expect(warmup.records.every(record => record.known)).toBe(true);
    const compact = { isSidechain: true, agentId: 'acompact-767ece576f2b74e8' };
    expect(factsOf(agentFile('acompact-767ece576f2b74e8'), assistant('s1', 3, [text('summary')], {}, compact))).toEqual(
      [],
    );
  });

  it('may be given the text Warmup later on', () => {
    const facts = factsOf(
      agentFile(id),
      user('s1', 2, 'count', own),
      user('s2', 3, 'Warmup', own),
      assistant('s1a', 4, [text('Two.')], {}, own),
    );
    expect(spansOfKind(facts, 'llm')).toHaveLength(1);
  });

  it.each([
    ['its call, for want of better', { agentId: id }, us(1)],
    ['how long it took', { agentId: id, totalDurationMs: 4000 }, us(3)],
    ['its launch', { agentId: id, isAsync: true }, us(7)],
  ])('whose file is missing begins by %s', (_name, toolUseResult, startUs) => {
    const facts = factsOf(
      mainFile,
      assistant('a1', 1, [task('toolu_1', 'count')]),
      user('r1', 7, [result('toolu_1', 'Two.')], { toolUseResult }),
    );
    expect(joinSpans(facts).get(`agent:${id}`)).toMatchObject({ span: 'agent', name: 'Explore', startUs });
  });

  it('are not made of the details of a line with several results', () => {
    const facts = factsOf(
      mainFile,
      assistant('a1', 1, [task('toolu_1', 'count'), task('toolu_2', 'read')]),
      user('r1', 7, [result('toolu_1', 'Two.'), result('toolu_2', 'It is.')], { toolUseResult: { agentId: id } }),
    );
    expect(spansOfKind(facts, 'agent')).toEqual([]);
  });

  it('link every agent of a real session in the order that they were started', () => {
    const folder = 'claude-code/projects/-Users-ingo-projects-irrlicht';
    const files = listFiles(fixturesDir, relPath => relPath.startsWith(folder));
    const facts = files.flatMap(
      relPath =>
        readLines(claudeCodeJsonl, readFileSync(join(fixturesDir, relPath)), hintFor(fixturesDir, relPath)).facts,
    );
    const spans = joinSpans(facts);
    const agents = [...spans.values()].filter(span => span.span === 'agent');
    expect(agents).toHaveLength(12);
    for (const found of agents) {
      expect(found).toMatchObject({ status: 'ok', name: 'Explore', thread: 'session' });
      const parent = spans.get(found.parent ?? '');
      expect(parent).toMatchObject({ span: 'tool', name: 'Agent', offers: found.wants });
    }
  });
});

describe('Copies of a subagent’s lines in progress lines', () => {
  const id = 'a2ffcc6';
  const inner = [
    user('s1', 3, [text('draw it')]),
    assistant('s1a', 4, [call('toolu_2', 'Read', { file_path: '/d' })], { id: 'msg_2', usage: tokens(7, 2) }),
    user('s1r', 5, [result('toolu_2', 'x')]),
    assistant('s1b', 6, [text('drawn')], { id: 'msg_3', usage: tokens(9, 4) }),
  ];
  const copies = inner.map((message, i) =>
    progress(
      `p${i}`,
      20 + i,
      { type: 'agent_progress', agentId: id, prompt: 'draw it', message },
      {
        parentToolUseID: 'toolu_1',
        toolUseID: 'agent_msg_1',
        version: '2.1.49',
      },
    ),
  );
  const main = factsOf(
    mainFile,
    assistant('a1', 1, [task('toolu_1', 'draw it')], { id: 'msg_1', usage: tokens(1, 1) }),
    ...copies,
  );
  const own = factsOf(agentFile(id), ...inner.map(line => ({ ...line, isSidechain: true, agentId: id })));

  it('stand in for a file that is missing', () => {
    const spans = joinSpans(main);
    expect(spans.get(`agent:${id}`)).toMatchObject({ parent: 'toolu_1', name: 'Explore', status: 'open' });
    expect(spans.get('msg_2')).toMatchObject({
      parent: `agent:${id}`,
      thread: `agent:${id}`,
      startUs: us(3),
      endUs: us(4),
    });
    expect(spans.get('toolu_2')).toMatchObject({ parent: 'msg_2', status: 'ok', startUs: us(4), endUs: us(5) });
    expect(countedResponses(main)).toMatchObject({ count: 3, usage: { input: 17, output: 7 } });
  });

  it.each([
    ['after', [...main, ...own]],
    ['before', [...own, ...main]],
  ])('count nothing twice when the file is read %s them', (_when, facts) => {
    expect(countedResponses(facts)).toMatchObject({ count: 3, usage: { input: 17, output: 7 } });
    expect(spansOfKind(facts, 'tool')).toHaveLength(2);
    expect(joinSpans(facts).get('msg_2')).toMatchObject({ parent: `agent:${id}`, startUs: us(3), endUs: us(4) });
  });

  it('have the entries that the file has, and give way to them', () => {
    const keys = (facts: readonly Fact[]) =>
      entriesOf(facts)
        .filter(entry => entry.thread !== undefined)
        .map(entry => entry.key);
    expect(keys(main)).toEqual(keys(own));
    expect(
      entriesOf(main)
        .filter(entry => entry.thread !== undefined)
        .map(entry => entry.weak ?? false),
    ).toEqual([true, true, false, true]);
    expect(entriesOf(own).every(entry => entry.weak === undefined)).toBe(true);
  });
});

describe('A side question over the whole conversation', () => {
  const id = 'aside_question-c5e5c961a7749e08';
  const own = { isSidechain: true, agentId: id };
  const main = factsOf(
    mainFile,
    user('u1', 0, 'go'),
    assistant('a1', 2, [text('first')], { id: 'msg_1', usage: tokens(10, 4) }),
  );
  const side = factsOf(
    agentFile(id),
    user('q1', 0, 'go', own),
    assistant('q2', 2, [text('first')], { id: 'msg_1', usage: tokens(10, 4) }, { ...own, requestId: 'req_new' }),
    user('q3', 30, 'by the way, why?', own),
    assistant('q4', 33, [text('because')], { id: 'msg_9', usage: tokens(20, 2) }, own),
  );

  it.each([
    ['after', [...main, ...side]],
    ['before', [...side, ...main]],
  ])('leaves the replayed answers where they belong, read %s the main file', (_when, facts) => {
    const spans = joinSpans(facts);
    expect(spans.get('msg_1')).toMatchObject({ parent: 'session', thread: 'session', turn: 'u1', endUs: us(2) });
    expect(spans.get('msg_9')).toMatchObject({ parent: `agent:${id}`, thread: `agent:${id}` });
    expect(countedResponses(facts)).toMatchObject({ count: 2, usage: { input: 30, output: 6 } });
  });

  it('is told by the label in its id', () => {
    expect(['aside_question-c5e5c961a7749e08', 'ab12cd34ab12cd34a', 'ab12cd34', 'bob@team'].map(isReplayAgent)).toEqual(
      [true, false, false, false],
    );
  });
});

describe('A forked agent that repeats its parent’s lines', () => {
  it('does not move what the parent answered', () => {
    const own = { isSidechain: true, agentId: 'af0123456789abcde' };
    const fork = factsOf(
      agentFile('af0123456789abcde'),
      user('u1', 0, 'go', own),
      assistant('a1', 2, [call('toolu_1', 'Bash', {})], {}, own),
    );
    const main = factsOf(mainFile, user('u1', 0, 'go'), assistant('a1', 2, [call('toolu_1', 'Bash', {})]));
    for (const facts of [
      [...fork, ...main],
      [...main, ...fork],
    ]) {
      const spans = joinSpans(facts);
      expect(spans.get('msg_1')).toMatchObject({ parent: 'session', thread: 'session' });
      expect(spans.get('toolu_1')).toMatchObject({ parent: 'msg_1', thread: 'session' });
    }
  });
});

describe('The description of a subagent', () => {
  const relPath = agentFile('ab12cd34ab12cd34a').replace('.jsonl', '.meta.json');
  const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

  it('names it and the call that started it', () => {
    const meta = { agentType: 'Explore', description: 'Count files', toolUseId: 'toolu_1', spawnDepth: 1 };
    const read = readDocument(claudeCodeAgentMeta, bytes(meta), hintOf(relPath));
    expect(read.recognition).toEqual({ agent: 'claude-code', session: SESSION, main: false });
    expect(read.facts).toEqual([
      {
        kind: 'span',
        key: 'agent:ab12cd34ab12cd34a',
        span: 'agent',
        role: 'body',
        name: 'Explore',
        summary: 'Count files',
        parent: 'toolu_1',
        attrs: { spawnDepth: 1 },
      },
    ]);
  });

  it('is read on several lines too', () => {
    const pretty = new TextEncoder().encode(JSON.stringify({ agentType: 'Plan' }, null, 2));
    expect(readDocument(claudeCodeAgentMeta, pretty, hintOf(relPath)).facts).toMatchObject([{ name: 'Plan' }]);
  });

  it('of a compaction helper says nothing', () => {
    const path = agentFile('acompact-767ece576f2b74e8').replace('.jsonl', '.meta.json');
    expect(readDocument(claudeCodeAgentMeta, bytes({ agentType: 'compact' }), hintOf(path)).facts).toEqual([]);
  });

  it('that is half written is rejected', () => {
    const recognition = { agent: 'claude-code', session: SESSION, main: false };
    const half = new TextEncoder().encode('{"agentType":"Expl');
    expect(claudeCodeAgentMeta.parseDocument(half, hintOf(relPath), recognition)).toMatchObject({
      records: [{ type: 'agent-meta', rejected: 'not JSON, or not all of it' }],
      facts: [],
    });
  });

  it.each([
    ['another file in the folder', `p/${SESSION}/subagents/notes.json`, { agentType: 'Explore' }],
    ['one outside a session', 'p/agent-a1.meta.json', { agentType: 'Explore' }],
    ['one that describes no agent', relPath, { name: 'x' }],
  ])('is not %s', (_name, path, value) => {
    const sample = { values: [value], text: JSON.stringify(value), complete: true };
    expect(claudeCodeAgentMeta.recognise(sample, hintOf(path))).toBeUndefined();
  });
});

describe('The journal of a workflow', () => {
  it('is kept, and says when an agent gave its result', () => {
    const read = readLines(
      claudeCodeJsonl,
      linesOf(
        { type: 'started', agentId: 'a1' },
        { type: 'result', agentId: 'a1', timestamp: '2026-04-01T12:00:05.000Z' },
      ),
      hintOf(`p/${SESSION}/subagents/workflows/wf_1/journal.jsonl`),
    );
    expect(read.records.map(({ type, known }) => [type, known])).toEqual([
      ['workflow/started', true],
      ['workflow/result', true],
    ]);
    expect(joinSpans(read.facts).get('agent:a1')).toMatchObject({ status: 'ok', endUs: us(5) });
  });
});

describe('The hash of a prompt', () => {
  it('is the same for the same text and has no collision among many', () => {
    expect(hashText('count the files')).toBe(hashText('count the files'));
    expect(new Set(Array.from({ length: 20_000 }, (_, i) => hashText(`prompt ${i}`))).size).toBe(20_000);
  });
});
