// File changes in Codex records: apply_patch text (`*** Begin Patch`) and unified diffs of patch_apply_end.

import { asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { FileDiff, Hunk } from '../../../shared/model/content.ts';

const BEGIN = '*** Begin Patch';
const fileLine = /^\*\*\* (Add|Update|Delete) File: (.+)$/;
const moveLine = /^\*\*\* Move to: (.+)$/;

/** The patch inside an apply_patch input or a shell command; undefined where there is none. */
export function patchIn(text: string): string | undefined {
  const from = text.indexOf(BEGIN);
  if (from < 0) return undefined;
  const to = text.indexOf('*** End Patch', from);
  return to < 0 ? text.slice(from) : text.slice(from, to);
}

/** Paths that a patch names, each with its change. Cheap: for lists. */
export function filesInPatch(patch: string): readonly string[] {
  return [...patch.matchAll(/^\*\*\* (?:Add|Update|Delete) File: (.+)$/gm)].map(match => match[1]?.trim() ?? '');
}

/**
 * The changes of a patch. Its hunks name no lines, so that those of changed files begin at 0: not known. The diff of a
 * deleted file is empty: the patch does not hold its text.
 */
export function parsePatch(patch: string): readonly FileDiff[] {
  const diffs: FileDiff[] = [];
  let hunks: Hunk[] = [];
  let lines: string[] = [];
  let created = false;

  const endHunk = (): void => {
    if (lines.length > 0)
      hunks.push(hunkOf(lines, created ? { oldStart: 0, newStart: 1 } : { oldStart: 0, newStart: 0 }));
    lines = [];
  };
  for (const raw of patch.split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const file = fileLine.exec(line);
    const move = moveLine.exec(line);
    if (file !== null) {
      endHunk();
      hunks = [];
      created = file[1] === 'Add';
      const change = file[1] === 'Add' ? 'create' : file[1] === 'Delete' ? 'delete' : 'update';
      diffs.push({ path: (file[2] ?? '').trim(), change, hunks });
    } else if (move !== null) {
      const renamed = diffs.pop();
      if (renamed !== undefined) diffs.push({ ...renamed, path: (move[1] ?? '').trim(), change: 'rename' });
    } else if (line.startsWith('@@')) {
      endHunk();
    } else if (diffs.length > 0 && !line.startsWith('***')) {
      // An empty line between marked ones is a context line whose space was lost.
      if (/^[ +-]/.test(line)) lines.push(line);
      else if (line === '' && lines.length > 0 && !created) lines.push(' ');
    }
  }
  dropTrailingBlank(lines);
  endHunk();
  return diffs;
}

/** `changes` of patch_apply_end and of FileChange items: by path `{type, unified_diff, move_path}` or `{type, content}`. */
export function parseChanges(changes: unknown): readonly FileDiff[] {
  if (!isObject(changes)) return [];
  return Object.entries(changes).map(([path, value]): FileDiff => {
    const change = asObject(value);
    const type = asText(change['type']) ?? Object.keys(change)[0];
    const fields = isObject(change[type ?? '']) ? asObject(change[type ?? '']) : change;
    const moved = asText(fields['move_path']);
    if (type === 'add') return { path, change: 'create', hunks: wholeFile(asText(fields['content']) ?? '', '+') };
    if (type === 'delete') return { path, change: 'delete', hunks: wholeFile(asText(fields['content']) ?? '', '-') };
    const hunks = parseUnified(asText(fields['unified_diff']) ?? '');
    return moved === undefined ? { path, change: 'update', hunks } : { path: moved, change: 'rename', hunks };
  });
}

/** Hunks of a unified diff; what stands outside hunks is left out. */
export function parseUnified(diff: string): Hunk[] {
  const hunks: Hunk[] = [];
  let open: { oldStart: number; newStart: number; lines: string[] } | undefined;
  const end = (): void => {
    if (open !== undefined) hunks.push(hunkOf(open.lines, open));
    open = undefined;
  };
  for (const line of diff.split('\n')) {
    const head = /^@@ -(\d{1,9})(?:,\d{1,9})? \+(\d{1,9})(?:,\d{1,9})? @@/.exec(line);
    if (head !== null) {
      end();
      open = { oldStart: Number(head[1]), newStart: Number(head[2]), lines: [] };
    } else if (open !== undefined && /^[ +-]/.test(line)) {
      open.lines.push(line);
    }
  }
  end();
  return hunks;
}

function wholeFile(text: string, mark: '+' | '-'): Hunk[] {
  if (text === '') return [];
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n').map(line => mark + line);
  return [hunkOf(lines, mark === '+' ? { oldStart: 0, newStart: 1 } : { oldStart: 1, newStart: 0 })];
}

function hunkOf(lines: readonly string[], at: { readonly oldStart: number; readonly newStart: number }): Hunk {
  const added = lines.filter(line => line.startsWith('+')).length;
  const removed = lines.filter(line => line.startsWith('-')).length;
  return {
    oldStart: at.oldStart,
    oldLines: lines.length - added,
    newStart: at.newStart,
    newLines: lines.length - removed,
    lines: [...lines],
  };
}

function dropTrailingBlank(lines: string[]): void {
  while (lines.at(-1) === ' ') lines.pop();
}
