// Third step: what has to change on the canvas.
//
// Contract: pure. Applying the change to what is mounted gives what is wanted; what is equal is not touched.

import type { Point } from '../layout/layout.ts';
import type { Appearance } from './appearance.ts';

export interface Mounted {
  readonly id: string;
  readonly parentId: string | null;
  readonly appearance: Appearance;
  readonly at: Point;
  /** The user put it there: it lies above what stands in its place. */
  readonly pinned: boolean;
}

export interface Change {
  /** In the order of `wanted`: parents before children. */
  readonly add: readonly Mounted[];
  /** Ids that go, with the edge to their parent. */
  readonly remove: readonly string[];
  readonly restyle: readonly Mounted[];
  readonly move: readonly Mounted[];
  /** Their edge now comes from another node. */
  readonly reattach: readonly Mounted[];
}

export function diffMounted(mounted: ReadonlyMap<string, Mounted>, wanted: ReadonlyMap<string, Mounted>): Change {
  const add: Mounted[] = [];
  const restyle: Mounted[] = [];
  const move: Mounted[] = [];
  const reattach: Mounted[] = [];
  for (const next of wanted.values()) {
    const before = mounted.get(next.id);
    if (!before) {
      add.push(next);
      continue;
    }
    if (before.parentId !== next.parentId) reattach.push(next);
    if (before.at.x !== next.at.x || before.at.y !== next.at.y) move.push(next);
    if (before.pinned !== next.pinned || !isSame(before.appearance, next.appearance)) restyle.push(next);
  }
  const remove = [...mounted.keys()].filter(id => !wanted.has(id));
  return { add, remove, restyle, move, reattach };
}

export function isEmpty({ add, remove, restyle, move, reattach }: Change): boolean {
  return add.length + remove.length + restyle.length + move.length + reattach.length === 0;
}

/** Deep equality of plain values of one shape. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every(key => isSame(Reflect.get(a, key), Reflect.get(b, key)));
}
