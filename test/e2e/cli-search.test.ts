// `playhead search` as people and programs run it.

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assistant, call, result, text, user } from '../builders/claude-lines.ts';
import { jsonl } from '../builders/store.ts';
import { assertBuilt, fixtures, Place } from './cli-process.ts';
import { patient } from './harness.ts';

interface SearchJson {
  readonly query: string;
  readonly results: readonly {
    readonly session: { readonly id: string; readonly nativeId: string; readonly title: string };
    readonly hits: readonly {
      readonly entryId: string;
      readonly spanId: string | null;
      readonly kind: string;
      readonly at: string | null;
      readonly snippet: string;
      readonly ranges: readonly (readonly [number, number])[];
    }[];
  }[];
  readonly total: number;
  readonly complete: boolean;
}

beforeAll(assertBuilt);

describe('searching from the command line', { timeout: 60_000 }, () => {
  const place = new Place();
  const logs = place.at('claude');
  const flags = ['--source', `claude-code=${logs}`, '--data-dir', place.dataDir];

  beforeAll(() => {
    cpSync(join(fixtures, 'claude-code/projects'), join(logs, 'projects'), { recursive: true });
    const lines = Array.from({ length: 30 }, (_, n) => user(`u${n}`, n, `heron number${n}`));
    const tool = [
      assistant('c', 40, [call('t', 'Bash', { command: 'ls heronry' })]),
      user('r', 41, [result('t', 'heronry: no such place\u001b[31m', true)]),
      assistant('a', 42, [text('There is no heronry.')], { id: 'm2' }),
    ];
    place.write('claude/projects/birds/0b7c4a52-3f0e-4a56-9d6e-2a54c9f4b1aa.jsonl', jsonl(...lines, ...tool));
  });
  afterAll(() => place.dispose());

  const json = async (...words: string[]): Promise<SearchJson> => {
    const { code, stdout, stderr } = await place.run(['search', ...flags, '--json', ...words]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd()).not.toContain('\n');
    return JSON.parse(stdout) as SearchJson;
  };

  it('gives one document: the newest places by session, and how many there are', async () => {
    const found = await json('heron', '--limit', '4');
    expect(found).toMatchObject({ query: 'heron', total: 30, complete: true });
    expect(found.results).toHaveLength(1);
    expect(found.results[0]?.session.nativeId).toBe('0b7c4a52-3f0e-4a56-9d6e-2a54c9f4b1aa');
    expect(found.results[0]?.hits.map(hit => hit.snippet)).toEqual([29, 28, 27, 26].map(n => `heron number${n}`));
    expect(found.results[0]?.hits[0]).toMatchObject({
      kind: 'prompt',
      at: '2026-04-01T12:00:29.000Z',
      ranges: [[0, 5]],
    });
  });

  it('takes operators, several words and words in a row', async () => {
    expect(await json('heronry', 'tool:Bash', 'is:error')).toMatchObject({
      total: 1,
      results: [{ hits: [{ spanId: 't' }] }],
    });
    expect((await json('"no heronry"')).total).toBe(1);
    expect((await json('no', 'heronry')).total).toBe(2);
    expect((await json('--', 'heronry', '-tool:Bash')).total).toBe(1);
    expect((await json('number1*', 'after:2026-04-01', 'before:2027')).total).toBe(11);
    expect(await json('no-such-word-anywhere')).toEqual({
      query: 'no-such-word-anywhere',
      results: [],
      total: 0,
      complete: true,
    });
  });

  it('prints places for people, and nothing that steers their terminal', async () => {
    const { code, stdout, stderr } = await place.run(['search', ...flags, 'heronry']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/answer +There is no heronry\./);
    expect(stdout).toMatch(/✗ Bash +ls heronry heronry: no such place/);
    expect(stdout).toMatch(/\n2 places\.\n$/);
    expect(stdout.match(/(?!\n)\p{Cc}/gu)).toBeNull();
  });

  it.each([
    [['search'], 'search takes words'],
    [['search', ' '], 'search takes words'],
    [['search', 'x', '--limit', 'many'], '--limit takes a number'],
    [['sessions', '--limit', '5'], 'sessions takes no --limit'],
  ])('refuses %j', async (words, message) => {
    const { code, stdout, stderr } = await place.run([...words, ...flags]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('asks beside a Playhead that runs, and finds what was written just now', async () => {
    const served = await place.serve(['serve', ...flags]);
    const beside = async () => {
      const { code, stdout } = await place.run(['search', '--data-dir', place.dataDir, '--json', 'bittern']);
      expect(code).toBe(0);
      return JSON.parse(stdout) as SearchJson;
    };
    expect((await beside()).total).toBe(0);
    place.write(
      'claude/projects/birds/late.jsonl',
      jsonl(user('late', 100, 'a bittern in the reeds', { sessionId: 'late' })),
    );
    await expect
      .poll(async () => (await beside()).results[0]?.hits[0]?.snippet, patient)
      .toBe('a bittern in the reeds');
    expect(await served.end()).toBe(0);
  });
});
