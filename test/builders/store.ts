// Real stores and sources in temporary folders: writes files as agents do, reads them in this thread, and tells what
// the store then holds in a form that two stores can be compared by.

import Database from 'better-sqlite3';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type IngestClock, type IngestEvent, IngestService } from '../../src/main/core/ingest/ingest-service.ts';
import { FileRecogniser } from '../../src/main/core/ingest/recogniser.ts';
import { formatById } from '../../src/main/core/sources/formats.ts';
import { type SourceRow, StoreReader, StoreWriter } from '../../src/main/core/store/index.ts';
import { type Disposable, toDisposable } from '../../src/shared/base/disposable.ts';

/** A folder that goes when the test ends. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'playhead-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export function writeAt(root: string, relPath: string, bytes: string | Uint8Array): string {
  const path = join(root, relPath);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

export function appendAt(root: string, relPath: string, bytes: string | Uint8Array): void {
  const path = join(root, relPath);
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, bytes);
}

/** JSON Lines of these values. */
export function jsonl(...values: readonly unknown[]): string {
  return values.map(value => `${JSON.stringify(value)}\n`).join('');
}

/** Resolves when the condition holds; fails with its name after the deadline. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 15_000,
): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited ${deadlineMs} ms in vain: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

/** A clock that stands still until it is told to go on. */
export class StandingClock implements IngestClock {
  private at = Date.now();
  private readonly timers = new Set<{ readonly ms: number; next: number; run(): void }>();

  now(): number {
    return this.at;
  }

  every(ms: number, run: () => void): Disposable {
    const timer = { ms, next: this.at + ms, run };
    this.timers.add(timer);
    return toDisposable(() => this.timers.delete(timer));
  }

  advance(ms: number): void {
    const end = this.at + ms;
    for (;;) {
      const next = [...this.timers].sort((a, b) => a.next - b.next)[0];
      if (!next || next.next > end) break;
      this.at = next.next;
      next.next += next.ms;
      next.run();
    }
    this.at = end;
  }
}

export interface RecorderOptions {
  readonly root: string;
  readonly dataDir?: string;
  readonly format?: string;
  readonly starts?: readonly string[];
  /** Read to the end as if nobody were writing. */
  readonly once?: boolean;
  readonly origin?: 'found' | 'added' | 'opened';
}

/** One source read into a store of its own, in this thread. Closed when the test ends. */
export class Recorder {
  readonly dataDir: string;
  readonly root: string;
  readonly clock = new StandingClock();
  /** Revisions of the 'changed' events, and what failed. */
  readonly changed: number[] = [];
  readonly failures: string[] = [];
  readonly events: IngestEvent[] = [];
  readonly store: StoreWriter;
  readonly service: IngestService;
  readonly source: SourceRow;
  private closed: Promise<void> | undefined;

  constructor(options: RecorderOptions) {
    const { root, dataDir = tempDir(), format = 'auto', starts = [''], once = false, origin = 'found' } = options;
    this.root = root;
    this.dataDir = dataDir;
    this.store = new StoreWriter(dataDir);
    this.service = new IngestService(this.store, new FileRecogniser(this.store), this.clock, once);
    this.service.events.on(event => {
      this.events.push(event);
      if (event.kind === 'changed') this.changed.push(event.revision);
      if (event.kind === 'failed') this.failures.push(event.message);
    });
    const include = formatById(format)?.include ?? (() => true);
    this.source = this.service.addSource({ format, label: format, path: root, root, starts, origin, include });
    onTestFinished(() => this.close());
  }

  /** Resolves when everything that is known of has been read. */
  async settle(): Promise<this> {
    await this.service.settle();
    return this;
  }

  /** As told by the watcher. */
  async touch(...relPaths: readonly string[]): Promise<this> {
    this.service.touched(this.source.id, relPaths);
    return this.settle();
  }

  async append(relPath: string, bytes: string | Uint8Array): Promise<this> {
    appendAt(this.root, relPath, bytes);
    return this.touch(relPath);
  }

  async write(relPath: string, bytes: string | Uint8Array): Promise<this> {
    writeAt(this.root, relPath, bytes);
    return this.touch(relPath);
  }

