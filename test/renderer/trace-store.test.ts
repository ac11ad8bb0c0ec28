import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Connection, keepConnected } from '../../src/renderer/platform/connection.ts';
import { TraceStore, TraceStores } from '../../src/renderer/state/trace-store.ts';
import { PlayheadError } from '../../src/shared/base/errors.ts';
import { ROOT_SPAN, type SessionId, type SpanId } from '../../src/shared/model/ids.ts';
import { FakeTrace, prompt, sessionId, span } from './trace-fixture.ts';

const a = 'a' as SpanId;

const makeTrace = () => new FakeTrace([span({ id: ROOT_SPAN }), span({ id: 'a', startUs: 10 })], [prompt(1, 5)]);

describe('TraceStore', () => {
  let trace: FakeTrace;
  let connection: Connection;
  let store: TraceStore;
  let told: number;
  let stop: () => void;

  beforeEach(() => {
    trace = makeTrace();
    connection = keepConnected(trace.core.open);
    store = new TraceStore(connection, sessionId);
    told = 0;
    stop = store.subscribe(() => (told += 1));
  });
  afterEach(() => {
    stop();
    connection.dispose();
  });

  const goDown = () => trace.core.goDown();
  const comeBack = () => {
    trace.core.up = true;
    connection.retryNow();
  };
  const isReady = () => vi.waitFor(() => expect(store.snapshot().status).toBe('ready'));

  it('loads everything once, and says nothing as changed', async () => {
    await isReady();
    expect([...store.snapshot().spans.keys()]).toEqual([ROOT_SPAN, 'a']);
    expect([...store.snapshot().events.keys()]).toEqual(['prompt-1']);
    expect(store.snapshot().changed.size).toBe(0);
    expect(trace.asked).toEqual([null]);
  });

  it('merges what changed since, in a new snapshot, and leaves the old one as it was', async () => {
    await isReady();
    const before = store.snapshot();
    trace.append(span({ id: 'b', startUs: 20 }), span({ id: 'a', startUs: 10, status: 'error' }));
    await vi.waitFor(() => expect(store.snapshot().spans.size).toBe(3));
    expect(store.snapshot().spans.get(a)?.status).toBe('error');
    expect(store.snapshot().changed).toEqual(new Set(['a', 'b']));
    expect(before.spans.size).toBe(2);
    expect(before.spans.get(a)?.status).toBe('ok');
    expect(trace.asked).toEqual([null, 1]);
  });

  it('asks seldom while news comes fast, and ends up with all of it', async () => {
    await isReady();
    for (let i = 0; i < 50; i += 1) {
      trace.append(span({ id: `n${i}`, startUs: 100 + i }));
      await Promise.resolve();
    }
    await vi.waitFor(() => expect(store.snapshot().spans.size).toBe(52));
    expect(trace.asked.length).toBeLessThan(6);
  });

  it('does not ask about news of other sessions', async () => {
    await isReady();
    const other = new TraceStore(connection, 'another' as SessionId);
    const stopOther = other.subscribe(() => {});
    await vi.waitFor(() => expect(other.snapshot().status).toBe('ready'));
    trace.core.revision += 1;
    trace.core.announce(['another']);
    await vi.waitFor(() => expect(other.snapshot().revision).toBe(2));
    expect(trace.asked).toEqual([null, null, 1]);
    stopOther();
  });

  it('tells nobody when the answer brings nothing', async () => {
    await isReady();
    const before = told;
    trace.core.revision += 1;
    trace.core.announce([sessionId]);
    await vi.waitFor(() => expect(store.snapshot().revision).toBe(2));
    expect(told).toBe(before);
  });

  it('starts over when rows were removed', async () => {
    await isReady();
    trace.remove('a');
    await vi.waitFor(() => expect(store.snapshot().spans.size).toBe(1));
    expect(store.snapshot().changed.size).toBe(0);
    expect(store.snapshot().events.size).toBe(1);
  });

  it('starts over when the store was replaced by one that counts anew', async () => {
    await isReady();
    trace.append(span({ id: 'b' }));
    await vi.waitFor(() => expect(store.snapshot().revision).toBe(2));
    goDown();
    trace.core.revision = 1;
    trace.spans = [span({ id: ROOT_SPAN })];
    comeBack();
    await vi.waitFor(() => expect([...store.snapshot().spans.keys()]).toEqual([ROOT_SPAN]));
    expect(trace.asked.at(-1)).toBe(null);
  });

  it('keeps what it has while the connection is away, and catches up when it is back', async () => {
    await isReady();
    goDown();
    trace.append(span({ id: 'b', startUs: 30 }));
    store.catchUp();
    expect(store.snapshot().status).toBe('ready');
    comeBack();
    await vi.waitFor(() => expect(store.snapshot().spans.size).toBe(3));
    expect(trace.asked.at(-1)).toBe(1);
  });

  it('fails with the error where nothing could be loaded, and loads on retry', async () => {
    stop();
    trace.failure = new PlayheadError('not-found', 'There is no such session.');
    store = new TraceStore(connection, sessionId);
    expect(store.snapshot().status).toBe('loading');
    stop = store.subscribe(() => {});
    await vi.waitFor(() => expect(store.snapshot().status).toBe('failed'));
    expect(store.snapshot().error?.code).toBe('not-found');
    trace.failure = undefined;
    store.catchUp();
    await isReady();
    expect(store.snapshot().error).toBe(null);
  });

  it('keeps showing what it has when a later question fails', async () => {
    await isReady();
    trace.failure = new PlayheadError('unreadable', 'No.');
    trace.append(span({ id: 'b' }));
    await vi.waitFor(() => expect(store.snapshot().error?.code).toBe('unreadable'));
    expect(store.snapshot().status).toBe('ready');
    expect(store.snapshot().spans.size).toBe(2);
  });

  it('stops asking when nobody looks, and asks only for the news when somebody does again', async () => {
    await isReady();
    stop();
    trace.append(span({ id: 'b', startUs: 30 }));
    stop = store.subscribe(() => {});
    await vi.waitFor(() => expect(store.snapshot().spans.size).toBe(3));
    expect(trace.asked).toEqual([null, 1]);
  });
});

describe('TraceStores', () => {
  it('gives the same store for a session as long as somebody looks at it, and forgets the oldest idle ones', () => {
    const stores = new TraceStores(keepConnected(makeTrace().core.open));
    const watched = stores.get(sessionId);
    const stop = watched.subscribe(() => {});
    const idle = stores.get('idle' as SessionId);
    for (const id of ['1', '2', '3', '4']) stores.get(id as SessionId);
    expect(stores.get(sessionId)).toBe(watched);
    expect(stores.get('idle' as SessionId)).not.toBe(idle);
    stop();
  });
});
