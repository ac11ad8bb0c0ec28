// Every OTLP JSON file of the corpus against numbers that were counted in another way: a Python script that searches
// each JSON value for objects with a span id and a name, wherever they hang, and knows no containers. Its rules:
//
// - records: spans, plus elements of resourceLogs and resourceMetrics. sessions: distinct trace ids (hex; base64 and bare
//   integers converted by Python itself). spans: distinct pairs of trace and span id.
// - kind: by gen_ai.operation.name, else openinference.span.kind, else langfuse.observation.type, else the span's name
//   (claude_code.interaction, .llm_request, .tool; ai.toolCall, ai.*.doStream); all else is a phase.
// - roots: no parent; orphans: a parent that is not among the file's spans of the same trace.
// - errors: status code 2 or STATUS_CODE_ERROR, or an attribute error.type.
// - layers: model calls that another model call reaches going up through model calls and phases only; not counted.
// - usage: input = gen_ai.usage.input_tokens or llm.token_count.prompt less the cached parts; Claude Code's input_tokens
//   as they are; Langfuse's usage_details; summed over model calls that are no layers.
//
// Checked by hand: copilot/print-http-json 002 (8000+8200+8400+8500 = 33100 input as the agent span says, 29300 of it
// cached), opencode/run 007 and 010 (grep for "spanId": 512 and 50; jq for spans without parent: 0 and 10; 11 distinct
// traceId), agentprism-openinference-smol (941+2711+1453+2912+3841+6094 prompt tokens less 2816+2688 = 12448),
// openinference 001 (one wrapper; 10 + 1200 input, its second call reports none), collector-file-exporter-plain.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { otlpJsonDocument, otlpJsonLines } from '../../src/main/core/parsers/otlp.ts';
import type { Fact } from '../../src/main/core/parsers/parser.ts';
import { corpusDir, corpusNote, listFiles } from '../builders/corpus.ts';
import { countedResponses, entriesOf, joinSpans } from '../builders/join-facts.ts';
import { hintOf, readDocument, readLines, type ReadResult, sampleOf } from '../builders/read-units.ts';
import expectedCounts from './otlp.expected.json' with { type: 'json' };

interface Counts {
  readonly [name: string]: number | { readonly [part: string]: number };
}

const dir = corpusDir ?? '';
const expected: Readonly<Record<string, Counts>> = expectedCounts;
const isOtlp = (name: string): boolean =>
  name.startsWith('logs/otlp/') || (/^captured\/.*\/otlp\/[^/]+\.json$/.test(name) && !name.endsWith('index.jsonl'));

function read(name: string): ReadResult {
  const bytes = readFileSync(join(dir, name));
  return otlpJsonLines.recognise(sampleOf(bytes), hintOf(name)) === undefined
    ? readDocument(otlpJsonDocument, bytes, hintOf(name))
    : readLines(otlpJsonLines, bytes, hintOf(name));
}

/** The same numbers as the script's, without those that are 0. */
function countsOf({ records, facts }: ReadResult): Counts {
  const traces = Map.groupBy(facts, fact => fact.session ?? '');
  const spans = [...traces.values()].flatMap(traceSpans);
  const ofKind = (kind: string): number => spans.filter(span => span.span === kind).length;
  const usages = [...traces.values()].map(trace => countedResponses(withoutResponseIds(trace)).usage);
  const sum = (part: keyof (typeof usages)[number]): number => usages.reduce((total, usage) => total + usage[part], 0);
  const counts = {
    records: records.filter(record => record.known && record.rejected === undefined).length,
    sessions: facts
      .filter(fact => fact.kind === 'session')
      .map(fact => fact.session)
      .filter(isFirst).length,
    spans: spans.length,
    agent: ofKind('agent'),
    llm: ofKind('llm'),
    tool: ofKind('tool'),
    phase: ofKind('phase'),
    roots: spans.filter(span => span.parent === 'session').length,
    orphans: spans.filter(span => span.isOrphan).length,
    errors: spans.filter(span => span.status === 'error').length,
    layers: spans.filter(span => span.counted === false).length,
  };
  const usage = {
    input: sum('input'),
    output: sum('output'),
    cacheRead: sum('cacheRead'),
    cacheCreation: sum('cacheCreation'),
    reasoning: sum('reasoning'),
  };
  const said = withoutZeros(usage);
  return { ...withoutZeros(counts), ...(Object.keys(said).length > 0 ? { usage: said } : {}) };
}

