// SQL for files that are read anew: what their earlier bytes made is superseded or removed, and sums are made again.

import type { WriteDb } from './connection.ts';
import { changesOfOwner } from './responses.ts';
import { COUNTED, COUNTED_BY_PARSER, OWNS_RESPONSE } from './span-table.ts';
import { recountUsage } from './usage-rows.ts';

/**
 * Marks the records of a file's earlier generations as replaced; with `all` false, those with an id of their own only
 * when they come again: an agent may write its log anew without what was said before, and that was said all the same.
 */
export function supersedeRecords(db: WriteDb, fileId: number, generation: number, all: boolean): void {
  const older = 'file_id = ? AND generation < ? AND superseded = 0';
  const sessions = db
    .prepare(`SELECT DISTINCT session_id AS id FROM record WHERE ${older} AND session_id IS NOT NULL`)
    .all(fileId, generation) as { id: number }[];
  db.prepare(`UPDATE record SET superseded = 1 WHERE ${older} ${all ? '' : 'AND uuid IS NULL'}`).run(
    fileId,
    generation,
  );
  for (const { id } of sessions) recountSession(db, id);
}

/**
 * Removes spans, events and entries that a file's earlier generations made: all of them, or those of superseded records
 * only. Gives the public ids of the sessions that are different now.
 */
export function removeDerived(
  db: WriteDb,
  fileId: number,
  generation: number,
  which: 'all' | 'superseded',
  revision: number,
): string[] {
  const older = 'file_id = ? AND generation < ?';
  const isSuperseded = (table: string) =>
    which === 'all'
      ? ''
      : `AND (SELECT superseded FROM record WHERE record.id = coalesce(${table}.record_id, ${table === 'entry' ? 'entry.result_record_id' : 'NULL'})) = 1`;
  const bySpan =
    which === 'all'
      ? ''
      : `AND EXISTS (SELECT 1 FROM span_record WHERE span_id = span.id) AND NOT EXISTS
          (SELECT 1 FROM span_record JOIN record ON record.id = record_id WHERE span_record.span_id = span.id AND superseded = 0)`;
  const spans = db
    .prepare(
      `DELETE FROM span WHERE ${older} AND key <> 'session' ${bySpan} RETURNING session_id AS id, response_key AS responseKey`,
    )
    .all(fileId, generation) as { id: number; responseKey: string | null }[];
  const pieces = ['event', 'entry'].flatMap(
    table =>
      db
        .prepare(`DELETE FROM ${table} WHERE ${older} ${isSuperseded(table)} RETURNING session_id AS id`)
        .all(fileId, generation) as { id: number }[],
  );
  const reset = new Set([...spans, ...pieces].map(({ id }) => id));
  for (const id of reset) {
    db.prepare(
      `DELETE FROM hint WHERE session_id = @id AND NOT EXISTS (SELECT 1 FROM span WHERE span.session_id = @id AND span.key = hint.span_key)`,
    ).run({ id });
    db.prepare(
      `UPDATE span SET link = 'orphan', revision = ? WHERE session_id = ? AND link = 'linked' AND parent_key <> 'session'
         AND NOT EXISTS (SELECT 1 FROM span AS above WHERE above.session_id = span.session_id AND above.key = span.parent_key)`,
    ).run(revision, id);
  }
  const changed = new Set(reset);
  for (const key of new Set(spans.map(span => span.responseKey))) {
    if (key !== null) for (const id of chooseOwner(db, key, revision)) changed.add(id);
  }
  return [...changed].map(id => {
    recountSession(db, id);
    const { publicId } = db
      .prepare(
        `UPDATE session SET revision = @revision, reset_revision = iif(@isReset, @revision, reset_revision) WHERE id = @id RETURNING public_id AS publicId`,
      )
      .get({ revision, id, isReset: reset.has(id) ? 1 : 0 }) as { publicId: string };
    return publicId;
  });
}

/** Lets the next copy of a response count; gives the sessions whose sums change. */
function chooseOwner(db: WriteDb, responseKey: string, revision: number): number[] {
  const update = db.prepare(
    `UPDATE span SET counted = (counted & ${COUNTED_BY_PARSER}) | ?, revision = ? WHERE id = ? RETURNING session_id AS id`,
  );
  return changesOfOwner(db, responseKey).map(
    ({ id, owns }) => (update.get(owns ? OWNS_RESPONSE : 0, revision, id) as { id: number }).id,
  );
}

/** Makes a session's sums again from its rows. */
export function recountSession(db: WriteDb, sessionId: number): void {
  db.prepare(
    `UPDATE session SET (spans, llm_spans, tool_spans, errors, input, output, cache_read, cache_creation, cache_creation_1h, reasoning) = (
       SELECT count(*), coalesce(sum(kind = 'llm'), 0), coalesce(sum(kind = 'tool'), 0), coalesce(sum(status = 'error'), 0),
         coalesce(sum(input) FILTER (WHERE counted = ${COUNTED}), 0), coalesce(sum(output) FILTER (WHERE counted = ${COUNTED}), 0),
         coalesce(sum(cache_read) FILTER (WHERE counted = ${COUNTED}), 0), coalesce(sum(cache_creation) FILTER (WHERE counted = ${COUNTED}), 0),
         coalesce(sum(cache_creation_1h) FILTER (WHERE counted = ${COUNTED}), 0), coalesce(sum(reasoning) FILTER (WHERE counted = ${COUNTED}), 0)
       FROM span WHERE session_id = @id),
     turns = (SELECT count(*) FROM event WHERE session_id = @id AND turn = 1),
     records = (SELECT count(*) FROM record WHERE session_id = @id AND superseded = 0),
     rejected = (SELECT count(*) FROM record WHERE session_id = @id AND superseded = 0 AND rejected IS NOT NULL)
     WHERE id = @id`,
  ).run({ id: sessionId });
  recountUsage(db, sessionId);
}
