import { act, cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RawView } from '../../../src/renderer/features/raw/index.tsx';
import { prettyPrint } from '../../../src/renderer/features/raw/record-text.ts';
import { parsePlace } from '../../../src/renderer/state/place.ts';
import type { RawRecord } from '../../../src/shared/contract/trace.ts';
import type { RecordId, SessionId, SpanId } from '../../../src/shared/model/ids.ts';
import { FakeCore } from '../fake-core.ts';
import { giveSizes, show, type Shown } from '../window.tsx';

const sessionId = 'one' as SessionId;
const bytes = (text: string) => new TextEncoder().encode(text);

function record(index: number, draft: Partial<RawRecord> = {}): RawRecord {
  return {
    recordId: index as RecordId,
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
    ...draft,
  };
}

let shown: Shown;
let restoreSizes: () => void;
let texts: Map<number, string>;
let reads: { from: number; limit: number }[];

beforeEach(() => {
  history.replaceState(null, '', '/#/one/raw');
  restoreSizes = giveSizes(800, 600);
  HTMLElement.prototype.scrollTo = function scrollTo(this: HTMLElement, options?: unknown) {
    this.scrollTop = (options as { top: number }).top;
  } as typeof HTMLElement.prototype.scrollTo;
  texts = new Map();
  reads = [];
});
afterEach(() => {
  cleanup();
  shown.connection.dispose();
  restoreSizes();
});

async function start(records: readonly RawRecord[]) {
  const core = new FakeCore({
    records: {
      list: ({ from, limit }) => ({ records: records.slice(from, from + limit), total: records.length, revision: 1 }),
      indexOf: ({ recordId }) => ({ index: records.findIndex(one => one.recordId === recordId) }),
      read: ({ recordId, from, limit }) => {
        reads.push({ from, limit });
        const all = bytes(texts.get(recordId) ?? '');
        return { text: new TextDecoder().decode(all.slice(from, from + limit)), totalBytes: all.length };
      },
    },
    trace: {
      span: ({ spanId }) => ({
        span: {} as never,
        attrs: {},
        blocks: [],
        records: [{ recordId: 30 as RecordId, role: spanId, path: '', line: 1, offset: 0, length: 1, type: '' }],
      }),
    },
  });
  shown = show(core, <RawView sessionId={sessionId} />);
  await screen.findByRole('grid');
  await act(async () => {});
}

const rows = () => screen.getAllByRole('row').filter(row => row.hasAttribute('aria-selected'));
const shownText = () => [...document.querySelectorAll('.cm-line')].map(line => line.textContent).join('\n');
const choose = (index: number) => act(async () => rows()[index]?.click());
const place = () => parsePlace(window.location.hash);

