// The one writer of the store.
//
// Contract: a batch's records, spans, events, entries, archived bytes and the file's offset commit together or not at
// all; a process that dies at any instant loses and doubles nothing. Every change is stamped with a revision; a batch
// that changes nothing makes none. Synchronous, in one worker thread.

import { PlayheadError } from '../../../shared/base/errors.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { Fact, ParsedUnit, RecordFact } from '../parsers/parser.ts';
import type { Batch, Committed, FileRow } from './batch.ts';
import { isCorrupt, markSuspect, openForWriting, type WriteDb } from './connection.ts';
import { filesOfSource, insertFile, saveFile } from './file-table.ts';
import { PackWriter } from './packs.ts';
import { EntryRows, EventRows, type FactPlace } from './piece-rows.ts';
import { type SessionRow, SessionRows, joinSession, setTitle } from './session-rows.ts';
import { listSources, removeSource, type SourceRow, type SourceSpec, upsertSource } from './source-table.ts';
import { SpanRows } from './span-rows.ts';
import { removeDerived, supersedeRecords } from './rewrite.ts';

export class StoreWriter {
  readonly notices: readonly string[];
  private readonly dataDir: string;
  private readonly db: WriteDb;
  private readonly packs: PackWriter;
  private readonly ids: { nextSpan: number; nextRecord: number };
  private readonly typeIds = new Map<string, number>();
  private readonly sources = new Map<number, SourceRow>();
  private awaitedTitles: boolean;

  /** Opens or begins the store. Fails as openForWriting does. */
  constructor(dataDir: string) {
    const { db, notices } = openForWriting(dataDir);
    this.dataDir = dataDir;
    this.db = db;
    this.notices = notices;
    const last = db
      .prepare(
        'SELECT pack, max(pack_offset + pack_length) AS end FROM raw_block GROUP BY pack ORDER BY pack DESC LIMIT 1',
      )
      .get() as { pack: number; end: number } | undefined;
    this.packs = new PackWriter(dataDir, last ?? { pack: 1, end: 0 });
    this.ids = {
      nextSpan: (db.prepare('SELECT coalesce(max(id), 0) + 1 AS id FROM span').get() as { id: number }).id,
      nextRecord: (db.prepare('SELECT coalesce(max(id), 0) + 1 AS id FROM record').get() as { id: number }).id,
    };
    for (const type of db.prepare('SELECT id, name FROM record_type').all() as { id: number; name: string }[]) {
      this.typeIds.set(type.name, type.id);
    }
    for (const source of listSources(db)) this.sources.set(source.id, source);
    this.awaitedTitles = db.prepare('SELECT 1 FROM awaited_title LIMIT 1').get() !== undefined;
  }

  addSource(spec: SourceSpec): SourceRow {
    const source = upsertSource(this.db, spec);
    this.sources.set(source.id, source);
    return source;
  }

  listSources(): readonly SourceRow[] {
    return listSources(this.db);
  }

  removeSource(id: number): void {
    removeSource(this.db, id);
  }

  files(sourceId: number): readonly FileRow[] {
    return filesOfSource(this.db, sourceId);
  }

  addFile(sourceId: number, relPath: string): FileRow {
    return insertFile(this.db, sourceId, relPath);
  }

  /** Keeps a file's state where no bytes come with it: gone, unreadable, renamed. */
  saveFile(file: FileRow): void {
    saveFile(this.db, file);
  }

  /** Keeps a declared format, so that readers can show what was read by it. */
  saveMapping(parser: string, json: string): void {
    this.db
      .prepare(
        'INSERT INTO generic_mapping (parser, json) VALUES (?, ?) ON CONFLICT (parser) DO UPDATE SET json = excluded.json',
      )
      .run(parser, json);
  }

  /**
   * Begins a new generation of a file that was replaced or shortened: its records are superseded, what was made of them
   * stays. With `derivedToo` the rows made from it go as well, since they will be made anew from the same bytes.
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
      const revision = this.nextRevision();
      supersedeRecords(this.db, file.id, derivedToo);
      if (derivedToo) removeDerived(this.db, file.id, next.generation, revision);
      saveFile(this.db, next);
    });
    return next;
  }

  /** Stores some files' new bytes and everything made from them. */
  commit(batches: readonly Batch[]): Committed {
    return this.transaction(() => {
      const revision = this.nextRevision();
      const work = new BatchWork(this.db, this.ids);
      const replaced: { fileId: number; generation: number }[] = [];
      for (const batch of batches) {
        this.applyBatch(batch, work);
        if (batch.replace) replaced.push({ fileId: batch.file.id, generation: batch.file.generation });
      }
      const sessionIds = work.flush(revision);
      for (const { fileId, generation } of replaced) {
        for (const publicId of removeDerived(this.db, fileId, generation, revision)) {
          if (!sessionIds.includes(publicId)) sessionIds.push(publicId);
        }
      }
      return { revision, sessionIds };
    });
  }

