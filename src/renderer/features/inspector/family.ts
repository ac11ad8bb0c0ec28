// Who stands around a span or an event. Pure.

import { ROOT_SPAN, type SpanId } from '../../../shared/model/ids.ts';
import type { SessionEvent, Span } from '../../../shared/model/span.ts';

export interface Family {
  readonly parent: Span | null;
  readonly before: Span | null;
  readonly after: Span | null;
  /** In order of time. */
  readonly children: readonly Span[];
}

export function familyOf(spans: ReadonlyMap<SpanId, Span>, span: Span): Family {
  const parentId = parentOf(spans, span);
  const siblings: Span[] = [];
  const children: Span[] = [];
  for (const other of spans.values()) {
    if (other.id === ROOT_SPAN) continue;
    const above = parentOf(spans, other);
    if (above === parentId) siblings.push(other);
    if (above === span.id && other.id !== span.id) children.push(other);
  }
  siblings.sort(byTime);
  const at = siblings.findIndex(other => other.id === span.id);
  return {
    parent: parentId === null ? null : (spans.get(parentId) ?? null),
    before: siblings[at - 1] ?? null,
    after: at < 0 ? null : (siblings[at + 1] ?? null),
    children: children.sort(byTime),
  };
}

/** The turn that a span belongs to: its own, or that of the nearest span above it that has one. */
export function turnOf(spans: ReadonlyMap<SpanId, Span>, span: Span): number | null {
  const seen = new Set<SpanId>();
  let at: Span | undefined = span;
  while (at && !seen.has(at.id)) {
    if (at.turn !== null) return at.turn;
    seen.add(at.id);
    at = at.parentId === null ? undefined : spans.get(at.parentId);
  }
  return null;
}

/** The events of the same kind and thread before and after. */
export function neighbourEvents(
  events: ReadonlyMap<string, SessionEvent>,
  event: SessionEvent,
): { readonly before: SessionEvent | null; readonly after: SessionEvent | null } {
  const alike = [...events.values()]
    .filter(other => other.kind === event.kind && other.threadId === event.threadId)
    .sort((a, b) => (a.atUs ?? 0) - (b.atUs ?? 0) || a.order - b.order);
  const at = alike.findIndex(other => other.id === event.id);
  return { before: alike[at - 1] ?? null, after: at < 0 ? null : (alike[at + 1] ?? null) };
}

function parentOf(spans: ReadonlyMap<SpanId, Span>, span: Span): SpanId | null {
  if (span.id === ROOT_SPAN) return null;
  return span.parentId !== null && spans.has(span.parentId) ? span.parentId : ROOT_SPAN;
}

function byTime(a: Span, b: Span): number {
  return (a.startUs ?? 0) - (b.startUs ?? 0) || a.order - b.order;
}
