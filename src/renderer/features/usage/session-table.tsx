import { useState } from 'react';
import type { UsageRow } from '../../../shared/contract/usage.ts';
import { costText } from '../../../shared/model/cost.ts';
import { totalTokens } from '../../../shared/model/usage.ts';
import { useNow } from '../../state/use-now.ts';
import { usePlace } from '../../state/place.ts';
import { Button } from '../../ui/button.tsx';
import { costSentences } from '../../ui/cost-about.tsx';
import { describeAge, formatCount, formatTokens, plural } from '../../ui/format.ts';
import { AgentMark } from '../sessions/index.tsx';
import { cacheHitRate, percentText, valueOf } from './amounts.ts';
import type { Metric } from './usage-place.ts';

interface SessionTableProps {
  readonly rows: readonly UsageRow[];
  readonly metric: Metric;
  /** What they were narrowed to, in words. */
  readonly about: string;
}

const FIRST = 25;

/** The sessions behind the figures, the most expensive first; each can be opened. */
export function SessionTable({ rows, metric, about }: SessionTableProps) {
  const { go } = usePlace();
  const nowMs = useNow();
  const [all, setAll] = useState(false);
  const sorted = rows.toSorted((a, b) => valueOf(b, metric) - valueOf(a, metric));
  return (
    <section className="usage-panel" aria-label="Sessions">
      <div className="usage-panel-head">
        <h2>Sessions</h2>
        <span className="usage-weak">
          {plural(rows.length, 'session')} {about}
        </span>
      </div>
      <table className="usage-sessions number">
        <thead>
          <tr>
            <th scope="col">Session</th>
            <th scope="col">Project</th>
            <th scope="col">Newest record</th>
            <th scope="col" className="is-figure">
              Responses
            </th>
            <th scope="col" className="is-figure">
              Tokens
            </th>
            <th scope="col" className="is-figure">
              Cache hits
            </th>
            <th scope="col" className="is-figure">
              API value
            </th>
          </tr>
        </thead>
        <tbody>
          {(all ? sorted : sorted.slice(0, FIRST)).map(({ session, usage, cost, responses }) =>
            session ? (
              <tr key={session.id}>
                <th scope="row">
                  <button type="button" onClick={() => go({ sessionId: session.id, screen: null })}>
                    <AgentMark agent={session.agent} />
                    <span className="truncate" title={session.title}>
                      {session.title === '' ? 'Untitled' : session.title}
                    </span>
                  </button>
                </th>
                <td className="truncate" title={session.project}>
                  {session.project}
                </td>
                <td>{session.updateUs === null ? '–' : describeAge(session.updateUs, nowMs)}</td>
                <td className="is-figure">{formatCount(responses)}</td>
                <td className="is-figure">{formatTokens(totalTokens(usage))}</td>
                <td className="is-figure">{percentText(cacheHitRate(usage))}</td>
                <td className="is-figure" title={costSentences(cost).join(' ')}>
                  {costText(cost)}
                </td>
              </tr>
            ) : null,
          )}
        </tbody>
      </table>
      {sorted.length > FIRST && (
        <Button size="small" tone="quiet" onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${formatCount(sorted.length)}`}
        </Button>
      )}
    </section>
  );
}
