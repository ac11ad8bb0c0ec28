// Reads `logs/events/<id>/events.jsonl` of Context Foundry's broadcaster: phases, iterations and errors of a run.
//
// Contract: never throws, keeps only BroadcastState between lines. `sequence` begins anew with each process, so that
// places in the file order events. Times are local without a zone and taken as UTC.

import { asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { SpanStatus } from '../../../shared/model/span.ts';
import { FOUNDRY, phaseOf, type Fields } from './foundry-build.ts';
import { oneLine, type Fact, type LineParser, type ParsedUnit, type RecordFact } from './parser.ts';
import { attributes, given, sayError, sayNotice, sayPlainSpan, saySpan, type Saying } from './saying.ts';

/** Plain JSON and bounded: the template has few phases, and others beyond 50 share a count. */
type BroadcastState = { phase: string | null; visits: { key: string; count: number }[] };

export const foundryBroadcast: LineParser = {
  id: 'foundry-events',
  version: 1,
  label: 'Context Foundry events',
  unit: 'line',
  recognise(sample) {
    const first = sample.values.find(isObject);
    if (first === undefined) return sample.values.length === 0 && !sample.complete ? 'more' : undefined;
    const session = asText(first['session_id']);
    const isMine = known.has(first['type']) && typeof first['sequence'] === 'number' && isObject(first['data']);
    return isMine && session !== undefined ? { agent: FOUNDRY, session, main: true } : undefined;
  },
  begin: () => ({ phase: null, visits: [] }),
  parse: (state, value, at) => parse(state as BroadcastState, value, at), // only begin() makes it
  content,
};

const known = new Set<unknown>([
  ...['phase_change', 'iteration_start', 'iteration_complete', 'task_complete'],
  ...['context_update', 'log_line', 'error', 'completion'],
]);

function parse(state: BroadcastState, value: unknown, at: RecordFact['at']): ParsedUnit {
  if (!isObject(value)) {
    const record: RecordFact = { at, type: 'other', known: false, timeUs: null, rejected: 'not a JSON object' };
    return { records: [record], facts: [] };
  }
  const timeUs = isoToUs(value['timestamp']);
  const type = asText(value['type'])?.slice(0, 80) ?? 'untyped';
  const facts: Fact[] = [];
  const saying: Saying = { facts, at, timeUs, thread: ROOT_SPAN };
  readEvent(saying, state, type, asObject(value['data']));
  return { records: [given<RecordFact>({ at, type, known: known.has(type), timeUs: timeUs ?? null })], facts };
}

function readEvent(saying: Saying, state: BroadcastState, type: string, data: Fields): void {
  const key = `event@${saying.at.offset}`;
  switch (type) {
    case 'phase_change':
      return changePhase(saying, state, data);
    case 'context_update':
      return sayContext(saying, state, data, 'percent');
    case 'iteration_start':
      return sayNotice(saying, key, 'iteration begun', noticeText(type, data));
    case 'iteration_complete':
      sayContext(saying, state, data, 'context_percent');
      return sayNotice(saying, key, 'iteration ended', noticeText(type, data));
    case 'task_complete':
      return sayNotice(saying, key, 'task done', noticeText(type, data), 0);
    case 'log_line':
      return isErrorLine(data)
        ? sayError(saying, key, 'error', noticeText(type, data), 0)
        : sayNotice(saying, key, 'log', noticeText(type, data), 0);
    case 'error':
      return sayError(saying, key, 'error', noticeText(type, data), 0);
    case 'completion': {
      const status = data['success'] === false ? 'error' : 'ok';
      closePhase(saying, state, status);
      sayPlainSpan(saying, { key: ROOT_SPAN, status, endUs: saying.timeUs, role: 'body' });
      const text = noticeText(type, data);
      return status === 'ok' ? sayNotice(saying, key, 'completed', text, 0) : sayError(saying, key, 'failed', text, 0);
    }
    default:
  }
}

function changePhase(saying: Saying, state: BroadcastState, data: Fields): void {
  const phase = phaseOf(data['phase']);
  if (phase === undefined) return;
  closePhase(saying, state, 'ok');
  if (phase.key === 'phase:complete') return; // an end, no work of its own
  const visit = state.visits.find(one => one.key === phase.key);
  const count = (visit?.count ?? 0) + 1;
  if (visit !== undefined) visit.count = count;
  else if (state.visits.length < 50) state.visits.push({ key: phase.key, count });
  state.phase = count === 1 ? phase.key : `${phase.key}:${count}`;
  saySpan(saying, {
    key: state.phase,
    span: 'phase',
    name: phase.name,
    parent: ROOT_SPAN,
    startUs: saying.timeUs,
    status: 'open',
    attrs: attributes({ contextPercent: asNumber(data['context_percent']), visit: count > 1 ? count : undefined }),
    role: 'begin',
  });
}

function closePhase(saying: Saying, state: BroadcastState, status: SpanStatus): void {
  if (state.phase !== null) saySpan(saying, { key: state.phase, endUs: saying.timeUs, status, role: 'end' });
  state.phase = null;
}

/** How full the context is; it may be more than all of it. */
function sayContext(saying: Saying, state: BroadcastState, data: Fields, name: string): void {
  const attrs = attributes({ contextPercent: asNumber(data[name]), tokensUsed: asNumber(data['tokens_used']) });
  if (attrs !== undefined) saySpan(saying, { key: state.phase ?? ROOT_SPAN, attrs });
}

function isErrorLine(data: Fields): boolean {
  return /^(error|critical|fatal)$/i.test(asText(data['level']) ?? '');
}

function noticeText(type: string, data: Fields): string {
  if (type.startsWith('iteration')) return `Iteration ${asNumber(data['iteration']) ?? '?'}`;
  const [first, second] =
    type === 'error' ? ['message', 'details'] : [{ log_line: 'line', completion: 'summary' }[type] ?? 'task', ''];
  const told = [data[first], data[second]].flatMap(
    text => asText(text) ?? (isObject(text) ? [JSON.stringify(text)] : []),
  );
  return told.join('\n');
}

function content(value: unknown): readonly ContentBlock[] {
  const event = isObject(value) ? value : {};
  const data = asObject(event['data']);
  const type = asText(event['type']) ?? '';
  const text = noticeText(type, data);
  switch (type) {
    case 'task_complete':
      return [{ kind: 'notice', title: 'Task done', text }];
    case 'log_line':
      return [isErrorLine(data) ? { kind: 'error', title: 'Error', text } : { kind: 'notice', title: 'Log', text }];
    case 'error':
      return [{ kind: 'error', title: oneLine(asText(data['message']) ?? 'Error', 80), text }];
    case 'completion':
      return [
        data['success'] === false
          ? { kind: 'error', title: 'Failed', text }
          : { kind: 'notice', title: 'Completed', text },
      ];
    default:
      return [];
  }
}
