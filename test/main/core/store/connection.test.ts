import Database from 'better-sqlite3';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PlayheadError } from '../../../../src/shared/base/errors.ts';
import { checkGapFree, markSuspect, migrate, type WriteDb } from '../../../../src/main/core/store/connection.ts';
import { migrations } from '../../../../src/main/core/store/schema.ts';
import { StoreReader, StoreWriter } from '../../../../src/main/core/store/index.ts';
import { assistant, text, user } from '../../../builders/claude-lines.ts';
import { archive, jsonl, query, readStore, Recorder, tempDir, writeAt } from '../../../builders/store.ts';

const step = (version: number, sql = `CREATE TABLE t${version} (id INTEGER) STRICT`) => ({
  version,
  name: `step ${version}`,
  sql,
});

function memory(): WriteDb {
  return new Database(':memory:');
}

function tables(db: WriteDb): unknown[] {
  return db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`).pluck().all();
}

function versionOf(db: WriteDb): unknown {
  return db.pragma('user_version', { simple: true });
}

/** A store with one session in it, closed. */
async function recorded(dataDir = tempDir()): Promise<{ dataDir: string; root: string }> {
  const root = tempDir();
  writeAt(root, 'log.jsonl', jsonl(user('u1', 1, 'hello'), assistant('a1', 2, [text('hi')])));
  await (await new Recorder({ root, dataDir, once: true }).settle()).close();
  return { dataDir, root };
}

describe('Migrations', () => {
  it('of this version have no gaps', () => {
    expect(() => checkGapFree(migrations)).not.toThrow();
  });

  it.each([
    ['a gap', [step(1), step(3)]],
    ['another order', [step(2), step(1)]],
    ['a number twice', [step(1), step(1)]],
    ['a beginning at 0', [step(0), step(1)]],
  ])('with %s are a defect and change nothing', (_name, steps) => {
    const db = memory();
    expect(() => migrate(db, steps)).toThrow(expect.objectContaining({ code: 'internal' }));
    expect(tables(db)).toEqual([]);
  });

  it('are applied in order, each once, from where the store stands', () => {
    const db = memory();
    migrate(db, [step(1)]);
    expect([tables(db), versionOf(db)]).toEqual([['t1'], 1]);
    migrate(db, [step(1), step(2, 'ALTER TABLE t1 RENAME TO t2'), step(3, 'CREATE TABLE t1 (id INTEGER) STRICT')]);
    expect([tables(db), versionOf(db)]).toEqual([['t1', 't2'], 3]);
  });

  it('that fail leave the store as the last good one made it', () => {
    const db = memory();
    expect(() => migrate(db, [step(1), step(2, 'CREATE TABLE t2 (id INTEGER) STRICT; nonsense')])).toThrow(/nonsense/);
    expect([tables(db), versionOf(db)]).toEqual([['t1'], 1]);
  });
});

describe('A store', () => {
  it("keeps foreign keys, writes ahead, and sits in a folder that is only its owner's", async () => {
    const dataDir = join(tempDir(), 'deep', 'data');
    const store = new StoreWriter(dataDir);
    expect(query(dataDir, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    const file = store.addFile(store.addSource(spec('/x')).id, 'a.jsonl');
    expect(() => store.addFile(file.sourceId + 1, 'b.jsonl')).toThrow(/FOREIGN KEY/);
    store.close();
    expect(existsSync(join(dataDir, 'packs'))).toBe(true);
  });

  it('is not there to read before it was written', () => {
    expect(() => new StoreReader(tempDir())).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  it('in a place that is no folder cannot be opened', () => {
    const path = join(tempDir(), 'file');
    writeFileSync(path, '');
    expect(() => new StoreWriter(path)).toThrow(expect.objectContaining({ code: 'unreadable' }));
  });

  it('whose file is a folder cannot be opened', () => {
    const dataDir = tempDir();
    mkdirSync(join(dataDir, 'playhead.db'));
    expect(() => new StoreWriter(dataDir)).toThrow(PlayheadError);
  });

  it('is read while it is written, and the writer waits for no reader', async () => {
    const { dataDir, root } = await recorded();
    const reader = new StoreReader(dataDir);
    const recorder = await new Recorder({ root, dataDir }).settle();
    const began = performance.now();
    const seen = reader.atOnce(() => {
      const before = reader.revision();
      const db = new Database(join(dataDir, 'playhead.db'));
      db.pragma('busy_timeout = 0');
      db.prepare(`UPDATE counter SET value = value + 1 WHERE name = 'revision'`).run();
      db.close();
      return [before, reader.revision()];
    });
    expect(seen[1]).toBe(seen[0]);
    expect(reader.revision()).toBe((seen[0] ?? 0) + 1);
    expect(performance.now() - began).toBeLessThan(4_000);
    reader.close();
    await recorder.close();
  });
});

describe('A store of a newer Playhead', () => {
  it.each([
    ['closed in good order', false],
    ['with changes that are still in its journal', true],
  ])('is refused and not touched: %s', async (_name, inJournal) => {
    const { dataDir: written } = await recorded();
    const db = new Database(join(written, 'playhead.db'));
    db.pragma(`user_version = ${migrations.length + 1}`);
    db.exec('CREATE TABLE future (id INTEGER)');
    if (!inJournal) db.close();
    // As a crash leaves it: whoever opens this to write moves the journal into the file.
    const dataDir = join(tempDir(), 'data');
    cpSync(written, dataDir, { recursive: true, filter: path => !path.endsWith('-shm') });
    if (inJournal) db.close();
    const bytes = () =>
      readdirSync(dataDir, { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile() && !entry.name.endsWith('-shm'))
        .map(entry => [entry.name, readFileSync(join(entry.parentPath, entry.name)).toString('latin1')] as const)
        .filter(([, content]) => content !== '')
        .sort(([a], [b]) => a.localeCompare(b));
    const before = bytes();
    expect(before.some(([name]) => name === 'playhead.db-wal')).toBe(inJournal);
    expect(() => new StoreWriter(dataDir)).toThrow(expect.objectContaining({ code: 'store-newer' }));
    expect(() => new StoreReader(dataDir)).toThrow(expect.objectContaining({ code: 'store-newer' }));
    expect(bytes()).toEqual(before);
  });
});

describe('A damaged store', () => {
  const damages: [string, (path: string) => void][] = [
    ['whose beginning is overwritten', path => writeFileSync(path, Buffer.alloc(200, 'x'), { flag: 'r+' })],
    ['that is no store at all', path => writeFileSync(path, 'this was a store once')],
    ['that was cut off', path => truncateSync(path, 20_000)],
    [
      'with a page of zeros in it',
      path => {
        const bytes = readFileSync(path);
        writeFileSync(path, bytes.fill(0, 4096 * 3, 4096 * 4));
      },
    ],
  ];

  it.each(damages)('%s is set aside with its archive, and the sources are read again', async (_name, damage) => {
    const { dataDir, root } = await recorded();
    const path = join(dataDir, 'playhead.db');
    damage(path);
    const damaged = readFileSync(path);
    const pack = readFileSync(join(dataDir, 'packs', '000001.pack'));

    const recorder = await new Recorder({ root, dataDir, once: true }).settle();
    expect(recorder.store.notices).toEqual([expect.stringMatching(/damaged.*kept as .*playhead\.db\.damaged-/)]);
    expect(query(dataDir, 'SELECT title_prompt FROM session')).toEqual([{ title_prompt: 'hello' }]);
    expect(archive(dataDir).get('log.jsonl')?.toString()).toContain('hello');

    const aside = readdirSync(dataDir).filter(name => name.includes('.damaged-'));
    const [db = '', packs = ''] = [
      aside.find(name => name.startsWith('playhead.db')),
      aside.find(name => name.startsWith('packs')),
    ];
    expect(readFileSync(join(dataDir, db)).equals(damaged)).toBe(true);
    expect(readFileSync(join(dataDir, packs, '000001.pack')).equals(pack)).toBe(true);
  });

  it('that looked whole by its size is checked whole once it was suspected', async () => {
    const { dataDir } = await recorded();
    markSuspect(dataDir);
    const store = new StoreWriter(dataDir);
    expect(store.notices).toEqual([]);
    store.close();
    expect(readdirSync(dataDir).filter(name => name.includes('suspect'))).toEqual([]);
    expect(
      readStore(dataDir, reader => reader.sessions({ limit: 1, before: null, since: null, filter: '' }).total),
    ).toBe(1);
  });
});

function spec(path: string) {
  return { format: 'auto', label: '', path, root: path, origin: 'added' as const };
}
