// What a Codex rollout's parser remembers between lines, and the small steps with which it says facts.
//
// The state is stored as JSON after every piece that was read: it stays small (lists are bounded) and holds no text
// of the conversation beyond short heads of prompts.

import type { JsonObject, JsonValue } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { Counter } from './codex-counter.ts';
import { entryOrder, type EntryFact, type EventFact, type Fact, type LinePosition, type SpanFact } from './parser.ts';
/** A model response. The format gives it no id: it begins with the first item that the model made after some input. */
export type ResponseState = {
  key: string;
  /** Its number since the thread's beginning, for the response key. */
  number: number;
  /** Input came after it: what the model makes next belongs to another response. */
  closed: boolean;
  hasUsage: boolean;
  copied: boolean;
};

/** History of another thread at the head of this file, written again when the thread was forked or spawned. */
export type CopyState = {
  /** False while only the header says that it could follow. */
  sure: boolean;
  /** Its turns tell where it ends; else time does. */
  byTurn: boolean;
  forked: boolean;
  /** Time of the header's line. */
  atUs: number | null;
  /** The originals stand above in this file: nothing more is said of the copies. */
  repeated: boolean;
};

/** A call without output. */
export type CallState = { id: string; name: string; processId: string | null; hasResult: boolean };

/** A command that still runs: the id under which write_stdin names it, and the call that started it. */
export type ProcessState = { id: string; callId: string };

export type CodexState = {
  /** False: the file records a subagent of its session. */
  main: boolean;
  /** Native id of the session. */
  session: string | null;
  /** Id of the thread that is being read; null before the first header. */
  threadId: string | null;
  /** Key of the agent span that all of it hangs below; null in a main transcript. */
  agent: string | null;
  /** Ids of the threads that began in this file. */
  threadIds: string[];
  copy: CopyState | null;
  /** When the thread was created. */
  bornUs: number | null;
  /** Only its header was read so far. */
  atHeader: boolean;
  responses: number;
  threadResponses: number;
  response: ResponseState | null;
  total: Counter | null;
  /** A thread of its own began after the last count: its counter may begin anew. */
  newCounter: boolean;
  /** A forked thread's counter goes on from its parent's. */
  inheritsCounter: boolean;
  lastResponseId: string | null;
  calls: CallState[];
  processes: ProcessState[];
  /** Web searches known in one form only, by key: older items have no id, the events always do. */
  searchItems: string[];
  searchEvents: string[];
  /** Codex's turn, while it runs. */
  turnId: string | null;
  /** Codex's turn that has had its first prompt. */
  promptedTurnId: string | null;
  /** Key of the latest human prompt. */
  turn: string | null;
  hasTitle: boolean;
  /** Heads of prompts whose twin in the other form has not come: each prompt is written as an item and as an event. */
  promptItems: string[];
  promptEvents: string[];
  /** An item was seen: answers and reasoning are taken from items, their event twins are passed over. */
  hasItems: boolean;
  compaction: 'item' | 'event' | null;
  lastError: string | null;
  model: string | null;
  effort: string | null;
  cwd: string | null;
  /** Time of the newest input to the model, or of the end of its latest response. */
  inputUs: number | null;
};

/** One line being read. */
export interface Reading {
  readonly state: CodexState;
  readonly at: LinePosition;
  readonly timeUs: number | undefined;
  /** The line repeats another thread's history: it is shown, its usage does not count. */
  readonly copied: boolean;
  readonly facts: Fact[];
}

export function newCodexState(main: boolean, session: string | null): CodexState {
  return {
    main,
    session,
    threadId: null,
    agent: null,
    threadIds: [],
    copy: null,
    bornUs: null,
    atHeader: false,
    responses: 0,
    threadResponses: 0,
    response: null,
    total: null,
    newCounter: false,
    inheritsCounter: false,
    lastResponseId: null,
    calls: [],
    processes: [],
    searchItems: [],
    searchEvents: [],
    turnId: null,
    promptedTurnId: null,
    turn: null,
    hasTitle: false,
    promptItems: [],
    promptEvents: [],
    hasItems: false,
    compaction: null,
    lastError: null,
    model: null,
    effort: null,
    cwd: null,
    inputUs: null,
  };
}

type Loose<T> = { readonly [K in keyof T]: T[K] | undefined };

/** The fields that have a value. */
export function given<T extends object>(fields: Loose<T>): T {
  const present: Partial<T> = {};
  // A loop: every fact goes through here, and entries made anew would take half of the parser's time.
  for (const key in fields) {
    const value = fields[key];
    if (value !== undefined) present[key] = value;
  }
  return present as T; // the fields that are left are those of T
}

