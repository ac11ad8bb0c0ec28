import {
  Bookmark,
  CircleAlert,
  CircleHelp,
  FilePen,
  Info,
  Layers,
  MessageSquare,
  ShieldQuestion,
  XCircle,
} from 'lucide-react';
import type { SessionId } from '../../../shared/model/ids.ts';
import type { EventKind, SessionEvent } from '../../../shared/model/span.ts';
import { useClient } from '../../state/client-context.tsx';
import { type Trace, useTrace } from '../../state/trace-store.ts';
import { useQuery } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { formatDateTime } from '../../ui/format.ts';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Attributes } from './attributes.tsx';
import { Content } from './content.tsx';
import { type Fact, Facts } from './facts.tsx';
import { neighbourEvents } from './family.ts';
import { ItemHeader } from './item-header.tsx';
import { Neighbours } from './relatives.tsx';
import { Records } from './records.tsx';

interface EventInspectorProps {
  readonly sessionId: SessionId;
  readonly eventId: string;
}

/** Everything known of one event: a prompt, a compaction, an error. */
export function EventInspector({ sessionId, eventId }: EventInspectorProps) {
  const trace = useTrace(sessionId);
  const client = useClient();
  const detail = useQuery(client.trace.event, { sessionId, eventId });
  const event = trace.events.get(eventId) ?? (detail.status === 'ready' ? detail.data.event : undefined);
  if (!event) {
    return detail.status === 'failed' ? (
      <FailureNotice error={detail.error} what="This event could not be shown." onRetry={detail.retry} />
    ) : (
      <div className="inspector-section">
        <Skeleton rows={6} label="Loading the event" />
      </div>
    );
  }
  const { name, icon: Icon } = eventLooks[event.kind];
  const { before, after } = neighbourEvents(trace.events, event);
  return (
    <>
      <ItemHeader
        icon={<Icon aria-hidden="true" />}
        kind={name}
        title={event.summary ?? event.name}
        subtitle={null}
        badges={event.turn !== null && <Badge tone="accent">turn {event.turn}</Badge>}
        jump={{ eventId: event.id, threadId: event.threadId }}
        recordId={event.recordId}
      />
      <Facts facts={factsOf(event, trace)} />
      {detail.status === 'loading' && (
        <div className="inspector-section">
          <Skeleton rows={5} label="Loading what was said" />
        </div>
      )}
      {detail.status === 'failed' && (
        <FailureNotice error={detail.error} what="Its content could not be loaded." onRetry={detail.retry} />
      )}
      {detail.status === 'ready' && (
        <>
          <Content blocks={detail.data.blocks} records={detail.data.records} />
          <Attributes attrs={detail.data.attrs} />
        </>
      )}
      <Neighbours
        what={event.kind === 'prompt' ? 'prompt' : 'event of this kind'}
        before={before && { eventId: before.id }}
        after={after && { eventId: after.id }}
      />
      {detail.status === 'ready' && <Records records={detail.data.records} id={event.id} what="event" />}
    </>
  );
}

function factsOf(event: SessionEvent, trace: Trace): readonly Fact[] {
  const span = event.spanId === null ? undefined : trace.spans.get(event.spanId);
  const facts: (Fact | null)[] = [
    { name: 'At', value: event.atUs === null ? 'not recorded' : formatDateTime(event.atUs, true) },
    event.summary === null || event.name.toLowerCase() === event.kind ? null : { name: 'Name', value: event.name },
    span ? { name: 'Step', value: span.name, to: { spanId: span.id } } : null,
  ];
  return facts.filter(fact => fact !== null);
}

const eventLooks: Readonly<Record<EventKind, { readonly name: string; readonly icon: typeof Info }>> = {
  prompt: { name: 'Prompt', icon: MessageSquare },
  compaction: { name: 'Compaction', icon: Layers },
  error: { name: 'Error', icon: CircleAlert },
  notice: { name: 'Notice', icon: Info },
  permission: { name: 'Permission', icon: ShieldQuestion },
  checkpoint: { name: 'Checkpoint', icon: Bookmark },
  'file-change': { name: 'File change', icon: FilePen },
  rejected: { name: 'Line that could not be read', icon: XCircle },
  unknown: { name: 'Unknown record', icon: CircleHelp },
};
