import type { UsageAmounts } from '../../../shared/contract/usage.ts';
import { costText } from '../../../shared/model/cost.ts';
import { totalTokens } from '../../../shared/model/usage.ts';
import { CostAbout } from '../../ui/cost-about.tsx';
import { formatCount, formatTokens } from '../../ui/format.ts';
import { Tooltip } from '../../ui/tooltip.tsx';
import { cacheHitRate, percentText } from './amounts.ts';

interface FiguresProps {
  readonly total: UsageAmounts;
  readonly sessions: number;
}

/** The sums over what is chosen. */
export function Figures({ total, sessions }: FiguresProps) {
  const { usage, cost, responses } = total;
  const figures: readonly (readonly [string, string, string])[] = [
    ['Tokens', formatTokens(totalTokens(usage)), `${formatCount(totalTokens(usage))} tokens, cache reads included`],
    [
      'Output',
      formatTokens(usage.output),
      `${formatCount(usage.output)} tokens, ${formatCount(usage.reasoning)} of them reasoning where it is told`,
    ],
    [
      'Cache hit rate',
      percentText(cacheHitRate(usage)),
      `${formatCount(usage.cacheRead)} tokens read from a cache, ${formatCount(usage.cacheCreation)} written to one, ${formatCount(usage.input)} neither`,
    ],
    ['Responses', formatCount(responses), 'Each model response counts once, whatever copies of it are recorded'],
    ['Sessions', formatCount(sessions), 'With usage in this time'],
  ];
  return (
    <dl className="usage-figures number">
      <div className="is-main">
        <dt>API value</dt>
        <Tooltip text={<CostAbout cost={cost} />}>
          <dd>{costText(cost) || '$0'}</dd>
        </Tooltip>
        {cost.unpriced > 0 && cost.unpriced < responses && (
          <dd className="usage-figures-note">{formatCount(cost.unpriced)} without a price</dd>
        )}
      </div>
      {figures.map(([name, value, about]) => (
        <div key={name} title={about}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
