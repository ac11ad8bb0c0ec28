// What people read of one record of a Gemini CLI chat: a message, a `$set` of messages, a rewind.

import { asArray, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { ContentBlock, Part } from '../../../shared/model/content.ts';
import { isMessage, piecesOf, type Piece, type ToolRecord } from './gemini-message.ts';
import { displayDiffs, displayText, exitCodeIn, responseParts, responseText } from './gemini-parts.ts';
import { given } from './saying.ts';
import { commandOf, inputDiffs } from './tool-input.ts';

type Block<K extends ContentBlock['kind']> = Extract<ContentBlock, { kind: K }>;

/** Blocks of a record; a `$set` shows its messages one after another. */
export function geminiContent(value: unknown): readonly ContentBlock[] {
  if (!isObject(value)) return [];
  if (typeof value['$rewindTo'] === 'string')
    return [
      {
        kind: 'notice',
        title: 'Rewound',
        text: 'What follows the message that was gone back to is left out from here on.',
      },
    ];
  return messagesIn(value).flatMap(message => piecesOf(message).map(blockOf));
}

/** The messages that a record holds: itself, or those of the list that it sets. */
export function messagesIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (isMessage(value)) return [value];
  return asArray(asObject(asObject(value)['$set'])['messages']).filter(isMessage);
}

/** A piece as people read it; Qwen Code’s are the same. */
export function blockOf(piece: Piece): ContentBlock {
  switch (piece.kind) {
    case 'prompt':
      return { kind: 'prompt', parts: [...piece.parts] };
    case 'context':
      return { kind: 'system', title: piece.title, parts: [...piece.parts] };
    case 'compaction':
      return { kind: 'compaction', title: 'Summary of the conversation so far', text: piece.text };
    case 'thinking':
      return { kind: 'thinking', text: piece.text, hidden: false };
    case 'answer':
      return { kind: 'answer', parts: [...piece.parts] };
    case 'call':
      return callBlock(piece.tool.id, piece.tool.name, piece.tool.args);
    case 'result':
      return resultBlock(piece.tool);
    case 'note':
      return { kind: 'notice', title: 'Notice', text: piece.text };
    case 'warning':
      return { kind: 'notice', title: 'Warning', text: piece.text };
    case 'error':
      return { kind: 'error', title: 'Error', text: piece.text };
  }
}

/** A call as a block, with the command that it runs and the change that it asks for. */
export function callBlock(callId: string, name: string, input: unknown): ContentBlock {
  const diffs = inputDiffs(name, input);
  return given<Block<'tool-call'>>({
    kind: 'tool-call',
    callId,
    name,
    input: input ?? null,
    command: commandOf(name, input),
    diffs: diffs === undefined ? undefined : [...diffs],
  });
}

function resultBlock(tool: ToolRecord): ContentBlock {
  const said = tool.responses.flatMap(responseParts);
  const shown = said.length > 0 ? undefined : displayText(tool.display);
  const parts: readonly Part[] = shown === undefined ? said : [{ kind: 'text', text: shown }];
  const exitCode = tool.responses
    .map(({ response }) => exitCodeIn(responseText(response)))
    .find(code => code !== undefined);
  return given<Block<'tool-result'>>({
    kind: 'tool-result',
    callId: tool.id,
    isError: tool.status === 'error' || tool.status === 'cancelled' || (exitCode !== undefined && exitCode !== 0),
    parts: [...parts],
    exitCode,
    diffs: displayDiffs(tool.display, asText(asObject(tool.args)['file_path'])),
  });
}
