// Reads the store beside its writer, on a connection of its own that cannot write. Synchronous, in one worker thread.

import { sep } from 'node:path';
import { PlayheadError } from '../../../shared/base/errors.ts';
import { ROOT_SPAN, type RecordId, type SessionId, type SourceId, type SpanId } from '../../../shared/model/ids.ts';
import type { Session } from '../../../shared/model/session.ts';
import type { RecordedFile, Source } from '../../../shared/model/source.ts';
import type { RecordPlace, SessionEvent, Span } from '../../../shared/model/span.ts';
import type { RawRecord } from '../../../shared/contract/trace.ts';
import { openForReading, type ReadDb } from './connection.ts';
import { PackReader, type PackPlace } from './packs.ts';
import * as events from './event-queries.ts';
import * as records from './record-queries.ts';
import { SearchSource } from './search-source.ts';
import * as sessions from './session-queries.ts';
import * as sourceQueries from './source-queries.ts';
import * as spans from './span-queries.ts';
import * as usage from './usage-queries.ts';

export type { EntryRef } from './event-queries.ts';
export type { RecordRef } from './record-queries.ts';

export interface IndexReport extends sourceQueries.Totals {
  /** Records that could not be read and files that could not be taken (line 0). */
  readonly skipped: readonly { readonly file: string; readonly line: number; readonly reason: string }[];
  readonly skippedCount: number;
  readonly unknownTypes: Readonly<Record<string, number>>;
}

export interface SessionPage {
  readonly limit: number;
  readonly before: { readonly updateUs: number; readonly id: SessionId } | null;
  readonly since: number | null;
  readonly filter: string;
}

export class StoreReader {
  /** What the full-text index asks for. */
  readonly search: SearchSource;
  private readonly db: ReadDb;
  private readonly packs: PackReader;
  private hours: { readonly revision: number; readonly hours: usage.UsageHours } | undefined;
  /** The block that was read last: records are read in the order of their files. */
  private lastBlock: ReadBlock | undefined;

  /** Fails with 'not-found' where no store is yet, 'store-newer'. */
  constructor(dataDir: string) {
    this.db = openForReading(dataDir);
    this.packs = new PackReader(dataDir);
    this.search = new SearchSource(this.db);
  }

  close(): void {
    this.packs.close();
    this.db.close();
  }

  /** Runs some queries on one state of the store. */
  atOnce<T>(run: () => T): T {
    return this.db.transaction(run)();
  }

  revision(): number {
    return (this.db.prepare(`SELECT value FROM counter WHERE name = 'revision'`).get() as { value: number }).value;
  }

  sessions(page: SessionPage): { readonly sessions: Session[]; readonly total: number; readonly revision: number } {
    return this.atOnce(() => ({ ...sessions.listSessions(this.db, page), revision: this.revision() }));
  }

  /** Fails with 'not-found'. */
  session(id: SessionId): Session {
    const session = sessions.sessionById(this.db, id);
    if (!session) throw new PlayheadError('not-found', `There is no session ${id}.`);
    return session;
  }

  /** Fails with 'not-found', or 'conflict' where several fit. */
  findSession(text: string): Session {
    const found = sessions.findSessions(this.db, text);
    const [first] = found;
    if (!first) throw new PlayheadError('not-found', `There is no session ${JSON.stringify(text)}.`);
    if (found.length > 1)
      throw new PlayheadError(
        'conflict',
        `${JSON.stringify(text)} fits ${found.length} sessions: ${found.map(session => session.id).join(', ')}.`,
      );
    return first;
  }

  /** Sessions made from a source, newest first; from the file or folder in it where `relPath` is given. */
  sessionsOfSource(sourceId: SourceId, relPath?: string): readonly SessionId[] {
    return sessions.sessionsOfSource(this.db, sourceId, relPath);
  }

  /** The newest session whose working directory is this folder or lies in it. */
  sessionOfProject(folder: string): Session | undefined {
    return sessions.newestInFolder(this.db, folder, sep);
  }

  /** Working directories of recorded sessions, most used first. */
  workingFolders(): readonly string[] {
    return sessions.workingFolders(this.db);
  }

