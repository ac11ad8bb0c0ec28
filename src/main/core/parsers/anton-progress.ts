// Reads Anton's progress files (`.modular-agents/progress/<task>.json`), which are written anew at each step.
//
// Contract: never throws; every field may be missing. Tells how far the phases are that checkpoints describe.

import { asCount, asNumber, asObject, asText, type JsonValue } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { SpanStatus } from '../../../shared/model/span.ts';
import {
  countOf,
  descriptionOf,
  openDocument,
  phaseKey,
  recogniseDocument,
  statusOf,
  taskFacts,
  type Fields,
  type TaskDocument,
} from './anton-task.ts';
import type { DocumentParser, Fact } from './parser.ts';

/** More phases than any plan has; a damaged number must not become as many spans. */
const MOST_PHASES = 1000;

export const antonProgress: DocumentParser = {
  id: 'anton-progress',
  version: 1,
  label: 'Anton progress',
  unit: 'document',
  begin: () => ({}),
  recognise: sample =>
    recogniseDocument(
      sample,
      keys => keys.has('task_id') && keys.has('status') && (keys.has('total_phases') || keys.has('total_subtasks')),
    ),
  parseDocument(bytes, hint, recognition) {
    const opened = openDocument(bytes, hint, recognition);
    if (opened.kind === 'rejected') return opened.unit;
    const { document } = opened;
    const { at, session, fields } = document;
    const timeUs = isoToUs(fields['last_update']) ?? null;
    return {
      records: [{ at, type: 'progress', known: true, timeUs, session }],
      facts: [...taskFacts(document, hint, isoToUs(fields['start_time'])), ...progressFacts(document)],
    };
  },
  content: progressContent,
};

function progressFacts({ fields, session }: TaskDocument): readonly Fact[] {
  const startUs = isoToUs(fields['start_time']);
  const endUs = isoToUs(fields['last_update']);
  const facts: Fact[] = [
    {
      kind: 'span',
      session,
      key: ROOT_SPAN,
      role: 'body',
      status: statusOf(fields['status']),
      attrs: progressAttrs(fields),
      ...(startUs !== undefined && { startUs }),
      ...(endUs !== undefined && { endUs }),
    },
  ];
  const phases = Math.min(MOST_PHASES, asCount(fields['total_phases']));
  for (let index = 0; index < phases; index += 1)
    facts.push({
      kind: 'span',
      session,
      key: phaseKey(index),
      weak: true,
      span: 'phase',
      name: `Phase ${index + 1}`,
      parent: ROOT_SPAN,
      order: index,
      status: phaseStatus(fields, index),
    });
  return facts;
}

function phaseStatus(fields: Fields, index: number): SpanStatus {
  if (fields['status'] === 'completed' || index < asCount(fields['completed_phases'])) return 'ok';
  return index === asNumber(fields['current_phase']) ? statusOf(fields['status']) : 'unknown';
}

const counts = [
  ['total_phases', 'totalPhases'],
  ['completed_phases', 'completedPhases'],
  ['total_subtasks', 'totalSubtasks'],
  ['completed_subtasks', 'completedSubtasks'],
  ['failed_subtasks', 'failedSubtasks'],
  ['blocked_subtasks', 'blockedSubtasks'],
] as const;

function progressAttrs(fields: Fields): { [name: string]: JsonValue } {
  const attrs: { [name: string]: JsonValue } = {};
  const status = asText(fields['status']);
  if (status !== undefined) attrs['taskStatus'] = status;
  for (const [theirs, ours] of counts) {
    const count = asNumber(fields[theirs]);
    if (count !== undefined) attrs[ours] = count;
  }
  const retries = Object.values(asObject(fields['retry_attempts'])).reduce<number>(
    (sum, count) => sum + asCount(count),
    0,
  );
  if (retries > 0) attrs['retries'] = retries;
  return attrs;
}

function progressContent(value: unknown): readonly ContentBlock[] {
  const fields = asObject(value);
  const description = descriptionOf(fields);
  const done = asCount(fields['completed_subtasks']);
  const text = [
    `${asText(fields['status']) ?? 'unknown'}: ${asCount(fields['completed_phases'])} of ${countOf(asCount(fields['total_phases']), 'phase')}`,
    `${done} of ${countOf(asCount(fields['total_subtasks']), 'subtask')} done`,
    `${asCount(fields['failed_subtasks'])} failed, ${asCount(fields['blocked_subtasks'])} blocked`,
  ].join('\n');
  const prompt: ContentBlock[] =
    description === undefined ? [] : [{ kind: 'prompt', parts: [{ kind: 'text', text: description }] }];
  return [...prompt, { kind: 'notice', title: 'Progress', text }];
}
