// What was searched for and found. Asks as one types, gives up what nobody wants any more, and keeps the last answer on
// the screen until the next one is there.
//
// Contract: one question at a time. The newest places come first; then what is not in the index yet is looked through,
// and everything is counted. After a reconnect, and when the index has become complete, the question is asked again.

import { type Disposable, DisposableStore, toDisposable } from '../../../shared/base/disposable.ts';
import { Emitter } from '../../../shared/base/emitter.ts';
import { type PlayheadError, toPlayheadError } from '../../../shared/base/errors.ts';
import type { SearchGroup, SearchStatus } from '../../../shared/contract/search.ts';
import type { SessionId } from '../../../shared/model/ids.ts';
import { isEmptyQuery, parseSearchQuery } from '../../../shared/model/search-query.ts';
import type { Session } from '../../../shared/model/session.ts';
import type { Connection } from '../../platform/connection.ts';
import { addGroups, countHits, replaceGroup } from './search-groups.ts';

export type SearchOrder = 'newest' | 'relevance';

export interface Question {
  readonly text: string;
  readonly order: SearchOrder;
}

export interface SearchState {
  /** What the places answer; null where nothing was asked. */
  readonly answered: Question | null;
  /** Another question is under way. */
  readonly asking: boolean;
  readonly error: PlayheadError | null;
  /** Sessions whose titles fit. */
  readonly titles: readonly Session[];
  readonly groups: readonly SearchGroup[];
  /** There are older places than those that are here. */
  readonly hasMore: boolean;
  /** All places; null while they are counted. */
  readonly total: number | null;
  /** What is not in the index yet is being looked through. */
  readonly scanning: boolean;
  /** Entries that nobody has looked through. */
  readonly unread: number;
  readonly status: SearchStatus | null;
}

const nothing: SearchState = {
  answered: null,
  asking: false,
  error: null,
  titles: [],
  groups: [],
  hasMore: false,
  total: null,
  scanning: false,
  unread: 0,
  status: null,
};

const TYPING_PAUSE_MS = 70;
/** What the window has room for; the rest of the page follows. */
const FIRST_HITS = 15;
const PAGE_HITS = 40;
const FIRST_OF_SESSION = 3;
const ALL_OF_SESSION = 200;
const MAX_TITLES = 3;

