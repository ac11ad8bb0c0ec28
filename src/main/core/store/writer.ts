// The one writer of the store.
//
// Contract: a batch's records, spans, events, entries, archived bytes and the file's offset commit together or not at
// all; a process that dies at any instant loses and doubles nothing. Every change is stamped with a revision; a batch
// that changes nothing makes none. Synchronous, in one worker thread.

import { PlayheadError } from '../../../shared/base/errors.ts';
import type { Batch, Committed, FileRow } from './batch.ts';
import { BatchWork, type WriterMemory } from './batch-work.ts';
import { diskTrouble, isCorrupt, markSuspect, openForWriting, type WriteDb } from './connection.ts';
import { doubtFiles, filesOfSource, insertFile, saveFile } from './file-table.ts';
import { type PackPlace, PackReader, PackWriter } from './packs.ts';
import { removeDerived, supersedeRecords } from './rewrite.ts';
import { listSources, removeSource, type SourceRow, type SourceSpec, upsertSource } from './source-table.ts';

export class StoreWriter {
  readonly notices: readonly string[];
  private readonly dataDir: string;
  private readonly db: WriteDb;
  private readonly packs: PackWriter;
  private readonly memory: WriterMemory;
  private readonly sources = new Map<number, SourceRow>();

  /** Opens or begins the store. Fails as openForWriting does. */
  constructor(dataDir: string) {
    const { db, notices } = openForWriting(dataDir);
    this.dataDir = dataDir;
    this.db = db;
    this.notices = notices;
    const last = db
      .prepare(
        'SELECT pack, pack_offset + pack_length AS end FROM raw_block ORDER BY pack DESC, pack_offset DESC LIMIT 1',
      )
      .get() as { pack: number; end: number } | undefined;
    this.packs = new PackWriter(dataDir, last);
    if (this.packs.lost) doubtFiles(db, this.packs.lost);
    const next = (table: string) =>
      (db.prepare(`SELECT coalesce(max(id), 0) + 1 AS id FROM ${table}`).get() as { id: number }).id;
    const types = db.prepare('SELECT id, name FROM record_type').all() as { id: number; name: string }[];
    for (const source of listSources(db)) this.sources.set(source.id, source);
    this.memory = {
      ids: { nextSpan: next('span'), nextRecord: next('record') },
      typeIds: new Map(types.map(({ id, name }) => [name, id])),
      sources: this.sources,
    };
  }

  addSource(spec: SourceSpec): SourceRow {
    const source = this.guard(() => upsertSource(this.db, spec));
    this.sources.set(source.id, source);
    return source;
  }

  listSources(): readonly SourceRow[] {
    return listSources(this.db);
  }

  removeSource(id: number): void {
    this.guard(() => removeSource(this.db, id));
  }

  files(sourceId: number): readonly FileRow[] {
    return filesOfSource(this.db, sourceId);
  }

  addFile(sourceId: number, relPath: string): FileRow {
    return this.guard(() => insertFile(this.db, sourceId, relPath));
  }

  /** Keeps a file's state where no bytes come with it: gone, unreadable, renamed. */
  saveFile(file: FileRow): void {
    this.guard(() => saveFile(this.db, file));
  }

  /** What is archived of a file as it is now, in order, block by block. Fails with 'unreadable'. */
  *archivedBlocks(file: FileRow): IterableIterator<{ readonly start: number; readonly bytes: Buffer }> {
    const blocks = this.db
      .prepare(
        'SELECT start, pack, pack_offset AS packOffset, pack_length AS packLength FROM raw_block WHERE file_id = ? AND generation = ? ORDER BY start',
      )
      .all(file.id, file.generation) as (PackPlace & { start: number })[];
    const packs = new PackReader(this.dataDir, 0);
    try {
      for (const block of blocks) yield { start: block.start, bytes: packs.read(block) };
    } finally {
      packs.close();
    }
  }

  /** Keeps a declared format, so that readers can show what was read by it. */
  saveMapping(parser: string, json: string): void {
    this.db
      .prepare(
        'INSERT INTO generic_mapping (parser, json) VALUES (?, ?) ON CONFLICT (parser) DO UPDATE SET json = excluded.json',
      )
      .run(parser, json);
  }

