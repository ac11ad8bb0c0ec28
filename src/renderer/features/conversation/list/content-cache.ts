// Contents of entries by id and revision: bounded, least recently used out first. Pure but for its own map.

import type { ConversationEntry } from '../../../../shared/contract/trace.ts';
import type { OutlineEntry } from './outline.ts';

/** 'gone': the core has no such entry any more; the outline will say so too. */
export type Content = ConversationEntry | 'gone';

interface Kept {
  readonly revision: number;
  readonly content: Content;
  readonly weight: number;
}

export interface CacheLimits {
  readonly entries: number;
  /** Characters of text and images together. */
  readonly weight: number;
}

export const usualLimits: CacheLimits = { entries: 1200, weight: 48_000_000 };

export class ContentCache {
  private readonly kept = new Map<string, Kept>();
  private weight = 0;
  private readonly limits: CacheLimits;

  constructor(limits: CacheLimits = usualLimits) {
    this.limits = limits;
  }

  /** What is known of an entry, be it of an older revision: better shown than nothing while the newer one comes. */
  get(id: string): Content | undefined {
    return this.kept.get(id)?.content;
  }

  has(entry: OutlineEntry): boolean {
    return this.kept.get(entry.id)?.revision === entry.revision;
  }

  put(id: string, revision: number, content: Content): void {
    this.drop(id);
    const kept = { revision, content, weight: content === 'gone' ? 0 : weigh(content) };
    this.kept.set(id, kept);
    this.weight += kept.weight;
  }

  /** Keeps what is in use (it becomes the newest) and lets go of the oldest beyond the limits. */
  trim(inUse: readonly OutlineEntry[]): void {
    for (const { id } of inUse) {
      const kept = this.kept.get(id);
      if (kept && this.kept.delete(id)) this.kept.set(id, kept);
    }
    for (const id of this.kept.keys()) {
      const within = this.kept.size <= this.limits.entries && this.weight <= this.limits.weight;
      if (within || this.kept.size <= inUse.length) return;
      this.drop(id);
    }
  }

  clear(): void {
    this.kept.clear();
    this.weight = 0;
  }

  get size(): number {
    return this.kept.size;
  }

  private drop(id: string): void {
    this.weight -= this.kept.get(id)?.weight ?? 0;
    this.kept.delete(id);
  }
}

/** Characters in all texts of a value, about. */
function weigh(value: unknown, depth = 0): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null || depth > 50) return 8;
  let weight = 16;
  for (const member of Object.values(value)) weight += weigh(member, depth + 1);
  return weight;
}

/** Rows of the list. */
export interface Range {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
}

/** Entries of which the contents are wanted beyond those in view, on each side. */
const AHEAD = 30;
export const PAGE = 60;

/** The rows whose contents are kept ready: those in view and some on each side. */
export function rangeAround(view: Range, total: number): Range {
  return { first: Math.max(0, view.first - AHEAD), last: Math.min(total - 1, view.last + AHEAD) };
}

/**
 * The next entries to ask for: those in view first, then outwards from it, at most a page; without those that are there
 * in their revision and those that are asked for already.
 */
export function nextPage(
  entries: readonly OutlineEntry[],
  view: Range,
  isThere: (entry: OutlineEntry) => boolean,
): readonly OutlineEntry[] {
  const around = rangeAround(view, entries.length);
  const page: OutlineEntry[] = [];
  const take = (index: number) => {
    const entry = entries[index];
    if (entry && page.length < PAGE && !isThere(entry)) page.push(entry);
  };
  for (let index = Math.max(0, view.first); index <= Math.min(view.last, around.last); index += 1) take(index);
  for (let step = 1; step <= AHEAD; step += 1) {
    take(view.last + step);
    if (view.first - step >= 0) take(view.first - step);
  }
  return page;
}
