// What people read of a trace: the question once, each answer, each tool call with its result, errors.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { otlpJsonDocument, otlpJsonLines } from '../../../../src/main/core/parsers/otlp.ts';
import type { EntryFact, Fact, ParsedUnit } from '../../../../src/main/core/parsers/parser.ts';
import type { ContentBlock } from '../../../../src/shared/model/content.ts';
import { fixturesDir } from '../../../builders/corpus.ts';
import { entriesOf, joinSpans, turnPrompts } from '../../../builders/join-facts.ts';
import {
  beginningUs,
  modelCall,
  otlpExport,
  otlpSpan,
  text,
  toolCallMessage,
  toolResultMessage,
} from '../../../builders/otlp.ts';
import { linesOf, noHint, readLines } from '../../../builders/read-units.ts';

const recognition = { agent: 'otel', session: null, main: false } as const;

function parse(bytes: Uint8Array): ParsedUnit {
  return otlpJsonDocument.parseDocument(bytes, noHint, recognition);
}

function bytesOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

const fixture = (name: string): Uint8Array => readFileSync(join(fixturesDir, 'otlp', name));

/** Each entry in its order, as one line: 'answer: Hello', 'tool: read {"a":1}', 'result: x'. */
function tell(bytes: Uint8Array, unit: ParsedUnit = parse(bytes)): string[] {
  const entries = entriesOf(unit.facts).toSorted((a, b) => a.order - b.order);
  expect(new Set(entries.map(entry => entry.order)).size).toBe(entries.length);
  return entries.map(entry => describeEntry(bytes, unit, entry));
}

function describeEntry(bytes: Uint8Array, unit: ParsedUnit, entry: EntryFact): string {
  const { at } = unit.records[entry.record ?? 0] ?? { at: { offset: 0, length: 0 } };
  const record: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(at.offset, at.offset + at.length)));
  const block = otlpJsonDocument.content(record)[entry.block];
  const inThread = entry.thread === undefined ? '' : `(${entry.thread}) `;
  return `${inThread}${entry.result === true ? 'result' : entry.entry}: ${block === undefined ? 'MISSING' : say(block)}`;
}

function say(block: ContentBlock): string {
  switch (block.kind) {
    case 'prompt':
    case 'system':
    case 'answer':
    case 'tool-result':
      return block.parts
        .map(part => (part.kind === 'text' ? part.text : JSON.stringify(part)))
        .join('|')
        .slice(0, 60);
    case 'tool-call':
      return `${block.name} ${JSON.stringify(block.input)}`.slice(0, 60);
    case 'thinking':
      return block.text;
    case 'error':
    case 'notice':
    case 'compaction':
      return block.title;
  }
}

const question = [text('system', 'be kind'), text('user', 'fix it')];

describe('a trace with tool spans', () => {
  const bytes = bytesOf(
    otlpExport([
      otlpSpan({
        id: 'a000000000000000',
        name: 'invoke_agent x',
        attributes: { 'gen_ai.operation.name': 'invoke_agent' },
        endMs: 90,
      }),
      modelCall({ id: 'b000000000000000', parent: 'a000000000000000', startMs: 10 }, question, [
        toolCallMessage('c1', 'read', { path: 'a.js' }),
      ]),
      otlpSpan({
        id: 'c000000000000000',
        parent: 'a000000000000000',
        name: 'execute_tool read',
        startMs: 20,
        attributes: {
          'gen_ai.operation.name': 'execute_tool',
          'gen_ai.tool.name': 'read',
          'gen_ai.tool.call.id': 'c1',
          'gen_ai.tool.call.arguments': '{"path":"a.js"}',
          'gen_ai.tool.call.result': 'x = 1',
        },
      }),
      modelCall(
        { id: 'd000000000000000', parent: 'a000000000000000', startMs: 30 },
        [...question, toolCallMessage('c1', 'read', { path: 'a.js' }), toolResultMessage('c1', 'x = 1')],
        [text('assistant', 'done')],
      ),
    ]),
  );

  it('shows the question once, each tool call once and every answer', () => {
    expect(tell(bytes)).toEqual([
      'system: be kind',
      'prompt: fix it',
      'tool: read {"path":"a.js"}',
      'result: x = 1',
      'answer: done',
    ]);
  });

  it('begins one turn, and all spans belong to it', () => {
    const { facts } = parse(bytes);
    const prompts = turnPrompts(facts);
    expect(prompts).toMatchObject([{ key: 'prompt', summary: 'fix it', span: 'b000000000000000' }]);
    expect(facts.findIndex(fact => fact.kind === 'event')).toBeLessThan(facts.findIndex(fact => fact.kind === 'span'));
    expect([...joinSpans(facts).values()].map(span => span.turn)).toEqual(['prompt', 'prompt', 'prompt', 'prompt']);
    expect(facts.find(fact => fact.kind === 'session')).toMatchObject({ title: { source: 'prompt', text: 'fix it' } });
  });

  it('keys the tool by its call, so that call and result meet whatever the order of spans', () => {
    const keys = entriesOf(parse(bytes).facts).filter(entry => entry.entry === 'tool');
    expect(keys.map(entry => [entry.key, entry.result === true])).toEqual([
      ['c1', false],
      ['c1', true],
    ]);
  });
});

