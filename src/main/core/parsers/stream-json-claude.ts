// Facts of what Claude Code prints with `claude -p --output-format stream-json`.
//
// Contract: never throws. Keys are the transcript's (message.id, uuid, id of the call), and every fact is weak: where the
// transcript of the same session is read too, each thing is there once and the transcript's word counts. Printed output
// tokens are those with which the answer began; what the API charged is known from streamed events, or from the result
// where it leaves only one number open. Else the output is a lower bound and is marked as estimated.

import { asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { SpanStatus } from '../../../shared/model/span.ts';
import type { Usage } from '../../../shared/model/usage.ts';
import { agentKeyOf } from './claude-code-agents.ts';
import { usageOf } from './claude-code-assistant.ts';
import { get as getFrom, asParserState as asClaudeParserState } from './claude-code-state.ts';
import { claudeCodeJsonl, projectOf } from './claude-code.ts';
import { type Fact, type FileHint, type LinePosition, oneLine, type ParsedUnit, type RecordFact } from './parser.ts';
import { safeKey, sayEntry, sayEvent, sayNotice, sayPlainSpan, saySession } from './saying.ts';
import { callAbove, type Line, retrySummary, toTranscript, typeOfLine } from './stream-json-line.ts';
import { readResult, sayUsage } from './stream-json-result.ts';
import { beginSession, get, put, type StreamReading, type StreamState } from './stream-json-state.ts';

export function readStreamLine(state: StreamState, value: unknown, at: LinePosition, hint: FileHint): ParsedUnit {
  if (!isObject(value)) {
    const record: RecordFact = { at, type: 'other', known: false, timeUs: null, rejected: 'not a JSON object' };
    return { records: [record], facts: [] };
  }
  const named = asText(value['session_id']);
  if (named !== undefined && named !== state.session) Object.assign(state, beginSession(named));
  const timeUs = isoToUs(value['timestamp']);
  const uuid = asText(value['uuid']);
  const record: RecordFact = {
    at,
    ...typeOfLine(value),
    timeUs: timeUs ?? null,
    ...(state.session === null ? {} : { session: state.session }),
  };
  const facts: Fact[] = [];
  if (state.session === null) return { records: [record], facts };
  const key = uuid ?? `line:${at.offset}`;
  readLine({ state, facts, at, timeUs, thread: ROOT_SPAN, key, hint }, value);
  return { records: [record], facts: facts.map(fact => asPrinted(fact, state.session ?? '')) };
}

/** What is printed only fills what the transcript leaves open. */
function asPrinted(fact: Fact, session: string): Fact {
  return fact.kind === 'span' || fact.kind === 'entry' ? { ...fact, session, weak: true } : { ...fact, session };
}

function readLine(reading: StreamReading, line: Line): void {
  switch (line['type']) {
    case 'assistant':
    case 'user':
      readMessage(reading, line);
      return;
    case 'system':
      readSystem(reading, line);
      return;
    case 'stream_event':
      readStreamEvent(reading, line);
      return;
    case 'result':
      readResult(reading, line);
      return;
    case 'control_request':
      readPermission(reading, asObject(line['request']));
      return;
    case 'rate_limit_event': {
      const status = asText(asObject(line['rate_limit_info'])['status']);
      if (status !== undefined && status !== 'allowed')
        sayNotice(reading, reading.key, 'Rate limit', status.replaceAll('_', ' '), 0);
      return;
    }
    default:
  }
}

/** As the transcript's line. When an answer began is not printed: after the last input that has a time. */
function readMessage(reading: StreamReading, line: Line): void {
  const { state, at, hint } = reading;
  const call = callAbove(line);
  const agentId = call === undefined ? undefined : (get(state.agents, call) ?? call);
  const thread = agentId === undefined ? ROOT_SPAN : agentKeyOf(agentId);
  const since = getFrom(state.claude.threads, thread)?.since;
  // The call that started a subagent is told on each of its lines: better than to find it by its prompt.
  const agentType = asText(line['subagent_type']);
  if (call !== undefined) sayPlainSpan(reading, { key: thread, span: 'agent', name: agentType, parent: safeKey(call) });
  const { facts } = claudeCodeJsonl.parse(asClaudeParserState(state.claude), toTranscript(line, agentId), at, hint);
  const beganUs = line['type'] === 'assistant' && reading.timeUs === undefined ? since : undefined;
  const started = new Set(Object.values(state.agents).map(agentKeyOf));
  for (const fact of facts) {
    // A subagent whose start was printed has a better name than what its lines fall back to.
    const isNamed = fact.kind === 'span' && fact.weak === true && started.has(fact.key);
    if (fact.kind !== 'span' || isNamed) {
      if (!isNamed) reading.facts.push(fact);
      continue;
    }
    const { usageNote: _, ...attrs } = fact.attrs ?? {};
    const isNew = fact.span === 'llm' || (fact.span === 'tool' && fact.role === 'call');
    reading.facts.push({
      ...fact,
      ...(fact.attrs === undefined ? {} : { attrs }),
      ...(isNew && typeof beganUs === 'number' && fact.startUs === undefined ? { startUs: beganUs + 1 } : {}),
    });
    if (fact.span === 'llm' && fact.usage !== undefined && thread === ROOT_SPAN)
      noteResponse(state, fact.key, fact.usage, false);
  }
  if (line['type'] !== 'assistant') return;
  state.answered = true;
  const error = facts.find(fact => fact.kind === 'event' && fact.event === 'error');
  if (error?.kind === 'event') state.lastError = error.summary ?? null;
}

function noteResponse(state: StreamState, key: string, usage: Usage, exact: boolean): void {
  const known = get(state.run, key);
  if (known === undefined || (exact && !known.exact)) put(state.run, key, { usage, exact });
}

/** The API's own events, with --include-partial-messages: the last one of an answer says what was charged. */
function readStreamEvent(reading: StreamReading, line: Line): void {
  const { state } = reading;
  const event = asObject(line['event']);
  const call = callAbove(line) ?? '';
  if (event['type'] === 'message_start') {
    const message = asObject(event['message']);
    const id = asText(message['id']);
    const usage = usageOf(message['usage']);
    if (id === undefined || usage === undefined) return;
    put(state.streaming, call, JSON.stringify([safeKey(id), usage]));
    return;
  }
  if (event['type'] !== 'message_delta' || !isObject(event['usage'])) return;
  const begun = get(state.streaming, call);
  if (begun === undefined) return;
  const [key, atStart] = JSON.parse(begun) as [string, Usage];
  const told = asObject(event['usage']);
  const after = usageOf(told) ?? atStart;
  const usage: Usage = {
    input: told['input_tokens'] === undefined ? atStart.input : after.input,
    output: after.output,
    cacheRead: told['cache_read_input_tokens'] === undefined ? atStart.cacheRead : after.cacheRead,
    cacheCreation: told['cache_creation_input_tokens'] === undefined ? atStart.cacheCreation : after.cacheCreation,
    cacheCreation1h: Math.max(atStart.cacheCreation1h, after.cacheCreation1h),
    reasoning: after.reasoning,
  };
  delete state.streaming[call];
  sayUsage(reading, key, usage, 'reported');
  if (call === '') noteResponse(state, key, usage, true);
}

function readSystem(reading: StreamReading, line: Line): void {
  const { key } = reading;
  switch (line['subtype']) {
    case 'init': {
      const cwd = asText(line['cwd']);
      saySession(reading, {
        cwd,
        project: cwd === undefined ? undefined : projectOf(cwd),
        model: asText(line['model']),
        agentVersion: asText(line['claude_code_version']) ?? asText(line['qwen_code_version']),
      });
      return;
    }
    case 'compact_boundary':
      sayEvent(reading, { key, event: 'compaction', name: 'Conversation compacted', summary: compactionSummary(line) });
      sayEntry(reading, { key: `${key}:0`, entry: 'compaction', block: 0, event: key });
      return;
    case 'api_retry':
    case 'api_error':
      sayEvent(reading, { key, event: 'notice', name: 'API retry', summary: oneLine(retrySummary(line)) });
      sayEntry(reading, { key: `${key}:0`, entry: 'notice', block: 0, event: key });
      return;
    case 'hook_response':
      if (line['outcome'] === 'error' || (asNumber(line['exit_code']) ?? 0) !== 0) {
        const name = asText(line['hook_name']) ?? 'hook';
        const text = asText(line['stderr']) ?? asText(line['output']) ?? '';
        sayNotice(reading, key, 'Hook error', text === '' ? name : `${name}: ${text}`, 0);
      }
      return;
    case 'permission_denied':
      sayEvent(reading, {
        key,
        event: 'permission',
        name: 'Permission denied',
        summary: oneLine(asText(line['tool_name']) ?? asText(line['message']) ?? '') || undefined,
      });
      return;
    case 'informational':
    case 'notification':
    case 'local_command_output':
    case 'mirror_error':
      sayNotice(
        reading,
        key,
        'Notice',
        asText(line['content']) ?? asText(line['text']) ?? asText(line['message']) ?? '',
        0,
      );
      return;
    case 'task_started':
    case 'task_updated':
    case 'task_notification':
      readTask(reading, line);
      return;
    default:
  }
}

export function compactionSummary(line: Line): string | undefined {
  const data = asObject(line['compact_metadata']);
  const before = asNumber(data['pre_tokens']);
  const parts = [asText(data['trigger']), before === undefined ? undefined : `${before} tokens before`];
  return parts.filter(part => part !== undefined).join(', ') || undefined;
}

const taskStatuses: Readonly<Record<string, SpanStatus>> = {
  completed: 'ok',
  failed: 'error',
  error: 'error',
  killed: 'aborted',
  stopped: 'aborted',
  cancelled: 'aborted',
};

/** Subagents are tasks; so are shells in the background, which have no conversation. */
function readTask(reading: StreamReading, line: Line): void {
  const { state } = reading;
  const id = asText(line['task_id']);
  const call = asText(line['tool_use_id']);
  if (id === undefined) return;
  const key = agentKeyOf(id);
  if (line['subtype'] === 'task_started') {
    const isAgent = asText(line['subagent_type']) !== undefined || line['task_type'] === 'local_agent';
    if (!isAgent || call === undefined) return;
    put(state.agents, call, id);
    sayPlainSpan(reading, {
      key,
      span: 'agent',
      name: asText(line['subagent_type']),
      parent: safeKey(call),
      status: 'open',
      summary: oneLine(asText(line['description']) ?? '') || undefined,
      role: 'call',
    });
    return;
  }
  if (!Object.values(state.agents).includes(id)) return;
  const patch = asObject(line['patch']);
  const word = asText(patch['status']) ?? asText(line['status']) ?? '';
  const status = Object.hasOwn(taskStatuses, word) ? taskStatuses[word] : undefined;
  const endMs = asNumber(patch['end_time']);
  if (status === undefined) return;
  sayPlainSpan(reading, {
    key,
    span: 'agent',
    status,
    endUs: endMs === undefined ? undefined : Math.round(endMs * 1000),
  });
}

/** A program around Claude Code is asked whether a tool may run. */
function readPermission(reading: StreamReading, request: Line): void {
  if (request['subtype'] !== 'can_use_tool') return;
  sayEvent(reading, {
    key: reading.key,
    event: 'permission',
    name: 'Permission asked',
    summary: asText(request['tool_name']),
    span: asText(request['tool_use_id']),
  });
}
