import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import type { RawRecord } from '../../../shared/contract/trace.ts';
import type { RecordId, SpanId } from '../../../shared/model/ids.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { Span } from '../../../shared/model/span.ts';
import { Badge } from '../../ui/badge.tsx';
import { formatBytes, formatCount, formatDateTime, formatTime, shortPath } from '../../ui/format.ts';
import { KindIcon, kindNames } from '../../ui/kind-icon.tsx';
import { reveal } from '../../ui/reveal.ts';
import type { RecordPages } from './record-pages.ts';

interface RecordTableProps {
  readonly pages: RecordPages;
  readonly total: number;
  /** Grows when something was loaded into `pages`. */
  readonly version: number;
  readonly spans: ReadonlyMap<SpanId, Span>;
  readonly chosen: RecordId | null;
  /** A place to bring into view, once each time that it changes. */
  readonly shown: number | null;
  readonly onChoose: (record: RawRecord) => void;
  readonly onClose: () => void;
}

const ROW = 26;
const HEAD = 26;
/** So near to the end counts as being there, and new records are followed. */
const END_PX = ROW * 2;

/** Every record of the session, in order. Rows are loaded as they come into view. */
export function RecordTable(props: RecordTableProps) {
  const { pages, total, spans, chosen, shown, onChoose, onClose } = props;
  const prefix = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const atEnd = useRef(false);
  const isOpen = chosen !== null;
  const [activeIndex, setActiveIndex] = useState(0);
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
    useFlushSync: false,
    initialRect: { width: 800, height: 600 },
  });
  const items = virtualizer.getVirtualItems();
  const from = items[0]?.index ?? 0;
  const to = (items.at(-1)?.index ?? 0) + 1;
  useEffect(() => pages.want(from, to), [pages, from, to]);
  useEffect(() => {
    if (shown === null) return;
    revealRecord(scroller.current, shown);
    setActiveIndex(shown);
  }, [shown, isOpen]);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element && atEnd.current) element.scrollTo({ top: element.scrollHeight });
  }, [total]);

  const active = Math.min(activeIndex, total - 1);
  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(total - 1, index));
    setActiveIndex(next);
    revealRecord(scroller.current, next);
    const record = pages.at(next);
    // With a record open below, the arrows go through the records.
    if (record && chosen !== null) onChoose(record);
  };
  const choose = (index: number) => {
    setActiveIndex(index);
    const record = pages.at(index);
    if (record) onChoose(record);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / ROW) - 2);
    const actions: Readonly<Record<string, () => void>> = {
      ArrowDown: () => moveTo(active + 1),
      ArrowUp: () => moveTo(active - 1),
      PageDown: () => moveTo(active + page),
      PageUp: () => moveTo(active - page),
      Home: () => moveTo(0),
      End: () => moveTo(total - 1),
      Enter: () => choose(active),
      ' ': () => choose(active),
      ...(chosen === null ? {} : { Escape: onClose }),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  };
  const above = items[0]?.start ?? 0;
  const below = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div
      ref={scroller}
      className="raw-table"
      role="grid"
      tabIndex={0}
      aria-label="Records in file order"
      aria-rowcount={total + 1}
      aria-activedescendant={`${prefix}-${active}`}
      onKeyDown={onKeyDown}
      onScroll={event => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        atEnd.current = scrollHeight - scrollTop - clientHeight < END_PX;
      }}
    >
      <table role="presentation">
        <thead>
          <tr>
            <th className="raw-col-line">Line</th>
            <th className="raw-col-offset">Offset</th>
            <th className="raw-col-time">Time</th>
            <th className="raw-col-type">Type</th>
            <th className="raw-col-span">Span</th>
            <th className="raw-col-size">Size</th>
            <th className="raw-col-file">File</th>
          </tr>
        </thead>
        <tbody>
          {above > 0 && <tr aria-hidden="true" style={{ height: above }} />}
          {items.map(({ index }) => {
            const record = pages.at(index);
            return (
              <RecordRow
                key={index}
                id={`${prefix}-${index}`}
                index={index}
                record={record}
                span={record?.spanId == null ? undefined : spans.get(record.spanId)}
                isNewFile={record !== undefined && pages.at(index - 1)?.path !== record.path}
                isChosen={record !== undefined && record.recordId === chosen}
                isActive={index === active}
                onChoose={() => choose(index)}
              />
            );
          })}
          {below > 0 && <tr aria-hidden="true" style={{ height: below }} />}
        </tbody>
      </table>
    </div>
  );
}

function revealRecord(scroller: HTMLElement | null, index: number): void {
  reveal(scroller, { top: HEAD + index * ROW, height: ROW, covered: HEAD });
}

interface RecordRowProps {
  readonly id: string;
  readonly index: number;
  readonly record: RawRecord | undefined;
  readonly span: Span | undefined;
  /** The record before it stands in another file. */
  readonly isNewFile: boolean;
  readonly isChosen: boolean;
  readonly isActive: boolean;
  readonly onChoose: () => void;
}

function RecordRow({ id, index, record, span, isNewFile, isChosen, isActive, onChoose }: RecordRowProps) {
  if (!record) {
    return (
      <tr id={id} className="raw-row raw-row-loading" aria-rowindex={index + 2}>
        <td colSpan={7} aria-label="Loading">
          <span className="raw-row-bar" />
        </td>
      </tr>
    );
  }
  const classes = [
    'raw-row number',
    isChosen ? 'is-chosen' : '',
    isActive ? 'is-active' : '',
    isNewFile && index > 0 ? 'is-new-file' : '',
    record.rejected === null ? '' : 'is-rejected',
  ];
  return (
    // Keys are handled by the grid, which keeps the focus (aria-activedescendant).
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <tr id={id} className={classes.join(' ')} aria-rowindex={index + 2} aria-selected={isChosen} onClick={onChoose}>
      <td>{formatCount(record.line)}</td>
      <td className="raw-row-offset">{formatCount(record.offset)}</td>
      <td title={record.atUs === null ? 'No time is recorded' : formatDateTime(record.atUs, true)}>
        {record.atUs === null ? '' : formatTime(record.atUs, true)}
      </td>
      <td className="raw-row-type" title={record.rejected ?? record.type}>
        {record.rejected === null ? record.type : <span className="raw-row-reason">{record.rejected}</span>}
        <Marks record={record} />
      </td>
      <td className="raw-row-span">
        {span && (
          <span title={`${kindNames[span.kind]}: ${span.name}`}>
            <KindIcon kind={span.kind} root={span.id === ROOT_SPAN} size={10} />
            {span.name}
          </span>
        )}
      </td>
      <td>{formatBytes(record.length)}</td>
      <td className="raw-row-file" title={record.path}>
        {isNewFile ? shortPath(record.path, 1) : ''}
      </td>
    </tr>
  );
}

function Marks({ record }: { readonly record: RawRecord }) {
  return (
    <>
      {record.rejected !== null && (
        <Badge tone="bad" title={record.rejected}>
          rejected
        </Badge>
      )}
      {record.rejected === null && !record.known && (
        <Badge tone="warn" title="This version does not know this type of record; it is kept as it is">
          unknown
        </Badge>
      )}
      {record.copy && (
        <Badge title="The same record stands in an earlier file (a resumed or forked session)">copy</Badge>
      )}
    </>
  );
}
