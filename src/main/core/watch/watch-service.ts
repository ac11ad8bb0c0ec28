// Tells which files of the sources came, changed or went. Names only: what is new in them is for the reader to find.
//
// Contract: links are not followed; events are gathered for one turn of the loop and told once per source. A place that
// does not exist yet is looked for every few seconds and watched when it appears. Main thread; does no work of its own.

import { type FSWatcher, watch } from 'chokidar';
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
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
  private readonly lookAgain = setInterval(() => this.retry(), LOOK_AGAIN_MS);

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
  private readonly watched = new Set<string>();
  private readonly watcher: FSWatcher;

  constructor(place: WatchedPlace, service: WatchService) {
    this.place = place;
    this.service = service;
    this.watcher = watch([], {
      followSymlinks: false,
      ignoreInitial: true,
      ignorePermissionErrors: true,
      // Log files are appended to in place; waiting for them to "finish" would delay every line.
      atomic: false,
      ignored: path => /(^|[\\/])(node_modules|\.git)([\\/]|$)/.test(relative(place.root, path)),
    });
    const touch = (path: string) => this.touch(path);
    this.watcher
      .on('add', touch)
      .on('change', touch)
      .on('unlink', touch)
      .on('ready', () => this.announceReady());
    this.watcher.on('error', () => this.announceReady());
    this.lifetime.add(toDisposable(() => void this.watcher.close()));
    this.state = this.look();
    this.watchWhatIsThere();
  }

  retry(): void {
    const before = this.state;
    this.state = this.look();
    const news = this.watchWhatIsThere();
    if (news) this.announceReady();
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
      const path = join(this.place.root, start);
      if (!existsSync(path)) {
        if (this.watched.delete(path)) this.watcher.unwatch(path);
        continue;
      }
      if (this.watched.has(path)) continue;
      this.watched.add(path);
      this.watcher.add(path);
      news = true;
    }
    return news;
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
    if (this.pending.size === 0) setImmediate(() => this.tell());
    this.pending.add(relative(this.place.root, path).split(sep).join('/'));
  }

  private tell(): void {
    const relPaths = [...this.pending];
    this.pending.clear();
    this.service.touched.emit({ sourceId: this.place.sourceId, relPaths });
  }
}
