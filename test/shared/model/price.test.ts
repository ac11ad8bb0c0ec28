import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attoToNano,
  contextOver,
  type ModelPrice,
  ownPricesSchema,
  type Price,
  priceAt,
  type Terms,
  tokenCost,
  usdToNano,
} from '../../../src/shared/model/price.ts';
import { addUsage, noUsage, type Usage } from '../../../src/shared/model/usage.ts';

const plain: Terms = { contextOver: 0, fast: false, us: false, batch: false };

/** Claude Opus 4.6, up to and from 13 March 2026. */
const opus: ModelPrice = {
  names: ['claude-opus-4-6'],
  vendor: 'anthropic',
  prices: [
    {
      input: 5,
      output: 25,
      cacheRead: 0.5,
      cacheWrite: 6.25,
      cacheWrite1h: 10,
      long: [{ over: 200_000, input: 10, output: 37.5, cacheRead: 1, cacheWrite: 12.5, cacheWrite1h: 20 }],
      webSearches: 10,
      fast: 6,
      us: 1.1,
    },
    {
      from: '2026-03-13',
      input: 5,
      output: 25,
      cacheRead: 0.5,
      cacheWrite: 6.25,
      cacheWrite1h: 10,
      webSearches: 10,
      fast: 6,
      us: 1.1,
    },
  ],
};
const [first, second] = opus.prices as [Price, Price];
const usage = (given: Partial<Usage>): Usage => ({ ...noUsage, ...given });
const nano = (price: Price, used: Usage, terms: Partial<Terms> = {}, searches = 0) =>
  attoToNano(tokenCost(price, used, searches, { ...plain, ...terms }).attoUsd);

/** 1,200 in, 800 out, 50,000 read, 4,000 written, 1,500 of those for an hour. */
const bill = usage({
  input: 1200,
  output: 800,
  cacheRead: 50_000,
  cacheCreation: 4000,
  cacheCreation1h: 1500,
  reasoning: 300,
});

describe('The bill of one response', () => {
  it('adds what each kind of token costs; reasoning is in the output already', () => {
    // Per token, in nano-dollars: 5,000 in, 25,000 out, 500 read, 6,250 written for 5 minutes, 10,000 for an hour.
    // 1,200 x 5,000 = 6,000,000; 800 x 25,000 = 20,000,000; 50,000 x 500 = 25,000,000;
    // 2,500 x 6,250 = 15,625,000; 1,500 x 10,000 = 15,000,000. Together 81,625,000.
    expect(nano(second, bill)).toBe(81_625_000);
  });

  it('takes the higher price for the whole response where the prompt is long', () => {
    // 250,000 in at 10,000 = 2,500,000,000; 1,000 out at 37,500 = 37,500,000.
    const long = usage({ input: 250_000, output: 1000 });
    expect(contextOver(long)).toBe(200_000);
    expect(nano(first, long, { contextOver: 200_000 })).toBe(2_537_500_000);
    expect(nano(second, long, { contextOver: 200_000 })).toBe(1_275_000_000);
  });

  it('is six times that in fast mode, web searches apart', () => {
    // 81,625,000 x 6 = 489,750,000; 3 searches at $10 a thousand = 30,000,000.
    expect(nano(second, bill, { fast: true }, 3)).toBe(519_750_000);
  });

  it('is a tenth more in the United States, and the factors multiply', () => {
    expect(nano(second, bill, { us: true })).toBe(89_787_500);
    expect(nano(second, bill, { us: true, fast: true })).toBe(538_725_000);
  });

  it('is half of that in a batch', () => {
    expect(nano(second, bill, { batch: true })).toBe(40_812_500);
  });

  it('takes the price of input where a cache has no price of its own', () => {
    // gpt-5-pro: $15 in, $120 out. 5,000 tokens in all at 15,000 = 75,000,000; 10 out at 120,000 = 1,200,000.
    const pro: Price = { input: 15, output: 120 };
    expect(
      nano(pro, usage({ input: 1000, cacheRead: 3000, cacheCreation: 1000, cacheCreation1h: 500, output: 10 })),
    ).toBe(76_200_000);
  });

  it('counts fractions of a nano-dollar: $0.003625 a million', () => {
    // 1,000 x 3.625 = 3,625.
    expect(nano({ input: 0.435, output: 0.87, cacheRead: 0.003625 }, usage({ cacheRead: 1000 }))).toBe(3625);
    expect(nano({ input: 0.435, output: 0.87, cacheRead: 0.003625 }, usage({ cacheRead: 1 }))).toBe(4);
  });
});

