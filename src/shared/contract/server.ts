// The core's end of the contract: parses every input, runs handlers, answers each call once, carries pushes.
//
// Contract: a handler's exception becomes a 'fail' frame with its code; a foreign exception becomes 'internal'. A call
// that was cancelled answers 'cancelled' at once, whatever its handler does. Bad frames are answered or ignored, never
// fatal; a call under the id of one that still runs is ignored, for its answer could not be told from the other's.

import { type Disposable, DisposableStore, toDisposable } from '../base/disposable.ts';
import { PlayheadError, toPlayheadError } from '../base/errors.ts';
import type { AnyCall, CallOutput, ContractShape, HandlerInput, PushDef, PushPayload } from './define.ts';
import type { Transport } from './transport.ts';
import { type ClientFrame, clientFrameSchema, type ServerFrame } from './wire.ts';
import type { z } from 'zod';

export interface CallContext {
  readonly signal: AbortSignal;
}

/** One function per query and command. */
export type Handlers<C extends ContractShape> = {
  readonly [D in keyof C]: {
    readonly [N in keyof C[D] as C[D][N] extends AnyCall ? N : never]: (
      input: HandlerInput<C[D][N]>,
      context: CallContext,
    ) => Promise<CallOutput<C[D][N]>> | CallOutput<C[D][N]>;
  };
};

/** One function per push. */
export type Pushers<C extends ContractShape> = {
  readonly [D in keyof C]: {
    readonly [N in keyof C[D] as C[D][N] extends PushDef<z.ZodType> ? N : never]: (
      payload: PushPayload<C[D][N]>,
    ) => void;
  };
};

export class ContractServer<C extends ContractShape> {
  private readonly transports = new Set<Transport>();
  private readonly contract: C;
  private readonly handlers: Handlers<C>;
  readonly push: Pushers<C>;

  constructor(contract: C, handlers: Handlers<C>) {
    this.contract = contract;
    this.handlers = handlers;
    this.push = this.makePushers();
  }

  /** Serves one client until it closes or the result is disposed; its running calls are cancelled then. */
  connect(transport: Transport): Disposable {
    const lifetime = new DisposableStore();
    const running = new Map<number, AbortController>();
    this.transports.add(transport);
    lifetime.add(toDisposable(() => this.transports.delete(transport)));
    lifetime.add(toDisposable(() => running.forEach(call => call.abort())));
    lifetime.add(transport.onText(text => this.receive(text, transport, running)));
    lifetime.add(transport.onClose(() => lifetime.dispose()));
    return lifetime;
  }

  private receive(text: string, transport: Transport, running: Map<number, AbortController>): void {
    const frame = parseFrame(text);
    if (!frame) return;
    if (frame.t === 'cancel') {
      running.get(frame.id)?.abort();
      return;
    }
    const { id, name, input } = frame;
    if (running.has(id)) return;
    const controller = new AbortController();
    running.set(id, controller);
    const answer = (text: string) => {
      if (running.delete(id)) transport.send(text);
    };
    const fail = (thrown: unknown) => {
      const { code, message } = toPlayheadError(thrown);
      answer(JSON.stringify({ t: 'fail', id, code, message } satisfies ServerFrame));
    };
    controller.signal.addEventListener('abort', () => fail(new PlayheadError('cancelled', 'Cancelled.')), {
      once: true,
    });
    this.run(name, input, { signal: controller.signal })
      // An output that has no JSON is a failure like any other, so this stands before the catch.
      .then(output => answer(JSON.stringify({ t: 'done', id, output } satisfies ServerFrame)))
      .catch(fail);
  }

  private async run(name: string, input: unknown, context: CallContext): Promise<unknown> {
    const [domain = '', call = '', more] = name.split('.', 3);
    const calls = Object.hasOwn(this.contract, domain) ? this.contract[domain] : undefined;
    const def = calls && Object.hasOwn(calls, call) ? calls[call] : undefined;
    if (!def || def.kind === 'push' || more !== undefined)
      throw new PlayheadError('bad-input', `There is no call named ${JSON.stringify(name.slice(0, 100))}.`);
    const parsed = def.input.safeParse(input);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new PlayheadError(
        'bad-input',
        `${name}: ${issue?.path.join('.') || 'input'}: ${issue?.message ?? 'does not fit'}`,
      );
    }
    // The handler table has the contract's shape; which entry it is cannot be told to the type checker by name.
    const table = this.handlers as unknown as Record<string, Record<string, (i: unknown, c: CallContext) => unknown>>;
    const handler = table[domain]?.[call];
    if (!handler) throw new PlayheadError('internal', `${name} has no handler.`);
    return await handler(parsed.data, context);
  }

  private makePushers(): Pushers<C> {
    const pushers: Record<string, Record<string, (payload: unknown) => void>> = {};
    for (const [domain, entries] of Object.entries(this.contract)) {
      const group: Record<string, (payload: unknown) => void> = {};
      for (const [name, def] of Object.entries(entries)) {
        if (def.kind !== 'push') continue;
        group[name] = payload => this.broadcast({ t: 'push', name: `${domain}.${name}`, payload });
      }
      pushers[domain] = group;
    }
    return pushers as Pushers<C>;
  }

  private broadcast(frame: ServerFrame): void {
    if (this.transports.size === 0) return;
    const text = JSON.stringify(frame);
    for (const transport of this.transports) transport.send(text);
  }
}

function parseFrame(text: string): ClientFrame | undefined {
  try {
    const parsed = clientFrameSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
