import { act, cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SourcesDialog } from '../../../src/renderer/features/sources/index.tsx';
import { PlayheadError } from '../../../src/shared/base/errors.ts';
import type { SourceId } from '../../../src/shared/model/ids.ts';
import type { RecordedFile, Source } from '../../../src/shared/model/source.ts';
import { FakeCore, type SomeHandlers } from '../fake-core.ts';
import { giveSizes, show, type Shown } from '../window.tsx';

function source(draft: Partial<Omit<Source, 'id'>> & { readonly id: string }): Source {
  return {
    format: 'claude-code',
    label: draft.id,
    path: `/home/me/${draft.id}`,
    origin: 'found',
    state: 'watching',
    reason: null,
    files: 0,
    bytes: 0,
    sessions: 0,
    rejected: 0,
    unrecognised: 0,
    ...draft,
    id: draft.id as SourceId,
  };
}

function file(draft: Partial<RecordedFile> & { readonly id: number }): RecordedFile {
  return {
    sourceId: 'claude' as SourceId,
    path: `/home/me/claude/${draft.id}.jsonl`,
    parser: 'claude-code',
    bytes: 2048,
    readBytes: 2048,
    lines: 10,
    records: 10,
    rejected: 0,
    unknownTypes: {},
    state: 'current',
    reason: null,
    ...draft,
  };
}

const formats = [
  { id: 'claude-code', label: 'Claude Code', places: [] },
  { id: 'codex', label: 'Codex', places: [] },
];

let shown: Shown;
let restoreSizes: () => void;

beforeEach(() => {
  history.replaceState(null, '', '/#/?screen=sources');
  restoreSizes = giveSizes(1000, 600);
});
afterEach(() => {
  cleanup();
  shown.connection.dispose();
  restoreSizes();
});

async function start(list: readonly Source[], handlers: Partial<NonNullable<SomeHandlers['sources']>> = {}) {
  const core = new FakeCore({ sources: { list: () => ({ sources: [...list], formats }), ...handlers } });
  shown = show(core, <SourcesDialog />);
  await screen.findByRole('button', { name: /Add a folder or file/ });
  return core;
}

const row = (label: string) => screen.getByRole('button', { name: new RegExp(`^${label}`), expanded: false });
const open = (label: string) => act(async () => row(label).click());

