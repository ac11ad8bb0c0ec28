import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DropZone, OpenButton, OpenStatus, useOpener } from '../../../src/renderer/features/open/index.tsx';
import * as upload from '../../../src/renderer/platform/upload.ts';
import { parsePlace } from '../../../src/renderer/state/place.ts';
import { PlayheadError } from '../../../src/shared/base/errors.ts';
import type { SessionId } from '../../../src/shared/model/ids.ts';
import { FakeCore } from '../fake-core.ts';
import { show, type Shown } from '../window.tsx';

const ids = (...list: string[]) => list as SessionId[];
const place = () => parsePlace(window.location.hash);

let core: FakeCore;
let shown: Shown;

beforeEach(() => {
  history.replaceState(null, '', '/');
  core = new FakeCore();
});
afterEach(() => {
  cleanup();
  shown.connection.dispose();
  vi.restoreAllMocks();
  Reflect.deleteProperty(window, 'playhead');
});

function Sample() {
  const { openSample } = useOpener();
  return <button onClick={() => openSample('first', 'The first sample')}>sample</button>;
}

async function start() {
  shown = show(
    core,
    <>
      <DropZone />
      <OpenButton />
      <OpenStatus />
      <Sample />
    </>,
  );
  await act(async () => {});
}

/** A drag event as a browser makes it: files, and entries that can be walked. */
function dragEvent(type: string, files: readonly File[], entries: readonly unknown[] = []): Event {
  const event = new Event(type, { bubbles: true, cancelable: true });
  const items = entries.map(entry => ({ webkitGetAsEntry: () => entry }));
  return Object.assign(event, { dataTransfer: { types: ['Files'], files, items, dropEffect: 'none' } });
}

const fileEntry = (file: File) => ({
  name: file.name,
  isFile: true,
  isDirectory: false,
  file: (done: (file: File) => void) => done(file),
});
const folderEntry = (name: string, children: readonly unknown[]) => ({
  name,
  isFile: false,
  isDirectory: true,
  createReader: () => {
    // A real reader gives its entries in batches, and an empty one at the end.
    const batches = [children.slice(0, 1), children.slice(1), []];
    return { readEntries: (done: (some: readonly unknown[]) => void) => done(batches.shift() ?? []) };
  },
});

const drop = (event: Event) => act(async () => void window.dispatchEvent(event));
const log = new File(['{}'], 'a.jsonl');

