// The promise "nothing lost": a process that reads is killed without warning, again and again, while others write.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fixturesDir, listFiles } from '../../../builders/corpus.ts';
import {
  differingArchives,
  dumpStore,
  query,
  readInOneGo,
  Recorder,
  tempDir,
  wrongSums,
  writeAt,
} from '../../../builders/store.ts';

const KILLS = 20;

it(`loses and doubles nothing when it is killed ${KILLS} times in the middle of its work`, async () => {
  const seed = Date.now() % 100_000;
  const random = randomFrom(seed);
  const [root, dataDir] = [join(tempDir(), 'source'), tempDir()];
  mkdirSync(root);
  const unwritten = new Map<string, Buffer>();
  for (const [index, relPath] of listFiles(fixturesDir, path =>
    /^(claude-code|codex|anton).*\.jsonl$/.test(path),
  ).entries()) {
    const name = `${index}/${relPath.split('/').at(-1) ?? ''}`;
    unwritten.set(name, readFileSync(join(fixturesDir, relPath)));
    writeAt(root, name, '');
  }
  const total = [...unwritten.values()].reduce((sum, bytes) => sum + bytes.length, 0);

  const read: number[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const child = start(dataDir, root);
    // Some die while they start, before the store is open.
    if (kill % 5 !== 4) await once(child.stdout ?? child, 'data');
    const until = performance.now() + random(120);
    while (performance.now() < until) {
      write(root, unwritten, random, total / KILLS / 8);
      await new Promise(resolve => setTimeout(resolve, 2));
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
    if (kill === 0 && !isBegun(dataDir)) continue;
    expectWhole(dataDir, root, `seed ${seed}, kill ${kill + 1}`);
    read.push(query<{ bytes: number }>(dataDir, 'SELECT coalesce(sum(offset), 0) AS bytes FROM file')[0]?.bytes ?? 0);
  }
  // They were killed at work, not when all was done or nothing begun.
  expect(new Set(read).size).toBeGreaterThan(KILLS / 4);

  for (const [relPath, bytes] of unwritten) appendFileSync(join(root, relPath), bytes);
  const last = await new Recorder({ root, dataDir, once: true }).settle();
  await last.close();
  expectWhole(dataDir, root, `seed ${seed}, the end`);
  expect(wrongSums(dataDir)).toEqual([]);
  const expected = await readInOneGo({ root });
  const found = dumpStore(dataDir);
  for (const table of Object.keys(expected) as (keyof typeof expected)[])
    expect(found[table], table).toEqual(expected[table]);
}, 120_000);

function start(dataDir: string, root: string): ChildProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'reading.child.ts'), dataDir, root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

function write(root: string, unwritten: Map<string, Buffer>, random: (below: number) => number, most: number): void {
  const [relPath, bytes] = [...unwritten][random(unwritten.size)] ?? [];
  if (relPath === undefined || !bytes) return;
  const count = 1 + random(Math.min(bytes.length, most));
  appendFileSync(join(root, relPath), bytes.subarray(0, count));
  if (count < bytes.length) unwritten.set(relPath, bytes.subarray(count));
  else unwritten.delete(relPath);
}

function isBegun(dataDir: string): boolean {
  try {
    return query(dataDir, 'SELECT 1 FROM file LIMIT 1').length > 0;
  } catch {
    return false;
  }
}

/** Every line before a file's offset is there once, and the archive holds the bytes up to it. */
function expectWhole(dataDir: string, root: string, when: string): void {
  expect(query(dataDir, 'PRAGMA quick_check'), when).toEqual([{ quick_check: 'ok' }]);
  expect(query(dataDir, 'PRAGMA foreign_key_check'), when).toEqual([]);
  const files = query<{ id: number; rel_path: string; offset: number; line: number }>(
    dataDir,
    'SELECT id, rel_path, offset, line FROM file WHERE parser IS NOT NULL',
  );
  for (const { id, rel_path: relPath, offset } of files) {
    const lines = readFileSync(join(root, relPath)).subarray(0, offset).toString('latin1').split('\n');
    const expected = lines.flatMap((text, index) => (text.trim() === '' ? [] : [index + 1]));
    const found = query<{ line: number }>(dataDir, 'SELECT line FROM record WHERE file_id = ? ORDER BY offset', id);
    expect(
      found.map(({ line }) => line),
      `${when}: ${relPath}`,
    ).toEqual(expected);
  }
  expect(differingArchives(dataDir, root), when).toEqual([]);
}

function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}
