import { ArrowDown } from 'lucide-react';
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react';
import { ROOT_SPAN, type SessionId } from '../../../../shared/model/ids.ts';
import type { SessionEvent } from '../../../../shared/model/span.ts';
import { useClient } from '../../../state/client-context.tsx';
import { usePlace } from '../../../state/place.ts';
import { useShortcuts } from '../../../state/shortcuts.ts';
import type { Trace } from '../../../state/trace-store.ts';
import { Button } from '../../../ui/button.tsx';
import { plural } from '../../../ui/format.ts';
import { FoldContext } from '../content/use-fold.ts';
import type { Conversation, ConversationStore } from './conversation-store.ts';
import { Entry, type EntryActions } from './entry.tsx';
import { type Move, moveOf, turnStart } from './keys.ts';
import { indexOf, isOf, type Selection, selectedIndex, standInIndex, turnBegunAt } from './outline.ts';
import { recordOf } from './record-of.ts';
import { TurnBar } from './turn-bar.tsx';
import { TurnLine } from './turn-line.tsx';
import { useListPosition } from './use-list-position.ts';

interface EntryListProps {
  readonly sessionId: SessionId;
  readonly store: ConversationStore;
  readonly conversation: Conversation;
  readonly trace: Trace;
}

/** The entries of one thread, virtual: only those in view and a few around them are in the document. */
export function EntryList({ sessionId, store, conversation, trace }: EntryListProps) {
  const { place, go } = usePlace();
  const client = useClient();
  const { entries } = conversation;
  const selected = useSelectedIndex(conversation, trace, place);
  const thread = trace.spans.get(store.threadId);
  const over = store.threadId !== ROOT_SPAN && thread?.endUs != null;
  const position = useListPosition({ store, conversation, selectedIndex: selected, over });
  const { virtualizer, scrollRef } = position;
  const turns = useMemo(() => turnEvents(trace.events), [trace.events]);
  const rejected = useMemo(() => rejectedIn(trace.events), [trace.events]);
  /** The entry that was selected here, and is in view therefore. */
  const ownSelection = useRef(entries[selected]?.id);
  const focusNext = useRef<string | undefined>(undefined);

  const select = (index: number) => {
    const entry = entries[index];
    if (!entry) return;
    ownSelection.current = entry.id;
    const threadId = store.threadId === ROOT_SPAN ? null : store.threadId;
    go({ spanId: entry.spanId, eventId: entry.spanId === null ? entry.eventId : null, entryId: entry.id, threadId });
  };
  const actions = useStableActions({
    select: entry => select(indexOf(entries, entry)),
    showInGraph: entry => {
      select(indexOf(entries, entry));
      go({ view: 'graph' });
    },
    openRecord: (entry, content) => {
      const known = content === undefined || content === 'gone' ? undefined : content;
      void recordOf(client, sessionId, entry, known).then(recordId => {
        if (recordId !== null) go({ view: 'raw', recordId });
      });
    },
    openThread: threadId => go({ threadId, spanId: threadId }),
    move: what => move(what),
  });

  const selectedId = entries[selected]?.id;
  useEffect(() => {
    if (selectedId === undefined || ownSelection.current === selectedId) return;
    ownSelection.current = selectedId;
    position.reveal(selected, 'center');
    // Only a selection made elsewhere scrolls; entries that come later do not bring an old one back into view.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [selectedId]);

  useEffect(() => {
    const id = focusNext.current;
    if (id === undefined) return;
    const element = virtualizer.elementsCache.get(id)?.querySelector('article');
    if (!element) return;
    focusNext.current = undefined;
    element.focus({ preventScroll: true });
  });

  // What only shows its last line is not what is being read.
  const topIndex = virtualizer.getVirtualItemForOffset((virtualizer.scrollOffset ?? 0) + 40)?.index ?? 0;
  const move = (what: Move) => {
    const target = targetOf(what);
    const entry = entries[target];
    if (!entry) return;
    focusNext.current = entry.id;
    select(target);
    if (what === 'last') position.toEnd();
    else if (what === 'first') virtualizer.scrollToOffset(0);
    else if (what === 'next-turn' || what === 'previous-turn') virtualizer.scrollToIndex(target, { align: 'start' });
    else if (what === 'next' || what === 'previous') position.reveal(target, 'near');
  };
  const targetOf = (what: Move): number => {
    const from = selected >= 0 ? selected : topIndex;
    const last = entries.length - 1;
    switch (what) {
      case 'next':
        return selected < 0 ? topIndex : Math.min(last, from + 1);
      case 'previous':
        return Math.max(0, from - 1);
      case 'first':
        return 0;
      case 'last':
        return last;
      case 'next-turn':
        return turnStart(entries, from, 1);
      case 'previous-turn':
        return turnStart(entries, from, -1);
      case 'page-down':
      case 'page-up': {
        const element = scrollRef.current;
        if (!element) return from;
        const step = (element.clientHeight - 60) * (what === 'page-down' ? 1 : -1);
        const top = Math.max(0, Math.min(element.scrollHeight - element.clientHeight, element.scrollTop + step));
        virtualizer.scrollToOffset(top);
        const item = virtualizer.getVirtualItemForOffset(top);
        return item
          ? item.start < top && item.index < last && item.end < top + step
            ? item.index + 1
            : item.index
          : from;
      }
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const what = moveOf(event.key);
    if (what !== undefined) {
      event.preventDefault();
      if (!scrollsInside(what, scrollRef.current, virtualizer.elementsCache.get(selectedId ?? ''))) move(what);
    } else if (event.key === 'Enter' && event.target instanceof HTMLElement && event.target.dataset['entry']) {
      event.preventDefault();
      event.target.querySelector<HTMLElement>('button[aria-expanded]')?.click();
    }
  };
  useShortcuts({
    n: () => move('next-turn'),
    p: () => move('previous-turn'),
    g: () => go({ view: 'graph' }),
  });

  const folds = useMemo(() => ({ memory: position.folds, scope: '' }), [position.folds]);
  return (
    <div className="conversation-body">
      <TurnBar entries={entries} topIndex={topIndex} turns={turns} rejected={rejected} onMove={actions.move} />
      {/* A feed is not a control; it takes the keys that move between its articles. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        ref={scrollRef}
        className="conversation-scroll"
        role="feed"
        aria-label="Conversation"
        aria-busy={conversation.status !== 'ready'}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onScroll={position.onScroll}
        onKeyDown={onKeyDown}
      >
        <FoldContext value={folds}>
          <div className="conversation-rows" style={{ height: virtualizer.getTotalSize() }}>
            {virtualizer.getVirtualItems().map(item => {
              const entry = entries[item.index];
              if (!entry) return null;
              const turn = turnBegunAt(entries, item.index);
              const content = store.content(entry.id);
              const subagent = content === undefined || content === 'gone' ? null : content.subagent;
              const isSelected = item.index === selected || (selected >= 0 && isOf(entry, place));
              return (
                <div
                  key={item.key}
                  ref={virtualizer.measureElement}
                  data-index={item.index}
                  className={`conversation-row ${isSelected ? 'conversation-row-selected' : ''} ${entry.id === selectedId ? 'conversation-row-current' : ''}`}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  {turn !== undefined && (
                    <TurnLine
                      turn={turn}
                      atUs={turns.get(turn)?.atUs ?? null}
                      beforeUs={turns.get(turn - 1)?.atUs ?? null}
                    />
                  )}
                  <Entry
                    entry={entry}
                    content={content}
                    span={entry.spanId === null ? undefined : trace.spans.get(entry.spanId)}
                    subagent={subagent === null ? undefined : trace.spans.get(subagent)}
                    selected={isSelected}
                    byModel={store.threadId !== ROOT_SPAN}
                    place={item.index + 1}
                    total={entries.length}
                    actions={actions}
                  />
                </div>
              );
            })}
          </div>
        </FoldContext>
      </div>
      <ToEnd following={position.following} newBelow={position.newBelow} onClick={position.toEnd} />
    </div>
  );
}

/** The entry that is selected, be it by one of its spans, by its event, or because it stands for a span without entries. */
function useSelectedIndex({ entries }: Conversation, { spans }: Trace, place: Selection): number {
  const { spanId, eventId, entryId } = place;
  return useMemo(() => {
    const own = selectedIndex(entries, { spanId, eventId, entryId });
    return own >= 0 ? own : standInIndex(entries, spans, spanId);
  }, [entries, spans, spanId, eventId, entryId]);
}

interface ToEndProps {
  readonly following: boolean;
  readonly newBelow: number;
  readonly onClick: () => void;
}

/** Shown away from the end: goes there, and says how much came meanwhile. */
function ToEnd({ following, newBelow, onClick }: ToEndProps) {
  return (
    <div className="conversation-to-end">
      <p className="visually-hidden" aria-live="polite">
        {newBelow > 0 ? `${plural(newBelow, 'new entry', 'new entries')} below` : ''}
      </p>
      {!following && (
        <Button
          size="small"
          onClick={onClick}
          aria-label={newBelow > 0 ? `${newBelow} new below: go to the end` : 'Go to the end'}
        >
          <ArrowDown aria-hidden="true" />
          {newBelow > 0 ? `${newBelow} new below` : 'End'}
        </Button>
      )}
    </div>
  );
}

interface ListActions extends EntryActions {
  readonly move: (what: Move) => void;
}

/** One object for the list's life whose functions are always the newest: rows that did not change are not drawn again. */
function useStableActions(actions: ListActions): ListActions {
  const newest = useRef(actions);
  useEffect(() => {
    newest.current = actions;
  });
  return useMemo(
    () => ({
      select: entry => newest.current.select(entry),
      showInGraph: entry => newest.current.showInGraph(entry),
      openRecord: (entry, content) => newest.current.openRecord(entry, content),
      openThread: threadId => newest.current.openThread(threadId),
      move: what => newest.current.move(what),
    }),
    [],
  );
}

/** The prompts that begin the turns of the main thread, by number. */
function turnEvents(events: Trace['events']): ReadonlyMap<number, SessionEvent> {
  const turns = new Map<number, SessionEvent>();
  for (const event of events.values())
    if (event.kind === 'prompt' && event.turn !== null && event.threadId === ROOT_SPAN) turns.set(event.turn, event);
  return turns;
}

function rejectedIn(events: Trace['events']): readonly SessionEvent[] {
  return [...events.values()].filter(event => event.kind === 'rejected');
}

/** Arrow keys first read on inside an entry that is taller than the view. True where that was done. */
function scrollsInside(what: Move, scroller: HTMLElement | null, row: HTMLElement | undefined): boolean {
  if (!scroller || !row || (what !== 'next' && what !== 'previous')) return false;
  const entry = row.getBoundingClientRect();
  const view = scroller.getBoundingClientRect();
  if (entry.height <= view.height || entry.bottom < view.top || entry.top > view.bottom) return false;
  const left = what === 'next' ? entry.bottom - view.bottom : view.top - entry.top;
  if (left <= 0) return false;
  scroller.scrollBy({ top: Math.min(left + 24, view.height * 0.7) * (what === 'next' ? 1 : -1) });
  return true;
}
