// Facts of an 'assistant' line of Claude Code.
//
// One response of the model is written as several lines, one per content block. They share message.id and repeat its
// usage; the greatest total is the true one. Adding the lines up would count input and cache about twice.

import { asArray, asCount, asNumber, asObject, asText, type JsonValue } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { Usage } from '../../../shared/model/usage.ts';
import { promptHint } from './claude-code-agents.ts';
import {
  placeSpan,
  pushEntry,
  pushEvent,
  pushSpan,
  put,
  threadOf,
  type CallState,
  type Draft,
  type LineContext,
} from './claude-code-state.ts';
import type { Line } from './claude-code-types.ts';
import { oneLine, type SpanFact } from './parser.ts';

export function readAssistant(context: LineContext, line: Line): void {
  const message = asObject(line['message']);
  const content = message['content'];
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : asArray(content);
  if (isSynthetic(line, message)) {
    readSynthetic(context, line, blocks);
    return;
  }
  const key = readResponse(context, line, message, blocks);
  for (const [index, block] of blocks.entries()) readBlock(context, key, asObject(block), index);
}

/** Written by the program itself: an API failure, or a note in the model's place. Costs nothing. */
export function isSynthetic(line: Line, message: Line): boolean {
  return line['isApiErrorMessage'] === true || message['model'] === '<synthetic>';
}

/** True for a synthetic line that reports a failure; older versions tell by the text alone. */
export function isFailure(line: Line, text: string): boolean {
  return line['isApiErrorMessage'] === true || text.startsWith('API Error');
}

function readSynthetic(context: LineContext, line: Line, blocks: readonly unknown[]): void {
  const text = asText(asObject(blocks[0])['text']) ?? '';
  const failure = isFailure(line, text);
  const summary = oneLine(text);
  if (failure) pushEvent(context, 'error', asText(line['error']) ?? 'API error', { summary });
  else pushEvent(context, 'notice', 'Notice', { summary });
  for (const index of blocks.keys()) pushEntry(context, failure ? 'error' : 'notice', index, { event: context.key });
}

/** The span of the response that this line is a part of; gives its key. */
function readResponse(context: LineContext, line: Line, message: Line, blocks: readonly unknown[]): string {
  const { state, timeUs } = context;
  const messageId = asText(message['id']);
  const requestId = asText(line['requestId']);
  const key = safeKey(messageId ?? requestId ?? `line:${context.key}`);
  const model = asText(message['model']);
  const span: Draft<SpanFact> = {
    kind: 'span',
    key,
    span: 'llm',
    name: model ?? 'model',
    status: 'ok',
    role: 'response',
  };
  span.parent = context.thread;
  placeSpan(context, span);
  if (model !== undefined) span.model = model;
  const startUs = startOf(context, key, asNumber(line['durationMs']));
  if (startUs !== undefined) span.startUs = startUs;
  if (timeUs !== undefined) span.endUs = timeUs;
  if (messageId !== undefined) span.responseKey = `message:${messageId}`;
  else if (requestId !== undefined) span.responseKey = `request:${requestId}`;
  else if (asText(line['uuid']) !== undefined) span.responseKey = `line:${context.key}`;
  const usage = usageOf(message['usage']);
  if (usage !== undefined) {
    span.usage = usage;
    span.usageProvenance = state.outputIsExact ? 'reported' : 'estimated';
  }
  const summary = firstWords(blocks);
  if (summary !== undefined) span.summary = summary;
  const attrs = attrsOf(context, line, message);
  if (attrs !== undefined) span.attrs = attrs;
  pushSpan(context, span);

  if (context.thread === ROOT_SPAN) noteAnswer(context, model);
  return key;
}

function noteAnswer(context: LineContext, model: string | undefined): void {
  const { state, facts } = context;
  if (state.file !== 'main') return;
  if (model !== undefined && model !== state.model) {
    state.model = model;
    facts.push({ kind: 'session', model });
  }
  if (state.command === null) return;
  if (!state.titled) facts.push({ kind: 'session', title: { source: 'prompt', text: state.command } });
  state.titled = true;
  state.command = null;
}

/** When the response began: after the last input or answer of its thread; told once, by its first line. */
function startOf(context: LineContext, key: string, durationMs: number | undefined): number | undefined {
  const { timeUs } = context;
  const thread = threadOf(context);
  if (timeUs === undefined) return undefined;
  const isFirst = thread.response !== key;
  const since = thread.since;
  thread.response = key;
  thread.since = since === null ? timeUs : Math.max(since, timeUs);
  if (!isFirst) return undefined;
  if (durationMs !== undefined && durationMs > 0) return timeUs - Math.round(durationMs * 1000);
  return since === null ? timeUs : Math.min(since, timeUs);
}

/**
 * Tokens as the API reports them; undefined where there are none. input_tokens is what no cache held. Where the flat
 * count of what was written to a cache is missing, it is the sum of its parts.
 */
export function usageOf(value: unknown): Usage | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const usage = asObject(value);
  const parts = asObject(usage['cache_creation']);
  const oneHour = tokensOf(parts['ephemeral_1h_input_tokens']);
  const flat = tokensOf(usage['cache_creation_input_tokens']);
  const cacheCreation = flat > 0 ? flat : tokensOf(parts['ephemeral_5m_input_tokens']) + oneHour;
  return {
    input: tokensOf(usage['input_tokens']),
    output: tokensOf(usage['output_tokens']),
    cacheRead: tokensOf(usage['cache_read_input_tokens']),
    cacheCreation,
    cacheCreation1h: Math.min(oneHour, cacheCreation),
    reasoning: tokensOf(asObject(usage['output_tokens_details'])['thinking_tokens']),
  };
}

