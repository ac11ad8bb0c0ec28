// The sums of usage are what a recount of the spans gives, whatever happened to the files.

import fc from 'fast-check';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assistant, SESSION, text, tokens, user } from '../../../builders/claude-lines.ts';
import { fixturesDir } from '../../../builders/corpus.ts';
import { copyFixture, jsonl, query, readInOneGo, Recorder, tempDir, writeAt } from '../../../builders/store.ts';

interface Sums {
  readonly [column: string]: number | string | null;
}

/** By session, quarter of an hour and model: what the cells hold, and what the spans say in SQL of another shape. */
function bothCounts(dataDir: string): { cells: Sums[]; spans: Sums[] } {
  const order = 'ORDER BY session_id, quarter, model';
  const sums = ['input', 'output', 'cache_read', 'cache_creation', 'cache_creation_1h', 'reasoning'];
  const total = (columns: readonly string[]) => columns.map(column => `sum(${column}) AS ${column}`).join(', ');
  return {
    cells: query(
      dataDir,
      `SELECT session_id, quarter, model, sum(responses) AS responses, sum(web_searches) AS searches, ${total(sums)}
       FROM usage_cell JOIN usage_terms ON id = terms_id GROUP BY 1, 2, 3 ${order}`,
    ),
    spans: query(
      dataDir,
      `SELECT session_id, ifnull(max(ifnull(end_us, start_us) / 900000000, -1), -1) AS quarter, ifnull(model, '') AS model, count(*) AS responses,
         sum(ifnull(json_extract(attrs, '$.webSearches'), 0)) AS searches, ${total(sums)}
       FROM span WHERE counted = 3 AND input IS NOT NULL
         AND (input + output + cache_read + cache_creation > 0 OR json_extract(attrs, '$.costUsd') > 0 OR json_extract(attrs, '$.webSearches') > 0)
       GROUP BY session_id, ifnull(end_us, start_us) / 900000000, 3 ${order}`,
    ),
  };
}

/** The hours of all sessions, and the same made from their quarters. */
function bothHours(dataDir: string): { hours: Sums[]; cells: Sums[] } {
  const sums =
    'sum(responses) AS responses, sum(input) AS input, sum(output) AS output, sum(cache_read) AS read, sum(logged_nano) AS logged';
  return {
    hours: query(dataDir, `SELECT hour, terms_id, ${sums} FROM usage_hour GROUP BY 1, 2 ORDER BY 1, 2`),
    cells: query(
      dataDir,
      `SELECT CASE quarter WHEN -1 THEN -1 ELSE quarter / 4 END AS hour, terms_id, ${sums} FROM usage_cell GROUP BY 1, 2 ORDER BY 1, 2`,
    ),
  };
}

function expectRecount(dataDir: string): void {
  const { cells, spans } = bothCounts(dataDir);
  expect(cells).toEqual(spans);
  const { hours, cells: quarters } = bothHours(dataDir);
  expect(hours).toEqual(quarters);
  expect(query(dataDir, 'SELECT * FROM usage_cell WHERE responses <= 0')).toEqual([]);
  expect(query(dataDir, 'SELECT * FROM usage_hour WHERE responses <= 0')).toEqual([]);
}

const MODELS = ['claude-opus-4-5', 'claude-sonnet-4-5', 'somebody-else'];

/** One response of some lines; the same number has the same id, so that files copy each other's. */
const response = fc.record({
  number: fc.integer({ min: 1, max: 6 }),
  minutes: fc.integer({ min: 0, max: 200 }),
  lines: fc.integer({ min: 1, max: 3 }),
  input: fc.integer({ min: 0, max: 300_000 }),
  output: fc.integer({ min: 0, max: 900 }),
  model: fc.constantFrom(...MODELS),
  fast: fc.boolean(),
  searches: fc.integer({ min: 0, max: 2 }),
});
type Response = typeof response extends fc.Arbitrary<infer T> ? T : never;

function linesOf(file: number, responses: readonly Response[]): Record<string, unknown>[] {
  const more = { sessionId: SESSION.replace('0b7c', `000${file}`) };
  const lines = responses.flatMap(({ number, minutes, lines: count, input, output, model, fast, searches }, at) =>
    Array.from({ length: count }, (_, line) =>
      assistant(
        `${file}-${at}-${line}`,
        minutes * 60 + line,
        [text('words')],
        {
          id: `msg_${number}`,
          model,
          usage: tokens(input, output * (line + 1), {
            speed: fast ? 'fast' : 'standard',
            server_tool_use: { web_search_requests: searches },
          }),
        },
        more,
      ),
    ),
  );
  return [user(`${file}-u`, 0, 'Do it.', more), ...lines];
}

