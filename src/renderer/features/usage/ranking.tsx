import { type ReactNode, useState } from 'react';
import type { UsageRow } from '../../../shared/contract/usage.ts';
import { Button } from '../../ui/button.tsx';
import { formatCount } from '../../ui/format.ts';
import { amountText, valueOf } from './amounts.ts';
import type { Metric } from './usage-place.ts';

interface RankingProps {
  readonly title: string;
  readonly rows: readonly UsageRow[];
  readonly metric: Metric;
  readonly selected: string | null;
  readonly onSelect: (key: string | null) => void;
  readonly nameOf?: (key: string) => string;
  readonly markOf?: (key: string) => ReactNode;
  readonly colour?: (key: string) => string;
}

const FIRST = 8;

/** What uses most, the most expensive first; one can be chosen. */
export function Ranking({ title, rows, metric, selected, onSelect, nameOf, markOf, colour }: RankingProps) {
  const [all, setAll] = useState(false);
  const sorted = rows.toSorted((a, b) => valueOf(b, metric) - valueOf(a, metric));
  const most = Math.max(1, ...sorted.map(row => valueOf(row, metric)));
  const shown = all ? sorted : sorted.filter((row, at) => at < FIRST || row.key === selected);
  return (
    <section className="usage-panel" aria-label={title}>
      <div className="usage-panel-head">
        <h2>{title}</h2>
        <span className="usage-weak number">{formatCount(rows.length)}</span>
      </div>
      <ul className="usage-ranking">
        {shown.map(row => (
          <li key={row.key}>
            <button
              type="button"
              aria-label={`${nameOf?.(row.key) ?? row.key}: ${amountText(row, metric)}`}
              aria-pressed={row.key === selected}
              className={selected !== null && selected !== row.key ? 'is-dimmed' : ''}
              onClick={() => onSelect(row.key === selected ? null : row.key)}
            >
              {markOf && (
                <span className="usage-ranking-mark" aria-hidden="true">
                  {markOf(row.key)}
                </span>
              )}
              <span className="usage-ranking-name truncate" title={row.key}>
                {nameOf?.(row.key) ?? row.key}
              </span>
              <span className="usage-ranking-amount number">{amountText(row, metric)}</span>
              <span
                className="usage-ranking-share"
                style={{ width: `${(valueOf(row, metric) / most) * 100}%`, background: colour?.(row.key) }}
              />
            </button>
          </li>
        ))}
      </ul>
      {sorted.length > FIRST && (
        <Button size="small" tone="quiet" onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${formatCount(sorted.length)}`}
        </Button>
      )}
    </section>
  );
}
