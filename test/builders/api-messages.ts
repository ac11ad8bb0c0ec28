// Small messages of the APIs of Anthropic and OpenAI in the shape that the providers document.

import { apiMessages } from '../../src/main/core/parsers/messages.ts';
import type { ParsedUnit } from '../../src/main/core/parsers/parser.ts';
import { entriesOf } from './join-facts.ts';
import { documentOf, parseWith, recordTexts } from './trace-files.ts';

export type Fields = Readonly<Record<string, unknown>>;

export const parse = (value: unknown): ParsedUnit => parseWith(apiMessages, documentOf(value));

export const message: Fields = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-x',
  content: [
    { type: 'thinking', thinking: 'hm', signature: 's' },
    { type: 'text', text: 'Let me look.' },
    { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'SF' } },
  ],
  stop_reason: 'tool_use',
  usage: { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 90, cache_creation_input_tokens: 7 },
};

export const question = [
  { role: 'user', content: 'weather in SF?' },
  { role: 'assistant', content: message['content'] },
  { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'fog', is_error: false }] },
];

export const completion = (id: string, said: Fields, usage: Fields): Fields => ({
  id,
  object: 'chat.completion',
  created: 1_770_000_000,
  model: 'gpt-x',
  choices: [{ index: 0, message: { role: 'assistant', ...said }, finish_reason: 'stop' }],
  usage,
});

export const response: Fields = {
  id: 'resp_1',
  object: 'response',
  created_at: 1_770_000_000,
  status: 'completed',
  model: 'gpt-x',
  output: [
    { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'thinking' }] },
    { type: 'message', role: 'assistant', id: 'm_1', content: [{ type: 'output_text', text: 'Fog.' }] },
    { type: 'function_call', id: 'fc_1', call_id: 'call_9', name: 'map', arguments: '{"zoom":2}' },
  ],
  usage: {
    input_tokens: 50,
    input_tokens_details: { cached_tokens: 30 },
    output_tokens: 20,
    output_tokens_details: { reasoning_tokens: 12 },
  },
};

export const sse = (events: readonly Fields[], named = true): string =>
  events.map(event => `${named ? `event: ${String(event['type'])}\n` : ''}data: ${JSON.stringify(event)}\n\n`).join('');

export const streamed: readonly Fields[] = [
  {
    type: 'message_start',
    message: {
      ...message,
      content: [],
      stop_reason: null,
      usage: { input_tokens: 10, output_tokens: 1, cache_read_input_tokens: 90 },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'ping' },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Let me ' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'look — ✓' } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'content_block_start',
    index: 1,
    content_block: { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} },
  },
  { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"city": "S' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: 'F"}' } },
  { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 28 } },
  { type: 'message_stop' },
];

/** What each entry shows, with its kind. */
export function shown(bytes: Uint8Array): readonly unknown[] {
  const unit = parseWith(apiMessages, bytes);
  const blocks = recordTexts(bytes, unit).map(text => {
    try {
      return apiMessages.content(JSON.parse(text));
    } catch {
      return apiMessages.content(text);
    }
  });
  return entriesOf(unit.facts).map(entry => [
    entry.result === true ? 'result' : entry.entry,
    blocks[entry.record ?? 0]?.[entry.block],
  ]);
}
