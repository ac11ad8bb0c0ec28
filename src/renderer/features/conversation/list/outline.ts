// The table of contents of a conversation: pure functions over what `conversation.outline` gives.

import type { CallOutput } from '../../../../shared/contract/define.ts';
import type { contract } from '../../../../shared/contract/index.ts';
import { ROOT_SPAN, type SpanId } from '../../../../shared/model/ids.ts';
import type { Span } from '../../../../shared/model/span.ts';

export type OutlineEntry = CallOutput<typeof contract.conversation.outline>['entries'][number];

/**
 * The newer outline, with the objects of the older one wherever nothing changed, and the older list itself when nothing
 * changed at all: what is drawn from an unchanged object is not drawn again.
 */
export function mergeOutline(
  before: readonly OutlineEntry[],
  after: readonly OutlineEntry[],
): { readonly entries: readonly OutlineEntry[]; readonly changed: boolean } {
  const known = new Map(before.map(entry => [entry.id, entry]));
  let changed = before.length !== after.length;
  const entries = after.map((entry, index) => {
    const old = known.get(entry.id);
    const kept = old !== undefined && isSame(old, entry) ? old : entry;
    changed ||= kept !== before[index];
    return kept;
  });
  return changed ? { entries, changed } : { entries: before, changed };
}

function isSame(a: OutlineEntry, b: OutlineEntry): boolean {
  return (
    a.revision === b.revision &&
    a.kind === b.kind &&
    a.turn === b.turn &&
    a.spanId === b.spanId &&
    a.eventId === b.eventId
  );
}

/** The number of the turn that begins at this entry; undefined where none does. */
export function turnBegunAt(entries: readonly OutlineEntry[], index: number): number | undefined {
  const turn = entries[index]?.turn;
  if (turn === null || turn === undefined || turn === 0) return undefined;
  for (let i = index - 1; i >= 0; i -= 1) {
    const before = entries[i]?.turn;
    // What has no turn of its own (a late notice) does not end the one around it.
    if (before !== null && before !== undefined) return before === turn ? undefined : turn;
  }
  return turn;
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
export function selectedIndex(
  entries: readonly OutlineEntry[],
  indexById: ReadonlyMap<string, number>,
  selection: Selection,
): number {
  const { spanId, eventId, entryId } = selection;
  const named = entryId === null ? -1 : (indexById.get(entryId) ?? -1);
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
  const below = entries.findIndex(entry => entry.spanId !== null && ancestors(spans, entry.spanId).includes(spanId));
  if (below >= 0) return below;
  for (const above of ancestors(spans, spanId)) {
    const index = entries.findIndex(entry => entry.spanId === above);
    if (index >= 0) return index;
  }
  return -1;
}

/** From the nearest up. Ends where a damaged log goes in circles. */
function ancestors(spans: ReadonlyMap<SpanId, Pick<Span, 'parentId'>>, spanId: SpanId): readonly SpanId[] {
  const found: SpanId[] = [];
  let at = spans.get(spanId)?.parentId ?? null;
  while (at !== null && !found.includes(at)) {
    found.push(at);
    at = spans.get(at)?.parentId ?? null;
  }
  return found;
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