  close(): void {
    this.packs.close();
    this.db.pragma('optimize');
    this.db.close();
  }

  private transaction<T>(run: () => T): T {
    const position = this.packs.position;
    const ids = { ...this.ids };
    try {
      return this.db.transaction(run).immediate();
    } catch (thrown) {
      this.packs.rollback(position);
      Object.assign(this.ids, ids);
      this.typeIds.clear();
      if (isCorrupt(thrown)) {
        markSuspect(this.dataDir);
        throw new PlayheadError(
          'store-corrupt',
          'The store is damaged. It is checked and set aside at the next start; the sources are kept as they are.',
          { cause: thrown },
        );
      }
      throw thrown;
    }
  }

  private nextRevision(): number {
    return (
      this.db.prepare(`UPDATE counter SET value = value + 1 WHERE name = 'revision' RETURNING value`).get() as {
        value: number;
      }
    ).value;
  }

  private applyBatch(batch: Batch, work: BatchWork): void {
    const { file } = batch;
    const block = this.db.prepare(
      'INSERT INTO raw_block (file_id, generation, start, length, pack, pack_offset, pack_length) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    for (const piece of batch.raw) {
      const place = this.packs.append(piece.frame);
      block.run(file.id, file.generation, piece.start, piece.length, place.pack, place.packOffset, place.packLength);
    }
    saveFile(this.db, file);
    for (const unit of batch.units) this.applyUnit(unit, batch, work);
  }

  private applyUnit(unit: ParsedUnit, batch: Batch, work: BatchWork): void {
    const places = unit.records.map(record => this.placeRecord(record, batch, work));
    for (const fact of unit.facts) {
      const at = places[fact.record ?? 0] ?? places[0];
      const record = unit.records[fact.record ?? 0] ?? unit.records[0];
      if (!at || !record) continue;
      const session = this.sessionFor(fact.session ?? record.session ?? null, batch, work);
      if (!session) continue;
      applyFact(fact, { ...at, sessionId: session.id }, session, batch.replace, work);
      if (fact.kind === 'title-for-record') this.titleForRecord(fact.uuid, fact.text, batch.file.sourceId, work);
    }
  }

  /** Takes a record in; its row is written with the batch's others. */
  private placeRecord(record: RecordFact, batch: Batch, work: BatchWork): FactPlace {
    const { file } = batch;
    const session = this.sessionFor(record.session ?? null, batch, work);
    const id = this.ids.nextRecord++;
    const uuid = encodeUuid(record.uuid);
    let copy = false;
    if (uuid !== null) {
      if (file.generation > 1) work.supersede(uuid, file.id, file.generation);
      copy = work.isCopy(uuid, file.id, record.timeUs);
      if (session && this.awaitedTitles) this.takeAwaitedTitle(uuid, session, file.sourceId);
    }
    work.records.push({
      id,
      fact: record,
      file,
      sessionId: session?.id ?? null,
      typeId: this.typeId(record.type),
      uuid,
      copy,
    });
    if (session) {
      session.records += 1;
      if (record.timeUs !== null) {
        session.startUs = session.startUs === null ? record.timeUs : Math.min(session.startUs, record.timeUs);
        session.updateUs = session.updateUs === null ? record.timeUs : Math.max(session.updateUs, record.timeUs);
      }
    }
    const place: FactPlace = {
      sessionId: session?.id ?? 0,
      fileId: file.id,
      generation: file.generation,
      recordId: id,
      offset: record.at.offset,
      rootKey: ROOT_SPAN,
    };
    if (session && record.rejected !== undefined) {
      session.rejected += 1;
      showRejection(record, record.rejected, place, work);
    }
    return place;
  }

