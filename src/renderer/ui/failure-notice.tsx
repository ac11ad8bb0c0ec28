import { TriangleAlert } from 'lucide-react';
import type { ErrorCode, PlayheadError } from '../../shared/base/errors.ts';
import { Button } from './button.tsx';
import './notices.css';

interface FailureNoticeProps {
  readonly error: PlayheadError;
  /** What could not be done: "The sessions could not be loaded." */
  readonly what?: string;
  readonly onRetry?: () => void;
}

/** What went wrong, in the words of the error, and what to do about it. */
export function FailureNotice({ error, what, onRetry }: FailureNoticeProps) {
  return (
    <div className="failure-notice" role="alert">
      <TriangleAlert aria-hidden="true" />
      <div>
        {what !== undefined && <p className="failure-notice-what">{what}</p>}
        <p>{error.message}</p>
        <p className="failure-notice-advice">{advice[error.code]}</p>
        {onRetry && (
          <Button size="small" onClick={onRetry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}

const advice: Readonly<Record<ErrorCode, string>> = {
  'bad-input': 'Nothing was changed.',
  'not-found': 'It may have been removed since. What else was recorded is still there.',
  conflict: 'Nothing was changed. Try again in a moment.',
  cancelled: 'Nothing was changed.',
  unavailable: 'What was recorded is safe. This view fills by itself when the connection is back.',
  unreadable: 'Check that the file still exists and that you may read it.',
  'too-large': 'Choose a smaller piece.',
  'store-newer': 'Start the newer Playhead that wrote this store, or choose another data folder.',
  'store-corrupt': 'The damaged store was kept under another name; the sources are read again.',
  denied: 'Nothing was changed.',
  internal: 'This is a defect of Playhead. What was recorded is safe.',
};
