// What the protocol promises of any contract, the same over every transport.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { PlayheadError } from '../../src/shared/base/errors.ts';
import { ContractClient } from '../../src/shared/contract/client.ts';
import { command, push, query } from '../../src/shared/contract/define.ts';
import { type CallContext, ContractServer } from '../../src/shared/contract/server.ts';
import { linkedPair, type OpenedWindow, type Served, wires } from './wires.ts';

const contract = {
  desk: {
    echo: query({ input: z.object({ value: z.unknown() }), output: z.object({ value: z.unknown() }) }),
    add: query({
      input: z.object({ a: z.int(), b: z.object({ deep: z.array(z.int()) }), times: z.int().default(2) }),
      output: z.int(),
    }),
    nothing: command({ input: z.object({}).optional(), output: z.undefined() }),
    hold: command({ input: z.object({ name: z.string() }), output: z.string() }),
    fail: command({ input: z.object({ how: z.enum(['ours', 'foreign', 'later', 'no-json']) }), output: z.unknown() }),
    rang: push({ payload: z.object({ count: z.int() }) }),
  },
};

interface Held {
  readonly signal: AbortSignal;
  readonly finish: (output: string) => void;
}

describe.each(wires)('a contract over $name', wire => {
  let server: ContractServer<typeof contract>;
  let served: Served;
  let window: OpenedWindow;
  let client: ContractClient<typeof contract>;
  let held: Map<string, Held>;
  /** Calls that reached a handler. */
  let handled: number;

  beforeEach(async () => {
    held = new Map();
    handled = 0;
    server = new ContractServer(contract, {
      desk: {
        echo: ({ value }) => ((handled += 1), { value }),
        add: ({ a, b, times }) => (a + b.deep.reduce((sum, one) => sum + one, 0)) * times,
        nothing: () => undefined,
        hold: ({ name }, { signal }: CallContext) =>
          new Promise(resolve => held.set(name, { signal, finish: resolve })),
        fail({ how }) {
          if (how === 'ours') throw new PlayheadError('conflict', 'Somebody else holds it.');
          if (how === 'foreign') throw new TypeError('x is not a function');
          if (how === 'no-json') return 10n;
          return Promise.reject(new PlayheadError('unreadable', 'It cannot be read.'));
        },
      },
    });
    served = await wire.serve(server);
    ({ window, client } = await open());
  });
  afterEach(async () => {
    await served.dispose();
  });

  async function open() {
    const opened = await served.open();
    const made = new ContractClient(contract);
    made.attach(opened.transport);
    return { window: opened, client: made };
  }

  /** Every frame that the core sends to a window of its own, which sends what it likes. */
  async function rawWindow() {
    const opened = await served.open();
    const heard: { t: string; id?: number; code?: string; message?: string; output?: unknown }[] = [];
    opened.transport.onText(text => heard.push(JSON.parse(text) as (typeof heard)[number]));
    return { send: (text: string) => opened.transport.send(text), heard };
  }

  const holding = (name: string) =>
    vi.waitFor(() => {
      const call = held.get(name);
      if (!call) throw new Error(`${name} has not come`);
      return call;
    });

  it('answers many calls at once, each with its own answer', async () => {
    const values = Array.from({ length: 200 }, (_, index) => index);
    const answers = await Promise.all(values.map(value => client.calls.desk.echo({ value })));
    expect(answers.map(({ value }) => value)).toEqual(values);
  });

  it('answers in the order of the handlers, not of the calls', async () => {
    const order: string[] = [];
    const calls = ['first', 'second'].map(name =>
      client.calls.desk.hold({ name }).then(output => order.push(`${name}: ${output}`)),
    );
    (await holding('second')).finish('b');
    await calls[1];
    (await holding('first')).finish('a');
    await Promise.all(calls);
    expect(order).toEqual(['second: b', 'first: a']);
  });

  it('hands the handler what the schema makes of the input', async () => {
    await expect(client.calls.desk.add({ a: 1, b: { deep: [2, 3] } })).resolves.toBe(12);
    await expect(client.calls.desk.add({ a: 1, b: { deep: [] }, times: 5 })).resolves.toBe(5);
  });

  it('carries calls without an input or an output', async () => {
    await expect(client.calls.desk.nothing(undefined)).resolves.toBeUndefined();
  });

  it.each([
    ['the name of a field', { a: 'one', b: { deep: [] } }, /^desk\.add: a: /],
    ['the path of one inside', { a: 1, b: { deep: [1, 'two'] } }, /^desk\.add: b\.deep\.1: /],
    ['that the input itself is none', 'text', /^desk\.add: input: /],
  ])('refuses an input that does not fit and says %s', async (_what, input, message) => {
    const failed = client.calls.desk.add(input as never);
    await expect(failed).rejects.toMatchObject({ code: 'bad-input', message: expect.stringMatching(message) });
  });

  it.each([
    ['our errors with code and words', 'ours', { code: 'conflict', message: 'Somebody else holds it.' }],
    ['foreign ones as a defect', 'foreign', { code: 'internal', message: 'x is not a function' }],
    ['those of a promise', 'later', { code: 'unreadable', message: 'It cannot be read.' }],
    ['an output that has no JSON as a defect', 'no-json', { code: 'internal' }],
  ] as const)('carries %s', async (_what, how, error) => {
    await expect(client.calls.desk.fail({ how })).rejects.toBeInstanceOf(PlayheadError);
    await expect(client.calls.desk.fail({ how })).rejects.toMatchObject(error);
  });

  it('does not send an input that has no JSON', async () => {
    await expect(client.calls.desk.echo({ value: 10n })).rejects.toMatchObject({ code: 'bad-input' });
    expect(handled).toBe(0);
  });

  it.each([
    ['no domain', 'echo'],
    ['a domain that is not there', 'shelf.echo'],
    ['a call that is not there', 'desk.sing'],
    ['a push', 'desk.rang'],
    ['one name too many', 'desk.echo.now'],
    ['one point too many', 'desk.echo.'],
    ['nothing at all', ''],
    ['the prototype of the contract', '__proto__.toString'],
    ['what every object has', 'constructor.name'],
    ['the prototype of a domain', 'desk.__proto__'],
    ['what every domain has', 'desk.constructor'],
    ['a method of every object', 'desk.hasOwnProperty'],
    ['a very long name', 'x'.repeat(5000)],
  ])('knows no call with %s', async (_what, name) => {
    const { send, heard } = await rawWindow();
    send(JSON.stringify({ t: 'call', id: 7, name, input: { value: 1 } }));
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    expect(heard[0]).toMatchObject({ t: 'fail', id: 7, code: 'bad-input' });
    expect(heard[0]?.message).toMatch(/^There is no call named ".{0,100}"\.$/);
    expect(handled).toBe(0);
  });

  it.each([
    ['no JSON', '{"t":"call","id":1'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[{"t":"call","id":1,"name":"desk.echo","input":{"value":1}}]'],
    ['a type that is not known', '{"t":"shout","id":1,"name":"desk.echo"}'],
    ['an id that is a text', '{"t":"call","id":"1","name":"desk.echo","input":{"value":1}}'],
    ['an id that is no whole number', '{"t":"call","id":1.5,"name":"desk.echo","input":{"value":1}}'],
    ['no name', '{"t":"call","id":1}'],
    ['a cancel of nothing', '{"t":"cancel","id":99}'],
    ['a frame of the other side', '{"t":"done","id":1,"output":1}'],
    ['deep nesting', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
  ])('ignores a frame that is %s, and goes on', async (_what, frame) => {
    const { send, heard } = await rawWindow();
    send(frame);
    send(JSON.stringify({ t: 'call', id: 2, name: 'desk.echo', input: { value: 'still here' } }));
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    expect(heard).toEqual([{ t: 'done', id: 2, output: { value: 'still here' } }]);
  });

  it('takes the fields of an input for data, whatever their names', async () => {
    const value = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') as object;
    const answer = await client.calls.desk.echo({ value });
    expect(JSON.stringify(answer.value)).toBe(JSON.stringify(value));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('ignores a second call under the id of one that runs', async () => {
    const { send, heard } = await rawWindow();
    send(JSON.stringify({ t: 'call', id: 5, name: 'desk.hold', input: { name: 'one' } }));
    const one = await holding('one');
    send(JSON.stringify({ t: 'call', id: 5, name: 'desk.hold', input: { name: 'two' } }));
    send(JSON.stringify({ t: 'call', id: 6, name: 'desk.echo', input: { value: 1 } }));
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    expect(held.has('two')).toBe(false);
    one.finish('answered once');
    await vi.waitFor(() => expect(heard).toHaveLength(2));
    expect(heard[1]).toEqual({ t: 'done', id: 5, output: 'answered once' });
  });

  it('carries whole texts of some megabytes both ways, in any script', async () => {
    const value = '\u0000 ünïcode 漢字 🛫 "quoted" \u2028 '.repeat(80_000);
    expect(Buffer.byteLength(JSON.stringify(value))).toBeGreaterThan(2 * 1024 * 1024);
    expect((await client.calls.desk.echo({ value })).value).toBe(value);
  });

  describe('a call that is given up', () => {
    it('fails at once with cancelled, and its handler is told', async () => {
      const controller = new AbortController();
      const call = client.calls.desk.hold({ name: 'long' }, controller.signal);
      const { signal } = await holding('long');
      expect(signal.aborted).toBe(false);
      controller.abort();
      await expect(call).rejects.toMatchObject({ code: 'cancelled' });
      await vi.waitFor(() => expect(signal.aborted).toBe(true));
    });

    it('is answered by the core at once, and what its handler gives later is dropped', async () => {
      const { send, heard } = await rawWindow();
      send(JSON.stringify({ t: 'call', id: 3, name: 'desk.hold', input: { name: 'slow' } }));
      const slow = await holding('slow');
      send(JSON.stringify({ t: 'cancel', id: 3 }));
      await vi.waitFor(() => expect(heard).toHaveLength(1));
      expect(heard[0]).toMatchObject({ t: 'fail', id: 3, code: 'cancelled' });
      slow.finish('too late');
      send(JSON.stringify({ t: 'cancel', id: 3 }));
      send(JSON.stringify({ t: 'call', id: 4, name: 'desk.echo', input: { value: 1 } }));
      await vi.waitFor(() => expect(heard).toHaveLength(2));
      expect(heard[1]).toMatchObject({ t: 'done', id: 4 });
    });

    it('is not even sent where it was given up before', async () => {
      await expect(client.calls.desk.echo({ value: 1 }, AbortSignal.abort())).rejects.toMatchObject({
        code: 'cancelled',
      });
      await client.calls.desk.nothing(undefined);
      expect(handled).toBe(0);
    });

    it('leaves the others alone, also when it is given up after its answer', async () => {
      const controller = new AbortController();
      const other = client.calls.desk.hold({ name: 'other' });
      await client.calls.desk.echo({ value: 1 }, controller.signal);
      controller.abort();
      const { signal, finish } = await holding('other');
      finish('fine');
      await expect(other).resolves.toBe('fine');
      expect(signal.aborted).toBe(false);
    });
  });

  it('tells handlers when their window has gone', async () => {
    const lost = client.calls.desk.hold({ name: 'orphan' });
    lost.catch(() => undefined);
    const { signal, finish } = await holding('orphan');
    window.close();
    await vi.waitFor(() => expect(signal.aborted).toBe(true));
    expect(() => finish('to nobody')).not.toThrow();
  });

  it('fails the calls of a client that lets go, and those that it makes afterwards', async () => {
    const running = client.calls.desk.hold({ name: 'mine' });
    await holding('mine');
    client.detach();
    await expect(running).rejects.toMatchObject({ code: 'unavailable' });
    await expect(client.calls.desk.echo({ value: 1 })).rejects.toMatchObject({ code: 'unavailable' });
  });

  const losing = 'fails the calls under way when the core goes away, and works again over a new transport';
  it.skipIf(!wire.canLose)(`${losing}${wire.canLose ? '' : ' (never goes: one process)'}`, async () => {
    const heard: number[] = [];
    client.calls.desk.rang(({ count }) => heard.push(count));
    const running = client.calls.desk.hold({ name: 'cut off' });
    await holding('cut off');
    await served.lose();
    await expect(running).rejects.toMatchObject({ code: 'unavailable' });
    await expect(client.calls.desk.echo({ value: 1 })).rejects.toMatchObject({ code: 'unavailable' });

    const again = await wire.serve(server);
    try {
      client.attach((await again.open()).transport);
      await expect(client.calls.desk.echo({ value: 'back' })).resolves.toEqual({ value: 'back' });
      server.push.desk.rang({ count: 1 });
      await vi.waitFor(() => expect(heard).toEqual([1]));
    } finally {
      await again.dispose();
    }
  });

  describe('a push', () => {
    it('reaches every window in order, and none that has gone', async () => {
      const second = await open();
      const third = await open();
      const heard = [client, second.client, third.client].map(one => {
        const counts: number[] = [];
        one.calls.desk.rang(({ count }) => counts.push(count));
        return counts;
      });
      for (let count = 1; count <= 3; count += 1) server.push.desk.rang({ count });
      await vi.waitFor(() =>
        expect(heard).toEqual([
          [1, 2, 3],
          [1, 2, 3],
          [1, 2, 3],
        ]),
      );
      const { signal } = await (async () => {
        second.client.calls.desk.hold({ name: 'witness' }).catch(() => undefined);
        return holding('witness');
      })();
      second.window.close();
      await vi.waitFor(() => expect(signal.aborted).toBe(true));
      server.push.desk.rang({ count: 4 });
      await vi.waitFor(() =>
        expect([heard[0], heard[2]]).toEqual([
          [1, 2, 3, 4],
          [1, 2, 3, 4],
        ]),
      );
      expect(heard[1]).toEqual([1, 2, 3]);
    });

    it('is heard until its listener is undone', async () => {
      const counts: number[] = [];
      const others: number[] = [];
      const undo = client.calls.desk.rang(({ count }) => counts.push(count));
      client.calls.desk.rang(({ count }) => others.push(count));
      server.push.desk.rang({ count: 1 });
      await vi.waitFor(() => expect(counts).toEqual([1]));
      undo.dispose();
      server.push.desk.rang({ count: 2 });
      await vi.waitFor(() => expect(others).toEqual([1, 2]));
      expect(counts).toEqual([1]);
    });

    it('costs nothing where no window is open', async () => {
      window.close();
      expect(() => server.push.desk.rang({ count: 1 })).not.toThrow();
    });
  });

  it('names each call and push for caches', () => {
    expect(client.calls.desk.echo.callName).toBe('desk.echo');
    expect(client.calls.desk.rang.pushName).toBe('desk.rang');
  });
});

describe('a server', () => {
  it('lets go of a window that has gone, or that it stops serving', async () => {
    const handlers = {
      echo: () => ({ value: 1 }),
      add: () => 0,
      nothing: () => undefined,
      hold: () => '',
      fail: () => 0,
    };
    const server = new ContractServer(contract, { desk: handlers });
    const [gone, dropped, stays] = [linkedPair(), linkedPair(), linkedPair()];
    const sent = [gone, dropped, stays].map(pair => vi.spyOn(pair.core, 'send'));
    const serving = [gone, dropped, stays].map(pair => server.connect(pair.core));
    gone.close();
    serving[1]?.dispose();
    server.push.desk.rang({ count: 1 });
    expect(sent.map(send => send.mock.calls.length)).toEqual([0, 0, 1]);
  });
});

describe('a client', () => {
  it.each([
    ['no JSON'],
    ['{}'],
    ['{"t":"done","id":"1"}'],
    ['{"t":"fail","id":1,"code":"odd","message":""}'],
    ['null'],
  ])('ignores %s from the core, and goes on', async frame => {
    const { window, core } = linkedPair();
    const client = new ContractClient(contract);
    client.attach(window);
    core.onText(text => {
      const { id } = JSON.parse(text) as { id: number };
      core.send(frame);
      core.send(JSON.stringify({ t: 'done', id: 4711, output: 'for nobody' }));
      core.send(JSON.stringify({ t: 'done', id, output: { value: 'mine' } }));
    });
    await expect(client.calls.desk.echo({ value: 1 })).resolves.toEqual({ value: 'mine' });
  });

  it('lets an earlier transport go when it gets another: its calls fail, its frames are not heard', async () => {
    const [old, fresh] = [linkedPair(), linkedPair()];
    const client = new ContractClient(contract);
    client.attach(old.window);
    const lost = client.calls.desk.echo({ value: 1 });
    client.attach(fresh.window);
    await expect(lost).rejects.toMatchObject({ code: 'unavailable' });
    const counts: number[] = [];
    client.calls.desk.rang(({ count }) => counts.push(count));
    old.core.send(JSON.stringify({ t: 'push', name: 'desk.rang', payload: { count: 1 } }));
    fresh.core.send(JSON.stringify({ t: 'push', name: 'desk.rang', payload: { count: 2 } }));
    await vi.waitFor(() => expect(counts).toEqual([2]));
    old.close();
    fresh.core.onText(text => {
      const { id } = JSON.parse(text) as { id: number };
      fresh.core.send(JSON.stringify({ t: 'done', id, output: { value: 2 } }));
    });
    await expect(client.calls.desk.echo({ value: 2 })).resolves.toEqual({ value: 2 });
  });
});