  /** The session that a fact belongs to, begun where it is new; null for what belongs to the file only. */
  private sessionFor(named: string | null, batch: Batch, work: BatchWork): SessionRow | null {
    const { file } = batch;
    const nativeId = named ?? file.nativeSession;
    if (nativeId === null) return null;
    const own = named === null || named === file.nativeSession;
    const key = own && file.main ? this.mainKey(nativeId, file, work) : nativeId;
    const found = work.sessions.find(file.sourceId, key);
    const isMain = own && file.main;
    if (found) {
      if (isMain) found.mainFileId = file.id;
      return found;
    }
    const source = this.sources.get(file.sourceId);
    if (!source) throw new PlayheadError('internal', `Source ${file.sourceId} is not known.`);
    const session = work.sessions.create(
      source,
      key,
      nativeId,
      file.agent ?? source.format,
      folderName(source.root, file.relPath),
    );
    if (isMain) session.mainFileId = file.id;
    work.spans.createRoot(session, file.id, file.generation);
    return session;
  }

  /** Two transcripts in one source that claim the same id are two sessions, unless one took the other's place. */
  private mainKey(nativeId: string, file: FileRow, work: BatchWork): string {
    const known = work.mainKeys.get(file.id);
    if (known !== undefined) return known;
    const stored = this.db.prepare('SELECT session_key AS key FROM file WHERE id = ?').get(file.id) as {
      key: string | null;
    };
    let key = stored.key;
    if (key === null || (key !== nativeId && !key.startsWith(`${nativeId}~`))) {
      const holder = work.sessions.find(file.sourceId, nativeId)?.mainFileId ?? null;
      const free = holder === null || holder === file.id || this.isGone(holder);
      key = free ? nativeId : `${nativeId}~${file.relPath}`;
      this.db.prepare('UPDATE file SET session_key = ? WHERE id = ?').run(key, file.id);
    }
    work.mainKeys.set(file.id, key);
    return key;
  }

  private isGone(fileId: number): boolean {
    const file = this.db.prepare('SELECT state FROM file WHERE id = ?').get(fileId) as { state: string } | undefined;
    return file === undefined || file.state === 'gone';
  }

  private titleForRecord(uuidText: string, title: string, sourceId: number, work: BatchWork): void {
    const uuid = encodeUuid(uuidText);
    const pending = work.records.find(record => record.uuid !== null && sameUuid(record.uuid, uuid))?.sessionId;
    const stored = this.db
      .prepare(
        'SELECT session_id AS id FROM record JOIN file ON file.id = file_id WHERE uuid = ? AND source_id = ? AND session_id IS NOT NULL ORDER BY record.at_us LIMIT 1',
      )
      .get(uuid, sourceId) as { id: number } | undefined;
    const id = pending ?? stored?.id;
    if (id !== undefined) setTitle(work.sessions.get(id), 'summary', title);
    else {
      this.db
        .prepare('INSERT OR REPLACE INTO awaited_title (source_id, uuid, title) VALUES (?, ?, ?)')
        .run(sourceId, uuid, title);
      this.awaitedTitles = true;
    }
  }

  private takeAwaitedTitle(uuid: Buffer | string, session: SessionRow, sourceId: number): void {
    const found = this.db
      .prepare('DELETE FROM awaited_title WHERE source_id = ? AND uuid = ? RETURNING title')
      .get(sourceId, uuid) as { title: string } | undefined;
    if (found) setTitle(session, 'summary', found.title);
  }

  private typeId(name: string): number {
    let id = this.typeIds.get(name);
    if (id === undefined) {
      this.db.prepare('INSERT OR IGNORE INTO record_type (name) VALUES (?)').run(name);
      id = (this.db.prepare('SELECT id FROM record_type WHERE name = ?').get(name) as { id: number }).id;
      this.typeIds.set(name, id);
    }
    return id;
  }
}

interface PendingRecord {
  readonly id: number;
  readonly fact: RecordFact;
  readonly file: FileRow;
  readonly sessionId: number | null;
  readonly typeId: number;
  readonly uuid: Buffer | string | null;
  copy: boolean;
}

/** Everything of one commit while it is in memory. */
class BatchWork {
  readonly sessions: SessionRows;
  readonly spans: SpanRows;
  readonly events: EventRows;
  readonly entries: EntryRows;
  readonly records: PendingRecord[] = [];
  readonly roles: { readonly spanId: number; readonly recordId: number; readonly role: string }[] = [];
  readonly mainKeys = new Map<number, string>();
  private readonly db: WriteDb;
  private readonly selectCopy;

  constructor(db: WriteDb, ids: { nextSpan: number }) {
    this.db = db;
    this.sessions = new SessionRows(db);
    this.spans = new SpanRows(db, this.sessions, ids);
    this.events = new EventRows(db, this.sessions);
    this.entries = new EntryRows(db, this.sessions);
    this.selectCopy = db.prepare(
      'SELECT id, at_us AS atUs, copy FROM record WHERE uuid = ? AND file_id <> ? AND superseded = 0 ORDER BY copy LIMIT 1',
    );
  }

