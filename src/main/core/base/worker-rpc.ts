// Typed calls to a worker thread and events from it.
//
// Contract: a call settles once; when the worker dies, every open call fails with 'internal' and later calls too.
// Errors cross as code and message.

import { type MessagePort, Worker } from 'node:worker_threads';
import { type Disposable } from '../../../shared/base/disposable.ts';
import { Emitter } from '../../../shared/base/emitter.ts';
import { type ErrorCode, PlayheadError, toPlayheadError } from '../../../shared/base/errors.ts';

/** The functions that a worker offers; their values are copied by structured clone. */
export type WorkerCalls = { readonly [name: string]: (input: never) => unknown };

type Input<F> = F extends (input: infer I) => unknown ? I : never;
type Output<F> = F extends (input: never) => infer O ? Awaited<O> : never;

type ToWorker = { readonly id: number; readonly name: string; readonly input: unknown };
type FromWorker<E> =
  | { readonly t: 'done'; readonly id: number; readonly output: unknown }
  | { readonly t: 'fail'; readonly id: number; readonly code: ErrorCode; readonly message: string }
  | { readonly t: 'event'; readonly event: E };

export class WorkerClient<C extends WorkerCalls, E> implements Disposable {
  private readonly worker: Worker;
  private readonly open = new Map<number, { resolve(output: unknown): void; reject(error: PlayheadError): void }>();
  private readonly events = new Emitter<E>();
  private nextId = 1;
  private dead: PlayheadError | undefined;

  /** Starts the built worker file; `name` is for messages to people. */
  constructor(path: string, name: string) {
    // Workers cannot be loaded from inside an asar archive; they are packed beside it.
    this.worker = new Worker(path.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked'), { name });
    this.worker.on('message', (message: FromWorker<E>) => this.receive(message));
    this.worker.on('error', cause =>
      this.die(
        new PlayheadError(
          'internal',
          `The ${name} thread failed: ${cause instanceof Error ? cause.message : String(cause)}`,
          { cause },
        ),
      ),
    );
    this.worker.on('messageerror', cause =>
      this.die(new PlayheadError('internal', `A message of the ${name} thread cannot be read.`, { cause })),
    );
    this.worker.on('exit', () => this.die(new PlayheadError('internal', `The ${name} thread has ended.`)));
  }

  call<N extends keyof C & string>(name: N, input: Input<C[N]>): Promise<Output<C[N]>> {
    if (this.dead) return Promise.reject(this.dead);
    const id = this.nextId++;
    const settling = Promise.withResolvers<Output<C[N]>>();
    this.open.set(id, {
      resolve: output => settling.resolve(output as Output<C[N]>),
      reject: error => settling.reject(error),
    });
    try {
      this.worker.postMessage({ id, name, input } satisfies ToWorker);
    } catch (thrown) {
      // A value that cannot be copied to another thread.
      this.open.delete(id);
      settling.reject(toPlayheadError(thrown));
    }
    return settling.promise;
  }

  onEvent(listener: (event: E) => void): Disposable {
    return this.events.on(listener);
  }

  dispose(): void {
    void this.worker.terminate();
  }

  private receive(message: FromWorker<E>): void {
    if (message.t === 'event') {
      this.events.emit(message.event);
      return;
    }
    const call = this.open.get(message.id);
    this.open.delete(message.id);
    if (message.t === 'done') call?.resolve(message.output);
    else call?.reject(new PlayheadError(message.code, message.message));
  }

  private die(error: PlayheadError): void {
    this.dead ??= error;
    for (const call of this.open.values()) call.reject(this.dead);
    this.open.clear();
  }
}

/** The worker's end: answers calls with these functions; gives the function that sends events. */
export function serveWorker<C extends WorkerCalls, E>(port: MessagePort, calls: C): (event: E) => void {
  port.on('message', (message: ToWorker) => {
    const send = (reply: FromWorker<E>) => port.postMessage(reply);
    const call = calls[message.name] as ((input: unknown) => unknown) | undefined;
    Promise.resolve()
      .then(() => {
        if (!call) throw new PlayheadError('internal', `The worker knows no call ${message.name}.`);
        return call(message.input);
      })
      .then(output => send({ t: 'done', id: message.id, output }))
      .catch((thrown: unknown) => {
        const error = toPlayheadError(thrown);
        send({ t: 'fail', id: message.id, code: error.code, message: error.message });
      });
  });
  return event => port.postMessage({ t: 'event', event } satisfies FromWorker<E>);
}
