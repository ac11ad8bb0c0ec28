// Which day it is somewhere. Usage is summed by quarters of an hour in UTC: every zone's offset from UTC is a whole
// number of them (since 1972), so that any zone's days can be put together from them, those of 23 and 25 hours too.

export const QUARTER_US = 900e6;
const QUARTER_MS = 900e3;
export const QUARTERS_A_DAY = 96;
const QUARTERS_A_WEEK = 7 * QUARTERS_A_DAY;
/** Years for which clocks are looked up; outside of them the nearest known offset holds. */
const FIRST_YEAR = 1972;
const LAST_YEAR = 2100;

/** From this quarter of an hour since 1970 (UTC) on, clocks are this many quarters ahead of UTC. */
export interface ZoneOffset {
  readonly from: number;
  readonly quarters: number;
}

/** A zone that Intl knows: 'Europe/Berlin', 'UTC', '+05:30'. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The zone of this computer. */
export function systemTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The offsets of a zone from one quarter of an hour to another, in order; the first holds before, too. */
export function zoneOffsets(zone: string, from: number, to: number): readonly ZoneOffset[] {
  const offsetAt = offsetReader(zone);
  const first = Math.max(from, quarterOfYear(FIRST_YEAR));
  const end = Math.min(to, quarterOfYear(LAST_YEAR));
  const offsets = [{ from: first, quarters: offsetAt(first) }];
  for (let at = first; at < end;) {
    // No zone changes its clocks twice in a week.
    const next = Math.min(at + QUARTERS_A_WEEK, end);
    const quarters = offsetAt(next);
    if (quarters !== offsets.at(-1)?.quarters)
      offsets.push({ from: firstWith(offsetAt, quarters, at, next), quarters });
    at = next;
  }
  return offsets;
}

/** Days since 1970 of a quarter of an hour, by a zone's clocks. */
export function dayOfQuarter(offsets: readonly ZoneOffset[], quarter: number): number {
  const offset = offsets.findLast(({ from }) => from <= quarter) ?? offsets[0];
  return Math.floor((quarter + (offset?.quarters ?? 0)) / QUARTERS_A_DAY);
}

/** '2026-03-29' as days since 1970; undefined where there is no such day. */
export function dayOfDate(date: string): number | undefined {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  const day = ms / 86_400_000;
  // Date.parse takes 30 February for 2 March.
  return Number.isNaN(ms) || dateOfDay(day) !== date ? undefined : day;
}

/** Days since 1970 as '2026-03-29'. */
export function dateOfDay(day: number): string {
  const date = new Date(day * 86_400_000);
  return Number.isNaN(date.getTime()) ? 'unknown' : date.toISOString().slice(0, 10);
}

function firstWith(offsetAt: (quarter: number) => number, quarters: number, before: number, from: number): number {
  let [low, high] = [before, from];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === quarters) high = middle;
    else low = middle;
  }
  return high;
}

function offsetReader(zone: string): (quarter: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return quarter => {
    // '3/29/2026, 14:45'
    const [month = 1, day = 1, year = 1970, hour = 0, minute = 0] = (
      format.format(quarter * QUARTER_MS).match(/\d+/g) ?? []
    ).map(Number);
    return Math.round(Date.UTC(year, month - 1, day, hour, minute) / QUARTER_MS) - quarter;
  };
}

function quarterOfYear(year: number): number {
  return Date.UTC(year, 0, 1) / QUARTER_MS;
}
