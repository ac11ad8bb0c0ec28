// Facts of the messages of a Pi session: prompts, responses with their calls, results, commands of the user.

import { asArray, asCount, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { SpanStatus } from '../../../shared/model/span.ts';
import type { Usage } from '../../../shared/model/usage.ts';
import { oneLine } from './parser.ts';
import type { TreeEntry } from './pi-branch.ts';
import { callKeyOf, exitCodeOf, itemsOf, textOf, type Fields } from './pi-content.ts';
import {
  attributes,
  safeKey,
  sayEntry,
  sayError,
  sayEvent,
  sayNotice,
  sayPlainSpan,
  saySession,
  saySpan,
  type Saying,
} from './saying.ts';
import { inputSummary } from './tool-input.ts';

/** Plain JSON and bounded. */
export type PiState = {
  entries: TreeEntry[];
  leaf: string | null;
  turn: string | null;
  model: string | null;
  hasTitle: boolean;
  inputUs: number | null;
  /** Calls without a result so far. */
  calls: string[];
};

export interface PiReading extends Saying {
  readonly state: PiState;
  readonly entry: Fields;
  /** The entry's id, else its place. */
  readonly key: string;
  /** Keys of the spans that the entry makes. */
  readonly spans: string[];
}

export function noteModel(reading: PiReading, model: string | undefined): void {
  if (model === undefined || model === reading.state.model) return;
  reading.state.model = model;
  saySession(reading, { model });
}

export function readMessage(reading: PiReading, message: Fields): void {
  switch (message['role']) {
    case 'user':
      return readPrompt(reading, message);
    case 'assistant':
      return readResponse(reading, message);
    case 'toolResult':
      return readResult(reading, message);
    case 'bashExecution':
      return readBash(reading, message);
    case 'custom':
    case 'hookMessage':
      return message['display'] === false
        ? undefined
        : sayEntry(reading, { key: reading.key, entry: 'system', block: 0 });
    default:
  }
}

function readPrompt(reading: PiReading, message: Fields): void {
  const { state, key, timeUs } = reading;
  const summary = oneLine(textOf(message['content']));
  state.turn = key;
  if (timeUs !== undefined) state.inputUs = timeUs;
  sayEvent(reading, { key, event: 'prompt', name: 'prompt', summary: summary || 'image', turn: true });
  sayEntry(reading, { key, entry: 'prompt', block: 0, event: key });
  if (state.hasTitle || summary === '') return;
  state.hasTitle = true;
  saySession(reading, { title: { source: 'prompt', text: summary } });
}

function readResponse(reading: PiReading, message: Fields): void {
  const { state, key, timeUs } = reading;
  const model = asText(message['model']);
  const items = itemsOf(message['content']).map(asObject);
  const usage = usageOf(message['usage']);
  const begunUs = msToUs(message['timestamp']);
  reading.spans.push(key);
  saySpan(
    reading,
    {
      key,
      span: 'llm',
      name: model ?? 'response',
      parent: ROOT_SPAN,
      // The message is made when its stream begins, the entry when it has ended.
      startUs: begunUs === undefined || timeUs === undefined ? (begunUs ?? timeUs) : Math.min(begunUs, timeUs),
      endUs: timeUs,
      status: statusOf(message['stopReason']),
      model,
      usage,
      usageProvenance: usage === undefined ? undefined : 'reported',
      responseKey: responseKeyOf(reading, message),
      summary: summaryOf(items),
      attrs: attributes({ costUsd: costOf(message['usage']), provider: asText(message['provider']) }),
      role: 'response',
    },
    state.turn,
  );
  noteModel(reading, model);
  for (const [block, item] of items.entries()) readItem(reading, item, block);
  if (message['stopReason'] === 'error')
    sayError(reading, `${key}:error`, 'model error', asText(message['errorMessage']) ?? '', items.length);
  else if (message['stopReason'] === 'aborted')
    sayNotice(reading, `${key}:aborted`, 'aborted', asText(message['errorMessage']) ?? '', items.length);
  if (message['stopReason'] === 'aborted' || message['stopReason'] === 'error') abandonCalls(reading);
}

function readItem(reading: PiReading, item: Fields, block: number): void {
  const { key, state, entry } = reading;
  switch (item['type']) {
    case 'text':
      return sayEntry(reading, { key: `${key}:${block}`, entry: 'answer', block, span: key });
    case 'thinking':
      return sayEntry(reading, { key: `${key}:${block}`, entry: 'thinking', block, span: key });
    case 'toolCall': {
      const callKey = callKeyOf(item, entry, block);
      const name = asText(item['name']) ?? 'tool';
      reading.spans.push(callKey);
      state.calls.push(callKey);
      if (state.calls.length > 100) state.calls.shift();
      const summary = inputSummary(name, item['arguments']);
      const startUs = reading.timeUs;
      saySpan(
        reading,
        { key: callKey, span: 'tool', name, parent: key, startUs, status: 'open', summary, role: 'call' },
        state.turn,
      );
      return sayEntry(reading, { key: `tool:${callKey}`, entry: 'tool', block, span: callKey });
    }
    default:
      return sayEntry(reading, { key: `${key}:${block}`, entry: 'notice', block, span: key });
  }
}

/** Calls of a response that was cut off never ran. */
function abandonCalls(reading: PiReading): void {
  for (const key of reading.state.calls.splice(0)) saySpan(reading, { key, status: 'aborted', endUs: reading.timeUs });
}

function readResult(reading: PiReading, message: Fields): void {
  const { state, timeUs } = reading;
  const key = safeKey(asText(message['toolCallId']) ?? `result:${asText(reading.entry['id']) ?? ''}`);
  const open = state.calls.indexOf(key);
  if (open >= 0) state.calls.splice(open, 1);
  if (timeUs !== undefined) state.inputUs = timeUs;
  const exitCode = exitCodeOf(textOf(message['content']));
  sayPlainSpan(reading, {
    key,
    weak: true,
    span: 'tool',
    name: asText(message['toolName']) ?? 'tool',
    startUs: timeUs,
  });
  saySpan(reading, {
    key,
    endUs: timeUs,
    status: message['isError'] === true ? 'error' : 'ok',
    attrs: attributes({ exitCode }),
    role: 'result',
  });
  sayEntry(reading, { key: `tool:${key}`, entry: 'tool', block: 0, span: key, result: true });
}

/** A command that the user ran himself, between two prompts. */
function readBash(reading: PiReading, message: Fields): void {
  const { key, timeUs, state } = reading;
  const exitCode = asNumber(message['exitCode']);
  const failed = exitCode !== undefined && exitCode !== 0;
  reading.spans.push(key);
  saySpan(
    reading,
    {
      key,
      span: 'tool',
      name: 'bash',
      parent: ROOT_SPAN,
      startUs: timeUs,
      endUs: timeUs,
      status: message['cancelled'] === true ? 'aborted' : failed ? 'error' : 'ok',
      summary: oneLine(asText(message['command']) ?? '') || undefined,
      attrs: attributes({ exitCode, byUser: true }),
      role: 'call',
    },
    state.turn,
  );
  sayEntry(reading, { key: `tool:${key}`, entry: 'tool', block: 0, span: key });
  sayEntry(reading, { key: `tool:${key}`, entry: 'tool', block: 1, span: key, result: true });
}

function statusOf(stopReason: unknown): SpanStatus {
  return stopReason === 'error' ? 'error' : stopReason === 'aborted' ? 'aborted' : 'ok';
}

/** Pi counts input without what a cache held, and output with the reasoning. */
function usageOf(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const output = asCount(value['output']);
  return {
    input: asCount(value['input']),
    output,
    cacheRead: asCount(value['cacheRead']),
    cacheCreation: asCount(value['cacheWrite']),
    cacheCreation1h: Math.min(asCount(value['cacheWrite1h']), asCount(value['cacheWrite'])),
    reasoning: Math.min(asCount(value['reasoning']), output),
  };
}

/** What the log says that a response cost, in US dollars. */
function costOf(usage: unknown): number | undefined {
  const cost = asNumber(asObject(asObject(usage)['cost'])['total']);
  return cost !== undefined && cost >= 0 ? cost : undefined;
}

/** Ids of entries are short: with the time in milliseconds they name a response over all files that a fork copies it to. */
function responseKeyOf(reading: PiReading, message: Fields): string | undefined {
  const id = asText(message['responseId']);
  if (id !== undefined) return `response:${id.slice(0, 300)}`;
  const ms = asNumber(message['timestamp']);
  return asText(reading.entry['id']) === undefined || ms === undefined ? undefined : `entry:${reading.key}:${ms}`;
}

function summaryOf(items: readonly Fields[]): string | undefined {
  const text = items.find(item => item['type'] === 'text' && asText(item['text']) !== undefined);
  if (text !== undefined) return oneLine(asText(text['text']) ?? '') || undefined;
  const tools = items.flatMap(item => (item['type'] === 'toolCall' ? [asText(item['name']) ?? 'tool'] : []));
  if (tools.length > 0) return oneLine(tools.join(', '));
  const thought = asText(asObject(asArray(items)[0])['thinking']);
  return thought === undefined ? undefined : oneLine(thought.replaceAll('**', ''));
}

/** Milliseconds since 1970, where they are a time. */
export function msToUs(value: unknown): number | undefined {
  const ms = asNumber(value);
  return ms !== undefined && ms > 0 && ms < 1e14 ? Math.round(ms * 1000) : undefined;
}
