import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { qwenChat } from '../../../../src/main/core/parsers/qwen.ts';
import { usageOf } from '../../../../src/main/core/parsers/qwen-facts.ts';
import { recogniseFile } from '../../../../src/main/core/parsers/registry.ts';
import { fixturesDir, hintFor, listFiles } from '../../../builders/corpus.ts';
import { countedResponses, entriesOf, eventsOf, joinSpans, turnPrompts } from '../../../builders/join-facts.ts';
import { hintOf, linesOf, readLines, sampleOf } from '../../../builders/read-units.ts';
import { describeDamage } from '../../../builders/transcripts.ts';

const dir = join(fixturesDir, 'qwen');
const session = '6513270e-269e-4d37-b2a7-4de452e6b438';
const chatPath = `projects/-home-demo-shop/chats/${session}.jsonl`;
const agentPath = `projects/-home-demo-shop/subagents/${session}/agent-explore-7f3c.jsonl`;
const readFixture = (path: string) => readLines(qwenChat, readFileSync(join(dir, path)), hintFor(dir, path));
const chat = readFixture(chatPath);
const spans = joinSpans(chat.facts);
const tool = (id: string) => spans.get(id);

let count = 0;
const record = (type: string, more: object) => ({
  uuid: `u${(count += 1)}`,
  parentUuid: null,
  sessionId: 's1',
  timestamp: '2026-09-14T08:30:00.000Z',
  type,
  cwd: '/work/demo',
  version: '0.16.2',
  ...more,
});
const system = (subtype: string, systemPayload: object) => record('system', { subtype, systemPayload });
const read = (...lines: readonly unknown[]) => readLines(qwenChat, linesOf(...lines), hintOf('x.jsonl'));

describe('a Qwen Code chat', () => {
  it('is its session’s: id, directory, version, branch, model, titles', () => {
    expect(chat.recognition).toEqual({ agent: 'qwen-code', session, main: true });
    expect(chat.facts.filter(fact => fact.kind === 'session')).toEqual([
      { kind: 'session', cwd: '/home/demo/shop', project: 'shop' },
      { kind: 'session', agentVersion: '0.16.2' },
      { kind: 'session', gitBranch: 'main' },
      { kind: 'session', title: { source: 'prompt', text: 'The cart adds up wrong. Find out why and fix it.' } },
      { kind: 'session', model: 'qwen3-coder-plus' },
      { kind: 'session', title: { source: 'ai', text: 'Cart adds up wrong' } },
    ]);
  });

  it('has each call below its response, with its result', () => {
    expect(tool('call_read')).toMatchObject({
      span: 'tool',
      name: 'read_file',
      status: 'ok',
      summary: '/home/demo/shop/cart.ts',
    });
    expect(tool('call_test')).toMatchObject({ status: 'error', summary: 'npm test', attrs: { exitCode: 1 } });
    expect(tool('call_edit')?.parent).toBe(tool('call_test')?.parent);
    expect(spans.get(tool('call_edit')?.parent ?? '')).toMatchObject({ span: 'llm', model: 'qwen3-coder-plus' });
  });

  it('marks what a rewind left; it was paid', () => {
    const rewound = [...spans.values()].filter(span => span.attrs?.['rewound'] === true);
    expect(rewound.map(span => span.summary)).toEqual(['Renamed.']);
    expect(turnPrompts(chat.facts).map(prompt => prompt.summary)).toEqual([
      'The cart adds up wrong. Find out why and fix it.',
      'Also rename it to sumOf',
      'Leave the name, fix the test',
    ]);
  });

  it('tells of commands, errors, compactions, checkpoints and notifications', () => {
    expect(eventsOf(chat.facts).map(event => [event.event, event.name, event.summary])).toEqual([
      ['prompt', 'prompt', 'The cart adds up wrong. Find out why and fix it.'],
      ['notice', 'slash command', '/stats'],
      ['notice', 'slash command', '3 tool calls'],
      ['prompt', 'prompt', 'Also rename it to sumOf'],
      ['notice', 'rewound', 'What follows the prompt that was gone back to is left out from here on.'],
      ['prompt', 'prompt', 'Leave the name, fix the test'],
      ['error', 'RateLimitError', '429 Requests rate limit exceeded'],
      ['compaction', 'context compacted', undefined],
      ['checkpoint', 'file history', undefined],
    ]);
    expect(entriesOf(chat.facts).filter(entry => entry.entry === 'system')).toHaveLength(1);
  });

  it('counts a response that a branched session copied once', () => {
    expect(countedResponses([...chat.facts, ...readFixture(chatPath).facts]).count).toBe(6);
    expect([...spans.values()].every(span => span.span !== 'llm' || span.responseKey?.startsWith('message:'))).toBe(
      true,
    );
  });

  it('links a subagent’s file to the call that gave its task', () => {
    const agent = readFixture(agentPath);
    expect(agent.recognition).toEqual({ agent: 'qwen-code', session, main: false });
    const own = joinSpans(agent.facts);
    expect(own.get('agent:explore-7f3c')).toMatchObject({ span: 'agent', name: 'Explore' });
    expect([...own.values()].filter(span => span.span === 'llm').map(span => span.parent)).toEqual([
      'agent:explore-7f3c',
      'agent:explore-7f3c',
    ]);
    expect(turnPrompts(agent.facts)).toEqual([]);
    const offers = tool('call_agent')?.offers;
    expect(agent.facts.flatMap(fact => (fact.kind === 'span' ? (fact.wants ?? []) : []))).toEqual(offers);
    expect(tool('call_agent')?.attrs).toMatchObject({ subagent: 'Explore', subagentTokens: 5230 });
  });

  it.each([chatPath, agentPath])('is claimed by no other agent’s parser: %s', path => {
    const lines = readFileSync(join(dir, path), 'utf8').trimEnd().split('\n');
    for (const line of lines)
      expect(recogniseFile(sampleOf(Buffer.from(`${line}\n`)), hintOf('x.jsonl'))).toMatchObject({
        parser: { id: 'qwen-chat-jsonl' },
      });
  });
});

