// One file that is written, damaged, shortened, replaced and moved as real agents and real crashes do it.

import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeDiskError, OpenFile } from '../../../../src/main/core/ingest/disk.ts';
import { assistant, text, user } from '../../../builders/claude-lines.ts';
import {
  appendAt,
  archive,
  differingArchives,
  jsonl,
  query,
  Recorder,
  tempDir,
  writeAt,
} from '../../../builders/store.ts';

const LOG = 'projects/demo/0b7c4a52-3f0e-4a56-9d6e-2a54c9f4b1aa.jsonl';

/** A line of the demo session with an id that tells its place. */
function line(n: number, words = `prompt ${n}`): Record<string, unknown> {
  return user(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, n, words);
}

function start(files: Readonly<Record<string, string>> = {}, format = 'claude-code'): Recorder {
  const root = join(tempDir(), 'home');
  mkdirSync(root);
  for (const [relPath, bytes] of Object.entries(files)) writeAt(root, relPath, bytes);
  return new Recorder({ root, format });
}

interface RecordRow {
  readonly line: number;
  readonly offset: number;
  readonly length: number;
  readonly rejected: string | null;
}

/** The records that count, in the order of the file. */
function records({ dataDir }: Recorder, relPath = LOG): readonly RecordRow[] {
  return query<RecordRow>(
    dataDir,
    `SELECT record.line, record.offset, length, record.rejected FROM record JOIN file ON file.id = file_id
     WHERE rel_path = ? AND superseded = 0 ORDER BY record.generation, record.offset`,
    relPath,
  );
}

/** First words of the prompts that are shown. */
function prompts({ dataDir }: Recorder): readonly string[] {
  return query<{ summary: string }>(
    dataDir,
    `SELECT summary FROM event WHERE kind = 'prompt' ORDER BY at_us, session_id`,
  ).map(({ summary }) => summary);
}

function file({ dataDir }: Recorder, relPath = LOG): Record<string, unknown> {
  return query(dataDir, 'SELECT * FROM file WHERE rel_path = ?', relPath)[0] ?? {};
}

/** Counts what is read from disk from now on. */
function countReads(): { bytes: number; calls: number } {
  const counted = { bytes: 0, calls: 0 };
  const { read } = OpenFile.prototype;
  OpenFile.prototype.read = function count(this: OpenFile, offset, length) {
    const bytes = read.call(this, offset, length);
    counted.bytes += bytes.length;
    counted.calls += 1;
    return bytes;
  };
  onTestFinished(() => {
    OpenFile.prototype.read = read;
  });
  return counted;
}

describe('A line that is being written', () => {
  it('waits for its end, and is then one record in its place', async () => {
    const recorder = await start({ [LOG]: jsonl(line(1)) }).settle();
    const [first, second] = [jsonl(line(1)), jsonl(line(2))];
    await recorder.append(LOG, second.slice(0, 50));
    expect(prompts(recorder)).toEqual(['prompt 1']);
    expect(file(recorder)['offset']).toBe(first.length);
    await recorder.append(LOG, second.slice(50, -1));
    expect(prompts(recorder)).toEqual(['prompt 1']);
    await recorder.append(LOG, '\n');
    expect(prompts(recorder)).toEqual(['prompt 1', 'prompt 2']);
    expect(records(recorder).at(-1)).toEqual({
      line: 2,
      offset: first.length,
      length: second.length - 1,
      rejected: null,
    });
  });

  it('is taken without its end when it is whole JSON and nobody writes; what follows stands on the same line', async () => {
    const recorder = await start({ [LOG]: jsonl(line(1)) + JSON.stringify(line(2)) }).settle();
    expect(prompts(recorder)).toEqual(['prompt 1']);
    await recorder.pass(4_000);
    expect(prompts(recorder)).toEqual(['prompt 1', 'prompt 2']);
    expect(file(recorder)).toMatchObject({ line: 2, mid_line: 1 });

    // Another writer goes on where the first one stopped, and ends the line at last.
    await recorder.append(LOG, `${JSON.stringify(line(3))}\n${JSON.stringify(line(4))}\n`);
    expect(prompts(recorder)).toEqual(['prompt 1', 'prompt 2', 'prompt 3', 'prompt 4']);
    expect(records(recorder).map(record => record.line)).toEqual([1, 2, 2, 3]);
    expect(file(recorder)).toMatchObject({ line: 3, mid_line: 0 });
  });

  it('is not taken while it is not whole, however long nobody writes', async () => {
    const recorder = await start({ [LOG]: `${jsonl(line(1))}{"type":"user","mess` }).settle();
    await recorder.pass(4_000);
    await recorder.pass(100_000);
    expect(records(recorder)).toHaveLength(1);
    expect(file(recorder)).toMatchObject({ state: 'current', rejected: 0 });
  });

  it('is taken at once where everything is read to its end once', async () => {
    const root = tempDir();
    writeAt(root, LOG, jsonl(line(1)) + JSON.stringify(line(2)));
    const recorder = await new Recorder({ root, format: 'claude-code', once: true }).settle();
    expect(prompts(recorder)).toEqual(['prompt 1', 'prompt 2']);
  });

  it('is read again from its start when it was taken back and written otherwise', async () => {
    const whole = jsonl(line(1));
    const recorder = await start({ [LOG]: whole }).settle();
    await recorder.append(LOG, `{"half of a line that ${'x'.repeat(200)}`);
    truncateSync(join(recorder.root, LOG), whole.length);
    await recorder.append(LOG, jsonl(line(2, `another one, ${'longer than the half was '.repeat(20)}`)));
    expect(records(recorder).map(({ rejected }) => rejected)).toEqual([null, null]);
    expect(differingArchives(recorder.dataDir, recorder.root)).toEqual([]);
  });
});

