import { FileJson } from 'lucide-react';
import { lazy, Suspense, useMemo, useSyncExternalStore } from 'react';
import type { SessionId } from '../../../shared/model/ids.ts';
import { useClient, useConnection } from '../../state/client-context.tsx';
import { usePlace } from '../../state/place.ts';
import { isNumber, useStored } from '../../state/stored.ts';
import { useTrace } from '../../state/trace-store.ts';
import { useQuery } from '../../state/use-query.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Splitter } from '../../ui/splitter.tsx';
import { RecordPages } from './record-pages.ts';
import { RecordTable } from './record-table.tsx';
import './raw.css';

// CodeMirror comes with the first record that is looked at, not with the window.
const RecordPane = lazy(async () => ({ default: (await import('./record-pane.tsx')).RecordPane }));

const PANE = { initial: 320, min: 120, max: 900 };

/** The records of a session as they were read: a table in the order of the files, and the text of the chosen one. */
export function RawView({ sessionId }: { readonly sessionId: SessionId }) {
  const { connection } = useConnection();
  const pages = useMemo(() => new RecordPages(connection, sessionId), [connection, sessionId]);
  const state = useSyncExternalStore(pages.subscribe, pages.snapshot);
  const { place, go } = usePlace();
  const { spans } = useTrace(sessionId);
  const [height, setHeight] = useStored('raw-pane', PANE.initial, isNumber);
  const shown = useShownIndex(sessionId);
  const chosen = place.recordId;

  if (state.status === 'failed' && state.error) {
    return <FailureNotice what="The records could not be loaded." error={state.error} onRetry={pages.retry} />;
  }
  if (state.status === 'loading') return <Skeleton rows={12} height={18} label="Loading the records" />;
  if (state.total === 0) {
    return (
      <EmptyState icon={<FileJson />} title="No records">
        Nothing of this session is archived.
      </EmptyState>
    );
  }
  return (
    <div className="raw">
      <RecordTable
        key={sessionId}
        pages={pages}
        total={state.total}
        version={state.version}
        spans={spans}
        chosen={chosen}
        shown={shown}
        onChoose={record => go({ spanId: record.spanId, recordId: record.recordId })}
        onClose={() => go({ recordId: null })}
      />
      {chosen !== null && (
        <>
          <Splitter
            panel="bottom"
            label="Height of the record"
            size={height}
            min={PANE.min}
            max={PANE.max}
            onResize={setHeight}
            onReset={() => setHeight(PANE.initial)}
          />
          <div className="raw-pane" style={{ height }}>
            <Suspense fallback={<Skeleton rows={5} label="Loading the record" />}>
              <RecordPane
                key={chosen}
                recordId={chosen}
                record={findRecord(pages, chosen)}
                onClose={() => go({ recordId: null })}
              />
            </Suspense>
          </div>
        </>
      )}
    </div>
  );
}

function findRecord(pages: RecordPages, recordId: number) {
  const index = pages.indexOf(recordId);
  return index === -1 ? undefined : pages.at(index);
}

/** The place in the table that the window's place asks for: the chosen record, else the first one of the chosen span or event. */
function useShownIndex(sessionId: SessionId): number | null {
  const client = useClient();
  const { place } = usePlace();
  const ofSpan = useQuery(
    client.trace.span,
    place.recordId === null && place.spanId !== null ? { sessionId, spanId: place.spanId } : null,
  );
  const ofEvent = useQuery(
    client.trace.event,
    place.recordId === null && place.eventId !== null ? { sessionId, eventId: place.eventId } : null,
  );
  const answer = place.spanId === null ? ofEvent : ofSpan;
  const first = answer.status === 'ready' ? (answer.data.records[0]?.recordId ?? null) : null;
  const recordId = place.recordId ?? first;
  const index = useQuery(client.records.indexOf, recordId === null ? null : { sessionId, recordId });
  return index.status === 'ready' ? index.data.index : null;
}
