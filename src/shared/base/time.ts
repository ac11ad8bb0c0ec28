// Times are microseconds since 1970 in UTC, as numbers: exact to the year 2255. Finer digits stay in the raw record.

/** Reads an ISO 8601 time; one without a zone is taken as UTC. Undefined where it is none. */
export function isoToUs(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?\s*(Z|[+-]\d{2}:?\d{2})?$/.exec(
    text,
  );
  if (!match) return undefined;
  const [, day, clock, fraction = '', zone = 'Z'] = match;
  const ms = Date.parse(`${day}T${clock?.length === 5 ? `${clock}:00` : clock}${zone}`);
  if (Number.isNaN(ms)) return undefined;
  return ms * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
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
