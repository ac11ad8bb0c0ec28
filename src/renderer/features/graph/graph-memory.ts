// What a session's graph remembers while another view or session is on screen: what is open, dragged, and in view.

import type { SessionId } from '../../../shared/model/ids.ts';
import type { Viewport } from './canvas/graph-canvas.ts';
import type { GraphMemory } from './graph-model.ts';
import { noChoices } from './picture/choose-visible.ts';

export interface ViewMemory extends GraphMemory {
  viewport: Viewport | undefined;
}

const kept = 20;
const memories = new WeakMap<object, Map<SessionId, ViewMemory>>();

/** The memory of a session's graph; it lives as long as `owner`, the window's connection. */
export function graphMemory(owner: object, sessionId: SessionId): ViewMemory {
  let bySession = memories.get(owner);
  if (!bySession) memories.set(owner, (bySession = new Map()));
  const memory = bySession.get(sessionId) ?? {
    choices: noChoices,
    shown: undefined,
    pins: new Map(),
    viewport: undefined,
  };
  bySession.delete(sessionId);
  bySession.set(sessionId, memory);
  for (const id of [...bySession.keys()].slice(0, -kept)) bySession.delete(id);
  return memory;
}
