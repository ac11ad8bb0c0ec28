// The index follows the store: what is new, what changes, what goes; across restarts and damage.

import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assistant, call, result, SESSION, user } from '../../../builders/claude-lines.ts';
import { fixturesDir } from '../../../builders/corpus.ts';
import { FactStore } from '../../../builders/fact-store.ts';
import { Searcher } from '../../../builders/search.ts';
import { jsonl, query, Recorder, tempDir, writeAt } from '../../../builders/store.ts';

const LOG = `project/${SESSION}.jsonl`;

function recorder(...values: readonly unknown[]): Recorder {
  const root = tempDir();
  writeAt(root, LOG, jsonl(...values));
  return new Recorder({ root, format: 'claude-code' });
}

/** Which entries the index holds, and their times. */
function indexDump(dataDir: string): unknown {
  const db = new Database(join(dataDir, 'search.db'), { readonly: true });
  try {
    return db.prepare('SELECT entry_id, session_id, at_us FROM doc ORDER BY entry_id').all();
  } finally {
    db.close();
  }
}

describe('The index', () => {
  it('takes in what is appended', async () => {
    const log = await recorder(user('u1', 0, 'count the pelicans')).settle();
    const searcher = await new Searcher(log.dataDir).settle();
    expect((await searcher.ask('herons')).hits).toEqual([]);
    await log.append(LOG, jsonl(user('u2', 5, 'and now the herons')));
    await searcher.settle();
    expect((await searcher.ask('herons')).hits).toMatchObject([{ kind: 'prompt', snippet: 'and now the herons' }]);
    expect((await searcher.ask('pelicans')).hits).toHaveLength(1);
    expect(searcher.fill.status()).toEqual({ indexed: 2, total: 2, complete: true, failed: null });
  });

  it('finds a call by its result when that comes later, and once', async () => {
    const log = await recorder(
      user('u1', 0, 'list them'),
      assistant('a1', 1, [call('t1', 'Bash', { command: 'ls aviary' })]),
    ).settle();
    const searcher = await new Searcher(log.dataDir).settle();
    expect((await searcher.ask('aviary')).hits).toMatchObject([{ tool: 'Bash', failed: false }]);
    expect((await searcher.ask('cormorant')).hits).toEqual([]);
    await log.append(LOG, jsonl(user('u2', 2, [result('t1', 'cormorant\ncrane', true)])));
    await searcher.settle();
    const before = await searcher.ask('aviary');
    expect(before.hits).toMatchObject([{ tool: 'Bash', failed: true }]);
    expect((await searcher.ask('aviary cormorant is:error')).ids).toEqual(before.ids);
    expect((await searcher.ask('aviary -is:error')).ids).toEqual([]);
    expect(searcher.fill.status()).toMatchObject({ indexed: 2, total: 2 });
  });

  it('forgets what a document does not say any more', async () => {
    const store = new FactStore();
    const entry = (key: string, block: number) =>
      ({ kind: 'entry', key, entry: 'answer', block, order: block }) as const;
    store.replace('doc', entry('a', 0), entry('b', 1), entry('c', 2));
    const searcher = await new Searcher(store.dataDir).settle();
    expect(searcher.fill.status()).toMatchObject({ indexed: 3, total: 3 });
    store.replace('doc', entry('a', 0), entry('d', 1));
    await searcher.settle();
    expect(searcher.fill.status()).toMatchObject({ indexed: 2, total: 2, complete: true });
    const keys = query<{ key: string }>(store.dataDir, 'SELECT key FROM entry ORDER BY key').map(({ key }) => key);
    expect(keys).toEqual(['a', 'd']);
    expect((await searcher.ask('before:2099')).hits.map(hit => hit.entryId).toSorted()).toEqual(keys);
  });

  it('is asked while it is being filled, and says how far it is', async () => {
    const log = await recorder(...Array.from({ length: 900 }, (_, n) => user(`u${n}`, n, `bird number${n}`))).settle();
    const searcher = new Searcher(log.dataDir);
    const states: unknown[] = [];
    searcher.fill.events.on(event => event.kind === 'progressed' && states.push(event.status));
    expect(searcher.fill.status()).toEqual({ indexed: 0, total: 900, complete: false, failed: null });
    expect((await searcher.ask('number17')).hits).toEqual([]);
    expect((await searcher.scan('number17')).hits).toMatchObject([{ snippet: 'bird number17' }]);
    await searcher.settle();
    expect(states.at(-1)).toEqual({ indexed: 900, total: 900, complete: true, failed: null });
    expect((await searcher.ask('number17')).hits).toMatchObject([{ snippet: 'bird number17' }]);
    expect(await searcher.scan('number17')).toMatchObject({ hits: [], scanned: 0, waiting: 0 });
  });

  it('goes on after a restart where it was, and reads nothing twice', async () => {
    const log = await recorder(...Array.from({ length: 60 }, (_, n) => user(`u${n}`, n, `bird${n}`))).settle();
    const first = await new Searcher(log.dataDir).settle();
    expect(first.reads).toBe(60);
    await first.close();
    await log.append(LOG, jsonl(user('later', 100, 'albatross')));
    const second = await new Searcher(log.dataDir).settle();
    expect(second.reads).toBe(1);
    expect((await second.ask('albatross')).hits).toHaveLength(1);
    expect((await second.ask('bird*')).hits).toHaveLength(60);
  });

  it('is the same however the log came', async () => {
    const lines = (count: number) =>
      Array.from({ length: count }, (_, n) => user(`u${n}`, n % 3, `bird${n} flock${n % 4}`));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }), async sizes => {
        const all = lines(sizes.reduce((a, b) => a + b, 0));
        const whole = await new Searcher((await recorder(...all).settle()).dataDir).settle();
        const grown = recorder(...all.slice(0, sizes[0]));
        await grown.settle();
        const searcher = await new Searcher(grown.dataDir).settle();
        let at = sizes[0] ?? 0;
        for (const size of sizes.slice(1)) {
          await grown.append(LOG, jsonl(...all.slice(at, at + size)));
          at += size;
          await searcher.settle();
        }
        for (const words of ['flock1', 'bird*', 'bird2 flock2', '-flock0']) {
          expect((await searcher.ask(words)).ids).toEqual((await whole.ask(words)).ids);
        }
        expect(indexDump(grown.dataDir)).toEqual(indexDump(whole.dataDir));
      }),
      { numRuns: 8 },
    );
  });

  it('puts entries of one moment in order, however many there are', async () => {
    const log = await recorder(...Array.from({ length: 120 }, (_, n) => user(`u${n}`, 0, `bird${n}`))).settle();
    const searcher = await new Searcher(log.dataDir).settle();
    const { hits } = await searcher.ask('bird*');
    expect(hits.map(hit => hit.snippet)).toEqual(Array.from({ length: 120 }, (_, n) => `bird${119 - n}`));
  });
});

