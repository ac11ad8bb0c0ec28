// Reads the events of GitHub Copilot CLI: `~/.copilot/session-state/<session>/events.jsonl`, and what
// `copilot -p --output-format json` prints, which has the same events and some that pass.
//
// Contract: never throws, keeps only CopilotState between lines. A file that holds its history twice, as after some
// resumes, says everything under the same keys. Format: the agent's SDK (session-events) and files of 1.0.12 to 1.0.102.

import { asObject, asText, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import { copilotContent } from './copilot-content.ts';
import { dataOf, isCopilotEvent, isEvent, isKnownType, type Fields } from './copilot-event.ts';
import {
  noteAgent,
  noteModel,
  readAssistantMessage,
  readSubagent,
  readToolEnd,
  readToolStart,
  readUsageRecord,
  readUserMessage,
} from './copilot-facts.ts';
import {
  readAsk,
  readCompaction,
  readContext,
  readEnd,
  readNotice,
  readRewind,
  readSessionStart,
} from './copilot-session.ts';
import { newCopilotState, noteInput, threadOf, type CopilotReading, type CopilotState } from './copilot-state.ts';
import {
  oneLine,
  type Fact,
  type FileHint,
  type LineParser,
  type LinePosition,
  type ParsedUnit,
  type ParserState,
  type Recognition,
  type RecordFact,
  type Sample,
} from './parser.ts';
import { given, isUuid, safeKey, sayEntry, sayError, sayEvent, sayNotice, saySession } from './saying.ts';

export const copilotEvents: LineParser = {
  id: 'copilot-events',
  version: 1,
  label: 'GitHub Copilot CLI sessions',
  unit: 'line',
  recognise,
  begin: () => newCopilotState() as unknown as ParserState, // JSON only
  parse: (state, value, at) => parse(state as unknown as CopilotState, value, at),
  content: copilotContent,
};

/** A session's file begins with its id. Printed events do not name it: their first prompt does. */
function recognise(sample: Sample, hint: FileHint): Recognition | 'more' | undefined {
  const events = sample.values.filter(isCopilotEvent);
  if (events.length === 0) return sample.values.length === 0 && !sample.complete ? 'more' : undefined;
  const start = events.find(event => event['type'] === 'session.start');
  const folder = /(?:^|\/)session-state\/([^/]+)\/events\.jsonl$/.exec(hint.relPath)?.[1];
  const prompt = events.find(event => event['type'] === 'user.message');
  const named = start === undefined ? folder : asText(dataOf(start)['sessionId']);
  const session = named ?? (prompt && (asText(dataOf(prompt)['interactionId']) ?? asText(prompt['id'])));
  return session === undefined ? 'more' : { agent: 'copilot-cli', session, main: true };
}

function parse(state: CopilotState, value: unknown, at: LinePosition): ParsedUnit {
  const facts: Fact[] = [];
  const timeUs = isObject(value) ? isoToUs(value['timestamp']) : undefined;
  const record = (event: Fields, known: boolean, rejected?: string): RecordFact => {
    const id = asText(event['id']);
    const type = asText(event['type'])?.slice(0, 80) ?? 'other';
    const uuid = id !== undefined && isUuid(id) ? id : undefined;
    return given<RecordFact>({ at, type, known, timeUs: timeUs ?? null, uuid, rejected });
  };
  if (!isObject(value)) return { records: [record({}, false, 'not a JSON object')], facts };
  if (!isEvent(value))
    return { records: [record(value, false, asText(value['type']) === undefined ? undefined : 'no data')], facts };
  const id = asText(value['id']);
  const reading: CopilotReading = {
    facts,
    at,
    timeUs,
    thread: threadOf(value),
    state,
    event: value,
    data: dataOf(value),
    key: safeKey(id ?? `event@${at.offset}`),
  };
  const type = asText(value['type']) ?? '';
  if (type.startsWith('subagent.')) readAgentEvent(reading, type);
  else {
    noteAgent(reading);
    readEvent(reading, type);
  }
  return { records: [record(value, isKnownType(type))], facts };
}

function readAgentEvent(reading: CopilotReading, type: string): void {
  switch (type) {
    case 'subagent.started':
      return readSubagent(reading, 'open');
    case 'subagent.completed':
      return readSubagent(reading, 'ok');
    case 'subagent.failed':
      return readSubagent(reading, 'error');
    default:
  }
}

function readEvent(reading: CopilotReading, type: string): void {
  const { data, key, state } = reading;
  switch (type) {
    case 'session.start':
    case 'session.resume':
      return readSessionStart(reading, type === 'session.resume');
    case 'session.context_changed':
      return readContext(reading, data);
    case 'session.model_change':
      return noteModel(reading, asText(data['newModel']));
    case 'session.auto_mode_resolved':
      return noteModel(reading, asText(data['chosenModel']));
    case 'session.title_changed': {
      const title = asText(data['title']);
      return title === undefined ? undefined : saySession(reading, { title: { source: 'ai', text: oneLine(title) } });
    }
    case 'session.shutdown':
      return readEnd(reading);
    case 'session.usage_record':
      return readUsageRecord(reading, asObject(data['usage']));
    case 'assistant.usage':
      return readUsageRecord(reading, data);
    case 'session.compaction_start':
      state.compactionUs = reading.timeUs ?? null;
      return;
    case 'session.compaction_complete':
      return readCompaction(reading);
    case 'session.snapshot_rewind':
      return readRewind(reading);
    case 'session.workspace_file_changed':
      return sayEvent(reading, {
        key,
        event: 'file-change',
        name: asText(data['operation']) ?? 'changed',
        summary: asText(data['path']),
      });
    case 'session.error':
      return sayError(reading, key, asText(data['errorType']) ?? 'error', asText(data['message']) ?? '', 0);
    case 'model.call_failure':
      return sayNotice(
        reading,
        key,
        'model call failed',
        asText(data['errorMessage']) ?? asText(data['failureKind']) ?? '',
      );
    case 'hook.end':
      return data['success'] === false
        ? sayNotice(reading, key, 'hook failed', asText(data['hookType']) ?? '')
        : undefined;
    case 'user.message':
      return readUserMessage(reading);
    case 'system.message':
      return sayEntry(reading, { key, entry: 'system', block: 0 });
    case 'assistant.turn_start':
      return noteInput(reading);
    case 'assistant.message':
      return readAssistantMessage(reading);
    case 'tool.user_requested':
    case 'tool.execution_start':
      return readToolStart(reading);
    case 'tool.execution_complete':
      return readToolEnd(reading);
    case 'permission.requested':
    case 'permission.completed':
    case 'user_input.requested':
    case 'user_input.completed':
    case 'elicitation.requested':
    case 'elicitation.completed':
    case 'exit_plan_mode.requested':
    case 'exit_plan_mode.completed':
      return readAsk(reading);
    default:
      return readNotice(reading);
  }
}