describe('a trace of model calls alone', () => {
  it('completes tool calls from the input of the next call', () => {
    const bytes = bytesOf(
      otlpExport([
        modelCall({ startMs: 0 }, question, [toolCallMessage('c1', 'read', { path: 'a.js' })]),
        modelCall(
          { startMs: 10 },
          [...question, toolCallMessage('c1', 'read', { path: 'a.js' }), toolResultMessage('c1', 'x = 1')],
          [toolCallMessage('c2', 'write', {})],
        ),
        modelCall(
          { startMs: 20 },
          [
            ...question,
            toolCallMessage('c1', 'read', { path: 'a.js' }),
            toolResultMessage('c1', 'x = 1'),
            toolCallMessage('c2', 'write', {}),
            toolResultMessage('c2', 'ok'),
          ],
          [text('assistant', 'done')],
        ),
      ]),
    );
    expect(tell(bytes)).toEqual([
      'system: be kind',
      'prompt: fix it',
      'tool: read {"path":"a.js"}',
      'result: x = 1',
      'tool: write {}',
      'result: ok',
      'answer: done',
    ]);
  });

  it('shows the history that came before the question, once', () => {
    const history = [text('user', 'hello'), text('assistant', 'hi'), text('user', 'fix it')];
    const bytes = bytesOf(otlpExport([modelCall({}, history, [text('assistant', 'done')])]));
    expect(tell(bytes)).toEqual(['prompt: hello', 'answer: hi', 'prompt: fix it', 'answer: done']);
    expect(turnPrompts(parse(bytes).facts)).toMatchObject([{ summary: 'fix it' }]);
  });
});

