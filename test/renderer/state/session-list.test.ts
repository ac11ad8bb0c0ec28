import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Connection, keepConnected } from '../../../src/renderer/platform/connection.ts';
import { SessionList } from '../../../src/renderer/state/session-list.ts';
import { FakeCore } from '../fake-core.ts';

const MINUTE_US = 60_000_000;

describe('SessionList', () => {
  let core: FakeCore;
  let connection: Connection;
  let list: SessionList;
  let stop: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    core = new FakeCore();
  });
  afterEach(() => {
    stop();
    connection.dispose();
    vi.useRealTimers();
  });

  const start = async (filter = '') => {
    connection = keepConnected(core.open);
    list = new SessionList(connection, filter);
    stop = list.subscribe(() => {});
    await settle();
  };
  const settle = () => vi.advanceTimersByTimeAsync(3000);
  const ids = () => list.snapshot().sessions.map(session => session.id);
  const fill = (count: number) => {
    for (let i = 0; i < count; i += 1) core.put({ id: `s${String(i).padStart(5, '0')}`, updateUs: i * MINUTE_US });
  };

  it('loads every page, newest first, each session once', async () => {
    fill(2350);
    await start();
    const { complete, total, status } = list.snapshot();
    expect({ complete, total, status }).toEqual({ complete: true, total: 2350, status: 'ready' });
    expect(ids()).toEqual([...core.sessions.keys()].toReversed());
    // 100, then 1000, 1000 and the last 250.
    expect(core.listed).toHaveLength(4);
  });

  it('shows the first page before the others are there', async () => {
    fill(1500);
    connection = keepConnected(core.open);
    list = new SessionList(connection, '');
    stop = list.subscribe(() => {});
    await vi.advanceTimersByTimeAsync(5);
    expect(list.snapshot()).toMatchObject({ status: 'ready', complete: false, total: 1500 });
    expect(ids()).toHaveLength(100);
  });

  it('asks only for what changed, and shows a new session on top', async () => {
    fill(3);
    await start();
    core.put({ id: 'new', updateUs: 100 * MINUTE_US });
    await settle();
    expect(ids()).toEqual(['new', 's00002', 's00001', 's00000']);
    expect(core.listed.at(-1)).toMatchObject({ since: 4, before: null });
    expect(list.snapshot().total).toBe(4);
  });

  it('leaves sessions that are written all the time where they stand, with their new numbers', async () => {
    fill(3);
    await start();
    core.put({ id: 's00001', updateUs: 2 * MINUTE_US + 1, turns: 9 });
    await settle();
    expect(ids()).toEqual(['s00002', 's00001', 's00000']);
    expect(list.snapshot().sessions[1]?.turns).toBe(9);
  });

  it('moves a session up when it wakes after a long time', async () => {
    fill(3);
    await start();
    core.put({ id: 's00000', updateUs: 30 * MINUTE_US });
    await settle();
    expect(ids()).toEqual(['s00000', 's00002', 's00001']);
  });

  it('asks at most five times a second while news comes fast, and has all of it in the end', async () => {
    await start();
    const before = core.listed.length;
    for (let i = 0; i < 50; i += 1) {
      core.put({ id: `n${i}`, updateUs: i });
      await vi.advanceTimersByTimeAsync(20);
    }
    await settle();
    expect(ids()).toHaveLength(50);
    expect(core.listed.length - before).toBeLessThanOrEqual(7);
  });

  it('keeps the identity of its snapshot and of unchanged sessions', async () => {
    fill(3);
    await start();
    const before = list.snapshot();
    await settle();
    expect(list.snapshot()).toBe(before);
    core.put({ id: 's00001', turns: 2, updateUs: MINUTE_US });
    await settle();
    expect(list.snapshot().sessions[0]).toBe(before.sessions[0]);
  });

  it('drops a session that is gone', async () => {
    fill(3);
    await start();
    core.remove('s00001');
    await settle();
    expect(ids()).toEqual(['s00002', 's00000']);
    expect(list.snapshot().total).toBe(2);
  });

  it('catches up after the connection was lost, and keeps what it has meanwhile', async () => {
    fill(3);
    await start();
    core.goDown();
    await settle();
    expect(ids()).toHaveLength(3);
    core.put({ id: 'missed', updateUs: 99 * MINUTE_US });
    core.up = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ids()[0]).toBe('missed');
    expect(core.listed.at(-1)).toMatchObject({ since: 4 });
  });

  it('starts over when the store is another one', async () => {
    fill(5);
    await start();
    core.goDown();
    core.sessions.clear();
    core.revision = 1;
    const others = Array.from({ length: 9 }, (_, i) => `other ${i}`);
    core.put(...others.map(id => ({ id })));
    core.up = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ids()).toEqual(others);
    expect(list.snapshot()).toMatchObject({ revision: 2, total: 9 });
  });

  it('passes its filter on, and forgets a session that does not fit it any more', async () => {
    core.put({ id: 'a', title: 'fix the parser' }, { id: 'b', title: 'write docs' });
    await start('parser');
    expect(ids()).toEqual(['a']);
    core.put({ id: 'a', title: 'renamed' });
    await settle();
    expect(ids()).toEqual([]);
  });

  it('stops asking when nobody looks, and asks for the news when somebody comes back', async () => {
    fill(1);
    await start();
    stop();
    const before = core.listed.length;
    core.put({ id: 'new', updateUs: 9 * MINUTE_US });
    await settle();
    expect(core.listed.length).toBe(before);
    stop = list.subscribe(() => {});
    await settle();
    expect(ids()).toEqual(['new', 's00000']);
  });

  it('hears of the first session of a store that was empty', async () => {
    core.revision = 0;
    await start();
    expect(list.snapshot()).toMatchObject({ status: 'ready', revision: 0, total: 0 });
    core.put({ id: 'first' });
    await settle();
    expect(list.snapshot()).toMatchObject({ revision: 1, total: 1 });
    expect(ids()).toEqual(['first']);
  });

  it('survives being left and taken up again at once, as React does in development', async () => {
    fill(2);
    connection = keepConnected(core.open);
    await vi.advanceTimersByTimeAsync(0);
    list = new SessionList(connection, '');
    list.subscribe(() => {})();
    stop = list.subscribe(() => {});
    await settle();
    expect(ids()).toEqual(['s00001', 's00000']);
  });
});

describe('SessionList when the core fails', () => {
  it('says so, and loads on retry', async () => {
    let broken = true;
    const core = new FakeCore({
      sessions: {
        list: () => {
          if (broken) throw new Error('disk on fire');
          return { sessions: [], total: 0, revision: 7 };
        },
      },
    });
    const connection = keepConnected(core.open);
    const list = new SessionList(connection, '');
    const stop = list.subscribe(() => {});
    await vi.waitFor(() => expect(list.snapshot()).toMatchObject({ status: 'failed', error: { code: 'internal' } }));
    broken = false;
    list.retry();
    await vi.waitFor(() => expect(list.snapshot()).toMatchObject({ status: 'ready', error: null, revision: 7 }));
    stop();
    connection.dispose();
  });
});
