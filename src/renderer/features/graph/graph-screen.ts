// Brings the model's pictures to the canvas, and decides what of them is in view.
//
// Contract: news never moves what the user looks at, with two exceptions: a selection made elsewhere is brought into
// view, and the newest node stays in view when it was before. Opening a group leaves the group where it is.

import { type Disposable, DisposableStore } from '../../../shared/base/disposable.ts';
import type { GraphCanvas } from './canvas/graph-canvas.ts';
import type { ViewMemory } from './graph-memory.ts';
import type { GraphModel, GraphPicture } from './graph-model.ts';
import { diffMounted } from './picture/diff.ts';
import { sizes } from './picture/appearance.ts';

/** At a smaller zoom text is hard to read: what does not fit at it is not fitted at the start. */
const legibleZoom = 0.7;
const startZoom = 0.85;

export class GraphScreen implements Disposable {
  readonly canvas: GraphCanvas;
  private readonly lifetime = new DisposableStore();
  private readonly model: GraphModel;
  private readonly memory: ViewMemory;
  private drawn: GraphPicture | undefined;
  private cursorId: string | null = null;
  private centreOnSelection = false;
  private anchorId: string | null = null;

  constructor(canvas: GraphCanvas, model: GraphModel, memory: ViewMemory) {
    this.canvas = this.lifetime.add(canvas);
    this.model = this.lifetime.add(model);
    this.memory = memory;
    this.lifetime.add(model.onChange(() => this.draw()));
    this.lifetime.add(canvas.onDrop(({ id, at }) => model.pin(id, at)));
  }

  /** The selection was made elsewhere: the next picture brings it into view. */
  bringSelection(): void {
    this.centreOnSelection = true;
  }

  setOpen(id: string, open: boolean): void {
    this.anchorId = id;
    this.model.setOpen(id, open);
  }

  setCursor(id: string | null): void {
    this.cursorId = id;
    this.canvas.mark(this.drawn?.visible.selectedId ?? null, id);
  }

  showNewest(): void {
    if (this.drawn) this.canvas.reveal(this.drawn.newestId, true);
  }

  /** Back to the size and place of the beginning. */
  reset(): void {
    if (this.drawn) this.placeView(this.drawn, true);
  }

  dispose(): void {
    if (this.drawn) this.memory.viewport = this.canvas.viewport();
    this.lifetime.dispose();
  }

  private draw(): void {
    const next = this.model.snapshot();
    const { drawn, canvas } = this;
    if (!next || next === drawn) return;
    const follows = drawn !== undefined && drawn.newestId !== next.newestId && canvas.isInView(drawn.newestId);
    const change = diffMounted(drawn?.mounted ?? new Map(), next.mounted);
    canvas.apply(change, drawn !== undefined);
    canvas.mark(next.visible.selectedId, this.cursorId);
    this.drawn = next;
    if (!drawn) {
      if (this.memory.viewport && !this.centreOnSelection) canvas.setViewport(this.memory.viewport);
      else this.placeView(next, false);
    } else if (this.centreOnSelection && next.visible.selectedId !== null) {
      canvas.centre(next.visible.selectedId, true);
    } else if (next.relaid) this.holdAnchor(drawn, next);
    else if (follows) canvas.reveal(next.newestId, true);
    this.centreOnSelection = false;
    this.anchorId = null;
  }

  /** What was opened or closed stays under the pointer, although all after it moves. */
  private holdAnchor(drawn: GraphPicture, next: GraphPicture): void {
    const id = this.anchorId ?? next.visible.selectedId;
    const before = id === null ? undefined : drawn.mounted.get(id)?.at;
    const after = id === null ? undefined : next.mounted.get(id)?.at;
    if (!before || !after || (before.x === after.x && before.y === after.y)) return;
    const { zoom, pan } = this.canvas.viewport();
    this.canvas.setViewport({
      zoom,
      pan: { x: pan.x - (after.x - before.x) * zoom, y: pan.y - (after.y - before.y) * zoom },
    });
  }

  /** All of it where it is legible then; else the selection, the last turn of a big session, or the beginning. */
  private placeView({ picture, visible, mounted }: GraphPicture, calm: boolean): void {
    const { canvas } = this;
    if (canvas.fitZoom() >= legibleZoom) {
      canvas.fit(calm);
      return;
    }
    const isLive = picture.root.totals.open > 0;
    const { lastTurn } = picture;
    const isLater = lastTurn !== null && lastTurn.turn > 1 && (picture.grouped || isLive);
    const startId = isLater ? lastTurn.id : picture.root.id;
    const start = mounted.get(startId) ?? mounted.get(picture.root.id);
    if (!start) return;
    // The root stands over the middle of the first tile, which is wider.
    const left = start.at.x - sizes.tile.width / 2;
    // A short last turn leaves room for what came before it.
    const end = Math.max(...Array.from(mounted.values(), ({ at }) => at.x)) + sizes.tile.width;
    const first = (mounted.get(picture.root.id)?.at.x ?? 0) - sizes.tile.width / 2;
    canvas.beginAt(Math.max(first, Math.min(left, end - canvas.size().width / startZoom)), startZoom);
    if (visible.selectedId !== null) canvas.centre(visible.selectedId, false);
  }
}
