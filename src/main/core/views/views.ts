// Answers the window's questions from the store. Synchronous, in the reader thread.

import type { HandlerInput, CallOutput } from '../../../shared/contract/define.ts';
import type { Contract } from '../../../shared/contract/index.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import type { RecordPlace } from '../../../shared/model/span.ts';
import type { EntryRef, StoreReader } from '../store/index.ts';
import { ContentReader, type ParserById } from './content.ts';

type In<D extends keyof Contract, N extends keyof Contract[D]> = HandlerInput<Contract[D][N]>;
type Out<D extends keyof Contract, N extends keyof Contract[D]> = CallOutput<Contract[D][N]>;

/** A page of the conversation stays light; the inspector shows more of one thing. */
const ENTRY_CHARS = 20_000;
const DETAIL_CHARS = 1_000_000;
/** Records shown of a span that has no entries of its own. */
const BODY_RECORDS = 20;

export class Views {
  private readonly store: StoreReader;
  private readonly parserById: ParserById;

  constructor(store: StoreReader, parserById: ParserById) {
    this.store = store;
    this.parserById = parserById;
  }

  trace(input: In<'trace', 'spans'>): Out<'trace', 'spans'> {
    return this.store.trace(input.sessionId, input.since);
  }

  span(input: In<'trace', 'span'>): Out<'trace', 'span'> {
    const { span, attrs, records, entries } = this.store.span(input.sessionId, input.spanId);
    return { span, attrs, records, blocks: this.bodies(entries, records) };
  }

  event(input: In<'trace', 'event'>): Out<'trace', 'event'> {
    const { event, records, entries } = this.store.event(input.sessionId, input.eventId);
    return { event, attrs: {}, records, blocks: this.bodies(entries, records) };
  }

  outline(input: In<'conversation', 'outline'>): Out<'conversation', 'outline'> {
    return this.store.outline(input.sessionId, input.threadId, input.since);
  }

  entries(input: In<'conversation', 'entries'>): Out<'conversation', 'entries'> {
    const content = new ContentReader(this.store, this.parserById);
    const entries = this.store.entries(input.sessionId, input.ids).map(entry => ({
      id: entry.id,
      kind: entry.kind,
      spanId: entry.spanId,
      eventId: entry.eventId,
      atUs: entry.atUs,
      blocks: content.entry(entry, ENTRY_CHARS),
      recordId: entry.recordId ?? entry.resultRecordId,
      subagent: entry.subagent,
    }));
    return { entries };
  }

  records(input: In<'records', 'list'>): Out<'records', 'list'> {
    return this.store.records(input.sessionId, input.from, input.limit);
  }

  recordIndex(input: In<'records', 'indexOf'>): Out<'records', 'indexOf'> {
    return { index: this.store.recordIndex(input.sessionId, input.recordId) };
  }

  readRecord(input: In<'records', 'read'>): Out<'records', 'read'> {
    const ref = this.store.record(input.recordId);
    const from = Math.min(input.from, ref.length);
    const length = Math.min(input.limit, ref.length - from);
    const bytes = this.store.bytes({ ...ref, offset: ref.offset + from }, length);
    return { text: bytes.toString('utf8'), totalBytes: ref.length };
  }

  private bodies(entries: readonly EntryRef[], records: readonly RecordPlace[]): ContentBlock[] {
    const content = new ContentReader(this.store, this.parserById);
    if (entries.length > 0) return entries.flatMap(entry => content.entry(entry, DETAIL_CHARS));
    return records.slice(0, BODY_RECORDS).flatMap(record => content.record(record.recordId, DETAIL_CHARS));
  }
}
