// Usage from the sums that the writer keeps, beside a scan of every span, and beside ccusage where it is installed
// (PLAYHEAD_CCUSAGE names its program), which reads the logs each time.

import Database from 'better-sqlite3';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { makeLogs, ms, percentile, playhead, ratio, serve } from './tools.mjs';

const ROUNDS = 30;
const SCAN = `SELECT end_us / 86400000000 AS day, model, count(*), sum(input), sum(output), sum(cache_read), sum(cache_creation)
  FROM span WHERE counted = 3 AND input IS NOT NULL GROUP BY 1, 2`;

export async function usage({ folder, megabytes, rounds }) {
  const logs = join(folder, 'usage');
  const made = await makeLogs(logs, { megabytes, files: megabytes, seed: 5 });
  const dataDir = join(folder, 'usage-data');
  const source = `claude-code=${logs}`;
  await playhead('index', '--json', '--data-dir', dataDir, '--source', source);
  const db = new Database(join(dataDir, 'playhead.db'), { readonly: true });
  const scan = db.prepare(SCAN);
  const { hours } = db.prepare('SELECT count(*) AS hours FROM usage_hour').get();
  const { cells } = db.prepare('SELECT count(*) AS cells FROM usage_cell').get();
  const server = await serve(dataDir, source);
  const report = question => server.call('usage.report', { timezone: 'UTC', ...question });
  const questions = {
    'by day and model': { by: 'day', withModels: true },
    'by day and model, in Berlin': { by: 'day', withModels: true, timezone: 'Europe/Berlin' },
    'by day and model, in Kolkata': { by: 'day', withModels: true, timezone: 'Asia/Kolkata' },
    'by model': { by: 'model' },
    'by project': { by: 'project' },
    'by session': { by: 'session' },
  };
  const times = Object.fromEntries(Object.keys(questions).map(name => [name, []]));
  const scans = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, question] of Object.entries(questions)) {
      const began = performance.now();
      await report(question);
      times[name].push(performance.now() - began);
    }
    const began = performance.now();
    scan.all();
    scans.push(performance.now() - began);
  }
  const { total } = await report({ by: 'day' });
  await server.stop();
  db.close();

  const peer = runCcusage(logs, rounds);
  const scanned = percentile(scans, 50);
  const row = (question, list) => ({
    question,
    p50: ms(percentile(list, 50)),
    p95: ms(percentile(list, 95)),
    '/ scanning the spans': ratio(percentile(list, 50) / scanned),
    ...(peer && { '1 / of ccusage': `1/${Math.round(peer.ms / percentile(list, 50))}` }),
  });
  return {
    title: 'Usage',
    rows: [
      ...Object.entries(times).map(([name, list]) => row(name, list)),
      row('scanning the spans, by day and model', scans),
    ],
    notes: [
      `${made.lines} lines, ${Math.round(made.bytes / 1e6)} MB in ${megabytes} files; ${total.responses} responses, ${hours} sums by hour, ${cells} by session and quarter of an hour.`,
      `${ROUNDS} rounds over the socket, the scan of the spans in this process.`,
      peer
        ? `${peer.version}, reading the same logs: ${ms(peer.ms)} a report (best of ${rounds}); its totals ${
            isSame(peer.totals, total) ? 'are equal, cost to the nano-dollar' : 'DIFFER'
          }.`
        : 'ccusage is not installed (PLAYHEAD_CCUSAGE): left out.',
    ],
  };
}

function runCcusage(logs, rounds) {
  const program = process.env.PLAYHEAD_CCUSAGE ?? 'ccusage';
  const version = spawnSync(program, ['--version'], { encoding: 'utf8' });
  if (version.status !== 0) return undefined;
  const times = [];
  let totals;
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    const { stdout } = spawnSync(program, ['claude', 'daily', '--offline', '--json', '--timezone', 'UTC'], {
      encoding: 'utf8',
      env: { ...process.env, CLAUDE_CONFIG_DIR: logs },
      maxBuffer: 1e9,
    });
    times.push(performance.now() - began);
    totals = JSON.parse(stdout).totals;
  }
  return { version: version.stdout.trim(), ms: Math.min(...times), totals };
}

function isSame(totals, { usage: used, cost }) {
  return (
    totals.inputTokens === used.input &&
    totals.outputTokens === used.output &&
    totals.cacheReadTokens === used.cacheRead &&
    totals.cacheCreationTokens === used.cacheCreation &&
    Math.abs(Math.round(totals.totalCost * 1e9) - cost.nanoUsd) <= 1000
  );
}
