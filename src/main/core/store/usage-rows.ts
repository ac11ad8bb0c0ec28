// SQL for the sums of counted usage: of each session by quarters of an hour, of all together by hours. The writer keeps
// them by what changes, in the transaction of the spans that they are made from.
//
// Contract: no prices here. A cell holds everything that a price may depend on, so that what was recorded long ago is
// priced by any list, and days of any time zone are put together from quarters.

import { asCount, asNumber, type JsonValue } from '../../../shared/base/json.ts';
import { QUARTER_US } from '../../../shared/base/time-zone.ts';
import { contextOver, usdToNano } from '../../../shared/model/price.ts';
import { totalTokens } from '../../../shared/model/usage.ts';
import type { ReadDb, WriteDb } from './connection.ts';
import type { SpanRow } from './join-span.ts';
import { COUNTED, fromStored, type StoredSpan } from './span-table.ts';

/** What a price depends on besides tokens and time; a row of usage_terms. */
export interface UsageTerms {
  /** As the log names it; '' where it does not. */
  readonly model: string;
  readonly contextOver: number;
  /** Bits: FAST, US, BATCH. */
  readonly modifiers: number;
  /** 1: the log's count is a lower bound. */
  readonly estimated: number;
  /** LOGGED_*: whose word the costs in the log are. */
  readonly logged: number;
}

export const FAST = 1;
export const US = 2;
export const BATCH = 4;

export const LOGGED_NONE = 0;
/** What the response cost, by whoever was paid or keeps the bill. */
export const LOGGED_REPORTED = 1;
/** What the agent made of its tokens by a price list of its own. */
export const LOGGED_GUESSED = 2;

export const SUM_COLUMNS = [
  'responses',
  'input',
  'output',
  'cache_read',
  'cache_creation',
  'cache_creation_1h',
  'reasoning',
  'web_searches',
  'logged_nano',
] as const;

/** Quarter and hour of a response whose time is not known. */
export const NO_TIME = -1;
export const QUARTERS_AN_HOUR = 4;

const MAX_NAME_CHARS = 200;
const MAX_LOGGED_NANO = 1e15;

/** One counted response's part of a cell. */
export interface UsagePart {
  readonly sessionId: number;
  readonly quarter: number;
  readonly terms: UsageTerms;
  /** In the order of SUM_COLUMNS. */
  readonly sums: readonly number[];
}

/** What a span adds to the sums; null where its usage does not count or there is none. */
export function usagePart(row: SpanRow): UsagePart | null {
  const { usage, attrs } = row;
  if (!usage || !row.counted || !row.ownsResponse) return null;
  const searches = asCount(attrs?.['webSearches']);
  const stated = usdToNano(asNumber(attrs?.['costUsd']) ?? 0);
  const loggedNano = stated > 0 && stated <= MAX_LOGGED_NANO ? stated : 0;
  if (totalTokens(usage) === 0 && searches === 0 && loggedNano === 0) return null;
  const atUs = row.endUs ?? row.startUs;
  return {
    sessionId: row.sessionId,
    quarter: atUs === null || atUs < 0 ? NO_TIME : Math.floor(atUs / QUARTER_US),
    terms: {
      model: (row.model ?? '').slice(0, MAX_NAME_CHARS),
      contextOver: contextOver(usage),
      modifiers: modifiersOf(attrs ?? {}),
      estimated: row.usageProvenance === 'estimated' ? 1 : 0,
      logged:
        loggedNano === 0 ? LOGGED_NONE : attrs?.['costProvenance'] === 'reported' ? LOGGED_REPORTED : LOGGED_GUESSED,
    },
    sums: [
      1,
      usage.input,
      usage.output,
      usage.cacheRead,
      usage.cacheCreation,
      usage.cacheCreation1h,
      usage.reasoning,
      searches,
      loggedNano,
    ],
  };
}

/** OpenAI's priority tier is what it calls fast mode since July 2026; flex is what others call a batch. */
function modifiersOf(attrs: Readonly<Record<string, JsonValue>>): number {
  const tier = attrs['serviceTier'];
  const isFast = attrs['speed'] === 'fast' || tier === 'priority' || tier === 'fast';
  const isBatch = tier === 'batch' || tier === 'flex';
  return (isFast ? FAST : 0) | (attrs['inferenceGeo'] === 'us' ? US : 0) | (isBatch ? BATCH : 0);
}

interface Change {
  readonly key: readonly number[];
  readonly sums: number[];
}

