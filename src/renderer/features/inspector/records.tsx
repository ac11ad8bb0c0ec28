import { ChevronRight, ExternalLink } from 'lucide-react';
import { lazy, Suspense, useId, useMemo, useState } from 'react';
import type { PlayheadClient } from '../../../shared/contract/index.ts';
import type { RecordId } from '../../../shared/model/ids.ts';
import type { RecordPlace } from '../../../shared/model/span.ts';
import { useClient } from '../../state/client-context.tsx';
import { usePlace } from '../../state/place.ts';
import { useQuery } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { formatBytes, formatCount, shortPath } from '../../ui/format.ts';
import { Skeleton } from '../../ui/skeleton.tsx';

// CodeMirror comes when the first record is opened.
const CodeView = lazy(async () => ({ default: (await import('../../ui/code-view.tsx')).CodeView }));

/** As much of a record is shown here; the raw view shows all of it. */
const shownBytes = 200_000;
const mostCopiedBytes = 4_000_000;

interface RecordsProps {
  readonly records: readonly RecordPlace[];
  readonly id: string;
  readonly what: 'span' | 'event';
}

/** Where everything above was read: file, line, byte, and the text itself on demand. */
export function Records({ records, id, what }: RecordsProps) {
  return (
    <section className="inspector-section" aria-label="Records">
      <h3 className="inspector-heading">
        Records
        <span className="inspector-heading-end">
          <CopyButton text={id} label={`Copy the id of this ${what}`} />
        </span>
      </h3>
      {records.length === 0 && <p className="inspector-note">It follows from other records; none is its own.</p>}
      <ul className="inspector-records">
        {records.map(record => (
          <li key={`${record.recordId} ${record.role}`}>
            <RecordRow record={record} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function RecordRow({ record }: { readonly record: RecordPlace }) {
  const client = useClient();
  const { go } = usePlace();
  const [open, setOpen] = useState(false);
  const textId = useId();
  const { recordId, path, line, offset, length } = record;
  return (
    <>
      <div className="inspector-record">
        <button
          type="button"
          className="inspector-record-line"
          aria-expanded={open}
          aria-controls={open ? textId : undefined}
          onClick={() => setOpen(!open)}
        >
          <ChevronRight aria-hidden="true" />
          <span className="inspector-record-words">
            <span className="inspector-record-head">
              <Badge>{record.role}</Badge>
              <span className="truncate">{record.type}</span>
            </span>
            <span className="inspector-record-place number" title={path}>
              {shortPath(path, 1)}, line {formatCount(line)}, byte {formatCount(offset)}, {formatBytes(length)}
            </span>
          </span>
        </button>
        <CopyButton text={`${path}:${line}`} label="Copy path and line" />
        <CopyButton text={() => readWhole(client, recordId)} label="Copy the raw text" />
        <IconButton size="small" label="Show in the raw view" onClick={() => go({ view: 'raw', recordId })}>
          <ExternalLink />
        </IconButton>
      </div>
      {open && (
        <div id={textId} className="inspector-record-text">
          <RecordText record={record} />
        </div>
      )}
    </>
  );
}

function RecordText({ record }: { readonly record: RecordPlace }) {
  const client = useClient();
  const { go } = usePlace();
  const { recordId } = record;
  const answer = useQuery(client.records.read, { recordId, limit: shownBytes });
  const [written, setWritten] = useState(false);
  const text = answer.status === 'ready' ? answer.data.text : '';
  const pretty = useMemo(() => prettyJson(text), [text]);
  switch (answer.status) {
    case 'loading':
      return <Skeleton rows={3} label="Loading the record" />;
    case 'failed':
      return <FailureNotice error={answer.error} what="The record could not be read." onRetry={answer.retry} />;
    case 'ready': {
      const { totalBytes } = answer.data;
      return (
        <>
          <Suspense fallback={<Skeleton rows={3} label="Loading the record" />}>
            <CodeView
              text={written ? text : (pretty ?? text)}
              label="Text of the record"
              isJson={pretty !== undefined}
            />
          </Suspense>
          <p className="inspector-record-foot number">
            {totalBytes > shownBytes && (
              <>
                The first {formatBytes(shownBytes)} of {formatBytes(totalBytes)}.
                <Button size="small" tone="quiet" onClick={() => go({ view: 'raw', recordId })}>
                  All of it in the raw view
                </Button>
              </>
            )}
            {pretty !== undefined && (
              <Button size="small" tone="quiet" aria-pressed={written} onClick={() => setWritten(!written)}>
                As written
              </Button>
            )}
          </p>
        </>
      );
    }
  }
}

/** With line breaks and indentation; undefined where it is not whole, or no JSON. */
function prettyJson(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return undefined;
  }
}

async function readWhole(client: PlayheadClient, recordId: RecordId): Promise<string> {
  const { text } = await client.records.read({ recordId, limit: mostCopiedBytes });
  return text;
}
