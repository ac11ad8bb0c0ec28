// The graph on the screen. The only file that knows Cytoscape.
//
// Contract: holds no model. It is told changes and draws them; it tells what the hand did. Places and the part of the
// graph in view change only through its methods, a drag, or the user's zooming and panning.

import cytoscape from 'cytoscape';
import { type Disposable, DisposableStore, toDisposable } from '../../../../shared/base/disposable.ts';
import { Emitter } from '../../../../shared/base/emitter.ts';
import type { Point } from '../layout/layout.ts';
import { circleText, sizes } from '../picture/appearance.ts';
import type { Change, Mounted } from '../picture/diff.ts';
import { canvasStyle } from './canvas-style.ts';
import { CanvasOverlay, type Scene } from './canvas-overlay.ts';
import type { Palette } from './palette.ts';

export interface Box {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export interface Viewport {
  readonly zoom: number;
  readonly pan: Point;
}

export interface Hover {
  readonly id: string;
  /** Where the pointer is, in pixels of the container. */
  readonly at: Point;
}

export interface Tap {
  /** Null: the ground. */
  readonly id: string | null;
  /** The second of two in a row; the first was told as well. */
  readonly twice: boolean;
  /** From the middle of the node, in graph pixels. */
  readonly offset: Point;
}

export interface GraphCanvas extends Disposable {
  /** `animate`: what moves glides, what is new fades in. */
  apply(change: Change, animate: boolean): void;
  setPalette(palette: Palette): void;
  /** The selected node, and the one that the keyboard stands on where that is another. */
  mark(selectedId: string | null, cursorId: string | null): void;
  /** Brings a node into the middle, as far as there is something on all sides of it. */
  centre(id: string, calm: boolean): void;
  /** Moves as little as needed for a node to be in view, with room to its right. */
  reveal(id: string, calm: boolean): void;
  isInView(id: string): boolean;
  /** All of it, or of a very long one as much as makes sense. */
  fit(calm: boolean): void;
  /** The zoom that all of it needs. */
  fitZoom(): number;
  zoomBy(factor: number): void;
  viewport(): Viewport;
  setViewport(viewport: Viewport): void;
  /** The first level at the top, and a place on the time axis at the left. */
  beginAt(x: number, zoom: number): void;
  /** What of the graph is in view. */
  extent(): Box;
  panTo(centre: Point): void;
  /** Of the container, in pixels. */
  size(): { readonly width: number; readonly height: number };
  readonly onTap: Emitter<Tap>['on'];
  readonly onHover: Emitter<Hover | null>['on'];
  readonly onDrop: Emitter<{ readonly id: string; readonly at: Point }>['on'];
  /** After every frame that was drawn. */
  readonly onFrame: Emitter<void>['on'];
}

const zoomLimits = { minZoom: 0.02, maxZoom: 2.5 };
/** Fitting makes nodes no larger than life, and no smaller than can be told apart. */
const largestFit = 1.1;
const smallestFit = 0.09;
const fitMargin = 32;
/** Around what is at the beginning, in pixels of the screen. */
const leftMargin = 40;
const topMargin = 32;
/** More than this many at once jump to their places. */
const mostAnimated = 400;
const glide = { duration: 240, easing: 'ease-in-out-cubic' } as const;

export function createGraphCanvas(container: HTMLElement, initial: Palette, reducedMotion: boolean): GraphCanvas {
  const lifetime = new DisposableStore();
  const taps = new Emitter<Tap>();
  const hovers = new Emitter<Hover | null>();
  const drops = new Emitter<{ readonly id: string; readonly at: Point }>();
  const frames = new Emitter<void>();
  const nodes = new Map<string, Mounted>();
  const cy = cytoscape({
    container,
    style: toStyle(initial, reducedMotion),
    elements: [],
    layout: { name: 'preset' },
    ...zoomLimits,
    boxSelectionEnabled: false,
    autounselectify: true,
    selectionType: 'single',
  });
  lifetime.add(toDisposable(() => cy.destroy()));
  let grabbedId: string | null = null;
  const overlay = lifetime.add(new CanvasOverlay(container, initial, reducedMotion));
  const draw = () => overlay.draw(sceneOf(cy, nodes, grabbedId));
  overlay.onNeedsFrame(draw);

  cy.on('render', () => {
    draw();
    frames.emit();
  });
  cy.on('tap', event => taps.emit(tapOf(event, false)));
  cy.on('dbltap', event => taps.emit(tapOf(event, true)));
  cy.on('drag', 'node', event => {
    grabbedId = String(event.target.id());
  });
  cy.on('free', 'node', () => {
    grabbedId = null;
  });
  cy.on('dragfree', 'node', event => {
    const node: cytoscape.NodeSingular = event.target;
    drops.emit({ id: node.id(), at: { ...node.position() } });
  });
  cy.on('mouseover', 'node', event => {
    const node: cytoscape.NodeSingular = event.target;
    overlay.light(node.id());
    hovers.emit({ id: node.id(), at: event.renderedPosition });
  });
  cy.on('mouseout', 'node', () => {
    overlay.light(null);
    hovers.emit(null);
  });
  cy.on('grab viewport', () => hovers.emit(null));
  lifetime.add(panByWheel(container, cy));
  const resizing = new ResizeObserver(() => cy.resize());
  resizing.observe(container);
  lifetime.add(toDisposable(() => resizing.disconnect()));

  const node = (id: string) => cy.getElementById(id);
  const panTo = (pan: Point, calm: boolean) => {
    cy.stop();
    if (calm && !reducedMotion) cy.animate({ pan }, glide);
    else cy.pan(pan);
  };
  const panFor = (at: Point, screen: Point): Point => ({
    x: screen.x - at.x * cy.zoom(),
    y: screen.y - at.y * cy.zoom(),
  });

  return {
    apply(change, animate) {
      const calm = animate && !reducedMotion;
      overlay.light(null);
      const gliding = calm && change.move.length <= mostAnimated;
      cy.batch(() => {
        for (const id of change.remove) {
          node(id).remove();
          nodes.delete(id);
        }
        for (const mounted of change.add) nodes.set(mounted.id, mounted);
        cy.add(change.add.flatMap(mounted => elementsOf(mounted, calm && change.add.length <= mostAnimated)));
        for (const mounted of change.restyle) {
          nodes.set(mounted.id, mounted);
          const keep = node(mounted.id).hasClass('selected') ? ' selected' : '';
          node(mounted.id).classes(`${classesOf(mounted)}${keep}`);
        }
        for (const mounted of change.reattach) {
          const { id, parentId } = mounted;
          nodes.set(id, mounted);
          cy.getElementById(edgeId(id)).remove();
          if (parentId !== null) cy.add(edgeOf(id, parentId));
        }
        if (!gliding) for (const { id, at } of change.move) node(id).position({ ...at });
      });
      if (gliding)
        for (const { id, at } of change.move)
          node(id)
            .stop()
            .animate({ position: { ...at } }, glide);
      // A frame later, so that the fade has something to begin from.
      if (calm) requestAnimationFrame(() => cy.destroyed() || cy.elements('.entering').removeClass('entering'));
    },
    setPalette(palette) {
      overlay.setPalette(palette);
      cy.style(toStyle(palette, reducedMotion));
    },
    mark(selectedId, cursorId) {
      cy.batch(() => {
        cy.nodes('.selected, .cursor').removeClass('selected cursor');
        if (selectedId !== null) node(selectedId).addClass('selected');
        if (cursorId !== null && cursorId !== selectedId) node(cursorId).addClass('cursor');
      });
    },
    centre(id, calm) {
      if (node(id).empty()) return;
      const at = node(id).position();
      const pan = panFor(at, { x: cy.width() / 2, y: cy.height() / 2 });
      // The first level stays at the top and the beginning at the left while there is room: beyond there is nothing.
      const first = beginningAt(-sizes.tile.width / 2, cy.zoom());
      panTo({ x: Math.min(pan.x, first.x), y: Math.min(pan.y, first.y) }, calm);
    },
    reveal(id, calm) {
      if (node(id).empty()) return;
      const at = node(id).renderedPosition();
      const marginX = Math.min(180, cy.width() / 4);
      const marginY = Math.min(90, cy.height() / 4);
      const dx = at.x > cy.width() - marginX ? cy.width() * 0.75 - at.x : at.x < marginX ? marginX - at.x : 0;
      const dy = at.y > cy.height() - marginY ? cy.height() * 0.75 - at.y : at.y < marginY ? marginY - at.y : 0;
      if (dx !== 0 || dy !== 0) panTo({ x: cy.pan().x + dx, y: cy.pan().y + dy }, calm);
    },
    isInView(id) {
      if (node(id).empty()) return false;
      const { x, y } = node(id).renderedPosition();
      return x >= 0 && y >= 0 && x <= cy.width() && y <= cy.height();
    },
    fitZoom: () => fitZoom(cy, contentBox(cy, nodes)),
    fit(calm) {
      cy.stop();
      const box = contentBox(cy, nodes);
      const zoom = Math.max(smallestFit, fitZoom(cy, box));
      // What is too long for one view stays where it is looked at.
      const middle = (box.x1 + box.x2) / 2;
      const room = Math.max(0, (box.x2 - box.x1) / 2 - (cy.width() / 2 - fitMargin) / zoom);
      const looked = (cy.extent().x1 + cy.extent().x2) / 2;
      const x = Math.min(middle + room, Math.max(middle - room, looked));
      const pan = { x: cy.width() / 2 - x * zoom, y: cy.height() / 2 - ((box.y1 + box.y2) / 2) * zoom };
      if (calm && !reducedMotion) cy.animate({ zoom, pan }, glide);
      else cy.viewport({ zoom, pan });
    },
    zoomBy(factor) {
      cy.stop();
      const renderedPosition = { x: cy.width() / 2, y: cy.height() / 2 };
      cy.zoom({ level: cy.zoom() * factor, renderedPosition });
    },
    viewport: () => ({ zoom: cy.zoom(), pan: { ...cy.pan() } }),
    setViewport({ zoom, pan }) {
      cy.stop();
      cy.viewport({ zoom, pan: { ...pan } });
    },
    beginAt(x, zoom) {
      cy.stop();
      cy.viewport({ zoom, pan: beginningAt(x, zoom) });
    },
    extent: () => cy.extent(),
    panTo(at) {
      panTo(panFor(at, { x: cy.width() / 2, y: cy.height() / 2 }), false);
    },
    size: () => ({ width: cy.width(), height: cy.height() }),
    onTap: listener => taps.on(listener),
    onHover: listener => hovers.on(listener),
    onDrop: listener => drops.on(listener),
    onFrame: listener => frames.on(listener),
    dispose: () => lifetime.dispose(),
  };
}

/** The pan that puts the first level at the top and an x at the left. */
function beginningAt(x: number, zoom: number): { x: number; y: number } {
  return { x: leftMargin - x * zoom, y: topMargin + (sizes.orchestrator.height / 2) * zoom };
}

function sceneOf(cy: cytoscape.Core, nodes: ReadonlyMap<string, Mounted>, grabbedId: string | null): Scene {
  return {
    width: cy.width(),
    height: cy.height(),
    zoom: cy.zoom(),
    pan: cy.pan(),
    extent: cy.extent(),
    nodes,
    placeOf: id => cy.getElementById(id).position(),
    grabbedId,
  };
}

/** Sideways scrolling, and scrolling with shift, pans along time; the rest zooms. */
function panByWheel(container: HTMLElement, cy: cytoscape.Core): Disposable {
  const onWheel = (event: WheelEvent) => {
    const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
    if (event.ctrlKey || (!event.shiftKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY))) return;
    event.preventDefault();
    event.stopPropagation();
    cy.stop();
    cy.panBy({ x: -sideways, y: 0 });
  };
  container.addEventListener('wheel', onWheel, { capture: true, passive: false });
  return toDisposable(() => container.removeEventListener('wheel', onWheel, { capture: true }));
}

