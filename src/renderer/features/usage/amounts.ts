// Figures of usage as the charts draw them. Pure.

import type { UsageAmounts, UsageRow } from '../../../shared/contract/usage.ts';
import { costText, usdText } from '../../../shared/model/cost.ts';
import { totalTokens, type Usage } from '../../../shared/model/usage.ts';
import { formatTokens } from '../../ui/format.ts';
import type { Metric } from './usage-place.ts';

/** What a bar is high by: nano-dollars or tokens. */
export function valueOf({ usage, cost }: UsageAmounts, metric: Metric): number {
  return metric === 'cost' ? (cost.nanoUsd ?? 0) : totalTokens(usage);
}

export function amountText(amounts: UsageAmounts, metric: Metric): string {
  return metric === 'cost' ? costText(amounts.cost) || 'nothing' : formatTokens(totalTokens(amounts.usage));
}

/** A mark of an axis: without zeros that say nothing. */
export function valueText(value: number, metric: Metric): string {
  return metric === 'cost'
    ? usdText(value)
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '')
    : formatTokens(value);
}

/** How much of what was sent came from a cache, 0 to 1; undefined where nothing was sent. */
export function cacheHitRate({ input, cacheRead, cacheCreation }: Usage): number | undefined {
  const sent = input + cacheRead + cacheCreation;
  return sent === 0 ? undefined : cacheRead / sent;
}

export function percentText(rate: number | undefined): string {
  return rate === undefined ? '–' : `${(rate * 100).toFixed(rate > 0.9995 || rate < 0.0005 ? 0 : 1)} %`;
}

/** Marks of an axis from 0 to at least `max`: 3 to 5 of them, at 1, 2 or 5 times a power of ten. */
export function axisMarks(max: number): readonly number[] {
  if (!(max > 0)) return [0];
  const rough = max / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find(factor => factor * power >= rough) ?? 10);
  const marks: number[] = [];
  for (let at = 0; at < max + step * 0.999; at += step) marks.push(Math.round(at * 1e6) / 1e6);
  return marks;
}

/** Colours that models can have: --usage-1 to --usage-8. */
export const COLOURS = 8;

/**
 * A colour for each of the models that cost most, in this order; the others share one (0). `rows` are all models of the
 * time that is shown, so that choosing one changes no colour.
 */
export function modelColours(rows: readonly UsageRow[]): ReadonlyMap<string, number> {
  const ranked = rows.toSorted(
    (a, b) => valueOf(b, 'cost') - valueOf(a, 'cost') || valueOf(b, 'tokens') - valueOf(a, 'tokens'),
  );
  return new Map(ranked.map(({ key }, at) => [key, at < COLOURS ? at + 1 : 0]));
}

export function colourOf(colours: ReadonlyMap<string, number>, model: string): string {
  return `var(--usage-${colours.get(model) ?? 0})`;
}
