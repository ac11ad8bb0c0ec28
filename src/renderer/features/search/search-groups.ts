// Places by session, and the rows that they are shown as. Pure.

import type { SearchGroup, SearchHit } from '../../../shared/contract/search.ts';
import type { Session } from '../../../shared/model/session.ts';

export type ResultRow =
  /** A session whose title fits. */
  | { readonly kind: 'title'; readonly id: string; readonly session: Session }
  | { readonly kind: 'hit'; readonly id: string; readonly session: Session; readonly hit: SearchHit }
  /** There are more places in this session. */
  | { readonly kind: 'rest'; readonly id: string; readonly session: Session }
  /** There are older places. */
  | { readonly kind: 'more'; readonly id: string };

export interface ResultGroup {
  readonly id: string;
  /** Null: sessions by title. */
  readonly session: Session | null;
  readonly rows: readonly ResultRow[];
}

/** Sessions by title stand first, those that no place was found in. */
export function resultGroups(titles: readonly Session[], groups: readonly SearchGroup[]): readonly ResultGroup[] {
  const shown = new Set(groups.map(({ session }) => session.id));
  const others = titles.filter(({ id }) => !shown.has(id));
  const named: ResultGroup = {
    id: 'titles',
    session: null,
    rows: others.map(session => ({ kind: 'title', id: `title:${session.id}`, session })),
  };
  const found = groups.map(({ session, hits, more }): ResultGroup => ({
    id: session.id,
    session,
    rows: [
      ...hits.map(hit => ({ kind: 'hit', id: `hit:${session.id}:${hit.entryId}`, session, hit }) as const),
      ...(more ? [{ kind: 'rest', id: `rest:${session.id}`, session } as const] : []),
    ],
  }));
  return others.length > 0 ? [named, ...found] : found;
}

/** Groups with others put in: hits of a session that is there join it, each once; sessions that are new come behind. */
export function addGroups(
  groups: readonly SearchGroup[],
  added: readonly SearchGroup[],
  newestFirst = false,
): readonly SearchGroup[] {
  const merged = new Map(groups.map(group => [group.session.id, group]));
  for (const group of added) {
    const known = merged.get(group.session.id);
    merged.set(group.session.id, known ? { ...known, hits: joinHits(known.hits, group.hits, newestFirst) } : group);
  }
  const list = [...merged.values()];
  return newestFirst ? list.toSorted((a, b) => newest(b) - newest(a)) : list;
}

export function replaceGroup(groups: readonly SearchGroup[], group: SearchGroup): readonly SearchGroup[] {
  return groups.map(known => (known.session.id === group.session.id ? group : known));
}

export function countHits(groups: readonly SearchGroup[]): number {
  return groups.reduce((sum, { hits }) => sum + hits.length, 0);
}

function joinHits(hits: readonly SearchHit[], added: readonly SearchHit[], newestFirst: boolean): SearchHit[] {
  const byId = new Map([...hits, ...added].map(hit => [hit.entryId, hit]));
  const all = [...byId.values()];
  return newestFirst ? all.sort((a, b) => (b.atUs ?? 0) - (a.atUs ?? 0)) : all;
}

function newest({ hits }: SearchGroup): number {
  return Math.max(0, ...hits.map(hit => hit.atUs ?? 0));
}
