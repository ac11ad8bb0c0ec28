// Reads Context Foundry's `conversations/conversation-<task>.jsonl`: everything that the agents of one task said, one
// event a line. A file holds many runs of agents; a run begins with `[init]` and ends with its tokens and its result.
//
// Contract: never throws, keeps only ConversationState between lines. Times are local without a zone and taken as UTC.
// Tokens are told per run: they stand on the run's span, and no response has any.

import { asCount, asNumber, asText, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { SpanStatus } from '../../../shared/model/span.ts';
import { hashText } from './claude-code-agents.ts';
import { buildOf, FOUNDRY, type Fields } from './foundry-build.ts';
import {
  oneLine,
  type Fact,
  type FileHint,
  type LineParser,
  type ParsedUnit,
  type RecordFact,
  type Sample,
} from './parser.ts';
import {
  attributes,
  given,
  safeKey,
  sayEntry,
  sayEvent,
  sayNotice,
  sayPlainSpan,
  saySession,
  saySpan,
  type Saying,
} from './saying.ts';
import { commandOf, inputDiffs, inputSummary } from './tool-input.ts';

/** Plain JSON and bounded. */
type ConversationState = {
  runs: number;
  run: string | null;
  /** Nothing but beginnings was seen of the run: two of them in a row are one. */
  isEmpty: boolean;
  /** Response that is being written: it ends with the next result of a tool. */
  response: string | null;
  lastUs: number | null;
  lastText: string | null;
  calls: string[];
  named: boolean;
};

export const foundryConversation: LineParser = {
  id: 'foundry-conversation',
  version: 1,
  label: 'Context Foundry conversations',
  unit: 'line',
  recognise(sample: Sample) {
    const first = sample.values.find(isObject);
    if (first === undefined) return sample.values.length === 0 && !sample.complete ? 'more' : undefined;
    const session = asText(first['task_id']);
    const isMine = session !== undefined && known.has(first['event_type']) && 'timestamp' in first;
    return isMine ? { agent: FOUNDRY, session, main: true } : undefined;
  },
  begin: () => ({
    ...{ runs: 0, run: null, isEmpty: true, response: null, lastUs: null },
    ...{ lastText: null, calls: [], named: false },
  }),
  parse: (state, value, at, hint) => parse(state as ConversationState, value, at, hint), // only begin() makes it
  content,
};

const known = new Set<unknown>(['system', 'assistant', 'tool_use', 'tool_result', 'usage', 'result']);
const RESULT_CUT = 2000;

function parse(state: ConversationState, value: unknown, at: RecordFact['at'], hint: FileHint): ParsedUnit {
  if (!isObject(value)) {
    const record: RecordFact = { at, type: 'other', known: false, timeUs: null, rejected: 'not a JSON object' };
    return { records: [record], facts: [] };
  }
  const timeUs = isoToUs(value['timestamp']);
  const facts: Fact[] = [];
  const saying: Saying = { facts, at, timeUs, thread: ROOT_SPAN };
  const { project } = buildOf(hint);
  if (!state.named && project !== undefined) saySession(saying, { project });
  state.named = true;
  readEvent(saying, state, value);
  if (timeUs !== undefined) state.lastUs = timeUs;
  const type = asText(value['event_type'])?.slice(0, 80) ?? 'untyped';
  return { records: [given<RecordFact>({ at, type, known: known.has(type), timeUs: timeUs ?? null })], facts };
}

function readEvent(saying: Saying, state: ConversationState, event: Fields): void {
  const key = `event@${saying.at.offset}`;
  switch (event['event_type']) {
    case 'system':
      return asText(event['text'])?.trim() === '[init]'
        ? beginRun(saying, state)
        : sayEntry(saying, { key, entry: event['is_error'] === true ? 'error' : 'system', block: 0 });
    case 'assistant': {
      const text = asText(event['text']) ?? '';
      state.lastText = hashText(text.trim());
      return sayEntry(saying, { key, entry: 'answer', block: 0, span: respond(saying, state, oneLine(text)) });
    }
    case 'tool_use':
      return sayCall(saying, state, event);
    case 'tool_result':
      return sayResult(saying, state, event);
    case 'usage':
      return sayUsage(saying, state, event);
    case 'result':
      return endRun(saying, state, event, key);
    default:
  }
}

/** A run that is followed by another without an end was cut off. */
function beginRun(saying: Saying, state: ConversationState): void {
  if (state.run !== null && state.isEmpty) return;
  if (state.run !== null) closeRun(saying, state, 'aborted', state.lastUs ?? undefined);
  state.runs += 1;
  state.run = `run:${state.runs}`;
  state.isEmpty = true;
  const { timeUs } = saying;
  saySpan(saying, {
    key: state.run,
    span: 'agent',
    name: `Run ${state.runs}`,
    parent: ROOT_SPAN,
    startUs: timeUs,
    status: 'open',
    role: 'begin',
  });
  sayNotice(saying, state.run, 'run begun', `Run ${state.runs}`, 0);
}

/** The run that an event is part of: a file may begin in the middle of one. */
function runOf(saying: Saying, state: ConversationState): string {
  if (state.run === null) {
    state.runs += 1;
    state.run = `run:${state.runs}`;
    saySpan(saying, {
      key: state.run,
      span: 'agent',
      name: `Run ${state.runs}`,
      parent: ROOT_SPAN,
      startUs: saying.timeUs,
      status: 'open',
    });
  }
  state.isEmpty = false;
  return state.run;
}

/** The response that an answer or a call is part of. */
function respond(saying: Saying, state: ConversationState, summary: string | undefined): string {
  const run = runOf(saying, state);
  const isNew = state.response === null;
  const key = state.response ?? `response@${saying.at.offset}`;
  state.response = key;
  saySpan(saying, {
    key,
    span: 'llm',
    name: 'response',
    parent: run,
    startUs: isNew ? (state.lastUs ?? saying.timeUs) : undefined,
    endUs: saying.timeUs,
    status: 'ok',
    summary: summary === '' || !isNew ? undefined : summary,
    role: 'response',
  });
  return key;
}

function sayCall(saying: Saying, state: ConversationState, event: Fields): void {
  const name = oneLine(asText(event['tool_name']) ?? 'tool');
  const key = callKey(event, saying);
  const parent = respond(saying, state, name);
  state.calls.push(key);
  if (state.calls.length > 200) state.calls.shift();
  const summary = inputSummary(name, event['tool_input']);
  saySpan(saying, { key, span: 'tool', name, parent, startUs: saying.timeUs, status: 'open', summary, role: 'call' });
  sayEntry(saying, { key, entry: 'tool', block: 0, span: key });
}

function callKey(event: Fields, saying: Saying): string {
  return safeKey(asText(event['tool_id']) ?? `tool@${saying.at.offset}`);
}

function sayResult(saying: Saying, state: ConversationState, event: Fields): void {
  const key = callKey(event, saying);
  runOf(saying, state);
  state.response = null;
  const open = state.calls.indexOf(key);
  if (open >= 0) state.calls.splice(open, 1);
  const name = oneLine(asText(event['tool_name']) ?? 'tool');
  sayPlainSpan(saying, { key, weak: true, span: 'tool', name, startUs: saying.timeUs });
  saySpan(saying, {
    key,
    endUs: saying.timeUs,
    status: event['is_error'] === true ? 'error' : 'ok',
    attrs: isCut(event) ? { outputCut: true } : undefined,
    role: 'result',
  });
  sayEntry(saying, { key, entry: 'tool', block: 0, span: key, result: true });
}

function isCut(event: Fields): boolean {
  return (asText(event['text'])?.length ?? 0) >= RESULT_CUT;
}

function sayUsage(saying: Saying, state: ConversationState, event: Fields): void {
  const usage = {
    input: asCount(event['input_tokens']),
    output: asCount(event['output_tokens']),
    ...{ cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0, reasoning: 0 },
  };
  saySpan(saying, { key: runOf(saying, state), usage, usageProvenance: 'reported', role: 'usage' });
}

function endRun(saying: Saying, state: ConversationState, event: Fields, key: string): void {
  const exitCode = asNumber(event['exit_code']);
  const failed = event['is_error'] === true || (exitCode ?? 0) !== 0;
  const text = asText(event['text']) ?? '';
  saySpan(saying, { key: runOf(saying, state), attrs: attributes({ exitCode }), role: 'result' });
  closeRun(saying, state, failed ? 'error' : 'ok', saying.timeUs);
  if (failed) {
    sayEvent(saying, { key, event: 'error', name: 'run failed', summary: oneLine(text) || undefined });
    return sayEntry(saying, { key, entry: 'error', block: 0, event: key });
  }
  // The result repeats what was said last.
  sayNotice(saying, key, 'run ended', text, state.lastText === hashText(text.trim()) ? undefined : 0);
}

function closeRun(saying: Saying, state: ConversationState, status: SpanStatus, endUs: number | undefined): void {
  if (state.run !== null) saySpan(saying, { key: state.run, status, endUs });
  for (const key of state.calls.splice(0)) saySpan(saying, { key, status: 'aborted', endUs });
  state.run = null;
  state.response = null;
  state.isEmpty = true;
}

function content(value: unknown): readonly ContentBlock[] {
  const event = isObject(value) ? value : {};
  const text = asText(event['text']) ?? '';
  const failed = event['is_error'] === true || (asNumber(event['exit_code']) ?? 0) !== 0;
  switch (event['event_type']) {
    case 'system':
      if (text.trim() === '[init]') return [{ kind: 'notice', title: 'An agent begins', text: '' }];
      return event['is_error'] === true
        ? [{ kind: 'error', title: 'Error', text }]
        : [{ kind: 'system', title: 'System', parts: [{ kind: 'text', text }] }];
    case 'assistant':
      return [{ kind: 'answer', parts: [{ kind: 'text', text }] }];
    case 'tool_use': {
      const name = asText(event['tool_name']) ?? 'tool';
      const input = event['tool_input'] ?? null;
      const diffs = inputDiffs(name, input);
      return [
        given<Extract<ContentBlock, { kind: 'tool-call' }>>({
          kind: 'tool-call',
          callId: asText(event['tool_id']) ?? '',
          name,
          input,
          command: commandOf(name, input),
          diffs: diffs === undefined ? undefined : [...diffs],
        }),
      ];
    }
    case 'tool_result': {
      const note = 'cut at 2,000 characters when it was recorded';
      const cut = isCut(event) ? [{ kind: 'file', name: 'output', note } as const] : [];
      const isError = event['is_error'] === true;
      return [
        {
          kind: 'tool-result',
          callId: asText(event['tool_id']) ?? '',
          isError,
          parts: [{ kind: 'text', text }, ...cut],
        },
      ];
    }
    case 'result':
      return failed
        ? [{ kind: 'error', title: 'The run failed', text }]
        : [{ kind: 'notice', title: 'Run ended', text }];
    default:
      return [];
  }
}
