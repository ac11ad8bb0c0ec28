// Runs the built command line as people and programs do, with a home folder of its own.
//
// These tests run what "npm run build" made; PLAYHEAD_BUILD_DIR names another build than `out`.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export const repository = resolve(import.meta.dirname, '../..');
export const fixtures = join(repository, 'test/fixtures');
const buildDir = process.env['PLAYHEAD_BUILD_DIR'] ?? join(repository, 'out');
export const cliEntry = join(buildDir, 'main/cli.js');
export const serveEntry = join(buildDir, 'main/serve.js');

export function assertBuilt(): void {
  for (const entry of [cliEntry, serveEntry])
    if (!existsSync(entry)) throw new Error(`${entry} is missing: these tests run what "npm run build" made`);
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of Node itself. */
  readonly node?: readonly string[];
  readonly program?: string;
  readonly entry?: string;
}

export interface Served {
  readonly child: ChildProcess;
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Everything it has said on standard output and error. */
  readonly said: () => { readonly stdout: string; readonly stderr: string };
  /** Sends the signal; gives the exit code, or null where the signal ended it. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** A folder with a home, a data folder and logs, and what runs in it. */
export class Place {
  readonly path = mkdtempSync(join(tmpdir(), 'playhead-cli-'));
  readonly home = join(this.path, 'home');
  readonly dataDir = join(this.path, 'data');
  private readonly children = new Set<ChildProcess>();

  constructor() {
    mkdirSync(this.home);
  }

  at(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  write(path: string, content: string | Buffer): string {
    const full = this.at(path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
    return full;
  }

  /** Nothing of the tester's own environment that could point to logs or to a store. */
  env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { PATH: process.env['PATH'] ?? '', HOME: this.home, ...more };
  }

  async run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const child = this.spawn(args, options);
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr };
  }

  spawn(args: readonly string[], { cwd, env, node = [], program, entry = cliEntry }: RunOptions = {}): ChildProcess {
    const child = spawn(program ?? process.execPath, [...node, entry, ...args], {
      cwd: cwd ?? this.path,
      env: this.env(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.children.add(child);
    child.once('close', () => this.children.delete(child));
    return child;
  }

  /** Starts something that serves, with --json and --no-open. Rejects with what it said when it ends before it answers. */
  async serve(args: readonly string[], options: RunOptions = {}): Promise<Served> {
    const child = this.spawn([...args, '--json', '--no-open'], options);
    const said = { stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
    const ended = once(child, 'close').then(([code]) => code as number | null);
    if (!child.stdout) throw new Error('no standard output');
    const lines = createInterface({ input: child.stdout });
    const first = await Promise.race([
      once(lines, 'line').then(([line]) => String(line)),
      ended.then(code => Promise.reject(new Error(`it ended with ${code}: ${said.stderr}`))),
    ]);
    const { url, port, pid } = JSON.parse(first) as { url: string; port: number; pid: number };
    return {
      child,
      url,
      port,
      pid,
      said: () => said,
      end(signal = 'SIGTERM') {
        child.kill(signal);
        return ended;
      },
    };
  }

  async dispose(): Promise<void> {
    for (const child of this.children) child.kill('SIGKILL');
    await Promise.all([...this.children].map(child => once(child, 'close')));
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What `wc -l` and `wc -c` say of the files below a folder: ends of lines and bytes. */
export function countBelow(folder: string, wanted: (name: string) => boolean) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .filter(wanted);
  const contents = files.map(file => readFileSync(file));
  return {
    files: files.length,
    bytes: contents.reduce((sum, content) => sum + content.length, 0),
    lines: contents.reduce((sum, content) => sum + content.reduce((ends, byte) => ends + (byte === 10 ? 1 : 0), 0), 0),
  };
}

/** A Node on this machine that is older than Playhead needs, besides the one that came with the project; undefined where there is none. */
export function findOldNode(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(folder => !folder.includes('node_modules'));
  return folders
    .map(folder => join(folder, 'node'))
    .find(path => {
      if (!existsSync(path)) return false;
      const version = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.trim();
      const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
      return major >= 18 && (major < 22 || (major === 22 && minor < 22));
    });
}
