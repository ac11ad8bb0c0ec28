// A running desktop app under test, whether on the Electron double or in real Electron. Both run the built bundles.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import type * as Electron from 'electron';
import { _electron, type Browser, chromium, type Page } from 'playwright-core';

export const repository = resolve(import.meta.dirname, '../..');

export interface DesktopApp {
  readonly page: Page;
  /** Runs a function in the main process, with the electron module. It may use nothing else of its surroundings. */
  evaluate<R, A = undefined>(work: (electron: typeof Electron, arg: A) => R | Promise<R>, arg?: A): Promise<R>;
  /** Ends the app as its menu does; gives the exit code. */
  quit(): Promise<number | null>;
  kill(signal: NodeJS.Signals): Promise<number | null>;
  /** Ends what still runs; for clean-up. */
  dispose(): Promise<void>;
}

export interface Started {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Launcher {
  /** Resolves when its window has loaded the page. */
  launch(args: readonly string[]): Promise<DesktopApp>;
  /** A start that is expected to end by itself. */
  run(args: readonly string[]): Promise<Started>;
}

const bundles = ['out/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html'];
const doubleArgs = ['--import', join(repository, 'test/double/register.mjs'), join(repository, 'test/double/run.mjs')];

export function assertBuilt(): void {
  const missing = bundles.find(path => !existsSync(join(repository, path)));
  if (missing !== undefined) throw new Error(`${missing} is missing: these tests run what "npm run build" made`);
}

/** The app on plain Node with the double in Electron's place, and real Chromium for its window. */
export const doubleLauncher: Launcher = {
  async launch(args) {
    const port = await freePort();
    const child = spawn(process.execPath, [...doubleArgs, repository, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ELECTRON_DOUBLE_PORT: String(port) },
    });
    const ended = exitCode(child);
    const output = collect(child);
    const shown = new Promise<void>(done => {
      child.on('message', (message: { kind?: string }) => message.kind === 'playhead-shown' && done());
    });
    const failed = ended.then(code => {
      throw new Error(`the app ended with ${code} before it showed its window\n${output()}`);
    });
    await Promise.race([shown, failed]);
    failed.catch(() => undefined);
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    return doubleApp(child, browser, ended);
  },
  run: args => runToEnd(process.execPath, [...doubleArgs, repository, ...args]),
};

async function doubleApp(child: ChildProcess, browser: Browser, ended: Promise<number | null>): Promise<DesktopApp> {
  let ids = 0;
  const page = browser
    .contexts()[0]
    ?.pages()
    .find(candidate => candidate.url().includes('.app.localhost'));
  if (page === undefined) throw new Error('the window has no page');
  const app: DesktopApp = {
    page,
    evaluate: (work, arg) => {
      const id = (ids += 1);
      return new Promise((done, reject) => {
        const hear = (message: { id?: number; value?: unknown; error?: string }): void => {
          if (message.id !== id) return;
          child.off('message', hear);
          if (message.error === undefined) done(message.value as Awaited<ReturnType<typeof work>>);
          else reject(new Error(message.error));
        };
        child.on('message', hear);
        child.send({ kind: 'evaluate', id, source: work.toString(), arg });
      });
    },
    async quit() {
      // The answer may be lost with the process.
      void app.evaluate(electron => electron.app.quit()).catch(() => undefined);
      return ended;
    },
    kill(signal) {
      child.kill(signal);
      return ended;
    },
    async dispose() {
      await browser.close().catch(() => undefined);
      child.kill('SIGKILL');
      await ended;
    },
  };
  return app;
}

/** The app in real Electron. */
export function electronLauncher(binary: string): Launcher {
  const unsandboxed = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return {
    async launch(args) {
      const electron = await _electron.launch({ executablePath: binary, args: [...unsandboxed, repository, ...args] });
      const child = electron.process();
      const ended = exitCode(child);
      const page = await electron.firstWindow();
      await page.waitForLoadState();
      return {
        page,
        evaluate: (work, arg) => electron.evaluate(work as never, arg) as ReturnType<DesktopApp['evaluate']> as never,
        async quit() {
          void electron.evaluate(({ app }) => app.quit()).catch(() => undefined);
          return ended;
        },
        kill(signal) {
          child.kill(signal);
          return ended;
        },
        async dispose() {
          child.kill('SIGKILL');
          await ended;
        },
      };
    },
    run: args => runToEnd(binary, [...unsandboxed, repository, ...args]),
  };
}

async function runToEnd(program: string, args: readonly string[]): Promise<Started> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return { code: await exitCode(child), stdout, stderr };
}

function collect(child: ChildProcess): () => string {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', text => (output += text));
  return () => output;
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
