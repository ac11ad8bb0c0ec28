// Links spans that know each other by their text only: a subagent's prompt and the call that gave it.
//
// Contract: wants and offers of one hint are matched in the order of their times, anew whenever one of them comes, so
// that the result is the same whatever was read first. A parent that a fact named is never changed.

import type { WriteDb } from './connection.ts';
import type { SpanRow } from './join-span.ts';

export interface Hinted {
  readonly sessionId: number;
  readonly hint: string;
}

interface Rows {
  row(sessionId: number, key: string): SpanRow | undefined;
  rows(): Iterable<SpanRow>;
}

export function matchHints(db: WriteDb, hinted: Iterable<Hinted>, spans: Rows): void {
  const list = db.prepare('SELECT span_key AS key FROM hint WHERE session_id = ? AND hint = ? AND role = ?');
  for (const { sessionId, hint } of hinted) {
    const having = (role: 'offer' | 'want') =>
      (list.all(sessionId, hint, role) as { key: string }[])
        .map(({ key }) => spans.row(sessionId, key))
        .filter(row => row !== undefined)
        .sort(byTime);
    const wants = having('want').filter(row => row.parentKey === null || row.told.hintedParent);
    const free = having('offer').filter(({ key }) => !hasSubagent(db, sessionId, key, wants, spans));
    for (const row of wants) {
      const offer = free.shift();
      const parentKey = offer && offer.key !== row.key ? offer.key : null;
      row.parentKey = parentKey;
      row.told.hintedParent = parentKey !== null;
    }
  }
}

/** True when an agent other than these hangs below the span already. */
function hasSubagent(db: WriteDb, sessionId: number, key: string, but: readonly SpanRow[], spans: Rows): boolean {
  for (const row of spans.rows()) {
    if (row.sessionId === sessionId && row.parentKey === key && row.kind === 'agent' && !but.includes(row)) return true;
  }
  const stored = db
    .prepare(`SELECT key FROM span WHERE session_id = ? AND parent_key = ? AND kind = 'agent'`)
    .all(sessionId, key) as { key: string }[];
  return stored.some(child => {
    const row = spans.row(sessionId, child.key);
    return row !== undefined && row.parentKey === key && !but.includes(row);
  });
}

function byTime(a: SpanRow, b: SpanRow): number {
  const [timeA, timeB] = [a.startUs ?? Infinity, b.startUs ?? Infinity];
  if (timeA !== timeB) return timeA - timeB;
  return a.ord - b.ord || (a.key < b.key ? -1 : 1);
}
