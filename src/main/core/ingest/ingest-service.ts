// Reads sources into the store: finds their files, reads what is new, newest first, and goes on as they grow.
//
// Contract: runs in the ingest thread, which owns the store's writer. Told by the watcher which files changed; looks
// for itself at the start, when a source is added, and from time to time (a watcher can lose events). One file that
// cannot be read is marked and tried again; it stops nothing else.

import { type Disposable, DisposableStore, toDisposable } from '../../../shared/base/disposable.ts';
import { Emitter } from '../../../shared/base/emitter.ts';
import type { IndexProgress } from '../../../shared/contract/sources.ts';
import { PlayheadError, toPlayheadError } from '../../../shared/base/errors.ts';
import { MAPPING_SUFFIX } from '../../../shared/model/generic-mapping.ts';
import type { Batch, FileRow, SourceRow, SourceSpec, StoreWriter } from '../store/index.ts';
import { describeDiskError, type FoundFile, isMissing, statFile, walk } from './disk.ts';
import type { FileRecogniser } from './recogniser.ts';
import { type StepResult, Tail } from './tail.ts';
import { type QueueItem, WorkQueue } from './work-queue.ts';

export interface IngestSource extends SourceSpec {
  /** Files and folders below the root to look in; '' is the root itself. */
  readonly starts: readonly string[];
  /** Which files there belong to it. */
  readonly include: (relPath: string) => boolean;
}

export type IngestEvent =
  | { readonly kind: 'changed'; readonly revision: number; readonly sessionIds: readonly string[] }
  | { readonly kind: 'progress'; readonly progress: IndexProgress }
  | { readonly kind: 'failed'; readonly message: string };

interface Live extends IngestSource {
  readonly row: SourceRow;
  readonly files: Map<string, Tail>;
  /** Where each inode was seen last: a file that moved is known by it. */
  readonly inodes: Map<string, string>;
  /** Files that are not read to their end yet, and how many bytes of them are not. */
  readonly unread: Map<string, number>;
}

/** Somebody waits until this has been read. */
interface Waiting {
  readonly sourceId: number | undefined;
  readonly relPath: string | undefined;
  readonly settling: PromiseWithResolvers<void>;
}

interface Read {
  readonly batch: Batch;
  readonly tail: Tail;
  readonly live: Live;
}

// A commit takes what was read in about this time or up to this many bytes, whichever is less.
const COMMIT_MS = 25;
const COMMIT_BYTES = 8 * 1024 * 1024;
const HOT_SWEEP_MS = 2_000;
const FULL_SWEEP_MS = 60_000;
const HOT_FOR_MS = 10 * 60_000;
const SETTLED_AFTER_MS = 1_500;
const REPORT_MS = 200;
const PAUSE_MS = 10_000;

export interface IngestClock {
  /** Milliseconds since 1970. */
  now(): number;
  every(ms: number, run: () => void): Disposable;
}

export const systemClock: IngestClock = {
  now: () => Date.now(),
  every(ms, run) {
    const timer = setInterval(run, ms);
    return toDisposable(() => clearInterval(timer));
  },
};

export class IngestService {
  readonly events = new Emitter<IngestEvent>();
  private readonly store: StoreWriter;
  private readonly recogniser: FileRecogniser;
  private readonly clock: IngestClock;
  private readonly once: boolean;
  private readonly sources = new Map<number, Live>();
  private readonly queue = new WorkQueue();
  /** Files with a line that waits for its end, and since when nothing came. */
  private readonly waiting = new Map<string, number>();
  /** Files that somebody writes to, and when they were last seen to change. */
  private readonly lastGrown = new Map<string, number>();
  private readonly lifetime = new DisposableStore();
  private running: Promise<void> | undefined;
  private idle: Waiting[] = [];
  private closed = false;
  private readonly done = { files: 0, bytes: 0, records: 0 };
  private readonly sessionsSeen = new Set<string>();
  private indexing = true;
  private lastReportMs = 0;
  private failure: PlayheadError | undefined;
  private pausedUntilMs = 0;

