import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PackReader, PackWriter } from '../../../../src/main/core/store/packs.ts';
import { StoreWriter } from '../../../../src/main/core/store/index.ts';
import { user } from '../../../builders/claude-lines.ts';
import { archive, differingArchives, jsonl, query, Recorder, tempDir, writeAt } from '../../../builders/store.ts';

const frame = (text: string) => zstdCompressSync(Buffer.from(text));

function reading(dataDir: string, maxBytes?: number): PackReader {
  const reader = new PackReader(dataDir, maxBytes);
  onTestFinished(() => reader.close());
  return reader;
}

describe('A pack', () => {
  it('gives back each frame', () => {
    const dataDir = tempDir();
    const writer = new PackWriter(dataDir, undefined);
    const texts = Array.from({ length: 20 }, () => randomBytes(3_000).toString('hex'));
    const places = texts.map(text => writer.append(frame(text)));
    const reader = reading(dataDir, 10_000);
    for (const index of [0, 19, 7, 7, 0, 12]) {
      const place = places[index];
      expect(place && reader.read(place).toString()).toBe(texts[index]);
    }
    writer.close();
  });

  it('is cut back to its last named frame at the next start', () => {
    const dataDir = tempDir();
    const writer = new PackWriter(dataDir, undefined);
    const first = writer.append(frame('first'));
    writer.append(frame('never named'));
    writer.close();
    const again = new PackWriter(dataDir, { pack: 1, end: first.packLength });
    const second = again.append(frame('second'));
    again.close();
    expect(second.packOffset).toBe(first.packLength);
    expect(statSync(join(dataDir, 'packs/000001.pack')).size).toBe(first.packLength + second.packLength);
    expect(reading(dataDir).read(second).toString()).toBe('second');
  });

  it('forgets what was rolled back', () => {
    const dataDir = tempDir();
    const writer = new PackWriter(dataDir, undefined);
    const first = writer.append(frame('first'));
    const { position } = writer;
    writer.append(frame('rolled back'));
    writer.rollback(position);
    const second = writer.append(frame('second'));
    writer.close();
    const reader = reading(dataDir);
    expect([reader.read(first).toString(), reader.read(second).toString()]).toEqual(['first', 'second']);
  });

  it('that lost its end to a power cut is left as it is; what follows goes into a new one', () => {
    const dataDir = tempDir();
    const writer = new PackWriter(dataDir, undefined);
    const first = writer.append(frame('first'));
    const lost = writer.append(frame(randomBytes(500).toString('hex')));
    writer.close();
    truncateSync(join(dataDir, 'packs/000001.pack'), first.packLength + 10);
    const again = new PackWriter(dataDir, { pack: 1, end: first.packLength + lost.packLength });
    const second = again.append(frame('second'));
    again.close();
    const reader = reading(dataDir);
    expect([reader.read(first).toString(), reader.read(second).toString()]).toEqual(['first', 'second']);
    expect(() => reader.read(lost)).toThrow(expect.objectContaining({ code: 'unreadable' }));
  });

  it('of a store that is not there any more is not written over', () => {
    const dataDir = tempDir();
    const old = new PackWriter(dataDir, undefined);
    old.append(frame('all that is left'));
    old.close();
    const before = readFileSync(join(dataDir, 'packs/000001.pack'));
    const writer = new PackWriter(dataDir, undefined);
    writer.append(frame('new'));
    writer.close();
    expect(readFileSync(join(dataDir, 'packs/000001.pack')).equals(before)).toBe(true);
    expect(existsSync(join(dataDir, 'packs/000002.pack'))).toBe(true);
  });
});

describe('An archive', () => {
  it('serves no bytes of a commit that a crash prevented', async () => {
    const [root, dataDir] = [tempDir(), tempDir()];
    writeAt(root, 'log.jsonl', jsonl(user('u1', 1, 'hello')));
    await (await new Recorder({ root, dataDir, once: true }).settle()).close();
    // Frames were written, and the process died before their rows committed.
    appendFileSync(join(dataDir, 'packs/000001.pack'), randomBytes(5_000));
    appendFileSync(join(root, 'log.jsonl'), jsonl(user('u2', 2, 'after the crash')));
    await (await new Recorder({ root, dataDir, once: true }).settle()).close();
    expect(differingArchives(dataDir, root)).toEqual([]);
    const [named] = query<{ bytes: number }>(dataDir, 'SELECT sum(pack_length) AS bytes FROM raw_block');
    expect(statSync(join(dataDir, 'packs/000001.pack')).size).toBe(named?.bytes);
  });

  it('keeps its packs and the numbers of rows right when a commit fails', async () => {
    const [root, dataDir] = [tempDir(), tempDir()];
    writeAt(root, 'log.jsonl', jsonl(user('u1', 1, 'hello')));
    const store = new StoreWriter(dataDir);
    const source = store.addSource({ format: 'auto', label: '', path: root, root, origin: 'found' });
    const file = store.addFile(source.id, 'a.jsonl');
    const at = (offset: number) => ({ line: 1, offset, length: 4 });
    const raw = (start: number, text: string) => [{ start, length: text.length, frame: frame(text) }];
    const unit = (offset: number) => ({
      records: [{ at: at(offset), type: 'x', known: true, timeUs: 1, session: 's' }],
      facts: [{ kind: 'span' as const, key: `span${offset}`, span: 'tool' as const }],
    });
    const batch = (offset: number, units: ReturnType<typeof unit>[]) => ({
      file: { ...file, parser: 'p', agent: 'test', offset: offset + 4, state: 'current' as const },
      raw: raw(offset, 'abcd'),
      units,
      replace: false,
    });
    store.commit([batch(0, [unit(0)])]);
    const revision = () => query(dataDir, 'SELECT value FROM counter')[0];
    const before = revision();
    // The same record twice: the database refuses the whole commit.
    expect(() => store.commit([batch(4, [unit(4), unit(4)])])).toThrow(/UNIQUE/);
    expect(revision()).toEqual(before);
    expect(query(dataDir, 'SELECT count(*) AS spans FROM span')).toEqual([{ spans: 2 }]);
    store.commit([batch(4, [unit(4)])]);
    store.close();
    expect(archive(dataDir).get('a.jsonl')?.toString()).toBe('abcdabcd');
    expect(query(dataDir, 'SELECT id FROM record ORDER BY id').map(row => row['id'])).toEqual([1, 2]);
    expect(query(dataDir, 'SELECT id FROM span ORDER BY id').map(row => row['id'])).toEqual([1, 2, 3]);
    const [named] = query<{ bytes: number }>(dataDir, 'SELECT sum(pack_length) AS bytes FROM raw_block');
    expect(statSync(join(dataDir, 'packs/000001.pack')).size).toBe(named?.bytes);
  });

  it('that lost its end to a power cut is made again from the files', async () => {
    const [root, dataDir] = [tempDir(), tempDir()];
    writeAt(root, 'log.jsonl', jsonl(user('u1', 1, 'hello')));
    await (await new Recorder({ root, dataDir, once: true }).settle()).close();
    truncateSync(join(dataDir, 'packs/000001.pack'), 10);
    expect(() => archive(dataDir)).toThrow(/archived bytes/);
    await (await new Recorder({ root, dataDir, once: true }).settle()).close();
    expect(differingArchives(dataDir, root)).toEqual([]);
    expect(query(dataDir, 'SELECT records FROM session')).toEqual([{ records: 1 }]);
  });
});
