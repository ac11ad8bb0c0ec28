// Events and conversation entries while a batch is applied: read once, joined in memory, written once.

import type { EventKind } from '../../../shared/model/span.ts';
import type { EntryFact, EventFact } from '../parsers/parser.ts';
import type { WriteDb } from './connection.ts';
import type { SessionRows } from './session-rows.ts';

export interface FactPlace {
  readonly sessionId: number;
  readonly fileId: number;
  readonly generation: number;
  readonly recordId: number;
  readonly offset: number;
  readonly rootKey: string;
}

interface EventRow {
  readonly id: number | null;
  readonly sessionId: number;
  readonly key: string;
  kind: EventKind;
  name: string;
  atUs: number | null;
  threadKey: string;
  spanKey: string | null;
  turn: 0 | 1;
  summary: string | null;
  recordId: number | null;
  ord: number;
  fileId: number;
  generation: number;
}

interface EntryRow {
  readonly id: number | null;
  readonly sessionId: number;
  readonly key: string;
  threadKey: string;
  kind: EntryFact['entry'];
  ord: number;
  spanKey: string | null;
  eventKey: string | null;
  atUs: number | null;
  recordId: number | null;
  block: number;
  resultRecordId: number | null;
  resultBlock: number | null;
  fileId: number;
  generation: number;
}

const EVENT_COLUMNS = `id, session_id AS sessionId, key, kind, name, at_us AS atUs, thread_key AS threadKey, span_key AS spanKey,
  turn, summary, record_id AS recordId, ord, file_id AS fileId, generation`;
const ENTRY_COLUMNS = `id, session_id AS sessionId, key, thread_key AS threadKey, kind, ord, span_key AS spanKey,
  event_key AS eventKey, at_us AS atUs, record_id AS recordId, block, result_record_id AS resultRecordId,
  result_block AS resultBlock, file_id AS fileId, generation`;

interface Kept<Row> {
  readonly row: Row;
  readonly before: string | undefined;
}

export class EventRows {
  private readonly db: WriteDb;
  private readonly sessions: SessionRows;
  private readonly kept = new Map<string, Kept<EventRow>>();

  constructor(db: WriteDb, sessions: SessionRows) {
    this.db = db;
    this.sessions = sessions;
  }

  join(fact: EventFact, place: FactPlace): void {
    const known = this.load(place.sessionId, fact.key);
    if (known) {
      change(known.row, fact, place);
      return;
    }
    const session = this.sessions.get(place.sessionId);
    const row: EventRow = {
      id: null,
      sessionId: place.sessionId,
      key: fact.key,
      kind: fact.event,
      name: fact.name,
      atUs: null,
      threadKey: fact.thread ?? place.rootKey,
      spanKey: null,
      turn: fact.turn === true ? 1 : 0,
      summary: null,
      recordId: place.recordId,
      ord: fact.order ?? place.offset,
      fileId: place.fileId,
      generation: place.generation,
    };
    session.turns += row.turn;
    change(row, fact, place);
    this.kept.set(keyOf(place.sessionId, fact.key), { row, before: undefined });
  }

  flush(revision: number): void {
    const upsert = this.db.prepare(
      `INSERT INTO event (session_id, key, kind, name, at_us, thread_key, span_key, turn, summary, record_id, ord, file_id, generation, revision)
       VALUES (@sessionId, @key, @kind, @name, @atUs, @threadKey, @spanKey, @turn, @summary, @recordId, @ord, @fileId, @generation, @revision)
       ON CONFLICT (session_id, key) DO UPDATE SET kind = excluded.kind, name = excluded.name, at_us = excluded.at_us,
         thread_key = excluded.thread_key, span_key = excluded.span_key, turn = excluded.turn, summary = excluded.summary,
         record_id = excluded.record_id, ord = excluded.ord, file_id = excluded.file_id, generation = excluded.generation,
         revision = excluded.revision`,
    );
    for (const { row, before } of this.kept.values()) {
      if (before === JSON.stringify(row)) continue;
      const { id: _, ...values } = row;
      upsert.run({ ...values, revision });
      this.sessions.touch(row.sessionId);
    }
  }