  /** The declared format of that parser id, as JSON text. */
  mapping(parser: string): string | undefined {
    const row = this.db.prepare('SELECT json FROM generic_mapping WHERE parser = ?').get(parser) as
      | { json: string }
      | undefined;
    return row?.json;
  }

  /**
   * Begins a new generation of a file that was replaced or shortened. What it said before stays as it is until the new
   * bytes come; with `derivedToo` it goes at once, since the same bytes are read anew by another parser.
   */
  beginGeneration(file: FileRow, derivedToo: boolean): FileRow {
    const next: FileRow = {
      ...file,
      generation: file.generation + 1,
      offset: 0,
      line: 0,
      midLine: false,
      head: null,
      tail: null,
      parserState: null,
      records: 0,
      rejected: 0,
      unknownTypes: {},
      ...(derivedToo ? { parser: null } : {}),
    };
    this.transaction(() => {
      if (derivedToo) {
        supersedeRecords(this.db, file.id, next.generation, true);
        removeDerived(this.db, file.id, next.generation, 'all', this.nextRevision());
      }
      saveFile(this.db, next);
    });
    return next;
  }

  /** Stores some files' new bytes and everything made from them. */
  commit(batches: readonly Batch[]): Committed {
    return this.transaction(() => {
      const revision = this.nextRevision();
      const changed = new Set<string>();
      const add = (ids: readonly string[]) => ids.forEach(id => changed.add(id));
      for (const batch of batches) {
        this.keep(batch);
        if (batch.file.generation === 1 || batch.raw[0]?.start !== 0) continue;
        // The first bytes since the file was replaced: what stood there before makes room.
        const { id, generation } = batch.file;
        supersedeRecords(this.db, id, generation, batch.replace);
        if (!batch.replace) add(removeDerived(this.db, id, generation, 'superseded', revision));
      }
      const work = new BatchWork(this.db, this.memory);
      for (const batch of batches) work.apply(batch);
      add(work.flush(revision));
      for (const { file, replace } of batches) {
        if (replace) add(removeDerived(this.db, file.id, file.generation, 'all', revision));
      }
      return { revision, sessionIds: [...changed] };
    });
  }

  close(): void {
    this.packs.close();
    try {
      this.db.pragma('optimize');
    } catch {
      // A full disk has no room for statistics; the store is as good without.
    }
    this.db.close();
  }

  /** Archives a batch's bytes and says how far its file is read. */
  private keep({ file, raw }: Batch): void {
    const block = this.db.prepare(
      'INSERT INTO raw_block (file_id, generation, start, length, pack, pack_offset, pack_length) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    for (const piece of raw) {
      const place = this.packs.append(piece.frame);
      block.run(file.id, file.generation, piece.start, piece.length, place.pack, place.packOffset, place.packLength);
    }
    saveFile(this.db, file);
  }

  private transaction<T>(run: () => T): T {
    const position = this.packs.position;
    const ids = { ...this.memory.ids };
    try {
      return this.db.transaction(run).immediate();
    } catch (thrown) {
      this.packs.rollback(position);
      Object.assign(this.memory.ids, ids);
      this.memory.typeIds.clear();
      throw this.describe(thrown);
    }
  }

  private guard<T>(run: () => T): T {
    try {
      return run();
    } catch (thrown) {
      throw this.describe(thrown);
    }
  }

  /** What concerns the store as a whole, in a person's words; else what was thrown. */
  private describe(thrown: unknown): unknown {
    if (isCorrupt(thrown)) {
      markSuspect(this.dataDir);
      return new PlayheadError(
        'store-corrupt',
        'The store is damaged. It is checked and set aside at the next start; the sources are kept as they are.',
        { cause: thrown },
      );
    }
    const trouble = diskTrouble(thrown);
    if (trouble === undefined) return thrown;
    const message = `The store cannot be written: ${trouble}. What was recorded is kept; the rest is tried again.`;
    return new PlayheadError('unavailable', message, { cause: thrown });
  }

  private nextRevision(): number {
    const sql = `UPDATE counter SET value = value + 1 WHERE name = 'revision' RETURNING value`;
    return (this.db.prepare(sql).get() as { value: number }).value;
  }
}