describe('A line of 30 MB', () => {
  const huge = 30 * 1024 * 1024;

  it.each([
    ['after others', jsonl(line(1))],
    ['as the first of its file', ''],
  ])(
    'is read once though it comes in 60 pieces, %s',
    async (_name, before) => {
      const recorder = start({ [LOG]: before });
      await recorder.settle();
      const bytes = Buffer.from(jsonl(line(2, 'x'.repeat(huge))));
      const reads = countReads();
      const step = Math.ceil(bytes.length / 60);
      for (let from = 0; from < bytes.length; from += step)
        await recorder.append(LOG, bytes.subarray(from, from + step));
      // Besides the line itself: a few marks at each look, by which the file is known again.
      expect(reads.bytes).toBeGreaterThanOrEqual(bytes.length);
      expect(reads.bytes).toBeLessThan(bytes.length + 60 * 1024);
      expect(records(recorder).at(-1)).toMatchObject({ length: bytes.length - 1, rejected: null });
      expect(differingArchives(recorder.dataDir, recorder.root)).toEqual([]);
    },
    60_000,
  );

  it('costs nothing again when a short line follows', async () => {
    const recorder = await start({ [LOG]: jsonl(line(1, 'x'.repeat(huge))) }).settle();
    const reads = countReads();
    await recorder.append(LOG, jsonl(line(2)));
    expect(reads.bytes).toBeLessThan(2_000);
    expect(prompts(recorder)).toHaveLength(2);
  });
});

describe('What stands in a file', () => {
  it.each<[string, string | Buffer, readonly (string | null)[]]>([
    ['CRLF at the ends of lines', jsonl(line(1), line(2)).replaceAll('\n', '\r\n'), [null, null]],
    ['a byte order mark', `\uFEFF${jsonl(line(1), line(2))}`, [null, null]],
    ['empty lines', `\n\n${jsonl(line(1))}\n \n${jsonl(line(2))}\n`, [null, null]],
    ['two objects on one line', jsonl(line(1)).trimEnd() + jsonl(line(2)), [null, null]],
    ['a run of NUL', `${jsonl(line(1))}${'\0'.repeat(4096)}\n${jsonl(line(2))}`, [null, '4096 NUL bytes', null]],
    ['bytes that are no UTF-8', Buffer.from(jsonl(line(1, 'caf\u00e9')), 'latin1'), [null]],
    ['a line that is no JSON', `${jsonl(line(1))}oops\n${jsonl(line(2))}`, [null, 'not JSON', null]],
  ])('%s: is read around it, in its place, byte for byte', async (_name, bytes, rejected) => {
    const recorder = start();
    await recorder.write(LOG, Buffer.from(bytes));
    await recorder.pass(4_000);
    expect(records(recorder).map(record => record.rejected)).toEqual(rejected);
    expect(archive(recorder.dataDir).get(LOG)?.equals(Buffer.from(bytes))).toBe(true);
    for (const { offset, length, rejected: why } of records(recorder)) {
      const record = readFileSync(join(recorder.root, LOG)).subarray(offset, offset + length);
      if (why === null) expect(() => JSON.parse(record.toString())).not.toThrow();
    }
  });

  it('counts physical lines, empty ones too', async () => {
    const recorder = await start({ [LOG]: `\n${jsonl(line(1))}\r\n\n${jsonl(line(2))}` }).settle();
    expect(records(recorder).map(record => record.line)).toEqual([2, 5]);
  });

  it('is read to the end though it grows while it is read', async () => {
    const recorder = start();
    const path = writeAt(recorder.root, LOG, jsonl(line(1)));
    const { read } = OpenFile.prototype;
    let grown = 0;
    OpenFile.prototype.read = function grow(this: OpenFile, offset, length) {
      if (grown < 3) appendAt(recorder.root, LOG, jsonl(line((grown += 1) + 1)));
      return read.call(this, offset, length);
    };
    onTestFinished(() => {
      OpenFile.prototype.read = read;
    });
    await recorder.touch(LOG);
    await recorder.touch(LOG);
    expect(prompts(recorder)).toEqual(['prompt 1', 'prompt 2', 'prompt 3', 'prompt 4']);
    expect(archive(recorder.dataDir).get(LOG)?.equals(readFileSync(path))).toBe(true);
  });
});

