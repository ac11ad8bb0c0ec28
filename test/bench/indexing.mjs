// The first index against the parse pass, its size and memory, and a second start on unchanged files.

import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { logFiles } from './parse-pass.mjs';
import { folderBytes, makeLogs, median, megabytes, playhead, ratio, runJson } from './tools.mjs';

const parsePass = dir => runJson(join(import.meta.dirname, 'parse-pass.mjs'), [dir]);

export async function indexing({ folder, megabytes: size, rounds }) {
  const rows = [];
  for (const [name, files] of [
    [`${size} MB in ${size} files`, size],
    [`${size} MB in one file`, 1],
  ]) {
    const logs = join(folder, `logs-${files}`);
    await makeLogs(logs, { megabytes: size, files });
    const data = join(folder, 'data');
    const runs = [];
    for (let round = 0; round < rounds; round += 1) {
      rmSync(data, { recursive: true, force: true });
      const parse = await parsePass(logs);
      const index = await playhead('index', '--data-dir', data, '--source', `claude-code=${logs}`, '--json');
      const again = await playhead('index', '--data-dir', data, '--source', `claude-code=${logs}`, '--json');
      if (index.lines !== parse.lines || index.bytes !== parse.bytes)
        throw new Error('the index did not read everything');
      const walkBegan = performance.now();
      for (const path of logFiles(logs)) statSync(path);
      const walk = (performance.now() - walkBegan) / 1000;
      runs.push({ parse, index, again, walk });
    }
    const of = pick => median(runs.map(pick));
    const store = statSync(join(data, 'playhead.db')).size;
    rows.push({
      logs: name,
      'parse pass P': `${of(run => run.parse.seconds).toFixed(2)} s`,
      'first index / P': ratio(of(run => run.index.seconds / run.parse.seconds)),
      'peak memory': megabytes(of(run => run.index.peakRssBytes)),
      'rows / logs': ratio(store / runs[0].parse.bytes),
      'archive / logs': ratio(folderBytes(join(data, 'packs')) / runs[0].parse.bytes),
      'second start': `${of(run => run.again.seconds).toFixed(2)} s`,
    });
  }
  return {
    title: 'First index',
    rows,
    notes: [
      'P: one thread reads, splits and parses every line (`test/bench/parse-pass.mjs`); the index also makes the rows, links them and packs the raw bytes. Times of the index are those inside the process.',
      'Second start: nothing has changed; the time includes opening the store, starting the threads and looking at every file.',
    ],
  };
}
