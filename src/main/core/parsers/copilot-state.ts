// What the parser of Copilot's events remembers between lines. Plain JSON and bounded.

import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import { asText } from '../../../shared/base/json.ts';
import { dataOf, type Fields } from './copilot-event.ts';
import { newUsageState, type UsageState } from './copilot-usage.ts';
import type { Saying } from './saying.ts';

export type CopilotState = {
  turn: string | null;
  hasTitle: boolean;
  cwd: string | null;
  model: string | null;
  version: string | null;
  gitBranch: string | null;
  /** Time of the newest input to the model, per conversation. */
  inputs: { thread: string; us: number }[];
  /** Subagents whose span has begun, by key. */
  agents: string[];
  /** Calls without a result so far. */
  calls: string[];
  /** Calls that have an entry. */
  requested: string[];
  /** Newest prompts and responses with the spans that they made: what a rewind takes back. */
  marks: { id: string; spans: string[] }[];
  compactionUs: number | null;
  usage: UsageState;
};

export function newCopilotState(): CopilotState {
  return {
    turn: null,
    hasTitle: false,
    cwd: null,
    model: null,
    version: null,
    gitBranch: null,
    inputs: [],
    agents: [],
    calls: [],
    requested: [],
    marks: [],
    compactionUs: null,
    usage: newUsageState(),
  };
}

/** One event while it is read. */
export interface CopilotReading extends Saying {
  readonly state: CopilotState;
  readonly event: Fields;
  readonly data: Fields;
  /** The event's id, else its place. */
  readonly key: string;
}

/** The conversation of an event: subagents stand inline, marked by their id or, in older versions, by their call's. */
export function threadOf(event: Fields): string {
  const id = asText(event['agentId']) ?? asText(dataOf(event)['parentToolCallId']);
  return id === undefined ? ROOT_SPAN : agentKey(id);
}

export function agentKey(id: string): string {
  return `agent:${id.slice(0, 1000)}`;
}

/** Adds to a list of the state; the oldest fall out. */
export function remember<T>(list: T[], item: T, limit: number): void {
  list.push(item);
  if (list.length > limit) list.shift();
}

export function inputOf({ state, thread }: CopilotReading): number | undefined {
  return state.inputs.find(input => input.thread === thread)?.us;
}

/** Input for the model came: its next response begins after it. */
export function noteInput({ state, thread, timeUs }: CopilotReading): void {
  if (timeUs === undefined) return;
  const known = state.inputs.find(input => input.thread === thread);
  if (known !== undefined) known.us = timeUs;
  else remember(state.inputs, { thread, us: timeUs }, 40);
}
