import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Inspector } from '../../../src/renderer/features/inspector/index.tsx';
import { go, nowhere, parsePlace } from '../../../src/renderer/state/place.ts';
import { PlayheadError } from '../../../src/shared/base/errors.ts';
import { ROOT_SPAN, type RecordId, type SpanId } from '../../../src/shared/model/ids.ts';
import type { RecordPlace, Span } from '../../../src/shared/model/span.ts';
import type { SomeHandlers } from '../fake-core.ts';
import { FakeTrace, prompt, sessionId, span } from '../trace-fixture.ts';
import { show } from '../window.tsx';

const usage = { input: 1200, output: 340, cacheRead: 50_000, cacheCreation: 900, cacheCreation1h: 900, reasoning: 40 };
const spans = [
  span({ id: ROOT_SPAN, name: 'claude-code', endUs: 9_000_000 }),
  span({
    id: 'answer',
    turn: 1,
    startUs: 1_000_000,
    endUs: 3_500_000,
    name: 'claude-sonnet-4-5',
    model: 'claude-sonnet-4-5-20250929',
    summary: 'I will look.',
    usage,
    usageProvenance: 'reported',
  }),
  span({ id: 'bash', parentId: 'answer', kind: 'tool', name: 'Bash', startUs: 2_000_000, status: 'error' }),
  span({ id: 'next', turn: 1, startUs: 4_000_000, usage, counted: false, usageProvenance: 'computed' }),
];
const record: RecordPlace = {
  recordId: 7 as RecordId,
  role: 'response',
  path: '/home/u/.claude/projects/p/s.jsonl',
  line: 12,
  offset: 34_567,
  length: 2048,
  type: 'assistant',
};
const raw = '{"type":"assistant","n":1}';

const handlers: SomeHandlers = {
  trace: {
    span: ({ spanId }) => {
      const found = spans.find(({ id }) => id === spanId);
      if (!found) throw new PlayheadError('not-found', 'There is no such span.');
      return {
        span: found,
        attrs: { 'gen_ai.response.id': 'msg_1', stopReason: 'end_turn' },
        blocks: [
          { kind: 'thinking', text: '', hidden: true },
          { kind: 'answer', parts: [{ kind: 'text', text: 'I will *look*.' }] },
        ],
        records: found.id === ROOT_SPAN ? [] : [record],
      };
    },
    event: () => ({
      event: prompt(1, 500_000, 'Fix the bug'),
      attrs: {},
      blocks: [{ kind: 'prompt', parts: [{ kind: 'text', text: 'Fix the bug, please' }] }],
      records: [{ ...record, role: 'prompt', line: 3 }],
    }),
  },
  records: { read: () => ({ text: raw, totalBytes: raw.length }) },
};

let trace: FakeTrace;
beforeEach(() => {
  trace = new FakeTrace(spans, [prompt(1, 500_000, 'Fix the bug'), prompt(2, 5_000_000, 'Thanks')], handlers);
});
afterEach(() => {
  cleanup();
  go(nowhere, { replace: true });
});

function select(what: { readonly spanId?: string; readonly eventId?: string }): void {
  const spanId = (what.spanId ?? null) as SpanId | null;
  go({ ...nowhere, sessionId, spanId, eventId: what.eventId ?? null }, { replace: true });
}
const place = () => parsePlace(window.location.hash);
const terms = (name: string) => {
  const section = screen.getByRole('region', { name });
  return [...section.querySelectorAll('dt')].map(term => [term.textContent, term.nextElementSibling?.textContent]);
};

