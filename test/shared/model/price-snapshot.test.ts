// The prices that ship. The figures here are those of the vendors' pages, not of the file.

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import snapshot from '../../../resources/prices.json' with { type: 'json' };
import { canonicalModelName } from '../../../src/shared/model/model-name.ts';
import { modelPriceSchema, priceAt, PriceList, startOfPrice } from '../../../src/shared/model/price.ts';

const models = z.array(modelPriceSchema).parse(snapshot.models);
const list = new PriceList(models);
const priceOf = (model: string, iso = '2026-11-01T00:00Z') => {
  const found = list.find(model);
  return found && priceAt(found, Date.parse(iso) * 1000);
};

it('says where it is from, of which day and under which licence', () => {
  expect(snapshot.sources.map(({ licence }) => licence)).toEqual(['MIT', 'MIT']);
  for (const source of snapshot.sources) expect(source.copyright).toMatch(/^Copyright \(c\) /);
  expect(snapshot.asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
});

it('has each name once, as names are compared', () => {
  const names = models.flatMap(model => model.names);
  expect(new Set(names).size).toBe(names.length);
  expect(names.map(canonicalModelName)).toEqual(names);
});

it('has each model’s prices in the order of their days', () => {
  for (const { prices } of models) {
    const starts = prices.map(price => startOfPrice(price) ?? 0);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  }
});

describe('The price of', () => {
  it.each([
    ['claude-opus-4-20250514', { input: 15, output: 75, cacheRead: 1.5, cacheWrite: 18.75, cacheWrite1h: 30 }],
    ['claude-opus-4-5-20251101', { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25, cacheWrite1h: 10 }],
    ['claude-sonnet-4-5-20250929', { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, cacheWrite1h: 6 }],
    ['claude-haiku-4-5-20251001', { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25, cacheWrite1h: 2 }],
    ['claude-3-7-sonnet-20250219', { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 }],
    ['claude-sonnet-5', { input: 2, output: 10, cacheRead: 0.2, us: 1.1 }],
    ['claude-opus-4-7', { fast: 6 }],
    ['claude-opus-4-8', { fast: 2 }],
    ['gpt-5-codex', { input: 1.25, output: 10, cacheRead: 0.125 }],
    ['gpt-5.1-codex-mini', { input: 0.25, output: 2, cacheRead: 0.025 }],
    ['gpt-5.5', { input: 5, output: 30, cacheRead: 0.5, fast: 2.5 }],
    ['gemini-2.5-pro', { input: 1.25, output: 10, cacheRead: 0.125 }],
    ['moonshot-ai/kimi-k2.7-code', { input: 0.95, output: 4, cacheRead: 0.19 }],
    ['grok-code-fast-1', { input: 0.2, output: 1.5, cacheRead: 0.02 }],
    ['glm-5.2', { input: 1.4, output: 4.4, cacheRead: 0.26 }],
  ])('%s is that of its vendor', (model, price) => {
    expect(priceOf(model)).toMatchObject(price);
  });

  it('a response over 200,000 tokens of Claude Opus 4.6 was higher until 13 March 2026', () => {
    expect(priceOf('claude-opus-4-6', '2026-03-12T12:00Z')?.long).toMatchObject([
      { over: 200_000, input: 10, output: 37.5 },
    ]);
    expect(priceOf('claude-opus-4-6', '2026-03-13T12:00Z')?.long).toBeUndefined();
  });

  it('what only resellers list is a lower bound', () => {
    expect(priceOf('qwen3-coder-plus')).toMatchObject({ atLeast: true });
    expect(priceOf('z-ai/glm-4.6')).toMatchObject({ atLeast: true });
  });

  it('o3 fell on 10 June 2025', () => {
    expect(priceOf('o3', '2025-06-09T12:00Z')).toMatchObject({ input: 10, output: 40 });
    expect(priceOf('o3', '2025-06-10T12:00Z')).toMatchObject({ input: 2, output: 8 });
  });

  it.each(['fake-model', '<synthetic>', 'droid-model', 'coder-model', 'codex-auto-review'])(
    '%s is not known',
    model => {
      expect(priceOf(model)).toBeUndefined();
    },
  );
});
