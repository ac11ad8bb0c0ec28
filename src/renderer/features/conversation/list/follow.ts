// Where a conversation opens, and whether it follows its end. Pure.

/** Where the scroll container stands, in pixels. */
export interface ScrollPosition {
  readonly top: number;
  readonly distanceFromEnd: number;
}

/** Closer than this counts as being at the end: a line or so. */
export const END_THRESHOLD = 24;

/**
 * Whether the end is followed after a scroll. Only moving up leaves it: growth below moves the end away for a moment
 * without the reader having done anything. Coming to the end takes it up again.
 */
export function followsAfterScroll(following: boolean, before: ScrollPosition, now: ScrollPosition): boolean {
  if (now.distanceFromEnd <= END_THRESHOLD) return true;
  return following && now.top >= before.top - 1;
}

export interface KeptPosition {
  /** The first entry in view, and how far its top is above the edge. */
  readonly entryId: string;
  readonly above: number;
  readonly atEnd: boolean;
  /** The entry that was selected then. */
  readonly selectedId: string | null;
}

export type FirstPosition =
  | { readonly to: 'start' | 'end' }
  | { readonly to: 'entry'; readonly index: number }
  | { readonly to: 'kept'; readonly index: number; readonly above: number };

interface FirstPositionInput {
  readonly entries: readonly { readonly id: string }[];
  readonly kept: KeptPosition | undefined;
  readonly selectedId: string | null;
  /** A conversation that was never seen opens at its end (it is what is going on); one that is over, at its start. */
  readonly over: boolean;
}

/**
 * Where a conversation opens: at what was selected elsewhere meanwhile, else where it was left, else at its end or start.
 */
export function firstPosition({ entries, kept, selectedId, over }: FirstPositionInput): FirstPosition {
  const find = (id: string | undefined) => (id === undefined ? -1 : entries.findIndex(entry => entry.id === id));
  const selected = find(selectedId ?? undefined);
  if (selected >= 0 && (kept === undefined || kept.selectedId !== selectedId)) return { to: 'entry', index: selected };
  if (kept?.atEnd === true) return { to: 'end' };
  const index = find(kept?.entryId);
  if (kept !== undefined && index >= 0) return { to: 'kept', index, above: kept.above };
  return { to: over ? 'start' : 'end' };
}
