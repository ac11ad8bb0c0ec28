// Reads Context Foundry's `phase-status.json` (which phases wait, run and are done) and `phase-prompts/*.json` (the
// prompt of each phase, which people may edit and run again).
//
// Contract: never throws. A phase that waits in the one and is done in the other file is done. Tokens of a prompt are
// attributes: what was used is counted where the conversation tells it.

import { asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { buildDocument, claim, localClock, phaseOf, sayPhase, statusOf, type Fields } from './foundry-build.ts';
import { oneLine } from './parser.ts';
import { sayEntry, sayError, sayEvent } from './saying.ts';

export const foundryPhaseStatus = buildDocument({
  id: 'foundry-phase-status',
  label: 'Context Foundry phase status',
  type: 'phase-status',
  isMine: head =>
    'execution_mode' in head &&
    isObject(head['phases']) &&
    Object.values(head['phases']).every(phase => asText(asObject(phase)['status']) !== undefined),
  say({ fields, hint, saying }) {
    const all = Object.entries(asObject(fields['phases'])).slice(0, 200);
    const states = all.map(([, state]) => asObject(state));
    const texts = states.flatMap(state => [state['running_at'], state['complete_at']]);
    const clock = localClock([fields['created_at'], ...texts], hint.modifiedUs);
    for (const [name, value] of all) {
      const phase = phaseOf(name);
      const state = asObject(value);
      if (phase === undefined) continue;
      const startUs = clock(state['running_at']);
      const endUs = clock(state['complete_at']);
      const claims = { output: claim(state['file']), executionMode: claim(fields['execution_mode']) };
      sayPhase(saying, phase, { status: statusOf(state['status']), startUs, endUs, claims });
    }
  },
  content(fields) {
    const lines = Object.entries(asObject(fields['phases'])).map(
      ([name, state]) => `${phaseOf(name)?.name ?? name}: ${asText(asObject(state)['status']) ?? 'unknown'}`,
    );
    return [{ kind: 'notice', title: 'Phases', text: lines.join('\n') }];
  },
});

export const foundryPhasePrompt = buildDocument({
  id: 'foundry-phase-prompt',
  label: 'Context Foundry phase prompt',
  type: 'phase-prompt',
  isMine: head =>
    asText(head['phase']) !== undefined &&
    typeof head['state'] === 'string' &&
    ('system_prompt' in head || 'input_instruction' in head) &&
    ('job_id' in head || 'prompt_origins' in head || 'draft_at' in head),
  say({ fields, hint, saying }) {
    const phase = phaseOf(fields['phase']);
    if (phase === undefined) return;
    const tokens = asObject(fields['token_metrics']);
    const clock = localClock(
      Object.entries(fields).flatMap(([name, text]) => (name.endsWith('_at') ? [text] : [])),
      hint.modifiedUs,
    );
    const status = statusOf(fields['state']);
    sayPhase(saying, phase, {
      status,
      startUs: clock(fields['processing_started_at']),
      endUs: clock(fields['completed_at']),
      claims: {
        promptState: claim(fields['state']),
        jobId: claim(fields['job_id']),
        wasEdited: claim(fields['was_edited_before_submission']),
        reruns: asNumber(fields['rerun_count']),
        estimatedInputTokens: asNumber(tokens['estimated_input_tokens']),
        actualInputTokens: asNumber(tokens['actual_input_tokens']),
        contextPercent: asNumber(tokens['context_percent']),
      },
    });
    const key = `prompt:${phase.key}`;
    const timed = { ...saying, timeUs: clock(fields['processing_started_at']) ?? clock(fields['draft_at']) };
    sayEvent(timed, { key, event: 'prompt', name: 'phase prompt', summary: oneLine(inputOf(fields)), span: phase.key });
    for (const [block, { kind }] of promptBlocks(fields).entries()) {
      if (kind === 'error') sayError(timed, `${key}:error`, 'phase failed', asText(fields['error']) ?? '', block);
      else if (kind === 'system' || kind === 'prompt')
        sayEntry(timed, {
          key: `${key}:${block}`,
          entry: kind,
          block,
          span: phase.key,
          event: kind === 'prompt' ? key : undefined,
        });
    }
  },
  content: promptBlocks,
});

/** What was sent: the edited text where there is one. */
function inputOf(fields: Fields): string {
  return asText(fields['input_instruction_edited']) ?? asText(fields['input_instruction']) ?? '';
}

function promptBlocks(fields: Fields): readonly ContentBlock[] {
  const system = asText(fields['system_prompt_edited']) ?? asText(fields['system_prompt']);
  const input = inputOf(fields);
  const error = asText(fields['error']);
  const blocks: ContentBlock[] = [];
  if (system !== undefined)
    blocks.push({ kind: 'system', title: 'System prompt of the phase', parts: [{ kind: 'text', text: system }] });
  if (input !== '') blocks.push({ kind: 'prompt', parts: [{ kind: 'text', text: input }] });
  if (error !== undefined) blocks.push({ kind: 'error', title: 'The phase failed', text: error });
  return blocks;
}
