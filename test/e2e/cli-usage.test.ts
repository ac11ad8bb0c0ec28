// `playhead usage`, and costs in `sessions` and `show`: what the built command line prints.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assistant, text, tokens, user } from '../builders/claude-lines.ts';
import { assertBuilt, Place } from './cli-process.ts';

const FIRST = '10000000-3f0e-4a56-9d6e-2a54c9f4b1aa';
const SECOND = '20000000-3f0e-4a56-9d6e-2a54c9f4b1aa';

const zero = { input: 0, output: 0, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0, reasoning: 0 };

beforeAll(assertBuilt);

describe('playhead usage', { timeout: 60_000 }, () => {
  const place = new Place();
  const logs = place.at('logs');
  const flags = ['--source', `claude-code=${logs}`, '--data-dir', place.dataDir];
  const line = (id: string, iso: string, model: string, usage: unknown, sessionId: string, cwd: string) => ({
    ...assistant(`line-${id}`, 0, [text('ok')], { id: `msg-${id}`, model, usage }),
    timestamp: iso,
    sessionId,
    cwd,
  });

  beforeAll(() => {
    const write = (id: string, folder: string, lines: readonly object[]) =>
      place.write(
        `logs/projects/${folder}/${id}.jsonl`,
        [{ ...user(`${id}-u`, 0, `Prompt of ${folder}`), sessionId: id, cwd: `/home/demo/${folder}` }, ...lines]
          .map(value => `${JSON.stringify(value)}\n`)
          .join(''),
      );
    write(FIRST, 'shop', [
      // 1,000 x 5,000 + 10 x 25,000 + 2,000 x 500 = 6,250,000 nano-dollars, once though it is told twice.
      line(
        'a',
        '2026-03-28T23:30:00Z',
        'claude-opus-4-5',
        tokens(1000, 1, { cache_read_input_tokens: 2000 }),
        FIRST,
        '/home/demo/shop',
      ),
      line(
        'a',
        '2026-03-28T23:30:01Z',
        'claude-opus-4-5',
        tokens(1000, 10, { cache_read_input_tokens: 2000 }),
        FIRST,
        '/home/demo/shop',
      ),
      // 100 x 3,000 = 300,000.
      line('b', '2026-03-29T22:30:00Z', 'claude-sonnet-4-5', tokens(100, 0), FIRST, '/home/demo/shop'),
    ]);
    write(SECOND, 'blog', [
      line('c', '2026-04-02T12:00:00Z', 'mystery-model', tokens(7, 3), SECOND, '/home/demo/blog'),
    ]);
  });
  afterAll(() => place.dispose());

  const run = (...args: string[]) => place.run([...args, ...flags]);
  const json = async (...args: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await run('usage', ...args, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout);
  };
  const total = {
    responses: 3,
    usage: { ...zero, input: 1107, output: 13, cacheRead: 2000 },
    costNanoUsd: 6_550_000,
    unpricedResponses: 1,
  };

  it('gives days of a time zone, with the clocks put forward in between', async () => {
    // In Berlin both responses are of 29 March, which lasts from 23:00Z to 22:00Z: the second is of the 30th.
    expect(await json('--timezone', 'Europe/Berlin')).toEqual({
      rows: [
        {
          key: '2026-03-29',
          responses: 1,
          usage: { ...zero, input: 1000, output: 10, cacheRead: 2000 },
          costNanoUsd: 6_250_000,
          unpricedResponses: 0,
        },
        { key: '2026-03-30', responses: 1, usage: { ...zero, input: 100 }, costNanoUsd: 300_000, unpricedResponses: 0 },
        {
          key: '2026-04-02',
          responses: 1,
          usage: { ...zero, input: 7, output: 3 },
          costNanoUsd: null,
          unpricedResponses: 1,
        },
      ],
      total,
    });
  });

  it.each([
    ['month', ['2026-03', '2026-04'], [6_550_000, null]],
    ['model', ['claude-opus-4-5', 'claude-sonnet-4-5', 'mystery-model'], [6_250_000, 300_000, null]],
    ['project', ['shop', 'blog'], [6_550_000, null]],
    ['agent', ['claude-code'], [6_550_000]],
  ])('by %s: rows add up to the total', async (by, keys, costs) => {
    const report = (await json('--by', by, '--timezone', 'UTC')) as {
      rows: { key: string; costNanoUsd: number | null }[];
      total: unknown;
    };
    expect(report.rows.map(row => row.key)).toEqual(keys);
    expect(report.rows.map(row => row.costNanoUsd)).toEqual(costs);
    expect(report.total).toEqual(total);
  });

  it('is narrowed to days', async () => {
    const responses = async (...args: string[]) =>
      ((await json('--timezone', 'UTC', ...args)) as { total: { responses: number } }).total.responses;
    expect(await responses('--since', '2026-03-29')).toBe(2);
    expect(await responses('--until', '20260328')).toBe(1);
    expect(await responses('--since', '2026-03-29', '--until', '2026-03-29')).toBe(1);
    expect(await json('--since', '2030-01-01')).toEqual({
      rows: [],
      total: { responses: 0, usage: zero, costNanoUsd: 0, unpricedResponses: 0 },
    });
  });

  it('prints a table for people', async () => {
    const { code, stdout } = await run('usage', '--by', 'session', '--timezone', 'UTC');
    expect(code).toBe(0);
    expect(
      stdout
        .split('\n')
        .slice(0, 4)
        .map(row => row.split(/ {2,}/).slice(1)),
    ).toEqual([
      ['RESPONSES', 'INPUT', 'CACHE WRITE', 'CACHE READ', 'OUTPUT', 'API VALUE', 'TITLE'],
      ['2', '1.1k', '0', '2.0k', '10', '$0.0066', 'Prompt of shop'],
      ['1', '7', '0', '0', '3', 'unknown', 'Prompt of blog'],
      ['3', '1.1k', '0', '2.0k', '13', '≥ $0.0066'],
    ]);
    expect(stdout).toContain('Without a known price: 1 of 3 responses.');
  });

  it('costs stand in sessions and show', async () => {
    const sessions = JSON.parse((await run('sessions', '--json')).stdout) as {
      nativeId: string;
      costNanoUsd: unknown;
    }[];
    expect(new Map(sessions.map(session => [session.nativeId, session.costNanoUsd]))).toEqual(
      new Map([
        [FIRST, 6_550_000],
        [SECOND, null],
      ]),
    );
    const { session, spans } = JSON.parse((await run('show', FIRST, '--json')).stdout) as {
      session: { costNanoUsd: unknown };
      spans: { kind: string; costNanoUsd: number | null }[];
    };
    expect(session.costNanoUsd).toBe(6_550_000);
    expect(spans.filter(span => span.kind === 'llm').map(span => span.costNanoUsd)).toEqual([6_250_000, 300_000]);
    expect((await run('show', FIRST)).stdout).toContain('$0.0066 API value');
  });

  it.each([
    [['--by', 'week'], /--by takes day, month, model, project, agent, session, not "week"/],
    [['--since', 'yesterday'], /--since takes a date such as 2026-03-29/],
    [['--until', '2026-02-30'], /--until takes a date/],
    [['--timezone', 'Mars/Base'], /--timezone takes a name such as Europe\/Berlin or UTC/],
    [['today'], /takes no "today"/],
  ])('refuses %j before it touches anything', async (args, sentence) => {
    const { code, stdout, stderr } = await place.run(['usage', ...args, '--data-dir', place.at('untouched')]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
  });

  it('takes the user’s own prices, and says what is wrong with them', async () => {
    const prices = join(place.dataDir, 'prices.json');
    writeFileSync(prices, JSON.stringify({ models: { 'mystery-model': { input: 1, output: 2 } } }));
    // 7 x 1,000 + 3 x 2,000 more.
    expect(await json('--by', 'agent')).toMatchObject({ total: { costNanoUsd: 6_563_000, unpricedResponses: 0 } });
    writeFileSync(prices, '{');
    const { code, stdout, stderr } = await run('usage', '--by', 'agent', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ total });
    expect(stderr).toMatch(/^playhead: Your price list .*prices\.json is left out: it cannot be read as JSON/);
  });
});
