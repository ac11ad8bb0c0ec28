// Queries on sessions. Synchronous, worker threads only.

import { PlayheadError } from '../../../shared/base/errors.ts';
import type { SessionId, SourceId } from '../../../shared/model/ids.ts';
import type { Session } from '../../../shared/model/session.ts';
import type { ReadDb } from './connection.ts';
import type { SessionPage } from './reader.ts';

interface Stored {
  public_id: SessionId;
  agent: string;
  agent_version: string | null;
  source_public_id: SourceId;
  native_id: string;
  title: string | null;
  project: string | null;
  folder: string | null;
  cwd: string | null;
  git_branch: string | null;
  model: string | null;
  start_us: number | null;
  update_us: number | null;
  turns: number;
  spans: number;
  llm_spans: number;
  tool_spans: number;
  errors: number;
  records: number;
  rejected: number;
  input: number;
  output: number;
  cache_read: number;
  cache_creation: number;
  cache_creation_1h: number;
  reasoning: number;
  revision: number;
}

const SELECT = `SELECT session.*, coalesce(title_custom, title_ai, title_summary, title_prompt) AS title, source.public_id AS source_public_id
  FROM session JOIN source ON source.id = session.source_id`;

/** Newest first; with `since`, those changed after that revision. `total` counts all that fit the filter. */
export function listSessions(db: ReadDb, page: SessionPage): { sessions: Session[]; total: number } {
  const where: string[] = [];
  const values: Record<string, string | number> = {};
  page.filter
    .split(/\s+/)
    .filter(word => word !== '')
    .forEach((word, index) => {
      const name = `word${index}`;
      values[name] = `%${word.replace(/[\\%_]/g, '\\$&')}%`;
      where.push(
        `(coalesce(title_custom, title_ai, title_summary, title_prompt, '') || ' ' || coalesce(project, '') || ' ' || coalesce(cwd, folder, '') || ' ' || session.agent || ' ' || coalesce(model, '') || ' ' || native_id) LIKE @${name} ESCAPE '\\'`,
      );
    });
  const filter = where.length > 0 ? `WHERE ${where.join(' AND ')}` : '';
  const { total } = db.prepare(`SELECT count(*) AS total FROM session ${filter}`).get(values) as { total: number };
  if (page.since !== null) {
    where.push('session.revision > @since');
    values['since'] = page.since;
  }
  if (page.before) {
    where.push(
      'coalesce(update_us, 0) <= @beforeUs AND (coalesce(update_us, 0) < @beforeUs OR session.public_id > @beforeId)',
    );
    values['beforeUs'] = page.before.updateUs;
    values['beforeId'] = page.before.id;
  }
  const rows = db
    .prepare(
      `${SELECT} ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''} ORDER BY coalesce(update_us, 0) DESC, session.public_id LIMIT ${page.limit}`,
    )
    .all(values) as Stored[];
  return { sessions: rows.map(toSession), total };
}

export function sessionById(db: ReadDb, id: SessionId): Session | undefined {
  const row = db.prepare(`${SELECT} WHERE session.public_id = ?`).get(id) as Stored | undefined;
  return row && toSession(row);
}

export function sessionByRow(db: ReadDb, row: number): Session | undefined {
  const stored = db.prepare(`${SELECT} WHERE session.id = ?`).get(row) as Stored | undefined;
  return stored && toSession(stored);
}

/** By public or native id; failing that by a prefix of either (at least 4 characters). At most 10. */
export function findSessions(db: ReadDb, text: string): Session[] {
  const exact = db
    .prepare(`${SELECT} WHERE session.public_id = @text OR native_id = @text LIMIT 10`)
    .all({ text }) as Stored[];
  if (exact.length > 0 || text.length < 4) return exact.map(toSession);
  const prefix = `${text.replace(/[\\%_]/g, '\\$&')}%`;
  const rows = db
    .prepare(
      `${SELECT} WHERE session.public_id LIKE @prefix ESCAPE '\\' OR native_id LIKE @prefix ESCAPE '\\' LIMIT 10`,
    )
    .all({ prefix }) as Stored[];
  return rows.map(toSession);
}

export function sessionsOfSource(db: ReadDb, sourceId: SourceId, relPath?: string): SessionId[] {
  const ofFile = `AND session.id IN (SELECT record.session_id FROM record JOIN file ON file.id = record.file_id
     WHERE file.source_id = source.id
       AND (file.rel_path = @relPath OR @relPath = '' OR substr(file.rel_path, 1, length(@relPath) + 1) = @relPath || '/'))`;
  const rows = db
    .prepare(
      `SELECT session.public_id AS id FROM session JOIN source ON source.id = session.source_id
       WHERE source.public_id = @sourceId ${relPath === undefined ? '' : ofFile} ORDER BY update_us DESC`,
    )
    .all(relPath === undefined ? { sourceId } : { sourceId, relPath }) as { id: SessionId }[];
  return rows.map(row => row.id);
}

export function newestInFolder(db: ReadDb, folder: string, separator: string): Session | undefined {
  const inside = folder.endsWith(separator) ? folder : folder + separator;
  const row = db
    .prepare(
      `${SELECT} WHERE cwd = @folder OR substr(cwd, 1, length(@inside)) = @inside ORDER BY coalesce(update_us, 0) DESC LIMIT 1`,
    )
    .get({ folder, inside }) as Stored | undefined;
  return row && toSession(row);
}

export function workingFolders(db: ReadDb): string[] {
  const rows = db
    .prepare('SELECT cwd FROM session WHERE cwd IS NOT NULL GROUP BY cwd ORDER BY count(*) DESC LIMIT 1000')
    .all() as { cwd: string }[];
  return rows.map(row => row.cwd);
}

/** What a session is called and grouped by. */
export type UsageSession = Pick<Session, 'id' | 'title' | 'project' | 'agent' | 'updateUs'>;

export function usageSessions(db: ReadDb): UsageSession[] {
  return (db.prepare(SELECT).all() as Stored[]).map(row => {
    const { id, title, project, agent, updateUs } = toSession(row);
    return { id, title, project, agent, updateUs };
  });
}

/** Row id and reset mark of a session. Fails with 'not-found'. */
export function sessionKey(db: ReadDb, id: SessionId): { id: number; resetRevision: number } {
  const row = db.prepare('SELECT id, reset_revision AS resetRevision FROM session WHERE public_id = ?').get(id);
  if (!row) throw new PlayheadError('not-found', `There is no session ${id}.`);
  return row as { id: number; resetRevision: number };
}

function toSession(row: Stored): Session {
  const lastPart = row.cwd?.split(/[\\/]/).findLast(part => part !== '');
  return {
    id: row.public_id,
    agent: row.agent,
    agentVersion: row.agent_version,
    sourceId: row.source_public_id,
    nativeId: row.native_id,
    title: row.title ?? `${row.agent} ${row.native_id.slice(0, 8)}`,
    project: row.project ?? lastPart ?? row.folder ?? row.agent,
    cwd: row.cwd,
    gitBranch: row.git_branch,
    model: row.model,
    startUs: row.start_us,
    updateUs: row.update_us,
    turns: row.turns,
    spans: row.spans,
    llmSpans: row.llm_spans,
    toolSpans: row.tool_spans,
    errors: row.errors,
    records: row.records,
    rejected: row.rejected,
    usage: {
      input: row.input,
      output: row.output,
      cacheRead: row.cache_read,
      cacheCreation: row.cache_creation,
      cacheCreation1h: row.cache_creation_1h,
      reasoning: row.reasoning,
    },
    revision: row.revision,
  };
}
