import { lazy, Suspense, useMemo } from 'react';
import type { ContentBlock } from '../../../shared/model/content.ts';
import type { RecordPlace } from '../../../shared/model/span.ts';
import { usePlace } from '../../state/place.ts';
import { Skeleton } from '../../ui/skeleton.tsx';

interface ContentProps {
  readonly blocks: readonly ContentBlock[];
  readonly records: readonly RecordPlace[];
}

// Comes with the conversation's own chunk: Markdown and diffs are not needed for the first paint.
const ContentBlocks = lazy(async () => ({ default: (await import('./content-blocks.tsx')).ContentBlocks }));

/** What was asked, answered, thought and done. */
export function Content({ blocks, records }: ContentProps) {
  const { go } = usePlace();
  const recordId = records[0]?.recordId ?? null;
  const openRecord = useMemo(
    () => (recordId === null ? undefined : () => go({ view: 'raw', recordId })),
    [go, recordId],
  );
  if (blocks.length === 0) return null;
  return (
    <section className="inspector-section inspector-content" aria-label="Content">
      <h3 className="inspector-heading">Content</h3>
      <Suspense fallback={<Skeleton rows={4} label="Loading the content" />}>
        <ContentBlocks blocks={blocks} openRecord={openRecord} />
      </Suspense>
    </section>
  );
}
