// SQL for the source table. Synchronous, worker threads only.

import { createHash } from 'node:crypto';
import type { ReadDb, WriteDb } from './connection.ts';

export interface SourceSpec {
  readonly format: string;
  readonly label: string;
  readonly path: string;
  /** The folder that relative paths start from: `path` itself, or the folder of a file opened alone. */
  readonly root: string;
  readonly origin: 'found' | 'added' | 'opened';
}

export interface SourceRow extends SourceSpec {
  readonly id: number;
  readonly publicId: string;
}

/** The source of this format and path, begun where it is new; one that was removed is taken up again. */
export function upsertSource(db: WriteDb, spec: SourceSpec): SourceRow {
  const publicId = `${spec.format}-${createHash('sha256').update(`${spec.format}\0${spec.path}`).digest('hex').slice(0, 12)}`;
  const row = db
    .prepare(
      `INSERT INTO source (public_id, format, label, path, root, origin) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (public_id) DO UPDATE SET label = excluded.label, root = excluded.root, removed = 0 RETURNING id, origin`,
    )
    .get(publicId, spec.format, spec.label, spec.path, spec.root, spec.origin) as {
    id: number;
    origin: SourceSpec['origin'];
  };
  // Field by field: callers hand in more than a row holds, and a row crosses threads.
  const { format, label, path, root } = spec;
  return { id: row.id, publicId, format, label, path, root, origin: row.origin };
}

export function listSources(db: ReadDb): readonly SourceRow[] {
  return db
    .prepare(
      'SELECT id, public_id AS publicId, format, label, path, root, origin FROM source WHERE removed = 0 ORDER BY id',
    )
    .all() as SourceRow[];
}

export function removeSource(db: WriteDb, id: number): void {
  db.prepare('UPDATE source SET removed = 1 WHERE id = ?').run(id);
}
