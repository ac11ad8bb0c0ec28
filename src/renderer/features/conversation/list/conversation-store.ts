// The outline of one thread, kept up to date, and the contents of the entries around those in view.
//
// Contract: snapshots are immutable; an entry that did not change is the same object. The outline is loaded once, then
// kept up by "what changed since": asked at once, then at most every `intervalMs`, one question at a time. What was
// loaded stays while the connection is away. A store that nobody looks at stops listening; a few are kept, so that a
// view that comes back finds its place again.

import type { VirtualItem } from '@tanstack/react-virtual';
import { type Disposable, DisposableStore, toDisposable } from '../../../../shared/base/disposable.ts';
import { Emitter } from '../../../../shared/base/emitter.ts';
import { type PlayheadError, toPlayheadError } from '../../../../shared/base/errors.ts';
import type { CallOutput } from '../../../../shared/contract/define.ts';
import type { contract, PlayheadClient } from '../../../../shared/contract/index.ts';
import type { SessionId, SpanId } from '../../../../shared/model/ids.ts';
import type { Connection } from '../../../platform/connection.ts';
import { type Content, ContentCache, nextPage, type Range, rangeAround } from './content-cache.ts';
import type { KeptPosition } from './follow.ts';
import { mergeOutline, type OutlineEntry } from './outline.ts';

export interface Conversation {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly entries: readonly OutlineEntry[];
  readonly revision: number;
  /** Why the newest question failed; null when it did not. */
  readonly error: PlayheadError | null;
}

type OutlineAnswer = CallOutput<typeof contract.conversation.outline>;

const nothingYet: Conversation = { status: 'loading', entries: [], revision: 0, error: null };

/** Milliseconds between two questions while news keeps coming. */
const intervalMs = 50;
const RETRY_MS = 2000;
const REQUESTS_AT_ONCE = 2;

export class ConversationStore {
  readonly sessionId: SessionId;
  readonly threadId: SpanId;
  /** What the reader opened and folded, and where the reader was: kept with the store beyond the life of the view. */
  readonly folds = new Map<string, boolean>();
  position: KeptPosition | undefined;
  /** Heights that were measured, as the virtual list hands them out and takes them back. */
  heights: VirtualItem[] = [];

  private readonly client: PlayheadClient;
  private readonly connection: Connection;
  private readonly news = new Emitter<void>();
  private readonly cache = new ContentCache();
  /** Entries asked for, with the revision that they had then. */
  private readonly asked = new Map<string, number>();
  private state: Conversation = nothingYet;
  private watchers = 0;
  private watching: DisposableStore | undefined;
  private loading: AbortController | undefined;
  private stale = false;
  private nextAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private view: Range = { first: 0, last: -1 };
  private requests = 0;

  constructor(connection: Connection, sessionId: SessionId, threadId: SpanId) {
    this.connection = connection;
    this.client = connection.client;
    this.sessionId = sessionId;
    this.threadId = threadId;
  }

  get isWatched(): boolean {
    return this.watchers > 0;
  }

