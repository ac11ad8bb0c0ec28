// What the Claude Code parser remembers between lines, and the facts of one line while they are made.
//
// Contract: the state is plain JSON and bounded; its size does not grow with the file. Ids come from the file and may be
// anything, '__proto__' too: maps are read and written through get() and put() only.

import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import {
  entryOrder,
  type EntryFact,
  type EventFact,
  type Fact,
  type LinePosition,
  type ParserState,
  type SpanFact,
} from './parser.ts';

export interface ThreadState {
  /** Time of the last input or of the last line of an answer: the earliest moment at which the next answer began. */
  since: number | null;
  /** Key of the response that is being written. */
  response: string | null;
}

/** A tool call without a result so far. */
export interface CallState {
  at: number | null;
  /** Only for calls that start a subagent. */
  agentType?: string;
  about?: string;
  prompt?: string;
  /** Key of the agent span that this call was found to have started. */
  agent?: string;
}

type JsonMap<T> = { [key: string]: T };

export interface ClaudeState {
  file: 'main' | 'agent' | 'journal';
  /** Id of the subagent that an agent file belongs to, from its name. */
  agentId: string | null;
  /** Run of the workflow that an agent file belongs to, from its path. */
  runId: string | null;
  /** Keeps records, makes no spans: warm-ups and compaction helpers. */
  muted: boolean;
  version: string | null;
  /** False where the program logs a placeholder for the output tokens. */
  outputIsExact: boolean;
  cwd: string | null;
  gitBranch: string | null;
  model: string | null;
  aiTitle: string | null;
  customTitle: string | null;
  titled: boolean;
  /** A slash command that has not been answered. */
  command: string | null;
  /** Key of the human prompt that began the turn. */
  turn: string | null;
  /** A compaction was seen, its summary not yet. */
  compacting: boolean;
  threads: JsonMap<ThreadState>;
  calls: JsonMap<CallState>;
  /** Inline subagents: agent key of each recent sidechain line by its uuid; '' for muted ones. */
  sides: JsonMap<string>;
  lastSide: string | null;
  /** Background tasks that have not ended: span key by task id. */
  tasks: JsonMap<string>;
  puts: number;
}

export function newState(file: ClaudeState['file'], agentId: string | null, runId: string | null): ClaudeState {
  return {
    file,
    agentId,
    runId,
    muted: false,
    version: null,
    outputIsExact: false,
    cwd: null,
    gitBranch: null,
    model: null,
    aiTitle: null,
    customTitle: null,
    titled: false,
    command: null,
    turn: null,
    compacting: false,
    threads: {},
    calls: {},
    sides: {},
    lastSide: null,
    tasks: {},
    puts: 0,
  };
}

/** The state as it is stored; it is made by newState() alone, so its shape is known. */
export function asClaudeState(state: ParserState): ClaudeState {
  return state as unknown as ClaudeState;
}

export function asParserState(state: ClaudeState): ParserState {
  return state as unknown as ParserState;
}

const LIMIT = 400;

export function get<T>(map: JsonMap<T>, key: string): T | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Remembers a value; about the newest 400 of a map are kept. */
export function put<T>(state: ClaudeState, map: JsonMap<T>, key: string, value: T): void {
  if (key === '__proto__') return;
  map[key] = value;
  state.puts += 1;
  if (state.puts % 64 !== 0) return;
  const keys = Object.keys(map);
  for (const old of keys.slice(0, Math.max(0, keys.length - LIMIT))) delete map[old];
}

export function take<T>(map: JsonMap<T>, key: string): T | undefined {
  const value = get(map, key);
  if (value !== undefined) delete map[key];
  return value;
}

/**
 * How the facts of a line stand to those of other files:
 * 'own': this is the place where the line belongs;
 * 'side': a subagent's file. Forked agents repeat lines of the conversation that they grew from, so what is measured
 *   counts, but where a span stands only fills what is empty;
 * 'copy': a subagent's line inside a line of the main file. As 'side', and its entries give way to those of its file;
 * 'replay': a side question over the whole conversation again. All of it only fills what is empty.
 */
export type Standing = 'own' | 'side' | 'copy' | 'replay';

/** One line while it is read. */
export interface LineContext {
  readonly state: ClaudeState;
  readonly at: LinePosition;
  readonly facts: Fact[];
  readonly timeUs: number | undefined;
  /** The line's uuid, else its place. */
  readonly key: string;
  readonly thread: string;
  readonly standing: Standing;
}

/** Of facts under construction. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };

export function threadOf(context: LineContext): ThreadState {
  const { state, thread } = context;
  const known = get(state.threads, thread);
  if (known !== undefined) return known;
  const fresh: ThreadState = { since: null, response: null };
  put(state, state.threads, thread, fresh);
  return fresh;
}

/** An input of the conversation: the next answer begins after it. */
export function noteInput(context: LineContext): void {
  if (context.timeUs !== undefined) threadOf(context).since = context.timeUs;
}

/** Thread and turn of a span of this line. */
export function placeSpan(context: LineContext, fact: Draft<SpanFact>): void {
  fact.thread = context.thread;
  if (context.thread === ROOT_SPAN && context.state.turn !== null) fact.turn = context.state.turn;
}

export function pushSpan(context: LineContext, fact: SpanFact): void {
  switch (context.standing) {
    case 'own':
      context.facts.push(fact);
      return;
    case 'replay':
      context.facts.push({ ...fact, weak: true });
      return;
    case 'side':
    case 'copy': {
      const { parent, thread, ...measured } = fact;
      if (parent !== undefined || thread !== undefined) {
        const place: Draft<SpanFact> = { kind: 'span', key: fact.key, weak: true };
        if (fact.span !== undefined) place.span = fact.span;
        if (parent !== undefined) place.parent = parent;
        if (thread !== undefined) place.thread = thread;
        context.facts.push(place);
      }
      context.facts.push(measured);
    }
  }
}

export function pushEvent(
  context: LineContext,
  event: EventFact['event'],
  name: string,
  more: Partial<Draft<Pick<EventFact, 'summary' | 'turn' | 'span'>>> = {},
): void {
  if (context.standing === 'replay') return;
  const fact: Draft<EventFact> = { kind: 'event', key: context.key, event, name, ...more };
  if (context.timeUs !== undefined) fact.atUs = context.timeUs;
  if (context.thread !== ROOT_SPAN) fact.thread = context.thread;
  context.facts.push(fact);
}

export function pushEntry(
  context: LineContext,
  entry: EntryFact['entry'],
  block: number,
  more: Partial<Draft<Pick<EntryFact, 'result' | 'span' | 'event'>>> & { readonly key?: string } = {},
): void {
  const fact: Draft<EntryFact> = {
    kind: 'entry',
    ...more,
    key: more.key ?? `${context.key}:${block}`,
    entry,
    block,
    order: entryOrder(context.at.offset, block),
  };
  if (context.standing === 'replay' || (context.standing === 'copy' && more.result !== true)) fact.weak = true;
  if (context.timeUs !== undefined) fact.atUs = context.timeUs;
  if (context.thread !== ROOT_SPAN) fact.thread = context.thread;
  context.facts.push(fact);
}

/** Numbers between dots, compared one by one; what is no number counts as 0. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.', 3);
  const right = b.split('.', 3);
  for (let i = 0; i < 3; i += 1) {
    const difference = (Number.parseInt(left[i] ?? '', 10) || 0) - (Number.parseInt(right[i] ?? '', 10) || 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