describe('A file that is shortened', () => {
  const before = jsonl(line(1), line(2), line(3));

  it('to nothing keeps what was recorded, and what comes then is added', async () => {
    const recorder = await start({ [LOG]: before }).settle();
    await recorder.write(LOG, '');
    expect(prompts(recorder)).toEqual(['prompt 1', 'prompt 2', 'prompt 3']);
    expect(records(recorder)).toHaveLength(3);
    await recorder.append(LOG, jsonl(line(4), line(5)));
    expect(prompts(recorder)).toEqual(['prompt 1', 'prompt 2', 'prompt 3', 'prompt 4', 'prompt 5']);
    expect(records(recorder)).toHaveLength(5);
    expect(query(recorder.dataDir, 'SELECT records, turns, spans FROM session')).toEqual([
      { records: 5, turns: 5, spans: 1 },
    ]);
  });

  it('and written again with some of the same lines has each line once', async () => {
    const recorder = await start({ [LOG]: before }).settle();
    await recorder.write(LOG, jsonl(line(1), line(3)));
    await recorder.append(LOG, jsonl(line(4)));
    expect(prompts(recorder)).toEqual(['prompt 1', 'prompt 2', 'prompt 3', 'prompt 4']);
    expect(records(recorder)).toHaveLength(4);
    expect(query(recorder.dataDir, 'SELECT records, turns FROM session')).toEqual([{ records: 4, turns: 4 }]);
  });

  it('and written again to the same size, with the same beginning and end, is read anew', async () => {
    const long = 'the same words at both ends of all lines, far longer than what a file is known by: '.repeat(4);
    const mine = (n: number, name: string) =>
      jsonl(user(`00000000-0000-4000-8000-00000000000${n}`, 1, `${long}${name}${long}`));
    const recorder = await start({ [LOG]: mine(1, 'first') + mine(2, 'other') }).settle();
    const now = mine(1, 'FIRST') + mine(2, 'other');
    expect(now).toHaveLength(file(recorder)['size'] as number);
    writeFileSync(join(recorder.root, LOG), now);
    // A clock of the disk may not tick between two writes of a test.
    utimesSync(join(recorder.root, LOG), new Date(), new Date(Date.now() + 5_000));
    await recorder.touch(LOG);
    expect(file(recorder)['generation']).toBe(2);
    expect(archive(recorder.dataDir).get(LOG)?.toString()).toBe(now);
    expect(records(recorder)).toHaveLength(2);
  });
});

