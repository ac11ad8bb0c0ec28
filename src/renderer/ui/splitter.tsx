import { type PointerEvent, useRef } from 'react';
import './splitter.css';

interface SplitterProps {
  /** Which side the panel that it sizes lies on. */
  readonly panel: 'left' | 'right' | 'bottom';
  readonly label: string;
  readonly size: number;
  readonly min: number;
  readonly max: number;
  readonly onResize: (size: number) => void;
  /** A double click puts it back. */
  readonly onReset?: () => void;
}

const STEP = 16;

/** The edge between two panels: dragged, or moved with the arrow keys. Sizes are pixels. */
export function Splitter({ panel, label, size, min, max, onResize, onReset }: SplitterProps) {
  const drag = useRef<{ readonly from: number; readonly size: number } | null>(null);
  const sign = panel === 'left' ? 1 : -1;
  const isVertical = panel !== 'bottom';
  const along = (event: PointerEvent) => (isVertical ? event.clientX : event.clientY);
  const resize = (next: number) => onResize(Math.round(Math.min(max, Math.max(min, next))));
  const move = (event: PointerEvent) => {
    if (drag.current) resize(drag.current.size + sign * (along(event) - drag.current.from));
  };
  return (
    // A separator that can be focused is a widget (WAI-ARIA window splitter); the lint rule knows only the static one.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/prefer-tag-over-role
    <div
      className={`splitter ${isVertical ? 'splitter-vertical' : 'splitter-horizontal'}`}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="separator"
      aria-orientation={isVertical ? 'vertical' : 'horizontal'}
      aria-label={label}
      aria-valuenow={size}
      aria-valuemin={min}
      aria-valuemax={max}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onPointerDown={event => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { from: along(event), size };
      }}
      onPointerMove={move}
      onPointerUp={() => (drag.current = null)}
      onPointerCancel={() => (drag.current = null)}
      onDoubleClick={onReset}
      onKeyDown={event => {
        if (event.key === (isVertical ? 'ArrowRight' : 'ArrowDown')) resize(size + sign * STEP);
        else if (event.key === (isVertical ? 'ArrowLeft' : 'ArrowUp')) resize(size - sign * STEP);
        else if (event.key === 'Home') resize(min);
        else if (event.key === 'End') resize(max);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}
