// Reads Anton's checkpoints (`.modular-agents/checkpoints/<task>/checkpoint_phase<N>_<8hex>.json`) and the list of them
// beside (`metadata.json`).
//
// Contract: never throws; every field may be missing. A checkpoint repeats the plan, the results so far and each agent's
// conversation: facts carry keys that make the copies of several checkpoints one.

import { asArray, asCount, asNumber, asObject, asText, type JsonValue } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { SpanStatus } from '../../../shared/model/span.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { messageContent, said } from './anton-content.ts';
import { followHistory } from './anton-history.ts';
import { timeOrder } from './anton-record.ts';
import {
  agentFacts,
  countOf,
  descriptionOf,
  openDocument,
  phaseKey,
  plainSubtask,
  recogniseDocument,
  statusOf,
  subtaskKey,
  taskFacts,
  type Fields,
  type TaskDocument,
} from './anton-task.ts';
import { oneLine, type DocumentParser, type Fact, type SpanFact } from './parser.ts';

export const antonCheckpoint: DocumentParser = {
  id: 'anton-checkpoint',
  version: 1,
  label: 'Anton checkpoint',
  unit: 'document',
  begin: () => ({}),
  recognise: sample =>
    recogniseDocument(
      sample,
      keys =>
        keys.has('task_id') &&
        (keys.has('checkpoint_id') ||
          (keys.has('checkpoints') && (keys.has('created_at') || keys.has('latest_checkpoint')))),
    ),
  parseDocument(bytes, hint, recognition) {
    const opened = openDocument(bytes, hint, recognition);
    if (opened.kind === 'rejected') return opened.unit;
    const { document } = opened;
    const { at, session, fields } = document;
    const isCheckpoint = asText(fields['checkpoint_id']) !== undefined;
    const timeUs = isoToUs(fields[isCheckpoint ? 'timestamp' : 'updated_at']) ?? null;
    return {
      records: [{ at, type: isCheckpoint ? 'checkpoint' : 'checkpoint_list', known: true, timeUs, session }],
      facts: [...taskFacts(document, hint), ...(isCheckpoint ? checkpointFacts(document) : listFacts(document))],
    };
  },
  content: checkpointContent,
};

function checkpointFacts(document: TaskDocument): readonly Fact[] {
  const { fields, session, at } = document;
  const atUs = isoToUs(fields['timestamp']);
  const index = asNumber(fields['phase_index']);
  const key = `checkpoint:${asText(fields['checkpoint_id']) ?? ''}`;
  const block = noticeBlock(fields);
  const place = { session, key, order: timeOrder(atUs, block, at), ...(atUs !== undefined && { atUs }) };
  const span = index !== undefined && phasesOf(fields)[index] !== undefined ? { span: phaseKey(index) } : {};
  return [
    ...planFacts(document),
    ...agentStateFacts(document),
    { kind: 'event', event: 'checkpoint', name: 'checkpoint', summary: progressText(fields), ...span, ...place },
    { kind: 'entry', entry: 'notice', block, event: key, ...place },
  ];
}

/** The list only repeats what the checkpoints say: their events, for those that are gone. */
function listFacts(document: TaskDocument): readonly Fact[] {
  const { fields, session, at } = document;
  return asArray(fields['checkpoints']).flatMap((listed): Fact[] => {
    const info = asObject(listed);
    const id = asText(info['checkpoint_id']);
    if (id === undefined) return [];
    const atUs = isoToUs(info['timestamp']);
    const place = {
      session,
      key: `checkpoint:${id}`,
      order: timeOrder(atUs, 0, at),
      ...(atUs !== undefined && { atUs }),
    };
    return [{ kind: 'event', event: 'checkpoint', name: 'checkpoint', summary: progressText(info), ...place }];
  });
}

interface Subtask {
  readonly id: string;
  /** Description, module, dependencies: known while it is pending. */
  readonly plan: Fields;
  /** Changes, tests, error: known when it was worked on. */
  readonly result: Fields;
  readonly status: SpanStatus;
}

