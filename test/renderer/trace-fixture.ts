// Spans and events for tests of the window, and a core that answers trace questions from memory over the real wire.

import type { PlayheadError } from '../../src/shared/base/errors.ts';
import type { PlayheadHandlers } from '../../src/shared/contract/index.ts';
import { ROOT_SPAN, type SessionId, type SpanId } from '../../src/shared/model/ids.ts';
import type { SessionEvent, Span } from '../../src/shared/model/span.ts';
import { FakeCore, type SomeHandlers } from './fake-core.ts';

export const sessionId = 'session-1' as SessionId;

type SpanDraft = Partial<Omit<Span, 'id' | 'parentId' | 'threadId'>> & {
  readonly id: string;
  readonly parentId?: string | null;
  readonly threadId?: string;
};

/** A span of a second's length that begins `startUs` after the session; all that is not given is plain. */
export function span(draft: SpanDraft): Span {
  const isRoot = draft.id === ROOT_SPAN;
  const { id, parentId = isRoot ? null : ROOT_SPAN, threadId = ROOT_SPAN, ...rest } = draft;
  return {
    id: id as SpanId,
    parentId: parentId as SpanId | null,
    threadId: threadId as SpanId,
    link: isRoot ? 'root' : 'linked',
    kind: isRoot ? 'agent' : 'llm',
    name: isRoot ? 'session' : id,
    turn: null,
    startUs: 0,
    endUs: (rest.startUs ?? 0) + 1_000_000,
    status: 'ok',
    model: null,
    usage: null,
    usageProvenance: 'unknown',
    counted: true,
    summary: null,
    order: rest.startUs ?? 0,
    revision: 1,
    ...rest,
  };
}

export function prompt(turn: number, atUs: number, summary = `Prompt ${turn}`): SessionEvent {
  return {
    id: `prompt-${turn}`,
    kind: 'prompt',
    name: 'prompt',
    atUs,
    spanId: null,
    threadId: ROOT_SPAN,
    turn,
    summary,
    recordId: null,
    order: atUs,
    revision: 1,
  };
}

/** A session's trace as the core would tell it, and as it changes. */
export class FakeTrace {
  spans: Span[];
  events: SessionEvent[];
  /** Revision at which rows were last removed: whoever is older must start over. */
  resetAt = 0;
  failure: PlayheadError | undefined;
  /** Each question that was asked, by its `since`. */
  readonly asked: (number | null)[] = [];
  readonly core: FakeCore;

  constructor(spans: readonly Span[] = [], events: readonly SessionEvent[] = [], more: SomeHandlers = {}) {
    this.spans = [...spans];
    this.events = [...events];
    this.core = new FakeCore({ ...more, trace: { spans: this.answer, ...more.trace } });
  }

  readonly answer: PlayheadHandlers['trace']['spans'] = ({ since }) => {
    this.asked.push(since);
    if (this.failure) throw this.failure;
    const { revision } = this.core;
    const reset = since !== null && since < this.resetAt;
    const from = since === null || reset ? -1 : since;
    const isNew = (item: { readonly revision: number }) => item.revision > from;
    return { revision, reset, spans: this.spans.filter(isNew), events: this.events.filter(isNew) };
  };

  /** Adds or replaces spans under the next revision, and announces it. */
  append(...spans: readonly Span[]): void {
    this.core.revision += 1;
    for (const added of spans) {
      const stamped = { ...added, revision: this.core.revision };
      const index = this.spans.findIndex(known => known.id === added.id);
      if (index >= 0) this.spans[index] = stamped;
      else this.spans.push(stamped);
    }
    this.core.announce([sessionId]);
  }

  /** Removes a span: whoever knows it has to start over. */
  remove(id: string): void {
    this.core.revision += 1;
    this.resetAt = this.core.revision;
    this.spans = this.spans.filter(known => known.id !== id);
    this.core.announce([sessionId]);
  }
}
