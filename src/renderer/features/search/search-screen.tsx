import { Clock, Search, SearchX, Sparkles, X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import { useConnection } from '../../state/client-context.tsx';
import { go, type PlacePatch, usePlace } from '../../state/place.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { type ResultRow, resultGroups } from './search-groups.ts';
import { SearchHints } from './search-hints.tsx';
import { moreRow, SearchResults } from './search-results.tsx';
import { SearchFoot } from './search-status.tsx';
import { type SearchOrder, searchStore } from './search-store.ts';
import './search.css';

/** Search over everything recorded, over the window; opened by the place and by Ctrl+K. */
export function SearchScreen() {
  const { place } = usePlace();
  useOpenKeys();
  return (
    <Dialog.Root open={place.screen === 'search'} onOpenChange={open => !open && go({ screen: null })}>
      <Dialog.Portal>
        <Dialog.Overlay className="search-overlay" />
        <Dialog.Content className="search" aria-describedby={undefined}>
          <Dialog.Title className="visually-hidden">Search</Dialog.Title>
          <SearchPanel />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Opens the search with what was looked for last. */
export function openSearch(text: string): void {
  go({ screen: 'search', find: text });
}

function useOpenKeys(): void {
  const { connection } = useConnection();
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent) => {
      const key = event.key.toLowerCase();
      const wanted = (event.ctrlKey || event.metaKey) && !event.altKey && (event.shiftKey ? key === 'f' : key === 'k');
      if (!wanted) return;
      event.preventDefault();
      openSearch(searchStore(connection).asked.text);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [connection]);
}

/** The address follows what is typed, so that the way back leads here with the same words. */
const REMEMBER_MS = 300;
const PAGE_ROWS = 8;

function SearchPanel() {
  const { connection } = useConnection();
  const { place } = usePlace();
  const store = searchStore(connection);
  const state = useSyncExternalStore(store.subscribe, store.snapshot);
  const [text, setText] = useState(place.find);
  const [order, setOrder] = useState<SearchOrder>(store.asked.order);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const listId = useId();
  const groups = useMemo(() => resultGroups(state.titles, state.groups), [state.titles, state.groups]);
  const rows = useMemo(() => {
    const all = groups.flatMap(group => group.rows);
    return state.hasMore ? [...all, moreRow] : all;
  }, [groups, state.hasMore]);
  const active = rows.find(row => row.id === chosenId) ?? rows[0];

  useEffect(() => {
    const listening = store.listen();
    return () => listening.dispose();
  }, [store]);
  useEffect(() => store.ask({ text, order }, store.asked.text === text), [store, text, order]);
  useEffect(() => {
    const timer = setTimeout(() => go({ find: text }, { replace: true }), REMEMBER_MS);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => input.current?.select(), []);

  const type = (next: string) => {
    setText(next);
    setChosenId(null);
  };
  const open = (row: ResultRow) => {
    switch (row.kind) {
      case 'title':
        leave({ sessionId: row.session.id });
        break;
      case 'hit': {
        const { hit } = row;
        leave({
          sessionId: row.session.id,
          view: 'conversation',
          threadId: hit.threadId === ROOT_SPAN ? null : hit.threadId,
          spanId: hit.spanId,
          eventId: hit.spanId === null ? hit.eventId : null,
          entryId: hit.entryId,
        });
        break;
      }
      case 'rest':
        void store.expand(row.session.id);
        break;
      case 'more':
        void store.more();
        break;
      default:
        row satisfies never;
    }
  };
  const leave = (to: PlacePatch) => {
    go({ find: text }, { replace: true });
    go({ ...to, screen: null, find: '' });
  };
  const move = (by: number) => {
    const at = active ? rows.indexOf(active) : -1;
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
    if (next) setChosenId(next.id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    switch (event.key) {
      case 'ArrowDown':
        move(1);
        break;
      case 'ArrowUp':
        move(-1);
        break;
      case 'PageDown':
        move(PAGE_ROWS);
        break;
      case 'PageUp':
        move(-PAGE_ROWS);
        break;
      case 'Enter':
        if (active) open(active);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  const isIdle = state.answered === null && !state.asking;
  return (
    <>
      <div className="search-bar">
        {state.asking ? <Spinner size={16} /> : <Search aria-hidden="true" />}
        <input
          ref={input}
          type="text"
          role="combobox"
          value={text}
          maxLength={1000}
          placeholder="Search everything that was said, done and read"
          aria-label="Search"
          aria-expanded={rows.length > 0}
          aria-controls={listId}
          aria-activedescendant={active?.id}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          onChange={event => type(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <OrderSwitch order={order} onChange={setOrder} />
        <Dialog.Close className="button button-quiet button-icon" aria-label="Close">
          <X />
        </Dialog.Close>
      </div>
      <div className="search-body">
        {state.error !== null && (
          <FailureNotice error={state.error} what="The search failed." onRetry={() => store.retry()} />
        )}
        {state.error === null && isIdle && (
          <SearchHints
            onPick={example => {
              type(text.trim() === '' ? example : `${text.trimEnd()} ${example}`);
              input.current?.focus();
            }}
          />
        )}
        {state.error === null && rows.length > 0 && (
          <SearchResults
            listId={listId}
            groups={groups}
            hasMore={state.hasMore}
            activeId={active?.id}
            stale={state.asking}
            onOpen={open}
          />
        )}
        {state.error === null && state.answered !== null && rows.length === 0 && !state.scanning && (
          <EmptyState icon={<SearchX />} title="Nothing was found">
            {state.unread > 0
              ? 'Part of what is recorded is not indexed yet; this list fills when it is.'
              : 'All words must stand in one entry. Fewer words, or the beginning of one with a star, find more.'}
          </EmptyState>
        )}
      </div>
      <SearchFoot state={state} />
    </>
  );
}

interface OrderSwitchProps {
  readonly order: SearchOrder;
  readonly onChange: (order: SearchOrder) => void;
}

function OrderSwitch({ order, onChange }: OrderSwitchProps) {
  const choice = (value: SearchOrder, label: string, title: string, icon: typeof Clock) => {
    const Icon = icon;
    return (
      <button type="button" aria-pressed={order === value} title={title} onClick={() => onChange(value)}>
        <Icon aria-hidden="true" />
        {label}
      </button>
    );
  };
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
    <div className="search-order" role="group" aria-label="Order">
      {choice('newest', 'Newest', 'The newest places first', Clock)}
      {choice('relevance', 'Best', 'The best of the newest thousand places first', Sparkles)}
    </div>
  );
}
