import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswers, readMessages, readSystem } from '../../../../src/main/core/parsers/otlp-messages.ts';
import { contentBlockSchema } from '../../../../src/shared/model/content.ts';

const blocks = (value: unknown) => readMessages(value, 'user').flatMap(message => message.blocks);
const answers = (value: unknown) => readAnswers(value).flatMap(message => message.blocks);
const part = (text: string) => ({ kind: 'text', text });
const prompt = (text: string) => ({ kind: 'prompt', parts: [part(text)] });
const answer = (text: string) => ({ kind: 'answer', parts: [part(text)] });

const call = { kind: 'tool-call', callId: 'c1', name: 'read', input: { path: 'a.js' } };
const result = { kind: 'tool-result', callId: 'c1', isError: false, parts: [part('x = 1')] };

describe('messages', () => {
  it.each([
    [
      'GenAI parts',
      [
        { role: 'user', parts: [{ type: 'text', content: 'hi' }] },
        { role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'read', arguments: { path: 'a.js' } }] },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'x = 1' }] },
      ],
    ],
    [
      'OpenAI chat',
      [
        { role: 'user', content: 'hi' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'read', arguments: '{"path":"a.js"}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'x = 1' },
      ],
    ],
    [
      'OpenAI responses',
      [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
        { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'read', arguments: '{"path":"a.js"}' },
        { type: 'function_call_output', call_id: 'c1', output: 'x = 1' },
      ],
    ],
    [
      'Anthropic',
      [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'read', input: { path: 'a.js' } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'x = 1' }] },
      ],
    ],
    [
      'Vercel AI SDK',
      [
        { role: 'user', content: [{ type: 'text', text: 'hi' }] },
        {
          role: 'assistant',
          content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'read', input: { path: 'a.js' } }],
        },
        { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'c1', toolName: 'read', output: 'x = 1' }] },
      ],
    ],
    [
      'Gemini',
      {
        contents: [
          { role: 'user', parts: [{ text: 'hi' }] },
          { role: 'model', parts: [{ functionCall: { id: 'c1', name: 'read', args: { path: 'a.js' } } }] },
          { role: 'user', parts: [{ functionResponse: { id: 'c1', name: 'read', response: 'x = 1' } }] },
        ],
      },
    ],
    [
      'OpenInference, unflattened',
      [
        { message: { role: 'user', contents: [{ message_content: { type: 'text', text: 'hi' } }] } },
        {
          message: {
            role: 'assistant',
            tool_calls: [{ tool_call: { id: 'c1', function: { name: 'read', arguments: '{"path":"a.js"}' } } }],
          },
        },
        { message: { role: 'tool', content: 'x = 1', tool_call_id: 'c1' } },
      ],
    ],
    [
      'Traceloop, unflattened',
      [
        { role: 'user', content: 'hi' },
        { role: 'assistant', tool_calls: [{ id: 'c1', name: 'read', arguments: '{"path":"a.js"}' }] },
        { role: 'tool', content: 'x = 1', tool_call_id: 'c1' },
      ],
    ],
    [
      'LangChain',
      [
        { type: 'human', data: { content: 'hi' } },
        { type: 'ai', data: { content: '', tool_calls: [{ id: 'c1', name: 'read', args: { path: 'a.js' } }] } },
        { type: 'tool', data: { content: 'x = 1', tool_call_id: 'c1' } },
      ],
    ],
  ])('of %s come out the same', (_name, messages) => {
    expect(blocks(messages)).toEqual([prompt('hi'), call, result]);
    expect(blocks(JSON.stringify(messages))).toEqual([prompt('hi'), call, result]);
  });

  it('may be plain text', () => {
    expect(blocks('hello there')).toEqual([prompt('hello there')]);
    expect(answers('Delegating to a subagent.')).toEqual([answer('Delegating to a subagent.')]);
    expect(blocks('[not JSON')).toEqual([prompt('[not JSON')]);
  });

  it('keep thinking, say that it is hidden, and keep the order of what was said', () => {
    expect(
      answers([
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', content: 'hmm' },
            { type: 'text', content: 'a' },
            { type: 'tool_call', id: 'c1', name: 'read', arguments: { path: 'a.js' } },
            { type: 'text', content: 'b' },
          ],
        },
        { role: 'assistant', content: [{ type: 'redacted_thinking', data: 'xyz' }] },
      ]),
    ).toEqual([
      { kind: 'thinking', text: 'hmm', hidden: false },
      answer('a'),
      call,
      answer('b'),
      { kind: 'thinking', text: '', hidden: true },
    ]);
  });

  it.each([
    ['GenAI blob', { type: 'blob', mime_type: 'image/png', modality: 'image', content: 'aGk=' }],
    ['Anthropic', { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } }],
    ['OpenAI', { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } }],
    ['Gemini', { inlineData: { mimeType: 'image/png', data: 'aGk=' } }],
    ['OpenInference', { message_content: { type: 'image', image: { image: { url: 'data:image/png;base64,aGk=' } } } }],
  ])('show a picture of %s', (_name, item) => {
    expect(blocks([{ role: 'user', content: [item] }])).toEqual([
      { kind: 'prompt', parts: [{ kind: 'image', mediaType: 'image/png', base64: 'aGk=' }] },
    ]);
  });

  it('name a picture that lies elsewhere, and never fetch it', () => {
    expect(
      blocks([{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x.test/a.png' } }] }]),
    ).toEqual([{ kind: 'prompt', parts: [{ kind: 'file', name: 'https://x.test/a.png' }] }]);
  });

  it('show a part that nobody knows as it stands', () => {
    const strange = { type: 'hologram', depth: 3 };
    expect(blocks([{ role: 'user', content: [strange] }])).toEqual([
      { kind: 'prompt', parts: [{ kind: 'json', value: strange }] },
    ]);
  });
});

describe('answers', () => {
  it.each([
    ['a chat completion', { choices: [{ index: 0, message: { role: 'assistant', content: 'hello' } }] }],
    ['an Anthropic message', { role: 'assistant', content: [{ type: 'text', text: 'hello' }] }],
    ['a response', { output: [{ type: 'message', content: [{ type: 'output_text', text: 'hello' }] }] }],
    ['Gemini candidates', { candidates: [{ content: { role: 'model', parts: [{ text: 'hello' }] } }] }],
    ['LangChain generations', { generations: [[{ text: 'hello', message: { kwargs: { content: 'hello' } } }]] }],
  ])('are taken out of %s', (_name, response) => {
    expect(answers(response)).toEqual([answer('hello')]);
    expect(answers(JSON.stringify(response))).toEqual([answer('hello')]);
  });

  it("read any-agent's tool calls", () => {
    expect(answers([{ 'tool.name': 'read', 'tool.args': '{"path":"a.js"}' }])).toEqual([{ ...call, callId: '' }]);
  });
});

it.each([
  ['parts', [{ type: 'text', content: 'be kind' }]],
  ['text', 'be kind'],
  ['JSON text of parts', '[{"type":"text","content":"be kind"}]'],
  ['JSON text of a string', '"be kind"'],
])('system instructions may be %s', (_name, value) => {
  expect(readSystem(value)).toEqual([
    { role: 'system', blocks: [{ kind: 'system', title: 'System prompt', parts: [part('be kind')] }] },
  ]);
});

it('gives valid blocks for any value and never throws', () => {
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      for (const block of [...blocks(value), ...answers(value), ...readSystem(value).flatMap(({ blocks: all }) => all)])
        expect(contentBlockSchema.safeParse(block).success).toBe(true);
    }),
    { numRuns: 500 },
  );
  let deep: unknown = 'x';
  for (let i = 0; i < 50_000; i += 1) deep = i % 2 ? [deep] : { message: deep };
  expect(blocks(deep).length).toBeGreaterThan(0);
});
