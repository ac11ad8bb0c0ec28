// Times are microseconds since 1970 in UTC, as numbers: exact to the year 2255. Finer digits stay in the raw record.

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(?:Z|([+-])(\d{2})(?::?(\d{2}))?)?$/i;

/**
 * Reads an ISO 8601 time; one without a zone is taken as UTC. Undefined where it is none: a day that no calendar has,
 * or the year 1, which Go writes for a time that was never set.
 */
export function isoToUs(text: unknown): number | undefined {
  const match = typeof text === 'string' ? ISO.exec(text) : null;
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second = '0', fraction = '', sign, zoneHour = '0', zoneMinute = '0'] = match;
  const date = [Number(year), Number(month), Number(day)] as const;
  const clock = [Number(hour), Number(minute), Number(second)] as const;
  const offset = [Number(zoneHour), Number(zoneMinute)] as const;
  if (!isDay(...date) || !isClock(...clock) || offset[0] > 23 || offset[1] > 59) return undefined;
  const minutesEast = (offset[0] * 60 + offset[1]) * (sign === '-' ? -1 : 1);
  const seconds = Date.UTC(date[0], date[1] - 1, date[2], ...clock) / 1000 - minutesEast * 60;
  return seconds * 1e6 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

function isDay(year: number, month: number, day: number): boolean {
  if (year < 100 || month < 1 || month > 12 || day < 1) return false;
  return day <= 28 || day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** 24:00:00 is the end of a day, and 60 a leap second; both are the next minute's first. */
function isClock(hour: number, minute: number, second: number): boolean {
  if (hour === 24) return minute === 0 && second === 0;
  return hour < 24 && minute < 60 && second <= 60;
}

/** Microseconds as ISO 8601 in UTC: three digits of a second, six where they are needed. */
export function usToIso(us: number): string {
  const ms = Math.floor(us / 1000);
  const rest = us - ms * 1000;
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return 'invalid time';
  const text = date.toISOString();
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}
