// Sessions while a batch is applied: read once, changed in memory, written once.

import { createHash } from 'node:crypto';
import type { SessionFact, TitleSource } from '../parsers/parser.ts';
import type { WriteDb } from './connection.ts';
import type { FileOrder } from './file-order.ts';

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
  readonly said: Said;
  resetRevision: number;
}

/** Where a word about a session stands. */
export interface SaidAt {
  readonly atUs: number | null;
  readonly fileId: number;
  readonly offset: number;
}

type Stored = Omit<SessionRow, 'said'> & { readonly said: string };

/** Who said each field. */
type Said = { [field: string]: SaidAt };

export const SESSION_COLUMNS = `id, public_id AS publicId, source_id AS sourceId, session_key AS sessionKey, native_id AS nativeId,
  main_file_id AS mainFileId, agent, agent_version AS agentVersion, title_custom AS titleCustom, title_ai AS titleAi,
  title_summary AS titleSummary, title_prompt AS titlePrompt, project, folder, cwd, git_branch AS gitBranch, model,
  start_us AS startUs, update_us AS updateUs, turns, spans, llm_spans AS llmSpans, tool_spans AS toolSpans, errors, records,
  rejected, input, output, cache_read AS cacheRead, cache_creation AS cacheCreation, cache_creation_1h AS cacheCreation1h,
  reasoning, said, reset_revision AS resetRevision`;

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
    const row = this.db.prepare(`SELECT ${SESSION_COLUMNS} FROM session WHERE id = ?`).get(id) as Stored;
    return this.keep(row);
  }

  find(sourceId: number, sessionKey: string): SessionRow | undefined {
    const kept = this.byKey.get(`${sourceId}\0${sessionKey}`);
    if (kept) return kept;
    const row = this.db
      .prepare(`SELECT ${SESSION_COLUMNS} FROM session WHERE source_id = ? AND session_key = ?`)
      .get(sourceId, sessionKey) as Stored | undefined;
    return row && this.keep(row);
  }

  create(source: { id: number; publicId: string }, sessionKey: string, nativeId: string, agent: string): SessionRow {
    const publicId = publicSessionId(source.publicId, sessionKey);
    const { id } = this.db
      .prepare(
        'INSERT INTO session (public_id, source_id, session_key, native_id, agent, revision) VALUES (?, ?, ?, ?, ?, 0) RETURNING id',
      )
      .get(publicId, source.id, sessionKey, nativeId, agent) as { id: number };
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
         cache_creation_1h = @cacheCreation1h, reasoning = @reasoning, said = @said, reset_revision = @resetRevision, revision = @revision
       WHERE id = @id`,
    );
    const changed: string[] = [];
    for (const row of this.byId.values()) {
      if (!this.touched.has(row.id) && this.before.get(row.id) === JSON.stringify(row)) continue;
      update.run({ ...row, said: JSON.stringify(row.said), revision });
      changed.push(row.publicId);
    }
    return changed;
  }

  /** Every session that this batch has to do with. */
  all(): IterableIterator<SessionRow> {
    return this.byId.values();
  }

  private keep(stored: Stored): SessionRow {
    const row: SessionRow = { ...stored, said: JSON.parse(stored.said) as Said };
    this.byKey.set(`${row.sourceId}\0${row.sessionKey}`, row);
    this.byId.set(row.id, row);
    this.before.set(row.id, JSON.stringify(row));
    return row;
  }
}

/** Changes a session by what facts say. Of two words the later one counts, by time, then by file and place in it. */
export class SessionWords {
  private readonly order: FileOrder;

  constructor(order: FileOrder) {
    this.order = order;
  }

  /** Titles have their ranks; the first prompt and the first working directory stay; of the rest the latest word. */
  join(row: SessionRow, fact: SessionFact, at: SaidAt): void {
    if (fact.title && fact.title.text.trim() !== '') this.title(row, fact.title.source, fact.title.text.trim(), at);
    if (fact.cwd !== undefined && this.counts(row, 'cwd', at, 'first')) row.cwd = fact.cwd;
    if (fact.project !== undefined && this.counts(row, 'project', at)) row.project = fact.project;
    if (fact.model !== undefined && this.counts(row, 'model', at)) row.model = fact.model;
    if (fact.agentVersion !== undefined && this.counts(row, 'agentVersion', at)) row.agentVersion = fact.agentVersion;
    if (fact.gitBranch !== undefined && this.counts(row, 'gitBranch', at)) row.gitBranch = fact.gitBranch;
    if (fact.agent !== undefined && this.counts(row, 'agent', at)) row.agent = fact.agent;
  }

  title(row: SessionRow, source: TitleSource, text: string, at: SaidAt): void {
    switch (source) {
      case 'custom':
        if (this.counts(row, 'titleCustom', at)) row.titleCustom = text;
        break;
      case 'ai':
        if (this.counts(row, 'titleAi', at)) row.titleAi = text;
        break;
      case 'summary':
        if (this.counts(row, 'titleSummary', at)) row.titleSummary = text;
        break;
      case 'prompt':
        if (this.counts(row, 'titlePrompt', at, 'first')) row.titlePrompt = text;
        break;
      default:
        source satisfies never;
    }
  }

  /** The folder that its own transcript lies in, else that of the first of its files. */
  folder(row: SessionRow, folder: string | null, file: { readonly id: number; readonly isMain: boolean }): void {
    const at = { atUs: file.isMain ? 0 : 1, fileId: file.id, offset: 0 };
    if (this.counts(row, 'folder', at, 'first')) row.folder = folder;
  }

  /** Takes note of who said the field where this word is the one that counts. */
  private counts(row: SessionRow, field: string, at: SaidAt, which: 'first' | 'latest' = 'latest'): boolean {
    const before = row.said[field];
    if (before && (which === 'first' ? !this.isBefore(at, before, Infinity) : this.isBefore(at, before, -Infinity)))
      return false;
    row.said[field] = at;
    return true;
  }

  /** A word without a time of its own counts less than one with a time, so it is told what time that is here. */
  private isBefore(a: SaidAt, b: SaidAt, untimed: number): boolean {
    const [timeA, timeB] = [a.atUs ?? untimed, b.atUs ?? untimed];
    if (timeA !== timeB) return timeA < timeB;
    return a.fileId === b.fileId ? a.offset < b.offset : this.order.follows(b.fileId, a.fileId);
  }
}
