// What Factory's Droid prints with `droid exec --output-format stream-json`: no tokens; times in milliseconds or as ISO.
//
// Contract: never throws. The session is that of Droid's own store, under its id; every fact is weak, so that what the
// store says counts where both are read. A call names the message that asked for it: that is a model response of its own.

import { asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { ContentBlock, FileDiff, Part } from '../../../shared/model/content.ts';
import { parseUnified } from './codex-patch.ts';
import { readTime, unwrapJson } from './otlp-values.ts';
import { type Fact, type LineParser, oneLine, type ParsedUnit, type RecordFact, type Sample } from './parser.ts';
import { given, safeKey, sayEntry, sayError, sayEvent, sayPlainSpan, saySession, type Saying } from './saying.ts';
import { commandOf, inputDiffs, inputSummary } from './tool-input.ts';

type Line = Readonly<Record<string, unknown>>;

type DroidState = {
  session: string | null;
  model: string | null;
  turn: string | null;
  /** Time of the last line of the conversation: the earliest moment at which the next answer began. */
  since: number | null;
  lastText: string | null;
  titled: boolean;
};

export const droidStreamJson: LineParser = {
  id: 'droid-stream-json',
  version: 1,
  label: 'Droid output (stream-json)',
  unit: 'line',
  recognise: sample => (holdsDroid(sample) ? { agent: 'droid', session: null, main: false } : undefined),
  begin: () => newState(null),
  parse: (state, value, at) => parseLine(state as DroidState, value, at), // only newState() makes it
  content,
};

function newState(session: string | null): DroidState {
  return { session, model: null, turn: null, since: null, lastText: null, titled: false };
}

function holdsDroid(sample: Sample): boolean {
  return sample.values.some(value => {
    if (!isObject(value) || asText(value['session_id']) === undefined) return false;
    switch (value['type']) {
      case 'message':
        return asText(value['role']) !== undefined && typeof value['text'] === 'string';
      case 'tool_call':
        return asText(value['toolName']) !== undefined && isObject(value['parameters']);
      default:
        return false;
    }
  });
}

const knownTypes = new Set(['message', 'reasoning', 'tool_call', 'tool_result', 'completion', 'error']);

function parseLine(state: DroidState, value: unknown, at: RecordFact['at']): ParsedUnit {
  if (!isObject(value)) {
    const record: RecordFact = { at, type: 'other', known: false, timeUs: null, rejected: 'not a JSON object' };
    return { records: [record], facts: [] };
  }
  const named = asText(value['session_id']);
  if (named !== undefined && named !== state.session) Object.assign(state, newState(named));
  const timeUs = readTime(value['timestamp']);
  const record = recordOf(value, at, timeUs, state.session);
  const facts: Fact[] = [];
  const session = state.session;
  if (session === null) return { records: [record], facts };
  readLine({ facts, at, timeUs, thread: ROOT_SPAN }, state, value);
  if (timeUs !== undefined) state.since = Math.max(state.since ?? 0, timeUs);
  const told = facts.map((fact): Fact =>
    fact.kind === 'span' || fact.kind === 'entry' ? { ...fact, session, weak: true } : { ...fact, session },
  );
  return { records: [record], facts: told };
}

function recordOf(line: Line, at: RecordFact['at'], timeUs: number | undefined, session: string | null): RecordFact {
  const type = asText(line['type'])?.slice(0, 80);
  const inner = type === 'system' ? asText(line['subtype']) : type === 'message' ? asText(line['role']) : undefined;
  return {
    at,
    type: type === undefined ? 'untyped' : inner === undefined ? type : `${type}/${inner.slice(0, 80)}`,
    known: type === 'system' ? inner === undefined || inner === 'init' : knownTypes.has(type ?? ''),
    timeUs: timeUs ?? null,
    ...(session === null ? {} : { session }),
  };
}

function readLine(saying: Saying, state: DroidState, line: Line): void {
  const key = safeKey(asText(line['id']) ?? `line:${saying.at.offset}`);
  switch (line['type']) {
    case 'system': {
      const cwd = asText(line['cwd']);
      state.model = asText(line['model']) ?? state.model;
      const project = cwd?.split(/[/\\]/).findLast(part => part !== '');
      saySession(saying, { cwd, project, model: asText(line['model']) });
      return;
    }
    case 'message':
      readMessage(saying, state, line, key);
      return;
    case 'reasoning':
      sayAnswer(saying, state, key, undefined);
      sayEntry(saying, { key: `${key}:0`, entry: 'thinking', block: 0, span: key });
      return;
    case 'tool_call':
      readCall(saying, state, line);
      return;
    case 'tool_result':
      readResult(saying, line);
      return;
    case 'completion': {
      const text = asText(line['finalText']);
      if (text === undefined || text === state.lastText) return; // the last message again
      sayAnswer(saying, state, key, text);
      sayEntry(saying, { key: `${key}:0`, entry: 'answer', block: 0, span: key });
      return;
    }
    case 'error': {
      const text = errorText(line);
      if (text === state.lastText) sayEvent(saying, { key, event: 'error', name: 'error', summary: oneLine(text) });
      else sayError(saying, key, 'error', text, 0);
      return;
    }
    default:
  }
}

function readMessage(saying: Saying, state: DroidState, line: Line, key: string): void {
  const text = asText(line['text']) ?? '';
  if (line['role'] === 'assistant') {
    state.lastText = text;
    sayAnswer(saying, state, key, text);
    sayEntry(saying, { key: `${key}:0`, entry: 'answer', block: 0, span: key });
    return;
  }
  if (line['role'] !== 'user') {
    sayEntry(saying, { key: `${key}:0`, entry: 'system', block: 0 });
    return;
  }
  state.turn = key;
  sayEvent(saying, { key, event: 'prompt', name: 'Prompt', summary: oneLine(text) || undefined, turn: true });
  sayEntry(saying, { key: `${key}:0`, entry: 'prompt', block: 0, event: key });
  if (!state.titled && text.trim() !== '') saySession(saying, { title: { source: 'prompt', text: oneLine(text) } });
  state.titled = true;
}

/** A response of the model; it began after the last thing that was said. */
function sayAnswer(saying: Saying, state: DroidState, key: string, text: string | undefined): void {
  sayPlainSpan(saying, {
    key,
    span: 'llm',
    name: state.model ?? 'model',
    parent: ROOT_SPAN,
    turn: state.turn ?? undefined,
    model: state.model ?? undefined,
    startUs: state.since ?? saying.timeUs,
    endUs: saying.timeUs,
    status: 'ok',
    summary: text === undefined ? undefined : oneLine(text) || undefined,
    role: 'response',
  });
}

function callKey(line: Line, saying: Saying): string {
  return safeKey(asText(line['toolCallId']) ?? asText(line['id']) ?? `tool:${saying.at.offset}`);
}

function readCall(saying: Saying, state: DroidState, line: Line): void {
  const key = callKey(line, saying);
  const message = asText(line['messageId']);
  const response = safeKey(message ?? `message:${key}`);
  const name = nameOf(line);
  sayAnswer(saying, state, response, undefined);
  sayPlainSpan(saying, {
    key,
    span: 'tool',
    name,
    parent: response,
    turn: state.turn ?? undefined,
    startUs: saying.timeUs,
    status: 'open',
    summary: inputSummary(name, argumentsOf(line)),
    role: 'call',
  });
  sayEntry(saying, { key, entry: 'tool', block: 0, span: key });
}

function nameOf(line: Line): string {
  return oneLine(asText(line['toolName']) ?? asText(line['toolId']) ?? 'tool');
}

/** ApplyPatch has its patch as the only argument. */
function argumentsOf(line: Line): unknown {
  const fields = asObject(line['parameters']);
  return typeof fields['input'] === 'string' && Object.keys(fields).length === 1 ? fields['input'] : fields;
}

function readResult(saying: Saying, line: Line): void {
  const key = callKey(line, saying);
  const failed = line['isError'] === true || isObject(line['error']);
  const exitCode = exitCodeOf(line);
  const isAborted = failed && /cancelled|rejected|declined/i.test(errorText(asObject(line['error'])));
  sayPlainSpan(saying, {
    key,
    span: 'tool',
    status: isAborted ? 'aborted' : failed || (exitCode ?? 0) !== 0 ? 'error' : 'ok',
    endUs: saying.timeUs,
    attrs: exitCode === undefined ? undefined : { exitCode },
    role: 'result',
  });
  sayEntry(saying, { key, entry: 'tool', block: 0, span: key, result: true });
}

function exitCodeOf(line: Line): number | undefined {
  const { value } = line;
  const told = asNumber(asObject(value)['exitCode']);
  if (told !== undefined) return told;
  const tail = typeof value === 'string' ? /\[Process exited with code (\d{1,9})\]\s*$/.exec(value.slice(-60)) : null;
  return tail === null ? undefined : Number(tail[1]);
}

function errorText(line: Line): string {
  return asText(line['message']) ?? asText(line['text']) ?? '';
}

function content(value: unknown): readonly ContentBlock[] {
  if (!isObject(value)) return [];
  const text = asText(value['text']) ?? '';
  switch (value['type']) {
    case 'message':
      return [messageBlock(value['role'], [{ kind: 'text', text }])];
    case 'reasoning':
      return [{ kind: 'thinking', text, hidden: text === '' }];
    case 'completion':
      return [{ kind: 'answer', parts: [{ kind: 'text', text: asText(value['finalText']) ?? '' }] }];
    case 'error':
      return [{ kind: 'error', title: asText(value['source']) ?? 'error', text: errorText(value) }];
    case 'tool_call': {
      const input = argumentsOf(value);
      const diffs = inputDiffs(nameOf(value), input);
      return [
        given<Extract<ContentBlock, { kind: 'tool-call' }>>({
          kind: 'tool-call',
          callId: idOf(value),
          name: nameOf(value),
          input: value['parameters'] ?? null,
          command: commandOf(nameOf(value), input),
          diffs: diffs === undefined ? undefined : [...diffs],
        }),
      ];
    }
    case 'tool_result':
      return [resultBlock(value)];
    default:
      return [];
  }
}

function messageBlock(role: unknown, parts: Part[]): ContentBlock {
  if (role === 'assistant') return { kind: 'answer', parts };
  return role === 'user' ? { kind: 'prompt', parts } : { kind: 'system', title: 'System', parts };
}

function idOf(line: Line): string {
  return asText(line['toolCallId']) ?? asText(line['id']) ?? '';
}

/** Editing tools answer with JSON text of the file and the change that was made. */
function resultBlock(line: Line): ContentBlock {
  const { value } = line;
  const inner = asObject(unwrapJson(value));
  const path = asText(inner['file_path']);
  const diff = asText(inner['diff']);
  const output = [asText(asObject(value)['stdout']), asText(asObject(value)['stderr'])].filter(Boolean).join('\n');
  const failure = asText(asObject(line['error'])['message']);
  const diffs: FileDiff[] | undefined =
    path === undefined || diff === undefined ? undefined : [{ path, change: 'update', hunks: parseUnified(diff) }];
  const parts: Part[] =
    typeof value === 'string'
      ? [{ kind: 'text', text: value }]
      : output !== ''
        ? [{ kind: 'text', text: output }]
        : value === undefined || value === null
          ? []
          : [{ kind: 'json', value }];
  return given<Extract<ContentBlock, { kind: 'tool-result' }>>({
    kind: 'tool-result',
    callId: idOf(line),
    isError: line['isError'] === true || failure !== undefined,
    parts: failure === undefined ? parts : [...parts, { kind: 'text', text: failure }],
    exitCode: exitCodeOf(line),
    diffs,
  });
}
