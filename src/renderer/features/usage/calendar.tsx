import type { UsageRow } from '../../../shared/contract/usage.ts';
import { amountText, valueOf } from './amounts.ts';
import { ChartFrame, FiguresTable } from './chart-frame.tsx';
import { addDays, type Metric, nameOfPeriod, shortNameOfPeriod } from './usage-place.ts';
import { useRoving } from './use-roving.ts';

interface CalendarProps {
  readonly rows: readonly UsageRow[];
  readonly today: string;
  readonly metric: Metric;
  readonly selected: string | null;
  readonly onSelect: (day: string | null) => void;
}

const WEEKS = 53;
const CELL = 12;
const STEP = 15;
const LEFT = 30;
const TOP = 18;
const LEVELS = 4;
const TITLE = 'Calendar of the last year';

/** The first day that the calendar shows: a Monday, a year ago. */
export function calendarStart(today: string): string {
  const weekday = (new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7;
  return addDays(today, -weekday - (WEEKS - 1) * 7);
}

/** A square for each day of a year, darker where more was used; weeks go to the right. A day can be chosen. */
export function Calendar({ rows, today, metric, selected, onSelect }: CalendarProps) {
  const start = calendarStart(today);
  const byDay = new Map(rows.map(row => [row.key, row]));
  const days: string[] = [];
  for (let day = start; day <= today; day = addDays(day, 1)) days.push(day);
  const limits = levelLimits(rows.map(row => valueOf(row, metric)));
  const roving = useRoving(days.length, days.length - 1, { ArrowLeft: -7, ArrowRight: 7, ArrowUp: -1, ArrowDown: 1 });
  const choose = (day: string) => onSelect(day === selected ? null : day);
  return (
    <ChartFrame
      title={TITLE}
      aside={<Legend />}
      table={
        <FiguresTable
          caption={TITLE}
          head={['Day', 'API value', 'Tokens', 'Responses']}
          rows={rows.map(row => [
            nameOfPeriod(row.key),
            amountText(row, 'cost'),
            amountText(row, 'tokens'),
            String(row.responses),
          ])}
        />
      }
    >
      <div className="usage-calendar">
        <svg
          width={LEFT + WEEKS * STEP}
          height={TOP + 7 * STEP}
          // A drawing has no elements of HTML.
          // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
          role="group"
          aria-label={`${TITLE}: ${rows.length} days with usage`}
        >
          {['Mon', 'Wed', 'Fri'].map((name, at) => (
            <text key={name} className="usage-axis-name is-first" x={0} y={TOP + at * 2 * STEP + 10}>
              {name}
            </text>
          ))}
          {days.map((day, at) =>
            day.endsWith('-01') ? (
              <text key={day} className="usage-axis-name is-first" x={LEFT + Math.floor(at / 7) * STEP} y={10}>
                {shortNameOfPeriod(day.slice(0, 7))}
              </text>
            ) : null,
          )}
          {days.map((day, at) => {
            const row = byDay.get(day);
            const about = row
              ? `${nameOfPeriod(day)}: ${amountText(row, 'cost')}, ${amountText(row, 'tokens')} tokens`
              : `${nameOfPeriod(day)}: nothing`;
            return (
              <rect
                key={day}
                // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
                role="button"
                tabIndex={at === roving.active ? 0 : -1}
                data-index={at}
                aria-label={about}
                aria-pressed={selected === day}
                className={`usage-day usage-level-${row ? levelOf(valueOf(row, metric), limits) : 0}`}
                x={LEFT + Math.floor(at / 7) * STEP}
                y={TOP + (at % 7) * STEP}
                width={CELL}
                height={CELL}
                rx={2.5}
                onClick={() => choose(day)}
                onKeyDown={event => roving.onKeyDown(event, () => choose(day))}
                onFocus={() => roving.onFocus(at)}
              >
                <title>{about}</title>
              </rect>
            );
          })}
        </svg>
      </div>
    </ChartFrame>
  );
}

/** The values from which days are of the second, third and fourth level: a quarter of the days each. */
export function levelLimits(values: readonly number[]): readonly number[] {
  const sorted = values.filter(value => value > 0).toSorted((a, b) => a - b);
  return Array.from(
    { length: LEVELS - 1 },
    (_, at) => sorted[Math.floor((sorted.length * (at + 1)) / LEVELS)] ?? Infinity,
  );
}

/** 1 to 4; also 1 where something was used whose price is not known. */
export function levelOf(value: number, limits: readonly number[]): number {
  return 1 + limits.filter(limit => value >= limit).length;
}

function Legend() {
  return (
    <span className="usage-legend" aria-hidden="true">
      less
      {[0, 1, 2, 3, 4].map(level => (
        <i key={level} className={`usage-level-${level}`} />
      ))}
      more
    </span>
  );
}
