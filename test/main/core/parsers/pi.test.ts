import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { piSession } from '../../../../src/main/core/parsers/pi.ts';
import { moveTo } from '../../../../src/main/core/parsers/pi-branch.ts';
import { fixturesDir, listFiles } from '../../../builders/corpus.ts';
import { countedResponses, entriesOf, eventsOf, joinSpans, turnPrompts } from '../../../builders/join-facts.ts';
import { linesOf, readLines } from '../../../builders/read-units.ts';
import { describeDamage } from '../../../builders/transcripts.ts';

const time = (second: number): string => `2026-05-25T02:00:${String(second).padStart(2, '0')}.000Z`;
const ms = (second: number): number => Date.parse(time(second));
const header = { type: 'session', version: 3, id: 's1', timestamp: time(0), cwd: '/work/demo' };
const entry = (id: string, parentId: string | null, second: number, more: object) => ({
  type: 'message',
  id,
  parentId,
  timestamp: time(second),
  ...more,
});
const user = (id: string, parentId: string | null, second: number, text: string) =>
  entry(id, parentId, second, { message: { role: 'user', content: [{ type: 'text', text }], timestamp: ms(second) } });
const usage = { input: 100, output: 20, cacheRead: 50, cacheWrite: 10, totalTokens: 180, cost: { total: 0.25 } };
const answer = (id: string, parentId: string, second: number, more: object = {}) =>
  entry(id, parentId, second, {
    message: {
      role: 'assistant',
      content: [{ type: 'text', text: 'said' }],
      provider: 'p',
      model: 'm-1',
      usage,
      stopReason: 'stop',
      timestamp: ms(second - 1),
      ...more,
    },
  });
const call = (name: string, input: object) => ({ type: 'toolCall', id: 'c1', name, arguments: input });
const result = (parentId: string, second: number, text: string, more: object = {}) =>
  entry('r1', parentId, second, {
    message: {
      role: 'toolResult',
      toolCallId: 'c1',
      toolName: 'bash',
      content: [{ type: 'text', text }],
      isError: false,
      ...more,
    },
  });

const read = (...lines: readonly unknown[]) => readLines(piSession, linesOf(header, ...lines));

