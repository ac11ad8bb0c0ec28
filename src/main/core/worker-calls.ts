// What the two worker threads offer, as types for those who call them.

export type { IngestCalls, IngestEvent } from '../workers/ingest.worker.ts';
export type { ReaderCalls } from '../workers/reader.worker.ts';
