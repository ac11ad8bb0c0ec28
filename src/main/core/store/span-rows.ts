// Spans while a batch is applied: read once, joined in memory, linked, written once. Also keeps the session's counts.

import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import { noUsage, type Usage } from '../../../shared/model/usage.ts';
import type { SpanFact } from '../parsers/parser.ts';
import type { WriteDb } from './connection.ts';
import { matchHints, type Hinted } from './hints.ts';
import { joinSpan, newSpan, type SpanContext, type SpanRow } from './join-span.ts';
import { linkSpans } from './link-spans.ts';
import { changesOfOwner } from './responses.ts';
import type { SessionRow, SessionRows } from './session-rows.ts';
import { columnsOf, fromStored, type StoredSpan, UPSERT_SPAN } from './span-table.ts';
import { type UsagePart, usagePart, UsageRows } from './usage-rows.ts';

interface Kept {
  readonly row: SpanRow;
  /** The columns as they stand in the table; undefined for a new row. */
  before: string | undefined;
  /** Its parent in the table; undefined for a new row. */
  readonly parentBefore: string | null | undefined;
  readonly responseBefore: string | null;
  counts: Counts;
  part: UsagePart | null;
}

interface Counts {
  readonly spans: number;
  readonly llm: number;
  readonly tool: number;
  readonly errors: number;
  readonly usage: Usage;
}

const NO_COUNTS: Counts = { spans: 0, llm: 0, tool: 0, errors: 0, usage: noUsage };

export class SpanRows {
  private readonly db: WriteDb;
  private readonly sessions: SessionRows;
  private readonly ids: { nextSpan: number };
  private readonly kept = new Map<string, Kept>();
  private readonly byId = new Map<number, Kept>();
  private readonly hinted = new Map<string, Hinted>();
  private readonly usage: UsageRows;
  private readonly select;
  private readonly selectParent;

  constructor(db: WriteDb, sessions: SessionRows, ids: { nextSpan: number }) {
    this.db = db;
    this.sessions = sessions;
    this.ids = ids;
    this.usage = new UsageRows(db);
    this.select = db.prepare('SELECT * FROM span WHERE session_id = ? AND key = ?');
    this.selectParent = db.prepare('SELECT parent_key AS parentKey FROM span WHERE session_id = ? AND key = ?');
  }

  /** Begins a session's own span. */
  createRoot(session: SessionRow, fileId: number, generation: number): void {
    const fact: SpanFact = { kind: 'span', key: ROOT_SPAN, weak: true, span: 'agent', name: session.agent };
    const context = {
      sessionId: session.id,
      fileId,
      generation,
      offset: 0,
      rootKey: ROOT_SPAN,
      replace: false,
      follows: () => false,
    };
    const kept = this.create(fact, context);
    joinSpan(kept.row, fact, context);
    kept.row.link = 'root';
    kept.row.ord = -1;
  }

  join(fact: SpanFact, context: SpanContext): SpanRow {
    const kept = this.load(context.sessionId, fact.key) ?? this.create(fact, context);
    const { row } = kept;
    const stale = context.replace && row.fileId === context.fileId && row.generation < context.generation;
    if (stale && row.key !== ROOT_SPAN) Object.assign(row, newSpan(fact, context), { id: row.id });
    joinSpan(row, fact, context);
    if (row.key === ROOT_SPAN) Object.assign(row, { ord: -1, parentKey: null });
    if (fact.offers) this.hint(row, fact.offers, 'offer');
    if (fact.wants) this.hint(row, fact.wants, 'want');
    return row;
  }

  /** The span, to look at or to change; undefined where there is none. */
  row(sessionId: number, key: string): SpanRow | undefined {
    return this.load(sessionId, key)?.row;
  }

  /** The parent's key of a span; null where it has none, undefined where there is no such span. */
  parentOf(sessionId: number, key: string): string | null | undefined {
    const kept = this.kept.get(keyOf(sessionId, key));
    if (kept) return kept.row.parentKey;
    const found = this.selectParent.get(sessionId, key) as { parentKey: string | null } | undefined;
    return found && found.parentKey;
  }

  /** Spans that are in memory. */
  *rows(): IterableIterator<SpanRow> {
    for (const { row } of this.kept.values()) yield row;
  }

  /** Links, decides who counts a response, keeps the counts, and writes what changed. */
  flush(revision: number): void {
    matchHints(this.db, this.hinted.values(), this);
    const moved = [...this.kept.values()].filter(({ row, parentBefore }) => row.parentKey !== parentBefore);
    linkSpans(
      this.db,
      moved.map(({ row }) => row),
      this,
    );
    this.keepRoots();
    const upsert = this.db.prepare(UPSERT_SPAN);
    const write = (kept: Kept) => {
      const values = columnsOf(kept.row);
      const now = JSON.stringify(values);
      if (now === kept.before) return;
      upsert.run(...values, revision);
      kept.before = now;
      this.sessions.touch(kept.row.sessionId);
    };
    for (const kept of [...this.kept.values()]) write(kept);
    this.chooseOwners(write);
    for (const kept of this.kept.values()) this.count(kept);
    this.usage.flush();
  }

