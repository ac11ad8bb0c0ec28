// `playhead search`: places where words stand, for people and for programs.

import { usToIso } from '../../shared/base/time.ts';
import type { SearchGroup, SearchHit, SearchStatus } from '../../shared/contract/search.ts';
import type { SessionId } from '../../shared/model/ids.ts';
import type { Session } from '../../shared/model/session.ts';
import type { Arguments } from '../arguments.ts';
import type { Searching } from '../core/search/search-client.ts';
import { formatAge } from './amounts.ts';
import { withSearch } from './fresh-store.ts';
import { print, printError } from './output.ts';
import { sessionJson } from './session-json.ts';
import { clean, fit, paint } from './terminal.ts';

interface Found {
  readonly groups: readonly SearchGroup[];
  /** Hits that there are, shown or not. */
  readonly total: number;
  /** Everything that is recorded was looked through. */
  readonly complete: boolean;
  readonly failed: string | null;
}

const PAGE = 500;

export async function searchSessions(query: string, args: Arguments): Promise<void> {
  const found = await withSearch(args, (search, status) => findAll(query, args.limit, search, status));
  if (found.failed !== null) printError(found.failed);
  if (args.json) print(JSON.stringify(searchJson(query, found)));
  else print(searchLines(found, Date.now()).join('\n'));
}

/** The newest `limit` hits: those of the index, and of what is not in it yet. */
async function findAll(
  text: string,
  limit: number,
  search: Searching,
  status: () => Promise<SearchStatus>,
): Promise<Found> {
  const asked = { text, typing: false, sessionId: null };
  const { signal } = new AbortController();
  const found = new Merged();
  for (let after: number | null = null; found.count < limit;) {
    const page = Math.min(PAGE, limit - found.count);
    const answer = await search.query({ ...asked, order: 'newest', after, limit: page, perSession: page }, signal);
    found.add(answer.groups);
    after = answer.next;
    if (after === null) break;
  }
  const { total } = await search.count(asked, signal);
  const { complete, failed } = await status();
  if (complete) return { groups: found.newest(limit), total, complete, failed };
  const scanned = await search.scan({ ...asked, limit: Math.min(PAGE, limit) }, signal);
  const added = found.add(scanned.groups);
  return { groups: found.newest(limit), total: total + added, complete: scanned.scanned >= scanned.waiting, failed };
}

/** Hits of several answers, by session. */
class Merged {
  count = 0;
  private readonly sessions = new Map<
    SessionId,
    { readonly session: Session; readonly hits: Map<string, SearchHit> }
  >();

  /** Gives how many of them were new. */
  add(groups: readonly SearchGroup[]): number {
    const before = this.count;
    for (const { session, hits } of groups) {
      let known = this.sessions.get(session.id);
      if (!known) this.sessions.set(session.id, (known = { session, hits: new Map() }));
      for (const hit of hits) {
        if (!known.hits.has(hit.entryId)) this.count += 1;
        known.hits.set(hit.entryId, hit);
      }
    }
    return this.count - before;
  }

  newest(limit: number): SearchGroup[] {
    const byTime = (a: SearchHit, b: SearchHit) => (b.atUs ?? 0) - (a.atUs ?? 0);
    const all = [...this.sessions.values()].flatMap(({ session, hits }) =>
      [...hits.values()].map(hit => ({ session, hit })),
    );
    const newest = all.sort((a, b) => byTime(a.hit, b.hit)).slice(0, limit);
    return [...Map.groupBy(newest, ({ session }) => session)].map(([session, hits]) => ({
      session,
      hits: hits.map(({ hit }) => hit),
      more: false,
    }));
  }
}

function searchJson(query: string, { groups, total, complete }: Found): object {
  return {
    query,
    results: groups.map(({ session, hits }) => ({
      session: sessionJson(session),
      hits: hits.map(({ atUs, ...hit }) => ({ ...hit, at: atUs === null ? null : usToIso(atUs) })),
    })),
    total,
    complete,
  };
}

/** Enough of a session's id to name one; `show` takes it. */
const ID_LENGTH = 8;
const KIND_COLUMNS = 12;
const TITLE_COLUMNS = 72;

function searchLines({ groups, total, complete }: Found, nowMs: number): readonly string[] {
  const lines = groups.flatMap(({ session, hits }) => [
    [
      paint('cyan', session.id.slice(0, ID_LENGTH)),
      paint('bold', fit(clean(session.title), TITLE_COLUMNS)),
      paint('dim', [session.agent, session.project].map(clean).join(' · ')),
    ].join('  '),
    ...hits.map(hit => hitLine(hit, nowMs)),
    '',
  ]);
  const shown = groups.reduce((sum, { hits }) => sum + hits.length, 0);
  const count =
    shown < total ? `The newest ${shown} of ${total} places.` : `${total} ${total === 1 ? 'place' : 'places'}.`;
  return [
    ...lines,
    total === 0 ? 'Nothing was found.' : paint('dim', count),
    ...(complete ? [] : [paint('yellow', 'Not everything is indexed yet: there may be more.')]),
  ];
}

function hitLine(hit: SearchHit, nowMs: number): string {
  const age = hit.atUs === null ? '' : formatAge(hit.atUs, nowMs);
  const what = fit(clean(hit.tool ?? hit.kind), KIND_COLUMNS);
  const mark = hit.failed ? paint('red', '✗') : ' ';
  return `  ${age.padStart(10)} ${mark} ${what.padEnd(KIND_COLUMNS)} ${highlighted(hit)}`;
}

function highlighted({ snippet, ranges }: SearchHit): string {
  let at = 0;
  let text = '';
  for (const [start, end] of ranges) {
    text += snippet.slice(at, start) + paint(['bold', 'yellow'], snippet.slice(start, end));
    at = end;
  }
  return text + snippet.slice(at);
}
