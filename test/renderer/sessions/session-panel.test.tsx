import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SessionPanel } from '../../../src/renderer/features/sessions/index.tsx';
import { parsePlace } from '../../../src/renderer/state/place.ts';
import { FakeCore } from '../fake-core.ts';
import { giveSizes, show, type Shown } from '../window.tsx';

const MINUTE_US = 60_000_000;

describe('the list of sessions', () => {
  let core: FakeCore;
  let shown: Shown;
  let restoreSizes: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    localStorage.clear();
    history.replaceState(null, '', '/');
    restoreSizes = giveSizes(320, 800);
    HTMLElement.prototype.scrollTo = function scrollTo(this: HTMLElement, options?: unknown) {
      this.scrollTop = (options as { top: number }).top;
      fireEvent.scroll(this);
    } as typeof HTMLElement.prototype.scrollTo;
    core = new FakeCore();
  });
  afterEach(() => {
    cleanup();
    shown.connection.dispose();
    restoreSizes();
    vi.useRealTimers();
  });

  const settle = (ms = 1000) => act(() => vi.advanceTimersByTimeAsync(ms));
  const start = async () => {
    shown = show(core, <SessionPanel />);
    await settle();
  };
  const tree = () => screen.getByRole('tree');
  const titles = () => screen.getAllByRole('treeitem').map(item => item.getAttribute('aria-label')?.split(',')[0]);
  const place = () => parsePlace(window.location.hash);
  const press = (key: string, target: Element = tree()) => act(async () => void fireEvent.keyDown(target, { key }));
  const active = () => {
    const id = tree().getAttribute('aria-activedescendant') ?? '';
    return document.getElementById(id)?.getAttribute('aria-label')?.split(',')[0];
  };

  it('shows a skeleton until the first page is there', async () => {
    shown = show(core, <SessionPanel />);
    expect(screen.getByLabelText('Loading sessions')).toBeTruthy();
    await settle();
    expect(screen.queryByLabelText('Loading sessions')).toBeNull();
  });

  it('says how sessions come when there are none', async () => {
    await start();
    expect(screen.getByText('No sessions yet')).toBeTruthy();
  });

  it('groups by project, newest first, and tells what each session holds', async () => {
    core.put(
      { id: 'old', project: 'atlas', updateUs: 1 * MINUTE_US, title: 'Old one' },
      { id: 'new', project: 'atlas', updateUs: 9 * MINUTE_US, title: 'New one', turns: 3, errors: 2, model: 'gpt-5' },
      { id: 'mid', project: 'infra', updateUs: 5 * MINUTE_US, title: 'Other project' },
    );
    await start();
    expect(titles()).toEqual(['atlas', 'New one', 'Old one', 'infra', 'Other project']);
    const label = screen.getByRole('treeitem', { name: /New one/ }).getAttribute('aria-label');
    expect(label).toContain('Claude Code, gpt-5, 3 turns, 1 span');
    expect(label).toContain('2 errors');
  });

  it('draws only what is visible of ten thousand sessions', async () => {
    for (let i = 0; i < 10_000; i += 1) core.sessions.set(`s${i}`, { ...sample(i) });
    await start();
    await settle(5000);
    expect(screen.getByText('10,000 sessions')).toBeTruthy();
    expect(screen.getAllByRole('treeitem').length).toBeLessThan(40);
  });

  it('opens a session by a click, and with the keyboard', async () => {
    core.put({ id: 'a', updateUs: 3 }, { id: 'b', updateUs: 2 }, { id: 'c', updateUs: 1 });
    await start();
    await act(async () => screen.getByRole('treeitem', { name: /^b,/ }).click());
    expect(place().sessionId).toBe('b');
    await press('ArrowDown');
    expect(active()).toBe('c');
    expect(place().sessionId).toBe('b');
    await press('Enter');
    expect(place().sessionId).toBe('c');
    await press('Home');
    expect(active()).toBe('project');
    await press('End');
    expect(active()).toBe('c');
  });

  it('goes to the next and the previous session with j and k from anywhere', async () => {
    core.put({ id: 'a', updateUs: 3 }, { id: 'b', updateUs: 2 });
    await start();
    await press('j', document.body);
    expect(place().sessionId).toBe('a');
    await press('j', document.body);
    expect(place().sessionId).toBe('b');
    await press('k', document.body);
    expect(place().sessionId).toBe('a');
  });

  it('folds a project by keyboard and by click, and remembers it', async () => {
    core.put({ id: 'a', project: 'one' }, { id: 'b', project: 'two' });
    await start();
    await press('Home');
    await press('ArrowLeft');
    expect(titles()).toEqual(['one', 'two', 'b']);
    expect(screen.getByRole('treeitem', { name: /^one/ }).getAttribute('aria-expanded')).toBe('false');
    cleanup();
    await start();
    expect(titles()).toEqual(['one', 'two', 'b']);
    await act(async () => screen.getByRole('treeitem', { name: /^one/ }).click());
    expect(titles()).toEqual(['one', 'a', 'two', 'b']);
  });

  it('asks the core for what fits the filter after a pause in typing, and puts it into the address', async () => {
    core.put({ id: 'a', title: 'fix parser' }, { id: 'b', title: 'write docs' });
    await start();
    const before = core.listed.length;
    const box = screen.getByRole('textbox');
    for (const value of ['p', 'pa', 'par']) fireEvent.change(box, { target: { value } });
    await settle();
    expect(core.listed.slice(before).map(({ filter }) => filter)).toEqual(['par']);
    expect(place().filter).toBe('par');
    expect(titles()).toEqual(['project', 'fix parser']);
    await press('Escape', box);
    await settle();
    expect(titles()).toEqual(['project', 'fix parser', 'write docs']);
  });

  it('keeps the rows until those that fit are there', async () => {
    core.put({ id: 'a', title: 'fix parser' }, { id: 'b', title: 'write docs' });
    await start();
    fireEvent.change(screen.getByRole('textbox'), { target: { value: 'docs' } });
    act(() => void vi.advanceTimersByTime(150));
    expect(titles()).toEqual(['project', 'fix parser', 'write docs']);
    await settle();
    expect(titles()).toEqual(['project', 'write docs']);
  });

  it('says when nothing fits, and clears the filter', async () => {
    core.put({ id: 'a', title: 'fix parser' });
    history.replaceState(null, '', '/#/?filter=zebra');
    await start();
    expect(screen.getByText('Nothing fits')).toBeTruthy();
    await act(async () => screen.getByText('Clear the filter').click());
    await settle();
    expect(titles()).toEqual(['project', 'fix parser']);
  });

  it('shows a new session without moving what the user reads', async () => {
    for (let i = 0; i < 100; i += 1) core.sessions.set(`s${i}`, { ...sample(i) });
    await start();
    act(() => tree().scrollTo({ top: 1000 }));
    await settle();
    core.put({ id: 'fresh', project: 'project', title: 'fresh', updateUs: 999 * MINUTE_US });
    await settle();
    // One row of 50 pixels came in above.
    expect(tree().scrollTop).toBe(1050);
  });

  it('stays at the top where a new session comes in, while nobody is in the list', async () => {
    for (let i = 0; i < 100; i += 1) core.sessions.set(`s${i}`, { ...sample(i) });
    await start();
    core.put({ id: 'fresh', project: 'another', title: 'fresh', updateUs: 999 * MINUTE_US });
    await settle();
    expect(tree().scrollTop).toBe(0);
    expect(titles().slice(0, 2)).toEqual(['another', 'fresh']);
  });

  it('marks what changed since the user looked, and forgets it on request', async () => {
    localStorage.setItem('playhead.looked-at', JSON.stringify({ baseline: 2, sessions: {} }));
    core.put({ id: 'a', updateUs: 2 }, { id: 'b', updateUs: 1 });
    await start();
    expect(screen.queryByTitle(/Changed since/)).toBeNull();
    core.put({ id: 'b', updateUs: 1, turns: 7 });
    await settle();
    expect(screen.getAllByTitle('Changed since you last looked')).toHaveLength(1);
    expect(screen.getByRole('treeitem', { name: /^b,.*changed since you last looked/ })).toBeTruthy();
    await press('Enter', screen.getByRole('button', { name: 'Session list options' }));
    await act(async () => screen.getByRole('menuitem', { name: 'Mark all as read' }).click());
    expect(screen.queryByTitle(/Changed since/)).toBeNull();
  });
});

function sample(index: number) {
  const core = new FakeCore();
  core.put({ id: `s${index}`, title: `session ${index}`, updateUs: index * MINUTE_US });
  const [made] = core.sessions.values();
  if (!made) throw new Error('It was put in on the line before.');
  return { ...made, revision: 1 };
}
