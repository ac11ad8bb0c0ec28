import { act, cleanup, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Banners, useStart } from '../../../src/renderer/features/shell/index.tsx';
import { parsePlace } from '../../../src/renderer/state/place.ts';
import type { SessionId } from '../../../src/shared/model/ids.ts';
import { FakeCore, type SomeHandlers } from '../fake-core.ts';
import { show, type Shown } from '../window.tsx';

const place = () => parsePlace(window.location.hash);
const info = { version: '1', platform: 'test', dataDir: '/d', show: null, project: null, upload: true, notices: [] };

let shown: Shown;
let core: FakeCore;

function Window() {
  useStart();
  return <Banners />;
}

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  history.replaceState(null, '', '/');
});
afterEach(() => {
  cleanup();
  shown.connection.dispose();
  vi.useRealTimers();
});

const pass = (ms = 2000) => act(() => vi.advanceTimersByTimeAsync(ms));

async function start(handlers: SomeHandlers = {}) {
  core = new FakeCore(handlers);
  core.put(
    { id: 'old', updateUs: 1, project: 'atlas', cwd: '/work/atlas' },
    { id: 'new', updateUs: 2, project: 'infra', cwd: '/work/infra' },
  );
  shown = show(core, <Window />);
  await pass();
}

describe('at the start the window goes to', () => {
  it('the newest session', async () => {
    await start();
    expect(place().sessionId).toBe('new');
  });

  it('the session that the start asked for', async () => {
    await start({ app: { info: () => ({ ...info, show: 'old' as SessionId }) } });
    expect(place().sessionId).toBe('old');
  });

  it('the project that the start asked for, and its newest session', async () => {
    await start({ app: { info: () => ({ ...info, project: '/work/atlas' }) } });
    expect(place()).toMatchObject({ filter: '/work/atlas', sessionId: 'old' });
  });

  it('where its address says, after a reload', async () => {
    history.replaceState(null, '', '/#/old/raw');
    await start({ app: { info: () => ({ ...info, show: 'new' as SessionId }) } });
    expect(place()).toMatchObject({ sessionId: 'old', view: 'raw' });
  });

  it('the first session that ever comes, and to none after it', async () => {
    core = new FakeCore();
    shown = show(core, <Window />);
    await pass();
    expect(place().sessionId).toBeNull();
    core.put({ id: 'first', updateUs: 1 });
    await pass();
    expect(place().sessionId).toBe('first');
    core.put({ id: 'second', updateUs: 2 });
    await pass();
    expect(place().sessionId).toBe('first');
  });
});

it('goes to a session that somebody asked to see', async () => {
  await start();
  core.server.push.sessions.shown({ sessionId: 'old' as SessionId });
  await pass();
  expect(place().sessionId).toBe('old');
});

it('counts what the first index brought as looked at, and what comes later as new', async () => {
  await start();
  await pass();
  const stored = () => JSON.parse(localStorage.getItem('playhead.looked-at') ?? '{}') as { baseline: number };
  expect(stored().baseline).toBe(2);
  core.put({ id: 'old', updateUs: 3 });
  await pass();
  expect(stored().baseline).toBe(2);
});

describe('the banners', () => {
  it('say that the connection is lost, and go away when it is back', async () => {
    await start();
    expect(screen.queryByText('Connection lost.')).toBeNull();
    act(() => core.goDown());
    expect(screen.getByText('Connection lost.')).toBeTruthy();
    core.up = true;
    await act(async () => screen.getByRole('button', { name: 'Try now' }).click());
    await pass(0);
    expect(screen.queryByText('Connection lost.')).toBeNull();
  });

  it('say that nobody answers when there never was a connection', async () => {
    core = new FakeCore();
    core.up = false;
    shown = show(core, <Window />);
    await pass();
    expect(screen.getByText('Playhead does not answer at this address.')).toBeTruthy();
  });

  it('tell what was mended at the start, until dismissed', async () => {
    await start({ app: { info: () => ({ ...info, notices: ['The store was damaged; it was set aside.'] }) } });
    expect(screen.getByText('The store was damaged; it was set aside.')).toBeTruthy();
    await act(async () => screen.getByRole('button', { name: 'Dismiss' }).click());
    expect(screen.queryByText('The store was damaged; it was set aside.')).toBeNull();
  });
});
