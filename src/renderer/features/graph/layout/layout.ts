// Second step: where each visible node stands. Time runs left to right, levels run top to bottom.
//
// The rule, in one pass over the nodes in order of time: a node stands one row below its parent, never left of it, never
// left of what began before it, and right of everything that its thread put into this row and the rows below. Agents and
// phases that are open get a band of rows of their own, the first ones below their parent that nothing running needs.
// What began earlier thus never depends on what came later: appending gives what laying out afresh gives.
//
// Contract: pure but for its own state, deterministic, O(n log n). Boxes never overlap. `append` never moves a node that
// stands, also when the new ones belong somewhere in the middle: they take the first free place from there on.

import type { LayoutAnswer, LayoutRequest } from './layout-messages.ts';

export interface LayoutNode {
  readonly id: string;
  /** Null for the root only; parents come before their children, or stand already. */
  readonly parentId: string | null;
  readonly atUs: number;
  /** Null: it runs, or nobody knows. */
  readonly endUs: number | null;
  /** Extents from its place to both sides, in pixels. */
  readonly left: number;
  readonly right: number;
  /** So many rows of their own do it and its children get; 0: it stands in its parent's. */
  readonly rows: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const rowPitch = 100;
const gap = 18;
/** Half of the room that an edge needs where it comes down through the rows of other bands. */
const line = 9;

interface Placed {
  readonly x: number;
  readonly row: number;
  readonly band: Band;
}

/** The rows of one thread of work. `right` is where its own nodes end, by row. */
interface Band {
  readonly above: Band | null;
  /** Bands that began in this one, whose end is known, and which nothing that came later was placed after yet. */
  started: Band[];
  readonly top: number;
  bottom: number;
  endUs: number | null;
  readonly right: Map<number, number>;
}

export class Layout {
  private readonly placed = new Map<string, Placed>();
  private readonly rows: Row[] = [];
  private readonly bands = new Map<string, Band>();
  private latestUs = Number.NEGATIVE_INFINITY;
  private latestX = Number.NEGATIVE_INFINITY;

  /** Places new nodes; those that stand stay. Gives the new ones' places, in the order given. */
  append(nodes: readonly LayoutNode[]): Point[] {
    const order = nodes.map((_, index) => index).sort((a, b) => compareTimes(nodes, a, b));
    const points: Point[] = nodes.map(() => ({ x: 0, y: 0 }));
    for (const index of order) {
      const node = nodes[index];
      if (node) points[index] = this.place(node);
    }
    return points;
  }

  /** Tells when the work in a band ended, which was not known when it was placed: its rows may be used again. */
  settle(id: string, endUs: number): void {
    const band = this.bands.get(id);
    if (!band || band.endUs !== null) return;
    band.endUs = endUs;
    band.above?.started.push(band);
  }

  private place(node: LayoutNode): Point {
    const parent = node.parentId === null ? undefined : this.placed.get(node.parentId);
    const isLate = node.atUs < this.latestUs;
    const level = parent ? parent.row + 1 : 0;
    let from = parent?.x ?? 0;
    if (!isLate) {
      this.latestUs = node.atUs;
      const thread = parent ? bandEnd(parent.band, level, node.atUs) : Number.NEGATIVE_INFINITY;
      from = Math.max(from, this.latestX, thread + node.left);
    }
    const opens = !parent || node.rows > 0;
    const band = opens ? this.openBand(node, parent?.band ?? null, level, from - node.left) : parent.band;
    const row = opens ? band.top : level;
    this.hold(band, row);
    const x = this.take(from, level, row, node);
    extend(band, row, x + node.right + gap);
    this.placed.set(node.id, { x, row, band });
    this.latestX = Math.max(this.latestX, x);
    return { x, y: row * rowPitch };
  }

