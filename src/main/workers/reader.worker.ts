// The reader thread: answers queries on a connection of its own, so that indexing never delays a view.

import { parentPort } from 'node:worker_threads';
import { PlayheadError } from '../../shared/base/errors.ts';
import type { SessionId, SourceId } from '../../shared/model/ids.ts';
import { serveWorker } from '../core/base/worker-rpc.ts';
import { type SessionPage, StoreReader } from '../core/store/index.ts';
import { PriceBook, type UsageQuestion, UsageService } from '../core/usage/index.ts';
import { Views } from '../core/views/views.ts';
import { findParser } from './store-parsers.ts';

interface Reading {
  readonly store: StoreReader;
  readonly views: Views;
  readonly usage: UsageService;
}

let open: Reading | undefined;

function reading(): Reading {
  if (!open) throw new PlayheadError('internal', 'The reader thread was not started.');
  return open;
}

type ViewInput<N extends keyof Views> = Views[N] extends (input: infer I) => unknown ? I : never;

const calls = {
  start({ dataDir }: { dataDir: string }): void {
    const store = new StoreReader(dataDir);
    open = {
      store,
      views: new Views(store, id => findParser(store, id)),
      usage: new UsageService(store, new PriceBook(dataDir)),
    };
  },
  close(): void {
    open?.store.close();
    open = undefined;
  },
  sessions(page: SessionPage) {
    const { store, usage } = reading();
    return store.atOnce(() => {
      const answer = store.sessions(page);
      return { ...answer, sessions: usage.withCosts(answer.sessions) };
    });
  },
  session: (id: SessionId) => reading().usage.withCost(reading().store.session(id)),
  findSession: (text: string) => reading().usage.withCost(reading().store.findSession(text)),
  usageReport: (question: UsageQuestion) => reading().usage.report(question),
  sessionOfProject: (folder: string) => reading().store.sessionOfProject(folder),
  sessionsOfSource: (input: { sourceId: SourceId; relPath?: string }) =>
    reading().store.sessionsOfSource(input.sourceId, input.relPath),
  workingFolders: () => reading().store.workingFolders(),
  sources: () => reading().store.sources(),
  files: (sourceId: SourceId) => reading().store.files(sourceId),
  trace: (input: ViewInput<'trace'>) => reading().views.trace(input),
  span(input: ViewInput<'span'>) {
    const { views, usage } = reading();
    const cost = usage.spanCost(input.sessionId, input.spanId);
    return { ...views.span(input), ...(cost && { cost }) };
  },
  event: (input: ViewInput<'event'>) => reading().views.event(input),
  outline: (input: ViewInput<'outline'>) => reading().views.outline(input),
  entries: (input: ViewInput<'entries'>) => reading().views.entries(input),
  records: (input: ViewInput<'records'>) => reading().views.records(input),
  recordIndex: (input: ViewInput<'recordIndex'>) => reading().views.recordIndex(input),
  readRecord: (input: ViewInput<'readRecord'>) => reading().views.readRecord(input),
  report: (input: { sourceIds: readonly SourceId[]; maxSkipped: number }) =>
    reading().store.report(input.sourceIds, input.maxSkipped),
};

export type ReaderCalls = typeof calls;

if (!parentPort) throw new Error('reader.worker runs in a worker thread only.');
serveWorker<ReaderCalls, never>(parentPort, calls);
