// Captures of streamed answers: server-sent events of Anthropic's and OpenAI's APIs as they came over the wire, or the
// same events one JSON value a line. Each answer is put together as if it had not been streamed.
//
// Contract: pure, never throws. What stands around the events (headers, comments, other text) is passed over. An answer
// whose end was not captured is told as far as it came.

import { asArray, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { Fields } from './messages-shape.ts';

export interface StreamedAnswer {
  /** In the shape of an answer that was not streamed; or an error. */
  readonly value: Fields;
  readonly complete: boolean;
  /** Bytes from its first event to its last, and the physical line of the first. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

export interface StreamScan {
  readonly answers: readonly StreamedAnswer[];
  /** Data that is no JSON, where it stands. */
  readonly problems: readonly { readonly start: number; readonly end: number; readonly line: number }[];
}

const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
const LF = 0x0a;

export function readStream(bytes: Uint8Array): StreamScan {
  const answers: StreamedAnswer[] = [];
  const problems: { start: number; end: number; line: number }[] = [];
  let open: { readonly answer: Assembly; readonly start: number; readonly line: number } | undefined;
  let last = 0;
  const close = (complete: boolean): void => {
    if (open !== undefined)
      answers.push({ value: open.answer.value(), complete, start: open.start, end: last, line: open.line });
    open = undefined;
  };
  let name: { readonly start: number; readonly line: number } | undefined;
  let line = 0;
  for (let from = 0; from < bytes.length;) {
    const lf = bytes.indexOf(LF, from);
    const end = lf < 0 ? bytes.length : lf;
    line += 1;
    const text = decoder
      .decode(bytes.subarray(from, end))
      .replace(/^\uFEFF/, '')
      .trim();
    const start = from;
    from = end + 1;
    if (text.startsWith('event:')) name = { start, line };
    const data = text.startsWith('data:') ? text.slice(5).trim() : text.startsWith('{') ? text : '';
    if (data === '') continue;
    if (data === '[DONE]') {
      last = end;
      close(true);
      continue;
    }
    const event = parse(data);
    if (!isObject(event)) {
      problems.push({ start, end, line });
      continue;
    }
    const begins = beginningOf(event);
    if (begins !== undefined && !(open?.answer.isSame(begins) ?? false)) {
      close(false);
      open = { answer: begins, start: name?.start ?? start, line: name?.line ?? line };
    }
    name = undefined;
    if (open === undefined) continue;
    last = end;
    if (open.answer.add(event)) close(true);
  }
  close(false);
  return { answers, problems };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value is the first event of an answer; what tells such captures from other files. */
export function beginsAnswer(value: unknown): boolean {
  return isObject(value) && beginningOf(value) !== undefined;
}

interface Assembly {
  /** Takes an event in; true when the answer is whole. */
  add(event: Fields): boolean;
  value(): Fields;
  /** Chunks of OpenAI all look like the first: those of one id are one answer. */
  isSame(other: Assembly): boolean;
}

function beginningOf(event: Fields): Assembly | undefined {
  if (event['type'] === 'message_start' && isObject(event['message'])) return new AnthropicAnswer(event['message']);
  if (event['object'] === 'chat.completion.chunk') return new ChatCompletion(event);
  if (event['type'] === 'response.created' && isObject(event['response'])) return new OpenAiResponse(event['response']);
  return undefined;
}

class AnthropicAnswer implements Assembly {
  private readonly message: Record<string, unknown>;
  private readonly blocks = new Map<number, Record<string, unknown>>();
  private readonly inputs = new Map<number, string>();
  private error: Fields | undefined;

  constructor(message: Fields) {
    this.message = { type: 'message', role: 'assistant', ...message };
  }

  isSame(): boolean {
    return false;
  }

  add(event: Fields): boolean {
    const index = typeof event['index'] === 'number' ? event['index'] : 0;
    switch (event['type']) {
      case 'content_block_start':
        this.blocks.set(index, { ...asObject(event['content_block']) });
        return false;
      case 'content_block_delta':
        this.addDelta(index, asObject(event['delta']));
        return false;
      case 'message_delta': {
        Object.assign(this.message, asObject(event['delta']));
        // Counts are cumulative: the last word counts.
        this.message['usage'] = { ...asObject(this.message['usage']), ...asObject(event['usage']) };
        return false;
      }
      case 'error':
        this.error = event;
        return true;
      default:
        return event['type'] === 'message_stop';
    }
  }

  private addDelta(index: number, delta: Fields): void {
    const block = this.blocks.get(index) ?? {};
    this.blocks.set(index, block);
    for (const field of ['text', 'thinking', 'signature'])
      if (typeof delta[field] === 'string') block[field] = `${asText(block[field]) ?? ''}${delta[field]}`;
    if (typeof delta['partial_json'] === 'string')
      this.inputs.set(index, `${this.inputs.get(index) ?? ''}${delta['partial_json']}`);
  }

  value(): Fields {
    const content = [...this.blocks]
      .sort(([a], [b]) => a - b)
      .map(([index, block]) => {
        const input = this.inputs.get(index) ?? '';
        return input === '' ? block : { ...block, input: parse(input) ?? input };
      });
    const said = asArray(this.message['content']);
    const message = { ...this.message, content: content.length > 0 ? content : said };
    return this.error === undefined ? message : { ...message, error: this.error['error'] };
  }
}

interface Choice {
  readonly message: Record<string, unknown>;
  readonly calls: Map<number, Record<string, unknown>>;
  finish: unknown;
}

class ChatCompletion implements Assembly {
  private readonly head: Fields;
  private usage: unknown;
  private readonly choices = new Map<number, Choice>();

  constructor(chunk: Fields) {
    this.head = chunk;
  }

  isSame(other: Assembly): boolean {
    return other instanceof ChatCompletion && other.head['id'] === this.head['id'];
  }

  add(chunk: Fields): boolean {
    if (isObject(chunk['usage'])) this.usage = chunk['usage'];
    for (const item of asArray(chunk['choices']).map(asObject)) {
      const index = typeof item['index'] === 'number' ? item['index'] : 0;
      const choice: Choice = this.choices.get(index) ?? {
        message: { role: 'assistant' },
        calls: new Map(),
        finish: null,
      };
      this.choices.set(index, choice);
      const delta = asObject(item['delta']);
      for (const field of ['content', 'refusal', 'reasoning_content', 'reasoning'])
        if (typeof delta[field] === 'string')
          choice.message[field] = `${asText(choice.message[field]) ?? ''}${delta[field]}`;
      for (const call of asArray(delta['tool_calls']).map(asObject)) addCall(choice.calls, call);
      if (item['finish_reason'] !== undefined && item['finish_reason'] !== null) choice.finish = item['finish_reason'];
    }
    return false; // '[DONE]' ends it
  }

  value(): Fields {
    const choices = [...this.choices]
      .sort(([a], [b]) => a - b)
      .map(([index, { message, calls, finish }]) => ({
        index,
        message: calls.size === 0 ? message : { ...message, tool_calls: [...calls.values()] },
        finish_reason: finish,
      }));
    const { id, created, model } = this.head;
    return {
      id,
      object: 'chat.completion',
      created,
      model,
      choices,
      ...(this.usage === undefined ? {} : { usage: this.usage }),
    };
  }
}

function addCall(calls: Map<number, Record<string, unknown>>, delta: Fields): void {
  const index = typeof delta['index'] === 'number' ? delta['index'] : 0;
  const call = calls.get(index) ?? { id: delta['id'], type: 'function', function: { name: '', arguments: '' } };
  calls.set(index, call);
  const known = asObject(call['function']);
  const more = asObject(delta['function']);
  call['function'] = {
    name: `${asText(known['name']) ?? ''}${asText(more['name']) ?? ''}`,
    arguments: `${asText(known['arguments']) ?? ''}${asText(more['arguments']) ?? ''}`,
  };
}

class OpenAiResponse implements Assembly {
  private response: Fields;
  private readonly items: unknown[] = [];

  constructor(response: Fields) {
    this.response = response;
  }

  isSame(): boolean {
    return false;
  }

  add(event: Fields): boolean {
    if (event['type'] === 'response.output_item.done') this.items.push(event['item']);
    if (!/^response\.(completed|failed|incomplete)$/.test(asText(event['type']) ?? '')) return false;
    this.response = { ...this.response, ...asObject(event['response']) };
    return true;
  }

  value(): Fields {
    const output = asArray(this.response['output']);
    return { ...this.response, object: 'response', output: output.length > 0 ? output : this.items };
  }
}
