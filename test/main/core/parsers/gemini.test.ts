import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { geminiChatDocument, geminiChatLines } from '../../../../src/main/core/parsers/gemini.ts';
import { recogniseFile } from '../../../../src/main/core/parsers/registry.ts';
import { fixturesDir, listFiles } from '../../../builders/corpus.ts';
import { countedResponses, entriesOf, eventsOf, joinSpans, turnPrompts } from '../../../builders/join-facts.ts';
import { hintOf, linesOf, readDocument, readLines, sampleOf } from '../../../builders/read-units.ts';
import { describeDamage } from '../../../builders/transcripts.ts';

const time = (second: number): string => `2026-06-12T10:00:${String(second).padStart(2, '0')}.000Z`;
const us = (second: number): number => Date.parse(time(second)) * 1000;
const header = { sessionId: 's1', projectHash: 'h', startTime: time(0), kind: 'main' };
const user = (id: string, second: number, text: string) => ({
  id,
  timestamp: time(second),
  type: 'user',
  content: [{ text }],
});
const tokens = { input: 100, output: 10, cached: 40, thoughts: 5, tool: 2, total: 117 };
const answer = (id: string, second: number, more: object = {}) => ({
  id,
  timestamp: time(second),
  type: 'gemini',
  content: 'said',
  thoughts: [],
  tokens,
  model: 'gemini-x',
  ...more,
});
const call = (more: object = {}) => ({
  id: 'call-1',
  name: 'run_shell_command',
  args: { command: 'ls' },
  result: [{ functionResponse: { id: 'call-1', name: 'run_shell_command', response: { output: 'a\nb' } } }],
  status: 'success',
  timestamp: time(9),
  ...more,
});

const read = (lines: readonly unknown[], path = 'chats/session-x.jsonl') =>
  readLines(geminiChatLines, linesOf(...lines), hintOf(path));
const spansOf = (lines: readonly unknown[]) => joinSpans(read(lines).facts);

describe('a Gemini chat', () => {
  it('gives each response once, with the tokens in our way of counting, from its input to its end', () => {
    const spans = spansOf([header, user('u', 1, 'go'), answer('a', 4), answer('a', 4, { toolCalls: [call()] })]);
    expect([...spans.keys()]).toEqual(['a', 'call-1']);
    expect(spans.get('a')).toMatchObject({
      span: 'llm',
      parent: 'session',
      turn: 'u',
      startUs: us(1),
      endUs: us(4),
      usage: { input: 62, output: 15, cacheRead: 40, reasoning: 5 },
      usageProvenance: 'reported',
    });
    expect(spans.get('call-1')).toMatchObject({
      parent: 'a',
      startUs: us(4),
      endUs: us(9),
      status: 'ok',
      summary: 'ls',
    });
  });

  it('begins the next response when the tools of the last one had answered', () => {
    const spans = spansOf([header, user('u', 1, 'go'), answer('a', 4, { toolCalls: [call()] }), answer('b', 12)]);
    expect(spans.get('b')?.startUs).toBe(us(9));
  });

  it('counts a response in all files that hold it once, by ids that no two sessions share', () => {
    const id = '4efb6f3b-ad07-4690-a781-ee054b6772aa';
    const lines = [header, answer(id, 4), answer('a', 5)];
    const twice = [...read(lines).facts, ...read(lines).facts];
    expect(joinSpans(twice).get(id)?.responseKey).toBe(`message:${id}`);
    expect(joinSpans(twice).get('a')?.responseKey).toBeUndefined();
    expect(countedResponses(twice).usage.output).toBe(30);
  });

  it.each([
    ['success', {}, 'ok'],
    ['error', {}, 'error'],
    ['cancelled', {}, 'aborted'],
    ['executing', {}, 'open'],
    ['success', { output: 'x\nExit Code: 2\nProcess Group PGID: 7' }, 'error'],
    ['success', { error: 'no such file' }, 'error'],
  ])('reads how a call went: %s %j', (status, response, expected) => {
    const result = [{ functionResponse: { id: 'call-1', response } }];
    const spans = spansOf([header, answer('a', 1, { toolCalls: [call({ status, result })] })]);
    expect(spans.get('call-1')?.status).toBe(expected);
  });

  it('shows a result once: the response to the model that follows repeats it', () => {
    const response = { functionResponse: { id: 'call-1', name: 'run_shell_command', response: { output: 'a' } } };
    const reply = { id: 'u2', timestamp: time(10), type: 'user', content: [response] };
    const withCall = read([header, answer('a', 4, { toolCalls: [call()] }), reply]).facts;
    expect(entriesOf(withCall).filter(entry => entry.result === true)).toHaveLength(1);
    expect(turnPrompts(withCall)).toEqual([]);
    // Where the call's own line was lost, the response is what there is.
    const alone = read([header, reply]).facts;
    expect(entriesOf(alone)).toMatchObject([{ key: 'tool:call-1', result: true }]);
    expect(joinSpans(alone).get('call-1')).toMatchObject({ span: 'tool', name: 'run_shell_command', status: 'ok' });
  });

  it('keeps a message in its place when it is written again', () => {
    const { facts } = read([header, answer('a', 1), user('u', 2, 'x'), answer('a', 1, { content: 'said anew' })]);
    const orders = entriesOf(facts).filter(entry => entry.key === 'a:0');
    expect(orders).toHaveLength(2);
    expect(new Set(orders.map(entry => entry.order)).size).toBe(1);
  });

  it('takes prompts from what people saw, and passes over what the program put in', () => {
    const shown = { ...user('u2', 3, 'long text of a file'), displayContent: [{ text: 'see @file' }] };
    const { facts } = read([
      header,
      user('c', 1, '<session_context>\n- **Workspace Directories:**\n  - /work/demo\n'),
      user('u', 2, 'first'),
      shown,
      user('p', 4, 'Please continue.'),
    ]);
    expect(turnPrompts(facts).map(prompt => prompt.summary)).toEqual(['first', 'see @file']);
    expect(facts).toContainEqual({ kind: 'session', cwd: '/work/demo', project: 'demo' });
    expect(facts).toContainEqual({ kind: 'session', title: { source: 'prompt', text: 'first' } });
  });

  it('is named by its summary, and by the folder of its project until its directory is known', () => {
    const { facts } = read(
      [header, { $set: { summary: 'Fixes add()', lastUpdated: time(3) } }],
      'tmp/shop/chats/session-x.jsonl',
    );
    expect(facts).toEqual([
      { kind: 'session', project: 'shop' },
      { kind: 'session', title: { source: 'summary', text: 'Fixes add()' } },
    ]);
  });
});

