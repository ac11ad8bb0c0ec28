// Content parts of the Gemini API, as Gemini CLI and Qwen Code keep them: text, thoughts, media, calls and responses.

import { asArray, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { FileDiff, Part } from '../../../shared/model/content.ts';
import { parseUnified } from './codex-patch.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Content as a list of parts: it may be a string, one part or many. */
export function partsOf(content: unknown): readonly Fields[] {
  const list = Array.isArray(content) ? content : content === undefined || content === null ? [] : [content];
  return list.flatMap(part => (typeof part === 'string' ? [{ text: part }] : isObject(part) ? [part] : []));
}

export function isThought(part: Fields): boolean {
  return part['thought'] === true;
}

/** What people read of a part; undefined for calls, responses, thoughts and what cannot be shown. */
export function readablePart(part: Fields): Part | undefined {
  if (isThought(part)) return undefined;
  const text = part['text'];
  if (typeof text === 'string') return text === '' ? undefined : { kind: 'text', text };
  if (isObject(part['inlineData'])) return mediaPart(part['inlineData']);
  if (isObject(part['fileData'])) return filePart(part['fileData']);
  const code = asText(asObject(part['executableCode'])['code']);
  if (code !== undefined) return { kind: 'text', text: code };
  const output = asText(asObject(part['codeExecutionResult'])['output']);
  return output === undefined ? undefined : { kind: 'text', text: output };
}

export function readableParts(parts: readonly Fields[]): readonly Part[] {
  return parts.flatMap(part => readablePart(part) ?? []);
}

export function textOfParts(parts: readonly Part[]): string {
  return parts.flatMap(part => (part.kind === 'text' ? [part.text] : [])).join('\n');
}

export interface FunctionResponse {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly response: unknown;
  /** Media that came with it. */
  readonly parts: readonly Fields[];
}

export function functionResponseOf(part: Fields): FunctionResponse | undefined {
  const response = part['functionResponse'];
  if (!isObject(response)) return undefined;
  return {
    id: asText(response['id']),
    name: asText(response['name']),
    response: response['response'],
    parts: partsOf(response['parts']),
  };
}

/** The text that a tool gave the model: its output or its error, without the tags that mark it as not to be trusted. */
export function responseText(response: unknown): string | undefined {
  const fields = asObject(response);
  for (const key of ['output', 'error', 'content', 'result']) {
    const text = asText(fields[key]);
    if (text !== undefined)
      return text.replace(/^<untrusted_context>\n/, '').replace(/\n<\/untrusted_context>\s*$/, '');
  }
  return undefined;
}

/** What people read of a tool's response. */
export function responseParts(response: FunctionResponse): readonly Part[] {
  const text = responseText(response.response);
  const isEmpty = Object.keys(asObject(response.response)).every(key => asObject(response.response)[key] === '');
  const said: readonly Part[] =
    text !== undefined ? [{ kind: 'text', text }] : isEmpty ? [] : [{ kind: 'json', value: response.response }];
  return [...said, ...readableParts(response.parts)];
}

/** The exit code in a shell tool's text: `Exit Code: 2`, on a line of its own near the end. */
export function exitCodeIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const digits = /^Exit Code: (-?\d{1,9})\s*$/m.exec(text.slice(-600))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The change that a tool shows as its result: `{fileDiff, fileName, filePath, originalContent, newContent}`. */
export function displayDiffs(display: unknown, path: string | undefined): FileDiff[] | undefined {
  const fields = asObject(display);
  const diff = asText(fields['fileDiff']);
  if (diff === undefined) return undefined;
  const name = asText(fields['filePath']) ?? path ?? asText(fields['fileName']) ?? 'file';
  const isNew = fields['isNewFile'] === true || fields['originalContent'] === null || fields['originalContent'] === '';
  return [{ path: name, change: isNew ? 'create' : 'update', hunks: parseUnified(diff) }];
}

/** Items of a todo list in a tool's display, for tools that answer with nothing else. */
export function displayText(display: unknown): string | undefined {
  if (typeof display === 'string') return display === '' ? undefined : display;
  const fields = asObject(display);
  const summary = asText(fields['summary']) ?? asText(fields['result']);
  if (summary !== undefined) return summary;
  const todos = asArray(fields['todos']).map(asObject);
  if (todos.length === 0) return undefined;
  return todos
    .map(todo => `[${asText(todo['status']) ?? ''}] ${asText(todo['description']) ?? asText(todo['content']) ?? ''}`)
    .join('\n');
}

function mediaPart(data: Fields): Part {
  const mediaType = asText(data['mimeType']) ?? 'application/octet-stream';
  const base64 = asText(data['data']);
  if (base64 !== undefined && mediaType.startsWith('image/')) return { kind: 'image', mediaType, base64 };
  return { kind: 'file', name: asText(data['displayName']) ?? mediaType };
}

function filePart(data: Fields): Part {
  return { kind: 'file', name: asText(data['fileUri']) ?? asText(data['displayName']) ?? 'file' };
}
