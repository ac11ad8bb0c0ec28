// What the benchmarks share: child processes with their accounting, medians, generated logs, a served Playhead.

import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import WebSocket from 'ws';

const here = import.meta.dirname;
const out = join(here, '../../out/main');

export const median = list => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN;
export const percentile = (list, p) => {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))] ?? NaN;
};
export const ratio = number => `${number.toFixed(2)}`;
export const megabytes = bytes => `${Math.round(bytes / 1e6)} MB`;
export const ms = number => `${number < 10 ? number.toFixed(1) : Math.round(number)} ms`;

/** Runs a script in a process of its own; gives what it printed as JSON. */
export function runJson(script, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', chunk => (text += chunk));
    child.on('close', code =>
      code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`${script} ended with ${code}`)),
    );
  });
}

export const playhead = (...args) => runJson(join(out, 'cli.js'), args);

/** Generated logs in a folder; the same seed gives the same bytes. */
export async function makeLogs(dir, { megabytes: size, files, seed = 1 }) {
  mkdirSync(dir, { recursive: true });
  const target = files === 1 ? join(dir, 'projects/one/11111111-1111-4111-8111-111111111111.jsonl') : dir;
  return runJson(join(here, 'gen-logs.mjs'), [
    '--out',
    target,
    '--bytes',
    `${size}M`,
    '--files',
    String(files),
    '--seed',
    String(seed),
  ]);
}

export function folderBytes(dir) {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** A served Playhead and one client of it. */
export async function serve(dataDir, source) {
  const child = spawn(
    process.execPath,
    [join(out, 'serve.js'), '--no-open', '--json', '--data-dir', dataDir, '--source', source],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [first] = await new Promise(resolve => createInterface(child.stdout).once('line', line => resolve([line])));
  const { url, port, pid } = JSON.parse(first);
  const origin = `http://127.0.0.1:${port}`;
  const token = new URL(url).hash.replace('#token=', '');
  const answer = await fetch(`${origin}/token`, { method: 'POST', body: token, headers: { origin } });
  const { key } = await answer.json();
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws?token=${key}`, { origin });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const waiting = new Map();
  const pushes = new Set();
  let nextId = 1;
  socket.on('message', (/** @type {Buffer} */ data) => {
    const frame = JSON.parse(data.toString('utf8'));
    if (frame.t === 'push') for (const listener of pushes) listener(frame.name, frame.payload);
    else {
      waiting.get(frame.id)?.(frame);
      waiting.delete(frame.id);
    }
  });
  return {
    pid,
    onPush: listener => pushes.add(listener),
    call: (name, input) =>
      new Promise((resolve, reject) => {
        const id = nextId++;
        waiting.set(id, frame => (frame.t === 'done' ? resolve(frame.output) : reject(new Error(frame.message))));
        socket.send(JSON.stringify({ t: 'call', id, name, input }));
      }),
    async stop() {
      socket.close();
      const ended = new Promise(resolve => child.once('close', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

export async function until(condition, timeoutMs = 120_000) {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('waited too long');
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}
