// The small values of OTLP JSON in all the ways in which exporters write them: attributes, ids, times.
//
// Contract: pure, never throws. Attribute maps are Maps: names come from outside and may be anything.

import { asArray, asNumber, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';

export type Attributes = ReadonlyMap<string, unknown>;

export const noAttributes: Attributes = new Map();

/** Beyond this nesting, values are left as they stand. */
const MAX_DEPTH = 40;

/** Attributes as `[{key, value: AnyValue}]` or as a plain map. */
export function readAttributes(value: unknown): Attributes {
  const attributes = new Map<string, unknown>();
  if (isObject(value)) for (const [key, member] of Object.entries(value)) attributes.set(key, readAnyValue(member));
  for (const pair of asArray(value))
    if (isObject(pair) && typeof pair['key'] === 'string') attributes.set(pair['key'], readAnyValue(pair['value']));
  return attributes;
}

/** An AnyValue (`{stringValue}`, `{int_value}`, …) as a plain one; what is none is given back as it is. */
export function readAnyValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return String(value);
  if (!isObject(value) || depth > MAX_DEPTH) return value;
  const keys = Object.keys(value);
  if (keys.length === 0) return null;
  if (keys.length > 1) return value;
  const inner = value[keys[0] ?? ''];
  switch (keys[0]) {
    case 'stringValue':
    case 'string_value':
    case 'boolValue':
    case 'bool_value':
    case 'bytesValue':
    case 'bytes_value':
      return inner;
    case 'intValue':
    case 'int_value':
    case 'doubleValue':
    case 'double_value':
      return typeof inner === 'string' && /^-?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(inner) ? Number(inner) : inner;
    case 'arrayValue':
    case 'array_value':
      return asArray(isObject(inner) ? inner['values'] : inner).map(item => readAnyValue(item, depth + 1));
    case 'kvlistValue':
    case 'kvlist_value':
      return Object.fromEntries(
        asArray(isObject(inner) ? inner['values'] : inner)
          .filter(isObject)
          .map(pair => [String(pair['key']), readAnyValue(pair['value'], depth + 1)]),
      );
    default:
      return value;
  }
}

/**
 * A trace id (16 bytes) or span id (8 bytes) in lower-case hex: given as hex in any case, with 0x, as base64 or as a
 * whole number. Ids of another make are opaque and stay as they are. Undefined where it is missing, empty or all zero.
 */
export function readId(value: unknown, sizeBytes: 8 | 16): string | undefined {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value)))
    return value > 0
      ? BigInt(value)
          .toString(16)
          .padStart(sizeBytes * 2, '0')
      : undefined;
  if (typeof value !== 'string' || value === '' || value.length > 200) return undefined;
  const text = value.replace(/^0x(?=[0-9a-f])/i, '');
  const id = /^[0-9a-f]+$/i.test(text) ? text.toLowerCase() : (base64ToHex(text, sizeBytes) ?? text);
  return /^0+$/.test(id) ? undefined : id;
}

const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Only what is padded base64 of exactly this many bytes: anything looser would hit opaque ids. */
function base64ToHex(text: string, sizeBytes: number): string | undefined {
  const letters = text.replace(/=+$/, '').replace(/-/g, '+').replace(/_/g, '/');
  if (text.length !== Math.ceil(sizeBytes / 3) * 4 || letters.length !== Math.ceil((sizeBytes * 8) / 6))
    return undefined;
  if (!/^[A-Za-z0-9+/]+$/.test(letters)) return undefined;
  let bits = 0n;
  for (const letter of letters) bits = bits * 64n + BigInt(base64Alphabet.indexOf(letter));
  const spareBits = BigInt(letters.length * 6 - sizeBytes * 8);
  return (bits >> spareBits).toString(16).padStart(sizeBytes * 2, '0');
}

