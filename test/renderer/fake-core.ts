// A core for tests of the window: answers from memory over the real wire, can be cut off and come back.

import { Emitter } from '../../src/shared/base/emitter.ts';
import { PlayheadError } from '../../src/shared/base/errors.ts';
import { contract, type Contract, type PlayheadHandlers } from '../../src/shared/contract/index.ts';
import { ContractServer } from '../../src/shared/contract/server.ts';
import type { Transport } from '../../src/shared/contract/transport.ts';
import type { SessionId, SourceId } from '../../src/shared/model/ids.ts';
import type { Session } from '../../src/shared/model/session.ts';
import { noUsage } from '../../src/shared/model/usage.ts';

/** Some handlers of some domains; the others fail with 'not-found' or give what is empty. */
export type SomeHandlers = { readonly [D in keyof PlayheadHandlers]?: Partial<PlayheadHandlers[D]> };

export class FakeCore {
  /** By id, in no order. */
  readonly sessions = new Map<string, Session>();
  /** The inputs of every call of sessions.list. */
  readonly listed: { readonly since: number | null; readonly before: unknown; readonly filter: string }[] = [];
  revision = 1;
  /** False: nobody answers, connecting fails. */
  up = true;
  attempts = 0;
  readonly server: ContractServer<Contract>;
  private readonly lines = new Set<{ readonly close: () => void }>();

  constructor(handlers: SomeHandlers = {}) {
    this.server = new ContractServer(contract, this.handlers(handlers));
  }

  /** For keepConnected. */
  readonly open = (): Promise<Transport> => {
    this.attempts += 1;
    if (!this.up) return Promise.reject(new Error('Nobody is there.'));
    const { near, far, close } = pair();
    this.server.connect(far);
    this.lines.add({ close });
    return Promise.resolve(near);
  };

  /** Cuts every connection; until `up` is true again nobody can connect. */
  goDown(): void {
    this.up = false;
    for (const line of this.lines) line.close();
    this.lines.clear();
  }

  /** Puts sessions in, each at a new revision, and announces them. */
  put(...drafts: SessionDraft[]): void {
    this.revision += 1;
    for (const draft of drafts) this.sessions.set(draft.id, session({ revision: this.revision, ...draft }));
    this.announce(drafts.map(draft => draft.id));
  }

  remove(id: string): void {
    this.revision += 1;
    this.sessions.delete(id);
    this.announce([id]);
  }

  announce(ids: readonly string[]): void {
    this.server.push.sessions.changed({ revision: this.revision, sessionIds: ids as SessionId[] });
  }

  private handlers(given: SomeHandlers): PlayheadHandlers {
    const missing = () => Promise.reject(new PlayheadError('not-found', 'There is no such thing.'));
    const progress = { indexing: false, files: 0, filesDone: 0, bytes: 0, bytesDone: 0, sessions: 0, records: 0 };
    const searched = { indexed: 0, total: 0, complete: true, failed: null };
    const info = {
      version: '0',
      platform: 'test',
      dataDir: '/d',
      show: null,
      project: null,
      upload: true,
      notices: [],
    };
    return {
      app: { info: () => info, ...given.app },
      sessions: {
        list: input => this.list(input),
        get: ({ sessionId }) => this.sessions.get(sessionId) ?? missing(),
        find: missing,
        ...given.sessions,
      },
      trace: {
        spans: () => ({ revision: 1, reset: false, spans: [], events: [] }),
        span: missing,
        event: missing,
        ...given.trace,
      },
      conversation: { outline: missing, entries: missing, ...given.conversation },
      records: { list: missing, indexOf: missing, read: missing, ...given.records },
      search: {
        query: () => ({ groups: [], next: null, status: searched }),
        count: () => ({ total: 0 }),
        scan: () => ({ groups: [], scanned: 0, waiting: 0 }),
        status: () => searched,
        ...given.search,
      },
      sources: {
        list: () => ({ sources: [], formats: [] }),
        files: () => ({ files: [] }),
        progress: () => progress,
        add: missing,
        remove: missing,
        open: missing,
        samples: () => ({ samples: [] }),
        openSample: missing,
        ...given.sources,
      },
      usage: { report: missing, ...given.usage },
    };
  }

  /** As the contract says: newest first, by id where times are equal, `total` of all that fit the filter. */
  private list(input: Parameters<PlayheadHandlers['sessions']['list']>[0]) {
    const { limit, before, since, filter } = input;
    this.listed.push({ since, before, filter });
    const fits = [...this.sessions.values()].filter(one => `${one.title} ${one.project}`.includes(filter));
    const newestFirst = fits.toSorted((a, b) => time(b) - time(a) || (a.id < b.id ? -1 : 1));
    const after = newestFirst.filter(
      one => before === null || time(one) < before.updateUs || (time(one) === before.updateUs && one.id > before.id),
    );
    const changed = after.filter(one => since === null || one.revision > since);
    return { sessions: changed.slice(0, limit), total: fits.length, revision: this.revision };
  }
}

export type SessionDraft = Partial<Omit<Session, 'id'>> & { readonly id: string };

export function session({ id, ...rest }: SessionDraft): Session {
  return {
    id: id as SessionId,
    agent: 'claude-code',
    agentVersion: null,
    sourceId: 'source' as SourceId,
    nativeId: id,
    title: id,
    project: 'project',
    cwd: null,
    gitBranch: null,
    model: null,
    startUs: null,
    updateUs: 0,
    turns: 1,
    spans: 1,
    llmSpans: 0,
    toolSpans: 0,
    errors: 0,
    records: 1,
    rejected: 0,
    usage: noUsage,
    revision: 1,
    ...rest,
  };
}

function time(one: Session): number {
  return one.updateUs ?? 0;
}

/** Two ends of one connection in memory. Text arrives in a later microtask, as on a real one. */
function pair() {
  const toNear = new Emitter<string>();
  const toFar = new Emitter<string>();
  const closed = new Emitter<void>();
  let open = true;
  const end = (outgoing: Emitter<string>, incoming: Emitter<string>): Transport => ({
    send: text => queueMicrotask(() => open && outgoing.emit(text)),
    onText: listener => incoming.on(listener),
    onClose: listener => closed.on(() => listener()),
  });
  const close = () => {
    open = false;
    closed.emit();
  };
  return { near: end(toFar, toNear), far: end(toNear, toFar), close };
}