/** The zoom at which all of it is in view. */
function fitZoom(cy: cytoscape.Core, { x1, x2, y1, y2 }: Box): number {
  const margin = fitMargin * 2;
  return Math.min(largestFit, (cy.width() - margin) / (x2 - x1), (cy.height() - margin) / (y2 - y1));
}

function contentBox(cy: cytoscape.Core, nodes: ReadonlyMap<string, Mounted>): Box {
  let box: Box = { x1: Infinity, y1: Infinity, x2: -Infinity, y2: -Infinity };
  for (const [id, { appearance }] of nodes) {
    const { x, y } = cy.getElementById(id).position();
    const { width, height } = sizes[appearance.form];
    const text = appearance.form === 'agent' || appearance.form === 'orchestrator' ? circleText.width : 0;
    box = {
      x1: Math.min(box.x1, x - width / 2),
      y1: Math.min(box.y1, y - height / 2),
      x2: Math.max(box.x2, x + width / 2 + text),
      y2: Math.max(box.y2, y + height / 2),
    };
  }
  return nodes.size === 0 ? { x1: 0, y1: 0, x2: 1, y2: 1 } : box;
}

function tapOf({ target, cy, position }: cytoscape.EventObject, twice: boolean): Tap {
  if (target === cy) return { id: null, twice, offset: { x: 0, y: 0 } };
  const node: cytoscape.NodeSingular = target;
  const { x, y } = node.position();
  return { id: node.id(), twice, offset: { x: position.x - x, y: position.y - y } };
}

