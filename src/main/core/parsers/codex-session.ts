// Whose a Codex rollout is: its own thread, the thread that it was forked from, the one that spawned it. Also what a
// turn's context says, and which lines at the head of a file repeat another thread's history.

import { asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import type { CodexLine } from './codex-line.ts';
import {
  attributes,
  given,
  placeKey,
  remember,
  sayAgent,
  sayEntry,
  sayEvent,
  type CopyState,
  type Reading,
} from './codex-reading.ts';
import { oneLine, type SessionFact } from './parser.ts';

type Fields = Readonly<Record<string, unknown>>;

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

/** The uuid in a rollout's file name, else the name without its ending. */
export function idFromPath(relPath: string): string {
  const name = relPath.slice(relPath.lastIndexOf('/') + 1).replace(/\.jsonl?$/i, '');
  return uuid.exec(name)?.[0] ?? name;
}

export function threadIdOf(header: Fields): string | undefined {
  return asText(header['id']) ?? asText(header['session_id']);
}

/** The thread that spawned the header's own as a subagent. */
export function parentOf(header: Fields): string | undefined {
  const subagent = asObject(asObject(header['source'])['subagent']);
  return asText(asObject(subagent['thread_spawn'])['parent_thread_id']) ?? asText(header['parent_thread_id']);
}

/** The session that a subagent's thread is part of: the root thread's where it is told, else the parent's. */
export function sessionOf(header: Fields): { readonly id: string | undefined; readonly main: boolean } {
  const id = threadIdOf(header);
  const parent = parentOf(header);
  if (parent === undefined || parent === id) return { id, main: true };
  const root = asText(header['session_id']);
  return { id: root !== undefined && root !== id ? root : parent, main: false };
}

/** session_meta, or the first line of a legacy file. */
export function readHeader(reading: Reading, header: Fields): void {
  const { state } = reading;
  const id = threadIdOf(header) ?? '';
  if (id === state.threadId) return sayAbout(reading, header);
  if (state.copy === null && state.atHeader && isOlder(reading, header)) state.copy = newCopy(reading, false);
  if (state.copy !== null) {
    // The header of the thread that is copied follows that of the copy.
    state.copy.sure = true;
    if (state.threadIds.includes(id)) state.copy.repeated = true;
    return;
  }
  const first = state.threadId === null;
  const copy = beginThread(reading, header, id);
  if (first && !state.main) beginAgent(reading, header, id);
  sayAbout(reading, header);
  if (!first) sayNotice(reading, 'recording', `goes on with ${copy?.forked === true ? 'fork' : 'session'} ${id}`);
}

/** turn_context: the only line that names the model. */
export function readTurnContext(reading: Reading, context: Fields): void {
  const { state, copied } = reading;
  state.turnId = asText(context['turn_id']) ?? state.turnId;
  state.effort = asText(context['effort']) ?? null;
  const model = asText(context['model']);
  const cwd = asText(context['cwd']);
  if (state.cwd === null && cwd !== undefined) {
    state.cwd = cwd;
    saySession(reading, { cwd });
  }
  if (model === undefined || model === state.model) return;
  const before = state.model;
  state.model = model;
  if (state.agent === null) saySession(reading, { model });
  else sayAgent(reading, { model });
  if (before !== null && !copied) sayNotice(reading, 'model', `${before} → ${model}`);
}

/** What a session is called, where it ran: said for main transcripts only, a subagent's header is not its session's. */
export function saySession(reading: Reading, session: Omit<SessionFact, 'kind'>): void {
  if (reading.state.agent === null) reading.facts.push({ kind: 'session', ...session });
}

/** A notice that stands in the conversation too: its record's content is one block. */
export function sayNotice(reading: Reading, name: string, summary: string): void {
  const key = placeKey(reading, name);
  sayEvent(reading, { key, event: 'notice', name, summary: oneLine(summary) });
  sayEntry(reading, { key, entry: 'notice', block: 0, event: key });
}

/**
 * Whether a line repeats another thread's history: forks and subagents copy their parent's lines to their head with new
 * times. A turn tells by its id, a UUIDv7: begun before the thread was, it is a copy; the first younger one ends them.
 */
export function isCopy(reading: Omit<Reading, 'copied'>, line: CodexLine): boolean {
  const { state, timeUs } = reading;
  const { copy, bornUs } = state;
  if (line.kind === 'session') return false;
  state.atHeader = false;
  if (copy === null) return false;
  const begunUs = turnBegin(line);
  if (begunUs !== undefined && bornUs !== null) {
    if (begunUs < bornUs) copy.sure = copy.byTurn = true;
    else state.copy = null;
  } else if (!copy.byTurn && timeUs !== undefined && copy.atUs !== null && timeUs - copy.atUs > COPY_US) {
    state.copy = null;
  }
  if (state.copy === null) return false;
  // Without any other sign: no response is there in the second in which its thread begins.
  return copy.sure || (copy.forked && line.name === 'token_count');
}

/** The lines of a copy are written at once: without turns to tell, what comes later is the thread's own. */
const COPY_US = 1_000_000;

/** When the turn of a line began, where the line names its turn. Microseconds. */
function turnBegin(line: CodexLine): number | undefined {
  const { payload } = line;
  const passed = asObject(payload['internal_chat_message_metadata_passthrough']);
  const turnId = asText(payload['turn_id']) ?? asText(passed['turn_id']);
  if (turnId === undefined) return undefined;
  const inId = uuidTime(turnId);
  if (inId !== undefined) return inId;
  const startedAt = asNumber(payload['started_at']);
  // Whole seconds, rounded down: taken as late as it can be, or a thread's own first turn would seem older than it.
  return startedAt === undefined ? undefined : startedAt * 1_000_000 + 999_999;
}

/** Creation time in a UUIDv7 (RFC 9562): its first 48 bits are milliseconds since 1970. */
function uuidTime(id: string): number | undefined {
  const match = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i.exec(id);
  return match === null ? undefined : Number.parseInt(`${match[1]}${match[2]}`, 16) * 1000;
}

function beginThread(reading: Reading, header: Fields, id: string): CopyState | null {
  const { state, timeUs } = reading;
  const forked = asText(header['forked_from_id']) !== undefined;
  const spawned = parentOf(header) !== undefined;
  state.newCounter = state.threadId !== null;
  state.inheritsCounter = forked || spawned;
  state.threadResponses = 0;
  state.threadId = id;
  remember(state.threadIds, id);
  state.bornUs = isoToUs(header['timestamp']) ?? timeUs ?? null;
  state.atHeader = true;
  state.copy = forked || spawned ? newCopy(reading, forked) : null;
  return state.copy;
}

function newCopy(reading: Reading, forked: boolean): CopyState {
  return { sure: false, byTurn: false, forked, atUs: reading.timeUs ?? null, repeated: false };
}

/** An older thread's header right below a thread's own: its history follows, whatever the own header says. */
function isOlder(reading: Reading, header: Fields): boolean {
  const createdUs = isoToUs(header['timestamp']);
  const { bornUs } = reading.state;
  return createdUs !== undefined && bornUs !== null && createdUs < bornUs;
}

/** The span of a subagent. Its parent is said by the file of the thread that spawned it. */
function beginAgent(reading: Reading, header: Fields, id: string): void {
  const { state, timeUs } = reading;
  const subagent = asObject(header['source'])['subagent'];
  const spawn = asObject(asObject(subagent)['thread_spawn']);
  const nickname = asText(header['agent_nickname']) ?? asText(spawn['agent_nickname']);
  const role = asText(header['agent_role']) ?? asText(spawn['agent_role']);
  state.agent = agentKey(id);
  sayAgent(reading, {
    span: 'agent',
    name: nickname ?? role ?? asText(asObject(subagent)['other']) ?? asText(subagent) ?? 'subagent',
    startUs: timeUs,
    status: 'open',
    attrs: attributes({ threadId: id, role, path: asText(header['agent_path']) ?? asText(spawn['agent_path']) }),
    role: 'call',
  });
}

export function agentKey(threadId: string): string {
  return `agent:${threadId}`;
}

function sayAbout(reading: Reading, header: Fields): void {
  const { state } = reading;
  const git = isObject(header['git']) ? header['git'] : {};
  const cwd = asText(header['cwd']);
  if (cwd !== undefined) state.cwd = cwd;
  saySession(reading, given({ cwd, agentVersion: asText(header['cli_version']), gitBranch: asText(git['branch']) }));
}
