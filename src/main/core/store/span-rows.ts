// Spans while a batch is applied: read once, joined in memory, linked, written once. Also keeps the session's counts.

import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { SpanKind, SpanStatus } from '../../../shared/model/span.ts';
import { noUsage, type Provenance, type Usage } from '../../../shared/model/usage.ts';
import type { JsonValue } from '../../../shared/base/json.ts';
import type { SpanFact } from '../parsers/parser.ts';
import type { WriteDb } from './connection.ts';
import { joinSpan, newSpan, type SpanContext, type SpanRow } from './join-span.ts';
import type { SessionRow, SessionRows } from './session-rows.ts';

interface Stored {
  id: number;
  session_id: number;
  key: string;
  kind: SpanKind;
  name: string;
  parent_key: string | null;
  link: SpanRow['link'];
  thread_key: string;
  turn_key: string | null;
  start_us: number | null;
  end_us: number | null;
  status: SpanStatus;
  model: string | null;
  input: number | null;
  output: number;
  cache_read: number;
  cache_creation: number;
  cache_creation_1h: number;
  reasoning: number;
  usage_provenance: Provenance;
  response_key: string | null;
  counted: number;
  whole: number;
  summary: string | null;
  attrs: string | null;
  ord: number;
  file_id: number;
  generation: number;
}

const COUNTED_BY_PARSER = 1;
const OWNS_RESPONSE = 2;
/** The value of the `counted` column of a span whose usage counts. */
export const COUNTED = COUNTED_BY_PARSER | OWNS_RESPONSE;

interface Kept {
  readonly row: SpanRow;
  /** The columns as they stand in the table; undefined for a new row. */
  before: string | undefined;
  counts: Counts;
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
  private readonly created: Kept[] = [];
  private readonly hinted = new Map<string, { sessionId: number; hint: string }>();
  private readonly select;
  private readonly exists;

  constructor(db: WriteDb, sessions: SessionRows, ids: { nextSpan: number }) {
    this.db = db;
    this.sessions = sessions;
    this.ids = ids;
    this.select = db.prepare('SELECT * FROM span WHERE session_id = ? AND key = ?');
    this.exists = db.prepare('SELECT parent_key AS parentKey FROM span WHERE session_id = ? AND key = ?');
  }

