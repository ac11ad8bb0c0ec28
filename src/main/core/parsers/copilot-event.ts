// One event of GitHub Copilot CLI: `{type, data, id, timestamp, parentId, agentId?, ephemeral?}`, and which types are known.

import { asObject, asText, isObject } from '../../../shared/base/json.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Types that the agent's SDK describes (session-events, 1.0.102) or that its files were seen to hold. */
const known = new Set([
  ...['start', 'resume', 'error', 'idle', 'info', 'warning', 'shutdown', 'handoff', 'truncation', 'task_complete'].map(
    inSession,
  ),
  ...['title_changed', 'model_change', 'mode_changed', 'auto_mode_resolved', 'permissions_changed'].map(inSession),
  ...['plan_changed', 'todos_changed', 'workspace_file_changed', 'context_changed', 'context_cleared'].map(inSession),
  ...['snapshot_rewind', 'compaction_start', 'compaction_complete', 'remote_steerable_changed'].map(inSession),
  ...['usage_checkpoint', 'usage_record', 'usage_info', 'binary_asset', 'background_tasks_changed'].map(inSession),
  ...['skills_loaded', 'tools_updated', 'mcp_servers_loaded', 'mcp_server_status_changed'].map(inSession),
  ...['custom_agents_updated', 'extensions_loaded', 'schedule_created', 'schedule_cancelled'].map(inSession),
  ...['user.message', 'pending_messages.modified', 'system.message', 'system.notification', 'abort', 'result'],
  ...['assistant.turn_start', 'assistant.turn_end', 'assistant.message', 'assistant.message_start', 'assistant.idle'],
  ...['assistant.message_delta', 'assistant.reasoning', 'assistant.reasoning_delta', 'assistant.intent'],
  ...['assistant.streaming_delta', 'assistant.tool_call_delta', 'assistant.usage'],
  ...['model.call_start', 'model.call_failure', 'model.call_finished', 'model.call_final_result'],
  ...['tool.user_requested', 'tool.execution_start', 'tool.execution_progress', 'tool.execution_partial_result'],
  ...['tool.execution_complete', 'tool.shell_output', 'skill.invoked', 'hook.start', 'hook.end', 'hook.progress'],
  ...['subagent.started', 'subagent.completed', 'subagent.failed', 'subagent.selected', 'subagent.deselected'],
  ...['subagent.configured', 'permission.requested', 'permission.completed', 'user_input.requested'],
  ...['user_input.completed', 'elicitation.requested', 'elicitation.completed', 'exit_plan_mode.requested'],
  ...['exit_plan_mode.completed', 'external_tool.requested', 'external_tool.completed', 'command.queued'],
  ...['command.execute', 'command.completed', 'commands.changed', 'capabilities.changed'],
]);

function inSession(name: string): string {
  return `session.${name}`;
}

export function isKnownType(type: string): boolean {
  return known.has(type);
}

/** An event's line, as far as its frame goes. */
export function isEvent(value: unknown): value is Fields {
  return (
    isObject(value) && typeof value['type'] === 'string' && (isObject(value['data']) || value['type'] === 'result')
  );
}

/** A line that only Copilot writes: a dotted type with data, an id and its place in the chain. */
export function isCopilotEvent(value: unknown): value is Fields {
  if (!isObject(value) || !isObject(value['data']) || typeof value['id'] !== 'string') return false;
  const type = value['type'];
  return typeof type === 'string' && 'parentId' in value && (known.has(type) || /^[a-z_]+\.[a-z_]+$/.test(type));
}

export function dataOf(event: Fields): Fields {
  return asObject(event['data']);
}

/** True for a message that a person sent; the program sends some of its own, and agents send tasks. */
export function isByHuman(data: Fields): boolean {
  const source = asText(data['source']);
  return source === undefined || /^(?:user|human)\b/.test(source);
}
