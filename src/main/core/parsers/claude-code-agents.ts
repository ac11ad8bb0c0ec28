// Subagents of Claude Code: which conversation a line belongs to, and what hangs below which tool call.
//
// Three generations: lines with isSidechain inside the main file (up to about 2.0.2x), files agent-<id>.jsonl beside the
// main file (2.0.28 to 2.0.55), files <session>/subagents/agent-<id>.jsonl (2.1.17 and later). Links, best first: the
// id of the call in agent-<id>.meta.json or in a progress line, the agent's id in the call's result, the prompt's text.

import { asArray, asNumber, asObject, asText } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { SpanStatus } from '../../../shared/model/span.ts';
import {
  get,
  placeSpan,
  pushSpan,
  put,
  take,
  type CallState,
  type ClaudeState,
  type Draft,
  type LineContext,
} from './claude-code-state.ts';
import { inTag, textOfBlocks } from './claude-code-text.ts';
import type { Line } from './claude-code-types.ts';
import { oneLine, type SpanFact } from './parser.ts';

export function agentKeyOf(agentId: string): string {
  return `agent:${agentId}`;
}

/** Compaction helpers repeat the whole conversation and are no work of the session. */
export function isMutedAgent(agentId: string): boolean {
  return agentId.startsWith('acompact');
}

/** Agents that the program forks for itself carry a label in their id: 'aside_question-c5e5c961a7749e08'. */
export function isReplayAgent(agentId: string): boolean {
  return /^a[a-z_]+-[0-9a-f]+$/i.test(agentId);
}

/** The first user text of agents that the program starts to warm up its caches. */
export const WARMUP = 'Warmup';

/** Link by text between a call and the agent that it started: both give the hash of the trimmed prompt. */
export function promptHint(prompt: string): string {
  return `prompt:${hashText(prompt.trim())}`;
}

/** 53-bit hash (cyrb53, public domain, by bryc) as hex; not for secrets. */
export function hashText(text: string): string {
  let h1 = 0xdeadbeef;
  let h2 = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    h1 = Math.imul(h1 ^ code, 2654435761);
    h2 = Math.imul(h2 ^ code, 1597334677);
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
  return (4294967296 * (2097151 & h2) + (h1 >>> 0)).toString(16);
}

/** Text of the prompt that a user line holds, without the white space around it. */
export function promptTextOf(line: Line): string {
  const content = asObject(line['message'])['content'];
  return (typeof content === 'string' ? content : textOfBlocks(asArray(content))).trim();
}

/**
 * Key of the conversation that a line of the main file belongs to: ROOT_SPAN, 'agent:<id>', or '' for a subagent that is
 * muted. Inline sidechains without an agent id are told apart by their root, found over the parents.
 */
export function threadOfMainLine(state: ClaudeState, line: Line): string {
  if (line['isSidechain'] !== true) return ROOT_SPAN;
  const agentId = asText(line['agentId']);
  if (agentId !== undefined) return isMutedAgent(agentId) ? '' : agentKeyOf(agentId);
  const uuid = asText(line['uuid']);
  const parent = asText(line['parentUuid']);
  let thread = parent === undefined ? undefined : get(state.sides, parent);
  if (thread === undefined) {
    // No parent: a new subagent. A parent that is not known (cut off, or long ago): the one that spoke last.
    if (parent === undefined || state.lastSide === null) {
      const isWarmup = line['type'] === 'user' && promptTextOf(line) === WARMUP;
      thread = isWarmup ? '' : agentKeyOf(uuid ?? parent ?? 'unknown');
    } else {
      thread = state.lastSide;
    }
  }
  if (uuid !== undefined) put(state, state.sides, uuid, thread);
  state.lastSide = thread;
  return thread;
}

/** The first line of a subagent's conversation that is seen, in its own file or inline: its span begins. */
export function beginAgent(context: LineContext, line: Line): void {
  const { state, thread, timeUs } = context;
  if (get(state.threads, thread) !== undefined) return;
  put(state, state.threads, thread, { since: null, response: null });
  const prompt = line['type'] === 'user' ? promptTextOf(line) : '';
  const span: Draft<SpanFact> = { kind: 'span', key: thread, span: 'agent', status: 'open' };
  if (timeUs !== undefined) span.startUs = timeUs;
  if (prompt !== '') span.wants = [promptHint(prompt)];
  const naming: Draft<SpanFact> = { kind: 'span', key: thread, span: 'agent', weak: true };
  naming.name = asText(line['attributionAgent']) ?? 'agent';
  if (prompt !== '') naming.summary = oneLine(prompt);

  if (state.file === 'main') {
    const call = claimCall(state, thread, prompt);
    if (call !== undefined) {
      span.parent = call.id;
      nameAgent(span, call.call);
    }
  } else if (state.runId !== null) {
    span.parent = workflowKeyOf(state.runId);
  }
  context.facts.push(context.standing === 'replay' ? { ...span, weak: true } : span, naming);
}

/** The open call that started an inline subagent: the first with its prompt, else the only one that is left. */
function claimCall(
  state: ClaudeState,
  agent: string,
  prompt: string,
): { readonly id: string; readonly call: CallState } | undefined {
  const hint = prompt === '' ? undefined : promptHint(prompt);
  const free = Object.entries(state.calls).filter(([, call]) => call.prompt !== undefined && call.agent === undefined);
  const [id, call] = free.find(([, one]) => one.prompt === hint) ?? (free.length === 1 ? (free[0] ?? []) : []);
  if (id === undefined || call === undefined) return undefined;
  call.agent = agent;
  return { id, call };
}

