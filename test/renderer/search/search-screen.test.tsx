import { act, cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SearchButton, SearchScreen } from '../../../src/renderer/features/search/index.tsx';
import { go, parsePlace } from '../../../src/renderer/state/place.ts';
import { PlayheadError } from '../../../src/shared/base/errors.ts';
import type { PlayheadHandlers } from '../../../src/shared/contract/index.ts';
import type { SearchGroup, SearchHit, SearchStatus } from '../../../src/shared/contract/search.ts';
import { ROOT_SPAN, type SpanId } from '../../../src/shared/model/ids.ts';
import { FakeCore, session } from '../fake-core.ts';
import { show, type Shown } from '../window.tsx';

type Handlers = PlayheadHandlers['search'];
type Query = Parameters<Handlers['query']>[0];

const complete: SearchStatus = { indexed: 9, total: 9, complete: true, failed: null };

const hit = (entryId: string, more: Partial<SearchHit> = {}): SearchHit => ({
  entryId,
  threadId: ROOT_SPAN,
  spanId: null,
  eventId: `event of ${entryId}`,
  kind: 'prompt',
  tool: null,
  failed: false,
  atUs: 1e15,
  snippet: `the owl of ${entryId}`,
  ranges: [[4, 7]],
  ...more,
});
const group = (id: string, hits: readonly SearchHit[], more = false): SearchGroup => ({
  session: session({ id, title: `Session ${id}`, project: 'aviary' }),
  hits: [...hits],
  more,
});

