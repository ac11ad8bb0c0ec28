// `playhead usage`: tokens and their API value, for people and for programs.

import type { UsageAmounts } from '../../shared/contract/usage.ts';
import { costText } from '../../shared/model/cost.ts';
import type { Usage } from '../../shared/model/usage.ts';
import type { Arguments } from '../arguments.ts';
import type { UsageReport } from '../core/usage/index.ts';
import { formatCount } from './amounts.ts';
import { withReader } from './fresh-store.ts';
import { print, printError } from './output.ts';
import { clean, type Column, paint, table } from './terminal.ts';

export async function reportUsage(args: Arguments): Promise<void> {
  const { by, since, until, timezone } = args;
  const report = await withReader(args, (_reader, usage) =>
    usage.report({
      by,
      since,
      until,
      timezone,
      withModels: false,
      model: null,
      project: null,
      agent: null,
      sessionIds: null,
    }),
  );
  if (report.prices.problem !== null) printError(report.prices.problem);
  if (args.json) print(JSON.stringify(usageJson(report)));
  else if (report.rows.length === 0) print('No usage is recorded for this.');
  else print(usageLines(report, by).join('\n'));
}

/** Costs in nano-dollars; null where none of the responses has a price, else the cost of those that have one. */
export function usageJson({ rows, total }: UsageReport): object {
  return { rows: rows.map(row => ({ key: row.key, ...amountsJson(row) })), total: amountsJson(total) };
}

interface AmountsJson {
  readonly responses: number;
  readonly usage: Usage;
  readonly costNanoUsd: number | null;
  readonly unpricedResponses: number;
}

function amountsJson({ responses, usage, cost }: UsageAmounts): AmountsJson {
  // Of nothing the cost is known.
  const costNanoUsd = responses === 0 ? 0 : cost.nanoUsd;
  return { responses, usage, costNanoUsd, unpricedResponses: cost.unpriced };
}

/** Enough of a session's id to name one; `show` takes it. */
const ID_LENGTH = 8;

function usageLines(report: UsageReport, by: Arguments['by']): readonly string[] {
  const { rows, total, prices, timezone } = report;
  const columns: readonly Column[] = [
    { title: by.toUpperCase(), style: 'cyan' },
    { title: 'RESPONSES', align: 'right' },
    { title: 'INPUT', align: 'right' },
    { title: 'CACHE WRITE', align: 'right' },
    { title: 'CACHE READ', align: 'right' },
    { title: 'OUTPUT', align: 'right' },
    { title: 'API VALUE', align: 'right', style: 'bold' },
    ...(by === 'session' ? [{ title: 'TITLE' }] : []),
  ];
  const cells = (key: string, { responses, usage, cost }: UsageAmounts, title: string) => [
    key,
    String(responses),
    formatCount(usage.input),
    formatCount(usage.cacheCreation),
    formatCount(usage.cacheRead),
    formatCount(usage.output),
    costText(cost),
    ...(by === 'session' ? [title] : []),
  ];
  const body = rows.map(row =>
    cells(row.session ? row.key.slice(0, ID_LENGTH) : clean(row.key), row, clean(row.session?.title ?? '')),
  );
  const { unpriced } = total.cost;
  return [
    ...table(columns, [...body, cells('total', total, '')]),
    '',
    paint(
      'dim',
      `API value: what it would cost at the vendors' list prices of ${prices.asOf}; subscriptions pay otherwise.`,
    ),
    ...(unpriced > 0 ? [paint('dim', `Without a known price: ${unpriced} of ${total.responses} responses.`)] : []),
    ...(by === 'day' || by === 'month' ? [paint('dim', `Days by the clocks of ${timezone}.`)] : []),
  ];
}
