// Opens the store. The brands tell a function's reader whether it may write: take ReadDb to read, WriteDb to change.
//
// Contract: a store of a newer Playhead is refused untouched; a damaged one is set aside under a new name, never
// deleted, and a new one is begun, so that the sources are read again. Worker threads only.

import Database from 'better-sqlite3';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PlayheadError } from '../../../shared/base/errors.ts';
import { PACKS_FOLDER } from './packs.ts';
import { type Migration, migrations } from './schema.ts';

export type ReadDb = Database.Database & { readonly brand?: 'read' | 'write' };
export type WriteDb = Database.Database & { readonly brand?: 'write'; readonly writes?: true };

export const STORE_FILE = 'playhead.db';
const WHOLE_CHECK_BYTES = 64 * 1024 * 1024;

export interface OpenedForWriting {
  readonly db: WriteDb;
  /** What was wrong and mended, for people. */
  readonly notices: readonly string[];
}

/** Opens or begins the store of a data folder. Fails with 'store-newer', 'unreadable' (folder cannot be written). */
export function openForWriting(dataDir: string): OpenedForWriting {
  const path = join(dataDir, STORE_FILE);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new PlayheadError('unreadable', `The data folder ${dataDir} cannot be made: ${messageOf(cause)}.`, { cause });
  }
  try {
    return { db: openChecked(path), notices: [] };
  } catch (thrown) {
    if (!isCorrupt(thrown)) throw unusable(dataDir, thrown);
    const aside = setAside(dataDir);
    return {
      db: openChecked(path),
      notices: [
        `The store was damaged (${messageOf(thrown).replace(/\s+/g, ' ')}). It is kept as ${aside}; the sources are read again into a new one.`,
      ],
    };
  }
}

function unusable(dataDir: string, thrown: unknown): unknown {
  const trouble = diskTrouble(thrown);
  if (trouble === undefined) return thrown;
  return new PlayheadError('unreadable', `The store in ${dataDir} cannot be used: ${trouble}.`, { cause: thrown });
}

/** Opens the store to read beside its writer. Fails with 'not-found' where there is none yet. */
export function openForReading(dataDir: string): ReadDb {
  const path = join(dataDir, STORE_FILE);
  if (!existsSync(path)) throw new PlayheadError('not-found', `There is no store in ${dataDir} yet.`);
  const db: ReadDb = keepStatements(new Database(path, { readonly: true }));
  db.pragma('busy_timeout = 5000');
  db.pragma('cache_size = -32000');
  refuseNewer(db, migrations);
  return db;
}

