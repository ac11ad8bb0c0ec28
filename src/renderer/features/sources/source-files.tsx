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
    useFlushSync: false,
    initialRect: { width: 900, height: ROW * VISIBLE_ROWS },
  });
  const items = virtualizer.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div ref={scroller} className="sources-table" style={{ maxHeight: ROW * (VISIBLE_ROWS + 1) }}>
      <table aria-label="Files" aria-rowcount={files.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(({ name, width }) => (
              <th key={name} scope="col" style={width === undefined ? {} : { width }}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <tr aria-hidden="true" style={{ height: above }} />}
          {items.map(item => {
            const file = files[item.index];
            return file && <FileRow key={file.id} file={file} index={item.index} />;
          })}
          {below > 0 && <tr aria-hidden="true" style={{ height: below }} />}
        </tbody>
      </table>
    </div>
  );
}

const columns: readonly { readonly name: string; readonly width?: number }[] = [
  { name: 'File' },
  { name: 'Parser', width: 140 },
  { name: 'Lines', width: 72 },
  { name: 'Records', width: 80 },
  { name: 'Rejected', width: 76 },
  { name: 'Read', width: 132 },
  { name: 'State', width: 116 },
];

function FileRow({ file, index }: { readonly file: RecordedFile; readonly index: number }) {
  const look = fileStates[file.state];
  const read =
    file.readBytes < file.bytes
      ? `${formatBytes(file.readBytes)} of ${formatBytes(file.bytes)}`
      : formatBytes(file.bytes);
  const unknown = Object.values(file.unknownTypes).reduce((sum, count) => sum + count, 0);
  return (
    <tr className="number" aria-rowindex={index + 2} style={{ height: ROW }}>
      <td className="sources-table-path" title={file.path}>
        <bdi>{file.path}</bdi>
      </td>
      <td>{file.parser ?? '–'}</td>
      <td>{formatCount(file.lines)}</td>
      <td>
        {formatCount(file.records)}
        {unknown > 0 && <span title={`${formatCount(unknown)} of unknown types`}> *</span>}
      </td>
      <td className={file.rejected > 0 ? 'sources-table-odd' : ''}>{formatCount(file.rejected)}</td>
      <td title={read}>{read}</td>
      <td title={file.reason ?? look.meaning}>
        <Badge tone={look.tone}>{look.label}</Badge>
      </td>
    </tr>
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
