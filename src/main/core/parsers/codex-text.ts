// The text of Codex messages: which of it a person wrote, and which the program put in.

import { asArray, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { Part } from '../../../shared/model/content.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface Piece {
  readonly part: Part;
  /** What the program calls the text that it put in; undefined: written by a person (or by the model). */
  readonly injected: string | undefined;
}

// FORMATS, 2.3.2. A text that is one element of some other name is the program's as well: new versions add names.
const injectedTags = new Set([
  ...['environment_context', 'user_instructions', 'turn_aborted', 'skill', 'user_shell_command', 'instructions'],
  ...['subagent_notification', 'permissions', 'collaboration_mode', 'apps_instructions', 'skills_instructions'],
  ...['plugins_instructions', 'model_switch', 'hook_prompt', 'multi_agent_mode'],
]);

/** The name of a text that the program put in; undefined for other text. */
export function injectedName(text: string): string | undefined {
  const head = text.slice(0, 200).trimStart();
  if (head.startsWith('# AGENTS.md instructions')) return 'AGENTS.md';
  const tag = /^<([A-Za-z][\w-]*)(?:[\s>])/.exec(head)?.[1];
  if (tag === undefined) return undefined;
  if (injectedTags.has(tag.toLowerCase())) return tag;
  return text.slice(-200).trimEnd().endsWith(`</${tag}>`) ? tag : undefined;
}

/** The pieces of a message item, in order. Codex 0.169 tells of each who wrote it; before, the text does. */
export function piecesOf(item: Fields): readonly Piece[] {
  const role = asText(item['role']);
  const content = typeof item['content'] === 'string' ? [item['content']] : asArray(item['content']);
  const kinds = asArray(asObject(item['internal_chat_message_metadata_passthrough'])['content_item_kinds']);
  return content.flatMap((value, index): readonly Piece[] => {
    const part = partOf(value);
    if (part === undefined || isImageMark(part)) return [];
    const kind = asText(kinds[index]);
    return [{ part, injected: role === 'assistant' ? undefined : writer(role, kind, part) }];
  });
}

function writer(role: string | undefined, kind: string | undefined, part: Part): string | undefined {
  const byText = part.kind === 'text' ? injectedName(part.text) : undefined;
  if (role !== 'user') return byText ?? kind ?? role ?? 'message';
  if (kind === undefined || kind === 'unknown') return byText;
  return kind.startsWith('user.') ? undefined : (byText ?? kind);
}

/** Codex sets pasted images between `<image name=…>` and `</image>`. */
function isImageMark(part: Part): boolean {
  return part.kind === 'text' && /^\s*<\/?image\b[^>]{0,200}>\s*$/.test(part.text.slice(0, 300));
}

/** One content item of a message or of a tool's output; undefined for what people cannot read. */
export function partOf(value: unknown): Part | undefined {
  if (typeof value === 'string') return { kind: 'text', text: value };
  if (!isObject(value)) return undefined;
  const text = asText(value['text']);
  if (text !== undefined) return { kind: 'text', text };
  const url = value['image_url'];
  const image = asText(url) ?? asText(asObject(url)['url']);
  if (image !== undefined) return imagePart(image);
  const data = asText(value['data']);
  if (value['type'] === 'image' && data !== undefined)
    return { kind: 'image', mediaType: asText(value['mimeType']) ?? 'image/png', base64: data };
  return undefined;
}

/** A data URL, or the address or path of an image. */
export function imagePart(url: string): Part {
  const match = /^data:([\w.+/-]{1,100});base64,/.exec(url.slice(0, 200));
  if (match === null) return { kind: 'file', name: url };
  return { kind: 'image', mediaType: match[1] ?? 'image/png', base64: url.slice(match[0].length) };
}

export function textOf(parts: readonly Part[]): string {
  return parts.flatMap(part => (part.kind === 'text' ? [part.text] : [])).join('\n');
}

/** Parts of a user_message event, or of a UserMessage item that an item_completed event carries. */
export function eventPromptParts(payload: Fields): readonly Part[] {
  const item = asObject(payload['item']);
  if (item['type'] === 'UserMessage') return asArray(item['content']).flatMap(value => userInputPart(asObject(value)));
  const message = asText(payload['message']);
  return [
    ...(message === undefined ? [] : [{ kind: 'text', text: message } as const]),
    ...asArray(payload['images']).flatMap(url => (typeof url === 'string' ? [imagePart(url)] : [])),
    ...asArray(payload['local_images']).flatMap(path =>
      typeof path === 'string' ? [{ kind: 'file', name: path } as const] : [],
    ),
  ];
}

function userInputPart(input: Fields): readonly Part[] {
  const text = asText(input['text']);
  if (text !== undefined) return [{ kind: 'text', text }];
  const url = asText(input['image_url']);
  if (url !== undefined) return [imagePart(url)];
  const path = asText(input['path']);
  return path === undefined ? [] : [{ kind: 'file', name: path }];
}

/** What two forms of one prompt have in common: its first characters, white space folded. */
export function promptHead(parts: readonly Part[]): string {
  return textOf(parts).slice(0, 400).replace(/\s+/g, ' ').trim().slice(0, 100);
}

/** What thread_rolled_back tells, in words. */
export function rolledBack(payload: Fields): string {
  const turns = asNumber(payload['num_turns']);
  return turns === undefined ? 'turns taken back' : `${turns} ${turns === 1 ? 'turn' : 'turns'} taken back`;
}
