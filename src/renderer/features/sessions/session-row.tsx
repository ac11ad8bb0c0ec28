import { ChevronRight } from 'lucide-react';
import { costText } from '../../../shared/model/cost.ts';
import type { Session } from '../../../shared/model/session.ts';
import { totalTokens } from '../../../shared/model/usage.ts';
import { describeAge, formatAge, formatCount, formatTokens, plural, shortModel } from '../../ui/format.ts';
import { AgentMark } from './agent-mark.tsx';
import { agentLook } from './agents.ts';
import { isWritten } from './live.ts';
import type { GroupRow, SessionRow } from './session-rows.ts';

interface SessionItemProps {
  readonly id: string;
  readonly row: SessionRow;
  readonly selected: boolean;
  readonly active: boolean;
  readonly nowMs: number;
  readonly top: number;
  readonly onOpen: () => void;
}

/** One session: mark, title and age above; model, size, tokens and errors below. */
export function SessionItem({ id, row, selected, active, nowMs, top, onOpen }: SessionItemProps) {
  const { session, unread } = row;
  return (
    // Keys are handled by the tree that owns the row, which keeps the focus (aria-activedescendant).
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={id}
      role="treeitem"
      aria-level={2}
      aria-posinset={row.position}
      aria-setsize={row.groupSize}
      aria-selected={selected}
      aria-label={describe(session, unread, nowMs)}
      className={`sessions-row ${selected ? 'is-selected' : ''} ${active ? 'is-active' : ''} ${unread ? 'is-unread' : ''}`}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onOpen}
    >
      <AgentMark agent={session.agent} />
      <div className="sessions-row-body">
        <div className="sessions-row-line">
          <span className="sessions-row-title truncate" title={session.title}>
            {session.title === '' ? 'Untitled' : session.title}
          </span>
          {session.updateUs !== null && (
            <span className={`sessions-row-age number ${isWritten(session, nowMs) ? 'is-live' : ''}`}>
              {formatAge(session.updateUs, nowMs)}
            </span>
          )}
        </div>
        <div className="sessions-row-line sessions-row-facts number">
          {session.model !== null && <span className="sessions-row-model truncate">{shortModel(session.model)}</span>}
          <span className="sessions-row-size">{sizes(session)}</span>
          <span className="sessions-row-marks">
            {session.errors > 0 && (
              <span className="sessions-row-errors" title={plural(session.errors, 'error')}>
                {formatTokens(session.errors)}
              </span>
            )}
            {unread && <span className="sessions-row-unread" title="Changed since you last looked" />}
          </span>
        </div>
      </div>
    </div>
  );
}

interface GroupItemProps {
  readonly id: string;
  readonly row: GroupRow;
  readonly active: boolean;
  readonly top: number;
  /** Stays at the top edge while its sessions are below. */
  readonly sticky: boolean;
  readonly onToggle: () => void;
}

export function GroupItem({ id, row, active, top, sticky, onToggle }: GroupItemProps) {
  const style = sticky ? {} : { transform: `translateY(${top}px)` };
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={id}
      role="treeitem"
      aria-hidden={sticky}
      aria-level={1}
      aria-selected={false}
      aria-expanded={!row.folded}
      aria-label={`${row.project}, ${plural(row.count, 'session')}`}
      className={`sessions-group ${active ? 'is-active' : ''} ${sticky ? 'is-sticky' : ''}`}
      style={style}
      onClick={onToggle}
    >
      <ChevronRight className={`sessions-group-chevron ${row.folded ? '' : 'is-open'}`} aria-hidden="true" />
      <span className="sessions-group-name truncate" title={row.project}>
        {row.project === '' ? 'No project' : row.project}
      </span>
      {row.unread > 0 && <span className="sessions-row-unread" title={`${row.unread} changed since you last looked`} />}
      <span className="sessions-group-count number">{formatCount(row.count)}</span>
    </div>
  );
}

/** Turns, spans, tokens and API value, as short as they can be. */
function sizes(session: Session): string {
  const tokens = totalTokens(session.usage);
  return [
    session.turns > 0 ? `${formatTokens(session.turns)} ${session.turns === 1 ? 'turn' : 'turns'}` : null,
    `${formatTokens(session.spans)} ${session.spans === 1 ? 'span' : 'spans'}`,
    tokens > 0 ? formatTokens(tokens) : null,
    // A price that is not known is told where there is room to say so.
    session.cost && session.cost.nanoUsd !== null ? costText(session.cost) : null,
  ]
    .filter(fact => fact !== null)
    .join(' · ');
}

function describe(session: Session, unread: boolean, nowMs: number): string {
  return [
    session.title === '' ? 'Untitled' : session.title,
    agentLook(session.agent).name,
    session.model,
    plural(session.turns, 'turn'),
    plural(session.spans, 'span'),
    `${formatTokens(totalTokens(session.usage))} tokens`,
    session.cost && session.cost.responses > 0 ? `API value ${costText(session.cost)}` : null,
    session.errors > 0 ? plural(session.errors, 'error') : null,
    session.updateUs === null ? null : describeAge(session.updateUs, nowMs),
    isWritten(session, nowMs) ? 'live' : null,
    unread ? 'changed since you last looked' : null,
  ]
    .filter(part => part !== null)
    .join(', ');
}
