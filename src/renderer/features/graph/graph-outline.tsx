import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react';
import { KindIcon } from '../../ui/kind-icon.tsx';
import { stepFrom, type Step } from './graph-keys.ts';
import type { GraphPicture } from './graph-model.ts';
import type { VisibleNode } from './picture/choose-visible.ts';
import { describeInWords, describeNode } from './picture/describe.ts';
import type { PictureNode } from './picture/picture-node.ts';

interface GraphOutlineProps {
  readonly picture: GraphPicture;
  readonly currentId: string | null;
  readonly onSelect: (id: string) => void;
  readonly onToggle: (one: VisibleNode) => void;
}

const rowHeight = 26;
const estimateSize = () => rowHeight;

/** The nodes of the graph as a tree of lines: the same ones, open and closed alike. */
export function GraphOutline({ picture, currentId, onSelect, onToggle }: GraphOutlineProps) {
  const { visible } = picture;
  const rootId = picture.picture.root.id;
  const rows = useMemo(() => rowsOf(picture), [picture]);
  const at = Math.max(
    0,
    rows.findIndex(row => row.one.node.id === currentId),
  );
  const scroller = useRef<HTMLDivElement>(null);
  // Read during this render only.
  // oxlint-disable-next-line react/incompatible-library
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize,
    initialRect: { width: 320, height: 600 },
    overscan: 12,
    getItemKey: index => rows[index]?.one.node.id ?? index,
  });
  useEffect(() => virtual.scrollToIndex(at, { align: 'auto' }), [virtual, at]);
  const onKeyDown = (event: KeyboardEvent) => {
    const current = rows[at]?.one;
    if (!current || event.ctrlKey || event.altKey || event.metaKey) return;
    const { node, children } = current;
    const walk = (step: Step) => onSelect(stepFrom(visible, rootId, node.id, step));
    const line = (index: number) => {
      const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
      if (row) onSelect(row.one.node.id);
    };
    switch (event.key) {
      case 'ArrowDown':
        line(at + 1);
        break;
      case 'ArrowUp':
        line(at - 1);
        break;
      case 'Home':
        line(0);
        break;
      case 'End':
        line(rows.length - 1);
        break;
      case 'ArrowRight':
        if (children === 'closed') onToggle(current);
        else walk('child');
        break;
      case 'ArrowLeft':
        if (children === 'open' && node.parent) onToggle(current);
        else walk('parent');
        break;
      case 'Enter':
      case ' ':
        if (children !== 'none' && node.parent) onToggle(current);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={scroller}
      className="graph-outline"
      role="tree"
      aria-label="Graph as a list"
      aria-activedescendant={rows[at] ? rowId(rows[at].one.node.id) : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div className="graph-outline-rows" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(item => {
          const row = rows[item.index];
          return (
            row && (
              <OutlineRow
                key={item.key}
                row={row}
                top={item.start}
                isCurrent={row.one.node.id === currentId}
                onSelect={onSelect}
                onToggle={onToggle}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

interface Row {
  readonly one: VisibleNode;
  readonly level: number;
  readonly place: number;
  readonly count: number;
}

interface OutlineRowProps extends Pick<GraphOutlineProps, 'onSelect' | 'onToggle'> {
  readonly row: Row;
  readonly top: number;
  readonly isCurrent: boolean;
}

function OutlineRow({ row, top, isCurrent, onSelect, onToggle }: OutlineRowProps) {
  const { one, level } = row;
  const { node, children } = one;
  const { what, name, summary } = describeNode(one);
  const expands = children !== 'none' && node.parent !== null;
  return (
    // The tree takes the keys for all its rows.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={rowId(node.id)}
      className="graph-outline-row"
      role="treeitem"
      tabIndex={-1}
      aria-level={level}
      aria-posinset={row.place}
      aria-setsize={row.count}
      aria-selected={isCurrent}
      aria-expanded={expands ? children === 'open' : undefined}
      aria-label={describeInWords(one)}
      style={{ top, height: rowHeight, paddingLeft: 8 + Math.min(level - 1, 12) * 14 }}
      onClick={() => onSelect(node.id)}
      onDoubleClick={() => expands && onToggle(one)}
    >
      <span
        className="graph-outline-toggle"
        aria-hidden="true"
        onClick={event => {
          event.stopPropagation();
          if (expands) onToggle(one);
        }}
      >
        {expands && (children === 'open' ? <ChevronDown /> : <ChevronRight />)}
      </span>
      <Mark node={node} />
      <span className="truncate">
        {node.kind === 'turn' && <b className="graph-outline-turn number">{node.turn}</b>}
        {node.kind === 'part' ? `${what} ${name}` : name}
        {summary !== '' && summary !== name && <span className="graph-outline-summary"> {summary}</span>}
      </span>
    </div>
  );
}

function Mark({ node }: { readonly node: PictureNode }) {
  if (node.kind === 'span') return <KindIcon kind={node.span.kind} root={node.parent === null} />;
  return node.kind === 'run' ? <KindIcon kind="tool" /> : null;
}

/** Depth first, as a list is read. */
function rowsOf({ picture, visible }: GraphPicture): Row[] {
  const rows: Row[] = [];
  const stack: { readonly node: PictureNode; readonly place: number }[] = [{ node: picture.root, place: 1 }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node, place } = next;
    const one = visible.nodes.get(node.id);
    if (!one) continue;
    rows.push({ one, level: node.depth + 1, place, count: node.parent?.children.length ?? 1 });
    if (one.children !== 'open') continue;
    for (let index = node.children.length - 1; index >= 0; index -= 1) {
      const child = node.children[index];
      if (child) stack.push({ node: child, place: index + 1 });
    }
  }
  return rows;
}

function rowId(id: string): string {
  return `graph-row-${id}`;
}
