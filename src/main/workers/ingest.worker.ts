// The ingest thread: owns the store's only writer; reads, parses and stores what the sources hold.

import { parentPort } from 'node:worker_threads';
import { PlayheadError } from '../../shared/base/errors.ts';
import { serveWorker } from '../core/base/worker-rpc.ts';
import { type IngestEvent, IngestService, systemClock } from '../core/ingest/ingest-service.ts';
import { FileRecogniser } from '../core/ingest/recogniser.ts';
import { wanted } from '../core/sources/formats.ts';
import { type SourceRow, type SourceSpec, StoreWriter } from '../core/store/index.ts';

export interface IngestStart {
  readonly dataDir: string;
  /** Read everything to its end once; look at nothing again. */
  readonly once: boolean;
}

export type PlacedSource = SourceSpec & { readonly starts: readonly string[] };

let service: IngestService | undefined;
let store: StoreWriter | undefined;

function running(): IngestService {
  if (!service) throw new PlayheadError('internal', 'The ingest thread was not started.');
  return service;
}

const calls = {
  /** Opens the store. Fails with 'store-newer', 'unreadable'. */
  start({ dataDir, once }: IngestStart): { notices: readonly string[]; sources: readonly SourceRow[] } {
    const writer = new StoreWriter(dataDir);
    const recogniser = new FileRecogniser(writer);
    store = writer;
    service = new IngestService(writer, recogniser, systemClock, once);
    service.events.on(send);
    return { notices: writer.notices, sources: writer.listSources() };
  },
  addSource(source: PlacedSource): SourceRow {
    return running().addSource({ ...source, include: wanted(source.format, source.starts) });
  },
  removeSource(id: number): void {
    running().removeSource(id);
  },
  touched({ sourceId, relPaths }: { sourceId: number; relPaths: readonly string[] }): void {
    running().touched(sourceId, relPaths);
  },
  look(sourceId: number): void {
    running().look(sourceId);
  },
  readFile({ sourceId, relPath }: { sourceId: number; relPath: string }): Promise<void> {
    return running().readFile(sourceId, relPath);
  },
  /** Everything, or one source. */
  settle(sourceId: number | undefined): Promise<void> {
    return running().settle(sourceId);
  },
  async close(): Promise<void> {
    await service?.close();
    if (!service) store?.close();
  },
};

export type IngestCalls = typeof calls;
export type { IngestEvent };

if (!parentPort) throw new Error('ingest.worker runs in a worker thread only.');
const send = serveWorker<IngestCalls, IngestEvent>(parentPort, calls);
