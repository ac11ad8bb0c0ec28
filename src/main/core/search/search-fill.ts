// Keeps the full-text index abreast of the store, behind it: nobody who reads or writes the store waits for it.
//
// Contract: sessions are taken in newest first, each in the order in which its entries changed; how far each one is
// commits together with its documents, so that a stop at any moment loses and doubles nothing. What changed meanwhile is
// taken in again. Runs in a worker thread, a slice at a time.

import { setImmediate as letMessagesIn } from 'node:timers/promises';
import { Emitter } from '../../../shared/base/emitter.ts';
import { toPlayheadError } from '../../../shared/base/errors.ts';
import type { SearchStatus } from '../../../shared/contract/search.ts';
import type {
  ChangedSession,
  EntryCursor,
  SearchDocument,
  SearchSource,
  SearchWriter,
  SessionCursor,
} from '../store/index.ts';
import { documentOf, type ReadBlocks, readEntryText } from './search-document.ts';

export interface FillParts {
  readonly source: SearchSource;
  readonly read: ReadBlocks;
  /** Opens the index, made anew where it cannot be used. */
  readonly openIndex: () => SearchWriter;
}

export type FillEvent =
  | { readonly kind: 'progressed'; readonly status: SearchStatus }
  /** The index is damaged. Whoever reads it lets go of it; then `remake` is called. */
  | { readonly kind: 'damaged' };

interface Pending extends ChangedSession {
  readonly cursor: EntryCursor;
  /** What was indexed of it before goes first. */
  readonly forget: boolean;
}

// A commit takes what fits the memory that the index may use; smaller ones leave more pieces to merge.
const BATCH_CHARS = 8 * 1024 * 1024;
const BATCH_MS = 2_000;
const PAGE_ENTRIES = 200;
/** More than this to do, and merging waits until it is done. */
const BULK_ENTRIES = 20_000;
/** What is written live comes in small pieces: they are taken in together. */
const PAUSE_MS = 250;
const REPORT_MS = 250;
const LOOK_FOR_REMOVED_MS = 10_000;
const RETRY_MS = 30_000;
/** Every entry of a revision comes before it. */
const LAST = Number.MAX_SAFE_INTEGER;

export class SearchFill {
  readonly events = new Emitter<FillEvent>();
  private readonly parts: FillParts;
  private index: SearchWriter;
  private readonly cursors = new Map<number, SessionCursor>();
  private readonly pending = new Map<number, Pending>();
  /** Every change of the store up to this revision is in `cursors` or `pending`. */
  private seenRevision = 0;
  private total = 0;
  private bulk = false;
  private failed: string | null = null;
  private running: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  /** Something came while the last look was over already. */
  private woken = false;
  private waiters: (() => void)[] = [];
  private lookedForRemovedMs = -Infinity;
  private countedMs = -Infinity;
  private reportedMs = -Infinity;
  private reported = '';

  constructor(parts: FillParts) {
    this.parts = parts;
    this.index = parts.openIndex();
    this.begin();
  }

  /** The store has news. */
  wake(): void {
    this.woken = true;
    if (this.closed || this.running || this.timer) return;
    this.timer = setTimeout(() => this.run(), PAUSE_MS);
  }

  /** Resolves when everything that the store holds now is in the index, or cannot be. */
  settle(): Promise<void> {
    return new Promise(resolve => {
      this.waiters.push(resolve);
      this.woken = true;
      this.run();
    });
  }

  status(): SearchStatus {
    const indexed = this.index.count;
    const complete = this.pending.size === 0 && this.failed === null;
    return { indexed, total: complete ? indexed : Math.max(this.total, indexed), complete, failed: this.failed };
  }

  /** Begins a new index in the place of this one. */
  async remake(): Promise<void> {
    while (this.running) await this.running;
    if (this.closed) return;
    this.index.destroy();
    this.index = this.parts.openIndex();
    this.failed = null;
    this.begin();
    this.run();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.running;
    this.index.close();
  }

  /** Takes up the index as it is. */
  private begin(): void {
    this.cursors.clear();
    this.pending.clear();
    this.seenRevision = 0;
    this.lookedForRemovedMs = -Infinity;
    this.countedMs = -Infinity;
    for (const cursor of this.index.cursors()) this.cursors.set(cursor.id, cursor);
    this.look();
  }

