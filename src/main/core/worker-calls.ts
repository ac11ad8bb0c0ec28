// What the worker threads offer, as types for those who call them.

export type { IngestCalls, IngestEvent } from '../workers/ingest.worker.ts';
export type { ReaderCalls } from '../workers/reader.worker.ts';
export type { SearchCalls } from '../workers/search.worker.ts';
export type { SearchFillCalls } from '../workers/search-fill.worker.ts';
