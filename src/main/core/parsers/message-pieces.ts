// Messages in the form of Anthropic's API, as several agents keep them: a role, and a text or a list of typed items.
//
// Contract: pure, never throws. Piece n of a message is block n of what people read of it, so that facts can point at it.

import { asArray, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { ContentBlock, Part } from '../../../shared/model/content.ts';
import { given } from './saying.ts';
import { commandOf, inputDiffs } from './tool-input.ts';

export type Fields = Readonly<Record<string, unknown>>;

export type Piece =
  | { readonly kind: 'prompt' | 'system'; readonly parts: readonly Part[] }
  | { readonly kind: 'answer' | 'thinking'; readonly text: string }
  | { readonly kind: 'call'; readonly id: string | undefined; readonly name: string; readonly input: unknown }
  | {
      readonly kind: 'result';
      readonly id: string | undefined;
      readonly isError: boolean;
      readonly isAborted: boolean;
      readonly parts: readonly Part[];
      readonly exitCode: number | undefined;
    }
  | { readonly kind: 'note'; readonly title: string; readonly text: string };

/** What a text under the user's name is: typed by him, or put there by the agent. */
export type TextReader = (text: string) => readonly { readonly kind: 'prompt' | 'system'; readonly text: string }[];

/** Reminders that an agent adds to what the user typed. */
export function remindersApart(text: string): ReturnType<TextReader> {
  return [{ kind: /^\s*<system-reminder>/.test(text.slice(0, 200)) ? 'system' : 'prompt', text }];
}

export function piecesOf(role: unknown, content: unknown, readText: TextReader = remindersApart): readonly Piece[] {
  const items = typeof content === 'string' ? [{ type: 'text', text: content }] : asArray(content);
  if (role === 'assistant') return items.map(item => answerPiece(asObject(item)));
  const pieces: Piece[] = [];
  for (const item of items.map(asObject)) {
    const text = asText(item['text']);
    if (item['type'] === 'tool_result') pieces.push(resultPiece(item));
    else if (text === undefined) addParts(pieces, 'prompt', [partOf(item)]);
    else if (role !== 'user') addParts(pieces, 'system', [{ kind: 'text', text }]);
    else for (const told of readText(text)) addParts(pieces, told.kind, [{ kind: 'text', text: told.text }]);
  }
  return pieces;
}

/** Texts and images that follow each other are one thing that was said. */
function addParts(pieces: Piece[], kind: 'prompt' | 'system', parts: readonly Part[]): void {
  const last = pieces.at(-1);
  if (last?.kind === kind) pieces.splice(-1, 1, { kind, parts: [...last.parts, ...parts] });
  else pieces.push({ kind, parts });
}

function answerPiece(item: Fields): Piece {
  switch (item['type']) {
    case 'text':
      return { kind: 'answer', text: asText(item['text']) ?? '' };
    case 'thinking':
      return { kind: 'thinking', text: asText(item['thinking']) ?? '' };
    case 'redacted_thinking':
      return { kind: 'thinking', text: '' };
    case 'tool_use':
      return {
        kind: 'call',
        id: asText(item['id']),
        name: asText(item['name']) ?? 'tool',
        input: item['input'] ?? null,
      };
    case 'tool_result':
      return resultPiece(item);
    default:
      return { kind: 'note', title: asText(item['type']) ?? 'Block', text: JSON.stringify(item, null, 2) };
  }
}

function resultPiece(item: Fields): Piece {
  const { content } = item;
  const items = typeof content === 'string' ? [{ type: 'text', text: content }] : asArray(content);
  const parts = items.map(partOf);
  const exitCode = exitCodeIn(textOf(parts));
  const isError = item['is_error'] === true || item['isError'] === true;
  return { kind: 'result', id: asText(item['tool_use_id']), isError, isAborted: false, parts, exitCode };
}

/** `[Process exited with code 1]` at the end of what a shell tool answers. */
function exitCodeIn(text: string): number | undefined {
  const digits = /\[Process exited with code (\d{1,9})\]\s*$/.exec(text.slice(-100))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function partOf(value: unknown): Part {
  if (typeof value === 'string') return { kind: 'text', text: value };
  const item = asObject(value);
  const source = asObject(item['source']);
  const text = asText(item['text']);
  if (text !== undefined) return { kind: 'text', text };
  const base64 = asText(source['data']);
  if (item['type'] === 'image' && base64 !== undefined)
    return {
      kind: 'image',
      mediaType: asText(source['media_type']) ?? asText(source['mediaType']) ?? 'image/png',
      base64,
    };
  const name = asText(source['url']) ?? asText(source['path']) ?? asText(item['title']);
  if (name !== undefined) return { kind: 'file', name, note: asText(item['type']) ?? 'file' };
  return { kind: 'json', value: value ?? null };
}

export function textOf(parts: readonly Part[]): string {
  return parts.flatMap(part => (part.kind === 'text' ? [part.text] : [])).join('\n');
}

export function blockOf(piece: Piece): ContentBlock {
  switch (piece.kind) {
    case 'prompt':
      return { kind: 'prompt', parts: [...piece.parts] };
    case 'system':
      return { kind: 'system', title: 'Context', parts: [...piece.parts] };
    case 'answer':
      return { kind: 'answer', parts: [{ kind: 'text', text: piece.text }] };
    case 'thinking':
      return { kind: 'thinking', text: piece.text, hidden: piece.text.trim() === '' };
    case 'call':
      return callBlock(piece);
    case 'result':
      return given<Extract<ContentBlock, { kind: 'tool-result' }>>({
        kind: 'tool-result',
        callId: piece.id ?? '',
        isError: piece.isError || (piece.exitCode ?? 0) !== 0,
        parts: [...piece.parts],
        exitCode: piece.exitCode,
        diffs: undefined,
      });
    case 'note':
      return { kind: 'notice', title: piece.title, text: piece.text };
  }
}

function callBlock({ id, name, input }: Extract<Piece, { kind: 'call' }>): ContentBlock {
  const diffs = inputDiffs(name, patchOf(input));
  return given<Extract<ContentBlock, { kind: 'tool-call' }>>({
    kind: 'tool-call',
    callId: id ?? '',
    name,
    input,
    command: commandOf(name, input) ?? asText(asObject(input)['cmd']),
    diffs: diffs === undefined ? undefined : [...diffs],
  });
}

/** Tools that apply a patch have it as their only argument. */
export function patchOf(input: unknown): unknown {
  if (!isObject(input)) return input;
  const [first, ...others] = Object.values(input);
  return others.length === 0 && typeof first === 'string' && first.includes('*** Begin Patch') ? first : input;
}
