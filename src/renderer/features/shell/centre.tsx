import { FileJson, MessagesSquare, Network } from 'lucide-react';
import { lazy, memo, type ReactNode, Suspense, useEffect } from 'react';
import type { SessionId } from '../../../shared/model/ids.ts';
import type { Session } from '../../../shared/model/session.ts';
import { SessionHeader } from '../sessions/index.tsx';
import { Welcome } from '../welcome/index.tsx';
import { useClient } from '../../state/client-context.tsx';
import { usePlace, type View } from '../../state/place.ts';
import { useAllSessions } from '../../state/use-session-list.tsx';
import { type QueryState, useQuery } from '../../state/use-query.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { type Tab, Tabs } from '../../ui/tabs.tsx';
import './shell.css';

// Each view comes with its own chunk, so that the window paints before Cytoscape and CodeMirror are read. None is drawn
// again because what stands around it changed: a session that is written changes its header all the time.
const GraphView = lazy(async () => ({ default: memo((await import('../graph/index.tsx')).GraphView) }));
const ConversationView = lazy(async () => ({
  default: memo((await import('../conversation/index.tsx')).ConversationView),
}));
const UsageView = lazy(async () => ({ default: (await import('../usage/index.tsx')).UsageView }));
const RawView = lazy(async () => ({ default: memo((await import('../raw/index.tsx')).RawView) }));

/** The session that the place names, or the first page where it names none. */
export function Centre() {
  const { place } = usePlace();
  const { byId, status, total } = useAllSessions();
  const client = useClient();
  const known = place.sessionId === null ? undefined : byId.get(place.sessionId);
  const asked = useQuery(client.sessions.get, place.sessionId === null ? null : { sessionId: place.sessionId });
  useTitle(place.screen === 'usage' ? 'Usage' : place.screen === 'welcome' ? undefined : known?.title);
  if (place.screen === 'welcome') return <Welcome />;
  if (place.screen === 'usage')
    return (
      <Suspense fallback={<Skeleton rows={8} label="Loading usage" />}>
        <UsageView />
      </Suspense>
    );
  if (place.sessionId === null) {
    if (status === 'ready' && total === 0) return <Welcome />;
    return status === 'ready' ? (
      <EmptyState title="Choose a session">They stand on the left, newest first.</EmptyState>
    ) : (
      <CentreSkeleton />
    );
  }
  return <SessionCentre sessionId={place.sessionId} known={known} asked={asked} />;
}

/** The name of the window: in tabs, task bars and window lists. */
function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined || title === '' ? 'Playhead' : `${title} – Playhead`;
  }, [title]);
}

interface SessionCentreProps {
  readonly sessionId: SessionId;
  /** From the list, which holds it before the answer is there and is as new. */
  readonly known: Session | undefined;
  readonly asked: QueryState<Session>;
}

function SessionCentre({ sessionId, known, asked }: SessionCentreProps) {
  const { place, go } = usePlace();
  const answered = asked.status === 'ready' ? asked.data : undefined;
  const session = newer(known, answered);
  if (!session && asked.status === 'failed') {
    return <FailureNotice what="This session could not be opened." error={asked.error} onRetry={asked.retry} />;
  }
  if (!session) return <CentreSkeleton />;
  const tabs: readonly Tab<View>[] = [
    {
      id: 'graph',
      label: tabLabel(<Network aria-hidden="true" />, 'Graph'),
      content: <GraphView key={sessionId} sessionId={sessionId} />,
    },
    {
      id: 'conversation',
      label: tabLabel(<MessagesSquare aria-hidden="true" />, 'Conversation'),
      content: <ConversationView key={sessionId} sessionId={sessionId} />,
    },
    {
      id: 'raw',
      label: tabLabel(<FileJson aria-hidden="true" />, 'Raw'),
      content: <RawView key={sessionId} sessionId={sessionId} />,
    },
  ];
  return (
    <div className="shell-session">
      <SessionHeader session={session} />
      <Tabs
        label="Views of the session"
        tabs={tabs.map(tab => ({
          ...tab,
          content: <Suspense fallback={<Skeleton rows={8} />}>{tab.content}</Suspense>,
        }))}
        value={place.view}
        onChange={view => go({ view })}
      />
    </div>
  );
}

function tabLabel(icon: ReactNode, name: string): ReactNode {
  return (
    <>
      {icon}
      {name}
    </>
  );
}

function CentreSkeleton() {
  return (
    <div className="shell-session">
      <Skeleton rows={2} height={20} label="Loading the session" />
      <div className="shell-session-blank" />
    </div>
  );
}

function newer(a: Session | undefined, b: Session | undefined): Session | undefined {
  return a && b ? (b.revision > a.revision ? b : a) : (a ?? b);
}
