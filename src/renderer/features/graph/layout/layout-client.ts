// Asks the layout worker. Lives as long as one graph on screen.

import type { Disposable } from '../../../../shared/base/disposable.ts';
import { PlayheadError } from '../../../../shared/base/errors.ts';
import type { LayoutAnswer, LayoutRequest } from './layout-messages.ts';

export interface LayoutClient extends Disposable {
  /** x and y of each node, in the order given. Fails with 'internal' when the worker died, 'cancelled' after dispose. */
  place(request: Omit<LayoutRequest, 'sequence'>): Promise<Float64Array>;
}

interface Waiting {
  readonly sequence: number;
  resolve(places: Float64Array): void;
  reject(error: PlayheadError): void;
}

export function startLayoutWorker(): LayoutClient {
  const worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module', name: 'graph layout' });
  let waiting: Waiting[] = [];
  let sequence = 0;
  const failAll = (error: PlayheadError) => {
    const lost = waiting;
    waiting = [];
    for (const call of lost) call.reject(error);
  };
  worker.addEventListener('message', ({ data }: MessageEvent<LayoutAnswer>) => {
    const call = waiting.find(one => one.sequence === data.sequence);
    waiting = waiting.filter(one => one !== call);
    call?.resolve(data.places);
  });
  worker.addEventListener('error', event =>
    failAll(new PlayheadError('internal', `The layout worker failed: ${event.message || 'it could not be started'}`)),
  );
  return {
    place: request =>
      new Promise((resolve, reject) => {
        sequence += 1;
        waiting.push({ sequence, resolve, reject });
        worker.postMessage({ sequence, ...request } satisfies LayoutRequest);
      }),
    dispose() {
      worker.terminate();
      failAll(new PlayheadError('cancelled', 'The graph was closed.'));
    },
  };
}
