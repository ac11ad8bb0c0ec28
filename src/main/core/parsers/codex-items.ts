// Facts of response items: what the model was given and what it made.

import { asArray, asObject, asText } from '../../../shared/base/json.ts';
import { readOutcome, type ToolOutcome } from './codex-output.ts';
import { readPrompt, spawnHint, wantSpawn } from './codex-prompts.ts';
import {
  attributes,
  closeResponse,
  placeKey,
  remember,
  respond,
  sayEntry,
  sayEvent,
  saySpan,
  take,
  type CallState,
  type Reading,
} from './codex-reading.ts';
import { agentKey, saySession } from './codex-session.ts';
import { piecesOf, textOf } from './codex-text.ts';
import { callKey, readCall, type ToolCall } from './codex-tools.ts';
import { oneLine } from './parser.ts';

type Fields = Readonly<Record<string, unknown>>;

export function readItem(reading: Reading, item: Fields): void {
  reading.state.hasItems = true;
  const call = readCall(item);
  if (call !== undefined) return readToolCall(reading, call, item);
  switch (item['type']) {
    case 'message':
      return item['role'] === 'assistant' ? readAnswer(reading, item) : readInput(reading, item);
    case 'reasoning':
      return readReasoning(reading);
    case 'function_call_output':
    case 'custom_tool_call_output':
      return readOutput(reading, item, readOutcome(item['output']));
    case 'tool_search_output':
      return readOutput(reading, item, readOutcome(''));
    case 'agent_message':
      return readAgentMessage(reading, item);
    case 'ghost_snapshot':
      return sayEvent(reading, {
        key: placeKey(reading, 'checkpoint'),
        event: 'checkpoint',
        name: 'ghost snapshot',
        summary: asText(asObject(item['ghost_commit'])['id']),
      });
    default:
  }
}

function readAnswer(reading: Reading, item: Fields): void {
  const response = respond(reading);
  const text = textOf(piecesOf(item).map(piece => piece.part));
  // Legacy files count no tokens and mark no end; a last answer is not open for ever.
  const ended = item['phase'] === 'final_answer' || reading.timeUs === undefined;
  saySpan(reading, { key: response.key, summary: oneLine(text), status: ended ? 'ok' : undefined });
  sayEntry(reading, { key: placeKey(reading, 'answer'), entry: 'answer', block: 0, span: response.key });
}

function readReasoning(reading: Reading): void {
  const response = respond(reading);
  sayEntry(reading, { key: placeKey(reading, 'thinking'), entry: 'thinking', block: 0, span: response.key });
}

/** A message to the model: a person's prompt, or text that the program put in, or both. */
function readInput(reading: Reading, item: Fields): void {
  closeResponse(reading);
  const pieces = piecesOf(item);
  const human = item['role'] === 'user' ? pieces.filter(piece => piece.injected === undefined) : [];
  if (human.length > 0)
    readPrompt(
      reading,
      'item',
      human.map(piece => piece.part),
      0,
    );
  if (human.length < pieces.length) {
    const block = human.length > 0 ? 1 : 0;
    sayEntry(reading, { key: placeKey(reading, 'system'), entry: 'system', block });
  }
  if (reading.state.cwd === null) readLegacyFolder(reading, textOf(pieces.map(piece => piece.part)));
}

/** Legacy files tell the working directory in the text for the model only. */
function readLegacyFolder(reading: Reading, text: string): void {
  const cwd = /^<environment_context>[\s\S]{0,200}?<cwd>([^<\n]{1,1000})<\/cwd>/.exec(text.slice(0, 2000))?.[1];
  if (cwd === undefined) return;
  reading.state.cwd = cwd;
  saySession(reading, { cwd });
}

/** A message between agents: the task of a subagent, or what it found. */
function readAgentMessage(reading: Reading, item: Fields): void {
  const { state } = reading;
  closeResponse(reading);
  const key = placeKey(reading, 'message');
  if (state.agent !== null && state.responses === 0 && !reading.copied)
    wantSpawn(reading, textOf(piecesOf(item).map(piece => piece.part)));
  sayEntry(reading, { key, entry: 'system', block: 0 });
}

