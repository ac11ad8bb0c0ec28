// From trace to places: runs the three steps whenever the trace, the selection or what is open changed.
//
// Contract: one layout request at a time; what changed meanwhile goes into the next one. A published picture is whole:
// every visible node has a place. Nodes that stand keep theirs, unless something was opened, closed or removed. Nodes
// that the user dragged stay where they were put.

import { type Disposable, DisposableStore, toDisposable } from '../../../shared/base/disposable.ts';
import { Emitter } from '../../../shared/base/emitter.ts';
import { type PlayheadError, toPlayheadError } from '../../../shared/base/errors.ts';
import type { SpanId } from '../../../shared/model/ids.ts';
import type { SessionEvent, Span } from '../../../shared/model/span.ts';
import type { LayoutClient } from './layout/layout-client.ts';
import type { LayoutNode, Point } from './layout/layout.ts';
import { appearanceOf } from './picture/appearance.ts';
import { buildPicture } from './picture/build-picture.ts';
import { type Choices, chooseVisible, noChoices, toShown, type Visible } from './picture/choose-visible.ts';
import type { Mounted } from './picture/diff.ts';
import { layoutNodesOf } from './picture/layout-nodes.ts';
import type { Picture, Shown } from './picture/picture-node.ts';

export interface GraphPicture {
  readonly picture: Picture;
  readonly visible: Visible;
  readonly mounted: ReadonlyMap<string, Mounted>;
  /** The visible node that began last. */
  readonly newestId: string;
  /** False where it only grew: nothing that stands has moved. */
  readonly relaid: boolean;
}

/** What a session's graph remembers while another view is open. */
export interface GraphMemory {
  choices: Choices;
  shown: Shown | undefined;
  pins: ReadonlyMap<string, Point>;
}

export interface GraphTrace {
  readonly spans: ReadonlyMap<SpanId, Span>;
  readonly events: ReadonlyMap<string, SessionEvent>;
}

/** When a picture takes longer than this (tens of thousands of spans), the window gets three times as long for itself. */
const heavyMs = 24;

export class GraphModel implements Disposable {
  private readonly lifetime = new DisposableStore();
  private readonly layout: LayoutClient;
  private readonly memory: GraphMemory;
  private readonly changes = new Emitter<void>();
  private trace: GraphTrace | undefined;
  private selected: string | null = null;
  private places = new Map<string, Point>();
  private laidOut = new Map<string, LayoutNode>();
  private published: GraphPicture | undefined;
  private failure: PlayheadError | undefined;
  private isDirty = false;
  private isRunning = false;
  private tidies = false;

  constructor(layout: LayoutClient, memory: GraphMemory) {
    this.layout = this.lifetime.add(layout);
    this.memory = memory;
    this.lifetime.add(toDisposable(() => (this.trace = undefined)));
  }

  readonly onChange = (listener: () => void): Disposable => this.changes.on(listener);

  /** The newest whole picture; undefined before the first. */
  readonly snapshot = (): GraphPicture | undefined => this.published;
  readonly error = (): PlayheadError | undefined => this.failure;

  show(trace: GraphTrace, selected: string | null): void {
    if (this.trace?.spans === trace.spans && this.trace.events === trace.events && this.selected === selected) return;
    this.trace = trace;
    this.selected = selected;
    this.run();
  }

  /** Opens or closes a node; the newest choice counts. */
  setOpen(id: string, open: boolean): void {
    const nodes = new Map(this.memory.choices.nodes);
    nodes.delete(id);
    nodes.set(id, { open, selected: this.selected });
    this.memory.choices = { ...this.memory.choices, nodes };
    this.run();
  }

  setAll(all: 'open' | 'closed'): void {
    this.memory.choices = { ...noChoices, all };
    // What is selected shows at most the group around it.
    if (all === 'closed') this.closeAround(this.selected);
    this.run();
  }

  /** The node was dragged here. */
  pin(id: string, at: Point): void {
    this.memory.pins = new Map(this.memory.pins).set(id, at);
    if (!this.published) return;
    const mounted = new Map(this.published.mounted);
    const known = mounted.get(id);
    if (known) mounted.set(id, { ...known, at, pinned: true });
    this.published = { ...this.published, mounted };
    this.changes.emit();
  }

