// Reads Anton's retry logs: `retries/<task>_retries.jsonl`, one event a line, and `retries/<task>_<subtask>_history.json`,
// which repeats the same attempts when it is over.
//
// Contract: never throws. Attempts become events once, from the lines; the history only adds its counts to the subtask.

import { asArray, asCount, asNumber, asObject, asText, isObject, type JsonValue } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { AGENT, projectOf, stemOf, timeOrder, typeOfUnknown } from './anton-record.ts';
import { countOf, openDocument, plainSubtask, recogniseDocument, subtaskKey, type Fields } from './anton-task.ts';
import {
  oneLine,
  type DocumentParser,
  type Fact,
  type FileHint,
  type LineParser,
  type LinePosition,
  type ParsedUnit,
  type ParserState,
  type Recognition,
  type Sample,
} from './parser.ts';

const kinds = new Set<unknown>(['retry_attempt', 'retry_success', 'retry_failed']);

export const antonRetries: LineParser = {
  id: 'anton-retries',
  version: 1,
  label: 'Anton retries',
  unit: 'line',
  recognise,
  begin: recognition => ({ session: recognition.session ?? '', told: false, line: 0, nth: 0 }),
  parse,
  content(value) {
    if (!isRetry(value)) return [];
    const text = retryText(value);
    return [
      value['event'] === 'retry_failed'
        ? { kind: 'error', title: 'Retries failed', text }
        : { kind: 'notice', title: 'Retry', text },
    ];
  },
};

function isRetry(value: unknown): value is Fields {
  return isObject(value) && kinds.has(value['event']) && asText(value['task_id']) !== undefined;
}

function recognise(sample: Sample): Recognition | 'more' | undefined {
  const first = sample.values.find(isRetry);
  if (first === undefined) return sample.values.length === 0 && !sample.complete ? 'more' : undefined;
  if (sample.values.filter(isRetry).length * 2 < sample.values.length) return undefined;
  return { agent: AGENT, session: asText(first['task_id']) ?? null, main: false };
}

type RetryMemory = { session: string; told: boolean; line: number; nth: number };

function parse(state: ParserState, value: unknown, at: LinePosition, hint: FileHint): ParsedUnit {
  const memory = state as unknown as RetryMemory; // begin() made it; it went through JSON at most
  memory.nth = memory.line === at.line ? memory.nth + 1 : 0;
  memory.line = at.line;
  if (!isRetry(value)) {
    const session = memory.session === '' ? stemOf(hint) : memory.session;
    const rejected = isObject(value) ? {} : { rejected: 'not an object' };
    return {
      records: [{ at, type: typeOfUnknown(value), known: false, timeUs: null, session, ...rejected }],
      facts: [],
    };
  }
  const session = asText(value['task_id']) ?? memory.session;
  const timeUs = isoToUs(value['timestamp']) ?? null;
  const facts = retryFacts(value, session, at, memory.nth);
  const project = projectOf(hint);
  if (!memory.told && project !== undefined) facts.unshift({ kind: 'session', session, project });
  memory.told = true;
  return { records: [{ at, type: String(value['event']), known: true, timeUs, session }], facts };
}

function retryFacts(fields: Fields, session: string, at: LinePosition, nth: number): Fact[] {
  const atUs = isoToUs(fields['timestamp']);
  const failed = fields['event'] === 'retry_failed';
  const kind = failed ? 'error' : 'notice';
  const subtask = asText(fields['subtask_id']);
  const key = `retry:${subtask ?? ''}:${at.line}${nth === 0 ? '' : `.${nth}`}`;
  const place = {
    session,
    key,
    order: timeOrder(atUs, 0, at),
    ...(atUs !== undefined && { atUs }),
    ...(subtask !== undefined && { span: subtaskKey(subtask) }),
  };
  const facts: Fact[] = [
    { kind: 'event', event: kind, name: String(fields['event']), summary: oneLine(retryText(fields)), ...place },
    { kind: 'entry', entry: kind, block: 0, event: key, ...place },
  ];
  if (subtask === undefined) return facts;
  const span = plainSubtask(session, subtask);
  const retries = asNumber(fields['attempt']);
  facts.push(span);
  if (retries !== undefined) facts.push({ kind: 'span', session, key: span.key, span: 'phase', attrs: { retries } });
  return facts;
}

/** 'api-2: attempt 1 of 3 after LLM_TIMEOUT, waits 1.2 s' */
function retryText(fields: Fields): string {
  const subtask = asText(fields['subtask_id']) ?? 'unknown subtask';
  const total = asCount(fields['total_attempts']);
  const waited = seconds(fields['total_delay_seconds']);
  switch (fields['event']) {
    case 'retry_success':
      return `${subtask}: worked after ${countOf(total, 'attempt')}${waited && `, ${waited} of waiting`}`;
    case 'retry_failed':
      return `${subtask}: gave up after ${countOf(total, 'attempt')}: ${asText(fields['final_error']) ?? 'no reason recorded'}`;
    default: {
      const most = asNumber(fields['max_retries']);
      const delay = seconds(fields['delay_seconds']);
      const attempt = `attempt ${asCount(fields['attempt'])}${most === undefined ? '' : ` of ${most}`}`;
      return `${subtask}: ${attempt} after ${asText(fields['error']) ?? 'an error'}${delay && `, waits ${delay}`}`;
    }
  }
}

function seconds(value: unknown): string {
  const number = asNumber(value);
  return number === undefined ? '' : `${Math.round(number * 10) / 10} s`;
}

export const antonRetryHistory: DocumentParser = {
  id: 'anton-retry-history',
  version: 1,
  label: 'Anton retry history',
  unit: 'document',
  begin: () => ({}),
  recognise: sample =>
    recogniseDocument(
      sample,
      keys => keys.has('task_id') && keys.has('subtask_id') && keys.has('total_attempts') && !keys.has('event'),
    ),
  parseDocument(bytes, hint, recognition) {
    const opened = openDocument(bytes, hint, recognition);
    if (opened.kind === 'rejected') return opened.unit;
    const { fields, at, session } = opened.document;
    const attempts = asArray(fields['attempts']).map(asObject);
    const timeUs = isoToUs(attempts.at(-1)?.['timestamp']) ?? null;
    const subtask = asText(fields['subtask_id']);
    const attrs: { [name: string]: JsonValue } = { attempts: asCount(fields['total_attempts']) };
    const facts: Fact[] = subtask === undefined ? [] : [{ ...plainSubtask(session, subtask), role: 'body', attrs }];
    return { records: [{ at, type: 'retry_history', known: true, timeUs, session }], facts };
  },
  content: historyContent,
};

function historyContent(value: unknown): readonly ContentBlock[] {
  const fields = asObject(value);
  const lines = asArray(fields['attempts']).map(item => {
    const attempt = asObject(item);
    const outcome = attempt['success'] === true ? 'worked' : (asText(attempt['error']) ?? 'failed');
    return `${asText(attempt['timestamp']) ?? ''} attempt ${asCount(attempt['attempt_number'])}: ${outcome}`.trim();
  });
  const title = `${asText(fields['subtask_id']) ?? 'Subtask'}: ${countOf(asCount(fields['total_attempts']), 'attempt')}`;
  return [{ kind: 'notice', title, text: lines.join('\n') }];
}
