import { useEffect, useState } from 'react';
import type { GraphCanvas, Hover } from './canvas/graph-canvas.ts';
import type { Visible } from './picture/choose-visible.ts';
import { describeNode } from './picture/describe.ts';

interface GraphTooltipProps {
  readonly canvas: GraphCanvas;
  readonly visible: Visible;
}

const delayMs = 350;
const size = { width: 320, height: 130 };

/** What the node under the pointer is, after a moment. The list and the announcements say it to screen readers. */
export function GraphTooltip({ canvas, visible }: GraphTooltipProps) {
  const [hover, setHover] = useState<Hover | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listening = canvas.onHover(next => {
      clearTimeout(timer);
      setHover(null);
      if (next) timer = setTimeout(() => setHover(next), delayMs);
    });
    return () => {
      clearTimeout(timer);
      listening.dispose();
    };
  }, [canvas]);
  const one = hover ? visible.nodes.get(hover.id) : undefined;
  if (!hover || !one) return null;
  const { what, name, summary, facts } = describeNode(one);
  const { x, y } = hover.at;
  const room = canvas.size();
  return (
    <div
      className="graph-tooltip"
      aria-hidden="true"
      style={{
        left: Math.max(8, Math.min(x + 14, room.width - size.width - 8)),
        top: y + size.height > room.height ? undefined : y + 18,
        bottom: y + size.height > room.height ? room.height - y + 14 : undefined,
      }}
    >
      <p className="graph-tooltip-what">{what}</p>
      <p className="graph-tooltip-name">{name}</p>
      {summary !== '' && summary !== name && <p className="graph-tooltip-summary">{summary}</p>}
      <p className="graph-tooltip-facts number">{facts.join(' · ')}</p>
    </div>
  );
}
