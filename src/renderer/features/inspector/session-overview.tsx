import { MousePointerClick } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import type { SessionId } from '../../../shared/model/ids.ts';
import type { SessionEvent, Span } from '../../../shared/model/span.ts';
import { totalTokens } from '../../../shared/model/usage.ts';
import { useClient } from '../../state/client-context.tsx';
import { usePlace } from '../../state/place.ts';
import { useQuery } from '../../state/use-query.ts';
import { useTrace } from '../../state/trace-store.ts';
import { Button } from '../../ui/button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { formatCount, formatDateTime, formatDuration, formatTime, formatTokens, plural } from '../../ui/format.ts';
import { KindIcon } from '../../ui/kind-icon.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { type Fact, Facts } from './facts.tsx';
import { shownText } from './shown-text.ts';
import { summariseTrace, timeOf, type TraceSummary } from './summarise-trace.ts';
import { UsageTable } from './usage-table.tsx';

/** The session in figures, for as long as nothing in it is selected. */
export function SessionOverview({ sessionId }: { readonly sessionId: SessionId }) {
  // Summed up after what was just written is on the screen.
  const trace = useDeferredValue(useTrace(sessionId));
  const summary = useMemo(() => summariseTrace(trace.spans, trace.events), [trace.spans, trace.events]);
  const session = useQuery(useClient().sessions.get, { sessionId });
  if (trace.status === 'loading' && trace.spans.size === 0) {
    return (
      <div className="inspector-section">
        <Skeleton rows={8} label="Loading the session" />
      </div>
    );
  }
  if (trace.status === 'failed' && trace.error) {
    return <FailureNotice error={trace.error} what="The session could not be loaded." onRetry={trace.retry} />;
  }
  return (
    <>
      <header className="inspector-header">
        <p className="inspector-kind">
          <KindIcon kind="agent" root size={16} />
          <span>Session</span>
        </p>
        <p className="inspector-hint">
          <MousePointerClick aria-hidden="true" />
          Select a step or a prompt to see all about it.
        </p>
      </header>
      <Counts summary={summary} />
      <Facts facts={factsOf(summary)} />
      {totalTokens(summary.usage) > 0 && (
        <UsageTable
          usage={summary.usage}
          provenance={null}
          counted
          cost={session.status === 'ready' ? session.data.cost : undefined}
        />
      )}
      <Errors errors={summary.errors} />
      <Ranking
        title="Models"
        rows={summary.models.map(({ name, calls, tokens }) => ({
          name: name === '' ? 'model not recorded' : name,
          share: tokens,
          words: tokens > 0 ? `${plural(calls, 'call')}, ${formatTokens(tokens)} tokens` : plural(calls, 'call'),
        }))}
        tone="llm"
      />
      <Ranking
        title="Tools"
        rows={summary.tools.map(({ name, calls, errors }) => ({
          name,
          share: calls,
          words: `${formatCount(calls)}${errors > 0 ? `, ${formatCount(errors)} failed` : ''}`,
        }))}
        tone="tool"
      />
    </>
  );
}

function Counts({ summary: { counts } }: { readonly summary: TraceSummary }) {
  const tiles = [
    { name: 'turns', count: counts.turns, icon: null },
    { name: 'LLM calls', count: counts.llm, icon: <KindIcon kind="llm" /> },
    { name: 'tools', count: counts.tool, icon: <KindIcon kind="tool" /> },
    { name: 'agents', count: counts.agent, icon: <KindIcon kind="agent" /> },
    { name: 'phases', count: counts.phase, icon: <KindIcon kind="phase" /> },
  ];
  return (
    <dl className="inspector-counts number">
      {tiles
        .filter(({ count, name }) => count > 0 || name === 'turns')
        .map(({ name, count, icon }) => (
          <div key={name}>
            <dd>{formatCount(count)}</dd>
            <dt>
              {icon}
              {name}
            </dt>
          </div>
        ))}
    </dl>
  );
}

function factsOf({ startUs, endUs, running }: TraceSummary): readonly Fact[] {
  if (startUs === null || endUs === null) return [];
  const facts: Fact[] = [
    { name: 'First', value: formatDateTime(startUs) },
    { name: 'Last', value: formatDateTime(endUs) },
    { name: 'Between', value: formatDuration(endUs - startUs) },
  ];
  if (running > 0) facts.push({ name: 'Without end', value: `${formatCount(running)} running or cut off` });
  return facts;
}

const firstErrors = 6;

function Errors({ errors }: { readonly errors: readonly (Span | SessionEvent)[] }) {
  const { go } = usePlace();
  const [all, setAll] = useState(false);
  if (errors.length === 0) return null;
  return (
    <section className="inspector-section" aria-label="Errors">
      <h3 className="inspector-heading">
        Errors <span className="inspector-weak number">{formatCount(errors.length)}</span>
      </h3>
      <ul className="inspector-children">
        {(all ? errors : errors.slice(0, firstErrors)).map(error => {
          const isEvent = 'atUs' in error;
          const at = timeOf(error);
          return (
            <li key={error.id}>
              <button type="button" onClick={() => go(isEvent ? { eventId: error.id } : { spanId: error.id })}>
                <span className="inspector-span-line">
                  {isEvent ? <i className="inspector-error-dot" aria-hidden="true" /> : <KindIcon kind={error.kind} />}
                  <span className="truncate" dir="auto">
                    {shownText(error.name)}
                    {error.summary !== null && <span className="inspector-weak"> {shownText(error.summary)}</span>}
                  </span>
                  {at !== null && <span className="inspector-weak number">{formatTime(at)}</span>}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      {errors.length > firstErrors && (
        <Button size="small" tone="quiet" onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${formatCount(errors.length)}`}
        </Button>
      )}
    </section>
  );
}

interface RankingProps {
  readonly title: string;
  readonly rows: readonly { readonly name: string; readonly share: number; readonly words: string }[];
  readonly tone: 'llm' | 'tool';
}

const firstRows = 10;

function Ranking({ title, rows, tone }: RankingProps) {
  const [all, setAll] = useState(false);
  if (rows.length === 0) return null;
  const most = Math.max(1, ...rows.map(row => row.share));
  return (
    <section className="inspector-section" aria-label={title}>
      <h3 className="inspector-heading">{title}</h3>
      <ul className="inspector-ranking">
        {(all ? rows : rows.slice(0, firstRows)).map(({ name, share, words }) => (
          <li key={name}>
            <span className={`inspector-share inspector-share-${tone}`} style={{ width: `${(share / most) * 100}%` }} />
            <span className="truncate">{shownText(name)}</span>
            <span className="inspector-weak number">{words}</span>
          </li>
        ))}
      </ul>
      {rows.length > firstRows && (
        <Button size="small" tone="quiet" onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${formatCount(rows.length)}`}
        </Button>
      )}
    </section>
  );
}
