// The built command line: serving, handing over, failing and ending.

import { createHash } from 'node:crypto';
import { appendFileSync, chmodSync, cpSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { assertBuilt, cliEntry, findOldNode, fixtures, Place, repository, serveEntry } from './cli-process.ts';

const INTERRUPT = join(fixtures, 'claude-code/recordings/irrlicht-2.1.143-interrupt.jsonl');
const QUEUED = join(fixtures, 'claude-code/recordings/irrlicht-2.1.143-queued.jsonl');

let place: Place;
let sources: readonly string[];

beforeAll(assertBuilt);
beforeEach(() => {
  place = new Place();
  cpSync(join(fixtures, 'codex/sessions'), place.at('codex/sessions'), { recursive: true });
  sources = ['--data-dir', place.dataDir, '--source', `codex=${place.at('codex')}`];
});
afterEach(() => place.dispose());

async function listed(...args: string[]): Promise<{ id: string; nativeId: string; records: number }[]> {
  const { code, stdout, stderr } = await place.run(['sessions', '--json', '--data-dir', place.dataDir, ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as { id: string; nativeId: string; records: number }[];
}

/** Takes the store's lock for itself, which nobody can who shares it. */
function lockStore(): void {
  const db = new Database(join(place.dataDir, 'playhead.db'), { timeout: 0 });
  db.pragma('locking_mode = EXCLUSIVE');
  db.exec('BEGIN EXCLUSIVE; COMMIT');
  db.close();
}

/** Names, modes and contents of everything below a folder. */
function pictureOf(folder: string): Record<string, string> {
  const picture: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const stats = statSync(join(folder, name));
    const content = stats.isFile()
      ? createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex')
      : '';
    picture[name] = `${stats.mode.toString(8)} ${content}`;
  }
  return picture;
}

describe('serve', { timeout: 60_000 }, () => {
  it('prints one line of JSON when it answers, and nothing else until it is stopped with 0', async () => {
    const served = await place.serve(['serve', ...sources]);
    const { stdout } = served.said();
    expect(stdout).toMatch(/^\{"url":"http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{32}","port":\d+,"pid":\d+\}\n$/);
    expect(served.pid).toBe(served.child.pid);
    expect(new URL(served.url).port).toBe(String(served.port));
    const page = await fetch(`http://127.0.0.1:${served.port}/`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<div id="root">');
    expect(await served.end()).toBe(0);
    expect(served.said()).toEqual({ stdout, stderr: '' });
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'ends with 0 on %s, and leaves the store to others',
    async signal => {
      const served = await place.serve(['serve', ...sources]);
      expect(await served.end(signal)).toBe(0);
      // Nothing waits to be written, nobody listens, nobody shares it.
      expect(readdirSync(place.dataDir).filter(name => /-wal|-shm|\.sock|\.part/.test(name))).toEqual([]);
      lockStore();
      expect(await listed('--source', `codex=${place.at('codex')}`)).toHaveLength(6);
    },
  );

  it('can be stopped while a window is connected', async () => {
    const served = await place.serve(['serve', ...sources]);
    const origin = `http://127.0.0.1:${served.port}`;
    const token = served.url.split('#token=')[1] ?? '';
    const answer = await fetch(`${origin}/token`, { method: 'POST', body: token, headers: { origin } });
    const { key } = (await answer.json()) as { key: string };
    const { WebSocket } = await import('ws');
    const socket = new WebSocket(`ws://127.0.0.1:${served.port}/ws?token=${key}`, { origin });
    await once(socket, 'open');
    const closed = once(socket, 'close');
    expect(await served.end()).toBe(0);
    await closed;
  });

  it('after which was killed starts again, with nothing lost and the same key', async () => {
    const first = await place.serve(['serve', ...sources]);
    await vi.waitFor(async () => expect(await listed()).toHaveLength(6), { timeout: 20_000 });
    const key = readFileSync(join(place.dataDir, 'serve-key'), 'utf8');
    await first.end('SIGKILL');
    const second = await place.serve(['serve', ...sources]);
    expect(second.pid).not.toBe(first.pid);
    expect(readFileSync(join(place.dataDir, 'serve-key'), 'utf8')).toBe(key);
    expect(statSync(join(place.dataDir, 'serve-key')).mode & 0o777).toBe(0o600);
    expect(await listed()).toHaveLength(6);
    await second.end();
  });

  it('listens where it is told to, and says in one sentence that somebody else does', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    const refused = await place.run(['serve', '--no-open', '--port', String(port), ...sources]);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(new RegExp(`^playhead: Port ${port} is in use on 127\\.0\\.0\\.1\\.[^\\n]*\\n$`));
    lockStore();
    holder.close();
    await once(holder, 'close');
    const served = await place.serve(['serve', '--port', String(port), ...sources]);
    expect(served.port).toBe(port);
    await served.end();
  });

  it('a second time hands over and prints the first one’s address, with a token of its own', async () => {
    const first = await place.serve(['serve', ...sources]);
    const second = await place.run(['serve', '--json', '--no-open', ...sources]);
    expect(second).toMatchObject({ code: 0, stderr: '' });
    const answer = JSON.parse(second.stdout) as { url: string; port: number; pid: number };
    expect(answer).toMatchObject({ port: first.port, pid: first.pid });
    expect(answer.url).not.toBe(first.url);
    const people = await place.run(['serve', '--no-open', ...sources]);
    expect(people.stdout).toMatch(
      new RegExp(`^Playhead is running already: http://127\\.0\\.0\\.1:${first.port}/#token=[\\w-]{32}\\n$`),
    );
    // By the other entry, and from an environment that names other places for runtime files.
    const other = await place.run(['--json', '--no-open', ...sources], {
      entry: serveEntry,
      env: { XDG_RUNTIME_DIR: place.at('run'), TMPDIR: place.at('tmp') },
    });
    expect(JSON.parse(other.stdout)).toMatchObject({ pid: first.pid });
    await first.end();
  });

  it('many times at once is one Playhead', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => place.serve(['serve', ...sources])));
    const pids = new Set(all.map(({ pid }) => pid));
    expect(pids.size).toBe(1);
    const first = all.find(({ child, pid }) => child.pid === pid);
    expect(await first?.end()).toBe(0);
  });

  it('while a command reads waits for it, and then serves', async () => {
    const reading = place.run(['index', '--json', ...sources]);
    await vi.waitFor(() => expect(existsSync(join(place.dataDir, 'instance.sock'))).toBe(true), { interval: 1 });
    const served = await place.serve(['serve', ...sources]);
    expect((await reading).code).toBe(0);
    await vi.waitFor(async () => expect(await listed()).toHaveLength(6), { timeout: 20_000 });
    expect(await served.end()).toBe(0);
  });
});

