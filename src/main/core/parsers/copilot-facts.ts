// Facts of Copilot's conversation: prompts, responses, calls and their results, subagents.

import { asNumber, asObject, asText } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { SpanStatus } from '../../../shared/model/span.ts';
import { callOf, exitCodeOf, isTask, messagePieces, type MessagePiece, type RequestedCall } from './copilot-content.ts';
import { isByHuman, type Fields } from './copilot-event.ts';
import { agentKey, inputOf, noteInput, remember, type CopilotReading } from './copilot-state.ts';
import { costOf, durationOf, identifyCall, noteTold, nothing, readCounter, toUsage } from './copilot-usage.ts';
import { oneLine } from './parser.ts';
import { attributes, safeKey, sayEntry, sayEvent, sayPlainSpan, saySession, saySpan } from './saying.ts';
import { inputSummary } from './tool-input.ts';

const MARKS = 200;

export function readUserMessage(reading: CopilotReading): void {
  const { state, data, key, thread, event } = reading;
  noteInput(reading);
  const main = thread === ROOT_SPAN;
  const byHuman = isByHuman(data);
  if (!byHuman && !isTask(data)) return sayEntry(reading, { key, entry: 'system', block: 0 });
  const text = asText(data['content']) ?? '';
  const summary = oneLine(text) || 'attachment';
  if (main && byHuman) state.turn = key;
  remember(state.marks, { id: asText(event['id']) ?? key, spans: [] }, MARKS);
  const turn = main && byHuman ? true : undefined;
  sayEvent(reading, { key, event: 'prompt', name: byHuman && main ? 'prompt' : 'task', summary, turn });
  sayEntry(reading, { key, entry: 'prompt', block: 0, event: key });
  if (!main || !byHuman || state.hasTitle || text.trim() === '') return;
  state.hasTitle = true;
  saySession(reading, { title: { source: 'prompt', text: summary } });
}

export function readAssistantMessage(reading: CopilotReading): void {
  const { state, data, key, timeUs, event } = reading;
  const messageId = asText(data['messageId']) ?? key;
  const call = identifyCall(data, messageId);
  const model = asText(data['model']);
  const pieces = messagePieces(data);
  const output = asNumber(data['outputTokens']);
  const counter = output !== undefined && output > 0 ? { ...nothing, output: Math.round(output) } : undefined;
  // The record of a call that came before knows better when it began.
  const isTold = state.usage.calls.some(one => one.key === call.key);
  if (counter !== undefined) noteTold(state.usage, 'byMessage', call.key, model ?? '', counter);
  const begunUs = inputOf(reading) ?? timeUs;
  saySpan(
    reading,
    {
      key: call.key,
      span: 'llm',
      name: model ?? 'response',
      parent: reading.thread,
      startUs: isTold || begunUs === undefined ? undefined : Math.min(begunUs, timeUs ?? begunUs),
      endUs: timeUs,
      status: 'ok',
      model,
      // Older versions tell the output alone; the rest is told when the session ends.
      usage: counter === undefined ? undefined : toUsage(counter),
      usageProvenance: counter === undefined ? undefined : 'reported',
      responseKey: call.responseKey,
      summary: summaryOf(pieces),
      role: 'response',
    },
    state.turn,
  );
  const mark = { id: asText(event['id']) ?? key, spans: [call.key] };
  for (const [block, piece] of pieces.entries()) {
    if (piece.kind === 'call') {
      mark.spans.push(piece.call.id);
      sayCall(reading, piece.call, call.key, block);
    } else sayEntry(reading, { key: `${key}:${block}`, entry: piece.kind, block, span: call.key });
  }
  remember(state.marks, mark, MARKS);
  noteModel(reading, model);
}

/** One call to the model with all its tokens: session.usage_record, or assistant.usage. `fields` hold the counts. */
export function readUsageRecord(reading: CopilotReading, fields: Fields): void {
  const { state, timeUs } = reading;
  const counter = readCounter(fields);
  if (counter === undefined) return;
  const model = asText(fields['model']);
  const { key, responseKey } = identifyCall(fields, reading.key);
  const durationUs = durationOf(fields);
  noteTold(state.usage, 'byCall', key, model ?? '', counter);
  saySpan(
    reading,
    {
      key,
      span: 'llm',
      name: model ?? 'response',
      parent: reading.thread,
      startUs: timeUs === undefined || durationUs === undefined ? undefined : timeUs - durationUs,
      endUs: timeUs,
      status: 'ok',
      model,
      usage: toUsage(counter),
      usageProvenance: 'reported',
      responseKey,
      attrs: attributes({ costUsd: costOf(counter), finishReason: asText(fields['finishReason']) }),
      role: 'usage',
    },
    state.turn,
  );
}

export function noteModel(reading: CopilotReading, model: string | undefined): void {
  const { state } = reading;
  // 'auto' says that another event will tell.
  if (model === undefined || model === 'auto' || model === state.model || reading.thread !== ROOT_SPAN) return;
  state.model = model;
  saySession(reading, { model });
}