  /** Lets time pass: waiting lines count as settled, sweeps come due. */
  async pass(ms: number): Promise<this> {
    this.clock.advance(ms);
    return this.settle();
  }

  /** Looks through the whole source again. */
  async look(): Promise<this> {
    this.service.look(this.source.id);
    return this.settle();
  }

  dump(): StoreDump {
    return dumpStore(this.dataDir);
  }

  revision(): number {
    return readStore(this.dataDir, reader => reader.revision());
  }

  close(): Promise<void> {
    this.closed ??= this.service.close();
    return this.closed;
  }
}

/** Reads a folder in one go, as the command line's `index` does; gives what the store then holds. */
export async function readInOneGo(options: RecorderOptions): Promise<StoreDump> {
  const recorder = await new Recorder({ ...options, once: true }).settle();
  await recorder.close();
  return recorder.dump();
}

export function copyFixture(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
}

export function readStore<T>(dataDir: string, read: (reader: StoreReader) => T): T {
  const reader = new StoreReader(dataDir);
  try {
    return read(reader);
  } finally {
    reader.close();
  }
}

/** Runs SQL on the store's file, read only. */
export function query<Row = Record<string, unknown>>(
  dataDir: string,
  sql: string,
  ...values: readonly unknown[]
): Row[] {
  const db = new Database(join(dataDir, 'playhead.db'), { readonly: true });
  try {
    return db.prepare(sql).all(...values) as Row[];
  } finally {
    db.close();
  }
}

type Row = Readonly<Record<string, unknown>>;

/** What the store holds, without row numbers and revisions, each table in an order of its own values. */
export interface StoreDump {
  readonly files: readonly Row[];
  readonly sessions: readonly Row[];
  readonly spans: readonly Row[];
  readonly events: readonly Row[];
  readonly entries: readonly Row[];
  readonly records: readonly Row[];
  readonly roles: readonly Row[];
}

const SESSION = `session.session_key AS session`;
const AT = (alias: string) => `${alias}_file.rel_path || ':' || ${alias}.offset AS ${alias}_at`;
const JOIN_AT = (alias: string, column: string) =>
  `LEFT JOIN record AS ${alias} ON ${alias}.id = ${column} LEFT JOIN file AS ${alias}_file ON ${alias}_file.id = ${alias}.file_id`;

export function dumpStore(dataDir: string): StoreDump {
  const rows = (sql: string) => {
    const list = query(dataDir, sql);
    return list.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  };
  return {
    files: rows(
      `SELECT rel_path, size, offset, line, mid_line, hex(head) AS head, hex(tail) AS tail, parser, parser_version, agent, native_session,
         session_key, main, parser_state, records, rejected, unknown_types, state, reason FROM file
       -- A mapping that was cut off when it was first seen keeps its row; it is no log.
       WHERE NOT (parser IS NULL AND state = 'current' AND rel_path LIKE '%.playhead-map.json')`,
    ),
    sessions: rows(
      `SELECT ${SESSION}, native_id, file.rel_path AS main_file, session.agent, agent_version, title_custom, title_ai, title_summary, title_prompt,
         project, folder, cwd, git_branch, model, start_us, update_us, turns, spans, llm_spans, tool_spans, errors, session.records,
         session.rejected, input, output, cache_read, cache_creation, cache_creation_1h, reasoning
       FROM session LEFT JOIN file ON file.id = main_file_id`,
    ),
    spans: rows(
      `SELECT ${SESSION}, key, kind, name, parent_key, link, thread_key, turn_key, span.start_us, end_us, status, span.model, span.input,
         span.output, span.cache_read, span.cache_creation, span.cache_creation_1h, span.reasoning, usage_provenance, response_key,
         counted, told, summary, attrs, CASE link WHEN 'root' THEN NULL ELSE ord END AS ord,
         CASE link WHEN 'root' THEN NULL ELSE file.rel_path END AS file
       FROM span JOIN session ON session.id = session_id JOIN file ON file.id = span.file_id`,
    ).map(row => ({ ...row, attrs: sortedJson(row['attrs']) })),
    events: rows(
      `SELECT ${SESSION}, key, kind, name, event.at_us, thread_key, span_key, turn, summary, ord, ${AT('record')}, file.rel_path AS file
       FROM event JOIN session ON session.id = event.session_id JOIN file ON file.id = event.file_id ${JOIN_AT('record', 'record_id')}`,
    ),
    entries: rows(
      `SELECT ${SESSION}, key, thread_key, kind, ord, span_key, event_key, entry.at_us, block, result_block, told, ${AT('record')}, ${AT('result')},
         file.rel_path AS file
       FROM entry JOIN session ON session.id = entry.session_id JOIN file ON file.id = entry.file_id
         ${JOIN_AT('record', 'record_id')} ${JOIN_AT('result', 'result_record_id')}`,
    ),
    records: rows(
      `SELECT rel_path, record.line, record.offset, length, record_type.name AS type, ${SESSION}, span.key AS span, at_us, known, copy,
         superseded, CASE typeof(uuid) WHEN 'blob' THEN hex(uuid) ELSE uuid END AS uuid, record.rejected
       FROM record JOIN file ON file.id = record.file_id JOIN record_type ON record_type.id = type_id
         LEFT JOIN session ON session.id = record.session_id LEFT JOIN span ON span.id = record.span_id`,
    ),
    roles: rows(
      `SELECT ${SESSION}, span.key AS span, role, ${AT('record')} FROM span_record JOIN span ON span.id = span_record.span_id
         JOIN session ON session.id = span.session_id ${JOIN_AT('record', 'span_record.record_id')}`,
    ),
  };
}

