import { formatDateTime, formatTime } from '../../../ui/format.ts';

interface TurnLineProps {
  readonly turn: number;
  readonly atUs: number | null;
  /** When the turn before began: another day is said. */
  readonly beforeUs: number | null;
}

/** The line at which a turn begins: its number and its time. */
export function TurnLine({ turn, atUs, beforeUs }: TurnLineProps) {
  const sameDay = atUs !== null && beforeUs !== null && dayOf(atUs) === dayOf(beforeUs);
  return (
    <h3 className="conversation-turn">
      <span>Turn {turn}</span>
      {atUs !== null && (
        <time className="number" title={formatDateTime(atUs, true)}>
          {sameDay ? formatTime(atUs) : formatDateTime(atUs)}
        </time>
      )}
    </h3>
  );
}

function dayOf(us: number): string {
  return new Date(us / 1000).toDateString();
}