/** Microseconds from nanoseconds as decimal text, number or bigint; undefined for 0 and for what is no time. */
export function nsToUs(value: unknown): number | undefined {
  if (typeof value === 'string' && /^\d{1,30}$/.test(value)) return positive(Number(BigInt(value) / 1000n));
  if (typeof value === 'bigint') return positive(Number(value / 1000n));
  return typeof value === 'number' ? positive(Math.floor(value / 1000)) : undefined;
}

/** A time under a name that tells no unit: ISO text, or a number of nano-, micro-, milliseconds or seconds by its size. */
export function readTime(value: unknown): number | undefined {
  const us = isoToUs(value);
  if (us !== undefined) return us;
  const number = typeof value === 'bigint' ? Number(value) : asNumber(value);
  if (number === undefined || number > 1e17) return nsToUs(value);
  if (number > 1e14) return positive(Math.floor(number));
  return positive(Math.round(number > 1e11 ? number * 1000 : number * 1_000_000));
}

function positive(us: number): number | undefined {
  return Number.isSafeInteger(us) && us > 0 ? us : undefined;
}

/** Some writers put ids of 64 and 128 bits, and nanoseconds, as bare numbers: JSON.parse would round them. */
const LONG_NUMBER = /[\s:,[]-?\d{16,}/;
const EXACT_KEYS = /^(trace_?id|(parent_?)?span_?id|parent_id|(start_|end_)?time|timestamp|\w*unix_?nano)$/i;

type ParseWithSource = (
  text: string,
  reviver: (this: unknown, key: string, value: unknown, context?: { readonly source?: string }) => unknown,
) => unknown;

/** Parses JSON; ids and times that are whole numbers beyond 2^53 come out as bigint. Undefined where it is not JSON. */
export function parseExact(text: string): unknown {
  try {
    if (!LONG_NUMBER.test(text)) return JSON.parse(text);
    // The language library does not know the third argument of revivers yet.
    return (JSON.parse as ParseWithSource)(text, (key, value, context) => {
      if (typeof value !== 'number' || Number.isSafeInteger(value) || !EXACT_KEYS.test(key)) return value;
      return /^-?\d+$/.test(context?.source ?? '') ? BigInt(context?.source ?? '') : value;
    });
  } catch {
    return undefined;
  }
}

/** A value as JSON text; whole numbers beyond 2^53 as text. */
export function jsonText(value: unknown): string {
  try {
    return (
      JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? String(member) : member)) ?? ''
    );
  } catch {
    return '';
  }
}

/** JSON inside a string, as most senders write structured attributes; anything else as it is. */
export function unwrapJson(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/**
 * A list flattened with dots below a prefix: 'p.0.role', 'p.2.role' gives [{role}, {role}]. Objects whose keys are all
 * numbers are lists in numeric order; gaps are closed. Undefined where there is none.
 */
export function unflatten(attributes: Attributes, prefix: string): readonly unknown[] | undefined {
  const root = new Map<string, unknown>();
  for (const [name, value] of attributes) {
    if (!name.startsWith(`${prefix}.`)) continue;
    const keys = name.slice(prefix.length + 1).split('.');
    if (!/^\d+$/.test(keys[0] ?? '')) continue;
    let at = root;
    for (const key of keys.slice(0, -1)) {
      const below = at.get(key);
      const next = below instanceof Map ? (below as Map<string, unknown>) : new Map<string, unknown>();
      if (next !== below) at.set(key, next);
      at = next;
    }
    const last = keys.at(-1) ?? '';
    if (!(at.get(last) instanceof Map)) at.set(last, value);
  }
  const list = plain(root, 0);
  return root.size > 0 && Array.isArray(list) ? list : undefined;
}

function plain(value: unknown, depth: number): unknown {
  if (!(value instanceof Map) || depth > MAX_DEPTH) return value;
  const entries = [...(value as Map<string, unknown>)];
  if (entries.every(([key]) => /^\d+$/.test(key)))
    return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, member]) => plain(member, depth + 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, plain(member, depth + 1)]));
}