function openChecked(path: string): WriteDb {
  leaveNewerUntouched(path);
  const db: WriteDb = keepStatements(new Database(path));
  try {
    db.pragma('busy_timeout = 5000');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma('foreign_keys = ON');
    db.pragma('cache_size = -64000');
    db.pragma('wal_autocheckpoint = 8000');
    checkIntegrity(db, path);
    migrate(db, migrations);
    return db;
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

/**
 * Looks at the version before anything can write: opening for writing alone may change the file. Where no log lies beside
 * it the file itself says it; a connection, even one that only reads, would leave an empty log behind.
 */
function leaveNewerUntouched(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile() || stats.size === 0) return;
  if (!existsSync(`${path}-wal`)) return refuseNewerVersion(versionInFile(path), migrations);
  const db = new Database(path, { readonly: true });
  try {
    refuseNewer(db, migrations);
  } finally {
    db.close();
  }
}

/** A small or suspect store is checked whole; a large one only by its schema, since a full check reads every page. */
function checkIntegrity(db: WriteDb, path: string): void {
  db.prepare('SELECT count(*) FROM sqlite_schema').get();
  const suspect = existsSync(suspectMark(path));
  if (!suspect && statSync(path).size > WHOLE_CHECK_BYTES) return;
  const check = db.pragma('quick_check(1)', { simple: true });
  if (check !== 'ok') throw new CorruptStore(String(check));
  if (suspect) rmSync(suspectMark(path), { force: true });
}

/** Has the next start check the whole store; called when SQLite reports damage while running. */
export function markSuspect(dataDir: string): void {
  try {
    writeFileSync(suspectMark(join(dataDir, STORE_FILE)), '');
  } catch {
    // A disk that takes no mark is in trouble enough to be noticed.
  }
}

function suspectMark(path: string): string {
  return `${path}.suspect`;
}

/** Brings a store to the newest version, each step in a transaction of its own. Fails with 'store-newer'. */
export function migrate(db: WriteDb, steps: readonly Migration[]): void {
  checkGapFree(steps);
  refuseNewer(db, steps);
  const version = db.pragma('user_version', { simple: true }) as number;
  for (const step of steps.slice(version)) {
    db.transaction(() => {
      db.exec(step.sql);
      db.pragma(`user_version = ${step.version}`);
    })();
  }
}

/** Versions must be 1, 2, 3, … in order; anything else is a defect of the build. */
export function checkGapFree(steps: readonly Migration[]): void {
  steps.forEach((step, index) => {
    if (step.version !== index + 1) {
      throw new PlayheadError('internal', `Migration ${step.version} (${step.name}) stands at place ${index + 1}.`);
    }
  });
}

function refuseNewer(db: Database.Database, steps: readonly Migration[]): void {
  refuseNewerVersion(db.pragma('user_version', { simple: true }) as number, steps);
}

/** As it stands in the head of the file (https://sqlite.org/fileformat2.html#the_database_header); 0 for another file. */
function versionInFile(path: string): number {
  const head = Buffer.alloc(64);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  return head.toString('latin1', 0, 16) === 'SQLite format 3\0' ? head.readInt32BE(60) : 0;
}

function refuseNewerVersion(version: number, steps: readonly Migration[]): void {
  if (version > steps.length) {
    throw new PlayheadError(
      'store-newer',
      `The store was written by a newer Playhead (version ${version}; this one knows ${steps.length}). It was not touched. Update Playhead, or use another --data-dir.`,
    );
  }
}

/** The archive goes with the store that names its parts: the sources may be gone, then it is all there is. */
function setAside(dataDir: string): string {
  const path = join(dataDir, STORE_FILE);
  const end = `.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  for (const suffix of ['-wal', '-shm']) if (existsSync(path + suffix)) renameSync(path + suffix, path + end + suffix);
  const packs = join(dataDir, PACKS_FOLDER);
  if (existsSync(packs)) renameSync(packs, packs + end);
  // Last: until it is gone, a crash leaves a store that is still known to be damaged.
  renameSync(path, path + end);
  rmSync(suspectMark(path), { force: true });
  return path + end;
}

class CorruptStore extends Error {}

export function isCorrupt(thrown: unknown): boolean {
  if (thrown instanceof CorruptStore) return true;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  return code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT');
}

/** What is wrong with the disk that the store is on, in words; undefined where the error is of another kind. */
export function diskTrouble(thrown: unknown): string | undefined {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full';
  if (code.startsWith('SQLITE_READONLY') || code === 'EROFS') return 'its folder is read-only';
  if (code.startsWith('SQLITE_IOERR') || code === 'EIO') return `the disk reports an error (${messageOf(thrown)})`;
  if (code.startsWith('SQLITE_CANTOPEN')) return 'its file cannot be opened';
  if (code.startsWith('SQLITE_BUSY')) return 'another program holds it';
  return undefined;
}

/** Has `prepare` compile each text once: compiling took a seventh of an index run. Statements run to their end at once here, so sharing is safe. */
function keepStatements<D extends Database.Database>(db: D): D {
  const compiled = new Map<string, Database.Statement>();
  const prepare = db.prepare.bind(db);
  return Object.assign(db, {
    prepare(sql: string): Database.Statement {
      let statement = compiled.get(sql);
      if (!statement) {
        statement = prepare(sql);
        compiled.set(sql, statement);
      }
      return statement;
    },
  });
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