describe('the search', () => {
  let asked: Query[];
  let answers: (input: Query, signal: AbortSignal) => Promise<Awaited<ReturnType<Handlers['query']>>>;
  let scans: Handlers['scan'];
  let counts: Handlers['count'];
  let status: SearchStatus;
  let core: FakeCore;
  let shown: Shown;

  beforeEach(() => {
    vi.useFakeTimers();
    history.replaceState(null, '', '/');
    HTMLElement.prototype.scrollIntoView = () => undefined;
    asked = [];
    status = complete;
    const groups = [
      group('one', [hit('a'), hit('b', { spanId: 'call' as SpanId, kind: 'tool', tool: 'Bash', failed: true })]),
    ];
    answers = async () => ({ groups, next: null, status });
    scans = () => ({ groups: [], scanned: 0, waiting: 0 });
    counts = () => ({ total: 2 });
    core = new FakeCore({
      search: {
        query: (input, { signal }) => {
          asked.push(input);
          return answers(input, signal);
        },
        scan: (input, context) => scans(input, context),
        count: (input, context) => counts(input, context),
        status: () => status,
      },
    });
  });
  afterEach(() => {
    cleanup();
    shown.connection.dispose();
    vi.useRealTimers();
  });

  const settle = (ms = 1000) => act(() => vi.advanceTimersByTimeAsync(ms));
  const start = async () => {
    shown = show(
      core,
      <>
        <SearchButton />
        <SearchScreen />
      </>,
    );
    await settle();
  };
  const field = () => screen.getByRole<HTMLInputElement>('combobox', { name: 'Search' });
  const type = async (text: string, ms = 1000) => {
    fireEvent.change(field(), { target: { value: text } });
    await settle(ms);
  };
  const press = (key: string) => act(async () => void fireEvent.keyDown(field(), { key }));
  const open = async (text = '') => {
    await start();
    fireEvent.keyDown(window, { key: 'k', ctrlKey: true });
    await settle();
    if (text !== '') await type(text);
  };
  const options = () => screen.queryAllByRole('option').map(option => option.id);
  const active = () => field().getAttribute('aria-activedescendant');
  const place = () => parsePlace(window.location.hash);

  it.each([
    ['Ctrl+K', { key: 'k', ctrlKey: true }],
    ['Cmd+K', { key: 'k', metaKey: true }],
    ['Ctrl+Shift+F', { key: 'F', ctrlKey: true, shiftKey: true }],
  ])('opens with %s, and says what can be typed', async (_keys, event) => {
    await start();
    expect(fireEvent.keyDown(window, event)).toBe(false);
    await settle();
    expect(document.activeElement).toBe(field());
    expect(screen.getByRole('list', { name: 'What can be typed' })).toBeTruthy();
    expect(asked).toEqual([]);
  });

  it('opens with its button, and takes up an example', async () => {
    await start();
    fireEvent.click(screen.getByRole('button', { name: /^Search/ }));
    await settle();
    fireEvent.click(screen.getByRole('button', { name: /is:error/ }));
    await settle();
    expect(field().value).toBe('is:error');
    expect(asked.map(({ text }) => text)).toEqual(['is:error']);
  });

  it('asks when the typing pauses, and gives up what it asked before', async () => {
    const given: AbortSignal[] = [];
    const slow = answers;
    answers = async (input, signal) => {
      given.push(signal);
      await new Promise(resolve => setTimeout(resolve, 500));
      return slow(input, signal);
    };
    await open();
    await type('o', 20);
    await type('ow', 20);
    await type('owl', 200);
    expect(asked.map(({ text }) => text)).toEqual(['owl']);
    await type('owls', 300);
    expect(asked.map(({ text }) => text)).toEqual(['owl', 'owls']);
    expect(given.map(({ aborted }) => aborted)).toEqual([true, false]);
    await settle();
    expect(options()).toHaveLength(2);
  });

  it('keeps what was found on the screen until there is something else', async () => {
    await open('owl');
    answers = async () => ({ groups: [group('two', [hit('c')])], next: null, status });
    await type('owls', 30);
    expect(options()).toEqual(['hit:one:a', 'hit:one:b']);
    await settle();
    expect(options()).toEqual(['hit:two:c']);
  });

  it('marks what was found, as text only', async () => {
    const snippet = '<img src=x onerror=alert(1)> owl';
    answers = async () => ({ groups: [group('one', [hit('a', { snippet, ranges: [[29, 32]] })])], next: null, status });
    await open('owl');
    const [option] = screen.getAllByRole('option');
    expect(option?.querySelector('img')).toBeNull();
    expect(option?.textContent).toContain(snippet);
    expect([...(option?.querySelectorAll('mark') ?? [])].map(mark => mark.textContent)).toEqual(['owl']);
  });

  it('is walked through with the keys and leads to the place; the way back leads here', async () => {
    await open('owl');
    expect(active()).toBe('hit:one:a');
    await press('ArrowDown');
    expect(active()).toBe('hit:one:b');
    await press('ArrowDown');
    expect(active()).toBe('hit:one:b');
    await press('ArrowUp');
    await press('ArrowUp');
    expect(active()).toBe('hit:one:a');
    await press('Enter');
    expect(place()).toMatchObject({
      sessionId: 'one',
      view: 'conversation',
      entryId: 'a',
      eventId: 'event of a',
      screen: null,
      find: '',
    });
    await settle();
    expect(screen.queryByRole('dialog')).toBeNull();
    history.back();
    await act(() => vi.waitFor(() => expect(place().screen).toBe('search')));
    await settle();
    expect(field().value).toBe('owl');
    expect(options()).toHaveLength(2);
  });

  it('leads to a tool call in the conversation of its subagent', async () => {
    const call = hit('b', { kind: 'tool', tool: 'Bash', spanId: 'call' as SpanId, threadId: 'helper' as SpanId });
    answers = async () => ({ groups: [group('one', [call])], next: null, status });
    await open('owl');
    fireEvent.click(screen.getByRole('option'));
    expect(place()).toMatchObject({
      sessionId: 'one',
      threadId: 'helper',
      spanId: 'call',
      eventId: null,
      entryId: 'b',
    });
  });

  it('tells which calls failed', async () => {
    await open('owl');
    expect(within(screen.getAllByRole('option')[1] as HTMLElement).getByText('failed')).toBeTruthy();
  });

  it('names sessions by their titles where nothing else of them was found', async () => {
    core.put({ id: 'one', title: 'owl at work' }, { id: 'titled', title: 'the owl itself' });
    await open('owl');
    expect(options()).toEqual(['title:titled', 'hit:one:a', 'hit:one:b']);
    await press('Enter');
    expect(place()).toMatchObject({ sessionId: 'titled', screen: null });
  });

  it('counts everything, late', async () => {
    answers = async () => ({ groups: [group('one', [hit('a')], true)], next: 17, status });
    counts = async () => {
      await new Promise(resolve => setTimeout(resolve, 2000));
      return { total: 1234 };
    };
    await open('owl');
    expect(screen.getByText(/Counting… 1 session so far/)).toBeTruthy();
    await settle(2000);
    expect(screen.getByText('1,234 places')).toBeTruthy();
  });

  it('shows the first places at once, and the rest of the page when it is there', async () => {
    answers = async ({ after }) => {
      if (after === null)
        return { groups: [group('one', [hit('a')], true), group('two', [hit('b')])], next: 17, status };
      await new Promise(resolve => setTimeout(resolve, 500));
      return {
        groups: [group('one', [hit('x')]), group('two', [hit('c')]), group('old', [hit('o')])],
        next: 5,
        status,
      };
    };
    await open();
    await type('owl', 300);
    expect(options()).toEqual(['hit:one:a', 'rest:one', 'hit:two:b', 'more']);
    await settle();
    // A session that has more than is shown is not filled up piece by piece.
    expect(options()).toEqual(['hit:one:a', 'rest:one', 'hit:two:b', 'hit:two:c', 'hit:old:o', 'more']);
    expect(asked.map(({ after, limit }) => [after, limit])).toEqual([
      [null, 15],
      [17, 25],
    ]);
  });

  it('shows every place of a session, and older places, when asked', async () => {
    let page = 0;
    answers = async ({ sessionId, after }) => {
      if (after === 17 && (page += 1) === 1) return { groups: [], next: 17, status };
      if (sessionId !== null) return { groups: [group('one', [hit('a'), hit('x'), hit('y')])], next: null, status };
      if (after === 17) return { groups: [group('one', [hit('z')]), group('old', [hit('o')])], next: null, status };
      return { groups: [group('one', [hit('a')], true)], next: 17, status };
    };
    await open('owl');
    expect(options()).toEqual(['hit:one:a', 'rest:one', 'more']);
    await press('ArrowDown');
    await press('Enter');
    await settle();
    expect(options()).toEqual(['hit:one:a', 'hit:one:x', 'hit:one:y', 'more']);
    fireEvent.click(screen.getByText('Show older places'));
    await settle();
    expect(options()).toEqual(['hit:one:a', 'hit:one:x', 'hit:one:y', 'hit:one:z', 'hit:old:o']);
  });

  it('looks through what is not in the index yet, and asks again when it is', async () => {
    status = { indexed: 600, total: 1000, complete: false, failed: null };
    scans = () => ({ groups: [group('one', [hit('a'), hit('n', { atUs: 2e15 })])], scanned: 300, waiting: 400 });
    await open('owl');
    expect(screen.getByText('60 % of 1,000 entries indexed')).toBeTruthy();
    expect(options()).toEqual(['hit:one:n', 'hit:one:a', 'hit:one:b']);
    expect(screen.getByText('100 entries were not looked through yet')).toBeTruthy();
    expect(asked).toHaveLength(1);
    status = complete;
    core.server.push.search.progressed(status);
    await settle();
    expect(asked).toHaveLength(2);
    expect(screen.queryByText(/not looked through/)).toBeNull();
    expect(screen.queryByText(/entries indexed/)).toBeNull();
  });

  it('orders by how well places fit, when asked', async () => {
    await open('owl');
    fireEvent.click(screen.getByRole('button', { name: 'Best' }));
    await settle();
    expect(asked.map(({ order }) => order)).toEqual(['newest', 'relevance']);
  });

  it('says so when nothing fits', async () => {
    answers = async () => ({ groups: [], next: null, status });
    await open('owl');
    expect(screen.getByText('Nothing was found')).toBeTruthy();
  });

  it('says what failed, and tries again', async () => {
    answers = () => Promise.reject(new PlayheadError('internal', 'The search thread has ended.'));
    await open('owl');
    expect(screen.getByRole('alert').textContent).toContain('The search thread has ended.');
    answers = async () => ({ groups: [group('one', [hit('a')])], next: null, status });
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await settle();
    expect(options()).toEqual(['hit:one:a']);
  });

  it('says that there is no index, and still finds what reading finds', async () => {
    status = { indexed: 0, total: 5, complete: false, failed: 'The disk is full.' };
    answers = async () => ({ groups: [], next: null, status });
    scans = () => ({ groups: [group('one', [hit('a')])], scanned: 5, waiting: 5 });
    await open('owl');
    expect(screen.getByText('No index: only the archive is searched').getAttribute('title')).toBe('The disk is full.');
    expect(options()).toEqual(['hit:one:a']);
  });

  it('asks again after the connection was lost', async () => {
    await open('owl');
    core.goDown();
    await settle();
    core.up = true;
    await settle(20_000);
    expect(asked.map(({ text }) => text)).toEqual(['owl', 'owl']);
    expect(options()).toHaveLength(2);
  });

  it('asks anew when it is opened again, and shows what was found before meanwhile', async () => {
    await open('owl');
    await act(async () => go({ screen: null }));
    await settle();
    answers = async () => {
      await new Promise(resolve => setTimeout(resolve, 500));
      return { groups: [group('two', [hit('c')])], next: null, status };
    };
    fireEvent.keyDown(window, { key: 'k', ctrlKey: true });
    await settle(200);
    expect(options()).toEqual(['hit:one:a', 'hit:one:b']);
    await settle();
    expect(field().value).toBe('owl');
    expect(options()).toEqual(['hit:two:c']);
  });

  it('opened again while it was asking, asks', async () => {
    answers = () => new Promise(() => undefined);
    await open('owl');
    await act(async () => go({ screen: null }));
    await settle();
    answers = async () => ({ groups: [group('two', [hit('c')])], next: null, status });
    fireEvent.keyDown(window, { key: 'k', ctrlKey: true });
    await settle();
    expect(options()).toEqual(['hit:two:c']);
  });

  it('opens with an address that names it', async () => {
    go({ screen: 'search', find: 'tool:Bash owl' });
    await start();
    expect(field().value).toBe('tool:Bash owl');
    expect(asked.map(({ text }) => text)).toEqual(['tool:Bash owl']);
  });
});
