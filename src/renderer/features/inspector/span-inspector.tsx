import { ROOT_SPAN, type RecordId, type SessionId, type SpanId } from '../../../shared/model/ids.ts';
import type { Span, SpanStatus } from '../../../shared/model/span.ts';
import { useClient } from '../../state/client-context.tsx';
import { type Trace, useTrace } from '../../state/trace-store.ts';
import { useQuery } from '../../state/use-query.ts';
import { Badge, type BadgeTone } from '../../ui/badge.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { formatDateTime, formatDuration } from '../../ui/format.ts';
import { KindIcon, kindNames } from '../../ui/kind-icon.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Attributes } from './attributes.tsx';
import { Content } from './content.tsx';
import { familyOf, turnOf } from './family.ts';
import { type Fact, Facts } from './facts.tsx';
import { ItemHeader } from './item-header.tsx';
import { Relatives } from './relatives.tsx';
import { Records } from './records.tsx';
import { UsageTable } from './usage-table.tsx';

interface SpanInspectorProps {
  readonly sessionId: SessionId;
  readonly spanId: SpanId;
}

/** Everything known of one span. It changes with the span, and scrolls nowhere by itself. */
export function SpanInspector({ sessionId, spanId }: SpanInspectorProps) {
  const trace = useTrace(sessionId);
  const client = useClient();
  const detail = useQuery(client.trace.span, { sessionId, spanId });
  // The trace is brought up to date first; the answer of the query follows.
  const span = trace.spans.get(spanId) ?? (detail.status === 'ready' ? detail.data.span : undefined);
  if (!span) {
    return detail.status === 'failed' ? (
      <FailureNotice error={detail.error} what="This step could not be shown." onRetry={detail.retry} />
    ) : (
      <div className="inspector-section">
        <Skeleton rows={6} label="Loading the step" />
      </div>
    );
  }
  return (
    <>
      <SpanHeader
        span={span}
        trace={trace}
        recordId={detail.status === 'ready' ? (detail.data.records[0]?.recordId ?? null) : null}
      />
      <Facts facts={factsOf(span, trace)} />
      {span.usage && (
        <UsageTable
          usage={span.usage}
          provenance={span.usageProvenance}
          counted={span.counted}
          cost={detail.status === 'ready' ? detail.data.cost : undefined}
        />
      )}
      {detail.status === 'loading' && (
        <div className="inspector-section">
          <Skeleton rows={5} label="Loading what was said and done" />
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
      <Relatives family={familyOf(trace.spans, span)} />
      {detail.status === 'ready' && <Records records={detail.data.records} id={span.id} what="span" />}
    </>
  );
}

interface SpanHeaderProps {
  readonly span: Span;
  readonly trace: Trace;
  readonly recordId: RecordId | null;
}

function SpanHeader({ span, trace, recordId }: SpanHeaderProps) {
  const isRoot = span.id === ROOT_SPAN;
  const turn = turnOf(trace.spans, span);
  const status = statusLooks[span.status];
  return (
    <ItemHeader
      icon={<KindIcon kind={span.kind} root={isRoot} size={16} />}
      kind={isRoot ? 'Session' : kindNames[span.kind]}
      title={span.name}
      subtitle={span.summary === span.name ? null : span.summary}
      badges={
        <>
          {status && (
            <Badge tone={status.tone} title={status.about}>
              {status.word}
            </Badge>
          )}
          {turn !== null && <Badge title="Number of its turn">{turn === 0 ? 'before turn 1' : `turn ${turn}`}</Badge>}
          {span.link === 'orphan' && (
            <Badge tone="warn" title="Its parent is not in the records that were read, so it hangs below the session">
              orphan
            </Badge>
          )}
        </>
      }
      jump={{ spanId: span.id, threadId: span.kind === 'agent' && !isRoot ? span.id : span.threadId }}
      recordId={recordId}
    />
  );
}

const statusLooks: Readonly<
  Record<SpanStatus, { readonly word: string; readonly tone: BadgeTone; readonly about: string } | null>
> = {
  unknown: null,
  ok: { word: 'ok', tone: 'good', about: 'It ended well' },
  open: { word: 'running', tone: 'accent', about: 'No end is recorded: it runs, or it was cut off' },
  aborted: { word: 'aborted', tone: 'warn', about: 'It was given up before its end' },
  error: { word: 'error', tone: 'bad', about: 'It ended in an error' },
};

function factsOf(span: Span, trace: Trace): readonly Fact[] {
  const { startUs, endUs, model, threadId } = span;
  const thread = threadId === ROOT_SPAN ? null : trace.spans.get(threadId);
  const facts: (Fact | null)[] = [
    { name: 'Start', value: startUs === null ? 'not recorded' : formatDateTime(startUs, true) },
    { name: 'End', value: endUs === null ? 'not recorded' : formatDateTime(endUs, true) },
    startUs === null || endUs === null ? null : { name: 'Duration', value: formatDuration(endUs - startUs) },
    model === null ? null : { name: 'Model', value: model, copies: true },
    thread ? { name: 'In', value: thread.name, to: { spanId: thread.id } } : null,
  ];
  return facts.filter(fact => fact !== null);
}
