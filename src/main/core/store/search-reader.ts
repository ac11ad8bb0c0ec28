// Reads the full-text index beside its writer. Synchronous; answers come row by row, so that whoever asks can stop.

import type Database from 'better-sqlite3';
import { type Match, matchExpression } from './search-match.ts';
import { documentId, openIndexForReading, selectCursors, type SessionCursor } from './search-schema.ts';

export interface IndexedHit {
  /** Grows with time. */
  readonly id: number;
  readonly entryId: number;
  readonly sessionRow: number;
}

/** What is looked for. Times are milliseconds since 1970, the first one in, the second one out. */
export interface IndexQuestion extends Match {
  readonly fromMs: number | null;
  readonly beforeMs: number | null;
  /** Only documents before this number: how an answer goes on. */
  readonly below: number | null;
}

const COLUMNS = 'doc.id, doc.entry_id, doc.session_id';

export class SearchReader {
  private readonly db: Database.Database;

  /** Fails with 'not-found' where there is no index of this store. */
  constructor(dataDir: string, storeIdentity: number) {
    this.db = openIndexForReading(dataDir, storeIdentity);
  }

  /** Newest first. */
  *hits(question: IndexQuestion): Generator<IndexedHit> {
    const { values, match, where } = this.conditions(question);
    const sql =
      match === undefined
        ? `SELECT ${COLUMNS} FROM doc WHERE ${where('doc.id')} ORDER BY id DESC`
        : `SELECT ${COLUMNS} FROM fts CROSS JOIN doc ON doc.id = fts.rowid
           WHERE fts MATCH @match AND ${where('fts.rowid')} ORDER BY fts.rowid DESC`;
    // A statement of its own: several questions may be under way.
    for (const row of this.db.prepare(sql).raw().iterate(values)) yield toHit(row);
  }

  /** The newest `limit` that fit, best first; undefined where no words were asked for that one could be better by. */
  best(question: IndexQuestion, limit: number): readonly IndexedHit[] | undefined {
    const { values, match, where } = this.conditions(question);
    if (match === undefined || question.all.length === 0) return undefined;
    // What an entry is filtered by says nothing of how well it fits: the facet column weighs nothing.
    const rows = this.db
      .prepare(
        `SELECT ${COLUMNS}, bm25(fts, 1, 1, 0) AS score FROM fts CROSS JOIN doc ON doc.id = fts.rowid
         WHERE fts MATCH @match AND ${where('fts.rowid')} ORDER BY fts.rowid DESC LIMIT @limit`,
      )
      .raw()
      .all({ ...values, limit }) as [number, number, number, number][];
    return rows.sort((a, b) => a[3] - b[3] || b[0] - a[0]).map(toHit);
  }

  /** Session rows of everything that fits; any number in their place where `withSession` is false, which is faster. */
  *sessionsOf(question: IndexQuestion, withSession: boolean): Generator<number> {
    const { values, match, where } = this.conditions(question);
    const needsRow = withSession || question.fromMs !== null || question.beforeMs !== null;
    const sql =
      match === undefined
        ? `SELECT session_id FROM doc WHERE ${where('doc.id')}`
        : needsRow
          ? `SELECT doc.session_id FROM fts CROSS JOIN doc ON doc.id = fts.rowid WHERE fts MATCH @match AND ${where('fts.rowid')}`
          : `SELECT 1 FROM fts WHERE fts MATCH @match AND ${where('fts.rowid')}`;
    for (const value of this.db.prepare(sql).pluck().iterate(values)) yield value as number;
  }

  count(): number {
    return this.db.prepare('SELECT count(*) FROM doc').pluck().get() as number;
  }

  cursors(): readonly SessionCursor[] {
    return selectCursors(this.db);
  }

  close(): void {
    this.db.close();
  }

  private conditions(question: IndexQuestion): Conditions {
    const { fromMs, beforeMs, below } = question;
    const match = matchExpression(question);
    // A document may stand behind the number of its time, never before it.
    const from = fromMs === null ? 0 : documentId(fromMs * 1000);
    const spill = this.db.prepare('SELECT spill FROM identity').pluck().get() as number;
    const to = Math.min(
      beforeMs === null ? Number.MAX_SAFE_INTEGER : documentId(beforeMs * 1000) + spill,
      below === null ? Number.MAX_SAFE_INTEGER : below - 1,
    );
    const times = [
      ...(fromMs === null ? [] : ['doc.at_us >= @fromUs']),
      ...(beforeMs === null ? [] : ['doc.at_us < @beforeUs']),
    ];
    return {
      match,
      values: {
        from,
        to,
        ...(match === undefined ? {} : { match }),
        ...(fromMs === null ? {} : { fromUs: fromMs * 1000 }),
        ...(beforeMs === null ? {} : { beforeUs: beforeMs * 1000 }),
      },
      // Numbers are bound as REAL, which the full-text table does not search by.
      where: id => [`${id} BETWEEN CAST(@from AS INTEGER) AND CAST(@to AS INTEGER)`, ...times].join(' AND '),
    };
  }
}

interface Conditions {
  readonly match: string | undefined;
  readonly values: Record<string, string | number>;
  /** On the number of a document, which is this column, and on its time. */
  readonly where: (id: string) => string;
}

function toHit(row: unknown): IndexedHit {
  const [id, entryId, sessionRow] = row as [number, number, number];
  return { id, entryId, sessionRow };
}