describe('a Pi session', () => {
  it('is its header’s: id, directory, project', () => {
    const { recognition, facts } = read();
    expect(recognition).toEqual({ agent: 'pi', session: 's1', main: true });
    expect(facts).toEqual([{ kind: 'session', cwd: '/work/demo', project: 'demo' }]);
  });

  it('gives each response with its tokens and what it cost, from its stream’s beginning to its end', () => {
    const { facts } = read(user('u', null, 1, 'go'), answer('a', 'u', 4, { responseId: 'resp_1' }));
    expect(joinSpans(facts).get('a')).toMatchObject({
      span: 'llm',
      parent: 'session',
      turn: 'u',
      startUs: ms(3) * 1000,
      endUs: ms(4) * 1000,
      status: 'ok',
      usage: { input: 100, output: 20, cacheRead: 50, cacheCreation: 10 },
      responseKey: 'response:resp_1',
      attrs: { costUsd: 0.25 },
    });
    expect(facts).toContainEqual({ kind: 'session', model: 'm-1' });
    expect(turnPrompts(facts)).toMatchObject([{ summary: 'go' }]);
  });

  it('counts a response that a fork copied once', () => {
    const lines = [user('u', null, 1, 'go'), answer('a', 'u', 4)];
    const twice = [...read(...lines).facts, ...read(...lines).facts];
    expect(joinSpans(twice).get('a')?.responseKey).toBe(`entry:a:${ms(3)}`);
    expect(countedResponses(twice).usage.input).toBe(100);
  });

  it.each([
    ['ok', result('a', 6, 'fine'), undefined],
    ['error', result('a', 6, 'no\n\nCommand exited with code 2', { isError: true }), 2],
  ])('joins a call and its result: %s', (status, line, exitCode) => {
    const { facts } = read(
      user('u', null, 1, 'go'),
      answer('a', 'u', 4, { content: [call('bash', { command: 'ls' })] }),
      line,
    );
    const span = joinSpans(facts).get('c1');
    expect(span).toMatchObject({ span: 'tool', name: 'bash', parent: 'a', summary: 'ls', status, endUs: ms(6) * 1000 });
    expect(span?.attrs?.['exitCode']).toBe(exitCode);
    expect(entriesOf(facts).filter(one => one.key === 'tool:c1')).toHaveLength(2);
  });

  it('tells of responses that failed or were aborted, and of the calls that then never ran', () => {
    const { facts } = read(
      user('u', null, 1, 'go'),
      answer('a', 'u', 4, { content: [call('bash', {})], stopReason: 'aborted' }),
      answer('b', 'a', 5, { content: [], stopReason: 'error', errorMessage: 'overloaded' }),
    );
    const spans = joinSpans(facts);
    expect([...spans.values()].map(span => [span.key, span.status])).toEqual([
      ['a', 'aborted'],
      ['c1', 'aborted'],
      ['b', 'error'],
    ]);
    expect(eventsOf(facts).filter(event => event.event === 'error')).toMatchObject([{ summary: 'overloaded' }]);
  });

  it('that goes back to an earlier entry marks what it left, and takes it up again', () => {
    const lines = [
      user('u1', null, 1, 'one'),
      answer('a1', 'u1', 2),
      user('u2', 'a1', 3, 'two'),
      answer('a2', 'u2', 4),
    ];
    const left = read(...lines, user('u3', 'a1', 5, 'three'));
    expect(joinSpans(left.facts).get('a2')?.attrs?.['rewound']).toBe(true);
    expect(joinSpans(left.facts).get('a1')?.attrs?.['rewound']).toBeUndefined();
    expect(eventsOf(left.facts)).toContainEqual(
      expect.objectContaining({ event: 'notice', name: 'rewound', summary: '2 entries left for another branch' }),
    );
    expect(turnPrompts(left.facts)).toHaveLength(3);
    const back = read(...lines, user('u3', 'a1', 5, 'three'), answer('a3', 'u3', 6), user('u4', 'a2', 7, 'four'));
    expect(joinSpans(back.facts).get('a2')?.attrs?.['rewound']).toBe(false);
    expect(joinSpans(back.facts).get('a3')?.attrs?.['rewound']).toBe(true);
  });

  it('that was forked, named, compacted or labelled says so', () => {
    const { facts } = readLines(
      piSession,
      linesOf(
        { ...header, parentSession: '/old.jsonl' },
        { type: 'compaction', id: 'k', parentId: null, timestamp: time(1), summary: 'so far', tokensBefore: 9 },
        { type: 'branch_summary', id: 'b', parentId: 'k', timestamp: time(2), fromId: 'x', summary: 'left' },
        { type: 'label', id: 'l', parentId: 'b', timestamp: time(3), targetId: 'k', label: 'good' },
        { type: 'session_info', id: 'i', parentId: 'l', timestamp: time(4), name: 'My work' },
      ),
    );
    expect(eventsOf(facts).map(event => [event.event, event.name])).toEqual([
      ['notice', 'forked'],
      ['compaction', 'context compacted'],
      ['notice', 'branch summary'],
      ['notice', 'label'],
    ]);
    expect(facts).toContainEqual({ kind: 'session', title: { source: 'custom', text: 'My work' } });
  });

  it('shows a command that the user ran himself as a call with its result', () => {
    const bash = { role: 'bashExecution', command: 'ls', output: 'a', exitCode: 1, cancelled: false, truncated: false };
    const line = entry('x', null, 1, { message: bash });
    expect(joinSpans(read(line).facts).get('x')).toMatchObject({
      span: 'tool',
      parent: 'session',
      status: 'error',
      attrs: { byUser: true },
    });
    expect(piSession.content(line)).toMatchObject([
      { kind: 'tool-call', command: 'ls' },
      { kind: 'tool-result', isError: true, exitCode: 1, parts: [{ text: 'a' }] },
    ]);
  });

  it('without ids, as version 1 wrote it, is read in its order', () => {
    const { facts } = readLines(
      piSession,
      linesOf(
        { type: 'session', id: 's0', timestamp: time(0), cwd: '/old', provider: 'p', modelId: 'm-0' },
        { type: 'message', timestamp: time(1), message: { role: 'user', content: 'hi' } },
        {
          type: 'message',
          timestamp: time(2),
          message: { role: 'assistant', content: [{ type: 'text', text: 'ho' }], model: 'm-0', usage },
        },
        { type: 'message', timestamp: time(3), message: { role: 'user', content: 'more' } },
      ),
    );
    expect(turnPrompts(facts).map(prompt => prompt.summary)).toEqual(['hi', 'more']);
    expect(countedResponses(facts)).toMatchObject({ count: 1, usage: { input: 100 } });
    expect(facts).toContainEqual({ kind: 'session', model: 'm-0' });
  });
});