  /** `once`: every file is read to its end as if nobody were writing, and nothing is looked at again. */
  constructor(store: StoreWriter, recogniser: FileRecogniser, clock: IngestClock, once: boolean) {
    this.store = store;
    this.recogniser = recogniser;
    this.clock = clock;
    this.once = once;
    if (once) return;
    this.lifetime.add(clock.every(HOT_SWEEP_MS, () => this.sweepHot()));
    this.lifetime.add(clock.every(FULL_SWEEP_MS, () => this.sweepAll()));
  }

  /** Takes up a source and looks through it. */
  addSource(source: IngestSource): SourceRow {
    const row = this.store.addSource(source);
    let live = this.sources.get(row.id);
    if (!live) {
      live = { ...source, row, files: new Map(), inodes: new Map(), unread: new Map() };
      for (const file of this.store.files(row.id)) {
        live.files.set(file.relPath, this.newTail(file, live));
        if (file.inode !== null) live.inodes.set(file.inode, file.relPath);
      }
      this.sources.set(row.id, live);
      this.beginIndexing();
    }
    this.sweep(live, false);
    this.run();
    return row;
  }

  removeSource(id: number): void {
    const live = this.sources.get(id);
    if (live) for (const relPath of live.files.keys()) this.leave(keyOf(id, relPath));
    this.sources.delete(id);
    this.store.removeSource(id);
    this.tellSettled();
  }

  /** The watcher saw these files change, come or go. */
  touched(sourceId: number, relPaths: readonly string[]): void {
    const live = this.sources.get(sourceId);
    if (!live) return;
    for (const relPath of relPaths) {
      if (!live.include(relPath) || !isInside(live.starts, relPath)) continue;
      const found = statFile(live.root, relPath);
      if (!found) this.missing(live, relPath);
      else if (isMapping(relPath)) this.noticeMapping(live, found);
      else this.see(live, found, true);
    }
    this.run();
  }

  /** Reads one file of a source now; resolves when it is read to its end, or not there. */
  async readFile(sourceId: number, relPath: string): Promise<void> {
    this.touched(sourceId, [relPath]);
    if (this.sources.get(sourceId)?.unread.has(keyOf(sourceId, relPath)) === true) await this.settle(sourceId, relPath);
  }

  /** Looks through a source again: the watcher is ready, or its folder appeared. */
  look(sourceId: number): void {
    const live = this.sources.get(sourceId);
    if (live) this.sweep(live, false);
    this.run();
  }

  /**
   * Resolves when everything known now has been read; of one source or one of its files where these are named. Fails
   * with 'unavailable' or 'store-corrupt' where it cannot be stored.
   */
  settle(sourceId?: number, relPath?: string): Promise<void> {
    const settling = Promise.withResolvers<void>();
    this.idle.push({ sourceId, relPath, settling });
    this.tellSettled();
    return settling.promise;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.lifetime.dispose();
    await this.running;
    this.store.close();
  }

  progress(): IndexProgress {
    let files = 0;
    let bytes = 0;
    for (const { unread } of this.sources.values()) {
      files += unread.size;
      for (const left of unread.values()) bytes += left;
    }
    return {
      indexing: this.indexing,
      files: this.done.files + files,
      filesDone: this.done.files,
      bytes: this.done.bytes + bytes,
      bytesDone: this.done.bytes,
      sessions: this.sessionsSeen.size,
      records: this.done.records,
    };
  }

  private newTail(row: FileRow, live: Live): Tail {
    return new Tail(row, live.root, this.store, this.recogniser);
  }

  private sweep(live: Live, hot: boolean): void {
    const files = walk(live.root, live.starts, live.include);
    for (const found of files) if (isMapping(found.relPath)) this.noticeMapping(live, found);
    const present = new Set<string>();
    for (const found of files) {
      present.add(found.relPath);
      if (!isMapping(found.relPath)) this.see(live, found, hot);
    }
    for (const relPath of live.files.keys()) if (!present.has(relPath)) this.missing(live, relPath);
  }

  private sweepAll(): void {
    for (const live of this.sources.values()) this.sweep(live, true);
    this.run();
  }

