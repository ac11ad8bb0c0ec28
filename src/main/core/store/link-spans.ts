// Marks which spans hang in the tree and which do not. A span is an orphan when its parent is not there, or when the way
// up comes back to it; what hangs below an orphan is linked, since the orphan itself is marked and shown.

import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { WriteDb } from './connection.ts';
import type { SpanRow } from './join-span.ts';

interface Rows {
  row(sessionId: number, key: string): SpanRow | undefined;
  parentOf(sessionId: number, key: string): string | null | undefined;
}

/** `moved` are new or have another parent than before; those that waited for them are looked at as well. */
export function linkSpans(db: WriteDb, moved: readonly SpanRow[], spans: Rows): void {
  const sound = new Set<string>();
  const waiting = db.prepare(`SELECT key FROM span WHERE session_id = ? AND parent_key = ? AND link = 'orphan'`);
  const open = [...moved];
  const seen = new Set(open);
  for (let row = open.pop(); row; row = open.pop()) {
    if (row.key === ROOT_SPAN) continue;
    judge(row, spans, sound);
    for (const { key } of waiting.all(row.sessionId, row.key) as { key: string }[]) {
      const child = spans.row(row.sessionId, key);
      if (!child || seen.has(child)) continue;
      seen.add(child);
      open.push(child);
    }
  }
}

/** `sound`: spans from which the way up is known to end. */
function judge(row: SpanRow, spans: Rows, sound: Set<string>): void {
  const { sessionId } = row;
  if (row.parentKey === null || spans.parentOf(sessionId, row.parentKey) === undefined) {
    row.link = 'orphan';
    return;
  }
  const path = [row.key];
  const onPath = new Set(path);
  for (let key: string | null = row.parentKey; key !== null && key !== ROOT_SPAN;) {
    if (sound.has(`${sessionId}\0${key}`)) break;
    if (onPath.has(key)) {
      for (const member of path.slice(path.indexOf(key))) {
        const looped = spans.row(sessionId, member);
        if (looped) looped.link = 'orphan';
      }
      if (path[0] !== key) row.link = 'linked';
      return;
    }
    path.push(key);
    onPath.add(key);
    key = spans.parentOf(sessionId, key) ?? null;
  }
  for (const key of path) sound.add(`${sessionId}\0${key}`);
  row.link = 'linked';
}