function sayCall(reading: CopilotReading, call: RequestedCall, parent: string, block: number): void {
  const { state } = reading;
  remember(state.calls, call.id, 100);
  remember(state.requested, call.id, 100);
  const summary = inputSummary(call.name, call.input);
  saySpan(
    reading,
    { key: call.id, span: 'tool', name: call.name, parent, status: 'open', summary, role: 'call' },
    state.turn,
  );
  sayEntry(reading, { key: `tool:${call.id}`, entry: 'tool', block, span: call.id });
}

/** A tool begins to run. A call that no response asked for is the user's own, or its response was cut off. */
export function readToolStart(reading: CopilotReading): void {
  const { state, data, timeUs, thread } = reading;
  const call = callOf(data, data['toolName']);
  const isKnown = state.requested.includes(call.id);
  const server = asText(data['mcpServerName']);
  saySpan(
    reading,
    {
      key: call.id,
      span: 'tool',
      name: call.name,
      parent: isKnown ? undefined : thread,
      startUs: timeUs,
      status: 'open',
      summary: inputSummary(call.name, call.input),
      attrs: attributes({ mcpServer: server }),
      role: 'call',
    },
    state.turn,
  );
  if (isKnown) return;
  remember(state.calls, call.id, 100);
  remember(state.requested, call.id, 100);
  sayEntry(reading, { key: `tool:${call.id}`, entry: 'tool', block: 0, span: call.id });
}

export function readToolEnd(reading: CopilotReading): void {
  const { state, data, timeUs } = reading;
  const key = safeKey(asText(data['toolCallId']) ?? 'call');
  const open = state.calls.indexOf(key);
  if (open >= 0) state.calls.splice(open, 1);
  noteInput(reading);
  const exitCode = exitCodeOf(data);
  sayPlainSpan(reading, { key, weak: true, span: 'tool', name: 'tool', startUs: timeUs });
  saySpan(reading, {
    key,
    endUs: timeUs,
    status: statusOf(data, exitCode),
    attrs: attributes({ exitCode }),
    role: 'result',
  });
  sayEntry(reading, { key: `tool:${key}`, entry: 'tool', block: 0, span: key, result: true });
}

function statusOf(data: Fields, exitCode: number | undefined): SpanStatus {
  const code = asText(asObject(data['error'])['code']) ?? '';
  if (data['success'] === false) return /reject|den(?:y|ied)|abort|cancel/i.test(code) ? 'aborted' : 'error';
  return exitCode !== undefined && exitCode !== 0 ? 'error' : 'ok';
}

/** Calls that were running when the user stopped the turn. */
export function readAbort(reading: CopilotReading): void {
  const { state, timeUs } = reading;
  for (const key of state.calls.splice(0)) sayPlainSpan(reading, { key, status: 'aborted', endUs: timeUs });
}

/** subagent.started, .completed, .failed: the agent hangs below the call that started it. */
export function readSubagent(reading: CopilotReading, status: SpanStatus): void {
  const { state, data, event, timeUs } = reading;
  const callId = asText(data['toolCallId']);
  const id = asText(event['agentId']) ?? callId;
  if (id === undefined) return;
  const key = agentKey(id);
  const description = asText(data['agentDescription']);
  if (!state.agents.includes(key)) remember(state.agents, key, 100);
  sayPlainSpan(reading, {
    key,
    span: 'agent',
    name: asText(data['agentDisplayName']) ?? asText(data['agentName']) ?? 'agent',
    parent: callId === undefined ? undefined : safeKey(callId),
    startUs: status === 'open' ? timeUs : undefined,
    endUs: status === 'open' ? undefined : timeUs,
    status,
    model: asText(data['model']),
    summary: oneLine(asText(data['error']) ?? description ?? '') || undefined,
    // Its responses count themselves; this is their sum as the agent tells it.
    attrs: attributes({ totalTokens: asNumber(data['totalTokens']), totalToolCalls: asNumber(data['totalToolCalls']) }),
    role: status === 'open' ? 'spawn' : 'result',
  });
}

/** A subagent's event without its beginning, as in a file that was cut: it has a span all the same. */
export function noteAgent(reading: CopilotReading): void {
  const { state, thread, timeUs, data } = reading;
  if (thread === ROOT_SPAN || state.agents.includes(thread)) return;
  remember(state.agents, thread, 100);
  const callId = asText(data['parentToolCallId']);
  const parent = callId === undefined ? undefined : safeKey(callId);
  sayPlainSpan(reading, { key: thread, weak: true, span: 'agent', name: 'agent', startUs: timeUs, parent });
}

function summaryOf(pieces: readonly MessagePiece[]): string | undefined {
  const answer = pieces.find(piece => piece.kind === 'answer');
  if (answer !== undefined) return oneLine(answer.text) || undefined;
  const tools = pieces.flatMap(piece => (piece.kind === 'call' ? [piece.call.name] : []));
  if (tools.length > 0) return oneLine(tools.join(', '));
  const thought = pieces.find(piece => piece.kind === 'thinking');
  return thought === undefined || thought.text === '' ? undefined : oneLine(thought.text);
}
