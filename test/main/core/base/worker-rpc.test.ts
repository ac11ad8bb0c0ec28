import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { WorkerClient } from '../../../../src/main/core/base/worker-rpc.ts';
import { until } from '../../../builders/store.ts';
import type { CountingCalls } from './counting.worker.ts';

function start(): WorkerClient<CountingCalls, number> {
  const client = new WorkerClient<CountingCalls, number>(join(import.meta.dirname, 'counting.worker.ts'), 'counting');
  onTestFinished(() => client.dispose());
  return client;
}

it('answers each call with its own value, however they overlap', async () => {
  const client = start();
  const answers = await Promise.all([
    client.call('slowly', 'first'),
    client.call('double', 21),
    client.call('slowly', 'last'),
  ]);
  expect(answers).toEqual(['first', 42, 'last']);
});

it('hands over the code and the words of an error', async () => {
  const client = start();
  await expect(client.call('refuse', 'not-found')).rejects.toMatchObject({
    name: 'PlayheadError',
    code: 'not-found',
    message: 'refused with not-found',
  });
});

it('calls any other error internal and keeps its words', async () => {
  await expect(start().call('stumble', null)).rejects.toMatchObject({
    code: 'internal',
    message: 'x is not a function',
  });
});

it('fails a call whose value cannot cross, in either direction, and goes on', async () => {
  const client = start();
  await expect(client.call('giveFunction', null)).rejects.toMatchObject({ code: 'internal' });
  await expect(client.call('double', (() => 1) as unknown as number)).rejects.toMatchObject({ code: 'internal' });
  expect(await client.call('double', 4)).toBe(8);
});

it('fails a call that the worker does not know', async () => {
  const client = start() as unknown as WorkerClient<{ unheard: (_: null) => void }, never>;
  await expect(client.call('unheard', null)).rejects.toMatchObject({ code: 'internal', message: /unheard/ });
});

it('fails open calls and later ones when the worker dies of an error', async () => {
  const client = start();
  const open = client.call('never', null);
  const dying = client.call('crash', null);
  const words = { code: 'internal', message: 'The counting thread failed: out of luck' };
  await expect(open).rejects.toMatchObject(words);
  await expect(dying).rejects.toMatchObject(words);
  await expect(client.call('double', 1)).rejects.toMatchObject(words);
});

it('fails open calls when it is disposed', async () => {
  const client = start();
  const open = client.call('never', null);
  client.dispose();
  await expect(open).rejects.toMatchObject({ code: 'internal', message: 'The counting thread has ended.' });
});

it('tells events in their order, to those who listen', async () => {
  const client = start();
  const heard: number[] = [];
  const listening = client.onEvent(event => heard.push(event));
  await client.call('tell', 3);
  await until('three events', () => heard.length === 3);
  listening.dispose();
  await client.call('tell', 2);
  expect(heard).toEqual([0, 1, 2]);
});
