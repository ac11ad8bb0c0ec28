import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, useState } from 'react';
import type { SourceId } from '../../../shared/model/ids.ts';
import type { RecordedFile } from '../../../shared/model/source.ts';
import { useClient } from '../../state/client-context.tsx';
import { useQuery } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { formatBytes, formatCount, plural } from '../../ui/format.ts';
import { Skeleton } from '../../ui/skeleton.tsx';
import { fileStates } from './source-state.ts';

const ROW = 30;
const VISIBLE_ROWS = 9;

/** The files of a source with what was read of each, those that need a look first. */
export function SourceFiles({ sourceId }: { readonly sourceId: SourceId }) {
  const client = useClient();
  const answer = useQuery(client.sources.files, { sourceId });
  const [onlyOdd, setOnlyOdd] = useState(false);
  if (answer.status === 'loading') return <Skeleton rows={3} label="Loading the files" />;
  if (answer.status === 'failed') {
    return <FailureNotice what="The files could not be listed." error={answer.error} onRetry={answer.retry} />;
  }
  const odd = answer.data.files.filter(isOdd);
  const files = onlyOdd ? odd : answer.data.files;
  const unknown = sumUnknownTypes(answer.data.files);
  return (
    <div className="sources-files">
      {unknown.length > 0 && (
        <p className="sources-unknown">
          Record types that this version does not know (kept, and shown in the raw view):{' '}
          {unknown.map(([type, count]) => (
            <Badge key={type}>
              {type} {formatCount(count)}
            </Badge>
          ))}
        </p>
      )}
      <div className="sources-files-bar">
        <span className="number">{plural(files.length, 'file')}</span>
        {odd.length > 0 && (
          <label className="sources-files-odd">
            <input type="checkbox" checked={onlyOdd} onChange={event => setOnlyOdd(event.target.checked)} />
            Only the {formatCount(odd.length)} with rejected lines, unknown types or trouble
          </label>
        )}
      </div>
      <FileTable files={files} />
    </div>
  );
}

function FileTable({ files }: { readonly files: readonly RecordedFile[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    count: files.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 6,
    initialRect: { width: 900, height: ROW * VISIBLE_ROWS },
  });
  return (
    <div
      ref={scroller}
      className="sources-table"
      role="table"
      aria-label="Files"
      aria-rowcount={files.length + 1}
      style={{ maxHeight: ROW * (VISIBLE_ROWS + 1) }}
    >
      <div className="sources-table-row sources-table-head" role="row" aria-rowindex={1}>
        {['File', 'Parser', 'Lines', 'Records', 'Rejected', 'Read', 'State'].map(name => (
          <span key={name} role="columnheader">
            {name}
          </span>
        ))}
      </div>
      <div role="rowgroup" className="sources-table-body" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(item => {
          const file = files[item.index];
          return file && <FileRow key={file.id} file={file} index={item.index} top={item.start} />;
        })}
      </div>
    </div>
  );
}

interface FileRowProps {
  readonly file: RecordedFile;
  readonly index: number;
  readonly top: number;
}

function FileRow({ file, index, top }: FileRowProps) {
  const look = fileStates[file.state];
  const read =
    file.readBytes < file.bytes
      ? `${formatBytes(file.readBytes)} of ${formatBytes(file.bytes)}`
      : formatBytes(file.bytes);
  const unknown = Object.values(file.unknownTypes).reduce((sum, count) => sum + count, 0);
  return (
    <div
      className="sources-table-row number"
      role="row"
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="cell" className="sources-table-path" title={file.path}>
        <bdi>{file.path}</bdi>
      </span>
      <span role="cell" className="truncate">
        {file.parser ?? '–'}
      </span>
      <span role="cell">{formatCount(file.lines)}</span>
      <span role="cell">
        {formatCount(file.records)}
        {unknown > 0 && <span title={`${formatCount(unknown)} of unknown types`}> *</span>}
      </span>
      <span role="cell" className={file.rejected > 0 ? 'sources-table-odd' : ''}>
        {formatCount(file.rejected)}
      </span>
      <span role="cell" className="truncate" title={read}>
        {read}
      </span>
      <span role="cell" title={file.reason ?? look.meaning}>
        <Badge tone={look.tone}>{look.label}</Badge>
      </span>
    </div>
  );
}

function isOdd(file: RecordedFile): boolean {
  const fine = file.state === 'current' || file.state === 'reading';
  return !fine || file.rejected > 0 || Object.keys(file.unknownTypes).length > 0;
}

function sumUnknownTypes(files: readonly RecordedFile[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const file of files) {
    for (const [type, count] of Object.entries(file.unknownTypes)) counts.set(type, (counts.get(type) ?? 0) + count);
  }
  return [...counts].sort((a, b) => b[1] - a[1]);
}
