// One line of what `claude -p --output-format stream-json` prints, and its likeness to a line of the transcript.
//
// Contract: pure. The printed lines are the transcript's in other words: same uuid, message and results, but snake case,
// the session on every line, and subagents told by the call that started them.

import { asArray, asCount, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import { nothingSpent, type Spent } from './stream-json-state.ts';

export type Line = Readonly<Record<string, unknown>>;

const systemSubtypes = new Set([
  ...['init', 'status', 'compact_boundary', 'hook_started', 'hook_progress', 'hook_response', 'api_retry', 'api_error'],
  ...['task_started', 'task_progress', 'task_updated', 'task_notification', 'background_tasks_changed'],
  ...['files_persisted', 'local_command_output', 'informational', 'notification', 'session_state_changed'],
  ...['permission_denied', 'commands_changed', 'plugin_install', 'memory_recall', 'elicitation_complete'],
  ...['thinking_tokens', 'worker_shutting_down', 'mirror_error', 'conversation_reset'],
]);
const plainTypes = new Set([
  ...['assistant', 'user', 'result', 'stream_event', 'tool_progress', 'tool_use_summary', 'auth_status'],
  ...['rate_limit_event', 'prompt_suggestion', 'keep_alive'],
  ...['control_request', 'control_response', 'control_cancel_request'],
]);

/** 'assistant', 'system/init', 'result/success', 'stream_event/message_delta'. */
export function typeOfLine(line: Line): { readonly type: string; readonly known: boolean } {
  const type = asText(line['type'])?.slice(0, 80);
  if (type === undefined) return { type: 'untyped', known: false };
  const inner =
    type === 'stream_event'
      ? asText(asObject(line['event'])['type'])
      : type === 'system' || type === 'result'
        ? asText(line['subtype'])
        : undefined;
  const name = inner === undefined ? type : `${type}/${inner.slice(0, 80)}`;
  if (type === 'system') return { type: name, known: inner !== undefined && systemSubtypes.has(inner) };
  return { type: name, known: plainTypes.has(type) };
}

/** True for lines that only Claude Code (or who copies its output) prints. Cursor's and Droid's lack what is asked for. */
export function isClaudeLine(value: unknown): value is Line {
  if (!isObject(value) || asText(value['session_id']) === undefined) return false;
  switch (value['type']) {
    case 'system':
      return (
        (value['subtype'] === 'init' &&
          (Array.isArray(value['mcp_servers']) || Array.isArray(value['slash_commands']))) ||
        (typeof value['hook_event'] === 'string' && typeof value['uuid'] === 'string')
      );
    case 'assistant':
    case 'user':
      return isObject(value['message']) && 'parent_tool_use_id' in value;
    case 'stream_event':
      return isObject(value['event']) && 'parent_tool_use_id' in value;
    case 'result':
      return typeof value['subtype'] === 'string' && asNumber(value['num_turns']) !== undefined;
    default:
      return false;
  }
}

/** The call whose subagent speaks; undefined in the main conversation. */
export function callAbove(line: Line): string | undefined {
  return asText(line['parent_tool_use_id']);
}

/** The line as the transcript would have it. `agentId` is the subagent that speaks. */
export function toTranscript(line: Line, agentId?: string): Line {
  const isSide = callAbove(line) !== undefined;
  const moved: Record<string, unknown> = {
    type: line['type'],
    uuid: line['uuid'],
    timestamp: line['timestamp'],
    message: line['message'],
    parentUuid: null,
    isSidechain: isSide,
    sessionId: line['session_id'],
    toolUseResult: line['tool_use_result'],
    requestId: line['request_id'],
  };
  if (isSide) moved['agentId'] = agentId ?? callAbove(line);
  if (line['isSynthetic'] === true) moved['isMeta'] = true;
  if (asText(line['error']) !== undefined) Object.assign(moved, { isApiErrorMessage: true, error: line['error'] });
  return moved;
}

/** What the process has used so far over all models, subagents included. */
export function spentOf(result: Line): Spent {
  const spent = { ...nothingSpent, usd: Math.max(0, asNumber(result['total_cost_usd']) ?? 0) };
  for (const usage of Object.values(asObject(result['modelUsage'])).map(asObject)) {
    spent.input += asCount(usage['inputTokens']);
    spent.output += asCount(usage['outputTokens']);
    spent.cacheRead += asCount(usage['cacheReadInputTokens']);
    spent.cacheCreation += asCount(usage['cacheCreationInputTokens']);
  }
  return spent;
}

/** 'API Error: 400 …' of a result, or what stopped the run. */
export function failureOf(result: Line): string | undefined {
  const subtype = asText(result['subtype']) ?? '';
  if (result['is_error'] !== true && !subtype.startsWith('error')) return undefined;
  const errors = asArray(result['errors']).filter(error => typeof error === 'string');
  return asText(result['result']) ?? (errors.length > 0 ? errors.join('\n') : subtype.replaceAll('_', ' '));
}

/** '4 turns · 2.6 s · $0.0370' */
export function resultSummary(result: Line): string {
  const turns = asNumber(result['num_turns']);
  const ms = asNumber(result['duration_ms']);
  const usd = asNumber(result['total_cost_usd']);
  return [
    turns === undefined ? undefined : `${turns} ${turns === 1 ? 'turn' : 'turns'}`,
    ms === undefined ? undefined : `${(ms / 1000).toFixed(1)} s`,
    usd === undefined || usd === 0 ? undefined : `$${usd.toFixed(4)}`,
  ]
    .filter(part => part !== undefined)
    .join(' · ');
}

/** '529 overloaded · retry 1 of 10 · in 0.6 s' */
export function retrySummary(line: Line): string {
  const status = asNumber(line['error_status']);
  const why = asText(line['error']) ?? asText(asObject(line['error'])['message']) ?? 'the API did not answer';
  const attempt = asNumber(line['attempt']);
  const most = asNumber(line['max_retries']);
  const wait = asNumber(line['retry_delay_ms']);
  const parts = [status === undefined ? why : `${status} ${why}`];
  if (attempt !== undefined) parts.push(most === undefined ? `retry ${attempt}` : `retry ${attempt} of ${most}`);
  if (wait !== undefined) parts.push(`in ${(wait / 1000).toFixed(1)} s`);
  return parts.join(' · ');
}
