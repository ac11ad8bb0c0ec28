// The facts of one message of a Gemini CLI chat: its response, its prompts, its calls and their results.

import { asCount, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { SpanStatus } from '../../../shared/model/span.ts';
import type { Usage } from '../../../shared/model/usage.ts';
import { projectOf } from './claude-code.ts';
import {
  directoryIn,
  hasEnded,
  isAnswer,
  piecesOf,
  type Fields,
  type Piece,
  type ToolRecord,
} from './gemini-message.ts';
import { exitCodeIn, responseText, textOfParts } from './gemini-parts.ts';
import { agentKey, keyOf, REMEMBERED, type GeminiReading, type MessageState } from './gemini-state.ts';
import { oneLine } from './parser.ts';
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
} from './saying.ts';
import { inputSummary } from './tool-input.ts';

interface How {
  readonly isNew: boolean;
  /** Block of the message's first piece in its record. */
  readonly firstBlock: number;
  readonly bySet: boolean;
}

/** All that a message tells. A message that is known may say it again in a newer form: its keys stay. */
export function sayMessage(reading: GeminiReading, message: Fields, own: MessageState, how: How): void {
  const key = keyOf(reading, own.id);
  const pieces = piecesOf(message);
  const model = asText(message['model']);
  const isResponse = isAnswer(message) && !(how.bySet && model === undefined && !isObject(message['tokens']));
  if (isResponse) sayResponse(reading, message, key, pieces, how.isNew);
  // A copy that the program made of the chat's end when it was compacted: its originals stand above.
  const isCopy =
    how.bySet && !pieces.some(piece => piece.kind === 'compaction' || piece.kind === 'context') && !isResponse;
  if (isResponse && !own.spans.includes(key)) own.spans.push(key);
  own.counts ||= isResponse;
  if (isCopy) return;
  for (const [index, piece] of pieces.entries())
    sayPiece(reading, piece, own, {
      key: `${key}:${index}`,
      block: how.firstBlock + index,
      owner: isResponse ? key : undefined,
    });
  if (message['type'] === 'user' && reading.timeUs !== undefined) reading.state.inputUs = reading.timeUs;
}

function sayResponse(
  reading: GeminiReading,
  message: Fields,
  key: string,
  pieces: readonly Piece[],
  isNew: boolean,
): void {
  const { state, timeUs } = reading;
  const id = asText(message['id']) ?? '';
  const model = asText(message['model']);
  const usage = usageOf(message['tokens']);
  saySpan(
    reading,
    {
      key,
      span: 'llm',
      name: model ?? 'response',
      parent: reading.thread,
      // Written when it had ended; it went out when its last input was there.
      startUs: isNew ? earlier(state.inputUs ?? undefined, timeUs) : undefined,
      endUs: timeUs,
      status: 'ok',
      model,
      usage,
      usageProvenance: usage === undefined ? undefined : 'reported',
      responseKey: isUuid(id) ? `message:${id}` : undefined,
      summary: summaryOf(pieces),
      role: 'response',
    },
    state.turn,
  );
  if (model === undefined || model === state.model) return;
  state.model = model;
  if (state.agent === null) saySession(reading, { model });
}

/** `input` includes what was cached, `thoughts` are not in `output`, `tool` is what tool prompts added. */
export function usageOf(tokens: unknown): Usage | undefined {
  if (!isObject(tokens)) return undefined;
  const input = asCount(tokens['input']);
  const cacheRead = Math.min(asCount(tokens['cached']), input);
  const reasoning = asCount(tokens['thoughts']);
  return {
    input: input - cacheRead + asCount(tokens['tool']),
    output: asCount(tokens['output']) + reasoning,
    cacheRead,
    cacheCreation: 0,
    cacheCreation1h: 0,
    reasoning,
  };
}

interface PiecePlace {
  readonly key: string;
  readonly block: number;
  /** Key of the response that it is part of. */
  readonly owner: string | undefined;
}

function sayPiece(reading: GeminiReading, piece: Piece, own: MessageState, place: PiecePlace): void {
  const { key, block, owner } = place;
  switch (piece.kind) {
    case 'prompt':
      return sayPrompt(reading, textOfParts(piece.parts), own, place);
    case 'context': {
      const cwd = directoryIn(textOfParts(piece.parts));
      if (cwd !== undefined && reading.state.cwd === null && reading.state.agent === null) {
        reading.state.cwd = cwd;
        saySession(reading, { cwd, project: projectOf(cwd) });
      }
      return sayEntry(reading, { key, entry: 'system', block }, own.at);
    }
    case 'compaction':
      sayEvent(reading, { key, event: 'compaction', name: 'context compacted' });
      return sayEntry(reading, { key, entry: 'compaction', block, event: key }, own.at);
    case 'thinking':
    case 'answer':
      return sayEntry(reading, { key, entry: piece.kind, block, span: owner }, own.at);
    case 'call':
      return sayCall(reading, piece.tool, own, place);
    case 'result':
      return sayResult(reading, piece.tool, own, place);
    case 'note':
    case 'warning':
      return sayNotice(reading, key, piece.kind === 'note' ? 'notice' : 'warning', piece.text, block);
    case 'error':
      return sayError(reading, key, 'error', piece.text, block);
  }
}