  readonly snapshot = (): Conversation => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    const listening = this.news.on(listener);
    if (this.watchers++ === 0) this.start();
    const end = toDisposable(() => {
      listening.dispose();
      if (--this.watchers === 0) this.stop();
    });
    return () => end.dispose();
  };

  /** What is known of an entry's content; undefined while it is loading. */
  content(id: string): Content | undefined {
    return this.cache.get(id);
  }

  /** Says which rows are in view: their contents, and some around them, are loaded. */
  show(view: Range): void {
    if (view.first === this.view.first && view.last === this.view.last) return;
    this.view = view;
    this.fetchContents();
  }

  /** Asks what changed since what is shown: after a push, a reconnect, a failure. */
  readonly catchUp = (): void => {
    this.stale = true;
    this.schedule();
  };

  private start(): void {
    const lifetime = new DisposableStore();
    this.watching = lifetime;
    lifetime.add(this.follow());
    lifetime.add(
      this.connection.onStatus(status => {
        if (status === 'connected') this.catchUp();
      }),
    );
    lifetime.add(toDisposable(() => clearTimeout(this.timer)));
    lifetime.add(toDisposable(() => this.loading?.abort()));
    this.catchUp();
  }

  private follow(): Disposable {
    return this.client.sessions.changed(({ revision, sessionIds }) => {
      if (revision > this.state.revision && sessionIds.includes(this.sessionId)) this.catchUp();
    });
  }

  private stop(): void {
    this.watching?.dispose();
    this.watching = undefined;
    this.loading = undefined;
    this.timer = undefined;
  }

  private schedule(): void {
    const away = this.connection.status !== 'connected';
    if (!this.stale || this.loading || this.timer !== undefined || !this.watching || away) return;
    this.later(this.nextAt - Date.now(), () => void this.loadOutline());
  }

  private later(waitMs: number, action: () => void): void {
    if (waitMs <= 0) return action();
    this.timer = setTimeout(() => {
      this.timer = undefined;
      action();
    }, waitMs);
  }

  private async loadOutline(): Promise<void> {
    if (this.loading) return;
    const controller = new AbortController();
    this.loading = controller;
    this.stale = false;
    const { sessionId, threadId, state } = this;
    const since = state.revision === 0 ? null : state.revision;
    try {
      const answer = await this.client.conversation.outline({ sessionId, threadId, since }, controller.signal);
      if (this.loading !== controller) return;
      // A store that was made anew counts from the beginning: nothing that is known of the old one holds.
      if (since !== null && answer.revision < since && !answer.reset) this.restart();
      else this.take(answer, since === null || answer.reset);
    } catch (thrown) {
      if (this.loading !== controller || controller.signal.aborted) return;
      const error = toPlayheadError(thrown);
      // Away: asked again when the connection is back. Else what is shown stays, and the next news tries again.
      if (error.code === 'unavailable') this.stale = true;
      else this.publish({ ...this.state, status: this.state.status === 'ready' ? 'ready' : 'failed', error });
    } finally {
      if (this.loading === controller) {
        this.loading = undefined;
        this.nextAt = Date.now() + intervalMs;
        this.schedule();
      }
    }
  }

  private take({ revision, entries: told, elsewhere }: OutlineAnswer, whole: boolean): void {
    const { state } = this;
    const entries = mergeOutline(state.entries, { entries: told, elsewhere, whole });
    if (entries !== state.entries || state.status !== 'ready' || state.error !== null) {
      this.publish({ status: 'ready', entries, revision, error: null });
    } else this.state = { ...state, revision };
    this.fetchContents();
  }

  /** What is shown stays until all of it was asked for anew. */
  private restart(): void {
    this.cache.clear();
    this.state = { ...this.state, revision: 0 };
    this.stale = true;
  }

  private fetchContents(): void {
    const { entries } = this.state;
    if (!this.watching || this.connection.status !== 'connected') return;
    while (this.requests < REQUESTS_AT_ONCE && this.view.last >= this.view.first) {
      const isThere = (entry: OutlineEntry) => this.cache.has(entry) || this.asked.get(entry.id) === entry.revision;
      const page = nextPage(entries, this.view, isThere);
      if (page.length === 0) return;
      void this.loadContents(page);
    }
  }

  private async loadContents(page: readonly OutlineEntry[]): Promise<void> {
    const { sessionId, threadId } = this;
    for (const { id, revision } of page) this.asked.set(id, revision);
    this.requests += 1;
    try {
      const answer = await this.client.conversation.entries({ sessionId, threadId, ids: page.map(({ id }) => id) });
      const byId = new Map(answer.entries.map(entry => [entry.id, entry]));
      for (const { id, revision } of page) this.cache.put(id, revision, byId.get(id) ?? 'gone');
      const around = rangeAround(this.view, this.state.entries.length);
      this.cache.trim(this.state.entries.slice(around.first, around.last + 1));
      this.publish({ ...this.state, error: null });
    } catch (thrown) {
      const error = toPlayheadError(thrown);
      if (error.code !== 'unavailable') {
        this.publish({ ...this.state, error });
        setTimeout(() => this.fetchContents(), RETRY_MS);
      }
    } finally {
      this.requests -= 1;
      for (const { id, revision } of page) if (this.asked.get(id) === revision) this.asked.delete(id);
    }
    if (this.state.error === null) this.fetchContents();
  }

  private publish(state: Conversation): void {
    this.state = state;
    this.news.emit();
  }
}

const KEPT_IDLE = 6;
const storesByConnection = new WeakMap<Connection, Map<string, ConversationStore>>();

/** The store of a thread; the same object as long as it is looked at, and for a while after. */
export function conversationStore(connection: Connection, sessionId: SessionId, threadId: SpanId): ConversationStore {
  let stores = storesByConnection.get(connection);
  if (!stores) storesByConnection.set(connection, (stores = new Map()));
  const key = JSON.stringify([sessionId, threadId]);
  const store = stores.get(key) ?? new ConversationStore(connection, sessionId, threadId);
  stores.delete(key);
  stores.set(key, store);
  const idle = [...stores].filter(([, other]) => other !== store && !other.isWatched);
  for (const [old] of idle.slice(0, Math.max(0, idle.length - KEPT_IDLE))) stores.delete(old);
  return store;
}
