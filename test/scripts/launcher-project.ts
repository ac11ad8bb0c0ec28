// A project in a temporary folder that holds the real launchers and stand-ins for what they start: an Electron that is
// a shell script, a serve.js that prints what it was given. Nothing in it is built or downloaded.

import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { once } from 'node:events';

const repository = resolve(import.meta.dirname, '../..');

/** What a stand-in entry does: says its name and arguments, and waits for a signal when asked to. */
const entry = `
  const args = process.argv.slice(2);
  if (args.includes('--wait')) {
    const timer = setInterval(() => {}, 1000);
    const stop = signal => {
      console.log(signal);
      clearInterval(timer);
      process.exitCode = 7;
    };
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
  }
  console.log(JSON.stringify({ entry: import.meta.filename.split(/[\\\\/]/).pop(), args, cwd: process.cwd() }));
`;

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Until the first line on standard error, and until the end. */
  readonly firstLineMs: number | null;
  readonly endMs: number;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Source text that Node runs first in the launcher's own process, and only there. */
  readonly before?: string;
  readonly cwd?: string;
  /** Sent as soon as standard output holds a line. */
  readonly signal?: NodeJS.Signals;
}

export class LauncherProject implements Disposable {
  readonly dir = realpathSync(mkdtempSync(join(tmpdir(), 'playhead-launcher-')));

  constructor() {
    cpSync(join(repository, 'scripts'), join(this.dir, 'scripts'), { recursive: true });
    this.write('package.json', '{ "type": "module" }');
    this.write('node_modules/electron/package.json', '{ "name": "electron", "version": "45.0.0" }');
    for (const name of ['index', 'serve', 'cli']) this.write(`out/main/${name}.js`, entry);
    this.write('out/preload/index.cjs', '');
    this.write('out/renderer/index.html', '');
  }

  write(path: string, text: string): string {
    const full = join(this.dir, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    return full;
  }

  /** Puts an executable script where Electron's binary would be. */
  writeElectron(script: string): void {
    chmodSync(this.write('node_modules/electron/dist/electron', `#!/bin/sh\n${script}\n`), 0o755);
  }

  /** Puts a Node where `npm ci` puts the project's own. */
  writeOwnNode(): void {
    chmodSync(this.write('node_modules/.bin/node', `#!/bin/sh\nexec '${process.execPath}' "$@"\n`), 0o755);
  }

  async run(script: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const before =
      options.before === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(options.before)}`];
    const startedMs = performance.now();
    const child = spawn(process.execPath, [...before, join(this.dir, 'scripts', script), ...args], {
      cwd: options.cwd ?? this.dir,
      env: { PATH: process.env['PATH'] ?? '', HOME: this.dir, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let firstLineMs: number | null = null;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (options.signal !== undefined && !child.killed && stdout.includes('\n')) child.kill(options.signal);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      firstLineMs ??= performance.now() - startedMs;
      stderr += text;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr, firstLineMs, endMs: performance.now() - startedMs };
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