  /** True when an earlier file holds the same record; a later one that does is marked instead. */
  isCopy(uuid: Buffer | string, fileId: number, timeUs: number | null): boolean {
    const other = this.selectCopy.get(uuid, fileId) as { id: number; atUs: number | null; copy: number } | undefined;
    if (!other) return false;
    const mineIsEarlier = timeUs !== null && other.atUs !== null && timeUs < other.atUs;
    if (mineIsEarlier && other.copy === 0) this.db.prepare('UPDATE record SET copy = 1 WHERE id = ?').run(other.id);
    return !mineIsEarlier;
  }

  supersede(uuid: Buffer | string, fileId: number, generation: number): void {
    const rows = this.db
      .prepare(
        'UPDATE record SET superseded = 1 WHERE uuid = ? AND file_id = ? AND generation < ? AND superseded = 0 RETURNING session_id AS sessionId',
      )
      .all(uuid, fileId, generation) as { sessionId: number | null }[];
    for (const { sessionId } of rows) if (sessionId !== null) this.sessions.get(sessionId).records -= 1;
  }

  flush(revision: number): string[] {
    this.spans.flush(revision);
    this.events.flush(revision);
    this.entries.flush(revision);
    this.writeRecords();
    return this.sessions.flush(revision);
  }

  private writeRecords(): void {
    const spanOf = new Map<number, number>();
    for (const { recordId, spanId } of this.roles) if (!spanOf.has(recordId)) spanOf.set(recordId, spanId);
    const insert = this.db.prepare(
      `INSERT INTO record (id, file_id, generation, line, offset, length, type_id, session_id, span_id, at_us, known, copy, uuid, rejected)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const { id, fact, file, sessionId, typeId, uuid, copy } of this.records) {
      insert.run(
        id,
        file.id,
        file.generation,
        fact.at.line,
        fact.at.offset,
        fact.at.length,
        typeId,
        sessionId,
        spanOf.get(id) ?? null,
        fact.timeUs,
        fact.known ? 1 : 0,
        copy ? 1 : 0,
        uuid,
        fact.rejected ?? null,
      );
    }
    const role = this.db.prepare('INSERT OR IGNORE INTO span_record (span_id, record_id, role) VALUES (?, ?, ?)');
    for (const { spanId, recordId, role: name } of this.roles) role.run(spanId, recordId, name);
  }
}

function applyFact(fact: Fact, place: FactPlace, session: SessionRow, replace: boolean, work: BatchWork): void {
  switch (fact.kind) {
    case 'session':
      joinSession(session, fact);
      break;
    case 'span': {
      const row = work.spans.join(fact, { ...place, replace });
      if (fact.role !== undefined && row.id !== null)
        work.roles.push({ spanId: row.id, recordId: place.recordId, role: fact.role });
      break;
    }
    case 'event':
      work.events.join(fact, place);
      break;
    case 'entry':
      work.entries.join(fact, place);
      break;
    case 'title-for-record':
      break;
    default:
      fact satisfies never;
  }
}

/** A record that could not be read stands in the conversation and among the events where it would have been. */
function showRejection(record: RecordFact, why: string, place: FactPlace, work: BatchWork): void {
  const key = `rejected:${place.fileId}:${place.generation}:${record.at.offset}`;
  const name = `Line ${record.at.line} could not be read`;
  work.events.join({ kind: 'event', key, event: 'rejected', name, summary: why, order: record.at.offset }, place);
  work.entries.join({ kind: 'entry', key, entry: 'notice', block: 0, event: key, order: record.at.offset * 64 }, place);
}

function encodeUuid(uuid: string | undefined): Buffer | string | null {
  if (uuid === undefined) return null;
  const hex = uuid.replaceAll('-', '');
  return uuid.length === 36 && /^[0-9a-f]{32}$/.test(hex) ? Buffer.from(hex, 'hex') : uuid;
}

function sameUuid(a: Buffer | string, b: Buffer | string | null): boolean {
  return typeof a === 'string' || typeof b === 'string' || b === null ? a === b : a.equals(b);
}

/** What a session is grouped by until its working directory is known: the folder that its file lies in. */
function folderName(sourcePath: string, relPath: string): string | null {
  const parts = [...sourcePath.split(/[\\/]/), ...relPath.split('/').slice(0, -1)].filter(part => part !== '');
  return parts.at(-1) ?? null;
}
