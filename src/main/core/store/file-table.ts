// SQL for the file table. Synchronous, worker threads only.

import type { FileRow, FileState } from './batch.ts';
import type { ReadDb, WriteDb } from './connection.ts';

interface Stored {
  id: number;
  source_id: number;
  rel_path: string;
  generation: number;
  inode: string | null;
  born_us: number | null;
  size: number;
  modified_us: number | null;
  offset: number;
  line: number;
  mid_line: number;
  head: Buffer | null;
  tail: Buffer | null;
  parser: string | null;
  parser_version: number;
  agent: string | null;
  native_session: string | null;
  main: number;
  parser_state: string | null;
  records: number;
  rejected: number;
  unknown_types: string;
  state: FileState;
  reason: string | null;
}

function toFileRow(row: Stored): FileRow {
  return {
    id: row.id,
    sourceId: row.source_id,
    relPath: row.rel_path,
    generation: row.generation,
    inode: row.inode,
    bornUs: row.born_us,
    size: row.size,
    modifiedUs: row.modified_us,
    offset: row.offset,
    line: row.line,
    midLine: row.mid_line === 1,
    head: row.head,
    tail: row.tail,
    parser: row.parser,
    parserVersion: row.parser_version,
    agent: row.agent,
    nativeSession: row.native_session,
    main: row.main === 1,
    parserState: row.parser_state,
    records: row.records,
    rejected: row.rejected,
    unknownTypes: JSON.parse(row.unknown_types) as Record<string, number>,
    state: row.state,
    reason: row.reason,
  };
}

export function filesOfSource(db: ReadDb, sourceId: number): readonly FileRow[] {
  return (db.prepare('SELECT * FROM file WHERE source_id = ? ORDER BY rel_path').all(sourceId) as Stored[]).map(
    toFileRow,
  );
}

/** Begins a file's row. */
export function insertFile(db: WriteDb, sourceId: number, relPath: string): FileRow {
  const row = db
    .prepare(`INSERT INTO file (source_id, rel_path, state) VALUES (?, ?, 'reading') RETURNING *`)
    .get(sourceId, relPath) as Stored;
  return toFileRow(row);
}

/** Writes everything of a file's row except its session key. */
export function saveFile(db: WriteDb, file: FileRow): void {
  db.prepare(
    `UPDATE file SET rel_path = @relPath, generation = @generation, inode = @inode, born_us = @bornUs, size = @size, modified_us = @modifiedUs, offset = @offset,
       line = @line, mid_line = @midLine, head = @head, tail = @tail, parser = @parser, parser_version = @parserVersion,
       agent = @agent, native_session = @nativeSession, main = @main, parser_state = @parserState, records = @records,
       rejected = @rejected, unknown_types = @unknownTypes, state = @state, reason = @reason WHERE id = @id`,
  ).run({
    ...file,
    midLine: file.midLine ? 1 : 0,
    main: file.main ? 1 : 0,
    unknownTypes: JSON.stringify(file.unknownTypes),
  });
}

/** Has the files whose archive ends in lost bytes compared with it when they are looked at, and so read again. */
export function doubtFiles(db: WriteDb, lost: { readonly pack: number; readonly from: number }): void {
  db.prepare(
    `UPDATE file SET inode = 'unknown' WHERE id IN (SELECT file_id FROM raw_block
       WHERE pack = ? AND pack_offset + pack_length > ? AND raw_block.generation = file.generation)`,
  ).run(lost.pack, lost.from);
}
