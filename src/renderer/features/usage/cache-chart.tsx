import type { UsageRow } from '../../../shared/contract/usage.ts';
import { formatTokens } from '../../ui/format.ts';
import { cacheHitRate, percentText } from './amounts.ts';
import { ChartFrame, FiguresTable } from './chart-frame.tsx';
import { nameOfPeriod } from './usage-place.ts';
import { useWidth } from './use-width.ts';

interface CacheChartProps {
  readonly rows: readonly UsageRow[];
  readonly periods: readonly string[];
}

const HEIGHT = 92;
const TOP = 8;
/** As in the bars above, so that a day stands below itself. */
const LEFT = 58;
const BOTTOM = 8;
const PLOT = HEIGHT - TOP - BOTTOM;
const TITLE = 'Cache hit rate';

/** How much of what was sent came from a cache: a point for each day with usage, joined where days follow each other. */
export function CacheChart({ rows, periods }: CacheChartProps) {
  const { ref, width } = useWidth<HTMLDivElement>(760);
  const byPeriod = new Map(rows.map(row => [row.key, row]));
  const slot = (width - LEFT) / Math.max(1, periods.length);
  const points = periods.flatMap((period, at) => {
    const row = byPeriod.get(period);
    const rate = row && cacheHitRate(row.usage);
    return rate === undefined ? [] : [{ period, at, rate, x: LEFT + (at + 0.5) * slot, y: TOP + PLOT * (1 - rate) }];
  });
  const path = points
    .map(
      (point, at) =>
        `${at === 0 || point.at - (points[at - 1]?.at ?? 0) > 1 ? 'M' : 'L'}${round(point.x)} ${round(point.y)}`,
    )
    .join('');
  return (
    <ChartFrame
      title={TITLE}
      table={
        <FiguresTable
          caption={TITLE}
          head={['When', 'From a cache', 'Read', 'Written', 'Not cached']}
          rows={rows.map(({ key, usage }) => [
            nameOfPeriod(key),
            percentText(cacheHitRate(usage)),
            formatTokens(usage.cacheRead),
            formatTokens(usage.cacheCreation),
            formatTokens(usage.input),
          ])}
        />
      }
    >
      <div className="usage-chart" ref={ref}>
        {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role */}
        <svg width={width} height={HEIGHT} role="img" aria-label={describe(points)}>
          {[0, 0.5, 1].map(rate => (
            <g key={rate} className="usage-axis">
              <line
                x1={LEFT}
                x2={width}
                y1={Math.round(TOP + PLOT * (1 - rate)) + 0.5}
                y2={Math.round(TOP + PLOT * (1 - rate)) + 0.5}
              />
              <text x={LEFT - 8} y={TOP + PLOT * (1 - rate)} dy="0.32em">
                {rate * 100} %
              </text>
            </g>
          ))}
          <path className="usage-line" d={path} />
          {points.map(({ period, rate, x, y }) => (
            <circle key={period} className="usage-point" cx={x} cy={y} r={slot > 6 ? 2.5 : 1.5}>
              <title>{`${nameOfPeriod(period)}: ${percentText(rate)}`}</title>
            </circle>
          ))}
        </svg>
      </div>
    </ChartFrame>
  );
}

function describe(points: readonly { readonly period: string; readonly rate: number }[]): string {
  const [first, last] = [points.at(0), points.at(-1)];
  if (!first || !last) return `${TITLE}: nothing was sent`;
  return `${TITLE}: ${percentText(first.rate)} on ${nameOfPeriod(first.period)}, ${percentText(last.rate)} on ${nameOfPeriod(last.period)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
