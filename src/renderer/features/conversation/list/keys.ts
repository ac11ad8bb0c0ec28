// What a key means in the conversation. Pure.

import { type OutlineEntry, turnBegunAt } from './outline.ts';

export type Move = 'next' | 'previous' | 'first' | 'last' | 'page-down' | 'page-up' | 'next-turn' | 'previous-turn';

const moves: Readonly<Record<string, Move>> = {
  j: 'next',
  k: 'previous',
  ArrowDown: 'next',
  ArrowUp: 'previous',
  PageDown: 'page-down',
  PageUp: 'page-up',
  Home: 'first',
  End: 'last',
  n: 'next-turn',
  p: 'previous-turn',
};

export function moveOf(key: string): Move | undefined {
  return Object.hasOwn(moves, key) ? moves[key] : undefined;
}

/** The entry at which the turn after (or before) that of `index` begins; `index` itself where there is none. */
export function turnStart(entries: readonly OutlineEntry[], index: number, step: 1 | -1): number {
  for (let at = index + step; at >= 0 && at < entries.length; at += step)
    if ((turnBegunAt(entries, at) ?? 0) > 0) return at;
  return index;
}
