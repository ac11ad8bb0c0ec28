// Tells which files of the sources came, changed or went. Names only: what is new in them is for the reader to find.
//
// Contract: links are not followed; events are gathered for one turn of the loop and told once per source. A place that
// does not exist yet is looked for every few seconds and watched when it appears. Main thread; does no work of its own.

import { type FSWatcher, watch } from 'chokidar';
import { accessSync, constants, existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { type Disposable, toDisposable } from '../../../shared/base/disposable.ts';
import { Emitter } from '../../../shared/base/emitter.ts';

export interface WatchedPlace {
  readonly sourceId: number;
  readonly root: string;
  readonly starts: readonly string[];
}

export type PlaceState = {
  readonly state: 'watching' | 'missing' | 'empty' | 'unreadable';
  readonly reason: string | null;
};

const LOOK_AGAIN_MS = 3_000;

export class WatchService implements Disposable {
  /** Paths relative to the source's root, with '/'. */
  readonly touched = new Emitter<{ readonly sourceId: number; readonly relPaths: readonly string[] }>();
  /** A source can be looked through now: it appeared, or the watcher is in place. */
  readonly ready = new Emitter<{ readonly sourceId: number }>();
  readonly stateChanged = new Emitter<{ readonly sourceId: number }>();
  private readonly places = new Map<number, Watching>();
  private readonly lookAgain: ReturnType<typeof setInterval>;

  constructor(lookAgainMs = LOOK_AGAIN_MS) {
    this.lookAgain = setInterval(() => this.retry(), lookAgainMs);
  }

  add(place: WatchedPlace): Disposable {
    this.places.get(place.sourceId)?.dispose();
    const watching = new Watching(place, this);
    this.places.set(place.sourceId, watching);
    return toDisposable(() => {
      watching.dispose();
      this.places.delete(place.sourceId);
    });
  }

  state(sourceId: number): PlaceState | undefined {
    return this.places.get(sourceId)?.state;
  }

  dispose(): void {
    clearInterval(this.lookAgain);
    for (const place of this.places.values()) place.dispose();
    this.places.clear();
  }

  private retry(): void {
    for (const place of this.places.values()) place.retry();
  }
}

class Watching implements Disposable {
  state: PlaceState;
  private readonly place: WatchedPlace;
  private readonly service: WatchService;
  private readonly pending = new Set<string>();
  /** By start; what has come is watched, what went is not. */
  private readonly starts = new Map<string, Start>();
  /** A watcher failed, and may have lost something: the next look tells. */
  private isUnsure = false;

  constructor(place: WatchedPlace, service: WatchService) {
    this.place = place;
    this.service = service;
    this.state = this.look();
    this.watchWhatIsThere();
  }

  retry(): void {
    const before = this.state;
    this.state = this.look();
    // A watcher saw nothing in a folder that it could not read, and does not look there again.
    if (before.state === 'unreadable' && this.state.state !== 'unreadable') {
      for (const start of this.place.starts) this.lose(start);
    }
    this.watchWhatIsThere();
    if (this.isUnsure) this.announceReady();
    this.isUnsure = false;
    if (before.state !== this.state.state || before.reason !== this.state.reason) {
      this.service.stateChanged.emit({ sourceId: this.place.sourceId });
    }
  }

  dispose(): void {
    for (const { watcher } of this.starts.values()) void watcher.close();
    this.starts.clear();
  }

  private announceReady(): void {
    this.service.ready.emit({ sourceId: this.place.sourceId });
  }

  private watchWhatIsThere(): void {
    for (const start of this.place.starts) {
      const found = find(join(this.place.root, start));
      const watched = this.starts.get(start);
      if (watched?.target === found?.target && watched?.identity === found?.identity) continue;
      this.lose(start);
      if (found) this.starts.set(start, { ...found, watcher: this.watch(start, found.target) });
    }
  }

  /** One watcher a start: each says when it is in place, and what came before that is found by looking. */
  private watch(start: string, target: string): FSWatcher {
    const touch = (path: string) => this.touch(join(start, relative(target, path)));
    const touchOrLose = (path: string) => {
      touch(path);
      // It is not watched any more, even if it comes back at once.
      if (path === target) this.lose(start);
    };
    return watch(target, {
      followSymlinks: false,
      ignoreInitial: true,
      ignorePermissionErrors: true,
      // Log files are appended to in place; waiting for them to "finish" would delay every line.
      atomic: false,
      ignored: path => /(^|[\\/])(node_modules|\.git)([\\/]|$)/.test(relative(target, path)),
    })
      .on('add', touch)
      .on('change', touch)
      .on('unlink', touchOrLose)
      .on('unlinkDir', touchOrLose)
      .on('ready', () => this.announceReady())
      .on('error', () => {
        this.isUnsure = true;
      });
  }

  private lose(start: string): void {
    void this.starts.get(start)?.watcher.close();
    this.starts.delete(start);
  }

  private look(): PlaceState {
    const { root, starts } = this.place;
    const present = starts.map(start => join(root, start)).filter(path => existsSync(path));
    if (present.length === 0) return { state: 'missing', reason: `${join(root, starts[0] ?? '')} does not exist` };
    for (const path of present) {
      try {
        accessSync(path, constants.R_OK);
        if (!statSync(path).isDirectory() || readdirSync(path).length > 0) return { state: 'watching', reason: null };
      } catch {
        return { state: 'unreadable', reason: `${path}: no permission to read it` };
      }
    }
    return { state: 'empty', reason: `${present.join(' and ')} is empty` };
  }

  private touch(relPath: string): void {
    if (this.pending.size === 0) setImmediate(() => this.tell());
    this.pending.add(relPath.split(sep).join('/'));
  }

  private tell(): void {
    const relPaths = [...this.pending];
    this.pending.clear();
    this.service.touched.emit({ sourceId: this.place.sourceId, relPaths });
  }
}

interface Found {
  /** Where it leads, where it is a link. */
  readonly target: string;
  /** Another where a folder went and came back: a watcher stays with the one that went. It goes along with a file. */
  readonly identity: string;
}

interface Start extends Found {
  readonly watcher: FSWatcher;
}

/** What a path leads to; undefined where it leads nowhere. */
function find(path: string): Found | undefined {
  try {
    const target = realpathSync(path);
    const stats = statSync(target);
    return { target, identity: stats.isDirectory() ? `${stats.dev}:${stats.ino}:${stats.birthtimeMs}` : 'file' };
  } catch {
    return undefined;
  }
}
