// What holds for the parser of any agent's transcripts, as tests over real files: counts found by other means, a block
// of its kind for each entry, a span for each parent, no type that is not known; the same facts however the bytes
// arrive, a small state, and nothing thrown at damage.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EntryFact, LineParser, Parser } from '../../src/main/core/parsers/parser.ts';
import { recogniseFile } from '../../src/main/core/parsers/registry.ts';
import { contentBlockSchema, type ContentKind } from '../../src/shared/model/content.ts';
import { ROOT_SPAN } from '../../src/shared/model/ids.ts';
import { addUsage, noUsage, type Usage } from '../../src/shared/model/usage.ts';
import { corpusDir, corpusNote, fixturesDir, hintFor, listFiles } from './corpus.ts';
import { countedResponses, entriesOf, eventsOf, joinSpans, spansOfKind, turnPrompts } from './join-facts.ts';
import { hintOf, readDocument, readLines, sampleOf, type ReadResult } from './read-units.ts';

export interface TranscriptCounts {
  readonly records: number;
  readonly rejected: number;
  readonly responses: number;
  readonly withUsage: number;
  readonly tools: number;
  readonly prompts: number;
  readonly errors: number;
  readonly compactions: number;
  /** Tokens of all spans that count. */
  readonly usage: Omit<Usage, 'cacheCreation1h'>;
}

export interface TranscriptLists {
  readonly fixtures: Readonly<Record<string, TranscriptCounts>>;
  readonly corpus: Readonly<Record<string, TranscriptCounts>>;
}

/** Reads one file as the parser that claims it would. */
export function readTranscript(dir: string, relPath: string): ReadResult & { readonly parser: Parser } {
  const bytes = readFileSync(join(dir, relPath));
  const hint = hintFor(dir, relPath);
  const claim = recogniseFile(sampleOf(bytes), hint);
  if (typeof claim !== 'object') throw new Error(`${relPath} is claimed by no parser: ${claim ?? 'unknown'}`);
  const { parser } = claim;
  const result = parser.unit === 'line' ? readLines(parser, bytes, hint) : readDocument(parser, bytes, hint);
  return { ...result, parser };
}

function countsOf({ records, facts }: ReadResult): TranscriptCounts {
  const responses = spansOfKind(facts, 'llm');
  // Tokens that no response tells by itself stand on spans of another kind.
  const others = [...joinSpans(facts).values()].filter(span => span.span !== 'llm' && span.counted !== false);
  const told = others.flatMap(span => span.usage ?? []).reduce(addUsage, noUsage);
  const { cacheCreation1h: _, ...usage } = addUsage(countedResponses(facts).usage, told);
  const keys = (kind: string) => new Set(eventsOf(facts).flatMap(event => (event.event === kind ? [event.key] : [])));
  return {
    records: records.filter(record => record.rejected === undefined).length,
    rejected: records.filter(record => record.rejected !== undefined).length,
    responses: responses.length,
    withUsage: responses.filter(span => span.usage !== undefined).length,
    tools: spansOfKind(facts, 'tool').length,
    prompts: turnPrompts(facts).length,
    errors: keys('error').size,
    compactions: keys('compaction').size,
    usage,
  };
}

/** Every file of the fixtures and of the corpus against numbers found by other means. */
export function describeTranscripts(
  agent: string,
  isTranscript: (relPath: string) => boolean,
  expected: TranscriptLists,
): void {
  describe.each([
    { name: 'the fixtures', dir: fixturesDir, files: expected.fixtures },
    { name: `the corpus${corpusNote}`, dir: corpusDir, files: expected.corpus },
  ])(`${agent} files of $name`, ({ dir, files }) => {
    const present = dir !== undefined;
    const paths = Object.keys(files);
    const read = (relPath: string) => readTranscript(dir ?? '', relPath);

    it.skipIf(!present)('are all in the list of expected counts', () => {
      expect(listFiles(dir ?? '', isTranscript)).toEqual(paths.toSorted());
    });

    it.skipIf(!present).each(paths)('%s has the counts that other means give', relPath => {
      expect(countsOf(read(relPath))).toEqual(files[relPath]);
    });

    it.skipIf(!present)('hold no type that the parser does not know', () => {
      const unknown = paths.flatMap(path => read(path).records.filter(record => !record.known && !record.rejected));
      expect(unknown).toEqual([]);
    });

    it.skipIf(!present)('have a block of its kind for each entry', () => {
      expect(paths.flatMap(path => entriesWithoutBlock(dir ?? '', path))).toEqual([]);
    });

    it.skipIf(!present)('have a span for each parent, or none', () => {
      const lost = paths.flatMap(path => {
        const spans = joinSpans(read(path).facts);
        const parents = [...spans.values()].flatMap(span => span.parent ?? []);
        return parents.filter(parent => parent !== ROOT_SPAN && !spans.has(parent));
      });
      expect(lost).toEqual([]);
    });
  });
}

