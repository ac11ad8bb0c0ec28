// Facts of event_msg lines: turn marks, tool ends, errors, notices, subagents. What an item says as well is taken from
// the item; a file that has shown no item yet is read by its events.

import { asArray, asObject, asText, isObject } from '../../../shared/base/json.ts';
import { readEnd } from './codex-output.ts';
import { forgetPrompts, readPrompt } from './codex-prompts.ts';
import {
  attributes,
  closeResponse,
  placeKey,
  remember,
  respond,
  sayAgent,
  sayEntry,
  sayEvent,
  saySpan,
  threadSpan,
  type Reading,
} from './codex-reading.ts';
import { sayChild, sayEnd } from './codex-items.ts';
import { agentKey, sayNotice, saySession } from './codex-session.ts';
import { eventPromptParts, injectedName, rolledBack } from './codex-text.ts';
import { readEndedCall } from './codex-tools.ts';
import { readTokenCount } from './codex-usage.ts';
import { oneLine } from './parser.ts';

type Fields = Readonly<Record<string, unknown>>;

/** `name` is the event's type; for item_completed the handling follows the item inside. */
export function readEvent(reading: Reading, name: string, payload: Fields): void {
  switch (name) {
    case 'token_count':
      return readTokenCount(reading, payload);
    case 'user_message':
      return readUserMessage(reading, payload);
    case 'agent_message':
    case 'agent_reasoning':
      return readWithoutItems(reading, name === 'agent_message' ? 'answer' : 'thinking', payload);
    case 'task_started':
    case 'turn_started':
      return beginTurn(reading, payload);
    case 'task_complete':
    case 'turn_complete':
      return completeTurn(reading, payload);
    case 'turn_aborted':
      return abortTurn(reading, payload);
    case 'context_compacted':
      return readCompaction(reading, 'event');
    case 'item_completed':
      return readCompletedItem(reading, payload);
    case 'thread_name_updated': {
      const title = asText(payload['thread_name']) ?? asText(payload['threadName']);
      if (title !== undefined) saySession(reading, { title: { source: 'custom', text: oneLine(title) } });
      return;
    }
    case 'error':
      return sayError(reading, payload, asText(payload['message']) ?? asText(asObject(payload['error'])['message']));
    case 'stream_error':
    case 'warning':
      return sayNotice(reading, name.replace('_', ' '), asText(payload['message']) ?? name);
    case 'thread_rolled_back':
      return sayNotice(reading, 'rolled back', rolledBack(payload));
    case 'undo_completed':
      return sayNotice(reading, 'undo', asText(payload['message']) ?? 'workspace restored');
    case 'entered_review_mode':
      return sayNotice(reading, 'review', asText(payload['user_facing_hint']) ?? 'review begun');
    case 'exited_review_mode':
      return sayNotice(
        reading,
        'review',
        asText(asObject(payload['review_output'])['overall_explanation']) ?? 'review ended',
      );
    case 'guardian_assessment':
      return readAssessment(reading, payload);
    case 'exec_approval_request':
    case 'apply_patch_approval_request':
    case 'request_permissions':
    case 'elicitation_request':
      return readApprovalRequest(reading, name, payload);
    case 'collab_agent_spawn_end':
      return readSpawnEnd(reading, payload);
    case 'collab_close_end':
      return readChildState(reading, asText(payload['receiver_thread_id']), payload['status']);
    case 'collab_waiting_end':
      for (const agent of asArray(payload['agent_statuses']))
        readChildState(reading, asText(asObject(agent)['thread_id']), asObject(agent)['status']);
      return;
    case 'sub_agent_activity':
      return readActivity(reading, asText(payload['event_id']), payload);
    default:
      return readToolEnd(reading, payload, payload);
  }
}

/** A `compacted` line, or the event that tells the same; whichever comes first is shown. */
export function readCompaction(reading: Reading, form: 'item' | 'event'): void {
  const { state } = reading;
  closeResponse(reading);
  if (state.compaction !== null && state.compaction !== form) {
    state.compaction = null;
    return;
  }
  state.compaction = form;
  const key = placeKey(reading, 'compaction');
  sayEvent(reading, { key, event: 'compaction', name: 'context compacted' });
  sayEntry(reading, { key, entry: 'compaction', block: 0, event: key });
}

