// Reads the sessions of Pi: `~/.pi/agent/sessions/--<path>--/<time>_<id>.jsonl`, a header and then one entry of a tree a
// line. Versions 1 and 2 have no ids: their entries follow each other.
//
// Contract: never throws, keeps only PiState between lines. Format: the agent's session-manager, versions 1 to 3.

import { asObject, asText, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import { projectOf } from './claude-code.ts';
import {
  oneLine,
  type Fact,
  type LineParser,
  type LinePosition,
  type ParsedUnit,
  type ParserState,
  type RecordFact,
  type Sample,
  type Recognition,
} from './parser.ts';
import { addEntry, moveTo } from './pi-branch.ts';
import { asEntry, piContent, type Fields } from './pi-content.ts';
import { msToUs, noteModel, readMessage, type PiReading, type PiState } from './pi-message.ts';
import { given, safeKey, sayEntry, sayEvent, sayNotice, sayPlainSpan, saySession } from './saying.ts';

export const piSession: LineParser = {
  id: 'pi-session',
  version: 1,
  label: 'Pi sessions',
  unit: 'line',
  recognise,
  begin: () => newState() as unknown as ParserState, // JSON only
  parse: (state, value, at) => parse(state as unknown as PiState, value, at),
  content: piContent,
};

function newState(): PiState {
  return { entries: [], leaf: null, turn: null, model: null, hasTitle: false, inputUs: null, calls: [] };
}

function recognise(sample: Sample): Recognition | 'more' | undefined {
  const first = sample.values.find(isObject);
  if (first === undefined) return sample.values.length === 0 && !sample.complete ? 'more' : undefined;
  return isHeader(first) ? { agent: 'pi', session: asText(first['id']) ?? null, main: true } : undefined;
}

function isHeader(value: Fields): boolean {
  return value['type'] === 'session' && asText(value['id']) !== undefined && typeof value['cwd'] === 'string';
}

const types = new Set([
  ...['session', 'message', 'model_change', 'thinking_level_change', 'compaction', 'branch_summary'],
  ...['custom', 'custom_message', 'label', 'session_info'],
]);
const roles = new Set(['user', 'assistant', 'toolResult', 'bashExecution', 'custom', 'hookMessage']);

function parse(state: PiState, value: unknown, at: LinePosition): ParsedUnit {
  const entry = asEntry(value);
  if (entry === undefined)
    return { records: [{ at, type: 'other', known: false, timeUs: null, rejected: 'not an entry' }], facts: [] };
  const timeUs = isoToUs(entry['timestamp']) ?? msToUs(asObject(entry['message'])['timestamp']);
  const id = asText(entry['id']);
  const facts: Fact[] = [];
  const key = safeKey(entry['type'] === 'session' || id === undefined ? `entry@${at.offset}` : id);
  const reading: PiReading = { facts, at, timeUs, thread: ROOT_SPAN, state, entry, key, spans: [] };
  if (entry['type'] === 'session') readHeader(reading);
  else {
    follow(reading, id);
    readEntry(reading);
  }
  return { records: [recordOf(entry, at, timeUs)], facts };
}

function recordOf(entry: Fields, at: LinePosition, timeUs: number | undefined): RecordFact {
  const type = asText(entry['type']) ?? 'other';
  const role = asText(asObject(entry['message'])['role']);
  const isMessage = type === 'message';
  return given<RecordFact>({
    at,
    type: isMessage ? `message/${(role ?? '').slice(0, 80)}` : type.slice(0, 80),
    known: isMessage ? roles.has(role ?? '') : types.has(type),
    timeUs: timeUs ?? null,
  });
}

function readHeader(reading: PiReading): void {
  const { entry, state, timeUs } = reading;
  const cwd = asText(entry['cwd']);
  if (timeUs !== undefined) state.inputUs = timeUs;
  if (cwd !== undefined) saySession(reading, { cwd, project: projectOf(cwd) });
  noteModel(reading, asText(entry['modelId']));
  const parent = asText(entry['parentSession']);
  if (parent !== undefined) sayNotice(reading, reading.key, 'forked', parent);
}

/** Where the entry stands in the tree: what it leaves behind is said. */
function follow(reading: PiReading, id: string | undefined): void {
  const { state, entry } = reading;
  if (id === undefined) return;
  const parent = asText(entry['parentId']) ?? null;
  const move = moveTo(state.entries, state.leaf, parent);
  if (move !== undefined) {
    for (const key of move.left) sayPlainSpan(reading, { key, attrs: { rewound: true } });
    for (const key of move.back) sayPlainSpan(reading, { key, attrs: { rewound: false } });
    const text = `${move.entries} ${move.entries === 1 ? 'entry' : 'entries'} left for another branch`;
    sayNotice(reading, `rewind:${reading.key}`, 'rewound', text);
  }
  // The same entry once more, as in a file that was copied to its end.
  if (!state.entries.some(one => one.id === id)) addEntry(state.entries, { id, parent, spans: reading.spans });
  state.leaf = id;
}

function readEntry(reading: PiReading): void {
  const { entry, key } = reading;
  switch (entry['type']) {
    case 'message':
      return readMessage(reading, asObject(entry['message']));
    case 'model_change':
      return noteModel(reading, asText(entry['modelId']));
    case 'compaction':
      sayEvent(reading, { key, event: 'compaction', name: 'context compacted' });
      return sayEntry(reading, { key, entry: 'compaction', block: 0, event: key });
    case 'branch_summary':
      return sayNotice(reading, key, 'branch summary', asText(entry['summary']) ?? '', 0);
    case 'custom_message':
      return entry['display'] === false ? undefined : sayEntry(reading, { key, entry: 'system', block: 0 });
    case 'label':
      return sayNotice(reading, key, 'label', asText(entry['label']) ?? 'label removed', 0);
    case 'session_info': {
      const name = asText(entry['name']);
      return name === undefined ? undefined : saySession(reading, { title: { source: 'custom', text: oneLine(name) } });
    }
    default:
  }
}
