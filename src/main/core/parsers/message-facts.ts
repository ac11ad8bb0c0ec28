// Facts of messages in the form of Anthropic's API (message-pieces.ts), for the agents that keep them: prompts,
// responses with their calls, results. A call without an id is known by its place; results then come in its order.
//
// Contract: pure; changes only the reading's facts and state.

import { asObject, asText, type JsonObject } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { Usage } from '../../../shared/model/usage.ts';
import { promptHint } from './claude-code-agents.ts';
import { patchOf, textOf, type Piece } from './message-pieces.ts';
import { oneLine } from './parser.ts';
import { attributes, safeKey, sayEntry, sayEvent, sayPlainSpan, saySession, saySpan, type Saying } from './saying.ts';
import { inputSummary } from './tool-input.ts';

/** Plain JSON and bounded. */
export type MessageState = {
  turn: string | null;
  titled: boolean;
  inputUs: number | null;
  model: string | null;
  /** Calls without a result so far, newest last. */
  calls: { key: string; id: string | null }[];
};

export function newMessageState(): MessageState {
  return { turn: null, titled: false, inputUs: null, model: null, calls: [] };
}

const REMEMBERED = 100;

export interface MessageReading extends Saying {
  readonly state: MessageState;
  /** The message's id, else its place. */
  readonly key: string;
  readonly model?: string | undefined;
  readonly usage?: Usage | undefined;
  readonly responseKey?: string | undefined;
  readonly attrs?: JsonObject | undefined;
}

/** Everything that one message says. */
export function sayMessage(reading: MessageReading, role: unknown, pieces: readonly Piece[]): void {
  const { state, timeUs } = reading;
  if (role === 'assistant') sayResponse(reading, pieces);
  for (const [block, piece] of pieces.entries()) sayPiece(reading, piece, block);
  if (timeUs !== undefined) state.inputUs = Math.max(state.inputUs ?? 0, timeUs);
}

function sayResponse(reading: MessageReading, pieces: readonly Piece[]): void {
  const { state, key, timeUs, usage } = reading;
  const model = reading.model ?? state.model ?? undefined;
  saySpan(
    reading,
    {
      key,
      span: 'llm',
      name: model ?? 'response',
      parent: reading.thread,
      // Written when it had ended; it went out when its last input was there.
      startUs: state.inputUs === null || timeUs === undefined ? timeUs : Math.min(state.inputUs, timeUs),
      endUs: timeUs,
      status: 'ok',
      model,
      usage,
      usageProvenance: usage === undefined ? undefined : 'reported',
      responseKey: reading.responseKey,
      summary: summaryOf(pieces),
      attrs: reading.attrs,
      role: 'response',
    },
    state.turn,
  );
  noteModel(reading, reading.model);
}

export function noteModel(reading: MessageReading, model: string | undefined): void {
  if (model === undefined || model === reading.state.model || reading.thread !== ROOT_SPAN) return;
  reading.state.model = model;
  saySession(reading, { model });
}

function sayPiece(reading: MessageReading, piece: Piece, block: number): void {
  const { key } = reading;
  const own = `${key}:${block}`;
  switch (piece.kind) {
    case 'prompt':
      return sayPrompt(reading, textOf(piece.parts), block);
    case 'system':
      return sayEntry(reading, { key: own, entry: 'system', block });
    case 'answer':
    case 'thinking':
      return sayEntry(reading, { key: own, entry: piece.kind, block, span: key });
    case 'call':
      return sayCall(reading, piece, block);
    case 'result':
      return sayResult(reading, piece, block);
    case 'note':
      return sayEntry(reading, { key: own, entry: 'notice', block, span: key });
  }
}

function sayPrompt(reading: MessageReading, text: string, block: number): void {
  const { state, key, thread } = reading;
  const main = thread === ROOT_SPAN;
  const summary = oneLine(text) || 'image';
  if (main) state.turn = key;
  sayEvent(reading, { key, event: 'prompt', name: main ? 'prompt' : 'task', summary, turn: main ? true : undefined });
  sayEntry(reading, { key: `${key}:${block}`, entry: 'prompt', block, event: key });
  if (state.titled || text.trim() === '') return;
  state.titled = true;
  if (main) saySession(reading, { title: { source: 'prompt', text: summary } });
  // A subagent's task links it to the call that gave it.
  else sayPlainSpan(reading, { key: thread, wants: [promptHint(text)], summary });
}

function sayCall(reading: MessageReading, call: Extract<Piece, { kind: 'call' }>, block: number): void {
  const { state, key } = reading;
  const callKey = safeKey(call.id ?? `tool:${key}:${block}`);
  const task = /^(?:task|agent|subagent)$/i.test(call.name) ? asText(asObject(call.input)['prompt']) : undefined;
  if (!state.calls.some(one => one.key === callKey)) state.calls.push({ key: callKey, id: call.id ?? null });
  if (state.calls.length > REMEMBERED) state.calls.shift();
  saySpan(
    reading,
    {
      key: callKey,
      span: 'tool',
      name: oneLine(call.name),
      parent: key,
      startUs: reading.timeUs,
      status: 'open',
      summary: inputSummary(call.name, patchOf(call.input)),
      offers: task === undefined ? undefined : [promptHint(task)],
      role: 'call',
    },
    state.turn,
  );
  sayEntry(reading, { key: callKey, entry: 'tool', block, span: callKey });
}

function sayResult(reading: MessageReading, result: Extract<Piece, { kind: 'result' }>, block: number): void {
  const { state, timeUs } = reading;
  const own = state.calls.find(call => result.id !== undefined && call.id === result.id);
  const call = own ?? state.calls.find(one => one.id === null);
  if (call !== undefined) state.calls.splice(state.calls.indexOf(call), 1);
  const key = call?.key ?? safeKey(result.id ?? `result:${reading.key}:${block}`);
  const failed = result.isError || (result.exitCode ?? 0) !== 0;
  sayPlainSpan(reading, { key, weak: true, span: 'tool', name: 'tool', startUs: timeUs });
  saySpan(reading, {
    key,
    endUs: timeUs,
    status: result.isAborted ? 'aborted' : failed ? 'error' : 'ok',
    attrs: attributes({ exitCode: result.exitCode }),
    role: 'result',
  });
  sayEntry(reading, { key, entry: 'tool', block, span: key, result: true });
}

/** Calls whose result was not recorded, though what came after tells that they ended. */
export function endCalls(reading: MessageReading, status: 'ok' | 'aborted'): void {
  for (const { key } of reading.state.calls)
    saySpan(reading, { key, status, endUs: reading.timeUs, attrs: { resultRecorded: false } });
}

function summaryOf(pieces: readonly Piece[]): string | undefined {
  for (const piece of pieces) if (piece.kind === 'answer' && piece.text.trim() !== '') return oneLine(piece.text);
  const tools = pieces.flatMap(piece => (piece.kind === 'call' ? [piece.name] : []));
  if (tools.length > 0) return oneLine(tools.join(', '));
  for (const piece of pieces) if (piece.kind === 'thinking') return oneLine(piece.text) || undefined;
  return undefined;
}
