// Queries on events and conversation entries. Synchronous, worker threads only.

import type { RecordId, SpanId } from '../../../shared/model/ids.ts';
import type { ConversationEntry } from '../../../shared/contract/trace.ts';
import type { SessionEvent } from '../../../shared/model/span.ts';
import type { ReadDb } from './connection.ts';

/** Where an entry's text stands: a block of a record, and for a tool its result. */
export interface EntryRef {
  readonly id: string;
  readonly kind: ConversationEntry['kind'];
  readonly threadId: SpanId;
  readonly spanId: SpanId | null;
  readonly eventId: string | null;
  readonly atUs: number | null;
  readonly recordId: RecordId | null;
  readonly block: number;
  readonly resultRecordId: RecordId | null;
  readonly resultBlock: number | null;
  readonly subagent: SpanId | null;
}

export interface EntryOutline {
  readonly id: string;
  readonly kind: ConversationEntry['kind'];
  readonly spanId: SpanId | null;
  readonly eventId: string | null;
  /** Of the turn that it begins. */
  readonly turn: number | null;
  readonly order: number;
  /** Row number. */
  readonly place: number;
  readonly revision: number;
}

const TURN_ORDER = 'ORDER BY coalesce(at_us, 0), ord, id';
const EVENT_COLUMNS = `key AS id, kind, name, at_us AS atUs, span_key AS spanId, thread_key AS threadId, summary, record_id AS recordId,
  ord AS "order", revision`;

type Numbers = ReadonlyMap<string, number>;

/** Number of each turn by the key of its prompt. Reading order may differ from time. */
export function turnNumbers(db: ReadDb, sessionId: number): Numbers {
  const keys = db.prepare(`SELECT key FROM event WHERE session_id = ? AND turn = 1 ${TURN_ORDER}`).all(sessionId) as {
    key: string;
  }[];
  return new Map(keys.map(({ key }, index) => [key, index + 1]));
}

export function listEvents(db: ReadDb, sessionId: number, since: number | null): SessionEvent[] {
  const changed = since === null ? '' : 'AND revision > @since';
  const rows = db
    .prepare(`SELECT ${EVENT_COLUMNS} FROM event WHERE session_id = @sessionId ${changed} ${TURN_ORDER}`)
    .all(since === null ? { sessionId } : { sessionId, since }) as Omit<SessionEvent, 'turn'>[];
  const turns = turnNumbers(db, sessionId);
  return rows.map(row => ({ ...row, turn: turns.get(row.id) ?? null }));
}

export function eventByKey(db: ReadDb, sessionId: number, key: string): SessionEvent | undefined {
  const row = db
    .prepare(`SELECT ${EVENT_COLUMNS} FROM event WHERE session_id = @sessionId AND key = @key`)
    .get({ sessionId, key }) as Omit<SessionEvent, 'turn'> | undefined;
  return row && { ...row, turn: turnNumbers(db, sessionId).get(key) ?? null };
}

const OUTLINE = `SELECT entry.key AS id, entry.kind, entry.span_key AS spanId, entry.event_key AS eventId, entry.ord AS "order",
  entry.id AS place, entry.revision, entry.thread_key AS threadKey FROM entry`;
const OUTLINE_ORDER = 'ORDER BY entry.ord, entry.id';

type Outlined = Omit<EntryOutline, 'turn'> & { readonly threadKey: SpanId };

/** Every entry of a thread in order. */
export function outline(db: ReadDb, sessionId: number, threadKey: SpanId): EntryOutline[] {
  const rows = db
    .prepare(`${OUTLINE} WHERE entry.session_id = @sessionId AND entry.thread_key = @threadKey ${OUTLINE_ORDER}`)
    .all({ sessionId, threadKey }) as Outlined[];
  return numbered(rows, turnNumbers(db, sessionId));
}

/** The entries of a thread that changed, or whose prompt did, and the keys of those that changed in other threads. */
export function outlineSince(
  db: ReadDb,
  sessionId: number,
  threadKey: SpanId,
  since: number,
): { entries: EntryOutline[]; elsewhere: string[] } {
  const rows = db
    .prepare(
      `${OUTLINE} WHERE entry.id IN (
         SELECT id FROM entry WHERE session_id = @sessionId AND revision > @since
         UNION SELECT entry.id FROM event CROSS JOIN entry ON entry.session_id = event.session_id AND entry.event_key = event.key
           WHERE event.session_id = @sessionId AND event.revision > @since AND event.turn = 1
       ) ${OUTLINE_ORDER}`,
    )
    .all({ sessionId, since }) as Outlined[];
  const elsewhere = rows.filter(row => row.threadKey !== threadKey).map(({ id }) => id);
  const own = rows.filter(row => row.threadKey === threadKey);
  return { entries: numbered(own, turnNumbers(db, sessionId)), elsewhere };
}

function numbered(rows: readonly Outlined[], turns: Numbers): EntryOutline[] {
  return rows.map(({ threadKey: _threadKey, ...row }) => ({
    ...row,
    turn: (row.eventId === null ? undefined : turns.get(row.eventId)) ?? null,
  }));
}

// A tool's entry is named after the call; the subagent that it started is the agent span below that call.
const ENTRY_COLUMNS = `entry.key AS id, entry.kind, entry.thread_key AS threadId, entry.span_key AS spanId, entry.event_key AS eventId,
  entry.at_us AS atUs, entry.record_id AS recordId, entry.block, entry.result_record_id AS resultRecordId,
  entry.result_block AS resultBlock,
  (SELECT child.key FROM span AS child WHERE child.session_id = entry.session_id AND child.parent_key = entry.span_key
     AND child.kind = 'agent' AND entry.kind = 'tool' LIMIT 1) AS subagent`;
export function entriesByKeys(db: ReadDb, sessionId: number, keys: readonly string[]): EntryRef[] {
  const one = db.prepare(`SELECT ${ENTRY_COLUMNS} FROM entry WHERE entry.session_id = ? AND entry.key = ?`);
  return keys.map(key => one.get(sessionId, key) as EntryRef | undefined).filter(entry => entry !== undefined);
}

export function entriesOfSpan(db: ReadDb, sessionId: number, spanKey: SpanId): EntryRef[] {
  return db
    .prepare(
      `SELECT ${ENTRY_COLUMNS} FROM entry WHERE entry.session_id = @sessionId AND entry.span_key = @spanKey ORDER BY entry.ord, entry.id LIMIT 500`,
    )
    .all({ sessionId, spanKey }) as EntryRef[];
}

export function entriesOfEvent(db: ReadDb, sessionId: number, eventKey: string): EntryRef[] {
  return db
    .prepare(
      `SELECT ${ENTRY_COLUMNS} FROM entry WHERE entry.session_id = @sessionId AND entry.event_key = @eventKey ORDER BY entry.ord, entry.id LIMIT 100`,
    )
    .all({ sessionId, eventKey }) as EntryRef[];
}
