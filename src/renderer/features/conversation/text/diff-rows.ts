// A unified diff as rows to show: line numbers of both sides, and which words of a changed line changed.

import { diffWordsWithSpace } from 'diff';
import type { FileDiff, Hunk } from '../../../../shared/model/content.ts';

export interface Piece {
  readonly text: string;
  readonly changed: boolean;
}

export type DiffRow =
  | { readonly kind: 'gap' }
  | {
      readonly kind: 'same' | 'added' | 'removed';
      readonly oldNumber: number | undefined;
      readonly newNumber: number | undefined;
      readonly pieces: readonly Piece[];
    };

type LineRow = Exclude<DiffRow, { kind: 'gap' }>;

/** Rows of all hunks, in order, with a gap between two of them. */
export function diffRows(diff: FileDiff): readonly DiffRow[] {
  return diff.hunks.flatMap((hunk, index): readonly DiffRow[] =>
    index === 0 ? hunkRows(hunk) : [{ kind: 'gap' }, ...hunkRows(hunk)],
  );
}

/** Lines that were added and removed. */
export function diffCounts(diff: FileDiff): { readonly added: number; readonly removed: number } {
  let added = 0;
  let removed = 0;
  for (const hunk of diff.hunks)
    for (const line of hunk.lines) {
      if (line.startsWith('+')) added += 1;
      else if (line.startsWith('-')) removed += 1;
    }
  return { added, removed };
}

function hunkRows(hunk: Hunk): readonly LineRow[] {
  const rows: LineRow[] = [];
  let oldNumber = Math.max(1, hunk.oldStart);
  let newNumber = Math.max(1, hunk.newStart);
  let removed: LineRow[] = [];
  let added: LineRow[] = [];
  const endOfChange = () => {
    rows.push(...markWords(removed, added));
    removed = [];
    added = [];
  };
  for (const line of hunk.lines) {
    const pieces = [{ text: line.slice(1), changed: false }];
    if (line.startsWith('-')) {
      if (added.length > 0) endOfChange();
      removed.push({ kind: 'removed', oldNumber: oldNumber++, newNumber: undefined, pieces });
    } else if (line.startsWith('+')) {
      added.push({ kind: 'added', oldNumber: undefined, newNumber: newNumber++, pieces });
    } else {
      endOfChange();
      // "\ No newline at end of file" is about the line before; it has no number.
      if (line.startsWith('\\')) rows.push({ kind: 'same', oldNumber: undefined, newNumber: undefined, pieces });
      else rows.push({ kind: 'same', oldNumber: oldNumber++, newNumber: newNumber++, pieces });
    }
  }
  endOfChange();
  return rows;
}

const WIDEST_COMPARED = 600;
const MOST_COMPARED = 60;

/** Compares the n-th removed with the n-th added line; where they have little in common, whole lines changed. */
function markWords(removed: readonly LineRow[], added: readonly LineRow[]): readonly LineRow[] {
  const pairs = Math.min(removed.length, added.length);
  if (pairs === 0 || pairs > MOST_COMPARED) return [...removed, ...added];
  const marked = { removed: [...removed], added: [...added] };
  for (let i = 0; i < pairs; i += 1) {
    const before = removed[i];
    const after = added[i];
    const pieces = before && after && comparePieces(textOf(before), textOf(after));
    if (!pieces) continue;
    marked.removed[i] = { ...before, pieces: pieces.before };
    marked.added[i] = { ...after, pieces: pieces.after };
  }
  return [...marked.removed, ...marked.added];
}

function textOf(row: LineRow): string {
  return row.pieces[0]?.text ?? '';
}

function comparePieces(
  before: string,
  after: string,
): { readonly before: readonly Piece[]; readonly after: readonly Piece[] } | undefined {
  if (before.length > WIDEST_COMPARED || after.length > WIDEST_COMPARED) return undefined;
  const changes = diffWordsWithSpace(before, after);
  const kept = changes.reduce((sum, part) => sum + (part.added || part.removed ? 0 : part.value.trim().length), 0);
  if (kept * 2.5 < Math.max(before.trim().length, after.trim().length)) return undefined;
  return {
    before: changes.filter(part => !part.added).map(part => ({ text: part.value, changed: part.removed })),
    after: changes.filter(part => !part.removed).map(part => ({ text: part.value, changed: part.added })),
  };
}
