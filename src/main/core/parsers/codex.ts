// Reads the session logs ("rollouts") of the OpenAI Codex CLI: ~/.codex/sessions/**/rollout-*.jsonl, of 2025's legacy
// form and of the wrapped one to 0.169.
//
// Contract: never throws, keeps only CodexState between lines. Facts are keyed by call ids, turn ids and, where the
// format has no id, by response numbers and byte offsets.

import { asObject } from '../../../shared/base/json.ts';
import { contentOf } from './codex-content.ts';
import { readCompaction, readEvent } from './codex-events.ts';
import { readItem } from './codex-items.ts';
import { isLegacyHeader, isLegacyMark, isWrappedLine, readCodexLine, type CodexLine } from './codex-line.ts';
import { given, newCodexState, type CodexState, type Reading } from './codex-reading.ts';
import { idFromPath, isCopy, readHeader, readTurnContext, sessionOf, threadIdOf } from './codex-session.ts';
import { followTotal, readUsageRecord } from './codex-usage.ts';
import type {
  FileHint,
  LineParser,
  LinePosition,
  ParsedUnit,
  ParserState,
  Recognition,
  RecordFact,
  Sample,
} from './parser.ts';

export const codexRollout: LineParser = {
  id: 'codex-rollout',
  version: 1,
  label: 'Codex sessions',
  unit: 'line',
  recognise,
  begin: recognition => newCodexState(recognition.main, recognition.session) as unknown as ParserState, // JSON only
  parse,
  content: contentOf,
};

function recognise(sample: Sample, hint: FileHint): Recognition | 'more' | undefined {
  const { values } = sample;
  const header = values.find(isHeader);
  if (header === undefined && !values.some(value => isWrappedLine(value) || isLegacyMark(value)))
    return values.length === 0 && !sample.complete ? 'more' : undefined;
  const { id, main } = header === undefined ? { id: undefined, main: true } : sessionOf(headerOf(header));
  return { agent: 'codex', session: id ?? idFromPath(hint.relPath), main };
}

function isHeader(value: unknown): boolean {
  return (isWrappedLine(value) && asObject(value)['type'] === 'session_meta') || isLegacyHeader(asObject(value));
}

function headerOf(value: unknown): Readonly<Record<string, unknown>> {
  const line = asObject(value);
  return line['type'] === 'session_meta' ? asObject(line['payload']) : line;
}

function parse(state: ParserState, value: unknown, at: LinePosition, _hint: FileHint): ParsedUnit {
  const line = readCodexLine(value);
  const reading = { state: state as unknown as CodexState, at, timeUs: line.timeUs, facts: [] };
  const copied = isCopy(reading, line);
  readLine({ ...reading, copied }, line);
  return { records: [recordOf(line, at)], facts: reading.facts };
}

function recordOf(line: CodexLine, at: LinePosition): RecordFact {
  const { id } = line.payload;
  return given<RecordFact>({
    at,
    type: line.type,
    known: line.known,
    timeUs: line.timeUs ?? null,
    uuid: line.kind === 'item' && typeof id === 'string' && id !== '' ? id : undefined,
    rejected: line.rejected,
  });
}

function readLine(reading: Reading, line: CodexLine): void {
  const { payload } = line;
  if (reading.copied && reading.state.copy?.repeated === true) return followTotal(reading, payload);
  switch (line.kind) {
    case 'session':
      return threadIdOf(payload) === undefined ? undefined : readHeader(reading, payload);
    case 'turn':
      return readTurnContext(reading, payload);
    case 'item':
      return readItem(reading, payload);
    case 'event':
      return readEvent(reading, line.name, payload);
    case 'compacted':
      return readCompaction(reading, 'item');
    case 'usage':
      return readUsageRecord(reading, payload);
    case 'other':
  }
}
