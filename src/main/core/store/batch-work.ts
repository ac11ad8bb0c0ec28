// One commit while it is in memory: batches are applied to rows, and the rows are written at once.

import { PlayheadError } from '../../../shared/base/errors.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { Fact, ParsedUnit, RecordFact } from '../parsers/parser.ts';
import type { Batch, FileRow } from './batch.ts';
import type { WriteDb } from './connection.ts';
import { FileOrder } from './file-order.ts';
import { integer } from './numbers.ts';
import { EntryRows, EventRows, type FactPlace } from './piece-rows.ts';
import { RecordRows } from './record-rows.ts';
import { type SessionRow, SessionRows, SessionWords } from './session-rows.ts';
import type { SourceRow } from './source-table.ts';
import { SpanRows } from './span-rows.ts';
import { TitleRows } from './title-rows.ts';
import { encodeUuid } from './uuids.ts';

const MAX_TYPE_CHARS = 200;

/** What outlives a commit: the next row numbers and what is asked for with every record. */
export interface WriterMemory {
  readonly ids: { nextSpan: number; nextRecord: number };
  readonly typeIds: Map<string, number>;
  readonly sources: ReadonlyMap<number, SourceRow>;
}

export class BatchWork {
  private readonly db: WriteDb;
  private readonly memory: WriterMemory;
  private readonly order: FileOrder;
  private readonly sessions: SessionRows;
  private readonly words: SessionWords;
  private readonly spans: SpanRows;
  private readonly events: EventRows;
  private readonly entries: EntryRows;
  private readonly records: RecordRows;
  private readonly titles: TitleRows;
  private readonly mainKeys = new Map<number, string>();
  /** Which files have told which sessions their folder. */
  private readonly placed = new Set<string>();

  constructor(db: WriteDb, memory: WriterMemory) {
    this.db = db;
    this.memory = memory;
    this.order = new FileOrder(db);
    this.sessions = new SessionRows(db);
    this.words = new SessionWords(this.order);
    this.spans = new SpanRows(db, this.sessions, memory.ids);
    this.events = new EventRows(db, this.sessions);
    this.entries = new EntryRows(db, this.sessions);
    this.records = new RecordRows(db, this.sessions, this.order);
    this.titles = new TitleRows(db, this.order, this.sessions, this.words, this.records);
  }

  /** The file's row is written already. */
  apply(batch: Batch): void {
    this.order.note(batch.file);
    for (const unit of batch.units) this.applyUnit(unit, batch);
  }

  /** Writes what changed, stamped; gives the public ids of the sessions that did. */
  flush(revision: number): string[] {
    this.spans.flush(revision);
    this.events.flush(revision);
    this.entries.flush(revision);
    this.records.flush();
    return this.sessions.flush(revision);
  }

  private applyUnit(unit: ParsedUnit, batch: Batch): void {
    const places = unit.records.map(record => this.placeRecord(record, batch));
    for (const fact of unit.facts) {
      const at = places[fact.record ?? 0] ?? places[0];
      const record = unit.records[fact.record ?? 0] ?? unit.records[0];
      if (!at || !record) continue;
      const session = this.sessionFor(fact.session ?? record.session ?? null, batch.file);
      if (session) this.applyFact(fact, { ...at, sessionId: session.id }, session, record, batch);
    }
  }

  private applyFact(fact: Fact, place: FactPlace, session: SessionRow, record: RecordFact, batch: Batch): void {
    switch (fact.kind) {
      case 'session':
        this.words.join(session, fact, saidAt(record, place));
        break;
      case 'span': {
        const row = this.spans.join(fact, { ...place, replace: batch.replace });
        if (fact.role !== undefined && row.id !== null) this.records.addRole(row.id, place.recordId, fact.role);
        break;
      }
      case 'event':
        this.events.join(fact, place);
        break;
      case 'entry':
        this.entries.join(fact, place);
        break;
      case 'title-for-record': {
        const uuid = encodeUuid(fact.uuid);
        if (uuid !== null) this.titles.add(batch.file.sourceId, uuid, fact.text, place);
        break;
      }
      default:
        fact satisfies never;
    }
  }

