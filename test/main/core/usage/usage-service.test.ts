// Reports over real stores, with bills that were worked out by hand.

import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  PriceBook,
  type UsageQuestion,
  type UsageReport,
  UsageService,
} from '../../../../src/main/core/usage/index.ts';
import { StoreReader } from '../../../../src/main/core/store/index.ts';
import { assistant, text, tokens, user } from '../../../builders/claude-lines.ts';
import { fixturesDir } from '../../../builders/corpus.ts';
import { jsonl, readInOneGo, tempDir, writeAt } from '../../../builders/store.ts';

const PLAIN: UsageQuestion = {
  by: 'day',
  withModels: false,
  since: null,
  until: null,
  timezone: 'UTC',
  model: null,
  project: null,
  agent: null,
  sessionIds: null,
};

function serviceOf(dataDir: string): UsageService {
  const reader = new StoreReader(dataDir);
  onTestFinished(() => reader.close());
  return new UsageService(reader, new PriceBook(dataDir));
}

/** A store of Claude Code sessions: by session's digit, the lines after its prompt. */
async function storeOf(sessions: Readonly<Record<string, readonly Record<string, unknown>[]>>): Promise<string> {
  const root = tempDir();
  for (const [digit, lines] of Object.entries(sessions)) {
    const sessionId = `${digit}0000000-3f0e-4a56-9d6e-2a54c9f4b1aa`;
    const own = { sessionId, cwd: `/home/demo/project-${digit}` };
    const all = [
      { ...user(`${digit}-u`, 0, `Prompt of ${digit}`), ...own },
      ...lines.map(line => ({ ...line, ...own })),
    ];
    writeAt(root, `projects/${digit}/${sessionId}.jsonl`, jsonl(...all));
  }
  const dataDir = join(root, 'data');
  await readInOneGo({ root, dataDir, format: 'claude-code', starts: ['projects'] });
  return dataDir;
}

let made = 0;

/** One response at an ISO time. */
function answerAt(
  iso: string,
  model: string,
  usage: unknown,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  made += 1;
  return { ...assistant(`line-${made}`, 0, [text('ok')], { id: `msg-${made}`, model, usage }, more), timestamp: iso };
}

const brief = ({ rows, total }: UsageReport) => ({
  rows: rows.map(({ key, responses, cost }) => [key, responses, cost.nanoUsd, cost.unpriced]),
  total: [total.responses, total.cost.nanoUsd, total.cost.unpriced],
});

