// Puts a search engine over the store and the index of a data folder, to read.

import type { Cost } from '../../shared/model/cost.ts';
import type { SessionId } from '../../shared/model/ids.ts';
import { SearchEngine } from '../core/search/search-engine.ts';
import { SearchReader, StoreReader } from '../core/store/index.ts';
import { PriceBook, UsageService } from '../core/usage/index.ts';
import { ContentReader } from '../core/views/content.ts';
import { findParser } from './store-parsers.ts';

export interface OpenSearch {
  readonly engine: SearchEngine;
  /** Lets go of the index, and answers without it until told to take it up again. */
  release(): void;
  takeUp(): void;
  close(): void;
}

const KEPT_RECORDS = 200;

/** Fails with 'not-found' where there is no store. Without an index the engine answers from the archive only. */
export function openSearch(dataDir: string): OpenSearch {
  const store = new StoreReader(dataDir);
  const content = new ContentReader(store, id => findParser(store, id), KEPT_RECORDS);
  let isReleased = false;
  let index = tryOpenIndex(dataDir, store);
  const engine = new SearchEngine({
    source: store.search,
    index: () => (isReleased ? undefined : (index ??= tryOpenIndex(dataDir, store))),
    read: ref => content.blocksAt(ref),
    bytes: ref => {
      try {
        return store.bytes(ref, ref.length);
      } catch {
        return undefined;
      }
    },
    costs: costsOf(store, new UsageService(store, new PriceBook(dataDir))),
    now: Date.now,
  });
  return {
    engine,
    release() {
      isReleased = true;
      index?.close();
      index = undefined;
    },
    takeUp() {
      isReleased = false;
    },
    close() {
      index?.close();
      store.close();
    },
  };
}

/** What sessions cost; that of all is made again when the store has changed. */
function costsOf(store: StoreReader, usage: UsageService) {
  let revision = -1;
  let costs: ReadonlyMap<SessionId, Cost> = new Map();
  return (ids: readonly SessionId[] | null): ReadonlyMap<SessionId, Cost> => {
    if (ids !== null) return usage.sessionCosts(ids);
    const now = store.revision();
    if (now !== revision) costs = usage.sessionCosts(null);
    revision = now;
    return costs;
  };
}

/** Undefined where there is none yet, or none that can be used: whoever fills it says why. */
function tryOpenIndex(dataDir: string, store: StoreReader): SearchReader | undefined {
  try {
    return new SearchReader(dataDir, store.search.identity());
  } catch {
    return undefined;
  }
}
