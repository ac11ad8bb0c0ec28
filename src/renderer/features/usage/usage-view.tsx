import { ChartColumn, X } from 'lucide-react';
import { usePlace } from '../../state/place.ts';
import { useNow } from '../../state/use-now.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { formatDateTime, shortModel } from '../../ui/format.ts';
import { Skeleton } from '../../ui/skeleton.tsx';
import { AgentMark, agentLook } from '../sessions/index.tsx';
import { colourOf, modelColours } from './amounts.ts';
import { BarChart } from './bar-chart.tsx';
import { CacheChart } from './cache-chart.tsx';
import { Calendar, calendarStart } from './calendar.tsx';
import { Figures } from './figures.tsx';
import { Ranking } from './ranking.tsx';
import { SessionTable } from './session-table.tsx';
import {
  daysOf,
  everyPeriod,
  type FilterName,
  filterNames,
  formatUsagePlace,
  type Metric,
  metrics,
  nameOfPeriod,
  parseUsagePlace,
  periodOf,
  rangeNames,
  ranges,
  type UsagePlace,
} from './usage-place.ts';
import { type Report, timezone, useReport } from './use-report.ts';
import './usage.css';

const metricNames: Readonly<Record<Metric, string>> = { cost: 'Cost', tokens: 'Tokens' };

/** Tokens and their API value: by day and model, by project, by agent, and the sessions behind whatever is chosen. */
export function UsageView() {
  const { place, go } = usePlace();
  const chosen = parseUsagePlace(place.usage);
  // A choice is a step that the window's way back undoes; another scale is not.
  const change = (patch: Partial<UsagePlace>) =>
    go({ usage: formatUsagePlace({ ...chosen, ...patch }) }, { replace: patch.metric !== undefined });
  return (
    <div className="usage">
      <div className="usage-page">
        <header className="usage-head">
          <h1>Usage</h1>
          <Choice
            label="Time"
            options={ranges.map(range => [range, rangeNames[range]])}
            value={chosen.range}
            onChange={range => change({ range, period: null })}
          />
          <Choice
            label="Measure"
            options={metrics.map(metric => [metric, metricNames[metric]])}
            value={chosen.metric}
            onChange={metric => change({ metric })}
          />
          <Chosen chosen={chosen} onClear={name => change({ [name]: null })} />
        </header>
        <Page chosen={chosen} onChange={change} />
      </div>
    </div>
  );
}

interface PageProps {
  readonly chosen: UsagePlace;
  readonly onChange: (patch: Partial<UsagePlace>) => void;
}

function Page({ chosen, onChange }: PageProps) {
  const { metric, model, project, agent, period } = chosen;
  const today = formatDateTime(useNow() * 1000).slice(0, 10);
  const range = periodOf(chosen.range, today);
  const days = period === null ? { since: range.since, until: today } : daysOf(period);
  const others = { model, project, agent };
  const sessions = useReport({ by: 'session', ...days, ...others });
  const bars = useReport({ by: range.by, withModels: true, since: range.since, until: today, ...others });
  const allModels = useReport({ by: 'model', since: range.since, until: today });
  const models = useReport({ by: 'model', ...days, ...others, model: null });
  const projects = useReport({ by: 'project', ...days, ...others, project: null });
  const agents = useReport({ by: 'agent', ...days, ...others, agent: null });
  const year = useReport({ by: 'day', since: calendarStart(today), until: today, ...others });
  const all = [sessions, bars, allModels, models, projects, agents, year];
  const failed = all.find(query => query.status === 'failed');
  if (failed?.status === 'failed')
    return <FailureNotice what="Usage could not be summed up." error={failed.error} onRetry={failed.retry} />;
  if (
    sessions.status !== 'ready' ||
    bars.status !== 'ready' ||
    allModels.status !== 'ready' ||
    models.status !== 'ready' ||
    projects.status !== 'ready' ||
    agents.status !== 'ready' ||
    year.status !== 'ready'
  )
    return <Skeleton rows={10} label="Summing up usage" />;
  const first = bars.data.rows[0]?.key;
  const periods = everyPeriod(range.since ?? (first && first !== 'unknown' ? first : today), today, range.by);
  const colours = modelColours(allModels.data.rows);
  const timed = bars.data.rows.filter(row => row.key !== 'unknown');
  const isEmpty = bars.data.total.responses === 0;
  return (
    <>
      <Figures total={sessions.data.total} sessions={sessions.data.rows.length} />
      {isEmpty ? (
        <EmptyState icon={<ChartColumn />} title="No usage is recorded for this">
          Choose a longer time, or clear what it was narrowed to.
        </EmptyState>
      ) : (
        <>
          <BarChart
            title={`${metric === 'cost' ? 'API value' : 'Tokens'} by ${range.by} and model`}
            rows={timed}
            periods={periods}
            metric={metric}
            colours={colours}
            selected={period}
            onSelect={next => onChange({ period: next })}
          />
          <CacheChart rows={timed} periods={periods} />
        </>
      )}
      <div className="usage-columns">
        <Ranking
          title="Models"
          rows={models.data.rows}
          metric={metric}
          selected={model}
          onSelect={next => onChange({ model: next })}
          nameOf={shortModel}
          markOf={key => <i className="usage-dot" style={{ background: colourOf(colours, key) }} />}
          colour={key => colourOf(colours, key)}
        />
        <Ranking
          title="Projects"
          rows={projects.data.rows}
          metric={metric}
          selected={project}
          onSelect={next => onChange({ project: next })}
        />
        <Ranking
          title="Agents"
          rows={agents.data.rows}
          metric={metric}
          selected={agent}
          onSelect={next => onChange({ agent: next })}
          nameOf={key => agentLook(key).name}
          markOf={key => <AgentMark agent={key} />}
        />
      </div>
      <Calendar
        rows={year.data.rows}
        today={today}
        metric={metric}
        selected={period}
        onSelect={next => onChange({ period: next })}
      />
      <SessionTable rows={sessions.data.rows} metric={metric} about={wordsOf(chosen)} />
      <Prices prices={sessions.data.prices} />
    </>
  );
}

