// Queries on spans. Synchronous, worker threads only.

import { ROOT_SPAN, type SpanId } from '../../../shared/model/ids.ts';
import type { Span, SpanKind, SpanLink, SpanStatus } from '../../../shared/model/span.ts';
import type { Provenance } from '../../../shared/model/usage.ts';
import type { ReadDb } from './connection.ts';
import { turnNumbers } from './event-queries.ts';
import { COUNTED } from './span-table.ts';

interface Stored {
  id: number;
  key: SpanId;
  kind: SpanKind;
  name: string;
  parent_key: SpanId | null;
  link: SpanLink;
  thread_key: SpanId;
  turn_key: string | null;
  start_us: number | null;
  end_us: number | null;
  status: SpanStatus;
  model: string | null;
  input: number | null;
  output: number;
  cache_read: number;
  cache_creation: number;
  cache_creation_1h: number;
  reasoning: number;
  usage_provenance: Provenance;
  counted: number;
  summary: string | null;
  ord: number;
  revision: number;
}

const COLUMNS = `id, key, kind, name, parent_key, link, thread_key, turn_key, start_us, end_us, status, model, input, output, cache_read,
  cache_creation, cache_creation_1h, reasoning, usage_provenance, counted, summary, ord, revision`;

/** In order of start; the session's own span first. With `since`, those changed after that revision. */
export function listSpans(db: ReadDb, sessionId: number, since: number | null): Span[] {
  const changed = since === null ? '' : 'AND revision > @since';
  const rows = db
    .prepare(
      `SELECT ${COLUMNS} FROM span WHERE session_id = @sessionId ${changed} ORDER BY link <> 'root', coalesce(start_us, end_us, 0), ord, id`,
    )
    .all(since === null ? { sessionId } : { sessionId, since }) as Stored[];
  const turns = turnNumbers(db, sessionId);
  return rows.map(row => toSpan(row, turns));
}

export function spanByKey(
  db: ReadDb,
  sessionId: number,
  key: SpanId,
): { rowId: number; span: Span; attrs: Record<string, unknown> } | undefined {
  const row = db.prepare(`SELECT ${COLUMNS}, attrs FROM span WHERE session_id = ? AND key = ?`).get(sessionId, key) as
    | (Stored & { attrs: string | null })
    | undefined;
  if (!row) return undefined;
  return {
    rowId: row.id,
    span: toSpan(row, turnNumbers(db, sessionId)),
    attrs: row.attrs === null ? {} : (JSON.parse(row.attrs) as Record<string, unknown>),
  };
}

function toSpan(row: Stored, turns: ReadonlyMap<string, number>): Span {
  return {
    id: row.key,
    parentId: row.link === 'root' ? null : row.link === 'linked' ? row.parent_key : ROOT_SPAN,
    link: row.link,
    kind: row.kind,
    name: row.name,
    threadId: row.thread_key,
    turn: row.turn_key === null ? null : (turns.get(row.turn_key) ?? null),
    startUs: row.start_us,
    endUs: row.end_us,
    status: row.status,
    model: row.model,
    usage:
      row.input === null
        ? null
        : {
            input: row.input,
            output: row.output,
            cacheRead: row.cache_read,
            cacheCreation: row.cache_creation,
            cacheCreation1h: row.cache_creation_1h,
            reasoning: row.reasoning,
          },
    usageProvenance: row.usage_provenance,
    counted: row.counted === COUNTED,
    summary: row.summary,
    order: row.ord,
    revision: row.revision,
  };
}
