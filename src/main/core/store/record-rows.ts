// Records while a batch is applied: which of them are copies, and their rows.

import type { RecordFact } from '../parsers/parser.ts';
import type { FileRow } from './batch.ts';
import type { WriteDb } from './connection.ts';
import type { FileOrder } from './file-order.ts';
import { integer } from './numbers.ts';
import type { SessionRows } from './session-rows.ts';
import { type StoredUuid, uuidKey } from './uuids.ts';

export interface NewRecord {
  readonly id: number;
  readonly fact: RecordFact;
  readonly file: FileRow;
  readonly sessionId: number | null;
  readonly typeId: number;
  readonly uuid: StoredUuid | null;
}

interface Pending extends NewRecord {
  copy: boolean;
}

interface Other {
  readonly id: number;
  readonly atUs: number | null;
  readonly fileId: number;
  readonly copy: number;
}

export class RecordRows {
  private readonly db: WriteDb;
  private readonly sessions: SessionRows;
  private readonly order: FileOrder;
  private readonly pending: Pending[] = [];
  private readonly byUuid = new Map<string, Pending[]>();
  private readonly roles: { readonly spanId: number; readonly recordId: number; readonly role: string }[] = [];

  constructor(db: WriteDb, sessions: SessionRows, order: FileOrder) {
    this.db = db;
    this.sessions = sessions;
    this.order = order;
  }

  add(record: NewRecord): void {
    const pending: Pending = { ...record, copy: false };
    this.pending.push(pending);
    const { uuid } = record;
    if (uuid === null) return;
    if (record.file.generation > 1) this.supersede(uuid, record.file);
    this.markCopies(pending, uuid);
    const same = this.byUuid.get(uuidKey(uuid));
    if (same) same.push(pending);
    else this.byUuid.set(uuidKey(uuid), [pending]);
  }

  /** What the record is to the span. */
  addRole(spanId: number, recordId: number, role: string): void {
    this.roles.push({ spanId, recordId, role });
  }

  /** Records of this batch with that id. */
  withUuid(uuid: StoredUuid): readonly NewRecord[] {
    return this.byUuid.get(uuidKey(uuid)) ?? [];
  }

  flush(): void {
    const spanOf = new Map<number, number>();
    for (const { recordId, spanId } of this.roles) if (!spanOf.has(recordId)) spanOf.set(recordId, spanId);
    const insert = this.db.prepare(
      `INSERT INTO record (id, file_id, generation, line, offset, length, type_id, session_id, span_id, at_us, known, copy, uuid, rejected)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const { id, fact, file, sessionId, typeId, uuid, copy } of this.pending) {
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
        integer(fact.timeUs) ?? null,
        fact.known ? 1 : 0,
        copy ? 1 : 0,
        uuid,
        fact.rejected ?? null,
      );
    }
    const role = this.db.prepare('INSERT OR IGNORE INTO span_record (span_id, record_id, role) VALUES (?, ?, ?)');
    for (const { spanId, recordId, role: name } of this.roles) role.run(spanId, recordId, name);
  }

  /** A record that stands in several files is a copy in all but the one that had it first. */
  private markCopies(record: Pending, uuid: StoredUuid): void {
    const mine = { atUs: record.fact.timeUs, fileId: record.file.id };
    const stored = this.db
      .prepare(
        'SELECT id, at_us AS atUs, file_id AS fileId, copy FROM record WHERE uuid = ? AND file_id <> ? AND superseded = 0',
      )
      .all(uuid, record.file.id) as Other[];
    for (const other of stored) {
      if (this.isFirst(other, mine)) record.copy = true;
      else if (other.copy === 0) this.db.prepare('UPDATE record SET copy = 1 WHERE id = ?').run(other.id);
    }
    for (const other of this.byUuid.get(uuidKey(uuid)) ?? []) {
      if (other.file.id === record.file.id) continue;
      if (this.isFirst({ atUs: other.fact.timeUs, fileId: other.file.id }, mine)) record.copy = true;
      else other.copy = true;
    }
  }

  private isFirst(a: Omit<Other, 'id' | 'copy'>, b: Omit<Other, 'id' | 'copy'>): boolean {
    const [timeA, timeB] = [a.atUs ?? Infinity, b.atUs ?? Infinity];
    return timeA === timeB ? this.order.isOlder(a.fileId, b.fileId) : timeA < timeB;
  }

  /** The same record comes again in a file that was written anew. */
  private supersede(uuid: StoredUuid, file: FileRow): void {
    const rows = this.db
      .prepare(
        'UPDATE record SET superseded = 1 WHERE uuid = ? AND file_id = ? AND generation < ? AND superseded = 0 RETURNING session_id AS sessionId, rejected',
      )
      .all(uuid, file.id, file.generation) as { sessionId: number | null; rejected: string | null }[];
    for (const { sessionId, rejected } of rows) {
      if (sessionId === null) continue;
      const session = this.sessions.get(sessionId);
      session.records -= 1;
      if (rejected !== null) session.rejected -= 1;
    }
  }
}