  private sweepHot(): void {
    const now = this.clock.now();
    for (const [key, at] of this.lastGrown) {
      const { live, relPath } = this.locate(key);
      const found = live && statFile(live.root, relPath);
      if (now - at > HOT_FOR_MS || !live) this.lastGrown.delete(key);
      else if (found) this.see(live, found, true);
      else this.missing(live, relPath);
    }
    for (const [key, at] of this.waiting) {
      if (now - at > SETTLED_AFTER_MS) this.queue.add({ key, modifiedUs: 0, hot: true });
    }
    this.run();
  }

  /** A mapping tells how to read files that nobody knew, and those that its older text had read. */
  private noticeMapping(live: Live, found: FoundFile): void {
    const noticed = this.recogniser.noticeMapping(`${live.root}/${found.relPath}`);
    if (noticed.kind === 'known') return;
    const known = live.files.get(found.relPath)?.row;
    // A mapping is no log: it has a row where something is, or was, wrong with it.
    if (known || noticed.kind === 'refused') {
      const { size, modifiedUs, inode, bornUs } = found;
      const row = known ?? this.store.addFile(live.row.id, found.relPath);
      const state = noticed.kind === 'taken' ? ('current' as const) : ('unrecognised' as const);
      const mapping = { ...row, size, modifiedUs, inode, bornUs, state, reason: noticed.why };
      this.store.saveFile(mapping);
      live.files.set(found.relPath, this.newTail(mapping, live));
    }
    if (noticed.kind !== 'taken') return;
    for (const other of this.sources.values()) {
      for (const tail of other.files.values()) {
        if (isMapping(tail.row.relPath) || !(tail.row.state === 'unrecognised' || tail.isOutdated)) continue;
        tail.forget();
        this.enqueue(other, tail.row.relPath, tail.row.size, tail.row.modifiedUs ?? 0, false);
      }
    }
  }

  /** A file is there: read it if it is new or differs from what was read. */
  private see(live: Live, found: FoundFile, hot: boolean): void {
    let tail = live.files.get(found.relPath) ?? this.movedTo(live, found);
    const inodeBefore = tail?.row.inode;
    // Whoever saves by renaming makes a new inode each time.
    if (inodeBefore && inodeBefore !== found.inode && live.inodes.get(inodeBefore) === found.relPath)
      live.inodes.delete(inodeBefore);
    live.inodes.set(found.inode, found.relPath);
    if (tail && !tail.isOutdated && isUnchanged(tail.row, found)) {
      if (tail.row.state !== 'gone') return;
      tail.row = { ...tail.row, state: tail.row.parser === null ? 'unrecognised' : 'current', reason: null };
      this.store.saveFile(tail.row);
      return;
    }
    if (!tail) {
      tail = this.newTail(this.store.addFile(live.row.id, found.relPath), live);
      live.files.set(found.relPath, tail);
    }
    const left = found.size < tail.row.offset ? found.size : found.size - tail.row.offset;
    // What somebody opened by hand is wanted now.
    this.enqueue(live, found.relPath, left, found.modifiedUs, hot || live.origin === 'opened');
    if (hot) this.lastGrown.set(keyOf(live.row.id, found.relPath), this.clock.now());
  }

  private enqueue(live: Live, relPath: string, left: number, modifiedUs: number, hot: boolean): void {
    const key = keyOf(live.row.id, relPath);
    live.unread.set(key, left);
    this.queue.add({ key, modifiedUs, hot });
  }

  /** The recorded file that this new name belongs to: the same inode with the same bytes, and its old name is gone. */
  private movedTo(live: Live, found: FoundFile): Tail | undefined {
    const relPath = live.inodes.get(found.inode);
    const tail = relPath === undefined ? undefined : live.files.get(relPath);
    if (!tail || statFile(live.root, tail.row.relPath) || !tail.isAt(found.relPath)) return undefined;
    live.files.delete(tail.row.relPath);
    this.leave(keyOf(live.row.id, tail.row.relPath));
    tail.row = { ...tail.row, relPath: found.relPath, state: 'current', reason: null };
    this.store.saveFile(tail.row);
    live.files.set(found.relPath, tail);
    return tail;
  }

