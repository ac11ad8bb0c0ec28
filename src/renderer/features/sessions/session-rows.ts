// The list as rows: a heading for each project, below it its sessions unless it is folded.

import type { SessionId } from '../../../shared/model/ids.ts';
import type { Session } from '../../../shared/model/session.ts';

export interface GroupRow {
  readonly kind: 'group';
  readonly key: string;
  readonly project: string;
  readonly count: number;
  readonly unread: number;
  readonly folded: boolean;
}

export interface SessionRow {
  readonly kind: 'session';
  readonly key: string;
  readonly session: Session;
  readonly unread: boolean;
  /** Place in its group, from 1. */
  readonly position: number;
  readonly groupSize: number;
}

export type Row = GroupRow | SessionRow;

/** Heights in pixels; fixed, so that the place of every row is known without measuring. */
export const rowHeights: Readonly<Record<Row['kind'], number>> = { group: 32, session: 50 };

/** Groups by project, in the order of their first session. Sessions keep the order that they came in. */
export function groupRows(
  sessions: readonly Session[],
  folded: ReadonlySet<string>,
  isUnread: (session: Session) => boolean,
): readonly Row[] {
  const groups = new Map<string, Session[]>();
  for (const session of sessions) {
    const group = groups.get(session.project);
    if (group) group.push(session);
    else groups.set(session.project, [session]);
  }
  const rows: Row[] = [];
  for (const [project, members] of groups) {
    const unread = members.filter(isUnread);
    const isFolded = folded.has(project);
    rows.push({
      kind: 'group',
      key: groupKey(project),
      project,
      count: members.length,
      unread: unread.length,
      folded: isFolded,
    });
    if (isFolded) continue;
    const fresh = new Set(unread);
    for (const [index, session] of members.entries()) {
      rows.push({
        kind: 'session',
        key: sessionKey(session.id),
        session,
        unread: fresh.has(session),
        position: index + 1,
        groupSize: members.length,
      });
    }
  }
  return rows;
}

export function sessionKey(id: SessionId): string {
  return `session ${id}`;
}

export function groupKey(project: string): string {
  return `group ${project}`;
}

/** Where each row begins, and after the last one where the list ends, in pixels. */
export function rowOffsets(rows: readonly Row[]): readonly number[] {
  const offsets = [0];
  for (const row of rows) offsets.push((offsets.at(-1) ?? 0) + rowHeights[row.kind]);
  return offsets;
}

/** The session before or after the given one in the list as shown; the first one where there is none yet. */
export function neighbour(rows: readonly Row[], id: SessionId | null, step: 1 | -1): SessionId | null {
  const sessions = rows.filter(row => row.kind === 'session');
  const at = sessions.findIndex(row => row.session.id === id);
  const next = at === -1 ? sessions[0] : sessions[at + step];
  return next?.session.id ?? null;
}
