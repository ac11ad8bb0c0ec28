// Every Claude Code file of the corpus and of the fixtures, counted against numbers found by other means.
//
// claude-code.expected.json was made by a script in another language and style (sets over decoded objects, no state),
// and compared with jq and grep on viewer-1.0.98, cclog-1.0.128, irrlicht-2.1.98, entire-2.1.7 and sniffly-1.0.17. Its rules:
// - records: JSON values, two on one line are two; rejected: lines with a rest that is none.
// - responses: distinct message.id (else requestId, else uuid) of assistant objects, also of those inside agent_progress
//   lines, without model "<synthetic>" and isApiErrorMessage.
// - usage: per response the object with the largest input + output + cache read + cache creation; then summed up.
//   Cache creation is the flat count, or the sum of its parts where that is 0 or missing.
// - toolCalls: distinct ids of tool_use and server_tool_use blocks in those assistant objects; orphanResults: distinct
//   tool_use_id of tool_result blocks (also inside agent_progress) that are no toolCall of the file.
// - prompts: distinct uuid of user objects that are not sidechain, meta, compaction summary, tool result, nor of an
//   origin other than human, with a block that is no text or a text that begins with none of the known tags, interruption
//   notes or caveats; and of queued_command attachments in prompt mode with such a text. None in subagent files.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { claudeCodeAgentMeta } from '../../src/main/core/parsers/claude-code-meta.ts';
import { claudeCodeJsonl } from '../../src/main/core/parsers/claude-code.ts';
import type { EntryFact } from '../../src/main/core/parsers/parser.ts';
import { contentBlockSchema } from '../../src/shared/model/content.ts';
import { corpusDir, corpusNote, fixturesDir, hintFor, listFiles } from '../builders/corpus.ts';
import { countedResponses, entriesOf, joinSpans, spansOfKind, turnPrompts } from '../builders/join-facts.ts';
import { readDocument, readLines, type ReadResult } from '../builders/read-units.ts';

interface Expected {
  readonly records: number;
  readonly rejected: number;
  readonly responses: number;
  readonly toolCalls: number;
  readonly orphanResults: number;
  readonly prompts: number;
  readonly usage: {
    readonly input: number;
    readonly output: number;
    readonly cacheRead: number;
    readonly cacheCreation: number;
    readonly cacheCreation1h: number;
    readonly reasoning: number;
  };
}

const expected = JSON.parse(readFileSync(join(import.meta.dirname, 'claude-code.expected.json'), 'utf8')) as {
  readonly fixtures: Readonly<Record<string, Expected>>;
  readonly corpus: Readonly<Record<string, Expected>>;
};

function isClaudeFile(relPath: string): boolean {
  return /^(logs\/claude-code|captured\/claude\/.*\/projects|claude-code)\/.*\.jsonl$/.test(relPath);
}

function readFile(dir: string, relPath: string): ReadResult {
  return readLines(claudeCodeJsonl, readFileSync(join(dir, relPath)), hintFor(dir, relPath));
}

function countsOf(result: ReadResult): Expected {
  const { count, usage } = countedResponses(result.facts);
  const tools = spansOfKind(result.facts, 'tool');
  return {
    records: result.records.filter(record => record.rejected === undefined).length,
    rejected: result.records.filter(record => record.rejected !== undefined).length,
    responses: count,
    toolCalls: tools.filter(span => span.parent !== undefined).length,
    orphanResults: tools.filter(span => span.parent === undefined).length,
    prompts: turnPrompts(result.facts).length,
    usage,
  };
}

describe.each([
  { name: 'the fixtures', dir: fixturesDir, files: expected.fixtures },
  { name: `the corpus${corpusNote}`, dir: corpusDir, files: expected.corpus },
])('Claude Code files of $name', ({ dir, files }) => {
  const present = dir !== undefined;

  it.skipIf(!present)('are all in the list of expected counts', () => {
    expect(listFiles(dir ?? '', isClaudeFile)).toEqual(Object.keys(files).sort());
  });

  it.skipIf(!present).each(Object.keys(files))('%s amounts to what was counted by other means', relPath => {
    expect(countsOf(readFile(dir ?? '', relPath))).toEqual(files[relPath]);
  });

  it.skipIf(!present)('hold no record type that is not known', () => {
    const unknown = Object.keys(files).flatMap(relPath =>
      readFile(dir ?? '', relPath).records.filter(record => !record.known && record.rejected === undefined),
    );
    expect(unknown).toEqual([]);
  });

  it.skipIf(!present)('give a readable block of the right kind for every entry', () => {
    const faults = Object.keys(files).flatMap(relPath => unreadableEntries(dir ?? '', relPath));
    expect(faults).toEqual([]);
  });

  it.skipIf(!present)('hang every tool call below a response that is there', () => {
    const loose = Object.keys(files).flatMap(relPath => {
      const spans = joinSpans(readFile(dir ?? '', relPath).facts);
      return [...spans.values()].filter(
        span => span.span === 'tool' && span.parent !== undefined && spans.get(span.parent)?.span !== 'llm',
      );
    });
    expect(loose).toEqual([]);
  });
});

function unreadableEntries(dir: string, relPath: string): readonly string[] {
  const bytes = readFileSync(join(dir, relPath));
  return readFile(dir, relPath).units.flatMap(({ records, facts }) =>
    entriesOf(facts).flatMap(entry => {
      const at = records[entry.record ?? 0]?.at ?? { line: 0, offset: 0, length: 0 };
      const value: unknown = JSON.parse(bytes.subarray(at.offset, at.offset + at.length).toString());
      const block = claudeCodeJsonl.content(value)[entry.block];
      const fits = contentBlockSchema.safeParse(block).success && block?.kind === contentKindOf(entry);
      return fits ? [] : [`${relPath}:${at.line} ${entry.entry} ${entry.block}`];
    }),
  );
}

function contentKindOf(entry: EntryFact): string {
  if (entry.entry === 'tool') return entry.result === true ? 'tool-result' : 'tool-call';
  return entry.entry;
}

describe.each([
  { name: 'the fixtures', dir: fixturesDir },
  { name: `the corpus${corpusNote}`, dir: corpusDir },
])('Descriptions of subagents in $name', ({ dir }) => {
  it.skipIf(dir === undefined)('name the call that started the agent', () => {
    const files = listFiles(dir ?? '', relPath => relPath.endsWith('.meta.json'));
    expect(files).toHaveLength(4);
    for (const relPath of files) {
      const [span] = readDocument(
        claudeCodeAgentMeta,
        readFileSync(join(dir ?? '', relPath)),
        hintFor(dir ?? '', relPath),
      ).facts;
      const main = relPath.replace(/\/subagents\/.*$/, '.jsonl');
      const spans = joinSpans(readFile(dir ?? '', main).facts);
      expect(span).toMatchObject({ kind: 'span', span: 'agent', name: 'general-purpose' });
      if (span?.kind !== 'span') throw new Error('no span');
      expect(spans.get(span.parent ?? '')).toMatchObject({ span: 'tool', name: 'Agent' });
      expect(spans.get(span.key)).toMatchObject({ span: 'agent', parent: span.parent, name: 'general-purpose' });
    }
  });
});
