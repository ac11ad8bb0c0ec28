// Which thread of a session the place means, and the way to it from the main one. Pure.

import { ROOT_SPAN, type SpanId } from '../../../shared/model/ids.ts';
import type { SessionEvent, Span } from '../../../shared/model/span.ts';

interface ThreadPlace {
  readonly spanId: SpanId | null;
  readonly eventId: string | null;
  readonly threadId: SpanId | null;
}

/**
 * The thread to show. What is selected decides, so that a selection made in another view is seen in its conversation;
 * a selected agent is seen in its own when the place says so, else where it was started. Nothing selected: the place's.
 */
export function threadOf(
  place: ThreadPlace,
  spans: ReadonlyMap<SpanId, Span>,
  events: ReadonlyMap<string, SessionEvent>,
): SpanId {
  if (place.spanId !== null && place.spanId === place.threadId) return place.spanId;
  const span = place.spanId === null ? undefined : spans.get(place.spanId);
  if (span) return span.threadId;
  const event = place.eventId === null ? undefined : events.get(place.eventId);
  return event?.threadId ?? place.threadId ?? ROOT_SPAN;
}

export interface ThreadStep {
  readonly threadId: SpanId;
  /** The span in the thread before that this one hangs below; null for the main thread. */
  readonly startedBy: SpanId | null;
}

/** From the main thread to the given one. A thread whose start is not recorded hangs below the main one. */
export function threadPath(threadId: SpanId, spans: ReadonlyMap<SpanId, Span>): readonly ThreadStep[] {
  const path: ThreadStep[] = [];
  const seen = new Set<SpanId>();
  let at = threadId;
  while (at !== ROOT_SPAN && !seen.has(at)) {
    seen.add(at);
    const parentId = spans.get(at)?.parentId ?? null;
    path.unshift({ threadId: at, startedBy: parentId });
    const parent = parentId === null ? undefined : spans.get(parentId);
    // An agent started by an agent hangs in that one's own thread.
    at = parent === undefined ? ROOT_SPAN : parent.kind === 'agent' ? parent.id : parent.threadId;
  }
  return [{ threadId: ROOT_SPAN, startedBy: null }, ...path];
}
