import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codexExec } from '../../../../src/main/core/parsers/codex-exec.ts';
import { codexRollout } from '../../../../src/main/core/parsers/codex.ts';
import { totalTokens } from '../../../../src/shared/model/usage.ts';
import { fixturesDir, hintFor } from '../../../builders/corpus.ts';
import { countedResponses, turnPrompts } from '../../../builders/join-facts.ts';
import { hintOf, linesOf, readLines, recogniseBytes, sampleOf } from '../../../builders/read-units.ts';
import {
  bornMs,
  call,
  event,
  header,
  item,
  output,
  readTimed,
  said,
  threadId,
  tokenCount,
  turn,
  turnIdAt,
  usage,
} from './codex-lines.ts';

const forkedHeader = header({ forked_from_id: 'parent-id' });
const parentHeader = header({ id: 'parent-id', timestamp: new Date(bornMs - 60_000).toISOString() });
const now = { timestamp: new Date(bornMs + 500).toISOString() };

describe('a Codex file', () => {
  it('is named by its first header, else by the uuid in its name, else by the name', () => {
    const first = linesOf(header(), header({ id: 'other' }));
    const without = linesOf(said('user', 'hello'));
    expect(recogniseBytes(codexRollout, first, hintOf('x.jsonl'))).toEqual({
      agent: 'codex',
      session: threadId,
      main: true,
    });
    const path = `sessions/rollout-2026-05-23T18-24-45-${turnIdAt(0)}.jsonl`;
    expect(recogniseBytes(codexRollout, without, hintOf(path)).session).toBe(turnIdAt(0));
    expect(recogniseBytes(codexRollout, without, hintOf('a/copy.jsonl')).session).toBe('copy');
  });

  it('in the legacy form is told by its header or by its state lines', () => {
    const old = { id: 'abc', timestamp: '2025-08-01T10:00:00Z', instructions: null };
    expect(recogniseBytes(codexRollout, linesOf(old), hintOf('x.jsonl')).session).toBe('abc');
    expect(recogniseBytes(codexRollout, linesOf({ record_type: 'state' }), hintOf('x.jsonl')).session).toBe('x');
  });

  it('is not claimed for what other programs write', () => {
    for (const value of [
      { type: 'user', message: {} },
      { id: '1', timestamp: 'x' },
      'text',
      3,
      { type: 'session_meta' },
    ])
      expect(codexRollout.recognise(sampleOf(linesOf(value)), hintOf('rollout-x.jsonl'))).toBeUndefined();
  });

  it('waits for a first line that can be read', () => {
    const sample = { values: [], text: '{"timestamp"', complete: false };
    expect(codexRollout.recognise(sample, hintOf('rollout-x.jsonl'))).toBe('more');
    expect(codexExec.recognise(sample, hintOf('stream.jsonl'))).toBe('more');
  });

  it('tells its folder, version, branch and model, and its name once it has one', () => {
    const { facts } = readTimed([
      header({ git: { branch: 'main' } }),
      ...turn(turnIdAt(1)),
      said('user', 'Fix the\nbug'),
      event('thread_name_updated', { thread_name: 'Bug hunt' }),
    ]);
    expect(facts.filter(fact => fact.kind === 'session')).toEqual([
      { kind: 'session', cwd: '/repo', agentVersion: '0.140.0', gitBranch: 'main' },
      { kind: 'session', model: 'gpt-5.5' },
      { kind: 'session', title: { source: 'prompt', text: 'Fix the bug' } },
      { kind: 'session', title: { source: 'custom', text: 'Bug hunt' } },
    ]);
  });

  it('says when the model changes', () => {
    const read = readTimed([header(), ...turn(turnIdAt(1)), ...turn(turnIdAt(2), 'gpt-5.2')]);
    expect(read.happened).toEqual(['notice: gpt-5.5 → gpt-5.2']);
  });
});

