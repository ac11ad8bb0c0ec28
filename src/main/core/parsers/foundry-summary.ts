// Reads Context Foundry's `session-summary.json`, in both families: the final report that a model writes (each version
// with other keys), and the running account of the phases that the later runner keeps.
//
// Contract: never throws. Tokens of a phase are a plain sum that the conversation tells better: attributes, not usage.

import { asArray, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import {
  buildDocument,
  claim,
  localClock,
  phaseOf,
  sayPhase,
  statusOf,
  textsOf,
  type Fields,
} from './foundry-build.ts';
import { oneLine } from './parser.ts';
import { attributes, sayEntry, sayError, sayNotice, sayPlainSpan, saySession, type Saying } from './saying.ts';

export const foundrySummary = buildDocument({
  id: 'foundry-session-summary',
  label: 'Context Foundry session summary',
  type: 'session-summary',
  isMine: head => isReport(head) || isAccount(head),
  say({ fields, hint, saying }) {
    if (isAccount(fields)) sayAccount(saying, fields, hint.modifiedUs);
    if (isReport(fields)) sayReport(saying, fields);
  },
  content: blocksOf,
});

function isReport(head: Fields): boolean {
  if ('current_phase' in head || asText(head['status']) === undefined || !Array.isArray(head['phases_completed']))
    return false;
  const names = ['task', 'mode', 'files_created', 'files_modified', 'tests_passed', 'duration_minutes', 'github_url'];
  return names.some(name => name in head);
}

function isAccount(head: Fields): boolean {
  return isObject(asObject(head['context_metrics'])['by_phase']) || ('build_start' in head && isObject(head['phases']));
}

function sayReport(saying: Saying, fields: Fields): void {
  const task = asText(fields['task']);
  if (task !== undefined) {
    saySession(saying, { title: { source: 'prompt', text: oneLine(task) } });
    // When it was given is not told.
    saying.facts.push({
      kind: 'event',
      event: 'prompt',
      key: 'task',
      name: 'task',
      summary: oneLine(task),
      turn: true,
    });
    sayEntry(saying, { key: 'task', entry: 'prompt', block: 0, event: 'task' });
  }
  for (const name of textsOf(fields['phases_completed'])) {
    const phase = phaseOf(name);
    if (phase !== undefined) sayPhase(saying, phase, { status: 'ok' });
  }
  const status = statusOf(fields['status']);
  sayPlainSpan(saying, {
    key: ROOT_SPAN,
    status: status === 'open' || status === 'unknown' ? undefined : status,
    endUs: saying.timeUs,
    role: 'body',
    attrs: attributes({
      claimedStatus: claim(fields['status']),
      mode: claim(fields['mode']),
      testsPassed: claim(fields['tests_passed']),
      testIterations: claim(fields['test_iterations']),
      filesCreated: countOf(fields['files_created']),
      filesModified: countOf(fields['files_modified']),
      claimedMinutes: claim(fields['duration_minutes']),
      url: claim(fields['github_url'] ?? fields['pr_url'] ?? fields['github_pr_url']),
      commit: claim(fields['final_commit_sha'] ?? fields['commit_sha']),
    }),
  });
  const block = task === undefined ? 0 : 1;
  const text = reportText(fields);
  if (status === 'error') sayError(saying, 'report', 'build failed', text, block);
  else sayNotice(saying, 'report', 'build report', text, block);
}

/** A list of paths, or their number. */
function countOf(value: unknown): number | undefined {
  return Array.isArray(value) ? value.length : asNumber(value);
}

function reportText(fields: Fields): string {
  const told = asText(fields['failure_summary']) ?? asText(fields['success_summary']) ?? '';
  const failures = asArray(fields['test_failures'])
    .slice(0, 20)
    .map(item => `- ${claim(item) ?? ''}`);
  return [told, ...failures].join('\n').trim() || (asText(fields['status']) ?? '');
}

/** Reruns replace single phases, so that their times go backwards: each stands where it says. */
function sayAccount(saying: Saying, fields: Fields, modifiedUs: number | null): void {
  const metrics = asObject(fields['context_metrics']);
  const byPhase = asObject(metrics['by_phase']);
  const states = asObject(fields['phases']);
  const names = [...new Set([...Object.keys(states), ...Object.keys(byPhase)])].slice(0, 200);
  const all = names.map(name => ({ name, ...asObject(byPhase[name]), ...asObject(states[name]) }) as Fields);
  const clock = localClock([fields['build_start'], ...all.map(phase => phase['timestamp'])], modifiedUs);
  const model = asText(metrics['model']);
  const startUs = clock(fields['build_start']);
  if (model !== undefined) saySession(saying, { model });
  if (startUs !== undefined) sayPlainSpan(saying, { key: ROOT_SPAN, startUs, role: 'body' });
  for (const fieldsOf of all) sayAccounted(saying, fieldsOf, asObject(byPhase[asText(fieldsOf['name']) ?? '']), clock);
}

function sayAccounted(
  saying: Saying,
  told: Fields,
  metrics: Fields,
  clock: (text: unknown) => number | undefined,
): void {
  const phase = phaseOf(told['name']);
  if (phase === undefined) return;
  const endUs = clock(told['timestamp']);
  const seconds = asNumber(told['duration_seconds']);
  const exitCode = asNumber(metrics['exit_code']);
  const status = statusOf(
    told['status'] ?? (exitCode === undefined ? undefined : exitCode === 0 ? 'completed' : 'failed'),
  );
  sayPhase(saying, phase, {
    status: exitCode !== undefined && exitCode !== 0 ? 'error' : status,
    startUs:
      endUs === undefined || seconds === undefined || seconds < 0 ? undefined : Math.round(endUs - seconds * 1e6),
    endUs,
    claims: {
      exitCode,
      tokensUsed: asNumber(metrics['tokens_used']),
      contextPercent: asNumber(metrics['percentage']),
      zone: claim(metrics['zone']),
      budget: asNumber(metrics['budget_allocated']),
      overBudget: claim(metrics['over_budget']),
    },
  });
}

function blocksOf(fields: Fields): readonly ContentBlock[] {
  if (!isReport(fields)) return [];
  const task = asText(fields['task']);
  const text = reportText(fields);
  const isFailed = statusOf(fields['status']) === 'error';
  const report: ContentBlock = isFailed
    ? { kind: 'error', title: 'The build failed', text }
    : { kind: 'notice', title: 'Build report', text };
  return task === undefined ? [report] : [{ kind: 'prompt', parts: [{ kind: 'text', text: task }] }, report];
}
