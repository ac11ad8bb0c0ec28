// Events of the Trace Event Format as slices of work that lie inside each other.
// Format: "Trace Event Format", Google, 2016; what Perfetto reads of it is the measure.
//
// Contract: pure, never throws, takes events in any order. Slices of one thread nest by time: X by itself, B with the
// next E of its depth. Async slices (b, e and the older S, F) nest in the order of their id.

import { asNumber, asObject, asText } from '../../../shared/base/json.ts';

export type TraceEvent = Readonly<Record<string, unknown>>;

export interface Slice {
  /** Index of its first event, and of the one that ended it. */
  readonly event: number;
  readonly endEvent: number | undefined;
  readonly track: Track;
  readonly startUs: number;
  /** Undefined for one that was never ended. */
  readonly endUs: number | undefined;
  parent: Slice | undefined;
}

export interface Instant {
  readonly event: number;
  readonly track: Track;
  readonly atUs: number;
  parent: Slice | undefined;
}

/** A thread of a process; async slices belong to the process only. */
export interface Track {
  readonly pid: string;
  readonly tid: string | undefined;
}

export interface SliceForest {
  readonly slices: readonly Slice[];
  readonly instants: readonly Instant[];
  /** Ends without a beginning. */
  readonly loose: readonly number[];
  readonly processNames: ReadonlyMap<string, string>;
  /** By 'pid/tid'. */
  readonly threadNames: ReadonlyMap<string, string>;
}

interface Placed {
  readonly event: number;
  readonly phase: string;
  readonly ts: number;
  readonly fields: TraceEvent;
}

export function nestSlices(events: readonly TraceEvent[]): SliceForest {
  const processNames = new Map<string, string>();
  const threadNames = new Map<string, string>();
  const threads = new Map<string, Placed[]>();
  const asyncs = new Map<string, Placed[]>();
  events.forEach((fields, event) => {
    const phase = asText(fields['ph']) ?? '';
    const ts = asNumber(fields['ts']) ?? 0;
    const placed = { event, phase, ts, fields };
    if (phase === 'M') noteName(fields, processNames, threadNames);
    else if ('XBEiIR'.includes(phase) && phase !== '') push(threads, trackKey(trackOf(fields)), placed);
    else if ('benSFTp'.includes(phase) && phase !== '') push(asyncs, asyncKey(fields), placed);
  });
  const slices: Slice[] = [];
  const instants: Instant[] = [];
  const loose: number[] = [];
  for (const placed of threads.values()) nestThread(placed.sort(byTime), slices, instants, loose);
  for (const placed of asyncs.values()) nestAsync(placed.sort(byTime), slices, instants, loose);
  return { slices, instants, loose, processNames, threadNames };
}

function push<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

function byTime(a: Placed, b: Placed): number {
  return a.ts - b.ts || a.event - b.event;
}

function trackOf(fields: TraceEvent): Track {
  return { pid: idText(fields['pid']), tid: idText(fields['tid']) };
}

function idText(id: unknown): string {
  return typeof id === 'number' || typeof id === 'string' ? String(id).slice(0, 100) : '';
}

export function trackKey({ pid, tid }: Track): string {
  return tid === undefined ? pid : `${pid}/${tid}`;
}

/** Ids are the process's own unless they are said to be global; each category counts by itself. */
function asyncKey(fields: TraceEvent): string {
  const scoped = asObject(fields['id2']);
  const global = scoped['global'];
  const id = idText(global ?? scoped['local'] ?? fields['id']);
  const scope = global !== undefined || fields['id2'] === undefined ? '' : idText(fields['pid']);
  const old = 'SFTp'.includes(asText(fields['ph']) ?? '') ? (asText(fields['name']) ?? '') : '';
  return JSON.stringify([asText(fields['cat']) ?? '', asText(fields['scope']) ?? '', id, scope, old]);
}

