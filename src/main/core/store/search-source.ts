// What the full-text index needs of the store: which sessions changed, their entries with the places of their text, and
// which sessions a filter means. Synchronous, worker threads only.

import type { RecordId, SessionId, SpanId } from '../../../shared/model/ids.ts';
import type { Session } from '../../../shared/model/session.ts';
import type { SearchText } from '../../../shared/model/search-query.ts';
import type { SpanStatus } from '../../../shared/model/span.ts';
import type { ConversationEntry } from '../../../shared/contract/trace.ts';
import type { ReadDb } from './connection.ts';
import type { RecordRef } from './record-queries.ts';
import { sessionByRow } from './session-queries.ts';

export interface ChangedSession {
  /** Row number. */
  readonly id: number;
  readonly publicId: SessionId;
  readonly revision: number;
  /** Rows were removed at this revision. */
  readonly resetRevision: number;
  readonly startUs: number | null;
  readonly updateUs: number | null;
}

/** An entry, where its text stands, and what it is filtered by. */
export interface SearchEntry {
  /** Row number. */
  readonly id: number;
  readonly sessionRow: number;
  readonly revision: number;
  readonly key: string;
  readonly kind: ConversationEntry['kind'];
  readonly threadId: SpanId;
  readonly spanId: SpanId | null;
  readonly eventId: string | null;
  readonly atUs: number | null;
  readonly block: number;
  readonly resultBlock: number;
  readonly body: RecordRef | null;
  readonly result: RecordRef | null;
  readonly tool: string | null;
  readonly status: SpanStatus | null;
  /** Of the response that it is part of; else the session's. */
  readonly model: string | null;
}

/** Conditions on whole sessions; all must hold, of the texts of one field any. */
export interface SessionFilter {
  readonly agents: readonly SearchText[];
  readonly projects: readonly SearchText[];
  readonly notAgents: readonly SearchText[];
  readonly notProjects: readonly SearchText[];
  /** A tool call of it waits for its result, and it was written to after this time. */
  readonly waitingSinceUs: number | null;
  readonly notWaitingSinceUs: number | null;
}

/** An entry's place in the order in which a session's entries changed. */
export interface EntryCursor {
  readonly revision: number;
  readonly id: number;
}

interface Stored {
  id: number;
  sessionRow: number;
  revision: number;
  key: string;
  kind: SearchEntry['kind'];
  threadId: SpanId;
  spanId: SpanId | null;
  eventId: string | null;
  atUs: number | null;
  block: number;
  resultBlock: number | null;
  bodyId: RecordId | null;
  bodyFile: number;
  bodyGeneration: number;
  bodyLine: number;
  bodyOffset: number;
  bodyLength: number;
  bodyRejected: string | null;
  bodyAtUs: number | null;
  resultId: RecordId | null;
  resultFile: number;
  resultGeneration: number;
  resultLine: number;
  resultOffset: number;
  resultLength: number;
  resultRejected: string | null;
  resultAtUs: number | null;
  spanName: string | null;
  spanKind: string | null;
  status: SpanStatus | null;
  model: string | null;
}

const record = (alias: string) =>
  `${alias}.id AS ${alias}Id, ${alias}.file_id AS ${alias}File, ${alias}.generation AS ${alias}Generation, ${alias}.line AS ${alias}Line,
   ${alias}.offset AS ${alias}Offset, ${alias}.length AS ${alias}Length, ${alias}.rejected AS ${alias}Rejected, ${alias}.at_us AS ${alias}AtUs`;
const COLUMNS = `entry.id, entry.session_id AS sessionRow, entry.revision, entry.key, entry.kind, entry.thread_key AS threadId,
  entry.span_key AS spanId, entry.event_key AS eventId, entry.at_us AS atUs, entry.block, entry.result_block AS resultBlock,
  ${record('body')}, ${record('result')}, span.name AS spanName, span.kind AS spanKind, span.status`;
const FROM = `FROM entry LEFT JOIN record AS body ON body.id = entry.record_id LEFT JOIN record AS result ON result.id = entry.result_record_id
  LEFT JOIN span ON span.session_id = entry.session_id AND span.key = entry.span_key`;
// A tool call is of the model that made it.
const MODEL = 'coalesce(span.model, caller.model, session.model) AS model';
const MODEL_FROM = `JOIN session ON session.id = entry.session_id
  LEFT JOIN span AS caller ON caller.session_id = entry.session_id AND caller.key = span.parent_key AND span.model IS NULL`;

const SESSION_COLUMNS =
  'id, public_id AS publicId, revision, reset_revision AS resetRevision, start_us AS startUs, update_us AS updateUs';

export class SearchSource {
  private readonly db: ReadDb;

  constructor(db: ReadDb) {
    this.db = db;
  }

  /** Another number after the store was made anew. */
  identity(): number {
    return this.counter('identity');
  }

  /** Every session after that revision of the store. */
  changedSessions(since: number): readonly ChangedSession[] {
    return this.db
      .prepare(`SELECT ${SESSION_COLUMNS} FROM session WHERE revision > ? ORDER BY revision`)
      .all(since) as ChangedSession[];
  }

  sessionRows(): readonly { readonly id: number; readonly publicId: SessionId }[] {
    return this.db.prepare('SELECT id, public_id AS publicId FROM session').all() as {
      id: number;
      publicId: SessionId;
    }[];
  }

  entryCount(): number {
    return (this.db.prepare('SELECT count(*) AS count FROM entry').get() as { count: number }).count;
  }

