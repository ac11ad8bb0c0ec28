// The built server and a real Chromium, for tests of the whole app in the browser.
//
// These tests run what "npm run build" made; PLAYHEAD_BUILD_DIR names another build than `out`.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../scripts/chromium.mjs';

export const repository = resolve(import.meta.dirname, '../..');
const buildDir = process.env['PLAYHEAD_BUILD_DIR'] ?? join(repository, 'out');
const server = join(buildDir, 'main/serve.js');

/** A folder of its own for one test file, and what removes it. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'playhead-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

export async function launchBrowser(): Promise<Browser> {
  const executablePath = await findChromium();
  if (executablePath === undefined) throw new Error('There is no Chromium: run "node scripts/ensure-chromium.mjs"');
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}

export interface ServeOptions {
  readonly dataDir: string;
  /** FORMAT=PATH, in place of the default places. */
  readonly sources: readonly string[];
  /** Any free one when absent. */
  readonly port?: number;
}

export interface Served {
  readonly port: number;
  readonly pid: number;
  /** The address that was printed; it opens one page, once. */
  readonly url: string;
  /** Another address, as a second start on the same data folder prints it. */
  newAddress(): Promise<string>;
  /** Ends it as a user would; gives the exit code. */
  stop(): Promise<number | null>;
  /** Ends it without a word. */
  kill(): Promise<void>;
}

/** Starts the built server. Resolves when it answers; rejects with what it said when it ends before. */
export async function serve(options: ServeOptions): Promise<Served> {
  if (!existsSync(server)) throw new Error(`${server} is missing: these tests run what "npm run build" made`);
  const { child, answer, ended } = start(options);
  const { url, port, pid } = await answer;
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return {
    url,
    port,
    pid,
    newAddress: async () => (await start(options).answer).url,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
  };
}

interface Answer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
}

function start({ dataDir, sources, port = 0 }: ServeOptions): {
  readonly child: ChildProcess;
  readonly answer: Promise<Answer>;
  readonly ended: Promise<number | null>;
} {
  const args = [server, '--no-open', '--json', '--data-dir', dataDir, ...(port === 0 ? [] : ['--port', String(port)])];
  const child = spawn(process.execPath, [...args, ...sources.flatMap(source => ['--source', source])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const answer = new Promise<Answer>((done, failed) => {
    createInterface({ input: child.stdout }).once('line', line => done(JSON.parse(line) as Answer));
    void ended.then(code => failed(new Error(`the server ended with ${code} before it answered\n${said}`)));
  });
  return { child, answer, ended };
}

export interface Window {
  readonly page: Page;
  /** What the page complained about: errors on its console (refusals of the content policy too) and thrown errors. */
  readonly problems: string[];
  /** Fails when there were any. */
  close(): Promise<void>;
}

/** Opens an address in a browser profile of its own. */
export async function openWindow(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Window> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', message => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', error => problems.push(String(error)));
  await page.goto(url);
  await page.getByRole('tree', { name: 'Sessions by project' }).or(page.locator('.welcome')).first().waitFor();
  const close = async () => {
    await context.close();
    if (problems.length > 0) throw new Error(`the page complained:\n${problems.join('\n')}`);
  };
  return { page, problems, close };
}

/** A session in the list, by the words of its title. */
export function sessionRow(page: Page, title: string | RegExp) {
  return page.getByRole('treeitem', { name: title }).first();
}

/** For `expect.poll`: what is waited for takes as long as it takes, on a busy machine too. */
export const patient = { timeout: 20_000, interval: 50 } as const;

/** The value once it has stayed the same for a few frames. */
export async function settled<T>(read: () => Promise<T>): Promise<T> {
  const until = Date.now() + patient.timeout;
  let value = await read();
  for (let same = 0; same < 4 && Date.now() < until;) {
    await new Promise(done => setTimeout(done, patient.interval));
    const next = await read();
    same = JSON.stringify(next) === JSON.stringify(value) ? same + 1 : 0;
    value = next;
  }
  return value;
}
