// Claude Code's session logs: one JSON object a line, `projects/<dir>/<session>.jsonl` and the files of its subagents.
// Reads 0.2.106 to the newest (2.1.235 at the time of writing).
//
// Contract: as in parser.ts. A line of any shape gives exactly one record; what is not understood is named and kept.

import { asText, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import {
  agentKeyOf,
  beginAgent,
  isMutedAgent,
  isReplayAgent,
  promptTextOf,
  threadOfMainLine,
  WARMUP,
} from './claude-code-agents.ts';
import { readAssistant } from './claude-code-assistant.ts';
import { claudeCodeContent } from './claude-code-content.ts';
import { readAttachment, readJournal, readMetadata, readProgress, readSystem } from './claude-code-other.ts';
import {
  asClaudeState,
  asParserState,
  compareVersions,
  newState,
  type ClaudeState,
  type Draft,
  type LineContext,
  type Standing,
} from './claude-code-state.ts';
import { hasEnvelope, isMetadata, typeNameOf, type Line, type TypeName } from './claude-code-types.ts';
import { readUser } from './claude-code-user.ts';
import type {
  Fact,
  FileHint,
  LineParser,
  LinePosition,
  ParsedUnit,
  ParserState,
  Recognition,
  RecordFact,
  Sample,
  SessionFact,
} from './parser.ts';

const AGENT = 'claude-code';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const claudeCodeJsonl: LineParser = {
  id: 'claude-code-jsonl',
  version: 1,
  label: 'Claude Code',
  unit: 'line',
  recognise,
  begin,
  parse,
  content: claudeCodeContent,
};

function recognise(sample: Sample, hint: FileHint): Recognition | 'more' | undefined {
  const folder = sessionFolderOf(hint.relPath);
  if (isJournal(hint.relPath) && folder !== undefined) return { agent: AGENT, session: folder, main: false };
  let claims = false;
  let sessionId: string | undefined;
  for (const value of sample.values) {
    if (!isObject(value)) continue;
    const envelope = hasEnvelope(value);
    if (envelope && !isClaudeMessage(value)) return undefined;
    if (!envelope && !isMetadata(value)) continue;
    claims = true;
    sessionId ??= asText(value['sessionId']);
    if (!envelope) continue;
    if (value['isSidechain'] === true && asText(value['agentId']) !== undefined)
      return { agent: AGENT, session: folder ?? sessionId ?? null, main: false };
    break;
  }
  if (!claims) return sample.values.length === 0 ? 'more' : undefined;
  const stem = stemOf(hint.relPath);
  if (UUID.test(stem)) return { agent: AGENT, session: stem, main: true };
  if (sessionId !== undefined) return { agent: AGENT, session: sessionId, main: true };
  return sample.complete ? { agent: AGENT, session: stem, main: true } : 'more';
}

/** False for agents whose lines have the same frame around something else: Qwen's hold `parts` or a payload. */
function isClaudeMessage(line: Line): boolean {
  if (line['type'] !== 'user' && line['type'] !== 'assistant')
    return !('systemPayload' in line) && line['type'] !== 'tool_result';
  const message = line['message'];
  return isObject(message) && 'content' in message && !('parts' in message) && !('usageMetadata' in line);
}

function stemOf(relPath: string): string {
  return relPath.slice(relPath.lastIndexOf('/') + 1).replace(/\.jsonl$/, '');
}

/** The session's id for files below `<session>/subagents/`. */
export function sessionFolderOf(relPath: string): string | undefined {
  const folders = relPath.split('/');
  const folder = folders[folders.lastIndexOf('subagents') - 1];
  return folder !== undefined && UUID.test(folder) ? folder : undefined;
}

function isJournal(relPath: string): boolean {
  return relPath.includes('subagents/workflows/') && stemOf(relPath) === 'journal';
}

function begin(recognition: Recognition, hint: FileHint): ParserState {
  if (recognition.main) return asParserState(newState('main', null, null));
  if (isJournal(hint.relPath)) return asParserState(newState('journal', null, null));
  const agentId = /^agent-(.+)$/.exec(stemOf(hint.relPath))?.[1] ?? null;
  const runId = /(?:^|\/)subagents\/workflows\/([^/]+)\//.exec(hint.relPath)?.[1] ?? null;
  return asParserState(newState('agent', agentId, runId));
}

function parse(parserState: ParserState, value: unknown, at: LinePosition): ParsedUnit {
  const state = asClaudeState(parserState);
  if (!isObject(value)) {
    const record: RecordFact = { at, type: 'other', known: false, timeUs: null, rejected: 'not a JSON object' };
    return { records: [record], facts: [] };
  }
  const timeUs = isoToUs(value['timestamp']);
  const uuid = asText(value['uuid']);
  const name = state.file === 'journal' ? journalTypeOf(value) : typeNameOf(value);
  const record: Draft<RecordFact> = { at, type: name.type, known: name.known, timeUs: timeUs ?? null };
  if (uuid !== undefined) record.uuid = uuid;
  if (state.file !== 'journal' && lacksMessage(value)) record.rejected = `${name.type} line without a message`;

  const facts: Fact[] = [];
  noteVersion(state, value, facts);
  const thread = threadOfLine(state, value);
  if (thread === undefined) return { records: [record], facts };
  const context: LineContext = {
    state,
    at,
    facts,
    timeUs,
    key: uuid ?? `line:${at.offset}`,
    thread,
    standing: standingOf(state, thread),
  };
  if (thread === ROOT_SPAN) noteSession(context, value);
  else if (value['type'] === 'user' || value['type'] === 'assistant') beginAgent(context, value);
  readLine(context, value);
  return { records: [record], facts };
}

function lacksMessage(line: Line): boolean {
  return (line['type'] === 'user' || line['type'] === 'assistant') && !isObject(line['message']);
}

function journalTypeOf(line: Line): TypeName {
  const type = asText(line['type']);
  if (type === undefined) return { type: 'workflow', known: false };
  return { type: `workflow/${type.slice(0, 80)}`, known: ['launched', 'started', 'result'].includes(type) };
}

function readLine(context: LineContext, line: Line): void {
  if (context.state.file === 'journal') {
    readJournal(context, line);
    return;
  }
  switch (line['type']) {
    case 'assistant':
      if (isObject(line['message'])) readAssistant(context, line);
      return;
    case 'user':
      if (isObject(line['message'])) readUser(context, line);
      return;
    case 'progress':
      readProgress(context, line);
      return;
    case 'system':
      readSystem(context, line);
      return;
    case 'attachment':
      readAttachment(context, line);
      return;
    default:
      readMetadata(context, line);
  }
}

function noteVersion(state: ClaudeState, line: Line, facts: Fact[]): void {
  const version = asText(line['version']);
  if (version === undefined || version === state.version) return;
  state.version = version;
  // 1.0 to 2.1.97 log what streaming began with; 0.2 and 2.1.98 and later what the API charged.
  state.outputIsExact = compareVersions(version, '1.0.0') < 0 || compareVersions(version, '2.1.98') >= 0;
  if (state.file === 'main') facts.push({ kind: 'session', agentVersion: version });
}

/** The conversation of a line; undefined where its file or its subagent makes no spans. */
function threadOfLine(state: ClaudeState, line: Line): string | undefined {
  if (state.file === 'journal') return ROOT_SPAN;
  if (state.file === 'main') return threadOfMainLine(state, line) || undefined;
  const agentId = state.agentId ?? asText(line['agentId']);
  if (agentId === undefined) return undefined;
  state.agentId = agentId;
  if (isMutedAgent(agentId)) state.muted = true;
  if (Object.keys(state.threads).length === 0 && line['type'] === 'user' && promptTextOf(line) === WARMUP)
    state.muted = true;
  return state.muted ? undefined : agentKeyOf(agentId);
}

function standingOf(state: ClaudeState, thread: string): Standing {
  if (state.file !== 'agent' || thread === ROOT_SPAN) return 'own';
  return state.agentId !== null && isReplayAgent(state.agentId) ? 'replay' : 'side';
}

/** What a line of the main conversation says of the session, where it has changed. */
function noteSession(context: LineContext, line: Line): void {
  const { state, facts } = context;
  if (state.file !== 'main') return;
  const cwd = asText(line['cwd']);
  if (cwd !== undefined && cwd !== state.cwd) {
    const fact: Draft<SessionFact> = { kind: 'session', cwd };
    // Where the session began names its project, wherever its shell goes later.
    if (state.cwd === null) fact.project = projectOf(cwd);
    state.cwd = cwd;
    facts.push(fact);
  }
  const gitBranch = asText(line['gitBranch']);
  if (gitBranch !== undefined && gitBranch !== state.gitBranch) {
    state.gitBranch = gitBranch;
    facts.push({ kind: 'session', gitBranch });
  }
}

/** Last part of a working directory; of the project's own for a worktree that the agent made inside it. */
export function projectOf(cwd: string): string {
  const folders = cwd.split(/[/\\]/).filter(part => part !== '');
  const inside = folders.findIndex((part, i) => part === '.claude' && folders[i + 1] === 'worktrees');
  return folders[(inside > 0 ? inside : folders.length) - 1] ?? cwd;
}
