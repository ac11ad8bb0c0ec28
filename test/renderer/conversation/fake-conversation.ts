// A core that answers what the conversation asks, from memory and over the real wire.

import { Emitter } from '../../../src/shared/base/emitter.ts';
import { ContractClient } from '../../../src/shared/contract/client.ts';
import { contract, type PlayheadHandlers } from '../../../src/shared/contract/index.ts';
import { ContractServer } from '../../../src/shared/contract/server.ts';
import type { ConversationEntry } from '../../../src/shared/contract/trace.ts';
import type { Transport } from '../../../src/shared/contract/transport.ts';
import { ROOT_SPAN, type SpanId } from '../../../src/shared/model/ids.ts';
import type { SessionEvent, Span } from '../../../src/shared/model/span.ts';
import type { Connection, ConnectionStatus } from '../../../src/renderer/platform/connection.ts';
import { sessionId } from '../trace-fixture.ts';

export type EntryDraft = Partial<ConversationEntry> &
  Pick<ConversationEntry, 'id' | 'kind' | 'blocks'> & { readonly turn?: number | null };

type KeptEntry = ConversationEntry & { readonly turn: number | null; readonly revision: number };

export class FakeConversation implements Connection {
  private readonly statuses = new Emitter<ConnectionStatus>();
  private readonly contractClient = new ContractClient(contract);
  private readonly server: ContractServer<typeof contract>;
  private closing = new Emitter<void>();
  private readonly threads = new Map<string, KeptEntry[]>();
  status: ConnectionStatus = 'connecting';
  spans: Span[] = [];
  events: SessionEvent[] = [];
  revision = 1;
  outlinesAsked = 0;
  /** Ids of each question for contents. */
  readonly contentsAsked: (readonly string[])[] = [];

  constructor() {
    const of = (threadId: SpanId) => this.threads.get(threadId) ?? [];
    const handlers: Pick<PlayheadHandlers, 'conversation'> & { trace: Pick<PlayheadHandlers['trace'], 'spans'> } = {
      trace: {
        spans: () => ({ revision: this.revision, reset: true, spans: this.spans, events: this.events }),
      },
      conversation: {
        outline: ({ threadId }) => {
          this.outlinesAsked += 1;
          const entries = of(threadId).map(({ id, kind, spanId, eventId, turn, revision }) => {
            return { id, kind, spanId, eventId, turn, revision };
          });
          return { revision: this.revision, entries };
        },
        entries: ({ threadId, ids }) => {
          this.contentsAsked.push(ids);
          const asked = of(threadId).filter(entry => ids.includes(entry.id));
          return { entries: asked.map(({ turn: _turn, revision: _revision, ...entry }) => entry) };
        },
      },
    };
    // Only these calls are made here; one without a handler fails as 'internal'.
    this.server = new ContractServer(contract, handlers as unknown as PlayheadHandlers);
  }

  get client() {
    return this.contractClient.calls;
  }

  readonly onStatus = (listener: (status: ConnectionStatus) => void) => this.statuses.on(listener);

  retryNow(): void {}

  dispose(): void {
    this.closing.emit();
  }

  connect(): this {
    const toServer = new Emitter<string>();
    const toClient = new Emitter<string>();
    this.closing = new Emitter();
    const { closing } = this;
    const end = (send: Emitter<string>, receive: Emitter<string>): Transport => ({
      send: text => queueMicrotask(() => send.emit(text)),
      onText: listener => receive.on(listener),
      onClose: listener => closing.on(listener),
    });
    this.server.connect(end(toClient, toServer));
    this.contractClient.attach(end(toServer, toClient));
    this.become('connected');
    return this;
  }

  disconnect(): void {
    this.become('lost');
    this.closing.emit();
  }

  /** Adds entries at the end of a thread, or replaces those of the same id, under the next revision. */
  put(drafts: readonly EntryDraft[], threadId: SpanId = ROOT_SPAN): void {
    this.revision += 1;
    const entries = [...(this.threads.get(threadId) ?? [])];
    for (const draft of drafts) {
      const made = {
        spanId: null,
        eventId: null,
        atUs: null,
        turn: null,
        recordId: null,
        subagent: null,
        ...draft,
        revision: this.revision,
      };
      const index = entries.findIndex(known => known.id === draft.id);
      if (index >= 0) entries[index] = made;
      else entries.push(made);
    }
    this.threads.set(threadId, entries);
    this.server.push.sessions.changed({ revision: this.revision, sessionIds: [sessionId] });
  }

  private become(status: ConnectionStatus): void {
    this.status = status;
    this.statuses.emit(status);
  }
}
