// The Langfuse, LangSmith and Chrome trace files of the corpus against numbers that were counted in another way: a Python
// script that walks each tree from its roots down. Its rules:
//
// - Langfuse: records = observations and the trace; kinds by `type`, for plain SPANs by the attributes in metadata
//   (openinference.span.kind, gen_ai.operation.name, agent_name); a wrapper is a model call with another one below that has
//   usageDetails, reached without passing a tool or an agent; usage and cost are summed over the model calls that are none.
// - LangSmith: one post and one patch a file; usage from outputs.usage_metadata of the patch, input less cache_read.
// - Chrome: a span for each X and B, and one for each process where there are several.
//
// Checked by hand: vercel-aisdk (14+43 of the wrapper not counted, 62+85 of its doGenerate), openai-agents (55+85, 15+29),
// pydantic-ai (265+417+502+131 = 1315 input, 73+53+14+69 = 209 output), flow_events_json_v2 (5 X, 1 B/E, 1 i; 5 pids).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chromeTrace } from '../../src/main/core/parsers/chrome-trace.ts';
import { langfuseExport } from '../../src/main/core/parsers/langfuse.ts';
import { langsmithExport } from '../../src/main/core/parsers/langsmith.ts';
import type { DocumentParser } from '../../src/main/core/parsers/parser.ts';
import { ROOT_SPAN } from '../../src/shared/model/ids.ts';
import { addUsage, noUsage } from '../../src/shared/model/usage.ts';
import { corpusDir, corpusNote, listFiles } from '../builders/corpus.ts';
import { countedResponses, entriesOf, eventsOf, joinSpans } from '../builders/join-facts.ts';
import { hintOf, readDocument, type ReadResult } from '../builders/read-units.ts';
import expectedCounts from './trace-files.expected.json' with { type: 'json' };

interface Counts {
  readonly [name: string]: number | { readonly [part: string]: number };
}

const dir = corpusDir ?? '';
const expected: Readonly<Record<string, Counts>> = expectedCounts;

function parserOf(name: string): DocumentParser {
  if (name.startsWith('logs/langfuse/')) return langfuseExport;
  return name.startsWith('logs/langsmith/') ? langsmithExport : chromeTrace;
}

function read(name: string): ReadResult {
  return readDocument(parserOf(name), readFileSync(join(dir, name)), hintOf(name));
}

function countsOf({ records, facts, recognition }: ReadResult): Counts {
  const traces = [...Map.groupBy(facts, fact => fact.session ?? recognition.session ?? '').values()];
  const trees = traces.map(trace => joinSpans(trace));
  const spans = trees.flatMap(tree =>
    [...tree.values()]
      .filter(span => span.key !== ROOT_SPAN)
      .map(span => ({ ...span, isOrphan: span.parent !== ROOT_SPAN && !tree.has(span.parent ?? '') })),
  );
  const ofKind = (kind: string): number => spans.filter(span => span.span === kind).length;
  const calls = spans.filter(span => span.span === 'llm');
  const cost = calls.reduce((sum, span) => sum + Number(span.attrs?.['costUsd'] ?? 0), 0);
  const { input, output, cacheRead, cacheCreation, reasoning } = traces
    .map(trace => countedResponses(trace).usage)
    .reduce(addUsage, noUsage);
  return {
    ...withoutZeros({
      records: records.length,
      sessions: traces.length,
      spans: spans.length,
      agent: ofKind('agent'),
      llm: ofKind('llm'),
      tool: ofKind('tool'),
      phase: ofKind('phase'),
      roots: spans.filter(span => span.parent === ROOT_SPAN).length,
      orphans: spans.filter(span => span.isOrphan).length,
      errors: spans.filter(span => span.status === 'error').length,
      wrappers: calls.filter(span => span.counted === false).length,
      scores: eventsOf(facts).filter(event => event.name === 'Score').length,
      costUsd: Math.round(cost * 1e10) / 1e10,
    }),
    ...(calls.length === 0 ? {} : { usage: withoutZeros({ input, output, cacheRead, cacheCreation, reasoning }) }),
  };
}

function withoutZeros(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}

describe.skipIf(corpusDir === undefined)(`trace files of the corpus${corpusNote}`, () => {
  it('are all counted', () => {
    const files = listFiles(dir, name => /^logs\/(langfuse|langsmith|chrome-trace)\//.test(name));
    expect(files).toEqual(Object.keys(expected).sort());
  });

  it.each(Object.keys(expected))('%s', name => {
    const result = read(name);
    expect(countsOf(result)).toEqual(expected[name]);
    expect(result.records.filter(record => record.rejected !== undefined || !record.known)).toEqual([]);
  });

  it('have a question, and blocks for all their entries', () => {
    for (const name of Object.keys(expected).filter(one => !one.includes('chrome-trace'))) {
      const bytes = readFileSync(join(dir, name));
      const { units, facts } = read(name);
      expect([name, eventsOf(facts).filter(event => event.turn === true).length]).toEqual([name, 1]);
      for (const { records, facts: own } of units) {
        const blocks = records.map(({ at }) => {
          const slice = new TextDecoder().decode(bytes.subarray(at.offset, at.offset + at.length));
          return parserOf(name).content(JSON.parse(slice));
        });
        for (const entry of entriesOf(own)) expect(blocks[entry.record ?? 0]?.[entry.block]).toBeDefined();
      }
    }
  });
});
