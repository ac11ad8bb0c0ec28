// The full-text index: a database of its own beside the store, made from it and disposable.
//
// Contract: whoever opens it for writing gets one that fits this version and this store, made anew where it is missing,
// damaged or of another. A document is one conversation entry. Its number is that of its quarter of a second, or the next
// that is free: numbers grow with time, so that the newest hits come first without sorting, and lie close together.

import Database from 'better-sqlite3';
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PlayheadError } from '../../../shared/base/errors.ts';
import type { SessionId } from '../../../shared/model/ids.ts';
import { isCorrupt } from './connection.ts';

export const SEARCH_FILE = 'search.db';
/** Grows when the same entries would be indexed in another way. */
const SEARCH_VERSION = 1;
const WHOLE_CHECK_BYTES = 64 * 1024 * 1024;

// text: what people read; path: files that a tool call names; facet: what an entry is filtered by (search-match.ts).
// Contentless: the text is in the archive already. Each row of session says how far that session was taken in.
const SCHEMA = `
CREATE TABLE identity (
  store INTEGER NOT NULL,
  -- how far at most a document stands behind the number of its time
  spill INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  public_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  entry_id INTEGER NOT NULL,
  reset_revision INTEGER NOT NULL
) STRICT;
CREATE TABLE doc (
  id INTEGER PRIMARY KEY,
  entry_id INTEGER NOT NULL UNIQUE,
  session_id INTEGER NOT NULL,
  at_us INTEGER NOT NULL
) STRICT;
CREATE VIRTUAL TABLE fts USING fts5(text, path, facet, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
`;

export interface OpenedIndex {
  readonly db: Database.Database;
  /** Why an index that was there could not be used; null where it could, or where there was none. */
  readonly remade: string | null;
}

/** How far a session was taken in: up to this entry of this revision. */
export interface SessionCursor {
  readonly id: number;
  readonly publicId: SessionId;
  readonly revision: number;
  readonly entryId: number;
  readonly resetRevision: number;
}

const EPOCH_MS = Date.UTC(2020, 0, 1);
const MAX_MS = 2 ** 43;
// The fewer bits between one document and the next, the smaller the index: half of it is differences of numbers.
const MS_PER_NUMBER = 250;

/** The least number of a document of that time. Times before 2020 count as its start. */
export function documentId(atUs: number): number {
  const ms = Math.min(MAX_MS, Math.max(0, atUs / 1000 - EPOCH_MS));
  return 1 + Math.floor(ms / MS_PER_NUMBER);
}

export function selectCursors(db: Database.Database): readonly SessionCursor[] {
  return db
    .prepare(
      'SELECT id, public_id AS publicId, revision, entry_id AS entryId, reset_revision AS resetRevision FROM session',
    )
    .all() as SessionCursor[];
}

/** Opens the index of this store, or begins one. */
export function openIndex(dataDir: string, storeIdentity: number): OpenedIndex {
  const path = join(dataDir, SEARCH_FILE);
  let remade: string | null = null;
  if (existsSync(path)) {
    const opened = tryOpen(path, storeIdentity);
    if (typeof opened !== 'string') return { db: opened, remade };
    remade = opened;
    removeIndex(dataDir);
  }
  const db = new Database(path);
  prepare(db);
  db.transaction(() => {
    db.exec(SCHEMA);
    db.prepare('INSERT INTO identity (store) VALUES (?)').run(storeIdentity);
    db.pragma(`user_version = ${SEARCH_VERSION}`);
  })();
  return { db, remade };
}

/** Opens it to read beside its writer. Fails with 'not-found' where there is none that fits. */
export function openIndexForReading(dataDir: string, storeIdentity: number): Database.Database {
  const path = join(dataDir, SEARCH_FILE);
  if (!existsSync(path)) throw new PlayheadError('not-found', 'Nothing has been indexed for search yet.');
  const db = new Database(path, { readonly: true });
  try {
    db.pragma('busy_timeout = 5000');
    db.pragma('cache_size = -32000');
    const misfit = misfitOf(db, storeIdentity);
    if (misfit === null) return db;
    throw new PlayheadError('not-found', `The search index cannot be used: ${misfit}.`);
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

export function removeIndex(dataDir: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(dataDir, SEARCH_FILE + suffix), { force: true });
}

/** The index, or why it cannot be used. */
function tryOpen(path: string, storeIdentity: number): Database.Database | string {
  const db = new Database(path);
  try {
    prepare(db);
    const misfit = misfitOf(db, storeIdentity) ?? damageOf(db, path);
    if (misfit === null) return db;
    db.close();
    return misfit;
  } catch (thrown) {
    db.close();
    if (!isCorrupt(thrown) && !isForeign(thrown)) throw thrown;
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

function prepare(db: Database.Database): void {
  db.pragma('busy_timeout = 5000');
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma('cache_size = -8000');
}

function misfitOf(db: Database.Database, storeIdentity: number): string | null {
  const version = db.pragma('user_version', { simple: true });
  if (version !== SEARCH_VERSION) return `it is of version ${String(version)}, this is ${SEARCH_VERSION}`;
  const row = db.prepare('SELECT store FROM identity').get() as { store: number } | undefined;
  return row?.store === storeIdentity ? null : 'it was made from another store';
}

function damageOf(db: Database.Database, path: string): string | null {
  if (statSync(path).size > WHOLE_CHECK_BYTES) return null;
  const check = String(db.pragma('quick_check(1)', { simple: true }));
  return check === 'ok' ? null : check;
}

/** Some other database under our name. */
function isForeign(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'SQLITE_ERROR';
}
