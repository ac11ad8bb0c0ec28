// The rows of the session list. Only what is visible is in the document; the focus stays on the list itself and the
// active row is named to screen readers, so that scrolling never loses it.

import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useEffect,
  useEffectEvent,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { SessionId } from '../../../shared/model/ids.ts';
import { useNow } from '../../state/use-now.ts';
import { reveal } from '../../ui/reveal.ts';
import { GroupItem, SessionItem } from './session-row.tsx';
import { type Row, rowHeights, rowOffsets, sessionKey } from './session-rows.ts';
import { useAnchor } from './use-anchor.ts';

interface SessionTreeProps {
  readonly rows: readonly Row[];
  readonly selectedId: SessionId | null;
  readonly treeRef: RefObject<HTMLDivElement | null>;
  readonly onOpen: (id: SessionId) => void;
  readonly onFold: (project: string, folded: boolean) => void;
}

export function SessionTree({ rows, selectedId, treeRef, onOpen, onFold }: SessionTreeProps) {
  const nowMs = useNow();
  const prefix = useId();
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const [focused, setFocused] = useState(false);
  const hovered = useRef(false);
  const offsets = useMemo(() => rowOffsets(rows), [rows]);
  const headings = useMemo(() => rows.flatMap((row, index) => (row.kind === 'group' ? [index] : [])), [rows]);
  const hold = useCallback(
    () => hovered.current || focused || (treeRef.current?.scrollTop ?? 0) > 4,
    [focused, treeRef],
  );
  useAnchor(treeRef, rows, offsets, hold);

  // A new function makes the library measure all rows anew, so each stands as long as the rows do.
  const estimateSize = useCallback((index: number) => rowHeights[rows[index]?.kind ?? 'session'], [rows]);
  const getItemKey = useCallback((index: number) => rows[index]?.key ?? index, [rows]);
  // Playhead does not use React's compiler, which this library does not fit.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => treeRef.current,
    estimateSize,
    getItemKey,
    overscan: 8,
    useFlushSync: false,
    initialRect: { width: 280, height: 800 },
  });
  const items = virtualizer.getVirtualItems();
  const top = virtualizer.scrollOffset ?? 0;
  const stickyIndex = headings.findLast(index => (offsets[index] ?? 0) <= top) ?? null;
  const stickyRow = stickyIndex === null ? undefined : rows[stickyIndex];

  const scrollTo = (index: number) =>
    reveal(treeRef.current, {
      top: offsets[index] ?? 0,
      height: rowHeights[rows[index]?.kind ?? 'session'],
      covered: rows[index]?.kind === 'group' ? 0 : rowHeights.group,
    });
  useReveal(selectedId, rows, scrollTo);

  const selectedKey = selectedId === null ? null : sessionKey(selectedId);
  const wanted = activeKey ?? selectedKey;
  const found = rows.findIndex(row => row.key === wanted);
  const active = found === -1 ? 0 : found;
  const idOf = (key: string) => `${prefix}-${key}`;
  const moveTo = (index: number) => {
    const row = rows[index];
    if (!row) return;
    setActiveKey(row.key);
    scrollTo(index);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[active];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((treeRef.current?.clientHeight ?? 400) / rowHeights.session) - 1);
    const actions: Readonly<Record<string, () => void>> = {
      ArrowDown: () => moveTo(Math.min(rows.length - 1, active + 1)),
      ArrowUp: () => moveTo(Math.max(0, active - 1)),
      PageDown: () => moveTo(Math.min(rows.length - 1, active + page)),
      PageUp: () => moveTo(Math.max(0, active - page)),
      Home: () => moveTo(0),
      End: () => moveTo(rows.length - 1),
      ArrowLeft: () => {
        if (row.kind === 'session') moveTo(rows.findLastIndex((other, at) => at < active && other.kind === 'group'));
        else if (!row.folded) onFold(row.project, true);
      },
      ArrowRight: () => {
        if (row.kind === 'session') return;
        if (row.folded) onFold(row.project, false);
        else moveTo(active + 1);
      },
      Enter: () => (row.kind === 'session' ? onOpen(row.session.id) : onFold(row.project, !row.folded)),
      ' ': () => (row.kind === 'session' ? onOpen(row.session.id) : onFold(row.project, !row.folded)),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };

  const render = (row: Row, start: number, sticky: boolean) =>
    row.kind === 'group' ? (
      <GroupItem
        key={sticky ? 'sticky' : row.key}
        id={sticky ? `${idOf(row.key)}-sticky` : idOf(row.key)}
        row={row}
        active={focused && rows[active]?.key === row.key}
        top={start}
        sticky={sticky}
        onToggle={() => onFold(row.project, !row.folded)}
      />
    ) : (
      <SessionItem
        key={row.key}
        id={idOf(row.key)}
        row={row}
        selected={row.session.id === selectedId}
        active={focused && rows[active]?.key === row.key}
        nowMs={nowMs}
        top={start}
        onOpen={() => {
          setActiveKey(row.key);
          onOpen(row.session.id);
        }}
      />
    );
  const activeRow = rows[active];
  return (
    <div
      ref={treeRef}
      className="sessions-tree"
      role="tree"
      tabIndex={0}
      aria-label="Sessions by project"
      aria-activedescendant={activeRow ? idOf(activeRow.key) : undefined}
      onKeyDown={onKeyDown}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
      onPointerEnter={() => (hovered.current = true)}
      onPointerLeave={() => (hovered.current = false)}
    >
      {stickyRow && top > 0 && <div className="sessions-sticky">{render(stickyRow, 0, true)}</div>}
      <div className="sessions-rows" role="presentation" style={{ height: virtualizer.getTotalSize() }}>
        {items.map(item => {
          const row = rows[item.index];
          return row && render(row, item.start, false);
        })}
      </div>
    </div>
  );
}

/** Brings a session into view, once, when it is selected from elsewhere; a new one as soon as it is in the list. */
function useReveal(selectedId: SessionId | null, rows: readonly Row[], scrollTo: (index: number) => void): void {
  const revealed = useRef<SessionId | null>(null);
  const show = useEffectEvent((id: SessionId) => {
    if (revealed.current === id) return;
    const index = rows.findIndex(row => row.key === sessionKey(id));
    if (index === -1) return;
    revealed.current = id;
    scrollTo(index);
  });
  useEffect(() => {
    if (selectedId !== null) show(selectedId);
  }, [selectedId, rows]);
}
