// What Anton's files about one task have in common: the task's session, its phases and subtasks as spans, how a document
// is read. The session's native id is the task's id.

import { asObject, asText, isObject } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { SpanStatus } from '../../../shared/model/span.ts';
import { headOf, type DocumentHead } from './anton-head.ts';
import { AGENT, ORCHESTRATOR, projectOf, stemOf } from './anton-record.ts';
import {
  entryOrder,
  oneLine,
  type Fact,
  type FileHint,
  type LinePosition,
  type ParsedUnit,
  type Recognition,
  type Sample,
  type SpanFact,
} from './parser.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Claims a file that is one JSON object with such keys. */
export function recogniseDocument(
  sample: Sample,
  isMine: (keys: DocumentHead['keys']) => boolean,
): Recognition | 'more' | undefined {
  const head = headOf(sample.text);
  if (head === undefined) return undefined;
  if (isMine(head.keys)) return { agent: AGENT, session: head.texts.get('task_id') ?? null, main: false };
  return head.keys.size === 0 && !sample.complete ? 'more' : undefined;
}

export interface TaskDocument {
  readonly fields: Fields;
  readonly at: LinePosition;
  readonly session: string;
}

/** The whole document, or a unit that says why there is none yet. */
export function openDocument(
  bytes: Uint8Array,
  hint: FileHint,
  recognition: Recognition,
):
  | { readonly kind: 'open'; readonly document: TaskDocument }
  | { readonly kind: 'rejected'; readonly unit: ParsedUnit } {
  const at = { line: 1, offset: 0, length: bytes.length };
  const fields = parsedObject(new TextDecoder().decode(bytes));
  const session = asText(asObject(fields)['task_id']) ?? recognition.session ?? stemOf(hint);
  if (fields !== undefined) return { kind: 'open', document: { fields, at, session } };
  const record = { at, type: 'rejected', known: false, timeUs: null, session, rejected: 'not a whole JSON object' };
  return { kind: 'rejected', unit: { records: [record], facts: [] } };
}

function parsedObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function descriptionOf(fields: Fields): string | undefined {
  return asText(fields['task_description']);
}

/** Block of the task's description in content(), which always comes first. */
const DESCRIPTION_BLOCK = 0;

/** Title, project and the human's prompt. `atUs` where the file tells when the task was given. */
export function taskFacts(document: TaskDocument, hint: FileHint, atUs?: number): Fact[] {
  const { session, fields } = document;
  const facts: Fact[] = [];
  const project = projectOf(hint);
  if (project !== undefined) facts.push({ kind: 'session', session, project });
  const description = descriptionOf(fields);
  if (description === undefined) return facts;
  const summary = oneLine(description);
  const key = `task:${session}`;
  const place = { session, key, order: entryOrder(0, DESCRIPTION_BLOCK), ...(atUs !== undefined && { atUs }) };
  facts.push({ kind: 'session', session, title: { source: 'prompt', text: summary } });
  facts.push({ kind: 'event', event: 'prompt', name: 'task', turn: true, summary, ...place });
  facts.push({ kind: 'entry', entry: 'prompt', block: DESCRIPTION_BLOCK, event: key, ...place });
  return facts;
}

export function phaseKey(index: number): string {
  return `phase:${index}`;
}

export function subtaskKey(id: string): string {
  return `subtask:${id}`;
}

/** A subtask that other files may describe better. */
export function plainSubtask(session: string, id: string): SpanFact {
  return { kind: 'span', session, key: subtaskKey(id), weak: true, span: 'phase', name: id, parent: ROOT_SPAN };
}

/** The span of an agent: modules work for the orchestrator, also where nothing else is known of it. */
export function agentFacts(session: string, name: string, more: Partial<SpanFact>): Fact[] {
  const agent: SpanFact = { kind: 'span', session, key: `agent:${name}`, span: 'agent', name, parent: ROOT_SPAN };
  if (name === ORCHESTRATOR) return [{ ...agent, ...more }];
  const orchestrator = `agent:${ORCHESTRATOR}`;
  return [
    { ...agent, parent: orchestrator, ...more },
    { ...agent, key: orchestrator, name: ORCHESTRATOR, weak: true },
  ];
}

/** Anton's own words: pending, in_progress, completed, failed, blocked. */
export function statusOf(said: unknown): SpanStatus {
  switch (said) {
    case 'in_progress':
      return 'open';
    case 'completed':
      return 'ok';
    case 'failed':
      return 'error';
    case 'blocked':
      return 'aborted';
    default:
      return 'unknown';
  }
}

/** '3 subtasks', '1 subtask'. */
export function countOf(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
