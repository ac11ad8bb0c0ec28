// Reads Anton's trace files (`.modular-agents/traces/*.jsonl`): old records without ids, new ones with spans, and the
// sketch with events, told apart per line.
//
// Contract: never throws. Old records get keys from file and line and hang below one span per agent; new ones keep the
// tree that they record. A conversation repeats its whole history in every record: only what is new becomes entries.

import { asObject, asText, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import {
  antonContent,
  hasToolResult,
  layOutCall,
  toolFailed,
  TOOL_CALL_BLOCK,
  TOOL_RESULT_BLOCK,
  type SaidBlock,
} from './anton-content.ts';
import { followHistory, type HistoryMemory } from './anton-history.ts';
import {
  AGENT,
  antonRecord,
  attrsOf,
  modelOf,
  ORCHESTRATOR,
  projectOf,
  stemOf,
  timeOrder,
  toolName,
  typeOfUnknown,
  usageOf,
  type AntonRecord,
} from './anton-record.ts';
import { runOf } from './anton-runs.ts';
import {
  oneLine,
  type EntryFact,
  type EventFact,
  type Fact,
  type FileHint,
  type LineParser,
  type LinePosition,
  type ParsedUnit,
  type ParserState,
  type Recognition,
  type Sample,
  type SpanFact,
} from './parser.ts';

/** Lines looked at before a file is said to be Anton's. */
const PROBE = 50;

export const antonTraces: LineParser = {
  id: 'anton-traces',
  version: 1,
  label: 'Anton traces',
  unit: 'line',
  recognise,
  begin(recognition, hint): ParserState {
    const run = recognition.session ?? runOf(hint, undefined);
    return { run, session: '', line: 0, nth: 0, agents: {} };
  },
  parse,
  content: antonContent,
};

function recognise(sample: Sample, hint: FileHint): Recognition | 'more' | undefined {
  const probe = sample.values.slice(0, PROBE);
  const records = probe.map(antonRecord).filter(record => record !== undefined);
  const [first] = records;
  if (first === undefined) return probe.length === 0 && !sample.complete ? 'more' : undefined;
  if (records.length * 2 < probe.length) return undefined;
  return { agent: AGENT, session: first.traceId === undefined ? runOf(hint, first.endUs) : null, main: false };
}

/** The parser's memory; all of it JSON. Agents are kept per session, keyed by agentKey(). */
interface TraceMemory {
  run: string;
  /** The session that the last record belonged to. */
  session: string;
  line: number;
  /** How many values of this line were seen: two writers may share one. */
  nth: number;
  agents: { [name: string]: AgentMemory };
}

type AgentMemory = {
  history?: HistoryMemory;
  system?: string;
  /** Key of the prompt event that began its turn. */
  turn?: string;
  titled?: boolean;
  model?: string;
  /** Key of its span between agent_start and agent_end. */
  open?: string;
};

/** One record on its way to facts. */
interface Step {
  readonly record: AntonRecord;
  readonly at: LinePosition;
  readonly session: string;
  readonly key: string;
  readonly memory: TraceMemory;
  readonly agent: AgentMemory;
  readonly facts: Fact[];
}

function parse(state: ParserState, value: unknown, at: LinePosition, hint: FileHint): ParsedUnit {
  const memory = state as unknown as TraceMemory; // begin() made it; it went through JSON at most
  memory.nth = memory.line === at.line ? memory.nth + 1 : 0;
  memory.line = at.line;
  const record = antonRecord(value);
  if (record === undefined) return unknownRecord(memory, value, at);

  const session = record.traceId ?? memory.run;
  const agent = (memory.agents[agentKey(session, record.agentName)] ??= {});
  const place = `${record.generation}:${stemOf(hint)}:${at.line}${memory.nth === 0 ? '' : `.${memory.nth}`}`;
  const step: Step = { record, at, session, key: record.spanId ?? place, memory, agent, facts: [] };
  saySession(step, hint);
  switch (record.action) {
    case 'llm_call':
      readCall(step);
      break;
    case 'tool_call':
      readTool(step);
      break;
    case 'agent_start':
    case 'agent_end':
      readAgent(step);
      break;
  }
  const type = record.generation === 'old' ? 'interaction' : record.action;
  const timeUs = (record.generation === 'old' ? record.endUs : (record.startUs ?? record.endUs)) ?? null;
  const uuid = record.spanId === undefined ? {} : { uuid: `${record.action}:${record.spanId}` };
  return { records: [{ at, type, known: true, timeUs, session, ...uuid }], facts: step.facts };
}

/** Never a name of the object's own, like `__proto__`: both come from the log. */
function agentKey(session: string, agentName: string | undefined): string {
  return `${session}\n${agentName ?? ''}`;
}

function unknownRecord(memory: TraceMemory, value: unknown, at: LinePosition): ParsedUnit {
  const session = memory.session === '' ? memory.run : memory.session;
  const timeUs = isoToUs(asObject(value)['timestamp']) ?? null;
  const rejected = isObject(value) ? {} : { rejected: 'not an object' };
  return { records: [{ at, type: typeOfUnknown(value), known: false, timeUs, session, ...rejected }], facts: [] };
}

function saySession(step: Step, hint: FileHint): void {
  const { record, memory, agent, session, facts } = step;
  const project = projectOf(hint);
  if (memory.session !== session && project !== undefined) facts.push({ kind: 'session', session, project });
  memory.session = session;
  const model = modelOf(record);
  if (model !== undefined && model !== agent.model) facts.push({ kind: 'session', session, model });
  if (model !== undefined) agent.model = model;
}

function readCall(step: Step): void {
  const { record, agent } = step;
  const layout = layOutCall(record);
  const { fresh, memory } = followHistory(record.agentName ?? '', layout.history, agent.history);
  agent.history = memory;

  saySystem(step, layout.systemHash);
  sayTitle(step, layout.history);
  for (const message of fresh) {
    const said = layout.history[message.index];
    if (said !== undefined) addMessage(step, said, message.key, message.earlier);
  }
  if (layout.errorBlock !== undefined) addError(step, step.key, layout.errorBlock, 'Model call failed');

  const model = modelOf(record);
  const usage = usageOf(record);
  addSpan(step, {
    span: 'llm',
    name: model ?? 'llm',
    role: 'response',
    status: record.error === undefined ? 'ok' : 'error',
    ...(model !== undefined && { model }),
    ...(usage !== undefined && { usage, usageProvenance: 'reported' }),
    ...summaryOf(record.error ?? layout.response ?? ''),
  });
}

/** Once per agent, before all it says; again, in its place, when it changes. */
function saySystem(step: Step, hash: string | undefined): void {
  const { record, agent, session, facts } = step;
  if (hash === undefined || hash === agent.system) return;
  const entry = { key: `system:${record.agentName}:${hash}`, entry: 'system', block: 0 } as const;
  if (agent.system === undefined)
    facts.push({ kind: 'entry', session, ...entry, ...threadOf(step), weak: true, order: 0 });
  else addEntry(step, entry);
  agent.system = hash;
}

/** The first prompt of the whole conversation: the same from whichever of the run's files is read first. */
function sayTitle(step: Step, history: readonly SaidBlock[]): void {
  const { record, agent, session, facts } = step;
  const first = history.find(said => said.entry === 'prompt');
  if (record.agentName !== ORCHESTRATOR || first === undefined || agent.titled === true) return;
  facts.push({ kind: 'session', session, title: { source: 'prompt', text: oneLine(first.text) } });
  agent.titled = true;
}

function readTool(step: Step): void {
  const { record } = step;
  const known = hasToolResult(record);
  addSpan(step, {
    span: 'tool',
    name: toolName(record),
    role: 'call',
    status: toolFailed(record) ? 'error' : known ? 'ok' : 'unknown',
    ...summaryOf(toolSummary(record)),
  });
  const entry = { key: `tool:${step.key}`, entry: 'tool', span: step.key } as const;
  addEntry(step, { ...entry, block: TOOL_CALL_BLOCK });
  if (known) addEntry(step, { ...entry, block: TOOL_RESULT_BLOCK, result: true });
}

/** The command or the file where there is one, else what the tool was called with, without the names. */
function toolSummary(record: AntonRecord): string {
  const parameters = record.fields['parameters'] ?? record.fields['input'];
  if (!isObject(parameters)) return typeof parameters === 'string' ? parameters : '';
  const main = asText(parameters['command']) ?? asText(parameters['file_path']);
  if (main !== undefined) return main;
  const values = Object.values(parameters).filter(value => typeof value === 'string' || typeof value === 'number');
  return values.map(value => String(value).slice(0, 200)).join(' ');
}

function readAgent(step: Step): void {
  const { record, agent, session } = step;
  const begins = record.action === 'agent_start';
  const key = record.spanId ?? agent.open ?? `agent:${record.agentName}`;
  agent.open = key;
  step.facts.push({
    kind: 'span',
    session,
    key,
    span: 'agent',
    name: record.agentName ?? 'agent',
    role: begins ? 'call' : 'result',
    status: begins ? 'open' : toolFailed(record) ? 'error' : 'ok',
    attrs: attrsOf(record),
    ...(begins || record.parentId !== undefined ? { parent: parentOf(step) } : {}),
    ...times(record),
  });
  if (record.error !== undefined) addError(step, key, 0, `${record.agentName} failed`);
  if (!begins) delete agent.open;
}

/** A message of the conversation. Of what was said before this record only the words are known. */
function addMessage(step: Step, said: SaidBlock, key: string, earlier: boolean): void {
  const entry = { key, entry: said.entry, block: said.block };
  if (earlier) return addEntry(step, { ...entry, weak: true });
  if (said.entry !== 'prompt' || step.record.agentName !== ORCHESTRATOR)
    return addEntry(step, { ...entry, span: step.key });

  const event = `prompt:${key}`;
  const summary = oneLine(said.text);
  addEvent(step, { key: event, event: 'prompt', name: 'prompt', turn: true, summary });
  addEntry(step, { ...entry, span: step.key, event });
  step.agent.turn = event;
}

function addError(step: Step, span: string, block: number, name: string): void {
  const key = `error:${step.key}`;
  addEvent(step, { key, event: 'error', name, span, summary: oneLine(step.record.error ?? '') });
  addEntry(step, { key, entry: 'error', block, span, event: key });
}

type SpanPart = Omit<SpanFact, 'kind' | 'key' | 'session' | 'parent' | 'attrs' | 'startUs' | 'endUs'>;

/** The span of a call, in its agent's conversation. */
function addSpan(step: Step, part: SpanPart): void {
  const { record, facts, session, key, agent } = step;
  addAgents(step);
  const turn = isMain(record) && agent.turn !== undefined ? { turn: agent.turn } : {};
  const place = { parent: parentOf(step), ...threadOf(step), ...turn };
  facts.push({ kind: 'span', session, key, attrs: attrsOf(record), ...place, ...times(record), ...part });
}

/** The agent that the record names, as a span: old records hang below it, newer ones have their conversation in it. */
function addAgents(step: Step): void {
  const { record, facts, session, agent } = step;
  const { agentName, generation } = record;
  if (agentName === undefined || agent.open !== undefined || (generation !== 'old' && isMain(record))) return;
  const span: SpanFact = { kind: 'span', session, key: `agent:${agentName}`, span: 'agent', name: agentName };
  const parent = generation === 'old' && !isMain(record) ? `agent:${ORCHESTRATOR}` : ROOT_SPAN;
  facts.push({ ...span, parent, attrs: { agentName }, ...times(record) });
  // Modules work for the orchestrator, also where none of its own calls was recorded.
  if (parent !== ROOT_SPAN) facts.push({ ...span, key: parent, name: ORCHESTRATOR, parent: ROOT_SPAN, weak: true });
}

function parentOf(step: Step): string {
  const { record, memory, agent } = step;
  if (record.generation === 'old') return `agent:${record.agentName}`;
  if (record.parentId !== undefined) return record.parentId === record.traceId ? ROOT_SPAN : record.parentId;
  if (record.generation === 'new') return ROOT_SPAN;
  if (record.action === 'llm_call' || record.action === 'tool_call') return agent.open ?? ROOT_SPAN;
  return isMain(record) ? ROOT_SPAN : (memory.agents[agentKey(step.session, ORCHESTRATOR)]?.open ?? ROOT_SPAN);
}

/** The orchestrator talks in the main thread, every other agent in its own. */
function threadOf(step: Step): { thread?: string } {
  return isMain(step.record) ? {} : { thread: step.agent.open ?? `agent:${step.record.agentName}` };
}

function isMain(record: AntonRecord): boolean {
  return record.agentName === undefined || record.agentName === ORCHESTRATOR;
}

function times(record: AntonRecord): { startUs?: number; endUs?: number } {
  const { startUs, endUs } = record;
  return { ...(startUs !== undefined && { startUs }), ...(endUs !== undefined && { endUs }) };
}

function summaryOf(text: string): { summary?: string } {
  const summary = oneLine(text);
  return summary === '' ? {} : { summary };
}

type EntryPart = Omit<EntryFact, 'kind' | 'session' | 'order' | 'thread' | 'atUs'>;

function addEntry(step: Step, part: EntryPart): void {
  const { record, facts, session, at } = step;
  const answers = part.entry === 'answer' || part.entry === 'error' || part.result === true;
  const atUs = (answers ? record.endUs : record.startUs) ?? record.endUs;
  const order = timeOrder(record.startUs ?? record.endUs, part.block, at);
  const when = part.weak === true || atUs === undefined ? {} : { atUs };
  facts.push({ kind: 'entry', session, order, ...threadOf(step), ...when, ...part });
}

function addEvent(step: Step, part: Omit<EventFact, 'kind' | 'session' | 'thread' | 'atUs' | 'order'>): void {
  const { record, facts, session, at } = step;
  const atUs = part.event === 'error' ? record.endUs : record.startUs;
  const order = timeOrder(atUs, 0, at);
  facts.push({ kind: 'event', session, order, ...threadOf(step), ...(atUs !== undefined && { atUs }), ...part });
}