describe('a forked Codex thread', () => {
  const copied = [
    ...turn(turnIdAt(-50)),
    said('user', 'old prompt'),
    said('assistant', 'old answer'),
    tokenCount(usage(100, 0, 10)),
  ].map(line => ({ ...now, ...line }));
  const own = [
    ...turn(turnIdAt(20)),
    said('user', 'new prompt'),
    tokenCount(usage(100, 0, 10)),
    said('assistant', 'new answer'),
    tokenCount(usage(220, 0, 30), usage(120, 0, 20)),
  ];

  it('shows the copied history and does not count its usage again', () => {
    const read = readTimed([forkedHeader, parentHeader, ...copied, ...own]);
    expect(read.talk).toEqual(['prompt', 'answer', 'prompt', 'answer']);
    expect(read.spans.get('response:1')).toMatchObject({ counted: false, attrs: { copied: true } });
    expect(read.spans.get('response:1')?.responseKey).toBeUndefined();
    expect(read.spans.get('response:2')).toMatchObject({ usage: { input: 120, output: 20 } });
    expect(totalTokens(countedResponses(read.facts).usage)).toBe(140);
    expect(turnPrompts(read.facts)).toHaveLength(2);
  });

  it('is told by an older header right below its own, where its own does not name it', () => {
    const read = readTimed([header(), parentHeader, ...copied, ...own]);
    expect(totalTokens(countedResponses(read.facts).usage)).toBe(140);
  });

  it('knows a copied count by its second where turns have no ids', () => {
    const read = readTimed([
      forkedHeader,
      { ...now, ...said('assistant', 'old answer') },
      { ...now, ...tokenCount(usage(100, 0, 10)) },
      said('assistant', 'new answer'),
      tokenCount(usage(220, 0, 30), usage(120, 0, 20)),
    ]);
    expect(totalTokens(countedResponses(read.facts).usage)).toBe(140);
  });

  it('goes on from its parent’s total where no count was copied', () => {
    const read = readTimed([
      forkedHeader,
      ...turn(turnIdAt(20)),
      said('assistant', 'new answer'),
      tokenCount(usage(220, 0, 30), usage(120, 0, 20)),
    ]);
    expect(totalTokens(countedResponses(read.facts).usage)).toBe(140);
  });

  it('recorded behind its parent in one file repeats nothing of it', () => {
    const relPath = 'sessions/2026/05/23/rollout-2026-05-23T20-24-45-019e5615-1ef8-7270-b988-4f52f86449a4.jsonl';
    const dir = join(fixturesDir, 'codex');
    const { facts, units } = readLines(codexRollout, readFileSync(join(dir, relPath)), hintFor(dir, relPath));
    expect(turnPrompts(facts).map(prompt => prompt.summary)).toEqual(
      ['one', 'two', 'three'].map(word => `Reply with exactly the word: ${word}`),
    );
    // Lines 25 to 45 are the parent's first two turns again.
    expect(units.slice(24, 45).flatMap(unit => unit.facts)).toEqual([]);
    expect(countedResponses(facts)).toMatchObject({
      count: 3,
      usage: { input: 47_695, cacheRead: 43_136, output: 30 },
    });
  });
});

describe('a Codex subagent', () => {
  const spawned = header({
    source: { subagent: { thread_spawn: { parent_thread_id: 'parent-id', depth: 1, agent_nickname: 'Ada' } } },
  });
  const key = `agent:${threadId}`;

  it('is part of the session of the thread that spawned it', () => {
    const bytes = linesOf(spawned);
    expect(recogniseBytes(codexRollout, bytes, hintOf('x.jsonl'))).toEqual({
      agent: 'codex',
      session: 'parent-id',
      main: false,
    });
  });

  it('that another subagent spawned is part of the session of the root', () => {
    const deep = { ...spawned, payload: { ...(spawned['payload'] as object), session_id: 'root-id' } };
    expect(recogniseBytes(codexRollout, linesOf(deep), hintOf('x.jsonl')).session).toBe('root-id');
  });

  it('has a span of its own with all that it did inside, and says nothing about the session', () => {
    const read = readTimed([
      spawned,
      ...turn(turnIdAt(1)),
      said('user', 'Look for leaks'),
      said('assistant', 'None'),
      tokenCount(usage(10, 0, 1)),
      event('task_complete', { turn_id: turnIdAt(1) }),
    ]);
    expect(read.spans.get(key)).toMatchObject({
      span: 'agent',
      name: 'Ada',
      status: 'ok',
      model: 'gpt-5.5',
      summary: 'Look for leaks',
      wants: ['codex-spawn:Look for leaks'],
    });
    expect(read.spans.get(key)?.thread).toBeUndefined();
    expect(read.spans.get(key)?.parent).toBeUndefined();
    expect(read.spans.get(`${key}/response:1`)).toMatchObject({ parent: key, thread: key });
    expect(read.facts.filter(fact => fact.kind === 'session')).toEqual([]);
    expect(turnPrompts(read.facts)).toEqual([]);
    expect(read.talk).toEqual(['prompt', 'answer']);
    expect(read.facts.flatMap(fact => (fact.kind === 'entry' ? [fact.thread] : []))).toEqual([key, key]);
  });

  it.each([
    [
      'its spawn event',
      [event('collab_agent_spawn_end', { call_id: 'c1', new_thread_id: 'child', new_agent_nickname: 'Ada' })],
    ],
    ['the output of the call', [output('c1', '{"agent_id":"child","nickname":"Ada"}')]],
    [
      'its first activity',
      [event('sub_agent_activity', { event_id: 'c1', agent_thread_id: 'child', kind: 'started' })],
    ],
  ])('hangs below the call that spawned it, told by %s', (_name, lines) => {
    const read = readTimed([header(), call('c1', { message: 'Look for leaks' }, 'spawn_agent'), ...lines]);
    expect(read.spans.get('c1')).toMatchObject({ offers: ['codex-spawn:Look for leaks'] });
    expect(read.spans.get('agent:child')).toMatchObject({ span: 'agent', parent: 'c1' });
  });

  it('ends when the thread that waits for it hears that it has', () => {
    const read = readTimed([
      header(),
      event('collab_agent_spawn_end', { call_id: 'c1', new_thread_id: 'child' }),
      event('collab_waiting_end', { agent_statuses: [{ thread_id: 'child', status: { completed: 'done' } }] }),
    ]);
    expect(read.spans.get('agent:child')).toMatchObject({ status: 'ok', name: 'subagent' });
  });

  it('finds its task in a message between agents too', () => {
    const text = [{ type: 'input_text', text: 'Look for leaks' }];
    const read = readTimed([spawned, item('agent_message', { author: '/root', recipient: '/root/a', content: text })]);
    expect(read.spans.get(key)?.wants).toEqual(['codex-spawn:Look for leaks']);
    expect(read.talk).toEqual(['system']);
  });
});