describe('in a browser', () => {
  it('uploads a dropped file and goes to its session', async () => {
    const send = vi.spyOn(upload, 'uploadFile').mockResolvedValue(ids('opened'));
    await start();
    await drop(dragEvent('drop', [log], [fileEntry(log)]));
    expect(send.mock.calls.map(([file, name]) => [file, name])).toEqual([[log, 'a.jsonl']]);
    expect(place()).toMatchObject({ sessionId: 'opened', screen: null });
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('uploads every file of a dropped folder under its path', async () => {
    const send = vi.spyOn(upload, 'uploadFile').mockResolvedValue(ids('x'));
    await start();
    const other = new File(['{}'], 'b.jsonl');
    const folder = folderEntry('logs', [fileEntry(log), folderEntry('deep', [fileEntry(other)])]);
    await drop(dragEvent('drop', [new File([], 'logs')], [folder]));
    expect(send.mock.calls.map(([, name]) => name)).toEqual(['logs/a.jsonl', 'logs/deep/b.jsonl']);
  });

  it('shows how far it is, and that the server reads what was sent', async () => {
    let report: (share: number) => void = () => {};
    vi.spyOn(upload, 'uploadFile').mockImplementation((_file, _name, { onProgress } = {}) => {
      if (onProgress) report = onProgress;
      return new Promise(() => {});
    });
    await start();
    await drop(dragEvent('drop', [log]));
    act(() => report(0.25));
    expect(screen.getByText('Sending a.jsonl')).toBeTruthy();
    expect(screen.getByRole<HTMLProgressElement>('progressbar').value).toBe(0.25);
    act(() => report(1));
    expect(screen.getByText('Reading a.jsonl')).toBeTruthy();
  });

  it('says what could not be opened and what to do, and opens the rest', async () => {
    vi.spyOn(upload, 'uploadFile').mockImplementation((_file, name) =>
      name === 'a.jsonl'
        ? Promise.reject(new PlayheadError('bad-input', 'a.jsonl holds no session.'))
        : Promise.resolve(ids('good')),
    );
    await start();
    await drop(dragEvent('drop', [log, new File(['{}'], 'b.jsonl')]));
    const alert = screen.getByRole('alert');
    expect(alert.textContent).toContain('a.jsonl holds no session.');
    expect(alert.textContent).toContain('Playhead opens session logs');
    expect(alert.textContent).toContain('1 session opened');
    expect(place().sessionId).toBe('good');
    await act(async () => screen.getByRole('button', { name: 'Dismiss' }).click());
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('stops on Cancel without a complaint', async () => {
    const sent: string[] = [];
    vi.spyOn(upload, 'uploadFile').mockImplementation((_file, name, { signal } = {}) => {
      sent.push(name);
      return new Promise((_, reject) =>
        signal?.addEventListener('abort', () => reject(new PlayheadError('cancelled', 'Cancelled.'))),
      );
    });
    await start();
    await drop(dragEvent('drop', [log, new File(['{}'], 'b.jsonl')]));
    await act(async () => screen.getByRole('button', { name: 'Cancel' }).click());
    expect(sent).toEqual(['a.jsonl']);
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.queryByLabelText('Opening')).toBeNull();
  });

  it('says so when a dropped folder is empty', async () => {
    await start();
    await drop(dragEvent('drop', [new File([], 'logs')], [folderEntry('logs', [])]));
    expect(screen.getByRole('alert').textContent).toContain('There is no file in what was dropped.');
  });

  it('shows where to drop while a file hovers over the window, and not for text', async () => {
    await start();
    await drop(dragEvent('dragover', [log]));
    expect(screen.getByText('Drop to open')).toBeTruthy();
    await drop(Object.assign(new Event('dragleave'), { relatedTarget: null }));
    expect(screen.queryByText('Drop to open')).toBeNull();
    const text = dragEvent('dragover', []);
    await drop(Object.assign(text, { dataTransfer: { types: ['text/plain'] } }));
    expect(screen.queryByText('Drop to open')).toBeNull();
    expect(text.defaultPrevented).toBe(false);
  });

  it('uploads what is chosen with the button', async () => {
    const send = vi.spyOn(upload, 'uploadFile').mockResolvedValue(ids('chosen'));
    await start();
    const input = screen.getByLabelText('Files to open', { selector: 'input' });
    await act(async () => void fireEvent.change(input, { target: { files: [log] } }));
    expect(send.mock.calls[0]?.[1]).toBe('a.jsonl');
    expect(place().sessionId).toBe('chosen');
  });
});

describe('on the desktop', () => {
  const bridge = (path: string) =>
    Object.assign(window, { playhead: { send: () => {}, onText: () => () => {}, pathForFile: () => path } });

  it('has the core read dropped files and folders where they lie', async () => {
    bridge('/home/me/logs');
    const asked: (readonly string[])[] = [];
    core = new FakeCore({ sources: { open: ({ paths }) => (asked.push(paths), { sessionIds: ids('read') }) } });
    const send = vi.spyOn(upload, 'uploadFile');
    await start();
    await drop(dragEvent('drop', [new File([], 'logs')], [folderEntry('logs', [])]));
    await vi.waitFor(() => expect(place().sessionId).toBe('read'));
    expect(asked).toEqual([['/home/me/logs']]);
    expect(send).not.toHaveBeenCalled();
  });

  it('passes on why the core could not open it', async () => {
    bridge('/home/me/notes.txt');
    core = new FakeCore({
      sources: { open: () => Promise.reject(new PlayheadError('unreadable', 'notes.txt: permission denied.')) },
    });
    await start();
    await drop(dragEvent('drop', [new File([], 'notes.txt')]));
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('notes.txt: permission denied.');
    expect(alert.textContent).toContain('Check that the file still exists');
  });

  it('uploads a file that has no place on disk', async () => {
    bridge('');
    const send = vi.spyOn(upload, 'uploadFile').mockResolvedValue(ids('made'));
    await start();
    await drop(dragEvent('drop', [log]));
    expect(send).toHaveBeenCalledOnce();
  });
});

describe('a sample', () => {
  it('is opened by the core, and shown', async () => {
    core = new FakeCore({ sources: { openSample: ({ id }) => ({ sessionIds: ids(`sample ${id}`) }) } });
    await start();
    await act(async () => screen.getByRole('button', { name: 'sample' }).click());
    await vi.waitFor(() => expect(place().sessionId).toBe('sample first'));
  });
});
