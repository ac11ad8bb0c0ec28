// What agents printed in the corpus (`stream-json` of Claude Code and Droid) against numbers that were counted in another
// way: a Python script that reads each line as a dictionary and knows nothing of transcripts. Its rules:
//
// - responses: distinct message ids of 'assistant' lines whose model is not '<synthetic>'; usage of each is that of its last
//   line; where a run printed one answer only, its output is that of the run's result.
// - tools: distinct ids of tool_use and tool_result blocks; toolErrors: results with is_error.
// - agents: system/task_started lines. costUsd: the sum over results (each was a process of its own).
// - Droid: responses are the messages that calls name, assistant messages, and final texts that were no message.
//
// Checked by hand: print-default-http-json (3200+150+160+120 input, 9000+12500+12800+13000 read from the cache, as its
// result says; 4 answers, 3 calls), print-failures (3 sessions; 2 answers + 1 answer of 40 tokens; one failed command).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LineParser } from '../../src/main/core/parsers/parser.ts';
import { droidStreamJson } from '../../src/main/core/parsers/stream-json-droid.ts';
import { claudeStreamJson } from '../../src/main/core/parsers/stream-json.ts';
import { addUsage, noUsage } from '../../src/shared/model/usage.ts';
import { corpusDir, corpusNote, listFiles } from '../builders/corpus.ts';
import { countedResponses, entriesOf, eventsOf, joinSpans, turnPrompts } from '../builders/join-facts.ts';
import { hintOf, readLines, type ReadResult } from '../builders/read-units.ts';
import expectedCounts from './stream-json.expected.json' with { type: 'json' };

interface Counts {
  readonly [name: string]: number | { readonly [part: string]: number };
}

const dir = corpusDir ?? '';
const expected: Readonly<Record<string, Counts>> = expectedCounts;
const parserOf = (name: string): LineParser => (name.includes('droid') ? droidStreamJson : claudeStreamJson);

function read(name: string): ReadResult {
  return readLines(parserOf(name), readFileSync(join(dir, name)), hintOf(name));
}

function countsOf({ records, facts }: ReadResult): Counts {
  const sessions = [...Map.groupBy(facts, fact => fact.session ?? '').values()];
  const spans = sessions.flatMap(own => [...joinSpans(own).values()]);
  const ofKind = (kind: string) => spans.filter(span => span.span === kind);
  const { input, output, cacheRead, cacheCreation } = sessions
    .map(own => countedResponses(own).usage)
    .reduce(addUsage, noUsage);
  const roots = spans.filter(span => span.key === 'session');
  const cost = roots.reduce((sum, span) => sum + Number(span.attrs?.['costUsd'] ?? 0), 0);
  const reported = roots.reduce((sum, { attrs }) => {
    const aggregate = attrs?.['aggregateUsage'] as { readonly output?: number } | undefined;
    return sum + (aggregate?.output ?? 0);
  }, 0);
  const tools = ofKind('tool');
  const usage = withoutZeros({ input, output, cacheRead, cacheCreation });
  return {
    ...withoutZeros({
      records: records.length,
      sessions: sessions.length,
      responses: ofKind('llm').length,
      tools: tools.length,
      toolErrors: tools.filter(({ status }) => status === 'error' || status === 'aborted').length,
      unanswered: tools.filter(({ status }) => status === 'open').length,
      agents: ofKind('agent').length,
      prompts: turnPrompts(facts).length,
      costUsd: Math.round(cost * 1e10) / 1e10,
      reportedOutput: reported,
      apiRetries: eventsOf(facts).filter(({ name }) => name === 'API retry').length,
      apiErrors: eventsOf(facts).filter(({ event, name }) => event === 'error' && name !== 'error').length,
    }),
    ...(Object.keys(usage).length > 0 ? { usage } : {}),
  };
}

function withoutZeros(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}

describe.skipIf(corpusDir === undefined)(`what agents printed in the corpus${corpusNote}`, () => {
  it('is all counted', () => {
    const isOurs = (name: string) =>
      /^captured\/claude\/[^/]+\/stream\.jsonl$/.test(name) || /^logs\/droid\/.*stream.*\.jsonl$/.test(name);
    expect(listFiles(dir, isOurs)).toEqual(Object.keys(expected).sort());
  });

  it.each(Object.keys(expected))('%s', name => {
    const result = read(name);
    expect(countsOf(result)).toEqual(expected[name]);
    expect(result.records.filter(record => record.rejected !== undefined || !record.known)).toEqual([]);
  });

  it('has blocks for all its entries', () => {
    for (const name of Object.keys(expected)) {
      const bytes = readFileSync(join(dir, name));
      for (const { records, facts } of read(name).units) {
        const [at] = records.map(record => record.at);
        const text = new TextDecoder().decode(bytes.subarray(at?.offset, (at?.offset ?? 0) + (at?.length ?? 0)));
        const blocks = parserOf(name).content(JSON.parse(text));
        for (const entry of entriesOf(facts)) expect(blocks[entry.block]).toBeDefined();
      }
    }
  });
});
