import { once } from 'node:events';
import { readFileSync, rmSync, utimesSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LauncherProject } from './launcher-project.ts';

const OLD_NODE = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })`;
/** Electron does not run as root, which the tests may. */
const A_USER = { before: 'process.getuid = () => 1000' };
const DISPLAY = { DISPLAY: ':7' };
const ARGS = [
  '--path',
  '/some/project',
  '--data-dir',
  'data',
  '--source',
  'codex-jsonl=/logs',
  'one.jsonl',
  'two words.jsonl',
];

let project: LauncherProject;
const servers: Server[] = [];

beforeEach(() => {
  project = new LauncherProject();
});

afterEach(() => {
  project[Symbol.dispose]();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** What the stand-in entry said of itself on its first line. */
function started(stdout: string): { entry: string; args: string[]; cwd: string } {
  return JSON.parse(stdout.split('\n')[0] ?? '') as { entry: string; args: string[]; cwd: string };
}

/** An HTTP server on loopback in the place of the host that Electron is downloaded from. */
async function mirror(listener: RequestListener): Promise<Readonly<Record<string, string>>> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return { ...DISPLAY, ELECTRON_MIRROR: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

describe('a Node that is too old', () => {
  it('is told so in one sentence when the project has no Node of its own', async () => {
    const { code, stdout, stderr } = await project.run('start.mjs', [], { before: OLD_NODE });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^Playhead needs Node 22\.22 or newer and this is 20\.20\.2: install .*\n$/);
  });

  it.runIf(process.platform === 'linux').each([
    ['start.mjs', ['--serve', 'a b.jsonl'], 'serve.js', ['a b.jsonl']],
    ['playhead.mjs', ['show', 'x', '--json'], 'cli.js', ['show', 'x', '--json']],
  ])('hands %s over to the Node that came with the project', async (script, given, entry, args) => {
    project.writeOwnNode();
    const { code, stdout, stderr } = await project.run(script, given, { before: OLD_NODE });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(started(stdout)).toMatchObject({ entry, args });
  });

  it('is not mentioned when the packages are not even installed', async () => {
    rmSync(join(project.dir, 'node_modules'), { recursive: true });
    const { code, stderr } = await project.run('start.mjs', [], { before: OLD_NODE });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Playhead's packages are not installed: run "npm ci" in .* first\.\n$/);
  });
});

describe('serving instead of a window', () => {
  it('is done without a word when asked for, with the arguments handed over in their order', async () => {
    const { code, stdout, stderr } = await project.run('start.mjs', ['--serve', ...ARGS], { env: DISPLAY });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(started(stdout)).toMatchObject({ entry: 'serve.js', args: ARGS });
  });

  it.runIf(process.platform === 'linux')('is done without a display, told in one line within a second', async () => {
    project.writeElectron('exit 0');
    const { stdout, stderr, firstLineMs } = await project.run('start.mjs', ARGS, A_USER);
    expect(stderr).toBe('No desktop window: there is no display here. Serving to a browser on 127.0.0.1 instead.\n');
    expect(firstLineMs).toBeLessThan(1000);
    expect(started(stdout)).toMatchObject({ entry: 'serve.js', args: ARGS });
  });

  it.runIf(process.platform === 'linux')('is done for root, as whom Electron does not run', async () => {
    project.writeElectron('exit 0');
    const asRoot = { before: 'process.getuid = () => 0', env: DISPLAY };
    const { stdout, stderr } = await project.run('start.mjs', [], asRoot);
    expect(stderr).toMatch(/^No desktop window: Electron does not run as root\. [^\n]*\n$/);
    expect(started(stdout).entry).toBe('serve.js');
  });

  it.each([
    ['asked not to', ['--no-download'], {}],
    ['in CI', [], { CI: '1' }],
  ])('is done when Electron is missing, without asking the network, %s', async (_case, args, env) => {
    let asked = 0;
    const reachable = await mirror((_request, response) => {
      asked += 1;
      response.end();
    });
    const { stdout, stderr } = await project.run('start.mjs', args, { ...A_USER, env: { ...reachable, ...env } });
    expect(stderr).toMatch(/^No desktop window: Electron’s binary is not here\. [^\n]*\n$/);
    expect(started(stdout)).toMatchObject({ entry: 'serve.js', args: [] });
    expect(asked).toBe(0);
  });

  it.each<[string, () => Promise<Readonly<Record<string, string>>>]>([
    ['refuses', async () => ({ ...DISPLAY, ELECTRON_MIRROR: 'http://127.0.0.1:9/' })],
    ['has a name that nobody knows', async () => ({ ...DISPLAY, ELECTRON_MIRROR: 'https://electron.invalid/' })],
    ['accepts and never answers', () => mirror(() => {})],
    ['answers that it has no such file', () => mirror((_request, response) => void response.writeHead(404).end())],
  ])('is done within five seconds when the download host %s', async (_case, environment) => {
    const { stdout, stderr, firstLineMs } = await project.run('start.mjs', [], { ...A_USER, env: await environment() });
    expect(stderr).toMatch(/^No desktop window: Electron’s binary is not here and \S+ cannot be reached\. [^\n]*\n$/);
    expect(firstLineMs).toBeLessThan(5000);
    expect(started(stdout).entry).toBe('serve.js');
  });

  it('passes a signal on, and gives back the exit code', async () => {
    const { code, stdout } = await project.run('start.mjs', ['--serve', '--wait'], { signal: 'SIGTERM' });
    expect(stdout).toMatch(/\nSIGTERM\n$/);
    expect(code).toBe(7);
  });

  it('resolves files from where the user stands, not from where npm runs scripts', async () => {
    const { stdout } = await project.run('start.mjs', ['--serve', 'a.jsonl'], {
      env: { INIT_CWD: join(project.dir, 'out') },
    });
    expect(started(stdout).cwd).toBe(join(project.dir, 'out'));
  });
});

describe.runIf(process.platform === 'linux')('the desktop window', () => {
  it('is opened with the project and the arguments, and its exit code is given back', async () => {
    project.writeElectron('echo "$@"; sleep 0.1; exit 0');
    const { code, stdout, stderr } = await project.run('start.mjs', ARGS, { ...A_USER, env: DISPLAY });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trim()).toBe([project.dir, ...ARGS].join(' '));
  });

  it('is replaced by serving, told in one line, when Electron dies before it shows one', async () => {
    project.writeElectron('exit 5');
    const { code, stdout, stderr } = await project.run('start.mjs', ARGS, { ...A_USER, env: DISPLAY });
    expect(stderr).toBe(
      'Electron could not open its window (exit code 5). Serving to a browser on 127.0.0.1 instead.\n',
    );
    expect(started(stdout)).toMatchObject({ entry: 'serve.js', args: ARGS });
    expect(code).toBe(0);
  });

  it('is not replaced when it had been shown', async () => {
    project.writeElectron(
      `exec '${process.execPath}' -e 'process.send({ kind: "playhead-shown" }, () => process.exit(5))'`,
    );
    const { code, stdout, stderr } = await project.run('start.mjs', [], { ...A_USER, env: DISPLAY });
    expect({ code, stdout, stderr }).toEqual({ code: 5, stdout: '', stderr: '' });
  });

  it('is not replaced when the start was interrupted', async () => {
    project.writeElectron('echo up; exec sleep 20');
    const { code, stdout, stderr } = await project.run('start.mjs', [], { ...A_USER, env: DISPLAY, signal: 'SIGTERM' });
    expect({ code, stdout, stderr }).toEqual({ code: 143, stdout: 'up\n', stderr: '' });
  });

  it('opens after Electron was fetched from a host that answers', async () => {
    project.write(
      'node_modules/electron/install.js',
      `const { writeFileSync, mkdirSync } = await import('node:fs');
       mkdirSync(new URL('dist', import.meta.url));
       writeFileSync(new URL('dist/electron', import.meta.url), '#!/bin/sh\\necho window', { mode: 0o755 });
       writeFileSync(new URL('path.txt', import.meta.url), 'electron');`,
    );
    project.write('node_modules/electron/package.json', '{ "version": "45.0.0", "type": "module" }');
    const asked: unknown[] = [];
    const env = await mirror((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end();
    });
    const { stdout, stderr } = await project.run('start.mjs', [], { ...A_USER, env });
    expect(stderr).toBe('Fetching Electron 45.0.0, once (about 120 MB)…\n');
    expect(stdout).toBe('window\n');
    expect(asked).toEqual(['HEAD /v45.0.0/SHASUMS256.txt']);
  });
});

describe('building first', () => {
  const BUILDER = `
    import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
    appendFileSync('builds', 'x');
    console.log('noise');
    if (process.env.BUILD_FAILS) { console.error('src/a.ts: no such thing'); process.exit(1); }
    await new Promise(done => setTimeout(done, 300));
    for (const path of ['main/index.js', 'main/serve.js', 'main/cli.js', 'preload/index.cjs', 'renderer/index.html']) {
      mkdirSync('out/' + path.split('/')[0], { recursive: true });
      writeFileSync('out/' + path, 'console.log("built")');
    }`;

  beforeEach(() => {
    project.write('node_modules/electron-vite/bin/electron-vite.js', BUILDER);
    project.write('node_modules/electron-vite/package.json', '{ "type": "module" }');
    project.write('src/main/deep/a.ts', '');
  });

  const builds = (): number => readFileSync(join(project.dir, 'builds'), { encoding: 'utf8', flag: 'a+' }).length;
  const touch = (path: string, ageS: number): void => {
    const at = Date.now() / 1000 - ageS;
    utimesSync(join(project.dir, path), at, at);
  };

  it('happens when out/ is missing, told in one line', async () => {
    rmSync(join(project.dir, 'out'), { recursive: true });
    const { stdout, stderr } = await project.run('start.mjs', ['--serve']);
    expect(stderr).toMatch(/^Building Playhead[^\n]*\n$/);
    expect({ stdout, builds: builds() }).toEqual({ stdout: 'built\n', builds: 1 });
  });

  it('happens when one source deep down is newer than one output, and then not again', async () => {
    touch('out/renderer/index.html', 3600);
    await project.run('start.mjs', ['--serve']);
    await project.run('start.mjs', ['--serve']);
    expect(builds()).toBe(1);
  });

  it('does not happen when everything built is newer', async () => {
    for (const path of ['src', 'src/main', 'src/main/deep', 'src/main/deep/a.ts', 'package.json']) touch(path, 3600);
    await project.run('playhead.mjs', ['sessions']);
    expect(builds()).toBe(0);
  });

  it('happens once for two starts at the same time', async () => {
    rmSync(join(project.dir, 'out'), { recursive: true });
    const both = await Promise.all([project.run('start.mjs', ['--serve']), project.run('playhead.mjs', ['index'])]);
    expect(both.map(run => run.stdout)).toEqual(['built\n', 'built\n']);
    expect(builds()).toBe(1);
  });

  it('goes on after a builder that was killed', async () => {
    rmSync(join(project.dir, 'out'), { recursive: true });
    project.write('node_modules/.cache/playhead-build.lock', '999999999');
    expect((await project.run('playhead.mjs', ['index'])).stdout).toBe('built\n');
  });

  it('shows the build’s own words when it fails, and starts nothing', async () => {
    touch('out/main/index.js', 3600);
    const { code, stdout, stderr } = await project.run('playhead.mjs', ['index'], { env: { BUILD_FAILS: '1' } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/noise\nsrc\/a\.ts: no such thing\nPlayhead could not be built\.\n$/);
  });
});
