// Cuts the bytes of one physical line into JSON values.
//
// Contract: pure, never throws, linear in the line's length. Usually one value; two writers that raced leave two objects
// on one line, and a crash leaves runs of NUL. What cannot be read comes back as a rejection with its place; nothing is
// dropped. Places are bytes as they stand in the file, whatever they decode to.

import type { LinePosition } from '../parsers/parser.ts';

export type Framed =
  | { readonly kind: 'value'; readonly at: LinePosition; readonly value: unknown }
  | { readonly kind: 'rejected'; readonly at: LinePosition; readonly why: string };

/** Beyond this what is left of a damaged line is one rejection. */
const MAX_REJECTIONS = 100;

const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
const NUL = 0;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);

/** `bytes` are the line without its LF; `offset` is where they begin in the file, `line` the physical line from 1. */
export function frameLine(bytes: Uint8Array, offset: number, line: number): readonly Framed[] {
  const framed: Framed[] = [];
  const end = endOfText(bytes);
  let rejections = 0;
  const reject = (from: number, to: number, why: string) => {
    rejections += 1;
    framed.push({ kind: 'rejected', at: { line, offset: offset + from, length: to - from }, why });
  };
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let isFirst = true;
  while (at < end) {
    const from = at;
    if (isBlank(bytes[at])) at += 1;
    else if (rejections === MAX_REJECTIONS) {
      at = end;
      reject(from, at, 'not JSON: damaged in many places');
    } else if (bytes[at] === NUL) {
      at = endOfNuls(bytes, at, end);
      reject(from, at, `${at - from} NUL bytes`);
    } else {
      const whole = isFirst ? parse(bytes, from, end) : undefined;
      const valueEnd = whole ? end : endOfValue(bytes, from, end);
      const parsed = whole ?? (valueEnd === undefined ? undefined : parse(bytes, from, valueEnd));
      at = valueEnd ?? startOfNuls(bytes, from, end);
      if (parsed) {
        framed.push({ kind: 'value', at: { line, offset: offset + from, length: at - from }, value: parsed.value });
      } else reject(from, at, OPENING.has(bytes[from] ?? NUL) ? 'not JSON: cut off or damaged' : 'not JSON');
      isFirst = false;
    }
  }
  return framed;
}

/** True when the bytes may be whole JSON: they end as an object or array does. Cheap, however long they are. */
export function endsLikeJson(bytes: Uint8Array): boolean {
  return CLOSING.has(bytes[endOfText(bytes) - 1] ?? NUL);
}

function parse(bytes: Uint8Array, from: number, to: number): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(decoder.decode(bytes.subarray(from, to))) };
  } catch {
    return undefined;
  }
}

/** After the object or array that begins here; undefined where none begins or none ends before the next NUL. */
function endOfValue(bytes: Uint8Array, from: number, end: number): number | undefined {
  if (!OPENING.has(bytes[from] ?? NUL)) return undefined;
  let depth = 0;
  for (let at = from; at < end; at += 1) {
    const byte = bytes[at] ?? NUL;
    if (byte === QUOTE) {
      for (at += 1; at < end && bytes[at] !== QUOTE && bytes[at] !== NUL; at += 1) if (bytes[at] === BACKSLASH) at += 1;
      if (bytes[at] === NUL) return undefined;
    } else if (byte === NUL) return undefined;
    else if (OPENING.has(byte)) depth += 1;
    else if (CLOSING.has(byte)) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

function startOfNuls(bytes: Uint8Array, from: number, end: number): number {
  const at = bytes.subarray(from, end).indexOf(NUL);
  return at === -1 ? end : from + at;
}

function endOfNuls(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] === NUL) at += 1;
  return at;
}

function endOfText(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && isBlank(bytes[end - 1])) end -= 1;
  return end;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a;
}
