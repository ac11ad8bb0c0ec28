// Whatever the order and the pieces in which real files are read, the store is the same; whatever is done to their
// bytes, what is archived is what stands there.

import fc from 'fast-check';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAPPING_SUFFIX } from '../../../../src/shared/model/generic-mapping.ts';
import { fixturesDir, listFiles } from '../../../builders/corpus.ts';
import {
  differingArchives,
  query,
  readInOneGo,
  Recorder,
  type StoreDump,
  tempDir,
  writeAt,
  wrongSums,
} from '../../../builders/store.ts';

interface Folder {
  readonly name: string;
  readonly format: string;
  /** By relative path, in the order of the names. */
  readonly files: ReadonlyMap<string, Buffer>;
}

function folder(name: string, format: string, wanted: (relPath: string) => boolean = () => true): Folder {
  const dir = join(fixturesDir, name);
  const files = new Map(listFiles(dir, wanted).map(relPath => [relPath, readFileSync(join(dir, relPath))]));
  return { name, format, files };
}

const folders = [
  folder('claude-code/projects', 'claude-code', path => /irrlicht|home-demo/.test(path)),
  folder('claude-code/recordings', 'claude-code'),
  folder('codex/sessions', 'codex', path => !path.includes('2026/04/06')),
  folder('anton/new', 'anton'),
  folder('anton/old', 'anton'),
  folder('anton/task', 'anton'),
  folder('otlp', 'otlp', path => !/smol|agentprism/.test(path)),
  folder('generic', 'auto'),
];

/** Files of lines, small enough to be read many times. */
const lineFiles = [
  ...folders,
  folder('codex/exec', 'codex'),
  folder('codex/pieces', 'codex'),
  folder('anton/sketch', 'anton'),
].flatMap(({ name, format, files }) =>
  [...files]
    .filter(([relPath, bytes]) => /\.(jsonl|ndjson)$/.test(relPath) && bytes.length < 70_000)
    .map(([relPath, bytes]) => ({ name: `${name}/${relPath}`, format, relPath, bytes })),
);

/** Where a record is a line. */
const recordALine = lineFiles.filter(({ name }) => !name.startsWith('otlp/'));

/** A source with these names in it and nothing in the files yet: agents make a file before they write to it. */
function emptySource({ files }: Pick<Folder, 'files'>): string {
  const root = join(tempDir(), 'source');
  mkdirSync(root);
  for (const relPath of files.keys()) writeAt(root, relPath, '');
  return root;
}

function fill(root: string, { files }: Pick<Folder, 'files'>): string {
  for (const [relPath, bytes] of files) writeAt(root, relPath, bytes);
  return root;
}

function expectSame(dump: StoreDump, expected: StoreDump): void {
  const [found, wanted] = [withoutMappings(dump), withoutMappings(expected)];
  for (const table of Object.keys(wanted) as (keyof StoreDump)[]) expect(found[table], table).toEqual(wanted[table]);
}

/** A mapping has a row of its own where it was seen half written. */
function withoutMappings(dump: StoreDump): StoreDump {
  return { ...dump, files: dump.files.filter(file => !String(file['rel_path']).endsWith(MAPPING_SUFFIX)) };
}

async function expectSound(recorder: Recorder): Promise<void> {
  await recorder.close();
  expect(recorder.failures).toEqual([]);
  expect(differingArchives(recorder.dataDir, recorder.root)).toEqual([]);
  expect(wrongSums(recorder.dataDir)).toEqual([]);
}

