// All sessions that fit a filter, newest first, kept up to date.
//
// Contract: the first page shows at once, the others follow by themselves until all are there. News comes as "what
// changed since"; the first news is asked for at once, then at most every NEWS_GAP_MS. Sessions that are written all the
// time do not swap places all the time: a session moves up only when its newest record is RANK_STEP_US newer than its
// rank. Snapshots are immutable and keep their identity until something changed.

import { DisposableStore, toDisposable } from '../../shared/base/disposable.ts';
import { Emitter } from '../../shared/base/emitter.ts';
import { type PlayheadError, toPlayheadError } from '../../shared/base/errors.ts';
import type { SessionId } from '../../shared/model/ids.ts';
import type { Session } from '../../shared/model/session.ts';
import type { Connection } from '../platform/connection.ts';

export interface SessionListState {
  /** 'failed' only while nothing could be loaded. */
  readonly status: 'loading' | 'ready' | 'failed';
  readonly error: PlayheadError | null;
  /** Newest first. */
  readonly sessions: readonly Session[];
  readonly byId: ReadonlyMap<SessionId, Session>;
  /** How many fit the filter; more than `sessions` holds while pages are still coming. */
  readonly total: number;
  readonly complete: boolean;
  /** The store's, at the newest answer; that of an empty store is 0. -1 while nothing is loaded. */
  readonly revision: number;
}

const FIRST_PAGE = 100;
const PAGE = 1000;
const NEWS_GAP_MS = 200;
const PAGE_GAP_MS = 20;
const RANK_STEP_US = 10 * 60 * 1_000_000;

const empty: SessionListState = {
  status: 'loading',
  error: null,
  sessions: [],
  byId: new Map(),
  total: 0,
  complete: false,
  revision: -1,
};

export class SessionList {
  private readonly connection: Connection;
  private readonly filter: string;
  private readonly changes = new Emitter<void>();
  private readonly ranks = new Map<SessionId, number>();
  private state = empty;
  private listeners = 0;
  private following: DisposableStore | undefined;
  private controller = new AbortController();
  private working = false;
  private newsWanted = false;
  private askedAtMs = -Infinity;
  private lastLoaded: Session | null = null;

  constructor(connection: Connection, filter: string) {
    this.connection = connection;
    this.filter = filter;
  }

  readonly snapshot = (): SessionListState => this.state;

