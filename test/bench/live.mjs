// From the append of a line to a client in another process that hears of it.

import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeGenerator } from './gen-logs.mjs';
import { ms, percentile, serve, until } from './tools.mjs';

const SECONDS = 6;

export async function live({ folder }) {
  const rows = [];
  for (const [files, perSecond] of [
    [1, 10],
    [50, 100],
    [50, 1000],
  ]) {
    rows.push(await measure(join(folder, `live-${files}-${perSecond}`), files, perSecond));
  }
  return {
    title: 'Live',
    rows,
    notes: [
      'Time from the append of a line to the `sessions.changed` push that names its session, at a WebSocket client. `unseen`: lines that are not in the store afterwards.',
    ],
  };
}

async function measure(folder, files, perSecond) {
  const { r, session } = makeGenerator(7);
  const dir = join(folder, 'projects/live');
  mkdirSync(dir, { recursive: true });
  const logs = Array.from({ length: files }, () => {
    const sessionId = r.uuid();
    const lines = session({ sessionId, cwd: '/home/dev/live', now: Date.now });
    const path = join(dir, `${sessionId}.jsonl`);
    writeFileSync(path, `${JSON.stringify(lines.next().value)}\n`);
    return { sessionId, path, lines, written: 1, waiting: [] };
  });
  const server = await serve(join(folder, 'data'), `claude-code=${folder}`);
  const idOf = new Map();
  await until(async () => {
    const { sessions } = await server.call('sessions.list', { limit: 1000 });
    for (const one of sessions) idOf.set(one.id, one.nativeId);
    return sessions.length === files;
  });
  const byNative = new Map(logs.map(log => [log.sessionId, log]));
  const latencies = [];
  server.onPush((name, payload) => {
    if (name !== 'sessions.changed') return;
    const now = performance.now();
    for (const id of payload.sessionIds) {
      const log = byNative.get(idOf.get(id));
      for (const at of log?.waiting ?? []) latencies.push(now - at);
      if (log) log.waiting = [];
    }
  });
  // The watcher is in place when a first append is seen; what follows is measured.
  const total = SECONDS * perSecond;
  const began = performance.now();
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - began) * perSecond) / 1000));
    for (; sent < due; sent += 1) {
      const log = logs[sent % files];
      const line = `${JSON.stringify(log.lines.next().value)}\n`;
      log.waiting.push(performance.now());
      appendFileSync(log.path, line);
      log.written += 1;
    }
    await new Promise(resolve => setTimeout(resolve, 1));
  }
  const written = logs.reduce((sum, log) => sum + log.written, 0);
  let seen = 0;
  await until(async () => {
    const { sessions } = await server.call('sessions.list', { limit: 1000 });
    seen = sessions.reduce((sum, one) => sum + one.records, 0);
    return seen === written;
  }, 10_000).catch(() => undefined);
  await server.stop();
  return {
    files,
    'lines/s': perSecond,
    p50: ms(percentile(latencies, 50)),
    p95: ms(percentile(latencies, 95)),
    p99: ms(percentile(latencies, 99)),
    unseen: written - seen,
  };
}
