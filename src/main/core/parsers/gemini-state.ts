// What the parser of Gemini CLI's chats remembers between records. Plain JSON and bounded.

import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { LinePosition } from './parser.ts';
import { safeKey, type Saying } from './saying.ts';

/** A message that is part of the chat as it stands. */
export type MessageState = {
  id: string;
  /** Offset of the record that brought it. */
  at: number;
  /** Keys of the spans that it made. */
  spans: string[];
  /** A prompt or a response, not the program's own note. */
  counts: boolean;
};

export type GeminiState = {
  /** Key of the subagent that the file records; null in a session's own file. */
  agent: string | null;
  headed: boolean;
  /** The newest messages of the chat, in its order. */
  messages: MessageState[];
  /** Older ones were forgotten. */
  forgot: boolean;
  newestUs: number | null;
  /** Calls whose result was said. */
  results: string[];
  /** Time of the newest input to the model. */
  inputUs: number | null;
  turn: string | null;
  model: string | null;
  cwd: string | null;
  hasTitle: boolean;
};

export function newGeminiState(): GeminiState {
  return {
    agent: null,
    headed: false,
    messages: [],
    forgot: false,
    newestUs: null,
    results: [],
    inputUs: null,
    turn: null,
    model: null,
    cwd: null,
    hasTitle: false,
  };
}

/** So many messages and results are remembered: what is replaced is among the last few, what is rewound seldom more. */
export const REMEMBERED = 200;

export interface GeminiReading extends Saying {
  readonly state: GeminiState;
}

export function readingAt(
  state: GeminiState,
  facts: GeminiReading['facts'],
  at: LinePosition,
  timeUs: number | undefined,
  record?: number,
): GeminiReading {
  const place = { state, facts, at, timeUs, thread: state.agent ?? ROOT_SPAN };
  return record === undefined ? place : { ...place, record };
}

/** Key of a subagent's span; its id is the session id in its own file's header. */
export function agentKey(id: string): string {
  return `agent:${id.slice(0, 1000)}`;
}

/** Ids are the chat's own; a subagent's file is told apart from its session's by its key. */
export function keyOf({ state }: GeminiReading, id: string): string {
  return state.agent === null ? safeKey(id) : `${state.agent}/${id}`;
}
