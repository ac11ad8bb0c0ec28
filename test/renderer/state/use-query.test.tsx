import { act, cleanup, render, screen } from '@testing-library/react';
import { StrictMode } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Connection, keepConnected } from '../../../src/renderer/platform/connection.ts';
import { ClientProvider, useClient } from '../../../src/renderer/state/client-context.tsx';
import { useQuery } from '../../../src/renderer/state/use-query.ts';
import { PlayheadError } from '../../../src/shared/base/errors.ts';
import type { SessionId } from '../../../src/shared/model/ids.ts';
import { FakeCore, session } from '../fake-core.ts';

const id = 'one' as SessionId;

/** Shows the title of a session, or what the query says instead. */
function Title({ sessionId }: { readonly sessionId: SessionId | null }) {
  const query = useQuery(useClient().sessions.get, sessionId === null ? null : { sessionId });
  switch (query.status) {
    case 'loading':
      return <p>loading</p>;
    case 'failed':
      return <button onClick={query.retry}>{query.error.code}</button>;
    case 'ready':
      return <p>{`${query.data.title}${query.refreshing ? ' …' : ''}`}</p>;
  }
}

describe('useQuery', () => {
  let core: FakeCore;
  let connection: Connection;
  let asked: number;
  let answer: () => Promise<ReturnType<typeof session>>;

  beforeEach(() => {
    vi.useFakeTimers();
    asked = 0;
    answer = () => Promise.resolve(session({ id, title: `answer ${asked}` }));
    core = new FakeCore({ sessions: { get: () => ((asked += 1), answer()) } });
  });
  afterEach(() => {
    cleanup();
    connection.dispose();
    vi.useRealTimers();
  });

  const pass = (ms = 1000) => act(() => vi.advanceTimersByTimeAsync(ms));
  const text = () => document.body.textContent;
  const mount = (children = <Title sessionId={id} />) => {
    connection = keepConnected(core.open);
    return render(<ClientProvider connection={connection}>{children}</ClientProvider>);
  };

  it('is loading, then ready', async () => {
    mount();
    expect(text()).toBe('loading');
    await pass();
    expect(text()).toBe('answer 1');
  });

  it('asks once for two views of the same thing', async () => {
    mount(
      <>
        <Title sessionId={id} />
        <Title sessionId={id} />
      </>,
    );
    await pass();
    expect(text()).toBe('answer 1answer 1');
    expect(asked).toBe(1);
  });

  it('asks once although React mounts everything twice in development', async () => {
    mount(
      <StrictMode>
        <Title sessionId={id} />
      </StrictMode>,
    );
    await pass();
    expect(text()).toBe('answer 1');
    expect(asked).toBe(1);
  });

  it('asks nothing while its input is null', async () => {
    mount(<Title sessionId={null} />);
    await pass();
    expect(text()).toBe('loading');
    expect(asked).toBe(0);
  });

  it('asks again when the session has news, and shows the old answer meanwhile', async () => {
    mount();
    await pass();
    answer = () => new Promise(resolve => setTimeout(() => resolve(session({ id, title: 'slow' })), 500));
    core.announce([id]);
    await pass(300);
    expect(text()).toBe('answer 1 …');
    await pass();
    expect(text()).toBe('slow');
  });

  it('does not ask again for news of another session', async () => {
    mount();
    await pass();
    core.announce(['another']);
    await pass();
    expect(asked).toBe(1);
  });

  it('asks at most four times a second while news comes fast, and once more in the end', async () => {
    mount();
    await pass();
    for (let i = 0; i < 100; i += 1) {
      core.announce([id]);
      await pass(10);
    }
    await pass();
    expect(asked).toBeGreaterThanOrEqual(5);
    expect(asked).toBeLessThanOrEqual(7);
  });

  it('fails with the error of the core, and tries again when asked to', async () => {
    answer = () => Promise.reject(new PlayheadError('not-found', 'gone'));
    mount();
    await pass();
    expect(text()).toBe('not-found');
    answer = () => Promise.resolve(session({ id, title: 'back' }));
    screen.getByRole('button').click();
    await pass();
    expect(text()).toBe('back');
  });

  it('keeps its answer while the connection is lost, and asks again after it', async () => {
    mount();
    await pass();
    core.goDown();
    await pass(5000);
    expect(text()).toBe('answer 1');
    core.up = true;
    await pass(10_000);
    expect(text()).toBe('answer 2');
  });

  it('goes on loading when the connection is lost before the answer came', async () => {
    answer = () => new Promise(() => {});
    mount();
    await pass();
    core.goDown();
    await pass();
    expect(text()).toBe('loading');
    answer = () => Promise.resolve(session({ id, title: 'at last' }));
    core.up = true;
    await pass(10_000);
    expect(text()).toBe('at last');
  });

  it('gives up a call that nobody waits for any more', async () => {
    let cancelled = false;
    core = new FakeCore({
      sessions: {
        get: (_input, { signal }) =>
          new Promise((_, reject) =>
            signal.addEventListener('abort', () => {
              cancelled = true;
              reject(new PlayheadError('cancelled', 'Cancelled.'));
            }),
          ),
      },
    });
    const { unmount } = mount();
    await pass();
    expect(cancelled).toBe(false);
    unmount();
    await pass();
    expect(cancelled).toBe(true);
  });

  it('shows a known answer at once when a view comes back to it', async () => {
    const { rerender } = mount();
    await pass();
    rerender(
      <ClientProvider connection={connection}>
        <Title sessionId={null} />
      </ClientProvider>,
    );
    await pass(5000);
    rerender(
      <ClientProvider connection={connection}>
        <Title sessionId={id} />
      </ClientProvider>,
    );
    expect(text()).toMatch(/^answer 1/);
    await pass();
    expect(text()).toBe('answer 2');
  });
});