describe('An index that cannot be used', () => {
  const damages: Readonly<Record<string, (path: string) => void>> = {
    'is no database': path => writeFileSync(path, 'once upon a time'),
    'is empty': path => writeFileSync(path, ''),
    'is cut off': path => writeFileSync(path, readFileSync(path).subarray(0, Math.floor(statSync(path).size / 2))),
    'has a page of noise': path => {
      const file = openSync(path, 'r+');
      writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, 8192);
      closeSync(file);
    },
    'is of another version': path => {
      const db = new Database(path);
      db.pragma('user_version = 99');
      db.close();
    },
    'is some other database': path => {
      writeFileSync(path, '');
      const db = new Database(path);
      db.exec('CREATE TABLE recipe (name TEXT)');
      db.close();
    },
  };

  it.each(Object.keys(damages))('is made anew where it %s', async damage => {
    const log = await recorder(user('u1', 0, 'count the pelicans'), user('u2', 1, 'and the herons')).settle();
    const first = await new Searcher(log.dataDir).settle();
    await first.close();
    damages[damage]?.(join(log.dataDir, 'search.db'));
    const second = await new Searcher(log.dataDir).settle();
    expect((await second.ask('pelicans')).hits).toHaveLength(1);
    expect(second.fill.status()).toEqual({ indexed: 2, total: 2, complete: true, failed: null });
  });

  it('is made anew where the store was', async () => {
    const log = await recorder(user('u1', 0, 'count the pelicans'), user('u2', 1, 'and the herons')).settle();
    const first = await new Searcher(log.dataDir).settle();
    await first.close();
    const other = await recorder(user('u1', 0, 'feed the herons')).settle();
    await other.close();
    copyFileSync(join(log.dataDir, 'search.db'), join(other.dataDir, 'search.db'));
    const second = await new Searcher(other.dataDir).settle();
    expect((await second.ask('pelicans')).hits).toEqual([]);
    expect((await second.ask('herons')).hits).toMatchObject([{ snippet: 'feed the herons' }]);
  });

  it('is left alone by the store: the recorder never waits for it', async () => {
    const log = await recorder(user('u1', 0, 'count the pelicans')).settle();
    expect(existsSync(join(log.dataDir, 'search.db'))).toBe(false);
    appendFileSync(join(log.dataDir, 'search.db'), 'not a database');
    await log.append(LOG, jsonl(user('u2', 1, 'and the herons')));
    expect(log.failures).toEqual([]);
  });
});

it('Sessions that leave the store leave the index', async () => {
  const root = join(fixturesDir, 'claude-code/projects');
  const log = await new Recorder({ root, once: true }).settle();
  await log.close();
  const first = await new Searcher(log.dataDir).settle();
  const [{ id, n } = { id: 0, n: 0 }] = query<{ id: number; n: number }>(
    log.dataDir,
    'SELECT session_id AS id, count(*) AS n FROM entry GROUP BY session_id ORDER BY n DESC LIMIT 1',
  );
  const { indexed } = first.fill.status();
  await first.close();
  const db = new Database(join(log.dataDir, 'playhead.db'));
  db.pragma('foreign_keys = OFF');
  for (const table of ['span', 'event', 'entry', 'record'])
    db.prepare(`DELETE FROM ${table} WHERE session_id = ?`).run(id);
  db.prepare('DELETE FROM session WHERE id = ?').run(id);
  db.close();
  const second = await new Searcher(log.dataDir).settle();
  expect(second.fill.status()).toMatchObject({ indexed: indexed - n, complete: true });
});
