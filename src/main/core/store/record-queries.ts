// Queries on raw records. Synchronous, worker threads only.

import { PlayheadError } from '../../../shared/base/errors.ts';
import type { RecordId, SourceId } from '../../../shared/model/ids.ts';
import type { RecordPlace } from '../../../shared/model/span.ts';
import type { RawRecord } from '../../../shared/contract/trace.ts';
import type { ReadDb } from './connection.ts';

export interface RecordRef {
  readonly recordId: RecordId;
  readonly fileId: number;
  readonly generation: number;
  readonly line: number;
  readonly offset: number;
  readonly length: number;
  readonly parser: string | null;
  readonly path: string;
  readonly rejected: string | null;
}

const PATH = `rtrim(source.root, '/') || '/' || file.rel_path`;
const FROM = `FROM record JOIN file ON file.id = record.file_id JOIN source ON source.id = file.source_id
  JOIN record_type ON record_type.id = record.type_id`;

/** In the order in which they were read: that of the lines inside a file. */
export function listRecords(
  db: ReadDb,
  sessionId: number,
  from: number,
  limit: number,
): { records: RawRecord[]; total: number } {
  const { total } = db
    .prepare('SELECT count(*) AS total FROM record WHERE session_id = ? AND superseded = 0')
    .get(sessionId) as { total: number };
  const rows = db
    .prepare(
      `SELECT record.id AS recordId, ${PATH} AS path, record.line, record.offset, record.length, record_type.name AS type, record.known,
         record.rejected, record.at_us AS atUs, record.copy, (SELECT key FROM span WHERE span.id = record.span_id) AS spanId
       ${FROM} WHERE record.id IN (SELECT id FROM record WHERE session_id = ? AND superseded = 0 ORDER BY id LIMIT ? OFFSET ?)
       ORDER BY record.id`,
    )
    .all(sessionId, limit, from) as (Omit<RawRecord, 'known' | 'copy'> & { known: number; copy: number })[];
  return { records: rows.map(row => ({ ...row, known: row.known === 1, copy: row.copy === 1 })), total };
}

export function indexOfRecord(db: ReadDb, sessionId: number, recordId: RecordId): number {
  const row = db
    .prepare('SELECT 1 FROM record WHERE id = ? AND session_id = ? AND superseded = 0')
    .get(recordId, sessionId);
  if (!row) throw new PlayheadError('not-found', `There is no record ${recordId} in this session.`);
  const { before } = db
    .prepare('SELECT count(*) AS before FROM record WHERE session_id = ? AND superseded = 0 AND id < ?')
    .get(sessionId, recordId) as { before: number };
  return before;
}

export function recordRef(db: ReadDb, recordId: RecordId): RecordRef {
  const row = db
    .prepare(
      `SELECT record.id AS recordId, record.file_id AS fileId, record.generation, record.line, record.offset, record.length, file.parser,
         ${PATH} AS path, record.rejected ${FROM} WHERE record.id = ?`,
    )
    .get(recordId) as RecordRef | undefined;
  if (!row) throw new PlayheadError('not-found', `There is no record ${recordId}.`);
  return row;
}

const PLACE = `record.id AS recordId, ${PATH} AS path, record.line, record.offset, record.length, record_type.name AS type`;

export function recordsOfSpan(db: ReadDb, spanRowId: number): RecordPlace[] {
  return db
    .prepare(
      `SELECT ${PLACE}, span_record.role ${FROM} JOIN span_record ON span_record.record_id = record.id
       WHERE span_record.span_id = ? AND record.superseded = 0 ORDER BY record.id LIMIT 500`,
    )
    .all(spanRowId) as RecordPlace[];
}

export function placeOfRecord(db: ReadDb, recordId: RecordId): RecordPlace | undefined {
  return db.prepare(`SELECT ${PLACE}, 'event' AS role ${FROM} WHERE record.id = ?`).get(recordId) as
    | RecordPlace
    | undefined;
}

/** The first records of these sources that could not be read, and how many there are. */
export function rejections(
  db: ReadDb,
  sourceIds: readonly SourceId[],
  limit: number,
): { list: { file: string; line: number; reason: string }[]; count: number } {
  const where =
    'record.rejected IS NOT NULL AND record.superseded = 0 AND source.public_id IN (SELECT value FROM json_each(@ids))';
  const ids = JSON.stringify(sourceIds);
  const list = db
    .prepare(
      `SELECT ${PATH} AS file, record.line, record.rejected AS reason ${FROM} WHERE ${where} ORDER BY record.id LIMIT @limit`,
    )
    .all({ ids, limit }) as { file: string; line: number; reason: string }[];
  const { count } = db.prepare(`SELECT count(*) AS count ${FROM} WHERE ${where}`).get({ ids }) as { count: number };
  return { list, count };
}
