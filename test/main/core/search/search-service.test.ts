// Search as the app runs it: its threads, its pushes, and what happens to a damaged index while they run.

import Database from 'better-sqlite3';
import { appendFileSync, closeSync, fstatSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { SearchStatus } from '../../../../src/shared/contract/search.ts';
import type { App } from '../../../../src/main/compose.ts';
import { compose } from '../../../../src/main/compose.ts';
import { SESSION, user } from '../../../builders/claude-lines.ts';
import { jsonl, query, tempDir, until, writeAt } from '../../../builders/store.ts';

const LOG = `projects/p/${SESSION}.jsonl`;
const { signal } = new AbortController();

describe('The search service', () => {
  let app: App | undefined;
  afterEach(async () => {
    await app?.dispose();
    app = undefined;
  });

  const start = async (birds: number, dataDir = tempDir()) => {
    const root = tempDir();
    writeAt(root, LOG, jsonl(...Array.from({ length: birds }, (_, n) => user(`u${n}`, n, `bird${n} of the reeds`))));
    app = await compose({
      dataDir,
      sources: [{ format: 'claude-code', path: root }],
      watch: true,
      resourcesDir: tempDir(),
      version: '0',
      upload: false,
    });
    const { search } = app;
    if (!search) throw new Error('no search');
    const states: SearchStatus[] = [];
    search.progressed.on(status => states.push(status));
    await app.settle();
    const ask = (text: string) =>
      search.query(
        { text, typing: false, sessionId: null, order: 'newest', after: null, limit: 50, perSession: 50 },
        signal,
      );
    const found = async (text: string) => (await ask(text)).groups.flatMap(({ hits }) => hits.map(hit => hit.snippet));
    return { search, dataDir, root, ask, found, states };
  };

  it('fills its index by itself, says when it is complete, and follows what is written', async () => {
    const { search, root, found, ask, states } = await start(40);
    await until('the index is complete', () => search.status().complete && search.status().indexed === 40);
    expect(states.at(-1)).toEqual({ indexed: 40, total: 40, complete: true, failed: null });
    expect(await found('bird7')).toEqual(['bird7 of the reeds']);
    expect((await ask('bird7')).status).toEqual(states.at(-1));
    appendFileSync(join(root, LOG), jsonl(user('late', 99, 'a late heron')));
    await until('the new line is found', async () => (await found('heron')).length === 1);
  });

  it('cancels in the thread that answers', async () => {
    const { search } = await start(200);
    await search.settle();
    const gone = new AbortController();
    const asked = search.scan({ text: 'bird*', typing: false, sessionId: null, limit: 500 }, gone.signal);
    gone.abort();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    const before = AbortSignal.abort();
    await expect(search.count({ text: 'bird*', typing: false, sessionId: null }, before)).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('makes an index anew that is damaged while it runs', async () => {
    const { search, dataDir, root, found } = await start(300);
    await search.settle();
    const path = join(dataDir, 'search.db');
    // Everything into the file, and nobody trusts what is in memory.
    const db = new Database(path);
    db.exec('UPDATE identity SET spill = spill + 1');
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
    const file = openSync(path, 'r+');
    for (let at = 4096; at < fstatSync(file).size; at += 4096) writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, at);
    closeSync(file);
    appendFileSync(join(root, LOG), jsonl(user('late', 999, 'a late heron')));
    await until('it is whole again', async () => {
      const heron = await found('heron').catch(() => []);
      return heron.length === 1 && search.status().complete;
    });
    expect(search.status()).toEqual({ indexed: 301, total: 301, complete: true, failed: null });
    expect(await found('bird17')).toEqual(['bird17 of the reeds']);
  });

  it('reads the archive where there can be no index, and says why', async () => {
    const dataDir = tempDir();
    mkdirSync(join(dataDir, 'search.db'));
    const { search, found } = await start(5, dataDir);
    await search.settle();
    expect(search.status()).toMatchObject({ complete: false });
    expect(search.status().failed).toMatch(/^The search index cannot be used: /);
    expect(await found('bird3')).toEqual([]);
    const scanned = await search.scan({ text: 'bird3', typing: false, sessionId: null, limit: 5 }, signal);
    expect(scanned).toMatchObject({ scanned: 5, waiting: 5, groups: [{ hits: [{ snippet: 'bird3 of the reeds' }] }] });
    expect(query(dataDir, 'SELECT count(*) AS n FROM entry')).toEqual([{ n: 5 }]);
  });
});
