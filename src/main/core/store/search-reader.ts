// Reads the full-text index beside its writer. Synchronous; answers come row by row, so that whoever asks can stop.

import type Database from 'better-sqlite3';
import { type Match, matchExpression } from './search-match.ts';
import { boundaryOf, openIndexForReading, selectCursors, type SessionCursor } from './search-schema.ts';

export interface IndexedHit {
  /** Grows with time. */
  readonly id: number;
  readonly entryId: number;
  readonly sessionRow: number;
}

/** What is looked for. Times are milliseconds since 1970 and a little wider than asked: an entry's own time decides. */
export interface IndexQuestion extends Match {
  readonly fromMs: number | null;
  readonly beforeMs: number | null;
  /** Only documents before this number: how an answer goes on. */
  readonly below: number | null;
}

const COLUMNS = 'doc.id, doc.entry_id, doc.session_id';
const RANGE = 'BETWEEN @from AND @to';

export class SearchReader {
  private readonly db: Database.Database;

  /** Fails with 'not-found' where there is no index of this store. */
  constructor(dataDir: string, storeIdentity: number) {
    this.db = openIndexForReading(dataDir, storeIdentity);
  }

  /** Newest first. */
  *hits(question: IndexQuestion): Generator<IndexedHit> {
    const { values, match } = this.read(question);
    const sql =
      match === undefined
        ? `SELECT ${COLUMNS} FROM doc WHERE id ${RANGE} ORDER BY id DESC`
        : `SELECT ${COLUMNS} FROM fts CROSS JOIN doc ON doc.id = fts.rowid
           WHERE fts MATCH @match AND fts.rowid ${RANGE} ORDER BY fts.rowid DESC`;
    // A statement of its own: several questions may be under way.
    for (const row of this.db.prepare(sql).raw().iterate(values)) yield toHit(row);
  }

  /** The newest `limit` that fit, best first; undefined where no words were asked for that one could be better by. */
  best(question: IndexQuestion, limit: number): readonly IndexedHit[] | undefined {
    const { values, match } = this.read(question);
    if (match === undefined || question.all.length === 0) return undefined;
    // What an entry is filtered by says nothing of how well it fits: the facet column weighs nothing.
    const rows = this.db
      .prepare(
        `SELECT ${COLUMNS}, found.score FROM (
           SELECT rowid, bm25(fts, 1, 1, 0) AS score FROM fts WHERE fts MATCH @match AND rowid ${RANGE} ORDER BY rowid DESC LIMIT @limit
         ) AS found JOIN doc ON doc.id = found.rowid ORDER BY found.score, doc.id DESC`,
      )
      .raw()
      .all({ ...values, limit });
    return rows.map(toHit);
  }

  /** Session rows of everything that fits, or nothing but the hits themselves where `withSession` is false; in no order that is promised. */
  *matches(question: IndexQuestion, withSession: boolean): Generator<number> {
    const { values, match } = this.read(question);
    const sql =
      match === undefined
        ? `SELECT session_id FROM doc WHERE id ${RANGE}`
        : withSession
          ? `SELECT doc.session_id FROM fts CROSS JOIN doc ON doc.id = fts.rowid WHERE fts MATCH @match AND fts.rowid ${RANGE}`
          : `SELECT rowid FROM fts WHERE fts MATCH @match AND rowid ${RANGE}`;
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

  private read(question: IndexQuestion): { values: Record<string, string | number>; match: string | undefined } {
    const { fromMs, beforeMs, below } = question;
    // A document's number is that of its millisecond and its entry's together.
    const newestEntry = (this.db.prepare('SELECT max(entry_id) FROM doc').pluck().get() as number | null) ?? 0;
    const from = fromMs === null ? 0 : boundaryOf(fromMs);
    const to = Math.min(
      beforeMs === null ? Number.MAX_SAFE_INTEGER : boundaryOf(beforeMs) + newestEntry,
      below === null ? Number.MAX_SAFE_INTEGER : below - 1,
    );
    const match = matchExpression(question);
    return { values: { from, to, ...(match === undefined ? {} : { match }) }, match };
  }
}

function toHit(row: unknown): IndexedHit {
  const [id, entryId, sessionRow] = row as [number, number, number];
  return { id, entryId, sessionRow };
}
