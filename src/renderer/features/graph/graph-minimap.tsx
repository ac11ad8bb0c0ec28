import { type PointerEvent, useEffect, useRef } from 'react';
import type { Box, GraphCanvas } from './canvas/graph-canvas.ts';
import { type Palette, readPalette } from './canvas/palette.ts';
import type { GraphPicture } from './graph-model.ts';
import type { Point } from './layout/layout.ts';
import { sizes } from './picture/appearance.ts';

interface GraphMinimapProps {
  readonly canvas: GraphCanvas;
  readonly picture: GraphPicture;
  readonly currentId: string | null;
}

const width = 200;
const height = 92;
const padding = 6;

/** All of the graph in small, with the part in view. Press or drag to go there; everything else can do it by keys. */
export function GraphMinimap({ canvas, picture, currentId }: GraphMinimapProps) {
  const element = useRef<HTMLCanvasElement>(null);
  const scale = scaleOf(picture);
  useEffect(() => {
    const context = element.current?.getContext('2d');
    if (!context || !element.current) return undefined;
    const ratio = window.devicePixelRatio;
    element.current.width = width * ratio;
    element.current.height = height * ratio;
    const nodes = document.createElement('canvas');
    nodes.width = width * ratio;
    nodes.height = height * ratio;
    const palette = readPalette(element.current);
    const own = nodes.getContext('2d');
    if (own) drawNodes(own, picture, currentId, palette, scale, ratio);
    const draw = () => drawView(context, nodes, canvas.extent(), palette, scale, ratio);
    draw();
    const listening = canvas.onFrame(draw);
    return () => listening.dispose();
  }, [canvas, picture, currentId, scale]);
  const go = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.buttons === 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const bounds = event.currentTarget.getBoundingClientRect();
    canvas.panTo(scale.toGraph({ x: event.clientX - bounds.left, y: event.clientY - bounds.top }));
  };
  return (
    <canvas
      ref={element}
      className="graph-minimap"
      style={{ width, height }}
      aria-hidden="true"
      onPointerDown={go}
      onPointerMove={go}
    />
  );
}

interface Scale {
  readonly factorX: number;
  readonly factorY: number;
  toMap(at: Point): Point;
  toGraph(at: Point): Point;
}

/** Graphs are far wider than high: both directions are scaled by themselves, within reason. */
function scaleOf({ mounted }: GraphPicture): Scale {
  let x1 = Infinity;
  let x2 = -Infinity;
  let y1 = Infinity;
  let y2 = -Infinity;
  for (const { at } of mounted.values()) {
    x1 = Math.min(x1, at.x - 120);
    x2 = Math.max(x2, at.x + 200);
    y1 = Math.min(y1, at.y - 50);
    y2 = Math.max(y2, at.y + 50);
  }
  const factorX = Math.min(0.16, (width - padding * 2) / (x2 - x1));
  const factorY = Math.min(0.16, (height - padding * 2) / (y2 - y1), factorX * 20);
  const left = padding;
  const top = (height - (y2 - y1) * factorY) / 2;
  return {
    factorX,
    factorY,
    toMap: ({ x, y }) => ({ x: left + (x - x1) * factorX, y: top + (y - y1) * factorY }),
    toGraph: ({ x, y }) => ({ x: (x - left) / factorX + x1, y: (y - top) / factorY + y1 }),
  };
}

function drawNodes(
  context: CanvasRenderingContext2D,
  picture: GraphPicture,
  currentId: string | null,
  palette: Palette,
  scale: Scale,
  ratio: number,
): void {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  for (const { id, at, appearance } of picture.mounted.values()) {
    const { form, mark } = appearance;
    const size = sizes[form];
    const { x, y } = scale.toMap(at);
    const w = Math.max(1.5, size.width * scale.factorX);
    const h = Math.max(2, size.height * scale.factorY);
    context.fillStyle = form === 'tile' ? palette.lineStrong : mark === 'error' ? palette.bad : palette[form];
    context.fillRect(x - w / 2, y - h / 2, w, h);
    if (id !== currentId) continue;
    context.strokeStyle = palette.focus;
    context.lineWidth = 2;
    context.strokeRect(x - w / 2 - 2, y - h / 2 - 2, w + 4, h + 4);
  }
}

function drawView(
  context: CanvasRenderingContext2D,
  nodes: HTMLCanvasElement,
  extent: Box,
  palette: Palette,
  scale: Scale,
  ratio: number,
): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, nodes.width, nodes.height);
  context.drawImage(nodes, 0, 0);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const from = scale.toMap({ x: extent.x1, y: extent.y1 });
  const to = scale.toMap({ x: extent.x2, y: extent.y2 });
  const x1 = Math.max(1, from.x);
  const y1 = Math.max(1, from.y);
  context.strokeStyle = palette.accent;
  context.lineWidth = 1.5;
  context.strokeRect(x1, y1, Math.min(width - 1, to.x) - x1, Math.min(height - 1, to.y) - y1);
}
