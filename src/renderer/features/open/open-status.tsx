import { TriangleAlert, X } from 'lucide-react';
import type { ErrorCode } from '../../../shared/base/errors.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { plural } from '../../ui/format.ts';
import { Spinner } from '../../ui/spinner.tsx';
import { type OpenFailure, type OpenState, useOpener } from './opener.tsx';
import './open.css';

/** What is being opened, or why it could not be, in a corner of the window. */
export function OpenStatus() {
  const { state, cancel, dismiss } = useOpener();
  switch (state.kind) {
    case 'idle':
      return null;
    case 'opening':
      return <Opening state={state} onCancel={cancel} />;
    case 'failed':
      return <Failed failures={state.failures} opened={state.opened} onDismiss={dismiss} />;
  }
}

function Opening({ state, onCancel }: { state: Extract<OpenState, { kind: 'opening' }>; onCancel: () => void }) {
  const share = state.share === null ? null : (state.done + state.share) / state.count;
  // Sent whole, the server still has to read it.
  const reading = state.share === null || state.share >= 1;
  return (
    <output className="open-status" aria-label="Opening">
      <div className="open-status-row">
        <Spinner />
        <p className="truncate open-status-name" title={state.name}>
          {reading ? 'Reading' : 'Sending'} {state.name}
        </p>
        {state.count > 1 && (
          <span className="number open-status-count">
            {state.done + 1} of {state.count}
          </span>
        )}
        <Button size="small" tone="quiet" onClick={onCancel}>
          Cancel
        </Button>
      </div>
      <progress className="open-progress" max={1} {...(share === null ? {} : { value: share })} aria-label="Progress" />
    </output>
  );
}

interface FailedProps {
  readonly failures: readonly OpenFailure[];
  readonly opened: number;
  readonly onDismiss: () => void;
}

const SHOWN = 5;

function Failed({ failures, opened, onDismiss }: FailedProps) {
  const more = failures.length - SHOWN;
  return (
    <section className="open-status open-status-failed" role="alert">
      <div className="open-status-row">
        <TriangleAlert aria-hidden="true" />
        <p className="open-status-name">
          {failures.length === 1 ? 'This could not be opened' : `${failures.length} files could not be opened`}
          {opened > 0 && `; ${plural(opened, 'session')} opened`}
        </p>
        <IconButton size="small" label="Dismiss" onClick={onDismiss}>
          <X />
        </IconButton>
      </div>
      <ul className="open-failures">
        {failures.slice(0, SHOWN).map(({ name, error }) => (
          <li key={`${name} ${error.message}`}>
            {name !== '' && <p className="open-failure-name">{name}</p>}
            <p>{error.message}</p>
            <p className="open-failure-advice">{advice(error.code)}</p>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="open-failure-advice">and {plural(more, 'other')}</p>}
    </section>
  );
}

function advice(code: ErrorCode): string {
  switch (code) {
    case 'bad-input':
      return 'Playhead opens session logs (JSON Lines) and OpenTelemetry traces (JSON), and folders of them.';
    case 'not-found':
      return 'It may have been moved or deleted since. Choose it again.';
    case 'unreadable':
      return 'Check that the file still exists and that you may read it, then try again.';
    case 'unavailable':
      return 'Try again when Playhead answers.';
    case 'denied':
      return 'Open the address that Playhead printed when it was started, then try again.';
    case 'too-large':
    case 'conflict':
    case 'cancelled':
    case 'store-newer':
    case 'store-corrupt':
    case 'internal':
      return 'The file itself was not touched.';
  }
}
