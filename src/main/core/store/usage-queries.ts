// Queries on the sums of counted usage. Synchronous, worker threads only.

import { QUARTERS_A_DAY, type ZoneOffset } from '../../../shared/base/time-zone.ts';
import type { SessionId, SpanId } from '../../../shared/model/ids.ts';
import type { Terms } from '../../../shared/model/price.ts';
import type { Usage } from '../../../shared/model/usage.ts';
import type { ReadDb } from './connection.ts';
import { COUNTED, fromStored, type StoredSpan } from './span-table.ts';
import {
  BATCH,
  FAST,
  LOGGED_GUESSED,
  LOGGED_REPORTED,
  NO_TIME,
  QUARTERS_AN_HOUR,
  SUM_COLUMNS,
  US,
  type UsageTerms,
  usagePart,
} from './usage-rows.ts';

/** What decides how usage is priced; responses of equal terms are summed. */
export interface ResponseTerms extends Terms {
  /** As the log names it; '' where it does not. */
  readonly model: string;
  /** The log's count of tokens is a lower bound. */
  readonly estimated: boolean;
  /** What the log's costs are: what was billed, or what the agent takes it for. */
  readonly logged: 'none' | 'reported' | 'guessed';
}

/** Responses of equal terms, from one price epoch. */
export interface UsageSum {
  readonly terms: ResponseTerms;
  /** A quarter of an hour in the epoch: which price held; NO_TIME where it is not known when. */
  readonly quarter: number;
  readonly responses: number;
  readonly usage: Usage;
  readonly webSearches: number;
  /** What the log states that they cost, in nano-dollars. */
  readonly loggedNano: number;
}

/** A day (since 1970, by the question's clocks; null: not known) with one of its sums. */
export interface DaySum extends UsageSum {
  readonly day: number | null;
}

export interface SessionSum extends UsageSum {
  readonly sessionId: SessionId;
}

/** Which of the sums. */
export interface UsageRange {
  /** The clocks that days are told by, as zoneOffsets gives them. */
  readonly offsets: readonly ZoneOffset[];
  readonly sinceDay: number | null;
  readonly untilDay: number | null;
  /** Quarters from which other prices hold, ascending. */
  readonly epochs: readonly number[];
  /** Null: of every session. */
  readonly sessionIds: readonly SessionId[] | null;
  /** Null: of every model. */
  readonly model: string | null;
}

/** A row as it is read: a session's row number, terms, quarter or hour, then the sums in the order of SUM_COLUMNS. */
type RawRow = readonly number[];
const FIRST_SUM = 3;
const COLUMNS = SUM_COLUMNS.join(', ');

/** Sums of all sessions by hour: a few thousand rows hold years. */
export interface UsageHours {
  readonly rows: readonly RawRow[];
}

export function usageHours(db: ReadDb): UsageHours {
  const rows = db.prepare(`SELECT 0, terms_id, hour, ${COLUMNS} FROM usage_hour`).raw().all() as RawRow[];
  return { rows };
}

/** First and last quarter of an hour of which there may be usage; undefined where there is none of a known time. */
export function usageSpan(db: ReadDb): { readonly first: number; readonly last: number } | undefined {
  const row = db
    .prepare(
      `SELECT (SELECT min(hour) FROM usage_hour WHERE hour > ${NO_TIME}) AS first, (SELECT max(hour) FROM usage_hour) AS last`,
    )
    .get() as { first: number | null; last: number | null };
  if (row.first === null || row.last === null) return undefined;
  return { first: row.first * QUARTERS_AN_HOUR, last: row.last * QUARTERS_AN_HOUR + QUARTERS_AN_HOUR - 1 };
}

/** Every model that usage is recorded of, as the logs name it; '' where they do not. */
export function usageModels(db: ReadDb): string[] {
  const rows = db.prepare('SELECT DISTINCT model FROM usage_terms').all() as { model: string }[];
  return rows.map(({ model }) => model);
}

