// What people read of one Codex record. Blocks stand in the order to which the entries' block numbers refer:
// a message with a person's text and injected text is [prompt, system]; a tool's end is [call, result].

import { asArray, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { ContentBlock, FileDiff, Part } from '../../../shared/model/content.ts';
import { readCodexLine, type CodexLine } from './codex-line.ts';
import { mcpParts, outputParts, readEnd, readOutcome, type ToolOutcome } from './codex-output.ts';
import { parseChanges, parsePatch } from './codex-patch.ts';
import { given } from './codex-reading.ts';
import { eventPromptParts, imagePart, piecesOf, rolledBack, textOf, type Piece } from './codex-text.ts';
import { readCall, readEndedCall, type ToolCall } from './codex-tools.ts';

type Fields = Readonly<Record<string, unknown>>;
type ToolResult = Extract<ContentBlock, { kind: 'tool-result' }>;

export function contentOf(value: unknown): readonly ContentBlock[] {
  const line = readCodexLine(value);
  const { payload } = line;
  switch (line.kind) {
    case 'item':
      return itemContent(payload);
    case 'event':
      return eventContent(line);
    case 'compacted':
      return [{ kind: 'compaction', title: 'Context compacted', text: compactedText(payload) }];
    case 'session':
      return [{ kind: 'notice', title: 'Session', text: asText(payload['id']) ?? '' }];
    case 'turn':
      return [{ kind: 'notice', title: 'Model', text: asText(payload['model']) ?? '' }];
    case 'usage':
    case 'other':
      return [];
  }
}

function itemContent(item: Fields): readonly ContentBlock[] {
  const call = readCall(item);
  if (call !== undefined) return [callBlock(call), ...imageResult(call, item)];
  switch (item['type']) {
    case 'message':
      return messageContent(item);
    case 'reasoning':
      return [thinking([...texts(item['summary']), ...texts(item['content'])])];
    case 'function_call_output':
    case 'custom_tool_call_output':
      return [resultBlock(asText(item['call_id']), readOutcome(item['output']), outputParts(item['output']))];
    case 'tool_search_output':
      return [resultBlock(asText(item['call_id']), readOutcome(''), [{ kind: 'json', value: item['tools'] ?? [] }])];
    case 'agent_message': {
      const title = `Message from ${asText(item['author']) ?? 'an agent'} to ${asText(item['recipient']) ?? 'an agent'}`;
      return [{ kind: 'system', title, parts: piecesOf({ ...item, role: 'assistant' }).map(piece => piece.part) }];
    }
    default:
      return [];
  }
}

function messageContent(item: Fields): readonly ContentBlock[] {
  const pieces = piecesOf(item);
  if (item['role'] === 'assistant') return [{ kind: 'answer', parts: pieces.map(piece => piece.part) }];
  const human = item['role'] === 'user' ? pieces.filter(piece => piece.injected === undefined) : [];
  const injected = item['role'] === 'user' ? pieces.filter(piece => piece.injected !== undefined) : pieces;
  return [
    ...(human.length > 0 ? [{ kind: 'prompt', parts: human.map(piece => piece.part) } as const] : []),
    ...(injected.length > 0 ? [system(item, injected)] : []),
  ];
}

function system(item: Fields, pieces: readonly Piece[]): ContentBlock {
  const names = new Set(pieces.map(piece => piece.injected ?? asText(item['role']) ?? 'message'));
  return { kind: 'system', title: [...names].join(', '), parts: pieces.map(piece => piece.part) };
}

function eventContent(line: CodexLine): readonly ContentBlock[] {
  const { payload } = line;
  const item = asObject(payload['item']);
  switch (line.name === 'item_completed' ? item['type'] : line.name) {
    case 'user_message':
    case 'UserMessage':
      return [{ kind: 'prompt', parts: [...eventPromptParts(payload)] }];
    case 'agent_message':
      return [answer(asText(payload['message']) ?? '')];
    case 'AgentMessage':
      return [answer(texts(item['content']).join('\n'))];
    case 'Plan':
      return [answer(asText(item['text']) ?? '')];
    case 'agent_reasoning':
    case 'agent_reasoning_raw_content':
      return [thinking(texts(payload['text']))];
    case 'Reasoning':
      return [thinking([...texts(item['summary_text']), ...texts(item['raw_content'])])];
    case 'context_compacted':
    case 'ContextCompaction':
      return [{ kind: 'compaction', title: 'Context compacted', text: '' }];
    case 'error':
      return [errorBlock(payload, asText(payload['message']) ?? asText(asObject(payload['error'])['message']))];
    case 'task_complete':
    case 'turn_complete':
      return isObject(payload['error']) ? [errorBlock(payload['error'], asText(payload['error']['message']))] : [];
    case 'stream_error':
    case 'warning':
    case 'undo_completed':
      return [notice(line.name, asText(payload['message']) ?? '')];
    case 'turn_aborted':
      return [notice('turn aborted', asText(payload['reason']) ?? '')];
    case 'thread_rolled_back':
      return [notice('rolled back', rolledBack(payload))];
    case 'entered_review_mode':
      return [notice('review begun', asText(payload['user_facing_hint']) ?? asText(payload['prompt']) ?? '')];
    case 'exited_review_mode':
      return [notice('review ended', reviewText(asObject(payload['review_output'])))];
    default:
      return endedContent(payload, line.name === 'item_completed' ? item : payload);
  }
}

/** A tool's end: the call that it tells of, and its result. */
function endedContent(payload: Fields, fields: Fields): readonly ContentBlock[] {
  const call = readEndedCall(payload);
  if (call === undefined) return [];
  const diffs = 'changes' in fields ? parseChanges(fields['changes']) : undefined;
  return [callBlock(call), resultBlock(call.id, readEnd(fields), endedParts(fields), diffs)];
}

function endedParts(fields: Fields): readonly Part[] {
  const text =
    asText(fields['aggregated_output']) ??
    asText(fields['formatted_output']) ??
    `${asText(fields['stdout']) ?? ''}${asText(fields['stderr']) ?? ''}`;
  if (text !== '') return [{ kind: 'text', text }];
  if ('result' in fields && isObject(fields['result'])) return mcpParts(fields['result']);
  if ('results' in fields) return [{ kind: 'json', value: fields['results'] }];
  const image = asText(fields['result']);
  if (image !== undefined) return [base64Image(image)];
  const error = asText(fields['error']) ?? asText(asObject(fields['error'])['message']);
  return [
    ...(error === undefined ? [] : [{ kind: 'text', text: error } as const]),
    ...outputParts({ content_items: asArray(fields['content_items']) }),
  ];
}

function callBlock(call: ToolCall): ContentBlock {
  return given<Extract<ContentBlock, { kind: 'tool-call' }>>({
    kind: 'tool-call',
    callId: call.id ?? '',
    name: call.name,
    input: call.input,
    command: call.command,
    diffs: call.patch === undefined ? undefined : [...parsePatch(call.patch)],
  });
}

function resultBlock(
  callId: string | undefined,
  outcome: ToolOutcome,
  parts: readonly Part[],
  diffs?: readonly FileDiff[],
): ContentBlock {
  return given<ToolResult>({
    kind: 'tool-result',
    callId: callId ?? '',
    isError: outcome.status === 'error',
    parts: [...parts],
    exitCode: wholeNumber(outcome.exitCode),
    diffs: diffs === undefined ? undefined : [...diffs],
  });
}

function imageResult(call: ToolCall, item: Fields): readonly ContentBlock[] {
  const image = item['type'] === 'image_generation_call' ? asText(item['result']) : undefined;
  return image === undefined ? [] : [resultBlock(call.id, readOutcome(''), [base64Image(image)])];
}

function base64Image(data: string): Part {
  return data.startsWith('data:') ? imagePart(data) : { kind: 'image', mediaType: 'image/png', base64: data };
}

function thinking(pieces: readonly string[]): ContentBlock {
  const text = pieces.join('\n\n');
  return { kind: 'thinking', text, hidden: text === '' };
}

function answer(text: string): ContentBlock {
  return { kind: 'answer', parts: [{ kind: 'text', text }] };
}

function notice(title: string, text: string): ContentBlock {
  return { kind: 'notice', title, text };
}

function errorBlock(fields: Fields, message: string | undefined): ContentBlock {
  const title = asText(fields['codex_error_info']) ?? asText(asObject(fields['error'])['kind']) ?? 'error';
  return { kind: 'error', title, text: message ?? '' };
}

/** Texts of a string, of a list of strings, or of a list of `{text}`. */
function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  return asArray(value).flatMap(part => asText(part) ?? asText(asObject(part)['text']) ?? []);
}

/** What the model keeps of the history: the summary, where it is not encrypted. */
function compactedText(payload: Fields): string {
  const message = asText(payload['message']);
  if (message !== undefined) return message;
  const kept = asArray(payload['replacement_history']);
  const last = asObject(kept.at(-1));
  const parts = last['type'] === 'message' ? piecesOf(last).map(piece => piece.part) : [];
  return textOf(parts) || `The history now has ${kept.length} items; its summary is encrypted.`;
}

function reviewText(review: Fields): string {
  const findings = asArray(review['findings']).map(value => {
    const finding = asObject(value);
    return `- ${asText(finding['title']) ?? 'finding'}\n  ${asText(finding['body']) ?? ''}`;
  });
  return [asText(review['overall_explanation']) ?? '', ...findings].filter(text => text !== '').join('\n\n');
}

function wholeNumber(value: number | undefined): number | undefined {
  const number = asNumber(value);
  return number === undefined || !Number.isSafeInteger(number) ? undefined : number;
}
