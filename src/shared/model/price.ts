// What a model response costs by a price list. Money is counted in whole atto-dollars (10^-18) and rounded to
// nano-dollars only where it is shown, so that sums do not depend on how they were grouped.
//
// Contract: pure. A model without a price has no cost: null, never 0. What is known to be too low says so.

import { z } from 'zod';
import { canonicalModelName, modelNameForms } from './model-name.ts';
import type { Usage } from './usage.ts';

/** US dollars per million tokens; finer than a millionth of that is nobody's price. */
const usdSchema = z
  .number()
  .nonnegative()
  .max(1_000_000)
  .refine(usd => Math.abs(usd * 1e6 - Math.round(usd * 1e6)) < 1e-3, 'has more than six decimals');

/** Prompts longer than these may cost more; responses are counted apart by them, whatever today's prices are. */
export const contextLimits = [100_000, 128_000, 200_000, 256_000, 272_000, 512_000] as const;

const ratesSchema = z.strictObject({
  input: usdSchema,
  output: usdSchema,
  /** Read from a cache; as dear as input where it is not given. */
  cacheRead: usdSchema.exactOptional(),
  /** Written to a cache for 5 minutes; as dear as input where it is not given. */
  cacheWrite: usdSchema.exactOptional(),
  /** Written for an hour; as dear as for 5 minutes where it is not given. */
  cacheWrite1h: usdSchema.exactOptional(),
});

const priceSchema = ratesSchema.extend({
  /** The first day (UTC) on which it holds; from the beginning where it is not given. */
  from: z.iso.date().exactOptional(),
  /** What the whole response costs when its prompt, cached parts included, is longer. */
  long: z.array(ratesSchema.extend({ over: z.literal(contextLimits) })).exactOptional(),
  /** US dollars per thousand web searches. */
  webSearches: usdSchema.exactOptional(),
  /** Times the tokens' price in fast mode, and where the model must run in the United States. */
  fast: z.number().min(1).max(100).exactOptional(),
  us: z.number().min(1).max(100).exactOptional(),
  /** Dearer at some hours of the day: this is the lowest price. */
  atLeast: z.boolean().exactOptional(),
});
export type Price = z.infer<typeof priceSchema>;

/** A model's prices, the newest last: one, or several from their days on. */
export const modelPriceSchema = z.object({
  names: z.array(z.string().min(1)).min(1),
  vendor: z.string(),
  prices: z.array(priceSchema).min(1),
});
export type ModelPrice = z.infer<typeof modelPriceSchema>;

/** What a user writes: prices by model name. */
export const ownPricesSchema = z.strictObject({
  models: z.record(z.string().min(1), priceSchema.omit({ from: true })),
});
export type OwnPrices = z.infer<typeof ownPricesSchema>;

export class PriceList {
  private readonly byName = new Map<string, ModelPrice>();

  /** Of two prices of one name the first counts. */
  constructor(models: Iterable<ModelPrice>) {
    for (const model of models) {
      for (const name of model.names) {
        const key = canonicalModelName(name);
        if (!this.byName.has(key)) this.byName.set(key, model);
      }
    }
  }

  /** The prices of a model as a log names it; undefined where it is not known. */
  find(model: string): ModelPrice | undefined {
    for (const form of modelNameForms(model)) {
      const found = this.byName.get(form);
      if (found) return found;
    }
    return undefined;
  }
}

/** The price that held at a time (microseconds); the newest where the time is not known. */
export function priceAt({ prices }: ModelPrice, atUs: number | null): Price | undefined {
  if (atUs === null) return prices.at(-1);
  return prices.findLast(price => (startOfPrice(price) ?? -Infinity) <= atUs) ?? prices[0];
}

/** When a price begins to hold, in microseconds; undefined for the first. */
export function startOfPrice({ from }: Price): number | undefined {
  return from === undefined ? undefined : Date.parse(`${from}T00:00:00Z`) * 1000;
}

/** The largest of contextLimits that the prompt is longer than; 0 where there is none. */
export function contextOver(usage: Usage): number {
  const prompt = usage.input + usage.cacheRead + usage.cacheCreation;
  return contextLimits.findLast(limit => prompt > limit) ?? 0;
}

/** What decides the price of a token; responses of equal terms can be summed. */
export interface Terms {
  readonly contextOver: number;
  readonly fast: boolean;
  readonly us: boolean;
  /** Answered later, at half the price. */
  readonly batch: boolean;
}

export interface TokenCost {
  readonly attoUsd: bigint;
  /** True: it was more, by an amount that is not known. */
  readonly atLeast: boolean;
}

/** What responses of equal terms cost together. */
export function tokenCost(price: Price, usage: Usage, webSearches: number, terms: Terms): TokenCost {
  const long = price.long?.findLast(tier => terms.contextOver >= tier.over);
  const rates = long ?? price;
  const cacheWrite = rates.cacheWrite ?? rates.input;
  const tokens = sumOfProducts([
    [usage.input, rates.input],
    [usage.output, rates.output],
    [usage.cacheRead, rates.cacheRead ?? rates.input],
    [usage.cacheCreation - usage.cacheCreation1h, cacheWrite],
    [usage.cacheCreation1h, rates.cacheWrite1h ?? cacheWrite],
  ]);
  const fast = terms.fast ? price.fast : 1;
  const us = terms.us ? price.us : 1;
  const factor = thousandths((fast ?? 1) * (terms.batch ? 0.5 : 1)) * thousandths(us ?? 1);
  // Micro-dollars per million tokens times thousandths twice: 10^-6 / 10^6 / 10^6.
  const searches = webSearches === 0 ? 0n : BigInt(webSearches) * micros(price.webSearches ?? 0) * 1_000_000_000n;
  return {
    attoUsd: tokens * factor + searches,
    atLeast:
      price.atLeast === true ||
      fast === undefined ||
      us === undefined ||
      (webSearches > 0 && price.webSearches === undefined),
  };
}

const ATTO_IN_NANO = 1_000_000_000n;

export function nanoToAtto(nanoUsd: number): bigint {
  return BigInt(nanoUsd) * ATTO_IN_NANO;
}

/** Rounded to the nearest nano-dollar. */
export function attoToNano(attoUsd: bigint): number {
  return Number((attoUsd + ATTO_IN_NANO / 2n) / ATTO_IN_NANO);
}

/** US dollars as a log states them, in whole nano-dollars. */
export function usdToNano(usd: number): number {
  return Math.round(usd * 1e9);
}

/** Tokens times dollars per million, in millionths of a dollar per million. */
function sumOfProducts(parts: readonly (readonly [tokens: number, usdPerMillion: number])[]): bigint {
  // Numbers are exact up to 2^53, and faster: a thousand sums are priced for a chart.
  const sum = parts.reduce((all, [tokens, usd]) => all + tokens * Math.round(usd * 1e6), 0);
  if (sum < Number.MAX_SAFE_INTEGER) return BigInt(sum);
  return parts.reduce((all, [tokens, usd]) => all + BigInt(tokens) * micros(usd), 0n);
}

function micros(usd: number): bigint {
  return BigInt(Math.round(usd * 1e6));
}

function thousandths(factor: number): bigint {
  return BigInt(Math.round(factor * 1000));
}
