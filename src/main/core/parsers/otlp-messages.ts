// Chat messages in any of the shapes that senders put into attributes, as one simple form and then as blocks to read.
//
// Contract: pure, never throws, loses no text: a part of unknown shape is shown as JSON. Knows GenAI parts, OpenInference
// (unflattened), OpenAI chat and responses, Anthropic, Gemini, Vercel AI SDK, LangChain and any-agent.

import { asArray, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { ContentBlock, Part } from '../../../shared/model/content.ts';
import { jsonText, unwrapJson } from './otlp-values.ts';

export type MessageRole = 'system' | 'user' | 'assistant' | 'tool';

export interface Message {
  readonly role: MessageRole;
  /** 'result' blocks carry the id of the call that they answer. */
  readonly blocks: readonly ContentBlock[];
}

type Fields = Readonly<Record<string, unknown>>;

const roles: Readonly<Record<string, MessageRole>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  'tool-call': 'assistant', // smolagents
  ai: 'assistant',
  model: 'assistant',
  tool: 'tool',
  function: 'tool',
};

/** Lists in lists and wrappers in wrappers are followed this far. */
const MAX_DEPTH = 8;

/** A list of messages, one message, `{messages}`, JSON text of these, or plain text said by `otherwise`. */
export function readMessages(value: unknown, otherwise: MessageRole, depth = 0): readonly Message[] {
  const given = unwrapJson(value);
  if (given === undefined || given === null || given === '') return [];
  if (depth > MAX_DEPTH) return [toMessage(otherwise, [jsonText(given)])];
  if (Array.isArray(given)) return given.flatMap(item => readMessages(item, otherwise, depth + 1));
  if (!isObject(given)) return [toMessage(otherwise, [given])];
  const list = given['messages'] ?? given['contents'] ?? given['input'];
  if (Array.isArray(list)) {
    const system =
      given['system'] ?? given['instructions'] ?? given['system_instruction'] ?? given['systemInstruction'];
    return [...readSystem(system), ...readMessages(list, otherwise, depth + 1)];
  }
  // OpenInference: {message: {...}}; LangChain: {type: 'human', data: {...}} or {kwargs: {...}}.
  const inner = given['message'] ?? given['data'] ?? given['kwargs'];
  if (isObject(inner)) return readMessages({ type: given['type'], ...inner }, otherwise, depth + 1);
  return [readMessage(given, otherwise)];
}

/** System instructions: parts, text, or JSON text of either, as one message. */
export function readSystem(value: unknown): readonly Message[] {
  const given = unwrapJson(typeof value === 'string' && value.startsWith('"') ? unquote(value) : value);
  if (given === undefined || given === null || given === '') return [];
  const parts = asObject(given)['parts'];
  return [toMessage('system', Array.isArray(parts) ? parts : Array.isArray(given) ? given : [given])];
}

