// Facts of the lines of Claude Code that are neither 'user' nor 'assistant': system notes, attachments, progress, titles.

import { asArray, asNumber, asObject, asText } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import { agentKeyOf, beginCopiedAgent, endTask, isMutedAgent, readNotification } from './claude-code-agents.ts';
import { readAssistant } from './claude-code-assistant.ts';
import { get, noteInput, pushEntry, pushEvent, type ClaudeState, type LineContext } from './claude-code-state.ts';
import { kindOfText, textOfBlocks, withoutAnsi } from './claude-code-text.ts';
import type { Line } from './claude-code-types.ts';
import { readText, readUser } from './claude-code-user.ts';
import { oneLine, type Fact } from './parser.ts';

export function readSystem(context: LineContext, line: Line): void {
  const subtype = asText(line['subtype']);
  const summary = oneLine(systemText(line));
  switch (subtype) {
    case 'turn_duration':
    case 'session_start':
    case 'microcompact_boundary':
      return;
    case 'compact_boundary':
      context.state.compacting = true;
      pushEvent(context, 'compaction', 'Conversation compacted', { summary: compactionSummary(line) });
      pushEntry(context, 'compaction', 0, { event: context.key });
      return;
    case 'api_error':
      pushEvent(context, 'notice', 'API retry', { summary });
      pushEntry(context, 'notice', 0, { event: context.key });
      return;
    case 'stop_hook_summary':
      if (asArray(line['hookErrors']).length === 0 && line['preventedContinuation'] !== true) return;
      pushEvent(context, 'notice', 'Stop hook', { summary });
      pushEntry(context, 'notice', 0, { event: context.key });
      return;
    case 'local_command':
    case 'slash_command':
      if (kindOfText(asText(line['content']) ?? '') === 'command') pushEvent(context, 'notice', 'Command', { summary });
      pushEntry(context, 'notice', 0);
      return;
    case undefined:
      // 1.0.43 to 1.0.56: the output of a hook, with its call's id; else a note such as a change of the model.
      if (asText(line['toolUseID']) === undefined) pushEvent(context, 'notice', 'Notice', { summary });
      pushEntry(context, 'notice', 0);
      return;
    default:
      pushEvent(context, 'notice', noticeName(subtype), { summary });
      pushEntry(context, 'notice', 0, { event: context.key });
  }
}

