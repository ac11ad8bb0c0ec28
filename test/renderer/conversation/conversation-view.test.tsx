import { act, cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConversationView } from '../../../src/renderer/features/conversation/index.tsx';
import { ClientProvider } from '../../../src/renderer/state/client-context.tsx';
import { go, parsePlace } from '../../../src/renderer/state/place.ts';
import { TooltipProvider } from '../../../src/renderer/ui/tooltip.tsx';
import { type RecordId, ROOT_SPAN, type SpanId } from '../../../src/shared/model/ids.ts';
import { type EntryDraft, FakeConversation } from './fake-conversation.ts';
import { prompt, sessionId, span } from '../trace-fixture.ts';

const sub = 'sub' as SpanId;

const answer = (id: string, text: string, more: Partial<EntryDraft> = {}): EntryDraft => ({
  id,
  kind: 'answer',
  blocks: [{ kind: 'answer', parts: [{ kind: 'text', text }] }],
  ...more,
});
const asked = (id: string, text: string, turn: number): EntryDraft => ({
  id,
  kind: 'prompt',
  turn,
  eventId: `prompt-${turn}`,
  blocks: [{ kind: 'prompt', parts: [{ kind: 'text', text }] }],
});
const tool = (id: string, more: Partial<EntryDraft> = {}): EntryDraft => ({
  id,
  kind: 'tool',
  spanId: id as SpanId,
  blocks: [
    { kind: 'tool-call', callId: id, name: 'Bash', input: { command: `run ${id}` }, command: `run ${id}` },
    { kind: 'tool-result', callId: id, isError: false, parts: [{ kind: 'text', text: `output of ${id}` }] },
  ],
  ...more,
});

let core: FakeConversation;

// jsdom lays nothing out: a view of 600 pixels in which every row is 60 high.
beforeEach(() => {
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 600 });
  Object.defineProperty(HTMLElement.prototype, 'offsetHeight', { configurable: true, get: () => 60 });
  Element.prototype.scrollTo = function scrollTo(this: Element, options?: ScrollToOptions | number) {
    if (typeof options === 'object') this.scrollTop = options.top ?? 0;
    queueMicrotask(() => this.dispatchEvent(new Event('scroll')));
  };
  window.location.hash = '';
  core = new FakeConversation();
  core.spans = [span({ id: ROOT_SPAN })];
  core.events = [prompt(1, 1_000_000, 'Please fix it'), prompt(2, 61_000_000, 'And test it')];
});

afterEach(() => {
  cleanup();
  core.dispose();
});

function open() {
  core.connect();
  go({ sessionId, view: 'conversation' });
  return render(
    <ClientProvider connection={core}>
      <TooltipProvider>
        <ConversationView sessionId={sessionId} />
      </TooltipProvider>
    </ClientProvider>,
  );
}

const place = () => parsePlace(window.location.hash);

