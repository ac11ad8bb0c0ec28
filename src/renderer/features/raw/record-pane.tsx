import { X } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { RawRecord } from '../../../shared/contract/trace.ts';
import type { RecordId } from '../../../shared/model/ids.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { formatBytes, formatCount, shortPath } from '../../ui/format.ts';
import { Skeleton } from '../../ui/skeleton.tsx';
import { CodeView } from '../../ui/code-view.tsx';
import { PIECE_BYTES, prettyPrint, type RecordTextControls, useRecordText, WHOLE_BYTES } from './record-text.ts';

interface RecordPaneProps {
  readonly recordId: RecordId;
  /** What the table knows of it; undefined while its page is not loaded. */
  readonly record: RawRecord | undefined;
  readonly onClose: () => void;
}

/** Colours cost more than they help in text beyond this. */
const COLOURED_CHARACTERS = 1_500_000;

/** One record as it was written; pretty on demand. */
export function RecordPane({ recordId, record, onClose }: RecordPaneProps) {
  const controls = useRecordText(recordId);
  const [pretty, setPretty] = useState(false);
  const { state } = controls;
  const isWhole = state.status === 'ready' && state.readBytes >= state.totalBytes;
  const text = state.status === 'ready' ? state.text : '';
  const printed = useMemo(() => (pretty && isWhole ? prettyPrint(text) : undefined), [pretty, isWhole, text]);
  const shown = printed ?? text;
  return (
    <section className="raw-record" aria-label="Record">
      <header className="raw-record-head">
        {record && <Where record={record} />}
        <span className="raw-record-space" />
        {state.status === 'ready' && (
          <>
            <PrettyButton
              pretty={pretty}
              tooBig={state.totalBytes > WHOLE_BYTES}
              onPretty={next => {
                setPretty(next);
                if (next) controls.whole();
              }}
            />
            <CopyButton text={shown} label={isWhole ? 'Copy the record' : 'Copy what is shown'} />
          </>
        )}
        <IconButton size="small" label="Close the record" onClick={onClose}>
          <X />
        </IconButton>
      </header>
      {record?.rejected != null && (
        <p className="raw-record-rejected">
          <b>Not read:</b> {record.rejected}
        </p>
      )}
      {pretty && isWhole && printed === undefined && (
        <p className="raw-record-note">It is not JSON, so it is shown as it is.</p>
      )}
      <Body controls={controls} shown={shown} isJson={record?.rejected == null} />
    </section>
  );
}

function Where({ record }: { readonly record: RawRecord }) {
  return (
    <p className="raw-record-where number" title={record.path}>
      <span className="raw-record-path truncate">{shortPath(record.path, 2)}</span>
      <span>line {formatCount(record.line)}</span>
      <span>byte {formatCount(record.offset)}</span>
      <span>{formatBytes(record.length)}</span>
      <CopyButton text={`${record.path}:${record.line}`} label="Copy path and line" />
    </p>
  );
}

interface PrettyButtonProps {
  readonly pretty: boolean;
  readonly tooBig: boolean;
  readonly onPretty: (pretty: boolean) => void;
}

function PrettyButton({ pretty, tooBig, onPretty }: PrettyButtonProps) {
  return (
    <Button
      size="small"
      tone="quiet"
      aria-pressed={pretty}
      disabled={tooBig}
      title={
        tooBig
          ? `Records over ${formatBytes(WHOLE_BYTES)} are shown as they are`
          : 'Line breaks and indentation, for reading'
      }
      onClick={() => onPretty(!pretty)}
    >
      Pretty
    </Button>
  );
}

interface BodyProps {
  readonly controls: RecordTextControls;
  readonly shown: string;
  readonly isJson: boolean;
}

function Body({ controls, shown, isJson }: BodyProps) {
  const { state, more, retry } = controls;
  // Half a record has an open string somewhere: what follows would be coloured as what it is not.
  const isWhole = state.status === 'ready' && state.readBytes >= state.totalBytes;
  switch (state.status) {
    case 'loading':
      return <Skeleton rows={5} label="Loading the record" />;
    case 'failed':
      return <FailureNotice what="The record could not be read." error={state.error} onRetry={retry} />;
    case 'ready':
      return (
        <>
          <CodeView
            text={shown}
            label="Text of the record"
            isJson={isJson && isWhole && shown.length <= COLOURED_CHARACTERS}
          />
          {!isWhole && (
            <footer className="raw-record-more number">
              {formatBytes(state.readBytes)} of {formatBytes(state.totalBytes)} shown
              <Button size="small" busy={state.busy} onClick={more}>
                Show the next {formatBytes(Math.min(PIECE_BYTES, state.totalBytes - state.readBytes))}
              </Button>
            </footer>
          )}
        </>
      );
  }
}
