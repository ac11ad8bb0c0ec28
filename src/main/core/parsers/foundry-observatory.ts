// Reads `~/.foundry/observatory/events-<day>.jsonl` of Foundry, Context Foundry's later life: events of all sessions of
// a day in one file. (Fields: the program's src/observatory.rs.)
//
// Contract: never throws, keeps only ObservatoryState between lines. An agent's tokens are the sum of its own calls to
// the model, input apart from what a cache held; nothing else in the file counts. Costs are as logged.

import { asCount, asNumber, asObject, asText, isObject, type JsonObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import { projectOf } from './claude-code.ts';
import { FOUNDRY, type Fields } from './foundry-build.ts';
import { oneLine, type Fact, type LineParser, type ParsedUnit, type RecordFact } from './parser.ts';
import {
  attributes,
  given,
  sayEntry,
  sayEvent,
  sayNotice,
  sayPlainSpan,
  saySession,
  saySpan,
  type Saying,
} from './saying.ts';

type Running = { key: string; role: string };
type SessionState = { id: string; task: string | null; turn: string | null; titled: boolean; agents: Running[] };
/** Plain JSON and bounded: the newest sessions only. */
type ObservatoryState = { sessions: SessionState[] };

const REMEMBERED = 50;

export const foundryObservatory: LineParser = {
  id: 'foundry-observatory',
  version: 1,
  label: 'Foundry observatory',
  unit: 'line',
  recognise(sample) {
    const first = sample.values.find(isObject);
    if (first === undefined) return sample.values.length === 0 && !sample.complete ? 'more' : undefined;
    const texts = ['session_id', 'project_dir', 'event_type', 'timestamp'];
    const isMine = texts.every(name => typeof first[name] === 'string') && isObject(first['payload']);
    return isMine ? { agent: FOUNDRY, session: null, main: false } : undefined;
  },
  begin: () => ({ sessions: [] }),
  parse: (state, value, at) => parse(state as ObservatoryState, value, at), // only begin() makes it
  content,
};

const known = new Set<unknown>([
  ...['session_started', 'session_ended', 'task_started', 'task_completed', 'agent_started', 'agent_done'],
  ...['review_findings', 'pattern_injected', 'pattern_applied', 'pattern_cited', 'committed', 'budget_overrun'],
  ...['rate_limited', 'dual_pipeline_started', 'dual_pipeline_completed'],
]);

function parse(state: ObservatoryState, value: unknown, at: RecordFact['at']): ParsedUnit {
  const session = isObject(value) ? asText(value['session_id'])?.slice(0, 300) : undefined;
  if (!isObject(value) || session === undefined) {
    const rejected = isObject(value) ? 'no session_id' : 'not a JSON object';
    return { records: [{ at, type: 'other', known: false, timeUs: null, rejected }], facts: [] };
  }
  const timeUs = isoToUs(value['timestamp']);
  const type = asText(value['event_type'])?.slice(0, 80) ?? 'untyped';
  const facts: Fact[] = [];
  const saying: Saying = { facts, at, timeUs, thread: ROOT_SPAN };
  const mine = stateOf(state, session);
  if (mine.isNew) {
    const cwd = asText(value['project_dir']);
    if (cwd !== undefined) saySession(saying, { cwd, project: projectOf(cwd) });
  }
  readEvent(saying, mine.session, type, asObject(value['payload']));
  const record = given<RecordFact>({ at, type, known: known.has(type), timeUs: timeUs ?? null, session });
  return { records: [record], facts: facts.map((fact): Fact => ({ ...fact, session })) };
}

function stateOf(state: ObservatoryState, id: string): { readonly session: SessionState; readonly isNew: boolean } {
  const found = state.sessions.find(session => session.id === id);
  if (found !== undefined) return { session: found, isNew: false };
  const session: SessionState = { id, task: null, turn: null, titled: false, agents: [] };
  state.sessions.push(session);
  if (state.sessions.length > REMEMBERED) state.sessions.shift();
  return { session, isNew: true };
}

function readEvent(saying: Saying, state: SessionState, type: string, payload: Fields): void {
  const key = `event@${saying.at.offset}`;
  switch (type) {
    case 'session_started':
      return sayPlainSpan(saying, { key: ROOT_SPAN, startUs: saying.timeUs, role: 'begin' });
    case 'session_ended': {
      const attrs = numbers(payload, ['total_tasks', 'feat_count', 'wip_count', 'total_cost_usd', 'duration_secs']);
      return sayPlainSpan(saying, { key: ROOT_SPAN, endUs: saying.timeUs, status: 'ok', attrs, role: 'end' });
    }
    case 'task_started':
      return beginTask(saying, state, payload);
    case 'task_completed':
      return endTask(saying, state, payload);
    case 'agent_started':
      return beginAgent(saying, state, payload);
    case 'agent_done':
      return endAgent(saying, state, payload);
    case 'review_findings':
    case 'committed':
    case 'budget_overrun':
    case 'rate_limited':
    case 'dual_pipeline_started':
    case 'dual_pipeline_completed':
      return sayNotice(saying, key, type.replaceAll('_', ' '), textOf(payload), 0);
    default:
  }
}

/** A task is what people ask for: a turn of its own. */
function beginTask(saying: Saying, state: SessionState, payload: Fields): void {
  const key = taskKey(payload, saying);
  const text = asText(payload['description']) ?? '';
  const summary = oneLine(text) || undefined;
  state.task = key;
  state.turn = `prompt:${key}`;
  sayEvent(saying, { key: state.turn, event: 'prompt', name: 'task', summary, turn: true });
  sayEntry(saying, { key: state.turn, entry: 'prompt', block: 0, event: state.turn });
  if (summary !== undefined && !state.titled) saySession(saying, { title: { source: 'prompt', text: summary } });
  state.titled = true;
  const attrs = attributes({ complexity: asText(payload['complexity'])?.slice(0, 80) });
  const span = { key, span: 'phase', name: oneLine(asText(payload['task_id']) ?? 'task'), parent: ROOT_SPAN } as const;
  saySpan(saying, { ...span, startUs: saying.timeUs, status: 'open', summary, attrs, role: 'begin' }, state.turn);
}

function taskKey(payload: Fields, saying: Saying): string {
  return `task:${asText(payload['task_id'])?.slice(0, 300) ?? `@${saying.at.offset}`}`;
}

function endTask(saying: Saying, state: SessionState, payload: Fields): void {
  const verdict = asText(payload['verdict']) ?? '';
  const names = ['findings_high', 'findings_medium', 'findings_low', 'total_duration_secs'];
  const attrs: JsonObject = {
    ...numbers(payload, names),
    verdict: oneLine(verdict),
    commit: oneLine(asText(payload['commit_sha']) ?? ''),
  };
  const status = /fail|reject|error|block/i.test(verdict) ? 'error' : 'ok';
  saySpan(saying, { key: taskKey(payload, saying), span: 'phase', endUs: saying.timeUs, status, attrs, role: 'end' });
  sayNotice(saying, `event@${saying.at.offset}`, 'task completed', verdict, 0);
  state.task = null;
}

function beginAgent(saying: Saying, state: SessionState, payload: Fields): void {
  const role = oneLine(asText(payload['role']) ?? 'agent', 80);
  const key = `agent@${saying.at.offset}`;
  state.agents.push({ key, role });
  if (state.agents.length > 20) state.agents.shift();
  const model = asText(payload['model']);
  saySpan(
    saying,
    {
      key,
      span: 'agent',
      name: role,
      parent: state.task ?? ROOT_SPAN,
      startUs: saying.timeUs,
      status: 'open',
      model,
      attrs: attributes({ provider: asText(payload['provider'])?.slice(0, 80) }),
      role: 'begin',
    },
    state.turn,
  );
  if (model !== undefined) saySession(saying, { model });
}

/** Two agents of one role may run at once: the one that began first ends first. */
function endAgent(saying: Saying, state: SessionState, payload: Fields): void {
  const role = oneLine(asText(payload['role']) ?? 'agent', 80);
  const index = state.agents.findIndex(agent => agent.role === role);
  const [begun] = index < 0 ? [] : state.agents.splice(index, 1);
  const key = begun?.key ?? `agent@${saying.at.offset}`;
  const seconds = asNumber(payload['duration_secs']);
  const cost = asNumber(payload['cost_usd']);
  const early =
    saying.timeUs === undefined || seconds === undefined ? undefined : saying.timeUs - Math.round(seconds * 1e6);
  saySpan(
    saying,
    {
      key,
      span: 'agent',
      name: role,
      parent: begun === undefined ? (state.task ?? ROOT_SPAN) : undefined,
      startUs: begun === undefined ? early : undefined,
      endUs: saying.timeUs,
      status: payload['success'] === false ? 'error' : 'ok',
      usage: {
        input: asCount(payload['tokens_in']),
        output: asCount(payload['tokens_out']),
        cacheRead: asCount(payload['cache_read_tokens']),
        cacheCreation: asCount(payload['cache_creation_tokens']),
        cacheCreation1h: 0,
        reasoning: 0,
      },
      usageProvenance: 'reported',
      attrs: attributes({
        costUsd: cost !== undefined && cost > 0 ? cost : undefined,
        contextPercent: asNumber(payload['context_pct']),
      }),
      role: 'end',
    },
    state.turn,
  );
}

function numbers(payload: Fields, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names.flatMap(name => {
      const number = asNumber(payload[name]);
      return number === undefined
        ? []
        : [[name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), number]];
    }),
  );
}

function textOf(payload: Fields): string {
  return Object.entries(payload)
    .filter(([name]) => name !== 'type')
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n');
}

function content(value: unknown): readonly ContentBlock[] {
  const event = isObject(value) ? value : {};
  const payload = asObject(event['payload']);
  const type = asText(event['event_type']) ?? '';
  if (type === 'task_started')
    return [{ kind: 'prompt', parts: [{ kind: 'text', text: asText(payload['description']) ?? '' }] }];
  const title = type.replaceAll('_', ' ');
  return known.has(type)
    ? [{ kind: 'notice', title: `${title.charAt(0).toUpperCase()}${title.slice(1)}`, text: textOf(payload) }]
    : [];
}
