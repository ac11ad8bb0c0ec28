// Facts of what happens around Copilot's conversation: the session's beginning and end, compactions, permissions,
// rewinds, errors.

import { asNumber, asObject, asText } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import { projectOf } from './claude-code.ts';
import { noticeOf } from './copilot-content.ts';
import type { Fields } from './copilot-event.ts';
import { noteModel, readAbort } from './copilot-facts.ts';
import { noteInput, type CopilotReading } from './copilot-state.ts';
import {
  costOf,
  durationOf,
  noteResume,
  noteTold,
  readCounter,
  readShutdown,
  requestsOf,
  toUsage,
} from './copilot-usage.ts';
import { oneLine } from './parser.ts';
import {
  attributes,
  safeKey,
  sayEntry,
  sayError,
  sayEvent,
  sayNotice,
  sayPlainSpan,
  saySession,
  saySpan,
} from './saying.ts';

export function readSessionStart(reading: CopilotReading, resumed: boolean): void {
  const { state, data } = reading;
  noteInput(reading);
  readContext(reading, asObject(data['context']));
  const version = asText(data['copilotVersion']);
  if (version !== undefined && version !== state.version) {
    state.version = version;
    saySession(reading, { agentVersion: version });
  }
  noteModel(reading, asText(data['selectedModel']));
  if (resumed) noteResume(state.usage);
}

/** Where the session works: the first directory names its project, wherever it goes later. */
export function readContext(reading: CopilotReading, context: Fields): void {
  const { state } = reading;
  const cwd = asText(context['cwd']);
  if (cwd !== undefined && state.cwd === null) {
    state.cwd = cwd;
    saySession(reading, { cwd, project: projectOf(cwd) });
  }
  const gitBranch = asText(context['branch']);
  if (gitBranch === undefined || gitBranch === state.gitBranch) return;
  state.gitBranch = gitBranch;
  saySession(reading, { gitBranch });
}

/** Running totals: what no response told of itself stands on a span per model. */
export function readEnd(reading: CopilotReading): void {
  const { state, data, key, timeUs } = reading;
  for (const { model, counter } of readShutdown(state.usage, key, data)) {
    sayPlainSpan(reading, {
      key: `usage:${key}:${model.slice(0, 200)}`,
      span: 'phase',
      name: `${model} until the end`,
      parent: ROOT_SPAN,
      startUs: timeUs,
      endUs: timeUs,
      status: 'ok',
      model,
      usage: toUsage(counter),
      usageProvenance: 'reported',
      summary: 'Tokens that the session’s end tells and no response of its own',
      attrs: attributes({ costUsd: costOf(counter), requests: requestsOf(data, model) }),
      role: 'usage',
    });
  }
  if (data['shutdownType'] !== 'error') return;
  sayError(reading, key, 'session crashed', asText(data['errorReason']) ?? '');
}

/** The conversation was summarised: a call to the model of its own, which the totals per model leave out. */
export function readCompaction(reading: CopilotReading): void {
  const { state, data, key, timeUs } = reading;
  const used = asObject(data['compactionTokensUsed']);
  const counter = readCounter(data['compactionTokensUsed']);
  const model = asText(used['model']) ?? state.model ?? undefined;
  if (counter !== undefined && counter.input + counter.output > 0) {
    const { nanoAiu } = counter;
    noteTold(state.usage, 'byCall', key, model ?? '', {
      ...counter,
      input: 0,
      output: 0,
      cacheRead: 0,
      cacheWrite: 0,
      reasoning: 0,
      nanoAiu,
    });
    const durationUs = durationOf(used);
    saySpan(
      reading,
      {
        key: `compaction:${key}`,
        span: 'llm',
        name: 'compaction',
        parent: reading.thread,
        startUs: state.compactionUs ?? (timeUs === undefined ? undefined : timeUs - (durationUs ?? 0)),
        endUs: timeUs,
        status: data['success'] === false ? 'error' : 'ok',
        model,
        usage: toUsage(counter),
        usageProvenance: 'reported',
        responseKey: `message:${key}`,
        attrs: attributes({ costUsd: costOf(counter) }),
        role: 'usage',
      },
      state.turn,
    );
  }
  state.compactionUs = null;
  if (data['success'] === false) return sayError(reading, key, 'compaction failed', asText(data['error']) ?? '', 0);
  const summary = asText(data['trigger']);
  sayEvent(reading, { key, event: 'compaction', name: 'context compacted', summary });
  sayEntry(reading, { key, entry: 'compaction', block: 0, event: key });
}

/** Everything from an event on is taken back. */
export function readRewind(reading: CopilotReading): void {
  const { state, data } = reading;
  const index = state.marks.findIndex(mark => mark.id === asText(data['upToEventId']));
  const left = index < 0 ? [] : state.marks.splice(index);
  for (const key of left.flatMap(mark => mark.spans)) sayPlainSpan(reading, { key, attrs: { rewound: true } });
  const count = asNumber(data['eventsRemoved']);
  const text =
    count === undefined ? 'back to an earlier state' : `${count} ${count === 1 ? 'event' : 'events'} taken back`;
  sayNotice(reading, reading.key, 'rewound', text, 0);
}

/** Copilot asks the user, or the user has answered. */
export function readAsk(reading: CopilotReading): void {
  const { event, data, key } = reading;
  const [what = '', step = ''] = (asText(event['type']) ?? '').split('.');
  const request = { ...asObject(data['promptRequest']), ...asObject(data['permissionRequest']) };
  const callId = asText(data['toolCallId']) ?? asText(request['toolCallId']);
  const told = ['question', 'message', 'fullCommandText', 'intention', 'path', 'fileName', 'url', 'toolName'];
  const asked = told.map(name => asText(data[name]) ?? asText(request[name])).find(text => text !== undefined);
  const answer = asText(asObject(data['result'])['kind']) ?? asText(data['answer']) ?? asText(data['action']);
  const text = step === 'completed' ? answer : asked;
  sayEvent(reading, {
    key,
    event: 'permission',
    name: `${what.replaceAll('_', ' ')} ${step}`,
    span: callId === undefined ? undefined : safeKey(callId),
    summary: text === undefined ? undefined : oneLine(text),
  });
}

/** What is said in passing. */
export function readNotice(reading: CopilotReading): void {
  const notice = noticeOf(reading.event);
  if (notice === undefined) return;
  if (reading.event['type'] === 'abort') readAbort(reading);
  sayNotice(reading, reading.key, notice.title.toLowerCase(), notice.text, 0);
}
