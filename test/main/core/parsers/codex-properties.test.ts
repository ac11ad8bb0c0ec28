import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codexExec } from '../../../../src/main/core/parsers/codex-exec.ts';
import { codexRollout } from '../../../../src/main/core/parsers/codex.ts';
import { contentBlockSchema } from '../../../../src/shared/model/content.ts';
import { fixturesDir, hintFor, listFiles } from '../../../builders/corpus.ts';
import { hintOf, readLines, sampleOf } from '../../../builders/read-units.ts';

const dir = join(fixturesDir, 'codex');
const files = listFiles(dir);
const parserOf = (relPath: string): typeof codexRollout => (relPath.startsWith('exec/') ? codexExec : codexRollout);
const at = { line: 1, offset: 0, length: 1 };
const hint = hintOf('rollout-x.jsonl');

describe('Codex files', () => {
  it.each(files)('%s gives the same facts however its bytes arrive', relPath => {
    const bytes = readFileSync(join(dir, relPath));
    const parser = parserOf(relPath);
    const whole = readLines(parser, bytes, hintFor(dir, relPath));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 6 }), cuts => {
        const { units, state } = readLines(parser, bytes, hintFor(dir, relPath), cuts);
        expect(JSON.stringify(units)).toBe(JSON.stringify(whole.units));
        expect(JSON.stringify(state)).toBe(JSON.stringify(whole.state));
      }),
      { numRuns: 4 },
    );
  });

  it.each(files)('%s leaves a small state and keeps it JSON', relPath => {
    const { state } = readLines(parserOf(relPath), readFileSync(join(dir, relPath)), hintFor(dir, relPath));
    expect(JSON.stringify(state).length).toBeLessThan(4000);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });
});

describe('the Codex parsers', () => {
  // Real lines with one value somewhere in them replaced by anything: closer to damage than values made up.
  const lines = files.flatMap(relPath =>
    readFileSync(join(dir, relPath), 'utf8')
      .split('\n')
      .filter(line => line.startsWith('{') && line.length < 20_000)
      .map((line): { readonly parser: typeof codexRollout; readonly value: unknown } => ({
        parser: parserOf(relPath),
        value: JSON.parse(line),
      })),
  );
  const damaged = fc
    .tuple(
      fc.array(fc.constantFrom(...lines), { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fc.nat()),
      fc.jsonValue(),
    )
    .map(([chosen, random, stray]) => chosen.map(line => ({ ...line, value: replaceOne(line.value, random, stray) })));

  it('never throw on damaged lines, and say only what a reader can hold', () => {
    fc.assert(
      fc.property(damaged, chosen => {
        const states = new Map(
          [codexRollout, codexExec].map(parser => [
            parser,
            parser.begin({ agent: 'codex', session: 's', main: true }, hint),
          ]),
        );
        for (const { parser, value } of chosen) {
          const state = states.get(parser) ?? {};
          const unit = parser.parse(state, value, at, hint);
          expect(unit.records).toHaveLength(1);
          for (const fact of unit.facts) expect(JSON.parse(JSON.stringify(fact))).toEqual(fact);
          for (const block of parser.content(value)) expect(contentBlockSchema.safeParse(block).success).toBe(true);
          parser.recognise({ values: [value], text: '', complete: true }, hint);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('never throw on any JSON value or any bytes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.uint8Array({ maxLength: 300 }), (value, bytes) => {
        for (const parser of [codexRollout, codexExec]) {
          const state = parser.begin({ agent: 'codex', session: null, main: false }, hint);
          expect(parser.parse(state, value, at, hint).records).toHaveLength(1);
          expect(parser.content(value)).toBeInstanceOf(Array);
          expect(parser.recognise(sampleOf(bytes), hint)).not.toBe(null);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keep their state bounded in a session of many open calls and prompts', () => {
    const state = codexRollout.begin({ agent: 'codex', session: 's', main: true }, hint);
    for (let n = 0; n < 2000; n += 1) {
      const content = [{ text: `prompt ${n} ${'x'.repeat(200)}` }];
      const payload =
        n % 2 === 0 ? { type: 'message', role: 'user', content } : { type: 'function_call', call_id: `c${n}` };
      codexRollout.parse(state, { type: 'response_item', payload }, at, hint);
    }
    expect(JSON.stringify(state).length).toBeLessThan(60_000);
  });
});

/** A copy of the value in which one part, chosen by chance, is something else. */
function replaceOne(value: unknown, random: Iterator<number>, stray: unknown): unknown {
  const next = (limit: number): number => (random.next().value as number) % limit;
  if (next(4) === 0 || typeof value !== 'object' || value === null) return stray;
  const keys = Object.keys(value);
  const key = keys[next(Math.max(1, keys.length))];
  if (key === undefined) return stray;
  const changed = replaceOne((value as Record<string, unknown>)[key], random, stray);
  return Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed };
}
