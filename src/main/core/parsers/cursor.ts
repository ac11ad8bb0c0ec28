// Reads Cursor's transcripts: `~/.cursor/projects/<path>/agent-transcripts/<id>/<id>.jsonl` (or `<id>.jsonl`), those of
// subagents in `subagents/` beside it. One message a line, without id, time, model or tokens; most without results.
//
// Contract: never throws, keeps only CursorState between lines. The only time is the file's own, which orders sessions;
// no span has one. A call whose result is not recorded is taken as done once the conversation goes on.

import { asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import { projectOf } from './claude-code.ts';
import { endCalls, newMessageState, sayMessage, type MessageReading, type MessageState } from './message-facts.ts';
import { blockOf, piecesOf, textOf, type Fields, type Piece, type TextReader } from './message-pieces.ts';
import type {
  Fact,
  FileHint,
  LineParser,
  LinePosition,
  ParsedUnit,
  ParserState,
  Recognition,
  RecordFact,
  Sample,
} from './parser.ts';
import { given, sayError, sayNotice, sayPlainSpan, saySession } from './saying.ts';

export const cursorTranscript: LineParser = {
  id: 'cursor-transcript',
  version: 1,
  label: 'Cursor agent transcripts',
  unit: 'line',
  recognise,
  begin: (_recognition, hint) => newState(hint) as unknown as ParserState, // JSON only
  parse: (state, value, at, hint) => parse(state as unknown as CursorState, value, at, hint),
  content,
};

/** Plain JSON and bounded. */
type CursorState = MessageState & { subagent: string | null; begun: boolean; cwd: string | null };

function newState(hint: FileHint): CursorState {
  return { ...newMessageState(), subagent: placeOf(hint).subagent ?? null, begun: false, cwd: null };
}

interface Place {
  readonly session: string | undefined;
  readonly subagent: string | undefined;
  readonly project: string | undefined;
}

/** Nothing in a transcript names it: its session, its project and what it is a subagent of are told by the path. */
function placeOf({ relPath }: FileHint): Place {
  const stem = /([^/]+?)(?:\.[^./]+)?$/.exec(relPath)?.[1];
  const parent = /(?:^|\/)([^/]+)\/subagents\/[^/]+$/.exec(relPath)?.[1];
  const project = /(?:^|\/)([^/]+)\/agent-transcripts\//.exec(relPath)?.[1];
  return parent === undefined
    ? { session: stem, subagent: undefined, project }
    : { session: parent, subagent: stem, project };
}

function recognise(sample: Sample, hint: FileHint): Recognition | 'more' | undefined {
  const values = sample.values.filter(isObject);
  if (values.length === 0) return sample.values.length === 0 && !sample.complete ? 'more' : undefined;
  if (!values.every(value => isMessage(value) || isEvent(value)) || !values.some(isMessage)) return undefined;
  const { session, subagent } = placeOf(hint);
  return { agent: 'cursor', session: session ?? null, main: subagent === undefined };
}

/** `{role, message: {content}}` and nothing else that other agents' messages have. */
function isMessage(value: Fields): boolean {
  const names = Object.keys(value);
  const isBare = names.every(name => name === 'role' || name === 'message');
  return isBare && roles.has(value['role']) && isObject(value['message']) && 'content' in value['message'];
}

const roles = new Set<unknown>(['user', 'assistant', 'system']);

function isEvent(value: Fields): boolean {
  return value['type'] === 'turn_ended' && !('role' in value);
}

function parse(state: CursorState, value: unknown, at: LinePosition, hint: FileHint): ParsedUnit {
  const timeUs = hint.modifiedUs;
  if (!isObject(value))
    return { records: [{ at, type: 'other', known: false, timeUs, rejected: 'not a JSON object' }], facts: [] };
  const facts: Fact[] = [];
  const thread = state.subagent === null ? ROOT_SPAN : `agent:${state.subagent}`;
  const reading: MessageReading = { facts, at, timeUs: undefined, thread, state, key: `line@${at.offset}` };
  begin(reading, state, hint);
  readLine(reading, state, value);
  return { records: [given<RecordFact>({ at, ...typeOf(value), timeUs })], facts };
}

function typeOf(value: Fields): Pick<RecordFact, 'type' | 'known'> {
  const role = asText(value['role']);
  if (role !== undefined) return { type: `message/${role.slice(0, 80)}`, known: roles.has(role) };
  return { type: asText(value['type'])?.slice(0, 80) ?? 'untyped', known: isEvent(value) };
}

/** The first line: what the path tells of the session, or of the subagent. */
function begin(reading: MessageReading, state: CursorState, hint: FileHint): void {
  if (state.begun) return;
  state.begun = true;
  const { project } = placeOf(hint);
  const { thread } = reading;
  if (thread !== ROOT_SPAN) sayPlainSpan(reading, { key: thread, span: 'agent', name: 'subagent', status: 'open' });
  // The folder's path with dashes: which of them were slashes is not told.
  else if (project !== undefined) saySession(reading, { project });
}

function readLine(reading: MessageReading, state: CursorState, value: Fields): void {
  if (isEvent(value)) return readEnd(reading, value);
  const pieces = messagePieces(value);
  if (!pieces.some(piece => piece.kind === 'result')) endCalls(reading, 'ok');
  if (pieces.some(piece => piece.kind === 'prompt')) state.calls = [];
  sayMessage(reading, value['role'], pieces);
  noteFolder(reading, state, pieces);
}

function readEnd(reading: MessageReading, value: Fields): void {
  const { key, state, thread } = reading;
  const status = asText(value['status']) ?? 'ended';
  const isGood = status === 'success' || status === 'completed';
  endCalls(reading, isGood ? 'ok' : 'aborted');
  state.calls = [];
  if (thread !== ROOT_SPAN) sayPlainSpan(reading, { key: thread, status: isGood ? 'ok' : 'aborted' });
  if (status === 'error' || status === 'failed') return sayError(reading, key, 'turn failed', errorOf(value), 0);
  if (!isGood) sayNotice(reading, key, `turn ${status}`.slice(0, 80), errorOf(value), 0);
}

function errorOf(value: Fields): string {
  return asText(value['error']) ?? asText(asObject(value['error'])['message']) ?? asText(value['message']) ?? '';
}

/** Cursor tells the model where it works, once. */
function noteFolder(reading: MessageReading, state: CursorState, pieces: readonly Piece[]): void {
  if (state.cwd !== null || reading.thread !== ROOT_SPAN) return;
  for (const piece of pieces) {
    if (piece.kind !== 'system') continue;
    const cwd = /^Workspace Path: (\S.{0,1000})$/m.exec(textOf(piece.parts).slice(0, 20_000))?.[1]?.trim();
    if (cwd === undefined) continue;
    state.cwd = cwd;
    return saySession(reading, { cwd, project: projectOf(cwd) });
  }
}

const OPEN = '<user_query>';
const CLOSE = '</user_query>';
/** What Cursor puts under the user's name besides what he typed. */
const added =
  /^\s*<(user_info|project_layout|attached_files|system_reminder|open_and_recently_viewed_files|git_status|rules|agent_skills|agent_transcripts|timestamp|additional_data|cursor_commands|mcp_file_system)\b/;

/** The typed prompt stands inside `<user_query>`; what is around it was added. */
const readText: TextReader = text => {
  const from = text.indexOf(OPEN);
  if (from < 0) return [{ kind: added.test(text.slice(0, 200)) ? 'system' : 'prompt', text }];
  const to = text.indexOf(CLOSE, from);
  const typed = text.slice(from + OPEN.length, to < 0 ? undefined : to).trim();
  const around = [text.slice(0, from), to < 0 ? '' : text.slice(to + CLOSE.length)].map(part => part.trim());
  const [before = '', after = ''] = around;
  return [
    ...(before === '' ? [] : [{ kind: 'system', text: before } as const]),
    { kind: 'prompt', text: typed },
    ...(after === '' ? [] : [{ kind: 'system', text: after } as const]),
  ];
};

function messagePieces(value: Fields): readonly Piece[] {
  return piecesOf(value['role'], asObject(value['message'])['content'], readText);
}

function content(value: unknown): readonly ContentBlock[] {
  const line = asObject(value);
  if (!isEvent(line)) return messagePieces(line).map(blockOf);
  const status = asText(line['status']) ?? 'ended';
  if (status === 'success' || status === 'completed') return [];
  const isError = status === 'error' || status === 'failed';
  return [{ kind: isError ? 'error' : 'notice', title: `Turn ${isError ? 'failed' : status}`, text: errorOf(line) }];
}
