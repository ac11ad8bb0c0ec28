// Between the place (what is selected everywhere) and the graph's nodes.

import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { SessionEvent } from '../../../shared/model/span.ts';
import type { Place, PlacePatch } from '../../state/place.ts';
import { type PictureNode, spanNodeId, turnNodeId } from './picture/picture-node.ts';

/** The node that stands for what is selected; null where nothing is, or where no node stands for it. */
export function selectedNodeId(
  place: Pick<Place, 'spanId' | 'eventId'>,
  events: ReadonlyMap<string, SessionEvent>,
): string | null {
  if (place.spanId !== null) return spanNodeId(place.spanId);
  const event = place.eventId === null ? undefined : events.get(place.eventId);
  if (!event) return null;
  if (event.kind === 'prompt' && event.turn !== null && event.turn > 0) return turnNodeId(event.turn);
  if (event.spanId !== null) return spanNodeId(event.spanId);
  return event.threadId === ROOT_SPAN ? null : spanNodeId(event.threadId);
}

/** What selecting a node selects everywhere; null for groups, which only the graph knows. */
export function placeOf(node: PictureNode): PlacePatch | null {
  if (node.kind === 'span') return { spanId: node.span.id };
  return node.kind === 'turn' && node.prompt ? { eventId: node.prompt.id } : null;
}
