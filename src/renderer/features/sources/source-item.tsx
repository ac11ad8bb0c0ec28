import { ChevronRight, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { type PlayheadError, toPlayheadError } from '../../../shared/base/errors.ts';
import type { Source } from '../../../shared/model/source.ts';
import { useClient, useQueryCache } from '../../state/client-context.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { formatBytes, formatCount, plural } from '../../ui/format.ts';
import { SourceFiles } from './source-files.tsx';
import { sourceStates } from './source-state.ts';

interface SourceItemProps {
  readonly source: Source;
  readonly open: boolean;
  readonly onToggle: () => void;
}

/** One source: its place, its state with the reason, what was read; its files when opened. */
export function SourceItem({ source, open, onToggle }: SourceItemProps) {
  const look = sourceStates[source.state];
  return (
    <li className={`sources-item sources-item-${source.state}`}>
      <button type="button" className="sources-item-head" aria-expanded={open} onClick={onToggle}>
        <ChevronRight className={`sources-chevron ${open ? 'is-open' : ''}`} aria-hidden="true" />
        <span className="sources-item-names">
          <span className="sources-item-label">{source.label}</span>
          <span className="sources-item-path truncate" title={source.path}>
            {source.path}
          </span>
        </span>
        <span className="sources-item-counts number">{counts(source)}</span>
        <span className="sources-item-badges">
          {source.rejected > 0 && (
            <Badge tone="warn" title="Lines that could not be read; they are kept and shown in the raw view">
              {formatCount(source.rejected)} rejected
            </Badge>
          )}
          <Badge tone={look.tone}>{look.label}</Badge>
        </span>
      </button>
      {open && (
        <div className="sources-item-body">
          <div className="sources-item-actions">
            <p className="sources-item-meaning">
              {source.reason !== null && <span className="sources-item-reason">{source.reason}</span>} {look.meaning}
            </p>
            <CopyButton text={source.path} label="Copy path" />
            {source.origin !== 'found' && <RemoveSource source={source} />}
          </div>
          {source.files > 0 && <SourceFiles sourceId={source.id} />}
        </div>
      )}
    </li>
  );
}

type Removal =
  | { readonly kind: 'idle' | 'asking' | 'busy' }
  | { readonly kind: 'failed'; readonly error: PlayheadError };

function RemoveSource({ source }: { readonly source: Source }) {
  const client = useClient();
  const cache = useQueryCache();
  const [state, setState] = useState<Removal>({ kind: 'idle' });
  const remove = async () => {
    setState({ kind: 'busy' });
    try {
      await client.sources.remove({ sourceId: source.id });
      cache.refresh(entry => entry.callName === client.sources.list.callName);
    } catch (thrown) {
      setState({ kind: 'failed', error: toPlayheadError(thrown) });
    }
  };
  if (state.kind === 'idle') {
    return (
      <Button size="small" tone="quiet" onClick={() => setState({ kind: 'asking' })}>
        <Trash2 aria-hidden="true" /> Stop watching
      </Button>
    );
  }
  return (
    <>
      {state.kind === 'failed' && <FailureNotice what="It could not be removed." error={state.error} />}
      <span className="sources-item-ask">What was recorded stays. Stop watching it?</span>
      <Button size="small" tone="danger" busy={state.kind === 'busy'} onClick={() => void remove()}>
        Stop watching
      </Button>
      <Button size="small" tone="quiet" onClick={() => setState({ kind: 'idle' })}>
        Keep
      </Button>
    </>
  );
}

function counts(source: Source): string {
  if (source.files === 0) return '';
  return [
    plural(source.sessions, 'session'),
    plural(source.files, 'file'),
    formatBytes(source.bytes),
    ...(source.unrecognised > 0 ? [`${formatCount(source.unrecognised)} unknown`] : []),
  ].join(' · ');
}