  /** Forgets where nodes were dragged, and lays out all anew. */
  tidy(): void {
    this.memory.pins = new Map();
    this.tidies = true;
    this.run();
  }

  get isTidy(): boolean {
    return this.memory.pins.size === 0;
  }

  dispose(): void {
    this.lifetime.dispose();
  }

  private closeAround(id: string | null): void {
    const nodes = new Map(this.memory.choices.nodes);
    let node = id === null ? null : (this.published?.picture.byId.get(id)?.parent ?? null);
    for (; node?.parent; node = node.parent) nodes.set(node.id, { open: false, selected: id });
    this.memory.choices = { ...this.memory.choices, nodes };
  }

  private run(): void {
    this.isDirty = true;
    if (!this.isRunning) void this.settle();
  }

  private async settle(): Promise<void> {
    this.isRunning = true;
    while (this.isDirty && this.trace) {
      this.isDirty = false;
      const { trace, memory } = this;
      const beganMs = performance.now();
      const picture = buildPicture(trace.spans, trace.events, memory.shown);
      const visible = chooseVisible(picture, memory.choices, this.selected, memory.shown);
      memory.shown = toShown(visible);
      const wanted = layoutNodesOf(visible);
      const fresh = this.tidies || !this.onlyGrew(wanted) || wasToggled(this.published?.visible, visible);
      this.tidies = false;
      const tookMs = performance.now() - beganMs;
      try {
        await this.place(wanted, fresh);
        this.failure = undefined;
        if (this.trace) this.publish(picture, visible, fresh);
      } catch (thrown) {
        this.failure = toPlayheadError(thrown);
        this.laidOut.clear();
        if (this.trace) this.changes.emit();
      }
      if (tookMs > heavyMs) await new Promise(resolve => setTimeout(resolve, tookMs * 3));
    }
    this.isRunning = false;
  }

  private onlyGrew(wanted: readonly LayoutNode[]): boolean {
    let kept = 0;
    for (const node of wanted) {
      const before = this.laidOut.get(node.id);
      if (!before) continue;
      // A band that it did not need so far it does without: what stands, stands.
      if (before.parentId !== node.parentId || before.left !== node.left || before.right !== node.right) return false;
      kept += 1;
    }
    return kept > 0 && kept === this.laidOut.size;
  }

  private async place(wanted: readonly LayoutNode[], fresh: boolean): Promise<void> {
    const nodes = fresh ? wanted : wanted.filter(node => !this.laidOut.has(node.id));
    const settled: [string, number][] = [];
    for (const { id, endUs } of fresh ? [] : wanted) {
      if (endUs !== null && this.laidOut.get(id)?.endUs === null) settled.push([id, endUs]);
    }
    if (nodes.length > 0 || settled.length > 0) {
      const places = await this.layout.place({ fresh, nodes, settled });
      if (fresh) this.places = new Map();
      nodes.forEach(({ id }, index) => {
        this.places.set(id, { x: places[index * 2] ?? 0, y: places[index * 2 + 1] ?? 0 });
      });
    }
    this.laidOut = new Map(wanted.map(node => [node.id, node]));
  }

  private publish(picture: Picture, visible: Visible, relaid: boolean): void {
    const mounted = new Map<string, Mounted>();
    let newest = picture.root.id;
    let newestUs = Number.NEGATIVE_INFINITY;
    for (const [id, one] of visible.nodes) {
      const pin = this.memory.pins.get(id);
      const at = pin ?? this.places.get(id) ?? { x: 0, y: 0 };
      mounted.set(id, { id, parentId: one.parentId, appearance: appearanceOf(one), at, pinned: pin !== undefined });
      if (one.node.atUs >= newestUs) {
        newest = id;
        newestUs = one.node.atUs;
      }
    }
    this.published = { picture, visible, mounted, newestId: newest, relaid };
    this.changes.emit();
  }
}

/** Something that was closed is open now, or the other way round: room is made or given back. */
function wasToggled(before: Visible | undefined, after: Visible): boolean {
  for (const [id, { children }] of after.nodes) {
    const known = before?.nodes.get(id)?.children;
    if (known !== undefined && known !== 'none' && known !== children) return true;
  }
  return false;
}
