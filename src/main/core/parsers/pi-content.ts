// What people read of one entry of a Pi session. Block n of a message is item n of its content, so that the facts can
// point at it without building it.

import { asArray, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { ContentBlock, Part } from '../../../shared/model/content.ts';
import { given, safeKey } from './saying.ts';
import { commandOf, inputDiffs } from './tool-input.ts';

export type Fields = Readonly<Record<string, unknown>>;
type Block<K extends ContentBlock['kind']> = Extract<ContentBlock, { kind: K }>;

export function piContent(value: unknown): readonly ContentBlock[] {
  const entry = asObject(value);
  switch (entry['type']) {
    case 'message':
      return messageContent(asObject(entry['message']), entry);
    case 'compaction':
      return [
        { kind: 'compaction', title: 'Summary of the conversation so far', text: asText(entry['summary']) ?? '' },
      ];
    case 'branch_summary':
      return [{ kind: 'notice', title: 'Summary of the branch that was left', text: asText(entry['summary']) ?? '' }];
    case 'custom_message':
      return [{ kind: 'system', title: asText(entry['customType']) ?? 'extension', parts: partsOf(entry['content']) }];
    case 'label':
      return [{ kind: 'notice', title: 'Label', text: asText(entry['label']) ?? 'label removed' }];
    default:
      return [];
  }
}

function messageContent(message: Fields, entry: Fields): readonly ContentBlock[] {
  switch (message['role']) {
    case 'user':
      return [{ kind: 'prompt', parts: partsOf(message['content']) }];
    case 'assistant': {
      const blocks = asArray(itemsOf(message['content'])).map((item, index) =>
        answerBlock(asObject(item), entry, index),
      );
      const failure = failureOf(message);
      return failure === undefined ? blocks : [...blocks, failure];
    }
    case 'toolResult':
      return [resultBlock(message, entry)];
    case 'bashExecution':
      return bashBlocks(message, entry);
    case 'custom':
    case 'hookMessage':
      return [
        { kind: 'system', title: asText(message['customType']) ?? 'extension', parts: partsOf(message['content']) },
      ];
    default:
      return [];
  }
}

/** Content as a list of items: older messages hold a string. */
export function itemsOf(content: unknown): readonly unknown[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : asArray(content);
}

export function partsOf(content: unknown): Part[] {
  return itemsOf(content).flatMap((item): readonly Part[] => {
    const fields = asObject(item);
    const text = asText(fields['text']);
    if (text !== undefined) return [{ kind: 'text', text }];
    const base64 = asText(fields['data']);
    if (fields['type'] !== 'image' || base64 === undefined) return [];
    return [{ kind: 'image', mediaType: asText(fields['mimeType']) ?? 'image/png', base64 }];
  });
}

export function textOf(content: unknown): string {
  return partsOf(content)
    .flatMap(part => (part.kind === 'text' ? [part.text] : []))
    .join('\n');
}

/** The span key of a call: its id, else its place. */
export function callKeyOf(item: Fields, entry: Fields, index: number): string {
  return safeKey(asText(item['id']) ?? `tool:${asText(entry['id']) ?? ''}:${index}`);
}

function answerBlock(item: Fields, entry: Fields, index: number): ContentBlock {
  switch (item['type']) {
    case 'text':
      return { kind: 'answer', parts: [{ kind: 'text', text: asText(item['text']) ?? '' }] };
    case 'thinking': {
      const text = asText(item['thinking']) ?? '';
      return { kind: 'thinking', text, hidden: text.trim() === '' };
    }
    case 'toolCall': {
      const name = asText(item['name']) ?? 'tool';
      const input = item['arguments'] ?? null;
      const diffs = inputDiffs(name, input);
      return given<Block<'tool-call'>>({
        kind: 'tool-call',
        callId: callKeyOf(item, entry, index),
        name,
        input,
        command: commandOf(name, input),
        diffs: diffs === undefined ? undefined : [...diffs],
      });
    }
    default:
      return { kind: 'notice', title: asText(item['type']) ?? 'Block', text: JSON.stringify(item, null, 2) };
  }
}

/** What ended a response before its time, where something did. */
function failureOf(message: Fields): ContentBlock | undefined {
  const text = asText(message['errorMessage']);
  if (message['stopReason'] === 'error') return { kind: 'error', title: 'Model error', text: text ?? 'no message' };
  return message['stopReason'] === 'aborted' ? { kind: 'notice', title: 'Aborted', text: text ?? '' } : undefined;
}

/** `Command exited with code 2` at the end of what the shell tool answers. */
export function exitCodeOf(text: string): number | undefined {
  const digits = /(?:^|\n)Command exited with code (\d{1,9})\s*$/.exec(text.slice(-200))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function resultBlock(message: Fields, entry: Fields): ContentBlock {
  const exitCode = exitCodeOf(textOf(message['content']));
  return given<Block<'tool-result'>>({
    kind: 'tool-result',
    callId: safeKey(asText(message['toolCallId']) ?? `result:${asText(entry['id']) ?? ''}`),
    isError: message['isError'] === true,
    parts: partsOf(message['content']),
    exitCode,
    diffs: undefined,
  });
}

/** A command that the user ran himself: a call and its result in one entry. */
function bashBlocks(message: Fields, entry: Fields): readonly ContentBlock[] {
  const callId = safeKey(asText(entry['id']) ?? 'bash');
  const command = asText(message['command']) ?? '';
  const exitCode = asNumber(message['exitCode']);
  const isError = message['cancelled'] === true || (exitCode !== undefined && exitCode !== 0);
  const output = asText(message['output']);
  return [
    { kind: 'tool-call', callId, name: 'bash', input: { command }, command },
    given<Block<'tool-result'>>({
      kind: 'tool-result',
      callId,
      isError,
      parts: output === undefined ? [] : [{ kind: 'text', text: output }],
      exitCode: exitCode === undefined || !Number.isSafeInteger(exitCode) ? undefined : exitCode,
      diffs: undefined,
    }),
  ];
}

/** An entry's line, or undefined: `{type, id, parentId, timestamp}`. */
export function asEntry(value: unknown): Fields | undefined {
  return isObject(value) && typeof value['type'] === 'string' ? value : undefined;
}
