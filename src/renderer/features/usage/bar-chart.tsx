import { type ReactNode, useState } from 'react';
import type { UsageRow } from '../../../shared/contract/usage.ts';
import { plural, shortModel } from '../../ui/format.ts';
import { amountText, axisMarks, colourOf, valueOf, valueText } from './amounts.ts';
import { ChartFrame, FiguresTable } from './chart-frame.tsx';
import { type Metric, nameOfPeriod, shortNameOfPeriod } from './usage-place.ts';
import { useRoving } from './use-roving.ts';
import { useWidth } from './use-width.ts';

interface BarChartProps {
  readonly title: string;
  readonly aside?: ReactNode;
  /** By day or month, each by model. */
  readonly rows: readonly UsageRow[];
  /** Every day or month that has a place, with usage or without. */
  readonly periods: readonly string[];
  readonly metric: Metric;
  readonly colours: ReadonlyMap<string, number>;
  readonly selected: string | null;
  readonly onSelect: (period: string | null) => void;
}

const HEIGHT = 208;
const TOP = 8;
const LEFT = 58;
const BOTTOM = 22;
const PLOT = HEIGHT - TOP - BOTTOM;
/** Room that a name below the axis takes. */
const NAME_WIDTH = 58;

/** Bars by day or month, stacked by model. A bar can be chosen. */
export function BarChart({ title, aside, rows, periods, metric, colours, selected, onSelect }: BarChartProps) {
  const { ref, width } = useWidth<HTMLDivElement>(760);
  const [hovered, setHovered] = useState<number | null>(null);
  const byPeriod = new Map(rows.map(row => [row.key, row]));
  const bars = periods.map(period => byPeriod.get(period));
  const marks = axisMarks(Math.max(0, ...bars.map(row => (row ? valueOf(row, metric) : 0))));
  const most = marks.at(-1) || 1;
  const slot = Math.max(1, (width - LEFT) / Math.max(1, periods.length));
  const bar = Math.max(1, Math.min(32, slot * 0.74));
  const y = (value: number) => TOP + PLOT - (value / most) * PLOT;
  const roving = useRoving(periods.length, periods.length - 1, { ArrowLeft: -1, ArrowRight: 1 });
  const nameEvery = Math.max(1, Math.ceil(NAME_WIDTH / slot));
  const choose = (period: string) => onSelect(period === selected ? null : period);
  const shown = hovered === null ? undefined : periods[hovered];
  return (
    <ChartFrame
      title={title}
      aside={aside}
      table={
        <FiguresTable
          caption={title}
          head={['When', 'API value', 'Tokens', 'Responses']}
          rows={rows.map(row => [
            nameOfPeriod(row.key),
            amountText(row, 'cost'),
            amountText(row, 'tokens'),
            String(row.responses),
          ])}
        />
      }
    >
      <div className="usage-chart" ref={ref}>
        <svg
          width={width}
          height={HEIGHT}
          // A drawing has no elements of HTML.
          // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
          role="group"
          aria-label={`${title}: ${periods.length} bars`}
        >
          {marks.map(mark => (
            <g key={mark} className="usage-axis">
              <line x1={LEFT} x2={width} y1={Math.round(y(mark)) + 0.5} y2={Math.round(y(mark)) + 0.5} />
              <text x={LEFT - 8} y={y(mark)} dy="0.32em">
                {valueText(mark, metric)}
              </text>
            </g>
          ))}
          {periods.map((period, at) => {
            const row = bars[at];
            const x = LEFT + at * slot;
            const dimmed = selected !== null && selected !== period;
            return (
              <g
                key={period}
                // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
                role="button"
                tabIndex={at === roving.active ? 0 : -1}
                data-index={at}
                aria-label={describe(period, row)}
                aria-pressed={selected === period}
                className={`usage-bar ${dimmed ? 'is-dimmed' : ''}`}
                onClick={() => choose(period)}
                onKeyDown={event => roving.onKeyDown(event, () => choose(period))}
                onPointerEnter={() => setHovered(at)}
                onPointerLeave={() => setHovered(null)}
                onFocus={() => {
                  roving.onFocus(at);
                  setHovered(at);
                }}
                onBlur={() => setHovered(null)}
              >
                <rect className="usage-bar-ground" x={x} y={TOP} width={slot} height={PLOT} />
                {row &&
                  stack(row, metric, colours).map(part => (
                    <rect
                      key={part.key}
                      x={x + (slot - bar) / 2}
                      y={y(part.to)}
                      width={bar}
                      height={Math.max(0.5, y(part.from) - y(part.to))}
                      fill={colourOf(colours, part.key)}
                    />
                  ))}
                {row && row.cost.nanoUsd === null && metric === 'cost' && (
                  <rect
                    className="usage-bar-unknown"
                    x={x + (slot - bar) / 2}
                    y={TOP + PLOT - 4}
                    width={bar}
                    height={4}
                  />
                )}
              </g>
            );
          })}
          {periods.map((period, at) =>
            (periods.length - 1 - at) % nameEvery === 0 ? (
              <text
                key={period}
                className={`usage-axis-name ${slot < NAME_WIDTH / 2 && at === periods.length - 1 ? 'is-last' : ''}`}
                x={slot < NAME_WIDTH / 2 && at === periods.length - 1 ? width : LEFT + (at + 0.5) * slot}
                y={HEIGHT - 6}
              >
                {shortNameOfPeriod(period)}
              </text>
            ) : null,
          )}
        </svg>
        {shown !== undefined && hovered !== null && (
          <BarNote
            period={shown}
            row={bars[hovered]}
            metric={metric}
            colours={colours}
            x={LEFT + (hovered + 0.5) * slot}
            isRight={hovered > periods.length / 2}
          />
        )}
      </div>
    </ChartFrame>
  );
}