/** Sums by day: of all sessions from their hours, where the clocks are whole hours ahead of UTC; else from quarters. */
export function usageByDay(db: ReadDb, hours: () => UsageHours, range: UsageRange): DaySum[] {
  const isWhole = [
    ...range.offsets.map(({ quarters }) => quarters),
    ...range.offsets.slice(1).map(({ from }) => from),
    ...range.epochs,
  ].every(quarters => quarters % QUARTERS_AN_HOUR === 0);
  const byHour = range.sessionIds === null && isWhole;
  const rows = byHour ? hours().rows : cells(db, range);
  const sums = sumUp(db, rows, byHour ? QUARTERS_AN_HOUR : 1, range, (_row, day) => day);
  return sums.map(({ group, sum }) => ({ day: group === NO_DAY ? null : group, ...sum }));
}

/** Sums by session. */
export function usageBySession(db: ReadDb, range: UsageRange): SessionSum[] {
  const sums = sumUp(db, cells(db, range), 1, range, ([session = 0]) => session);
  const publicId = publicIds(db, range.sessionIds);
  return sums.map(({ group, sum }) => ({ sessionId: publicId(group), ...sum }));
}

/** The rows of the sessions in question, and more days than are: a zone's days lie within a day of those of UTC. */
function cells(db: ReadDb, { sinceDay, untilDay, sessionIds }: UsageRange): readonly RawRow[] {
  const where: string[] = [];
  const values: Record<string, string | number> = {};
  if (sinceDay !== null) {
    where.push('quarter >= @from');
    values['from'] = (sinceDay - 2) * QUARTERS_A_DAY;
  }
  if (untilDay !== null) {
    where.push('quarter < @to');
    values['to'] = (untilDay + 3) * QUARTERS_A_DAY;
  }
  if (sessionIds !== null) {
    where.push('session_id IN (SELECT id FROM session WHERE public_id IN (SELECT value FROM json_each(@sessions)))');
    values['sessions'] = JSON.stringify(sessionIds);
  }
  const filter = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`;
  return db
    .prepare(`SELECT session_id, terms_id, quarter, ${COLUMNS} FROM usage_cell ${filter}`)
    .raw()
    .all(values) as RawRow[];
}

const NO_DAY = -1;

interface Group {
  readonly group: number;
  readonly sum: UsageSum;
}

/**
 * Sums of rows by what they are grouped by, their terms and the price epoch that they are of. In JavaScript: SQLite would
 * sort all rows with all their sums (measured: 4.6 ms for 7,500 rows, 3.2 here, nearly all of it reading them).
 */
function sumUp(
  db: ReadDb,
  rows: readonly RawRow[],
  quarters: number,
  range: UsageRange,
  groupOf: (row: RawRow, day: number) => number,
): readonly Group[] {
  const { sinceDay, untilDay, epochs } = range;
  const terms = termsById(db);
  const day = dayReader(range.offsets);
  const kinds = terms.length;
  const found = new Map<number, number[]>();
  const isBounded = sinceDay !== null || untilDay !== null;
  for (const row of rows) {
    const [, termsId = 0, time = NO_TIME] = row;
    if (range.model !== null && terms[termsId]?.model !== range.model) continue;
    const at = time === NO_TIME ? NO_TIME : time * quarters;
    const rowDay = at === NO_TIME ? NO_DAY : day(at);
    if (isBounded && (rowDay === NO_DAY || rowDay < (sinceDay ?? 0) || rowDay > (untilDay ?? Infinity))) continue;
    let epoch = at === NO_TIME ? 0 : 1;
    for (const from of epochs) if (at >= from) epoch += 1;
    const key = ((groupOf(row, rowDay) + 1) * kinds + termsId) * (epochs.length + 2) + epoch;
    const sums = found.get(key);
    if (!sums) {
      found.set(key, [groupOf(row, rowDay), termsId, at, ...row.slice(FIRST_SUM)]);
      continue;
    }
    for (let column = FIRST_SUM; column < sums.length; column += 1)
      sums[column] = (sums[column] ?? 0) + (row[column] ?? 0);
  }
  return [...found.values()].map(row => {
    const [group = 0, termsId = 0, at = NO_TIME, ...sums] = row;
    return { group, sum: toSum(terms[termsId] ?? NO_TERMS, at, sums) };
  });
}

/** Days of quarters of an hour; those that come one after the other mostly are of one offset. */
function dayReader(offsets: readonly ZoneOffset[]): (quarter: number) => number {
  let [from, to, ahead] = [Infinity, -Infinity, 0];
  return quarter => {
    if (quarter < from || quarter >= to) {
      const at = Math.max(
        0,
        offsets.findLastIndex(offset => offset.from <= quarter),
      );
      from = at === 0 ? -Infinity : (offsets[at]?.from ?? -Infinity);
      to = offsets[at + 1]?.from ?? Infinity;
      ahead = offsets[at]?.quarters ?? 0;
    }
    return Math.floor((quarter + ahead) / QUARTERS_A_DAY);
  };
}

/** What one span's response used; undefined where it does not count or used nothing. */
export function usageOfSpan(db: ReadDb, sessionId: number, key: SpanId): UsageSum | undefined {
  const row = db.prepare('SELECT * FROM span WHERE session_id = ? AND key = ?').get(sessionId, key);
  return row === undefined ? undefined : sumOfSpan(row as StoredSpan);
}

/** What each counted response of a session used, by its span's key. */
export function usageOfSpans(db: ReadDb, sessionId: number): ReadonlyMap<SpanId, UsageSum> {
  const rows = db
    .prepare(`SELECT * FROM span WHERE session_id = ? AND input IS NOT NULL AND counted = ${COUNTED}`)
    .all(sessionId) as StoredSpan[];
  return new Map(
    rows.flatMap(row => {
      const sum = sumOfSpan(row);
      return sum ? [[row.key as SpanId, sum] as const] : [];
    }),
  );
}

function sumOfSpan(row: StoredSpan): UsageSum | undefined {
  const part = usagePart(fromStored(row));
  return part ? toSum(part.terms, part.quarter, part.sums) : undefined;
}

function toSum(terms: UsageTerms, quarter: number, sums: readonly number[]): UsageSum {
  const [responses = 0, input = 0, output = 0, cacheRead = 0, cacheCreation = 0, cacheCreation1h = 0, reasoning = 0] =
    sums;
  const [webSearches = 0, loggedNano = 0] = sums.slice(7);
  return {
    terms: {
      model: terms.model,
      contextOver: terms.contextOver,
      fast: (terms.modifiers & FAST) !== 0,
      us: (terms.modifiers & US) !== 0,
      batch: (terms.modifiers & BATCH) !== 0,
      estimated: terms.estimated !== 0,
      logged: terms.logged === LOGGED_REPORTED ? 'reported' : terms.logged === LOGGED_GUESSED ? 'guessed' : 'none',
    },
    quarter,
    responses,
    usage: { input, output, cacheRead, cacheCreation, cacheCreation1h, reasoning },
    webSearches,
    loggedNano,
  };
}

const NO_TERMS: UsageTerms = { model: '', contextOver: 0, modifiers: 0, estimated: 0, logged: 0 };

/** Terms at the places of their row numbers. */
function termsById(db: ReadDb): readonly UsageTerms[] {
  const rows = db
    .prepare('SELECT id, model, context_over AS contextOver, modifiers, estimated, logged FROM usage_terms')
    .all() as (UsageTerms & { id: number })[];
  const terms: UsageTerms[] = [NO_TERMS];
  for (const { id, ...row } of rows) terms[id] = row;
  return terms;
}

function publicIds(db: ReadDb, wanted: readonly SessionId[] | null): (id: number) => SessionId {
  const rows = (
    wanted === null
      ? db.prepare('SELECT id, public_id AS publicId FROM session').all()
      : db
          .prepare('SELECT id, public_id AS publicId FROM session WHERE public_id IN (SELECT value FROM json_each(?))')
          .all(JSON.stringify(wanted))
  ) as { id: number; publicId: SessionId }[];
  const byId = new Map(rows.map(row => [row.id, row.publicId]));
  return id => byId.get(id) ?? ('' as SessionId);
}