  /** Entries of a session in the order in which they changed, behind the cursor. */
  entriesAfter(sessionRow: number, after: EntryCursor, limit: number): readonly SearchEntry[] {
    const rows = this.db
      .prepare(
        `SELECT ${COLUMNS}, ${MODEL} ${FROM} ${MODEL_FROM} WHERE entry.session_id = @sessionRow AND (entry.revision, entry.id) > (@revision, @id)
         ORDER BY entry.revision, entry.id LIMIT @limit`,
      )
      .all({ sessionRow, revision: after.revision, id: after.id, limit }) as Stored[];
    const files: FileNames = new Map();
    return rows.map(row => this.toEntry(row, files));
  }

  countAfter(sessionRow: number, after: EntryCursor): number {
    const row = this.db
      .prepare(
        'SELECT count(*) AS count FROM entry WHERE session_id = @sessionRow AND (revision, id) > (@revision, @id)',
      )
      .get({ sessionRow, revision: after.revision, id: after.id }) as { count: number };
    return row.count;
  }

  /** Without its model; undefined for one that is gone. */
  entry(id: number): SearchEntry | undefined {
    const row = this.db.prepare(`SELECT ${COLUMNS}, NULL AS model ${FROM} WHERE entry.id = ?`).get(id) as
      | Stored
      | undefined;
    return row && this.toEntry(row, new Map());
  }

  session(sessionRow: number): Session | undefined {
    return sessionByRow(this.db, sessionRow);
  }

  sessionRow(publicId: SessionId): number | undefined {
    const row = this.db.prepare('SELECT id FROM session WHERE public_id = ?').get(publicId) as
      | { id: number }
      | undefined;
    return row?.id;
  }

  /** Row numbers of the sessions that fit. */
  filterSessions(filter: SessionFilter): readonly number[] {
    const where: string[] = [];
    const values: Record<string, string | number> = {};
    const any = (expression: string, texts: readonly SearchText[], not: boolean) => {
      if (texts.length === 0) return;
      const likes = texts.map(({ text }) => {
        const name = `text${Object.keys(values).length}`;
        values[name] = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
        return `${expression} LIKE @${name} ESCAPE '\\'`;
      });
      where.push(`${not ? 'NOT ' : ''}(${likes.join(' OR ')})`);
    };
    any('agent', filter.agents, false);
    any('agent', filter.notAgents, true);
    any(PROJECT, filter.projects, false);
    any(PROJECT, filter.notProjects, true);
    const waits = (name: string) =>
      `(update_us > @${name} AND EXISTS (SELECT 1 FROM span WHERE session_id = session.id AND kind = 'tool' AND status = 'open'))`;
    if (filter.waitingSinceUs !== null) {
      values['waiting'] = filter.waitingSinceUs;
      where.push(waits('waiting'));
    }
    if (filter.notWaitingSinceUs !== null) {
      values['notWaiting'] = filter.notWaitingSinceUs;
      where.push(`NOT coalesce(${waits('notWaiting')}, 0)`);
    }
    const rows = this.db
      .prepare(`SELECT id FROM session ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}`)
      .all(values) as { id: number }[];
    return rows.map(row => row.id);
  }

  private counter(name: string): number {
    return (this.db.prepare('SELECT value FROM counter WHERE name = ?').get(name) as { value: number }).value;
  }

  private toEntry(row: Stored, files: FileNames): SearchEntry {
    return {
      id: row.id,
      sessionRow: row.sessionRow,
      revision: row.revision,
      key: row.key,
      kind: row.kind,
      threadId: row.threadId,
      spanId: row.spanId,
      eventId: row.eventId,
      atUs: row.atUs ?? row.bodyAtUs ?? row.resultAtUs,
      block: row.block,
      resultBlock: row.resultBlock ?? 0,
      body:
        row.bodyId === null
          ? null
          : {
              recordId: row.bodyId,
              fileId: row.bodyFile,
              generation: row.bodyGeneration,
              line: row.bodyLine,
              offset: row.bodyOffset,
              length: row.bodyLength,
              rejected: row.bodyRejected,
              ...this.file(row.bodyFile, files),
            },
      result:
        row.resultId === null
          ? null
          : {
              recordId: row.resultId,
              fileId: row.resultFile,
              generation: row.resultGeneration,
              line: row.resultLine,
              offset: row.resultOffset,
              length: row.resultLength,
              rejected: row.resultRejected,
              ...this.file(row.resultFile, files),
            },
      tool: row.spanKind === 'tool' ? row.spanName : null,
      status: row.status,
      model: row.model,
    };
  }

  private file(fileId: number, files: FileNames): FileName {
    let file = files.get(fileId);
    if (!file) {
      file = this.db
        .prepare(
          `SELECT file.parser, rtrim(source.root, '/') || '/' || file.rel_path AS path FROM file
           JOIN source ON source.id = file.source_id WHERE file.id = ?`,
        )
        .get(fileId) as FileName;
      files.set(fileId, file);
    }
    return file;
  }
}

type FileName = Pick<RecordRef, 'parser' | 'path'>;
/** For one answer only: a file gets another parser when it is read anew. */
type FileNames = Map<number, FileName>;

/** As Session.project: the name that was told, else the last part of the working directory, else the folder of the log. */
const PROJECT = `coalesce(project, nullif(substr(cwd, length(rtrim(cwd, replace(replace(cwd, '/', ''), '\\', ''))) + 1), ''), folder, agent)`;