function planFacts({ fields, session }: TaskDocument): readonly Fact[] {
  const subtasks = subtasksOf(fields);
  const phases = phasesOf(fields);
  const phaseOf = new Map<string, number>();
  const facts: Fact[] = phases.map((phase, index): SpanFact => {
    const ids = asArray(phase['subtask_ids']).filter(id => typeof id === 'string');
    for (const id of ids) phaseOf.set(id, index);
    const number = asNumber(phase['phase_number']) ?? index + 1;
    return {
      kind: 'span',
      session,
      key: phaseKey(index),
      span: 'phase',
      name: `Phase ${number}`,
      parent: ROOT_SPAN,
      status: phaseStatus(ids.map(id => subtasks.get(id)?.status)),
      summary: countOf(ids.length, 'subtask'),
      role: 'body',
      order: index,
    };
  });
  for (const id of new Set([...phaseOf.keys(), ...subtasks.keys()])) {
    const phase = phaseOf.get(id);
    facts.push(...subtaskFacts(session, id, subtasks.get(id), phase));
  }
  return facts;
}

function subtasksOf(fields: Fields): ReadonlyMap<string, Subtask> {
  const subtasks = new Map<string, Subtask>();
  for (const item of asArray(fields['pending_subtasks'])) {
    const plan = asObject(item);
    const id = asText(plan['id']);
    if (id !== undefined) subtasks.set(id, { id, plan, result: {}, status: statusOf(plan['status']) });
  }
  for (const item of asArray(fields['completed_subtasks'])) {
    const result = asObject(item);
    const id = asText(result['subtask_id']);
    if (id === undefined) continue;
    subtasks.set(id, { id, plan: subtasks.get(id)?.plan ?? {}, result, status: statusOf(result['status']) });
  }
  return subtasks;
}

function phasesOf(fields: Fields): readonly Fields[] {
  return asArray(asObject(fields['execution_plan'])['phases']).map(asObject);
}

function phaseStatus(statuses: readonly (SpanStatus | undefined)[]): SpanStatus {
  if (statuses.includes('error')) return 'error';
  if (statuses.includes('aborted')) return 'aborted';
  if (statuses.length > 0 && statuses.every(status => status === 'ok')) return 'ok';
  return statuses.some(status => status === 'ok' || status === 'open') ? 'open' : 'unknown';
}

function subtaskFacts(session: string, id: string, subtask: Subtask | undefined, phase: number | undefined): Fact[] {
  const parent = phase === undefined ? ROOT_SPAN : phaseKey(phase);
  const bare: SpanFact = { kind: 'span', session, key: subtaskKey(id), span: 'phase', parent };
  if (subtask === undefined) return [plainSubtask(session, id), bare];
  const { plan, result, status } = subtask;
  const description = asText(plan['description']);
  const summary = resultText(result) ?? description;
  const span: SpanFact = {
    ...bare,
    status,
    role: 'body',
    attrs: subtaskAttrs(subtask),
    ...(description !== undefined && { name: oneLine(description) }),
    ...(summary !== undefined && { summary: oneLine(summary) }),
  };
  const changes = asArray(result['changes']).flatMap((change): Fact[] => {
    const { path, action } = asObject(change);
    if (typeof path !== 'string') return [];
    const event = { kind: 'event', session, event: 'file-change', span: subtaskKey(id) } as const;
    return [{ ...event, key: `change:${id}:${path}`, name: asText(action) ?? 'change', summary: oneLine(path) }];
  });
  return [plainSubtask(session, id), span, ...changes];
}

function subtaskAttrs({ id, plan, result }: Subtask): { [name: string]: JsonValue } {
  const attrs: { [name: string]: JsonValue } = { subtaskId: id };
  for (const name of ['module', 'priority'] as const) {
    const value = plan[name];
    if (typeof value === 'string' || typeof value === 'number') attrs[name] = value;
  }
  const dependsOn = asArray(plan['depends_on']).filter(item => typeof item === 'string');
  if (dependsOn.length > 0) attrs['dependsOn'] = dependsOn.slice(0, 50);
  const status = asText(result['status']) ?? asText(plan['status']);
  if (status !== undefined) attrs['status'] = status;
  const error = asText(result['error']);
  if (error !== undefined) attrs['error'] = error.slice(0, 500);
  if (typeof result['tests_passed'] === 'boolean') attrs['testsPassed'] = result['tests_passed'];
  return attrs;
}

function resultText(result: Fields): string | undefined {
  const error = asText(result['error']);
  if (error !== undefined) return error;
  const [blocker] = asArray(result['blockers']);
  return asText(blocker) ?? asText(result['notes']);
}

