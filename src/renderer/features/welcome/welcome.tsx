import { ArrowRight, FileDown } from 'lucide-react';
import type { Source } from '../../../shared/model/source.ts';
import { useClient } from '../../state/client-context.tsx';
import { usePlace } from '../../state/place.ts';
import { useAllSessions } from '../../state/use-session-list.tsx';
import { useQuery } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { plural } from '../../ui/format.ts';
import { Mark } from '../../ui/mark.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { OpenButton, useOpener } from '../open/index.tsx';
import { AgentMark } from '../sessions/index.tsx';
import { sourceStates } from '../sources/index.tsx';
import './welcome.css';

/** The first page: what was looked for and found, samples to look at, and how to open a file. */
export function Welcome() {
  const { total, status } = useAllSessions();
  const { go } = usePlace();
  return (
    <div className="welcome">
      <div className="welcome-page">
        <header className="welcome-head">
          <Mark size={44} />
          <div>
            <h1>Playhead</h1>
            <p>
              A flight recorder for coding agents. It reads the logs that agents write on this machine, keeps every
              byte, and shows each session as a graph, a conversation and raw records, live.
            </p>
          </div>
        </header>
        {status === 'ready' && total > 0 && (
          <div className="welcome-found">
            <p>
              <b className="number">{plural(total, 'session')}</b> recorded. Choose one on the left.
            </p>
            <Button tone="quiet" onClick={() => go({ screen: null })}>
              Back to the session <ArrowRight aria-hidden="true" />
            </Button>
          </div>
        )}
        <div className="welcome-columns">
          <div className="welcome-side">
            <section aria-label="What was looked for">
              <h2>Looked for on this machine</h2>
              <Found />
              <Button size="small" tone="quiet" onClick={() => go({ screen: 'sources' })}>
                All sources and their files <ArrowRight aria-hidden="true" />
              </Button>
            </section>
            <section aria-label="Files">
              <h2>Open a file</h2>
              <div className="welcome-drop">
                <FileDown aria-hidden="true" />
                <p>Drop a session log, a trace or a folder anywhere on this window</p>
                <OpenButton label="Choose files…" />
              </div>
            </section>
          </div>
          <section aria-label="Samples">
            <h2>Open a sample</h2>
            <Samples />
          </section>
        </div>
      </div>
    </div>
  );
}

function Found() {
  const list = useQuery(useClient().sources.list, {});
  switch (list.status) {
    case 'loading':
      return <Skeleton rows={6} height={28} label="Looking for sources" />;
    case 'failed':
      return <FailureNotice what="The sources could not be listed." error={list.error} onRetry={list.retry} />;
    case 'ready':
      return <FoundList sources={list.data.sources} />;
  }
}

function FoundList({ sources }: { readonly sources: readonly Source[] }) {
  if (sources.length === 0) {
    return <p className="welcome-none">No place is watched. Add one under sources, or open a sample.</p>;
  }
  const inOrder = sources.toSorted((a, b) => b.sessions - a.sessions || b.files - a.files);
  return (
    <ul className="welcome-list">
      {inOrder.map(source => {
        const look = sourceStates[source.state];
        return (
          <li key={source.id} className="welcome-source" title={source.reason ?? look.meaning}>
            <div className="welcome-source-names">
              <span className="welcome-source-label">{source.label}</span>
              <span className="welcome-source-path truncate" title={source.path}>
                {source.path}
              </span>
            </div>
            {source.sessions > 0 ? (
              <Badge tone="good">{plural(source.sessions, 'session')}</Badge>
            ) : (
              <Badge tone={look.tone === 'good' ? 'neutral' : look.tone}>{look.label}</Badge>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Samples() {
  const samples = useQuery(useClient().sources.samples, {});
  const { openSample, state } = useOpener();
  if (samples.status === 'loading') return <Skeleton rows={3} height={28} label="Loading the samples" />;
  if (samples.status === 'failed') {
    return <FailureNotice what="The samples could not be listed." error={samples.error} onRetry={samples.retry} />;
  }
  if (samples.data.samples.length === 0) return <p className="welcome-none">This build ships without samples.</p>;
  return (
    <ul className="welcome-list">
      {samples.data.samples.map(sample => (
        <li key={sample.id}>
          <button
            type="button"
            className="welcome-sample"
            disabled={state.kind === 'opening'}
            onClick={() => openSample(sample.id, sample.title)}
          >
            <AgentMark agent={sample.agent} size={24} />
            <span>
              <span className="welcome-sample-title">{sample.title}</span>
              <span className="welcome-sample-what">{sample.what}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