describe('A report', () => {
  it('prices each response by its own terms and adds them up', async () => {
    const dataDir = await storeOf({
      // Opus 4.5: 5,000 nano-dollars in, 25,000 out, 500 read, 6,250 written for 5 minutes, 10,000 for an hour.
      // 1,000 x 5,000 + 200 x 25,000 + 10,000 x 500 + 600 x 6,250 + 400 x 10,000
      //   = 5,000,000 + 5,000,000 + 5,000,000 + 3,750,000 + 4,000,000 = 22,750,000
      1: [
        answerAt(
          '2026-04-01T23:30:00Z',
          'claude-opus-4-5-20251101',
          tokens(1000, 200, {
            cache_read_input_tokens: 10_000,
            cache_creation_input_tokens: 1000,
            cache_creation: { ephemeral_5m_input_tokens: 600, ephemeral_1h_input_tokens: 400 },
          }),
        ),
        // Opus 4.7 in fast mode, six times 5,000 and 25,000: 100 x 30,000 + 10 x 150,000 = 4,500,000; two searches at
        // $10 a thousand are 20,000,000 more.
        answerAt(
          '2026-04-02T00:10:00Z',
          'claude-opus-4-7',
          tokens(100, 10, { speed: 'fast', server_tool_use: { web_search_requests: 2 } }),
        ),
      ],
      // Sonnet 4.5 over 200,000 tokens: 6,000 in, 22,500 out, and not 3,000 and 15,000 for the first 200,000 of them:
      // 200,001 x 6,000 + 2 x 22,500 = 1,200,051,000. At 200,000 it is 200,000 x 3,000 + 2 x 15,000 = 600,030,000.
      2: [
        answerAt('2026-04-02T10:00:00Z', 'claude-sonnet-4-5', tokens(200_001, 2)),
        answerAt('2026-04-02T10:01:00Z', 'claude-sonnet-4-5', tokens(200_000, 2)),
        answerAt('2026-04-02T10:02:00Z', 'somebody-elses-model', tokens(5, 5)),
      ],
    });
    const usage = serviceOf(dataDir);
    expect(brief(usage.report(PLAIN))).toEqual({
      rows: [
        ['2026-04-01', 1, 22_750_000, 0],
        ['2026-04-02', 4, 24_500_000 + 1_200_051_000 + 600_030_000, 1],
      ],
      total: [5, 1_847_331_000, 1],
    });
    expect(brief(usage.report({ ...PLAIN, by: 'model' }))).toEqual({
      rows: [
        ['claude-sonnet-4-5', 2, 1_800_081_000, 0],
        ['claude-opus-4-7', 1, 24_500_000, 0],
        ['claude-opus-4-5-20251101', 1, 22_750_000, 0],
        ['somebody-elses-model', 1, null, 1],
      ],
      total: [5, 1_847_331_000, 1],
    });
    expect(brief(usage.report({ ...PLAIN, by: 'project' })).rows).toEqual([
      ['project-2', 3, 1_800_081_000, 1],
      ['project-1', 2, 47_250_000, 0],
    ]);
    expect(brief(usage.report({ ...PLAIN, by: 'agent' })).rows).toEqual([['claude-code', 5, 1_847_331_000, 1]]);
    expect(usage.report({ ...PLAIN, by: 'session' }).rows.map(row => row.session?.title)).toEqual([
      'Prompt of 2',
      'Prompt of 1',
    ]);
  });

  it('takes the price of the day: Opus 4.6 over 200,000 tokens before and after 13 March 2026', async () => {
    // 300,000 x 10,000 = 3,000,000,000 on the 12th, 300,000 x 5,000 = 1,500,000,000 from the 13th on.
    const dataDir = await storeOf({
      1: [
        answerAt('2026-03-12T23:59:59Z', 'claude-opus-4-6', tokens(300_000, 0)),
        answerAt('2026-03-13T00:00:00Z', 'claude-opus-4-6', tokens(300_000, 0)),
      ],
    });
    const usage = serviceOf(dataDir);
    const total = [2, 4_500_000_000, 0];
    expect(brief(usage.report(PLAIN))).toEqual({
      rows: [
        ['2026-03-12', 1, 3_000_000_000, 0],
        ['2026-03-13', 1, 1_500_000_000, 0],
      ],
      total,
    });
    for (const by of ['month', 'model', 'project', 'session'] as const)
      expect(brief(usage.report({ ...PLAIN, by })).total).toEqual(total);
    // The same clock tells 12 March for both in California.
    expect(brief(usage.report({ ...PLAIN, timezone: 'America/Los_Angeles' })).rows).toEqual([
      ['2026-03-12', 2, 4_500_000_000, 0],
    ]);
  });

  it('takes the log’s word where it says what was billed, and no other’s', async () => {
    const dataDir = await storeOf({
      1: [
        answerAt('2026-04-01T10:00:00Z', 'claude-sonnet-4-5', tokens(1000, 0), { costUSD: 0.0125 }),
        answerAt('2026-04-01T10:00:00Z', 'nobody-knows', tokens(1000, 0), { costUSD: 0.25 }),
      ],
    });
    const usage = serviceOf(dataDir);
    const [row] = usage.report(PLAIN).rows;
    expect(row?.cost).toEqual({ nanoUsd: 262_500_000, atLeast: false, responses: 2, unpriced: 0, reported: 2 });
  });

  it('says that a sum is a lower bound where tokens are, or where a price is missing', async () => {
    const dataDir = await storeOf({
      1: [answerAt('2026-04-01T10:00:00Z', 'claude-sonnet-4-5', tokens(10, 1), { version: '2.1.50' })],
      2: [answerAt('2026-04-01T10:00:00Z', 'claude-sonnet-4-5', tokens(10, 1))],
      3: [
        answerAt('2026-04-01T10:00:00Z', 'claude-sonnet-4-5', tokens(10, 1)),
        answerAt('2026-04-01T10:00:00Z', 'nobody-knows', tokens(10, 1)),
      ],
      4: [answerAt('2026-04-01T10:00:00Z', 'nobody-knows', tokens(10, 1))],
    });
    const usage = serviceOf(dataDir);
    const { rows } = usage.report({ ...PLAIN, by: 'project' });
    expect(new Map(rows.map(row => [row.key, [row.cost.nanoUsd, row.cost.atLeast]]))).toEqual(
      new Map([
        ['project-1', [45_000, true]],
        ['project-2', [45_000, false]],
        ['project-3', [45_000, true]],
        ['project-4', [null, false]],
      ]),
    );
  });

  it('is narrowed by model, project, agent and session, and by days of its own clocks', async () => {
    const dataDir = await storeOf({
      1: [
        answerAt('2026-04-01T22:30:00Z', 'claude-sonnet-4-5', tokens(1, 0)),
        answerAt('2026-04-02T12:00:00Z', 'claude-opus-4-5', tokens(2, 0)),
      ],
      2: [answerAt('2026-04-03T21:59:00Z', 'claude-opus-4-5', tokens(4, 0))],
    });
    const usage = serviceOf(dataDir);
    const input = (more: Partial<UsageQuestion>) => usage.report({ ...PLAIN, ...more }).total.usage.input;
    for (const by of ['day', 'month', 'model', 'project', 'agent', 'session'] as const) {
      expect(input({ by })).toBe(7);
      expect(input({ by, model: 'claude-opus-4-5' })).toBe(6);
      expect(input({ by, project: 'project-1' })).toBe(3);
      expect(input({ by, project: 'project-1', model: 'claude-opus-4-5' })).toBe(2);
      expect(input({ by, agent: 'codex' })).toBe(0);
      expect(input({ by, since: '2026-04-02' })).toBe(6);
      expect(input({ by, until: '2026-04-02' })).toBe(3);
      expect(input({ by, since: '2026-04-02', until: '2026-04-02' })).toBe(2);
      // 22:30Z is the next day in Berlin, 21:59Z is not.
      expect(input({ by, since: '2026-04-02', until: '2026-04-03', timezone: 'Europe/Berlin' })).toBe(7);
      expect(input({ by, since: '2026-04-02', until: '2026-04-02', timezone: 'Europe/Berlin' })).toBe(3);
    }
    const { rows } = usage.report({ ...PLAIN, by: 'session' });
    const second = rows.find(row => row.session?.project === 'project-2')?.session;
    expect(second && input({ sessionIds: [second.id] })).toBe(4);
    expect(input({ sessionIds: [] })).toBe(0);
  });

  it('refuses a time zone or a day that does not exist', async () => {
    const usage = serviceOf(
      await storeOf({ 1: [answerAt('2026-04-01T10:00:00Z', 'claude-sonnet-4-5', tokens(1, 0))] }),
    );
    expect(() => usage.report({ ...PLAIN, timezone: 'Mars/Base' })).toThrow(
      expect.objectContaining({ code: 'bad-input' }),
    );
    expect(() => usage.report({ ...PLAIN, since: '2026-02-30' })).toThrow(
      expect.objectContaining({ code: 'bad-input' }),
    );
  });

  it('of nothing is nothing', async () => {
    const usage = serviceOf(await storeOf({ 1: [] }));
    expect(brief(usage.report(PLAIN))).toEqual({ rows: [], total: [0, null, 0] });
  });
});