function edgeId(childId: string): string {
  return `e:${childId}`;
}

function elementsOf(mounted: Mounted, enters: boolean): cytoscape.ElementDefinition[] {
  const { id, parentId, appearance, at } = mounted;
  const entering = enters ? ' entering' : '';
  const element: cytoscape.ElementDefinition = {
    group: 'nodes',
    data: { id },
    position: { ...at },
    classes: `${classesOf(mounted)}${entering}`,
  };
  if (parentId === null) return [element];
  const edge = edgeOf(id, parentId);
  return [element, { ...edge, classes: `${appearance.orphan ? 'orphan' : ''}${entering}` }];
}

function edgeOf(id: string, parentId: string): cytoscape.ElementDefinition {
  return { group: 'edges', data: { id: edgeId(id), source: parentId, target: id } };
}

function classesOf({ appearance: { form, mark, orphan }, pinned }: Mounted): string {
  return [form, mark === 'none' ? '' : mark, orphan ? 'orphan' : '', pinned ? 'pinned' : ''].join(' ');
}

// The stylesheet is plain data here; Cytoscape's types would have every property spelled out.
function toStyle(palette: Palette, reducedMotion: boolean): cytoscape.StylesheetJson {
  return canvasStyle(palette, reducedMotion) as unknown as cytoscape.StylesheetJson;
}