describe('open', { timeout: 60_000 }, () => {
  const nativeIds = async () => (await listed()).map(({ nativeId }) => nativeId);
  const idOf = (file: string) => /"sessionId":"([^"]+)"/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';

  it('serves where no Playhead runs, and shows the file', async () => {
    const served = await place.serve(['open', INTERRUPT, '--data-dir', place.dataDir]);
    await vi.waitFor(async () => expect(await nativeIds()).toEqual([idOf(INTERRUPT)]), { timeout: 20_000 });
    expect(await served.end()).toBe(0);
  });

  it('hands its files to the Playhead that runs, by relative paths too', async () => {
    const served = await place.serve(['serve', ...sources]);
    const opened = await place.run(
      ['open', 'irrlicht-2.1.143-interrupt.jsonl', QUEUED, '--json', '--no-open', '--data-dir', place.dataDir],
      {
        cwd: join(fixtures, 'claude-code/recordings'),
      },
    );
    expect(opened).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(opened.stdout)).toMatchObject({ port: served.port, pid: served.pid });
    const ids = await nativeIds();
    expect(ids).toHaveLength(6 + 2);
    expect(ids).toEqual(expect.arrayContaining([idOf(INTERRUPT), idOf(QUEUED)]));
    await served.end();
  });

  it.each([
    [
      'is not there',
      () => place.at('nowhere.jsonl'),
      /^playhead: \S+nowhere\.jsonl does not exist or cannot be reached\.\n$/,
    ],
    [
      'nobody can read',
      () => place.write('diary.jsonl', 'Dear diary\n'),
      /^playhead: Nothing in \S+diary\.jsonl is in a format that Playhead knows\.[^\n]*\n$/,
    ],
  ])('of a file that %s fails with 1 and a sentence, and the running one goes on', async (_what, file, sentence) => {
    const served = await place.serve(['serve', ...sources]);
    const failed = await place.run(['open', file(), '--no-open', '--data-dir', place.dataDir]);
    expect({ code: failed.code, stdout: failed.stdout }).toEqual({ code: 1, stdout: '' });
    expect(failed.stderr).toMatch(sentence);
    expect(await served.end()).toBe(0);
  });

  it('of a file that is not there starts nothing', async () => {
    const failed = await place.run(['open', 'nowhere.jsonl', '--no-open', '--data-dir', place.dataDir]);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/^playhead: \S+nowhere\.jsonl does not exist[^\n]*\n$/);
    expect(existsSync(place.dataDir)).toBe(false);
  });
});

