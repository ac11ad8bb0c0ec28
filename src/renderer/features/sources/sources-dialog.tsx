import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { SourceId } from '../../../shared/model/ids.ts';
import { type Source, sourceOrigins } from '../../../shared/model/source.ts';
import { useClient } from '../../state/client-context.tsx';
import { usePlace } from '../../state/place.ts';
import { useQuery } from '../../state/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { AddSource } from './add-source.tsx';
import { SourceItem } from './source-item.tsx';
import './sources.css';

/** Where records come from: what was looked for, what was found, how reading goes. */
export function SourcesDialog() {
  const { place, go } = usePlace();
  return (
    <Dialog
      open={place.screen === 'sources'}
      onClose={() => go({ screen: null })}
      title="Sources"
      description="Where Playhead looks for the logs of coding agents. It only reads; nothing leaves this machine."
      size="large"
    >
      <Sources />
    </Dialog>
  );
}

export function Sources() {
  const client = useClient();
  const list = useQuery(client.sources.list, {});
  const [adding, setAdding] = useState(false);
  const [openId, setOpenId] = useState<SourceId | null>(null);
  if (list.status === 'loading') return <Skeleton rows={6} height={40} label="Loading the sources" />;
  if (list.status === 'failed') {
    return <FailureNotice what="The sources could not be listed." error={list.error} onRetry={list.retry} />;
  }
  const { sources, formats } = list.data;
  return (
    <div className="sources">
      {adding ? (
        <AddSource formats={formats} onDone={() => setAdding(false)} />
      ) : (
        <div className="sources-bar">
          <Button onClick={() => setAdding(true)}>
            <Plus aria-hidden="true" /> Add a folder or file
          </Button>
        </div>
      )}
      {sources.length === 0 && (
        <EmptyState title="No sources">Add a folder that an agent writes its logs to.</EmptyState>
      )}
      {sourceOrigins.map(origin => (
        <SourceGroup
          key={origin}
          title={groupTitles[origin]}
          sources={inOrder(sources.filter(source => source.origin === origin))}
          openId={openId}
          onOpen={setOpenId}
        />
      ))}
    </div>
  );
}

const groupTitles: Readonly<Record<Source['origin'], string>> = {
  found: 'Looked for at the default places',
  added: 'Added by you',
  opened: 'Opened files and folders',
};

interface SourceGroupProps {
  readonly title: string;
  readonly sources: readonly Source[];
  readonly openId: SourceId | null;
  readonly onOpen: (id: SourceId | null) => void;
}

function SourceGroup({ title, sources, openId, onOpen }: SourceGroupProps) {
  if (sources.length === 0) return null;
  return (
    <section className="sources-group" aria-label={title}>
      <h3 className="sources-group-title">{title}</h3>
      <ul className="sources-list">
        {sources.map(source => (
          <SourceItem
            key={source.id}
            source={source}
            open={source.id === openId}
            onToggle={() => onOpen(source.id === openId ? null : source.id)}
          />
        ))}
      </ul>
    </section>
  );
}

/** What holds something first, what is missing last. */
function inOrder(sources: readonly Source[]): readonly Source[] {
  const place = (source: Source) => ['unreadable', 'watching', 'empty', 'missing'].indexOf(source.state);
  return sources.toSorted((a, b) => place(a) - place(b) || b.sessions - a.sessions || (a.label < b.label ? -1 : 1));
}
