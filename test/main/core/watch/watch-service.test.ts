import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WatchService } from '../../../../src/main/core/watch/watch-service.ts';
import { appendAt, tempDir, until, writeAt } from '../../../builders/store.ts';

const SOURCE = 7;

/** A watcher of one place; what it told so far. */
class Watched {
  readonly service = new WatchService(50);
  readonly touched: string[] = [];
  readonly changes: (string | undefined)[] = [];
  ready = 0;

  constructor(root: string, starts: readonly string[] = ['']) {
    this.service.touched.on(({ sourceId, relPaths }) => {
      if (sourceId !== SOURCE) throw new Error(`told of source ${sourceId}`);
      this.touched.push(...relPaths);
    });
    this.service.ready.on(() => (this.ready += 1));
    this.service.stateChanged.on(({ sourceId }) => this.changes.push(this.service.state(sourceId)?.state));
    this.service.add({ sourceId: SOURCE, root, starts });
    onTestFinished(() => this.service.dispose());
  }

  /** Watching has begun: what happens from now on is told. */
  async begun(): Promise<this> {
    await until('the watcher is in place', () => this.ready > 0);
    this.touched.length = 0;
    return this;
  }

  async tells(relPath: string): Promise<void> {
    await until(`${relPath} is told; told was ${this.touched.join(', ')}`, () => this.touched.includes(relPath));
  }

  async is(state: string): Promise<void> {
    await until(`the place is ${state}`, () => this.service.state(SOURCE)?.state === state);
  }
}

describe('A watched folder', () => {
  it('tells which files come, change and go, by their names in it', async () => {
    const root = tempDir();
    writeAt(root, 'a/one.jsonl', 'x');
    const watched = await new Watched(root).begun();
    appendAt(root, 'a/one.jsonl', 'y');
    await watched.tells('a/one.jsonl');
    writeAt(root, 'a/two.jsonl', 'z');
    await watched.tells('a/two.jsonl');
    watched.touched.length = 0;
    rmSync(join(root, 'a/one.jsonl'));
    await watched.tells('a/one.jsonl');
  });

  it('tells of files in folders that come later, many deep', async () => {
    const root = tempDir();
    writeAt(root, 'here.jsonl', '');
    const watched = await new Watched(root).begun();
    writeAt(root, '2026/11/20/sub agents/x.jsonl', 'x');
    await watched.tells('2026/11/20/sub agents/x.jsonl');
    watched.touched.length = 0;
    appendAt(root, '2026/11/20/sub agents/x.jsonl', 'y');
    await watched.tells('2026/11/20/sub agents/x.jsonl');
  });

  it('tells of a file that is saved by renaming, again and again', async () => {
    const root = tempDir();
    writeAt(root, 'doc.json', '1');
    const watched = await new Watched(root).begun();
    for (let n = 0; n < 3; n += 1) {
      watched.touched.length = 0;
      writeAt(root, 'doc.tmp', `${n}`);
      renameSync(join(root, 'doc.tmp'), join(root, 'doc.json'));
      await watched.tells('doc.json');
    }
  });

  it('tells nothing of what lies behind links, nor of folders that hold no logs', async () => {
    const [root, outside] = [tempDir(), tempDir()];
    writeAt(outside, 'secret.jsonl', 'x');
    symlinkSync(outside, join(root, 'folder'));
    writeAt(root, 'node_modules/x/a.jsonl', 'x');
    writeAt(root, '.git/a.jsonl', 'x');
    const watched = await new Watched(root).begun();
    appendAt(outside, 'secret.jsonl', 'y');
    appendAt(root, 'node_modules/x/a.jsonl', 'y');
    appendAt(root, '.git/a.jsonl', 'y');
    writeAt(root, 'last.jsonl', 'z');
    await watched.tells('last.jsonl');
    expect(watched.touched).toEqual(['last.jsonl']);
  });

  it('is told once for all that happens in one moment', async () => {
    const root = tempDir();
    writeAt(root, 'a.jsonl', '');
    const watched = await new Watched(root).begun();
    let told = 0;
    watched.service.touched.on(() => (told += 1));
    for (let n = 0; n < 200; n += 1) appendFileSync(join(root, 'a.jsonl'), 'x');
    await watched.tells('a.jsonl');
    expect(told).toBeLessThan(50);
  });

  it('that is itself a link is watched where it leads, by the names in it', async () => {
    const [root, elsewhere] = [tempDir(), tempDir()];
    writeAt(elsewhere, 'demo/a.jsonl', 'x');
    symlinkSync(elsewhere, join(root, 'projects'));
    const watched = await new Watched(root, ['projects']).begun();
    appendAt(elsewhere, 'demo/a.jsonl', 'y');
    await watched.tells('projects/demo/a.jsonl');
  });
});

