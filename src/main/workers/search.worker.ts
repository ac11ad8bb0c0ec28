// The thread that answers searches, on read-only connections: neither filling the index nor a view waits for it.

import { parentPort } from 'node:worker_threads';
import { PlayheadError } from '../../shared/base/errors.ts';
import type { HandlerInput } from '../../shared/contract/define.ts';
import type { search, SearchStatus } from '../../shared/contract/search.ts';
import { serveWorker } from '../core/base/worker-rpc.ts';
import { isCorrupt } from '../core/store/index.ts';
import { type OpenSearch, openSearch } from './open-search.ts';

interface Asked<I> {
  /** Names the call for `cancel`. */
  readonly token: number;
  readonly input: I;
}

let opened: OpenSearch | undefined;
const running = new Map<number, AbortController>();

async function answer<I, O>(
  { token, input }: Asked<I>,
  run: (engine: OpenSearch['engine'], input: I, signal: AbortSignal) => Promise<O>,
): Promise<O> {
  if (!opened) throw new PlayheadError('internal', 'The search thread was not started.');
  const controller = new AbortController();
  running.set(token, controller);
  try {
    return await run(opened.engine, input, controller.signal);
  } catch (thrown) {
    if (!isCorrupt(thrown)) throw thrown;
    throw new PlayheadError('store-corrupt', 'The search index is damaged. It is made anew.', { cause: thrown });
  } finally {
    running.delete(token);
  }
}

const calls = {
  start({ dataDir }: { dataDir: string }): void {
    opened = openSearch(dataDir);
  },
  status(): SearchStatus {
    if (!opened) throw new PlayheadError('internal', 'The search thread was not started.');
    return opened.engine.status();
  },
  /** Lets go of the index, which is about to be removed. */
  release(): void {
    opened?.release();
  },
  takeUp(): void {
    opened?.takeUp();
  },
  query: (asked: Asked<HandlerInput<typeof search.query>>) =>
    answer(asked, (engine, input, signal) => engine.query(input, signal)),
  count: (asked: Asked<HandlerInput<typeof search.count>>) =>
    answer(asked, (engine, input, signal) => engine.count(input, signal)),
  scan: (asked: Asked<HandlerInput<typeof search.scan>>) =>
    answer(asked, (engine, input, signal) => engine.scan(input, signal)),
  /** The call fails with 'cancelled' at its next step, where it still runs. */
  cancel(token: number): void {
    running.get(token)?.abort();
  },
  close(): void {
    for (const call of running.values()) call.abort();
    opened?.close();
    opened = undefined;
  },
};

export type SearchCalls = typeof calls;

if (!parentPort) throw new Error('search.worker runs in a worker thread only.');
serveWorker<SearchCalls, never>(parentPort, calls);