describe('the tokens of Qwen Code', () => {
  it.each([
    [
      'with the thoughts among the candidates',
      { promptTokenCount: 100, candidatesTokenCount: 30, thoughtsTokenCount: 20, totalTokenCount: 130 },
      30,
    ],
    [
      'with the thoughts apart',
      { promptTokenCount: 100, candidatesTokenCount: 10, thoughtsTokenCount: 20, totalTokenCount: 130 },
      30,
    ],
    ['without a total', { promptTokenCount: 100, candidatesTokenCount: 30, thoughtsTokenCount: 20 }, 30],
  ])('are counted in our way: %s', (_name, metadata, output) => {
    expect(usageOf({ ...metadata, cachedContentTokenCount: 40 })).toMatchObject({
      input: 60,
      output,
      cacheRead: 40,
      reasoning: 20,
    });
  });

  it.each([[undefined], [{}], ['x']])('are not known from %j', value => {
    expect(usageOf(value)).toBeUndefined();
  });
});

describe('what people read of a Qwen Code record', () => {
  it('is the prompt as it was typed, not as it was sent', () => {
    const sent = [{ text: 'see @cart.ts and 40 KB of it' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }];
    const line = record('user', {
      message: { role: 'user', parts: sent },
      systemPayload: { displayText: 'see @cart.ts' },
    });
    expect(qwenChat.content(line)).toEqual([
      {
        kind: 'prompt',
        parts: [
          { kind: 'text', text: 'see @cart.ts' },
          { kind: 'image', mediaType: 'image/png', base64: 'AAAA' },
        ],
      },
    ]);
  });

  it('is the change that a tool made, and the code that a shell command ended with', () => {
    const lines = readFileSync(join(dir, chatPath), 'utf8')
      .split('\n')
      .filter(line => line.includes('"tool_result"'));
    const blocks = lines.map(line => qwenChat.content(JSON.parse(line))[0]);
    expect(blocks[1]).toMatchObject({
      kind: 'tool-result',
      callId: 'call_edit',
      diffs: [{ path: 'cart.ts', change: 'update' }],
    });
    expect(blocks[2]).toMatchObject({ kind: 'tool-result', callId: 'call_test', isError: true, exitCode: 1 });
  });
});

describe('records of a Qwen Code chat', () => {
  it.each([
    [system('dream', {}), 'system/dream', false],
    [system('goal_state', {}), 'system/goal_state', true],
    [record('user', { message: { role: 'user', parts: [] } }), 'user', true],
    [{ type: 'other', x: 1 }, 'other', false],
  ])('are named and known by type and subtype: %j', (line, type, known) => {
    expect(read(record('user', { message: { parts: [{ text: 'x' }] } }), line).records[1]).toMatchObject({
      type,
      known,
    });
  });
});

describe('damage to Qwen Code chats', () => {
  describeDamage(qwenChat, dir, listFiles(dir), 4000);
});