/** No response has a million million tokens: what says so is damaged, and must not spoil the sums. */
function tokensOf(value: unknown): number {
  const count = asCount(value);
  return count < 1e12 ? count : 0;
}

function attrsOf(context: LineContext, line: Line, message: Line): { [name: string]: JsonValue } | undefined {
  const usage = asObject(message['usage']);
  const tools = asObject(usage['server_tool_use']);
  const attrs: { [name: string]: JsonValue } = {};
  const set = (name: string, value: JsonValue | undefined): void => {
    if (value !== undefined && value !== 0) attrs[name] = value;
  };
  set('stopReason', asText(message['stop_reason']));
  set('requestId', asText(line['requestId']));
  set('effort', asText(line['effort']));
  set('costUsd', asNumber(line['costUSD']));
  if (attrs['costUsd'] !== undefined) attrs['costProvenance'] = 'reported';
  set('speed', unless(asText(usage['speed']), 'standard'));
  set('serviceTier', unless(asText(usage['service_tier']), 'standard'));
  set('inferenceGeo', unless(asText(usage['inference_geo']), 'not_available'));
  set('webSearches', asCount(tools['web_search_requests']));
  set('webFetches', asCount(tools['web_fetch_requests']));
  if (!context.state.outputIsExact && usage['output_tokens'] !== undefined)
    attrs['usageNote'] = 'output is a lower bound';
  return Object.keys(attrs).length === 0 ? undefined : attrs;
}

function unless(text: string | undefined, usual: string): string | undefined {
  return text === usual ? undefined : text;
}

function firstWords(blocks: readonly unknown[]): string | undefined {
  for (const value of blocks) {
    const block = asObject(value);
    const text = block['type'] === 'text' ? asText(block['text']) : undefined;
    if (text !== undefined) return oneLine(text);
  }
  return undefined;
}

function readBlock(context: LineContext, response: string, block: Line, index: number): void {
  switch (block['type']) {
    case 'text':
      pushEntry(context, 'answer', index, { span: response });
      return;
    case 'thinking':
    case 'redacted_thinking':
      pushEntry(context, 'thinking', index, { span: response });
      return;
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      readCall(context, response, block, index);
      return;
    default: {
      // What the API ran by itself comes back inside the answer: web_search_tool_result and the like.
      const callId = asText(block['tool_use_id']);
      if (callId === undefined) pushEntry(context, 'notice', index, { span: response });
      else readServerResult(context, safeKey(callId), block, index);
    }
  }
}

function readCall(context: LineContext, response: string, block: Line, index: number): void {
  const { state, timeUs } = context;
  const key = safeKey(asText(block['id']) ?? `tool:${context.key}:${index}`);
  const name = oneLine(asText(block['name']) ?? 'tool');
  const input = asObject(block['input']);
  const span: Draft<SpanFact> = {
    kind: 'span',
    key,
    span: 'tool',
    name,
    parent: response,
    status: 'open',
    role: 'call',
  };
  placeSpan(context, span);
  if (timeUs !== undefined) span.startUs = timeUs;
  const summary = summaryOfInput(name, input);
  if (summary !== undefined) span.summary = summary;
  const call: CallState = { at: timeUs ?? null };
  const prompt = startsAgent(name) ? asText(input['prompt']) : undefined;
  if (prompt !== undefined) {
    const hint = promptHint(prompt);
    span.offers = [hint];
    call.prompt = hint;
    const agentType = asText(input['subagent_type']);
    if (agentType !== undefined) call.agentType = oneLine(agentType);
    const about = asText(input['description']);
    if (about !== undefined) call.about = oneLine(about);
  }
  put(state, state.calls, key, call);
  pushSpan(context, span);
  pushEntry(context, 'tool', index, { key, span: key });
}

/** The tool that starts a subagent: 'Task' up to 2.1.6x, 'Agent' since. */
export function startsAgent(toolName: string): boolean {
  return toolName === 'Task' || toolName === 'Agent';
}

function readServerResult(context: LineContext, key: string, block: Line, index: number): void {
  const isError = asText(asObject(block['content'])['error_code']) !== undefined;
  const span: Draft<SpanFact> = { kind: 'span', key, status: isError ? 'error' : 'ok', role: 'result' };
  if (context.timeUs !== undefined) span.endUs = context.timeUs;
  delete context.state.calls[key];
  pushSpan(context, span);
  pushEntry(context, 'tool', index, { key, span: key, result: true });
}

const telling = [
  'command',
  'file_path',
  'notebook_path',
  'pattern',
  'query',
  'url',
  'description',
  'path',
  'subject',
  'skill',
  'prompt',
  'summary',
  'message',
  'task_id',
  'taskId',
  'shell_id',
  'bash_id',
  'plan',
  'script',
] as const;

/** What a call is about, in one line: its command, path, pattern, or what else tells most. */
export function summaryOfInput(name: string, input: Line): string | undefined {
  if (startsAgent(name)) {
    const about = asText(input['description']);
    if (about !== undefined) return oneLine(about);
  }
  for (const field of telling) {
    const text = asText(input[field]);
    if (text !== undefined) return oneLine(text);
  }
  const todos = input['todos'];
  if (Array.isArray(todos)) return `${todos.length} to-dos`;
  const question = asText(asObject(asArray(input['questions'])[0])['question']);
  if (question !== undefined) return oneLine(question);
  for (const value of Object.values(input)) {
    const text = asText(value);
    if (text !== undefined) return oneLine(text);
  }
  return undefined;
}

/** Ids are the agent's; one that equals the session's own span would tie the tree into a knot. */
export function safeKey(id: string): string {
  return id === ROOT_SPAN ? `id:${id}` : id;
}
