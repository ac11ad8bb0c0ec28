// The one writer of the full-text index. Synchronous, in one worker thread.

import type Database from 'better-sqlite3';
import { isCorrupt } from './connection.ts';
import { facetWords, type Facets, indexable, sessionExpression } from './search-match.ts';
import { documentId, openIndex, removeIndex, selectCursors, type SessionCursor } from './search-schema.ts';

/** What is indexed of one entry. */
export interface SearchDocument extends Facets {
  readonly entryId: number;
  /** Of the entry, else of its session. */
  readonly atUs: number;
  readonly text: string;
  /** Files that it names, one a line. */
  readonly path: string;
}

export interface SearchBatch {
  /** At most one of each entry. */
  readonly documents: readonly SearchDocument[];
  readonly cursors: readonly SessionCursor[];
  /** Sessions whose documents go first: what was indexed of them may be gone. */
  readonly forget: readonly number[];
}

// 1 MB is SQLite's own; each time it is full, a segment is written that must be merged later.
const HASH_BYTES = 32 * 1024 * 1024;
export class SearchWriter {
  /** Why an index that was there was made anew; null where it was not. */
  readonly remade: string | null;
  private readonly dataDir: string;
  private readonly db: Database.Database;
  private readonly insertDoc;
  private readonly insertText;
  private readonly deleteDoc;
  private readonly deleteText;
  private readonly findByEntry;
  private readonly findFree;
  private documentCount: number;
  private damaged = false;

  constructor(dataDir: string, storeIdentity: number) {
    const { db, remade } = openIndex(dataDir, storeIdentity);
    this.dataDir = dataDir;
    this.db = db;
    this.remade = remade;
    this.configure('hashsize', HASH_BYTES);
    this.insertDoc = db.prepare(
      'INSERT INTO doc (id, entry_id, session_id, at_us) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.insertText = db.prepare('INSERT INTO fts (rowid, text, path, facet) VALUES (?, ?, ?, ?)');
    this.deleteDoc = db.prepare('DELETE FROM doc WHERE id = ?');
    this.deleteText = db.prepare('DELETE FROM fts WHERE rowid = ?');
    this.findByEntry = db.prepare('SELECT id FROM doc WHERE entry_id = ?').pluck();
    this.findFree = db
      .prepare(
        `SELECT id + 1 FROM doc WHERE id >= ? AND NOT EXISTS (SELECT 1 FROM doc AS next WHERE next.id = doc.id + 1) ORDER BY id LIMIT 1`,
      )
      .pluck();
    this.documentCount = db.prepare('SELECT count(*) FROM doc').pluck().get() as number;
  }

  /** SQLite has found the file damaged. */
  get isDamaged(): boolean {
    return this.damaged;
  }

  /** Documents in the index. */
  get count(): number {
    return this.documentCount;
  }

  cursors(): readonly SessionCursor[] {
    return selectCursors(this.db);
  }

  /** While much is taken in, segments are merged when there are many, not as they come. Kept in the index. */
  setBulk(bulk: boolean): void {
    this.configure('automerge', bulk ? 0 : 4);
  }

  commit({ documents, cursors, forget }: SearchBatch): void {
    const before = this.documentCount;
    const run = this.db.transaction(() => {
      for (const session of forget) this.forgetSession(session);
      // The index writes out what it holds in memory whenever a number is less than the one before.
      let last = 0;
      let spill = 0;
      for (const document of documents.toSorted((a, b) => a.atUs - b.atUs || a.entryId - b.entryId)) {
        const wanted = documentId(document.atUs);
        last = this.put(Math.max(wanted, last + 1), document);
        spill = Math.max(spill, last - wanted);
      }
      this.db.prepare('UPDATE identity SET spill = @spill WHERE spill < @spill').run({ spill });
      const cursor = this.db.prepare(
        'INSERT OR REPLACE INTO session (id, public_id, revision, entry_id, reset_revision) VALUES (@id, @publicId, @revision, @entryId, @resetRevision)',
      );
      for (const row of cursors) cursor.run(row);
    });
    try {
      run.immediate();
    } catch (thrown) {
      this.documentCount = before;
      this.damaged ||= isCorrupt(thrown);
      throw thrown;
    }
  }

  close(): void {
    this.db.close();
  }

  /** Closes it and removes its files. */
  destroy(): void {
    this.db.close();
    removeIndex(this.dataDir);
  }

  /** Gives the number that it got: the first free one from there. */
  private put(from: number, document: SearchDocument): number {
    const { entryId, sessionRow, atUs } = document;
    let id = from;
    while (this.insertDoc.run(id, entryId, sessionRow, Math.round(atUs)).changes === 0) {
      const old = this.findByEntry.get(entryId) as number | undefined;
      if (old !== undefined) this.remove(old);
      else id = this.findFree.get(id) as number;
    }
    this.insertText.run(id, indexable(document.text), indexable(document.path), facetWords(document));
    this.documentCount += 1;
    return id;
  }

  private forgetSession(session: number): void {
    const ids = this.db
      .prepare('SELECT rowid FROM fts WHERE fts MATCH ?')
      .pluck()
      .all(sessionExpression([session])) as number[];
    for (const id of ids) this.remove(id);
    this.db.prepare('DELETE FROM session WHERE id = ?').run(session);
  }

  private remove(id: number): void {
    this.deleteText.run(id);
    this.deleteDoc.run(id);
    this.documentCount -= 1;
  }

  private configure(name: string, value: number): void {
    // Numbers are bound as REAL, which it refuses.
    this.db.prepare('INSERT INTO fts (fts, rank) VALUES (?, ?)').run(name, BigInt(value));
  }
}
