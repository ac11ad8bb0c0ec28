// The same recordings through ccusage (https://ccusage.com, version 20): equal to the nano-dollar but for the differences
// that docs/ccusage.md gives the reasons of. ccusage is no dependency: name its program in PLAYHEAD_CCUSAGE, or have it in
// the PATH; where it is not, this is skipped.
//
//   npm install --prefix /tmp/ccusage ccusage@20.0.24
//   PLAYHEAD_CCUSAGE=/tmp/ccusage/node_modules/.bin/ccusage npx vitest run test/corpus/ccusage.test.ts

import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StoreReader } from '../../src/main/core/store/index.ts';
import { PriceBook, UsageService } from '../../src/main/core/usage/index.ts';
import { corpusDir } from '../builders/corpus.ts';
import { readInOneGo, tempDir } from '../builders/store.ts';

const program = process.env['PLAYHEAD_CCUSAGE'] ?? 'ccusage';
const version = versionOf(program);
const missing =
  version === undefined
    ? ' (skipped: no ccusage; name its program in PLAYHEAD_CCUSAGE)'
    : corpusDir === undefined
      ? ' (skipped: no corpus; set PLAYHEAD_CORPUS to the folder that holds it)'
      : '';

function versionOf(path: string): string | undefined {
  try {
    return execFileSync(path, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** Tokens that no cache held, written, read from and to a cache, and the cost in nano-dollars. */
interface Day {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheCreation: number;
  readonly nanoUsd: number | null;
}
type Days = Readonly<Record<string, Day>>;

function ccusageDays(agent: string, env: Readonly<Record<string, string>>): Days {
  const stdout = execFileSync(program, [agent, 'daily', '--offline', '--json', '--timezone', 'UTC'], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 1e8,
  });
  const { daily } = JSON.parse(stdout) as { daily: Record<string, number & string>[] };
  return Object.fromEntries(
    daily.map(day => [
      String(day['date']),
      {
        input: day['inputTokens'] ?? 0,
        output: day['outputTokens'] ?? 0,
        cacheRead: day['cacheReadTokens'] ?? 0,
        cacheCreation: day['cacheCreationTokens'] ?? 0,
        nanoUsd: Math.round((day['totalCost'] ?? day['costUSD'] ?? 0) * 1e9),
      },
    ]),
  );
}

async function ourDays(root: string, format: string, start: string): Promise<Days> {
  const dataDir = join(root, 'data');
  await readInOneGo({ root, dataDir, format, starts: [start] });
  const reader = new StoreReader(dataDir);
  const { rows } = new UsageService(reader, new PriceBook(dataDir)).report({
    by: 'day',
    withModels: false,
    since: null,
    until: null,
    timezone: 'UTC',
    model: null,
    project: null,
    agent: null,
    sessionIds: null,
  });
  reader.close();
  return Object.fromEntries(
    rows.map(({ key, usage: { input, output, cacheRead, cacheCreation }, cost }) => [
      key,
      { input, output, cacheRead, cacheCreation, nanoUsd: cost.nanoUsd },
    ]),
  );
}

/** The days that differ, each by what it is here and there. */
function differences(ours: Days, theirs: Days): Record<string, readonly [Day | null, Day | null]> {
  const days = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort();
  return Object.fromEntries(
    days
      .map(day => [day, [ours[day] ?? null, theirs[day] ?? null]] as const)
      .filter(([, [our, their]]) => JSON.stringify(our) !== JSON.stringify(their)),
  );
}

const logs = (agent: string) => join(corpusDir ?? '', 'logs', agent);

/** The corpus' files of an agent in one folder, under names that the agent would give them. */
function copyLogs(agent: string, folder: string, nameOf: (name: string) => string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(logs(agent))) copyFileSync(join(logs(agent), name), join(folder, nameOf(name)));
}

const day = (input: number, output: number, cacheRead: number, nanoUsd: number | null): Day => ({
  input,
  output,
  cacheRead,
  cacheCreation: 0,
  nanoUsd,
});

describe.skipIf(missing !== '')(`Beside ${version ?? 'ccusage'}${missing}, on the corpus`, () => {
  it('Claude Code: every day is equal, tokens and nano-dollars', async () => {
    const root = tempDir();
    cpSync(logs('claude-code'), join(root, 'projects/corpus'), { recursive: true });
    const theirs = ccusageDays('claude', { CLAUDE_CONFIG_DIR: root });
    expect(Object.keys(theirs).length).toBeGreaterThan(20);
    expect(differences(await ourDays(root, 'claude-code', 'projects'), theirs)).toEqual({});
  });

  it('Codex: equal but for forks, restarts, a model without a name and a price that changed', async () => {
    const root = tempDir();
    copyLogs('codex', join(root, 'sessions/2026/01/01'), name => `rollout-2026-01-01T00-00-00-${name}`);
    const theirs = ccusageDays('codex', { CODEX_HOME: root });
    expect(differences(await ourDays(root, 'codex', 'sessions'), theirs)).toEqual({
      // No model is named: ccusage takes gpt-5, we take none.
      '2025-10-31': [day(1211, 182, 10_880, null), day(1211, 182, 10_880, 4_693_750)],
      // A fork copies what its parent used: (30,259 - 6,528) + (30,277 - 30,080) in, 25 out, once more.
      '2026-05-23': [day(160_705, 1459, 688_640, 1_063_891_100), day(184_633, 1484, 725_248, 1_202_585_100)],
      // A second session in one file, whose first response is as long as the first one's.
      '2026-05-24': [day(48_032, 10, 13_056, 246_988_000), day(24_016, 5, 6528, 123_494_000)],
      // A rewind is a fork: 24,738 + 180 in, 10 out, once more.
      '2026-05-29': [day(49_692, 15, 38_016, 267_918_000), day(74_610, 25, 71_552, 409_576_000)],
      // gpt-5.6-sol cost $5 in and $30 out until 21 August, $4 and $20 since.
      '2026-08-17': [day(11_716, 177, 11_008, 69_394_000), day(11_716, 177, 11_008, 54_807_200)],
    });
  });

  it('Gemini CLI: equal costs; thoughts are in our output, and beside it there', async () => {
    const root = tempDir();
    const chats = join(root, 'tmp/demo/chats');
    copyLogs('gemini-cli', chats, name => `session-2026-01-01T00-00-${name}`);
    const theirs = ccusageDays('gemini', { GEMINI_DATA_DIR: root });
    const ours = await ourDays(root, 'gemini-cli', 'tmp');
    const costs = (days: Days) =>
      Object.fromEntries(Object.entries(days).map(([date, { nanoUsd, input }]) => [date, [input, nanoUsd]]));
    const { '2024-01-01': fixtures, ...recorded } = costs(ours);
    expect(recorded).toEqual(costs(theirs));
    // Two hand-made chats that name no model; ccusage leaves them out.
    expect(fixtures?.[1]).toBeNull();
  });

  it('Pi: every day is equal', async () => {
    const root = tempDir();
    copyLogs('pi', join(root, 'sessions/demo'), name => name);
    const theirs = ccusageDays('pi', { PI_AGENT_DIR: join(root, 'sessions') });
    expect(Object.keys(theirs).length).toBeGreaterThan(0);
    expect(differences(await ourDays(root, 'pi', 'sessions'), theirs)).toEqual({});
  });
});
