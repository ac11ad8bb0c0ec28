// The browser's own lists of options hold plain text only.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */

import { ChevronsDown, CornerDownRight } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import type { Session } from '../../../shared/model/session.ts';
import { useNow } from '../../state/use-now.ts';
import { describeAge, formatAge, formatDateTime } from '../../ui/format.ts';
import { AgentMark } from '../sessions/index.tsx';
import { HitKind } from './hit-look.tsx';
import type { ResultGroup, ResultRow } from './search-groups.ts';
import { Snippet } from './snippet.tsx';

interface SearchResultsProps {
  readonly listId: string;
  readonly groups: readonly ResultGroup[];
  readonly hasMore: boolean;
  readonly activeId: string | undefined;
  /** The places are those of the question before. */
  readonly stale: boolean;
  readonly onOpen: (row: ResultRow) => void;
}

/** Places by session. Keys are handled by the field above, which keeps the focus. */
export function SearchResults({ listId, groups, hasMore, activeId, stale, onOpen }: SearchResultsProps) {
  const nowMs = useNow();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [activeId]);
  const option = (row: ResultRow, content: ReactNode, label?: string) => (
    // The field has the focus and handles the keys.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      key={row.id}
      id={row.id}
      role="option"
      aria-selected={row.id === activeId}
      aria-label={label}
      className={`search-row search-row-${row.kind} ${row.id === activeId ? 'is-active' : ''}`}
      onClick={() => onOpen(row)}
    >
      {content}
    </div>
  );
  return (
    <div
      id={listId}
      ref={list}
      role="listbox"
      tabIndex={-1}
      aria-label="Places found"
      aria-busy={stale}
      className={`search-list ${stale ? 'is-stale' : ''}`}
      // The focus stays in the field.
      onMouseDown={event => event.preventDefault()}
    >
      {groups.map(({ id, session, rows }) => (
        <div key={id} role="group" aria-label={session === null ? 'Sessions by title' : titleOf(session)}>
          {session === null ? (
            <p className="search-head search-head-titles">Sessions</p>
          ) : (
            <SessionHead session={session} nowMs={nowMs} />
          )}
          {rows.map(row => option(row, <Row row={row} nowMs={nowMs} />))}
        </div>
      ))}
      {hasMore &&
        option(
          moreRow,
          <>
            <ChevronsDown aria-hidden="true" />
            Show older places
          </>,
        )}
    </div>
  );
}

export const moreRow: ResultRow = { kind: 'more', id: 'more' };

function Row({ row, nowMs }: { readonly row: ResultRow; readonly nowMs: number }) {
  switch (row.kind) {
    case 'title':
      return (
        <>
          <AgentMark agent={row.session.agent} size={16} />
          <span className="search-title truncate">{titleOf(row.session)}</span>
          <span className="search-project truncate">{row.session.project}</span>
          <Age atUs={row.session.updateUs} nowMs={nowMs} />
        </>
      );
    case 'hit':
      return (
        <>
          <HitKind hit={row.hit} />
          <Snippet text={row.hit.snippet} ranges={row.hit.ranges} />
          <Age atUs={row.hit.atUs} nowMs={nowMs} />
        </>
      );
    case 'rest':
      return (
        <>
          <CornerDownRight aria-hidden="true" />
          More places in this session
        </>
      );
    case 'more':
      return null;
    default:
      return row satisfies never;
  }
}

function SessionHead({ session, nowMs }: { readonly session: Session; readonly nowMs: number }) {
  return (
    <div className="search-head">
      <AgentMark agent={session.agent} size={16} />
      <span className="search-title truncate" title={titleOf(session)}>
        {titleOf(session)}
      </span>
      <span className="search-project truncate">{session.project}</span>
      <Age atUs={session.updateUs} nowMs={nowMs} />
    </div>
  );
}

function Age({ atUs, nowMs }: { readonly atUs: number | null; readonly nowMs: number }) {
  if (atUs === null) return <span className="search-age" />;
  return (
    <span className="search-age number" title={`${formatDateTime(atUs)}, ${describeAge(atUs, nowMs)}`}>
      {formatAge(atUs, nowMs)}
    </span>
  );
}

function titleOf({ title }: Session): string {
  return title === '' ? 'Untitled' : title;
}
