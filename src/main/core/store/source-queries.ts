// Queries on sources and files. Synchronous, worker threads only.

import type { SourceId } from '../../../shared/model/ids.ts';
import type { RecordedFile, Source } from '../../../shared/model/source.ts';
import type { ReadDb } from './connection.ts';

/** Sources with their counts; whether they are there now is for the watcher to say. */
export function listSources(db: ReadDb): Source[] {
  const rows = db
    .prepare(
      `SELECT source.public_id AS id, source.format, source.label, source.path, source.origin,
         (SELECT count(*) FROM file WHERE source_id = source.id AND state <> 'gone') AS files,
         (SELECT coalesce(sum(size), 0) FROM file WHERE source_id = source.id) AS bytes,
         (SELECT count(*) FROM session WHERE source_id = source.id) AS sessions,
         (SELECT coalesce(sum(rejected), 0) FROM file WHERE source_id = source.id) AS rejected,
         (SELECT count(*) FROM file WHERE source_id = source.id AND state = 'unrecognised') AS unrecognised
       FROM source WHERE removed = 0 ORDER BY source.id`,
    )
    .all() as Omit<Source, 'state' | 'reason'>[];
  return rows.map(row => ({ ...row, state: row.files > 0 ? 'watching' : 'empty', reason: null }));
}

export function listFiles(db: ReadDb, sourceId: SourceId): RecordedFile[] {
  const rows = db
    .prepare(
      `SELECT file.id, source.public_id AS sourceId, file.rel_path AS path, file.parser, file.size AS bytes, file.offset AS readBytes,
         file.line AS lines, file.records, file.rejected, file.unknown_types AS unknownTypes, file.state, file.reason
       FROM file JOIN source ON source.id = file.source_id WHERE source.public_id = ? ORDER BY file.modified_us DESC, file.rel_path LIMIT 20000`,
    )
    .all(sourceId) as (Omit<RecordedFile, 'unknownTypes'> & { unknownTypes: string })[];
  return rows.map(row => ({ ...row, unknownTypes: JSON.parse(row.unknownTypes) as Record<string, number> }));
}

export interface Totals {
  readonly files: number;
  readonly bytes: number;
  readonly lines: number;
  readonly records: number;
  readonly sessions: number;
  readonly spans: number;
}

/** Sums over what was read of these sources. */
export function totals(db: ReadDb, sourceIds: readonly SourceId[]): Totals {
  const of = 'source_id IN (SELECT id FROM source WHERE public_id IN (SELECT value FROM json_each(@ids)))';
  return db
    .prepare(
      `SELECT count(*) AS files, coalesce(sum(offset), 0) AS bytes, coalesce(sum(line), 0) AS lines, coalesce(sum(records), 0) AS records,
         (SELECT count(*) FROM session WHERE ${of}) AS sessions,
         (SELECT coalesce(sum(spans), 0) FROM session WHERE ${of}) AS spans
       FROM file WHERE parser IS NOT NULL AND ${of}`,
    )
    .get({ ids: JSON.stringify(sourceIds) }) as Totals;
}

/** Files that could not be taken: no format fits, or no permission. */
export function skippedFiles(
  db: ReadDb,
  sourceIds: readonly SourceId[],
): { file: string; line: number; reason: string }[] {
  return db
    .prepare(
      `SELECT rtrim(source.root, '/') || '/' || file.rel_path AS file, 0 AS line, coalesce(file.reason, file.state) AS reason
       FROM file JOIN source ON source.id = file.source_id
       WHERE file.state IN ('unrecognised', 'unreadable') AND source.public_id IN (SELECT value FROM json_each(?)) ORDER BY file.rel_path`,
    )
    .all(JSON.stringify(sourceIds)) as { file: string; line: number; reason: string }[];
}

/** How often each record type that no parser knows was seen. */
export function unknownTypes(db: ReadDb, sourceIds: readonly SourceId[]): Record<string, number> {
  const rows = db
    .prepare(
      `SELECT kind.key AS type, sum(kind.value) AS count
       FROM file JOIN source ON source.id = file.source_id, json_each(file.unknown_types) AS kind
       WHERE source.public_id IN (SELECT value FROM json_each(?)) GROUP BY kind.key ORDER BY kind.key`,
    )
    .all(JSON.stringify(sourceIds)) as { type: string; count: number }[];
  return Object.fromEntries(rows.map(row => [row.type, row.count]));
}
