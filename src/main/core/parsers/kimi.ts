// Reads the wire logs of Kimi Code: `sessions/<folder>/<session>/agents/<agent>/wire.jsonl`, one record a line; the
// agent `main` is the session's own conversation, the others are its subagents. (Protocol 1.4, from a real file.)
//
// Contract: never throws, keeps only KimiState between lines. A step is a response: its end tells its tokens, which a
// usage record then tells again; only a record that repeats no step (a compaction's call) counts by itself.

import { asCount, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { Usage } from '../../../shared/model/usage.ts';
import { projectOf } from './claude-code.ts';
import { callBlock, exitCodeOf, isKnown, kimiContent, outputOf, textOf, typeOf, type Fields } from './kimi-content.ts';
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
import { inputSummary } from './tool-input.ts';

/** Plain JSON and bounded. */
type KimiState = {
  subagent: string | null;
  begun: boolean;
  turn: string | null;
  titled: boolean;
  model: string | null;
  hasCwd: boolean;
  /** The step that is being written. */
  step: string | null;
  /** Steps whose tokens were told and not yet told again. */
  untold: number;
  calls: string[];
};

interface KimiReading extends Saying {
  readonly state: KimiState;
  readonly key: string;
}

export const kimiWire: LineParser = {
  id: 'kimi-wire',
  version: 1,
  label: 'Kimi Code wire logs',
  unit: 'line',
  recognise,
  begin: (_recognition, hint) => ({
    ...{ subagent: placeOf(hint).subagent ?? null, begun: false, turn: null, titled: false, model: null },
    ...{ hasCwd: false, step: null, untold: 0, calls: [] },
  }),
  parse: (state, value, at) => parse(state as KimiState, value, at), // only begin() makes it
  content: kimiContent,
};

function placeOf({ relPath }: FileHint): {
  readonly session: string | undefined;
  readonly subagent: string | undefined;
} {
  const agent = /(?:^|\/)([^/]+)\/agents\/([^/]+)\/[^/]+$/.exec(relPath);
  if (agent !== null) return { session: agent[1], subagent: agent[2] === 'main' ? undefined : agent[2] };
  const stem = /(?:^|\/)([^/]+)\/wire\.jsonl$/.exec(relPath)?.[1] ?? /([^/]+?)(?:\.[^./]+)?$/.exec(relPath)?.[1];
  return { session: stem, subagent: undefined };
}

function recognise(sample: Sample, hint: FileHint): ReturnType<LineParser['recognise']> {
  const first = sample.values.find(isObject);
  if (first === undefined) return sample.values.length === 0 && !sample.complete ? 'more' : undefined;
  const isHeader = first['type'] === 'metadata' && 'protocol_version' in first && 'created_at' in first;
  if (!isHeader) return undefined;
  const { session, subagent } = placeOf(hint);
  return { agent: 'kimi', session: session ?? null, main: subagent === undefined };
}

function parse(state: KimiState, value: unknown, at: RecordFact['at']): ParsedUnit {
  if (!isObject(value)) {
    const record: RecordFact = { at, type: 'other', known: false, timeUs: null, rejected: 'not a JSON object' };
    return { records: [record], facts: [] };
  }
  const ms = asNumber(value['time'] ?? value['created_at']);
  const timeUs = ms !== undefined && ms > 0 && ms < 8.64e15 ? Math.round(ms * 1000) : undefined;
  const thread = state.subagent === null ? ROOT_SPAN : `agent:${state.subagent}`;
  const facts: Fact[] = [];
  const reading: KimiReading = { facts, at, timeUs, thread, state, key: `record@${at.offset}` };
  if (!state.begun && thread !== ROOT_SPAN)
    sayPlainSpan(reading, { key: thread, span: 'agent', startUs: timeUs, status: 'open' });
  state.begun = true;
  readRecord(reading, value);
  return {
    records: [given<RecordFact>({ at, type: typeOf(value), known: isKnown(value), timeUs: timeUs ?? null })],
    facts,
  };
}

function readRecord(reading: KimiReading, record: Fields): void {
  const { key } = reading;
  switch (record['type']) {
    case 'turn.prompt':
      return sayPrompt(reading, record);
    case 'context.append_message':
      // What the user typed is told by the turn's beginning.
      if (asObject(asObject(record['message'])['origin'])['kind'] === 'user') return;
      return sayEntry(reading, { key: `${key}:0`, entry: 'system', block: 0 });
    case 'context.append_loop_event':
      return readEvent(reading, asObject(record['event']));
    case 'llm.request':
      return noteModel(reading, asText(record['model']));
    case 'usage.record':
      return readUsage(reading, record);
    case 'context.apply_compaction':
      sayEvent(reading, { key, event: 'compaction', name: 'context compacted' });
      return sayEntry(reading, { key, entry: 'compaction', block: 0, event: key });
    case 'permission.record_approval_result': {
      const name = asText(asObject(record['result'])['decision'])?.slice(0, 80) ?? 'decided';
      const summary = oneLine(asText(record['action']) ?? asText(record['toolName']) ?? '') || undefined;
      const call = asText(record['toolCallId']);
      const span = call === undefined ? undefined : safeKey(call);
      return sayEvent(reading, { key, event: 'permission', name, summary, span });
    }
    case 'plan_mode.enter':
      return sayNotice(reading, key, 'plan mode begun', '');
    case 'plan_mode.exit':
      return sayNotice(reading, key, 'plan mode ended', '');
    default:
  }
}

function sayPrompt(reading: KimiReading, record: Fields): void {
  const { state, key, thread } = reading;
  cutOff(reading);
  const text = textOf(record['input']);
  const summary = oneLine(text) || 'image';
  const byUser = thread === ROOT_SPAN && asText(asObject(record['origin'])['kind']) === 'user';
  if (thread === ROOT_SPAN) state.turn = byUser ? key : state.turn;
  sayEvent(reading, {
    key,
    event: 'prompt',
    name: byUser ? 'prompt' : 'task',
    summary,
    turn: byUser ? true : undefined,
  });
  sayEntry(reading, { key, entry: 'prompt', block: 0, event: key });
  if (state.titled || text.trim() === '') return;
  state.titled = true;
  if (thread === ROOT_SPAN) saySession(reading, { title: { source: 'prompt', text: summary } });
  else sayPlainSpan(reading, { key: thread, summary });
}

/** A step without an end, and what it called: the user broke it off. */
function cutOff(reading: KimiReading): void {
  const { state, timeUs } = reading;
  if (state.step !== null) saySpan(reading, { key: state.step, status: 'aborted', endUs: timeUs });
  for (const key of state.calls.splice(0)) saySpan(reading, { key, status: 'aborted', endUs: timeUs });
  state.step = null;
}

function noteModel(reading: KimiReading, model: string | undefined): void {
  const { state, thread } = reading;
  if (model === undefined) return;
  if (state.step !== null) saySpan(reading, { key: state.step, name: model, model });
  if (model === state.model) return;
  state.model = model;
  if (thread === ROOT_SPAN) saySession(reading, { model });
}

function readEvent(reading: KimiReading, event: Fields): void {
  const { state, key, timeUs } = reading;
  switch (event['type']) {
    case 'step.begin': {
      if (state.step !== null) saySpan(reading, { key: state.step, status: 'aborted', endUs: timeUs });
      state.step = stepKey(reading, event['uuid']);
      return sayStep(reading, state.step, { startUs: timeUs, status: 'open' });
    }
    case 'step.end':
      return endStep(reading, event);
    case 'content.part': {
      const span = stepKey(reading, event['stepUuid']);
      const part = asObject(event['part']);
      const entry = part['type'] === 'text' ? 'answer' : part['type'] === 'think' ? 'thinking' : 'notice';
      const summary = entry === 'answer' ? oneLine(asText(part['text']) ?? '') || undefined : undefined;
      if (summary !== undefined) saySpan(reading, { key: span, summary });
      return sayEntry(reading, { key: safeKey(asText(event['uuid']) ?? key), entry, block: 0, span });
    }
    case 'tool.call':
      return sayCall(reading, event);
    case 'tool.result':
      return sayResult(reading, event);
    default:
  }
}

function stepKey(reading: KimiReading, uuid: unknown): string {
  const id = asText(uuid);
  return id === undefined ? (reading.state.step ?? `step@${reading.at.offset}`) : safeKey(`step:${id}`);
}

function sayStep(reading: KimiReading, key: string, more: Omit<Parameters<typeof saySpan>[1], 'key'>): void {
  const { state, thread } = reading;
  const model = state.model ?? undefined;
  saySpan(
    reading,
    { name: model ?? 'response', model, ...more, key, span: 'llm', parent: thread, role: 'response' },
    state.turn,
  );
}

function endStep(reading: KimiReading, event: Fields): void {
  const { state, timeUs } = reading;
  const usage = usageOf(event['usage']);
  const id = asText(event['messageId']);
  if (usage !== undefined) state.untold += 1;
  sayStep(reading, stepKey(reading, event['uuid']), {
    endUs: timeUs,
    status: 'ok',
    usage,
    usageProvenance: usage === undefined ? undefined : 'reported',
    responseKey: id === undefined ? undefined : `response:${id.slice(0, 300)}`,
    attrs: attributes({
      finishReason: asText(event['finishReason'])?.slice(0, 80),
      firstTokenMs: asNumber(event['llmFirstTokenLatencyMs']),
    }),
  });
  state.step = null;
}

/** Input apart from what a cache held. */
function usageOf(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  return {
    input: asCount(value['inputOther']),
    output: asCount(value['output']),
    cacheRead: asCount(value['inputCacheRead']),
    cacheCreation: asCount(value['inputCacheCreation']),
    ...{ cacheCreation1h: 0, reasoning: 0 },
  };
}

function readUsage(reading: KimiReading, record: Fields): void {
  const { state, timeUs, key, thread } = reading;
  if (record['usageScope'] === 'turn' && state.untold > 0) {
    state.untold -= 1;
    return;
  }
  const usage = usageOf(record['usage']);
  if (usage === undefined) return;
  const model = asText(record['model']);
  const told = { startUs: timeUs, endUs: timeUs, status: 'ok', usage, usageProvenance: 'reported', model } as const;
  const summary = 'Tokens of a call that is no step, such as a compaction';
  saySpan(
    reading,
    { key, span: 'phase', name: 'Tokens beside the steps', parent: thread, ...told, summary, role: 'usage' },
    state.turn,
  );
}

function sayCall(reading: KimiReading, event: Fields): void {
  const { state, timeUs } = reading;
  const block = callBlock(event);
  const key = safeKey(block.callId);
  if (!state.calls.includes(key)) state.calls.push(key);
  if (state.calls.length > 100) state.calls.shift();
  const cwd = asText(asObject(event['display'])['cwd']);
  if (cwd !== undefined && !state.hasCwd && reading.thread === ROOT_SPAN) {
    state.hasCwd = true;
    saySession(reading, { cwd, project: projectOf(cwd) });
  }
  const summary = inputSummary(block.name, block.input) ?? (oneLine(asText(event['description']) ?? '') || undefined);
  const parent = stepKey(reading, event['stepUuid']);
  saySpan(
    reading,
    { key, span: 'tool', name: block.name, parent, startUs: timeUs, status: 'open', summary, role: 'call' },
    state.turn,
  );
  sayEntry(reading, { key, entry: 'tool', block: 0, span: key });
}

function sayResult(reading: KimiReading, event: Fields): void {
  const { state, timeUs } = reading;
  const key = safeKey(asText(event['toolCallId']) ?? asText(event['parentUuid']) ?? '');
  const open = state.calls.indexOf(key);
  if (open >= 0) state.calls.splice(open, 1);
  const output = outputOf(event);
  const failed = asObject(event['result'])['isError'] === true;
  sayPlainSpan(reading, { key, weak: true, span: 'tool', name: 'tool', startUs: timeUs });
  saySpan(reading, {
    key,
    endUs: timeUs,
    status: failed ? 'error' : 'ok',
    attrs: attributes({ exitCode: exitCodeOf(output) }),
    role: 'result',
  });
  sayEntry(reading, { key, entry: 'tool', block: 0, span: key, result: true });
  sayAgent(reading, key, output);
}

/** A subagent's result begins with its name: it hangs below the call that started it. */
function sayAgent(reading: KimiReading, parent: string, output: string): void {
  const id = /^agent_id: (\S{1,200})\n/.exec(output)?.[1];
  if (id === undefined) return;
  const name = /\nactual_subagent_type: (\S{1,80})\n/.exec(output.slice(0, 600))?.[1] ?? 'subagent';
  const status = /\nstatus: completed\n/.test(output.slice(0, 600)) ? 'ok' : 'unknown';
  sayPlainSpan(reading, { key: `agent:${id}`, span: 'agent', name, parent, endUs: reading.timeUs, status });
}