  /** Takes a record in; its row is written with the others. */
  private placeRecord(record: RecordFact, { file }: Batch): FactPlace {
    const session = this.sessionFor(record.session ?? null, file);
    const id = this.memory.ids.nextRecord++;
    const uuid = encodeUuid(record.uuid);
    const typeId = this.typeId(record.type.slice(0, MAX_TYPE_CHARS));
    this.records.add({ id, fact: record, file, sessionId: session?.id ?? null, typeId, uuid });
    const place: FactPlace = {
      sessionId: session?.id ?? 0,
      fileId: file.id,
      generation: file.generation,
      recordId: id,
      offset: record.at.offset,
      rootKey: ROOT_SPAN,
      follows: other => this.order.follows(file.id, other),
    };
    if (!session) return place;
    session.records += 1;
    const timeUs = integer(record.timeUs);
    if (timeUs !== undefined) {
      session.startUs = session.startUs === null ? timeUs : Math.min(session.startUs, timeUs);
      session.updateUs = session.updateUs === null ? timeUs : Math.max(session.updateUs, timeUs);
    }
    if (uuid !== null) this.titles.take(session, uuid, saidAt(record, place));
    if (record.rejected !== undefined) {
      session.rejected += 1;
      this.showRejection(record, record.rejected, place, file);
    }
    return place;
  }

  /** A record that could not be read stands in the conversation and among the events where it would have been. */
  private showRejection(record: RecordFact, why: string, place: FactPlace, file: FileRow): void {
    const { line, offset } = record.at;
    const key = `rejected:${file.relPath}:${file.generation}:${offset}`;
    const thread = this.entries.threadBefore(file.id, file.generation, offset) ?? ROOT_SPAN;
    const name = `Line ${line} could not be read`;
    this.events.join({ kind: 'event', key, event: 'rejected', name, thread, summary: why, order: offset }, place);
    this.entries.join({ kind: 'entry', key, entry: 'notice', thread, block: 0, event: key, order: offset * 64 }, place);
  }

  /** The session that a fact belongs to, begun where it is new; null for what belongs to the file only. */
  private sessionFor(named: string | null, file: FileRow): SessionRow | null {
    const nativeId = named ?? file.nativeSession;
    if (nativeId === null) return null;
    const isMain = file.main && (named === null || named === file.nativeSession);
    const key = isMain ? this.mainKey(nativeId, file) : nativeId;
    const session = this.sessions.find(file.sourceId, key) ?? this.beginSession(key, nativeId, file);
    const place = `${session.id}:${file.id}`;
    if (!this.placed.has(place)) {
      this.placed.add(place);
      if (isMain) session.mainFileId = file.id;
      this.words.folder(session, folderName(this.source(file).root, file.relPath), { id: file.id, isMain });
    }
    return session;
  }

  private beginSession(key: string, nativeId: string, file: FileRow): SessionRow {
    const source = this.source(file);
    const session = this.sessions.create(source, key, nativeId, file.agent ?? source.format);
    this.spans.createRoot(session, file.id, file.generation);
    return session;
  }

  /** Two transcripts in one source that claim the same id are two sessions, unless one took the other's place. */
  private mainKey(nativeId: string, file: FileRow): string {
    const known = this.mainKeys.get(file.id);
    if (known !== undefined) return known;
    const stored = this.db.prepare('SELECT session_key AS key FROM file WHERE id = ?').get(file.id) as {
      key: string | null;
    };
    let key = stored.key;
    if (key === null || (key !== nativeId && !key.startsWith(`${nativeId}~`))) {
      const holder = this.sessions.find(file.sourceId, nativeId)?.mainFileId ?? null;
      const free = holder === null || holder === file.id || this.isGone(holder);
      key = free ? nativeId : `${nativeId}~${file.relPath}`;
      this.db.prepare('UPDATE file SET session_key = ? WHERE id = ?').run(key, file.id);
    }
    this.mainKeys.set(file.id, key);
    return key;
  }

  private isGone(fileId: number): boolean {
    const file = this.db.prepare('SELECT state FROM file WHERE id = ?').get(fileId) as { state: string } | undefined;
    return file === undefined || file.state === 'gone';
  }

  private source(file: FileRow): SourceRow {
    const source = this.memory.sources.get(file.sourceId);
    if (!source) throw new PlayheadError('internal', `Source ${file.sourceId} is not known.`);
    return source;
  }

  private typeId(name: string): number {
    const { typeIds } = this.memory;
    let id = typeIds.get(name);
    if (id === undefined) {
      this.db.prepare('INSERT OR IGNORE INTO record_type (name) VALUES (?)').run(name);
      id = (this.db.prepare('SELECT id FROM record_type WHERE name = ?').get(name) as { id: number }).id;
      typeIds.set(name, id);
    }
    return id;
  }
}

function saidAt(record: RecordFact, place: FactPlace): { atUs: number | null; fileId: number; offset: number } {
  return { atUs: integer(record.timeUs) ?? null, fileId: place.fileId, offset: place.offset };
}

/** What a session is grouped by until its working directory is known: the folder that its file lies in. */
function folderName(root: string, relPath: string): string | null {
  const parts = [...root.split(/[\\/]/), ...relPath.split('/').slice(0, -1)].filter(part => part !== '');
  return parts.at(-1) ?? null;
}
