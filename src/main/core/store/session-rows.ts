// Sessions while a batch is applied: read once, changed in memory, written once.

import { createHash } from 'node:crypto';
import type { SessionFact, TitleSource } from '../parsers/parser.ts';
import type { WriteDb } from './connection.ts';

export interface SessionRow {
  readonly id: number;
  readonly publicId: string;
  readonly sourceId: number;
  readonly sessionKey: string;
  readonly nativeId: string;
  mainFileId: number | null;
  agent: string;
  agentVersion: string | null;
  titleCustom: string | null;
  titleAi: string | null;
  titleSummary: string | null;
  titlePrompt: string | null;
  project: string | null;
  folder: string | null;
  cwd: string | null;
  gitBranch: string | null;
  model: string | null;
  startUs: number | null;
  updateUs: number | null;
  turns: number;
  spans: number;
  llmSpans: number;
  toolSpans: number;
  errors: number;
  records: number;
  rejected: number;
  input: number;
  output: number;
  cacheRead: number;
  cacheCreation: number;
  cacheCreation1h: number;
  reasoning: number;
  resetRevision: number;
}

export const SESSION_COLUMNS = `id, public_id AS publicId, source_id AS sourceId, session_key AS sessionKey, native_id AS nativeId,
  main_file_id AS mainFileId, agent, agent_version AS agentVersion, title_custom AS titleCustom, title_ai AS titleAi,
  title_summary AS titleSummary, title_prompt AS titlePrompt, project, folder, cwd, git_branch AS gitBranch, model,
  start_us AS startUs, update_us AS updateUs, turns, spans, llm_spans AS llmSpans, tool_spans AS toolSpans, errors, records,
  rejected, input, output, cache_read AS cacheRead, cache_creation AS cacheCreation, cache_creation_1h AS cacheCreation1h,
  reasoning, reset_revision AS resetRevision`;

/** Stable over re-reading and machines' clocks: made of the source's id and the session's key in it. */
export function publicSessionId(sourcePublicId: string, sessionKey: string): string {
  const digest = createHash('sha256').update(`${sourcePublicId}\0${sessionKey}`).digest('hex');
  return digest.slice(0, 20);
}

export class SessionRows {
  private readonly db: WriteDb;
  private readonly byKey = new Map<string, SessionRow>();
  private readonly byId = new Map<number, SessionRow>();
  private readonly before = new Map<number, string>();
  private readonly touched = new Set<number>();

  constructor(db: WriteDb) {
    this.db = db;
  }

  get(id: number): SessionRow {
    const kept = this.byId.get(id);
    if (kept) return kept;
    const row = this.db.prepare(`SELECT ${SESSION_COLUMNS} FROM session WHERE id = ?`).get(id) as SessionRow;
    return this.keep(row);
  }

  find(sourceId: number, sessionKey: string): SessionRow | undefined {
    const kept = this.byKey.get(`${sourceId}\0${sessionKey}`);
    if (kept) return kept;
    const row = this.db
      .prepare(`SELECT ${SESSION_COLUMNS} FROM session WHERE source_id = ? AND session_key = ?`)
      .get(sourceId, sessionKey) as SessionRow | undefined;
    return row && this.keep(row);
  }

  create(
    source: { id: number; publicId: string },
    sessionKey: string,
    nativeId: string,
    agent: string,
    folder: string | null,
  ): SessionRow {
    const publicId = publicSessionId(source.publicId, sessionKey);
    const { id } = this.db
      .prepare(
        'INSERT INTO session (public_id, source_id, session_key, native_id, agent, folder, revision) VALUES (?, ?, ?, ?, ?, ?, 0) RETURNING id',
      )
      .get(publicId, source.id, sessionKey, nativeId, agent, folder) as { id: number };
    this.touched.add(id);
    return this.get(id);
  }

  /** Something that belongs to it changed, though its own columns may not have. */
  touch(id: number): void {
    this.touched.add(id);
  }

  /** Writes what changed, stamped; gives the public ids of those. */
  flush(revision: number): string[] {
    const update = this.db.prepare(
      `UPDATE session SET main_file_id = @mainFileId, agent = @agent, agent_version = @agentVersion, title_custom = @titleCustom,
         title_ai = @titleAi, title_summary = @titleSummary, title_prompt = @titlePrompt, project = @project, folder = @folder,
         cwd = @cwd, git_branch = @gitBranch, model = @model, start_us = @startUs, update_us = @updateUs, turns = @turns,
         spans = @spans, llm_spans = @llmSpans, tool_spans = @toolSpans, errors = @errors, records = @records,
         rejected = @rejected, input = @input, output = @output, cache_read = @cacheRead, cache_creation = @cacheCreation,
         cache_creation_1h = @cacheCreation1h, reasoning = @reasoning, reset_revision = @resetRevision, revision = @revision
       WHERE id = @id`,
    );
    const changed: string[] = [];
    for (const row of this.byId.values()) {
      if (!this.touched.has(row.id) && this.before.get(row.id) === JSON.stringify(row)) continue;
      update.run({ ...row, revision });
      changed.push(row.publicId);
    }
    return changed;
  }

  private keep(row: SessionRow): SessionRow {
    this.byKey.set(`${row.sourceId}\0${row.sessionKey}`, row);
    this.byId.set(row.id, row);
    this.before.set(row.id, JSON.stringify(row));
    return row;
  }
}

/** Changes `row` by what the fact says: titles by rank, the first working directory, else the latest word. */
export function joinSession(row: SessionRow, fact: SessionFact): void {
  if (fact.title && fact.title.text.trim() !== '') setTitle(row, fact.title.source, fact.title.text.trim());
  if (fact.cwd !== undefined) row.cwd ??= fact.cwd;
  if (fact.project !== undefined) row.project = fact.project;
  if (fact.model !== undefined) row.model = fact.model;
  if (fact.agentVersion !== undefined) row.agentVersion = fact.agentVersion;
  if (fact.gitBranch !== undefined) row.gitBranch = fact.gitBranch;
  if (fact.agent !== undefined) row.agent = fact.agent;
}

export function setTitle(row: SessionRow, source: TitleSource, text: string): void {
  switch (source) {
    case 'custom':
      row.titleCustom = text;
      break;
    case 'ai':
      row.titleAi = text;
      break;
    case 'summary':
      row.titleSummary = text;
      break;
    case 'prompt':
      row.titlePrompt ??= text;
      break;
    default:
      source satisfies never;
  }
}
