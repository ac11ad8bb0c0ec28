// Runs a packed worker on plain Node, away from the project: it has to find better-sqlite3 beside itself and open a store.

import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

const limitMs = 20_000;

/** Undefined when the worker answered; else what went wrong. */
export async function runPackedWorker(resources) {
  const folder = mkdtempSync(join(tmpdir(), 'playhead-packed-'));
  cpSync(join(resources, 'app.asar.unpacked'), folder, { recursive: true });
  const main = join(folder, 'out/main');
  const name = readdirSync(main).find(file => /^ingest\.worker-.*\.js$/.test(file));
  const worker = new Worker(join(main, name ?? 'ingest.worker.js'));
  try {
    return await new Promise(done => {
      const timer = setTimeout(() => done(`no answer within ${limitMs / 1000} s`), limitMs);
      timer.unref();
      worker.on('error', error => done(String(error)));
      worker.on('message', ({ t, id, message }) => id === 1 && done(t === 'done' ? undefined : message));
      worker.postMessage({ id: 1, name: 'start', input: { dataDir: join(folder, 'data'), once: true } });
    });
  } finally {
    await worker.terminate();
    rmSync(folder, { recursive: true, force: true });
  }
}