describe('a Gemini chat whose history is written anew', () => {
  const chat = [
    header,
    user('u1', 1, 'one'),
    answer('a1', 2),
    user('u2', 3, 'two'),
    answer('a2', 4, { toolCalls: [call()] }),
  ];

  it('that is rewound marks what is taken back; its tokens were paid', () => {
    const { facts } = read([...chat, { $rewindTo: 'u2' }, user('u3', 20, 'three')]);
    const spans = joinSpans(facts);
    const rewound = [...spans.values()].filter(span => span.attrs?.['rewound'] === true).map(span => span.key);
    expect(rewound).toEqual(['a2', 'call-1']);
    expect(countedResponses(facts).count).toBe(2);
    expect(eventsOf(facts)).toContainEqual(
      expect.objectContaining({ name: 'rewound', summary: '2 messages taken back' }),
    );
    expect(turnPrompts(facts)).toHaveLength(3);
  });

  it('that is rewound to a message that is not known is cleared', () => {
    const spans = spansOf([...chat, { $rewindTo: 'nowhere' }]);
    expect([...spans.values()].map(span => span.attrs?.['rewound'])).toEqual([true, true, true]);
  });

  it('that is compacted says so; the copies of what was kept are no prompts and no responses', () => {
    const messages = [
      user('k1', 5, '<state_snapshot>so far</state_snapshot>'),
      { id: 'k2', timestamp: time(5), type: 'gemini', content: [{ text: 'Got it.' }] },
      user('k3', 5, 'two'),
      { id: 'k4', timestamp: time(5), type: 'gemini', content: [{ text: 'said' }] },
    ];
    const { facts, records } = read([...chat, { $set: { messages } }]);
    expect(records.at(-1)).toMatchObject({ type: '$set/messages', known: true });
    expect(eventsOf(facts).filter(event => event.event === 'compaction')).toHaveLength(1);
    expect(turnPrompts(facts)).toHaveLength(2);
    expect(countedResponses(facts).count).toBe(2);
    expect(entriesOf(facts).at(-1)).toMatchObject({ entry: 'compaction', block: 0 });
  });

  it('that loses messages without a summary says how many the model is no longer told', () => {
    const { facts } = read([...chat, { $set: { messages: [user('u1', 1, 'one'), answer('a1', 2)] } }]);
    expect(eventsOf(facts).at(-1)).toMatchObject({
      name: 'history changed',
      summary: '2 messages are no longer told to the model',
    });
    expect(countedResponses(facts).count).toBe(2);
  });

  it('knows its messages again after more of them than it remembers', () => {
    const many = Array.from({ length: 300 }, (_, n) =>
      answer(`m${n}`, n % 60, { timestamp: new Date(Date.UTC(2026, 5, 12, 11, 0, n)).toISOString() }),
    );
    const { facts, state } = read([header, ...many, { $set: { messages: many } }]);
    expect(countedResponses(facts).count).toBe(300);
    expect(entriesOf(facts)).toHaveLength(300);
    expect(JSON.stringify(state).length).toBeLessThan(40_000);
  });
});

