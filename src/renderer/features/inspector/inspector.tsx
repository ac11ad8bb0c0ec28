import type { SessionId } from '../../../shared/model/ids.ts';
import { usePlace } from '../../state/place.ts';
import { EventInspector } from './event-inspector.tsx';
import { SessionOverview } from './session-overview.tsx';
import { SpanInspector } from './span-inspector.tsx';
import './inspector.css';

/** What is selected in the session on screen; the session itself where nothing is. */
export function Inspector() {
  const { place } = usePlace();
  if (place.sessionId === null) return null;
  // A panel of its own to the keyboard: the graph sends the focus here, and it scrolls by keys.
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className="inspector" data-inspector tabIndex={0} aria-label="Selection">
      <Selected sessionId={place.sessionId} />
    </section>
  );
}

function Selected({ sessionId }: { readonly sessionId: SessionId }) {
  const { place } = usePlace();
  const { spanId, eventId } = place;
  if (spanId !== null) {
    return <SpanInspector key={`${sessionId} ${spanId}`} sessionId={sessionId} spanId={spanId} />;
  }
  if (eventId !== null) {
    return <EventInspector key={`${sessionId} ${eventId}`} sessionId={sessionId} eventId={eventId} />;
  }
  return <SessionOverview key={sessionId} sessionId={sessionId} />;
}
