// Groups Anton's old trace files, which name no run, into runs by the date-time stamps in their names.

import { isoToUs, usToIso } from '../../../shared/base/time.ts';
import { nameOf, stemOf } from './anton-record.ts';
import type { FileHint } from './parser.ts';

/** A longer pause between two files begins a new run. */
const PAUSE_US = 30 * 60 * 1_000_000;

/**
 * Native id of the run that a file belongs to: `run-<first stamp>`. Files added later never change it, since a run is
 * named for its first file. `atUs`, the file's first record, stands in for a stamp that is missing.
 */
export function runOf(hint: FileHint, atUs: number | undefined): string {
  const own = stampOf(nameOf(hint)) ?? (atUs === undefined ? undefined : stampAt(atUs));
  const ownUs = own === undefined ? undefined : stampToUs(own);
  if (own === undefined || ownUs === undefined) return `run-${stemOf(hint)}`;
  let first = own;
  let firstUs = ownUs;
  for (const stamp of stampsBefore(hint.siblings, own)) {
    const us = stampToUs(stamp);
    if (us === undefined) continue;
    if (firstUs - us > PAUSE_US) break;
    first = stamp;
    firstUs = us;
  }
  return `run-${first}`;
}

/** The stamps in file names up to `stamp`, newest first. */
function stampsBefore(names: readonly string[], stamp: string): readonly string[] {
  const stamps = new Set<string>();
  for (const name of names) {
    const found = stampOf(name);
    if (found !== undefined && found <= stamp) stamps.add(found);
  }
  return [...stamps].sort().reverse();
}

/** `20251130_100000` in `module_api_20251130_100000.jsonl`. */
function stampOf(name: string): string | undefined {
  return /_(\d{8}_\d{6})\.jsonl$/.exec(name)?.[1];
}

function stampToUs(stamp: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)$/.exec(stamp);
  return parts === null
    ? undefined
    : isoToUs(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}`);
}

function stampAt(us: number): string {
  const iso = usToIso(us);
  return `${iso.slice(0, 10).replaceAll('-', '')}_${iso.slice(11, 19).replaceAll(':', '')}`;
}