/** 'Away summary' for 'away_summary'. */
export function noticeName(subtype: string): string {
  const words = subtype.slice(0, 60).replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a system line says, as text. */
export function systemText(line: Line): string {
  switch (line['subtype']) {
    case 'api_error':
      return retryText(line);
    case 'compact_boundary':
      return compactionSummary(line);
    case 'stop_hook_summary': {
      const errors = asArray(line['hookErrors']).map(error =>
        typeof error === 'string' ? error : JSON.stringify(error),
      );
      return [asText(line['stopReason']), ...errors].filter(text => text !== undefined).join('\n');
    }
    default:
      return withoutAnsi(asText(line['content']) ?? asText(line['summary']) ?? asText(line['message']) ?? '');
  }
}

function retryText(line: Line): string {
  const error = asObject(line['error']);
  const inner = asObject(error['error']);
  const why =
    asText(asObject(inner['error'])['message']) ??
    asText(inner['message']) ??
    asText(error['message']) ??
    asText(error['type']) ??
    'the API did not answer';
  const status = asNumber(error['status']);
  const attempt = asNumber(line['retryAttempt']);
  const most = asNumber(line['maxRetries']);
  const wait = asNumber(line['retryInMs']);
  const parts = [status === undefined ? why : `${status} ${why}`];
  if (attempt !== undefined) parts.push(most === undefined ? `retry ${attempt}` : `retry ${attempt} of ${most}`);
  if (wait !== undefined) parts.push(`in ${(wait / 1000).toFixed(1)} s`);
  return parts.join(' · ');
}

function compactionSummary(line: Line): string {
  const data = asObject(line['compactMetadata']);
  const before = asNumber(data['preTokens']);
  const after = asNumber(data['postTokens']);
  const parts: string[] = [];
  const trigger = asText(data['trigger']);
  if (trigger !== undefined) parts.push(trigger);
  if (before !== undefined) parts.push(`${before} tokens before`);
  if (after !== undefined) parts.push(`${after} after`);
  return parts.join(', ');
}

export function readAttachment(context: LineContext, line: Line): void {
  const attachment = asObject(line['attachment']);
  switch (attachment['type']) {
    case 'queued_command':
      readQueued(context, attachment);
      return;
    case 'hook_blocking_error':
    case 'hook_non_blocking_error':
      pushEvent(context, 'notice', 'Hook error', { summary: hookSummary(attachment) });
      pushEntry(context, 'notice', 0, { event: context.key });
      return;
    case 'hook_system_message':
    case 'hook_additional_context':
    case 'file':
    case 'edited_text_file':
    case 'nested_memory':
      pushEntry(context, 'system', 0);
      return;
    default:
  }
}

/** Typed while the agent worked: as much a prompt as any other, unless a background task spoke. */
function readQueued(context: LineContext, attachment: Line): void {
  noteInput(context);
  const prompt = attachment['prompt'];
  const blocks = typeof prompt === 'string' ? [prompt] : asArray(prompt);
  const mode = asText(attachment['commandMode']);
  const kind = kindOfText(textOfBlocks(blocks));
  const isPrompt = kind === 'human' && (mode === undefined || mode === 'prompt');
  readText(context, isPrompt ? 'human' : kind === 'human' ? 'injected' : kind, blocks, 0);
}

function hookSummary(attachment: Line): string {
  const name = asText(attachment['hookName']) ?? asText(attachment['hookEvent']) ?? 'hook';
  const error = asObject(attachment['blockingError']);
  const text = asText(attachment['stderr']) ?? asText(attachment['content']) ?? asText(error['blockingError']) ?? '';
  return oneLine(text === '' ? name : `${name}: ${text}`);
}

/** Progress lines are drawn from the calls themselves; only copies of a subagent's lines hold more. */
export function readProgress(context: LineContext, line: Line): void {
  const data = asObject(line['data']);
  if (data['type'] !== 'agent_progress') return;
  const agentId = asText(data['agentId']);
  const inner = asObject(data['message']);
  if (agentId === undefined || isMutedAgent(agentId)) return;
  beginCopiedAgent(context, agentId, asText(line['parentToolUseID']));
  const uuid = asText(inner['uuid']);
  const copy: LineContext = {
    state: context.state,
    at: context.at,
    facts: context.facts,
    timeUs: isoToUs(inner['timestamp']) ?? context.timeUs,
    key: uuid ?? context.key,
    thread: agentKeyOf(agentId),
    standing: context.standing === 'replay' ? 'replay' : 'copy',
  };
  if (inner['type'] === 'assistant') readAssistant(copy, inner);
  else if (inner['type'] === 'user') readUser(copy, inner);
}

/** Lines outside the conversation tree. The same ones are written again and again: only a change is a fact. */
export function readMetadata(context: LineContext, line: Line): void {
  const { state, facts } = context;
  switch (line['type']) {
    case 'summary': {
      const text = asText(line['summary']);
      const uuid = asText(line['leafUuid']);
      if (text !== undefined && uuid !== undefined) facts.push({ kind: 'title-for-record', uuid, text: oneLine(text) });
      return;
    }
    case 'custom-title':
      readTitle(state, facts, 'custom', asText(line['customTitle']));
      return;
    case 'ai-title':
      readTitle(state, facts, 'ai', asText(line['aiTitle']));
      return;
    case 'queue-operation':
      if (line['operation'] === 'enqueue') readQueueOperation(context, line['content']);
      return;
    default:
  }
}

function readTitle(state: ClaudeState, facts: Fact[], source: 'ai' | 'custom', text: string | undefined): void {
  const last = source === 'ai' ? state.aiTitle : state.customTitle;
  if (state.file !== 'main' || text === undefined || text === last) return;
  if (source === 'ai') state.aiTitle = text;
  else state.customTitle = text;
  facts.push({ kind: 'session', title: { source, text: oneLine(text) } });
}

/** Background tasks report through the queue before the conversation hears of them. */
function readQueueOperation(context: LineContext, content: unknown): void {
  const text = typeof content === 'string' ? content : textOfBlocks(asArray(content));
  readNotification(context, text);
  // 2.1.4x: the state of a task as JSON text.
  if (!text.startsWith('{"task_id"')) return;
  const taskId = /^\{"task_id":"([^"\\]{1,80})"/.exec(text.slice(0, 120))?.[1];
  const status = /"status":"([a-z_]{1,30})"/.exec(text.slice(0, 1000))?.[1];
  if (taskId !== undefined && get(context.state.tasks, taskId) !== undefined) endTask(context, taskId, status);
}

/** A line of a workflow's journal: an agent was started, or gave its result. */
export function readJournal(context: LineContext, line: Line): void {
  const agentId = asText(line['agentId']);
  if (agentId === undefined || line['type'] !== 'result') return;
  context.facts.push({ kind: 'span', key: agentKeyOf(agentId), span: 'agent', name: 'agent', weak: true });
  context.facts.push({
    kind: 'span',
    key: agentKeyOf(agentId),
    status: 'ok',
    ...(context.timeUs === undefined ? {} : { endUs: context.timeUs }),
  });
}