describe('a subagent of Gemini CLI', () => {
  const parent = [
    header,
    user('u', 1, 'go'),
    answer('a', 2, { toolCalls: [call({ name: 'investigator', agentId: 'k3x9', args: { objective: 'find it' } })] }),
  ];
  const own = [
    { sessionId: 'k3x9', projectHash: 'h', startTime: time(3), kind: 'subagent', directories: ['/work'] },
    user('t', 3, 'find it'),
    answer('b', 5),
  ];

  it('has a file in the folder of its session, and hangs below the call that ran it', () => {
    const child = read(own, 'tmp/shop/chats/s1/k3x9.jsonl');
    expect(child.recognition).toEqual({ agent: 'gemini-cli', session: 's1', main: false });
    const spans = joinSpans([...read(parent).facts, ...child.facts]);
    expect(spans.get('agent:k3x9')).toMatchObject({
      span: 'agent',
      name: 'investigator',
      parent: 'call-1',
      startUs: us(2),
      status: 'ok',
    });
    expect(spans.get('agent:k3x9/b')).toMatchObject({ span: 'llm', parent: 'agent:k3x9', thread: 'agent:k3x9' });
    expect(turnPrompts(child.facts)).toEqual([]);
    expect(eventsOf(child.facts)).toMatchObject([{ event: 'prompt', name: 'task', thread: 'agent:k3x9' }]);
  });

  it('keeps apart from its session what both have under one id', () => {
    const context = user('same', 1, '<session_context>');
    const keys = [read([header, context]), read([own[0], context], 'chats/s1/k3x9.jsonl')].map(
      one => entriesOf(one.facts)[0]?.key,
    );
    expect(keys).toEqual(['same:0', 'agent:k3x9/same:0']);
  });
});

describe('a Gemini chat of the older form', () => {
  const file = join(fixturesDir, 'gemini/recordings/agentsview-toolcalls-json.json');
  const bytes = readFileSync(file);
  const name = 'session-2024-01-01T10-00-sess.json';

  it('has a record for each message, in its place', () => {
    const { records } = readDocument(geminiChatDocument, bytes, hintOf(name));
    const texts = records
      .slice(1)
      .map(({ at }) => JSON.parse(bytes.toString('utf8', at.offset, at.offset + at.length)));
    expect(texts.map(message => (message as { id: string }).id)).toEqual(['u1', 'a1']);
    expect(records.map(record => record.at.line)).toEqual([1, 4, 10]);
  });

  it('is one session with the lines that go on with it', () => {
    const read = (siblings: readonly string[]) =>
      readDocument(geminiChatDocument, bytes, hintOf(name, siblings)).recognition;
    expect(read([])).toEqual({ agent: 'gemini-cli', session: 'sess-uuid-tool-results', main: true });
    expect(read([`${name}l`]).main).toBe(false);
  });

  it('is Qwen Code’s where its models answered', () => {
    const text = bytes.toString('utf8').replace('gemini-2.5-pro', 'qwen3-coder-plus');
    const qwen = Buffer.from(text);
    expect(readDocument(geminiChatDocument, qwen, hintOf(name)).recognition.agent).toBe('qwen-code');
  });

  it('that is not whole yet says nothing', () => {
    const half = bytes.subarray(0, bytes.length - 40);
    const unit = geminiChatDocument.parseDocument(half, hintOf(name), {
      agent: 'gemini-cli',
      session: null,
      main: true,
    });
    expect(unit.facts).toEqual([]);
    expect(unit.records).toMatchObject([{ rejected: 'not a whole chat' }]);
  });

  it('in one line is told from lines', () => {
    const compact = Buffer.from(JSON.stringify(JSON.parse(bytes.toString('utf8'))));
    expect(recogniseFile(sampleOf(compact), hintOf(name))).toMatchObject({ parser: { id: 'gemini-chat-json' } });
  });
});

