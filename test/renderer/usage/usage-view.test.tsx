import { act, cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseUsagePlace } from '../../../src/renderer/features/usage/usage-place.ts';
import { UsageView } from '../../../src/renderer/features/usage/index.tsx';
import { parsePlace } from '../../../src/renderer/state/place.ts';
import type { CallOutput } from '../../../src/shared/contract/define.ts';
import type { usage, UsageAmounts, UsageRow } from '../../../src/shared/contract/usage.ts';
import { PlayheadError } from '../../../src/shared/base/errors.ts';
import type { PlayheadHandlers } from '../../../src/shared/contract/index.ts';
import type { SessionId } from '../../../src/shared/model/ids.ts';
import { noUsage } from '../../../src/shared/model/usage.ts';
import { FakeCore } from '../fake-core.ts';
import { show, type Shown } from '../window.tsx';

type Question = Parameters<PlayheadHandlers['usage']['report']>[0];

/** What was used: one response each. */
interface Used {
  readonly day: string;
  readonly model: string;
  readonly project: string;
  readonly agent: string;
  readonly session: string;
  readonly nanoUsd: number | null;
  readonly input: number;
}

const used: readonly Used[] = [
  {
    day: '2026-11-18',
    model: 'claude-opus-4-5',
    project: 'shop',
    agent: 'claude-code',
    session: 's1',
    nanoUsd: 4e9,
    input: 100,
  },
  { day: '2026-11-18', model: 'gpt-5', project: 'shop', agent: 'codex', session: 's2', nanoUsd: 1e9, input: 900 },
  {
    day: '2026-11-20',
    model: 'claude-opus-4-5',
    project: 'blog',
    agent: 'claude-code',
    session: 's3',
    nanoUsd: 2e9,
    input: 50,
  },
  {
    day: '2026-11-20',
    model: 'mystery',
    project: 'blog',
    agent: 'claude-code',
    session: 's3',
    nanoUsd: null,
    input: 10,
  },
  { day: '2026-02-01', model: 'gpt-5', project: 'old', agent: 'codex', session: 's4', nanoUsd: 7e9, input: 1 },
];

function amounts(some: readonly Used[]): UsageAmounts {
  const priced = some.filter(one => one.nanoUsd !== null);
  const nanoUsd = priced.reduce((sum, one) => sum + (one.nanoUsd ?? 0), 0);
  const unpriced = some.length - priced.length;
  return {
    responses: some.length,
    usage: { ...noUsage, input: some.reduce((sum, one) => sum + one.input, 0) },
    cost: {
      nanoUsd: priced.length === 0 ? null : nanoUsd,
      atLeast: unpriced > 0 && priced.length > 0,
      responses: some.length,
      unpriced,
      reported: 0,
    },
  };
}

type Report = CallOutput<typeof usage.report>;

function report(question: Question): Report {
  const chosen = used.filter(
    one =>
      (question.since === null || one.day >= question.since) &&
      (question.until === null || one.day <= question.until) &&
      (question.model === null || one.model === question.model) &&
      (question.project === null || one.project === question.project) &&
      (question.agent === null || one.agent === question.agent),
  );
  const keyOf = (one: Used) => (question.by === 'month' ? one.day.slice(0, 7) : one[question.by]);
  const groups = Map.groupBy(chosen, keyOf);
  const rows = [...groups].map(([key, some]): UsageRow => ({
    key,
    ...amounts(some),
    models: question.withModels
      ? [...Map.groupBy(some, one => one.model)].map(([model, own]) => ({ key: model, ...amounts(own) }))
      : [],
    session:
      question.by === 'session'
        ? {
            id: key as SessionId,
            title: `Session ${key}`,
            project: some[0]?.project ?? '',
            agent: 'codex',
            updateUs: null,
          }
        : null,
  }));
  return {
    rows: rows.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    total: amounts(chosen),
    timezone: 'UTC',
    revision: 1,
    prices: { asOf: '2026-11-10', sources: ['a list'], ownPath: '/d/prices.json', ownModels: 0, problem: null },
  };
}

