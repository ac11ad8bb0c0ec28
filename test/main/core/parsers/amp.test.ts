import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ampThread } from '../../../../src/main/core/parsers/amp.ts';
import { contentBlockSchema } from '../../../../src/shared/model/content.ts';
import { fixturesDir } from '../../../builders/corpus.ts';
import { joinSpans, turnPrompts } from '../../../builders/join-facts.ts';
import { hintOf, readDocument } from '../../../builders/read-units.ts';

const ID = 'T-3f9a2b1c-6d7e-4f80-9a1b-2c3d4e5f6071';
const bytes = readFileSync(join(fixturesDir, `amp/threads/${ID}.json`));
const text = new TextEncoder();
const thread = (more: object) =>
  readDocument(ampThread, text.encode(JSON.stringify({ id: 'T-1', messages: [], ...more })), hintOf('T-1.json'));
const gpt = (tokens: object, usage: object) =>
  thread({
    messages: [{ role: 'assistant', messageId: 1, content: [], usage: { model: 'gpt-5', ...usage } }],
    usageLedger: { events: [{ model: 'gpt-5', toMessageId: 1, tokens }] },
  });

describe('an Amp thread', () => {
  const { facts, recognition } = readDocument(ampThread, bytes, hintOf(`${ID}.json`));
  const spans = joinSpans(facts);

  it('is its own session, with directory and title', () => {
    expect(recognition).toEqual({ agent: 'amp', session: ID, main: true });
    expect(facts).toContainEqual({ kind: 'session', cwd: '/home/demo/shop', project: 'shop' });
    expect(facts).toContainEqual({ kind: 'session', title: { source: 'ai', text: 'Fix the order total' } });
    expect(turnPrompts(facts)).toMatchObject([{ atUs: 1_770_109_801_000_000, summary: 'Why is the total wrong?' }]);
  });

  it('gives each response with what the ledger and its message tell', () => {
    expect(spans.get('message:3')).toMatchObject({
      span: 'llm',
      endUs: Date.UTC(2026, 1, 3, 9, 10, 12) * 1000,
      usage: { input: 12, output: 95, cacheRead: 11_800, cacheCreation: 420 },
      attrs: { credits: 1.4 },
    });
    expect(spans.get('message:3')?.attrs?.['costUsd']).toBeUndefined();
  });

  it('counts what was used for no message, once', () => {
    expect(spans.get('ledger:e3')).toMatchObject({ name: 'title-generation', usage: { input: 310, output: 8 } });
    expect([...spans.keys()].filter(key => key.startsWith('ledger:'))).toEqual(['ledger:e3']);
  });

  it('joins results to calls: done, failed, cancelled', () => {
    expect(['toolu_a', 'toolu_b', 'toolu_c'].map(key => spans.get(key)?.status)).toEqual(['ok', 'error', 'aborted']);
    expect(spans.get('toolu_b')?.summary).toContain('pytest -q');
  });

  it('takes what a model of OpenAI wrote to a cache as plain input, once', () => {
    const usageOf = (result: ReturnType<typeof thread>) => joinSpans(result.facts).get('message:1')?.usage;
    const told = { inputTokens: 5, cacheCreationInputTokens: 900, outputTokens: 7 };
    expect(usageOf(gpt({ input: 5, output: 7 }, told))).toMatchObject({ input: 905, cacheCreation: 0, output: 7 });
    expect(usageOf(gpt({ input: 905, output: 7 }, told))).toMatchObject({ input: 905, cacheCreation: 0 });
  });

  it('that is half written says so', () => {
    const half = ampThread.parseDocument(bytes.subarray(0, 900), hintOf('T-1.json'), recognition);
    expect(half).toMatchObject({ facts: [], records: [{ rejected: 'not a whole thread' }] });
  });

  it('that is damaged throws nothing', () => {
    const whole = JSON.parse(bytes.toString()) as { messages: Record<string, unknown>[] };
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.jsonValue(), (which, field, stray) => {
        const index = which % whole.messages.length;
        const message = whole.messages[index] ?? {};
        const name = Object.keys(message)[field % Object.keys(message).length] ?? 'content';
        const damaged = { ...message, [name]: stray };
        const messages = whole.messages.with(index, damaged);
        const { records } = thread({ ...whole, messages });
        expect(records).toHaveLength(messages.length + 1);
        for (const block of ampThread.content(damaged)) expect(contentBlockSchema.safeParse(block).success).toBe(true);
        thread({ usageLedger: stray, env: stray, messages: [stray] });
      }),
      { numRuns: 200 },
    );
  });
});