function sayPrompt(reading: GeminiReading, text: string, own: MessageState, { block }: PiecePlace): void {
  const { state } = reading;
  const main = state.agent === null;
  const key = keyOf(reading, own.id);
  own.counts = true;
  if (main) state.turn = key;
  const summary = oneLine(text) || 'image';
  sayEvent(reading, { key, event: 'prompt', name: main ? 'prompt' : 'task', summary, turn: main ? true : undefined });
  sayEntry(reading, { key, entry: 'prompt', block, event: key }, own.at);
  if (!main) sayPlainSpan(reading, { key: state.agent ?? '', weak: true, summary });
  if (!main || state.hasTitle || text.trim() === '') return;
  state.hasTitle = true;
  saySession(reading, { title: { source: 'prompt', text: summary } });
}

function sayCall(reading: GeminiReading, tool: ToolRecord, own: MessageState, { block, owner }: PiecePlace): void {
  const { state } = reading;
  if (!own.spans.includes(tool.id)) own.spans.push(tool.id);
  saySpan(
    reading,
    {
      key: tool.id,
      span: 'tool',
      name: tool.name,
      parent: owner,
      startUs: reading.timeUs,
      status: hasEnded(tool) ? undefined : 'open',
      summary: inputSummary(tool.name, tool.args),
      role: 'call',
    },
    state.turn,
  );
  sayEntry(reading, { key: `tool:${tool.id}`, entry: 'tool', block, span: tool.id }, own.at);
  if (tool.agentId === undefined) return;
  sayPlainSpan(reading, {
    key: agentKey(tool.agentId),
    span: 'agent',
    name: asText(asObject(tool.args)['agent_name']) ?? tool.label ?? tool.name,
    parent: tool.id,
    startUs: reading.timeUs,
    endUs: tool.endUs,
    status: hasEnded(tool) ? statusOf(tool, undefined) : 'open',
    summary: inputSummary(tool.name, tool.args),
  });
}

/** A result in its call's message, or the response that went to the model, which repeats it. */
function sayResult(reading: GeminiReading, tool: ToolRecord, own: MessageState, { block }: PiecePlace): void {
  const { state } = reading;
  const isSaid = state.results.includes(tool.id);
  const isRepeat = tool.status === undefined;
  if (isRepeat && isSaid) return saySpan(reading, { key: tool.id, role: 'result' });
  if (!isSaid) {
    state.results.push(tool.id);
    if (state.results.length > REMEMBERED) state.results.shift();
  }
  const exitCode = tool.responses
    .map(({ response }) => exitCodeIn(responseText(response)))
    .find(code => code !== undefined);
  const endUs = tool.endUs ?? reading.timeUs;
  if (isRepeat) sayPlainSpan(reading, { key: tool.id, weak: true, span: 'tool', name: tool.name, startUs: endUs });
  saySpan(reading, {
    key: tool.id,
    endUs,
    status: statusOf(tool, exitCode),
    attrs: attributes({ exitCode }),
    role: 'result',
  });
  sayEntry(reading, { key: `tool:${tool.id}`, entry: 'tool', block, span: tool.id, result: true }, own.at);
  if (tool.endUs !== undefined) state.inputUs = tool.endUs;
}

function statusOf(tool: ToolRecord, exitCode: number | undefined): SpanStatus {
  if (tool.status === 'cancelled') return 'aborted';
  const failed =
    tool.status === 'error' || tool.responses.some(({ response }) => asText(asObject(response)['error']) !== undefined);
  return failed || (exitCode !== undefined && exitCode !== 0) ? 'error' : 'ok';
}

function summaryOf(pieces: readonly Piece[]): string | undefined {
  const answer = pieces.find(piece => piece.kind === 'answer');
  if (answer !== undefined) return oneLine(textOfParts(answer.parts)) || undefined;
  const tools = pieces.flatMap(piece => (piece.kind === 'call' ? [piece.tool.name] : []));
  if (tools.length > 0) return oneLine(tools.join(', '));
  const thought = pieces.find(piece => piece.kind === 'thinking');
  return thought === undefined ? undefined : oneLine(thought.text.replaceAll('**', ''));
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