/** What the figures are narrowed to, each with a way out. */
function Chosen({ chosen, onClear }: { readonly chosen: UsagePlace; readonly onClear: (name: FilterName) => void }) {
  return filterNames.map(name => {
    const value = chosen[name];
    if (value === null) return null;
    return (
      <button key={name} type="button" className="usage-chosen" onClick={() => onClear(name)} title="Show all again">
        <span className="usage-weak">{name === 'period' ? 'time' : name}</span>
        <span className="truncate">{nameOfFilter(name, value)}</span>
        <X aria-hidden="true" />
      </button>
    );
  });
}

function nameOfFilter(name: FilterName, value: string): string {
  switch (name) {
    case 'period':
      return nameOfPeriod(value);
    case 'model':
      return shortModel(value);
    case 'project':
      return value;
    case 'agent':
      return agentLook(value).name;
  }
}

function wordsOf(chosen: UsagePlace): string {
  const time =
    chosen.period === null
      ? chosen.range === 'all'
        ? 'ever'
        : `in the last ${rangeNames[chosen.range].toLowerCase()}`
      : `in ${nameOfPeriod(chosen.period)}`;
  const rest = filterNames.flatMap(name => {
    const value = chosen[name];
    return name === 'period' || value === null ? [] : [`${name} ${nameOfFilter(name, value)}`];
  });
  return [time, ...rest].join(', ');
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly options: readonly (readonly [T, string])[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}

/** One of a few, all in sight. */
function Choice<T extends string>({ label, options, value, onChange }: ChoiceProps<T>) {
  return (
    <fieldset className="usage-choice" aria-label={label}>
      {options.map(([option, name]) => (
        <button key={option} type="button" aria-pressed={option === value} onClick={() => onChange(option)}>
          {name}
        </button>
      ))}
    </fieldset>
  );
}

/** Where prices come from, and what is wrong with the user's own. */
function Prices({ prices }: { readonly prices: Report['prices'] }) {
  return (
    <footer className="usage-prices">
      <p>
        API value is what the responses would cost at the vendors’ list prices of the day they were made; a subscription
        pays otherwise. Prices as of {prices.asOf}, from {prices.sources.join(' and ')}. Days by the clocks of{' '}
        {timezone}.
      </p>
      {prices.problem === null ? (
        <p>
          {prices.ownModels === 0
            ? 'Prices of your own go into '
            : `Prices of ${prices.ownModels} ${prices.ownModels === 1 ? 'model' : 'models'} are your own, from `}
          <code>{prices.ownPath}</code>.
        </p>
      ) : (
        <p className="usage-problem" role="alert">
          {prices.problem}
        </p>
      )}
    </footer>
  );
}
