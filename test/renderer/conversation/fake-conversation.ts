// A core that answers what the conversation asks, from memory and over the real wire.

import { Emitter } from '../../../src/shared/base/emitter.ts';
import { ContractClient } from '../../../src/shared/contract/client.ts';
import { contract, type PlayheadHandlers } from '../../../src/shared/contract/index.ts';
import { ContractServer } from '../../../src/shared/contract/server.ts';
import type { ConversationEntry } from '../../../src/shared/contract/trace.ts';
import type { Transport } from '../../../src/shared/contract/transport.ts';
import { ROOT_SPAN, type SpanId } from '../../../src/shared/model/ids.ts';
import type { SessionEvent, Span } from '../../../src/shared/model/span.ts';
import type { OutlineEntry } from '../../../src/renderer/features/conversation/list/outline.ts';
import type { Connection, ConnectionStatus } from '../../../src/renderer/platform/connection.ts';
import { sessionId } from '../trace-fixture.ts';

export type EntryDraft = Partial<ConversationEntry> &
  Pick<ConversationEntry, 'id' | 'kind' | 'blocks'> & { readonly turn?: number | null; readonly order?: number };

interface Kept {
  readonly entry: ConversationEntry;
  readonly outline: OutlineEntry;
}

export class FakeConversation implements Connection {
  private readonly statuses = new Emitter<ConnectionStatus>();
  private readonly contractClient = new ContractClient(contract);
  private readonly server: ContractServer<typeof contract>;
  private closing = new Emitter<void>();
  private readonly threads = new Map<string, Kept[]>();
  /** Revision at which rows were last removed: whoever is older must start over. */
  private resetAt = 0;
  private nextPlace = 1;
  status: ConnectionStatus = 'connecting';
  spans: Span[] = [];
  events: SessionEvent[] = [];
  revision = 1;
  /** Each question for the outline, by its `since`. */
  readonly outlinesAsked: (number | null)[] = [];
  /** Ids of each question for contents. */
  readonly contentsAsked: (readonly string[])[] = [];

  constructor() {
    const of = (threadId: SpanId) => this.threads.get(threadId) ?? [];
    const handlers: Pick<PlayheadHandlers, 'conversation'> & { trace: Pick<PlayheadHandlers['trace'], 'spans'> } = {
      trace: {
        spans: () => ({ revision: this.revision, reset: true, spans: this.spans, events: this.events }),
      },
      conversation: {
        outline: ({ threadId, since }) => {
          this.outlinesAsked.push(since);
          const reset = since !== null && since < this.resetAt;
          const from = since === null || reset ? -1 : since;
          const entries = of(threadId)
            .map(({ outline }) => outline)
            .filter(({ revision }) => revision > from)
            .sort((a, b) => a.order - b.order || a.place - b.place);
          return { revision: this.revision, reset, entries, elsewhere: [] };
        },
        entries: ({ threadId, ids }) => {
          this.contentsAsked.push(ids);
          const asked = of(threadId).map(({ entry }) => entry);
          return { entries: asked.filter(({ id }) => ids.includes(id)) };
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

  /**
   * Adds entries at the end of a thread, or where their order says, or replaces those of the same id, under the next
   * revision.
   */
  put(drafts: readonly EntryDraft[], threadId: SpanId = ROOT_SPAN): void {
    this.revision += 1;
    const { revision } = this;
    const kept = [...(this.threads.get(threadId) ?? [])];
    for (const { turn = null, order, ...draft } of drafts) {
      const entry = { spanId: null, eventId: null, atUs: null, recordId: null, subagent: null, ...draft };
      const { id, kind, spanId, eventId } = entry;
      const index = kept.findIndex(known => known.entry.id === id);
      const place = kept[index]?.outline.place ?? this.nextPlace++;
      const at = order ?? kept[index]?.outline.order ?? place * 64;
      const made = { entry, outline: { id, kind, spanId, eventId, turn, order: at, place, revision } };
      if (index >= 0) kept[index] = made;
      else kept.push(made);
    }
    this.threads.set(threadId, kept);
    this.announce();
  }

  /** Removes an entry: whoever knows it has to start over. */
  remove(id: string, threadId: SpanId = ROOT_SPAN): void {
    this.revision += 1;
    this.resetAt = this.revision;
    this.threads.set(
      threadId,
      (this.threads.get(threadId) ?? []).filter(({ entry }) => entry.id !== id),
    );
    this.announce();
  }

  private announce(): void {
    this.server.push.sessions.changed({ revision: this.revision, sessionIds: [sessionId] });
  }

  private become(status: ConnectionStatus): void {
    this.status = status;
    this.statuses.emit(status);
  }
}
