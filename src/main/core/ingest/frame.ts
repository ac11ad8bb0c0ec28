// Cuts the bytes of one physical line into JSON values.
//
// Contract: pure, never throws. Usually one value; two writers that raced leave two objects on one line, and a crash
// leaves runs of NUL. What cannot be read comes back as a rejection with its place; nothing is dropped.

import type { LinePosition } from '../parsers/parser.ts';

export type Framed =
  | { readonly kind: 'value'; readonly at: LinePosition; readonly value: unknown }
  | { readonly kind: 'rejected'; readonly at: LinePosition; readonly why: string };

const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
const NUL = 0;
const BLANK = new Set([0x20, 0x09, 0x0d, 0x0a]);

/** `bytes` are the line without its LF; `offset` is where they begin in the file, `line` the physical line from 1. */
export function frameLine(bytes: Uint8Array, offset: number, line: number): readonly Framed[] {
  let start = offset === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let end = bytes.length;
  const framed: Framed[] = [];
  while (start < end && (BLANK.has(bytes[start] ?? -1) || bytes[start] === NUL)) {
    if (bytes[start] !== NUL) {
      start += 1;
      continue;
    }
    const from = start;
    while (start < end && bytes[start] === NUL) start += 1;
    framed.push({
      kind: 'rejected',
      at: { line, offset: offset + from, length: start - from },
      why: `${start - from} NUL bytes`,
    });
  }
  while (end > start && BLANK.has(bytes[end - 1] ?? -1)) end -= 1;
  if (start === end) return framed;

  const text = decoder.decode(bytes.subarray(start, end));
  const at = { line, offset: offset + start, length: end - start };
  try {
    framed.push({ kind: 'value', at, value: JSON.parse(text) });
  } catch {
    framed.push(...frameSeveral(text, at));
  }
  return framed;
}

/** A line that is not one JSON value: the objects at its head one by one, then what is left as a rejection. */
function frameSeveral(text: string, at: LinePosition): Framed[] {
  const framed: Framed[] = [];
  let from = 0;
  let offset = at.offset;
  while (from < text.length) {
    const to = endOfValue(text, from);
    const piece = text.slice(from, to ?? text.length);
    const length = to === undefined ? at.offset + at.length - offset : Buffer.byteLength(piece);
    const place = { line: at.line, offset, length };
    try {
      if (to === undefined) throw new SyntaxError('no end');
      framed.push({ kind: 'value', at: place, value: JSON.parse(piece) });
    } catch {
      framed.push({
        kind: 'rejected',
        at: { ...place, length: at.offset + at.length - offset },
        why: describe(text.slice(from)),
      });
      return framed;
    }
    from = to;
    offset += length;
    while (from < text.length && /\s/.test(text.charAt(from))) {
      offset += Buffer.byteLength(text.charAt(from));
      from += 1;
    }
  }
  return framed;
}

/** Index after the object or array that begins at `from`; undefined where none begins or none ends. */
function endOfValue(text: string, from: number): number | undefined {
  const opening = text.charCodeAt(from);
  if (opening !== 0x7b && opening !== 0x5b) return undefined;
  let depth = 0;
  for (let i = from; i < text.length; i += 1) {
    switch (text.charCodeAt(i)) {
      case 0x22: // a string: skip to its end
        for (i += 1; i < text.length && text.charCodeAt(i) !== 0x22; i += 1) if (text.charCodeAt(i) === 0x5c) i += 1;
        break;
      case 0x7b:
      case 0x5b:
        depth += 1;
        break;
      case 0x7d:
      case 0x5d:
        depth -= 1;
        if (depth === 0) return i + 1;
        break;
      default:
    }
  }
  return undefined;
}

function describe(text: string): string {
  if (text.includes('\0')) return 'not JSON: NUL bytes inside';
  if (/^[[{]/.test(text)) return 'not JSON: cut off or damaged';
  return 'not JSON';
}