describe('what people read of a Gemini record', () => {
  it('is its thoughts, its answer, its calls and their results', () => {
    const display = {
      fileDiff: '@@ -1,1 +1,1 @@\n-a\n+b\n',
      fileName: 'x.ts',
      filePath: '/w/x.ts',
      originalContent: 'a',
      newContent: 'b',
    };
    const edit = call({
      name: 'replace',
      args: { file_path: '/w/x.ts', old_string: 'a', new_string: 'b' },
      resultDisplay: display,
    });
    const blocks = geminiChatLines.content(
      answer('a', 1, { thoughts: [{ subject: 'Plan', description: 'Do it' }], content: 'Done', toolCalls: [edit] }),
    );
    expect(blocks).toMatchObject([
      { kind: 'thinking', text: '**Plan**\n\nDo it' },
      { kind: 'answer', parts: [{ text: 'Done' }] },
      { kind: 'tool-call', name: 'replace', diffs: [{ path: '/w/x.ts', change: 'update' }] },
      { kind: 'tool-result', isError: false, diffs: [{ path: '/w/x.ts', hunks: [{ lines: ['-a', '+b'] }] }] },
    ]);
  });

  it('names a shell command, its exit code and its output without the marks around it', () => {
    const output = '<untrusted_context>\nOutput: no\nExit Code: 2\nProcess Group PGID: 1\n</untrusted_context>';
    const result = [{ functionResponse: { id: 'call-1', response: { output } } }];
    expect(geminiChatLines.content(answer('a', 1, { content: '', toolCalls: [call({ result })] }))).toMatchObject([
      { kind: 'tool-call', command: 'ls' },
      { isError: true, exitCode: 2, parts: [{ text: 'Output: no\nExit Code: 2\nProcess Group PGID: 1' }] },
    ]);
  });

  it('shows pasted images, and todo lists where a tool says nothing else', () => {
    const image = { inlineData: { mimeType: 'image/png', data: 'AAAA' } };
    expect(geminiChatLines.content({ ...user('u', 1, 'see'), content: [{ text: 'see' }, image] })).toEqual([
      {
        kind: 'prompt',
        parts: [
          { kind: 'text', text: 'see' },
          { kind: 'image', mediaType: 'image/png', base64: 'AAAA' },
        ],
      },
    ]);
    const todos = call({
      name: 'write_todos',
      result: null,
      resultDisplay: { todos: [{ status: 'pending', description: 'x' }] },
    });
    expect(geminiChatLines.content(answer('a', 1, { content: '', toolCalls: [todos] }))[1]).toMatchObject({
      parts: [{ kind: 'text', text: '[pending] x' }],
    });
  });

  it('does not repeat the thoughts and calls that the history’s form of a message holds twice', () => {
    const message = answer('a', 1, {
      thoughts: [{ subject: 'S', description: 'D' }],
      content: [
        { text: 'S D', thought: true },
        { text: 'said' },
        { functionCall: { id: 'call-1', name: 'x', args: {} } },
      ],
      toolCalls: [call()],
    });
    expect(geminiChatLines.content(message).map(block => block.kind)).toEqual([
      'thinking',
      'answer',
      'tool-call',
      'tool-result',
    ]);
  });
});

describe('records of a Gemini chat', () => {
  it.each([
    [{ id: 'x', timestamp: time(1), type: 'telepathy', content: '' }, 'message/telepathy', false],
    [{ dream: 1 }, 'dream', false],
    [{ $set: { lastUpdated: time(1) } }, '$set', true],
    [{ id: 'x', timestamp: time(1), type: 'info', content: '' }, 'info', true],
  ])('are named and known by what they are: %j', (line, type, known) => {
    expect(read([header, line]).records[1]).toMatchObject({ type, known });
  });
});

describe('damage to Gemini chats', () => {
  const dir = join(fixturesDir, 'gemini');
  describeDamage(
    geminiChatLines,
    dir,
    listFiles(dir, path => path.endsWith('.jsonl')),
    4000,
  );
});
