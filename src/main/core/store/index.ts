// The store as others see it: one writer, any number of readers, and the values that go in and out.

export type { Batch, Committed, FileRow, FileState, RawPiece } from './batch.ts';
export { type EntryRef, type IndexReport, type RecordRef, type SessionPage, StoreReader } from './reader.ts';
export { isCorrupt } from './connection.ts';
export { type IndexedHit, type IndexQuestion, SearchReader } from './search-reader.ts';
export type { SessionCursor } from './search-schema.ts';
export type { ChangedSession, EntryCursor, SearchEntry, SearchSource, SessionFilter } from './search-source.ts';
export { type SearchBatch, type SearchDocument, SearchWriter } from './search-writer.ts';
export type { UsageSession } from './session-queries.ts';
export type { SourceRow, SourceSpec } from './source-table.ts';
export type { DaySum, SessionSum, UsageRange, UsageSum } from './usage-queries.ts';
export { StoreWriter } from './writer.ts';
