// Reads the chats of Qwen Code since 0.5: `projects/<dir>/chats/<session>.jsonl` and those of its subagents,
// `projects/<dir>/subagents/<session>/agent-<id>.jsonl`, one record a line. Its first versions wrote Gemini CLI's form
// (gemini.ts).
//
// Contract: never throws, keeps only QwenState between lines. Format: the agent's chatRecordingService, 2025-12 to
// 2026-11; no real chat of it was at hand.

import { asText, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import { blockOf } from './gemini-content.ts';
import type {
  Fact,
  LineParser,
  LinePosition,
  ParsedUnit,
  ParserState,
  Recognition,
  RecordFact,
  Sample,
} from './parser.ts';
import { newQwenState, readRecord, type QwenState } from './qwen-facts.ts';
import { isQwenRecord, isRecord, piecesOf, typeOf, type Fields } from './qwen-record.ts';
import { given, isUuid, safeKey } from './saying.ts';

export const qwenChat: LineParser = {
  id: 'qwen-chat-jsonl',
  version: 1,
  label: 'Qwen Code chats',
  unit: 'line',
  recognise,
  begin: () => newQwenState() as unknown as ParserState, // JSON only
  parse: (state, value, at) => parse(state as unknown as QwenState, value, at),
  content: value => (isRecord(value) ? piecesOf(value).map(blockOf) : []),
};

function recognise(sample: Sample): Recognition | 'more' | undefined {
  const records = sample.values.filter(isQwenRecord);
  const [first] = records;
  if (first === undefined) return sample.values.length === 0 && !sample.complete ? 'more' : undefined;
  return { agent: 'qwen-code', session: asText(first['sessionId']) ?? null, main: agentOf(first) === undefined };
}

function agentOf(record: Fields): string | undefined {
  return record['isSidechain'] === true ? asText(record['agentId']) : undefined;
}

function parse(state: QwenState, value: unknown, at: LinePosition): ParsedUnit {
  const facts: Fact[] = [];
  const timeUs = isObject(value) ? isoToUs(value['timestamp']) : undefined;
  if (!isRecord(value)) {
    const rejected = isObject(value) ? undefined : 'not a JSON object';
    const type = isObject(value) ? (asText(value['type'])?.slice(0, 80) ?? 'other') : 'other';
    return { records: [given<RecordFact>({ at, type, known: false, timeUs: timeUs ?? null, rejected })], facts };
  }
  const uuid = asText(value['uuid']);
  const agentId = agentOf(value);
  const key = safeKey(uuid ?? `record@${at.offset}`);
  const thread = agentId === undefined ? ROOT_SPAN : `agent:${agentId.slice(0, 1000)}`;
  readRecord({ facts, at, timeUs, thread, state, fields: value, key, spans: [] });
  // A branched session copies its parent's records: only UUIDs tell that they are the same.
  const own = uuid !== undefined && isUuid(uuid) ? uuid : undefined;
  return { records: [given<RecordFact>({ at, ...typeOf(value), timeUs: timeUs ?? null, uuid: own })], facts };
}
