import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RecordPages } from '../../../src/renderer/features/raw/record-pages.ts';
import { type Connection, keepConnected } from '../../../src/renderer/platform/connection.ts';
import type { RawRecord } from '../../../src/shared/contract/trace.ts';
import type { RecordId, SessionId } from '../../../src/shared/model/ids.ts';
import { FakeCore } from '../fake-core.ts';

const sessionId = 'one' as SessionId;

export function record(index: number): RawRecord {
  return {
    recordId: (1000 + index) as RecordId,
    path: '/logs/a.jsonl',
    line: index + 1,
    offset: index * 100,
    length: 100,
    type: 'user',
    known: true,
    rejected: null,
    atUs: null,
    copy: false,
    spanId: null,
  };
}

describe('RecordPages', () => {
  let core: FakeCore;
  let connection: Connection;
  let pages: RecordPages;
  let stop: () => void;
  let total: number;
  let asked: number[];

  beforeEach(() => {
    vi.useFakeTimers();
    total = 1000;
    asked = [];
    core = new FakeCore({
      records: {
        list: ({ from, limit }) => {
          asked.push(from);
          const records = Array.from({ length: Math.max(0, Math.min(limit, total - from)) }, (_, i) =>
            record(from + i),
          );
          return { records, total, revision: core.revision };
        },
      },
    });
    connection = keepConnected(core.open);
    pages = new RecordPages(connection, sessionId);
    stop = pages.subscribe(() => {});
  });
  afterEach(() => {
    stop();
    connection.dispose();
    vi.useRealTimers();
  });

  const settle = () => vi.advanceTimersByTimeAsync(2000);
  const grow = async (to: number) => {
    total = to;
    core.revision += 1;
    core.announce([sessionId]);
    await settle();
  };

  it('loads the first page by itself, and others as they come into view', async () => {
    await settle();
    expect(pages.snapshot()).toMatchObject({ status: 'ready', total: 1000 });
    expect(pages.at(0)?.line).toBe(1);
    expect(pages.at(450)).toBeUndefined();
    pages.want(390, 460);
    await settle();
    expect(pages.at(450)?.line).toBe(451);
    expect(asked).toEqual([0, 200, 400]);
  });

  it('asks for nothing twice', async () => {
    await settle();
    pages.want(0, 50);
    pages.want(10, 60);
    await settle();
    expect(asked).toEqual([0]);
  });

  it('finds a loaded record by its id', async () => {
    await settle();
    expect(pages.indexOf(1042)).toBe(42);
    expect(pages.indexOf(1900)).toBe(-1);
  });

  it('asks again for what is on the screen when the session grows, and keeps it there meanwhile', async () => {
    total = 150;
    await settle();
    await grow(170);
    expect(pages.snapshot().total).toBe(170);
    expect(pages.at(160)?.line).toBe(161);
    expect(asked).toEqual([0, 0]);
  });

  it('asks seldom while the session is written all the time', async () => {
    await settle();
    for (let i = 0; i < 100; i += 1) {
      core.revision += 1;
      core.announce([sessionId]);
      await vi.advanceTimersByTimeAsync(10);
    }
    await settle();
    expect(asked.length).toBeLessThanOrEqual(8);
  });

  it('does not care for news of other sessions', async () => {
    await settle();
    core.announce(['other']);
    await settle();
    expect(asked).toEqual([0]);
  });

  it('keeps what is there while the connection is lost, and brings it up to date after', async () => {
    await settle();
    core.goDown();
    total = 1001;
    await settle();
    expect(pages.snapshot()).toMatchObject({ status: 'ready', total: 1000 });
    core.up = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(pages.snapshot().total).toBe(1001);
  });

  it('forgets pages far away from the screen', async () => {
    total = 200 * 100;
    await settle();
    for (let page = 0; page < 100; page += 1) {
      pages.want(page * 200, page * 200 + 50);
      await settle();
    }
    expect(pages.at(99 * 200)?.line).toBe(99 * 200 + 1);
    expect(pages.at(0)).toBeUndefined();
  });
});
