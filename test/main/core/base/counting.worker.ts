// A worker for the test beside it.

import { parentPort } from 'node:worker_threads';
import { serveWorker } from '../../../../src/main/core/base/worker-rpc.ts';
import { PlayheadError } from '../../../../src/shared/base/errors.ts';

const calls = {
  double: (value: number) => value * 2,
  slowly: async (value: string) => {
    await new Promise(resolve => setImmediate(resolve));
    return value;
  },
  never: (_: null) => new Promise<string>(() => undefined),
  refuse: (code: 'not-found' | 'conflict') => {
    throw new PlayheadError(code, `refused with ${code}`);
  },
  stumble: (_: null) => {
    throw new TypeError('x is not a function');
  },
  giveFunction: (_: null) => () => 1,
  tell: (count: number) => {
    for (let index = 0; index < count; index += 1) send(index);
  },
  crash: (_: null) => {
    setImmediate(() => {
      throw new Error('out of luck');
    });
    return new Promise<string>(() => undefined);
  },
};

export type CountingCalls = typeof calls;

if (!parentPort) throw new Error('runs in a worker thread only');
const send = serveWorker<CountingCalls, number>(parentPort, calls);
