// Reads what `codex exec --json` prints: thread.started, turn.*, item.*, error; no times, no prompts, no model.
//
// Contract: never throws, keeps only ExecState between lines. Usage is told per turn, as a running total of the thread:
// the span of a turn stands for all of its responses together. One stream may hold several runs, one after another:
// item ids begin anew with each run, and each thread is a session of its own.

import { asObject, asText, isObject } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import {
  nothing,
  readCounter,
  sameCounter,
  subtractCounters,
  tokensOf,
  toUsage,
  type Counter,
} from './codex-counter.ts';
import { describeItem, execContent, isFailed } from './codex-exec-content.ts';
import { given } from './codex-reading.ts';
import { idFromPath } from './codex-session.ts';
import {
  entryOrder,
  oneLine,
  type EntryFact,
  type EventFact,
  type Fact,
  type FileHint,
  type LineParser,
  type LinePosition,
  type ParsedUnit,
  type ParserState,
  type Recognition,
  type RecordFact,
  type Sample,
  type SpanFact,
} from './parser.ts';

type Fields = Readonly<Record<string, unknown>>;

type ExecState = {
  /** The file's own session, and the thread that is being printed. */
  session: string | null;
  thread: string | null;
  runs: number;
  turns: number;
  /** Key of the turn's span while the turn runs. */
  turn: string | null;
  /** Running totals of the threads seen last. */
  totals: { thread: string; total: Counter }[];
  lastError: string | null;
};

interface ExecReading {
  readonly state: ExecState;
  readonly at: LinePosition;
  readonly facts: Fact[];
}

export const codexExec: LineParser = {
  id: 'codex-exec',
  version: 1,
  label: 'codex exec --json output',
  unit: 'line',
  recognise,
  begin: recognition => newState(recognition.session) as unknown as ParserState, // only JSON in it
  parse,
  content: execContent,
};

const lineTypes = new Set([
  ...['thread.started', 'turn.started', 'turn.completed', 'turn.failed'],
  ...['item.started', 'item.updated', 'item.completed', 'error'],
]);

const itemTypes = new Set([
  ...['agent_message', 'reasoning', 'command_execution', 'file_change', 'mcp_tool_call', 'collab_tool_call'],
  ...['web_search', 'todo_list', 'error'],
]);

function newState(session: string | null): ExecState {
  return { session, thread: null, runs: 0, turns: 0, turn: null, totals: [], lastError: null };
}

function recognise(sample: Sample, hint: FileHint): Recognition | 'more' | undefined {
  const lines = sample.values.map(asObject);
  if (lines.length === 0) return sample.complete ? undefined : 'more';
  const started = lines.find(isThreadStart);
  if (started === undefined && !lines.some(isItemLine)) return undefined;
  return { agent: 'codex', session: asText(started?.['thread_id']) ?? idFromPath(hint.relPath), main: true };
}

function isThreadStart(line: Fields): boolean {
  return line['type'] === 'thread.started' && asText(line['thread_id']) !== undefined;
}

function isItemLine(line: Fields): boolean {
  const type = asText(line['type']);
  return type !== undefined && type.startsWith('item.') && itemTypes.has(asText(asObject(line['item'])['type']) ?? '');
}

function parse(state: ParserState, value: unknown, at: LinePosition): ParsedUnit {
  const line = asObject(value);
  const reading = { state: state as unknown as ExecState, at, facts: [] };
  readLine(reading, line);
  const session = otherSession(reading.state);
  const record = given<RecordFact>({ ...recordOf(value, line, at), session });
  return { records: [record], facts: session === undefined ? reading.facts : named(reading.facts, session) };
}

/** The session of what is printed now, where it is not the file's own. */
function otherSession({ thread, session }: ExecState): string | undefined {
  return thread === null || thread === session ? undefined : thread;
}

function named(facts: readonly Fact[], session: string): Fact[] {
  return facts.map(fact => ({ ...fact, session }));
}

function recordOf(value: unknown, line: Fields, at: LinePosition): Omit<RecordFact, 'session'> {
  const type = asText(line['type']);
  if (!isObject(value) || type === undefined)
    return { at, type: 'unknown', known: false, timeUs: null, rejected: isObject(value) ? 'no type' : 'not an object' };
  if (!type.startsWith('item.')) return { at, type, known: lineTypes.has(type), timeUs: null };
  const item = asText(asObject(line['item'])['type']) ?? '';
  return { at, type: `${type}/${item}`, known: lineTypes.has(type) && itemTypes.has(item), timeUs: null };
}

function readLine(reading: ExecReading, line: Fields): void {
  const { state } = reading;
  switch (line['type']) {
    case 'thread.started':
      state.thread = asText(line['thread_id']) ?? state.thread;
      state.runs += 1;
      state.turn = null;
      reading.facts.push({ kind: 'session' });
      return;
    case 'turn.started':
      state.turn = null;
      state.lastError = null;
      beginTurn(reading);
      return;
    case 'turn.completed':
      endTurn(reading, line['usage']);
      return;
    case 'turn.failed':
      sayError(reading, asText(asObject(line['error'])['message']));
      saySpan(reading, { key: turnOf(reading), status: 'error', role: 'result' });
      state.turn = null;
      return;
    case 'error':
      sayError(reading, asText(line['message']));
      return;
    case 'item.started':
    case 'item.updated':
    case 'item.completed':
      readItem(reading, asObject(line['item']), line['type'] === 'item.completed');
      return;
    default:
  }
}

