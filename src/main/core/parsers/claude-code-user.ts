// Facts of a 'user' line of Claude Code: a human's prompt, tool results, or what the program put in a user's mouth.

import { asArray, asObject, asText, type JsonValue } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { SpanStatus } from '../../../shared/model/span.ts';
import { endTask, readAgentResult, readNotification } from './claude-code-agents.ts';
import { safeKey } from './claude-code-assistant.ts';
import {
  noteInput,
  placeSpan,
  pushEntry,
  pushEvent,
  pushSpan,
  take,
  type Draft,
  type LineContext,
} from './claude-code-state.ts';
import { commandLine, inTag, textOfBlocks, userGroups, withoutAnsi, type TextKind } from './claude-code-text.ts';
import type { Line } from './claude-code-types.ts';
import { oneLine, type SpanFact } from './parser.ts';

export function readUser(context: LineContext, line: Line): void {
  noteInput(context);
  const groups = userGroups(line);
  const results = groups.filter(group => group.kind === 'result').length;
  for (const [index, group] of groups.entries()) {
    if (group.kind === 'result') readResult(context, line, group.block, index, results === 1);
    else readText(context, group.kind, group.blocks, index);
  }
}

/** One piece of text, also one that was queued while the agent worked. */
export function readText(context: LineContext, kind: TextKind, blocks: readonly unknown[], index: number): void {
  const { state } = context;
  switch (kind) {
    case 'human':
      readPrompt(context, textOfBlocks(blocks), index);
      return;
    case 'interrupted':
      pushEvent(context, 'notice', 'Interrupted', { summary: oneLine(textOfBlocks(blocks)) });
      pushEntry(context, 'notice', index, { event: context.key });
      return;
    case 'command': {
      const summary = oneLine(commandLine(textOfBlocks(blocks)));
      if (context.thread === ROOT_SPAN) state.command = summary;
      pushEvent(context, 'notice', 'Command', { summary });
      pushEntry(context, 'notice', index, { event: context.key });
      return;
    }
    case 'shell': {
      const text = textOfBlocks(blocks);
      pushEvent(context, 'notice', 'Shell command', { summary: oneLine(inTag(text, 'bash-input') ?? text) });
      pushEntry(context, 'notice', index, { event: context.key });
      return;
    }
    case 'notification': {
      const text = textOfBlocks(blocks);
      readNotification(context, text);
      pushEvent(context, 'notice', 'Task notification', { summary: notificationSummary(text) });
      pushEntry(context, 'notice', index, { event: context.key });
      return;
    }
    case 'compaction':
      if (!state.compacting) pushEvent(context, 'compaction', 'Conversation compacted');
      state.compacting = false;
      pushEntry(context, 'compaction', index);
      return;
    case 'output':
      // A command that only printed something asked nothing of the model.
      state.command = null;
      pushEntry(context, 'notice', index);
      return;
    case 'injected':
      pushEntry(context, 'system', index);
  }
}

export function notificationSummary(text: string): string {
  return oneLine(inTag(text.slice(0, 4000), 'summary') ?? withoutAnsi(text));
}

function readPrompt(context: LineContext, text: string, index: number): void {
  const { state, key, thread, standing } = context;
  if (thread !== ROOT_SPAN || standing !== 'own') {
    pushEntry(context, 'prompt', index);
    return;
  }
  state.turn = key;
  const summary = text === '' ? 'Image' : oneLine(text);
  pushEvent(context, 'prompt', 'Prompt', { summary, turn: true });
  pushEntry(context, 'prompt', index, { event: key });
  state.command = null;
  if (state.titled || text.trim() === '') return;
  // The first prompt names the session; so does a command that was answered before there was one (noteAnswer).
  state.titled = true;
  context.facts.push({ kind: 'session', title: { source: 'prompt', text: oneLine(text) } });
}

function readResult(context: LineContext, line: Line, block: Line, index: number, alone: boolean): void {
  const { state, timeUs } = context;
  const id = asText(block['tool_use_id']);
  const key = safeKey(id ?? `tool:${context.key}:${index}`);
  const call = take(state.calls, key);
  const raw = alone ? line['toolUseResult'] : undefined;
  const detail = asObject(raw);
  const text = firstText(block['content']);
  const status = statusOfResult(block['is_error'] === true, text, raw, detail);

  if (call === undefined) {
    // The call may stand in another file, further down, or nowhere: what is known of it only fills what is empty.
    const orphan: Draft<SpanFact> = { kind: 'span', key, span: 'tool', name: 'tool', weak: true };
    placeSpan(context, orphan);
    if (timeUs !== undefined) orphan.startUs = timeUs;
    context.facts.push(orphan);
  }
  const span: Draft<SpanFact> = { kind: 'span', key, status, role: 'result' };
  if (timeUs !== undefined) span.endUs = timeUs;
  const attrs = attrsOfResult(block['is_error'] === true, text, detail);
  if (attrs !== undefined) span.attrs = attrs;
  pushSpan(context, span);
  pushEntry(context, 'tool', index, { key, span: key, result: true });

  readAgentResult(context, key, call, detail, status);
  readTaskState(context, detail);
}

/** TaskOutput tells how a background task stands, TaskStop that it was stopped. */
function readTaskState(context: LineContext, detail: Line): void {
  const task = asObject(detail['task']);
  const asked = asText(task['task_id']);
  if (asked !== undefined) endTask(context, asked, asText(task['status']));
  const stopped = asText(detail['task_id']);
  if (stopped !== undefined && asText(detail['task_type']) !== undefined) endTask(context, stopped, 'stopped');
}

const refusals = [
  "The user doesn't want to proceed with this tool use",
  "The user doesn't want to take this action right now",
  '[Request interrupted by user',
  'Sibling tool call errored',
  'Cancelled: parallel tool call',
];

function statusOfResult(isError: boolean, text: string, raw: unknown, detail: Line): SpanStatus {
  if (detail['interrupted'] === true || raw === 'User rejected tool use') return 'aborted';
  if (!isError) return 'ok';
  const start = text.startsWith('<tool_use_error>') ? text.slice('<tool_use_error>'.length, 200) : text;
  return refusals.some(refusal => start.startsWith(refusal)) ? 'aborted' : 'error';
}

function firstText(content: unknown): string {
  if (typeof content === 'string') return content;
  return asText(asObject(asArray(content)[0])['text']) ?? '';
}

/** N of a failed command's result, which begins with 'Exit code N'. */
export function exitCodeOf(text: string): number | undefined {
  const digits = text.startsWith('Exit code ') ? /^Exit code (\d{1,9})\b/.exec(text.slice(0, 24))?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}

function attrsOfResult(isError: boolean, text: string, detail: Line): { [name: string]: JsonValue } | undefined {
  const exitCode = isError ? exitCodeOf(text) : undefined;
  const background = asText(detail['backgroundTaskId']);
  if (exitCode === undefined && background === undefined) return undefined;
  const attrs: { [name: string]: JsonValue } = {};
  if (exitCode !== undefined) attrs['exitCode'] = exitCode;
  if (background !== undefined) attrs['backgroundTaskId'] = background;
  return attrs;
}