function nameAgent(span: Draft<SpanFact>, call: CallState | undefined, agentType?: string): void {
  const name = agentType ?? call?.agentType;
  if (name !== undefined) span.name = name;
  if (call?.about !== undefined) span.summary = call.about;
}

/** What a copy of a subagent's line in the main file tells of the agent, the first time. */
export function beginCopiedAgent(context: LineContext, agentId: string, callId: string | undefined): void {
  const { state, timeUs } = context;
  const key = agentKeyOf(agentId);
  if (get(state.threads, key) !== undefined) return;
  put(state, state.threads, key, { since: null, response: null });
  const span: Draft<SpanFact> = { kind: 'span', key, span: 'agent', status: 'open' };
  if (timeUs !== undefined) span.startUs = timeUs;
  const call = callId === undefined ? undefined : get(state.calls, callId);
  if (callId !== undefined) {
    span.parent = callId;
    placeSpan(context, span);
  }
  if (call !== undefined && call.agent === undefined) call.agent = key;
  nameAgent(span, call);
  context.facts.push(span, { kind: 'span', key, span: 'agent', weak: true, name: 'agent' });
}

/** The result of a call that started a subagent or a workflow: who it was, and whether it has ended. */
export function readAgentResult(
  context: LineContext,
  callId: string,
  call: CallState | undefined,
  result: Line,
  status: SpanStatus,
): void {
  const { state, timeUs } = context;
  const runId = asText(result['runId']);
  if (runId !== undefined) {
    readWorkflow(context, callId, runId, result);
    return;
  }
  const agentId = asText(result['agentId']);
  const key = agentId === undefined ? call?.agent : agentKeyOf(agentId);
  if (key === undefined || (agentId !== undefined && isMutedAgent(agentId))) return;
  const span: Draft<SpanFact> = { kind: 'span', key, span: 'agent', parent: callId };
  placeSpan(context, span);
  nameAgent(span, call, asText(result['agentType']));
  const about = asText(result['description']);
  if (about !== undefined) span.summary = oneLine(about);
  if (isLaunch(result)) {
    span.status = 'open';
    if (agentId !== undefined) put(state, state.tasks, agentId, key);
  } else {
    span.status = result['wasInterrupted'] === true ? 'aborted' : status;
    if (timeUs !== undefined) span.endUs = timeUs;
    forgetSides(state, key);
  }
  pushSpan(context, span);
  const naming: Draft<SpanFact> = { kind: 'span', key, span: 'agent', weak: true, name: 'agent' };
  const startUs = startOfAgent(context, call, result);
  if (startUs !== undefined) naming.startUs = startUs;
  context.facts.push(naming);
}

/** When an agent began, as far as its call tells: for agents whose own lines are missing. */
function startOfAgent(context: LineContext, call: CallState | undefined, result: Line): number | undefined {
  if (isLaunch(result)) return context.timeUs;
  const durationMs = asNumber(result['totalDurationMs']);
  if (context.timeUs !== undefined && durationMs !== undefined) return context.timeUs - Math.round(durationMs * 1000);
  return call?.at ?? undefined;
}

function isLaunch(result: Line): boolean {
  return result['isAsync'] === true || result['status'] === 'async_launched';
}

export function workflowKeyOf(runId: string): string {
  return `workflow:${runId}`;
}

/** A workflow runs agents of its own in the background: a phase below the call, above the agents. */
function readWorkflow(context: LineContext, callId: string, runId: string, result: Line): void {
  const { state, timeUs } = context;
  const key = workflowKeyOf(runId);
  const span: Draft<SpanFact> = { kind: 'span', key, span: 'phase', name: 'workflow', parent: callId, status: 'open' };
  placeSpan(context, span);
  if (timeUs !== undefined) span.startUs = timeUs;
  const about = asText(result['summary']);
  if (about !== undefined) span.summary = oneLine(about);
  pushSpan(context, span);
  const taskId = asText(result['taskId']);
  if (taskId !== undefined) put(state, state.tasks, taskId, key);
}

/** A background agent has ended: told by a notification in a user line, a queued command or a queue operation. */
export function readNotification(context: LineContext, text: string): void {
  if (!text.startsWith('<task-notification>')) return;
  const head = text.slice(0, 4000);
  const taskId = inTag(head, 'task-id');
  if (taskId !== undefined) endTask(context, taskId, inTag(head, 'status'));
}

/** Ends the span of a background task, once; other tasks (shells) have no span of their own. */
export function endTask(context: LineContext, taskId: string, status: string | undefined): void {
  if (status === undefined || status === 'running' || status === 'pending') return;
  const key = take(context.state.tasks, taskId);
  if (key === undefined) return;
  const span: Draft<SpanFact> = { kind: 'span', key, status: statusOfTask(status) };
  if (context.timeUs !== undefined) span.endUs = context.timeUs;
  pushSpan(context, span);
}

function statusOfTask(status: string): SpanStatus {
  switch (status) {
    case 'completed':
      return 'ok';
    case 'killed':
    case 'stopped':
    case 'cancelled':
      return 'aborted';
    default:
      return 'error';
  }
}

function forgetSides(state: ClaudeState, agent: string): void {
  for (const [uuid, thread] of Object.entries(state.sides)) if (thread === agent) delete state.sides[uuid];
}
