import type { Cost } from '../../shared/model/cost.ts';
import { formatCount, plural } from './format.ts';

/** What a cost is and how it is known, for tooltips. */
export function CostAbout({ cost }: { readonly cost: Cost }) {
  return <>{costSentences(cost).join(' ')}</>;
}

export function costSentences({ nanoUsd, atLeast, responses, unpriced, reported }: Cost): readonly string[] {
  if (responses === 0) return ['The log holds no token counts to make a cost of.'];
  const computed = responses - unpriced - reported;
  const of = responses === 1 ? '' : ` of ${plural(responses, 'response')}`;
  return [
    'API value: what it would cost at list prices. A subscription pays otherwise.',
    ...(nanoUsd === null ? ['No price is known for its model, so the cost is unknown.'] : []),
    ...(computed > 0 ? [`Computed from tokens${share(computed, responses)}.`] : []),
    ...(reported > 0 ? [`Stated in the log${share(reported, responses)}.`] : []),
    ...(nanoUsd !== null && unpriced > 0
      ? [`Without a known price, not in the sum: ${formatCount(unpriced)}${of}.`]
      : []),
    ...(atLeast && unpriced === 0 ? ['It was this much or more: some counts or prices are lower bounds.'] : []),
  ];
}

function share(some: number, all: number): string {
  return some === all ? '' : ` for ${formatCount(some)} of ${plural(all, 'response')}`;
}