describe('The usage view', () => {
  let core: FakeCore;
  let shown: Shown;
  let answer: (question: Question) => Report;

  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse('2026-11-20T12:00:00') });
    vi.stubGlobal(
      'ResizeObserver',
      class {
        observe() {}
        disconnect() {}
      },
    );
    localStorage.clear();
    history.replaceState(null, '', '/');
    answer = report;
    core = new FakeCore({ usage: { report: question => answer(question) } });
  });
  afterEach(() => {
    cleanup();
    shown.connection.dispose();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  const settle = () => act(() => vi.advanceTimersByTimeAsync(1500));
  const start = async (usage = '') => {
    window.location.hash = `#/?screen=usage&usage=${encodeURIComponent(usage)}`;
    shown = show(core, <UsageView />);
    await settle();
  };
  const press = async (element: Element) => {
    fireEvent.click(element);
    await settle();
  };
  const place = () => parseUsagePlace(parsePlace(window.location.hash).usage);
  const bars = () => within(screen.getByRole('group', { name: /by day and model/ })).getAllByRole('button');
  const ranking = (name: string) =>
    within(screen.getByRole('region', { name }))
      .getAllByRole('button')
      .map(button => button.textContent);
  const sessions = () =>
    within(screen.getByRole('region', { name: 'Sessions' }))
      .getAllByRole('row')
      .slice(1)
      .map(row => within(row).getByRole('rowheader').textContent);

  it('sums up the last 30 days: figures, a bar a day, models, projects, agents, sessions', async () => {
    await start();
    expect(screen.getByText('API value', { selector: 'dt' }).parentElement?.textContent).toBe(
      'API value≥ $7.001 without a price',
    );
    expect(bars()).toHaveLength(30);
    expect(
      bars()
        .map(bar => bar.getAttribute('aria-label'))
        .filter(label => !label?.endsWith('nothing')),
    ).toEqual([
      'Wed, Nov 18, 2026: $5.00, 1k tokens, 2 responses',
      'Fri, Nov 20, 2026: ≥ $2.00, 60 tokens, 2 responses',
    ]);
    expect(ranking('Models')).toEqual(['opus-4-5$6.00', 'gpt-5$1.00', 'mysteryunknown']);
    expect(ranking('Projects')).toEqual(['shop$5.00', 'blog≥ $2.00']);
    const agents = within(screen.getByRole('region', { name: 'Agents' }));
    expect(agents.getByRole('button', { name: 'Claude Code: ≥ $6.00' })).toBeTruthy();
    expect(agents.getByRole('button', { name: 'Codex: $1.00' })).toBeTruthy();
    expect(sessions().map(text => text?.slice(-10))).toEqual(['Session s1', 'Session s3', 'Session s2']);
  });

  it('leads from a bar to the sessions of its day, and from a session into it', async () => {
    await start();
    const bar = bars().find(one => one.getAttribute('aria-label')?.startsWith('Wed, Nov 18'));
    await press(bar ?? screen.getByText('no such bar'));
    expect(place().period).toBe('2026-11-18');
    expect(sessions().map(text => text?.slice(-10))).toEqual(['Session s1', 'Session s2']);
    await press(within(screen.getByRole('region', { name: 'Models' })).getByRole('button', { name: /gpt-5/ }));
    expect(sessions().map(text => text?.slice(-10))).toEqual(['Session s2']);
    expect(screen.getByRole('region', { name: 'Sessions' }).textContent).toContain(
      '1 session in Wed, Nov 18, 2026, model gpt-5',
    );
    await press(screen.getByRole('button', { name: /Session s2/ }));
    expect(parsePlace(window.location.hash)).toMatchObject({ sessionId: 's2', screen: null });
  });

  it('shows all again when what is chosen is pressed again, or its chip', async () => {
    await start('project=shop');
    expect(sessions()).toHaveLength(2);
    await press(within(screen.getByRole('region', { name: 'Projects' })).getByRole('button', { name: /shop/ }));
    expect(place().project).toBeNull();
    expect(sessions()).toHaveLength(3);
    await press(within(screen.getByRole('region', { name: 'Projects' })).getByRole('button', { name: /blog/ }));
    expect(sessions()).toHaveLength(1);
    await press(screen.getByTitle('Show all again'));
    expect(sessions()).toHaveLength(3);
  });

  it('takes the other projects’ sums along when one is chosen, to go on to another', async () => {
    await start('project=shop');
    expect(ranking('Projects')).toEqual(['shop$5.00', 'blog≥ $2.00']);
    expect(ranking('Models')).toEqual(['opus-4-5$4.00', 'gpt-5$1.00']);
  });

  it('counts by months over a year, and in tokens where asked', async () => {
    await start('range=year&metric=tokens');
    const months = within(screen.getByRole('group', { name: /Tokens by month/ })).getAllByRole('button');
    expect(months).toHaveLength(12);
    expect(months.map(bar => bar.getAttribute('aria-label')).filter(label => !label?.endsWith('nothing'))).toEqual([
      'February 2026: $7.00, 1 tokens, 1 response',
      'November 2026: ≥ $7.00, 1.06k tokens, 4 responses',
    ]);
    expect(ranking('Projects')).toEqual(['shop1k', 'blog60', 'old1']);
  });

  it('moves from bar to bar by arrows, and chooses by Enter', async () => {
    await start();
    const last = bars().at(-1);
    expect(bars().filter(bar => bar.getAttribute('tabindex') === '0')).toEqual([last]);
    last?.focus();
    fireEvent.keyDown(last ?? document.body, { key: 'ArrowLeft' });
    expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^Thu, Nov 19/);
    fireEvent.keyDown(document.activeElement ?? document.body, { key: 'ArrowLeft' });
    fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Enter' });
    await settle();
    expect(place().period).toBe('2026-11-18');
    expect(document.activeElement?.getAttribute('aria-pressed')).toBe('true');
  });

  it('moves by days and weeks in the calendar', async () => {
    await start();
    const days = within(screen.getByRole('group', { name: /Calendar/ })).getAllByRole('button');
    // From Monday 17 November 2025 to Friday 20 November 2026.
    expect(days).toHaveLength(52 * 7 + 5);
    days.at(-1)?.focus();
    fireEvent.keyDown(document.activeElement ?? document.body, { key: 'ArrowLeft' });
    expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^Fri, Nov 13, 2026/);
    fireEvent.keyDown(document.activeElement ?? document.body, { key: 'ArrowUp' });
    expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^Thu, Nov 12, 2026/);
    const levels = days.filter(day => !day.classList.contains('usage-level-0'));
    expect(levels.map(day => day.getAttribute('aria-label')?.slice(0, 17))).toEqual([
      'Sun, Feb 1, 2026:',
      'Wed, Nov 18, 2026',
      'Fri, Nov 20, 2026',
    ]);
  });

  it('has each drawing as a table, too', async () => {
    await start();
    const panel = screen.getByRole('region', { name: /by day and model/ });
    await press(within(panel).getByRole('button', { name: 'Show as a table' }));
    expect(
      within(panel)
        .getAllByRole('row')
        .map(row => row.textContent),
    ).toEqual(['WhenAPI valueTokensResponses', 'Wed, Nov 18, 2026$5.001k2', 'Fri, Nov 20, 2026≥ $2.00602']);
  });

  it('says so where nothing was used, and why a sum cannot be made', async () => {
    await start('range=7d&project=nobody');
    expect(screen.getByText('No usage is recorded for this')).toBeTruthy();
    answer = () => {
      throw new PlayheadError('unreadable', 'The store is away.');
    };
    await press(screen.getByRole('button', { name: '90 days' }));
    expect(screen.getByText('Usage could not be summed up.')).toBeTruthy();
  });

  it('says what is wrong with the user’s prices', async () => {
    answer = question => {
      const made = report(question);
      return { ...made, prices: { ...made.prices, problem: 'Your price list is left out: it is torn.' } };
    };
    await start();
    expect(screen.getByRole('alert').textContent).toBe('Your price list is left out: it is torn.');
  });

  it('is brought up to date when sessions change', async () => {
    await start();
    const before = screen.getByText('Responses', { selector: 'dt' }).parentElement?.textContent;
    answer = question => {
      const made = report(question);
      return { ...made, total: { ...made.total, responses: 99 } };
    };
    act(() => core.announce(['s1']));
    await settle();
    expect(before).toBe('Responses4');
    expect(screen.getByText('Responses', { selector: 'dt' }).parentElement?.textContent).toBe('Responses99');
  });
});
