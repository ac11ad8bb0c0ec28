// Answers searches from the index and the archive, beside whoever fills them. In a worker thread; each answer in steps
// that can be cancelled between.

import { toPlayheadError } from '../../../shared/base/errors.ts';
import type { CallOutput, HandlerInput } from '../../../shared/contract/define.ts';
import type { search, SearchGroup, SearchHit, SearchStatus } from '../../../shared/contract/search.ts';
import { type Cost, noCost } from '../../../shared/model/cost.ts';
import type { SessionId } from '../../../shared/model/ids.ts';
import { parseSearchQuery } from '../../../shared/model/search-query.ts';
import type { Session } from '../../../shared/model/session.ts';
import type { IndexedHit, IndexQuestion, RecordRef, SearchEntry, SearchReader, SearchSource } from '../store/index.ts';
import type { EntryText } from './entry-text.ts';
import { Finder } from './finder.ts';
import { type CostFilter, isCost, type Question, questionOf } from './question.ts';
import { scanPending } from './scan.ts';
import { isFailed, type ReadBlocks, readEntryText } from './search-document.ts';
import { Stepper } from './stepper.ts';

type In<N extends 'query' | 'count' | 'scan'> = HandlerInput<(typeof search)[N]>;
type Out<N extends 'query' | 'count' | 'scan'> = CallOutput<(typeof search)[N]>;
/** The status is for those who fill the index to tell. */
export type QueryAnswer = Omit<Out<'query'>, 'status'>;

export interface EngineParts {
  readonly source: SearchSource;
  /** Undefined while there is no index. */
  readonly index: () => SearchReader | undefined;
  readonly read: ReadBlocks;
  /** A record's bytes; undefined where they cannot be read. */
  readonly bytes: (ref: RecordRef) => Uint8Array | undefined;
  /** What these sessions cost, or all; without an entry for those that have no usage. */
  readonly costs: (ids: readonly SessionId[] | null) => ReadonlyMap<SessionId, Cost>;
  readonly now: () => number;
}

/** Hits that relevance is looked for among: with all of them it would take seconds. */
const RELEVANT_AMONG = 1000;
/** Up to so many sessions are looked for by the index itself; of more, what it finds is sifted. */
const MAX_SESSION_WORDS = 400;
/** Hits passed over for the sake of `perSession` before an answer is given with what there is. */
const MAX_PASSED = 20_000;

export class SearchEngine {
  private readonly parts: EngineParts;

  constructor(parts: EngineParts) {
    this.parts = parts;
  }

  async query(input: In<'query'>, signal: AbortSignal): Promise<QueryAnswer> {
    const stepper = new Stepper(signal);
    // Who types on has given this one up already.
    await stepper.next();
    const index = this.parts.index();
    const asked = this.read(input);
    if (!index || asked.isEmpty || asked.nowhere) return { groups: [], next: null };
    const question = { ...asked.index, below: input.after };
    const best = input.order === 'relevance' ? index.best(question, RELEVANT_AMONG) : undefined;
    const picked = new Picked(input.limit, input.perSession);
    let next: number | null = null;
    for (const hit of best ?? index.hits(question)) {
      if (stepper.isDue) await stepper.next();
      if (asked.sift?.has(hit.sessionRow) === false) continue;
      if (picked.isFull || picked.passed > MAX_PASSED) {
        next = best ? null : (picked.last ?? null);
        break;
      }
      picked.take(hit);
    }
    const groups = new Groups(asked.finder);
    for (const hit of picked.hits) {
      if (stepper.isDue) await stepper.next();
      const entry = this.parts.source.entry(hit.entryId);
      const session = this.session(hit.sessionRow, groups);
      // Gone, or of a session that is: the index hears of it later.
      if (!entry || !session || entry.sessionRow !== hit.sessionRow) continue;
      groups.add(session, entry, readEntryText(entry, this.parts.read), picked.hasMore(hit.sessionRow));
    }
    return { groups: this.withCosts(groups.list), next };
  }

  async count(input: In<'count'>, signal: AbortSignal): Promise<Out<'count'>> {
    const stepper = new Stepper(signal);
    await stepper.next();
    const index = this.parts.index();
    const asked = this.read(input);
    if (!index || asked.isEmpty || asked.nowhere) return { total: 0 };
    let total = 0;
    for (const value of index.sessionsOf(asked.index, asked.sift !== undefined)) {
      if (stepper.isDue) await stepper.next();
      if (asked.sift?.has(value) !== false) total += 1;
    }
    return { total };
  }

  async scan(input: In<'scan'>, signal: AbortSignal): Promise<Out<'scan'>> {
    const { source, read, bytes } = this.parts;
    const stepper = new Stepper(signal);
    await stepper.next();
    const asked = this.read(input);
    if (asked.isEmpty || asked.nowhere) return { groups: [], scanned: 0, waiting: 0 };
    const cursors = this.parts.index()?.cursors() ?? [];
    const groups = new Groups(asked.finder);
    const scanned = await scanPending(
      { source, read, bytes, question: asked.index, finder: asked.finder, sessions: asked.sessions, cursors },
      input.limit,
      stepper,
      (entry, text) => {
        const session = this.session(entry.sessionRow, groups);
        if (session) groups.add(session, entry, text, false);
      },
    );
    return {
      groups: this.withCosts(groups.newestFirst()),
      scanned: scanned.entries,
      waiting: scanned.entries + scanned.left,
    };
  }