function sortedJson(text: unknown): string | null {
  if (typeof text !== 'string') return null;
  const object = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify(Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** Every archived byte of each file's newest generation, by relative path. */
export function archive(dataDir: string): ReadonlyMap<string, Buffer> {
  const files = query<{ id: number; rel_path: string; generation: number; offset: number }>(
    dataDir,
    'SELECT id, rel_path, generation, offset FROM file',
  );
  return readStore(
    dataDir,
    reader =>
      new Map(
        files.map(file => [
          file.rel_path,
          reader.bytes({ fileId: file.id, generation: file.generation, offset: 0 }, file.offset),
        ]),
      ),
  );
}

/** Which archived files differ from those on disk, up to the offset that was read; empty when all is well. */
export function differingArchives(dataDir: string, root: string): string[] {
  return [...archive(dataDir)]
    .filter(([relPath, bytes]) => {
      const path = join(root, relPath);
      return !existsSync(path) || !readFileSync(path).subarray(0, bytes.length).equals(bytes);
    })
    .map(([relPath]) => relPath);
}

/** Sums that a session's row must hold, made from its other rows by SQL of another shape. Gives those that differ. */
export function wrongSums(dataDir: string): Row[] {
  return query(
    dataDir,
    `WITH summed AS (
       SELECT s.id, s.session_key,
         (SELECT count(*) FROM span WHERE session_id = s.id) AS spans,
         (SELECT count(*) FROM span WHERE session_id = s.id AND kind = 'llm') AS llm_spans,
         (SELECT count(*) FROM span WHERE session_id = s.id AND kind = 'tool') AS tool_spans,
         (SELECT count(*) FROM span WHERE session_id = s.id AND status = 'error') AS errors,
         (SELECT count(*) FROM event WHERE session_id = s.id AND turn = 1) AS turns,
         (SELECT count(*) FROM record WHERE session_id = s.id AND superseded = 0) AS records,
         (SELECT count(*) FROM record WHERE session_id = s.id AND superseded = 0 AND rejected IS NOT NULL) AS rejected,
         (SELECT ifnull(sum(input), 0) FROM span WHERE session_id = s.id AND counted = 3) AS input,
         (SELECT ifnull(sum(output), 0) FROM span WHERE session_id = s.id AND counted = 3) AS output
       FROM session AS s)
     SELECT session.session_key, summed.*, session.* FROM session JOIN summed ON summed.id = session.id
     WHERE (session.spans, session.llm_spans, session.tool_spans, session.errors, session.turns, session.records, session.rejected, session.input, session.output)
       IS NOT (summed.spans, summed.llm_spans, summed.tool_spans, summed.errors, summed.turns, summed.records, summed.rejected, summed.input, summed.output)`,
  );
}