  /** The first place from `x` on that is free in its row, and below which the line from its parent can come down. */
  private take(x: number, level: number, row: number, { left, right }: LayoutNode): number {
    let place = x;
    for (let tried = Number.NaN; tried !== place;) {
      tried = place;
      place = this.row(row).find(place, left, right + gap);
      for (let above = level; above < row; above += 1) place = this.row(above).find(place, line, line);
    }
    this.row(row).occupy(place - left, place + right + gap);
    for (let above = level; above < row; above += 1) this.row(above).occupy(place - line, place + line);
    return place;
  }

  /** A band in the first rows from `level` on that nothing running needs, and that are free from `left` on. */
  private openBand(node: LayoutNode, above: Band | null, level: number, left: number): Band {
    let top = level;
    for (let row = top; row < top + node.rows; row += 1) {
      if (!this.row(row).isFreeFrom(left, this.latestUs, above)) top = row + 1;
    }
    const band: Band = { top, bottom: top - 1, endUs: node.endUs, right: new Map(), above, started: [] };
    this.hold(band, top + node.rows - 1);
    if (band.endUs !== null) above?.started.push(band);
    this.bands.set(node.id, band);
    return band;
  }

  /** The band needs its rows down to this one. */
  private hold(band: Band, row: number): void {
    while (band.bottom < row) this.row((band.bottom += 1)).held.push(band);
  }

  private row(index: number): Row {
    return (this.rows[index] ??= new Row());
  }
}

/** What the worker does with a request. */
export function answerLayout(layout: Layout, { sequence, nodes, settled }: LayoutRequest): LayoutAnswer {
  for (const [id, endUs] of settled) layout.settle(id, endUs);
  const places = new Float64Array(nodes.length * 2);
  layout.append(nodes).forEach(({ x, y }, index) => {
    places[index * 2] = x;
    places[index * 2 + 1] = y;
  });
  return { sequence, places };
}

/** Right end of what a band holds in a row and the rows below it, with the bands that began in it and have ended. */
function bandEnd(band: Band, row: number, atUs: number): number {
  const running: Band[] = [];
  for (const started of band.started) {
    if (started.endUs === null || started.endUs > atUs) running.push(started);
    else extend(band, started.top, Math.max(...started.right.values()));
  }
  band.started = running;
  let end = Number.NEGATIVE_INFINITY;
  for (const [own, right] of band.right) if (own >= row) end = Math.max(end, right);
  return end;
}

function contains(band: Band, inner: Band | null): boolean {
  let one = inner;
  while (one && one !== band) one = one.above;
  return one === band;
}

function extend(band: Band, row: number, right: number): void {
  band.right.set(row, Math.max(band.right.get(row) ?? Number.NEGATIVE_INFINITY, right));
}

/** What is taken of one row: spans of x, in order, gaps included. */
class Row {
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];

  /** Bands that need this row; those that have ended are dropped when somebody asks. */
  held: Band[] = [];

  /** Nothing stands here from `left` on, and nothing that runs needs it but what lies above in the same thread of work. */
  isFreeFrom(left: number, nowUs: number, above: Band | null): boolean {
    if ((this.ends.at(-1) ?? Number.NEGATIVE_INFINITY) > left) return false;
    this.held = this.held.filter(band => band.endUs === null || band.endUs > nowUs);
    return this.held.every(band => contains(band, above));
  }

  /** The first place from `x` on with nothing in the way to its left and right. */
  find(x: number, left: number, right: number): number {
    const { starts, ends } = this;
    let place = x;
    for (let at = lowerBound(ends, x - left); at < starts.length; at += 1) {
      const start = starts[at];
      const end = ends[at];
      if (start === undefined || end === undefined || place + right <= start) break;
      place = Math.max(place, end + left);
    }
    return place;
  }

  /** Of free room. */
  occupy(from: number, to: number): void {
    const at = lowerBound(this.ends, from);
    this.starts.splice(at, 0, from);
    this.ends.splice(at, 0, to);
  }
}

/** Index of the first value greater than `value`. */
function lowerBound(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** In order of time; what begins at once keeps the order in which it was given, parents first. */
function compareTimes(nodes: readonly LayoutNode[], a: number, b: number): number {
  return (nodes[a]?.atUs ?? 0) - (nodes[b]?.atUs ?? 0) || a - b;
}
