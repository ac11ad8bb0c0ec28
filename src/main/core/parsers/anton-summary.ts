// Reads Anton's `trace_summary.json`, which stands beside the trace files and repeats all of their records.
//
// Contract: never throws. Nothing in it is counted again: the numbers of calls and errors become attributes of the
// agents, and no call becomes a span.

import { asArray, asCount, asObject, asText } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import { projectOf } from './anton-record.ts';
import { runOf } from './anton-runs.ts';
import { agentFacts, countOf, openDocument, recogniseDocument, type Fields } from './anton-task.ts';
import type { DocumentParser, Fact, FileHint } from './parser.ts';

/** A trace file is named for the second in which it was written, a moment after its record's own time. */
const WRITING_US = 2_000_000;

export const antonTraceSummary: DocumentParser = {
  id: 'anton-trace-summary',
  version: 1,
  label: 'Anton trace summary',
  unit: 'document',
  recognise(sample, hint) {
    const mine = recogniseDocument(sample, keys => keys.has('total_interactions') && keys.has('by_agent'));
    if (typeof mine !== 'object') return mine;
    return { ...mine, session: runAt(hint, isoToUs(/"timestamp":\s*"([^"]{1,40})"/.exec(sample.text)?.[1])) };
  },
  begin: () => ({}),
  parseDocument(bytes, hint, recognition) {
    const opened = openDocument(bytes, hint, recognition);
    if (opened.kind === 'rejected') return opened.unit;
    const { fields, at } = opened.document;
    const timeUs = lastTime(fields);
    // Anton writes it anew for every run; where nothing is told of the files beside it, the run is the one of before.
    const session = hint.siblings.length === 0 ? opened.document.session : runAt(hint, timeUs);
    const record = { at, type: 'trace_summary', known: true, timeUs: timeUs ?? null, session };
    return { records: [record], facts: summaryFacts(fields, session, hint) };
  },
  content(value): readonly ContentBlock[] {
    return [{ kind: 'notice', title: 'Trace summary', text: summaryText(asObject(value)) }];
  },
};

/** The run that wrote trace files up to a time at which it called a model. */
function runAt(hint: FileHint, atUs: number | undefined): string {
  return runOf(hint, atUs === undefined ? undefined : atUs + WRITING_US);
}

function lastTime(fields: Fields): number | undefined {
  const stamped = [...asArray(fields['interactions']), ...asArray(fields['errors'])];
  const times = stamped.map(item => isoToUs(asObject(item)['timestamp'])).filter(us => us !== undefined);
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b));
}

function summaryFacts(fields: Fields, session: string, hint: FileHint): readonly Fact[] {
  const project = projectOf(hint);
  const calls = asCount(fields['total_interactions']);
  const facts: Fact[] = project === undefined ? [] : [{ kind: 'session', session, project }];
  const totals = { reportedCalls: calls, reportedErrors: asArray(fields['errors']).length };
  facts.push({ kind: 'span', session, key: ROOT_SPAN, role: 'body', attrs: totals });
  for (const [name, numbers] of Object.entries(asObject(fields['by_agent']))) {
    const { count, errors } = asObject(numbers);
    const attrs = { agentName: name, reportedCalls: asCount(count), reportedErrors: asCount(errors) };
    facts.push(...agentFacts(session, name, { weak: true, role: 'body', attrs }));
  }
  return facts;
}

function summaryText(fields: Fields): string {
  const agents = Object.entries(asObject(fields['by_agent'])).map(([name, numbers]) => {
    const { count, errors } = asObject(numbers);
    return `${name}: ${countOf(asCount(count), 'call')}, ${countOf(asCount(errors), 'error')}`;
  });
  const failed = asArray(fields['errors']).map(item => {
    const { agent, error, timestamp } = asObject(item);
    return `${asText(timestamp) ?? ''} ${asText(agent) ?? ''}: ${asText(error) ?? ''}`.trim();
  });
  return [countOf(asCount(fields['total_interactions']), 'call'), ...agents, ...failed].join('\n');
}