function noteName(fields: TraceEvent, processNames: Map<string, string>, threadNames: Map<string, string>): void {
  const name = asText(asObject(fields['args'])['name'])?.slice(0, 200);
  if (name === undefined) return;
  if (fields['name'] === 'process_name') processNames.set(idText(fields['pid']), name);
  if (fields['name'] === 'thread_name') threadNames.set(trackKey(trackOf(fields)), name);
}

function nestThread(events: readonly Placed[], slices: Slice[], instants: Instant[], loose: number[]): void {
  const own: Slice[] = [];
  const points: Instant[] = [];
  const begun: Placed[] = [];
  for (const placed of events) {
    const { event, phase, ts, fields } = placed;
    const track = trackOf(fields);
    switch (phase) {
      case 'X': {
        const endUs = Math.floor(ts + Math.max(0, asNumber(fields['dur']) ?? 0));
        own.push({ event, endEvent: undefined, track, startUs: Math.floor(ts), endUs, parent: undefined });
        break;
      }
      case 'B':
        begun.push(placed);
        break;
      case 'E': {
        const begin = begun.pop();
        if (begin === undefined) loose.push(event);
        else own.push(toSlice(begin, placed, track));
        break;
      }
      default:
        points.push({ event, track, atUs: Math.floor(ts), parent: undefined });
    }
  }
  for (const begin of begun) own.push(toSlice(begin, undefined, trackOf(begin.fields)));
  nestByTime(own, points);
  slices.push(...own);
  instants.push(...points);
}

function toSlice(begin: Placed, end: Placed | undefined, track: Track): Slice {
  return {
    event: begin.event,
    endEvent: end?.event,
    track,
    startUs: Math.floor(begin.ts),
    endUs: end === undefined ? undefined : Math.floor(end.ts),
    parent: undefined,
  };
}

/** Each lies in the shortest one that was running and ends no earlier. Of equal ones the earlier event is outside. */
function nestByTime(slices: Slice[], points: readonly Instant[]): void {
  const endOf = (slice: Slice): number => slice.endUs ?? Infinity;
  slices.sort((a, b) => a.startUs - b.startUs || order(endOf(b), endOf(a)) || a.event - b.event);
  const running: Slice[] = [];
  const settle = (startUs: number, endUs: number): Slice | undefined => {
    for (let top = running.at(-1); top !== undefined; top = running.at(-1)) {
      if (endOf(top) >= endUs && (endOf(top) > startUs || top.startUs === startUs)) return top;
      running.pop();
    }
    return undefined;
  };
  let next = 0;
  const pointsBefore = (startUs: number): void => {
    for (let point = points[next]; point !== undefined && point.atUs < startUs; point = points[next]) {
      point.parent = settle(point.atUs, point.atUs);
      next += 1;
    }
  };
  for (const slice of slices) {
    pointsBefore(slice.startUs);
    slice.parent = settle(slice.startUs, endOf(slice));
    running.push(slice);
  }
  pointsBefore(Infinity);
}

function order(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function nestAsync(events: readonly Placed[], slices: Slice[], instants: Instant[], loose: number[]): void {
  const running: { readonly begin: Placed; readonly at: number }[] = [];
  const parentAt = (): Slice | undefined => slices[running.at(-1)?.at ?? -1];
  for (const placed of events) {
    const { event, phase, ts, fields } = placed;
    const track = { pid: idText(fields['pid']), tid: undefined };
    switch (phase) {
      case 'b':
      case 'S': {
        const parent = parentAt();
        running.push({ begin: placed, at: slices.length });
        slices.push({ ...toSlice(placed, undefined, track), parent });
        break;
      }
      case 'e':
      case 'F': {
        const open = running.pop();
        const slice = slices[open?.at ?? -1];
        if (open === undefined || slice === undefined) loose.push(event);
        else Object.assign(slice, { endEvent: event, endUs: Math.floor(ts) });
        break;
      }
      default:
        instants.push({ event, track, atUs: Math.floor(ts), parent: parentAt() });
    }
  }
}
