// Facts of one record of a Qwen Code chat, and what its parser remembers between lines.

import { asCount, asObject, asText, isObject } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { SpanStatus } from '../../../shared/model/span.ts';
import type { Usage } from '../../../shared/model/usage.ts';
import { promptHint } from './claude-code-agents.ts';
import { projectOf } from './claude-code.ts';
import type { Piece, ToolRecord } from './gemini-message.ts';
import { exitCodeIn, responseText, textOfParts } from './gemini-parts.ts';
import { oneLine } from './parser.ts';
import { apiError, payloadOf, piecesOf, type Fields } from './qwen-record.ts';
import {
  attributes,
  isUuid,
  sayEntry,
  sayError,
  sayEvent,
  sayNotice,
  sayPlainSpan,
  saySession,
  saySpan,
  type Saying,
} from './saying.ts';
import { inputSummary } from './tool-input.ts';

/** Plain JSON and bounded. */
export type QwenState = {
  /** Newest records of the chat with the spans that they made. */
  records: { uuid: string; spans: string[] }[];
  turn: string | null;
  inputUs: number | null;
  model: string | null;
  version: string | null;
  cwd: string | null;
  gitBranch: string | null;
  /** The first prompt was seen: it names the session, or the subagent. */
  hasTitle: boolean;
  /** Key of the subagent whose span has begun: its file holds one. */
  agent: string | null;
};

export function newQwenState(): QwenState {
  return {
    records: [],
    turn: null,
    inputUs: null,
    model: null,
    version: null,
    cwd: null,
    gitBranch: null,
    hasTitle: false,
    agent: null,
  };
}

const REMEMBERED = 200;

export interface QwenReading extends Saying {
  readonly state: QwenState;
  readonly fields: Fields;
  readonly key: string;
  readonly spans: string[];
}

/** Everything that one record says. */
export function readRecord(reading: QwenReading): void {
  const { state, fields, key, spans } = reading;
  noteSession(reading);
  if (reading.thread !== ROOT_SPAN) beginAgent(reading);
  const pieces = piecesOf(fields);
  if (fields['type'] === 'assistant') sayResponse(reading, pieces);
  for (const [block, piece] of pieces.entries()) sayPiece(reading, piece, block);
  if (fields['type'] === 'system') readSystem(reading);
  if (fields['type'] === 'user' || fields['type'] === 'tool_result') state.inputUs = reading.timeUs ?? state.inputUs;
  if (state.records.some(record => record.uuid === key)) return;
  state.records.push({ uuid: key, spans });
  if (state.records.length > REMEMBERED) state.records.shift();
}

/** What a record of the main conversation says of the session, where it has changed. */
function noteSession(reading: QwenReading): void {
  const { state, fields } = reading;
  if (reading.thread !== ROOT_SPAN) return;
  const cwd = asText(fields['cwd']);
  if (cwd !== undefined && state.cwd === null) {
    state.cwd = cwd;
    saySession(reading, { cwd, project: projectOf(cwd) });
  }
  const version = asText(fields['version']);
  if (version !== undefined && version !== state.version) {
    state.version = version;
    saySession(reading, { agentVersion: version });
  }
  const gitBranch = asText(fields['gitBranch']);
  if (gitBranch === undefined || gitBranch === state.gitBranch) return;
  state.gitBranch = gitBranch;
  saySession(reading, { gitBranch });
}

/** The first record of a subagent's conversation: its span begins. */
function beginAgent(reading: QwenReading): void {
  const { state, fields, thread, timeUs } = reading;
  if (state.agent === thread) return;
  state.agent = thread;
  sayPlainSpan(reading, { key: thread, span: 'agent', startUs: timeUs, status: 'open' });
  sayPlainSpan(reading, { key: thread, span: 'agent', weak: true, name: asText(fields['agentName']) ?? 'agent' });
}

