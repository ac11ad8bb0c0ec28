import { act, cleanup, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Welcome } from '../../../src/renderer/features/welcome/index.tsx';
import { parsePlace } from '../../../src/renderer/state/place.ts';
import type { SessionId, SourceId } from '../../../src/shared/model/ids.ts';
import type { Source } from '../../../src/shared/model/source.ts';
import { FakeCore } from '../fake-core.ts';
import { show, type Shown } from '../window.tsx';

const claude: Source = {
  id: 'claude' as SourceId,
  format: 'claude-code',
  label: 'Claude Code',
  path: '/home/me/.claude/projects',
  origin: 'found',
  state: 'missing',
  reason: 'There is no such folder.',
  files: 0,
  bytes: 0,
  sessions: 0,
  rejected: 0,
  unrecognised: 0,
};

let shown: Shown;
let core: FakeCore;

beforeEach(() => history.replaceState(null, '', '/'));
afterEach(() => {
  cleanup();
  shown.connection.dispose();
});

function start(samples: { id: string; title: string; agent: string; what: string }[]) {
  core = new FakeCore({
    sources: {
      list: () => ({
        sources: [claude, { ...claude, id: 'x' as SourceId, label: 'Codex', sessions: 3, state: 'watching' }],
        formats: [],
      }),
      samples: () => ({ samples }),
      openSample: ({ id }) => ({ sessionIds: [`from ${id}` as SessionId] }),
    },
  });
  shown = show(core, <Welcome />);
}

it('tells what was looked for, where, and what was found', async () => {
  start([]);
  expect(await screen.findByText('Claude Code')).toBeTruthy();
  expect(screen.getByText('Not there')).toBeTruthy();
  expect(screen.getAllByText('/home/me/.claude/projects')).toHaveLength(2);
  expect(screen.getByText('3 sessions')).toBeTruthy();
});

it('opens a sample', async () => {
  start([{ id: 'bug', title: 'Fixing a bug', agent: 'claude-code', what: '14 turns' }]);
  const sample = await screen.findByText('Fixing a bug');
  await act(async () => sample.click());
  await vi.waitFor(() => expect(parsePlace(window.location.hash).sessionId).toBe('from bug'));
});

it('says so when this build ships no samples', async () => {
  start([]);
  expect(await screen.findByText('This build ships without samples.')).toBeTruthy();
});