describe('Over the recordings that come with the project', () => {
  it('rows and their models add up to the total, whatever they are grouped by and wherever', async () => {
    const root = tempDir();
    const dataDir = join(root, 'data');
    await readInOneGo({
      root: fixturesDir,
      dataDir,
      format: 'auto',
      starts: ['claude-code', 'codex', 'gemini', 'pi', 'langfuse', 'otlp'],
    });
    const usage = serviceOf(dataDir);
    const { total } = usage.report(PLAIN);
    expect(total.responses).toBeGreaterThan(50);
    fc.assert(
      fc.property(
        fc.constantFrom('day', 'month', 'model', 'project', 'agent', 'session' as const),
        fc.constantFrom('UTC', 'Asia/Kolkata', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia', 'Asia/Kathmandu'),
        fc.integer({ min: 20_200, max: 20_700 }).map(day => new Date(day * 86_400_000).toISOString().slice(0, 10)),
        (by, timezone, date) => {
          const whole = usage.report({ ...PLAIN, by, timezone, withModels: true });
          expect(whole.total).toEqual(total);
          const sum = (numbers: readonly (number | null)[]) =>
            numbers.reduce<number>((all, one) => all + (one ?? 0), 0);
          expect(sum(whole.rows.map(row => row.cost.nanoUsd))).toBe(total.cost.nanoUsd);
          expect(sum(whole.rows.flatMap(row => row.models.map(part => part.cost.nanoUsd)))).toBe(total.cost.nanoUsd);
          expect(sum(whole.rows.map(row => row.responses))).toBe(total.responses);
          expect(sum(whole.rows.map(row => row.usage.output))).toBe(total.usage.output);
          // What is of a known time is either before a day or from it on.
          const dayBefore = new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10);
          const before = usage.report({ ...PLAIN, by, timezone, until: dayBefore }).total;
          const after = usage.report({ ...PLAIN, by, timezone, since: date }).total;
          const timeless = usage.report({ ...PLAIN, by: 'day', timezone }).rows.find(row => row.key === 'unknown');
          expect(before.responses + after.responses + (timeless?.responses ?? 0)).toBe(total.responses);
          expect(before.usage.cacheRead + after.usage.cacheRead + (timeless?.usage.cacheRead ?? 0)).toBe(
            total.usage.cacheRead,
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('a session’s cost is that of its responses, and the same in a list and in a report', async () => {
    const root = tempDir();
    const dataDir = join(root, 'data');
    await readInOneGo({
      root: fixturesDir,
      dataDir,
      format: 'auto',
      starts: ['claude-code', 'codex', 'pi', 'langfuse'],
    });
    const reader = new StoreReader(dataDir);
    onTestFinished(() => reader.close());
    const usage = new UsageService(reader, new PriceBook(dataDir));
    const rows = new Map(usage.report({ ...PLAIN, by: 'session' }).rows.map(row => [row.key, row.cost]));
    const sessions = usage.withCosts(reader.sessions({ limit: 1000, before: null, since: null, filter: '' }).sessions);
    expect(rows.size).toBeGreaterThan(10);
    for (const session of sessions) {
      const cost = rows.get(session.id) ?? { nanoUsd: null, atLeast: false, responses: 0, unpriced: 0, reported: 0 };
      expect({ ...session.cost, nanoUsd: 0 }).toEqual({ ...cost, nanoUsd: 0 });
      expect(Math.abs((session.cost?.nanoUsd ?? 0) - (cost.nanoUsd ?? 0))).toBeLessThanOrEqual(1);
      const spans = [...usage.spanCosts(session.id)];
      expect(spans).toHaveLength(cost.responses);
      const summed = spans.reduce((all, [, one]) => all + (one.nanoUsd ?? 0), 0);
      expect(Math.abs(summed - (cost.nanoUsd ?? 0))).toBeLessThanOrEqual(spans.length);
      for (const [spanId, one] of spans) expect(usage.spanCost(session.id, spanId)).toEqual(one);
    }
  });
});

describe('The user’s own prices', () => {
  const own = (dataDir: string, value: unknown) =>
    writeFileSync(join(dataDir, 'prices.json'), typeof value === 'string' ? value : JSON.stringify(value));

  it('come first, from the moment they are written, and price what was recorded before', async () => {
    const dataDir = await storeOf({
      1: [
        answerAt('2026-04-01T10:00:00Z', 'claude-sonnet-4-5-20250929', tokens(1000, 0)),
        answerAt('2026-04-01T10:00:00Z', 'in-house', tokens(1000, 10)),
      ],
    });
    const usage = serviceOf(dataDir);
    expect(brief(usage.report(PLAIN)).total).toEqual([2, 3_000_000, 1]);
    own(dataDir, { models: { 'in-house': { input: 0.5, output: 1 }, 'claude-sonnet-4-5': { input: 1, output: 1 } } });
    // 1,000 x 1,000 + 1,000 x 500 + 10 x 1,000
    expect(brief(usage.report(PLAIN)).total).toEqual([2, 1_510_000, 0]);
    expect(usage.report(PLAIN).prices).toMatchObject({ ownModels: 2, problem: null });
  });

  it.each([
    ['is no JSON', '{"models": ', /Your price list .*prices\.json is left out: it cannot be read as JSON/],
    ['lacks a price', { models: { mine: { input: 1 } } }, /left out: models > mine > output: /],
    [
      'has a word that is not known',
      { models: { mine: { input: 1, output: 1, cached: 2 } } },
      /left out: models > mine: .*cached/,
    ],
    ['has another form', [], /left out: /],
  ])('are left out with a sentence where the file %s', async (_how, value, sentence) => {
    const dataDir = await storeOf({ 1: [answerAt('2026-04-01T10:00:00Z', 'claude-sonnet-4-5', tokens(1000, 0))] });
    const usage = serviceOf(dataDir);
    own(dataDir, value);
    const { total, prices } = usage.report(PLAIN);
    expect(total.cost.nanoUsd).toBe(3_000_000);
    expect(prices.problem).toMatch(sentence);
  });
});

describe('A list that the user had made anew', () => {
  const list = (asOf: string) => ({
    asOf,
    sources: [{ package: 'a list', version: '2', published: asOf }],
    models: [{ names: ['brand-new'], vendor: 'test', prices: [{ input: 2, output: 4 }] }],
  });

  it('holds where it is newer, before the one that came along', async () => {
    const dataDir = await storeOf({
      1: [
        answerAt('2026-04-01T10:00:00Z', 'brand-new', tokens(1000, 0)),
        answerAt('2026-04-01T10:00:00Z', 'claude-sonnet-4-5', tokens(1000, 0)),
      ],
    });
    const usage = serviceOf(dataDir);
    writeFileSync(join(dataDir, 'price-list.json'), JSON.stringify(list('2099-01-02')));
    // 1,000 x 2,000 + 1,000 x 3,000
    expect(usage.report(PLAIN)).toMatchObject({
      total: { cost: { nanoUsd: 5_000_000, unpriced: 0 } },
      prices: { asOf: '2099-01-02', sources: ['a list 2 (2099-01-02)'], problem: null },
    });
    writeFileSync(join(dataDir, 'price-list.json'), JSON.stringify({ ...list('2020-01-02'), more: 'older' }));
    expect(usage.report(PLAIN)).toMatchObject({ total: { cost: { nanoUsd: 3_000_000, unpriced: 1 } } });
    writeFileSync(join(dataDir, 'price-list.json'), '[]');
    expect(usage.report(PLAIN).prices.problem).toMatch(/price-list\.json is left out/);
  });
});