  private missing(live: Live, relPath: string): void {
    this.leave(keyOf(live.row.id, relPath));
    const tail = live.files.get(relPath);
    if (!tail || tail.row.state === 'gone') return;
    tail.forget();
    tail.row = { ...tail.row, state: 'gone', reason: 'deleted or moved; what was recorded stays' };
    this.store.saveFile(tail.row);
  }

  /** Nothing is expected of the file any more. */
  private leave(key: string): void {
    this.locate(key).live?.unread.delete(key);
    this.waiting.delete(key);
    this.lastGrown.delete(key);
  }

  /** A first pass over many files begins: their counts begin with it. */
  private beginIndexing(): void {
    if (this.indexing) return;
    this.indexing = true;
    Object.assign(this.done, { files: 0, bytes: 0 });
  }

  private run(): void {
    if (this.running || this.closed || this.queue.size === 0) {
      if (!this.running) this.becomeIdle();
      return;
    }
    if (this.clock.now() < this.pausedUntilMs) return;
    this.running = this.work()
      .then(
        () => undefined,
        (thrown: unknown) => toPlayheadError(thrown),
      )
      .then(error => {
        this.running = undefined;
        if (error) this.fail(error);
        this.run();
      });
  }

  /** Nothing can be stored now: all that waits is told, and what was not read is tried again after a while. */
  private fail(error: PlayheadError): void {
    if (this.failure?.message !== error.message) this.events.emit({ kind: 'failed', message: error.message });
    this.failure = error;
    this.pausedUntilMs = this.clock.now() + PAUSE_MS;
    for (const { unread } of this.sources.values()) {
      for (const key of unread.keys()) this.queue.add({ key, modifiedUs: 0, hot: false });
    }
    this.tellSettled();
  }

  private becomeIdle(): void {
    if (this.indexing) {
      this.indexing = false;
      this.report(true);
    }
    this.tellSettled();
  }

  private tellSettled(): void {
    const { idle } = this;
    const isQuiet = !this.running && this.queue.size === 0;
    this.idle = idle.filter(waiting => !isQuiet && !this.isRead(waiting));
    for (const waiting of idle) if (!this.idle.includes(waiting)) waiting.settling.resolve();
    if (!this.failure || this.running) return;
    for (const { settling } of this.idle) settling.reject(this.failure);
    this.idle = [];
  }

  private isRead({ sourceId, relPath }: Waiting): boolean {
    if (sourceId === undefined) return false;
    const unread = this.sources.get(sourceId)?.unread;
    return relPath === undefined ? (unread?.size ?? 0) === 0 : unread?.has(keyOf(sourceId, relPath)) !== true;
  }

  private async work(): Promise<void> {
    while (this.queue.size > 0 && !this.closed) {
      await this.commitSome();
      this.report(false);
      // Let messages in: a file that just changed goes first.
      await new Promise(resolve => setImmediate(resolve));
    }
  }

  private async commitSome(): Promise<void> {
    const began = this.clock.now();
    const reads: Read[] = [];
    // A file is read once per commit: its next step begins where the committed one ends.
    const seen = new Set<string>();
    const again: QueueItem[] = [];
    const finished = new Set<string>();
    let bytes = 0;
    while (bytes < COMMIT_BYTES && this.clock.now() - began < COMMIT_MS) {
      const key = this.queue.take();
      if (key === undefined) break;
      if (seen.has(key)) {
        again.push({ key, modifiedUs: 0, hot: true });
        continue;
      }
      seen.add(key);
      const { live, relPath } = this.locate(key);
      const tail = live?.files.get(relPath);
      if (!live || !tail) continue;
      const step = await this.readSome(key, live, tail);
      if (step?.more) again.push({ key, modifiedUs: tail.row.modifiedUs ?? 0, hot: this.lastGrown.has(key) });
      else finished.add(key);
      if (!step?.batch) continue;
      reads.push({ batch: step.batch, tail, live });
      bytes += sizeOf(step.batch);
    }
    if (reads.length > 0) this.commit(reads);
    for (const item of again) {
      finished.delete(item.key);
      this.queue.add(item);
    }
    for (const key of finished) if (this.locate(key).live?.unread.delete(key) === true) this.done.files += 1;
    this.tellSettled();
  }

