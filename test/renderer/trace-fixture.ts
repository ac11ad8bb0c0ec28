// Spans and events for tests of the window, and a core that answers trace questions from memory over the real wire.

import { Emitter } from '../../src/shared/base/emitter.ts';
import { PlayheadError } from '../../src/shared/base/errors.ts';
import { ContractClient } from '../../src/shared/contract/client.ts';
import { contract } from '../../src/shared/contract/index.ts';
import { ContractServer, type Handlers } from '../../src/shared/contract/server.ts';
import type { Transport } from '../../src/shared/contract/transport.ts';
import { ROOT_SPAN, type SessionId, type SpanId } from '../../src/shared/model/ids.ts';
import type { SessionEvent, Span } from '../../src/shared/model/span.ts';
import type { ConnectionStatus } from '../../src/renderer/platform/connection.ts';

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

type TraceHandler = Handlers<typeof contract>['trace']['spans'];

/** A connection that a test opens and closes, to a core whose trace is what the test says. */
export class FakeCore {
  private readonly statuses = new Emitter<ConnectionStatus>();
  private readonly contractClient = new ContractClient(contract);
  private readonly server: ContractServer<typeof contract>;
  private closing = new Emitter<void>();
  status: ConnectionStatus = 'connecting';
  spans: Span[] = [];
  events: SessionEvent[] = [];
  revision = 1;
  /** Revision at which rows were last removed: whoever is older must start over. */
  resetAt = 0;
  failure: PlayheadError | undefined;
  /** Each question that was asked, by its `since`. */
  readonly asked: (number | null)[] = [];

  constructor() {
    const answer: TraceHandler = async ({ since }) => {
      this.asked.push(since);
      await Promise.resolve();
      if (this.failure) throw this.failure;
      const reset = since !== null && since < this.resetAt;
      const from = since === null || reset ? -1 : since;
      const isNew = (item: { readonly revision: number }) => item.revision > from;
      return { revision: this.revision, reset, spans: this.spans.filter(isNew), events: this.events.filter(isNew) };
    };
    // Only the trace is asked for here; a call without a handler fails as 'internal'.
    this.server = new ContractServer(contract, { trace: { spans: answer } } as unknown as Handlers<typeof contract>);
  }

  get client() {
    return this.contractClient.calls;
  }

  readonly onStatus = (listener: (status: ConnectionStatus) => void) => this.statuses.on(listener);

  connect(): void {
    const toServer = new Emitter<string>();
    const toClient = new Emitter<string>();
    this.closing = new Emitter();
    const closing = this.closing;
    const end = (send: Emitter<string>, receive: Emitter<string>): Transport => ({
      send: text => queueMicrotask(() => send.emit(text)),
      onText: listener => receive.on(listener),
      onClose: listener => closing.on(listener),
    });
    this.server.connect(end(toClient, toServer));
    this.contractClient.attach(end(toServer, toClient));
    this.become('connected');
  }

  disconnect(): void {
    this.become('lost');
    this.closing.emit();
  }

  /** Adds or replaces spans under the next revision, and announces it. */
  append(...spans: readonly Span[]): void {
    this.revision += 1;
    for (const added of spans) {
      const stamped = { ...added, revision: this.revision };
      const index = this.spans.findIndex(known => known.id === added.id);
      if (index >= 0) this.spans[index] = stamped;
      else this.spans.push(stamped);
    }
    this.announce();
  }

  /** Removes a span: whoever knows it has to start over. */
  remove(id: string): void {
    this.revision += 1;
    this.resetAt = this.revision;
    this.spans = this.spans.filter(known => known.id !== id);
    this.announce();
  }

  announce(sessionIds: SessionId[] = [sessionId]): void {
    this.server.push.sessions.changed({ revision: this.revision, sessionIds });
  }

  private become(status: ConnectionStatus): void {
    this.status = status;
    this.statuses.emit(status);
  }
}
