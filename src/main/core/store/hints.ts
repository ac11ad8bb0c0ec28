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
    const isTaken = takenBy(db, sessionId, new Set(wants), spans);
    const free = having('offer').filter(({ key }) => !isTaken(key));
    for (const [index, row] of wants.entries()) {
      const offer = free[index];
      const parentKey = offer && offer.key !== row.key ? offer.key : null;
      row.parentKey = parentKey;
      row.told.hintedParent = parentKey !== null;
    }
  }
}

/** Tells whether an agent other than these hangs below a span already. */
function takenBy(db: WriteDb, sessionId: number, but: ReadonlySet<SpanRow>, spans: Rows): (key: string) => boolean {
  const parents = new Set<string>();
  for (const row of spans.rows()) {
    if (row.sessionId === sessionId && row.kind === 'agent' && row.parentKey !== null && !but.has(row))
      parents.add(row.parentKey);
  }
  const stored = db.prepare(`SELECT key FROM span WHERE session_id = ? AND parent_key = ? AND kind = 'agent'`);
  return key =>
    parents.has(key) ||
    (stored.all(sessionId, key) as { key: string }[]).some(child => {
      const row = spans.row(sessionId, child.key);
      return row !== undefined && row.parentKey === key && !but.has(row);
    });
}

function byTime(a: SpanRow, b: SpanRow): number {
  const [timeA, timeB] = [a.startUs ?? Infinity, b.startUs ?? Infinity];
  if (timeA !== timeB) return timeA - timeB;
  return a.ord - b.ord || (a.key < b.key ? -1 : 1);
}