  private load(sessionId: number, key: string): Kept<EventRow> | undefined {
    const known = this.kept.get(keyOf(sessionId, key));
    if (known) return known;
    const row = this.db
      .prepare(`SELECT ${EVENT_COLUMNS} FROM event WHERE session_id = ? AND key = ?`)
      .get(sessionId, key) as EventRow | undefined;
    if (!row) return undefined;
    const kept = { row, before: JSON.stringify(row) };
    this.kept.set(keyOf(sessionId, key), kept);
    return kept;
  }
}

function change(row: EventRow, fact: EventFact, place: FactPlace): void {
  row.kind = fact.event;
  row.name = fact.name;
  row.atUs = fact.atUs ?? row.atUs;
  row.spanKey = fact.span ?? row.spanKey;
  row.summary = fact.summary ?? row.summary;
  if (row.fileId === place.fileId && row.generation !== place.generation) {
    row.generation = place.generation;
    row.recordId = place.recordId;
    row.ord = fact.order ?? place.offset;
  }
}

export class EntryRows {
  private readonly db: WriteDb;
  private readonly sessions: SessionRows;
  private readonly kept = new Map<string, Kept<EntryRow>>();

  constructor(db: WriteDb, sessions: SessionRows) {
    this.db = db;
    this.sessions = sessions;
  }

  join(fact: EntryFact, place: FactPlace): void {
    const known = this.load(place.sessionId, fact.key)?.row;
    if (known && fact.weak) {
      if (known.fileId === place.fileId) known.generation = place.generation;
      return;
    }
    const row = known ?? this.create(fact, place);
    if (row.fileId === place.fileId) row.generation = place.generation;
    row.spanKey = fact.span ?? row.spanKey;
    row.eventKey = fact.event ?? row.eventKey;
    if (fact.result === true) {
      row.resultRecordId = place.recordId;
      row.resultBlock = fact.block;
      return;
    }
    row.recordId = place.recordId;
    row.block = fact.block;
    row.kind = fact.entry;
    row.threadKey = fact.thread ?? place.rootKey;
    row.ord = fact.order;
    row.atUs = fact.atUs ?? row.atUs;
    row.fileId = place.fileId;
    row.generation = place.generation;
  }

  flush(revision: number): void {
    const upsert = this.db.prepare(
      `INSERT INTO entry (session_id, key, thread_key, kind, ord, span_key, event_key, at_us, record_id, block, result_record_id, result_block, file_id, generation, revision)
       VALUES (@sessionId, @key, @threadKey, @kind, @ord, @spanKey, @eventKey, @atUs, @recordId, @block, @resultRecordId, @resultBlock, @fileId, @generation, @revision)
       ON CONFLICT (session_id, key) DO UPDATE SET thread_key = excluded.thread_key, kind = excluded.kind, ord = excluded.ord,
         span_key = excluded.span_key, event_key = excluded.event_key, at_us = excluded.at_us, record_id = excluded.record_id,
         block = excluded.block, result_record_id = excluded.result_record_id, result_block = excluded.result_block,
         file_id = excluded.file_id, generation = excluded.generation, revision = excluded.revision`,
    );
    for (const { row, before } of this.kept.values()) {
      if (before === JSON.stringify(row)) continue;
      const { id: _, ...values } = row;
      upsert.run({ ...values, revision });
      this.sessions.touch(row.sessionId);
    }
  }

  private create(fact: EntryFact, place: FactPlace): EntryRow {
    const row: EntryRow = {
      id: null,
      sessionId: place.sessionId,
      key: fact.key,
      threadKey: fact.thread ?? place.rootKey,
      kind: fact.entry,
      ord: fact.order,
      spanKey: null,
      eventKey: null,
      atUs: fact.atUs ?? null,
      recordId: null,
      block: 0,
      resultRecordId: null,
      resultBlock: null,
      fileId: place.fileId,
      generation: place.generation,
    };
    this.kept.set(keyOf(place.sessionId, fact.key), { row, before: undefined });
    return row;
  }

  private load(sessionId: number, key: string): Kept<EntryRow> | undefined {
    const known = this.kept.get(keyOf(sessionId, key));
    if (known) return known;
    const row = this.db
      .prepare(`SELECT ${ENTRY_COLUMNS} FROM entry WHERE session_id = ? AND key = ?`)
      .get(sessionId, key) as EntryRow | undefined;
    if (!row) return undefined;
    const kept = { row, before: JSON.stringify(row) };
    this.kept.set(keyOf(sessionId, key), kept);
    return kept;
  }
}

function keyOf(sessionId: number, key: string): string {
  return `${sessionId}\0${key}`;
}
