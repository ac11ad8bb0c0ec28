// What the core answered, by question. Views subscribe; the cache asks, keeps, and asks again when an answer is stale.
//
// Contract: one call under way per question. While the connection is away nothing fails: what is shown stays, what is
// missing keeps loading, and everything on the screen is asked again once it is back. An answer that nobody looks at is
// forgotten in time. What makes an answer stale stands in `listen`, and nowhere else.

import { type Disposable, DisposableStore, toDisposable } from '../../shared/base/disposable.ts';
import { type PlayheadError, toPlayheadError } from '../../shared/base/errors.ts';
import { isObject } from '../../shared/base/json.ts';
import type { RemoteCall } from '../../shared/contract/client.ts';
import type { Connection } from '../platform/connection.ts';

export type QueryState<T> =
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly error: PlayheadError; readonly retry: () => void }
  /** `refreshing`: the same question is being asked again; `data` is the last answer. */
  | { readonly status: 'ready'; readonly data: T; readonly refreshing: boolean };

export const loading: QueryState<never> = { status: 'loading' };

/** A busy session announces news up to 10 times a second; a question about it is asked at most every so often. */
const SHORTEST_GAP_MS = 250;
/** The same for what is summed up over everything recorded, while only the sums are new. */
const SUM_GAP_MS = 1000;
/** An answer younger than this is not asked again just because a view is opened again. */
const FRESH_MS = 2000;
const KEPT_UNUSED = 40;

interface Entry {
  readonly key: string;
  readonly callName: string;
  readonly input: unknown;
  readonly ask: (signal: AbortSignal) => Promise<unknown>;
  readonly listeners: Set<() => void>;
  state: QueryState<unknown>;
  running: AbortController | null;
  stale: boolean;
  askedAtMs: number;
  /** How long after the last time it may be asked again: the shortest of those that news came with since. */
  gapMs: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class QueryCache {
  private readonly entries = new Map<string, Entry>();
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** Begins to follow the connection and the pushes that make answers stale. */
  listen(): Disposable {
    const { client } = this.connection;
    const store = new DisposableStore();
    store.add(
      this.connection.onStatus(status => {
        if (status === 'connected') this.refresh(() => true);
      }),
    );
    store.add(client.sources.changed(() => this.refresh(isSum)));
    store.add(
      client.sessions.changed(({ sessionIds }) => {
        const changed = new Set<unknown>(sessionIds);
        this.refresh(entry => isObject(entry.input) && changed.has(entry.input['sessionId']));
        this.refresh(isSum, SUM_GAP_MS);
      }),
    );
    return store;
  }

  /** The state of a question now. Asks nothing. */
  read<I, O>(call: RemoteCall<I, O>, input: I): QueryState<O> {
    return this.entry(call, input).state as QueryState<O>;
  }

  /** Follows a question, and asks it unless a fresh answer is there. */
  subscribe<I, O>(call: RemoteCall<I, O>, input: I, listener: () => void): Disposable {
    const entry = this.entry(call, input);
    entry.listeners.add(listener);
    const old = entry.state.status !== 'ready' || Date.now() - entry.askedAtMs > FRESH_MS;
    if (entry.stale || old) this.schedule(entry);
    return toDisposable(() => {
      entry.listeners.delete(listener);
      // React may take a subscription back at once only to renew it; the call is given up when nobody came.
      if (entry.listeners.size === 0) setTimeout(() => this.rest(entry), 50);
    });
  }

  /** Marks answers as stale; those on the screen are asked again, at the earliest `gapMs` after the last time. */
  refresh(
    which: (entry: { readonly callName: string; readonly input: unknown }) => boolean,
    gapMs: number = SHORTEST_GAP_MS,
  ): void {
    for (const entry of this.entries.values()) {
      if (!which(entry)) continue;
      entry.gapMs = entry.stale ? Math.min(entry.gapMs, gapMs) : gapMs;
      entry.stale = true;
      if (entry.listeners.size > 0) this.schedule(entry);
    }
  }

  private entry<I, O>(call: RemoteCall<I, O>, input: I): Entry {
    const key = `${call.callName} ${JSON.stringify(input)}`;
    const known = this.entries.get(key);
    if (known) return known;
    const made: Entry = {
      key,
      callName: call.callName,
      input,
      ask: signal => call(input, signal),
      listeners: new Set(),
      state: loading,
      running: null,
      stale: true,
      askedAtMs: -Infinity,
      gapMs: SHORTEST_GAP_MS,
      timer: undefined,
    };
    this.entries.set(key, made);
    return made;
  }

  private schedule(entry: Entry): void {
    if (entry.running || this.connection.status !== 'connected') return;
    clearTimeout(entry.timer);
    entry.timer = undefined;
    const wait = entry.askedAtMs + entry.gapMs - Date.now();
    if (wait <= 0) this.run(entry);
    else {
      entry.timer = setTimeout(() => {
        entry.timer = undefined;
        this.run(entry);
      }, wait);
    }
  }

  private run(entry: Entry): void {
    const controller = new AbortController();
    entry.running = controller;
    entry.stale = false;
    entry.gapMs = SHORTEST_GAP_MS;
    entry.askedAtMs = Date.now();
    if (entry.state.status === 'ready') this.become(entry, { ...entry.state, refreshing: true });
    entry.ask(controller.signal).then(
      data => this.settle(entry, controller, { status: 'ready', data, refreshing: false }),
      (thrown: unknown) => this.fail(entry, controller, toPlayheadError(thrown)),
    );
  }

  private fail(entry: Entry, controller: AbortController, error: PlayheadError): void {
    const away = error.code === 'unavailable' && this.connection.status !== 'connected';
    if (away || error.code === 'cancelled') {
      entry.stale = true;
      this.settle(
        entry,
        controller,
        entry.state.status === 'ready' ? { ...entry.state, refreshing: false } : entry.state,
      );
      return;
    }
    const retry = () => {
      this.become(entry, loading);
      entry.askedAtMs = -Infinity;
      this.schedule(entry);
    };
    this.settle(entry, controller, { status: 'failed', error, retry });
  }

  private settle(entry: Entry, controller: AbortController, state: QueryState<unknown>): void {
    if (entry.running !== controller) return;
    entry.running = null;
    this.become(entry, state);
    if (entry.stale && entry.listeners.size > 0) this.schedule(entry);
  }

  private become(entry: Entry, state: QueryState<unknown>): void {
    if (entry.state === state) return;
    entry.state = state;
    for (const listener of [...entry.listeners]) listener();
  }

  private rest(entry: Entry): void {
    if (entry.listeners.size > 0) return;
    clearTimeout(entry.timer);
    entry.timer = undefined;
    entry.running?.abort();
    // Put last, so that the map stays in order of last use; the first ones go.
    if (this.entries.delete(entry.key)) this.entries.set(entry.key, entry);
    const unused = [...this.entries.values()].filter(candidate => candidate.listeners.size === 0);
    for (const old of unused.slice(0, Math.max(0, unused.length - KEPT_UNUSED))) this.entries.delete(old.key);
  }
}

/** Counts of sources and files, and usage: any record anywhere changes them. */
function isSum({ callName }: { readonly callName: string }): boolean {
  return callName.startsWith('sources.') || callName.startsWith('usage.');
}
