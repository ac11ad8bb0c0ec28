import { MessagesSquare } from 'lucide-react';
import { useMemo, useSyncExternalStore } from 'react';
import { ROOT_SPAN, type SessionId } from '../../../shared/model/ids.ts';
import { useConnection } from '../../state/client-context.tsx';
import { usePlace } from '../../state/place.ts';
import { useTrace } from '../../state/trace-store.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { conversationStore } from './list/conversation-store.ts';
import { EntryList } from './list/entry-list.tsx';
import { ThreadCrumbs } from './thread-crumbs.tsx';
import { threadOf, threadPath } from './threads.ts';
import './conversation.css';

interface ConversationViewProps {
  readonly sessionId: SessionId;
}

/** A session as people read it: the chat of its main thread, or of a subagent's. */
export function ConversationView({ sessionId }: ConversationViewProps) {
  const { connection } = useConnection();
  const { place, go } = usePlace();
  const trace = useTrace(sessionId);
  const threadId = threadOf(place, trace.spans, trace.events);
  const store = useMemo(() => conversationStore(connection, sessionId, threadId), [connection, sessionId, threadId]);
  const conversation = useSyncExternalStore(store.subscribe, store.snapshot);
  const path = threadPath(threadId, trace.spans);

  const body = () => {
    if (conversation.status === 'failed' && conversation.error)
      return (
        <FailureNotice
          error={conversation.error}
          what="The conversation could not be loaded."
          onRetry={store.catchUp}
        />
      );
    // Times and turns come with the trace: without it the list would be drawn twice.
    if (conversation.status === 'loading' || trace.status === 'loading')
      return (
        <div className="conversation-loading">
          <Skeleton rows={9} height={22} label="Loading the conversation" />
        </div>
      );
    if (conversation.entries.length === 0)
      return (
        <EmptyState
          icon={<MessagesSquare />}
          title="No conversation was recorded"
          actions={<Button onClick={() => go({ view: 'graph' })}>Show the graph</Button>}
        >
          {threadId === ROOT_SPAN
            ? 'Its records hold steps and timings, but no messages. They are in the graph and in the raw view.'
            : 'The messages of this subagent are not in the files that were read.'}
        </EmptyState>
      );
    return (
      <EntryList
        key={JSON.stringify([sessionId, threadId])}
        sessionId={sessionId}
        store={store}
        conversation={conversation}
        trace={trace}
      />
    );
  };

  return (
    <section className="conversation" aria-label="Conversation">
      {path.length > 1 && <ThreadCrumbs steps={path} spans={trace.spans} />}
      {body()}
    </section>
  );
}