  trace(
    sessionId: SessionId,
    since: number | null,
  ): { revision: number; reset: boolean; spans: Span[]; events: SessionEvent[] } {
    return this.atOnce(() => {
      const key = sessions.sessionKey(this.db, sessionId);
      const reset = since !== null && key.resetRevision > since;
      const from = reset ? null : since;
      return {
        revision: this.revision(),
        reset,
        spans: spans.listSpans(this.db, key.id, from),
        events: events.listEvents(this.db, key.id, from),
      };
    });
  }

  /** One span, its attributes, its records and its pieces of the conversation. Fails with 'not-found'. */
  span(
    sessionId: SessionId,
    spanId: SpanId,
  ): { span: Span; attrs: Record<string, unknown>; records: RecordPlace[]; entries: events.EntryRef[] } {
    return this.atOnce(() => {
      const { id } = sessions.sessionKey(this.db, sessionId);
      const found = spans.spanByKey(this.db, id, spanId);
      if (!found) throw new PlayheadError('not-found', `There is no span ${spanId} in session ${sessionId}.`);
      return {
        ...found,
        records: records.recordsOfSpan(this.db, found.rowId),
        entries: spanId === ROOT_SPAN ? [] : events.entriesOfSpan(this.db, id, spanId),
      };
    });
  }

  /** One event, its record and its pieces of the conversation. Fails with 'not-found'. */
  event(
    sessionId: SessionId,
    eventId: string,
  ): { event: SessionEvent; records: RecordPlace[]; entries: events.EntryRef[] } {
    return this.atOnce(() => {
      const { id } = sessions.sessionKey(this.db, sessionId);
      const event = events.eventByKey(this.db, id, eventId);
      if (!event) throw new PlayheadError('not-found', `There is no event ${eventId} in session ${sessionId}.`);
      const record = event.recordId === null ? undefined : records.placeOfRecord(this.db, event.recordId);
      return { event, records: record ? [record] : [], entries: events.entriesOfEvent(this.db, id, eventId) };
    });
  }

  outline(
    sessionId: SessionId,
    threadId: SpanId,
    since: number | null,
  ): { revision: number; reset: boolean; entries: events.EntryOutline[]; elsewhere: string[] } {
    return this.atOnce(() => {
      const key = sessions.sessionKey(this.db, sessionId);
      const reset = since !== null && key.resetRevision > since;
      const changed =
        since === null || reset
          ? { entries: events.outline(this.db, key.id, threadId), elsewhere: [] }
          : events.outlineSince(this.db, key.id, threadId, since);
      return { revision: this.revision(), reset, ...changed };
    });
  }

  entries(sessionId: SessionId, ids: readonly string[]): events.EntryRef[] {
    return this.atOnce(() => {
      const { id } = sessions.sessionKey(this.db, sessionId);
      return events.entriesByKeys(this.db, id, ids);
    });
  }

  records(
    sessionId: SessionId,
    from: number,
    limit: number,
  ): { records: RawRecord[]; total: number; revision: number } {
    return this.atOnce(() => {
      const { id } = sessions.sessionKey(this.db, sessionId);
      return { ...records.listRecords(this.db, id, from, limit), revision: this.revision() };
    });
  }

  /** Fails with 'not-found'. */
  recordIndex(sessionId: SessionId, recordId: RecordId): number {
    const { id } = sessions.sessionKey(this.db, sessionId);
    return records.indexOfRecord(this.db, id, recordId);
  }

  /** Where a record stands and what reads it. Fails with 'not-found'. */
  record(recordId: RecordId): records.RecordRef {
    return records.recordRef(this.db, recordId);
  }