  /** Counted from outside: for those who read beside another Playhead that fills the index. */
  status(): SearchStatus {
    try {
      const indexed = this.parts.index()?.count() ?? 0;
      const total = this.parts.source.entryCount();
      return { indexed, total: Math.max(total, indexed), complete: indexed >= total, failed: null };
    } catch (thrown) {
      return { indexed: 0, total: 0, complete: false, failed: toPlayheadError(thrown).message };
    }
  }

  private session(row: number, groups: Groups): Session | undefined {
    return groups.session(row) ?? this.parts.source.session(row);
  }

  private withCosts(groups: readonly SearchGroup[]): SearchGroup[] {
    const costs = this.parts.costs(groups.map(({ session }) => session.id));
    return groups.map(group => ({
      ...group,
      session: { ...group.session, cost: costs.get(group.session.id) ?? noCost },
    }));
  }

  private filterCosts(
    filters: readonly CostFilter[],
    sessions: ReadonlySet<number> | undefined,
  ): ReadonlySet<number> | undefined {
    const costs = this.parts.costs(null);
    const fits = this.parts.source.sessionRows().filter(({ id, publicId }) => {
      const cost = costs.get(publicId)?.nanoUsd ?? null;
      return cost !== null && sessions?.has(id) !== false && filters.every(filter => isCost(filter, cost));
    });
    return new Set(fits.map(({ id }) => id));
  }

  private read(input: { text: string; typing: boolean; sessionId: SessionId | null }): Asked {
    const { source, now } = this.parts;
    const query = parseSearchQuery(input.text, input.typing);
    const question = questionOf(query, now());
    let sessions: ReadonlySet<number> | undefined;
    if (question.sessions) sessions = new Set(source.filterSessions(question.sessions));
    if (question.costs.length > 0) sessions = this.filterCosts(question.costs, sessions);
    if (input.sessionId !== null) {
      const row = source.sessionRow(input.sessionId);
      const fits = row !== undefined && sessions?.has(row) !== false;
      sessions = new Set(fits ? [row] : []);
    }
    const few = sessions !== undefined && sessions.size <= MAX_SESSION_WORDS;
    return {
      ...question,
      index: few && sessions ? { ...question.index, sessions: [...sessions] } : question.index,
      sift: few ? undefined : sessions,
      sessions,
      nowhere: sessions?.size === 0,
      finder: new Finder(query.all),
    };
  }
}

interface Asked extends Omit<Question, 'sessions'> {
  readonly finder: Finder;
  readonly index: IndexQuestion;
  /** Row numbers; undefined: any. */
  readonly sessions: ReadonlySet<number> | undefined;
  /** The same where the index does not know it. */
  readonly sift: ReadonlySet<number> | undefined;
  /** No session fits. */
  readonly nowhere: boolean;
}

/** The hits that are shown: at most so many, and of one session at most so many. */
class Picked {
  readonly hits: IndexedHit[] = [];
  passed = 0;
  last: number | undefined;
  private readonly counts = new Map<number, number>();
  private readonly limit: number;
  private readonly perSession: number;

  constructor(limit: number, perSession: number) {
    this.limit = limit;
    this.perSession = perSession;
  }

  get isFull(): boolean {
    return this.hits.length >= this.limit;
  }

  take(hit: IndexedHit): void {
    const count = (this.counts.get(hit.sessionRow) ?? 0) + 1;
    this.counts.set(hit.sessionRow, count);
    this.last = hit.id;
    if (count <= this.perSession) this.hits.push(hit);
    else this.passed += 1;
  }

  hasMore(sessionRow: number): boolean {
    return (this.counts.get(sessionRow) ?? 0) > this.perSession;
  }
}

/** Hits by session, in the order in which they come. */
class Groups {
  private readonly bySession = new Map<number, { session: Session; hits: SearchHit[]; more: boolean }>();
  private readonly finder: Finder;

  constructor(finder: Finder) {
    this.finder = finder;
  }

  session(row: number): Session | undefined {
    return this.bySession.get(row)?.session;
  }

  add(session: Session, entry: SearchEntry, text: EntryText, more: boolean): void {
    const known = this.bySession.get(entry.sessionRow);
    const group = known ?? { session, hits: [], more };
    if (!known) this.bySession.set(entry.sessionRow, group);
    group.hits.push(hitOf(entry, text, this.finder));
  }

  get list(): SearchGroup[] {
    return [...this.bySession.values()];
  }

  newestFirst(): SearchGroup[] {
    const newest = (hits: readonly SearchHit[]) => Math.max(...hits.map(hit => hit.atUs ?? 0));
    for (const { hits } of this.bySession.values()) hits.sort((a, b) => (b.atUs ?? 0) - (a.atUs ?? 0));
    return this.list.sort((a, b) => newest(b.hits) - newest(a.hits));
  }
}

function hitOf(entry: SearchEntry, text: EntryText, finder: Finder): SearchHit {
  const inText = finder.snippet(text.text === '' ? text.path : text.text);
  const inPath = inText.ranges.length === 0 && text.path !== '' ? finder.snippet(text.path) : inText;
  const { snippet, ranges } = inPath.ranges.length > 0 ? inPath : inText;
  return {
    entryId: entry.key,
    threadId: entry.threadId,
    spanId: entry.spanId,
    eventId: entry.eventId,
    kind: entry.kind,
    tool: entry.tool,
    failed: isFailed(entry, text),
    atUs: entry.atUs,
    snippet,
    ranges,
  };
}
