// Queries on the sums of counted usage. Synchronous, worker threads only.

import type { ZoneOffset } from '../../../shared/base/time-zone.ts';
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

type Sums = Record<(typeof SUM_COLUMNS)[number], number>;

interface Stored extends UsageTerms, Sums {
  readonly quarter: number;
}

/** A table of sums, its time column, and how many quarters of an hour that counts by. */
interface Grain {
  readonly table: 'usage_cell' | 'usage_hour';
  readonly time: 'quarter' | 'hour';
  readonly quarters: number;
}

const BY_QUARTER: Grain = { table: 'usage_cell', time: 'quarter', quarters: 1 };
const BY_HOUR: Grain = { table: 'usage_hour', time: 'hour', quarters: QUARTERS_AN_HOUR };

const TERMS = 'model, context_over AS contextOver, modifiers, estimated, logged';
const SUMS = SUM_COLUMNS.map(column => `sum(${column}) AS ${column}`).join(', ');

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

/** Sums by day. Of all sessions, by clocks that are whole hours ahead: from a few thousand rows, which hold years. */
export function usageByDay(db: ReadDb, range: UsageRange): DaySum[] {
  const isWhole = [
    ...range.offsets.map(({ quarters }) => quarters),
    ...range.epochs,
    ...range.offsets.slice(1).map(({ from }) => from),
  ].every(quarters => quarters % QUARTERS_AN_HOUR === 0);
  const grain = range.sessionIds === null && isWhole ? BY_HOUR : BY_QUARTER;
  const { where, values } = conditions(range, grain);
  const rows = db
    .prepare(
      `SELECT ${dayOf(range, grain)} AS day, terms_id, min(${grain.time}) * ${grain.quarters} AS quarter, ${SUMS}
       FROM ${grain.table} ${where} GROUP BY 1, 2, ${epochOf(range, grain)}`,
    )
    .all(values) as (Stored & { day: number | null; terms_id: number })[];
  const terms = termsById(db);
  return rows.map(row => ({ day: row.day, ...toSum({ ...row, ...terms(row.terms_id) }) }));
}

/** Sums by session. */
export function usageBySession(db: ReadDb, range: UsageRange): SessionSum[] {
  const { where, values } = conditions(range, BY_QUARTER);
  const rows = db
    .prepare(
      `SELECT session_id, terms_id, min(quarter) AS quarter, ${SUMS} FROM usage_cell ${where}
       GROUP BY 1, 2, ${epochOf(range, BY_QUARTER)}`,
    )
    .all(values) as (Stored & { session_id: number; terms_id: number })[];
  const terms = termsById(db);
  const publicId = publicIds(db, range.sessionIds);
  return rows.map(row => ({ sessionId: publicId(row.session_id), ...toSum({ ...row, ...terms(row.terms_id) }) }));
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
  if (!part) return undefined;
  const sums = Object.fromEntries(SUM_COLUMNS.map((column, at) => [column, part.sums[at] ?? 0])) as Sums;
  return toSum({ ...part.terms, ...sums, quarter: part.quarter });
}

function toSum(row: Stored): UsageSum {
  return {
    terms: {
      model: row.model,
      contextOver: row.contextOver,
      fast: (row.modifiers & FAST) !== 0,
      us: (row.modifiers & US) !== 0,
      batch: (row.modifiers & BATCH) !== 0,
      estimated: row.estimated !== 0,
      logged: row.logged === LOGGED_REPORTED ? 'reported' : row.logged === LOGGED_GUESSED ? 'guessed' : 'none',
    },
    quarter: row.quarter,
    responses: row.responses,
    usage: {
      input: row.input,
      output: row.output,
      cacheRead: row.cache_read,
      cacheCreation: row.cache_creation,
      cacheCreation1h: row.cache_creation_1h,
      reasoning: row.reasoning,
    },
    webSearches: row.web_searches,
    loggedNano: row.logged_nano,
  };
}

function termsById(db: ReadDb): (id: number) => UsageTerms {
  const rows = db.prepare(`SELECT id, ${TERMS} FROM usage_terms`).all() as (UsageTerms & { id: number })[];
  const byId = new Map(rows.map(row => [row.id, row]));
  return id => byId.get(id) ?? { model: '', contextOver: 0, modifiers: 0, estimated: 0, logged: 0 };
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

/** The day of a row as SQL; NULL where the time is not known. Offsets are whole numbers: nothing to bind. */
function dayOf({ offsets }: UsageRange, { time, quarters }: Grain): string {
  const steps = offsets
    .slice(1)
    .map(({ from }, at) => `WHEN ${time} < ${Math.ceil(from / quarters)} THEN ${offsets[at]?.quarters ?? 0}`);
  const last = offsets.at(-1)?.quarters ?? 0;
  const offset = steps.length === 0 ? String(last) : `CASE ${steps.join(' ')} ELSE ${last} END`;
  return `iif(${time} = ${NO_TIME}, NULL, (${time} * ${quarters} + ${offset}) / 96)`;
}

/** Which price held: the number of epochs that had begun. */
function epochOf({ epochs }: UsageRange, { time, quarters }: Grain): string {
  // A number alone would name a column.
  return [`(${time} < 0)`, ...epochs.map(from => `(${time} >= ${Math.ceil(from / quarters)})`)].join(' + ');
}

function conditions(
  range: UsageRange,
  grain: Grain,
): { readonly where: string; readonly values: Record<string, string | number> } {
  const where: string[] = [];
  const values: Record<string, string | number> = {};
  const day = dayOf(range, grain);
  const unitsADay = 96 / grain.quarters;
  // A zone's days lie within a day of those of UTC: the index narrows, the exact day decides.
  if (range.sinceDay !== null) {
    where.push(`${grain.time} >= @from`, `${day} >= @sinceDay`);
    values['from'] = (range.sinceDay - 2) * unitsADay;
    values['sinceDay'] = range.sinceDay;
  }
  if (range.untilDay !== null) {
    where.push(`${grain.time} < @to`, `${day} <= @untilDay`);
    values['to'] = (range.untilDay + 3) * unitsADay;
    values['untilDay'] = range.untilDay;
  }
  if (range.model !== null) {
    where.push('terms_id IN (SELECT id FROM usage_terms WHERE model = @model)');
    values['model'] = range.model;
  }
  if (range.sessionIds !== null) {
    where.push('session_id IN (SELECT id FROM session WHERE public_id IN (SELECT value FROM json_each(@sessions)))');
    values['sessions'] = JSON.stringify(range.sessionIds);
  }
  return { where: where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`, values };
}
