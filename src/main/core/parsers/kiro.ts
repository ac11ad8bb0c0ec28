// Reads the sessions of Kiro's command line: one message a line, `{version: 'v1', kind, data}`. (From a real recording
// of 2026; other kinds of lines are kept as unknown.)
//
// Contract: never throws, keeps only message state between lines. Prompts alone have a time; no line tells the session,
// the model or tokens: the session is the file's name.

import { asArray, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import { newMessageState, sayMessage, type MessageState } from './message-facts.ts';
import { blockOf, piecesOf, type Fields, type Piece } from './message-pieces.ts';
import type { Fact, LineParser, ParsedUnit, ParserState, RecordFact } from './parser.ts';
import { given, safeKey } from './saying.ts';

export const kiroSession: LineParser = {
  id: 'kiro-session',
  version: 1,
  label: 'Kiro sessions',
  unit: 'line',
  recognise(sample, hint) {
    const first = sample.values.find(isObject);
    if (first === undefined) return sample.values.length === 0 && !sample.complete ? 'more' : undefined;
    if (!isMessage(first)) return undefined;
    return { agent: 'kiro', session: /([^/]+?)(?:\.[^./]+)?$/.exec(hint.relPath)?.[1] ?? null, main: true };
  },
  begin: () => newMessageState() as unknown as ParserState, // JSON only
  parse: (state, value, at) => parse(state as unknown as MessageState, value, at),
  content: value => (isMessage(value) ? messagePieces(value).map(blockOf) : []),
};

const roles = new Map<unknown, string>([
  ['Prompt', 'user'],
  ['AssistantMessage', 'assistant'],
  ['ToolResults', 'user'],
]);

function isMessage(value: unknown): value is Fields {
  return isObject(value) && value['version'] === 'v1' && roles.has(value['kind']) && isObject(value['data']);
}

function parse(state: MessageState, value: unknown, at: RecordFact['at']): ParsedUnit {
  if (!isObject(value)) {
    const record: RecordFact = { at, type: 'other', known: false, timeUs: null, rejected: 'not a JSON object' };
    return { records: [record], facts: [] };
  }
  const data = asObject(value['data']);
  const seconds = asNumber(asObject(data['meta'])['timestamp']);
  const timeUs = seconds !== undefined && seconds > 0 && seconds < 8.64e12 ? Math.round(seconds * 1e6) : undefined;
  const facts: Fact[] = [];
  const key = safeKey(asText(data['message_id']) ?? `record@${at.offset}`);
  const reading = { facts, at, timeUs, thread: ROOT_SPAN, state, key };
  if (isMessage(value)) sayMessage(reading, roles.get(value['kind']), messagePieces(value));
  const type = asText(value['kind'])?.slice(0, 80) ?? 'untyped';
  return { records: [given<RecordFact>({ at, type, known: roles.has(type), timeUs: timeUs ?? null })], facts };
}

function messagePieces(message: Fields): readonly Piece[] {
  const items = asArray(asObject(message['data'])['content']).map(asObject);
  // A call comes with an empty text before it.
  const told = items.filter(item => item['kind'] !== 'text' || item['data'] !== '');
  const pieces = piecesOf(roles.get(message['kind']), told.map(toAnthropic));
  let next = 0;
  const codes = told.filter(item => item['kind'] === 'toolResult').map(exitCodeOf);
  return pieces.map(piece =>
    piece.kind === 'result' ? { ...piece, exitCode: codes[next++] ?? piece.exitCode } : piece,
  );
}

function toAnthropic(item: Fields): unknown {
  const data = asObject(item['data']);
  switch (item['kind']) {
    case 'text':
      return { type: 'text', text: item['data'] };
    case 'toolUse':
      return { type: 'tool_use', id: data['toolUseId'], name: data['name'], input: data['input'] };
    case 'toolResult': {
      const content = asArray(data['content']).map(part => outputOf(asObject(part)));
      const isError = asText(data['status']) !== undefined && data['status'] !== 'success';
      return { type: 'tool_result', tool_use_id: data['toolUseId'], is_error: isError, content };
    }
    default:
      return { ...item, type: item['kind'] };
  }
}

/** What a shell printed, else the value that the tool gave. */
function outputOf(part: Fields): unknown {
  const { data } = part;
  const shell = asObject(data);
  if (!('stdout' in shell)) return typeof data === 'string' ? { type: 'text', text: data } : data;
  const streams = [asText(shell['stdout']), asText(shell['stderr'])].filter(text => text !== undefined);
  return { type: 'text', text: streams.join('\n') || ' ' };
}

/** `exit status: 1`, as Rust writes it. */
function exitCodeOf(item: Fields): number | undefined {
  for (const part of asArray(asObject(item['data'])['content'])) {
    const status = asText(asObject(asObject(part)['data'])['exit_status']);
    const digits = /^exit status: (\d{1,9})$/.exec(status ?? '')?.[1];
    if (digits !== undefined) return Number(digits);
  }
  return undefined;
}
