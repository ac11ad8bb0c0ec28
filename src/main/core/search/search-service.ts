// Search as the doors see it: one thread fills the index, another answers from it; this joins the two.

import { type Disposable, DisposableStore } from '../../../shared/base/disposable.ts';
import { Emitter } from '../../../shared/base/emitter.ts';
import { PlayheadError, toPlayheadError } from '../../../shared/base/errors.ts';
import type { CallOutput, HandlerInput } from '../../../shared/contract/define.ts';
import type { search, SearchStatus } from '../../../shared/contract/search.ts';
import type { SearchCalls, SearchFillCalls } from '../worker-calls.ts';
import type { WorkerClient } from '../base/worker-rpc.ts';
import type { FillEvent } from './search-fill.ts';

type In<N extends 'query' | 'count' | 'scan'> = HandlerInput<(typeof search)[N]>;
type Out<N extends 'query' | 'count' | 'scan'> = CallOutput<(typeof search)[N]>;

export class SearchService implements Disposable {
  readonly progressed = new Emitter<SearchStatus>();
  private readonly fill: WorkerClient<SearchFillCalls, FillEvent>;
  private readonly engine: WorkerClient<SearchCalls, never>;
  private readonly lifetime = new DisposableStore();
  private current: SearchStatus = { indexed: 0, total: 0, complete: false, failed: null };
  private remaking: Promise<void> | undefined;
  private ready: Promise<void> = Promise.resolve();
  private nextToken = 1;

  constructor(fill: WorkerClient<SearchFillCalls, FillEvent>, engine: WorkerClient<SearchCalls, never>) {
    this.fill = fill;
    this.engine = engine;
    this.lifetime.add(
      fill.onEvent(event => {
        if (event.kind === 'progressed') this.become(event.status);
        else void this.remake().catch(() => undefined);
      }),
    );
  }

  /** Opens both on a data folder whose store is there; what is asked meanwhile waits. */
  start(dataDir: string): void {
    const opening = this.fill.call('start', { dataDir }).then(
      status => this.become(status),
      // A folder that cannot be written, for one: searches read the archive then.
      (thrown: unknown) => this.become({ ...this.current, failed: toPlayheadError(thrown).message }),
    );
    this.ready = opening.then(() => this.engine.call('start', { dataDir }));
    // Told to whoever asks.
    this.ready.catch(() => undefined);
  }

  /** The store has news. */
  wake(): void {
    void this.fill.call('wake', undefined).catch(() => undefined);
  }

  /** Resolves when everything that the store holds now is indexed. */
  async settle(): Promise<void> {
    this.become(await this.fill.call('settle', undefined));
  }

  status(): SearchStatus {
    return this.current;
  }

  async query(input: In<'query'>, signal: AbortSignal): Promise<Out<'query'>> {
    const answer = await this.ask(signal, token => this.engine.call('query', { token, input }));
    return { ...answer, status: this.current };
  }

  count(input: In<'count'>, signal: AbortSignal): Promise<Out<'count'>> {
    return this.ask(signal, token => this.engine.call('count', { token, input }));
  }

  scan(input: In<'scan'>, signal: AbortSignal): Promise<Out<'scan'>> {
    return this.ask(signal, token => this.engine.call('scan', { token, input }));
  }

  async close(): Promise<void> {
    this.lifetime.dispose();
    // What is being opened just now would stay open after its own end.
    await this.ready.catch(() => undefined);
    await this.engine.call('close', undefined).catch(() => undefined);
    await this.fill.call('close', undefined).catch(() => undefined);
  }

  dispose(): void {
    this.lifetime.dispose();
    this.engine.dispose();
    this.fill.dispose();
  }

  private async ask<T>(signal: AbortSignal, call: (token: number) => Promise<T>): Promise<T> {
    await this.ready;
    if (signal.aborted) throw new PlayheadError('cancelled', 'Cancelled.');
    const token = this.nextToken++;
    const cancel = () => void this.engine.call('cancel', token).catch(() => undefined);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await call(token);
    } catch (thrown) {
      if (toPlayheadError(thrown).code === 'store-corrupt') void this.remake().catch(() => undefined);
      throw thrown;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /** A damaged index is removed, when nobody has it open, and made anew. */
  private remake(): Promise<void> {
    this.remaking ??= (async () => {
      try {
        await this.engine.call('release', undefined);
        this.become(await this.fill.call('remake', undefined));
        await this.engine.call('takeUp', undefined);
      } finally {
        this.remaking = undefined;
      }
    })();
    return this.remaking;
  }

  private become(status: SearchStatus): void {
    this.current = status;
    this.progressed.emit(status);
  }
}