describe('A file that is replaced by renaming', () => {
  it('with the same bytes is the same file: nothing is told', async () => {
    const recorder = await start({ [LOG]: jsonl(line(1), line(2)) }).settle();
    const revision = recorder.revision();
    writeAt(recorder.root, 'projects/demo/saved.tmp', jsonl(line(1), line(2)));
    renameSync(join(recorder.root, 'projects/demo/saved.tmp'), join(recorder.root, LOG));
    await recorder.touch(LOG);
    expect(recorder.revision()).toBe(revision);
    expect(recorder.changed).toHaveLength(1);
    await recorder.append(LOG, jsonl(line(3)));
    expect(file(recorder)).toMatchObject({ generation: 1, line: 3 });
  });

  it('with other bytes is read anew, and every earlier byte stays in the archive', async () => {
    const before = jsonl(line(1), line(2));
    const recorder = await start({ [LOG]: before }).settle();
    writeAt(recorder.root, 'projects/demo/saved.tmp', jsonl(line(1), line(2, 'edited'), line(3)));
    renameSync(join(recorder.root, 'projects/demo/saved.tmp'), join(recorder.root, LOG));
    await recorder.touch(LOG);
    expect(prompts(recorder)).toEqual(['prompt 1', 'edited', 'prompt 3']);
    expect(records(recorder)).toHaveLength(3);
    expect(differingArchives(recorder.dataDir, recorder.root)).toEqual([]);
    const old = query<{ length: number }>(recorder.dataDir, 'SELECT length FROM raw_block WHERE generation = 1');
    expect(old).toEqual([{ length: before.length }]);
  });

  it('with more bytes behind the same is read on', async () => {
    const recorder = await start({ [LOG]: jsonl(line(1)) }).settle();
    writeAt(recorder.root, 'projects/demo/saved.tmp', jsonl(line(1), line(2)));
    renameSync(join(recorder.root, 'projects/demo/saved.tmp'), join(recorder.root, LOG));
    await recorder.touch(LOG);
    expect(file(recorder)).toMatchObject({ generation: 1, line: 2 });
    expect(prompts(recorder)).toEqual(['prompt 1', 'prompt 2']);
  });
});

describe('A file that goes', () => {
  it('leaves everything that was recorded, and is marked', async () => {
    const recorder = await start({ [LOG]: jsonl(line(1)) }).settle();
    rmSync(join(recorder.root, LOG));
    await recorder.touch(LOG);
    expect(file(recorder)).toMatchObject({ state: 'gone' });
    expect(prompts(recorder)).toEqual(['prompt 1']);
    expect(archive(recorder.dataDir).get(LOG)?.toString()).toBe(jsonl(line(1)));
  });

  it('and comes back with more is read on, without doubles', async () => {
    const recorder = await start({ [LOG]: jsonl(line(1)) }).settle();
    rmSync(join(recorder.root, LOG));
    await recorder.touch(LOG);
    await recorder.write(LOG, jsonl(line(1), line(2)));
    expect(file(recorder)).toMatchObject({ state: 'current', generation: 1 });
    expect(records(recorder)).toHaveLength(2);
  });

  it('and comes back as it was is the same, also when only a look around finds it', async () => {
    const recorder = await start({ [LOG]: jsonl(line(1)) }).settle();
    const aside = join(tempDir(), 'aside');
    renameSync(join(recorder.root, LOG), aside);
    await recorder.pass(61_000);
    expect(file(recorder)).toMatchObject({ state: 'gone' });
    renameSync(aside, join(recorder.root, LOG));
    const revision = recorder.revision();
    await recorder.pass(61_000);
    expect(file(recorder)).toMatchObject({ state: 'current', reason: null });
    expect(recorder.revision()).toBe(revision);
  });

  it('to another name in its source, as an archive, is the same file and is read on there', async () => {
    const [from, to] = ['sessions/2026/05/a.jsonl', 'archived_sessions/a.jsonl'];
    const fixture = readFileSync(join(import.meta.dirname, '../../../fixtures/codex/pieces/event-types-0.146.jsonl'));
    const half = fixture.indexOf(10, fixture.length / 2) + 1;
    const recorder = start({ [from]: fixture.subarray(0, half).toString('latin1') }, 'codex');
    writeFileSync(join(recorder.root, from), fixture.subarray(0, half));
    await recorder.touch(from);
    const sessions = query(recorder.dataDir, 'SELECT public_id FROM session');
    const revision = recorder.revision();

    mkdirSync(join(recorder.root, 'archived_sessions'));
    renameSync(join(recorder.root, from), join(recorder.root, to));
    await recorder.touch(from, to);
    expect(recorder.revision()).toBe(revision);
    expect(query(recorder.dataDir, 'SELECT rel_path, state FROM file')).toEqual([{ rel_path: to, state: 'current' }]);

    await recorder.append(to, fixture.subarray(half));
    expect(query(recorder.dataDir, 'SELECT public_id FROM session')).toEqual(sessions);
    expect(archive(recorder.dataDir).get(to)?.equals(fixture)).toBe(true);
  });
});