  private run(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.running || this.closed) return;
    this.woken = false;
    this.running = this.fill()
      .catch((thrown: unknown) => this.fail(thrown))
      .finally(() => {
        this.running = undefined;
        this.report(true);
        if (this.woken && this.failed === null && !this.closed)
          return this.waiters.length > 0 ? this.run() : this.wake();
        const settled = this.waiters;
        this.waiters = [];
        for (const resolve of settled) resolve();
      });
  }

  private async fill(): Promise<void> {
    for (;;) {
      this.look();
      if (this.pending.size === 0 || this.closed) break;
      const batch = await this.gather();
      if (this.closed) break;
      this.index.commit(batch);
      for (const session of batch.forget) this.cursors.delete(session);
      for (const cursor of batch.cursors) this.cursors.set(cursor.id, cursor);
      this.failed = null;
      this.report(false);
      await letMessagesIn();
    }
    if (this.bulk && !this.closed) this.setBulk(false);
  }

  private fail(thrown: unknown): void {
    this.failed = `The search index cannot be filled: ${toPlayheadError(thrown).message}`;
    if (this.index.isDamaged) {
      this.events.emit({ kind: 'damaged' });
      return;
    }
    // What was gathered is gone from memory, not from the store.
    this.begin();
    this.timer = setTimeout(() => this.run(), RETRY_MS);
  }

  /** Takes note of what changed in the store since the last look. */
  private look(): void {
    const { source } = this.parts;
    for (const session of source.changedSessions(this.seenRevision)) {
      this.seenRevision = Math.max(this.seenRevision, session.revision);
      this.note(session);
    }
    const now = performance.now();
    if (now - this.lookedForRemovedMs > LOOK_FOR_REMOVED_MS) {
      this.lookedForRemovedMs = now;
      this.lookForRemoved();
    }
    if (this.pending.size === 0) return;
    if (now - this.countedMs > LOOK_FOR_REMOVED_MS) {
      this.countedMs = now;
      this.total = source.entryCount();
    }
    if (!this.bulk && this.total - this.index.count > BULK_ENTRIES) this.setBulk(true);
  }

  private note(session: ChangedSession): void {
    const known = this.cursors.get(session.id);
    const pending = this.pending.get(session.id);
    const isSame = known?.publicId === session.publicId;
    const isReset = known !== undefined && (!isSame || session.resetRevision > known.resetRevision);
    if (known && !isReset && known.revision >= session.revision) return;
    const forget = isReset || pending?.forget === true;
    const cursor = !forget && known ? { revision: known.revision, id: known.entryId } : { revision: 0, id: 0 };
    this.pending.set(session.id, { ...session, forget, cursor });
  }

  /** Sessions that the store does not have any more. */
  private lookForRemoved(): void {
    const rows = new Set(this.parts.source.sessionRows().map(({ id }) => id));
    const gone = [...this.cursors.keys()].filter(id => !rows.has(id));
    if (gone.length === 0) return;
    this.index.commit({ documents: [], cursors: [], forget: gone });
    for (const id of gone) {
      this.cursors.delete(id);
      this.pending.delete(id);
    }
  }

  private async gather(): Promise<{ documents: SearchDocument[]; cursors: SessionCursor[]; forget: number[] }> {
    const began = performance.now();
    const documents = new Map<number, SearchDocument>();
    const cursors: SessionCursor[] = [];
    const forget: number[] = [];
    let chars = 0;
    const isFull = () => chars > BATCH_CHARS || performance.now() - began > BATCH_MS;
    const newestFirst = [...this.pending.values()].sort((a, b) => (b.updateUs ?? 0) - (a.updateUs ?? 0));
    for (const session of newestFirst) {
      if (session.forget) forget.push(session.id);
      let { cursor } = session;
      let isDone = false;
      while (!isDone && !isFull() && !this.closed) {
        const entries = this.parts.source.entriesAfter(session.id, cursor, PAGE_ENTRIES);
        for (const entry of entries) {
          const document = documentOf(entry, readEntryText(entry, this.parts.read), session);
          documents.set(entry.id, document);
          chars += document.text.length + document.path.length;
          cursor = { revision: entry.revision, id: entry.id };
        }
        isDone = entries.length < PAGE_ENTRIES;
        await letMessagesIn();
      }
      // Read after the session's row: every entry up to the row's revision was there.
      if (isDone && cursor.revision < session.revision) cursor = { revision: session.revision, id: LAST };
      cursors.push({
        id: session.id,
        publicId: session.publicId,
        revision: cursor.revision,
        entryId: cursor.id,
        resetRevision: session.resetRevision,
      });
      if (isDone) this.pending.delete(session.id);
      else this.pending.set(session.id, { ...session, cursor, forget: false });
      if (isFull() || this.closed) break;
    }
    return { documents: [...documents.values()], cursors, forget };
  }

  private setBulk(bulk: boolean): void {
    this.bulk = bulk;
    this.index.setBulk(bulk);
  }

  private report(always: boolean): void {
    const now = performance.now();
    if (this.closed || (!always && now - this.reportedMs < REPORT_MS)) return;
    const status = this.status();
    const text = JSON.stringify(status);
    if (text === this.reported) return;
    this.reportedMs = now;
    this.reported = text;
    this.events.emit({ kind: 'progressed', status });
  }
}
