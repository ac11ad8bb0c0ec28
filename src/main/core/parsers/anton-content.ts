// What people read of Anton's records: the conversation of a model call, a tool's call and result, the state of a task.
// The layout of a record's blocks is fixed by the record alone; facts point into it by index.

import { asArray, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { ContentBlock, Part } from '../../../shared/model/content.ts';
import { textHash, type Said } from './anton-history.ts';
import { antonRecord, toolName, type AntonRecord } from './anton-record.ts';

/** Anton puts what it knows into the conversation as a message of the user's with this mark. */
const CONTEXT_MARK = '[Context]\n';

export type EntryKind = 'prompt' | 'system' | 'answer' | 'notice';

export interface SaidBlock extends Said {
  /** Index into content() of the record. */
  readonly block: number;
  readonly entry: EntryKind;
  readonly text: string;
}

export interface CallLayout {
  readonly systemHash: string | undefined;
  /** The whole conversation up to and with this call's answer, whether the record repeats the answer or not. */
  readonly history: readonly SaidBlock[];
  readonly errorBlock: number | undefined;
  readonly response: string | undefined;
}

/** Where the parts of a model call stand in its content. */
export function layOutCall(record: AntonRecord): CallLayout {
  const system = asText(record.fields['system_prompt']);
  const base = system === undefined ? 0 : 1;
  const messages = messagesOf(record);
  const history = messages.map((message, index) => said(message, base + index));
  let next = base + messages.length;
  const response = asText(record.fields['response']);
  if (response !== undefined && !endsWith(history, response)) {
    history.push(said({ role: 'assistant', content: response }, next));
    next += 1;
  }
  return {
    systemHash: system === undefined ? undefined : textHash(system),
    history,
    errorBlock: record.error === undefined ? undefined : next,
    response,
  };
}

export function antonContent(value: unknown): readonly ContentBlock[] {
  const record = antonRecord(value);
  switch (record?.action) {
    case 'llm_call':
      return callContent(record);
    case 'tool_call':
      return toolContent(record);
    case 'agent_start':
    case 'agent_end': {
      const title = `${record.agentName ?? 'Agent'} ${record.action === 'agent_start' ? 'started' : 'ended'}`;
      return record.error === undefined ? [{ kind: 'notice', title, text: '' }] : [errorBlock(title, record.error)];
    }
    case undefined:
      return [];
  }
}

function callContent(record: AntonRecord): readonly ContentBlock[] {
  const blocks: ContentBlock[] = [];
  const system = asText(record.fields['system_prompt']);
  if (system !== undefined) blocks.push({ kind: 'system', title: 'System prompt', parts: partsOf(system) });
  for (const message of messagesOf(record)) blocks.push(messageContent(message));
  const { response, history } = layOutCall(record);
  if (response !== undefined && history.at(-1)?.block === blocks.length)
    blocks.push({ kind: 'answer', parts: partsOf(response) });
  if (record.error !== undefined) blocks.push(errorBlock('Model call failed', record.error));
  return blocks;
}

/** One block, whatever the message is: facts count on it. */
export function messageContent(message: unknown): ContentBlock {
  const { role, content } = asObject(message);
  const parts = partsOf(content);
  switch (entryOf(role, content)) {
    case 'prompt':
      return { kind: 'prompt', parts };
    case 'system':
      return { kind: 'system', title: role === 'system' ? 'System prompt' : 'Context', parts };
    case 'answer':
      return { kind: 'answer', parts };
    case 'notice':
      return { kind: 'notice', title: asText(role) ?? 'message', text: parts.map(plain).join('\n') };
  }
}

export const TOOL_CALL_BLOCK = 0;
export const TOOL_RESULT_BLOCK = 1;

/** True where the record tells how the tool call ended: content() has a result block then. */
export function hasToolResult(record: AntonRecord): boolean {
  return record.error !== undefined || (record.fields['result'] ?? record.fields['success'] ?? null) !== null;
}

export function toolFailed(record: AntonRecord): boolean {
  return record.error !== undefined || record.fields['success'] === false;
}

function toolContent(record: AntonRecord): readonly ContentBlock[] {
  const callId = record.spanId ?? '';
  const input = record.fields['parameters'] ?? record.fields['input'] ?? {};
  const command = asText(asObject(input)['command']);
  const call: ContentBlock = {
    kind: 'tool-call',
    callId,
    name: toolName(record),
    input,
    ...(command !== undefined && { command }),
  };
  if (!hasToolResult(record)) return [call];
  const parts = [...partsOf(record.fields['result']), ...partsOf(record.error)];
  return [call, { kind: 'tool-result', callId, isError: toolFailed(record), parts }];
}

function messagesOf(record: AntonRecord): readonly unknown[] {
  return asArray(record.fields['messages']);
}

export function said(message: unknown, block: number): SaidBlock {
  const { role, content } = asObject(message);
  const text = textOf(content);
  return {
    role: asText(role) ?? '',
    hash: textHash(text === '' ? jsonText(content) : text),
    block,
    entry: entryOf(role, content),
    text,
  };
}

function entryOf(role: unknown, content: unknown): EntryKind {
  switch (role) {
    case 'user':
      return typeof content === 'string' && content.startsWith(CONTEXT_MARK) ? 'system' : 'prompt';
    case 'system':
      return 'system';
    case 'assistant':
      return 'answer';
    default:
      return 'notice';
  }
}

function endsWith(history: readonly SaidBlock[], response: string): boolean {
  const last = history.at(-1);
  return last?.role === 'assistant' && last.text === response;
}

export function partsOf(content: unknown): Part[] {
  if (content === undefined || content === null || content === '') return [];
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  return Array.isArray(content) ? content.flatMap(partOf) : [{ kind: 'json', value: content }];
}

function partOf(piece: unknown): Part[] {
  if (typeof piece === 'string') return partsOf(piece);
  const { type, text, source } = asObject(piece);
  if (type === 'text') return partsOf(text);
  const { data, media_type: mediaType } = asObject(source);
  if (type === 'image' && typeof data === 'string')
    return [{ kind: 'image', mediaType: asText(mediaType) ?? 'image/png', base64: data }];
  return [{ kind: 'json', value: piece }];
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return asArray(content)
    .map(piece => (typeof piece === 'string' ? piece : asObject(piece)['text']))
    .filter(text => typeof text === 'string')
    .join('\n');
}

function plain(part: Part): string {
  return part.kind === 'text' ? part.text : part.kind === 'json' ? jsonText(part.value) : '';
}

/** JSON text, or nothing where the value nests deeper than the stack. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return isObject(value) ? '{…}' : '[…]';
  }
}

function errorBlock(title: string, text: string): ContentBlock {
  return { kind: 'error', title, text };
}
