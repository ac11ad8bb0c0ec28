// Reads the sessions of Factory's Droid: `~/.factory/sessions/<project>/<id>.jsonl`, one record a line, and the
// `<id>.settings.json` beside it, which alone tells tokens: the session's running total, written over.
//
// Contract: never throws, keeps only DroidState between lines. Keys are those of Droid's output (stream-json-droid.ts),
// whose facts are weak: where both are read, the store counts.

import { asObject, asText, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { projectOf } from './claude-code.ts';
import { newMessageState, noteModel, sayMessage, type MessageReading, type MessageState } from './message-facts.ts';
import { blockOf, piecesOf, type Fields, type Piece } from './message-pieces.ts';
import {
  oneLine,
  type Fact,
  type LineParser,
  type LinePosition,
  type ParsedUnit,
  type ParserState,
  type Recognition,
  type RecordFact,
  type Sample,
} from './parser.ts';
import { given, safeKey, sayEntry, sayEvent, sayNotice, saySession } from './saying.ts';

export const droidSession: LineParser = {
  id: 'droid-session',
  version: 1,
  label: 'Droid sessions',
  unit: 'line',
  recognise,
  begin: () => newMessageState() as unknown as ParserState, // JSON only
  parse: (state, value, at) => parse(state as unknown as MessageState, value, at),
  content,
};

function recognise(sample: Sample): Recognition | 'more' | undefined {
  const first = sample.values.find(isObject);
  if (first === undefined) return sample.values.length === 0 && !sample.complete ? 'more' : undefined;
  const id = asText(first['id']);
  if (first['type'] !== 'session_start' || id === undefined) return undefined;
  const isHeader = ['owner', 'cwd', 'title', 'sessionTitle', 'version'].some(name => name in first);
  return isHeader ? { agent: 'droid', session: id, main: true } : undefined;
}

/** Seen in real files and in what the agent's source is known to write. */
const types = new Set([
  ...['session_start', 'session_end', 'message', 'todo_state', 'session_settings'],
  ...['agent_turn_outcome', 'compaction_state'],
]);
const roles = new Set(['user', 'assistant', 'system']);

function parse(state: MessageState, value: unknown, at: LinePosition): ParsedUnit {
  if (!isObject(value)) {
    const record: RecordFact = { at, type: 'other', known: false, timeUs: null, rejected: 'not a JSON object' };
    return { records: [record], facts: [] };
  }
  const timeUs = isoToUs(value['timestamp']);
  const key = safeKey(asText(value['id']) ?? `record@${at.offset}`);
  const facts: Fact[] = [];
  const message = asObject(value['message']);
  const model = asText(message['model']) ?? asText(value['model']);
  readRecord({ facts, at, timeUs, thread: ROOT_SPAN, state, key, model }, value, message);
  return { records: [recordOf(value, message, at, timeUs)], facts };
}

function recordOf(value: Fields, message: Fields, at: LinePosition, timeUs: number | undefined): RecordFact {
  const type = asText(value['type'])?.slice(0, 80) ?? 'untyped';
  const role = asText(message['role'])?.slice(0, 80) ?? '';
  const isMessage = type === 'message';
  return given<RecordFact>({
    at,
    type: isMessage ? `message/${role}` : type,
    known: isMessage ? roles.has(role) : types.has(type),
    timeUs: timeUs ?? null,
  });
}

function readRecord(reading: MessageReading, record: Fields, message: Fields): void {
  const { key } = reading;
  switch (record['type']) {
    case 'session_start':
      return readStart(reading, record);
    case 'message':
      return sayMessage(reading, message['role'], messagePieces(record));
    case 'session_settings':
      return noteModel(reading, reading.model);
    case 'compaction_state':
      sayEvent(reading, { key, event: 'compaction', name: 'context compacted' });
      return sayEntry(reading, { key, entry: 'compaction', block: 0, event: key });
    case 'session_end':
      return sayNotice(reading, key, 'session ended', '');
    default:
  }
}

function readStart(reading: MessageReading, record: Fields): void {
  const cwd = asText(record['cwd']);
  const typed = asText(record['sessionTitle']);
  const first = asText(record['title']);
  if (reading.timeUs !== undefined) reading.state.inputUs = reading.timeUs;
  // The title is the first prompt's beginning until the session is named.
  const title = typed !== undefined ? ({ source: 'ai', text: oneLine(typed) } as const) : undefined;
  const version = record['version'];
  saySession(reading, {
    cwd,
    project: cwd === undefined ? undefined : projectOf(cwd),
    title: title ?? (first === undefined ? undefined : { source: 'prompt', text: oneLine(first) }),
    // Older ones hold the number of the file's format there.
    agentVersion: typeof version === 'string' && version.includes('.') ? version : undefined,
  });
  const parent = asText(record['callingSessionId']) ?? asText(record['parentSessionId']);
  if (parent !== undefined) sayNotice(reading, reading.key, 'started by another session', parent);
}

function messagePieces(record: Fields): readonly Piece[] {
  const message = asObject(record['message']);
  return piecesOf(message['role'], message['content']);
}

function content(value: unknown): readonly ContentBlock[] {
  const record = asObject(value);
  if (record['type'] === 'message') return messagePieces(record).map(blockOf);
  if (record['type'] !== 'compaction_state') return [];
  const text = asText(record['summaryText']) ?? '';
  return [{ kind: 'compaction', title: 'Summary of the conversation so far', text }];
}
