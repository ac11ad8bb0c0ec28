// What a recorded tool call looks like, told from its name and its input: agents name the same things differently.

import { asArray, asObject, asText, isObject } from '../../../../shared/base/json.ts';

export type ToolLook =
  | 'command'
  | 'read'
  | 'edit'
  | 'search'
  | 'web'
  | 'todo'
  | 'agent'
  | 'question'
  | 'plan'
  | 'skill'
  | 'mcp'
  | 'other';

/** By the words in a name, the most telling first: "apply_patch" and "ApplyPatch" are "apply patch". */
const looks: readonly (readonly [ToolLook, RegExp])[] = [
  ['mcp', /^mcp /],
  ['web', /\b(web ?search|web ?fetch|google web|browser|fetch|http)\b/],
  ['todo', /\b(todos?|todo ?write|update plan|task (create|update|list|get))\b/],
  ['agent', /^(task|agent|subagent|spawn agent|delegate)\b/],
  ['question', /\b(ask ?user|question)\b/],
  ['plan', /\bplan\b/],
  ['skill', /\b(skill|slash ?command)\b/],
  ['command', /\b(bash|shell|exec|execute|terminal|command|powershell)\b/],
  ['search', /\b(grep|glob|search|find|ls|list)\b/],
  ['edit', /\b(edit|write|patch|replace|create file|notebook)\b/],
  ['read', /\b(read|view|cat|open|get file)\b/],
];

/** The look of a tool: decides its icon and how its result is read. */
export function lookOf(name: string, hasCommand: boolean): ToolLook {
  if (hasCommand) return 'command';
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[^a-zA-Z\d]+/g, ' ')
    .toLowerCase();
  return looks.find(([, pattern]) => pattern.test(words))?.[0] ?? 'other';
}

/** A name as people read it: "mcp__github__create_issue" is "github · create_issue". */
export function toolTitle(name: string): string {
  const [, server, tool] = /^mcp__(.+?)__(.+)$/.exec(name) ?? [];
  return server !== undefined && tool !== undefined ? `${server} · ${tool}` : name || 'tool';
}

const summaryFields = [
  'file_path',
  'filePath',
  'notebook_path',
  'absolute_path',
  'path',
  'pattern',
  'query',
  'url',
  'description',
  'subject',
  'skill',
  'command',
  'prompt',
  'title',
  'name',
];

/** One line about the input: the path, the pattern, the address. Undefined where nothing in it is short and telling. */
export function inputSummary(input: unknown): string | undefined {
  if (typeof input === 'string') return input;
  const fields = asObject(input);
  for (const field of summaryFields) {
    const text = asText(fields[field]);
    if (text !== undefined) return text;
  }
  const short = Object.entries(fields).filter(([, value]) => isShort(value));
  return short.length === 0 ? undefined : short.map(([name, value]) => `${name} ${String(value)}`).join(', ');
}

function isShort(value: unknown): boolean {
  return (
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    (typeof value === 'string' && value.length < 60 && value !== '')
  );
}

export interface Todo {
  readonly text: string;
  readonly state: 'open' | 'active' | 'done';
}

/** The to-do list in a tool's input or result (TodoWrite, update_plan); undefined where it is none. */
export function todosOf(value: unknown): readonly Todo[] | undefined {
  const fields = asObject(value);
  const list = [fields['todos'], fields['newTodos'], fields['plan'], fields['items'], fields['tasks'], value].find(
    candidate => asArray(candidate).length > 0,
  );
  const todos = asArray(list).map(todoOf);
  return todos.length > 0 && todos.every(todo => todo !== undefined) ? todos : undefined;
}

function todoOf(value: unknown): Todo | undefined {
  if (!isObject(value)) return undefined;
  const text = asText(value['content']) ?? asText(value['step']) ?? asText(value['subject']) ?? asText(value['text']);
  const status = asText(value['status']);
  if (text === undefined || status === undefined) return undefined;
  return {
    text,
    state: /done|complete/.test(status) ? 'done' : /progress|active|doing/.test(status) ? 'active' : 'open',
  };
}

export interface Question {
  readonly text: string;
  readonly options: readonly { readonly label: string; readonly description: string | undefined }[];
}

/** The questions that an agent put to its user (AskUserQuestion); undefined where there are none. */
export function questionsOf(input: unknown): readonly Question[] | undefined {
  const questions = asArray(asObject(input)['questions']).map(value => {
    const text = asText(asObject(value)['question']);
    if (text === undefined) return undefined;
    const options = asArray(asObject(value)['options']).flatMap(option => {
      const label = asText(asObject(option)['label']) ?? asText(option);
      return label === undefined ? [] : [{ label, description: asText(asObject(option)['description']) }];
    });
    return { text, options };
  });
  return questions.length > 0 && questions.every(question => question !== undefined) ? questions : undefined;
}
