// The sources: where records come from, by default, by hand, or opened; each is watched and read from here.
//
// Contract: main thread; all reading is the ingest thread's. A source that is missing, empty or unreadable stays in the
// list, says so, and is read when it appears.

import { existsSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Disposable, DisposableStore } from '../../../shared/base/disposable.ts';
import { Emitter } from '../../../shared/base/emitter.ts';
import { PlayheadError } from '../../../shared/base/errors.ts';
import type { SessionId, SourceId } from '../../../shared/model/ids.ts';
import type { Source } from '../../../shared/model/source.ts';
import type { WorkerClient } from '../base/worker-rpc.ts';
import type { SourceRow } from '../store/index.ts';
import type { IngestCalls, IngestEvent, ReaderCalls } from '../worker-calls.ts';
import { type WatchService } from '../watch/watch-service.ts';
import { antonFolder, formatById, type Place, placeOfFile, placeOfFolder, sourceFormats } from './formats.ts';

export interface NamedSource {
  readonly format: string;
  readonly path: string;
}

/** A large file is shown while it is read. */
const SHOWN_AFTER_MS = 500;

export class SourceService implements Disposable {
  readonly changed = new Emitter<void>();
  private readonly ingest: WorkerClient<IngestCalls, IngestEvent>;
  private readonly reader: WorkerClient<ReaderCalls, never>;
  private readonly watcher: WatchService | undefined;
  private readonly env: NodeJS.ProcessEnv;
  private readonly lifetime = new DisposableStore();
  private readonly watching = new Map<number, Disposable>();
  private readonly rows = new Map<string, SourceRow>();
  private findsProjects = false;

  /** Without a watcher, sources are read once. */
  constructor(
    ingest: WorkerClient<IngestCalls, IngestEvent>,
    reader: WorkerClient<ReaderCalls, never>,
    watcher: WatchService | undefined,
    env: NodeJS.ProcessEnv,
  ) {
    this.ingest = ingest;
    this.reader = reader;
    this.watcher = watcher;
    this.env = env;
    if (!watcher) return;
    this.lifetime.add(watcher.touched.on(touched => void ingest.call('touched', touched).catch(() => undefined)));
    this.lifetime.add(watcher.ready.on(({ sourceId }) => void ingest.call('look', sourceId).catch(() => undefined)));
    this.lifetime.add(watcher.stateChanged.on(() => this.changed.emit()));
  }

  dispose(): void {
    this.lifetime.dispose();
    for (const watching of this.watching.values()) watching.dispose();
  }

  /** Takes up the default places, and what was added or opened before. */
  async startDefault(known: readonly SourceRow[]): Promise<void> {
    this.findsProjects = true;
    for (const format of sourceFormats) {
      for (const place of format.defaults(this.env))
        await this.take(format.id, format.label, place.root, place, 'found');
    }
    for (const row of known) {
      if (this.rows.has(row.publicId) || row.origin === 'found') continue;
      await this.take(row.format, row.label, row.path, placeOf(row.format, row.path), row.origin);
    }
    await this.findProjects();
  }

  /** Takes up these places only. Fails with 'bad-input' for a format that is not known. */
  async startNamed(named: readonly NamedSource[]): Promise<void> {
    for (const { format, path } of named) await this.takeNamed(format, path, 'found');
  }

  /** Fails with 'bad-input'. */
  async add(format: string, path: string): Promise<Source> {
    const row = await this.takeNamed(format, path, 'added');
    this.changed.emit();
    const source = (await this.list()).find(({ id }) => id === row.publicId);
    if (!source) throw new PlayheadError('internal', `The source ${row.publicId} is not listed.`);
    return source;
  }

  /** Stops watching. Fails with 'not-found'. */
  async remove(id: SourceId): Promise<void> {
    const row = this.rows.get(id);
    if (!row) throw new PlayheadError('not-found', `There is no source ${id}.`);
    this.watching.get(row.id)?.dispose();
    this.watching.delete(row.id);
    this.rows.delete(id);
    await this.ingest.call('removeSource', row.id);
    this.changed.emit();
  }

  async list(): Promise<Source[]> {
    const sources = await this.reader.call('sources', undefined);
    return sources
      .filter(source => this.rows.has(source.id))
      .map(source => {
        const row = this.rows.get(source.id);
        const state = row && this.watcher?.state(row.id);
        if (!state) return source;
        if (state.state === 'watching' && source.files === 0) {
          return { ...source, state: 'empty' as const, reason: 'no log files in it yet' };
        }
        return { ...source, ...state };
      });
  }

