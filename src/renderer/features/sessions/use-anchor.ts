// Keeps what the user reads where it is when rows come, go or move above it.

import { type RefObject, useLayoutEffect, useRef } from 'react';
import type { Row } from './session-rows.ts';

/**
 * While `hold()` is true, the first visible row stays where it is on the screen whatever happens to the rows above it;
 * when it is gone itself (its project was folded), the nearest row above it comes to the top.
 * `offsets[i]` is where row i begins, in pixels.
 */
export function useAnchor(
  scroller: RefObject<HTMLElement | null>,
  rows: readonly Row[],
  offsets: readonly number[],
  hold: () => boolean,
): void {
  const last = useRef({ rows, offsets });
  useLayoutEffect(() => {
    const before = last.current;
    last.current = { rows, offsets };
    const element = scroller.current;
    if (!element || before.rows === rows || !hold()) return;
    const top = keepTop(before, { rows, offsets }, element.scrollTop);
    if (Math.abs(top - element.scrollTop) >= 1) element.scrollTo({ top });
  }, [scroller, rows, offsets, hold]);
}

interface Layout {
  readonly rows: readonly Row[];
  readonly offsets: readonly number[];
}

/** The scroll position that shows after a change what was shown before it. */
export function keepTop(before: Layout, after: Layout, top: number): number {
  const places = new Map(after.rows.map((row, index) => [row.key, index]));
  const first = firstVisible(before.offsets, top);
  for (let index = Math.min(first, before.rows.length - 1); index >= 0; index -= 1) {
    const place = places.get(before.rows[index]?.key ?? '');
    if (place === undefined) continue;
    const moved = after.offsets[place] ?? 0;
    return index === first ? Math.max(0, moved + top - (before.offsets[index] ?? 0)) : moved;
  }
  return 0;
}

/** The first row that begins at or below the top edge, by halving. */
export function firstVisible(offsets: readonly number[], top: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] ?? 0) < top) low = middle + 1;
    else high = middle;
  }
  return low;
}
