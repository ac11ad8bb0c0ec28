// Every Codex file of the corpus and of the fixtures, counted against numbers found by other means.
//
// codex.expected.json was made by a script in another language and style (each file a string of symbols, sets of ids,
// the last totals; nothing carried from line to line), and checked by hand with jq and grep on agentv-large, 0.118,
// legacy, fork, session-reset and exec-100ms. Its rules:
// - records: lines that are JSON; rejected: the others that are not empty.
// - Copies: behind a session_meta whose forked_from_id is the id of an earlier header in the file, lines count as
//   records only, up to the first task_started with a turn_id that was not seen before.
// - responses: matches of M+(I*U)?|U in a string made of the lines: M for what the model made (reasoning, assistant
//   message, calls), I for input and marks (other messages, outputs, turn marks, compactions, errors), U for a
//   token_count with a total that is new: other than the one before, or the first of another session's header.
//   withUsage: the matches that end in U.
// - usage: the last total before each fall of the totals, before another session's header and at the end, summed up;
//   cached and cache-write tokens taken off the input.
// - tools: distinct ids of calls, outputs and of the events and completed items that tell a tool's end.
// - prompts: user_message events and completed UserMessage items; in files without any, user messages that do not
//   begin with a tag or with '# AGENTS'.
// - codex exec: responses are turn.started, withUsage turn.completed, usage the last one of each thread, tools distinct
//   (run, item id) of items other than text and errors.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codexExec } from '../../src/main/core/parsers/codex-exec.ts';
import { codexRollout } from '../../src/main/core/parsers/codex.ts';
import type { EntryFact } from '../../src/main/core/parsers/parser.ts';
import { contentBlockSchema, type ContentKind } from '../../src/shared/model/content.ts';
import { ROOT_SPAN } from '../../src/shared/model/ids.ts';
import { corpusDir, corpusNote, fixturesDir, hintFor, listFiles } from '../builders/corpus.ts';
import { countedResponses, entriesOf, joinSpans, spansOfKind, turnPrompts } from '../builders/join-facts.ts';
import { readLines, sampleOf, type ReadResult } from '../builders/read-units.ts';

interface Expected {
  readonly records: number;
  readonly rejected: number;
  readonly responses: number;
  readonly withUsage: number;
  readonly tools: number;
  readonly prompts: number;
  readonly usage: {
    readonly input: number;
    readonly output: number;
    readonly cacheRead: number;
    readonly cacheCreation: number;
    readonly reasoning: number;
  };
}

const expected = JSON.parse(readFileSync(join(import.meta.dirname, 'codex.expected.json'), 'utf8')) as {
  readonly fixtures: Readonly<Record<string, Expected>>;
  readonly corpus: Readonly<Record<string, Expected>>;
};

function isCodexFile(relPath: string): boolean {
  return /^(?:logs\/codex\/.*|codex\/.*|captured\/codex\/.*(?:rollout-[^/]*|stream))\.jsonl$/.test(relPath);
}

function parserOf(relPath: string): typeof codexRollout {
  return /\/exec\/|stream\.jsonl$/.test(relPath) ? codexExec : codexRollout;
}

function readFile(dir: string, relPath: string): ReadResult {
  return readLines(parserOf(relPath), readFileSync(join(dir, relPath)), hintFor(dir, relPath));
}

/** Facts of one session name its spans; `codex exec` files may hold several sessions. */
function countsOf(result: ReadResult): Expected {
  const { usage } = countedResponses(result.facts);
  const { cacheCreation1h: _, ...tokens } = usage;
  const responses = spansOfKind(result.facts, 'llm');
  return {
    records: result.records.filter(record => record.rejected === undefined).length,
    rejected: result.records.filter(record => record.rejected !== undefined).length,
    responses: responses.length,
    withUsage: responses.filter(span => span.usage !== undefined).length,
    tools: spansOfKind(result.facts, 'tool').length,
    prompts: turnPrompts(result.facts).length,
    usage: tokens,
  };
}

describe.each([
  { name: 'the fixtures', dir: fixturesDir, files: expected.fixtures },
  { name: `the corpus${corpusNote}`, dir: corpusDir, files: expected.corpus },
])('Codex files of $name', ({ dir, files }) => {
  const present = dir !== undefined;

  it.skipIf(!present)('are all in the list of expected counts', () => {
    expect(listFiles(dir ?? '', isCodexFile)).toEqual(Object.keys(files).sort());
  });

  it.skipIf(!present).each(Object.keys(files))('%s has the counts that other means give', relPath => {
    expect(countsOf(readFile(dir ?? '', relPath))).toEqual(files[relPath]);
  });

  it.skipIf(!present)('hold no type that the parsers do not know', () => {
    const unknown = Object.keys(files).flatMap(relPath =>
      readFile(dir ?? '', relPath).records.filter(record => record.rejected === undefined && !record.known),
    );
    expect(unknown).toEqual([]);
  });

  it.skipIf(!present)('are claimed by one of the two parsers only', () => {
    const claims = Object.keys(files).map(relPath => {
      const sample = sampleOf(readFileSync(join(dir ?? '', relPath)));
      const hint = hintFor(dir ?? '', relPath);
      return [codexRollout, codexExec].filter(parser => parser.recognise(sample, hint)).map(parser => parser.id);
    });
    expect(claims).toEqual(Object.keys(files).map(relPath => [parserOf(relPath).id]));
  });

  it.skipIf(!present)('have a block of its kind for each entry', () => {
    const wrong = Object.keys(files).flatMap(relPath => entriesWithoutBlock(dir ?? '', relPath));
    expect(wrong).toEqual([]);
  });

  it.skipIf(!present)('have a span for each parent, or none', () => {
    const lost = Object.keys(files).flatMap(relPath => {
      const spans = joinSpans(readFile(dir ?? '', relPath).facts);
      const parents = [...spans.values()].flatMap(span => span.parent ?? []);
      return parents.filter(parent => parent !== ROOT_SPAN && !spans.has(parent));
    });
    expect(lost).toEqual([]);
  });
});

/** Entries of which the record's content has no block, or one of another kind. */
function entriesWithoutBlock(dir: string, relPath: string): readonly string[] {
  const bytes = readFileSync(join(dir, relPath));
  return readFile(dir, relPath).units.flatMap(unit =>
    entriesOf(unit.facts).flatMap(entry => {
      const { line, offset, length } = unit.records[entry.record ?? 0]?.at ?? { line: 0, offset: 0, length: 0 };
      const value: unknown = JSON.parse(bytes.toString('utf8', offset, offset + length));
      const block = parserOf(relPath).content(value)[entry.block];
      const fits = contentBlockSchema.safeParse(block).success && block?.kind === kindOf(entry);
      return fits ? [] : [`${relPath}:${line}`];
    }),
  );
}

function kindOf(entry: EntryFact): ContentKind {
  if (entry.entry === 'tool') return entry.result === true ? 'tool-result' : 'tool-call';
  return entry.entry;
}

describe(`other files beside Codex sessions${corpusNote}`, () => {
  it.skipIf(corpusDir === undefined)('are not claimed', () => {
    const dir = corpusDir ?? '';
    const others = listFiles(dir, path => /\.(?:jsonl|json)$/.test(path) && !isCodexFile(path));
    const claimed = others.filter(relPath => {
      const sample = sampleOf(readFileSync(join(dir, relPath)));
      return [codexRollout, codexExec].some(parser => parser.recognise(sample, hintFor(dir, relPath)) !== undefined);
    });
    expect(others.length).toBeGreaterThan(200);
    expect(claimed).toEqual([]);
  });
});