function sayResponse(reading: QwenReading, pieces: readonly Piece[]): void {
  const { state, fields, key, timeUs } = reading;
  const model = asText(fields['model']);
  const usage = usageOf(fields['usageMetadata']);
  const span = responseSpan(key);
  reading.spans.push(span);
  saySpan(
    reading,
    {
      key: span,
      span: 'llm',
      name: model ?? 'response',
      parent: reading.thread,
      // Recorded when it had ended; it went out when its last input was there.
      startUs: state.inputUs === null || timeUs === undefined ? timeUs : Math.min(state.inputUs, timeUs),
      endUs: timeUs,
      status: 'ok',
      model,
      usage,
      usageProvenance: usage === undefined ? undefined : 'reported',
      // A branched session holds its parent's records with their ids.
      responseKey: isUuid(key) ? `message:${key}` : undefined,
      summary: summaryOf(pieces),
      role: 'response',
    },
    state.turn,
  );
  if (timeUs !== undefined) state.inputUs = timeUs;
  if (model === undefined || model === state.model || reading.thread !== ROOT_SPAN) return;
  state.model = model;
  saySession(reading, { model });
}

function responseSpan(key: string): string {
  return `response:${key}`;
}

/**
 * Counts of the Gemini API, filled from any provider: the prompt includes what was cached; thoughts are part of the
 * candidates with OpenAI's providers and apart from them with Google's, which the total tells.
 */
export function usageOf(value: unknown): Usage | undefined {
  if (!isObject(value) || Object.keys(value).length === 0) return undefined;
  const prompt = asCount(value['promptTokenCount']);
  const candidates = asCount(value['candidatesTokenCount']);
  const thoughts = asCount(value['thoughtsTokenCount']);
  const toolPrompt = asCount(value['toolUsePromptTokenCount']);
  const total = asCount(value['totalTokenCount']);
  const apart = total >= prompt + candidates + thoughts + toolPrompt && total > 0;
  const cacheRead = Math.min(asCount(value['cachedContentTokenCount']), prompt);
  const output = apart ? candidates + thoughts : Math.max(candidates, thoughts);
  return {
    input: prompt - cacheRead + toolPrompt,
    output,
    cacheRead,
    cacheCreation: 0,
    cacheCreation1h: 0,
    reasoning: Math.min(thoughts, output),
  };
}

function sayPiece(reading: QwenReading, piece: Piece, block: number): void {
  const { fields, key } = reading;
  const own = `${key}:${block}`;
  switch (piece.kind) {
    case 'prompt':
      return sayPrompt(reading, textOfParts(piece.parts), block);
    case 'context':
      return sayEntry(reading, { key: own, entry: 'system', block });
    case 'compaction':
      sayEvent(reading, { key, event: 'compaction', name: 'context compacted' });
      return sayEntry(reading, { key, entry: 'compaction', block, event: key });
    case 'thinking':
    case 'answer':
      return sayEntry(reading, { key: own, entry: piece.kind, block, span: responseSpan(key) });
    case 'call':
      return sayCall(reading, piece.tool, block);
    case 'result':
      return sayResult(reading, piece.tool, block);
    case 'error':
      return sayError(reading, own, apiError(payloadOf(fields))?.name ?? 'error', piece.text, block);
    case 'note':
    case 'warning':
      return sayNotice(reading, own, noticeName(asText(fields['subtype'])), piece.text, block);
  }
}

function noticeName(subtype: string | undefined): string {
  return subtype === 'rewind' ? 'rewound' : (subtype?.replaceAll('_', ' ') ?? 'notice');
}

function sayPrompt(reading: QwenReading, text: string, block: number): void {
  const { state, key, thread } = reading;
  const main = thread === ROOT_SPAN;
  const summary = oneLine(text) || 'image';
  if (main) state.turn = key;
  sayEvent(reading, { key, event: 'prompt', name: main ? 'prompt' : 'task', summary, turn: main ? true : undefined });
  sayEntry(reading, { key, entry: 'prompt', block, event: key });
  if (state.hasTitle || text.trim() === '') return;
  state.hasTitle = true;
  if (main) saySession(reading, { title: { source: 'prompt', text: summary } });
  // A subagent's task links it to the call that gave it.
  else sayPlainSpan(reading, { key: thread, wants: [promptHint(text)], summary });
}