describe('commands on one data folder', { timeout: 60_000 }, () => {
  it('several at once wait for each other and say the same', async () => {
    const results = await Promise.all(Array.from({ length: 4 }, () => place.run(['index', '--json', ...sources])));
    // Whoever waits for long says so.
    const said = results.map(({ stderr }) => stderr.replace(/^playhead: waiting for the Playhead that has \S+…\n/, ''));
    expect(said).toEqual(results.map(() => ''));
    expect(results.map(({ code }) => code)).toEqual(results.map(() => 0));
    const reports = results.map(({ stdout }) => {
      const { seconds: _, peakRssBytes: __, ...report } = JSON.parse(stdout) as Record<string, unknown>;
      return report;
    });
    // 470 + 54 + 17 + 34 + 35 + 38, by wc -l.
    expect(reports).toEqual(
      reports.map(() => expect.objectContaining({ files: 6, lines: 648, records: 648, sessions: 6 })),
    );
  });

  it('read beside a Playhead that runs, as of what its sources hold just then', async () => {
    const served = await place.serve(['serve', ...sources]);
    const index = await place.run(['index', '--json', '--data-dir', place.dataDir]);
    expect(JSON.parse(index.stdout)).toMatchObject({ files: 6, lines: 648, records: 648, sessions: 6, skipped: [] });
    appendFileSync(
      place.at('codex/sessions/2026/04/06/rollout-2026-04-06T18-46-22-031d3ab5-1e7f-4e55-8e54-10ebd73d1a8d.jsonl'),
      `${JSON.stringify({ timestamp: '2026-12-01T00:00:00.000Z', type: 'event_msg', payload: { type: 'user_message', message: 'One more thing' } })}\n`,
    );
    await vi.waitFor(async () => expect((await listed()).find(({ records }) => records === 471)).toBeDefined(), {
      timeout: 20_000,
    });
    const [first] = await listed();
    const shown = await place.run(['show', first?.id ?? '', '--data-dir', place.dataDir]);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(await served.end()).toBe(0);
  });

  it.each([['index'], ['sessions'], ['show', 'x']])(
    '%s does not read other sources beside a Playhead that runs',
    async (...command) => {
      const served = await place.serve(['serve', ...sources]);
      const refused = await place.run([...command, '--data-dir', place.dataDir, '--source', `auto=${fixtures}`]);
      expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 1, stdout: '' });
      expect(refused.stderr).toMatch(/^playhead: A Playhead runs on \S+ and reads its own sources\. [^\n]+\n$/);
      await served.end();
    },
  );
});