describe('Inspector of a span', () => {
  it('says what it is, when, how long, with which model, in which turn', async () => {
    select({ spanId: 'answer' });
    show(trace.core, <Inspector />);
    await screen.findByRole('heading', { name: 'claude-sonnet-4-5' });
    expect(screen.getByText('LLM call')).toBeTruthy();
    expect(screen.getByText('I will look.')).toBeTruthy();
    expect(screen.getByText('turn 1')).toBeTruthy();
    expect(screen.getByText('2.5 s')).toBeTruthy();
    expect(screen.getByText('claude-sonnet-4-5-20250929')).toBeTruthy();
  });

  it('shows each part of the tokens and how they are known', async () => {
    select({ spanId: 'answer' });
    show(trace.core, <Inspector />);
    await screen.findByRole('region', { name: 'Tokens' });
    expect(terms('Tokens')).toEqual([
      ['Input', '1,200'],
      ['Cache read', '50,000'],
      ['Cache write', '900'],
      ['Output', '340'],
      ['Total', '52,440'],
    ]);
    expect(screen.getByText('900 for an hour')).toBeTruthy();
    expect(screen.getByText('40 reasoning')).toBeTruthy();
    expect(screen.getByText('reported')).toBeTruthy();
    expect(screen.queryByText('counted elsewhere')).toBe(null);
  });

  it('says of a copy that its tokens count elsewhere', async () => {
    select({ spanId: 'next' });
    show(trace.core, <Inspector />);
    expect(await screen.findByText('counted elsewhere')).toBeTruthy();
    expect(screen.getByText('computed')).toBeTruthy();
  });

  it('shows content, attributes and the place of every record', async () => {
    select({ spanId: 'answer' });
    const { container } = show(trace.core, <Inspector />);
    expect((await screen.findByText('look')).tagName).toBe('EM');
    expect(screen.getByText('Thinking')).toBeTruthy();
    expect(screen.getByText('Answer')).toBeTruthy();
    expect(terms('Attributes')).toEqual([
      ['gen_ai.response.id', 'msg_1'],
      ['stopReason', 'end_turn'],
    ]);
    const where = container.querySelector('.inspector-record-place');
    expect(where?.textContent).toBe('…/s.jsonl, line 12, byte 34,567, 2 KB');
    expect(where?.getAttribute('title')).toBe(record.path);
  });

  it('copies path and line, the raw text, and the id', async () => {
    const written: string[] = [];
    const clipboard = { writeText: async (text: string) => written.push(text) };
    vi.stubGlobal('navigator', Object.create(navigator, { clipboard: { value: clipboard } }));
    select({ spanId: 'answer' });
    show(trace.core, <Inspector />);
    fireEvent.click(await screen.findByRole('button', { name: 'Copy path and line' }));
    fireEvent.click(screen.getByRole('button', { name: 'Copy the id of this span' }));
    fireEvent.click(screen.getByRole('button', { name: 'Copy the raw text' }));
    await waitFor(() => expect(written).toEqual([`${record.path}:12`, 'answer', raw]));
    vi.unstubAllGlobals();
  });

  it('leads up, sideways and down', async () => {
    select({ spanId: 'answer' });
    show(trace.core, <Inspector />);
    const around = within(await screen.findByRole('region', { name: 'Around it' }));
    expect(around.getByRole<HTMLButtonElement>('button', { name: 'Previous' }).disabled).toBe(true);
    fireEvent.click(around.getByRole('button', { name: /Bash/ }));
    expect(place().spanId).toBe('bash');
    const above = within(await screen.findByRole('region', { name: 'Around it' }));
    fireEvent.click(above.getByRole('button', { name: 'claude-sonnet-4-5' }));
    expect(place().spanId).toBe('answer');
    fireEvent.click(within(screen.getByRole('region', { name: 'Around it' })).getByRole('button', { name: 'Next' }));
    expect(place().spanId).toBe('next');
  });

  it('leads to the same item in the other views', async () => {
    select({ spanId: 'answer' });
    show(trace.core, <Inspector />);
    await screen.findByRole('region', { name: 'Records' });
    fireEvent.click(screen.getByRole('button', { name: 'Conversation' }));
    expect(place()).toMatchObject({ view: 'conversation', spanId: 'answer', threadId: ROOT_SPAN });
    fireEvent.click(screen.getByRole('button', { name: 'Raw' }));
    expect(place()).toMatchObject({ view: 'raw', spanId: 'answer', recordId: 7 });
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Raw' }).disabled).toBe(true);
  });

  it('changes with the span, in place', async () => {
    select({ spanId: 'bash' });
    show(trace.core, <Inspector />);
    const title = await screen.findByRole('heading', { name: 'Bash' });
    expect(screen.getByText('error')).toBeTruthy();
    const fixed: Span = { ...span({ id: 'bash', parentId: 'answer', kind: 'tool', name: 'Bash', startUs: 2_000_000 }) };
    trace.append({ ...fixed, summary: 'npm test' });
    expect(await screen.findByText('npm test')).toBeTruthy();
    expect(screen.getByText('ok')).toBeTruthy();
    // The same element: nothing was mounted anew, so the panel keeps its scroll.
    expect(screen.getByRole('heading', { name: 'Bash' })).toBe(title);
  });

  it('says that a span is not there', async () => {
    select({ spanId: 'unheard-of' });
    show(trace.core, <Inspector />);
    expect((await screen.findByRole('alert')).textContent).toContain('There is no such span.');
  });
});

describe('Inspector of an event', () => {
  it('shows a prompt, its content, and the way to the next one', async () => {
    select({ eventId: 'prompt-1' });
    show(trace.core, <Inspector />);
    await screen.findByRole('heading', { name: 'Fix the bug' });
    expect(await screen.findByText('Fix the bug, please')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Next prompt' }));
    expect(place()).toMatchObject({ eventId: 'prompt-2', spanId: null });
  });
});

describe('Inspector of nothing', () => {
  it('shows the session in figures, and leads to its errors', async () => {
    select({});
    show(trace.core, <Inspector />);
    const errors = within(await screen.findByRole('region', { name: 'Errors' }));
    expect(screen.getByText('Select a step or a prompt to see all about it.')).toBeTruthy();
    expect(screen.getByText('LLM calls').previousElementSibling?.textContent ?? '').toBe('2');
    expect(screen.getByText('turns').previousElementSibling?.textContent ?? '').toBe('2');
    // The copy counts elsewhere: the total is that of one response.
    expect(terms('Tokens').at(-1)).toEqual(['Total', '52,440']);
    fireEvent.click(errors.getByRole('button', { name: /Bash/ }));
    expect(place().spanId).toBe('bash');
  });

  it('shows nothing where no session is chosen', () => {
    go(nowhere, { replace: true });
    const { container } = show(trace.core, <Inspector />);
    expect(container.textContent).toBe('');
  });
});
