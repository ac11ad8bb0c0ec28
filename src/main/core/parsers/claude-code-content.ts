// What people read of one line of Claude Code. Block n of the result is what an entry with `block: n` points at, so
// this file follows the same order as the facts: one block per group of a user line (claude-code-text.ts), one per
// content block of an assistant line, one for anything else.

import { asArray, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { ContentBlock, Part } from '../../../shared/model/content.ts';
import { isFailure, isSynthetic, safeKey } from './claude-code-assistant.ts';
import { diffsOfCall, diffsOfResult } from './claude-code-diffs.ts';
import { noticeName, systemText } from './claude-code-other.ts';
import type { Draft } from './claude-code-state.ts';
import {
  commandLine,
  inTag,
  kindOfText,
  textOfBlocks,
  userGroups,
  withoutAnsi,
  type TextKind,
  type UserGroup,
} from './claude-code-text.ts';
import type { Line } from './claude-code-types.ts';
import { exitCodeOf } from './claude-code-user.ts';

type Block<K extends ContentBlock['kind']> = Draft<Extract<ContentBlock, { kind: K }>>;

export function claudeCodeContent(value: unknown): readonly ContentBlock[] {
  if (!isObject(value)) return [];
  switch (value['type']) {
    case 'user':
      return isObject(value['message']) ? userContent(value) : [];
    case 'assistant':
      return isObject(value['message']) ? assistantContent(value) : [];
    case 'system':
      return [systemContent(value)];
    case 'attachment':
      return [attachmentContent(asObject(value['attachment']))];
    case 'progress':
      return progressContent(asObject(value['data']));
    case 'summary':
      return notice('Title', value['summary']);
    case 'custom-title':
      return notice('Title', value['customTitle']);
    case 'ai-title':
      return notice('Title', value['aiTitle']);
    case 'pr-link':
      return notice('Pull request', value['prUrl']);
    case 'queue-operation':
      return notice(`Queue: ${asText(value['operation']) ?? ''}`, value['content']);
    default:
      return [];
  }
}

function notice(title: string, text: unknown): ContentBlock[] {
  return typeof text === 'string' ? [{ kind: 'notice', title, text }] : [];
}

function userContent(line: Line): ContentBlock[] {
  const groups = userGroups(line);
  const alone = groups.filter(group => group.kind === 'result').length === 1;
  return groups.map((group, index) =>
    group.kind === 'result'
      ? resultContent(line, group.block, index, alone)
      : textContent(group.kind, group.blocks, line['isMeta'] === true),
  );
}

function textContent(kind: TextKind, blocks: readonly unknown[], isMeta = false): ContentBlock {
  const text = textOfBlocks(blocks);
  switch (kind) {
    case 'human':
      return { kind: 'prompt', parts: blocks.map(partOf) };
    case 'interrupted':
      return { kind: 'notice', title: 'Interrupted', text: text.replace(/^\[|\]$/g, '') };
    case 'command':
      return { kind: 'notice', title: 'Command', text: commandLine(text) };
    case 'shell':
      return { kind: 'notice', title: 'Shell command', text: inTag(text, 'bash-input') ?? text };
    case 'output':
      return { kind: 'notice', title: 'Output', text: outputText(text) };
    case 'notification':
      return { kind: 'notice', title: 'Task notification', text: notificationText(text) };
    case 'compaction':
      return { kind: 'compaction', title: 'Summary of the conversation so far', text };
    case 'injected':
      return { kind: 'system', title: injectedTitle(text, isMeta), parts: blocks.map(partOf) };
  }
}

function injectedTitle(text: string, isMeta: boolean): string {
  const tag = /^\s*<([a-z][a-z_-]{2,40})[\s>]/.exec(text.slice(0, 100))?.[1];
  switch (tag) {
    case 'system-reminder':
      return 'Reminder';
    case 'teammate-message':
      return 'Message of a teammate';
    case 'user-prompt-submit-hook':
      return 'Hook';
    case 'ide_opened_file':
    case 'ide_selection':
    case 'ide_diagnostics':
      return 'Editor';
    default:
      return text.startsWith('Caveat:') || tag === 'local-command-caveat'
        ? 'Caveat'
        : isMeta
          ? 'Added by Claude Code'
          : 'Context';
  }
}

/** What a command printed, its error stream below. */
function outputText(text: string): string {
  const streams = ['bash-stdout', 'local-command-stdout', 'bash-stderr', 'local-command-stderr']
    .map(tag => inTag(text, tag))
    .filter(stream => stream !== undefined && stream !== '');
  return withoutAnsi(streams.length === 0 && kindOfText(text) !== 'output' ? text : streams.join('\n'));
}

function notificationText(text: string): string {
  const told = ['summary', 'result'].map(tag => inTag(text, tag)).filter(part => part !== undefined && part !== '');
  return told.length === 0 ? text : told.join('\n\n');
}

function resultContent(
  line: Line,
  block: Extract<UserGroup, { kind: 'result' }>['block'],
  index: number,
  alone: boolean,
): ContentBlock {
  const detail = alone ? asObject(line['toolUseResult']) : {};
  const isError = block['is_error'] === true;
  const content = block['content'];
  const parts =
    typeof content === 'string'
      ? [textPart(content)]
      : Array.isArray(content)
        ? content.map(partOf)
        : content === undefined || content === null
          ? []
          : [partOf(content)];
  const saved = asText(detail['persistedOutputPath']);
  if (saved !== undefined) {
    const size = asNumber(detail['persistedOutputSize']);
    parts.push({ kind: 'file', name: saved, note: size === undefined ? 'all of it' : `all of it, ${size} bytes` });
  }
  const result: Block<'tool-result'> = {
    kind: 'tool-result',
    callId: safeKey(asText(block['tool_use_id']) ?? `tool:${asText(line['uuid']) ?? ''}:${index}`),
    isError,
    parts,
  };
  const first = parts[0];
  const exitCode = isError && first?.kind === 'text' ? exitCodeOf(first.text) : undefined;
  if (exitCode !== undefined) result.exitCode = exitCode;
  const diffs = diffsOfResult(detail);
  if (diffs !== undefined) result.diffs = diffs;
  return result;
}

const ERROR_OPEN = '<tool_use_error>';
const ERROR_CLOSE = '</tool_use_error>';

function textPart(text: string): Part {
  if (!text.startsWith(ERROR_OPEN)) return { kind: 'text', text: withoutAnsi(text) };
  const inner = text.slice(ERROR_OPEN.length);
  return { kind: 'text', text: inner.endsWith(ERROR_CLOSE) ? inner.slice(0, -ERROR_CLOSE.length) : inner };
}

/** A piece of a prompt or of a tool's result. */
function partOf(value: unknown): Part {
  if (typeof value === 'string') return textPart(value);
  const block = asObject(value);
  const source = asObject(block['source']);
  switch (block['type']) {
    case 'text':
      return typeof block['text'] === 'string' ? textPart(block['text']) : { kind: 'json', value };
    case 'image': {
      const base64 = asText(source['data']);
      const mediaType = asText(source['media_type']) ?? 'image/png';
      if (base64 !== undefined) return { kind: 'image', mediaType, base64 };
      const url = asText(source['url']);
      return url === undefined ? { kind: 'json', value } : { kind: 'file', name: url, note: 'image' };
    }
    case 'document':
      return {
        kind: 'file',
        name: asText(block['title']) ?? 'document',
        note: asText(source['media_type']) ?? 'document',
      };
    case 'tool_reference':
      return { kind: 'file', name: asText(block['tool_name']) ?? 'tool', note: 'tool' };
    default:
      return { kind: 'json', value };
  }
}

function assistantContent(line: Line): ContentBlock[] {
  const message = asObject(line['message']);
  const content = message['content'];
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : asArray(content);
  if (isSynthetic(line, message)) return blocks.map(block => syntheticContent(line, asObject(block)));
  return blocks.map((block, index) => answerContent(line, asObject(block), index));
}

function syntheticContent(line: Line, block: Line): ContentBlock {
  const text = asText(block['text']) ?? '';
  return isFailure(line, text)
    ? { kind: 'error', title: asText(line['error']) ?? 'API error', text }
    : { kind: 'notice', title: 'Notice', text };
}

function answerContent(line: Line, block: Line, index: number): ContentBlock {
  switch (block['type']) {
    case 'text':
      return { kind: 'answer', parts: [{ kind: 'text', text: asText(block['text']) ?? '' }] };
    case 'thinking': {
      const text = asText(block['thinking']) ?? '';
      return { kind: 'thinking', text, hidden: text.trim() === '' };
    }
    case 'redacted_thinking':
      return { kind: 'thinking', text: '', hidden: true };
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      return callContent(line, block, index);
    default: {
      const callId = asText(block['tool_use_id']);
      if (callId === undefined)
        return { kind: 'notice', title: asText(block['type']) ?? 'Block', text: JSON.stringify(block, null, 2) };
      const error = asText(asObject(block['content'])['error_code']);
      const content = block['content'];
      const parts = Array.isArray(content) ? content.map(partOf) : [partOf(content)];
      return { kind: 'tool-result', callId: safeKey(callId), isError: error !== undefined, parts };
    }
  }
}

function callContent(line: Line, block: Line, index: number): ContentBlock {
  const name = asText(block['name']) ?? 'tool';
  const input = asObject(block['input']);
  const call: Block<'tool-call'> = {
    kind: 'tool-call',
    callId: safeKey(asText(block['id']) ?? `tool:${asText(line['uuid']) ?? ''}:${index}`),
    name,
    input: block['input'] ?? null,
  };
  const command = name === 'Bash' ? asText(input['command']) : undefined;
  if (command !== undefined) call.command = command;
  const diffs = diffsOfCall(name, input);
  if (diffs !== undefined) call.diffs = diffs;
  return call;
}

function systemContent(line: Line): ContentBlock {
  const subtype = asText(line['subtype']);
  const text = systemText(line);
  switch (subtype) {
    case 'compact_boundary':
      return { kind: 'compaction', title: 'Conversation compacted', text };
    case 'api_error':
      return { kind: 'notice', title: 'API retry', text };
    case 'local_command':
    case 'slash_command': {
      const kind = kindOfText(text);
      return kind === 'human' ? { kind: 'notice', title: 'Command', text } : textContent(kind, [text]);
    }
    case 'turn_duration': {
      const ms = asNumber(line['durationMs']);
      return { kind: 'notice', title: 'Turn ended', text: ms === undefined ? '' : `${(ms / 1000).toFixed(1)} s` };
    }
    default:
      return { kind: 'notice', title: subtype === undefined ? 'Notice' : noticeName(subtype), text };
  }
}

function attachmentContent(attachment: Line): ContentBlock {
  const type = asText(attachment['type']) ?? 'attachment';
  const title = noticeName(type);
  switch (type) {
    case 'queued_command': {
      const prompt = attachment['prompt'];
      const blocks = typeof prompt === 'string' ? [prompt] : asArray(prompt);
      const mode = asText(attachment['commandMode']);
      const kind = kindOfText(textOfBlocks(blocks));
      return textContent(kind === 'human' && mode !== undefined && mode !== 'prompt' ? 'injected' : kind, blocks);
    }
    case 'file':
    case 'edited_text_file':
    case 'nested_memory': {
      const file = asObject(asObject(attachment['content'])['file']);
      const name = asText(attachment['displayPath']) ?? asText(attachment['filename']) ?? asText(attachment['path']);
      const text = asText(file['content']) ?? asText(attachment['snippet']) ?? asText(attachment['content']);
      const parts: Part[] = [{ kind: 'file', name: name ?? asText(file['filePath']) ?? 'file' }];
      if (text !== undefined) parts.push({ kind: 'text', text });
      return { kind: 'system', title, parts };
    }
    case 'hook_additional_context':
    case 'hook_system_message': {
      const content = attachment['content'];
      const texts = typeof content === 'string' ? [content] : asArray(content);
      return { kind: 'system', title: asText(attachment['hookName']) ?? title, parts: texts.map(partOf) };
    }
    default: {
      const text =
        asText(attachment['stderr']) ??
        asText(asObject(attachment['blockingError'])['blockingError']) ??
        asText(attachment['content']) ??
        asText(attachment['text']) ??
        asText(attachment['stdout']);
      return { kind: 'notice', title, text: text ?? JSON.stringify(attachment, null, 2) };
    }
  }
}

function progressContent(data: Line): readonly ContentBlock[] {
  if (data['type'] === 'agent_progress') return claudeCodeContent(data['message']);
  return notice('Progress', asText(data['fullOutput']) ?? asText(data['output']) ?? asText(data['command']));
}
