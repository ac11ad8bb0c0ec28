// The branch that a Pi session is on. Its file holds a tree: an entry whose parent is not the newest entry goes back to
// that parent and leaves what came after it; going to a leaf of another branch takes that one up again.
//
// Contract: pure; the list of entries is bounded, plain JSON and changed in place.

/** An entry of the tree, as far as a rewind needs it. */
export type TreeEntry = {
  id: string;
  parent: string | null;
  /** Keys of the spans that it made. */
  spans: string[];
};

export interface Move {
  readonly left: readonly string[];
  /** Spans that were left earlier and are on the branch again. */
  readonly back: readonly string[];
  /** Entries that were left. */
  readonly entries: number;
}

const REMEMBERED = 300;

export function addEntry(entries: TreeEntry[], entry: TreeEntry): void {
  entries.push(entry);
  if (entries.length > REMEMBERED) entries.shift();
}

/**
 * What an entry with this parent leaves when `leaf` was the newest; undefined where it only goes on. A parent that was
 * forgotten, or is not in the file, leaves nothing: it cannot be told what came after it.
 */
export function moveTo(entries: readonly TreeEntry[], leaf: string | null, parent: string | null): Move | undefined {
  if (leaf === null || parent === leaf) return undefined;
  const byId = new Map(entries.map(entry => [entry.id, entry]));
  if (parent !== null && !byId.has(parent)) return undefined;
  const target = pathOf(byId, parent);
  const onTarget = new Set(target.map(entry => entry.id));
  const now = pathOf(byId, leaf);
  const onNow = new Set(now.map(entry => entry.id));
  const left = now.filter(entry => !onTarget.has(entry.id));
  const back = target.filter(entry => !onNow.has(entry.id));
  if (left.length === 0 && back.length === 0) return undefined;
  return { left: left.flatMap(entry => entry.spans), back: back.flatMap(entry => entry.spans), entries: left.length };
}

/** From an entry up to its root, as far as it is remembered. */
function pathOf(byId: ReadonlyMap<string, TreeEntry>, id: string | null): readonly TreeEntry[] {
  const path: TreeEntry[] = [];
  const seen = new Set<string>();
  for (let at = id; at !== null && !seen.has(at);) {
    const entry = byId.get(at);
    if (entry === undefined) break;
    seen.add(at);
    path.push(entry);
    at = entry.parent;
  }
  return path;
}
