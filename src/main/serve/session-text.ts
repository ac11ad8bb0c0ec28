// Sessions as people read them on a terminal: a list, and one of them as a tree.

import { costText } from '../../shared/model/cost.ts';
import type { Session } from '../../shared/model/session.ts';
import type { Span, SpanKind, SpanStatus } from '../../shared/model/span.ts';
import { totalTokens } from '../../shared/model/usage.ts';
import { formatAge, formatCount, formatDuration } from './amounts.ts';
import { clean, type Column, fit, paint, type Style, table, widthOf } from './terminal.ts';

/** Enough of an id to name one among millions; `show` takes it. */
const ID_LENGTH = 8;

const COLUMNS: readonly Column[] = [
  { title: 'ID', style: 'cyan' },
  { title: 'UPDATED', align: 'right' },
  { title: 'AGENT' },
  { title: 'PROJECT' },
  { title: 'TURNS', align: 'right' },
  { title: 'SPANS', align: 'right' },
  { title: 'TOKENS', align: 'right' },
  { title: 'COST', align: 'right' },
  { title: 'TITLE', style: 'bold' },
];

export function sessionLines(sessions: readonly Session[], nowMs: number): readonly string[] {
  return table(
    COLUMNS,
    sessions.map(session => [
      session.id.slice(0, ID_LENGTH),
      session.updateUs === null ? '-' : formatAge(session.updateUs, nowMs),
      clean(session.agent),
      fit(clean(session.project), 24),
      String(session.turns),
      String(session.spans),
      formatCount(totalTokens(session.usage)),
      session.cost ? costText(session.cost) : '',
      clean(session.title),
    ]),
  );
}

/** What the session is, and its spans as a tree, each below what started it. */
export function traceLines(session: Session, spans: readonly Span[], nowMs: number): readonly string[] {
  return [...headLines(session, nowMs), '', ...treeLines(spans)];
}

function headLines(session: Session, nowMs: number): readonly string[] {
  const { usage } = session;
  const agent = [session.agent, session.agentVersion].filter(part => part !== null).join(' ');
  const branch = session.gitBranch === null ? '' : ` (${session.gitBranch})`;
  const where = session.cwd === null ? session.project : session.cwd + branch;
  const lasted =
    session.startUs === null || session.updateUs === null
      ? []
      : [`${formatDuration(session.updateUs - session.startUs)}, ended ${formatAge(session.updateUs, nowMs)}`];
  const tokensIn = usage.input + usage.cacheRead + usage.cacheCreation;
  const counts = [
    amount(session.turns, 'turn'),
    amount(session.spans, 'span'),
    `${formatCount(tokensIn)} tokens in, ${formatCount(usage.output)} out`,
    ...(session.cost && session.cost.responses > 0 ? [`${costText(session.cost)} API value`] : []),
    ...(session.errors > 0 ? [amount(session.errors, 'error')] : []),
    ...(session.rejected > 0 ? [`${amount(session.rejected, 'record')} could not be read`] : []),
  ];
  return [
    paint('bold', clean(session.title)),
    [agent, ...(session.model === null ? [] : [session.model]), where].map(clean).join(' · '),
    [...lasted, ...counts].join(' · '),
    paint('dim', `${session.id}  ${clean(session.nativeId)}`),
  ];
}

function amount(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

const KIND_STYLES: Readonly<Record<SpanKind, Style>> = {
  agent: 'yellow',
  llm: 'magenta',
  tool: 'green',
  phase: 'blue',
};

function treeLines(spans: readonly Span[]): readonly string[] {
  const children = Map.groupBy(spans, span => span.parentId);
  const lines: string[] = [];
  const seen = new Set<string>();
  // Without recursion: a chain of spans may be longer than the stack is deep.
  const print = (start: Span, startDepth: number) => {
    const open = [{ span: start, depth: startDepth }];
    for (let next = open.pop(); next; next = open.pop()) {
      const { span, depth } = next;
      if (seen.has(span.id)) continue;
      seen.add(span.id);
      lines.push(spanLine(span, depth));
      const below = children.get(span.id) ?? [];
      open.push(...below.toReversed().map(child => ({ span: child, depth: depth + 1 })));
    }
  };
  for (const root of children.get(null) ?? []) print(root, 0);
  for (const span of spans) print(span, 1);
  return lines;
}

const MAX_INDENT = 20;

function spanLine(span: Span, depth: number): string {
  const indent = '  '.repeat(Math.min(depth, MAX_INDENT));
  const name = clean(span.name);
  const head = `${indent}${paint(KIND_STYLES[span.kind], span.kind)} ${name}`;
  const mark = STATUS_MARKS[span.status];
  const details = [
    span.startUs === null || span.endUs === null ? '' : formatDuration(span.endUs - span.startUs),
    span.link === 'orphan' ? 'its parent is not recorded' : '',
    clean(span.summary ?? ''),
  ].filter(part => part !== '');
  const taken = widthOf(`${indent}${span.kind} ${name}${mark}`) + 2;
  const room = process.stdout.isTTY ? Math.max(10, process.stdout.columns - taken) : Number.POSITIVE_INFINITY;
  const tail = details.length === 0 ? '' : `  ${paint('dim', fit(details.join('  '), room))}`;
  return head + (mark === '' ? '' : paint(span.status === 'error' ? 'red' : 'dim', mark)) + tail;
}

const STATUS_MARKS: Readonly<Record<SpanStatus, string>> = {
  error: ' failed',
  aborted: ' stopped',
  open: ' open',
  ok: '',
  unknown: '',
};
