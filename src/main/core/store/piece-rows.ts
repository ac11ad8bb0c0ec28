// Events and conversation entries while a batch is applied: read once, joined in memory, written once. Where two files
// speak of one, the one whose name comes later counts (FileOrder); the other fills what is empty.

import type { EventKind } from '../../../shared/model/span.ts';
import type { EntryFact, EventFact } from '../parsers/parser.ts';
import type { WriteDb } from './connection.ts';
import { integer, place as placeOf } from './numbers.ts';
import type { SessionRows } from './session-rows.ts';

export interface FactPlace {
  readonly sessionId: number;
  readonly fileId: number;
  readonly generation: number;
  readonly recordId: number;
  readonly offset: number;
  readonly rootKey: string;
  /** True when the fact's file comes after this one. */
  follows(fileId: number): boolean;
}

interface EventRow {
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
  resultFileId: number | null;
  /** BODY, RESULT: told by a strong fact. */
  told: number;
  fileId: number;
  generation: number;
}

const BODY = 1;
const RESULT = 2;

const EVENT_COLUMNS = `session_id AS sessionId, key, kind, name, at_us AS atUs, thread_key AS threadKey, span_key AS spanKey,
  turn, summary, record_id AS recordId, ord, file_id AS fileId, generation`;
const ENTRY_COLUMNS = `session_id AS sessionId, key, thread_key AS threadKey, kind, ord, span_key AS spanKey,
  event_key AS eventKey, at_us AS atUs, record_id AS recordId, block, result_record_id AS resultRecordId,
  result_block AS resultBlock, result_file_id AS resultFileId, told, file_id AS fileId, generation`;

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
    const row = this.load(place.sessionId, fact.key) ?? this.create(fact, place);
    if (fact.turn === true && row.turn === 0) {
      row.turn = 1;
      this.sessions.get(place.sessionId).turns += 1;
    }
    const own = row.fileId === place.fileId;
    const follows = !own && place.follows(row.fileId);
    const leads = own || follows;
    const fill = <T>(old: T | null, value: T | undefined): T | null =>
      value !== undefined && (leads || old === null) ? value : old;
    if (leads) {
      row.kind = fact.event;
      row.name = fact.name;
    }
    row.atUs = fill(row.atUs, integer(fact.atUs));
    row.spanKey = fill(row.spanKey, fact.span);
    row.summary = fill(row.summary, fact.summary);
    if (!follows && !(own && row.generation !== place.generation)) return;
    row.fileId = place.fileId;
    row.generation = place.generation;
    row.threadKey = fact.thread ?? place.rootKey;
    row.recordId = place.recordId;
    row.ord = placeOf(fact.order, place.offset);
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
      upsert.run({ ...row, revision });
      this.sessions.touch(row.sessionId);
      if (row.turn === 1) this.renumber(row, before, revision);
    }
  }

  /** A prompt that comes before others that were told already, or passes them, changes their numbers: clients start over. */
  private renumber({ sessionId, key, atUs, ord }: EventRow, before: string | undefined, revision: number): void {
    const was = before === undefined ? undefined : (JSON.parse(before) as EventRow);
    const now = [atUs ?? 0, ord] as const;
    const then = was?.turn === 1 ? ([was.atUs ?? 0, was.ord] as const) : ([Infinity, Infinity] as const);
    const [first, last] = then[0] < now[0] || (then[0] === now[0] && then[1] < now[1]) ? [then, now] : [now, then];
    const passed = this.db
      .prepare(
        `SELECT 1 FROM event WHERE session_id = ? AND turn = 1 AND key <> ? AND revision < ?
           AND (coalesce(at_us, 0), ord) BETWEEN (?, ?) AND (?, ?) LIMIT 1`,
      )
      .get(sessionId, key, revision, ...first, ...last);
    if (passed) this.sessions.get(sessionId).resetRevision = revision;
  }

  private create(fact: EventFact, place: FactPlace): EventRow {
    const row: EventRow = {
      sessionId: place.sessionId,
      key: fact.key,
      kind: fact.event,
      name: fact.name,
      atUs: null,
      threadKey: fact.thread ?? place.rootKey,
      spanKey: null,
      turn: 0,
      summary: null,
      recordId: place.recordId,
      ord: placeOf(fact.order, place.offset),
      fileId: place.fileId,
      generation: place.generation,
    };
    this.kept.set(keyOf(place.sessionId, fact.key), { row, before: undefined });
    return row;
  }

  private load(sessionId: number, key: string): EventRow | undefined {
    const known = this.kept.get(keyOf(sessionId, key));
    if (known) return known.row;
    const row = this.db
      .prepare(`SELECT ${EVENT_COLUMNS} FROM event WHERE session_id = ? AND key = ?`)
      .get(sessionId, key) as EventRow | undefined;
    if (row) this.kept.set(keyOf(sessionId, key), { row, before: JSON.stringify(row) });
    return row;
  }
}

export class EntryRows {
  private readonly db: WriteDb;
  private readonly sessions: SessionRows;
  private readonly kept = new Map<string, Kept<EntryRow>>();
  /** Thread of the last entry of each file that this batch read. */
  private readonly lastThread = new Map<number, string>();

  constructor(db: WriteDb, sessions: SessionRows) {
    this.db = db;
    this.sessions = sessions;
  }

  join(fact: EntryFact, place: FactPlace): void {
    const row = this.load(place.sessionId, fact.key) ?? this.create(fact, place);
    if (row.fileId === place.fileId) row.generation = place.generation;
    if (fact.result === true) this.joinResult(row, fact, place);
    else this.joinBody(row, fact, place);
  }

