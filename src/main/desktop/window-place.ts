// Where the window stood when it was last used, kept in the data folder. A broken or missing file means the default.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const rectangleSchema = z.object({ x: z.int(), y: z.int(), width: z.int().positive(), height: z.int().positive() });
export type Rectangle = z.infer<typeof rectangleSchema>;

const placeSchema = z.object({ bounds: rectangleSchema, maximized: z.boolean() });
export type WindowPlace = z.infer<typeof placeSchema>;

export const smallestSize = { width: 720, height: 480 } as const;
const usualSize = { width: 1280, height: 800 } as const;

/** As much of the title bar as a hand needs to grab the window, in DIPs. */
const grip = { width: 120, height: 32 } as const;

export function readPlace(file: string): WindowPlace | undefined {
  try {
    return placeSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Best effort: where the window stands is not worth a failure. */
export function writePlace(file: string, place: WindowPlace): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(place));
    renameSync(`${file}.new`, file);
  } catch {
    // A read-only or full disk: the next start uses the default.
  }
}

/**
 * Bounds for a window on the displays that are there now; without x and y it is centred. A saved place is kept where
 * its title bar can be reached, and never larger than the display that it is on. `workAreas`: the primary one first.
 */
export function fitPlace(
  saved: WindowPlace | undefined,
  workAreas: readonly Rectangle[],
): { readonly width: number; readonly height: number; readonly x?: number; readonly y?: number } {
  const home = saved && workAreas.find(area => isReachable(saved.bounds, area));
  if (saved === undefined || home === undefined) {
    const { width, height } = workAreas[0] ?? usualSize;
    return { width: Math.min(usualSize.width, width), height: Math.min(usualSize.height, height) };
  }
  const width = Math.min(saved.bounds.width, home.width);
  const height = Math.min(saved.bounds.height, home.height);
  return { x: saved.bounds.x, y: saved.bounds.y, width, height };
}

function isReachable(bounds: Rectangle, area: Rectangle): boolean {
  const across = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
  const below = area.y + area.height - bounds.y;
  return across >= grip.width && bounds.y >= area.y && below >= grip.height;
}
