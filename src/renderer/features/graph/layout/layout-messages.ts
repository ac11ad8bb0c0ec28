// What the window and the layout worker say to each other. One answer per request, in order.

import type { LayoutNode } from './layout.ts';

export interface LayoutRequest {
  readonly sequence: number;
  /** Forget what stands and place all anew; else the nodes join what stands. */
  readonly fresh: boolean;
  readonly nodes: readonly LayoutNode[];
  /** Bands whose end became known: node id and time. */
  readonly settled: readonly (readonly [string, number])[];
}

export interface LayoutAnswer {
  readonly sequence: number;
  /** x and y of each node of the request, in its order. */
  readonly places: Float64Array<ArrayBuffer>;
}