describe('What cannot be read', () => {
  it('is marked with the reason, stops nothing else, and is read when it can be', async () => {
    const other = 'projects/demo/other.jsonl';
    const recorder = start({ [other]: jsonl(line(1)) });
    const path = writeAt(recorder.root, LOG, jsonl(line(2)));
    // Root reads everything: then the file is one that the system refuses to open, a link in its place.
    if (process.getuid?.() === 0) {
      const { read } = OpenFile.prototype;
      OpenFile.prototype.read = function refuse(this: OpenFile, offset, length) {
        if (this.found.relPath === LOG) throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
        return read.call(this, offset, length);
      };
      await recorder.touch(LOG, other);
      OpenFile.prototype.read = read;
    } else {
      chmodSync(path, 0);
      await recorder.touch(LOG, other);
      chmodSync(path, 0o600);
    }
    expect(file(recorder)).toMatchObject({ state: 'unreadable', reason: 'no permission to read it' });
    expect(file(recorder, other)).toMatchObject({ state: 'current' });
    await recorder.pass(61_000);
    expect(file(recorder)).toMatchObject({ state: 'current', reason: null });
    expect(prompts(recorder)).toEqual(['prompt 1', 'prompt 2']);
  });

  it.each([
    ['EACCES', 'no permission to read it'],
    ['ELOOP', 'a symbolic link; links are not followed'],
    ['EMFILE', 'too many open files on this machine'],
    ['EIO', 'the disk reports a read error'],
  ])('is told of in words: %s', (code, words) => {
    expect(describeDiskError(Object.assign(new Error('x'), { code }))).toBe(words);
  });

  it('because it is a folder by that name is no file at all', async () => {
    const recorder = start({ [`${LOG}/inside.jsonl`]: jsonl(line(1)) });
    await recorder.settle();
    expect(query(recorder.dataDir, 'SELECT rel_path FROM file')).toEqual([{ rel_path: `${LOG}/inside.jsonl` }]);
  });
});

describe('A link in a source', () => {
  it('is not followed, neither to a file nor to a folder, neither found nor told of by the watcher', async () => {
    const outside = tempDir();
    writeAt(outside, 'secret.jsonl', jsonl(line(1)));
    const recorder = start({ 'projects/demo/mine.jsonl': jsonl(line(2)) });
    symlinkSync(join(outside, 'secret.jsonl'), join(recorder.root, 'projects/demo/link.jsonl'));
    symlinkSync(outside, join(recorder.root, 'projects/folder'));
    await recorder.look();
    await recorder.touch('projects/demo/link.jsonl');
    await recorder.pass(61_000);
    expect(prompts(recorder)).toEqual(['prompt 2']);
    expect(query(recorder.dataDir, 'SELECT rel_path FROM file')).toEqual([{ rel_path: 'projects/demo/mine.jsonl' }]);
  });

  it('that takes the place of a recorded file ends that file', async () => {
    const outside = tempDir();
    writeAt(outside, 'secret.jsonl', jsonl(line(1), line(2)));
    const recorder = await start({ [LOG]: jsonl(line(1)) }).settle();
    rmSync(join(recorder.root, LOG));
    symlinkSync(join(outside, 'secret.jsonl'), join(recorder.root, LOG));
    await recorder.touch(LOG);
    expect(file(recorder)).toMatchObject({ state: 'gone' });
    expect(prompts(recorder)).toEqual(['prompt 1']);
  });

  it('that is a second name of a file, made by hand, is a file', async () => {
    const recorder = await start({ [LOG]: jsonl(line(1)) }).settle();
    linkSync(join(recorder.root, LOG), join(recorder.root, 'projects/demo/second.jsonl'));
    await recorder.touch('projects/demo/second.jsonl');
    expect(query(recorder.dataDir, 'SELECT count(*) AS files FROM file')).toEqual([{ files: 2 }]);
    expect(query(recorder.dataDir, 'SELECT copy FROM record ORDER BY copy')).toEqual([{ copy: 0 }, { copy: 1 }]);
  });
});

it('keeps an answer of one response once, whatever lines it is written over', async () => {
  const usage = { input_tokens: 5, output_tokens: 100 };
  const recorder = start();
  await recorder.write(LOG, jsonl(line(1)));
  await recorder.append(
    LOG,
    jsonl(assistant('a1', 2, [text('one')], { id: 'm', usage: { ...usage, output_tokens: 1 } })),
  );
  await recorder.append(LOG, jsonl(assistant('a2', 3, [text('two')], { id: 'm', usage })));
  expect(query(recorder.dataDir, 'SELECT llm_spans, input, output FROM session')).toEqual([
    { llm_spans: 1, input: 5, output: 100 },
  ]);
});
