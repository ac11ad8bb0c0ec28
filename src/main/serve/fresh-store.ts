// A store that is up to date, for commands that read it once.

import { join } from 'node:path';
import { PlayheadError } from '../../shared/base/errors.ts';
import type { SearchStatus } from '../../shared/contract/search.ts';
import type { Arguments } from '../arguments.ts';
import { type App, compose, searchBeside } from '../compose.ts';
import type { Searching } from '../core/search/search-client.ts';
import { type IndexReport, StoreReader } from '../core/store/index.ts';
import { PriceBook, UsageService } from '../core/usage/index.ts';
import { claimInstance } from '../instance.ts';
import { indexReportSchema, type RunningMessage } from '../requests.ts';
import { printError } from './output.ts';
import { version } from './version.ts';

const MAX_SKIPPED = 100;
const SAY_WAITING_MS = 3000;

/** Brings the store up to date and says what was read of the sources, and what was not. */
export function indexSources(args: Arguments): Promise<IndexReport> {
  return withFreshStore(
    args,
    app => app.report(MAX_SKIPPED),
    async report => report,
  );
}

/** Reads a store that was brought up to date; `usage` knows what things cost. */
export async function withReader<T>(args: Arguments, run: (reader: StoreReader, usage: UsageService) => T): Promise<T> {
  const read = async () => {
    const reader = new StoreReader(args.dataDir);
    try {
      return run(reader, new UsageService(reader, new PriceBook(args.dataDir)));
    } finally {
      reader.close();
    }
  };
  return withFreshStore(args, read, read);
}

/** Searches everything that there is: an index of our own is brought up to date first, another's is taken as it is. */
export function withSearch<T>(
  args: Arguments,
  run: (search: Searching, status: () => Promise<SearchStatus>) => Promise<T>,
): Promise<T> {
  return withFreshStore(
    args,
    async ({ search }) => {
      if (!search) throw new PlayheadError('internal', 'The core was started without search.');
      await search.settle();
      return run(search, async () => search.status());
    },
    async () => {
      const search = await searchBeside(args.dataDir);
      try {
        return await run(search, () => search.status());
      } finally {
        await search.close();
      }
    },
    true,
  );
}

/**
 * Runs `alone` on a core of our own that has read everything there is. Where a Playhead runs on the folder, waits until
 * that one has, and runs `beside` it. Another command on the folder is waited for.
 */
async function withFreshStore<T>(
  args: Arguments,
  alone: (app: App) => Promise<T>,
  beside: (report: IndexReport) => Promise<T>,
  search = false,
): Promise<T> {
  const message: RunningMessage = { kind: 'report', maxSkipped: MAX_SKIPPED };
  const waiting = setTimeout(() => printError(`waiting for the Playhead that has ${args.dataDir}…`), SAY_WAITING_MS);
  // Who comes while we are at it gets no answer: when we are done, one of them is the next.
  const claim = await claimInstance(args.dataDir, message, () => new Promise(() => {})).finally(() =>
    clearTimeout(waiting),
  );
  if (claim.kind === 'second') {
    if (args.sources !== 'default')
      throw new PlayheadError(
        'conflict',
        `A Playhead runs on ${args.dataDir} and reads its own sources. Stop it first, or use another --data-dir.`,
      );
    return beside(indexReportSchema.parse(claim.answer));
  }
  try {
    return await withOwnCore(args, alone, search);
  } finally {
    claim.dispose();
  }
}

async function withOwnCore<T>(args: Arguments, run: (app: App) => Promise<T>, search: boolean): Promise<T> {
  const app = await compose({
    dataDir: args.dataDir,
    sources: args.sources,
    watch: false,
    search,
    resourcesDir: join(import.meta.dirname, '../../resources'),
    version,
    upload: false,
  });
  try {
    await app.settle();
    return await run(app);
  } finally {
    await app.dispose();
  }
}