function readUserMessage(reading: Reading, payload: Fields): void {
  const kind = asText(payload['kind']);
  if (kind !== undefined && kind !== 'plain' && injectedName(asText(payload['message']) ?? '') !== undefined) return;
  readPrompt(reading, 'event', eventPromptParts(payload), 0);
}

function readWithoutItems(reading: Reading, entry: 'answer' | 'thinking', payload: Fields): void {
  if (reading.state.hasItems) return;
  const response = respond(reading);
  if (entry === 'answer') saySpan(reading, { key: response.key, summary: oneLine(asText(payload['message']) ?? '') });
  sayEntry(reading, { key: placeKey(reading, entry), entry, block: 0, span: response.key });
}

function beginTurn(reading: Reading, payload: Fields): void {
  const { state, timeUs } = reading;
  closeResponse(reading);
  state.turnId = asText(payload['turn_id']) ?? null;
  state.compaction = null;
  state.lastError = null;
  state.searchItems = [];
  state.searchEvents = [];
  if (timeUs !== undefined) state.inputUs = timeUs;
}

function completeTurn(reading: Reading, payload: Fields): void {
  const { state, timeUs } = reading;
  const error = payload['error'];
  if (isObject(error)) sayError(reading, error, asText(error['message']));
  closeResponse(reading);
  forgetPrompts(reading);
  state.turnId = null;
  sayAgent(reading, { endUs: timeUs, status: isObject(error) ? 'error' : 'ok' });
}

function abortTurn(reading: Reading, payload: Fields): void {
  const { state, timeUs } = reading;
  const { response } = state;
  if (response !== null && !response.closed) {
    response.closed = true;
    saySpan(reading, { key: response.key, status: 'aborted', endUs: timeUs });
  }
  for (const call of state.calls.splice(0)) saySpan(reading, { key: call.id, status: 'aborted', endUs: timeUs });
  forgetPrompts(reading);
  state.turnId = null;
  sayNotice(reading, 'turn aborted', asText(payload['reason']) ?? 'aborted');
  sayAgent(reading, { endUs: timeUs, status: 'aborted' });
}

/** `fields` may name a code; an error that a turn's end repeats is shown once. */
function sayError(reading: Reading, fields: Fields, message: string | undefined): void {
  const text = message ?? 'error without a message';
  if (reading.state.lastError === oneLine(text)) return;
  reading.state.lastError = oneLine(text);
  const { response } = reading.state;
  if (response !== null && !response.closed) {
    response.closed = true;
    saySpan(reading, { key: response.key, status: 'error', endUs: reading.timeUs });
  }
  const key = placeKey(reading, 'error');
  const code = asText(fields['codex_error_info']) ?? asText(asObject(fields['error'])['kind']);
  sayEvent(reading, { key, event: 'error', name: code ?? 'error', summary: oneLine(text) });
  sayEntry(reading, { key, entry: 'error', block: 0, event: key });
}

function readCompletedItem(reading: Reading, payload: Fields): void {
  const item = asObject(payload['item']);
  switch (item['type']) {
    case 'UserMessage':
      return readPrompt(reading, 'event', eventPromptParts(payload), 0);
    case 'AgentMessage':
    case 'Plan':
      return readWithoutItems(reading, 'answer', item);
    case 'Reasoning':
      return readWithoutItems(reading, 'thinking', item);
    case 'ContextCompaction':
      return readCompaction(reading, 'event');
    case 'SubAgentActivity':
      return readActivity(reading, asText(item['id']), item);
    default:
      return readToolEnd(reading, payload, item);
  }
}

/** `payload` is the event, `fields` where it tells of the tool: itself, or the item inside. */
function readToolEnd(reading: Reading, payload: Fields, fields: Fields): void {
  const ended = readEndedCall(payload);
  if (ended === undefined) return;
  const { state } = reading;
  const key = searchItem(reading, payload) ?? ended.id ?? placeKey(reading, 'tool');
  const call = state.calls.find(open => open.id === key);
  if (payload['type'] === 'dynamic_tool_call_request') return sayUncalled(reading, key, ended, fields);
  sayEnd(reading, key, readEnd(fields));
  // Code mode and `!` commands run tools that no item of the model calls.
  if (call === undefined) return sayUncalled(reading, key, ended, fields);
  if (ended.name !== 'apply_patch') return;
  call.hasResult = true; // its diffs tell more than the output that follows
  sayEntry(reading, { key: `tool:${key}`, entry: 'tool', block: 1, result: true, span: key });
}