interface Part {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

/** The models of a bar from the bottom up, in the same order in each bar. */
function stack(row: UsageRow, metric: Metric, colours: ReadonlyMap<string, number>): readonly Part[] {
  const order = [...colours.keys()];
  let from = 0;
  return row.models
    .map(model => ({ key: model.key, value: valueOf(model, metric) }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => order.indexOf(a.key) - order.indexOf(b.key))
    .map(({ key, value }) => {
      const part = { key, from, to: from + value };
      from = part.to;
      return part;
    });
}

function describe(period: string, row: UsageRow | undefined): string {
  if (!row) return `${nameOfPeriod(period)}: nothing`;
  return `${nameOfPeriod(period)}: ${amountText(row, 'cost')}, ${amountText(row, 'tokens')} tokens, ${plural(row.responses, 'response')}`;
}

interface BarNoteProps {
  readonly period: string;
  readonly row: UsageRow | undefined;
  readonly metric: Metric;
  readonly colours: ReadonlyMap<string, number>;
  readonly x: number;
  readonly isRight: boolean;
}

const NOTE_MODELS = 6;

/** What a bar is made of, beside it. */
function BarNote({ period, row, metric, colours, x, isRight }: BarNoteProps) {
  const models = row?.models.toSorted((a, b) => valueOf(b, metric) - valueOf(a, metric)) ?? [];
  return (
    <div className={`usage-note number ${isRight ? 'is-left' : ''}`} style={{ left: x }} aria-hidden="true">
      <b>{nameOfPeriod(period)}</b>
      <span className="usage-note-total">{row ? amountText(row, metric) : 'nothing'}</span>
      {models.slice(0, NOTE_MODELS).map(model => (
        <span key={model.key} className="usage-note-row">
          <i style={{ background: colourOf(colours, model.key) }} />
          <span className="truncate">{shortModel(model.key)}</span>
          <span>{amountText(model, metric)}</span>
        </span>
      ))}
      {models.length > NOTE_MODELS && <span className="usage-weak">and {models.length - NOTE_MODELS} more</span>}
    </div>
  );
}