function traceSpans(facts: readonly Fact[]) {
  const spans = joinSpans(facts);
  return [...spans.values()].map(span => ({
    ...span,
    isOrphan: span.parent !== undefined && span.parent !== 'session' && !spans.has(span.parent),
  }));
}

/** The scripted model of the captures numbers its requests from 1 in every run: its ids are not the world's. */
function withoutResponseIds(facts: readonly Fact[]): readonly Fact[] {
  return facts.map(fact => {
    if (fact.kind !== 'span') return fact;
    const { responseKey: _, ...span } = fact;
    return span;
  });
}

function withoutZeros(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}

function isFirst<T>(value: T, at: number, all: readonly T[]): boolean {
  return all.indexOf(value) === at;
}

describe.skipIf(corpusDir === undefined)(`OTLP files of the corpus${corpusNote}`, () => {
  it('are all counted', () => {
    expect(listFiles(dir, isOtlp)).toEqual(Object.keys(expected).sort());
  });

  it.each(Object.keys(expected))('%s', name => {
    const result = read(name);
    expect(countsOf(result)).toEqual(expected[name]);
    expect(result.records.filter(record => record.rejected !== undefined || !record.known)).toEqual([]);
  });

  it('tell every tool span and every model call in the conversation', () => {
    const silent: string[] = [];
    for (const name of Object.keys(expected)) {
      const { facts } = read(name);
      const told = new Set(entriesOf(facts).map(entry => `${entry.session}/${entry.span}`));
      const tools = new Set(entriesOf(facts).flatMap(entry => (entry.entry === 'tool' ? [entry.span] : [])));
      for (const fact of facts) {
        if (fact.kind !== 'span' || (fact.span !== 'tool' && fact.span !== 'llm')) continue;
        // A call whose whole answer is calls that spans execute is told by those; a layer by the other layer.
        if (!told.has(`${fact.session}/${fact.key}`) && tools.size === 0) silent.push(`${name} ${fact.key}`);
        if (fact.span === 'tool' && !tools.has(fact.key)) silent.push(`${name} ${fact.key}`);
      }
    }
    // The inner layer of "Anthropic Messages", which recorded no text of its own.
    expect(silent).toEqual(['captured/genai-sdks/openinference/otlp/001-traces.pb.json 259ad1905156fe77']);
  });

  it('have blocks for all their entries', () => {
    for (const name of Object.keys(expected)) {
      const bytes = readFileSync(join(dir, name));
      for (const { records, facts } of read(name).units) {
        const blocks = records.map(({ at }) => {
          const slice = new TextDecoder().decode(bytes.subarray(at.offset, at.offset + at.length));
          return otlpJsonDocument.content(JSON.parse(slice));
        });
        for (const entry of entriesOf(facts)) expect(blocks[entry.record ?? 0]?.[entry.block]).toBeDefined();
      }
    }
  });

  it('are the only ones that are taken for OTLP', { timeout: 120_000 }, () => {
    const taken = listFiles(dir, name => /\.jsonl?$/.test(name) && !isOtlp(name)).filter(name => {
      const sample = sampleOf(readFileSync(join(dir, name)));
      return [otlpJsonLines, otlpJsonDocument].some(parser => parser.recognise(sample, hintOf(name)) !== undefined);
    });
    expect(taken).toEqual([]);
  });
});