describe('a conversation', () => {
  it('shows its entries in order, as articles of a feed, with the turns they belong to', async () => {
    core.put([asked('p1', 'Please fix it', 1), answer('a1', 'It is **fixed**.')]);
    open();
    const feed = await screen.findByRole('feed', { name: 'Conversation' });
    await within(feed).findByText('fixed');
    expect(within(feed).getByRole('heading', { level: 3 }).textContent).toContain('Turn 1');
    const articles = within(feed).getAllByRole('article');
    expect(articles.map(article => article.getAttribute('aria-posinset'))).toEqual(['1', '2']);
    expect(articles[0]?.textContent).toContain('Please fix it');
  });

  it('says that nothing was recorded, and leads to the graph', async () => {
    open();
    fireEvent.click(await screen.findByRole('button', { name: 'Show the graph' }));
    expect(place().view).toBe('graph');
  });

  it('says what failed, and tries again', async () => {
    core.connect();
    const { outline } = core.client.conversation;
    expect(outline.callName).toBe('conversation.outline');
    render(
      <ClientProvider connection={core}>
        <TooltipProvider>
          {/* Too long for an id: refused by the contract. */}
          <ConversationView sessionId={'x'.repeat(300) as typeof sessionId} />
        </TooltipProvider>
      </ClientProvider>,
    );
    expect((await screen.findByRole('alert')).textContent).toContain('The conversation could not be loaded.');
    expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
  });

  it('opens a tool call to its input and its result', async () => {
    core.put([tool('t1')]);
    open();
    const head = await screen.findByRole('button', { name: /Bash.*run t1/ });
    expect(screen.queryByText(/output of t1/)).toBeNull();
    fireEvent.click(head);
    expect(screen.getByText(/output of t1/)).toBeTruthy();
    expect(screen.getByRole('figure', { name: 'Command' })).toBeTruthy();
  });

  it('shows how long a tool took, that it failed, and why, without opening it', async () => {
    core.spans.push(span({ id: 't1', kind: 'tool', endUs: 3_200_000, status: 'error' }));
    core.put([
      tool('t1', {
        blocks: [
          { kind: 'tool-call', callId: 't1', name: 'Bash', input: {}, command: 'make' },
          {
            kind: 'tool-result',
            callId: 't1',
            isError: true,
            exitCode: 2,
            parts: [{ kind: 'text', text: 'Exit code 2\nno rule to make target' }],
          },
        ],
      }),
    ]);
    open();
    const head = await screen.findByRole('button', { name: /make/ });
    expect(head.textContent).toContain('exit 2');
    expect(head.textContent).toContain('3.2 s');
    expect(screen.getByText('no rule to make target')).toBeTruthy();
  });

  it('marks the place of a line that could not be read, says why, and leads to it', async () => {
    const block = {
      kind: 'notice',
      title: 'Line 12 could not be read: not JSON: unexpected end',
      text: 'p/s.jsonl',
    } as const;
    const id = 'rejected:p/s.jsonl:1:4096';
    core.put([
      answer('a1', 'before'),
      { id, kind: 'notice', eventId: id, recordId: 77 as RecordId, blocks: [block] },
      { id: 'rejection-told', kind: 'notice', blocks: [{ kind: 'notice', title: 'Rejected by the user', text: '' }] },
    ]);
    open();
    const marker = await screen.findByRole('article', { name: /^Line that could not be read/ });
    expect(marker.dataset['entry']).toBe(id);
    expect(marker.textContent).toContain(block.title);
    expect(screen.getByRole('article', { name: /^Notice/ }).textContent).toContain('Rejected by the user');
    fireEvent.click(within(marker).getByRole('button', { name: 'Show the line' }));
    await waitFor(() => expect(place()).toMatchObject({ view: 'raw', recordId: 77 }));
  });

  it('says that a tool has no result yet', async () => {
    core.put([tool('t1', { blocks: [{ kind: 'tool-call', callId: 't1', name: 'Bash', input: {}, command: 'wait' }] })]);
    open();
    expect((await screen.findByRole('button', { name: /wait/ })).textContent).toContain('no result yet');
  });
});

describe('selection', () => {
  it('goes from a click to the place, and marks every entry of the same span', async () => {
    const llm = 'llm' as SpanId;
    core.put([answer('a1', 'first', { spanId: llm }), answer('a2', 'second', { spanId: llm }), answer('a3', 'third')]);
    open();
    fireEvent.click(await screen.findByText('second'));
    expect(place()).toMatchObject({ spanId: llm, entryId: 'a2' });
    const current = screen.getAllByRole('article').filter(article => article.getAttribute('aria-current') === 'true');
    expect(current.map(article => article.dataset['entry'])).toEqual(['a1', 'a2']);
  });

  it('moves with the keys, and takes the focus along', async () => {
    core.put([asked('p1', 'Fix', 1), answer('a1', 'Fixed'), asked('p2', 'Test', 2), answer('a2', 'Tested')]);
    open();
    await screen.findByText('Tested');
    const feed = screen.getByRole('feed');
    const keys = ['Home', 'j', 'ArrowDown', 'k', 'n', 'p', 'End'];
    const visited = keys.map(key => {
      fireEvent.keyDown(document.activeElement?.closest('article') ?? feed, { key });
      return place().entryId;
    });
    expect(visited).toEqual(['p1', 'a1', 'p2', 'a1', 'p2', 'p1', 'a2']);
    expect(document.activeElement?.getAttribute('data-entry')).toBe('a2');
    expect(place().eventId).toBeNull();
  });

  it('leads to the graph and keeps what is selected', async () => {
    core.put([tool('t1')]);
    open();
    fireEvent.click(await screen.findByText('run t1'));
    fireEvent.keyDown(screen.getByRole('feed'), { key: 'g' });
    expect(place()).toMatchObject({ view: 'graph', spanId: 't1' });
  });
});

