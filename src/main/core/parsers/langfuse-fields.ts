// How fields of Langfuse records are read: camel case in the API and in exports of the UI, snake case in exports to blob
// storage; values that are JSON inside a string, sometimes twice.

import { isObject } from '../../../shared/base/json.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** The field under its name in camel case or in snake case. */
export function fieldOf(record: Fields, name: string): unknown {
  return record[name] ?? record[name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)];
}

/** What stands inside strings of JSON; text that is no JSON as it is. */
export function unpacked(value: unknown): unknown {
  let at = value;
  for (let times = 0; times < 2 && typeof at === 'string' && /^\s*["[{]/.test(at); times += 1) {
    try {
      at = JSON.parse(at);
    } catch {
      break;
    }
  }
  return at;
}

export function unpackedObject(value: unknown): Fields {
  const inner = unpacked(value);
  return isObject(inner) ? inner : {};
}
