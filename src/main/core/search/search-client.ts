// Asks the thread that answers searches. A call that is cancelled is given up there at its next step.

import type { Disposable } from '../../../shared/base/disposable.ts';
import { PlayheadError } from '../../../shared/base/errors.ts';
import type { CallOutput, HandlerInput } from '../../../shared/contract/define.ts';
import type { search, SearchStatus } from '../../../shared/contract/search.ts';
import type { WorkerClient } from '../base/worker-rpc.ts';
import type { SearchCalls } from '../worker-calls.ts';

export type SearchInput<N extends 'query' | 'count' | 'scan'> = HandlerInput<(typeof search)[N]>;
export type SearchOutput<N extends 'query' | 'count' | 'scan'> = CallOutput<(typeof search)[N]>;

/** What can be asked. */
export interface Searching {
  query(input: SearchInput<'query'>, signal: AbortSignal): Promise<Omit<SearchOutput<'query'>, 'status'>>;
  count(input: SearchInput<'count'>, signal: AbortSignal): Promise<SearchOutput<'count'>>;
  scan(input: SearchInput<'scan'>, signal: AbortSignal): Promise<SearchOutput<'scan'>>;
}

export class SearchClient implements Searching, Disposable {
  private readonly engine: WorkerClient<SearchCalls, never>;
  private nextToken = 1;

  constructor(engine: WorkerClient<SearchCalls, never>) {
    this.engine = engine;
  }

  /** Fails with 'not-found' where there is no store. */
  start(dataDir: string): Promise<void> {
    return this.engine.call('start', { dataDir });
  }

  query(input: SearchInput<'query'>, signal: AbortSignal) {
    return this.ask(signal, token => this.engine.call('query', { token, input }));
  }

  count(input: SearchInput<'count'>, signal: AbortSignal) {
    return this.ask(signal, token => this.engine.call('count', { token, input }));
  }

  scan(input: SearchInput<'scan'>, signal: AbortSignal) {
    return this.ask(signal, token => this.engine.call('scan', { token, input }));
  }

  /** How far the index is, as it can be seen by those who do not fill it. */
  status(): Promise<SearchStatus> {
    return this.engine.call('status', undefined);
  }

  /** Lets go of the index, and answers without it until told to take it up again. */
  release(): Promise<void> {
    return this.engine.call('release', undefined);
  }

  takeUp(): Promise<void> {
    return this.engine.call('takeUp', undefined);
  }

  async close(): Promise<void> {
    await this.engine.call('close', undefined).catch(() => undefined);
    this.dispose();
  }

  dispose(): void {
    this.engine.dispose();
  }

  private async ask<T>(signal: AbortSignal, call: (token: number) => Promise<T>): Promise<T> {
    if (signal.aborted) throw new PlayheadError('cancelled', 'Cancelled.');
    const token = this.nextToken++;
    const cancel = () => void this.engine.call('cancel', token).catch(() => undefined);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await call(token);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }
}