export class SearchStore {
  private readonly connection: Connection;
  private readonly changed = new Emitter<undefined>();
  private state: SearchState = nothing;
  private question: Question = { text: '', order: 'newest' };
  private next: number | null = null;
  /** The question is under way, or answered while somebody looked. */
  private fresh = false;
  private running = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  readonly snapshot = (): SearchState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    const following = this.changed.on(listener);
    return () => following.dispose();
  };

  /** What is asked now; the answer may still be that of the question before. */
  get asked(): Question {
    return this.question;
  }

  /** Follows the index and the connection while somebody looks. */
  listen(): Disposable {
    const { client } = this.connection;
    const store = new DisposableStore();
    store.add(client.search.progressed(status => this.noteStatus(status)));
    store.add(
      this.connection.onStatus(status => {
        if (status === 'connected') this.start(0);
      }),
    );
    client.search.status({}).then(
      status => this.noteStatus(status),
      () => undefined,
    );
    store.add(
      toDisposable(() => {
        this.stop();
        this.fresh = false;
      }),
    );
    return store;
  }

  /** Asks after a short pause, in which the next letter may come; at once where `now` is true. */
  ask(question: Question, now = false): void {
    const { text, order } = this.question;
    if (this.fresh && question.text === text && question.order === order) return;
    this.question = question;
    this.start(now ? 0 : TYPING_PAUSE_MS);
  }

  retry(): void {
    this.start(0);
  }

  /** Older places. */
  async more(): Promise<void> {
    const { signal } = this.running;
    if (this.next === null) return;
    await this.guard(signal, async () => {
      const answer = await this.query({ after: this.next, limit: PAGE_HITS, perSession: PAGE_HITS }, signal);
      this.next = answer.next;
      this.become({ groups: addGroups(this.state.groups, answer.groups), hasMore: answer.next !== null });
    });
  }

  /** Every place in one session. */
  async expand(sessionId: SessionId): Promise<void> {
    const { signal } = this.running;
    await this.guard(signal, async () => {
      const { groups } = await this.query({ sessionId, limit: ALL_OF_SESSION, perSession: ALL_OF_SESSION }, signal);
      const [group] = groups;
      if (group) this.become({ groups: replaceGroup(this.state.groups, group) });
    });
  }

  private start(pauseMs: number): void {
    this.stop();
    this.fresh = true;
    const { text } = this.question;
    if (isEmptyQuery(parseSearchQuery(text, true))) {
      this.become({ ...nothing, status: this.state.status });
      return;
    }
    this.running = new AbortController();
    const { signal } = this.running;
    this.become({ asking: true });
    this.timer = setTimeout(() => void this.guard(signal, () => this.run(signal)), pauseMs);
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.running.abort();
  }

  private async run(signal: AbortSignal): Promise<void> {
    const { question } = this;
    // The best of a thousand are found together; of the newest the first are there sooner.
    const limit = question.order === 'newest' ? FIRST_HITS : PAGE_HITS;
    const [answer, titles] = await Promise.all([
      this.query({ limit, perSession: FIRST_OF_SESSION }, signal),
      this.findTitles(question.text, signal),
    ]);
    this.next = answer.next;
    const isWhole = answer.next === null && answer.groups.every(group => !group.more);
    const { status } = answer;
    this.become({
      answered: question,
      asking: false,
      error: null,
      titles,
      groups: answer.groups,
      hasMore: answer.next !== null,
      total: isWhole ? countHits(answer.groups) : null,
      scanning: !status.complete,
      unread: Math.max(0, status.total - status.indexed),
      status,
    });
    if (answer.next !== null) await this.fillPage(signal);
    await Promise.all([isWhole ? undefined : this.count(signal), status.complete ? undefined : this.scan(signal)]);
  }

  /** The rest of the first page; sessions that have more than is shown stay as they are. */
  private async fillPage(signal: AbortSignal): Promise<void> {
    const limit = PAGE_HITS - FIRST_HITS;
    const answer = await this.query({ after: this.next, limit, perSession: FIRST_OF_SESSION }, signal);
    this.next = answer.next;
    const full = new Set(this.state.groups.filter(group => group.more).map(({ session }) => session.id));
    const groups = addGroups(
      this.state.groups,
      answer.groups.filter(({ session }) => !full.has(session.id)),
    );
    this.become({ groups, hasMore: answer.next !== null });
  }

  private query(
    more: { after?: number | null; sessionId?: SessionId; limit: number; perSession: number },
    signal: AbortSignal,
  ) {
    const { text, order } = this.question;
    return this.connection.client.search.query({ text, typing: true, order, ...more }, signal);
  }

  /** Sessions by their titles, for plain words only. */
  private async findTitles(text: string, signal: AbortSignal): Promise<readonly Session[]> {
    const { all, none, filters } = parseSearchQuery(text, true);
    if (none.length + filters.length > 0 || text.trim().length < 2) return [];
    const filter = all.map(word => word.text).join(' ');
    const { sessions } = await this.connection.client.sessions.list(
      { filter: filter.slice(0, 200), limit: MAX_TITLES },
      signal,
    );
    return sessions;
  }

  private async count(signal: AbortSignal): Promise<void> {
    const { text } = this.question;
    const { total } = await this.connection.client.search.count({ text, typing: true }, signal);
    if (!signal.aborted) this.become({ total: Math.max(total, countHits(this.state.groups)) });
  }

  private async scan(signal: AbortSignal): Promise<void> {
    const { text } = this.question;
    const found = await this.connection.client.search.scan({ text, typing: true, limit: PAGE_HITS }, signal);
    if (signal.aborted) return;
    const groups = addGroups(this.state.groups, found.groups, this.question.order === 'newest');
    const added = countHits(groups) - countHits(this.state.groups);
    this.become({
      groups,
      scanning: false,
      unread: Math.max(0, found.waiting - found.scanned),
      total: this.state.total === null ? null : this.state.total + added,
    });
  }

  private async guard(signal: AbortSignal, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (thrown) {
      const error = toPlayheadError(thrown);
      // What the connection could not carry is asked again when it is back.
      if (signal.aborted || error.code === 'cancelled' || error.code === 'unavailable') return;
      this.become({ error, asking: false, scanning: false });
    }
  }

  private noteStatus(status: SearchStatus): void {
    const wasIncomplete = this.state.status?.complete === false && this.state.unread > 0;
    this.become({ status });
    if (status.complete && wasIncomplete && this.state.answered !== null) this.start(0);
  }

  private become(change: Partial<SearchState>): void {
    this.state = { ...this.state, ...change };
    this.changed.emit(undefined);
  }
}

const stores = new WeakMap<Connection, SearchStore>();

/** One for the life of the window: whoever comes back finds what was found. */
export function searchStore(connection: Connection): SearchStore {
  let store = stores.get(connection);
  if (!store) stores.set(connection, (store = new SearchStore(connection)));
  return store;
}