describe('a start that fails', { timeout: 60_000 }, () => {
  const commands = [
    ['index', ['index']],
    ['sessions', ['sessions']],
    ['show', ['show', 'x']],
    ['serve', ['serve', '--no-open']],
  ] as const;

  it.each(commands)(
    'since the store is of a newer Playhead says so and leaves it as it was: %s',
    async (_name, command) => {
      await place.run(['index', ...sources]);
      const db = new Database(join(place.dataDir, 'playhead.db'));
      db.pragma('user_version = 4711');
      db.close();
      const before = pictureOf(place.dataDir);
      const { code, stdout, stderr } = await place.run([...command, ...sources]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^playhead: The store was written by a newer Playhead \(version 4711; [^\n]+\n$/);
      expect(pictureOf(place.dataDir)).toEqual(before);
    },
  );

  it.each(commands)('since the data folder is a file says so and leaves it as it was: %s', async (_name, command) => {
    place.write('data', 'somebody’s notes');
    const { code, stdout, stderr } = await place.run([...command, ...sources]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^playhead: The data folder \S+ cannot be used: [^\n]+\.\n$/);
    expect(readFileSync(place.dataDir, 'utf8')).toBe('somebody’s notes');
    expect(readdirSync(place.path).toSorted()).toEqual(['codex', 'data', 'home']);
  });

  it.skipIf(process.getuid?.() === 0)(
    'since the data folder may not be written says so (not as root, who may)',
    async () => {
      await place.run(['index', ...sources]);
      chmodSync(place.dataDir, 0o500);
      const { code, stderr } = await place.run(['index', ...sources]);
      chmodSync(place.dataDir, 0o700);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^playhead: [^\n]+\n$/);
    },
  );

  it('once does not keep the next from starting', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    await place.run(['serve', '--no-open', '--port', String(port), ...sources]);
    holder.close();
    const served = await place.serve(['serve', ...sources]);
    expect(await served.end()).toBe(0);
  });

  it('since the store is damaged does not fail: it is set aside, and the sources are read again', async () => {
    await place.run(['index', ...sources]);
    place.write('data/playhead.db', Buffer.alloc(8192, 'damage'));
    expect(await listed('--source', `codex=${place.at('codex')}`)).toHaveLength(6);
    const aside = readdirSync(place.dataDir).filter(name => name.startsWith('playhead.db.damaged-'));
    expect(aside).toHaveLength(1);
    expect(readFileSync(join(place.dataDir, aside[0] ?? ''), 'utf8')).toMatch(/^damage/);
  });
});

describe('a Node that is too old', () => {
  const sentence = /^playhead: Node \S+ is too old, Playhead needs 22\.22 or newer: [^\n]+\n$/;
  const entries = [
    ['cli.js', () => cliEntry, ['sessions']],
    ['serve.js', () => serveEntry, ['--no-open']],
  ] as const;

  it.each(entries)('is told so in one sentence by %s, before anything native is loaded', async (_name, entry, args) => {
    const old = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });
      process.dlopen = () => { process.stdout.write('native code was loaded'); };`;
    const node = ['--import', `data:text/javascript,${encodeURIComponent(old)}`];
    const { code, stdout, stderr } = await place.run([...args, ...sources], { entry: entry(), node });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(existsSync(place.dataDir)).toBe(false);
  });

  const oldNode = findOldNode();
  it.skipIf(oldNode === undefined).each(entries)(
    `is told so by %s, in earnest${oldNode === undefined ? ' (there is no old Node on this machine)' : ''}`,
    async (_name, entry, args) => {
      const { code, stdout, stderr } = await place.run([...args, ...sources], {
        entry: entry(),
        program: oldNode ?? '',
      });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(sentence);
    },
  );

  it.skipIf(oldNode === undefined || process.env['PLAYHEAD_BUILD_DIR'] !== undefined)(
    'does no harm to the script of the project, which brings its own (needs an old Node, and the build in out)',
    async () => {
      const { code, stdout, stderr } = await place.run(['index', '--json', ...sources], {
        entry: join(repository, 'scripts/playhead.mjs'),
        program: oldNode ?? '',
      });
      // Where the sources are newer than the build it says that it builds, on standard error.
      expect({ code, stderr: stderr.replace(/^Building Playhead[^\n]*\n/, '') }).toEqual({ code: 0, stderr: '' });
      expect(JSON.parse(stdout)).toMatchObject({ sessions: 6 });
    },
  );
});