describe('A place', () => {
  it('that is missing says so, and is watched when it appears', async () => {
    const root = join(tempDir(), 'home');
    const watched = new Watched(root, ['sessions', 'archived_sessions']);
    expect(watched.service.state(SOURCE)).toEqual({
      state: 'missing',
      reason: `${join(root, 'sessions')} does not exist`,
    });
    mkdirSync(join(root, 'archived_sessions'), { recursive: true });
    await watched.is('empty');
    await watched.begun();
    writeAt(root, 'archived_sessions/a.jsonl', 'x');
    await watched.is('watching');
    await watched.tells('archived_sessions/a.jsonl');
    expect(watched.changes).toEqual(['empty', 'watching']);
  });

  it('that goes is missing, and is watched again when it comes back, even at once', async () => {
    const root = tempDir();
    writeAt(root, 'projects/a.jsonl', 'x');
    const watched = await new Watched(root, ['projects']).begun();
    rmSync(join(root, 'projects'), { recursive: true });
    await watched.is('missing');
    writeAt(root, 'projects/a.jsonl', 'x');
    await watched.is('watching');
    const ready = watched.ready;
    // Gone and back between two looks.
    rmSync(join(root, 'projects'), { recursive: true });
    writeAt(root, 'projects/b.jsonl', 'x');
    await until('it is looked through anew', () => watched.ready > ready);
    await until('what happens there is told', () => {
      appendAt(root, 'projects/b.jsonl', 'y');
      return watched.touched.includes('projects/b.jsonl');
    });
  });

  it('that is one file is watched like a folder: written, saved by renaming, deleted and back', async () => {
    const root = tempDir();
    const path = writeAt(root, 'trace.jsonl', 'x');
    const watched = await new Watched(root, ['trace.jsonl', 'trace']).begun();
    expect(watched.service.state(SOURCE)?.state).toBe('watching');
    appendFileSync(path, 'y');
    await watched.tells('trace.jsonl');
    watched.touched.length = 0;
    writeFileSync(`${path}.tmp`, 'anew');
    renameSync(`${path}.tmp`, path);
    await watched.tells('trace.jsonl');
    rmSync(path);
    writeFileSync(path, readFileSync(import.meta.filename));
    watched.touched.length = 0;
    await until('it is watched again', () => {
      appendFileSync(path, 'z');
      return watched.touched.includes('trace.jsonl');
    });
  });

  it('is not looked at any more when it was given back', async () => {
    const root = tempDir();
    const service = new WatchService(20);
    onTestFinished(() => service.dispose());
    const place = service.add({ sourceId: 1, root: join(root, 'x'), starts: [''] });
    const other = service.add({ sourceId: 2, root: join(root, 'y'), starts: [''] });
    const changes: number[] = [];
    service.stateChanged.on(({ sourceId }) => changes.push(sourceId));
    place.dispose();
    expect(service.state(1)).toBeUndefined();
    mkdirSync(join(root, 'x'));
    mkdirSync(join(root, 'y'));
    await until('the other is seen', () => changes.includes(2));
    expect(changes).not.toContain(1);
    other.dispose();
  });
});
