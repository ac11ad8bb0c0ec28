import { Network } from 'lucide-react';
import type { SessionId } from '../../../shared/model/ids.ts';
import { useTrace } from '../../state/trace-store.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { GraphStage } from './graph-stage.tsx';
import './graph.css';

interface GraphViewProps {
  readonly sessionId: SessionId;
}

/** A session as a graph: time runs left to right, levels top to bottom. */
export function GraphView({ sessionId }: GraphViewProps) {
  const trace = useTrace(sessionId);
  if (trace.status === 'loading' && trace.spans.size === 0) {
    return (
      <div className="graph-waiting">
        <Skeleton rows={6} height={28} label="Loading the graph" />
      </div>
    );
  }
  if (trace.status === 'failed' && trace.error) {
    return <FailureNotice error={trace.error} what="The graph could not be loaded." onRetry={trace.retry} />;
  }
  if (trace.spans.size === 0) {
    return (
      <EmptyState icon={<Network />} title="Nothing to draw yet">
        This session holds no steps so far. They appear here as the agent writes them.
      </EmptyState>
    );
  }
  return <GraphStage key={sessionId} sessionId={sessionId} spans={trace.spans} events={trace.events} />;
}