  /** The thread of what stands before this place in a file; undefined where nothing does. */
  threadBefore(fileId: number, generation: number, offset: number): string | undefined {
    const last = this.lastThread.get(fileId);
    if (last !== undefined) return last;
    const row = this.db
      .prepare(
        `SELECT entry.thread_key AS threadKey FROM record JOIN entry ON entry.record_id = record.id AND entry.file_id = record.file_id
         WHERE record.file_id = ? AND record.generation = ? AND record.offset < ? ORDER BY record.offset DESC LIMIT 1`,
      )
      .get(fileId, generation, offset) as { threadKey: string } | undefined;
    return row?.threadKey;
  }

  flush(revision: number): void {
    const upsert = this.db.prepare(
      `INSERT INTO entry (session_id, key, thread_key, kind, ord, span_key, event_key, at_us, record_id, block, result_record_id, result_block, result_file_id, told, file_id, generation, revision)
       VALUES (@sessionId, @key, @threadKey, @kind, @ord, @spanKey, @eventKey, @atUs, @recordId, @block, @resultRecordId, @resultBlock, @resultFileId, @told, @fileId, @generation, @revision)
       ON CONFLICT (session_id, key) DO UPDATE SET thread_key = excluded.thread_key, kind = excluded.kind, ord = excluded.ord,
         span_key = excluded.span_key, event_key = excluded.event_key, at_us = excluded.at_us, record_id = excluded.record_id,
         block = excluded.block, result_record_id = excluded.result_record_id, result_block = excluded.result_block,
         result_file_id = excluded.result_file_id, told = excluded.told, file_id = excluded.file_id,
         generation = excluded.generation, revision = excluded.revision`,
    );
    for (const { row, before } of this.kept.values()) {
      if (before === JSON.stringify(row)) continue;
      upsert.run({ ...row, revision });
      this.sessions.touch(row.sessionId);
    }
  }

  private joinBody(row: EntryRow, fact: EntryFact, place: FactPlace): void {
    const strong = fact.weak !== true;
    const isTold = (row.told & BODY) !== 0;
    const own = row.fileId === place.fileId;
    const follows = !own && place.follows(row.fileId);
    const takes = row.recordId === null || (strong ? !isTold || own || follows : !isTold && follows);
    row.spanKey = takes ? (fact.span ?? row.spanKey) : (row.spanKey ?? fact.span ?? null);
    row.eventKey = takes ? (fact.event ?? row.eventKey) : (row.eventKey ?? fact.event ?? null);
    if (!takes) return;
    if (strong) row.told |= BODY;
    if (row.recordId === null) row.atUs = null;
    row.recordId = place.recordId;
    row.block = fact.block;
    row.kind = fact.entry;
    row.threadKey = fact.thread ?? place.rootKey;
    row.ord = placeOf(fact.order, place.offset);
    row.atUs = integer(fact.atUs) ?? row.atUs;
    row.fileId = place.fileId;
    row.generation = place.generation;
    this.lastThread.set(place.fileId, row.threadKey);
  }

  private joinResult(row: EntryRow, fact: EntryFact, place: FactPlace): void {
    const strong = fact.weak !== true;
    const isTold = (row.told & RESULT) !== 0;
    row.spanKey ??= fact.span ?? null;
    row.eventKey ??= fact.event ?? null;
    const follows = row.resultFileId !== null && place.follows(row.resultFileId);
    const own = row.resultFileId === place.fileId;
    if (row.resultRecordId !== null && !(strong ? !isTold || own || follows : !isTold && follows)) return;
    if (strong) row.told |= RESULT;
    row.resultRecordId = place.recordId;
    row.resultBlock = fact.block;
    row.resultFileId = place.fileId;
    // Its call was not seen: the result stands for it, in its own place.
    if (row.recordId !== null) return;
    row.kind = fact.entry;
    row.threadKey = fact.thread ?? place.rootKey;
    row.ord = placeOf(fact.order, place.offset);
    row.atUs = integer(fact.atUs) ?? null;
    row.fileId = place.fileId;
    row.generation = place.generation;
  }

  private create(fact: EntryFact, place: FactPlace): EntryRow {
    const row: EntryRow = {
      sessionId: place.sessionId,
      key: fact.key,
      threadKey: fact.thread ?? place.rootKey,
      kind: fact.entry,
      ord: placeOf(fact.order, place.offset),
      spanKey: null,
      eventKey: null,
      atUs: null,
      recordId: null,
      block: 0,
      resultRecordId: null,
      resultBlock: null,
      resultFileId: null,
      told: 0,
      fileId: place.fileId,
      generation: place.generation,
    };
    this.kept.set(keyOf(place.sessionId, fact.key), { row, before: undefined });
    return row;
  }

  private load(sessionId: number, key: string): EntryRow | undefined {
    const known = this.kept.get(keyOf(sessionId, key));
    if (known) return known.row;
    const row = this.db
      .prepare(`SELECT ${ENTRY_COLUMNS} FROM entry WHERE session_id = ? AND key = ?`)
      .get(sessionId, key) as EntryRow | undefined;
    if (row) this.kept.set(keyOf(sessionId, key), { row, before: JSON.stringify(row) });
    return row;
  }
}

function keyOf(sessionId: number, key: string): string {
  return `${sessionId}\0${key}`;
}