  /** All at once; where that fails, one by one, so that one file's trouble stops nothing else. */
  private commit(reads: readonly Read[]): void {
    try {
      this.commitTogether(reads);
    } catch (thrown) {
      for (const { tail } of reads) tail.forget();
      if (thrown instanceof PlayheadError) throw thrown;
      const [only] = reads;
      if (!only || reads.length > 1) for (const read of reads) this.commit([read]);
      else this.refuse(only.tail, `could not be stored: ${toPlayheadError(thrown).message}`);
    }
    this.failure = undefined;
  }

  private commitTogether(reads: readonly Read[]): void {
    const { revision, sessionIds } = this.store.commit(reads.map(({ batch }) => batch));
    for (const { batch, tail, live } of reads) {
      tail.committed(batch);
      const key = keyOf(live.row.id, batch.file.relPath);
      this.done.bytes += sizeOf(batch);
      this.done.records += batch.units.reduce((sum, unit) => sum + unit.records.length, 0);
      if (live.unread.has(key)) live.unread.set(key, Math.max(0, batch.file.size - batch.file.offset));
    }
    for (const id of sessionIds) this.sessionsSeen.add(id);
    if (sessionIds.length > 0) this.events.emit({ kind: 'changed', revision, sessionIds });
  }

  private async readSome(key: string, live: Live, tail: Tail): Promise<StepResult | undefined> {
    const now = this.clock.now();
    const quietMs = now - (this.waiting.get(key) ?? now);
    const isAlone = this.once || live.origin === 'opened';
    const settled = isAlone || quietMs > SETTLED_AFTER_MS || isOld(tail.row.modifiedUs, now);
    const sizeBefore = tail.row.size;
    try {
      const step = await tail.step(settled);
      if (!step.waits || settled) this.waiting.delete(key);
      else if (step.batch || tail.row.size !== sizeBefore || !this.waiting.has(key)) this.waiting.set(key, now);
      return step;
    } catch (thrown) {
      // The store's errors concern all files.
      if (thrown instanceof PlayheadError) throw thrown;
      this.waiting.delete(key);
      if (isMissing(thrown)) this.missing(live, tail.row.relPath);
      else this.refuse(tail, describeDiskError(thrown));
      return undefined;
    }
  }

  /** The file is tried again when it is looked for next. */
  private refuse(tail: Tail, reason: string): void {
    tail.forget();
    tail.row = { ...tail.row, state: 'unreadable', reason };
    this.store.saveFile(tail.row);
  }

  private locate(key: string): { readonly live: Live | undefined; readonly relPath: string } {
    const at = key.indexOf('\0');
    return { live: this.sources.get(Number(key.slice(0, at))), relPath: key.slice(at + 1) };
  }

  private report(always: boolean): void {
    const now = this.clock.now();
    if (!always && now - this.lastReportMs < REPORT_MS) return;
    this.lastReportMs = now;
    this.events.emit({ kind: 'progress', progress: this.progress() });
  }
}

function isInside(starts: readonly string[], relPath: string): boolean {
  return starts.some(start => start === '' || relPath === start || relPath.startsWith(`${start}/`));
}

function isMapping(relPath: string): boolean {
  return relPath.endsWith(MAPPING_SUFFIX);
}

function keyOf(sourceId: number, relPath: string): string {
  return `${sourceId}\0${relPath}`;
}

function sizeOf(batch: Batch): number {
  return batch.raw.reduce((sum, piece) => sum + piece.length, 0);
}

/** Size, time and inode as when it was last read, and nothing left to take. */
function isUnchanged(row: FileRow, found: FoundFile): boolean {
  const same = row.size === found.size && row.modifiedUs === found.modifiedUs && row.inode === found.inode;
  return same && (row.state === 'current' || row.state === 'unrecognised' || row.state === 'gone');
}

/** Nobody has written to it for a while: its last line is as whole as it will be. */
function isOld(modifiedUs: number | null, nowMs: number): boolean {
  return modifiedUs !== null && nowMs - modifiedUs / 1000 > 60_000;
}
