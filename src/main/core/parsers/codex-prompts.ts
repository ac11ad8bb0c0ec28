// Human prompts. Codex writes each twice, as an item and as an event, in either order: the first one is the prompt, its
// twin is passed over. A prompt of which only one form exists is told by that.

import type { Part } from '../../../shared/model/content.ts';
import { saySession } from './codex-session.ts';
import { placeKey, remember, sayAgent, sayEntry, sayEvent, take, type Reading } from './codex-reading.ts';
import { promptHead, textOf } from './codex-text.ts';
import { oneLine } from './parser.ts';

/** `block` is the prompt's place among the blocks of its record. */
export function readPrompt(reading: Reading, form: 'item' | 'event', parts: readonly Part[], block: number): void {
  const { state } = reading;
  const head = promptHead(parts);
  const twins = form === 'item' ? state.promptEvents : state.promptItems;
  if (take(twins, twin => twin === head) !== undefined) return;
  remember(form === 'item' ? state.promptItems : state.promptEvents, head);

  const main = state.agent === null;
  const key = promptKey(reading);
  const text = textOf(parts);
  if (main) state.turn = key;
  sayEvent(reading, {
    key,
    event: 'prompt',
    name: main ? 'prompt' : 'task',
    summary: oneLine(text) || 'image',
    turn: main ? true : undefined,
  });
  sayEntry(reading, { key, entry: 'prompt', block, event: key });
  if (main && !state.hasTitle && text.trim() !== '') {
    state.hasTitle = true;
    saySession(reading, { title: { source: 'prompt', text: oneLine(text) } });
  }
  if (!main) wantSpawn(reading, text);
}

/** The turn's twins have come: what is said again later is another prompt. */
export function forgetPrompts(reading: Reading): void {
  reading.state.promptItems = [];
  reading.state.promptEvents = [];
}

/** A subagent's task is the message of the call that spawned it. */
export function wantSpawn(reading: Reading, text: string): void {
  if (text !== '') sayAgent(reading, { wants: [spawnHint(text)], summary: oneLine(text) });
}

export function spawnHint(text: string): string {
  return `codex-spawn:${oneLine(text, 300)}`;
}

/** Codex's id of the turn for its first prompt; the place for those that were sent while it ran. */
function promptKey(reading: Reading): string {
  const { state } = reading;
  if (state.turnId === null || state.turnId === state.promptedTurnId) return placeKey(reading, 'prompt');
  state.promptedTurnId = state.turnId;
  return state.turnId;
}