describe('Appended in any pieces', () => {
  it('a file gives the store that reading it in one go gives', async () => {
    const cuts = fc.array(fc.record({ at: fc.nat(), quiet: fc.boolean() }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...lineFiles), cuts, async ({ format, relPath, bytes }, points) => {
        const files = new Map([[relPath, bytes]]);
        const expected = await readInOneGo({ root: fill(emptySource({ files }), { files }), format });
        const recorder = new Recorder({ root: emptySource({ files }), format });
        let from = 0;
        const ends = points.map(({ at, quiet }) => ({ at: at % bytes.length, quiet })).sort((a, b) => a.at - b.at);
        for (const { at, quiet } of [...ends, { at: bytes.length, quiet: true }]) {
          await recorder.append(relPath, bytes.subarray(from, at));
          // Nobody writes for a while: what stands at the end may be taken as it is.
          if (quiet) await recorder.pass(4_000);
          from = at;
        }
        await expectSound(recorder);
        expectSame(recorder.dump(), expected);
      }),
      { numRuns: 40, interruptAfterTimeLimit: 12_000 },
    );
  }, 30_000);

  it.each(folders)(
    'the files of $name, in turns, give the same store',
    async ({ format, files }) => {
      const expected = await readInOneGo({ root: fill(emptySource({ files }), { files }), format });
      const total = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
      const turns = fc.array(fc.record({ file: fc.nat(), bytes: fc.integer({ min: 1, max: Math.ceil(total / 8) }) }), {
        minLength: 10,
        maxLength: 40,
      });
      await fc.assert(
        fc.asyncProperty(turns, async list => {
          const recorder = new Recorder({ root: emptySource({ files }), format });
          const left = new Map(files);
          const write = async (relPath: string, bytes: Buffer, count: number) => {
            if (count < bytes.length) left.set(relPath, bytes.subarray(count));
            else left.delete(relPath);
            await recorder.append(relPath, bytes.subarray(0, count));
          };
          for (const turn of list) {
            const [relPath, bytes] = [...left][turn.file % Math.max(1, left.size)] ?? [];
            if (relPath !== undefined && bytes) await write(relPath, bytes, turn.bytes);
          }
          for (const [relPath, bytes] of [...left]) await write(relPath, bytes, bytes.length);
          await recorder.pass(4_000);
          await expectSound(recorder);
          expectSame(recorder.dump(), expected);
        }),
        { numRuns: 4, interruptAfterTimeLimit: 8_000 },
      );
    },
    30_000,
  );
});

describe('Read in any order', () => {
  it.each(folders)(
    'the files of $name give the same store',
    async ({ format, files }) => {
      const root = fill(emptySource({ files }), { files });
      const expected = await readInOneGo({ root, format });
      const names = [...files.keys()];
      const order = fc.shuffledSubarray(names, { minLength: names.length });
      // How many are read for one commit.
      const together = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: names.length, maxLength: names.length });
      await fc.assert(
        fc.asyncProperty(order, together, async (shuffled, counts) => {
          const root = emptySource({ files });
          const recorder = await new Recorder({ root, format, once: true }).settle();
          fill(root, { files });
          for (let from = 0, group = 0; from < shuffled.length; group += 1) {
            const count = counts[group] ?? 1;
            await recorder.touch(...shuffled.slice(from, from + count));
            from += count;
          }
          await expectSound(recorder);
          expectSame(recorder.dump(), expected);
        }),
        { numRuns: 6, interruptAfterTimeLimit: 8_000 },
      );
    },
    30_000,
  );
});

describe('Read twice', () => {
  it.each(folders)('$name changes nothing, looked through again or after a restart', async ({ format, files }) => {
    const root = fill(emptySource({ files }), { files });
    const recorder = await new Recorder({ root, format }).settle();
    await recorder.pass(70_000);
    const [dump, revision, told] = [recorder.dump(), recorder.revision(), recorder.changed.length];

    await recorder.look();
    await recorder.touch(...files.keys());
    await recorder.pass(200_000);
    await recorder.close();
    expectSame(recorder.dump(), dump);
    expect(recorder.revision()).toBe(revision);
    expect(recorder.changed).toHaveLength(told);

    const again = await new Recorder({ root, format, dataDir: recorder.dataDir }).settle();
    await again.pass(70_000);
    await again.close();
    expectSame(again.dump(), dump);
    expect(again.revision()).toBe(revision);
    expect(again.changed).toEqual([]);
  });
});