function unquote(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What a model answered: messages, or a whole response of OpenAI, Anthropic, Gemini or LangChain. */
export function readAnswers(value: unknown): readonly Message[] {
  const given = unwrapJson(value);
  if (isObject(given)) {
    const list = given['choices'] ?? given['candidates'] ?? given['generations'] ?? given['output'];
    if (Array.isArray(list)) {
      const inner = list.flat().map(item => (isObject(item) ? (item['message'] ?? item['content'] ?? item) : item));
      return readMessages(inner, 'assistant');
    }
  }
  return readMessages(given, 'assistant');
}

function readMessage(message: Fields, otherwise: MessageRole): Message {
  const named = asText(message['role']) ?? asText(message['type']) ?? '';
  const isRole = Object.hasOwn(roles, named) && (message['role'] !== undefined || named !== 'tool-call');
  // Some senders put calls and results among the messages, without a role.
  const alone = isRole ? undefined : readBlock(message);
  if (alone !== undefined) return { role: alone.kind === 'tool-result' ? 'tool' : 'assistant', blocks: [alone] };
  const role = (isRole ? roles[named] : undefined) ?? (/^tool.?response$/.test(named) ? 'tool' : otherwise);
  const reasoning = asText(message['reasoning_content'] ?? message['reasoning']);
  const content = message['parts'] ?? message['contents'] ?? message['content'];
  const callId = asText(message['tool_call_id']) ?? asText(message['id']);
  const isResult = role === 'tool' && !hasResultPart(content);
  const items: unknown[] = [
    ...(reasoning === undefined ? [] : [{ type: 'reasoning', text: reasoning }]),
    ...(isResult ? [{ type: 'tool_result', id: callId, content }] : content === undefined ? [] : [content].flat()),
    ...asArray(unwrapJson(message['tool_calls'])).map(call => ({ type: 'tool_call', ...asObject(call) })),
  ];
  if (items.length === 0 && Object.keys(message).some(key => key !== 'role')) items.push(message);
  return toMessage(role, items);
}

function hasResultPart(content: unknown): boolean {
  return asArray(content).some(item => isObject(item) && /result|response|functionResponse/.test(partType(item)));
}

function toMessage(role: MessageRole, items: readonly unknown[]): Message {
  const blocks: ContentBlock[] = [];
  let parts: Part[] = [];
  const flush = (): void => {
    if (parts.length > 0) blocks.push(spoken(role, parts));
    parts = [];
  };
  for (const item of items) {
    const block = readBlock(item);
    if (block === undefined) parts.push(...readParts(item));
    else {
      flush();
      blocks.push(block);
    }
  }
  flush();
  return { role, blocks };
}

function spoken(role: MessageRole, parts: Part[]): ContentBlock {
  switch (role) {
    case 'system':
      return { kind: 'system', title: 'System prompt', parts };
    case 'user':
      return { kind: 'prompt', parts };
    case 'assistant':
      return { kind: 'answer', parts };
    case 'tool':
      return { kind: 'tool-result', callId: '', isError: false, parts };
  }
}

function partType(part: Fields): string {
  return asText(part['type']) ?? Object.keys(part)[0] ?? '';
}

/** Thinking, a tool call or a tool result; undefined for what is said or shown. */
function readBlock(item: unknown): ContentBlock | undefined {
  if (!isObject(item)) return undefined;
  if (item['tool.name'] !== undefined) return toolCall('', item['tool.name'], item['tool.args']); // any-agent
  const inner = item['tool_call']; // OpenInference
  if (isObject(inner) && !isObject(inner['tool_call'])) return readBlock({ ...inner, type: 'tool_call' });
  const fn = asObject(item['function'] ?? item['functionCall'] ?? item['function_call']);
  const answer = asObject(item['functionResponse'] ?? item['function_response']);
  switch (partType(item)) {
    case 'reasoning':
    case 'thinking':
    case 'redacted_thinking':
      return thinking(item);
    case 'tool_call':
    case 'tool-call':
    case 'tool_use':
    case 'server_tool_call':
    case 'server_tool_use':
    case 'function':
    case 'function_call':
    case 'functionCall':
      return toolCall(
        item['call_id'] ?? item['toolCallId'] ?? item['id'] ?? fn['id'],
        item['name'] ?? item['toolName'] ?? fn['name'],
        item['arguments'] ?? item['input'] ?? item['args'] ?? fn['arguments'] ?? fn['args'],
      );
    case 'tool_call_response':
    case 'server_tool_call_response':
    case 'tool_result':
    case 'tool-result':
    case 'function_call_output':
      return {
        kind: 'tool-result',
        callId: asText(item['tool_use_id'] ?? item['call_id'] ?? item['toolCallId'] ?? item['id']) ?? '',
        isError: item['is_error'] === true || item['isError'] === true,
        parts: readContent(item['response'] ?? item['result'] ?? item['content'] ?? item['output']),
      };
    case 'functionResponse':
    case 'function_response':
      return {
        kind: 'tool-result',
        callId: asText(answer['id']) ?? '',
        isError: false,
        parts: readContent(answer['response']),
      };
    default:
      return item['thought'] === true ? thinking(item) : undefined;
  }
}

function thinking(item: Fields): ContentBlock {
  const summary = asArray(item['summary'])
    .map(part => asText(asObject(part)['text']) ?? '')
    .join('\n');
  const text = asText(item['thinking']) ?? asText(item['content']) ?? asText(item['text']) ?? summary;
  return { kind: 'thinking', text, hidden: text === '' };
}

/** A tool call to read; `input` may be JSON text. */
export function toolCall(callId: unknown, name: unknown, input: unknown): ContentBlock {
  const given = unwrapJson(input) ?? null;
  const fields = asObject(given);
  const command = fields['command'] ?? fields['cmd'] ?? fields['full_command'];
  return {
    kind: 'tool-call',
    callId: asText(callId) ?? '',
    name: asText(name) ?? '',
    input: given,
    ...(typeof command === 'string' ? { command } : {}),
  };
}

/** A tool's result or any other content as parts. */
export function readContent(value: unknown): Part[] {
  if (value === undefined || value === null || value === '') return [];
  const given = typeof value === 'string' && /^\s*\[/.test(value) ? unwrapJson(value) : value;
  if (Array.isArray(given) && given.length > 0 && given.every(item => isObject(item) && isSpoken(item)))
    return given.flatMap(readParts);
  return readParts(typeof value === 'string' ? value : given);
}

function isSpoken(item: Fields): boolean {
  return /^(text|(input|output)_text|image|image_url|blob|file|uri)$/.test(partType(item));
}

function readParts(item: unknown): Part[] {
  if (item === null || item === undefined || item === '') return [];
  if (typeof item === 'string') return [{ kind: 'text', text: item }];
  if (!isObject(item)) return [{ kind: 'text', text: jsonText(item) }];
  const inner = item['message_content']; // OpenInference
  if (isObject(inner) && !isObject(inner['message_content'])) return readParts(inner);
  const image = readImage(item);
  if (image !== undefined) return [image];
  const text = asText(item['text']) ?? asText(item['content']) ?? asText(item['refusal']);
  const file = asText(item['file_id']) ?? asText(item['uri']) ?? asText(item['filename']);
  if (text !== undefined) return [{ kind: 'text', text }];
  if (file !== undefined) return [{ kind: 'file', name: file }];
  return item['text'] === '' || item['content'] === '' ? [] : [{ kind: 'json', value: item }];
}

/** Base64 pictures of Anthropic, OpenAI, Gemini, GenAI blobs; those elsewhere are named. */
function readImage(item: Fields): Part | undefined {
  const source = asObject(item['source'] ?? item['inlineData'] ?? item['inline_data']);
  const link = item['image_url'] ?? item['image'];
  const url = asText(link) ?? asText(asObject(link)['url']) ?? asText(asObject(asObject(link)['image'])['url']);
  const inUrl = /^data:(image\/[\w.+-]+);base64,(.+)$/s.exec(url ?? '');
  const base64 =
    asText(source['data']) ?? (item['type'] === 'blob' ? asText(item['content']) : undefined) ?? inUrl?.[2];
  const mediaType =
    asText(source['media_type'] ?? source['mimeType'] ?? source['mime_type'] ?? item['mime_type']) ?? inUrl?.[1];
  if (base64 !== undefined && mediaType?.startsWith('image/')) return { kind: 'image', mediaType, base64 };
  if (base64 !== undefined) return { kind: 'file', name: mediaType ?? 'data', note: 'not shown' };
  return url === undefined ? undefined : { kind: 'file', name: url.slice(0, 500) };
}
