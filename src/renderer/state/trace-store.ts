// The spans and events of the sessions on screen: loaded once, then kept up with "what changed since".
//
// Contract: snapshots are immutable and keep their identity until something changed. News is asked for at once, then at
// most every `intervalMs`, one request at a time. What was loaded stays on screen while the connection is away. A store
// that nobody looks at stops listening; a few of them are kept, so that going back to a session asks for its news only.

import { useMemo, useSyncExternalStore } from 'react';
import { type Disposable, DisposableStore, toDisposable } from '../../shared/base/disposable.ts';
import { Emitter } from '../../shared/base/emitter.ts';
import { type PlayheadError, toPlayheadError } from '../../shared/base/errors.ts';
import type { SessionId, SpanId } from '../../shared/model/ids.ts';
import type { SessionEvent, Span } from '../../shared/model/span.ts';
import type { Connection } from '../platform/connection.ts';
import { useConnection } from './client-context.tsx';

export interface Trace {
  /** 'failed': nothing could be loaded; what was loaded before never fails again, it is only out of date. */
  readonly status: 'loading' | 'ready' | 'failed';
  readonly spans: ReadonlyMap<SpanId, Span>;
  readonly events: ReadonlyMap<string, SessionEvent>;
  readonly revision: number;
  /** Ids of spans and events that the newest answer brought; empty after a first load or a reset. */
  readonly changed: ReadonlySet<string>;
  readonly error: PlayheadError | null;
}

const emptyTrace: Trace = {
  status: 'loading',
  spans: new Map(),
  events: new Map(),
  revision: 0,
  changed: new Set(),
  error: null,
};

/** The trace of one session, live. `retry` asks again after a failure. */
export function useTrace(sessionId: SessionId): Trace & { readonly retry: () => void } {
  const { connection } = useConnection();
  const store = useMemo(() => traceStores(connection).get(sessionId), [connection, sessionId]);
  const trace = useSyncExternalStore(store.subscribe, store.snapshot);
  return useMemo(() => ({ ...trace, retry: store.catchUp }), [trace, store]);
}

/** Milliseconds between two requests while news keeps coming; the first one goes out at once. */
const intervalMs = 80;
/** Stores that nobody looks at any more, kept for a quick return. */
const keptIdle = 3;

/** What a store needs of the connection. */
export type TraceConnection = Pick<Connection, 'client' | 'status' | 'onStatus'>;

/** One store per session and connection. They live as long as the connection. */
const storesByConnection = new WeakMap<TraceConnection, TraceStores>();

function traceStores(connection: TraceConnection): TraceStores {
  let stores = storesByConnection.get(connection);
  if (!stores) storesByConnection.set(connection, (stores = new TraceStores(connection)));
  return stores;
}

export class TraceStores {
  private readonly connection: TraceConnection;
  private readonly stores = new Map<SessionId, TraceStore>();

  constructor(connection: TraceConnection) {
    this.connection = connection;
  }

  get(sessionId: SessionId): TraceStore {
    const store = this.stores.get(sessionId) ?? new TraceStore(this.connection, sessionId);
    this.stores.delete(sessionId);
    this.stores.set(sessionId, store);
    const idle = [...this.stores.values()].filter(other => other !== store && !other.isWatched);
    for (const old of idle.slice(0, Math.max(0, idle.length - keptIdle))) this.stores.delete(old.sessionId);
    return store;
  }
}

