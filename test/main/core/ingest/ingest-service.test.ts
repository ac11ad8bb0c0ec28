import type Database from 'better-sqlite3';
import { mkdirSync, readFileSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { claudeCodeJsonl } from '../../../../src/main/core/parsers/claude-code.ts';
import { systemClock } from '../../../../src/main/core/ingest/ingest-service.ts';
import { PlayheadError } from '../../../../src/shared/base/errors.ts';
import { assistant, text, user } from '../../../builders/claude-lines.ts';
import { fixturesDir } from '../../../builders/corpus.ts';
import {
  archive,
  differingArchives,
  jsonl,
  query,
  readInOneGo,
  Recorder,
  tempDir,
  until,
  writeAt,
} from '../../../builders/store.ts';

const line = (n: number, words = `prompt ${n}`) =>
  user(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, n, words);

function start(files: Readonly<Record<string, string>>, options: { once?: boolean; format?: string } = {}): Recorder {
  const root = join(tempDir(), 'home');
  mkdirSync(root);
  for (const [relPath, bytes] of Object.entries(files)) writeAt(root, relPath, bytes);
  return new Recorder({ root, format: 'auto', ...options });
}

const states = ({ dataDir }: Recorder) =>
  Object.fromEntries(
    query<{ rel_path: string; state: string; reason: string | null }>(
      dataDir,
      'SELECT rel_path, state, reason FROM file',
    ).map(({ rel_path: relPath, state, reason }) => [relPath, reason === null ? state : `${state}: ${reason}`]),
  );

describe('Progress', () => {
  it('adds up: every file and byte that was planned is done, and indexing ends', async () => {
    const recorder = start({
      'a.jsonl': jsonl(line(1)),
      'b.jsonl': jsonl(line(2), line(3)),
      'c.jsonl': 'no log\nat all\n',
    });
    const before = recorder.service.progress();
    expect(before).toMatchObject({ indexing: true, files: 3, filesDone: 0, bytesDone: 0 });
    // Touched again and again while they wait: still three files.
    for (let n = 0; n < 5; n += 1) recorder.service.touched(recorder.source.id, ['a.jsonl', 'b.jsonl']);
    expect(recorder.service.progress()).toMatchObject({ files: 3, bytes: before.bytes });
    await recorder.settle();
    const after = recorder.service.progress();
    expect(after).toMatchObject({ indexing: false, files: 3, filesDone: 3, sessions: 2, records: 3 });
    expect(after.bytesDone).toBe(after.bytes);
  });

  it('begins again for a source that comes later, and is told at its beginning and its end', async () => {
    const recorder = await start({ 'a.jsonl': jsonl(line(1)) }).settle();
    expect(recorder.service.progress().indexing).toBe(false);
    const other = tempDir();
    writeAt(other, 'b.jsonl', jsonl(line(2)));
    recorder.service.addSource({
      format: 'auto',
      label: '',
      path: other,
      root: other,
      starts: [''],
      origin: 'added',
      include: () => true,
    });
    expect(recorder.service.progress()).toMatchObject({ indexing: true, files: 1, filesDone: 0 });
    await recorder.settle();
    expect(recorder.service.progress()).toMatchObject({ indexing: false, files: 1, filesDone: 1, records: 2 });
    expect(recorder.events.findLast(event => event.kind === 'progress')?.progress.indexing).toBe(false);
  });

  it('counts records from the start on, and never less than before', async () => {
    const recorder = await start({ 'a.jsonl': jsonl(line(1)) }).settle();
    for (let n = 2; n < 6; n += 1) await recorder.append('a.jsonl', jsonl(line(n)));
    expect(recorder.service.progress().records).toBe(5);
  });
});

describe('Files are read', () => {
  it('newest first, and before all that still wait those that change now', async () => {
    const recorder = start({}, { format: 'claude-code' });
    const order: string[] = [];
    for (const [index, name] of ['old', 'newest', 'older', 'hot'].entries()) {
      const path = writeAt(recorder.root, `${name}.jsonl`, jsonl(line(index)));
      const age = { old: 20, newest: 10, older: 30, hot: 40 }[name] ?? 0;
      utimesSync(path, new Date(), new Date(Date.now() - age * 60_000));
    }
    recorder.service.look(recorder.source.id);
    recorder.service.touched(recorder.source.id, ['hot.jsonl']);
    await recorder.settle();
    order.push(
      ...query<{ rel_path: string }>(
        recorder.dataDir,
        'SELECT rel_path FROM file JOIN record ON file_id = file.id ORDER BY record.id',
      ).map(row => row.rel_path),
    );
    expect(order).toEqual(['newest.jsonl', 'hot.jsonl', 'old.jsonl', 'older.jsonl']);
  });

  it('again by themselves when the watcher was silent: soon where somebody writes, at last everywhere', async () => {
    const recorder = await start({ 'busy.jsonl': jsonl(line(1)), 'quiet.jsonl': jsonl(line(2)) }).settle();
    await recorder.append('busy.jsonl', jsonl(line(3)));
    writeAt(recorder.root, 'busy.jsonl', jsonl(line(1), line(3), line(4)));
    writeAt(recorder.root, 'quiet.jsonl', jsonl(line(2), line(5)));
    writeAt(recorder.root, 'new.jsonl', jsonl(line(6)));
    const records = () =>
      query<{ records: number }>(recorder.dataDir, 'SELECT records FROM file ORDER BY rel_path').map(
        row => row.records,
      );
    await recorder.pass(2_500);
    expect(records()).toEqual([3, 1]);
    await recorder.pass(60_000);
    expect(records()).toEqual([3, 1, 2]);
  });

  it('anew when their parser makes other facts of the same bytes', async () => {
    const log = 'a.jsonl';
    const recorder = await start({ [log]: jsonl(line(1), assistant('a1', 2, [text('hi')])) }).settle();
    await recorder.close();
    const before = recorder.dump();
    const parser = claudeCodeJsonl as { version: number };
    parser.version += 1;
    onTestFinished(() => {
      parser.version -= 1;
    });
    const again = await new Recorder({ root: recorder.root, dataDir: recorder.dataDir }).settle();
    await again.close();
    expect(query(again.dataDir, 'SELECT generation, parser_version FROM file')).toEqual([
      { generation: 2, parser_version: parser.version },
    ]);
    expect(again.changed).toHaveLength(1);
    const after = again.dump();
    expect({ ...after, files: [], records: [], roles: [] }).toEqual({ ...before, files: [], records: [], roles: [] });
    expect(query(again.dataDir, 'SELECT count(*) AS count FROM record WHERE superseded = 0')).toEqual([{ count: 2 }]);
  });
});

describe('An inode', () => {
  it('that was given to another file is no renaming', async () => {
    const recorder = await start({ 'first.jsonl': jsonl(line(1)) }).settle();
    const inode = () =>
      query<{ inode: string }>(recorder.dataDir, 'SELECT inode FROM file ORDER BY id').map(row => row.inode);
    rmSync(join(recorder.root, 'first.jsonl'));
    await recorder.touch('first.jsonl');
    // Many file systems give the number of a deleted file to the next one.
    let reused = false;
    for (let n = 0; n < 50 && !reused; n += 1) {
      await recorder.write(
        `other${n}.jsonl`,
        jsonl(line(100 + n, 'of quite another file, and longer than the first one')),
      );
      reused = inode().indexOf(inode().at(-1) ?? '') === 0;
    }
    expect(states(recorder)['first.jsonl']).toMatch(/^gone/);
    expect(
      query(
        recorder.dataDir,
        `SELECT superseded FROM record JOIN file ON file.id = file_id WHERE rel_path = 'first.jsonl'`,
      ),
    ).toEqual([{ superseded: 0 }]);
    expect(archive(recorder.dataDir).get('first.jsonl')?.toString()).toBe(jsonl(line(1)));
  });

  it('of a file that is saved by renaming is kept in mind once, however often that happens', async () => {
    const recorder = await start({ 'a.jsonl': jsonl(line(1)) }).settle();
    for (let n = 0; n < 20; n += 1) {
      writeAt(recorder.root, 'a.tmp', jsonl(line(1)));
      renameSync(join(recorder.root, 'a.tmp'), join(recorder.root, 'a.jsonl'));
      await recorder.touch('a.jsonl');
    }
    const { sources } = recorder.service as unknown as { sources: Map<number, { inodes: Map<string, string> }> };
    expect([...sources.values()].map(({ inodes }) => inodes.size)).toEqual([1]);
  });
});

describe('A log that a mapping describes', () => {
  const folder = join(fixturesDir, 'generic');
  const [log, mapping] = ['order-desk.jsonl', 'order-desk.playhead-map.json'];
  const bytesOf = (name: string) => readFileSync(join(folder, name), 'utf8');

  it('is read when the mapping comes later, at once', async () => {
    const recorder = await start({ [log]: bytesOf(log) }).settle();
    expect(states(recorder)[log]).toMatch(/^unrecognised/);
    await recorder.write(mapping, bytesOf(mapping));
    expect(states(recorder)).toEqual({ [log]: 'current' });
    expect(query(recorder.dataDir, 'SELECT count(*) > 0 AS there FROM session')).toEqual([{ there: 1 }]);
  });

  it('is read anew when the mapping says something else', async () => {
    const recorder = await start({ [log]: bytesOf(log), [mapping]: bytesOf(mapping) }).settle();
    const models = () =>
      query<{ model: string }>(recorder.dataDir, `SELECT DISTINCT model FROM span WHERE kind = 'llm'`).map(
        row => row.model,
      );
    expect(models()).toEqual(['gpt-4.1-mini']);
    await recorder.write(mapping, bytesOf(mapping).replace('"model": "llm.name"', '"model": "event"'));
    expect(models()).toEqual(['llm_call']);
    expect(query(recorder.dataDir, 'SELECT generation, state FROM file')).toEqual([
      { generation: 2, state: 'current' },
    ]);
    expect(differingArchives(recorder.dataDir, recorder.root)).toEqual([]);
  });

  it('goes on to be read when the mapping is gone', async () => {
    const recorder = await start({ [log]: bytesOf(log), [mapping]: bytesOf(mapping) }).settle();
    await recorder.close();
    rmSync(join(recorder.root, mapping));
    const again = await new Recorder({ root: recorder.root, dataDir: recorder.dataDir }).settle();
    const first = bytesOf(log).split('\n')[0] ?? '';
    await again.append(log, `${first}\n`);
    expect(query(again.dataDir, 'SELECT records FROM file WHERE rel_path = ?', log)).toEqual([
      { records: bytesOf(log).trim().split('\n').length + 1 },
    ]);
  });

  it('whose mapping is wrong says what is wrong with it', async () => {
    const recorder = await start({ [log]: bytesOf(log), [mapping]: '{"agent": 5}' }).settle();
    expect(states(recorder)[mapping]).toMatch(/^unrecognised: no mapping: \S/);
    await recorder.write(mapping, bytesOf(mapping));
    expect(states(recorder)).toEqual({ [log]: 'current', [mapping]: 'current' });
  });

  it('costs nothing while its mapping stays as it is', async () => {
    const recorder = await start({ [log]: bytesOf(log), [mapping]: bytesOf(mapping) }).settle();
    let saved = 0;
    const { saveMapping } = recorder.store;
    recorder.store.saveMapping = (...args) => {
      saved += 1;
      saveMapping.apply(recorder.store, args);
    };
    await recorder.pass(300_000);
    expect(saved).toBe(0);
  });
});

describe('A line with numbers that nothing can hold', () => {
  it('stops neither its file nor the others', async () => {
    const huge = assistant('a1', 2, [text('hi')], { id: 'm', usage: { input_tokens: 1e300, output_tokens: 7 } });
    const recorder = await start({
      'a.jsonl': jsonl(line(1), huge, { ...line(2), timestamp: '+275760-09-13T00:00:00.000Z' }, line(3)),
      'b.jsonl': jsonl(line(4)),
    }).settle();
    expect(recorder.failures).toEqual([]);
    expect(states(recorder)).toEqual({ 'a.jsonl': 'current', 'b.jsonl': 'current' });
    expect(query(recorder.dataDir, 'SELECT count(*) AS count FROM record')).toEqual([{ count: 5 }]);
    expect(query(recorder.dataDir, 'SELECT output FROM session ORDER BY output DESC LIMIT 1')).toEqual([{ output: 7 }]);
  });
});

describe('When a commit fails', () => {
  it('of one file, the others are stored, and the file is marked and tried again', async () => {
    const recorder = start({ 'good.jsonl': jsonl(line(1)), 'bad.jsonl': jsonl(line(2)) }, { format: 'claude-code' });
    // What no file should be able to cause: rows that the store refuses.
    const { commit } = recorder.store;
    recorder.store.commit = batches => {
      if (batches.some(({ file }) => file.relPath === 'bad.jsonl')) throw new Error('UNIQUE constraint failed');
      return commit.call(recorder.store, batches);
    };
    await recorder.settle();
    expect(states(recorder)).toEqual({
      'good.jsonl': 'current',
      'bad.jsonl': 'unreadable: could not be stored: UNIQUE constraint failed',
    });
    expect(recorder.failures).toEqual([]);
    recorder.store.commit = commit;
    await recorder.pass(60_000);
    expect(states(recorder)).toEqual({ 'good.jsonl': 'current', 'bad.jsonl': 'current' });
    expect(query(recorder.dataDir, 'SELECT count(*) AS count FROM record')).toEqual([{ count: 2 }]);
  });

  /** A store that may not grow: SQLite says that the disk is full. */
  function fill(recorder: Recorder): { free(): void } {
    const { db } = recorder.store as unknown as { db: Database.Database };
    const pages = db.pragma('page_count', { simple: true }) as number;
    db.pragma(`max_page_count = ${pages}`);
    return { free: () => db.pragma('max_page_count = 1000000') };
  }

  const big = (n: number) => jsonl(...Array.from({ length: 200 }, (_, k) => line(n * 1000 + k)));

  it('for want of space, that is told once, whoever waits is told, and it goes on when there is space again', async () => {
    const recorder = await start({ 'a.jsonl': jsonl(line(1)) }).settle();
    const disk = fill(recorder);
    const full = { code: 'unavailable', message: expect.stringMatching(/disk is full.*tried again/) };
    writeAt(recorder.root, 'a.jsonl', jsonl(line(1)) + big(1));
    await expect(recorder.touch('a.jsonl')).rejects.toMatchObject(full);
    await expect(recorder.pass(15_000)).rejects.toMatchObject(full);
    expect(recorder.failures).toHaveLength(1);
    expect(query(recorder.dataDir, 'SELECT records FROM session')).toEqual([{ records: 1 }]);

    disk.free();
    await recorder.pass(15_000);
    expect(query(recorder.dataDir, 'SELECT records FROM session')).toEqual([{ records: 201 }]);
    expect(differingArchives(recorder.dataDir, recorder.root)).toEqual([]);
  });

  it('nothing is kept of what was read in vain: it is read again as if for the first time', async () => {
    const relPath = 'rollout-2026-05-31T01-10-45-019e7b27-7afd-72d1-bdd7-a48972b3f833.jsonl';
    const bytes = readFileSync(join(fixturesDir, 'codex/sessions/2026/05/31', relPath));
    const third = bytes.indexOf(10, bytes.length / 3) + 1;
    const recorder = start({ [relPath]: '' }, { format: 'codex' });
    await recorder.append(relPath, bytes.subarray(0, third));
    const { commit } = recorder.store;
    recorder.store.commit = () => {
      throw new PlayheadError('unavailable', 'no space');
    };
    await expect(recorder.append(relPath, bytes.subarray(third))).rejects.toMatchObject({ code: 'unavailable' });
    recorder.store.commit = commit;
    await recorder.pass(15_000);
    await recorder.close();
    const root = join(tempDir(), 'home');
    writeAt(root, relPath, bytes);
    expect(recorder.dump()).toEqual(await readInOneGo({ root, format: 'codex' }));
  });

  it('where everything is read once, reading fails', async () => {
    const recorder = start({ 'a.jsonl': big(1) }, { once: true });
    fill(recorder);
    await expect(recorder.settle()).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('One file', () => {
  it('is read on demand, before all that waits', async () => {
    const recorder = start(Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`${n}.jsonl`, jsonl(line(n))])));
    await recorder.service.readFile(recorder.source.id, '7.jsonl');
    expect(query(recorder.dataDir, 'SELECT records FROM file WHERE rel_path = ?', '7.jsonl')).toEqual([{ records: 1 }]);
    await recorder.service.readFile(recorder.source.id, 'not there.jsonl');
    await recorder.settle();
  });
});

describe('A source that is removed', () => {
  it('is not read on, and taken up again goes on where it was', async () => {
    const recorder = await start({ 'a.jsonl': jsonl(line(1)) }).settle();
    recorder.service.removeSource(recorder.source.id);
    await recorder.append('a.jsonl', jsonl(line(2)));
    expect(query(recorder.dataDir, 'SELECT records FROM session')).toEqual([{ records: 1 }]);
    const { root } = recorder;
    recorder.service.addSource({
      format: 'auto',
      label: '',
      path: root,
      root,
      starts: [''],
      origin: 'found',
      include: () => true,
    });
    await recorder.settle();
    expect(query(recorder.dataDir, 'SELECT records FROM session')).toEqual([{ records: 2 }]);
  });
});

it('the clock of the system ticks until it is told to stop', async () => {
  let ticks = 0;
  const ticking = systemClock.every(1, () => {
    ticks += 1;
  });
  await until('two ticks', () => ticks >= 2);
  ticking.dispose();
  expect(systemClock.now()).toBeGreaterThan(1_700_000_000_000);
});
