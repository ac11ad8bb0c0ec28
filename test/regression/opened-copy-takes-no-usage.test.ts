// An exported copy of a recorded session was opened, and the session's tokens moved to the copy.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fixturesDir } from '../builders/corpus.ts';
import { readStore, Recorder, tempDir, writeAt } from '../builders/store.ts';

const log = readFileSync(
  join(
    fixturesDir,
    'claude-code/projects/-Users-dain-workspace-danieldemmel-me-next/b25638d7-b104-4f06-a797-70ac33d069ed.jsonl',
  ),
  'utf8',
);
const name = 'b25638d7-b104-4f06-a797-70ac33d069ed.jsonl';

it.each([
  ['the copy is opened later', ['found', 'opened'] as const],
  ['the copy was there first', ['opened', 'found'] as const],
])('a copy that is opened by hand does not take the count when %s', async (_name, order) => {
  const dataDir = tempDir();
  for (const origin of order) {
    const root = tempDir();
    writeAt(root, name, log);
    const recorder = await new Recorder({ root, dataDir, origin, once: true }).settle();
    await recorder.close();
  }
  const { sessions, sources } = readStore(dataDir, reader => ({
    ...reader.sessions({ limit: 10, before: null, since: null, filter: '' }),
    sources: reader.sources(),
  }));
  const outputOf = (origin: string) =>
    sessions
      .filter(session => sources.some(source => source.id === session.sourceId && source.origin === origin))
      .map(session => session.usage.output);
  expect(outputOf('found')[0]).toBeGreaterThan(0);
  expect(outputOf('opened')).toEqual([0]);
});