/** Each agent's conversation as the checkpoint has it, one block a message. */
function agentStateFacts({ fields, session, at }: TaskDocument): readonly Fact[] {
  const facts: Fact[] = [];
  for (const { name, agent, messages, firstBlock } of agentStatesOf(fields)) {
    const times = messages.map(message => isoToUs(message['timestamp'])).filter(us => us !== undefined);
    facts.push(...agentFacts(session, name, { ...spanOf(times), attrs: agentAttrs(name, agent) }));
    const history = messages.map((message, index) => said(message, firstBlock + index));
    for (const { index, key } of followHistory(name, history, undefined).fresh) {
      const message = history[index];
      if (message === undefined) continue;
      const atUs = isoToUs(messages[index]?.['timestamp']);
      const when = { order: timeOrder(atUs, index, at), ...(atUs !== undefined && { atUs }) };
      facts.push({
        kind: 'entry',
        session,
        key,
        weak: true,
        entry: message.entry,
        block: message.block,
        thread: `agent:${name}`,
        ...when,
      });
    }
  }
  return facts;
}

interface AgentState {
  readonly name: string;
  readonly agent: Fields;
  readonly messages: readonly Fields[];
  readonly firstBlock: number;
}

function agentStatesOf(fields: Fields): readonly AgentState[] {
  let firstBlock = noticeBlock(fields) + 1;
  return Object.entries(asObject(fields['agent_states'])).map(([key, value]) => {
    const agent = asObject(value);
    const messages = asArray(agent['conversation_history']).map(asObject);
    const state = { name: asText(agent['agent_name']) ?? key, agent, messages, firstBlock };
    firstBlock += messages.length;
    return state;
  });
}

function spanOf(times: readonly number[]): { startUs?: number; endUs?: number } {
  if (times.length === 0) return {};
  return { startUs: times.reduce((a, b) => Math.min(a, b)), endUs: times.reduce((a, b) => Math.max(a, b)) };
}

function agentAttrs(agentName: string, agent: Fields): { [name: string]: JsonValue } {
  const retries = Object.values(asObject(agent['retry_count'])).reduce<number>((sum, count) => sum + asCount(count), 0);
  const lastError = asText(agent['last_error']);
  return {
    agentName,
    ...(retries > 0 && { retries }),
    ...(lastError !== undefined && { lastError: lastError.slice(0, 500) }),
  };
}

function noticeBlock(fields: Fields): number {
  return descriptionOf(fields) === undefined ? 0 : 1;
}

function checkpointContent(value: unknown): readonly ContentBlock[] {
  const fields = asObject(value);
  const description = descriptionOf(fields);
  const blocks: ContentBlock[] = [];
  if (description !== undefined) blocks.push({ kind: 'prompt', parts: [{ kind: 'text', text: description }] });
  if (asText(fields['checkpoint_id']) === undefined) return [...blocks, listContent(fields)];
  blocks.push({
    kind: 'notice',
    title: 'Checkpoint',
    text: [progressText(fields), ...subtaskLines(fields)].join('\n'),
  });
  for (const { messages } of agentStatesOf(fields)) blocks.push(...messages.map(messageContent));
  return blocks;
}

function listContent(fields: Fields): ContentBlock {
  const lines = asArray(fields['checkpoints']).map(listed => {
    const info = asObject(listed);
    return `${asText(info['timestamp']) ?? ''} ${asText(info['checkpoint_id']) ?? ''}: ${progressText(info)}`.trim();
  });
  return { kind: 'notice', title: 'Checkpoints', text: lines.join('\n') };
}

/** 'Phase 2 of 3: 4 subtasks done, 2 to go'; the list of checkpoints has counts where a checkpoint has the subtasks. */
function progressText(fields: Fields): string {
  const index = asNumber(fields['phase_index']);
  const total = asNumber(fields['total_phases']);
  const phase = `Phase ${index === undefined ? '?' : index + 1}${total === undefined ? '' : ` of ${total}`}`;
  const done = sizeOf(fields['completed_subtasks']);
  return `${phase}: ${countOf(done, 'subtask')} done, ${sizeOf(fields['pending_subtasks'])} to go`;
}

function sizeOf(value: unknown): number {
  return Array.isArray(value) ? value.length : asCount(value);
}

function subtaskLines(fields: Fields): readonly string[] {
  return [...subtasksOf(fields).values()].map(({ id, plan, result, status }) => {
    const text = resultText(result) ?? asText(plan['description']);
    return `- ${id} (${asText(result['status']) ?? asText(plan['status']) ?? status})${text === undefined ? '' : `: ${oneLine(text)}`}`;
  });
}
