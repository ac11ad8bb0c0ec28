// The text of a conversation entry as search sees it. Pure.

import type { ContentBlock, Part } from '../../../shared/model/content.ts';

/** Characters of one entry's body or result that are looked at: from its start and, where it is longer, its end. */
export const MAX_TEXT_CHARS = 32_768;
const TAIL_CHARS = 8192;
/** Values of a tool's input below this depth are left out. */
const MAX_DEPTH = 12;

export interface EntryText {
  readonly text: string;
  /** Files that a tool call names, one a line. */
  readonly path: string;
  /** The tool said so, or it is an error. */
  readonly failed: boolean;
}

/** The text of an entry's body and result: what people read, and the values of a tool's input. No images, no raw JSON keys. */
export function entryText(blocks: readonly ContentBlock[]): EntryText {
  const texts: string[] = [];
  const paths = new Set<string>();
  let failed = false;
  for (const block of blocks) {
    const text = new Collector();
    switch (block.kind) {
      case 'system':
        text.add(block.title);
        addParts(block.parts, text);
        break;
      case 'prompt':
      case 'answer':
        addParts(block.parts, text);
        break;
      case 'thinking':
        text.add(block.text);
        break;
      case 'tool-call':
        if (isDistinct(block.name)) text.add(block.name);
        addValue(block.input, text, 0);
        if (block.command !== undefined && !isStringIn(block.input, block.command)) text.add(block.command);
        addPaths(block.input, paths, 0);
        for (const diff of block.diffs ?? []) paths.add(diff.path);
        break;
      case 'tool-result':
        failed ||= block.isError;
        addParts(block.parts, text);
        for (const diff of block.diffs ?? []) paths.add(diff.path);
        break;
      case 'error':
        failed = true;
        text.add(block.title);
        text.add(block.text);
        break;
      case 'compaction':
      case 'notice':
        text.add(block.title);
        text.add(block.text);
        break;
      default:
        block satisfies never;
    }
    if (!text.isEmpty) texts.push(text.cut());
  }
  return { text: texts.join('\n'), path: [...paths].join('\n'), failed };
}

/** A name like 'WebSearch' or 'apply_patch' is looked for as a word; by 'Read' or 'Edit' every such call would be found. */
function isDistinct(toolName: string): boolean {
  return /[a-z][A-Z]|[\p{L}\p{N}][^\p{L}\p{N}]+[\p{L}\p{N}]/u.test(toolName);
}

class Collector {
  private readonly pieces: string[] = [];
  private length = 0;

  add(text: string): void {
    if (text === '') return;
    this.pieces.push(text);
    this.length += text.length + 1;
  }

  get isEmpty(): boolean {
    return this.length === 0;
  }

  /** What is longer keeps its start and its end: errors stand at the end. */
  cut(): string {
    const text = this.pieces.length === 1 ? (this.pieces[0] ?? '') : this.pieces.join('\n');
    if (text.length <= MAX_TEXT_CHARS) return text;
    return `${text.slice(0, MAX_TEXT_CHARS - TAIL_CHARS)}\n${text.slice(-TAIL_CHARS)}`;
  }
}

function addParts(parts: readonly Part[], text: Collector): void {
  for (const part of parts) {
    switch (part.kind) {
      case 'text':
        text.add(part.text);
        break;
      case 'json':
        addValue(part.value, text, 0);
        break;
      case 'file':
        text.add(part.name);
        if (part.note !== undefined) text.add(part.note);
        break;
      case 'image':
        break;
      default:
        part satisfies never;
    }
  }
}

/** Every string and number in a JSON value. */
function addValue(value: unknown, text: Collector, depth: number): void {
  if (typeof value === 'string') text.add(value);
  else if (typeof value === 'number') text.add(String(value));
  else if (Array.isArray(value)) {
    if (depth < MAX_DEPTH) for (const item of value) addValue(item, text, depth + 1);
  } else if (typeof value === 'object' && value !== null && depth < MAX_DEPTH)
    for (const item of Object.values(value)) addValue(item, text, depth + 1);
}

const PATH_KEY = /path|file|dir|folder|^cwd$/i;
/** Longer values under such a name are contents, not paths. */
const MAX_PATH_CHARS = 1024;

/** Values that their name says are paths. */
function addPaths(value: unknown, paths: Set<string>, depth: number): void {
  if (typeof value !== 'object' || value === null || depth > 3) return;
  for (const [key, item] of Object.entries(value)) {
    const items: readonly unknown[] = Array.isArray(item) ? item : [item];
    for (const one of items) {
      if (typeof one !== 'string') addPaths(one, paths, depth + 1);
      else if (one.length <= MAX_PATH_CHARS && !one.includes('\n') && PATH_KEY.test(key)) paths.add(one);
    }
  }
}

function isStringIn(input: unknown, text: string): boolean {
  return typeof input === 'object' && input !== null && Object.values(input).some(value => value === text);
}
