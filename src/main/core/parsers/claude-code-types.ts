// The record types of Claude Code that this version knows, and how a line is named. A type that is not listed is kept,
// counted and shown as unknown: about twenty new ones appeared within a year.

import { asObject, asText } from '../../../shared/base/json.ts';

export type Line = Readonly<Record<string, unknown>>;

/** Lines outside the tree that carry only the session's id: titles, modes, links. */
const sessionTypes = new Set([
  'permission-mode',
  'mode',
  'custom-title',
  'ai-title',
  'agent-name',
  'agent-setting',
  'agent-color',
  'tag',
  'last-prompt',
  'pr-link',
  'worktree-state',
  'relocated',
  'frame-link',
  'bridge-session',
  'atis-latch',
  'content-replacement',
]);

const plainTypes = new Set([
  ...sessionTypes,
  'user',
  'assistant',
  'system',
  'summary',
  'file-history-snapshot',
  'queue-operation',
]);

const systemSubtypes = new Set([
  'compact_boundary',
  'microcompact_boundary',
  'turn_duration',
  'stop_hook_summary',
  'api_error',
  'local_command',
  'slash_command',
  'away_summary',
  'model_refusal_fallback',
  'api_refusal',
  'informational',
  'session_start',
]);

const progressTypes = new Set([
  'bash_progress',
  'hook_progress',
  'agent_progress',
  'mcp_progress',
  'query_update',
  'search_results_received',
  'waiting_for_task',
]);

const attachmentTypes = new Set([
  'hook_success',
  'hook_system_message',
  'hook_additional_context',
  'hook_blocking_error',
  'hook_non_blocking_error',
  'queued_command',
  'file',
  'edited_text_file',
  'nested_memory',
  'diagnostics',
  'plan_mode',
  'plan_mode_exit',
  'todo_reminder',
  'task_reminder',
  'skill_listing',
  'deferred_tools_delta',
  'mcp_instructions_delta',
  'agent_listing_delta',
  'goal_status',
  'date_change',
  'auto_mode',
  'command_permissions',
  'invoked_skills',
  'compact_file_reference',
  'opened_file_in_ide',
  'total_tokens_reminder',
]);

export interface TypeName {
  readonly type: string;
  readonly known: boolean;
}

/** 'assistant', 'system/compact_boundary', 'attachment/file', 'progress/bash_progress'; 'untyped' without a type. */
export function typeNameOf(line: Line): TypeName {
  const type = asText(line['type']);
  switch (type) {
    case undefined:
      return { type: 'untyped', known: false };
    case 'system': {
      const subtype = asText(line['subtype']);
      return subtype === undefined ? { type, known: true } : nested(type, subtype, systemSubtypes);
    }
    case 'attachment':
      return nested(type, asText(asObject(line['attachment'])['type']), attachmentTypes);
    case 'progress':
      return nested(type, asText(asObject(line['data'])['type']), progressTypes);
    default:
      return { type: clip(type), known: plainTypes.has(type) };
  }
}

function nested(type: string, inner: string | undefined, known: ReadonlySet<string>): TypeName {
  if (inner === undefined) return { type, known: false };
  return { type: `${type}/${clip(inner)}`, known: known.has(inner) };
}

function clip(type: string): string {
  return type.length > 80 ? `${type.slice(0, 79)}…` : type;
}

/** True for lines that stand in the conversation tree. Qwen's lines look alike but know no sidechains. */
export function hasEnvelope(line: Line): boolean {
  return (
    typeof line['uuid'] === 'string' &&
    'parentUuid' in line &&
    typeof line['sessionId'] === 'string' &&
    typeof line['isSidechain'] === 'boolean'
  );
}

/** True for lines that only Claude Code writes outside the tree: titles, modes, snapshots, queue operations. */
export function isMetadata(line: Line): boolean {
  switch (line['type']) {
    case 'summary':
      return typeof line['leafUuid'] === 'string' && typeof line['summary'] === 'string';
    case 'file-history-snapshot':
      return typeof line['messageId'] === 'string' && 'snapshot' in line;
    case 'queue-operation':
      return typeof line['operation'] === 'string' && typeof line['sessionId'] === 'string';
    default:
      return sessionTypes.has(String(line['type'])) && typeof line['sessionId'] === 'string';
  }
}
