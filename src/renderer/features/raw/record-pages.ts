// The records of a session, page by page as they are looked at.
//
// Contract: `at(index)` gives what is known now; `want(from, to)` says what is on the screen and loads what is missing or
// out of date. A session that grows keeps its pages on the screen until the new ones are there. Pages far from the
// screen are forgotten.

import { DisposableStore } from '../../../shared/base/disposable.ts';
import { Emitter } from '../../../shared/base/emitter.ts';
import { type PlayheadError, toPlayheadError } from '../../../shared/base/errors.ts';
import type { SessionId } from '../../../shared/model/ids.ts';
import type { RawRecord } from '../../../shared/contract/trace.ts';
import type { Connection } from '../../platform/connection.ts';

export interface RecordPagesState {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly error: PlayheadError | null;
  readonly total: number;
  /** Grows whenever something was loaded. */
  readonly version: number;
}

interface Page {
  readonly records: readonly RawRecord[];
  stale: boolean;
}

export const PAGE_SIZE = 200;
const KEPT_PAGES = 40;
const NEWS_GAP_MS = 200;

export class RecordPages {
  private readonly connection: Connection;
  private readonly sessionId: SessionId;
  private readonly changes = new Emitter<void>();
  private readonly pages = new Map<number, Page>();
  private state: RecordPagesState = { status: 'loading', error: null, total: 0, version: 0 };
  private following: DisposableStore | undefined;
  private controller = new AbortController();
  private wanted: readonly number[] = [0];
  private working = false;
  private askedAtMs = -Infinity;

  constructor(connection: Connection, sessionId: SessionId) {
    this.connection = connection;
    this.sessionId = sessionId;
  }

  readonly snapshot = (): RecordPagesState => this.state;

  /** One view follows a session's records at a time. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const store = new DisposableStore();
    this.following = store;
    this.controller = new AbortController();
    store.add(this.changes.on(listener));
    store.add(
      this.connection.client.sessions.changed(({ sessionIds }) => {
        if (sessionIds.includes(this.sessionId)) this.expire();
      }),
    );
    store.add(this.connection.onStatus(status => status === 'connected' && this.expire()));
    this.expire();
    return () => {
      this.controller.abort();
      store.dispose();
      if (this.following === store) this.following = undefined;
    };
  };

  readonly retry = (): void => {
    this.become({ status: 'loading', error: null });
    this.wake();
  };

  at(index: number): RawRecord | undefined {
    return this.pages.get(Math.floor(index / PAGE_SIZE))?.records[index % PAGE_SIZE];
  }

  /** The place of a record among those that are loaded; -1 where it is not. */
  indexOf(recordId: number): number {
    for (const [page, { records }] of this.pages) {
      const at = records.findIndex(record => record.recordId === recordId);
      if (at !== -1) return page * PAGE_SIZE + at;
    }
    return -1;
  }

  want(from: number, to: number): void {
    const first = Math.max(0, Math.floor(from / PAGE_SIZE));
    const last = Math.max(first, Math.floor(Math.max(0, to - 1) / PAGE_SIZE));
    this.wanted = Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
    this.wake();
  }

  private expire(): void {
    for (const page of this.pages.values()) page.stale = true;
    this.wake();
  }

  private next(): number | undefined {
    return this.wanted.find(page => {
      const known = this.pages.get(page);
      return !known || known.stale;
    });
  }

  private wake(): void {
    if (this.working || !this.following || this.connection.status !== 'connected') return;
    if (this.next() === undefined) return;
    this.working = true;
    void this.work(this.controller.signal);
  }

  private async work(signal: AbortSignal): Promise<void> {
    try {
      for (let page = this.next(); page !== undefined && !signal.aborted; page = this.next()) {
        // Pages never seen come at once; those that only grew old wait a little, since a busy session ages them all the time.
        const wait = this.pages.has(page) ? this.askedAtMs + NEWS_GAP_MS - Date.now() : 0;
        if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait));
        await this.load(page, signal);
      }
    } catch (thrown) {
      const error = toPlayheadError(thrown);
      const away = error.code === 'cancelled' || this.connection.status !== 'connected';
      if (!away) this.become({ status: this.state.status === 'ready' ? 'ready' : 'failed', error });
    } finally {
      this.working = false;
    }
    if (signal !== this.controller.signal) this.wake();
  }

  private async load(page: number, signal: AbortSignal): Promise<void> {
    this.askedAtMs = Date.now();
    // What changes from here on makes it stale again.
    const known = this.pages.get(page);
    if (known) known.stale = false;
    const { sessionId } = this;
    const input = { sessionId, from: page * PAGE_SIZE, limit: PAGE_SIZE };
    const answer = await this.connection.client.records.list(input, signal).catch((thrown: unknown) => {
      if (known) known.stale = true;
      throw thrown;
    });
    this.pages.delete(page);
    this.pages.set(page, { records: answer.records, stale: known?.stale ?? false });
    this.forgetFar();
    this.become({ status: 'ready', error: null, total: answer.total });
  }

  private forgetFar(): void {
    for (const page of this.pages.keys()) {
      if (this.pages.size <= KEPT_PAGES) return;
      if (!this.wanted.includes(page)) this.pages.delete(page);
    }
  }

  private become(patch: Partial<RecordPagesState>): void {
    this.state = { ...this.state, ...patch, version: this.state.version + 1 };
    this.changes.emit();
  }
}
