// What people read of one Copilot event. The blocks of an assistant.message follow messagePieces(), as its facts do.

import { asArray, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { ContentBlock, FileDiff, Part } from '../../../shared/model/content.ts';
import { parseUnified } from './codex-patch.ts';
import { dataOf, isByHuman, isEvent, type Fields } from './copilot-event.ts';
import { given, safeKey } from './saying.ts';
import { commandOf, inputDiffs } from './tool-input.ts';

type Block<K extends ContentBlock['kind']> = Extract<ContentBlock, { kind: K }>;

export function copilotContent(value: unknown): readonly ContentBlock[] {
  if (!isEvent(value)) return [];
  const data = dataOf(value);
  switch (value['type']) {
    case 'user.message':
      return [userBlock(data)];
    case 'assistant.message':
      return messagePieces(data).map(piece => pieceBlock(piece));
    case 'system.message':
      return [{ kind: 'system', title: 'System prompt', parts: textParts(data['content']) }];
    case 'tool.user_requested':
    case 'tool.execution_start':
      return [callBlock(callOf(data, data['toolName']))];
    case 'tool.execution_complete':
      return [resultBlock(data)];
    case 'session.compaction_complete':
      return [compactionBlock(data)];
    case 'session.error':
      return [{ kind: 'error', title: asText(data['errorType']) ?? 'Error', text: asText(data['message']) ?? '' }];
    default: {
      const notice = noticeOf(value);
      return notice === undefined ? [] : [{ kind: 'notice', title: notice.title, text: notice.text }];
    }
  }
}

export interface RequestedCall {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

export type MessagePiece =
  | { readonly kind: 'thinking'; readonly text: string }
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'call'; readonly call: RequestedCall };

/** The pieces of a response: what it thought (often hidden), what it said, what it calls. */
export function messagePieces(data: Fields): readonly MessagePiece[] {
  const pieces: MessagePiece[] = [];
  const thought = asText(data['reasoningText']);
  if (thought !== undefined || asText(data['reasoningOpaque']) !== undefined)
    pieces.push({ kind: 'thinking', text: thought ?? '' });
  const text = asText(data['content']);
  if (text !== undefined) pieces.push({ kind: 'answer', text });
  for (const request of asArray(data['toolRequests']).map(asObject))
    pieces.push({ kind: 'call', call: callOf(request, request['name']) });
  return pieces;
}

export function callOf(fields: Fields, name: unknown): RequestedCall {
  return {
    id: safeKey(asText(fields['toolCallId']) ?? 'call'),
    name: asText(name) ?? 'tool',
    input: fields['arguments'],
  };
}

/** Events that say something in passing: a title and a text; undefined for others. */
export function noticeOf(event: Fields): { readonly title: string; readonly text: string } | undefined {
  const data = dataOf(event);
  const message = asText(data['message']) ?? '';
  switch (event['type']) {
    case 'session.info':
      return { title: 'Notice', text: message };
    case 'session.warning':
      return { title: 'Warning', text: message };
    case 'system.notification':
      return {
        title: 'Notification',
        text: (asText(data['content']) ?? '').replace(/<\/?system_notification>\n?/g, '').trim(),
      };
    case 'abort':
      return { title: 'Aborted', text: asText(data['reason']) ?? '' };
    case 'session.snapshot_rewind':
      return { title: 'Rewound', text: 'What follows the event that was gone back to is left out from here on.' };
    case 'session.context_cleared':
      return { title: 'Conversation cleared', text: '' };
    case 'session.truncation':
      return { title: 'History shortened', text: '' };
    case 'session.handoff':
      return { title: 'Handed off', text: asText(data['summary']) ?? '' };
    case 'skill.invoked':
      return { title: 'Skill', text: asText(data['name']) ?? asText(data['path']) ?? '' };
    default:
      return undefined;
  }
}

function userBlock(data: Fields): ContentBlock {
  const parts: Part[] = [
    ...textParts(data['content']),
    ...asArray(data['attachments']).map(attachment => attachmentPart(asObject(attachment))),
  ];
  if (isByHuman(data)) return { kind: 'prompt', parts };
  return isTask(data)
    ? { kind: 'prompt', parts }
    : { kind: 'system', title: asText(data['source']) ?? 'message', parts };
}

/** A task that one agent gives another. */
export function isTask(data: Fields): boolean {
  return asText(data['source'])?.startsWith('agent-') === true;
}

function attachmentPart(attachment: Fields): Part {
  const base64 = asText(attachment['data']);
  const mediaType = asText(attachment['mimeType']);
  if (base64 !== undefined && mediaType?.startsWith('image/') === true) return { kind: 'image', mediaType, base64 };
  const names = ['displayName', 'path', 'filePath', 'url', 'title', 'type'].map(key => asText(attachment[key]));
  return { kind: 'file', name: names.find(name => name !== undefined) ?? 'attachment' };
}

function pieceBlock(piece: MessagePiece): ContentBlock {
  switch (piece.kind) {
    case 'thinking':
      return { kind: 'thinking', text: piece.text, hidden: piece.text === '' };
    case 'answer':
      return { kind: 'answer', parts: [{ kind: 'text', text: piece.text }] };
    case 'call':
      return callBlock(piece.call);
  }
}

function callBlock({ id, name, input }: RequestedCall): ContentBlock {
  const diffs = inputDiffs(name, input);
  return given<Block<'tool-call'>>({
    kind: 'tool-call',
    callId: id,
    name,
    input: input ?? null,
    command: commandOf(name, input),
    diffs: diffs === undefined ? undefined : [...diffs],
  });
}

function resultBlock(data: Fields): ContentBlock {
  const result = asObject(data['result']);
  const said = [
    ...textParts(result['content']),
    ...asArray(result['contents']).flatMap(item => imagePart(asObject(item))),
  ];
  const error = asText(asObject(data['error'])['message']);
  const parts: Part[] = said.length === 0 && error !== undefined ? [{ kind: 'text', text: error }] : said;
  const exitCode = exitCodeOf(data);
  return given<Block<'tool-result'>>({
    kind: 'tool-result',
    callId: safeKey(asText(data['toolCallId']) ?? 'call'),
    isError: data['success'] === false || (exitCode !== undefined && exitCode !== 0),
    parts,
    exitCode,
    diffs: diffsOf(data),
  });
}

/** The exit code of a shell command: told by itself in newer versions, by the last line of the output in all. */
export function exitCodeOf(data: Fields): number | undefined {
  const told = asNumber(asObject(data['shellExecution'])['exitCode']);
  if (told !== undefined && Number.isSafeInteger(told)) return told;
  const text = asText(asObject(data['result'])['content']);
  const digits =
    text === undefined
      ? undefined
      : /<[^<>]*\b(?:exited|completed) with(?: exit)? code (-?\d{1,9})>\s*$/.exec(text.slice(-200))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function imagePart(item: Fields): readonly Part[] {
  const base64 = asText(item['data']);
  if (item['type'] !== 'image' || base64 === undefined) return [];
  return [{ kind: 'image', mediaType: asText(item['mimeType']) ?? 'image/png', base64 }];
}

/** Changes of a tool that edits files. Others show what they read as a diff without changes: that is none. */
function diffsOf(data: Fields): FileDiff[] | undefined {
  const text = asText(asObject(data['result'])['detailedContent']);
  if (text === undefined || !text.includes('diff --git')) return undefined;
  const edits = asArray(data['fileEdits']).map(edit => asText(asObject(edit)['path']));
  const diffs = text
    .split(/^diff --git /m)
    .slice(1)
    .flatMap((one, index): readonly FileDiff[] => {
      const hunks = parseUnified(one);
      if (!hunks.some(hunk => hunk.lines.some(line => /^[+-]/.test(line)))) return [];
      const path = edits[index] ?? /^(?:\+\+\+ b|--- a)(\/[^\n\t]+)/m.exec(one)?.[1] ?? 'file';
      const change = /^--- \/dev\/null/m.test(one) ? 'create' : /^\+\+\+ \/dev\/null/m.test(one) ? 'delete' : 'update';
      return [{ path, change, hunks }];
    });
  return diffs.length === 0 ? undefined : diffs;
}

function compactionBlock(data: Fields): ContentBlock {
  const error = asText(data['error']);
  if (data['success'] === false) return { kind: 'error', title: 'Compaction failed', text: error ?? '' };
  return {
    kind: 'compaction',
    title: 'Summary of the conversation so far',
    text: asText(data['summaryContent']) ?? '',
  };
}

function textParts(value: unknown): Part[] {
  const text = asText(value);
  if (text !== undefined) return [{ kind: 'text', text }];
  return isObject(value) || Array.isArray(value) ? [{ kind: 'json', value }] : [];
}