describe('Damaged at random', () => {
  interface Wound {
    readonly at: number;
    readonly removed: number;
    readonly inserted: Buffer;
  }

  const wound = fc.record({
    at: fc.nat(),
    removed: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3_000 })),
    inserted: fc.oneof(
      fc.constant(Buffer.alloc(0)),
      fc.uint8Array({ maxLength: 8 }).map(bytes => Buffer.from(bytes)),
      fc.constantFrom('\0\0\0\0', '\n', '\r\n', '}', '{"type":', '"', '\u{1F600}', '\uFEFF', '1e999').map(Buffer.from),
    ),
  });

  /** Wounds that lie apart, in order. */
  function apart(wounds: readonly Wound[], size: number): Wound[] {
    const placed: Wound[] = [];
    let end = 0;
    for (const { at, removed, inserted } of wounds
      .map(one => ({ ...one, at: one.at % size }))
      .sort((a, b) => a.at - b.at)) {
      if (at < end) continue;
      placed.push({ at, removed: Math.min(removed, size - at), inserted });
      end = at + removed + 1;
    }
    return placed;
  }

  function wounded(bytes: Buffer, wounds: readonly Wound[]): Buffer {
    const pieces: Buffer[] = [];
    let from = 0;
    for (const { at, removed, inserted } of wounds) {
      pieces.push(bytes.subarray(from, at), inserted);
      from = at + removed;
    }
    return Buffer.concat([...pieces, bytes.subarray(from)]);
  }

  /** Where the lines that no wound touched stand after it; neither their bytes nor the ends around them changed. */
  function unhurtLines(bytes: Buffer, wounds: readonly Wound[]): { offset: number; length: number }[] {
    const lines: { offset: number; length: number }[] = [];
    for (let from = 0; from < bytes.length;) {
      const lf = bytes.indexOf(10, from);
      const to = lf === -1 ? bytes.length : lf;
      const isHurt = wounds.some(({ at, removed }) => at <= to && at + removed >= from);
      const shift = wounds
        .filter(({ at }) => at < from)
        .reduce((sum, { removed, inserted }) => sum + inserted.length - removed, 0);
      if (!isHurt && to > from) lines.push({ offset: from + shift, length: to - from });
      from = to + 1;
    }
    return lines;
  }

  it('a file is read to its end, keeps every line that was not hit, and its bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...recordALine),
        fc.array(wound, { minLength: 1, maxLength: 8 }),
        async ({ format, relPath, bytes }, list) => {
          const wounds = apart(list, bytes.length);
          const damaged = wounded(bytes, wounds);
          const files = new Map([[relPath, damaged]]);
          const recorder = await new Recorder({
            root: fill(emptySource({ files }), { files }),
            format,
            once: true,
          }).settle();
          await expectSound(recorder);
          const [file] = query<{ state: string; parser: string | null; offset: number }>(
            recorder.dataDir,
            'SELECT state, parser, offset FROM file',
          );
          expect(file?.state).toMatch(/^(current|unrecognised)$/);
          if (file?.parser == null) return;
          const read = new Set(
            query<{ offset: number; length: number }>(
              recorder.dataDir,
              'SELECT offset, length FROM record WHERE rejected IS NULL',
            ).map(({ offset, length }) => `${offset}+${length}`),
          );
          const lost = unhurtLines(damaged.length > 0 ? bytes : damaged, wounds).filter(
            ({ offset, length }) => offset + length <= file.offset && !read.has(`${offset}+${length}`),
          );
          // Lines that no parser could read before the damage are not lost by it.
          expect(lost.filter(({ offset, length }) => parses(damaged.subarray(offset, offset + length)))).toEqual([]);
        },
      ),
      { numRuns: 80, interruptAfterTimeLimit: 15_000 },
    );
  }, 40_000);

  it.each(folders)(
    '$name never stops the reading of what is whole',
    async ({ format, files }) => {
      await fc.assert(
        fc.asyncProperty(fc.nat(), fc.array(wound, { minLength: 1, maxLength: 20 }), async (which, list) => {
          const logs = [...files].filter(([relPath]) => !relPath.endsWith(MAPPING_SUFFIX));
          const [victim = '', bytes = Buffer.alloc(0)] = logs[which % logs.length] ?? [];
          const hurt = new Map(files).set(victim, wounded(bytes, apart(list, bytes.length)));
          const recorder = await new Recorder({
            root: fill(emptySource({ files }), { files: hurt }),
            format,
            once: true,
          }).settle();
          await expectSound(recorder);
          const states = query<{ state: string }>(
            recorder.dataDir,
            'SELECT DISTINCT state FROM file WHERE rel_path <> ?',
            victim,
          );
          expect(states.map(({ state }) => state)).toEqual(['current']);
        }),
        { numRuns: 4, interruptAfterTimeLimit: 6_000 },
      );
    },
    30_000,
  );

  function parses(bytes: Buffer): boolean {
    try {
      JSON.parse(bytes.toString('utf8'));
      return true;
    } catch {
      return false;
    }
  }
});