  /** Begins a session's own span. */
  createRoot(session: SessionRow, fileId: number, generation: number): void {
    const fact: SpanFact = { kind: 'span', key: ROOT_SPAN, span: 'agent', name: session.agent };
    const context = {
      sessionId: session.id,
      fileId,
      generation,
      offset: 0,
      rootKey: ROOT_SPAN,
      replace: false,
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
    if (fact.offers) this.hint(context.sessionId, kept.row, fact.offers, 'offer');
    if (fact.wants) this.hint(context.sessionId, kept.row, fact.wants, 'want');
    return kept.row;
  }

  /** The span, to look at or to change; undefined where there is none. */
  row(sessionId: number, key: string): SpanRow | undefined {
    return this.load(sessionId, key)?.row;
  }

  /** Forgets what is kept of a span that was deleted from the table. */
  drop(sessionId: number, key: string): void {
    this.kept.delete(keyOf(sessionId, key));
  }

  /** Links, decides who counts a response, keeps the counts, and writes what changed. */
  flush(revision: number): void {
    this.matchHints();
    for (const { row } of [...this.kept.values()]) this.link(row);
    for (const { row } of this.created) this.adopt(row);
    this.keepRoots();
    const write = this.writer(revision);
    for (const kept of [...this.kept.values()]) write(kept);
    for (const kept of [...this.kept.values()]) this.own(kept, write);
    for (const kept of this.kept.values()) this.count(kept);
  }

  private load(sessionId: number, key: string): Kept | undefined {
    const known = this.kept.get(keyOf(sessionId, key));
    if (known) return known;
    const stored = this.select.get(sessionId, key) as Stored | undefined;
    return stored && this.keep(fromStored(stored));
  }

  private keep(row: SpanRow): Kept {
    const kept: Kept = { row, before: JSON.stringify(columns(row)), counts: countsOf(row) };
    this.kept.set(keyOf(row.sessionId, row.key), kept);
    return kept;
  }

  private create(fact: SpanFact, context: SpanContext): Kept {
    const row = newSpan(fact, context);
    row.id = this.ids.nextSpan++;
    const kept: Kept = { row, before: undefined, counts: NO_COUNTS };
    this.kept.set(keyOf(context.sessionId, fact.key), kept);
    this.created.push(kept);
    return kept;
  }

  private hint(sessionId: number, row: SpanRow, hints: readonly string[], role: 'offer' | 'want'): void {
    const insert = this.db.prepare(
      'INSERT OR IGNORE INTO hint (session_id, hint, role, span_key, ord) VALUES (?, ?, ?, ?, ?)',
    );
    for (const hint of hints) {
      insert.run(sessionId, hint, role, row.key, row.startUs ?? row.ord);
      this.hinted.set(`${sessionId}\0${hint}`, { sessionId, hint });
    }
  }

  /** Gives each wanting span without a parent the next offering span that has no subagent yet. */
  private matchHints(): void {
    const list = this.db.prepare(
      'SELECT span_key AS key FROM hint WHERE session_id = ? AND hint = ? AND role = ? ORDER BY ord, span_key',
    );
    for (const { sessionId, hint } of this.hinted.values()) {
      const wanting = list.all(sessionId, hint, 'want') as { key: string }[];
      const offering = list.all(sessionId, hint, 'offer') as { key: string }[];
      const wants = wanting.map(({ key }) => this.row(sessionId, key)).filter(row => row !== undefined);
      const taken = new Set(wants.map(row => row.parentKey));
      const free = offering.filter(({ key }) => !taken.has(key) && !this.hasSubagent(sessionId, key));
      for (const row of wants) {
        if (row.parentKey !== null) continue;
        const offer = free.shift();
        if (offer && offer.key !== row.key) row.parentKey = offer.key;
      }
    }
  }

  private hasSubagent(sessionId: number, parentKey: string): boolean {
    for (const { row } of this.kept.values()) {
      if (row.sessionId === sessionId && row.parentKey === parentKey && row.kind === 'agent') return true;
    }
    return (
      this.db
        .prepare(`SELECT 1 FROM span WHERE session_id = ? AND parent_key = ? AND kind = 'agent'`)
        .get(sessionId, parentKey) !== undefined
    );
  }

  private link(row: SpanRow): void {
    if (row.key === ROOT_SPAN) return;
    row.link = row.parentKey !== null && this.reachesRoot(row) ? 'linked' : 'orphan';
  }

  /** True unless the parent is missing or the way up comes back to where it began. */
  private reachesRoot(row: SpanRow): boolean {
    let parentKey = row.parentKey;
    for (let steps = 0; parentKey !== null && steps < 1000; steps += 1) {
      if (parentKey === row.key) return false;
      if (parentKey === ROOT_SPAN) return true;
      const above = this.parentOf(row.sessionId, parentKey);
      if (above === undefined) return steps > 0; // an ancestor hangs in the air; it is marked itself
      parentKey = above;
    }
    return parentKey === null;
  }

  /** The parent key of a span; null where it has none, undefined where there is no such span. */
  private parentOf(sessionId: number, key: string): string | null | undefined {
    const kept = this.kept.get(keyOf(sessionId, key));
    if (kept) return kept.row.parentKey;
    const found = this.exists.get(sessionId, key) as { parentKey: string | null } | undefined;
    return found && found.parentKey;
  }

  /** A new span takes in those that waited for it. */
  private adopt(row: SpanRow): void {
    const waiting = this.db
      .prepare(`SELECT key FROM span WHERE session_id = ? AND parent_key = ? AND link = 'orphan'`)
      .all(row.sessionId, row.key) as { key: string }[];
    for (const { key } of waiting) {
      const orphan = this.row(row.sessionId, key);
      if (orphan) this.link(orphan);
    }
  }

  /** The session's own span lasts from its first to its newest record. */
  private keepRoots(): void {
    const sessionIds = new Set<number>();
    for (const { row } of this.kept.values()) {
      sessionIds.add(row.sessionId);
      if (row.key === ROOT_SPAN) continue;
      const session = this.sessions.get(row.sessionId);
      session.startUs = least(session.startUs, row.startUs);
      session.updateUs = greatest(session.updateUs, row.endUs ?? row.startUs);
    }
    for (const sessionId of sessionIds) {
      const session = this.sessions.get(sessionId);
      const root = this.row(sessionId, ROOT_SPAN);
      if (!root) continue;
      root.startUs = session.startUs;
      root.endUs = session.updateUs;
      if (root.summary === null) root.name = session.agent;
    }
  }

  private writer(revision: number): (kept: Kept) => void {
    const upsert = this.db.prepare(
      `INSERT INTO span (id, session_id, key, kind, name, parent_key, link, thread_key, turn_key, start_us, end_us, status, model,
         input, output, cache_read, cache_creation, cache_creation_1h, reasoning, usage_provenance, response_key, counted, whole,
         summary, attrs, ord, file_id, generation, revision)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name, parent_key = excluded.parent_key,
         link = excluded.link, thread_key = excluded.thread_key, turn_key = excluded.turn_key, start_us = excluded.start_us,
         end_us = excluded.end_us, status = excluded.status, model = excluded.model, input = excluded.input,
         output = excluded.output, cache_read = excluded.cache_read, cache_creation = excluded.cache_creation,
         cache_creation_1h = excluded.cache_creation_1h, reasoning = excluded.reasoning,
         usage_provenance = excluded.usage_provenance, response_key = excluded.response_key, counted = excluded.counted,
         whole = excluded.whole, summary = excluded.summary, attrs = excluded.attrs, ord = excluded.ord,
         file_id = excluded.file_id, generation = excluded.generation, revision = excluded.revision`,
    );
    return kept => {
      const values = columns(kept.row);
      const now = JSON.stringify(values);
      if (now === kept.before) return;
      upsert.run(...values, revision);
      kept.before = now;
      this.sessions.touch(kept.row.sessionId);
    };
  }

  /** The earliest copy of a response counts its usage, whichever session was read first. */
  private own(kept: Kept, write: (kept: Kept) => void): void {
    const { row } = kept;
    if (row.responseKey === null || row.usage === null || !row.counted) return;
    const key = `${this.sessions.get(row.sessionId).agent}:${row.responseKey}`;
    const claimed = this.db.prepare('INSERT OR IGNORE INTO response (key, span_id) VALUES (?, ?)').run(key, row.id);
    if (claimed.changes === 1) return;
    const { span_id: ownerId } = this.db.prepare('SELECT span_id FROM response WHERE key = ?').get(key) as {
      span_id: number;
    };
    if (ownerId === row.id) return;
    const owner = this.loadById(ownerId);
    if (!owner) return;
    const [first, second] = this.isEarlier(row, owner.row) ? [kept, owner] : [owner, kept];
    if (first !== owner) this.db.prepare('UPDATE response SET span_id = ? WHERE key = ?').run(first.row.id, key);
    first.row.ownsResponse = true;
    second.row.ownsResponse = false;
    write(first);
    write(second);
  }

  private isEarlier(a: SpanRow, b: SpanRow): boolean {
    const byTime = (a.startUs ?? Infinity) - (b.startUs ?? Infinity);
    if (byTime !== 0 && !Number.isNaN(byTime)) return byTime < 0;
    return this.sessions.get(a.sessionId).sessionKey < this.sessions.get(b.sessionId).sessionKey;
  }

  private loadById(id: number): Kept | undefined {
    for (const kept of this.kept.values()) if (kept.row.id === id) return kept;
    const stored = this.db.prepare('SELECT * FROM span WHERE id = ?').get(id) as Stored | undefined;
    return stored && this.keep(fromStored(stored));
  }

  private count(kept: Kept): void {
    const now = countsOf(kept.row);
    const old = kept.counts;
    kept.counts = now;
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

export function countsOf(row: Pick<SpanRow, 'kind' | 'status' | 'usage' | 'counted' | 'ownsResponse'>): Counts {
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

function columns(row: SpanRow): (string | number | null)[] {
  const { usage } = row;
  return [
    row.id,
    row.sessionId,
    row.key,
    row.kind,
    row.name,
    row.parentKey,
    row.link,
    row.threadKey,
    row.turnKey,
    row.startUs,
    row.endUs,
    row.status,
    row.model,
    usage?.input ?? null,
    usage?.output ?? null,
    usage?.cacheRead ?? null,
    usage?.cacheCreation ?? null,
    usage?.cacheCreation1h ?? null,
    usage?.reasoning ?? null,
    row.usageProvenance,
    row.responseKey,
    (row.counted ? COUNTED_BY_PARSER : 0) | (row.ownsResponse ? OWNS_RESPONSE : 0),
    row.whole ? 1 : 0,
    row.summary,
    row.attrs ? JSON.stringify(row.attrs) : null,
    row.ord,
    row.fileId,
    row.generation,
  ];
}

function fromStored(row: Stored): SpanRow {
  return {
    id: row.id,
    sessionId: row.session_id,
    key: row.key,
    kind: row.kind,
    name: row.name,
    parentKey: row.parent_key,
    link: row.link,
    threadKey: row.thread_key,
    turnKey: row.turn_key,
    startUs: row.start_us,
    endUs: row.end_us,
    status: row.status,
    model: row.model,
    usage:
      row.input === null
        ? null
        : {
            input: row.input,
            output: row.output,
            cacheRead: row.cache_read,
            cacheCreation: row.cache_creation,
            cacheCreation1h: row.cache_creation_1h,
            reasoning: row.reasoning,
          },
    usageProvenance: row.usage_provenance,
    responseKey: row.response_key,
    counted: (row.counted & COUNTED_BY_PARSER) !== 0,
    ownsResponse: (row.counted & OWNS_RESPONSE) !== 0,
    summary: row.summary,
    attrs: row.attrs === null ? null : (JSON.parse(row.attrs) as Record<string, JsonValue>),
    ord: row.ord,
    fileId: row.file_id,
    generation: row.generation,
    whole: row.whole === 1,
  };
}

function least(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

function greatest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}
