// Keeps what the user reads where it is when rows come, go or move above it.

import { type RefObject, useLayoutEffect, useRef } from 'react';
import type { Row } from './session-rows.ts';

interface Anchor {
  readonly key: string;
  /** Pixels from the top of the list's window to the top of the row. */
  readonly below: number;
}

/**
 * While `hold()` is true, the first visible row stays where it is on the screen whatever happens to the rows above it.
 * `offsets[i]` is where row i begins, in pixels.
 */
export function useAnchor(
  scroller: RefObject<HTMLElement | null>,
  rows: readonly Row[],
  offsets: readonly number[],
  hold: () => boolean,
): void {
  const anchor = useRef<Anchor | null>(null);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const held = anchor.current;
    if (held && hold()) {
      const index = rows.findIndex(row => row.key === held.key);
      const offset = offsets[index];
      if (offset !== undefined) {
        const wanted = Math.max(0, offset - held.below);
        if (Math.abs(wanted - element.scrollTop) >= 1) element.scrollTo({ top: wanted });
      }
    }
    const remember = () => {
      const index = firstVisible(offsets, element.scrollTop);
      const row = rows[index];
      anchor.current = row ? { key: row.key, below: (offsets[index] ?? 0) - element.scrollTop } : null;
    };
    remember();
    element.addEventListener('scroll', remember, { passive: true });
    return () => element.removeEventListener('scroll', remember);
  }, [scroller, rows, offsets, hold]);
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