describe('live', () => {
  it('shows what came, without asking again for what it has', async () => {
    core.put([answer('a1', 'first')]);
    open();
    await screen.findByText('first');
    act(() => core.put([answer('a2', 'second')]));
    await screen.findByText('second');
    expect(core.contentsAsked).toEqual([['a1'], ['a2']]);
  });

  it('asks only for what changed, and puts it where it belongs', async () => {
    core.put([asked('p1', 'Fix', 1), answer('a1', 'first'), answer('a3', 'third')]);
    open();
    await screen.findByText('third');
    const known = core.revision;
    act(() => core.put([answer('a2', 'second', { order: 2.5 * 64 })]));
    await screen.findByText('second');
    expect(core.outlinesAsked).toEqual([null, known]);
    expect(screen.getAllByRole('article').map(article => article.dataset['entry'])).toEqual(['p1', 'a1', 'a2', 'a3']);
    expect(core.contentsAsked.at(-1)).toEqual(['a2']);
  });

  it('starts over when entries were removed', async () => {
    core.put([answer('a1', 'first'), answer('a2', 'second')]);
    open();
    await screen.findByText('second');
    act(() => core.remove('a1'));
    await waitFor(() => expect(screen.queryByText('first')).toBeNull());
    expect(screen.getByText('second')).toBeTruthy();
    expect(core.contentsAsked).toEqual([['a1', 'a2']]);
  });

  it('shows a result when it comes', async () => {
    core.put([tool('t1', { blocks: [{ kind: 'tool-call', callId: 't1', name: 'Bash', input: {}, command: 'x' }] })]);
    open();
    fireEvent.click(await screen.findByRole('button', { name: /no result yet/ }));
    act(() => core.put([tool('t1')]));
    await screen.findByText(/output of t1/);
    expect(screen.queryByText('no result yet')).toBeNull();
  });

  it('catches up after the connection was lost, and keeps what it showed meanwhile', async () => {
    core.put([answer('a1', 'first')]);
    open();
    await screen.findByText('first');
    act(() => core.disconnect());
    core.put([answer('a2', 'second')]);
    expect(screen.getByText('first')).toBeTruthy();
    act(() => void core.connect());
    await screen.findByText('second');
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

describe('subagents', () => {
  beforeEach(() => {
    core.spans.push(
      span({ id: 'task', kind: 'tool', name: 'Task' }),
      span({ id: sub, kind: 'agent', name: 'Explore', parentId: 'task' }),
    );
    core.put([tool('task', { subagent: sub }), answer('a1', 'after')]);
    core.put([answer('s1', 'inside the subagent')], sub);
  });

  it('open from their tool call, with a way back to it', async () => {
    open();
    fireEvent.click(await screen.findByRole('button', { name: /Open conversation/ }));
    await screen.findByText('inside the subagent');
    expect(place().threadId).toBe(sub);
    const crumbs = screen.getByRole('navigation', { name: 'Conversations' });
    expect(crumbs.textContent).toBe('Main conversationExplore');
    fireEvent.click(within(crumbs).getByRole('button', { name: 'Main conversation' }));
    await screen.findByText('after');
    expect(place()).toMatchObject({ threadId: null, spanId: 'task' });
  });

  it('open by themselves when one of their spans is selected elsewhere', async () => {
    core.spans.push(span({ id: 'inner', kind: 'tool', parentId: sub, threadId: sub }));
    open();
    await screen.findByText('after');
    act(() => go({ spanId: 'inner' as SpanId }));
    await waitFor(() => expect(screen.getByText('inside the subagent')).toBeTruthy());
  });
});