describe('the raw view', () => {
  it('shows the records in their order, and marks what is a copy, unknown or rejected', async () => {
    await start([
      record(0),
      record(1, { type: 'teleport', known: false }),
      record(2, { type: '', rejected: 'not JSON: unexpected end' }),
      record(3, { copy: true, path: '/logs/b.jsonl' }),
    ]);
    expect(rows().map(row => row.textContent)).toEqual([
      '10user100 B…/a.jsonl',
      '2100teleportunknown100 B',
      '3200not JSON: unexpected endrejected100 B',
      '4300usercopy100 B…/b.jsonl',
    ]);
    expect(within(rows()[2] ?? document.body).getAllByTitle('not JSON: unexpected end').length).toBeGreaterThan(0);
  });

  it('shows the bytes of a record as they were written, with its place in the file', async () => {
    texts.set(1, '{"b":1,  "a":"é"}');
    await start([record(0), record(1)]);
    await choose(1);
    await vi.waitFor(() => expect(shownText()).toBe('{"b":1,  "a":"é"}'));
    expect(place().recordId).toBe(1);
    const where = screen.getByRole('region', { name: 'Record' }).textContent;
    expect(where).toContain('line 2');
    expect(where).toContain('byte 100');
  });

  it('prints pretty on demand, and goes back', async () => {
    texts.set(0, '{"a":[1,2]}');
    await start([record(0)]);
    await choose(0);
    const pretty = await screen.findByRole('button', { name: 'Pretty' });
    await act(async () => pretty.click());
    await vi.waitFor(() => expect(shownText()).toBe('{\n  "a": [\n    1,\n    2\n  ]\n}'));
    await act(async () => pretty.click());
    await vi.waitFor(() => expect(shownText()).toBe('{"a":[1,2]}'));
  });

  it('shows a rejected line with the reason, and says that it cannot be printed pretty', async () => {
    texts.set(0, '{"half');
    await start([record(0, { rejected: 'not JSON: unexpected end' })]);
    await choose(0);
    expect((await screen.findByText('Not read:')).parentElement?.textContent).toContain('not JSON: unexpected end');
    await act(async () => screen.getByRole('button', { name: 'Pretty' }).click());
    expect(await screen.findByText(/It is not JSON/)).toBeTruthy();
    expect(shownText()).toBe('{"half');
  });

  it('reads a large record in pieces, and cuts no character in two', async () => {
    // 256 KiB end in the middle of one of the three-byte signs.
    const text = `"${'€'.repeat(100_000)}"`;
    texts.set(0, text);
    await start([record(0, { length: bytes(text).length })]);
    await choose(0);
    const more = await screen.findByRole('button', { name: /Show the next/ });
    expect(screen.getByText(/256 KB of 293 KB shown/)).toBeTruthy();
    await act(async () => more.click());
    await vi.waitFor(() => expect(screen.queryByRole('button', { name: /Show the next/ })).toBeNull());
    // 1 + 3 n bytes: 262,144 = 1 + 3 * 87,381, so this piece ends between two characters; see the next test.
    expect(reads[0]).toEqual({ from: 0, limit: 262_144 });
    expect(document.querySelector('.code-view')?.textContent).not.toContain('\uFFFD');
  });

  it('begins the next piece where a split character begins', async () => {
    const text = `""${'€'.repeat(100_000)}`;
    texts.set(0, text);
    await start([record(0)]);
    await choose(0);
    const more = await screen.findByRole('button', { name: /Show the next/ });
    await act(async () => more.click());
    await vi.waitFor(() => expect(screen.queryByRole('button', { name: /Show the next/ })).toBeNull());
    // 2 + 3 * 87,380 = 262,142: the sign that begins there is not whole in the first 262,144 bytes.
    expect(reads.at(-1)?.from).toBe(262_142);
    expect(document.querySelector('.code-view')?.textContent).not.toContain('\uFFFD');
  });

  it('goes through the records with the arrows, and closes with Escape', async () => {
    await start(Array.from({ length: 60 }, (_, i) => record(i)));
    const grid = screen.getByRole('grid');
    await choose(0);
    await act(async () => void fireEvent.keyDown(grid, { key: 'ArrowDown' }));
    expect(place().recordId).toBe(1);
    await act(async () => void fireEvent.keyDown(grid, { key: 'End' }));
    expect(place().recordId).toBe(59);
    await act(async () => void fireEvent.keyDown(grid, { key: 'Escape' }));
    expect(place().recordId).toBeNull();
  });

  it('comes to the first record of the chosen span', async () => {
    history.replaceState(null, '', `/#/one/raw?span=${'a' as SpanId}`);
    await start(Array.from({ length: 200 }, (_, i) => record(i)));
    await vi.waitFor(() => expect(screen.getByRole('grid').scrollTop).toBeGreaterThan(0));
    const active = screen.getByRole('grid').getAttribute('aria-activedescendant');
    expect(active?.endsWith('-30')).toBe(true);
  });

  it('says so when nothing is archived', async () => {
    const core = new FakeCore({ records: { list: () => ({ records: [], total: 0, revision: 1 }) } });
    shown = show(core, <RawView sessionId={sessionId} />);
    expect(await screen.findByText('No records')).toBeTruthy();
  });

  it('says so when the records cannot be loaded', async () => {
    shown = show(new FakeCore(), <RawView sessionId={sessionId} />);
    expect((await screen.findByRole('alert')).textContent).toContain('The records could not be loaded.');
  });
});

describe('prettyPrint', () => {
  it('gives nothing for what is not JSON', () => {
    expect(prettyPrint('{"a":')).toBeUndefined();
    expect(prettyPrint('[1]')).toBe('[\n  1\n]');
  });
});
