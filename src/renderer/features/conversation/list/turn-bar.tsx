import { ChevronDown, ChevronUp, FileWarning } from 'lucide-react';
import { memo, useMemo } from 'react';
import type { SessionEvent } from '../../../../shared/model/span.ts';
import { usePlace } from '../../../state/place.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { plural } from '../../../ui/format.ts';
import { visibleText } from '../text/visible-text.ts';
import type { Move } from './keys.ts';
import { type OutlineEntry, turnAt } from './outline.ts';

interface TurnBarProps {
  readonly entries: readonly OutlineEntry[];
  /** The first entry in view. */
  readonly topIndex: number;
  readonly turns: ReadonlyMap<number, SessionEvent>;
  readonly rejected: readonly SessionEvent[];
  readonly onMove: (move: Move) => void;
}

/** Above the list: the turn that is being read, and the way to the ones before and after it. */
export const TurnBar = memo(function TurnBar({ entries, topIndex, turns, rejected, onMove }: TurnBarProps) {
  const { go } = usePlace();
  const last = useMemo(() => entries.reduce((most, entry) => Math.max(most, entry.turn ?? 0), 0), [entries]);
  const turn = turnAt(entries, topIndex);
  const words = turn === null ? null : (turns.get(turn)?.summary ?? null);
  const firstRejected = rejected.find(event => event.recordId !== null)?.recordId;
  return (
    <div className="conversation-bar">
      {last > 0 ? (
        <p className="conversation-bar-turn">
          <span className="number">
            {turn === null || turn === 0 ? 'Before the first turn' : `Turn ${turn} of ${last}`}
          </span>
          {words !== null && (
            <bdi className="truncate" dir="auto">
              {visibleText(words)}
            </bdi>
          )}
        </p>
      ) : (
        <p className="conversation-bar-turn">{plural(entries.length, 'entry', 'entries')}</p>
      )}
      {rejected.length > 0 && (
        <Button
          size="small"
          tone="quiet"
          disabled={firstRejected === undefined}
          onClick={() => go({ view: 'raw', recordId: firstRejected })}
        >
          <FileWarning aria-hidden="true" />
          {plural(rejected.length, 'line')} could not be read
        </Button>
      )}
      {last > 1 && (
        <>
          <IconButton size="small" label="Previous turn" shortcut="p" onClick={() => onMove('previous-turn')}>
            <ChevronUp />
          </IconButton>
          <IconButton size="small" label="Next turn" shortcut="n" onClick={() => onMove('next-turn')}>
            <ChevronDown />
          </IconButton>
        </>
      )}
    </div>
  );
});