/** Entries of which the record's content has no block, or one of another kind. */
function entriesWithoutBlock(dir: string, relPath: string): readonly string[] {
  const bytes = readFileSync(join(dir, relPath));
  const { units, parser } = readTranscript(dir, relPath);
  return units.flatMap(unit =>
    entriesOf(unit.facts).flatMap(entry => {
      const { line, offset, length } = unit.records[entry.record ?? 0]?.at ?? { line: 0, offset: 0, length: 0 };
      const value: unknown = JSON.parse(bytes.toString('utf8', offset, offset + length));
      const block = parser.content(value)[entry.block];
      const fits = contentBlockSchema.safeParse(block).success && block?.kind === kindOf(entry);
      return fits ? [] : [`${relPath}:${line} ${entry.key}`];
    }),
  );
}

function kindOf(entry: EntryFact): ContentKind {
  if (entry.entry === 'tool') return entry.result === true ? 'tool-result' : 'tool-call';
  return entry.entry;
}

/** Real files of lines of one parser, their bytes and lines damaged by chance. */
export function describeDamage(parser: LineParser, dir: string, files: readonly string[], maxState: number): void {
  const at = { line: 1, offset: 0, length: 1 };
  const hint = hintOf('a/b/c.jsonl');

  it.each(files)('%s gives the same facts however its bytes arrive, and leaves a small state', relPath => {
    const bytes = readFileSync(join(dir, relPath));
    const whole = readLines(parser, bytes, hintFor(dir, relPath));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 6 }), cuts => {
        const { units, state } = readLines(parser, bytes, hintFor(dir, relPath), cuts);
        expect(JSON.stringify(units)).toBe(JSON.stringify(whole.units));
        expect(JSON.stringify(state)).toBe(JSON.stringify(whole.state));
      }),
      { numRuns: 4 },
    );
    expect(JSON.parse(JSON.stringify(whole.state))).toEqual(whole.state);
    expect(JSON.stringify(whole.state).length).toBeLessThan(maxState);
  });

  // Real lines with one value somewhere in them replaced by anything: closer to damage than values made up.
  const lines = files.flatMap(relPath =>
    readFileSync(join(dir, relPath), 'utf8')
      .split('\n')
      .filter(line => line.startsWith('{') && line.length < 20_000)
      .map((line): unknown => JSON.parse(line)),
  );
  const damaged = fc
    .tuple(
      fc.array(fc.constantFrom(...lines), { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fc.nat()),
      fc.jsonValue(),
    )
    .map(([chosen, random, stray]) => chosen.map(line => replaceOne(line, random, stray)));

  it('damaged lines throw nothing, and say only what a reader can hold', () => {
    fc.assert(
      fc.property(damaged, chosen => {
        const state = parser.begin({ agent: 'a', session: 's', main: true }, hint);
        for (const value of chosen) {
          const unit = parser.parse(state, value, at, hint);
          expect(unit.records).toHaveLength(1);
          for (const fact of unit.facts) expect(JSON.parse(JSON.stringify(fact))).toEqual(fact);
          const blocks = parser.content(value);
          for (const block of blocks) expect(contentBlockSchema.safeParse(block).success).toBe(true);
          for (const entry of entriesOf(unit.facts)) expect(blocks[entry.block]?.kind).toBe(kindOf(entry));
          parser.recognise({ values: [value], text: '', complete: true }, hint);
        }
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      }),
      { numRuns: 300 },
    );
  });

  it('any JSON value and any bytes throw nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.uint8Array({ maxLength: 300 }), (value, bytes) => {
        const state = parser.begin({ agent: 'a', session: null, main: false }, hint);
        expect(parser.parse(state, value, at, hint).records).toHaveLength(1);
        expect(parser.content(value)).toBeInstanceOf(Array);
        expect(parser.recognise(sampleOf(bytes), hint)).not.toBe(null);
      }),
      { numRuns: 300 },
    );
  });
}

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