/** The key of the item without id that a search's event ends. */
function searchItem(reading: Reading, payload: Fields): string | undefined {
  const id = asText(payload['call_id']);
  if (payload['type'] !== 'web_search_end' || id === undefined) return undefined;
  const item = reading.state.searchItems.shift();
  if (item === undefined) remember(reading.state.searchEvents, id);
  return item;
}

/** A tool that ended though no call is open: its call stands elsewhere, or nowhere. */
function sayUncalled(
  reading: Reading,
  key: string,
  ended: NonNullable<ReturnType<typeof readEndedCall>>,
  fields: Fields,
): void {
  const script = reading.state.calls.findLast(open => open.name === 'exec');
  const byUser = fields['source'] === 'user_shell' || fields['source'] === 'userShell';
  saySpan(reading, {
    key,
    weak: true,
    span: 'tool',
    name: ended.name,
    parent: byUser ? threadSpan(reading) : script?.id,
    startUs: startOf(reading, fields),
    summary: ended.summary,
    attrs: attributes(ended.attrs),
  });
  saySpan(reading, { key, role: 'result' });
  if (script === undefined && !byUser) return;
  sayEntry(reading, { key: `tool:${key}`, entry: 'tool', block: 0, span: key });
  sayEntry(reading, { key: `tool:${key}`, entry: 'tool', block: 1, result: true, span: key });
}

function startOf(reading: Reading, fields: Fields): number | undefined {
  const { durationMs } = readEnd(fields);
  return reading.timeUs === undefined ? undefined : reading.timeUs - (durationMs ?? 0) * 1000;
}

/** What the reviewing model said of an action that wanted leave. */
function readAssessment(reading: Reading, payload: Fields): void {
  const action = asObject(payload['action']);
  const what = asText(action['command']) ?? asText(action['tool_name']) ?? asText(action['type']) ?? 'action';
  sayEvent(reading, {
    key: placeKey(reading, 'permission'),
    event: 'permission',
    name: `guardian: ${asText(payload['status']) ?? 'assessed'}`,
    span: asText(payload['target_item_id']),
    summary: oneLine(asText(payload['rationale']) ?? what),
  });
}

function readApprovalRequest(reading: Reading, name: string, payload: Fields): void {
  const command = asArray(payload['command']).filter(word => typeof word === 'string');
  sayEvent(reading, {
    key: placeKey(reading, 'permission'),
    event: 'permission',
    name: name.replaceAll('_', ' '),
    span: asText(payload['call_id']),
    summary: oneLine(asText(payload['reason']) ?? command.join(' ')),
  });
}

function readSpawnEnd(reading: Reading, payload: Fields): void {
  const child = asText(payload['new_thread_id']);
  const callId = asText(payload['call_id']);
  if (child === undefined) return;
  if (callId !== undefined) sayChild(reading, callId, child);
  const prompt = asText(payload['prompt']);
  saySpan(reading, {
    key: agentKey(child),
    span: 'agent',
    name: asText(payload['new_agent_nickname']) ?? asText(payload['new_agent_role']),
    startUs: reading.timeUs,
    model: asText(payload['model']),
    summary: prompt === undefined ? undefined : oneLine(prompt),
    role: 'spawn',
  });
}

/** `status` is a word, or `{completed: last message}`, `{errored: why}`. */
function readChildState(reading: Reading, threadId: string | undefined, status: unknown): void {
  if (threadId === undefined || !isObject(status)) return;
  const ended = 'completed' in status ? 'ok' : 'errored' in status ? 'error' : undefined;
  if (ended !== undefined) saySpan(reading, { key: agentKey(threadId), endUs: reading.timeUs, status: ended });
}

function readActivity(reading: Reading, callId: string | undefined, activity: Fields): void {
  const child = asText(activity['agent_thread_id']);
  if (callId !== undefined && child !== undefined && activity['kind'] === 'started') sayChild(reading, callId, child);
}
