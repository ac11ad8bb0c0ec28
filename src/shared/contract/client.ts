// The window's end of the contract: typed calls that can be cancelled, and pushes.
//
// Contract: a call made while the transport is away fails with 'unavailable'; calls under way when it closes do too.
// A new transport may be attached at any time (reconnect); push listeners stay. What is no frame is ignored.

import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { PlayheadError } from '../base/errors.ts';
import type { AnyCall, CallInput, CallOutput, ContractShape, PushDef, PushPayload } from './define.ts';
import type { Transport } from './transport.ts';
import { type ClientFrame, type ServerFrame, serverFrameSchema } from './wire.ts';
import type { z } from 'zod';

/** A callable entry; `callName` identifies it to caches. */
export interface RemoteCall<I, O> {
  (input: I, signal?: AbortSignal): Promise<O>;
  readonly callName: string;
}

/** A push to listen to; disposing the result stops it. */
export interface RemotePush<P> {
  (listener: (payload: P) => void): Disposable;
  readonly pushName: string;
}

export type Client<C extends ContractShape> = {
  readonly [D in keyof C]: {
    readonly [N in keyof C[D]]: C[D][N] extends AnyCall
      ? RemoteCall<CallInput<C[D][N]>, CallOutput<C[D][N]>>
      : C[D][N] extends PushDef<z.ZodType>
        ? RemotePush<PushPayload<C[D][N]>>
        : never;
  };
};

interface Waiting {
  resolve(output: unknown): void;
  reject(error: PlayheadError): void;
}

export class ContractClient<C extends ContractShape> {
  private transport: Transport | undefined;
  private attached = new DisposableStore();
  private nextId = 1;
  private readonly waiting = new Map<number, Waiting>();
  private readonly pushes = new Emitter<{ readonly name: string; readonly payload: unknown }>();
  readonly calls: Client<C>;

  constructor(contract: C) {
    this.calls = this.makeCalls(contract);
  }

  /** Uses this transport from now on; an earlier one is let go and its calls fail with 'unavailable'. */
  attach(transport: Transport): void {
    this.detach();
    this.transport = transport;
    this.attached = new DisposableStore();
    this.attached.add(transport.onText(text => this.receive(text)));
    this.attached.add(transport.onClose(() => this.detach()));
  }

  detach(): void {
    this.attached.dispose();
    this.transport = undefined;
    const lost = [...this.waiting.values()];
    this.waiting.clear();
    for (const call of lost) call.reject(new PlayheadError('unavailable', 'The connection to Playhead was lost.'));
  }

  private call(name: string, input: unknown, signal?: AbortSignal): Promise<unknown> {
    const { transport } = this;
    if (signal?.aborted) return Promise.reject(new PlayheadError('cancelled', 'Cancelled.'));
    if (!transport) return Promise.reject(new PlayheadError('unavailable', 'Not connected to Playhead.'));
    const id = this.nextId++;
    const frame = encodeFrame({ t: 'call', id, name, input });
    if (frame === undefined) return Promise.reject(new PlayheadError('bad-input', `${name}: input is not JSON.`));
    return new Promise((resolve, reject) => {
      // Whoever gives up is told so here and now, however busy the core is; its own answer then finds nobody waiting.
      const cancel = () => {
        if (!this.waiting.delete(id)) return;
        transport.send(JSON.stringify({ t: 'cancel', id } satisfies ClientFrame));
        reject(new PlayheadError('cancelled', 'Cancelled.'));
      };
      const settle = () => signal?.removeEventListener('abort', cancel);
      this.waiting.set(id, {
        resolve: output => (settle(), resolve(output)),
        reject: error => (settle(), reject(error)),
      });
      signal?.addEventListener('abort', cancel, { once: true });
      transport.send(frame);
    });
  }

  private receive(text: string): void {
    const frame = decodeFrame(text);
    if (!frame) return;
    if (frame.t === 'push') {
      this.pushes.emit({ name: frame.name, payload: frame.payload });
      return;
    }
    const call = this.waiting.get(frame.id);
    if (!call) return;
    this.waiting.delete(frame.id);
    if (frame.t === 'done') call.resolve(frame.output);
    else call.reject(new PlayheadError(frame.code, frame.message));
  }

  private makeCalls(contract: C): Client<C> {
    const calls: Record<string, Record<string, unknown>> = {};
    for (const [domain, entries] of Object.entries(contract)) {
      const group: Record<string, unknown> = {};
      for (const [entry, def] of Object.entries(entries)) {
        const name = `${domain}.${entry}`;
        if (def.kind === 'push') {
          const listen = (listener: (payload: unknown) => void) =>
            this.pushes.on(push => {
              if (push.name === name) listener(push.payload);
            });
          group[entry] = Object.assign(listen, { pushName: name });
        } else {
          const invoke = (input: unknown, signal?: AbortSignal) => this.call(name, input, signal);
          group[entry] = Object.assign(invoke, { callName: name });
        }
      }
      calls[domain] = group;
    }
    return calls as Client<C>;
  }
}

/** Undefined for an input that has no JSON: a BigInt, a cycle. */
function encodeFrame(frame: ClientFrame): string | undefined {
  try {
    return JSON.stringify(frame);
  } catch {
    return undefined;
  }
}

/** Undefined for what is no frame of ours. */
function decodeFrame(text: string): ServerFrame | undefined {
  try {
    return serverFrameSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