describe('what people read of a Pi entry', () => {
  it('is thinking, text and calls with the changes that they ask for', () => {
    const edit = call('edit', { path: 'a.ts', edits: [{ oldText: 'a', newText: 'b' }] });
    const content = [{ type: 'thinking', thinking: '' }, { type: 'text', text: 'x' }, edit];
    expect(piSession.content(answer('a', 'u', 1, { content }))).toMatchObject([
      { kind: 'thinking', hidden: true },
      { kind: 'answer' },
      {
        kind: 'tool-call',
        name: 'edit',
        diffs: [{ path: 'a.ts', change: 'update', hunks: [{ lines: ['-a', '+b'] }] }],
      },
    ]);
    const write = call('write', { path: 'b.ts', content: 'x\ny' });
    expect(piSession.content(answer('a', 'u', 1, { content: [write] }))).toMatchObject([
      { diffs: [{ path: 'b.ts', change: 'create', hunks: [{ lines: ['+x', '+y'] }] }] },
    ]);
  });
});

describe('records of a Pi session', () => {
  it.each([
    [{ type: 'teleport', id: 'x', parentId: null, timestamp: time(1) }, 'teleport', false],
    [entry('x', null, 1, { message: { role: 'oracle' } }), 'message/oracle', false],
    [{ type: 'custom', id: 'x', parentId: null, timestamp: time(1), customType: 'y' }, 'custom', true],
  ])('are named and known by what they are: %j', (line, type, known) => {
    expect(read(line).records[1]).toMatchObject({ type, known });
  });

  it.each([[[1]], ['text'], [{ id: 'x' }]])('that are no entries are rejected: %j', value => {
    expect(read(value).records[1]).toMatchObject({ known: false, rejected: 'not an entry' });
  });
});

describe('the branch of a session', () => {
  const tree = [
    { id: 'a', parent: null, spans: ['1'] },
    { id: 'b', parent: 'a', spans: ['2'] },
    { id: 'c', parent: 'b', spans: ['3', '4'] },
  ];

  it.each([
    ['goes on', 'c', undefined],
    ['goes on from what is not known', 'zz', undefined],
    ['goes back', 'a', { left: ['3', '4', '2'], back: [], entries: 2 }],
    ['begins again', null, { left: ['3', '4', '2', '1'], back: [], entries: 3 }],
  ])('%s', (_name, parent, move) => {
    expect(moveTo(tree, 'c', parent)).toEqual(move);
  });
});

describe('damage to Pi sessions', () => {
  const dir = join(fixturesDir, 'pi');
  describeDamage(piSession, dir, listFiles(dir), 3000);
});
