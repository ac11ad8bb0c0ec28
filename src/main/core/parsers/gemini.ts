// Reads the chats of Gemini CLI: `tmp/<project>/chats/session-*.jsonl`, one change to the chat a line, those of its
// subagents in `chats/<session>/<agent>.jsonl`, and the documents of older versions, `session-*.json`, one object that is
// written anew at each change. Qwen Code's first versions wrote the same documents.
//
// Contract: never throws; keeps only GeminiState between lines. Format: the agent's chatRecordingService, 2025 to 2026-11.

import { asArray, asObject, asText, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import { headOf } from './anton-head.ts';
import { geminiContent, messagesIn } from './gemini-content.ts';
import { isMessage, type Fields } from './gemini-message.ts';
import { readDirectories, readHeader, readMessage, readMessageList, readRewind, readTitle } from './gemini-reading.ts';
import { newGeminiState, readingAt, type GeminiState } from './gemini-state.ts';
import { scanJson, type JsonChooser } from './json-ranges.ts';
import type {
  DocumentParser,
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
import { given } from './saying.ts';

const GEMINI = 'gemini-cli';
const QWEN = 'qwen-code';

export const geminiChatLines: LineParser = {
  id: 'gemini-chat-jsonl',
  version: 1,
  label: 'Gemini CLI chats',
  unit: 'line',
  recognise(sample, hint) {
    const header = sample.values.find(isHeader);
    if (header !== undefined) return recognition(asObject(header), hint, GEMINI);
    return sample.values.length === 0 && !sample.complete ? 'more' : undefined;
  },
  begin: () => newGeminiState() as unknown as ParserState, // JSON only
  parse: (state, value, at, hint) => parse(state as unknown as GeminiState, value, at, hint),
  content: geminiContent,
};

export const geminiChatDocument: DocumentParser = {
  id: 'gemini-chat-json',
  version: 1,
  label: 'Gemini CLI chats (JSON)',
  unit: 'document',
  recognise: recogniseDocument,
  begin: () => ({}),
  parseDocument,
  content: geminiContent,
};

function isHeader(value: unknown): boolean {
  return isChat(value) && !('messages' in value);
}

function isChat(value: unknown): value is Fields {
  return isObject(value) && asText(value['sessionId']) !== undefined && asText(value['projectHash']) !== undefined;
}

/** A subagent's chat belongs to the session that its folder is named for. */
function recognition(header: Fields, hint: FileHint, agent: string): Recognition {
  const own = asText(header['sessionId']) ?? null;
  if (header['kind'] !== 'subagent') return { agent, session: own, main: true };
  const folder = hint.relPath.split('/').at(-2);
  const inSession = folder !== undefined && /(?:^|\/)chats\/[^/]+\/[^/]+$/.test(hint.relPath);
  return { agent, session: inSession ? folder : own, main: false };
}

function parse(state: GeminiState, value: unknown, at: LinePosition, hint: FileHint): ParsedUnit {
  const facts: Fact[] = [];
  if (!isObject(value))
    return { records: [{ at, type: 'other', known: false, timeUs: null, rejected: 'not a JSON object' }], facts };
  const set = value['$set'];
  const rewindTo = value['$rewindTo'];
  const timeUs = isoToUs(value['timestamp'] ?? asObject(set)['lastUpdated'] ?? value['startTime']);
  const record = (type: string, known = true): ParsedUnit => ({
    records: [
      given<RecordFact>({
        at,
        type,
        known,
        timeUs: timeUs ?? null,
        uuid: isMessage(value) ? asText(value['id']) : undefined,
      }),
    ],
    facts,
  });
  const reading = readingAt(state, facts, at, timeUs);
  if (typeof rewindTo === 'string') {
    readRewind(reading, rewindTo);
    return record('$rewindTo');
  }
  if (isMessage(value)) {
    readMessage(reading, value);
    return record(...typeOf(value));
  }
  if (isObject(set)) {
    readTitle(reading, set);
    readDirectories(reading, set);
    if (!Array.isArray(set['messages'])) return record('$set');
    readMessageList(reading, messagesIn(value));
    return record('$set/messages');
  }
  if (!isChat(value)) return record(Object.keys(value)[0]?.slice(0, 80) ?? 'other', false);
  readHeader(state, facts, at, value, hint.relPath);
  readDirectories(reading, value);
  return record('header');
}

function typeOf(message: Fields): [type: string, known: boolean] {
  const type = asText(message['type']) ?? 'message';
  return ['user', 'gemini', 'qwen', 'info', 'warning', 'error'].includes(type)
    ? [type, true]
    : [`message/${type.slice(0, 80)}`, false];
}

function recogniseDocument(sample: Sample, hint: FileHint): Recognition | 'more' | undefined {
  const head = headOf(sample.text);
  if (head === undefined) return undefined;
  const { keys, texts } = head;
  if (keys.has('messages') && texts.has('sessionId') && texts.has('projectHash')) {
    const agent = writtenByQwen(sample.text) ? QWEN : GEMINI;
    const found = recognition({ sessionId: texts.get('sessionId'), kind: texts.get('kind') }, hint, agent);
    // A newer version goes on with the same chat in lines beside it: those are the session's own.
    const isContinued = hint.siblings.includes(`${hint.relPath.split('/').at(-1) ?? ''}l`);
    return isContinued ? { ...found, main: false } : found;
  }
  return keys.size === 0 && !sample.complete ? 'more' : undefined;
}

/** Told by the models that answer: the documents of both agents are the same. */
function writtenByQwen(text: string): boolean {
  return /"type":\s*"qwen"/.test(text) || /"model":\s*"(?:qwen|coder-model|vision-model)/i.test(text);
}

function parseDocument(bytes: Uint8Array, hint: FileHint): ParsedUnit {
  const whole = { line: 1, offset: 0, length: bytes.length };
  const scan = scanJson(bytes, chooseMessages);
  const value = scan.problem === undefined ? parsed(bytes) : undefined;
  if (!isChat(value))
    return {
      records: [{ at: whole, type: 'chat', known: true, timeUs: null, rejected: 'not a whole chat' }],
      facts: [],
    };
  const facts: Fact[] = [];
  const state = newGeminiState();
  readHeader(state, facts, whole, value, hint.relPath);
  readDirectories(readingAt(state, facts, whole, undefined), value);
  const records: RecordFact[] = [{ at: whole, type: 'chat', known: true, timeUs: isoToUs(value['startTime']) ?? null }];
  const messages = asArray(value['messages']);
  for (const { path, start, end, line } of scan.ranges) {
    const message = messages[Number(path[1])];
    const at = { line, offset: start, length: end - start };
    const timeUs = isoToUs(asObject(message)['timestamp']);
    if (!isMessage(message)) {
      records.push({ at, type: 'message', known: false, timeUs: null, rejected: 'not a message' });
      continue;
    }
    const [type, known] = typeOf(message);
    records.push({ at, type, known, timeUs: timeUs ?? null, uuid: asText(message['id']) ?? '' });
    readMessage(readingAt(state, facts, at, timeUs, records.length - 1), message);
  }
  return { records, facts };
}

const chooseMessages: JsonChooser = (path, opens) => {
  if (path.length === 0) return opens === '{' ? 'enter' : 'skip';
  if (path[0] !== 'messages') return 'skip';
  return path.length === 1 && opens === '[' ? 'enter' : path.length === 2 ? 'take' : 'skip';
};

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined; // cut off, or no JSON after all
  }
}
