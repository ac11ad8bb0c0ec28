// Reads sources into the store: finds their files, reads what is new, newest first, and goes on as they grow.
//
// Contract: runs in the ingest thread, which owns the store's writer. Told by the watcher which files changed; looks
// for itself at the start, when a source is added, and from time to time (a watcher can lose events). One file that
// cannot be read is marked and tried again; it stops nothing else.

import { type Disposable, DisposableStore, toDisposable } from '../../../shared/base/disposable.ts';
import { Emitter } from '../../../shared/base/emitter.ts';
import type { IndexProgress } from '../../../shared/contract/sources.ts';
import { PlayheadError, toPlayheadError } from '../../../shared/base/errors.ts';
import type { Batch, FileRow, SourceRow, SourceSpec, StoreWriter } from '../store/index.ts';
import { describeDiskError, type FoundFile, isMissing, statFile, walk } from './disk.ts';
import { type Recogniser, type StepResult, Tail } from './tail.ts';
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
}

// A commit takes what was read in about this time or up to this many bytes, whichever is less.
const COMMIT_MS = 25;
const COMMIT_BYTES = 8 * 1024 * 1024;
const HOT_SWEEP_MS = 2_000;
const FULL_SWEEP_MS = 60_000;
const HOT_FOR_MS = 10 * 60_000;
const SETTLED_AFTER_MS = 1_500;

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
  private readonly recogniser: Recogniser & { noticeMapping(path: string): string | undefined };
  private readonly clock: IngestClock;
  private readonly once: boolean;
  private readonly sources = new Map<number, Live>();
  private readonly queue = new WorkQueue();
  /** Files with a line that waits for its end, and when they were last seen to grow. */
  private readonly waiting = new Map<string, number>();
  private readonly lastGrown = new Map<string, number>();
  private readonly lifetime = new DisposableStore();
  private running: Promise<void> | undefined;
  private idle: { readonly sourceId: number | undefined; resolve(): void }[] = [];
  /** Files of each source that are not read to their end yet. */
  private readonly unread = new Map<number, Set<string>>();
  private closed = false;
  private done = { files: 0, bytes: 0, records: 0 };
  private planned = { files: 0, bytes: 0 };
  private sessionsSeen = new Set<string>();
  private indexing = true;
  private lastProgressMs = 0;

  /** `once`: every file is read to its end as if nobody were writing, and nothing is looked at again. */
  constructor(
    store: StoreWriter,
    recogniser: Recogniser & { noticeMapping(path: string): string | undefined },
    clock: IngestClock,
    once: boolean,
  ) {
    this.store = store;
    this.recogniser = recogniser;
    this.clock = clock;
    this.once = once;
    if (!once) {
      this.lifetime.add(clock.every(HOT_SWEEP_MS, () => this.sweepHot()));
      this.lifetime.add(clock.every(FULL_SWEEP_MS, () => this.sweepAll()));
    }
  }

  /** Takes up a source and looks through it. */
  addSource(source: IngestSource): SourceRow {
    const row = this.store.addSource(source);
    const known = this.sources.get(row.id);
    const live: Live = known ?? { ...source, row, files: new Map(), inodes: new Map() };
    if (!known) {
      for (const file of this.store.files(row.id)) {
        live.files.set(file.relPath, this.newTail(file, live));
        if (file.inode !== null) live.inodes.set(file.inode, file.relPath);
      }
      this.sources.set(row.id, live);
    }
    this.sweep(live, false);
    return row;
  }

  removeSource(id: number): void {
    this.sources.delete(id);
    this.store.removeSource(id);
  }

  /** The watcher saw these files change, come or go. */
  touched(sourceId: number, relPaths: readonly string[]): void {
    const live = this.sources.get(sourceId);
    if (!live) return;
    for (const relPath of relPaths) {
      if (!live.include(relPath)) continue;
      const found = statFile(live.root, relPath);
      if (found) this.see(live, found, true);
      else this.missing(live, relPath);
    }
    this.run();
  }

  /** Looks through a source again: the watcher is ready, or its folder appeared. */
  look(sourceId: number): void {
    const live = this.sources.get(sourceId);
    if (live) this.sweep(live, false);
  }

  /** Resolves when everything known now has been read; of one source where it is named. */
  settle(sourceId?: number): Promise<void> {
    return new Promise(resolve => {
      this.idle.push({ sourceId, resolve });
      this.tellSettled();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    this.lifetime.dispose();
    await this.running;
    this.store.close();
  }

  progress(): IndexProgress {
    return {
      indexing: this.indexing,
      files: this.planned.files,
      filesDone: this.done.files,
      bytes: this.planned.bytes,
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
    for (const { relPath } of files) {
      if (isMapping(relPath)) this.recogniser.noticeMapping(`${live.root}/${relPath}`);
    }
    const present = new Set<string>();
    for (const found of files) {
      present.add(found.relPath);
      this.see(live, found, hot);
    }
    for (const [relPath, tail] of live.files) {
      if (!present.has(relPath) && tail.row.state !== 'gone') this.missing(live, relPath);
    }
    this.run();
  }

  private sweepAll(): void {
    for (const live of this.sources.values()) this.sweep(live, true);
  }

  private sweepHot(): void {
    const now = this.clock.now();
    for (const [key, at] of this.lastGrown) {
      if (now - at > HOT_FOR_MS) {
        this.lastGrown.delete(key);
        continue;
      }
      const { live, relPath } = this.locate(key);
      const found = live && statFile(live.root, relPath);
      if (live && found) this.see(live, found, true);
    }
    for (const [key, at] of this.waiting)
      if (now - at > SETTLED_AFTER_MS) this.queue.add({ key, modifiedUs: 0, hot: true });
    this.run();
  }

  /** A file is there: read it if it is new or differs from what was read. */
  private see(live: Live, found: FoundFile, hot: boolean): void {
    if (isMapping(found.relPath)) return;
    let tail = live.files.get(found.relPath) ?? this.movedTo(live, found);
    live.inodes.set(found.inode, found.relPath);
    if (tail && isUnchanged(tail.row, found)) {
      if (tail.row.state !== 'gone') return;
      tail.row = { ...tail.row, state: 'current', reason: null };
      this.store.saveFile(tail.row);
      return;
    }
    if (!tail) {
      tail = this.newTail(this.store.addFile(live.row.id, found.relPath), live);
      live.files.set(found.relPath, tail);
    }
    this.planned.files += 1;
    this.planned.bytes += Math.max(0, found.size - tail.row.offset);
    const key = keyOf(live.row.id, found.relPath);
    const unread = this.unread.get(live.row.id) ?? new Set();
    this.unread.set(live.row.id, unread.add(key));
    // What somebody opened by hand is wanted now.
    this.queue.add({ key, modifiedUs: found.modifiedUs, hot: hot || live.origin === 'opened' });
  }

  /** The recorded file that this new name belongs to: same inode, and its old name is gone. */
  private movedTo(live: Live, found: FoundFile): Tail | undefined {
    const relPath = live.inodes.get(found.inode);
    const tail = relPath === undefined ? undefined : live.files.get(relPath);
    if (!tail || tail.row.offset > found.size || statFile(live.root, tail.row.relPath)) return undefined;
    live.files.delete(tail.row.relPath);
    tail.row = { ...tail.row, relPath: found.relPath, state: 'current', reason: null };
    this.store.saveFile(tail.row);
    live.files.set(found.relPath, tail);
    return tail;
  }

  private missing(live: Live, relPath: string): void {
    const tail = live.files.get(relPath);
    if (!tail || tail.row.state === 'gone') return;
    tail.forget();
    tail.row = { ...tail.row, state: 'gone', reason: 'deleted or moved; what was recorded stays' };
    this.store.saveFile(tail.row);
  }

  private run(): void {
    if (this.running || this.closed) return;
    this.running = this.work()
      .catch((thrown: unknown) => this.events.emit({ kind: 'failed', message: toPlayheadError(thrown).message }))
      .finally(() => {
        this.running = undefined;
        if (this.queue.size > 0 && !this.closed) this.run();
        else this.becomeIdle();
      });
  }

  private becomeIdle(): void {
    if (this.indexing) {
      this.indexing = false;
      this.report(true);
    }
    this.tellSettled();
  }

  private tellSettled(): void {
    const isQuiet = !this.running && this.queue.size === 0;
    const ready = this.idle.filter(({ sourceId }) =>
      sourceId === undefined ? isQuiet : isQuiet || (this.unread.get(sourceId)?.size ?? 0) === 0,
    );
    this.idle = this.idle.filter(waiting => !ready.includes(waiting));
    for (const { resolve } of ready) resolve();
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
    const batches: { readonly batch: Batch; readonly tail: Tail }[] = [];
    // A file is read once per commit: its next step begins where the committed one ends.
    const read = new Set<string>();
    const again: QueueItem[] = [];
    const finished: string[] = [];
    let bytes = 0;
    while (bytes < COMMIT_BYTES && this.clock.now() - began < COMMIT_MS) {
      const key = this.queue.take();
      if (key === undefined) break;
      if (read.has(key)) {
        again.push({ key, modifiedUs: 0, hot: true });
        continue;
      }
      read.add(key);
      const step = await this.readSome(key);
      if (step?.more) again.push({ key, modifiedUs: step.batch?.file.modifiedUs ?? 0, hot: this.lastGrown.has(key) });
      else finished.push(key);
      if (!step?.batch) continue;
      batches.push({ batch: step.batch, tail: step.tail });
      bytes += step.batch.raw.reduce((sum, piece) => sum + piece.length, 0);
    }
    if (batches.length > 0) this.commit(batches);
    for (const item of again) this.queue.add(item);
    for (const key of finished) {
      if (!again.some(item => item.key === key)) this.unread.get(this.locate(key).live?.row.id ?? -1)?.delete(key);
    }
    this.tellSettled();
  }

  private commit(batches: readonly { readonly batch: Batch; readonly tail: Tail }[]): void {
    try {
      const { revision, sessionIds } = this.store.commit(batches.map(({ batch }) => batch));
      for (const { batch, tail } of batches) {
        this.done.bytes += batch.raw.reduce((sum, piece) => sum + piece.length, 0);
        this.done.records += batch.units.reduce((sum, unit) => sum + unit.records.length, 0);
        tail.committed(batch);
      }
      for (const id of sessionIds) this.sessionsSeen.add(id);
      if (sessionIds.length > 0) this.events.emit({ kind: 'changed', revision, sessionIds });
    } catch (thrown) {
      for (const { tail } of batches) tail.forget();
      throw new PlayheadError(
        'internal',
        `What was read could not be stored: ${toPlayheadError(thrown).message}. It is read again.`,
        { cause: thrown },
      );
    }
  }

  private async readSome(key: string): Promise<(StepResult & { readonly tail: Tail }) | undefined> {
    const { live, relPath } = this.locate(key);
    const tail = live?.files.get(relPath);
    if (!live || !tail) return undefined;
    const now = this.clock.now();
    const settled =
      this.once || now - (this.waiting.get(key) ?? now) > SETTLED_AFTER_MS || isOld(tail.row.modifiedUs, now);
    try {
      const step = await tail.step(settled);
      if (!step.more) this.done.files += 1;
      if (step.batch && !this.once && !this.indexing) this.lastGrown.set(key, now);
      if (step.waits && !settled) this.waiting.set(key, step.batch ? now : (this.waiting.get(key) ?? now));
      else this.waiting.delete(key);
      return { ...step, tail };
    } catch (thrown) {
      this.waiting.delete(key);
      if (isMissing(thrown)) this.missing(live, relPath);
      else {
        tail.forget();
        tail.row = { ...tail.row, state: 'unreadable', reason: describeDiskError(thrown) };
        this.store.saveFile(tail.row);
      }
      return undefined;
    }
  }

  private locate(key: string): { readonly live: Live | undefined; readonly relPath: string } {
    const at = key.indexOf('\0');
    return { live: this.sources.get(Number(key.slice(0, at))), relPath: key.slice(at + 1) };
  }

  private report(always: boolean): void {
    const now = this.clock.now();
    if (!always && now - this.lastProgressMs < 200) return;
    this.lastProgressMs = now;
    this.events.emit({ kind: 'progress', progress: this.progress() });
  }
}

function isMapping(relPath: string): boolean {
  return relPath.endsWith('.playhead-map.json');
}

function keyOf(sourceId: number, relPath: string): string {
  return `${sourceId}\0${relPath}`;
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
