// What the usage view shows, as the address holds it. Pure.

export const ranges = ['7d', '30d', '90d', 'year', 'all'] as const;
export type Range = (typeof ranges)[number];

export const rangeNames: Readonly<Record<Range, string>> = {
  '7d': '7 days',
  '30d': '30 days',
  '90d': '90 days',
  year: 'Year',
  all: 'All',
};

export const metrics = ['cost', 'tokens'] as const;
export type Metric = (typeof metrics)[number];

/** One of each is chosen, or null for all. `period` is a day or a month, as it is the key of a report's row. */
export interface UsagePlace {
  readonly range: Range;
  readonly metric: Metric;
  readonly period: string | null;
  readonly model: string | null;
  readonly project: string | null;
  readonly agent: string | null;
}

export const filterNames = ['period', 'model', 'project', 'agent'] as const;
export type FilterName = (typeof filterNames)[number];

const start: UsagePlace = { range: '30d', metric: 'cost', period: null, model: null, project: null, agent: null };

/** Reads the address; whatever does not fit is left out. */
export function parseUsagePlace(text: string): UsagePlace {
  const params = new URLSearchParams(text);
  const period = params.get('period');
  return {
    range: ranges.find(known => known === params.get('range')) ?? start.range,
    metric: metrics.find(known => known === params.get('metric')) ?? start.metric,
    period: period !== null && /^\d{4}-\d{2}(?:-\d{2})?$/.test(period) ? period : null,
    model: params.get('model'),
    project: params.get('project'),
    agent: params.get('agent'),
  };
}

export function formatUsagePlace(place: UsagePlace): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(place) as [keyof UsagePlace, string | null][])
    if (value !== null && value !== start[name]) params.set(name, value);
  return params.toString();
}

/** First and last day that are shown, and whether a bar is a day or a month. Null: from the first recorded day. */
export function periodOf(range: Range, today: string): { readonly since: string | null; readonly by: 'day' | 'month' } {
  switch (range) {
    case '7d':
      return { since: addDays(today, -6), by: 'day' };
    case '30d':
      return { since: addDays(today, -29), by: 'day' };
    case '90d':
      return { since: addDays(today, -89), by: 'day' };
    case 'year':
      return { since: `${addMonths(today.slice(0, 7), -11)}-01`, by: 'month' };
    case 'all':
      return { since: null, by: 'month' };
  }
}

/** The days of a day or a month. */
export function daysOf(period: string): { readonly since: string; readonly until: string } {
  if (period.length === 10) return { since: period, until: period };
  return { since: `${period}-01`, until: addDays(`${addMonths(period, 1)}-01`, -1) };
}

/** Every day or month from the one to the other, so that a day without usage has its place. */
export function everyPeriod(since: string, until: string, by: 'day' | 'month'): readonly string[] {
  const periods: string[] = [];
  const end = by === 'day' ? until : until.slice(0, 7);
  let at = by === 'day' ? since : since.slice(0, 7);
  while (at <= end && periods.length < 5000) {
    periods.push(at);
    at = by === 'day' ? addDays(at, 1) : addMonths(at, 1);
  }
  return periods;
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

function addMonths(month: string, months: number): string {
  const [year = 1970, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

const dayFormat = new Intl.DateTimeFormat('en', {
  timeZone: 'UTC',
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});
const shortDayFormat = new Intl.DateTimeFormat('en', { timeZone: 'UTC', day: 'numeric', month: 'short' });
const monthFormat = new Intl.DateTimeFormat('en', { timeZone: 'UTC', month: 'long', year: 'numeric' });
const shortMonthFormat = new Intl.DateTimeFormat('en', { timeZone: 'UTC', month: 'short' });

/** 'Fri, Nov 20, 2026' or 'November 2026'. */
export function nameOfPeriod(period: string): string {
  if (period.length === 10) return dayFormat.format(Date.parse(`${period}T00:00:00Z`));
  return period.length === 7 ? monthFormat.format(Date.parse(`${period}-01T00:00:00Z`)) : 'Time not known';
}

/** 'Nov 20', or 'Nov', with the year in January. */
export function shortNameOfPeriod(period: string): string {
  if (period.length === 10) return shortDayFormat.format(Date.parse(`${period}T00:00:00Z`));
  const name = shortMonthFormat.format(Date.parse(`${period}-01T00:00:00Z`));
  return period.endsWith('-01') ? `${name} ${period.slice(0, 4)}` : name;
}