/** Attributes that have a value; none at all where no one has. */
export function attributes(fields: { readonly [name: string]: JsonValue | undefined }): JsonObject | undefined {
  const present = given<JsonObject>(fields);
  return Object.keys(present).length === 0 ? undefined : present;
}

/** A span of this thread; `turn` only in the main conversation. */
export function saySpan(
  reading: Reading,
  span: Loose<Omit<SpanFact, 'kind' | 'thread' | 'turn'>> & { key: string },
): void {
  const { agent, turn } = reading.state;
  reading.facts.push(
    given<SpanFact>({
      ...span,
      kind: 'span',
      thread: agent ?? undefined,
      turn: agent === null ? (turn ?? undefined) : undefined,
    }),
  );
}

/** The span of this thread's own agent: it stands in the conversation of whoever spawned it. */
export function sayAgent(reading: Reading, span: Loose<Omit<SpanFact, 'kind' | 'thread' | 'turn' | 'key'>>): void {
  const { agent } = reading.state;
  if (agent !== null) reading.facts.push(given<SpanFact>({ ...span, kind: 'span', key: agent }));
}

export function sayEvent(
  reading: Reading,
  event: Loose<Omit<EventFact, 'kind' | 'thread' | 'atUs'>> & Pick<EventFact, 'key' | 'event' | 'name'>,
): void {
  reading.facts.push(
    given<EventFact>({
      ...event,
      kind: 'event',
      atUs: reading.timeUs,
      thread: reading.state.agent ?? undefined,
    }),
  );
}

export function sayEntry(
  reading: Reading,
  entry: Loose<Omit<EntryFact, 'kind' | 'thread' | 'atUs' | 'order'>> & Pick<EntryFact, 'key' | 'entry' | 'block'>,
): void {
  reading.facts.push(
    given<EntryFact>({
      ...entry,
      kind: 'entry',
      atUs: reading.timeUs,
      thread: reading.state.agent ?? undefined,
      order: entryOrder(reading.at.offset, entry.block),
    }),
  );
}

/** A key for what has no id: the place of its record, told apart from those of the session's other files. */
export function placeKey(reading: Reading, kind: string): string {
  const { agent } = reading.state;
  return agent === null ? `${kind}@${reading.at.offset}` : `${agent}/${kind}@${reading.at.offset}`;
}

/** The span that holds this thread's responses. */
export function threadSpan(reading: Reading): string {
  return reading.state.agent ?? ROOT_SPAN;
}

/** The response that an item made by the model belongs to; the first item after some input begins one. */
export function respond(reading: Reading): ResponseState {
  const { state, timeUs } = reading;
  const last = state.response;
  if (last !== null && !last.closed && last.copied === reading.copied) {
    saySpan(reading, { key: last.key, endUs: timeUs, role: 'response' });
    return last;
  }
  return beginResponse(reading, timeUs, 'response');
}

/** `endUs` is left out for a response of which only the usage is known. */
export function beginResponse(reading: Reading, endUs: number | undefined, role: string): ResponseState {
  const { state, timeUs, copied } = reading;
  state.responses += 1;
  state.threadResponses += 1;
  const key = state.agent === null ? `response:${state.responses}` : `${state.agent}/response:${state.responses}`;
  const response = { key, number: state.threadResponses, closed: false, hasUsage: false, copied };
  state.response = response;
  saySpan(reading, {
    key,
    span: 'llm',
    name: state.model ?? 'response',
    parent: threadSpan(reading),
    // The request went out when its last input was there; nothing tells it more exactly.
    startUs: state.inputUs ?? timeUs,
    endUs,
    status: 'open',
    model: state.model ?? undefined,
    counted: copied ? false : undefined,
    attrs: attributes({ effort: state.effort ?? undefined, copied: copied ? true : undefined }),
    role,
  });
  return response;
}

/** Input for the model came: the response so far is over. */
export function closeResponse(reading: Reading): void {
  const { state, timeUs } = reading;
  if (timeUs !== undefined) state.inputUs = timeUs;
  if (state.response === null || state.response.closed) return;
  state.response.closed = true;
  if (!state.response.hasUsage) saySpan(reading, { key: state.response.key, status: 'ok' });
}

const REMEMBERED = 256;

/** Adds to a list of the state; the oldest fall out. */
export function remember<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > REMEMBERED) list.shift();
}

/** Takes the first match out of a list of the state. */
export function take<T>(list: T[], matches: (item: T) => boolean): T | undefined {
  const index = list.findIndex(matches);
  return index < 0 ? undefined : list.splice(index, 1)[0];
}
