// What the reader of Claude Code's printed output remembers between lines.
//
// Contract: plain JSON and bounded. One output may hold several runs and sessions, one after another.

import { newState, type ClaudeState } from './claude-code-state.ts';
import type { Usage } from '../../../shared/model/usage.ts';
import type { FileHint, ParserState } from './parser.ts';
import type { Saying } from './saying.ts';

type JsonMap<T> = { [key: string]: T };

/** A response of the main conversation, and whether its output tokens are what the API charged. */
export interface RunResponse {
  usage: Usage;
  exact: boolean;
}

export interface StreamState {
  session: string | null;
  /** Lines are read as those of the transcript: this is what its reader remembers. */
  claude: ClaudeState;
  /** Id of the subagent by the call that started it. */
  agents: JsonMap<string>;
  /** Key of the response that is being streamed, by the call whose subagent it is; '' for the main conversation. */
  streaming: JsonMap<string>;
  /** Responses of the main conversation since the last result. */
  run: JsonMap<RunResponse>;
  /** Answers were printed since the last result. */
  answered: boolean;
  /** What ended processes reported to have used, and what the running one has so far. */
  ended: Spent;
  running: Spent;
  lastError: string | null;
}

/** As Claude Code reckons, over all models. */
export interface Spent {
  usd: number;
  input: number;
  output: number;
  cacheRead: number;
  cacheCreation: number;
}

export const nothingSpent: Spent = { usd: 0, input: 0, output: 0, cacheRead: 0, cacheCreation: 0 };

/** One line while it is read. */
export interface StreamReading extends Saying {
  readonly state: StreamState;
  /** The line's uuid, else its place. */
  readonly key: string;
  readonly hint: FileHint;
}

const LIMIT = 200;

export function beginSession(session: string | null): StreamState {
  return {
    session,
    claude: newState('main', null, null),
    agents: {},
    streaming: {},
    run: {},
    answered: false,
    ended: { ...nothingSpent },
    running: { ...nothingSpent },
    lastError: null,
  };
}

/** The state as it is stored; it is made by beginSession() alone, so its shape is known. */
export function asStreamState(state: ParserState): StreamState {
  return state as unknown as StreamState;
}

export function asParserState(state: StreamState): ParserState {
  return state as unknown as ParserState;
}

export function get<T>(map: JsonMap<T>, key: string): T | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Remembers a value; the newest 200 of a map are kept. */
export function put<T>(map: JsonMap<T>, key: string, value: T): void {
  if (key === '__proto__') return;
  map[key] = value;
  const keys = Object.keys(map);
  if (keys.length > LIMIT) delete map[keys[0] ?? ''];
}
