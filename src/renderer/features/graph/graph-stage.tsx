import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent } from 'react';
import type { SessionId, SpanId } from '../../../shared/model/ids.ts';
import type { SessionEvent, Span } from '../../../shared/model/span.ts';
import { usePlace } from '../../state/place.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import type { Tap } from './canvas/graph-canvas.ts';
import { stepFrom, stepKeys } from './graph-keys.ts';
import { GraphMinimap } from './graph-minimap.tsx';
import { GraphOutline } from './graph-outline.tsx';
import { placeOf, selectedNodeId } from './graph-selection.ts';
import { GraphStatus } from './graph-status.tsx';
import { GraphToolbar } from './graph-toolbar.tsx';
import { GraphTooltip } from './graph-tooltip.tsx';
import { isGroup, type VisibleNode } from './picture/choose-visible.ts';
import { describeInWords } from './picture/describe.ts';
import { sizes } from './picture/appearance.ts';
import { useGraph } from './use-graph.ts';

interface GraphStageProps {
  readonly sessionId: SessionId;
  readonly spans: ReadonlyMap<SpanId, Span>;
  readonly events: ReadonlyMap<string, SessionEvent>;
}

/** The canvas with all that stands around it. */
export function GraphStage({ sessionId, spans, events }: GraphStageProps) {
  const { place, go } = usePlace();
  const selected = selectedNodeId(place, events);
  const { attach, graph, picture, error } = useGraph(sessionId, { spans, events }, selected);
  const [cursor, setCursor] = useState<string | null>(null);
  const [spoken, setSpoken] = useState('');
  const [listed, setListed] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const opened = useRef<{ readonly id: string; readonly atMs: number } | null>(null);
  const visible = picture?.visible;
  const currentId = cursor !== null && visible?.nodes.has(cursor) ? cursor : (visible?.selectedId ?? null);

  useEffect(() => graph?.screen.setCursor(cursor), [graph, cursor]);

  const select = (one: VisibleNode) => {
    const to = placeOf(one.node);
    setCursor(to ? null : one.node.id);
    graph?.keepView(to ? one.node.id : null);
    go(to ?? { spanId: null, eventId: null }, { replace: true });
  };
  const toggle = (one: VisibleNode) => graph?.screen.setOpen(one.node.id, one.children === 'closed');

  const onTap = useEffectEvent(({ id, twice, offset }: Tap) => {
    // Cytoscape takes the focus from what has it, and gives it to nothing.
    frame.current?.focus({ preventScroll: true });
    const one = id === null ? undefined : visible?.nodes.get(id);
    if (!one || id === null) {
      if (id === null && !twice) {
        setCursor(null);
        go({ spanId: null, eventId: null });
      }
      return;
    }
    const { node, children } = one;
    if (twice) {
      // The first tap of the two opened it already.
      const justOpened = opened.current?.id === id && performance.now() - opened.current.atMs < 500;
      if (node.children.length > 0 && !justOpened) toggle(one);
      return;
    }
    select(one);
    const opens = node.kind !== 'span' && children === 'closed';
    if (opens) opened.current = { id, atMs: performance.now() };
    if (opens || (node.kind !== 'span' && isOnChevron(offset))) toggle(one);
  });
  useEffect(() => {
    const listening = graph?.screen.canvas.onTap(tap => onTap(tap));
    return () => listening?.dispose();
  }, [graph]);

  const goTo = (id: string) => {
    const one = visible?.nodes.get(id);
    if (!one || !graph) return;
    select(one);
    graph.screen.canvas.reveal(id, true);
    setSpoken(describeInWords(one));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!graph || !picture || event.ctrlKey || event.altKey || event.metaKey) return;
    const current = currentId === null ? undefined : picture.visible.nodes.get(currentId);
    const step = stepKeys[event.key];
    if (step) goTo(stepFrom(picture.visible, picture.picture.root.id, currentId, step));
    else if (event.key === 'End') goTo(picture.newestId);
    else if (event.key === 'Enter' && current) {
      if (isGroup(current.node) || current.children === 'closed') toggle(current);
      else focusInspector();
    } else if (event.key === ' ' && current && current.children !== 'none') toggle(current);
    else if (event.key === '+' || event.key === '=') graph.screen.canvas.zoomBy(1.25);
    else if (event.key === '-') graph.screen.canvas.zoomBy(0.8);
    else if (event.key === 'f') graph.screen.canvas.fit(true);
    else if (event.key === '0') graph.screen.reset();
    else if (event.key === 'l') setListed(!listed);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <section className="graph" aria-label="Graph">
      {graph && picture && (
        <GraphToolbar graph={graph} picture={picture} listed={listed} onList={() => setListed(!listed)} />
      )}
      <div className="graph-body">
        {listed && picture && (
          <GraphOutline picture={picture} currentId={currentId} onSelect={goTo} onToggle={toggle} />
        )}
        {/* An application of its own for the keyboard: what it draws is said by the list, and by the line that is spoken. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
        <div
          ref={frame}
          className="graph-canvas-frame"
          role="application"
          aria-label="Graph of the session. Arrow keys walk it, Enter opens a group or the inspector, L shows it as a list."
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          onKeyDown={onKeyDown}
        >
          <div ref={attach} className="graph-canvas" data-painted={picture ? picture.mounted.size : undefined} />
          {graph && picture && <GraphTooltip canvas={graph.screen.canvas} visible={picture.visible} />}
          {graph && picture && <GraphMinimap canvas={graph.screen.canvas} picture={picture} currentId={currentId} />}
          {picture && <GraphStatus picture={picture} />}
        </div>
      </div>
      {error && <FailureNotice error={error} what="The graph could not be laid out." />}
      <p className="visually-hidden" aria-live="polite">
        {spoken}
      </p>
    </section>
  );
}

/** The upper right corner of a tile. */
function isOnChevron({ x, y }: { readonly x: number; readonly y: number }): boolean {
  return x > sizes.tile.width / 2 - 34 && y < 0;
}

function focusInspector(): void {
  document.querySelector<HTMLElement>('[data-inspector]')?.focus();
}