describe('tool calls and tool spans of which only one has the id', () => {
  it('are matched by name and order', () => {
    const tool = (startMs: number, result: string) =>
      otlpSpan({
        name: 'read',
        startMs,
        attributes: {
          'openinference.span.kind': 'TOOL',
          'tool.name': 'read',
          'input.value': '{}',
          'output.value': result,
        },
      });
    const bytes = bytesOf(
      otlpExport([
        modelCall({ startMs: 0 }, question, [toolCallMessage('c1', 'read', {})]),
        tool(1, 'one'),
        modelCall({ startMs: 2 }, question, [toolCallMessage('c2', 'read', {})]),
        tool(3, 'two'),
        modelCall(
          { startMs: 4 },
          [...question, toolCallMessage('c2', 'read', {}), toolResultMessage('c2', 'two')],
          [text('assistant', 'done')],
        ),
      ]),
    );
    expect(tell(bytes).slice(2)).toEqual([
      'tool: read {}',
      'result: one',
      'tool: read {}',
      'result: two',
      'answer: done',
    ]);
  });

  it('give every tool span an entry of its own, even when a call id comes twice', () => {
    const tool = (id: string) =>
      otlpSpan({ id, attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.call.id': 'call_0' } });
    const { facts } = parse(bytesOf(otlpExport([tool('a000000000000000'), tool('b000000000000000')])));
    expect(new Set(entriesOf(facts).map(entry => entry.key))).toEqual(new Set(['call_0', 'b000000000000000']));
  });
});

describe('an agent that a tool call started', () => {
  it('has a conversation of its own, with its own question', () => {
    const bytes = bytesOf(
      otlpExport([
        otlpSpan({ id: 'a000000000000000', attributes: { 'gen_ai.operation.name': 'invoke_agent' } }),
        modelCall({ id: 'b000000000000000', parent: 'a000000000000000' }, question, [
          toolCallMessage('c1', 'task', {}),
        ]),
        otlpSpan({
          id: 'c000000000000000',
          parent: 'a000000000000000',
          startMs: 1,
          attributes: {
            'gen_ai.operation.name': 'execute_tool',
            'gen_ai.tool.name': 'task',
            'gen_ai.tool.call.id': 'c1',
          },
        }),
        otlpSpan({
          id: 'd000000000000000',
          parent: 'c000000000000000',
          startMs: 2,
          attributes: { 'gen_ai.operation.name': 'invoke_agent' },
        }),
        modelCall({ parent: 'd000000000000000', startMs: 3 }, [text('user', 'look')], [text('assistant', 'seen')]),
      ]),
    );
    expect(tell(bytes)).toEqual([
      'system: be kind',
      'prompt: fix it',
      'tool: task null',
      'result: ',
      '(d000000000000000) prompt: look',
      '(d000000000000000) answer: seen',
    ]);
    const spans = joinSpans(parse(bytes).facts);
    expect(spans.get('d000000000000000')).toMatchObject({ parent: 'c000000000000000', turn: 'prompt' });
    expect(spans.get('d000000000000000')?.thread).toBeUndefined();
    expect(turnPrompts(parse(bytes).facts)).toHaveLength(1);
  });

  it('agents right below another are steps of one conversation', () => {
    const agent = { 'openinference.span.kind': 'AGENT' };
    const bytes = bytesOf(
      otlpExport([
        otlpSpan({ id: 'a000000000000000', attributes: agent }),
        otlpSpan({ id: 'b000000000000000', parent: 'a000000000000000', attributes: agent }),
        modelCall({ parent: 'b000000000000000' }, question, [text('assistant', 'done')]),
      ]),
    );
    expect(tell(bytes)).toEqual(['system: be kind', 'prompt: fix it', 'answer: done']);
  });
});

describe('a model call recorded in layers', () => {
  const layers = (inner: readonly unknown[]) =>
    bytesOf(
      otlpExport([
        modelCall(
          { id: 'a000000000000000', attributes: { 'gen_ai.usage.input_tokens': 10, 'gen_ai.usage.output_tokens': 2 } },
          question,
          [text('assistant', 'done')],
        ),
        otlpSpan({ id: 'b000000000000000', parent: 'a000000000000000', name: 'POST' }),
        ...inner,
      ]),
    );

  it('is counted once, in its innermost layer, and answered once', () => {
    const inner = modelCall(
      {
        id: 'c000000000000000',
        parent: 'b000000000000000',
        attributes: { 'gen_ai.usage.input_tokens': 10, 'gen_ai.usage.output_tokens': 2 },
      },
      question,
      [text('assistant', 'done')],
    );
    const bytes = layers([inner]);
    const spans = joinSpans(parse(bytes).facts);
    expect(spans.get('a000000000000000')?.counted).toBe(false);
    expect(spans.get('c000000000000000')?.counted).toBeUndefined();
    expect(tell(bytes)).toEqual(['system: be kind', 'prompt: fix it', 'answer: done']);
  });

  it('is answered by the outer layer where the inner one recorded no text', () => {
    const silent = otlpSpan({
      id: 'c000000000000000',
      parent: 'b000000000000000',
      attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 10 },
    });
    expect(tell(layers([silent]))).toEqual(['system: be kind', 'prompt: fix it', 'answer: done']);
  });

  it('is not a layer when the call below it was made by a tool or another agent', () => {
    const tool = otlpSpan({
      id: 'c000000000000000',
      parent: 'b000000000000000',
      attributes: { 'gen_ai.operation.name': 'execute_tool' },
    });
    const bytes = layers([tool, modelCall({ parent: 'c000000000000000' }, question, [text('assistant', 'inner')])]);
    expect(joinSpans(parse(bytes).facts).get('a000000000000000')?.counted).toBeUndefined();
    expect(tell(bytes)).toContain('answer: inner');
  });
});

describe('errors', () => {
  it('are told where they happened and not again by the spans that hand them on', () => {
    const boom = [{ name: 'exception', attributes: { 'exception.type': 'Boom', 'exception.message': 'it broke' } }];
    const bytes = bytesOf(
      otlpExport([
        otlpSpan({ id: 'a000000000000000', status: { code: 2, message: 'it broke' } }),
        otlpSpan({ id: 'b000000000000000', parent: 'a000000000000000', status: { code: 2 }, events: boom }),
        otlpSpan({ id: 'c000000000000000', status: { code: 'STATUS_CODE_ERROR', message: 'something else' } }),
      ]),
    );
    expect(tell(bytes)).toEqual(['error: Boom', 'error: Error']);
    expect([...joinSpans(parse(bytes).facts).values()].map(span => span.status)).toEqual(['error', 'error', 'error']);
  });

  it('of a tool are its result', () => {
    const tool = otlpSpan({
      attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'run', 'error.type': 'timeout' },
      events: [{ name: 'exception', attributes: { 'exception.message': 'too slow' } }],
    });
    expect(tell(bytesOf(otlpExport([tool])))).toEqual(['tool: run null', 'result: too slow']);
    expect(otlpJsonDocument.content(tool)[1]).toMatchObject({ isError: true });
  });
});

