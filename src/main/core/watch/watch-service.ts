// Tells which files of the sources came, changed or went. Names only: what is new in them is for the reader to find.
//
// Contract: links are not followed; events are gathered for one turn of the loop and told once per source. A place that
// does not exist yet is looked for every few seconds and watched when it appears. Main thread; does no work of its own.

import { type FSWatcher, watch } from 'chokidar';
import { accessSync, constants, existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { type Disposable, DisposableStore, toDisposable } from '../../../shared/base/disposable.ts';
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
  private readonly lifetime = new DisposableStore();
  private readonly pending = new Set<string>();
  /** What is watched, by the start that it stands for: a start that is a link is watched where it leads. */
  private readonly watched = new Map<string, string>();
  private readonly watcher: FSWatcher;
  /** Something may have come while the watcher was not in place, or was lost: the next look tells. */
  private isUnsure = false;

  constructor(place: WatchedPlace, service: WatchService) {
    this.place = place;
    this.service = service;
    this.watcher = watch([], {
      followSymlinks: false,
      ignoreInitial: true,
      ignorePermissionErrors: true,
      // Log files are appended to in place; waiting for them to "finish" would delay every line.
      atomic: false,
      ignored: path => /(^|[\\/])(node_modules|\.git)([\\/]|$)/.test(this.relPathOf(path) ?? ''),
    });
    const touch = (path: string) => this.touch(path);
    this.watcher
      .on('add', touch)
      .on('change', touch)
      .on('unlink', touch)
      .on('unlink', path => this.lose(path))
      .on('unlinkDir', path => this.lose(path))
      .on('ready', () => this.announceReady())
      .on('error', () => {
        this.isUnsure = true;
      });
    this.lifetime.add(toDisposable(() => void this.watcher.close()));
    this.state = this.look();
    this.watchWhatIsThere();
  }

  retry(): void {
    const before = this.state;
    const wasUnsure = this.isUnsure;
    this.state = this.look();
    this.isUnsure = this.watchWhatIsThere();
    if (this.isUnsure || wasUnsure) this.announceReady();
    if (before.state !== this.state.state || before.reason !== this.state.reason) {
      this.service.stateChanged.emit({ sourceId: this.place.sourceId });
    }
  }

  dispose(): void {
    this.lifetime.dispose();
  }

  private announceReady(): void {
    this.service.ready.emit({ sourceId: this.place.sourceId });
  }

  /** Watches what has appeared since; true where something did. What went is watched anew when it comes back. */
  private watchWhatIsThere(): boolean {
    let news = false;
    for (const start of this.place.starts) {
      const target = realPath(join(this.place.root, start));
      const watched = this.watched.get(start);
      if (watched === target) continue;
      if (watched !== undefined) this.unwatch(start, watched);
      if (target === undefined) continue;
      this.watched.set(start, target);
      this.watcher.add(target);
      news = true;
    }
    return news;
  }

  /** A start that is deleted is not watched any more, even if it comes back at once. */
  private lose(path: string): void {
    for (const [start, target] of this.watched) if (target === path) this.unwatch(start, target);
  }

  private unwatch(start: string, target: string): void {
    this.watched.delete(start);
    this.watcher.unwatch(target);
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

  private touch(path: string): void {
    const relPath = this.relPathOf(path);
    if (relPath === undefined) return;
    if (this.pending.size === 0) setImmediate(() => this.tell());
    this.pending.add(relPath);
  }

  /** From the source's root, by the names under which its files are known there. */
  private relPathOf(path: string): string | undefined {
    for (const [start, target] of this.watched) {
      const inside = relative(target, path);
      if (inside.startsWith('..') || isAbsolute(inside)) continue;
      return join(start, inside).split(sep).join('/');
    }
    return undefined;
  }

  private tell(): void {
    const relPaths = [...this.pending];
    this.pending.clear();
    this.service.touched.emit({ sourceId: this.place.sourceId, relPaths });
  }
}

/** Where a path leads; undefined where it leads nowhere. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
