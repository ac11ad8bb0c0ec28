import { type FormEvent, useId, useState } from 'react';
import { type PlayheadError, toPlayheadError } from '../../../shared/base/errors.ts';
import { useClient, useQueryCache } from '../../state/client-context.tsx';
import { Button } from '../../ui/button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';

interface Format {
  readonly id: string;
  readonly label: string;
}

interface AddSourceProps {
  readonly formats: readonly Format[];
  readonly onDone: () => void;
}

const AUTO: Format = { id: 'auto', label: 'Tell by content' };

/** A folder or file to watch, by its path, and the format of what lies there. */
export function AddSource({ formats, onDone }: AddSourceProps) {
  const client = useClient();
  const cache = useQueryCache();
  const pathId = useId();
  const formatId = useId();
  const [path, setPath] = useState('');
  const [format, setFormat] = useState(AUTO.id);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<PlayheadError | null>(null);
  const choices = formats.some(known => known.id === AUTO.id) ? formats : [AUTO, ...formats];
  const add = async () => {
    setBusy(true);
    try {
      await client.sources.add({ path: path.trim(), format });
      cache.refresh(entry => entry.callName === client.sources.list.callName);
      onDone();
    } catch (thrown) {
      setError(toPlayheadError(thrown));
      setBusy(false);
    }
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (path.trim() !== '') void add();
  };
  return (
    <form className="sources-add" onSubmit={onSubmit} aria-label="Add a source">
      <div className="sources-add-fields">
        <div className="sources-field sources-field-wide">
          <label htmlFor={pathId}>Folder or file</label>
          <input
            id={pathId}
            className="sources-input"
            type="text"
            value={path}
            maxLength={4096}
            placeholder="/home/you/project/logs"
            spellCheck={false}
            autoComplete="off"
            // The form opens by the user's click, to be typed into.
            // oxlint-disable-next-line jsx-a11y/no-autofocus
            autoFocus
            onChange={event => setPath(event.target.value)}
          />
        </div>
        <div className="sources-field">
          <label htmlFor={formatId}>Format</label>
          <select
            id={formatId}
            className="sources-input"
            value={format}
            onChange={event => setFormat(event.target.value)}
          >
            {choices.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </select>
        </div>
      </div>
      {error && <FailureNotice what="It could not be added." error={error} />}
      <div className="sources-add-actions">
        <Button type="submit" tone="primary" busy={busy} disabled={path.trim() === ''}>
          Watch it
        </Button>
        <Button tone="quiet" onClick={onDone}>
          Cancel
        </Button>
        <p>An absolute path. It need not exist yet: it is read when it appears.</p>
      </div>
    </form>
  );
}
