import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codexExec } from '../../../../src/main/core/parsers/codex-exec.ts';
import { fixturesDir, hintFor } from '../../../builders/corpus.ts';
import { entriesOf, eventsOf, joinSpans } from '../../../builders/join-facts.ts';
import { hintOf, linesOf, readLines, recogniseBytes, type ReadResult } from '../../../builders/read-units.ts';

type Fields = Readonly<Record<string, unknown>>;

const dir = join(fixturesDir, 'codex/exec');
const readFixture = (name: string): ReadResult =>
  readLines(codexExec, readFileSync(join(dir, name)), hintFor(dir, name));

const started = (id: string): Fields => ({ type: 'thread.started', thread_id: id });
const done = (item: Fields): Fields => ({ type: 'item.completed', item });
const completed = (input: number): Fields => ({
  type: 'turn.completed',
  usage: { input_tokens: input, output_tokens: 1 },
});

describe('codex exec output', () => {
  it('is a session named by its thread', () => {
    expect(recogniseBytes(codexExec, linesOf(started('t1')), hintOf('out.jsonl'))).toEqual({
      agent: 'codex',
      session: 't1',
      main: true,
    });
    expect(recogniseBytes(codexExec, linesOf(done({ type: 'agent_message' })), hintOf('out.jsonl')).session).toBe(
      'out',
    );
  });

  it('gives each turn a span with its tools below and what its total added', () => {
    const { facts } = readFixture('resume.jsonl');
    const spans = [...joinSpans(facts).values()];
    expect(spans.map(span => [span.key, span.span, span.parent, span.status])).toEqual([
      ['turn:1', 'llm', 'session', 'ok'],
      ['item:item_6', 'tool', 'turn:1', 'error'],
      ['turn:2', 'llm', 'session', 'ok'],
    ]);
    // The resumed run prints the thread's running total again: 2,420 - 2,400 input, 88 - 80 output.
    expect(spans[0]?.usage).toMatchObject({ input: 800, cacheRead: 1600, output: 80 });
    expect(spans[2]?.usage).toMatchObject({ input: 20, cacheRead: 0, output: 8 });
    expect(spans[1]).toMatchObject({
      name: 'exec_command',
      summary: 'ls /nonexistent-dir',
      attrs: { exitCode: 2 },
    });
  });

  it('keeps threads that follow one another in one file apart', () => {
    const { recognition, facts, records } = readFixture('failures.jsonl');
    const own = recognition.session;
    const sessions = new Set(facts.map(fact => fact.session ?? own));
    expect([...sessions]).toEqual([
      '01a1f7ce-18bb-7572-8977-6c52c595edf5',
      '01a1f7ce-1a59-7c10-83fa-c3f4dae31f8c',
      '01a1f7ce-1b41-7b22-8e24-5534933012d9',
      '01a1f7ce-1edf-7ec0-bfa7-d064903167d2',
    ]);
    expect(records.filter(record => record.session !== undefined).length).toBe(40 - 12);
  });

  it('shows warnings as notices and a failure once, though the end of the turn repeats it', () => {
    const { facts } = readFixture('failures.jsonl');
    const last = facts.filter(fact => fact.session === '01a1f7ce-1edf-7ec0-bfa7-d064903167d2');
    expect(eventsOf(last).map(fact => fact.event)).toEqual([...Array(5).fill('notice'), 'error', 'error']);
    expect(eventsOf(last).at(-1)?.summary).toBe('stream disconnected before completion: error sending request');
    expect(joinSpans(last).get('turn:4')?.status).toBe('error');
  });

  it('reads answers, thinking, tools and plans, each once', () => {
    const call = { id: 'item_1', type: 'command_execution', command: "/bin/bash -lc 'ls'", aggregated_output: '' };
    const lines = [
      started('t1'),
      { type: 'turn.started' },
      done({ id: 'item_0', type: 'reasoning', text: 'hm' }),
      { type: 'item.started', item: { ...call, status: 'in_progress', exit_code: null } },
      done({ ...call, aggregated_output: 'a\n', exit_code: 0, status: 'completed' }),
      done({ id: 'item_2', type: 'file_change', changes: [{ path: 'a.ts', kind: 'add' }], status: 'completed' }),
      done({
        id: 'item_3',
        type: 'mcp_tool_call',
        server: 'docs',
        tool: 'find',
        arguments: { q: 1 },
        error: { message: 'no' },
      }),
      done({ id: 'item_4', type: 'todo_list', items: [{ text: 'one', completed: true }, { text: 'two' }] }),
      done({ id: 'item_5', type: 'web_search', query: 'weather' }),
      done({ id: 'item_6', type: 'agent_message', text: 'done' }),
      completed(5),
    ];
    const { facts } = readLines(codexExec, linesOf(...lines), hintOf('out.jsonl'));
    const tools = [...joinSpans(facts).values()].filter(span => span.span === 'tool');
    expect(tools.map(span => [span.name, span.summary, span.status])).toEqual([
      ['exec_command', 'ls', 'ok'],
      ['apply_patch', 'a.ts', 'ok'],
      ['docs.find', '{"q":1}', 'error'],
      ['update_plan', 'one; two', 'ok'],
      ['web_search', 'weather', 'ok'],
    ]);
    const keys = entriesOf(facts).filter(entry => entry.result !== true);
    expect([...new Set(keys.map(entry => entry.key))]).toHaveLength(7);
    expect(codexExec.content(lines[4])).toEqual([
      { kind: 'tool-call', callId: 'item_1', name: 'exec_command', input: { command: call.command }, command: 'ls' },
      { kind: 'tool-result', callId: 'item_1', isError: false, parts: [{ kind: 'text', text: 'a\n' }], exitCode: 0 },
    ]);
    expect(codexExec.content(lines[5])[1]).toMatchObject({ diffs: [{ path: 'a.ts', change: 'create', hunks: [] }] });
  });

  it('names what it does not know', () => {
    const { records } = readLines(codexExec, linesOf(started('t1'), { type: 'turn.paused' }, done({ type: 'dream' })));
    expect(records.map(record => [record.type, record.known])).toEqual([
      ['thread.started', true],
      ['turn.paused', false],
      ['item.completed/dream', false],
    ]);
  });

  it('counts a thread anew where its total falls', () => {
    const lines = [started('t1'), { type: 'turn.started' }, completed(50), { type: 'turn.started' }, completed(7)];
    const spans = joinSpans(readLines(codexExec, linesOf(...lines)).facts);
    expect(spans.get('turn:2')?.usage).toMatchObject({ input: 7, output: 1 });
  });
});