  private load(sessionId: number, key: string): Kept | undefined {
    const known = this.kept.get(keyOf(sessionId, key));
    if (known) return known;
    const stored = this.select.get(sessionId, key) as StoredSpan | undefined;
    return stored && this.keep(stored);
  }

  private loadById(id: number): Kept | undefined {
    const known = this.byId.get(id);
    if (known) return known;
    const stored = this.db.prepare('SELECT * FROM span WHERE id = ?').get(id) as StoredSpan | undefined;
    return stored && this.keep(stored);
  }

  private keep(stored: StoredSpan): Kept {
    const row = fromStored(stored);
    const kept: Kept = {
      row,
      before: JSON.stringify(columnsOf(row)),
      parentBefore: row.parentKey,
      responseBefore: row.responseKey,
      counts: countsOf(row),
      part: usagePart(row),
    };
    this.kept.set(keyOf(row.sessionId, row.key), kept);
    this.byId.set(stored.id, kept);
    return kept;
  }

  private create(fact: SpanFact, context: SpanContext): Kept {
    const row = newSpan(fact, context);
    row.id = this.ids.nextSpan++;
    const kept: Kept = {
      row,
      before: undefined,
      parentBefore: undefined,
      responseBefore: null,
      counts: NO_COUNTS,
      part: null,
    };
    this.kept.set(keyOf(context.sessionId, fact.key), kept);
    this.byId.set(row.id, kept);
    return kept;
  }

  private hint({ sessionId, key }: SpanRow, hints: readonly string[], role: 'offer' | 'want'): void {
    const insert = this.db.prepare('INSERT OR IGNORE INTO hint (session_id, hint, role, span_key) VALUES (?, ?, ?, ?)');
    for (const hint of hints) {
      insert.run(sessionId, hint, role, key);
      this.hinted.set(`${sessionId}\0${hint}`, { sessionId, hint });
    }
  }

  /** The session's own span lasts from its first to its newest record. */
  private keepRoots(): void {
    for (const { row } of this.kept.values()) {
      if (row.key === ROOT_SPAN) continue;
      const session = this.sessions.get(row.sessionId);
      if (!row.told.weakStart) session.startUs = least(session.startUs, row.startUs);
      const end = row.endUs === null ? (row.told.weakStart ? null : row.startUs) : row.told.weakEnd ? null : row.endUs;
      session.updateUs = greatest(session.updateUs, end);
    }
    for (const session of [...this.sessions.all()]) {
      const root = this.row(session.id, ROOT_SPAN);
      if (!root) continue;
      root.startUs = session.startUs;
      root.endUs = session.updateUs;
      if (root.summary === null) root.name = session.agent;
    }
  }

  /** The earliest copy of a response counts its usage, whichever was read first. */
  private chooseOwners(write: (kept: Kept) => void): void {
    const keys = new Set<string>();
    for (const { row, before, responseBefore } of this.kept.values()) {
      if (row.responseKey !== null && before !== undefined) keys.add(row.responseKey);
      if (responseBefore !== null) keys.add(responseBefore);
    }
    for (const key of keys) {
      for (const { id, owns } of changesOfOwner(this.db, key)) {
        const kept = this.loadById(id);
        if (!kept) continue;
        kept.row.ownsResponse = owns;
        write(kept);
      }
    }
  }

  private count(kept: Kept): void {
    const now = countsOf(kept.row);
    const old = kept.counts;
    kept.counts = now;
    const part = usagePart(kept.row);
    this.usage.replace(kept.part, part);
    kept.part = part;
    const session = this.sessions.get(kept.row.sessionId);
    session.spans += now.spans - old.spans;
    session.llmSpans += now.llm - old.llm;
    session.toolSpans += now.tool - old.tool;
    session.errors += now.errors - old.errors;
    session.input += now.usage.input - old.usage.input;
    session.output += now.usage.output - old.usage.output;
    session.cacheRead += now.usage.cacheRead - old.usage.cacheRead;
    session.cacheCreation += now.usage.cacheCreation - old.usage.cacheCreation;
    session.cacheCreation1h += now.usage.cacheCreation1h - old.usage.cacheCreation1h;
    session.reasoning += now.usage.reasoning - old.usage.reasoning;
  }
}

function countsOf(row: SpanRow): Counts {
  return {
    spans: 1,
    llm: row.kind === 'llm' ? 1 : 0,
    tool: row.kind === 'tool' ? 1 : 0,
    errors: row.status === 'error' ? 1 : 0,
    usage: row.usage && row.counted && row.ownsResponse ? row.usage : noUsage,
  };
}

function keyOf(sessionId: number, key: string): string {
  return `${sessionId}\0${key}`;
}

function least(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

function greatest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}
