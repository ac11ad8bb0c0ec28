interface Box {
  /** Pixels from the beginning of what is scrolled. */
  readonly top: number;
  readonly height: number;
  /** Pixels at the upper edge that something sticky covers. */
  readonly covered: number;
}

/**
 * Scrolls as little as it takes to see a row; to the middle where it was far away. It goes by where the list stands at
 * this moment, not by what was heard of it last.
 */
export function reveal(scroller: HTMLElement | null, { top, height, covered }: Box): void {
  if (!scroller) return;
  const { scrollTop, clientHeight } = scroller;
  const room = clientHeight - covered;
  const first = top - covered;
  const last = top + height - clientHeight;
  if (scrollTop <= first && scrollTop >= last) return;
  const isFar = first < scrollTop - room || last > scrollTop + room;
  const wanted = isFar ? first - (room - height) / 2 : scrollTop > first ? first : last;
  scroller.scrollTo({ top: Math.max(0, wanted) });
}