/** Changes of the sums while a batch is applied; written at once. */
export class UsageRows {
  private readonly db: WriteDb;
  private readonly termIds = new Map<string, number>();
  /** By session, terms and quarter; by hour and terms. */
  private readonly cells = new Map<string, Change>();
  private readonly hours = new Map<string, Change>();

  constructor(db: WriteDb) {
    this.db = db;
  }

  /** Takes one part out and puts another in. */
  replace(before: UsagePart | null, after: UsagePart | null): void {
    if (before && after && isSame(before, after)) return;
    if (before) this.add(before, -1);
    if (after) this.add(after, 1);
  }

  flush(): void {
    write(this.db, 'usage_cell', ['session_id', 'terms_id', 'quarter'], this.cells);
    write(this.db, 'usage_hour', ['hour', 'terms_id'], this.hours);
    this.cells.clear();
    this.hours.clear();
  }

  private add({ sessionId, quarter, terms, sums }: UsagePart, sign: 1 | -1): void {
    const termsId = this.termsId(terms);
    addTo(this.cells, [sessionId, termsId, quarter], sums, sign);
    addTo(this.hours, [Math.floor(quarter / QUARTERS_AN_HOUR), termsId], sums, sign);
  }

  private termsId(terms: UsageTerms): number {
    const key = JSON.stringify(terms);
    const known = this.termIds.get(key);
    if (known !== undefined) return known;
    const columns = 'model, context_over, modifiers, estimated, logged';
    const values = '@model, @contextOver, @modifiers, @estimated, @logged';
    this.db.prepare(`INSERT OR IGNORE INTO usage_terms (${columns}) VALUES (${values})`).run(terms);
    const { id } = this.db.prepare(`SELECT id FROM usage_terms WHERE (${columns}) = (${values})`).get(terms) as {
      id: number;
    };
    this.termIds.set(key, id);
    return id;
  }
}

/** Makes a session's sums again from its spans. */
export function recountUsage(db: WriteDb, sessionId: number): void {
  const usage = new UsageRows(db);
  for (const part of storedParts(db, sessionId)) usage.replace(part, null);
  const spans = db
    .prepare(`SELECT * FROM span WHERE session_id = ? AND input IS NOT NULL AND counted = ${COUNTED}`)
    .all(sessionId) as StoredSpan[];
  for (const span of spans) usage.replace(null, usagePart(fromStored(span)));
  usage.flush();
}

function storedParts(db: ReadDb, sessionId: number): UsagePart[] {
  const rows = db
    .prepare(
      `SELECT quarter, model, context_over AS contextOver, modifiers, estimated, logged, ${SUM_COLUMNS.join(', ')}
       FROM usage_cell JOIN usage_terms ON usage_terms.id = terms_id WHERE session_id = ?`,
    )
    .all(sessionId) as (UsageTerms & { quarter: number } & Record<(typeof SUM_COLUMNS)[number], number>)[];
  return rows.map(row => {
    const { model, contextOver: over, modifiers, estimated, logged } = row;
    const terms = { model, contextOver: over, modifiers, estimated, logged };
    return { sessionId, quarter: row.quarter, terms, sums: SUM_COLUMNS.map(column => row[column]) };
  });
}

function isSame(a: UsagePart, b: UsagePart): boolean {
  return (
    a.quarter === b.quarter &&
    a.sums.every((sum, at) => sum === b.sums[at]) &&
    JSON.stringify(a.terms) === JSON.stringify(b.terms)
  );
}

function addTo(changes: Map<string, Change>, key: readonly number[], sums: readonly number[], sign: 1 | -1): void {
  const name = key.join();
  let change = changes.get(name);
  if (!change) {
    change = { key, sums: SUM_COLUMNS.map(() => 0) };
    changes.set(name, change);
  }
  sums.forEach((sum, at) => {
    change.sums[at] = (change.sums[at] ?? 0) + sign * sum;
  });
}

/** Adds the changes to a table; a row that no response is left of goes. */
function write(db: WriteDb, table: string, key: readonly string[], changes: ReadonlyMap<string, Change>): void {
  const columns = [...key, ...SUM_COLUMNS];
  const upsert = db.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
     ON CONFLICT DO UPDATE SET ${SUM_COLUMNS.map(column => `${column} = ${column} + excluded.${column}`).join(', ')}`,
  );
  const remove = db.prepare(
    `DELETE FROM ${table} WHERE ${key.map(column => `${column} = ?`).join(' AND ')} AND responses = 0`,
  );
  for (const change of changes.values()) {
    if (change.sums.every(sum => sum === 0)) continue;
    upsert.run(...change.key, ...change.sums);
    if ((change.sums[0] ?? 0) < 0) remove.run(...change.key);
  }
}
