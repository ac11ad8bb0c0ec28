// Facts of a Gemini CLI chat, and what its parser remembers between lines.
//
// A chat is a list of messages that is written as changes: a line with an id that was seen replaces that message (calls
// and tokens come later than the text), `$set` replaces the whole list, `$rewindTo` drops its end. Keys are the messages'
// ids, so that a replacement joins what was said. Messages that only a `$set` brings are the program's: its context, the
// summary of a compaction, and copies of what the summary kept; they are no prompts and no responses.

import { asArray, asText } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import { sayMessage } from './gemini-facts.ts';
import { isAnswer, piecesOf, type Fields } from './gemini-message.ts';
import {
  agentKey,
  keyOf,
  readingAt,
  REMEMBERED,
  type GeminiReading,
  type GeminiState,
  type MessageState,
} from './gemini-state.ts';
import { oneLine, type LinePosition } from './parser.ts';
import { sayNotice, sayPlainSpan, saySession, saySpan } from './saying.ts';

/** The first line of a chat, or the outermost fields of the older document. */
export function readHeader(
  state: GeminiState,
  facts: GeminiReading['facts'],
  at: LinePosition,
  header: Fields,
  relPath: string,
): void {
  if (header['kind'] === 'subagent') state.agent ??= agentKey(asText(header['sessionId']) ?? relPath);
  const timeUs = isoToUs(header['startTime']);
  const reading = readingAt(state, facts, at, timeUs);
  state.headed = true;
  state.inputUs ??= timeUs ?? null;
  if (state.agent !== null) {
    sayPlainSpan(reading, { key: state.agent, span: 'agent', startUs: timeUs, status: 'open', role: 'body' });
    sayPlainSpan(reading, { key: state.agent, span: 'agent', weak: true, name: 'agent' });
    return;
  }
  // The folder is a short name of the project, or the hash of its path.
  const folder = /(?:^|\/)tmp\/([^/]+)\/chats\//.exec(relPath)?.[1];
  if (folder !== undefined && !/^[0-9a-f]{64}$/.test(folder)) saySession(reading, { project: folder });
  readTitle(reading, header);
}

export function readTitle(reading: GeminiReading, fields: Fields): void {
  const summary = asText(fields['summary']);
  if (summary !== undefined && reading.state.agent === null)
    saySession(reading, { title: { source: 'summary', text: oneLine(summary) } });
}

/** A line that is a message: a new one, or the newer form of one that is known. */
export function readMessage(reading: GeminiReading, message: Fields): void {
  const { state } = reading;
  const id = asText(message['id']) ?? '';
  const known = state.messages.find(one => one.id === id);
  const own = known ?? { id, at: reading.at.offset, spans: [], counts: isAnswer(message) };
  sayMessage(reading, message, own, { isNew: known === undefined, firstBlock: 0, bySet: false });
  if (known === undefined) keep(state, own);
  state.newestUs = Math.max(state.newestUs ?? 0, reading.timeUs ?? 0);
}

/** `{"$set": {messages}}`: the chat is this list from here on. */
export function readMessageList(reading: GeminiReading, messages: readonly Fields[]): void {
  const { state } = reading;
  const before = new Map(state.messages.map(one => [one.id, one]));
  const list: MessageState[] = [];
  let block = 0;
  let isCompacted = false;
  for (const message of messages) {
    const id = asText(message['id']) ?? '';
    const pieces = piecesOf(message);
    const known = before.get(id);
    const timeUs = isoToUs(message['timestamp']);
    const isForgotten = known === undefined && state.forgot && timeUs !== undefined && timeUs <= (state.newestUs ?? 0);
    if (known !== undefined) list.push(known);
    else if (!isForgotten) {
      const own = { id, at: reading.at.offset, spans: [], counts: false };
      sayMessage({ ...reading, timeUs: timeUs ?? reading.timeUs }, message, own, {
        isNew: true,
        firstBlock: block,
        bySet: true,
      });
      isCompacted ||= pieces.some(piece => piece.kind === 'compaction');
      list.push(own);
    }
    block += pieces.length;
  }
  const kept = new Set(list.map(one => one.id));
  const dropped = state.messages.filter(one => one.counts && !kept.has(one.id));
  if (dropped.length > 0 && !isCompacted) {
    const count = dropped.length === 1 ? '1 message is' : `${dropped.length} messages are`;
    sayNotice(
      reading,
      keyOf(reading, `history@${reading.at.offset}`),
      'history changed',
      `${count} no longer told to the model`,
    );
  }
  if (list.length > REMEMBERED) state.forgot = true;
  state.messages = list.slice(-REMEMBERED);
}

/** `{"$rewindTo": id}`: that message and all behind it are out; an id that is not known clears the chat. */
export function readRewind(reading: GeminiReading, id: string): void {
  const { state } = reading;
  const index = state.messages.findIndex(one => one.id === id);
  const removed = state.messages.splice(Math.max(0, index));
  for (const key of removed.flatMap(one => one.spans)) saySpan(reading, { key, attrs: { rewound: true } });
  const count = removed.filter(one => one.counts).length;
  const text = `${count} ${count === 1 ? 'message' : 'messages'} taken back`;
  sayNotice(reading, keyOf(reading, `rewind@${reading.at.offset}`), 'rewound', text, 0);
}

/** The directories that a header or a `$set` names; the first is where the session works. */
export function readDirectories(reading: GeminiReading, fields: Fields): void {
  const { state } = reading;
  const cwd = asText(asArray(fields['directories'])[0]);
  if (cwd === undefined || state.cwd !== null || state.agent !== null) return;
  state.cwd = cwd;
  saySession(reading, { cwd });
}

function keep(state: GeminiState, own: MessageState): void {
  state.messages.push(own);
  if (state.messages.length <= REMEMBERED) return;
  state.messages.shift();
  state.forgot = true;
}
