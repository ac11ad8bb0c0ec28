// The thread that fills the full-text index: owns its only writing connection, reads the store beside everybody else.

import { parentPort } from 'node:worker_threads';
import { PlayheadError } from '../../shared/base/errors.ts';
import type { SearchStatus } from '../../shared/contract/search.ts';
import { serveWorker } from '../core/base/worker-rpc.ts';
import { type FillEvent, SearchFill } from '../core/search/search-fill.ts';
import { SearchWriter, StoreReader } from '../core/store/index.ts';
import { ContentReader } from '../core/views/content.ts';
import { findParser } from './store-parsers.ts';

/** Records that stay parsed: an entry's result stands in another record than its call, not far from it. */
const KEPT_RECORDS = 48;

let open: { readonly store: StoreReader; readonly fill: SearchFill } | undefined;

function filling(): SearchFill {
  if (!open) throw new PlayheadError('internal', 'The search thread was not started.');
  return open.fill;
}

const calls = {
  /** Begins to take in what the store holds. */
  start({ dataDir }: { dataDir: string }): SearchStatus {
    const store = new StoreReader(dataDir);
    const content = new ContentReader(store, id => findParser(store, id), KEPT_RECORDS);
    const fill = new SearchFill({
      source: store.search,
      read: ref => content.blocksAt(ref),
      openIndex: () => new SearchWriter(dataDir, store.search.identity()),
    });
    fill.events.on(send);
    fill.wake();
    open = { store, fill };
    return fill.status();
  },
  wake(): void {
    filling().wake();
  },
  async settle(): Promise<SearchStatus> {
    await filling().settle();
    return filling().status();
  },
  /** Nobody reads the index now: it is removed and begun anew. */
  async remake(): Promise<SearchStatus> {
    await filling().remake();
    return filling().status();
  },
  async close(): Promise<void> {
    await open?.fill.close();
    open?.store.close();
    open = undefined;
  },
};

export type SearchFillCalls = typeof calls;

if (!parentPort) throw new Error('search-fill.worker runs in a worker thread only.');
const send = serveWorker<SearchFillCalls, FillEvent>(parentPort, calls);