function turnOf(reading: ExecReading): string {
  return reading.state.turn ?? beginTurn(reading);
}

function beginTurn(reading: ExecReading): string {
  const { state } = reading;
  state.turns += 1;
  const key = `turn:${state.turns}`;
  state.turn = key;
  saySpan(reading, { key, span: 'llm', name: 'turn', parent: ROOT_SPAN, status: 'open', role: 'call' });
  return key;
}

function endTurn(reading: ExecReading, value: unknown): void {
  const { state } = reading;
  const key = turnOf(reading);
  state.turn = null;
  const total = readCounter(value);
  const usage = total === undefined ? undefined : countNew(state, total);
  const span = { key, status: 'ok', role: 'result' } as const;
  if (usage === undefined) return saySpan(reading, span);
  const responseKey = `${state.thread ?? state.session ?? ''}:${key}`;
  saySpan(reading, { ...span, usage: toUsage(usage), usageProvenance: 'computed', responseKey });
}

/** A resumed thread's total goes on; one that is smaller than before belongs to a counter that began anew. */
function countNew(state: ExecState, total: Counter): Counter | undefined {
  const thread = state.thread ?? '';
  const known = state.totals.find(entry => entry.thread === thread);
  const before = known?.total ?? nothing;
  state.totals = [...state.totals.filter(entry => entry !== known), { thread, total }].slice(-16);
  if (sameCounter(total, before)) return undefined;
  return tokensOf(total) < tokensOf(before) ? total : subtractCounters(total, before);
}

function readItem(reading: ExecReading, item: Fields, completed: boolean): void {
  switch (item['type']) {
    case 'agent_message':
    case 'reasoning':
      if (!completed) return;
      readText(reading, item['type'] === 'reasoning' ? 'thinking' : 'answer', item);
      return;
    case 'error': {
      // Not fatal: what the program warns of.
      const key = itemKey(reading, item);
      const summary = oneLine(asText(item['message']) ?? 'warning');
      sayEvent(reading, { key, event: 'notice', name: 'warning', summary });
      sayEntry(reading, { key, entry: 'notice', block: 0, event: key });
      return;
    }
    case 'command_execution':
    case 'file_change':
    case 'mcp_tool_call':
    case 'collab_tool_call':
    case 'web_search':
    case 'todo_list':
      readTool(reading, item, completed);
      return;
    default:
  }
}

function readText(reading: ExecReading, entry: 'answer' | 'thinking', item: Fields): void {
  const span = turnOf(reading);
  const text = asText(item['text']) ?? '';
  saySpan(reading, given({ key: span, role: 'response', summary: entry === 'answer' ? oneLine(text) : undefined }));
  sayEntry(reading, { key: itemKey(reading, item), entry, block: 0, span });
}

function readTool(reading: ExecReading, item: Fields, completed: boolean): void {
  const key = itemKey(reading, item);
  const tool = describeItem(item);
  const exitCode = item['exit_code'];
  saySpan(
    reading,
    given<Omit<SpanFact, 'kind'>>({
      key,
      span: 'tool',
      name: tool.name,
      parent: turnOf(reading),
      status: completed ? (isFailed(item) ? 'error' : 'ok') : 'open',
      summary: tool.summary,
      attrs: typeof exitCode === 'number' ? { exitCode } : undefined,
      role: completed ? 'result' : 'call',
    }),
  );
  sayEntry(reading, { key, entry: 'tool', block: 0, span: key });
  if (completed) sayEntry(reading, { key, entry: 'tool', block: 1, result: true, span: key });
}

/** Ids count from item_0 in each run. */
function itemKey(reading: ExecReading, item: Fields): string {
  const id = asText(item['id']) ?? `item@${reading.at.offset}`;
  return reading.state.runs <= 1 ? `item:${id}` : `run:${reading.state.runs}/item:${id}`;
}

function sayError(reading: ExecReading, message: string | undefined): void {
  const { state, at } = reading;
  const summary = oneLine(message ?? 'error without a message');
  if (state.lastError === summary) return; // turn.failed repeats the error before it
  state.lastError = summary;
  const key = `error@${at.offset}`;
  sayEvent(reading, { key, event: 'error', name: 'error', summary });
  sayEntry(reading, { key, entry: 'error', block: 0, event: key });
}

function saySpan(reading: ExecReading, span: Omit<SpanFact, 'kind'>): void {
  reading.facts.push({ kind: 'span', ...span });
}

function sayEvent(reading: ExecReading, event: Omit<EventFact, 'kind'>): void {
  reading.facts.push({ kind: 'event', ...event });
}

function sayEntry(reading: ExecReading, entry: Omit<EntryFact, 'kind' | 'order'>): void {
  reading.facts.push({ kind: 'entry', ...entry, order: entryOrder(reading.at.offset, entry.block) });
}
