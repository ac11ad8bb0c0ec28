import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Claim, claimInstance } from '../../src/main/instance.ts';
import { PlayheadError } from '../../src/shared/base/errors.ts';

let folder: string;
let dataDir: string;
let claims: Claim[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'playhead-instance-'));
  dataDir = join(folder, 'data');
  claims = [];
});
afterEach(() => {
  for (const claim of claims) if (claim.kind === 'first') claim.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function claim(dir: string, message: unknown, answer: (message: unknown) => unknown = () => 'answer') {
  const made = await claimInstance(dir, message, async heard => answer(heard));
  claims.push(made);
  return made;
}

const never = () => new Promise(() => {});

describe('a data folder', () => {
  it('belongs to the first; others are answered by it', async () => {
    const heard: unknown[] = [];
    const first = await claim(dataDir, 'mine', message => `${heard.push(message)}. answer`);
    expect(first.kind).toBe('first');
    expect(await claim(dataDir, { kind: 'open', files: ['/a b'] })).toEqual({ kind: 'second', answer: '1. answer' });
    expect(await claim(dataDir, ['日誌', null])).toEqual({ kind: 'second', answer: '2. answer' });
    expect(heard).toEqual([{ kind: 'open', files: ['/a b'] }, ['日誌', null]]);
  });

  it('is made where it is missing, for its owner only', async () => {
    await claim(join(dataDir, 'deep', 'er'), 'x');
    expect(statSync(join(dataDir, 'deep', 'er')).mode & 0o777).toBe(0o700);
  });

  it('is free again when the first gives it up, and holds nothing of it', async () => {
    const first = await claim(dataDir, 'x');
    if (first.kind === 'first') first.dispose();
    expect(readdirSync(dataDir)).toEqual([]);
    expect((await claim(dataDir, 'x')).kind).toBe('first');
  });

  it('is another one under another path, and the same under another name', async () => {
    await claim(dataDir, 'x');
    symlinkSync(dataDir, join(folder, 'link'));
    expect((await claim(join(folder, 'link'), 'x')).kind).toBe('second');
    expect((await claim(join(dataDir, '..', 'data', '.'), 'x')).kind).toBe('second');
    expect((await claim(join(folder, 'other'), 'x')).kind).toBe('first');
  });

  it('may have a path that is too long for a socket', async () => {
    const long = join(folder, 'x'.repeat(100), 'y'.repeat(100));
    expect((await claim(long, 'x')).kind).toBe('first');
    expect(await claim(long, 'x')).toEqual({ kind: 'second', answer: 'answer' });
    expect(readdirSync(long)).toEqual([]);
  });

  it.each([
    ['a file', () => writeFileSync(dataDir, 'not a folder')],
    [
      'below a file',
      () => {
        writeFileSync(dataDir, 'not a folder');
        dataDir = join(dataDir, 'data');
      },
    ],
  ])('that is %s is refused in one sentence, and stays as it was', async (_what, prepare) => {
    prepare();
    const before = readdirSync(folder);
    const failed = claim(dataDir, 'x');
    await expect(failed).rejects.toMatchObject({ code: 'unreadable' });
    await expect(failed).rejects.toThrow(/^The data folder \S+ cannot be used: [^\n]+\.$/);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('has one first when many come at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, (_, index) => claim(dataDir, index)));
    expect(all.map(({ kind }) => kind).filter(kind => kind === 'first')).toHaveLength(1);
  });
});

describe('the first', () => {
  it('may take its time to answer', async () => {
    const answer = Promise.withResolvers<string>();
    await claim(dataDir, 'x', () => answer.promise);
    const second = claim(dataDir, 'x');
    const third = claim(dataDir, 'x');
    answer.resolve('at last');
    await expect(Promise.all([second, third])).resolves.toEqual([
      { kind: 'second', answer: 'at last' },
      { kind: 'second', answer: 'at last' },
    ]);
  });

  it('tells others of its failure, with code and words', async () => {
    let error: Error = new PlayheadError('not-found', 'There is no such file.');
    await claim(dataDir, 'x', () => {
      throw error;
    });
    await expect(claim(dataDir, 'x')).rejects.toMatchObject({ code: 'not-found', message: 'There is no such file.' });
    error = new TypeError('x is not a function');
    await expect(claim(dataDir, 'x')).rejects.toMatchObject({ code: 'internal', message: 'x is not a function' });
    expect((await claim(join(folder, 'other'), 'x')).kind).toBe('first');
  });

  it('answers nothing at all as null', async () => {
    await claim(dataDir, 'x', () => undefined);
    expect(await claim(dataDir, 'x')).toEqual({ kind: 'second', answer: null });
  });

  it('that gives up leaves those who wait to one of them', async () => {
    let heard = 0;
    const first = await claim(dataDir, 'x', () => ((heard += 1), never()));
    const waiting = Array.from({ length: 5 }, () => claim(dataDir, 'waiting', () => 'from the next'));
    await vi.waitFor(() => expect(heard).toBe(5));
    if (first.kind === 'first') first.dispose();
    const kinds = await Promise.all(waiting);
    expect(kinds.filter(({ kind }) => kind === 'first')).toHaveLength(1);
    expect(kinds.filter(({ kind }) => kind === 'second')).toEqual(
      Array.from({ length: 4 }, () => ({ kind: 'second', answer: 'from the next' })),
    );
  });

  it('is not impressed by those who say nothing, nonsense, or hang up', async () => {
    await claim(dataDir, 'x');
    const socket = join(dataDir, 'instance.sock');
    for (const text of ['', '{"kind":', 'GET / HTTP/1.1\r\n\r\n']) {
      const caller = connect(socket);
      await once(caller, 'connect');
      caller.end(text);
      caller.resume();
      await once(caller, 'close');
    }
    const silent = connect(socket);
    await once(silent, 'connect');
    silent.destroy();
    await expect(claim(dataDir, 'x')).resolves.toEqual({ kind: 'second', answer: 'answer' });
  });
});

describe('a first that crashed', () => {
  const processes: ChildProcess[] = [];

  afterEach(() => {
    for (const child of processes.splice(0)) child.kill('SIGKILL');
  });

  function start(): { child: ChildProcess; said: Promise<number> } {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'claiming-process.ts'), dataDir], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    processes.push(child);
    const lines = createInterface({ input: child.stdout });
    return { child, said: once(lines, 'line').then(([line]) => JSON.parse(String(line)) as number) };
  }

  async function crash(): Promise<void> {
    const { child, said } = start();
    expect(await said).toBe(child.pid);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(existsSync(join(dataDir, 'instance.sock'))).toBe(true);
  }

  it('leaves a dead socket, which the next one takes', async () => {
    await crash();
    expect((await claim(dataDir, 'x')).kind).toBe('first');
    expect((await claim(dataDir, 'x')).kind).toBe('second');
  });

  it('leaves it to one only of those that come at once', async () => {
    await crash();
    const all = await Promise.all(Array.from({ length: 20 }, (_, index) => claim(dataDir, index)));
    expect(all.filter(({ kind }) => kind === 'first')).toHaveLength(1);
  });

  it('leaves it to one only of the processes that come at once', { timeout: 60_000 }, async () => {
    for (let round = 0; round < 3; round += 1) {
      await crash();
      const started = Array.from({ length: 4 }, start);
      const said = await Promise.all(started.map(one => one.said));
      const [first] = said;
      expect(said).toEqual(said.map(() => first));
      expect(started.map(({ child }) => child.pid)).toContain(first);
      for (const { child } of started) child.kill('SIGKILL');
    }
  });

  it('while it was taking over does not block the next for long', async () => {
    await crash();
    mkdirSync(join(dataDir, 'instance.sock.lock'));
    utimesSync(join(dataDir, 'instance.sock.lock'), new Date(0), new Date(0));
    expect((await claim(dataDir, 'x')).kind).toBe('first');
    await vi.waitFor(() => expect(existsSync(join(dataDir, 'instance.sock.lock'))).toBe(false));
  });
});
