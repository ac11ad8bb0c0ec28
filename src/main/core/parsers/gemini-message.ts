// One message of a Gemini CLI chat as the pieces that people read, in order. Facts and content() both follow this list:
// piece n of a message is block n of its record.

import { asArray, asObject, asText, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import type { Part } from '../../../shared/model/content.ts';
import {
  functionResponseOf,
  isThought,
  partsOf,
  readableParts,
  textOfParts,
  type FunctionResponse,
} from './gemini-parts.ts';
import { safeKey } from './saying.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface ToolRecord {
  readonly id: string;
  readonly name: string;
  readonly args: unknown;
  /** Undefined for a call that nothing more is known of. */
  readonly status: string | undefined;
  readonly endUs: number | undefined;
  readonly responses: readonly FunctionResponse[];
  readonly display: unknown;
  /** Id of the subagent that it ran. */
  readonly agentId: string | undefined;
  readonly label: string | undefined;
}

export type Piece =
  | { readonly kind: 'prompt'; readonly parts: readonly Part[] }
  /** Put in by the program. */
  | { readonly kind: 'context'; readonly title: string; readonly parts: readonly Part[] }
  | { readonly kind: 'compaction'; readonly text: string }
  | { readonly kind: 'thinking'; readonly text: string }
  | { readonly kind: 'answer'; readonly parts: readonly Part[] }
  | { readonly kind: 'call'; readonly tool: ToolRecord }
  | { readonly kind: 'result'; readonly tool: ToolRecord }
  | { readonly kind: 'note' | 'warning' | 'error'; readonly text: string };

/** A message, as told by its keys: `{id, timestamp, type, content}`. */
export function isMessage(value: unknown): value is Fields {
  return isObject(value) && typeof value['id'] === 'string' && typeof value['type'] === 'string' && !('$set' in value);
}

/** True for what the model said. Qwen Code's first versions name it after themselves. */
export function isAnswer(message: Fields): boolean {
  return message['type'] === 'gemini' || message['type'] === 'qwen';
}

/** No pieces for a type that is not known. */
export function piecesOf(message: Fields): readonly Piece[] {
  switch (message['type']) {
    case 'user':
      return userPieces(message);
    case 'gemini':
    case 'qwen':
      return answerPieces(message);
    case 'info':
    case 'warning':
    case 'error': {
      const text = textOfParts(readableParts(partsOf(message['displayContent'] ?? message['content'])));
      if (text === '') return [];
      return [{ kind: message['type'] === 'info' ? 'note' : message['type'], text }];
    }
    default:
      return [];
  }
}

function userPieces(message: Fields): readonly Piece[] {
  const parts = partsOf(message['content']);
  const results = parts.flatMap((part, index): readonly Piece[] => {
    const response = functionResponseOf(part);
    if (response === undefined) return [];
    const tool = emptyTool(safeKey(response.id ?? toolId(message, index)), response.name, { responses: [response] });
    return [{ kind: 'result', tool }];
  });
  const shown = partsOf(message['displayContent']);
  const said = readableParts(shown.length > 0 ? shown : parts);
  if (said.length === 0) return results;
  if (results.length > 0) return [...results, { kind: 'context', title: 'Added to the results', parts: said }];
  const text = textOfParts(said);
  if (text.includes('<state_snapshot>')) return [{ kind: 'compaction', text }];
  const title = contextTitle(text);
  return [title === undefined ? { kind: 'prompt', parts: said } : { kind: 'context', title, parts: said }];
}

/** What the program calls a text that it put in as the user; undefined for text that a person wrote. */
export function contextTitle(text: string): string | undefined {
  const head = text.slice(0, 200).trimStart();
  if (head.startsWith('<session_context>')) return 'Session context';
  if (/^This is the \w+(?: \w+)?\. We are setting up the context for our chat/.test(head)) return 'Session context';
  if (head.startsWith('<hook_context>')) return 'Hook context';
  if (head.startsWith('<system-reminder>')) return 'System reminder';
  return /^(?:System: )?Please continue\.$/.test(head) ? 'Continuation' : undefined;
}

function answerPieces(message: Fields): readonly Piece[] {
  const parts = partsOf(message['content']);
  const pieces: Piece[] = [];
  const thoughts = asArray(message['thoughts']).map(asObject);
  for (const thought of thoughts) {
    const text = [asText(thought['subject']), asText(thought['description'])].filter(part => part !== undefined);
    if (text.length > 0)
      pieces.push({ kind: 'thinking', text: text.length > 1 ? `**${text[0]}**\n\n${text[1]}` : (text[0] ?? '') });
  }
  // The history's own form of a message repeats its thoughts and its calls among the parts.
  if (pieces.length === 0)
    for (const part of parts) {
      const text = isThought(part) ? asText(part['text']) : undefined;
      if (text !== undefined) pieces.push({ kind: 'thinking', text });
    }
  const said = readableParts(parts);
  if (said.length > 0) pieces.push({ kind: 'answer', parts: said });
  const tools = asArray(message['toolCalls']).map((call, index) => toolOf(message, asObject(call), index));
  for (const [index, part] of parts.entries()) {
    const call = asObject(part['functionCall']);
    const id = safeKey(asText(call['id']) ?? toolId(message, index));
    if (!isObject(part['functionCall']) || tools.some(tool => tool.id === id)) continue;
    pieces.push({ kind: 'call', tool: emptyTool(id, asText(call['name']), { args: call['args'] }) });
  }
  for (const tool of tools) {
    pieces.push({ kind: 'call', tool });
    if (hasEnded(tool)) pieces.push({ kind: 'result', tool });
  }
  return pieces;
}

/** Success, error or cancelled; else it waits or runs. */
export function hasEnded(tool: ToolRecord): boolean {
  return tool.status === 'success' || tool.status === 'error' || tool.status === 'cancelled';
}

function toolOf(message: Fields, call: Fields, index: number): ToolRecord {
  return {
    id: safeKey(asText(call['id']) ?? toolId(message, index)),
    name: asText(call['name']) ?? 'tool',
    args: call['args'],
    status: asText(call['status']),
    endUs: isoToUs(call['timestamp']),
    responses: partsOf(call['result']).flatMap(part => functionResponseOf(part) ?? []),
    display: call['resultDisplay'],
    agentId: asText(call['agentId']),
    label: asText(call['displayName']),
  };
}

function emptyTool(id: string, name: string | undefined, more: Partial<ToolRecord>): ToolRecord {
  const nothing = { args: undefined, status: undefined, endUs: undefined, responses: [], display: undefined };
  return { id, name: name ?? 'tool', agentId: undefined, label: undefined, ...nothing, ...more };
}

function toolId(message: Fields, index: number): string {
  return `tool:${asText(message['id']) ?? ''}:${index}`;
}

/** Where the session works, as the context that the program puts in tells it. */
export function directoryIn(text: string): string | undefined {
  const match =
    /\*\*Workspace Directories:\*\*\s*\n\s*- (\S[^\n]*)/.exec(text) ??
    /currently working in the (?:following )?director(?:y|ies): ?\n?\s*(?:- )?(\S[^\n]*)/.exec(text);
  return match?.[1]?.trim();
}
