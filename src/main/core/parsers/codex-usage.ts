// Counts the tokens of each model response of a Codex rollout once.
//
// token_count carries the thread's running total and the newest response's own counts. Totals are what counts: events
// repeat with an unchanged total, and the responses' own counts can miss one. From 0.169 on token_usage_record names
// the response and comes first; the token_count after it then repeats a total that is known already.

import { asNumber, asObject, asText } from '../../../shared/base/json.ts';
import {
  addCounters,
  isNothing,
  nothing,
  readCounter,
  sameCounter,
  subtractCounters,
  tokensOf,
  toUsage,
  type Counter,
} from './codex-counter.ts';
import { attributes, beginResponse, saySpan, type Reading } from './codex-reading.ts';

/** `payload` of an event_msg/token_count; `info` is null where it tells rate limits only. */
export function readTokenCount(reading: Reading, payload: Readonly<Record<string, unknown>>): void {
  const info = asObject(payload['info']);
  const last = readCounter(info['last_token_usage']);
  const total = readCounter(info['total_token_usage']) ?? (last && addCounters(reading.state.total ?? nothing, last));
  if (total === undefined) return;
  const own = countNew(reading, total, last);
  if (own === undefined) return;
  sayUsage(reading, own, {
    id: undefined,
    // A difference of totals that the newest response's own counts do not explain holds more than that response.
    reported: last === undefined || sameCounter(own, last),
    contextTokens: asNumber(asObject(info['last_token_usage'])['total_tokens']),
    contextWindow: asNumber(info['model_context_window']),
  });
}

/** `payload` of a token_usage_record: usage of one response, by its id. */
export function readUsageRecord(reading: Reading, payload: Readonly<Record<string, unknown>>): void {
  const { state } = reading;
  const usage = readCounter(payload['usage']);
  if (usage === undefined) return;
  const id = asText(payload['response_id']);
  if (id !== undefined && id === state.lastResponseId) return;
  state.lastResponseId = id ?? null;
  state.total = readCounter(payload['thread_token_usage']) ?? addCounters(state.total ?? nothing, usage);
  state.newCounter = false;
  sayUsage(reading, usage, { id, reported: true, contextTokens: undefined, contextWindow: undefined });
}

/** Keeps the running total of lines that are passed over. */
export function followTotal(reading: Reading, payload: Readonly<Record<string, unknown>>): void {
  const total =
    readCounter(asObject(payload['info'])['total_token_usage']) ?? readCounter(payload['thread_token_usage']);
  if (total !== undefined) reading.state.total = total;
}

/** What a new total adds to what was counted; undefined where it adds nothing. */
function countNew(reading: Reading, total: Counter, last: Counter | undefined): Counter | undefined {
  const { state } = reading;
  const before = state.total;
  state.total = total;
  if (before === null && state.inheritsCounter && !reading.copied && last !== undefined)
    return isNothing(last) ? undefined : last;
  const beginsAnew =
    before === null ||
    tokensOf(total) < tokensOf(before) ||
    (state.newCounter && last !== undefined && sameCounter(total, last));
  state.newCounter = false;
  const own = beginsAnew ? total : subtractCounters(total, before);
  return isNothing(own) ? undefined : own;
}

interface UsageSource {
  readonly id: string | undefined;
  readonly reported: boolean;
  readonly contextTokens: number | undefined;
  readonly contextWindow: number | undefined;
}

/** Gives the usage to the newest response, or to one of which nothing else is recorded. */
function sayUsage(reading: Reading, counter: Counter, source: UsageSource): void {
  const { state, copied } = reading;
  const last = state.response;
  const response =
    last !== null && !last.hasUsage && last.copied === copied ? last : beginResponse(reading, undefined, 'usage');
  response.hasUsage = true;
  response.closed = true;
  if (reading.timeUs !== undefined) state.inputUs = reading.timeUs;
  // The number stands for what the format does not tell: the same response in a copy of the file has the same one.
  const responseKey = source.id ?? (copied ? undefined : `${state.threadId ?? state.session ?? ''}:${response.number}`);
  saySpan(reading, {
    key: response.key,
    status: 'ok',
    usage: toUsage(counter),
    usageProvenance: source.reported ? 'reported' : 'computed',
    responseKey,
    counted: copied ? false : undefined,
    attrs: attributes({
      responseId: source.id,
      contextTokens: source.contextTokens,
      contextWindow: source.contextWindow,
    }),
    role: 'usage',
  });
}
