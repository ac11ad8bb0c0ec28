// Tokens as Copilot CLI tells them, brought into our way of counting.
//
// Three sources: session.usage_record tells each call to the model (since 1.0.9x); before, a message told its output
// only, and session.shutdown the running totals per model of all that the session used since its beginning. What the
// totals grew by, less what was told by calls and messages, stands on a span of its own: no response tells it.

import { asCount, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { Usage } from '../../../shared/model/usage.ts';
import { hashText } from './claude-code-agents.ts';
import type { Fields } from './copilot-event.ts';

/** `input` includes what was read from and written to a cache. `nanoAiu`: AI credits in 1e-9, of 0.01 US dollars each. */
export type Counter = {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  reasoning: number;
  nanoAiu: number;
};

type PerModel = { model: string; counter: Counter }[];

/** Plain JSON and bounded: a session meets few models. */
export type UsageState = {
  /** Totals of the last shutdown. */
  totals: PerModel;
  /** Told since then: by calls and compactions, which a resumed session counts on, and by messages, which a crash loses. */
  byCall: PerModel;
  byMessage: PerModel;
  /** The newest calls that were told, so that none is told twice. */
  calls: { key: string; counter: Counter }[];
  /** Ids of the shutdowns that were read: a file may hold its history twice. */
  shutdowns: string[];
};

export const nothing: Counter = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0, nanoAiu: 0 };

const REMEMBERED = 50;

export function newUsageState(): UsageState {
  return { totals: [], byCall: [], byMessage: [], calls: [], shutdowns: [] };
}

/** `{inputTokens, outputTokens, cacheReadTokens, …}`, the same names everywhere; undefined for what is no object. */
export function readCounter(value: unknown): Counter | undefined {
  if (!isObject(value)) return undefined;
  return {
    input: asCount(value['inputTokens']),
    output: asCount(value['outputTokens']),
    cacheRead: asCount(value['cacheReadTokens']),
    cacheWrite: asCount(value['cacheWriteTokens']),
    reasoning: asCount(value['reasoningTokens']),
    nanoAiu: asCount(asObject(value['copilotUsage'])['totalNanoAiu']),
  };
}

export function toUsage(counter: Counter): Usage {
  const cacheRead = Math.min(counter.cacheRead, counter.input);
  const cacheCreation = Math.min(counter.cacheWrite, counter.input - cacheRead);
  return {
    input: counter.input - cacheRead - cacheCreation,
    output: counter.output,
    cacheRead,
    cacheCreation,
    cacheCreation1h: 0,
    reasoning: counter.reasoning,
  };
}

/** What the credits are worth, as the log tells them; undefined where it tells none. */
export function costOf({ nanoAiu }: Counter): number | undefined {
  return nanoAiu > 0 ? Math.round(nanoAiu) / 1e11 : undefined;
}

/** Notes what a call or a message told. The same key again adds only what it tells more. */
export function noteTold(
  state: UsageState,
  by: 'byCall' | 'byMessage',
  key: string,
  model: string,
  counter: Counter,
): void {
  const known = state.calls.find(call => call.key === key);
  const more = combine(counter, known?.counter ?? nothing, (a, b) => Math.max(0, a - b));
  if (known === undefined) {
    state.calls.push({ key, counter });
    if (state.calls.length > REMEMBERED) state.calls.shift();
  } else known.counter = combine(counter, known.counter, Math.max);
  const tally = state[by].find(one => one.model === model);
  if (tally === undefined) state[by].push({ model, counter: more });
  else tally.counter = combine(tally.counter, more, (a, b) => a + b);
}

/** A session goes on after it ended or crashed: what its lost messages told is in no later total. */
export function noteResume(state: UsageState): void {
  state.byMessage = [];
}

export interface ModelRemainder {
  readonly model: string;
  readonly counter: Counter;
}

/** Per model what a shutdown's totals tell beyond all that was told before it; nothing for one that was read already. */
export function readShutdown(state: UsageState, id: string, data: Fields): readonly ModelRemainder[] {
  const told = [...state.byCall, ...state.byMessage];
  state.byCall = [];
  state.byMessage = [];
  if (state.shutdowns.includes(id)) return [];
  state.shutdowns.push(id);
  if (state.shutdowns.length > REMEMBERED) state.shutdowns.shift();
  const remainders = totalsOf(data).map(({ model, counter }): ModelRemainder => {
    const before = state.totals.find(one => one.model === model)?.counter ?? nothing;
    // A total that fell began anew.
    const grown =
      counter.input < before.input || counter.output < before.output
        ? counter
        : combine(counter, before, (a, b) => Math.max(0, a - b));
    const own = told.filter(one => one.model === model).map(one => one.counter);
    return { model, counter: own.reduce((left, one) => combine(left, one, (a, b) => Math.max(0, a - b)), grown) };
  });
  for (const total of totalsOf(data)) {
    const known = state.totals.find(one => one.model === total.model);
    if (known === undefined) state.totals.push(total);
    else known.counter = total.counter;
  }
  return remainders.filter(({ counter }) => counter.input + counter.output + counter.reasoning > 0);
}

function totalsOf(data: Fields): PerModel {
  return Object.entries(asObject(data['modelMetrics'])).map(([model, value]) => {
    const metrics = asObject(value);
    const counter = readCounter(metrics['usage']) ?? nothing;
    return { model, counter: { ...counter, nanoAiu: asCount(metrics['totalNanoAiu']) } };
  });
}

function combine(a: Counter, b: Counter, by: (a: number, b: number) => number): Counter {
  return {
    input: by(a.input, b.input),
    output: by(a.output, b.output),
    cacheRead: by(a.cacheRead, b.cacheRead),
    cacheWrite: by(a.cacheWrite, b.cacheWrite),
    reasoning: by(a.reasoning, b.reasoning),
    nanoAiu: by(a.nanoAiu, b.nanoAiu),
  };
}

export interface CallIdentity {
  readonly key: string;
  /** The same in the agent's OpenTelemetry spans: a response that both record is counted once. */
  readonly responseKey: string | undefined;
}

/** Names a call to the model by the provider's id, which usage records and messages share; it may be long. */
export function identifyCall(fields: Fields, fallback: string): CallIdentity {
  const id = asText(fields['apiCallId']);
  if (id === undefined) return { key: fallback, responseKey: `message:${fallback}` };
  return { key: `call:${hashText(id)}`, responseKey: `response:${id.slice(0, 300)}` };
}

/** How long a call took, in microseconds. */
export function durationOf(fields: Fields): number | undefined {
  const ms = asNumber(fields['duration']);
  return ms !== undefined && ms > 0 ? Math.round(ms * 1000) : undefined;
}

/** Requests that a shutdown counts for a model. */
export function requestsOf(data: Fields, model: string): number | undefined {
  const metrics = asObject(asObject(data['modelMetrics'])[model]);
  return asNumber(asObject(metrics['requests'])['count']);
}
