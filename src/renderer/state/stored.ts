// Small things that this window remembers between starts: panel sizes, folded groups. Never anything recorded.

import { useCallback, useMemo, useSyncExternalStore } from 'react';

/** A value kept in localStorage as JSON. One that does not fit (`accepts`) counts as absent. */
export function useStored<T>(
  name: string,
  initial: T,
  accepts: (value: unknown) => value is T,
): readonly [T, (value: T) => void] {
  const key = `playhead.${name}`;
  const text = useSyncExternalStore(subscribeStored, () => readText(key));
  const value = useMemo(() => {
    const parsed = parse(text);
    return accepts(parsed) ? parsed : initial;
  }, [text, accepts, initial]);
  const store = useCallback((next: T) => writeText(key, JSON.stringify(next)), [key]);
  return [value, store];
}

export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
export const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
export const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(item => typeof item === 'string');

const CHANGED = 'playhead-stored';

/** Null where nothing is kept, or where the browser keeps nothing (private windows). */
export function readText(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function writeText(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    // Full or forbidden: what is remembered here may be forgotten.
  }
  window.dispatchEvent(new Event(CHANGED));
}

function parse(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Follows every stored value, from other windows too. */
export function subscribeStored(changed: () => void): () => void {
  window.addEventListener(CHANGED, changed);
  window.addEventListener('storage', changed);
  return () => {
    window.removeEventListener(CHANGED, changed);
    window.removeEventListener('storage', changed);
  };
}