function readToolCall(reading: Reading, call: ToolCall, item: Fields): void {
  const { state, timeUs } = reading;
  const response = respond(reading);
  const key = call.id ?? searchKey(reading, call) ?? placeKey(reading, 'tool');
  // Searches and images of the provider's own tools are one item with their end in it.
  const whole = item['type'] === 'web_search_call' || item['type'] === 'image_generation_call';
  saySpan(reading, {
    key,
    span: 'tool',
    name: call.name,
    parent: response.key,
    startUs: timeUs,
    endUs: whole ? timeUs : undefined,
    status: whole ? (item['status'] === 'failed' ? 'error' : 'ok') : 'open',
    summary: call.summary,
    attrs: attributes({ ...call.attrs, copied: reading.copied ? true : undefined }),
    role: 'call',
    offers: spawnOffers(call),
  });
  sayEntry(reading, { key: `tool:${key}`, entry: 'tool', block: 0, span: key });
  if (item['type'] === 'image_generation_call' && asText(item['result']) !== undefined)
    sayEntry(reading, { key: `tool:${key}`, entry: 'tool', block: 1, result: true, span: key });
  if (call.escalation !== undefined)
    sayEvent(reading, {
      key: placeKey(reading, 'permission'),
      event: 'permission',
      name: 'asks to leave the sandbox',
      span: key,
      summary: call.escalation,
    });
  const processId = asText(call.attrs['processId']) ?? null;
  if (!whole) remember(state.calls, { id: key, name: call.name, processId, hasResult: false });
}

/** The id of a search that its item lacks stands in its event, which comes before or after. */
function searchKey(reading: Reading, call: ToolCall): string | undefined {
  if (call.name !== 'web_search') return undefined;
  const told = reading.state.searchEvents.shift();
  if (told === undefined) remember(reading.state.searchItems, placeKey(reading, 'tool'));
  return told;
}

function spawnOffers(call: ToolCall): readonly string[] | undefined {
  if (!isSpawn(call.name)) return undefined;
  const input = asObject(call.input);
  const items = asArray(input['items']).map(value => asText(asObject(value)['text']) ?? '');
  const text = asText(input['message']) ?? items.join('\n');
  return text === '' ? undefined : [spawnHint(text)];
}

function isSpawn(name: string): boolean {
  return /(?:^|[._/])spawn_agents?$/.test(name);
}

function readOutput(reading: Reading, item: Fields, outcome: ToolOutcome): void {
  closeResponse(reading);
  const { state } = reading;
  const id = callKey(item['call_id']);
  if (id === undefined) return;
  const call = take(state.calls, open => open.id === id);
  sayEnd(reading, id, outcome, 'result');
  if (call === undefined) saySpan(reading, { key: id, weak: true, span: 'tool', name: 'tool' });
  if (call?.hasResult !== true)
    sayEntry(reading, { key: `tool:${id}`, entry: 'tool', block: 0, result: true, span: id });
  if (call !== undefined && isSpawn(call.name)) readSpawned(reading, id, item['output']);
  followProcess(reading, id, call, outcome);
}

/** The end of a call, from its output or from an event. */
export function sayEnd(reading: Reading, callId: string, outcome: ToolOutcome, role?: string): void {
  saySpan(reading, {
    key: callId,
    endUs: reading.timeUs,
    status: outcome.status,
    attrs: attributes({
      exitCode: outcome.exitCode,
      durationMs: outcome.durationMs,
      processId: outcome.processId,
    }),
    role,
  });
}

/** A command that outlives its call goes on in write_stdin calls: the call that began it ends when the command does. */
function followProcess(reading: Reading, id: string, call: CallState | undefined, outcome: ToolOutcome): void {
  const { processes } = reading.state;
  const input = call?.processId ?? undefined;
  if (input === undefined) {
    if (outcome.processId !== undefined) remember(processes, { id: outcome.processId, callId: id });
    return;
  }
  if (outcome.exitCode === undefined) return;
  const process = take(processes, running => running.id === input);
  if (process !== undefined) sayEnd(reading, process.callId, { ...outcome, durationMs: undefined, processId: input });
}

/** The result of a spawn names the new thread: `{"agent_id": "..."}`. */
function readSpawned(reading: Reading, callId: string, output: unknown): void {
  if (typeof output !== 'string') return;
  const id = /"(?:agent_id|thread_id|new_thread_id)"\s*:\s*"([^"]{1,100})"/.exec(output.slice(0, 4000))?.[1];
  if (id !== undefined) sayChild(reading, callId, id);
}

/** The place of a subagent in the tree: below the call that spawned it. */
export function sayChild(reading: Reading, callId: string, threadId: string): void {
  const key = agentKey(threadId);
  saySpan(reading, { key, span: 'agent', parent: callId });
  saySpan(reading, { key, weak: true, name: 'subagent' });
}
