// A store that is up to date, for commands that read it once.

import { join } from 'node:path';
import { PlayheadError } from '../../shared/base/errors.ts';
import type { Arguments } from '../arguments.ts';
import { type App, compose } from '../compose.ts';
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

/**
 * Runs `alone` on a core of our own that has read everything there is. Where a Playhead runs on the folder, waits until
 * that one has, and runs `beside` it. Another command on the folder is waited for.
 */
async function withFreshStore<T>(
  args: Arguments,
  alone: (app: App) => Promise<T>,
  beside: (report: IndexReport) => Promise<T>,
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
    return await withOwnCore(args, alone);
  } finally {
    claim.dispose();
  }
}

async function withOwnCore<T>(args: Arguments, run: (app: App) => Promise<T>): Promise<T> {
  const app = await compose({
    dataDir: args.dataDir,
    sources: args.sources,
    watch: false,
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