describe('messages as events of a span', () => {
  it('are read in the old form, one event a message', () => {
    const span = otlpSpan({
      attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' },
      events: [
        { name: 'gen_ai.system.message', attributes: { content: 'be kind' } },
        { name: 'gen_ai.user.message', attributes: { content: 'fix it' } },
        { name: 'gen_ai.choice', attributes: { index: 0, message: '{"role":"assistant","content":"done"}' } },
      ],
    });
    expect(tell(bytesOf(otlpExport([span])))).toEqual(['system: be kind', 'prompt: fix it', 'answer: done']);
  });

  it('are read in the new form, all on one event', () => {
    const span = otlpSpan({
      attributes: { 'gen_ai.operation.name': 'chat' },
      events: [
        {
          name: 'gen_ai.client.inference.operation.details',
          attributes: {
            'gen_ai.system_instructions': '[{"type":"text","content":"be kind"}]',
            'gen_ai.input.messages': JSON.stringify([text('user', 'fix it')]),
            'gen_ai.output.messages': JSON.stringify([text('assistant', 'done')]),
          },
        },
      ],
    });
    expect(tell(bytesOf(otlpExport([span])))).toEqual(['system: be kind', 'prompt: fix it', 'answer: done']);
  });

  it('are read from indexed attributes', () => {
    const span = otlpSpan({
      attributes: {
        'llm.request.type': 'chat',
        'gen_ai.prompt.0.role': 'user',
        'gen_ai.prompt.0.content': 'fix it',
        'gen_ai.completion.0.role': 'assistant',
        'gen_ai.completion.0.tool_calls.0.id': 'c1',
        'gen_ai.completion.0.tool_calls.0.name': 'read',
        'gen_ai.completion.0.tool_calls.0.arguments': '{"path":"a.js"}',
      },
    });
    expect(tell(bytesOf(otlpExport([span])))).toEqual(['prompt: fix it', 'tool: read {"path":"a.js"}']);
  });
});