  /** Follows the list; it listens to the core while anybody does, and catches up when somebody comes back. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const listening = this.changes.on(listener);
    this.listeners += 1;
    if (this.listeners === 1) this.follow();
    const end = toDisposable(() => {
      listening.dispose();
      this.listeners -= 1;
      if (this.listeners === 0) this.rest();
    });
    return () => end.dispose();
  };

  readonly retry = (): void => {
    this.become({ ...this.state, status: 'loading', error: null });
    this.wake();
  };

  private follow(): void {
    const store = new DisposableStore();
    this.following = store;
    this.controller = new AbortController();
    store.add(
      this.connection.client.sessions.changed(({ revision }) => {
        if (revision <= this.state.revision) return;
        this.newsWanted = true;
        this.wake();
      }),
    );
    store.add(
      this.connection.onStatus(status => {
        if (status !== 'connected') return;
        this.newsWanted = this.state.revision >= 0;
        this.wake();
      }),
    );
    this.newsWanted = this.state.status === 'ready';
    this.wake();
  }

  private rest(): void {
    this.following?.dispose();
    this.following = undefined;
    this.controller.abort();
  }

  private wake(): void {
    if (this.working || this.connection.status !== 'connected') return;
    this.working = true;
    void this.work(this.controller.signal);
  }

  /** One thing after the other: news first, then the pages that are missing. */
  private async work(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        if (this.state.revision < 0) await this.loadPage(signal, null);
        else if (this.newsWanted) await this.loadNews(signal);
        else if (!this.state.complete) await this.loadPage(signal, this.lastLoaded);
        else break;
      }
    } catch (thrown) {
      this.fail(toPlayheadError(thrown));
    } finally {
      this.working = false;
    }
    // Somebody came back while the call of the last follower was being given up.
    if (this.following && signal !== this.controller.signal) this.wake();
  }

  private async loadPage(signal: AbortSignal, after: Session | null): Promise<void> {
    if (after) await pause(PAGE_GAP_MS, signal);
    const limit = after ? PAGE : FIRST_PAGE;
    const answer = await this.ask({ limit, since: null, after }, signal);
    this.lastLoaded = answer.sessions.at(-1) ?? after;
    const complete = answer.sessions.length < limit;
    // News since the first page is asked for on its own, so the first page's revision stays the mark.
    const revision = after ? this.state.revision : answer.revision;
    this.merge(answer.sessions, { status: 'ready', error: null, complete, revision, total: answer.total });
  }

  private async loadNews(signal: AbortSignal): Promise<void> {
    await pause(Math.max(0, this.askedAtMs + NEWS_GAP_MS - Date.now()), signal);
    this.newsWanted = false;
    this.askedAtMs = Date.now();
    const since = this.state.revision;
    const { sessions, revision, total } = await this.askAll(since, signal);
    if (revision < since) {
      await this.reload(signal);
      return;
    }
    this.merge(sessions, { revision, total });
    // More here than there: some were removed, or do not fit the filter any more.
    if (this.state.complete && this.state.byId.size > total) await this.reload(signal);
  }

  /** Everything once more, shown when it is there: sessions are gone, or the store is another one. */
  private async reload(signal: AbortSignal): Promise<void> {
    const { sessions, revision, total } = await this.askAll(null, signal);
    this.ranks.clear();
    this.state = { ...this.state, sessions: [], byId: new Map() };
    this.merge(sessions, { status: 'ready', complete: true, revision, total });
  }

  private async askAll(since: number | null, signal: AbortSignal) {
    const sessions: Session[] = [];
    let revision = 0;
    let total = 0;
    for (let full = true; full;) {
      const answer = await this.ask({ limit: PAGE, since, after: sessions.at(-1) ?? null }, signal);
      // The first answer's, since what changes while the others are asked for is news again.
      if (sessions.length === 0) ({ revision } = answer);
      ({ total } = answer);
      sessions.push(...answer.sessions);
      full = answer.sessions.length === PAGE;
    }
    return { sessions, revision, total };
  }

  private ask(page: { limit: number; since: number | null; after: Session | null }, signal: AbortSignal) {
    const { limit, since, after } = page;
    const before = after && { updateUs: after.updateUs ?? 0, id: after.id };
    return this.connection.client.sessions.list({ limit, since, before, filter: this.filter }, signal);
  }

  private fail(error: PlayheadError): void {
    if (error.code === 'cancelled') return;
    this.newsWanted = true;
    if (this.connection.status !== 'connected') return;
    const status = this.state.revision < 0 ? 'failed' : this.state.status;
    this.become({ ...this.state, status, error });
  }

  private merge(incoming: readonly Session[], patch: Partial<SessionListState>): void {
    const byId = new Map(this.state.byId);
    let moved = false;
    for (const session of incoming) {
      const at = session.updateUs ?? 0;
      const rank = this.ranks.get(session.id);
      // A page asked for earlier may arrive with an older state than the news brought.
      if ((byId.get(session.id)?.revision ?? -1) > session.revision) continue;
      byId.set(session.id, session);
      if (rank === undefined || at - rank > RANK_STEP_US || at < rank) {
        this.ranks.set(session.id, at);
        moved = true;
      }
    }
    const sessions = moved ? this.sort([...byId.values()]) : this.state.sessions.map(old => byId.get(old.id) ?? old);
    this.become({ ...this.state, error: null, ...patch, sessions, byId });
  }

  private sort(sessions: Session[]): readonly Session[] {
    const rank = (session: Session) => this.ranks.get(session.id) ?? 0;
    return sessions.sort((a, b) => rank(b) - rank(a) || (a.id < b.id ? -1 : 1));
  }

  private become(state: SessionListState): void {
    this.state = state;
    this.changes.emit();
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return Promise.resolve();
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
