// Finds the records of a JSON document, whatever their containers: each value that a format picks, with its exact place.
//
// Contract: pure, never throws. Several values may follow one another (JSON Lines, pretty-printed or not). Records may
// stand inside other records (nested runs); each has its own place. A value that is cut off or broken is one problem.

import { type JsonPath, type JsonRange, scanJson, valueAt } from './json-ranges.ts';
import type { LinePosition } from './parser.ts';

export interface FoundRecord {
  /** Which of several top-level values it lies in, from 0, and where in it. */
  readonly root: number;
  readonly path: JsonPath;
  readonly value: unknown;
  readonly at: LinePosition;
}

export interface RecordScan {
  /** In the order of the document; what contains others comes before them. */
  readonly found: readonly FoundRecord[];
  readonly problems: readonly { readonly at: LinePosition; readonly why: string }[];
}

/** Chooses the paths of the records in one top-level value. */
export type RecordPicker = (root: unknown) => readonly JsonPath[];

const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

export function findRecords(bytes: Uint8Array, pick: RecordPicker): RecordScan {
  const found: FoundRecord[] = [];
  const problems: { at: LinePosition; why: string }[] = [];
  const { roots, problem } = scanJson(bytes, () => 'skip');
  for (const root of roots) {
    const slice = bytes.subarray(root.start, root.end);
    const value = parse(slice);
    const place = ({ start, end, line }: Pick<JsonRange, 'start' | 'end' | 'line'>): LinePosition => ({
      line: root.line + line - 1,
      offset: root.start + start,
      length: end - start,
    });
    if (value === undefined) {
      problems.push({ at: place({ start: 0, end: slice.length, line: 1 }), why: 'not JSON' });
      continue;
    }
    const ranges = rangesOf(slice, pick(value));
    for (const range of ranges)
      found.push({ root: root.root, path: range.path, value: valueAt(value, range.path), at: place(range) });
  }
  if (problem !== undefined) {
    const { kind, at, line, rootStart, rootLine } = problem;
    const begins = kind === 'cut' ? { line: rootLine, offset: rootStart } : { line, offset: at };
    const why =
      kind === 'cut' ? `cut off or still being written: ends in line ${line}` : `not JSON from line ${line} on`;
    problems.push({ at: { ...begins, length: bytes.length - begins.offset }, why });
  }
  return { found, problems };
}

function parse(slice: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(slice));
  } catch {
    return undefined;
  }
}

interface Branch {
  /** How many wanted values it lies in or is; undefined where it only leads to some. */
  depth?: number;
  readonly members: Map<string | number, Branch>;
}

/** Where the values at these paths stand, in the order of the bytes. */
function rangesOf(slice: Uint8Array, paths: readonly JsonPath[]): JsonRange[] {
  if (paths.length === 0) return [];
  const top = treeOf(paths);
  const ranges: JsonRange[] = [];
  if (top.depth === 1) ranges.push({ root: 0, path: [], start: 0, end: slice.length, line: 1 });
  // The scanner does not look into what it takes: values inside others are taken in a further pass.
  const last = deepest(top);
  for (let depth = top.depth === 1 ? 2 : 1; depth <= last; depth += 1) {
    const scan = scanJson(slice, path => {
      let branch: Branch | undefined = top;
      for (const key of path) {
        branch = branch.members.get(key);
        if (branch === undefined) return 'skip';
      }
      if (path.length > 0 && branch.depth === depth) return 'take';
      return branch.members.size > 0 ? 'enter' : 'skip';
    });
    ranges.push(...scan.ranges);
  }
  return ranges.sort((a, b) => a.start - b.start || b.end - a.end);
}

function treeOf(paths: readonly JsonPath[]): Branch {
  const top: Branch = { members: new Map() };
  for (const path of paths.toSorted((a, b) => a.length - b.length)) {
    let depth = 1;
    let branch = top;
    for (const key of path) {
      if (branch.depth !== undefined) depth = branch.depth + 1;
      let next = branch.members.get(key);
      if (next === undefined) branch.members.set(key, (next = { members: new Map() }));
      branch = next;
    }
    branch.depth = depth;
  }
  return top;
}

function deepest(branch: Branch): number {
  let depth = branch.depth ?? 0;
  for (const member of branch.members.values()) depth = Math.max(depth, deepest(member));
  return depth;
}
