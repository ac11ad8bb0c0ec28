// Search over a real store in this thread: the index filled as the app fills it, and questions to it.

import { onTestFinished } from 'vitest';
import { SearchFill } from '../../src/main/core/search/search-fill.ts';
import { SearchWriter, StoreReader } from '../../src/main/core/store/index.ts';
import { ContentReader } from '../../src/main/core/views/content.ts';
import { findParser } from '../../src/main/workers/store-parsers.ts';
import { openSearch, type OpenSearch } from '../../src/main/workers/open-search.ts';
import type { SearchGroup, SearchHit } from '../../src/shared/contract/search.ts';
import type { SessionId } from '../../src/shared/model/ids.ts';

export interface AskOptions {
  readonly typing?: boolean;
  readonly order?: 'newest' | 'relevance';
  readonly sessionId?: SessionId;
  readonly after?: number | null;
  readonly limit?: number;
  readonly perSession?: number;
}

/** Fills the index of a data folder and asks it. Closed when the test ends. */
export class Searcher {
  readonly dataDir: string;
  readonly fill: SearchFill;
  /** How many records were read to fill it. */
  reads = 0;
  private readonly store: StoreReader;
  private opened: OpenSearch | undefined;
  private closed: Promise<void> | undefined;

  constructor(dataDir: string) {
    this.dataDir = dataDir;
    this.store = new StoreReader(dataDir);
    const content = new ContentReader(this.store, id => findParser(this.store, id), 100);
    this.fill = new SearchFill({
      source: this.store.search,
      read: ref => {
        this.reads += 1;
        return content.blocksAt(ref);
      },
      openIndex: () => new SearchWriter(dataDir, this.store.search.identity()),
    });
    onTestFinished(() => this.close());
  }

  async settle(): Promise<this> {
    await this.fill.settle();
    return this;
  }

  async ask(text: string, options: AskOptions = {}): Promise<Answer> {
    const { groups, next } = await this.open().engine.query(
      { text, typing: false, sessionId: null, order: 'newest', after: null, limit: 500, perSession: 500, ...options },
      new AbortController().signal,
    );
    return { groups, next, hits: groups.flatMap(group => group.hits), ids: idsOf(groups) };
  }

  async count(text: string, typing = false): Promise<number> {
    const input = { text, typing, sessionId: null };
    return (await this.open().engine.count(input, new AbortController().signal)).total;
  }

  async scan(text: string, limit = 500): Promise<Answer & { readonly scanned: number; readonly waiting: number }> {
    const input = { text, typing: false, sessionId: null, limit };
    const { groups, scanned, waiting } = await this.open().engine.scan(input, new AbortController().signal);
    return { groups, next: null, hits: groups.flatMap(group => group.hits), ids: idsOf(groups), scanned, waiting };
  }

  close(): Promise<void> {
    this.closed ??= (async () => {
      this.opened?.close();
      await this.fill.close();
      this.store.close();
    })();
    return this.closed;
  }

  private open(): OpenSearch {
    this.opened ??= openSearch(this.dataDir);
    return this.opened;
  }
}

export interface Answer {
  readonly groups: readonly SearchGroup[];
  readonly hits: readonly SearchHit[];
  /** 'native session id/entry id', sorted. */
  readonly ids: readonly string[];
  readonly next: number | null;
}

function idsOf(groups: readonly SearchGroup[]): string[] {
  return groups.flatMap(({ session, hits }) => hits.map(hit => `${session.nativeId}/${hit.entryId}`)).toSorted();
}

/** What the ranges of a hit mark. */
export function marked({ snippet, ranges }: SearchHit): string[] {
  return ranges.map(([start, end]) => snippet.slice(start, end));
}
