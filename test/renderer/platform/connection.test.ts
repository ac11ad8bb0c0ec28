import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Connection, type ConnectionStatus, keepConnected } from '../../../src/renderer/platform/connection.ts';
import { FakeCore } from '../fake-core.ts';

describe('keepConnected', () => {
  let core: FakeCore;
  let connection: Connection;
  let seen: ConnectionStatus[];

  beforeEach(() => {
    vi.useFakeTimers();
    core = new FakeCore();
    seen = [];
  });
  afterEach(() => {
    connection.dispose();
    vi.useRealTimers();
  });

  const start = async () => {
    connection = keepConnected(core.open);
    connection.onStatus(status => seen.push(status));
    await vi.advanceTimersByTimeAsync(0);
  };

  it('connects at once, and calls are answered', async () => {
    await start();
    expect(connection.status).toBe('connected');
    await expect(connection.client.app.info({})).resolves.toMatchObject({ version: '0' });
  });

  it('is lost when the other side goes away, and comes back by itself', async () => {
    await start();
    core.goDown();
    expect(connection.status).toBe('lost');
    await vi.advanceTimersByTimeAsync(1000);
    expect(connection.status).toBe('lost');
    core.up = true;
    await vi.advanceTimersByTimeAsync(5000);
    expect(seen).toEqual(['connected', 'lost', 'connected']);
    await expect(connection.client.app.info({})).resolves.toMatchObject({ version: '0' });
  });

  it('is already lost when the calls under way fail', async () => {
    await start();
    const statusAtFailure = connection.client.sessions
      .find({ text: 'x' })
      .catch((error: unknown) => [connection.status, error]);
    core.goDown();
    const [status, error] = (await statusAtFailure) as [ConnectionStatus, { code: string }];
    expect(status).toBe('lost');
    expect(error.code).toBe('unavailable');
  });

  it('keeps push listeners over a reconnect', async () => {
    await start();
    const heard: number[] = [];
    connection.client.sessions.changed(({ revision }) => heard.push(revision));
    core.put({ id: 'a' });
    await vi.advanceTimersByTimeAsync(0);
    core.goDown();
    core.up = true;
    await vi.advanceTimersByTimeAsync(5000);
    core.put({ id: 'b' });
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual([2, 3]);
  });

  it('says that it never got through, and tries ever more seldom, at least every five seconds', async () => {
    core.up = false;
    await start();
    expect(connection.status).toBe('unreached');
    await vi.advanceTimersByTimeAsync(60_000);
    // 250 ms, 400, 640, 1024, 1638, 2621, 4194, then every 5 s: 7 attempts in the first 10.8 s, 9 or 10 in the rest.
    expect(core.attempts).toBeGreaterThan(14);
    expect(core.attempts).toBeLessThan(20);
    core.up = true;
    await vi.advanceTimersByTimeAsync(5000);
    expect(connection.status).toBe('connected');
  });

  it('does not wait when asked to try now', async () => {
    core.up = false;
    await start();
    await vi.advanceTimersByTimeAsync(20_000);
    core.up = true;
    connection.retryNow();
    await vi.advanceTimersByTimeAsync(0);
    expect(connection.status).toBe('connected');
  });

  it('opens one transport at a time, however often it is asked', async () => {
    await start();
    core.goDown();
    core.up = true;
    connection.retryNow();
    connection.retryNow();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(core.attempts).toBe(2);
  });

  it('stops trying when it is disposed', async () => {
    await start();
    connection.dispose();
    core.goDown();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(core.attempts).toBe(1);
  });
});
