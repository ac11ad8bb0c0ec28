// Whether the conversation follows its end, and what came below since the reader last saw the end. Pure.

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

/** Entries after the last one that was seen. One that is gone since says nothing: then none is called new. */
export function countBelow(total: number, seenIndex: number | undefined): number {
  return seenIndex === undefined ? 0 : Math.max(0, total - 1 - seenIndex);
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
  readonly indexById: ReadonlyMap<string, number>;
  readonly kept: KeptPosition | undefined;
  readonly selectedId: string | null;
  /** A conversation that was never seen opens at its end (it is what is going on); one that is over, at its start. */
  readonly over: boolean;
}

/**
 * Where a conversation opens: at what was selected elsewhere meanwhile, else where it was left, else at its end or start.
 */
export function firstPosition({ indexById, kept, selectedId, over }: FirstPositionInput): FirstPosition {
  const selected = selectedId === null ? undefined : indexById.get(selectedId);
  if (selected !== undefined && (kept === undefined || kept.selectedId !== selectedId))
    return { to: 'entry', index: selected };
  if (kept?.atEnd === true) return { to: 'end' };
  const index = kept === undefined ? undefined : indexById.get(kept.entryId);
  if (kept !== undefined && index !== undefined) return { to: 'kept', index, above: kept.above };
  return { to: over ? 'start' : 'end' };
}
