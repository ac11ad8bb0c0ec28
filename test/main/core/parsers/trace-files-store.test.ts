import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixturesDir } from '../../../builders/corpus.ts';
import { differingArchives, query, readInOneGo, Recorder, tempDir, wrongSums } from '../../../builders/store.ts';

type Fields = Readonly<Record<string, unknown>>;

const folders = ['langfuse', 'langsmith', 'chrome-trace'] as const;

function copied(): string {
  const root = tempDir();
  for (const folder of folders) cpSync(join(fixturesDir, folder), join(root, folder), { recursive: true });
  return root;
}

describe('trace files in a store', () => {
  it('are sessions whose sums are those of their leaves', async () => {
    const root = copied();
    const recorder = await new Recorder({ root, once: true }).settle();
    await recorder.close();
    expect(recorder.failures).toEqual([]);
    expect(wrongSums(recorder.dataDir)).toEqual([]);
    expect(differingArchives(recorder.dataDir, root)).toEqual([]);
    expect(query(recorder.dataDir, "SELECT * FROM file WHERE parser IS NULL OR state <> 'current'")).toEqual([]);

    const { sessions, spans } = recorder.dump();
    // 5 traces of Langfuse, 4 of LangSmith, 2 Chrome traces
    expect(sessions).toHaveLength(11);
    const of = (agent: string): readonly Fields[] => sessions.filter(session => session['agent'] === agent);
    const sum = (rows: readonly Fields[], column: string) =>
      rows.reduce((total, row) => total + Number(row[column]), 0);
    // 62 + 293 + 140 + 1315 + 168 and 85 + 106 + 44 + 209 + 66 of the model calls that wrap no other
    expect([sum(of('langfuse'), 'input'), sum(of('langfuse'), 'output')]).toEqual([1978, 510]);
    // 9 + 43 + 43 + 9 and 9 + 1901 + 2497 + 9 by the usage_metadata of the patches
    expect([sum(of('langsmith'), 'input'), sum(of('langsmith'), 'output')]).toEqual([104, 4416]);
    expect(sum(of('langsmith'), 'turns')).toBe(4);
    expect(spans.filter(span => span['link'] === 'orphan')).toEqual([]);
    expect(of('chrome-trace').map(session => session['title_prompt'])).toEqual([
      'flow_events_json_v1.json',
      'flow_events_json_v2.json',
    ]);
  });

  it('are the same when they are read again', async () => {
    const root = copied();
    const recorder = await new Recorder({ root, once: true }).settle();
    const first = recorder.dump();
    await recorder.look();
    expect(recorder.dump()).toEqual(first);
    expect(await readInOneGo({ root })).toEqual(first);
  });

  it('that are replaced by a longer export leave nothing of the shorter one', async () => {
    const root = tempDir();
    const observation = (id: string, input: number): Fields => ({
      id,
      traceId: 't',
      type: 'GENERATION',
      name: id,
      startTime: '2026-05-01T10:00:00Z',
      endTime: '2026-05-01T10:00:01Z',
      usageDetails: { input, output: 1 },
    });
    const recorder = await new Recorder({ root }).settle();
    await recorder.write('export.json', JSON.stringify([observation('a', 5), observation('b', 7)]));
    expect(recorder.dump().sessions).toMatchObject([{ input: 12, llm_spans: 2 }]);
    await recorder.write(
      'export.json',
      JSON.stringify([observation('b', 7), observation('c', 11), observation('d', 1)]),
    );
    expect(recorder.dump().sessions).toMatchObject([{ input: 19, llm_spans: 3 }]);
    expect(wrongSums(recorder.dataDir)).toEqual([]);
  });
});
