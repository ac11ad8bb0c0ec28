import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codexRollout } from '../../../../src/main/core/parsers/codex.ts';
import { totalTokens } from '../../../../src/shared/model/usage.ts';
import { fixturesDir, hintFor } from '../../../builders/corpus.ts';
import { countedResponses } from '../../../builders/join-facts.ts';
import { readLines } from '../../../builders/read-units.ts';
import { event, header, output, readTimed, said, threadId, tokenCount, usage, call } from './codex-lines.ts';

describe('Codex token counts', () => {
  it('are taken apart: input without what was cached, output with reasoning inside', () => {
    const total = { ...usage(1000, 600, 90), cache_write_input_tokens: 300, reasoning_output_tokens: 40 };
    const { spans } = readTimed([header(), said('assistant', 'Hi'), tokenCount(total)]);
    expect(spans.get('response:1')).toMatchObject({
      usage: { input: 100, cacheRead: 600, cacheCreation: 300, output: 90, reasoning: 40 },
      usageProvenance: 'reported',
      responseKey: `${threadId}:1`,
    });
  });

  it('count once when the same total is told again', () => {
    const read = readTimed([
      header(),
      said('assistant', 'one'),
      tokenCount(usage(100, 0, 10)),
      said('user', 'more'),
      tokenCount(usage(100, 0, 10)),
      said('assistant', 'two'),
      tokenCount(usage(250, 50, 30), usage(150, 50, 20)),
    ]);
    expect(read.spans.get('response:1')?.usage).toMatchObject({ input: 100, output: 10 });
    expect(read.spans.get('response:2')?.usage).toMatchObject({ input: 100, cacheRead: 50, output: 20 });
  });

  it('say nothing while they tell rate limits only', () => {
    const { spans } = readTimed([header(), event('token_count', { info: null, rate_limits: {} })]);
    expect(spans.size).toBe(0);
  });

  it('take the total where the last response explains only a part of it, and say that it is computed', () => {
    const { spans } = readTimed([header(), said('assistant', 'a'), tokenCount(usage(500, 0, 50), usage(200, 0, 20))]);
    expect(spans.get('response:1')).toMatchObject({ usage: { input: 500, output: 50 }, usageProvenance: 'computed' });
  });

  it('begin anew when the total falls', () => {
    const read = readTimed([
      header(),
      said('assistant', 'a'),
      tokenCount(usage(500, 0, 50)),
      said('assistant', 'b'),
      tokenCount(usage(30, 0, 3)),
    ]);
    expect(read.spans.get('response:2')?.usage).toMatchObject({ input: 30, output: 3 });
  });

  it('make a response of their own where nothing else of it is recorded', () => {
    const { spans } = readTimed([header(), tokenCount(usage(12, 0, 3))]);
    expect(spans.get('response:1')).toMatchObject({ span: 'llm', usage: { input: 12, output: 3 }, status: 'ok' });
  });

  it('reach their response after the outputs of its calls as well as before them', () => {
    for (const lines of [
      [call('c1'), tokenCount(usage(10, 0, 1)), output('c1')],
      [call('c1'), output('c1'), tokenCount(usage(10, 0, 1))],
    ]) {
      const { spans } = readTimed([header(), ...lines, said('assistant', 'next')]);
      expect(spans.get('response:1')?.usage).toMatchObject({ input: 10 });
      expect(spans.get('response:2')?.usage).toBeUndefined();
    }
  });

  it('of a usage record carry the response id, and the token_count after it adds nothing', () => {
    const record = {
      type: 'token_usage_record',
      payload: { response_id: 'resp_1', usage: usage(10, 4, 2), thread_token_usage: usage(10, 4, 2) },
    };
    const read = readTimed([header(), said('assistant', 'a'), record, record, tokenCount(usage(10, 4, 2))]);
    expect(read.spans.get('response:1')).toMatchObject({ responseKey: 'resp_1', usage: { input: 6, cacheRead: 4 } });
    expect(totalTokens(countedResponses(read.facts).usage)).toBe(12);
    expect(read.spans.size).toBe(1);
  });

  it('of another session in the same file count from nothing, even where the totals are equal', () => {
    const read = readTimed([
      header(),
      said('assistant', 'a'),
      tokenCount(usage(100, 0, 5)),
      header({ id: 'another', timestamp: '2026-05-23T19:00:00Z' }),
      said('assistant', 'b'),
      tokenCount(usage(100, 0, 5)),
    ]);
    expect(totalTokens(countedResponses(read.facts).usage)).toBe(210);
  });

  it.each([
    ['sessions/2026/05/31/rollout-2026-05-31T01-10-45-019e7b27-7afd-72d1-bdd7-a48972b3f833.jsonl', 129_088],
    ['sessions/2026/05/23/rollout-2026-05-23T23-38-27-019e56c6-7526-7d03-9fd0-d8067191edf9.jsonl', 30_261],
    ['sessions/2026/11/20/rollout-2026-11-20T07-14-08-01a1f7ce-348e-75b0-80f1-73c0155052ae.jsonl', 2508],
    ['pieces/rate-limit-0.53.jsonl', 12_273],
  ])('of %s add up to its last total', (relPath, lastTotal) => {
    const dir = join(fixturesDir, 'codex');
    const { facts } = readLines(codexRollout, readFileSync(join(dir, relPath)), hintFor(dir, relPath));
    expect(totalTokens(countedResponses(facts).usage)).toBe(lastTotal);
  });
});
