// Titles that name a record: they belong to whatever sessions hold it, whether these were read before or come later.

import type { WriteDb } from './connection.ts';
import type { FileOrder } from './file-order.ts';
import type { RecordRows } from './record-rows.ts';
import type { SaidAt, SessionRow, SessionRows, SessionWords } from './session-rows.ts';
import type { StoredUuid } from './uuids.ts';

interface Stored {
  readonly title: string;
  readonly fileId: number;
  readonly offset: number;
}

export class TitleRows {
  private readonly db: WriteDb;
  private readonly order: FileOrder;
  private readonly sessions: SessionRows;
  private readonly words: SessionWords;
  private readonly records: RecordRows;
  private hasTitles: boolean;

  constructor(db: WriteDb, order: FileOrder, sessions: SessionRows, words: SessionWords, records: RecordRows) {
    this.db = db;
    this.order = order;
    this.sessions = sessions;
    this.words = words;
    this.records = records;
    this.hasTitles = db.prepare('SELECT 1 FROM record_title LIMIT 1').get() !== undefined;
  }

  /** A title for the sessions that hold that record. Of several for one record, the one that stands last counts. */
  add(
    sourceId: number,
    uuid: StoredUuid,
    title: string,
    at: { readonly fileId: number; readonly offset: number },
  ): void {
    const known = this.find(sourceId, uuid);
    if (
      known &&
      (this.order.follows(known.fileId, at.fileId) || (known.fileId === at.fileId && known.offset > at.offset))
    )
      return;
    this.db
      .prepare('INSERT OR REPLACE INTO record_title (source_id, uuid, title, file_id, offset) VALUES (?, ?, ?, ?, ?)')
      .run(sourceId, uuid, title, at.fileId, at.offset);
    this.hasTitles = true;
    const stored = this.db
      .prepare(
        `SELECT session_id AS sessionId, record.at_us AS atUs, file_id AS fileId, record.offset FROM record JOIN file ON file.id = file_id
         WHERE uuid = ? AND source_id = ? AND session_id IS NOT NULL AND superseded = 0`,
      )
      .all(uuid, sourceId) as (SaidAt & { sessionId: number })[];
    for (const { sessionId, ...place } of stored) this.give(this.sessions.get(sessionId), title, place);
    for (const { sessionId, file, fact } of this.records.withUuid(uuid)) {
      if (sessionId === null || file.sourceId !== sourceId) continue;
      this.give(this.sessions.get(sessionId), title, { atUs: fact.timeUs, fileId: file.id, offset: fact.at.offset });
    }
  }

  /** A session got that record: it takes the title that waited for it. */
  take(session: SessionRow, uuid: StoredUuid, at: SaidAt): void {
    const known = this.hasTitles ? this.find(session.sourceId, uuid) : undefined;
    if (known) this.give(session, known.title, at);
  }

  private give(session: SessionRow, title: string, at: SaidAt): void {
    this.words.title(session, 'summary', title, at);
  }

  private find(sourceId: number, uuid: StoredUuid): Stored | undefined {
    return this.db
      .prepare('SELECT title, file_id AS fileId, offset FROM record_title WHERE source_id = ? AND uuid = ?')
      .get(sourceId, uuid) as Stored | undefined;
  }
}
