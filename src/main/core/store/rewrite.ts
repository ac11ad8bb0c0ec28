// SQL for files that are read anew: what their earlier bytes made is superseded or removed, and sums are made again.

import type { WriteDb } from './connection.ts';
import { COUNTED } from './span-rows.ts';

/** Marks a file's records as replaced; those with an id of their own only when they come again, unless `all`. */
export function supersedeRecords(db: WriteDb, fileId: number, all: boolean): void {
  const sessions = db
    .prepare('SELECT DISTINCT session_id AS id FROM record WHERE file_id = ? AND session_id IS NOT NULL')
    .all(fileId) as { id: number }[];
  db.prepare(`UPDATE record SET superseded = 1 WHERE file_id = ? ${all ? '' : 'AND uuid IS NULL'}`).run(fileId);
  for (const { id } of sessions) recountSession(db, id);
}

/** Removes the spans, events and entries that a file's earlier generations made; gives the public ids of their sessions. */
export function removeDerived(db: WriteDb, fileId: number, generation: number, revision: number): string[] {
  const older = 'file_id = ? AND generation < ?';
  const touched = db
    .prepare(
      `SELECT session_id AS id FROM span WHERE ${older} UNION SELECT session_id FROM event WHERE ${older} UNION SELECT session_id FROM entry WHERE ${older}`,
    )
    .all(fileId, generation, fileId, generation, fileId, generation) as { id: number }[];
  db.prepare(`DELETE FROM span WHERE ${older} AND key <> 'session'`).run(fileId, generation);
  db.prepare(`DELETE FROM event WHERE ${older}`).run(fileId, generation);
  db.prepare(`DELETE FROM entry WHERE ${older}`).run(fileId, generation);
  const stamp = db.prepare(
    'UPDATE session SET reset_revision = ?, revision = ? WHERE id = ? RETURNING public_id AS publicId',
  );
  return touched.map(({ id }) => {
    db.prepare(
      `UPDATE span SET link = 'orphan', revision = ? WHERE session_id = ? AND link = 'linked' AND parent_key <> 'session'
         AND NOT EXISTS (SELECT 1 FROM span AS above WHERE above.session_id = span.session_id AND above.key = span.parent_key)`,
    ).run(revision, id);
    recountSession(db, id);
    return (stamp.get(revision, revision, id) as { publicId: string }).publicId;
  });
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
}