  /**
   * Opens files and folders as sources of their own and gives the sessions in them once they are read. A file that is
   * recorded already is not read twice. Fails with 'not-found', 'unreadable', 'bad-input' where nothing in them is a known
   * format.
   */
  async open(paths: readonly string[]): Promise<SessionId[]> {
    const sessionIds: SessionId[] = [];
    for (const path of paths) sessionIds.push(...(await this.openOne(path)));
    if (sessionIds.length === 0) {
      const names = paths.join(', ');
      throw new PlayheadError(
        'bad-input',
        `Nothing in ${names} is in a format that Playhead knows. The file was not changed.`,
      );
    }
    this.changed.emit();
    return [...new Set(sessionIds)];
  }

  /** Looks for the folders of agents that keep their logs inside each project; true where there was a new one. */
  async findProjects(): Promise<boolean> {
    if (!this.findsProjects) return false;
    const anton = formatById('anton');
    let found = false;
    for (const folder of await this.reader.call('workingFolders', undefined)) {
      const root = antonFolder(folder);
      const isKnown = [...this.rows.values()].some(row => row.path === root);
      if (isKnown || !isFolder(root) || !anton) continue;
      await this.take(anton.id, anton.label, root, { root, starts: [''] }, 'found');
      found = true;
      this.changed.emit();
    }
    return found;
  }

  private async openOne(path: string): Promise<readonly SessionId[]> {
    checkPath(path);
    const recorded = await this.findRecorded(path);
    if (recorded.length > 0) return recorded;
    const before = new Set(this.rows.keys());
    const row = await this.take('auto', 'Opened', path, placeOf('auto', path), 'opened');
    const sourceId = row.publicId as SourceId;
    const found = await this.whenShown(row.id, { sourceId });
    if (found.length > 0 || before.has(sourceId)) return found;
    const files = await this.reader.call('files', sourceId);
    // Nothing to watch for: without this each wrong file would stay among the sources for ever.
    await this.remove(sourceId);
    const closed = files.find(file => file.state === 'unreadable');
    if (closed) throw new PlayheadError('unreadable', `${path} cannot be read: ${closed.reason ?? 'unknown error'}.`);
    return found;
  }

  /** The sessions of a file or folder that lies in a source in use: it is not read twice. */
  private async findRecorded(path: string): Promise<readonly SessionId[]> {
    const place = realPath(path);
    for (const row of this.rows.values()) {
      const relPath = relative(realPath(row.root), place).split(sep).join('/');
      if (relPath.startsWith('..') || isAbsolute(relPath)) continue;
      if (isFile(path)) await this.ingest.call('readFile', { sourceId: row.id, relPath });
      const found = await this.reader.call('sessionsOfSource', { sourceId: row.publicId as SourceId, relPath });
      if (found.length > 0) return found;
    }
    return [];
  }

  /** Waits until the source is read; no longer than a moment where there is something to show already. */
  private async whenShown(id: number, asked: { readonly sourceId: SourceId }): Promise<readonly SessionId[]> {
    const settled = this.ingest.call('settle', id).then(() => true);
    for (let isRead = false; !isRead;) {
      isRead = await Promise.race([settled, wait(SHOWN_AFTER_MS, false)]);
      const found = await this.reader.call('sessionsOfSource', asked);
      if (found.length > 0) {
        // What goes wrong from here on is told as of any source.
        settled.catch(() => undefined);
        return found;
      }
    }
    return [];
  }

  private async takeNamed(format: string, path: string, origin: SourceRow['origin']): Promise<SourceRow> {
    const known = formatById(format);
    if (!known) {
      const ids = sourceFormats.map(({ id }) => id).join(', ');
      throw new PlayheadError('bad-input', `There is no format ${JSON.stringify(format)}; there are ${ids}.`);
    }
    if (!isAbsolute(path)) throw new PlayheadError('bad-input', `${path} is not an absolute path.`);
    return this.take(format, known.label, path, placeOf(format, path), origin);
  }

  private async take(
    format: string,
    label: string,
    path: string,
    place: Place,
    origin: SourceRow['origin'],
  ): Promise<SourceRow> {
    const row = await this.ingest.call('addSource', {
      format,
      label,
      path,
      root: place.root,
      starts: place.starts,
      origin,
    });
    this.rows.set(row.publicId, row);
    if (this.watcher && !this.watching.has(row.id)) {
      this.watching.set(row.id, this.watcher.add({ sourceId: row.id, ...place }));
    }
    return row;
  }
}

function placeOf(format: string, path: string): Place {
  const known = formatById(format);
  // What is not there yet may be either; a file's name has an ending.
  const isOneFile = isFile(path) || (!existsSync(path) && /\.(jsonl|ndjson|json|trace)$/i.test(path));
  return known && !isOneFile ? placeOfFolder(known, path) : placeOfFile(realPath(path));
}

/** A link that was named by hand is followed, unlike those that stand in a source. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function checkPath(path: string): void {
  if (!isAbsolute(path)) throw new PlayheadError('bad-input', `${path} is not an absolute path.`);
  try {
    statSync(path);
  } catch (cause) {
    throw new PlayheadError('not-found', `${path} does not exist or cannot be reached.`, { cause });
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
