// Reads Context Foundry's `current-phase.json` in all four shapes that were found: snake_case with `phases_completed`;
// camelCase with snake_case twins; all of it under `PhaseInfo`; the first one's keys again with other words.
//
// Contract: never throws. `status: completed` is the phase's: the session does not end with it. The times in it are a
// model's idea (January 2025 in files of October) and become claims; the file's own time is when it was so.

import { asObject, asText, isObject } from '../../../shared/base/json.ts';
import {
  buildDocument,
  claim,
  objectAt,
  phaseOf,
  pick,
  sayPhase,
  statusOf,
  textsOf,
  type Fields,
} from './foundry-build.ts';
import { oneLine } from './parser.ts';
import { sayNotice, saySession } from './saying.ts';

export const foundryCurrentPhase = buildDocument({
  id: 'foundry-current-phase',
  label: 'Context Foundry current phase',
  type: 'current-phase',
  isMine: head => isPhase(unwrapped(head)),
  say({ fields, saying }) {
    const now = unwrapped(fields);
    const project = asText(pick(now, 'session_id', 'sessionId'));
    if (project !== undefined) saySession(saying, { project: oneLine(project, 100) });
    const phase = phaseOf(nameOf(now));
    for (const done of textsOf(pick(now, 'phases_completed', 'phasesCompleted'))) {
      const earlier = phaseOf(done);
      if (earlier !== undefined && earlier.key !== phase?.key) sayPhase(saying, earlier, { status: 'ok' });
    }
    if (phase === undefined) return;
    const status = statusOf(now['status']);
    const hasEnded = status !== 'open' && status !== 'unknown';
    const progress = claim(progressOf(now));
    sayPhase(saying, phase, {
      status,
      startUs: status === 'unknown' ? undefined : saying.timeUs,
      endUs: hasEnded ? saying.timeUs : undefined,
      summary: typeof progress === 'string' ? progress : undefined,
      claims: claimsOf(now),
    });
    sayNotice(saying, `now:${phase.key}`, titleOf(now), String(progress ?? ''), 0);
  },
  content(fields) {
    const now = unwrapped(fields);
    if (phaseOf(nameOf(now)) === undefined) return [];
    const lines = Object.entries(claimsOf(now)).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}: ${value}`],
    );
    return [{ kind: 'notice', title: titleOf(now), text: [claim(progressOf(now)) ?? '', ...lines].join('\n').trim() }];
  },
});

function unwrapped(fields: Fields): Fields {
  return isObject(fields['PhaseInfo']) ? fields['PhaseInfo'] : fields;
}

function isPhase(fields: Fields): boolean {
  if ('iterations' in fields || 'task_description' in fields) return false; // the state of a loop: foundry-loop.ts
  if (asText(nameOf(fields)) === undefined || asText(fields['status']) === undefined) return false;
  const others = ['phase_number', 'phases_completed', 'progress_detail', 'last_updated', 'test_iteration'];
  const camel = ['progressDetail', 'completionTracking', 'phaseCompletionTracking', 'testIteration', 'timestamps'];
  return [...others, ...camel].some(name => name in fields);
}

function nameOf(fields: Fields): unknown {
  return pick(fields, 'current_phase', 'currentPhase', 'phase');
}

function progressOf(fields: Fields): unknown {
  return pick(fields, 'progress_detail', 'progressDetail');
}

function titleOf(fields: Fields): string {
  const phase = phaseOf(nameOf(fields))?.name ?? 'Phase';
  return `${phase}: ${oneLine(asText(fields['status']) ?? 'unknown', 60)}`;
}

/** What the model wrote down besides: shown, never counted with. */
function claimsOf(fields: Fields): Record<string, ReturnType<typeof claim>> {
  const times = asObject(fields['timestamps']);
  const tracking = objectAt(fields, 'completionTracking', 'completion_tracking', 'phaseCompletionTracking');
  return {
    claimedName: claim(nameOf(fields)),
    claimedStatus: claim(fields['status']),
    claimedNumber: claim(fields['phase_number']),
    testIteration: claim(pick(fields, 'test_iteration', 'testIteration')),
    claimedStart: claim(fields['started_at'] ?? pick(times, 'phaseStart', 'startTime')),
    claimedEnd: claim(pick(times, 'phaseEnd', 'endTime', 'completionTime')),
    claimedUpdate: claim(fields['last_updated'] ?? times['lastUpdated']),
    claimedComplete: claim(pick(tracking, 'isComplete', 'isPhaseComplete', 'completed')),
    claimedPercent: claim(tracking['completionPercentage']),
    parallel: claim(fields['parallel_execution']),
    tasksCompleted: claim(fields['tasks_completed']),
  };
}
