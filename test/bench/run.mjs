// npm run bench [-- NAME...] [--megabytes N] [--rounds N]
//
// Runs the benchmarks and writes BENCHMARKS.md. Each prints ratios against a baseline measured in the same run, in
// interleaved rounds; nothing here gates by seconds. Needs `npm run build` before (the script does it).

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { indexing } from './indexing.mjs';
import { live } from './live.mjs';
import { screen } from './screen.mjs';
import { search } from './search.mjs';
import { usage } from './usage.mjs';
import { views } from './views.mjs';

const benches = { indexing, live, screen, views, search, usage };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { megabytes: { type: 'string', default: '200' }, rounds: { type: 'string', default: '3' } },
});
const names = positionals.length > 0 ? positionals : Object.keys(benches);
const unknown = names.find(name => !Object.hasOwn(benches, name));
if (unknown !== undefined) {
  console.error(`There is no benchmark ${unknown}; there are ${Object.keys(benches).join(', ')}.`);
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'playhead-bench-'));
const context = { folder, megabytes: Number(values.megabytes), rounds: Number(values.rounds) };
const sections = [];
try {
  for (const name of names) {
    console.error(`${name} …`);
    const { title, notes, rows } = await benches[name](context);
    sections.push(`## ${title}\n\n${table(rows)}\n\n${notes.map(note => `- ${note}`).join('\n')}\n`);
    console.log(sections.at(-1));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

if (positionals.length === 0) {
  const machine = `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, ${process.platform}`;
  writeFileSync(
    'BENCHMARKS.md',
    `# Benchmarks\n\nMade by \`npm run bench -- --megabytes ${context.megabytes} --rounds ${context.rounds}\` on ${new Date().toISOString().slice(0, 10)}: ${machine}.\nRatios are medians of rounds in which baseline and subject take turns; absolute times are this machine's on that day.\n\n${sections.join('\n')}`,
  );
}

function table(rows) {
  const columns = Object.keys(rows[0] ?? {});
  const line = cells => `| ${cells.join(' | ')} |`;
  return [
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map(row => line(columns.map(column => row[column] ?? ''))),
  ].join('\n');
}
