// What people read of one line of `codex exec --json`; an item of a tool is [call, result].

import { asArray, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { ContentBlock, FileDiff, Part } from '../../../shared/model/content.ts';
import { mcpParts } from './codex-output.ts';
import { given } from './codex-reading.ts';
import { unwrapShell } from './codex-tools.ts';
import { oneLine } from './parser.ts';

type Fields = Readonly<Record<string, unknown>>;

export function execContent(value: unknown): readonly ContentBlock[] {
  const line = asObject(value);
  const item = asObject(line['item']);
  switch (line['type']) {
    case 'error':
      return [{ kind: 'error', title: 'error', text: asText(line['message']) ?? '' }];
    case 'turn.failed':
      return [{ kind: 'error', title: 'turn failed', text: asText(asObject(line['error'])['message']) ?? '' }];
    case 'item.started':
    case 'item.updated':
    case 'item.completed':
      break;
    default:
      return [];
  }
  const text = asText(item['text']) ?? '';
  switch (item['type']) {
    case 'agent_message':
      return [{ kind: 'answer', parts: [{ kind: 'text', text }] }];
    case 'reasoning':
      return [{ kind: 'thinking', text, hidden: text === '' }];
    case 'error':
      return [{ kind: 'notice', title: 'warning', text: asText(item['message']) ?? '' }];
    default:
      return isTool(item) ? toolContent(item) : [];
  }
}

export function isTool(item: Fields): boolean {
  return toolTypes.has(asText(item['type']) ?? '');
}

const toolTypes = new Set([
  ...['command_execution', 'file_change', 'mcp_tool_call', 'collab_tool_call', 'web_search', 'todo_list'],
]);

function toolContent(item: Fields): readonly ContentBlock[] {
  const tool = describeItem(item);
  const callId = asText(item['id']) ?? '';
  return [
    given<Extract<ContentBlock, { kind: 'tool-call' }>>({
      kind: 'tool-call',
      callId,
      name: tool.name,
      input: tool.input,
      command: tool.command,
    }),
    given<Extract<ContentBlock, { kind: 'tool-result' }>>({
      kind: 'tool-result',
      callId,
      isError: isFailed(item),
      parts: [...resultParts(item)],
      exitCode: wholeNumber(item['exit_code']),
      diffs: item['type'] === 'file_change' ? changedFiles(item) : undefined,
    }),
  ];
}

function resultParts(item: Fields): readonly Part[] {
  const text = asText(item['aggregated_output']) ?? asText(asObject(item['error'])['message']);
  if (text !== undefined) return [{ kind: 'text', text }];
  return mcpParts(item['result']);
}

/** The format names the changed files, not what changed in them. */
function changedFiles(item: Fields): FileDiff[] {
  const kinds = { add: 'create', delete: 'delete', update: 'update' } as const;
  return asArray(item['changes']).map(value => {
    const change = asObject(value);
    const kind = asText(change['kind']);
    const known = kind === 'add' || kind === 'delete' ? kind : 'update';
    return { path: asText(change['path']) ?? '', change: kinds[known], hunks: [] };
  });
}

export function isFailed(item: Fields): boolean {
  const exitCode = item['exit_code'];
  return item['status'] === 'failed' || (typeof exitCode === 'number' && exitCode !== 0) || isObject(item['error']);
}

export interface ExecTool {
  readonly name: string;
  readonly input: unknown;
  readonly command?: string;
  readonly summary: string | undefined;
}

export function describeItem(item: Fields): ExecTool {
  switch (item['type']) {
    case 'command_execution': {
      const command = unwrapShell(asText(item['command']) ?? '');
      return { name: 'exec_command', input: { command: item['command'] }, command, summary: oneLine(command) };
    }
    case 'file_change': {
      const paths = asArray(item['changes']).flatMap(change => asText(asObject(change)['path']) ?? []);
      return { name: 'apply_patch', input: { changes: item['changes'] ?? [] }, summary: oneLine(paths.join(', ')) };
    }
    case 'mcp_tool_call': {
      const name = [asText(item['server']), asText(item['tool'])].filter(part => part !== undefined).join('.');
      const input = item['arguments'] ?? {};
      return {
        name: name || 'mcp_tool_call',
        input,
        summary: isObject(input) ? oneLine(JSON.stringify(input)) : undefined,
      };
    }
    case 'web_search':
      return { name: 'web_search', input: { query: item['query'] }, summary: oneLine(asText(item['query']) ?? '') };
    case 'todo_list': {
      const open = asArray(item['items']).flatMap(entry => asText(asObject(entry)['text']) ?? []);
      return { name: 'update_plan', input: { items: item['items'] ?? [] }, summary: oneLine(open.join('; ')) };
    }
    default:
      return {
        name: asText(item['tool']) ?? 'collab_tool_call',
        input: { prompt: item['prompt'] },
        summary: oneLine(asText(item['prompt']) ?? ''),
      };
  }
}

function wholeNumber(value: unknown): number | undefined {
  const number = asNumber(value);
  return number === undefined || !Number.isSafeInteger(number) ? undefined : number;
}
