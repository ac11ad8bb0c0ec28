import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copilotOtelLines } from '../../../../src/main/core/parsers/copilot-otel.ts';
import { fixturesDir } from '../../../builders/corpus.ts';
import { countedResponses, joinSpans } from '../../../builders/join-facts.ts';
import { hintOf, linesOf, readLines, sampleOf } from '../../../builders/read-units.ts';
import { describeDamage } from '../../../builders/transcripts.ts';

const dir = join(fixturesDir, 'copilot');
const path = 'otel/copilot-otel.jsonl';
const bytes = readFileSync(join(dir, path));
const { facts, records, recognition } = readLines(copilotOtelLines, bytes, hintOf('copilot-otel.jsonl'));

describe('telemetry that Copilot writes to a file', () => {
  it('is a session per trace, of the agent that its service names', () => {
    expect(recognition).toEqual({ agent: 'otel', session: null, main: false });
    expect(new Set(facts.map(fact => fact.session))).toEqual(new Set(['5a399b0f5ae937adb5474587d24576f0']));
    expect(facts).toContainEqual(
      expect.objectContaining({ kind: 'session', agent: 'copilot-cli', agentVersion: '1.0.102' }),
    );
  });

  it('has its spans with their times and tokens; the agent’s own sum is not counted again', () => {
    const spans = joinSpans(facts);
    expect([...spans.values()].map(span => span.span)).toEqual([
      'tool',
      'llm',
      'tool',
      'llm',
      'tool',
      'llm',
      'llm',
      'agent',
    ]);
    expect(spans.get('ac45e3a325078674')).toMatchObject({
      startUs: 1_795_158_981_591_000,
      endUs: 1_795_158_981_609_000,
      parent: '67f30a765e2c44fb',
    });
    // The same run as the agent's own events tell: 33,100 tokens of input, 29,300 of them from a cache.
    expect(countedResponses(facts)).toMatchObject({ count: 4, usage: { input: 3800, output: 181, cacheRead: 29_300 } });
  });

  it('keeps metrics as records', () => {
    expect(records[0]).toMatchObject({ type: 'metric', known: true });
    expect(records.every(record => record.known)).toBe(true);
  });

  it('cannot be told from metrics alone', () => {
    const metric = { type: 'metric', name: 'gen_ai.client.token.usage' };
    expect(copilotOtelLines.recognise(sampleOf(linesOf(metric)), hintOf('x.jsonl'))).toBe('more');
    expect(copilotOtelLines.recognise(sampleOf(linesOf(metric, { type: 'other' })), hintOf('x.jsonl'))).toBeUndefined();
  });

  describeDamage(copilotOtelLines, dir, [path], 2000);
});
