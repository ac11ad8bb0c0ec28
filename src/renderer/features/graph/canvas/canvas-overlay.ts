// A second canvas over Cytoscape's: what stands on the nodes, and the light on what is under the pointer.
//
// Contract: draws what it is told, in the frame that it is told. The light costs no restyling below: a veil dims all,
// and the lit nodes and edges are drawn once more above it.

import type { Disposable } from '../../../../shared/base/disposable.ts';
import { Emitter } from '../../../../shared/base/emitter.ts';
import type { Point } from '../layout/layout.ts';
import { type Appearance, circleText, sizes } from '../picture/appearance.ts';
import type { Mounted } from '../picture/diff.ts';
import { NodePainter } from './node-painter.ts';
import type { Palette } from './palette.ts';

export interface Scene {
  /** Of the container, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly zoom: number;
  readonly pan: Point;
  readonly extent: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };
  readonly nodes: ReadonlyMap<string, Omit<Mounted, 'at'>>;
  /** The node in the user's hand. */
  readonly grabbedId: string | null;
  placeOf(id: string): Point;
}

const veilOpacity = 0.8;
const fadeMs = 140;

export class CanvasOverlay implements Disposable {
  private readonly canvas: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D | null;
  private readonly frames = new Emitter<void>();
  private readonly fade: number;
  private palette: Palette;
  private painter: NodePainter | undefined;
  private litId: string | null = null;
  private litAtMs = 0;
  private frame: number | undefined;

  constructor(container: HTMLElement, palette: Palette, reducedMotion: boolean) {
    this.canvas = container.ownerDocument.createElement('canvas');
    this.canvas.className = 'graph-overlay';
    container.append(this.canvas);
    this.context = this.canvas.getContext('2d');
    this.palette = palette;
    this.fade = reducedMotion ? 0 : fadeMs;
    this.setPalette(palette);
  }

  /** Told when it has to be drawn again although nothing below it changed. */
  onNeedsFrame(listener: () => void): Disposable {
    return this.frames.on(listener);
  }

  setPalette(palette: Palette): void {
    this.palette = palette;
    if (this.context) this.painter = new NodePainter(this.context, palette);
  }

  /** Lights a node, its way to the root and what is below it; null: nothing. */
  light(id: string | null): void {
    if (id === this.litId) return;
    // From one node to the next the veil stays.
    if (this.litId === null) this.litAtMs = performance.now();
    this.litId = id;
    this.askFrame();
  }

  draw(scene: Scene): void {
    const { canvas, context, painter } = this;
    if (!context || !painter) return;
    const ratio = window.devicePixelRatio;
    const width = Math.round(scene.width * ratio);
    const height = Math.round(scene.height * ratio);
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.setTransform(scene.zoom * ratio, 0, 0, scene.zoom * ratio, scene.pan.x * ratio, scene.pan.y * ratio);
    const raised: Omit<Mounted, 'at'>[] = [];
    for (const node of scene.nodes.values()) {
      const at = scene.placeOf(node.id);
      if (!isInView(node.appearance, at, scene)) continue;
      if (node.pinned || node.id === scene.grabbedId) raised.push(node);
      else painter.paint(node.appearance, at, scene.zoom);
    }
    // Above the text of what they lie on.
    for (const { id, appearance } of raised) {
      painter.paintShape(appearance, scene.placeOf(id), false);
      painter.paint(appearance, scene.placeOf(id), scene.zoom);
    }
    if (this.litId !== null && scene.nodes.has(this.litId)) this.drawLight(context, painter, scene, this.litId);
  }

  dispose(): void {
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
    this.canvas.remove();
  }

  private drawLight(context: CanvasRenderingContext2D, painter: NodePainter, scene: Scene, id: string): void {
    const { x1, y1, x2, y2 } = scene.extent;
    const part = this.fade === 0 ? 1 : Math.min(1, (performance.now() - this.litAtMs) / this.fade);
    context.globalAlpha = veilOpacity * part;
    context.fillStyle = this.palette.ground;
    context.fillRect(x1, y1, x2 - x1, y2 - y1);
    context.globalAlpha = 1;
    const { above, below } = relativesOf(scene, id);
    const edge = (child: string, parent: string, onWay: boolean) => {
      const from = scene.nodes.get(parent);
      const to = scene.nodes.get(child);
      if (from && to) {
        painter.paintEdge(from.appearance, scene.placeOf(parent), to.appearance, scene.placeOf(child), onWay);
      }
    };
    for (const [child, parent] of below) edge(child, parent, false);
    for (const [child, parent] of above) edge(child, parent, true);
    for (const lit of new Set([id, ...above.values(), ...below.keys()])) {
      const node = scene.nodes.get(lit);
      const at = scene.placeOf(lit);
      if (!node || !isInView(node.appearance, at, scene)) continue;
      painter.paintShape(node.appearance, at, lit === id);
      painter.paint(node.appearance, at, scene.zoom);
    }
    if (part < 1) this.askFrame();
  }

  private askFrame(): void {
    if (this.frame !== undefined) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = undefined;
      this.frames.emit();
    });
  }
}

/** The edges above and below a node, each by its child. */
function relativesOf(
  { nodes }: Scene,
  id: string,
): { readonly above: Map<string, string>; readonly below: Map<string, string> } {
  const above = new Map<string, string>();
  for (let at = id, parent = nodes.get(id)?.parentId ?? null; parent !== null;) {
    above.set(at, parent);
    at = parent;
    parent = nodes.get(at)?.parentId ?? null;
  }
  const below = new Map<string, string>();
  // Parents stand before their children.
  for (const [child, { parentId }] of nodes) {
    if (parentId !== null && (parentId === id || below.has(parentId))) below.set(child, parentId);
  }
  return { above, below };
}

function isInView({ form }: Appearance, at: Point, { extent: { x1, y1, x2, y2 } }: Scene): boolean {
  const half = sizes[form].width / 2;
  return at.x + half + circleText.width > x1 && at.x - half - 20 < x2 && at.y + 60 > y1 && at.y - 60 < y2;
}