const step = fc.oneof(
  fc.record({
    kind: fc.constant('append' as const),
    file: fc.integer({ min: 0, max: 2 }),
    responses: fc.array(response, { maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant('replace' as const),
    file: fc.integer({ min: 0, max: 2 }),
    responses: fc.array(response, { maxLength: 4 }),
  }),
);

const pathOf = (file: number) => `projects/demo/${SESSION.replace('0b7c', `000${file}`)}.jsonl`;

describe('The sums of usage', () => {
  it('are a recount of the spans after any appends, replacements and copies', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async steps => {
        const root = tempDir();
        const recorder = new Recorder({ root, format: 'claude-code' });
        for (const { kind, file, responses } of steps) {
          const bytes = jsonl(...linesOf(file, responses));
          if (kind === 'append') await recorder.append(pathOf(file), bytes);
          else await recorder.write(pathOf(file), bytes);
          expectRecount(recorder.dataDir);
        }
        expect(recorder.failures).toEqual([]);
        await recorder.close();
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('count copies of a response once, in any order of reading', async () => {
    const chosen = fc.array(
      fc.record({ at: fc.integer({ min: 0, max: 5 }), minutes: fc.integer({ min: 0, max: 200 }) }),
      {
        maxLength: 5,
      },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(response, { minLength: 6, maxLength: 6 }),
        fc.tuple(chosen, chosen, chosen),
        fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
        async (known, files, order) => {
          const responses = known.map((one, at) => ({ ...one, number: at, output: one.output + 1 }));
          const recorder = new Recorder({ root: tempDir(), format: 'claude-code' });
          for (const file of order) {
            const own = (files[file] ?? []).flatMap(({ at, minutes }) => {
              const one = responses[at];
              return one ? [{ ...one, minutes }] : [];
            });
            await recorder.write(pathOf(file), jsonl(...linesOf(file, own)));
          }
          expectRecount(recorder.dataDir);
          const met = new Set(files.flat().map(({ at }) => at));
          const sum = (of: (one: Response) => number) =>
            responses.filter(({ number }) => met.has(number)).reduce((total, one) => total + of(one), 0);
          expect(
            query(
              recorder.dataDir,
              `SELECT ifnull(sum(responses), 0) AS responses, ifnull(sum(input), 0) AS input, ifnull(sum(output), 0) AS output,
                 ifnull(sum(web_searches), 0) AS searches FROM usage_hour`,
            ),
          ).toEqual([
            {
              responses: met.size,
              input: sum(one => one.input),
              output: sum(one => one.output * one.lines),
              searches: sum(one => one.searches),
            },
          ]);
          await recorder.close();
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);

  it.each(['claude-code', 'codex', 'gemini', 'pi', 'otlp', 'langfuse', 'langsmith', 'anton'])(
    'are a recount of the spans for the recordings of %s',
    async folder => {
      const root = tempDir();
      copyFixture(join(fixturesDir, folder), root);
      const recorder = await new Recorder({ root, format: 'auto', once: true }).settle();
      await recorder.close();
      expectRecount(recorder.dataDir);
      const [counted] = query<{ n: number }>(recorder.dataDir, 'SELECT count(*) AS n FROM usage_cell');
      expect(counted?.n).toBeGreaterThan(0);
      expect(
        query(
          recorder.dataDir,
          'SELECT (SELECT sum(input + output + cache_read) FROM session) - (SELECT sum(input + output + cache_read) FROM usage_cell) AS missing',
        ),
      ).toEqual([{ missing: 0 }]);
    },
  );

  it('tell prompts over a limit, fast mode and lower bounds apart', async () => {
    const root = tempDir();
    const lines = [
      user('u', 0, 'Do it.'),
      assistant('a', 1, [text('a')], { id: 'm1', usage: tokens(10, 5, { cache_read_input_tokens: 199_990 }) }),
      assistant('b', 2, [text('b')], { id: 'm2', usage: tokens(11, 5, { cache_read_input_tokens: 199_990 }) }),
      assistant('c', 3, [text('c')], { id: 'm3', usage: tokens(7, 5, { speed: 'fast', inference_geo: 'us' }) }),
      assistant('d', 4, [text('d')], { id: 'm4', usage: tokens(8, 5) }, { version: '2.1.50' }),
      assistant('e', 5, [text('e')], { id: 'm5', usage: tokens(0, 0) }),
    ];
    writeAt(root, pathOf(0), jsonl(...lines));
    const { sessions } = await readInOneGo({
      root,
      dataDir: join(root, 'data'),
      format: 'claude-code',
      starts: ['projects'],
    });
    expect(sessions).toHaveLength(1);
    expect(
      query(
        join(root, 'data'),
        'SELECT context_over, modifiers, estimated, responses, input FROM usage_cell JOIN usage_terms ON id = terms_id ORDER BY input',
      ),
    ).toEqual([
      { context_over: 0, modifiers: 3, estimated: 0, responses: 1, input: 7 },
      { context_over: 0, modifiers: 0, estimated: 1, responses: 1, input: 8 },
      { context_over: 128_000, modifiers: 0, estimated: 0, responses: 1, input: 10 },
      { context_over: 200_000, modifiers: 0, estimated: 0, responses: 1, input: 11 },
    ]);
  });
});