function sayCall(reading: QwenReading, tool: ToolRecord, block: number): void {
  const { state, key } = reading;
  const prompt = asText(asObject(tool.args)['prompt']);
  const runsAgent = tool.name === 'task' || tool.name === 'agent';
  reading.spans.push(tool.id);
  saySpan(
    reading,
    {
      key: tool.id,
      span: 'tool',
      name: tool.name,
      parent: responseSpan(key),
      startUs: reading.timeUs,
      status: 'open',
      summary: inputSummary(tool.name, tool.args),
      offers: runsAgent && prompt !== undefined ? [promptHint(prompt)] : undefined,
      role: 'call',
    },
    state.turn,
  );
  sayEntry(reading, { key: `tool:${tool.id}`, entry: 'tool', block, span: tool.id });
}

function sayResult(reading: QwenReading, tool: ToolRecord, block: number): void {
  const exitCode = tool.responses
    .map(({ response }) => exitCodeIn(responseText(response)))
    .find(code => code !== undefined);
  const display = asObject(tool.display);
  const agent = display['type'] === 'task_execution' ? display : {};
  sayPlainSpan(reading, { key: tool.id, weak: true, span: 'tool', name: tool.name, startUs: tool.endUs });
  saySpan(reading, {
    key: tool.id,
    endUs: tool.endUs,
    status: statusOf(tool, exitCode),
    attrs: attributes({
      exitCode,
      subagent: asText(agent['subagentName']),
      // What the subagent used in all; its own responses are not in this file.
      subagentTokens: asCount(asObject(agent['executionSummary'])['totalTokens']) || undefined,
    }),
    role: 'result',
  });
  sayEntry(reading, { key: `tool:${tool.id}`, entry: 'tool', block, span: tool.id, result: true });
}

function statusOf(tool: ToolRecord, exitCode: number | undefined): SpanStatus {
  if (tool.status === 'cancelled') return 'aborted';
  const failed = tool.responses.some(({ response }) => asText(asObject(response)['error']) !== undefined);
  return tool.status === 'error' || failed || (exitCode !== undefined && exitCode !== 0) ? 'error' : 'ok';
}

/** What system records say besides what people read. */
function readSystem(reading: QwenReading): void {
  const { fields, state } = reading;
  const payload = payloadOf(fields);
  switch (fields['subtype']) {
    case 'custom_title': {
      const text = asText(payload['customTitle']);
      const source = payload['titleSource'] === 'auto' ? 'ai' : 'custom';
      return text === undefined ? undefined : saySession(reading, { title: { source, text: oneLine(text) } });
    }
    case 'session_model': {
      const model = asText(payload['modelId']);
      if (model === undefined || model === state.model) return;
      state.model = model;
      return saySession(reading, { model });
    }
    case 'file_history_snapshot':
      return sayEvent(reading, { key: reading.key, event: 'checkpoint', name: 'file history' });
    case 'rewind':
      return readRewind(reading);
    default:
  }
}

/** The chain of records goes on from the rewind's parent: what came after that one is left. */
function readRewind({ state, fields, ...reading }: QwenReading): void {
  const parent = asText(fields['parentUuid']);
  const index = parent === undefined ? -1 : state.records.findIndex(record => record.uuid === parent);
  if (parent !== undefined && index < 0) return;
  const left = state.records.splice(index + 1);
  for (const key of left.flatMap(record => record.spans)) sayPlainSpan(reading, { key, attrs: { rewound: true } });
}

function summaryOf(pieces: readonly Piece[]): string | undefined {
  const answer = pieces.find(piece => piece.kind === 'answer');
  if (answer !== undefined) return oneLine(textOfParts(answer.parts)) || undefined;
  const tools = pieces.flatMap(piece => (piece.kind === 'call' ? [piece.tool.name] : []));
  if (tools.length > 0) return oneLine(tools.join(', '));
  const thought = pieces.find(piece => piece.kind === 'thinking');
  return thought === undefined ? undefined : oneLine(thought.text.replaceAll('**', ''));
}
