// Sums of usage and of what it cost. Pure.

import { QUARTER_US } from '../../../shared/base/time-zone.ts';
import { type Cost, noCost } from '../../../shared/model/cost.ts';
import { attoToNano, type ModelPrice, nanoToAtto, priceAt, tokenCost } from '../../../shared/model/price.ts';
import { noUsage, type Usage } from '../../../shared/model/usage.ts';
import type { UsageSum } from '../store/index.ts';

export type FindPrice = (model: string) => ModelPrice | undefined;

interface Priced {
  readonly attoUsd: bigint;
  readonly atLeast: boolean;
  readonly reported: boolean;
}

/**
 * What responses cost. The log's own word counts where it says what was billed. What an agent made of its tokens by a
 * price list of its own counts only where we have no price; undefined where nobody has one.
 */
export function priceSum(sum: UsageSum, find: FindPrice): Priced | undefined {
  const { terms } = sum;
  const stated = { attoUsd: nanoToAtto(sum.loggedNano), atLeast: false, reported: true };
  if (terms.logged === 'reported') return stated;
  const model = find(terms.model);
  const price = model && priceAt(model, sum.quarter < 0 ? null : sum.quarter * QUARTER_US);
  if (!price) return terms.logged === 'guessed' ? stated : undefined;
  const { attoUsd, atLeast } = tokenCost(price, sum.usage, sum.webSearches, terms);
  return { attoUsd, atLeast: atLeast || terms.estimated, reported: false };
}

export class Tally {
  responses = 0;
  readonly usage: { -readonly [K in keyof Usage]: number } = { ...noUsage };
  attoUsd = 0n;
  private unpriced = 0;
  private reported = 0;
  private isPartial = false;

  add(sum: UsageSum, priced: Priced | undefined): void {
    this.responses += sum.responses;
    this.addUsage(sum.usage);
    if (!priced) {
      this.unpriced += sum.responses;
      return;
    }
    this.attoUsd += priced.attoUsd;
    this.isPartial ||= priced.atLeast;
    if (priced.reported) this.reported += sum.responses;
  }

  merge(other: Tally): void {
    this.responses += other.responses;
    this.addUsage(other.usage);
    this.attoUsd += other.attoUsd;
    this.unpriced += other.unpriced;
    this.reported += other.reported;
    this.isPartial ||= other.isPartial;
  }

  /** In place: a chart sums thousands of them. */
  private addUsage(more: Usage): void {
    const { usage } = this;
    usage.input += more.input;
    usage.output += more.output;
    usage.cacheRead += more.cacheRead;
    usage.cacheCreation += more.cacheCreation;
    usage.cacheCreation1h += more.cacheCreation1h;
    usage.reasoning += more.reasoning;
  }

  /** With `nanoUsd` where it was rounded together with others, so that they add up. */
  cost(nanoUsd: number = attoToNano(this.attoUsd)): Cost {
    const { responses, unpriced, reported } = this;
    if (responses === 0) return noCost;
    if (unpriced === responses) return { nanoUsd: null, atLeast: false, responses, unpriced, reported };
    return { nanoUsd, atLeast: this.isPartial || unpriced > 0, responses, unpriced, reported };
  }
}

/** Rounds amounts one after the other so that the rounded ones add up to their rounded sum. */
export class Rounding {
  private attoUsd = 0n;
  private nanoUsd = 0;

  next(attoUsd: bigint): number {
    this.attoUsd += attoUsd;
    const before = this.nanoUsd;
    this.nanoUsd = attoToNano(this.attoUsd);
    return this.nanoUsd - before;
  }
}
