// `agent-<id>.meta.json` beside a subagent's transcript: what kind of agent it is and which call started it.

import { asNumber, asObject, asText, isObject, type JsonValue } from '../../../shared/base/json.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { agentKeyOf, isMutedAgent, workflowKeyOf } from './claude-code-agents.ts';
import type { Draft } from './claude-code-state.ts';
import {
  oneLine,
  type DocumentParser,
  type FileHint,
  type ParsedUnit,
  type Recognition,
  type Sample,
  type SpanFact,
} from './parser.ts';
import { sessionFolderOf } from './claude-code.ts';

export const claudeCodeAgentMeta: DocumentParser = {
  id: 'claude-code-agent-meta',
  version: 1,
  label: 'Claude Code subagent',
  unit: 'document',
  recognise,
  begin: () => ({}),
  parseDocument,
  content,
};

function agentIdOf(relPath: string): string | undefined {
  return /(?:^|\/)agent-([^/]+)\.meta\.json$/.exec(relPath)?.[1];
}

function recognise(sample: Sample, hint: FileHint): Recognition | 'more' | undefined {
  const session = sessionFolderOf(hint.relPath);
  if (agentIdOf(hint.relPath) === undefined || session === undefined) return undefined;
  const value = sample.values.length > 0 ? sample.values[0] : parseJson(sample.text);
  if (value === undefined) return 'more';
  if (asText(asObject(value)['agentType']) === undefined) return undefined;
  return { agent: 'claude-code', session, main: false };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // half written
  }
}

function parseDocument(bytes: Uint8Array, hint: FileHint): ParsedUnit {
  const at = { line: 1, offset: 0, length: bytes.length };
  const value = parseJson(new TextDecoder().decode(bytes));
  const agentId = agentIdOf(hint.relPath);
  if (!isObject(value) || agentId === undefined) {
    const rejected = value === undefined ? 'not JSON, or not all of it' : 'not the description of an agent';
    return { records: [{ at, type: 'agent-meta', known: true, timeUs: null, rejected }], facts: [] };
  }
  const records = [{ at, type: 'agent-meta', known: true, timeUs: null }];
  if (isMutedAgent(agentId)) return { records, facts: [] };
  const span: Draft<SpanFact> = { kind: 'span', key: agentKeyOf(agentId), span: 'agent', role: 'body' };
  const name = asText(value['agentType']) ?? asText(value['name']);
  if (name !== undefined) span.name = oneLine(name);
  const about = asText(value['description']);
  if (about !== undefined) span.summary = oneLine(about);
  const callId = asText(value['toolUseId']);
  const runId = /(?:^|\/)subagents\/workflows\/([^/]+)\//.exec(hint.relPath)?.[1];
  if (callId !== undefined) span.parent = callId;
  else if (runId !== undefined) span.parent = workflowKeyOf(runId);
  const attrs: { [name: string]: JsonValue } = {};
  const depth = asNumber(value['spawnDepth']);
  if (depth !== undefined) attrs['spawnDepth'] = depth;
  for (const field of ['model', 'worktreePath', 'worktreeBranch', 'isolation'] as const) {
    const text = asText(value[field]);
    if (text !== undefined) attrs[field] = oneLine(text);
  }
  if (Object.keys(attrs).length > 0) span.attrs = attrs;
  return { records, facts: [span] };
}

function content(value: unknown): readonly ContentBlock[] {
  const meta = asObject(value);
  const type = asText(meta['agentType']);
  return type === undefined
    ? []
    : [{ kind: 'notice', title: `Subagent: ${type}`, text: asText(meta['description']) ?? '' }];
}
