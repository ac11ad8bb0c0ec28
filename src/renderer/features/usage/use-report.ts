import { useState } from 'react';
import type { CallInput, CallOutput } from '../../../shared/contract/define.ts';
import type { usage } from '../../../shared/contract/usage.ts';
import { useClient } from '../../state/client-context.tsx';
import { type QueryState, useQuery } from '../../state/use-query.ts';

export type Report = CallOutput<typeof usage.report>;
export type ReportInput = CallInput<typeof usage.report>;

/** The clocks of this window. */
export const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The answer; while another question is under way, the last one stays, so that nothing jumps. */
export function useReport(input: ReportInput): QueryState<Report> {
  const query = useQuery(useClient().usage.report, { timezone, ...input });
  const [last, setLast] = useState<Report | null>(null);
  if (query.status === 'ready' && query.data !== last) setLast(query.data);
  return query.status === 'loading' && last ? { status: 'ready', data: last, refreshing: true } : query;
}
