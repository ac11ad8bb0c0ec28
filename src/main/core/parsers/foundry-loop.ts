// Reads `checkpoints/ralph/<session>/state.json` of Context Foundry: where its loop of iterations stands.
//
// Contract: never throws. The session is the one that it names.

import { asNumber, asText } from '../../../shared/base/json.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import { buildDocument, claim, localClock, phaseOf, sayPhase, textsOf, type Fields } from './foundry-build.ts';
import { projectOf } from './claude-code.ts';
import { oneLine } from './parser.ts';
import { attributes, sayEntry, sayError, sayEvent, sayPlainSpan, saySession } from './saying.ts';

/** The loop goes through these again and again; 'complete' is its end. */
const loop = ['scout', 'architect', 'builder', 'complete'];

export const foundryLoop = buildDocument({
  id: 'foundry-loop-state',
  label: 'Context Foundry loop state',
  type: 'loop-state',
  isMine: head =>
    asText(head['session_id']) !== undefined &&
    asText(head['current_phase']) !== undefined &&
    'task_description' in head &&
    'iterations' in head,
  sessionOf: fields => asText(fields['session_id'])?.slice(0, 300),
  say({ fields, hint, saying }) {
    const clock = localClock([fields['start_time'], fields['last_iteration_time']], hint.modifiedUs);
    const startUs = clock(fields['start_time']);
    const cwd = asText(fields['working_directory']);
    const project = asText(fields['project_name']);
    const named = project ?? (cwd === undefined ? undefined : projectOf(cwd));
    if (cwd !== undefined || named !== undefined) saySession(saying, { cwd, project: named });
    const now = asText(fields['current_phase'])?.toLowerCase();
    const place = loop.indexOf(now ?? '');
    sayPlainSpan(saying, {
      key: ROOT_SPAN,
      startUs,
      endUs: saying.timeUs,
      status: now === 'complete' ? 'ok' : undefined,
      role: 'body',
      attrs: attributes({
        iterations: asNumber(fields['iterations']),
        completedTasks: textsOf(fields['completed_tasks']).length,
        failedAttempts: textsOf(fields['failed_attempts']).length,
      }),
    });
    for (const [index, name] of loop.slice(0, 3).entries()) {
      const phase = phaseOf(name);
      if (phase === undefined || index > place) continue;
      // Where an earlier one began is not told, where the last one stands is.
      const status = index < place ? 'ok' : 'open';
      sayPhase(saying, phase, { status, startUs: index === 0 ? startUs : undefined });
    }
    if (place < 0) {
      const other = phaseOf(now);
      if (other !== undefined) sayPhase(saying, other, { status: 'open' });
    }
    sayTask({ ...saying, timeUs: startUs }, fields);
    for (const [index, text] of textsOf(fields['failed_attempts']).entries())
      sayError(saying, `failed:${index}`, 'attempt failed', text, attemptBlock(fields) + index);
  },
  content(fields): readonly ContentBlock[] {
    const task = asText(fields['task_description']);
    const blocks: ContentBlock[] =
      task === undefined ? [] : [{ kind: 'prompt', parts: [{ kind: 'text', text: task }] }];
    for (const text of textsOf(fields['failed_attempts']))
      blocks.push({ kind: 'error', title: 'Attempt failed', text });
    return blocks;
  },
});

function sayTask(saying: Parameters<typeof sayEvent>[0], fields: Fields): void {
  const task = asText(fields['task_description']);
  if (task === undefined) return;
  saySession(saying, { title: { source: 'prompt', text: oneLine(task) } });
  sayEvent(saying, { key: 'task', event: 'prompt', name: 'task', summary: String(claim(task)), turn: true });
  sayEntry(saying, { key: 'task', entry: 'prompt', block: 0, event: 'task' });
}

function attemptBlock(fields: Fields): number {
  return asText(fields['task_description']) === undefined ? 0 : 1;
}