describe('real traces', () => {
  it('of any-agent, where tool spans have no call ids', () => {
    expect(tell(fixture('anyagent-openai.json'))).toEqual([
      'system: Use the available tools to answer.',
      'prompt: Find what year it is in the America/New_York timezone and wr',
      'tool: get_current_time {"timezone":"America/New_York"}',
      'result: {\n  "timezone": "America/New_York",\n  "datetime": "2025-09-1',
      'tool: write_file {"text":"2025"}',
      'result: {}',
      'answer: {"steps": [{"number": 1, "description": "Get current time in',
    ]);
  });

  it('of a retrieval chain of LangChain', () => {
    expect(tell(fixture('agentprism-openinference-rag.json'))).toEqual([
      expect.stringMatching(/^tool: VectorStoreRetriever "what was meta's revenue/),
      expect.stringMatching(/^result: Meta Platforms Inc. Q4 2023 Earnings Report/),
      expect.stringMatching(/^prompt: \s+Answer the following question based on/),
      "answer: Meta Platforms Inc.'s revenue in Q4 2023 was $40.1 billion.",
    ]);
  });

  it('of Claude Code with details: the prompt, tools with results and a diff; answers are not in its traces', () => {
    expect(tell(fixture('claude-details-2.json'))).toEqual([
      'prompt: Please fix the add function',
      expect.stringMatching(/^tool: Bash \{"command":"sleep 2 && node/),
      'result: 5',
      'notice: Answer not recorded',
    ]);
    const bytes = fixture('claude-details-1.json');
    const edit = parse(bytes).records.map(({ at }) =>
      otlpJsonDocument.content(JSON.parse(new TextDecoder().decode(bytes.subarray(at.offset, at.offset + at.length)))),
    );
    expect(edit.flat().find(block => block.kind === 'tool-result' && block.diffs !== undefined)).toMatchObject({
      diffs: [{ path: '/home/demo/work/demo-project/add.js', hunks: [{ lines: [/^-export/, /^\+export/].map(like) }] }],
    });
  });

  it('of a wrapper around the SDK of Anthropic: one answer, counted in the inner span', () => {
    const { facts } = parse(fixture('openinference-sdk.json'));
    const wrapped = facts.filter(fact => fact.session === 'a62e613c4b3c1742a293b69f4f6bef4d');
    const spans = joinSpans(wrapped);
    expect(spans.get('746cf3904c10f11c')).toMatchObject({ counted: false, span: 'llm' });
    expect(spans.get('259ad1905156fe77')).toMatchObject({
      responseKey: 'response:msg_07302af1aa2f4ae6b9585893',
      usage: { input: 1200, output: 40, cacheRead: 800, cacheCreation: 200 },
    });
    expect(entriesOf(wrapped).map(entry => entry.entry)).toEqual(['prompt', 'answer']);
  });

  it('of a failed call of Copilot: the cause and what the agent made of it', () => {
    expect(tell(fixture('copilot-failure.json'))).toEqual(['error: ModelCallError', 'error: SessionTurnError']);
  });
});

describe('a trace that comes line by line', () => {
  it('shows the question and begins the turn only once', () => {
    const history = [...question, toolCallMessage('c1', 'read', {}), toolResultMessage('c1', 'x = 1')];
    const read = readLines(
      otlpJsonLines,
      linesOf(
        otlpExport([modelCall({ startMs: 0 }, question, [toolCallMessage('c1', 'read', {})])]),
        otlpExport([modelCall({ startMs: 10 }, history, [text('assistant', 'done')])]),
      ),
    );
    expect(turnPrompts(read.facts)).toHaveLength(1);
    expect(kinds(read.facts)).toEqual(['system', 'prompt', 'tool', 'tool', 'answer']);
    expect(new Set(read.facts.filter(fact => fact.kind === 'span').map(span => span.turn))).toEqual(
      new Set(['prompt']),
    );
    const done = entriesOf(read.facts).find(entry => entry.entry === 'answer');
    expect(done?.order).toBeGreaterThan(beginningUs + 10_000);
  });
});

it('leaves a tool call to the span that executed it, though the next call repeats it, line by line too', () => {
  const call = toolCallMessage('c1', 'read', {});
  const read = readLines(
    otlpJsonLines,
    linesOf(
      otlpExport([modelCall({ startMs: 0 }, question, [call])]),
      otlpExport([
        otlpSpan({
          id: 'c000000000000000',
          startMs: 5,
          attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.call.id': 'c1' },
        }),
      ]),
      otlpExport([
        modelCall({ startMs: 10 }, [...question, call, toolResultMessage('c1', 'x')], [text('assistant', 'b')]),
      ]),
    ),
  );
  const tools = entriesOf(read.facts).filter(entry => entry.key === 'c1');
  expect(tools.at(-1)).toMatchObject({ span: 'c000000000000000', result: true });
});

function kinds(facts: readonly Fact[]): string[] {
  return entriesOf(facts).map(entry => entry.entry);
}

function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
