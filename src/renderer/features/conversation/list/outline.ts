// The table of contents of a conversation: pure functions over what `conversation.outline` gives.

import type { CallOutput } from '../../../../shared/contract/define.ts';
import type { contract } from '../../../../shared/contract/index.ts';
import { ROOT_SPAN, type SpanId } from '../../../../shared/model/ids.ts';
import type { Span } from '../../../../shared/model/span.ts';

type OutlineAnswer = CallOutput<typeof contract.conversation.outline>;
export type OutlineEntry = OutlineAnswer['entries'][number];

/** What an answer says beside its entries. */
export interface OutlineChange extends Pick<OutlineAnswer, 'entries' | 'elsewhere'> {
  /** The entries are all that there are now, not only those that changed. */
  readonly whole: boolean;
}

/**
 * The outline with a change taken in, sorted. It holds the objects of the older one wherever nothing changed, and is the
 * older list itself when nothing changed at all: what is drawn from an unchanged object is not drawn again.
 */
export function mergeOutline(
  before: readonly OutlineEntry[],
  { entries, elsewhere, whole }: OutlineChange,
): readonly OutlineEntry[] {
  const told = new Map(entries.map(entry => [entry.id, entry]));
  const left = new Set(elsewhere);
  const kept: OutlineEntry[] = [];
  let same = 0;
  for (const old of before) {
    const now = told.get(old.id);
    if (now === undefined) {
      if (!whole && !left.has(old.id)) kept.push(old);
    } else if (isSame(old, now)) {
      told.set(old.id, old);
      same += 1;
    }
  }
  if (same === told.size && kept.length + same === before.length) return before;
  return mergeSorted(kept, [...told.values()].sort(byPlace));
}

function mergeSorted(kept: readonly OutlineEntry[], told: readonly OutlineEntry[]): readonly OutlineEntry[] {
  const pieces: (readonly OutlineEntry[])[] = [];
  let from = 0;
  for (const entry of told) {
    const to = countUpTo(kept, entry);
    pieces.push(kept.slice(from, to), [entry]);
    from = to;
  }
  return [...pieces, kept.slice(from)].flat();
}

/** The order of a conversation, as the core sorts it. */
export function byPlace(a: Position, b: Position): number {
  return a.order - b.order || a.place - b.place;
}

function isSame(a: OutlineEntry, b: OutlineEntry): boolean {
  return (
    a.revision === b.revision &&
    a.kind === b.kind &&
    a.turn === b.turn &&
    a.spanId === b.spanId &&
    a.eventId === b.eventId &&
    a.order === b.order &&
    a.place === b.place
  );
}

/** Where an entry stands among the others; it says so also when the entry itself is gone. */
export type Position = Pick<OutlineEntry, 'order' | 'place'>;

/** How many entries stand before a position or at it. */
export function countUpTo(entries: readonly OutlineEntry[], position: Position): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (entry !== undefined && byPlace(entry, position) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of an entry; -1 where it is not. */
export function indexOf(entries: readonly OutlineEntry[], entry: Position & Pick<OutlineEntry, 'id'>): number {
  const index = countUpTo(entries, entry) - 1;
  return entries[index]?.id === entry.id ? index : -1;
}

/** Whether an entry stands in the place of a line that could not be read: the core names such entries so. */
export function isRejection({ kind, id }: Pick<OutlineEntry, 'kind' | 'id'>): boolean {
  return kind === 'notice' && id.startsWith('rejected:');
}

/** The number of the turn that an entry stands in; null before the first. */
export function turnAt(entries: readonly OutlineEntry[], index: number): number | null {
  for (let at = index; at >= 0; at -= 1) {
    const turn = entries[at]?.turn ?? null;
    if (turn !== null) return turn;
  }
  return null;
}

/** The number of the turn that begins at this entry; undefined where none does. A prompt may have several entries. */
export function turnBegunAt(entries: readonly OutlineEntry[], index: number): number | undefined {
  const turn = entries[index]?.turn ?? null;
  return turn === null || turnAt(entries, index - 1) === turn ? undefined : turn;
}

export interface Selection {
  readonly spanId: SpanId | null;
  readonly eventId: string | null;
  readonly entryId: string | null;
}

/**
 * The entry that a selection means. A span may have several entries (thinking, answer): the named one if it belongs to
 * the selection, else the first of them. -1 where nothing is selected or nothing here belongs to it.
 */
export function selectedIndex(entries: readonly OutlineEntry[], selection: Selection): number {
  const { spanId, eventId, entryId } = selection;
  const named = entryId === null ? -1 : entries.findIndex(({ id }) => id === entryId);
  const entry = entries[named];
  if (entry && isOf(entry, selection)) return named;
  if (spanId === null && eventId === null) return -1;
  return entries.findIndex(candidate => isOf(candidate, selection));
}

/** Whether an entry is part of what is selected. An entry of neither span nor event is selected by its own id only. */
export function isOf(entry: OutlineEntry, { spanId, eventId, entryId }: Selection): boolean {
  if (eventId !== null) return entry.eventId === eventId;
  if (spanId !== null) return entry.spanId === spanId;
  return entry.id === entryId && entry.spanId === null && entry.eventId === null;
}

/**
 * The entry that stands for a span without one of its own: the first of what hangs below it (a response that only called
 * a tool), else that of the nearest span above it (a subagent, in the conversation that started it). -1 where neither is.
 */
export function standInIndex(
  entries: readonly OutlineEntry[],
  spans: ReadonlyMap<SpanId, Pick<Span, 'parentId'>>,
  spanId: SpanId | null,
): number {
  if (spanId === null || spanId === ROOT_SPAN) return -1;
  const below = entries.findIndex(entry => entry.spanId !== null && isBelow(spans, entry.spanId, spanId));
  if (below >= 0) return below;
  for (const above of ancestors(spans, spanId)) {
    const index = entries.findIndex(entry => entry.spanId === above);
    if (index >= 0) return index;
  }
  return -1;
}

function isBelow(spans: ReadonlyMap<SpanId, Pick<Span, 'parentId'>>, spanId: SpanId, above: SpanId): boolean {
  for (const ancestor of ancestors(spans, spanId)) if (ancestor === above) return true;
  return false;
}

/** Where parents go in circles, in a damaged log, they end here. */
const DEEPEST = 1000;

/** From the nearest up. */
function* ancestors(spans: ReadonlyMap<SpanId, Pick<Span, 'parentId'>>, spanId: SpanId): Generator<SpanId> {
  let at = spans.get(spanId)?.parentId ?? null;
  for (let depth = 0; at !== null && depth < DEEPEST; depth += 1) {
    yield at;
    at = spans.get(at)?.parentId ?? null;
  }
}

/** Heights in pixels before an entry is measured, so that the scroll bar is about right from the start. */
const usualHeights: Readonly<Record<OutlineEntry['kind'], number>> = {
  prompt: 96,
  system: 34,
  answer: 148,
  thinking: 34,
  tool: 40,
  error: 64,
  compaction: 72,
  notice: 34,
};
const TURN_HEIGHT = 44;

export function estimateHeight(entries: readonly OutlineEntry[], index: number): number {
  const kind = entries[index]?.kind ?? 'notice';
  return usualHeights[kind] + (turnBegunAt(entries, index) === undefined ? 0 : TURN_HEIGHT);
}