describe('the sources', () => {
  it('tell what was looked for, what was added and what was opened apart', async () => {
    await start([
      source({ id: 'claude' }),
      source({ id: 'mine', origin: 'added' }),
      source({ id: 'x', origin: 'opened' }),
    ]);
    const groups = screen.getAllByRole('region').map(group => group.getAttribute('aria-label'));
    expect(groups).toEqual(['Looked for at the default places', 'Added by you', 'Opened files and folders']);
  });

  it.each([
    ['watching', 'Watching', 'New lines appear as they are written.'],
    ['missing', 'Not there', 'It is read as soon as it appears.'],
    ['empty', 'Empty', 'It is read as soon as something is.'],
    ['unreadable', 'Unreadable', 'It is tried again by itself.'],
  ] as const)('say of one that is %s: %s, why, and what happens next', async (state, label, meaning) => {
    await start([source({ id: 'claude', state, reason: state === 'watching' ? null : 'EACCES: permission denied' })]);
    expect(within(row('claude')).getByText(label)).toBeTruthy();
    await open('claude');
    expect(document.body.textContent).toContain(meaning);
    expect(document.body.textContent.includes('EACCES: permission denied')).toBe(state !== 'watching');
  });

  it('count sessions, files, bytes, rejected lines and files of unknown format', async () => {
    await start([
      source({ id: 'claude', sessions: 12, files: 1234, bytes: 3 * 1024 ** 2, rejected: 5, unrecognised: 2 }),
    ]);
    expect(row('claude').textContent).toContain('12 sessions · 1,234 files · 3 MB · 2 unknown');
    expect(row('claude').textContent).toContain('5 rejected');
  });

  it('list the files with what was read, and sum up the types that are not known', async () => {
    const files = [
      file({ id: 1 }),
      file({ id: 2, rejected: 3, unknownTypes: { teleport: 2 } }),
      file({ id: 3, unknownTypes: { teleport: 5, warp: 1 } }),
      file({ id: 4, state: 'gone', readBytes: 1024 }),
    ];
    await start([source({ id: 'claude', files: 4 })], { files: () => ({ files }) });
    await open('claude');
    const table = await screen.findByRole('table', { name: 'Files' });
    expect(within(table).getAllByRole('row')).toHaveLength(5);
    expect(screen.getByText('teleport 7')).toBeTruthy();
    expect(screen.getByText('warp 1')).toBeTruthy();
    expect(within(table).getByText('1 KB of 2 KB')).toBeTruthy();
    await act(async () => screen.getByRole('checkbox', { name: /Only the 3 with/ }).click());
    expect(within(table).getAllByRole('row')).toHaveLength(4);
  });

  it('say so when the files cannot be listed, and try again', async () => {
    let broken = true;
    await start([source({ id: 'claude', files: 1 })], {
      files: () => {
        if (broken) throw new PlayheadError('internal', 'The reader has ended.');
        return { files: [file({ id: 1 })] };
      },
    });
    await open('claude');
    expect((await screen.findByRole('alert')).textContent).toContain('The reader has ended.');
    broken = false;
    await act(async () => screen.getByRole('button', { name: 'Try again' }).click());
    expect(await screen.findByRole('table', { name: 'Files' })).toBeTruthy();
  });

  it('are added by path and format', async () => {
    const added: unknown[] = [];
    await start([], { add: input => (added.push(input), source({ id: 'new' })) });
    await act(async () => screen.getByRole('button', { name: /Add a folder or file/ }).click());
    fireEvent.change(screen.getByLabelText('Folder or file'), { target: { value: '  /srv/logs ' } });
    fireEvent.change(screen.getByLabelText('Format'), { target: { value: 'codex' } });
    await act(async () => screen.getByRole('button', { name: 'Watch it' }).click());
    await vi.waitFor(() => expect(screen.queryByRole('form')).toBeNull());
    expect(added).toEqual([{ path: '/srv/logs', format: 'codex' }]);
  });

  it('are not added with a path that the core refuses; its reason is shown and the form stays', async () => {
    await start([], { add: () => Promise.reject(new PlayheadError('bad-input', 'logs is not an absolute path.')) });
    await act(async () => screen.getByRole('button', { name: /Add a folder or file/ }).click());
    fireEvent.change(screen.getByLabelText('Folder or file'), { target: { value: 'logs' } });
    await act(async () => screen.getByRole('button', { name: 'Watch it' }).click());
    expect((await screen.findByRole('alert')).textContent).toContain('logs is not an absolute path.');
    expect(screen.getByLabelText<HTMLInputElement>('Folder or file').value).toBe('logs');
  });

  it('are removed after a question; default places are not', async () => {
    const removed: unknown[] = [];
    let list = [source({ id: 'claude' }), source({ id: 'mine', origin: 'added' })];
    await start([], {
      list: () => ({ sources: list, formats }),
      remove: ({ sourceId }) => {
        removed.push(sourceId);
        list = list.filter(one => one.id !== sourceId);
        return {};
      },
    });
    await open('claude');
    expect(screen.queryByRole('button', { name: 'Stop watching' })).toBeNull();
    await open('mine');
    await act(async () => screen.getByRole('button', { name: 'Stop watching' }).click());
    expect(removed).toEqual([]);
    expect(screen.getByText(/What was recorded stays/)).toBeTruthy();
    await act(async () => screen.getByRole('button', { name: 'Stop watching' }).click());
    await vi.waitFor(() => expect(screen.queryByText('mine')).toBeNull());
    expect(removed).toEqual(['mine']);
  });

  it('follow what the core announces', async () => {
    let state: Source['state'] = 'missing';
    const core = await start([], { list: () => ({ sources: [source({ id: 'claude', state })], formats }) });
    expect(within(row('claude')).getByText('Not there')).toBeTruthy();
    state = 'watching';
    core.server.push.sources.changed({});
    await vi.waitFor(() => expect(within(row('claude')).getByText('Watching')).toBeTruthy());
  });

  it('count anew when something was read', async () => {
    let sessions = 0;
    const core = await start([], {
      list: () => ({ sources: [source({ id: 'claude', files: 1, sessions })], formats }),
    });
    expect(row('claude').textContent).toContain('0 sessions');
    sessions = 1;
    core.put({ id: 'new' });
    await vi.waitFor(() => expect(row('claude').textContent).toContain('1 session'), { timeout: 3000 });
  });

  it('close with Escape', async () => {
    await start([source({ id: 'claude' })]);
    await act(async () => void fireEvent.keyDown(screen.getByRole('dialog'), { key: 'Escape' }));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(window.location.hash).toBe('#/');
  });
});