describe('A cost is a lower bound', () => {
  const atLeast = (price: Price, terms: Partial<Terms>, searches = 0) =>
    tokenCost(price, bill, searches, { ...plain, ...terms }).atLeast;

  it('where a modifier has no known price', () => {
    expect(atLeast({ input: 1, output: 2 }, { fast: true })).toBe(true);
    expect(atLeast({ input: 1, output: 2 }, { us: true })).toBe(true);
    expect(atLeast({ input: 1, output: 2 }, {}, 1)).toBe(true);
    expect(atLeast({ input: 1, output: 2, atLeast: true }, {})).toBe(true);
  });

  it('and is none where all is known', () => {
    expect(atLeast(second, { fast: true, us: true, batch: true }, 4)).toBe(false);
    expect(atLeast({ input: 1, output: 2 }, {})).toBe(false);
  });
});

it('the price is that of the day of the response', () => {
  const at = (iso: string) => priceAt(opus, Date.parse(iso) * 1000);
  expect(at('2026-02-06T00:00Z')).toBe(first);
  expect(at('2026-03-12T23:59:59.999Z')).toBe(first);
  expect(at('2026-03-13T00:00Z')).toBe(second);
  expect(priceAt(opus, null)).toBe(second);
  expect(priceAt({ ...opus, prices: [second] }, 0)).toBe(second);
});

it.each([
  [100_000, 0],
  [100_001, 100_000],
  [200_000, 128_000],
  [200_001, 200_000],
  [272_001, 272_000],
  [2_000_000, 512_000],
])('a prompt of %i tokens is over %i', (tokens, over) => {
  expect(contextOver(usage({ cacheRead: tokens - 10, input: 6, cacheCreation: 4, output: 1_000_000 }))).toBe(over);
});

it('what two responses cost is what their sum costs', () => {
  const count = fc.nat({ max: 10_000_000 });
  const usages = fc
    .record({
      input: count,
      output: count,
      cacheRead: count,
      cacheCreation: count,
      cacheCreation1h: fc.constant(0),
      reasoning: fc.constant(0),
    })
    .chain(used => fc.nat({ max: used.cacheCreation }).map(cacheCreation1h => ({ ...used, cacheCreation1h })));
  const usd = fc.nat({ max: 200_000_000 }).map(micros => micros / 1e6);
  const prices = fc.record({
    input: usd,
    output: usd,
    cacheRead: usd,
    cacheWrite: usd,
    cacheWrite1h: usd,
    fast: fc.constant(2.5),
    us: fc.constant(1.1),
  });
  fc.assert(
    fc.property(prices, usages, usages, fc.boolean(), fc.boolean(), (price, one, other, fast, us) => {
      const terms = { ...plain, fast, us };
      const cost = (used: Usage) => tokenCost(price, used, 0, terms).attoUsd;
      expect(cost(one) + cost(other)).toBe(cost(addUsage(one, other)));
      expect(cost(one)).toBeGreaterThanOrEqual(0n);
    }),
  );
});

it('what a log states in dollars becomes whole nano-dollars', () => {
  expect(usdToNano(0.037027500000000005)).toBe(37_027_500);
});

describe('A price list of the user’s', () => {
  it('takes what is needed and nothing that is not known', () => {
    expect(ownPricesSchema.safeParse({ models: { mine: { input: 1.5, output: 2 } } }).success).toBe(true);
    expect(ownPricesSchema.safeParse({ models: { mine: { input: 0, output: 0 } } }).success).toBe(true);
    expect(ownPricesSchema.safeParse({ models: { mine: { input: 1.5 } } }).success).toBe(false);
    expect(ownPricesSchema.safeParse({ models: { mine: { input: -1, output: 2 } } }).success).toBe(false);
    expect(ownPricesSchema.safeParse({ models: { mine: { input: 1, output: 2, cached: 3 } } }).success).toBe(false);
    expect(ownPricesSchema.safeParse({ models: { mine: { input: 0.0000001, output: 2 } } }).success).toBe(false);
  });
});
