// The store as others see it: one writer, any number of readers, and the values that go in and out.

export type { Batch, Committed, FileRow, FileState, RawPiece } from './batch.ts';
export { type EntryRef, type IndexReport, type RecordRef, type SessionPage, StoreReader } from './reader.ts';
export type { SourceRow, SourceSpec } from './source-table.ts';
export { StoreWriter } from './writer.ts';