  /** Bytes of a record as they were written, from the archive. Fails with 'unreadable'. */
  bytes(ref: Pick<records.RecordRef, 'fileId' | 'generation' | 'offset'>, length: number): Buffer {
    const last = this.lastBlock;
    if (last && last.fileId === ref.fileId && last.generation === ref.generation && last.start <= ref.offset) {
      const from = ref.offset - last.start;
      if (from + length <= last.bytes.length) return last.bytes.subarray(from, from + length);
    }
    const blocks = this.db
      .prepare(
        `SELECT start, length, pack, pack_offset AS packOffset, pack_length AS packLength FROM raw_block
         WHERE file_id = @fileId AND generation = @generation AND start < @end
           AND start >= coalesce((SELECT max(start) FROM raw_block WHERE file_id = @fileId AND generation = @generation AND start <= @offset), 0)
         ORDER BY start`,
      )
      .all({
        fileId: ref.fileId,
        generation: ref.generation,
        offset: ref.offset,
        end: ref.offset + length,
      }) as (PackPlace & {
      start: number;
      length: number;
    })[];
    const end = ref.offset + length;
    const pieces = blocks.map(block => {
      const bytes = this.packs.read(block);
      this.lastBlock = { fileId: ref.fileId, generation: ref.generation, start: block.start, bytes };
      return bytes.subarray(
        Math.max(0, ref.offset - block.start),
        Math.max(0, Math.min(block.length, end - block.start)),
      );
    });
    const [only] = pieces;
    const bytes = pieces.length === 1 && only ? only : Buffer.concat(pieces);
    if (bytes.length !== length)
      throw new PlayheadError('unreadable', `Only ${bytes.length} of ${length} archived bytes are there.`);
    return bytes;
  }

  /** First and last quarter of an hour (since 1970, UTC) of which there may be usage. */
  usageSpan(): { readonly first: number; readonly last: number } | undefined {
    return usage.usageSpan(this.db);
  }

  /** Every model that usage is recorded of; '' where it is not told. */
  usageModels(): readonly string[] {
    return usage.usageModels(this.db);
  }

  usageByDay(range: usage.UsageRange): readonly usage.DaySum[] {
    return usage.usageByDay(this.db, () => this.usageHours(), range);
  }

  /** Read again when something was written. */
  private usageHours(): usage.UsageHours {
    const revision = this.revision();
    if (this.hours?.revision !== revision) this.hours = { revision, hours: usage.usageHours(this.db) };
    return this.hours.hours;
  }

  usageBySession(range: usage.UsageRange): readonly usage.SessionSum[] {
    return usage.usageBySession(this.db, range);
  }

  /** What every session is called and grouped by. */
  usageSessions(): readonly sessions.UsageSession[] {
    return sessions.usageSessions(this.db);
  }

  /** What one span's response used; undefined where it does not count. Fails with 'not-found' for the session. */
  usageOfSpan(sessionId: SessionId, spanId: SpanId): usage.UsageSum | undefined {
    return usage.usageOfSpan(this.db, sessions.sessionKey(this.db, sessionId).id, spanId);
  }

  /** What each counted response of a session used, by its span. Fails with 'not-found'. */
  usageOfSpans(sessionId: SessionId): ReadonlyMap<SpanId, usage.UsageSum> {
    return usage.usageOfSpans(this.db, sessions.sessionKey(this.db, sessionId).id);
  }

  /** The declared format of that parser id, as JSON text. */
  mapping(parser: string): string | undefined {
    const row = this.db.prepare('SELECT json FROM generic_mapping WHERE parser = ?').get(parser) as
      | { json: string }
      | undefined;
    return row?.json;
  }

  sources(): Source[] {
    return this.atOnce(() => sourceQueries.listSources(this.db));
  }

  files(sourceId: SourceId): RecordedFile[] {
    return sourceQueries.listFiles(this.db, sourceId);
  }

  /** What was read of these sources, and what was not. */
  report(sourceIds: readonly SourceId[], maxSkipped: number): IndexReport {
    return this.atOnce(() => {
      const files = sourceQueries.skippedFiles(this.db, sourceIds);
      const rejected = records.rejections(this.db, sourceIds, maxSkipped);
      return {
        ...sourceQueries.totals(this.db, sourceIds),
        skipped: [...rejected.list, ...files].slice(0, maxSkipped),
        skippedCount: rejected.count + files.length,
        unknownTypes: sourceQueries.unknownTypes(this.db, sourceIds),
      };
    });
  }
}

/** Bytes of a file's generation from `start` on; what was read never changes. */
interface ReadBlock {
  readonly fileId: number;
  readonly generation: number;
  readonly start: number;
  readonly bytes: Buffer;
}
