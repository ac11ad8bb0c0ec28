// Every transcript of an agent read by the real ingest into a real store, one store a file: what the sessions say there
// must be what was counted by other means (see the head comments of claude-code.test.ts, codex.test.ts and so on).

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { IngestService, systemClock } from '../../src/main/core/ingest/ingest-service.ts';
import { FileRecogniser } from '../../src/main/core/ingest/recogniser.ts';
import { placeOfFile } from '../../src/main/core/sources/formats.ts';
import { StoreReader, StoreWriter } from '../../src/main/core/store/index.ts';
import { addUsage, noUsage, type Usage } from '../../src/shared/model/usage.ts';
import { corpusDir, corpusNote, fixturesDir } from '../builders/corpus.ts';

interface Expected {
  readonly records: number;
  readonly rejected: number;
  readonly toolCalls?: number;
  readonly orphanResults?: number;
  readonly tools?: number;
  readonly prompts: number;
  readonly usage: Partial<Usage>;
}

type Lists = Readonly<Record<'fixtures' | 'corpus', Readonly<Record<string, Expected>>>>;

const listOf = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8')) as Lists;
const lists = [
  'claude-code',
  'codex',
  'gemini',
  'qwen',
  'copilot',
  'pi',
  'droid',
  'cursor',
  'amp',
  'kimi',
  'kiro',
  'context-foundry',
].map(agent => listOf(`${agent}.expected.json`));
const filesOf = (place: keyof Lists): Lists['corpus'] =>
  Object.assign({}, ...lists.map(list => list[place])) as Lists['corpus'];
const folders: string[] = [];

async function storeOf(path: string) {
  const dataDir = mkdtempSync(join(tmpdir(), 'playhead-corpus-'));
  folders.push(dataDir);
  const writer = new StoreWriter(dataDir);
  const recogniser = new FileRecogniser(writer);
  const ingest = new IngestService(writer, recogniser, systemClock, true);
  const { root, starts } = placeOfFile(path);
  const only = starts.slice(0, 1);
  ingest.addSource({ format: 'auto', label: '', path, root, starts: only, origin: 'opened', include: () => true });
  await ingest.settle();
  await ingest.close();
  const reader = new StoreReader(dataDir);
  const { sessions } = reader.sessions({ limit: 1000, before: null, since: null, filter: '' });
  const traces = sessions.map(session => reader.trace(session.id, null));
  const unknownTypes = reader.report(
    sessions.map(session => session.sourceId),
    10,
  ).unknownTypes;
  reader.close();
  return { sessions, traces, unknownTypes };
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe.each([
  { name: 'the fixtures', dir: fixturesDir, files: filesOf('fixtures') },
  { name: `the corpus${corpusNote}`, dir: corpusDir, files: filesOf('corpus') },
])('In a store, the files of $name', ({ dir, files }) => {
  it.skipIf(dir === undefined).each(Object.entries(files))(
    '%s: sums are what was counted by other means',
    async (relPath, counted) => {
      const { sessions, traces, unknownTypes } = await storeOf(join(dir ?? '', relPath));
      const sum = (of: (session: (typeof sessions)[number]) => number) =>
        sessions.reduce((total, session) => total + of(session), 0);
      const usage = sessions.map(session => session.usage).reduce(addUsage, noUsage);
      expect({
        records: sum(session => session.records) - sum(session => session.rejected),
        rejected: sum(session => session.rejected),
        tools: sum(session => session.toolSpans),
        prompts: sum(session => session.turns),
      }).toEqual({
        records: counted.records,
        rejected: counted.rejected,
        tools: counted.tools ?? (counted.toolCalls ?? 0) + (counted.orphanResults ?? 0),
        prompts: counted.prompts,
      });
      expect(usage).toMatchObject(counted.usage);
      expect(unknownTypes).toEqual({});

      for (const { spans } of traces) {
        const ids = new Set(spans.map(span => span.id));
        expect(spans.filter(span => span.parentId === null)).toHaveLength(1);
        expect(spans.filter(span => span.parentId !== null && !ids.has(span.parentId))).toEqual([]);
      }
      expect(sum(session => session.spans)).toBe(traces.reduce((total, { spans }) => total + spans.length, 0));
    },
  );
});
