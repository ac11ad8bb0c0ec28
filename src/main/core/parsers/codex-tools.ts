// Codex tool calls of all kinds in one shape: id, name, input, the command that is run, a line for lists.

import { asArray, asObject, asText, isObject, type JsonValue } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import { filesInPatch, patchIn } from './codex-patch.ts';
import { oneLine } from './parser.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface ToolCall {
  readonly id: string | undefined;
  readonly name: string;
  /** As JSON where the arguments are JSON, else their text. */
  readonly input: unknown;
  readonly command: string | undefined;
  /** Text of a patch, where the call applies one. */
  readonly patch: string | undefined;
  readonly summary: string | undefined;
  /** The call asks to run outside the sandbox; its reason, as the model gives it. */
  readonly escalation: string | undefined;
  readonly attrs: { readonly [name: string]: JsonValue | undefined };
}

/** The span key of a call: its id, unless that is the key of the session's own span. */
export function callKey(id: unknown): string | undefined {
  const text = asText(id);
  return text === ROOT_SPAN ? `call:${text}` : text;
}

/** A response item that calls a tool; undefined for other items. */
export function readCall(item: Fields): ToolCall | undefined {
  const id = callKey(item['call_id']) ?? callKey(item['id']);
  switch (item['type']) {
    case 'function_call':
      return describe(id, fullName(item), parseArguments(item['arguments']));
    case 'custom_tool_call':
      return describe(id, fullName(item), item['input']);
    case 'local_shell_call':
      return describe(id, 'local_shell', item['action']);
    case 'tool_search_call':
      return describe(id, 'tool_search', parseArguments(item['arguments']));
    case 'web_search_call':
      return describe(id, 'web_search', item['action']);
    case 'image_generation_call':
      return describe(id, 'image_generation', { prompt: item['revised_prompt'] });
    default:
      return undefined;
  }
}

/** A tool's end, told by an event or by a completed item, as the call that it must have had. */
export function readEndedCall(payload: Fields): ToolCall | undefined {
  const item = asObject(payload['item']);
  const fields = payload['type'] === 'item_completed' ? item : payload;
  const id = callKey(fields['call_id']) ?? callKey(fields['callId']) ?? callKey(fields['id']);
  switch (fields['type']) {
    case 'exec_command_end':
    case 'CommandExecution':
      return describe(id, 'exec_command', { command: fields['command'], cwd: fields['cwd'] });
    case 'patch_apply_end':
    case 'FileChange':
      return { ...describe(id, 'apply_patch', {}), summary: fileList(Object.keys(asObject(fields['changes']))) };
    case 'mcp_tool_call_end': {
      const invocation = asObject(fields['invocation']);
      return describe(id, mcpName(invocation), invocation['arguments']);
    }
    case 'McpToolCall':
      return describe(id, mcpName(fields), fields['arguments']);
    case 'dynamic_tool_call_request':
    case 'dynamic_tool_call_response':
    case 'DynamicToolCall':
      return describe(id, fullName({ name: fields['tool'], namespace: fields['namespace'] }), fields['arguments']);
    case 'CollabAgentToolCall':
      return describe(id, snake(asText(fields['tool']) ?? 'collab'), { message: fields['prompt'] });
    case 'web_search_end':
    case 'WebSearch':
    case 'Extension':
      return describe(id, 'web_search', fields['action'] ?? { query: fields['query'] });
    case 'view_image_tool_call':
    case 'ImageView':
      return describe(id, 'view_image', { path: fields['path'] });
    case 'image_generation_end':
    case 'ImageGeneration':
      return describe(id, 'image_generation', { prompt: fields['revised_prompt'] });
    case 'Sleep':
      return describe(id, 'sleep', { duration_ms: fields['duration_ms'] });
    default:
      return undefined;
  }
}

/** A command as people type it: `bash -lc TEXT` is TEXT. Text or a list of arguments; undefined for neither. */
export function commandText(command: unknown): string | undefined {
  if (typeof command === 'string') return command === '' ? undefined : command;
  const words = asArray(command).filter(word => typeof word === 'string');
  if (words.length === 0) return undefined;
  const [shell = '', flag = '', script] = words;
  if (words.length === 3 && /(?:^|[\\/])(?:ba|z|da|k|c)?sh$/.test(shell) && /^-\w*c$/.test(flag)) return script;
  return words.map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}

/** `bash -lc 'TEXT'`, as `codex exec` writes a command in one string: TEXT. */
export function unwrapShell(command: string): string {
  const match = /^\S*\b(?:ba|z|da)?sh -l?c (['"])([\s\S]*)\1$/.exec(command);
  if (match === null) return command;
  const inner = match[2] ?? '';
  return match[1] === "'" ? inner.replaceAll(`'\\''`, "'") : inner.replace(/\\(["\\$`])/g, '$1');
}

function describe(id: string | undefined, name: string, input: unknown): ToolCall {
  const args = asObject(input);
  const command = commandText(args['cmd'] ?? args['command']);
  const patch = patchIn(typeof input === 'string' ? input : (command ?? ''));
  const process = args['session_id'];
  return {
    id,
    name,
    input: input ?? {},
    command,
    patch,
    summary: patch === undefined ? summaryOf(name, input, args, command) : fileList(filesInPatch(patch)),
    escalation: isEscalated(args) ? oneLine(asText(args['justification']) ?? command ?? name) : undefined,
    attrs: {
      workdir: asText(args['workdir']) ?? asText(args['cwd']),
      processId:
        name === 'write_stdin' && (typeof process === 'number' || typeof process === 'string')
          ? String(process)
          : undefined,
    },
  };
}

function isEscalated(args: Fields): boolean {
  return args['sandbox_permissions'] === 'require_escalated' || args['with_escalated_permissions'] === true;
}

const telling = [
  'query',
  'path',
  'url',
  'pattern',
  'message',
  'prompt',
  'explanation',
  'task_name',
  'question',
  'title',
];

function summaryOf(name: string, input: unknown, args: Fields, command: string | undefined): string | undefined {
  if (command !== undefined) return oneLine(command);
  if (typeof input === 'string') return input === '' ? undefined : oneLine(input);
  if (name === 'write_stdin') return oneLine(asText(args['chars']) ?? 'waits for output');
  for (const key of telling) {
    const text = asText(args[key]);
    if (text !== undefined) return oneLine(text);
  }
  if (!isObject(input) || Object.keys(args).length === 0) return undefined;
  return oneLine(JSON.stringify(input));
}

function fileList(paths: readonly string[]): string | undefined {
  return paths.length === 0 ? undefined : oneLine(paths.join(', '));
}

/** Function arguments are JSON inside a string; a broken one stays text. */
function parseArguments(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function fullName(item: Fields): string {
  const name = asText(item['name']) ?? 'tool';
  const namespace = asText(item['namespace']);
  if (namespace === undefined || namespace === 'functions') return name;
  return /[_./:]$/.test(namespace) ? `${namespace}${name}` : `${namespace}.${name}`;
}

function mcpName(invocation: Fields): string {
  const tool = asText(invocation['tool']) ?? 'tool';
  const server = asText(invocation['server']);
  return server === undefined ? tool : `${server}.${tool}`;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`).replace(/^_/, '');
}
