// Builds out/ when it is missing or older than the sources.

import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { root, say } from './place.mjs';

const outputs = ['main/index.js', 'main/serve.js', 'main/cli.js', 'preload/index.cjs', 'renderer/index.html'];
const inputs = ['src', 'electron.vite.config.ts', 'package.json', 'package-lock.json'];
const lock = join(root, 'node_modules', '.cache', 'playhead-build.lock');

/** True when out/ can be used. Says one line when it builds; shows the build's own words only when it fails. */
export async function ensureBuilt() {
  if (isFresh()) return true;
  return holdingLock(async () => {
    if (isFresh()) return true;
    say('Building Playhead, since its sources are newer than what was built last (a few seconds)…');
    const { code, output } = await build();
    if (code !== 0) say(`${output.trim()}\nPlayhead could not be built.`);
    return code === 0;
  });
}

/** Whether every output is there and none is older than any source. A package without sources is always fresh. */
export function isFresh(folder = root) {
  const built = outputs.map(path => modifiedMs(join(folder, 'out', path)));
  if (built.includes(undefined)) return false;
  if (!existsSync(join(folder, 'src'))) return true;
  return newest(inputs.map(path => join(folder, path))) <= Math.min(...built);
}

function build() {
  const cli = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  return new Promise(done => {
    const child = spawn(process.execPath, [cli, 'build'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (output += text));
    child.on('error', error => done({ code: 1, output: error.message }));
    child.on('close', code => done({ code: code ?? 1, output }));
  });
}

/** Two starts at once must not build into the same folder: the second one waits, then finds it fresh. */
async function holdingLock(work) {
  mkdirSync(dirname(lock), { recursive: true });
  while (!takeLock()) await wait(100);
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function takeLock() {
  try {
    const file = openSync(lock, 'wx');
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!holderLives()) rmSync(lock, { force: true });
    return false;
  }
}

function holderLives() {
  try {
    const text = readFileSync(lock, 'utf8');
    // Empty: the holder has made it and not written yet. A second is plenty for that.
    if (text === '') return Date.now() - (modifiedMs(lock) ?? 0) < 1000;
    process.kill(Number(text), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function newest(paths) {
  let latest = 0;
  for (const path of paths) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      // A folder's own time tells of files that were removed.
      latest = Math.max(latest, stat.mtimeMs, newest(readdirSync(path).map(name => join(path, name))));
    } else if (stat) latest = Math.max(latest, stat.mtimeMs);
  }
  return latest;
}

function modifiedMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
