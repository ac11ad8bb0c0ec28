// Search as the doors see it: one thread fills the index, another answers from it; this joins the two.

import { type Disposable, DisposableStore } from '../../../shared/base/disposable.ts';
import { Emitter } from '../../../shared/base/emitter.ts';
import { toPlayheadError } from '../../../shared/base/errors.ts';
import type { SearchStatus } from '../../../shared/contract/search.ts';
import type { WorkerClient } from '../base/worker-rpc.ts';
import type { SearchFillCalls } from '../worker-calls.ts';
import type { SearchClient, Searching, SearchInput, SearchOutput } from './search-client.ts';
import type { FillEvent } from './search-fill.ts';

export class SearchService implements Searching, Disposable {
  readonly progressed = new Emitter<SearchStatus>();
  private readonly fill: WorkerClient<SearchFillCalls, FillEvent>;
  private readonly client: SearchClient;
  private readonly lifetime = new DisposableStore();
  private current: SearchStatus = { indexed: 0, total: 0, complete: false, failed: null };
  private remaking: Promise<void> | undefined;
  private ready: Promise<void> = Promise.resolve();

  constructor(fill: WorkerClient<SearchFillCalls, FillEvent>, client: SearchClient) {
    this.fill = fill;
    this.client = client;
    this.lifetime.add(
      fill.onEvent(event => {
        if (event.kind === 'progressed') this.become(event.status);
        else this.remake();
      }),
    );
  }

  /** Opens both on a data folder whose store is there; what is asked meanwhile waits. */
  start(dataDir: string): void {
    const filling = this.fill.call('start', { dataDir }).then(
      status => this.become(status),
      // A folder that cannot be written, for one: searches read the archive then.
      (thrown: unknown) => this.fail(thrown),
    );
    this.ready = filling.then(() => this.client.start(dataDir));
    // Told to whoever asks.
    this.ready.catch(() => undefined);
  }

  /** The store has news. */
  wake(): void {
    void this.fill.call('wake', undefined).catch(() => undefined);
  }

  /** Resolves when everything that the store holds now is indexed, or cannot be. */
  async settle(): Promise<void> {
    await this.ready;
    if (this.current.failed !== null) return;
    await this.fill.call('settle', undefined).then(
      status => this.become(status),
      (thrown: unknown) => this.fail(thrown),
    );
  }

  status(): SearchStatus {
    return this.current;
  }

  async query(input: SearchInput<'query'>, signal: AbortSignal): Promise<SearchOutput<'query'>> {
    const answer = await this.ask(client => client.query(input, signal));
    return { ...answer, status: this.current };
  }

  count(input: SearchInput<'count'>, signal: AbortSignal): Promise<SearchOutput<'count'>> {
    return this.ask(client => client.count(input, signal));
  }

  scan(input: SearchInput<'scan'>, signal: AbortSignal): Promise<SearchOutput<'scan'>> {
    return this.ask(client => client.scan(input, signal));
  }

  async close(): Promise<void> {
    this.lifetime.dispose();
    // What is being opened just now would stay open after its own end.
    await this.ready.catch(() => undefined);
    await this.client.close();
    await this.fill.call('close', undefined).catch(() => undefined);
  }

  dispose(): void {
    this.lifetime.dispose();
    this.client.dispose();
    this.fill.dispose();
  }

  private async ask<T>(call: (client: SearchClient) => Promise<T>): Promise<T> {
    await this.ready;
    try {
      return await call(this.client);
    } catch (thrown) {
      if (toPlayheadError(thrown).code === 'store-corrupt') this.remake();
      throw thrown;
    }
  }

  /** A damaged index is removed, when nobody has it open, and made anew. */
  private remake(): void {
    this.remaking ??= (async () => {
      await this.client.release();
      this.become(await this.fill.call('remake', undefined));
      await this.client.takeUp();
    })()
      .catch((thrown: unknown) => this.fail(thrown))
      .finally(() => (this.remaking = undefined));
  }

  private fail(thrown: unknown): void {
    const failed = `The search index cannot be used: ${toPlayheadError(thrown).message}`;
    this.become({ ...this.current, complete: false, failed });
  }

  private become(status: SearchStatus): void {
    this.current = status;
    this.progressed.emit(status);
  }
}
