// File changes of Claude Code's tools as diffs: what a call asks for, and what its result says was done.

import { asArray, asCount, asObject, asText } from '../../../shared/base/json.ts';
import type { FileDiff, Hunk } from '../../../shared/model/content.ts';
import type { Line } from './claude-code-types.ts';

/** What Edit, MultiEdit and Write ask for. Where in the file it stands is not known yet: line numbers begin at 1. */
export function diffsOfCall(name: string, input: Line): FileDiff[] | undefined {
  const path = asText(input['file_path']);
  if (path === undefined) return undefined;
  switch (name) {
    case 'Edit':
      return [{ path, change: 'update', hunks: [replacement(input)] }];
    case 'MultiEdit':
      return [{ path, change: 'update', hunks: asArray(input['edits']).map(edit => replacement(asObject(edit))) }];
    case 'Write':
      return [{ path, change: 'create', hunks: [wholeFile(asText(input['content']) ?? '')] }];
    default:
      return undefined;
  }
}

/** What a result says was changed: the hunks of its patch, or the whole of a new file. */
export function diffsOfResult(result: Line): FileDiff[] | undefined {
  const path = asText(result['filePath']);
  const patch = result['structuredPatch'];
  if (path === undefined || !Array.isArray(patch)) return undefined;
  const change = result['type'] === 'create' ? 'create' : 'update';
  const hunks = patch.map(hunk => readHunk(asObject(hunk)));
  if (hunks.length > 0) return [{ path, change, hunks }];
  const content = asText(result['content']);
  return [{ path, change, hunks: change === 'create' && content !== undefined ? [wholeFile(content)] : [] }];
}

function readHunk(hunk: Line): Hunk {
  return {
    oldStart: lineNumber(hunk['oldStart']),
    oldLines: lineNumber(hunk['oldLines']),
    newStart: lineNumber(hunk['newStart']),
    newLines: lineNumber(hunk['newLines']),
    lines: asArray(hunk['lines']).filter(line => typeof line === 'string'),
  };
}

function lineNumber(value: unknown): number {
  return Math.min(asCount(value), Number.MAX_SAFE_INTEGER);
}

/** One text in another's place; lines that both begin or end with are context. */
function replacement(edit: Line): Hunk {
  const before = linesOf(asText(edit['old_string']) ?? '');
  const after = linesOf(asText(edit['new_string']) ?? '');
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail += 1;
  return {
    oldStart: 1,
    oldLines: before.length,
    newStart: 1,
    newLines: after.length,
    lines: [
      ...before.slice(0, head).map(line => ` ${line}`),
      ...before.slice(head, before.length - tail).map(line => `-${line}`),
      ...after.slice(head, after.length - tail).map(line => `+${line}`),
      ...before.slice(before.length - tail).map(line => ` ${line}`),
    ],
  };
}

function wholeFile(content: string): Hunk {
  const lines = linesOf(content);
  return {
    oldStart: 0,
    oldLines: 0,
    newStart: lines.length === 0 ? 0 : 1,
    newLines: lines.length,
    lines: lines.map(line => `+${line}`),
  };
}

function linesOf(text: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