export class TraceStore {
  readonly sessionId: SessionId;
  private readonly connection: TraceConnection;
  private readonly news = new Emitter<void>();
  private watchers = 0;
  private watching: Disposable | undefined;
  private trace: Trace = emptyTrace;
  private loading: AbortController | undefined;
  private stale = true;
  private nextAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: TraceConnection, sessionId: SessionId) {
    this.connection = connection;
    this.sessionId = sessionId;
  }

  get isWatched(): boolean {
    return this.watchers > 0;
  }

  readonly snapshot = (): Trace => this.trace;

  readonly subscribe = (listener: () => void): (() => void) => {
    const listening = this.news.on(listener);
    if (this.watchers++ === 0) this.start();
    const end = toDisposable(() => {
      listening.dispose();
      if (--this.watchers === 0) this.stop();
    });
    return () => end.dispose();
  };

  /** Asks what changed since what is shown: after a push, a reconnect, a failure. */
  readonly catchUp = (): void => {
    this.stale = true;
    this.schedule();
  };

  private start(): void {
    const lifetime = new DisposableStore();
    this.watching = lifetime;
    lifetime.add(
      this.connection.client.sessions.changed(({ revision, sessionIds }) => {
        if (revision <= this.trace.revision || !sessionIds.includes(this.sessionId)) return;
        this.catchUp();
      }),
    );
    lifetime.add(
      this.connection.onStatus(status => {
        if (status === 'connected') this.catchUp();
      }),
    );
    lifetime.add(toDisposable(() => clearTimeout(this.timer)));
    lifetime.add(toDisposable(() => this.loading?.abort()));
    this.catchUp();
  }

  private stop(): void {
    this.watching?.dispose();
    this.watching = undefined;
    this.loading = undefined;
    this.timer = undefined;
  }

  private schedule(): void {
    if (!this.stale || this.loading || this.timer !== undefined || !this.watching) return;
    if (this.connection.status !== 'connected') return;
    const wait = this.nextAt - Date.now();
    if (wait <= 0) void this.load();
    else
      this.timer = setTimeout(() => {
        this.timer = undefined;
        this.schedule();
      }, wait);
  }

  private async load(): Promise<void> {
    const controller = new AbortController();
    this.loading = controller;
    this.stale = false;
    const { status, revision } = this.trace;
    const since = status === 'ready' ? revision : null;
    try {
      const answer = await this.connection.client.trace.spans({ sessionId: this.sessionId, since }, controller.signal);
      if (this.loading !== controller) return;
      // A store that was set aside counts anew: what is shown is not older than its answer, it is of another one.
      if (since !== null && answer.revision < since && !answer.reset) this.restart();
      else this.take(answer, since === null || answer.reset);
    } catch (thrown) {
      if (this.loading !== controller || controller.signal.aborted) return;
      const error = toPlayheadError(thrown);
      // Not a failure: it is asked again when the connection is back.
      if (error.code === 'unavailable' && this.connection.status !== 'connected') this.stale = true;
      else if (status === 'ready') this.publish({ ...this.trace, error });
      else this.publish({ ...emptyTrace, status: 'failed', error });
    } finally {
      if (this.loading === controller) {
        this.loading = undefined;
        this.nextAt = Date.now() + intervalMs;
        this.schedule();
      }
    }
  }

  private take(answer: TraceAnswer, whole: boolean): void {
    const { trace } = this;
    const revision = whole ? answer.revision : Math.max(answer.revision, trace.revision);
    if (!whole && answer.spans.length === 0 && answer.events.length === 0) {
      // Nothing to draw, but the next question starts from here. No one needs to be told.
      this.trace = { ...trace, revision, error: null };
      if (trace.error) this.publish(this.trace);
      return;
    }
    const spans = whole ? toMap(answer.spans) : withNew(trace.spans, answer.spans);
    const events = whole ? toMap(answer.events) : withNew(trace.events, answer.events);
    const changed = new Set<string>();
    if (!whole) for (const item of [...answer.spans, ...answer.events]) changed.add(item.id);
    this.publish({ status: 'ready', spans, events, revision, changed, error: null });
  }

  private restart(): void {
    this.trace = { ...this.trace, status: 'loading', revision: 0 };
    this.stale = true;
  }

  private publish(trace: Trace): void {
    this.trace = trace;
    this.news.emit();
  }
}

function toMap<T extends { readonly id: string }>(items: readonly T[]): ReadonlyMap<T['id'], T> {
  return new Map(items.map(item => [item.id, item]));
}

/** The same map where nothing is new. */
function withNew<T extends { readonly id: string }>(
  known: ReadonlyMap<T['id'], T>,
  items: readonly T[],
): ReadonlyMap<T['id'], T> {
  if (items.length === 0) return known;
  const both = new Map(known);
  for (const item of items) both.set(item.id, item);
  return both;
}

interface TraceAnswer {
  readonly revision: number;
  readonly reset: boolean;
  readonly spans: readonly Span[];
  readonly events: readonly SessionEvent[];
}
