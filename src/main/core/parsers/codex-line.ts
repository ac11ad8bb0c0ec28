// Tells what one line of a Codex rollout is: wrapped ({timestamp, type, payload}, since about September 2025) or legacy
// (a bare header, bare items, {record_type: 'state'}). Told per line: both forms may stand in one file.

import { asObject, asText, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';

type Fields = Readonly<Record<string, unknown>>;

export type LineKind = 'session' | 'turn' | 'item' | 'event' | 'compacted' | 'usage' | 'other';

export interface CodexLine {
  readonly kind: LineKind;
  /** The record's type as it is counted and shown: 'response_item/function_call', 'event_msg/token_count', 'message'. */
  readonly type: string;
  readonly known: boolean;
  /** The payload of a wrapped line; the line itself in the legacy form. */
  readonly payload: Fields;
  /** Type inside the payload; '' where it has none. */
  readonly name: string;
  readonly timeUs: number | undefined;
  readonly rejected?: string;
}

const wrappedKinds: ReadonlyMap<string, LineKind> = new Map([
  ['session_meta', 'session'],
  ['turn_context', 'turn'],
  ['response_item', 'item'],
  ['event_msg', 'event'],
  ['compacted', 'compacted'],
  ['token_usage_record', 'usage'],
  ['world_state', 'other'],
  ['inter_agent_communication', 'other'],
  ['inter_agent_communication_metadata', 'other'],
]);

const itemTypes = new Set([
  ...['message', 'reasoning', 'agent_message', 'ghost_snapshot', 'additional_tools'],
  ...['function_call', 'function_call_output', 'custom_tool_call', 'custom_tool_call_output', 'local_shell_call'],
  ...['tool_search_call', 'tool_search_output', 'web_search_call', 'image_generation_call'],
  ...['compaction', 'compaction_summary', 'compaction_trigger', 'context_compaction'],
]);

const eventTypes = new Set([
  ...['user_message', 'agent_message', 'agent_reasoning', 'agent_reasoning_raw_content', 'token_count'],
  ...['task_started', 'task_complete', 'turn_started', 'turn_complete', 'turn_aborted', 'turn.completed'],
  ...['exec_command_begin', 'exec_command_end', 'patch_apply_begin', 'patch_apply_end', 'view_image_tool_call'],
  ...['mcp_tool_call_begin', 'mcp_tool_call_end', 'web_search_begin', 'web_search_end', 'image_generation_end'],
  ...['dynamic_tool_call_request', 'dynamic_tool_call_response', 'item_completed'],
  ...['context_compacted', 'thread_rolled_back', 'undo_completed', 'entered_review_mode', 'exited_review_mode'],
  ...['thread_name_updated', 'thread_goal_updated', 'thread_settings_applied', 'account/rateLimits/updated'],
  ...['collab_agent_spawn_end', 'collab_agent_interaction_end', 'collab_waiting_end', 'collab_close_end'],
  ...['collab_resume_end', 'sub_agent_activity', 'guardian_assessment', 'error', 'stream_error', 'warning'],
  ...['exec_approval_request', 'apply_patch_approval_request', 'request_permissions', 'elicitation_request'],
]);

const completedItemTypes = new Set([
  ...['UserMessage', 'AgentMessage', 'Reasoning', 'Plan', 'ContextCompaction', 'HookPrompt', 'SubAgentActivity'],
  ...['CommandExecution', 'FileChange', 'McpToolCall', 'DynamicToolCall', 'CollabAgentToolCall', 'WebSearch'],
  ...['ImageView', 'ImageGeneration', 'Extension', 'Sleep', 'EnteredReviewMode', 'ExitedReviewMode'],
]);

/** Never throws. What is no object, or a wrapped line without its payload, comes back as rejected. */
export function readCodexLine(value: unknown): CodexLine {
  if (!isObject(value)) return refuse('unknown', 'not an object', undefined);
  const timeUs = isoToUs(value['timestamp']);
  const type = asText(value['type']);
  const wrapped = type === undefined ? undefined : wrappedKinds.get(type);
  if (type !== undefined && (wrapped !== undefined || isObject(value['payload'])))
    return readWrapped(type, wrapped ?? 'other', wrapped !== undefined, value['payload'], timeUs);
  return readLegacy(value, type, timeUs);
}

/** A line of the wrapped form that only Codex writes. */
export function isWrappedLine(value: unknown): boolean {
  const { type, payload } = asObject(value);
  return typeof type === 'string' && wrappedKinds.has(type) && isObject(payload);
}

/** The first line of a legacy file, or one of its state marks. */
export function isLegacyMark(value: unknown): boolean {
  const line = asObject(value);
  return line['record_type'] === 'state' || isLegacyHeader(line);
}

export function isLegacyHeader(line: Fields): boolean {
  return (
    asText(line['id']) !== undefined &&
    typeof line['timestamp'] === 'string' &&
    line['type'] === undefined &&
    ('instructions' in line || asText(asObject(line['git'])['commit_hash']) !== undefined)
  );
}

function readWrapped(
  type: string,
  kind: LineKind,
  known: boolean,
  value: unknown,
  timeUs: number | undefined,
): CodexLine {
  if (!isObject(value)) return refuse(type, 'no payload', timeUs);
  const name = asText(value['type']) ?? '';
  if (kind === 'item')
    return { kind, type: `${type}/${name}`, known: itemTypes.has(name), payload: value, name, timeUs };
  if (kind !== 'event') return { kind, type, known, payload: value, name, timeUs };
  if (name !== 'item_completed')
    return { kind, type: `${type}/${name}`, known: eventTypes.has(name), payload: value, name, timeUs };
  const item = asText(asObject(value['item'])['type']) ?? '';
  return { kind, type: `${type}/${name}/${item}`, known: completedItemTypes.has(item), payload: value, name, timeUs };
}

function readLegacy(line: Fields, type: string | undefined, timeUs: number | undefined): CodexLine {
  if (isLegacyHeader(line))
    return { kind: 'session', type: 'session_header', known: true, payload: line, name: '', timeUs };
  const mark = asText(line['record_type']);
  if (mark !== undefined)
    return { kind: 'other', type: `record_type/${mark}`, known: mark === 'state', payload: line, name: '', timeUs };
  const known = type !== undefined && itemTypes.has(type);
  return { kind: known ? 'item' : 'other', type: type ?? 'unknown', known, payload: line, name: type ?? '', timeUs };
}

function refuse(type: string, rejected: string, timeUs: number | undefined): CodexLine {
  return { kind: 'other', type, known: false, payload: {}, name: '', timeUs, rejected };
}
