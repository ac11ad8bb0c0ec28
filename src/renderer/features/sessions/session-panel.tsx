import { CheckCheck, ChevronsDownUp, ChevronsUpDown, MoreHorizontal, Search, X } from 'lucide-react';
import { type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { SessionId } from '../../../shared/model/ids.ts';
import { useLookedAt } from '../../state/looked-at.ts';
import { usePlace } from '../../state/place.ts';
import { isTexts, useStored } from '../../state/stored.ts';
import { useShortcuts } from '../../state/shortcuts.ts';
import { type LiveSessions, useSessions } from '../../state/use-session-list.tsx';
import { IconButton } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { formatCount } from '../../ui/format.ts';
import { Kbd } from '../../ui/kbd.tsx';
import { Menu } from '../../ui/menu.tsx';
import { groupRows, neighbour } from './session-rows.ts';
import { SessionTree } from './session-tree.tsx';
import './sessions.css';

const noneFolded: readonly string[] = [];

/** All sessions by project, newest first, live. */
export function SessionPanel() {
  const { place, go } = usePlace();
  const list = useSessions(place.filter);
  const lookedAt = useLookedAt();
  const [foldedProjects, setFoldedProjects] = useStored('folded-projects', noneFolded, isTexts);
  const tree = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const folded = useMemo(() => new Set(foldedProjects), [foldedProjects]);
  const rows = useMemo(
    () => groupRows(list.sessions, folded, lookedAt.isUnread),
    [list.sessions, folded, lookedAt.isUnread],
  );
  const open = (sessionId: SessionId) => go({ sessionId, screen: null });
  const step = (by: 1 | -1) => {
    const id = neighbour(rows, place.sessionId, by);
    if (id !== null) open(id);
  };
  const fold = (project: string, isFolded: boolean) =>
    setFoldedProjects(isFolded ? [...folded, project] : foldedProjects.filter(name => name !== project));
  useShortcuts({
    '/': () => search.current?.select(),
    j: () => step(1),
    k: () => step(-1),
  });
  return (
    <section className="sessions" aria-label="Sessions">
      <div className="sessions-head">
        <Filter
          inputRef={search}
          filter={place.filter}
          onFilter={filter => go({ filter }, { replace: true })}
          onLeave={() => tree.current?.focus()}
        />
        <Menu
          items={[
            {
              id: 'read',
              label: 'Mark all as read',
              icon: <CheckCheck />,
              onSelect: () => lookedAt.lookAtAll(list.revision),
            },
            {
              id: 'fold',
              label: 'Fold all projects',
              icon: <ChevronsDownUp />,
              divided: true,
              onSelect: () => setFoldedProjects([...new Set(list.sessions.map(session => session.project))]),
            },
            {
              id: 'unfold',
              label: 'Unfold all projects',
              icon: <ChevronsUpDown />,
              onSelect: () => setFoldedProjects([]),
            },
          ]}
        >
          <IconButton label="Session list options" size="small">
            <MoreHorizontal />
          </IconButton>
        </Menu>
      </div>
      <Content
        list={list}
        filter={place.filter}
        onClear={() => go({ filter: '' }, { replace: true })}
        empty={rows.length === 0}
      >
        <SessionTree rows={rows} selectedId={place.sessionId} treeRef={tree} onOpen={open} onFold={fold} />
      </Content>
      <footer className="sessions-foot number" aria-live="off">
        {list.status === 'ready' && count(list.sessions.length, list.total, place.filter)}
      </footer>
    </section>
  );
}

interface FilterProps {
  readonly inputRef: RefObject<HTMLInputElement | null>;
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
  readonly onLeave: () => void;
}

const TYPING_PAUSE_MS = 150;

function Filter({ inputRef, filter, onFilter, onLeave }: FilterProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? filter;
  useEffect(() => {
    if (typed === null) return undefined;
    const timer = setTimeout(() => {
      onFilter(typed.trim());
      setTyped(null);
    }, TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, onFilter]);
  const clear = () => {
    setTyped(null);
    onFilter('');
  };
  return (
    <div className="sessions-filter">
      <Search aria-hidden="true" />
      <input
        ref={inputRef}
        type="text"
        value={text}
        maxLength={200}
        placeholder="Filter sessions"
        aria-label="Filter sessions by title, project, agent or model"
        spellCheck={false}
        onChange={event => setTyped(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Escape' && text !== '') clear();
          else if (event.key === 'Escape' || event.key === 'ArrowDown' || event.key === 'Enter') onLeave();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {text === '' ? (
        <Kbd>/</Kbd>
      ) : (
        <button type="button" className="sessions-filter-clear" aria-label="Clear the filter" onClick={clear}>
          <X />
        </button>
      )}
    </div>
  );
}

interface ContentProps {
  readonly list: LiveSessions;
  readonly filter: string;
  readonly empty: boolean;
  readonly onClear: () => void;
  readonly children: ReactNode;
}

function Content({ list, filter, empty, onClear, children }: ContentProps) {
  if (list.status === 'failed' && list.error) {
    return <FailureNotice what="The sessions could not be loaded." error={list.error} onRetry={list.retry} />;
  }
  if (list.status === 'loading') return <SessionsSkeleton />;
  if (!empty) return children;
  if (filter === '') {
    return <EmptyState title="No sessions yet">They appear here as soon as an agent writes its first line.</EmptyState>;
  }
  return (
    <EmptyState
      title="Nothing fits"
      actions={
        <button type="button" className="button button-normal button-small" onClick={onClear}>
          Clear the filter
        </button>
      }
    >
      No title, project, agent or model holds “{filter}”.
    </EmptyState>
  );
}

export function SessionsSkeleton() {
  return (
    <output className="sessions-skeleton" aria-label="Loading sessions">
      {Array.from({ length: 9 }, (_, row) => (
        <span key={row} className="sessions-skeleton-row">
          <span className="sessions-skeleton-mark" />
          <span className="sessions-skeleton-lines">
            <span style={{ width: `${88 - ((row * 29) % 40)}%` }} />
            <span style={{ width: `${62 - ((row * 17) % 30)}%` }} />
          </span>
        </span>
      ))}
    </output>
  );
}

function count(loaded: number, total: number, filter: string): string {
  const all = loaded < total ? `${formatCount(loaded)} of ${formatCount(total)}` : formatCount(total);
  return `${all} ${total === 1 ? 'session' : 'sessions'}${filter === '' ? '' : total === 1 ? ' fits' : ' fit'}`;
}
