// What people want to know of a tool call, told by the names of its arguments: agents name them alike, whatever the
// tool. Shell commands, one line for lists, and file changes as diffs.

import { asArray, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { FileDiff } from '../../../shared/model/content.ts';
import { diffsOfCall } from './claude-code-diffs.ts';
import { filesInPatch, parsePatch, patchIn } from './codex-patch.ts';
import { oneLine } from './parser.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The command that a call runs in a shell. */
export function commandOf(name: string, input: unknown): string | undefined {
  return /shell|bash|command|terminal|exec/i.test(name) ? asText(asObject(input)['command']) : undefined;
}

const telling = [
  ...['file_path', 'absolute_path', 'path', 'dir_path', 'paths', 'pattern', 'query', 'url', 'command'],
  ...['description', 'prompt', 'question', 'title', 'name', 'skill', 'task', 'objective', 'fact', 'agent_id'],
];

/** One line about a call: its command, what it works on, or its arguments as they are. */
export function inputSummary(name: string, input: unknown): string | undefined {
  const command = commandOf(name, input);
  if (command !== undefined) return oneLine(command);
  if (typeof input === 'string') {
    const patch = patchIn(input);
    return oneLine(patch === undefined ? input : filesInPatch(patch).join(', ')) || undefined;
  }
  const fields = asObject(input);
  for (const key of telling) {
    const text = asText(fields[key]);
    if (text !== undefined) return oneLine(text);
  }
  return isObject(input) && Object.keys(input).length > 0 ? oneLine(jsonOf(input)) : undefined;
}

/** The changes that a call asks for; undefined where it asks for none. Where in the file they stand is not known yet. */
export function inputDiffs(name: string, input: unknown): readonly FileDiff[] | undefined {
  if (typeof input === 'string') {
    const patch = patchIn(input);
    return patch === undefined ? undefined : parsePatch(patch);
  }
  const fields = asObject(input);
  const path = asText(fields['file_path']) ?? asText(fields['path']) ?? asText(fields['absolute_path']);
  if (path === undefined) return undefined;
  const edits = [fields, ...asArray(fields['edits']).map(asObject)].flatMap(replacement);
  if (edits.length > 0) return diffsOfCall('MultiEdit', { file_path: path, edits });
  const content = asText(fields['content']) ?? asText(fields['file_text']);
  return content !== undefined && /write|create|save/i.test(name)
    ? diffsOfCall('Write', { file_path: path, content })
    : undefined;
}

/** One text in another's place, under the names that each agent gives the two. */
function replacement(fields: Fields): readonly { readonly old_string: string; readonly new_string: string }[] {
  const before = fields['old_string'] ?? fields['old_str'] ?? fields['oldText'];
  const after = fields['new_string'] ?? fields['new_str'] ?? fields['newText'];
  if (typeof before !== 'string' || typeof after !== 'string') return [];
  return [{ old_string: before, new_string: after }];
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value) ?? '';
}
