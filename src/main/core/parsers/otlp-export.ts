// Finds the spans, logs and metrics in one JSON value of OTLP or of an SDK's dump, each with its place.
//
// Containers: {resourceSpans}, an array of these, {batches} (Tempo), {trace: {resourceSpans | spans}} (agentv), {spans}
// (any-agent), a bare span or an array of them (SDK consoles); one value after another; old and snake-case names.

import { asObject, isObject } from '../../../shared/base/json.ts';
import { type JsonChooser, type JsonPath, type JsonRange, scanJson, valueAt, walkJson } from './json-ranges.ts';
import { isSpan } from './otlp-span.ts';
import { type Attributes, noAttributes, parseExact, readAttributes } from './otlp-values.ts';
import type { LinePosition } from './parser.ts';

export interface Found {
  /** 'export': a request without content; 'other': a value of another kind; 'unreadable': not JSON after all. */
  readonly kind: 'span' | 'logs' | 'metrics' | 'export' | 'other' | 'unreadable';
  readonly value: unknown;
  readonly at: LinePosition;
  /** Attributes of the resource around it. */
  readonly resource: Attributes;
}

export interface FoundExport {
  /** In the order of the document; at least one unless the input is blank. */
  readonly found: readonly Found[];
  /** Where the input stops being readable: cut off, or broken. */
  readonly problem?: { readonly at: LinePosition; readonly why: string };
}

const SPANS = new Set(['resourceSpans', 'resource_spans', 'batches']);
const LOGS = new Set(['resourceLogs', 'resource_logs']);
const METRICS = new Set(['resourceMetrics', 'resource_metrics']);
const SCOPES = new Set([
  'scopeSpans',
  'scope_spans',
  'instrumentationLibrarySpans',
  'instrumentation_library_spans',
  'ilSpans',
]);

const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

/** `bytes` of a whole document, or of one line that stands at `base`. */
export function findInBytes(bytes: Uint8Array, base: LinePosition, parsed?: unknown): FoundExport {
  const place = ({ start, end, line }: Pick<JsonRange, 'start' | 'end' | 'line'>): LinePosition => ({
    line: base.line + line - 1,
    offset: base.offset + start,
    length: end - start,
  });
  const read = (range: JsonRange): unknown => {
    const value = parsed === undefined ? undefined : valueAt(parsed, range.path);
    const isExact = value !== undefined && typeof asObject(asObject(value)['context'])['trace_id'] !== 'number';
    return isExact ? value : parseExact(decoder.decode(bytes.subarray(range.start, range.end)));
  };

  const rest = (start: number, line: number): LinePosition => place({ start, end: bytes.length, line });

  const scan = scanJson(bytes, chooseParts);
  // What stands in a value that was cut off may change with the rest of it; what stands before a break stays.
  const ranges = scan.ranges.filter(({ root }) => scan.problem?.kind !== 'cut' || root < scan.roots.length);
  const resources = new Map<string, Attributes>();
  for (const range of ranges)
    if (range.path.at(-1) === 'resource')
      resources.set(groupOf(range.root, range.path), readAttributes(asObject(read(range))['attributes']));
  const found: (Found & { readonly start: number })[] = [];
  const told = new Set<number>();
  for (const range of ranges) {
    const kind = kindOfPath(range.path);
    if (kind === 'resource') continue;
    told.add(range.root);
    found.push({
      ...toFound(kind, read(range), place(range), resources.get(groupOf(range.root, range.path))),
      start: range.start,
    });
  }
  for (const root of scan.roots) {
    if (told.has(root.root)) continue;
    const inner = scanJson(bytes.subarray(root.start, root.end), chooseBareSpans).ranges;
    for (const { path, start, end, line } of inner) {
      const range = { root: 0, path, start: root.start + start, end: root.start + end, line: root.line + line - 1 };
      const value = read(range);
      found.push({ ...toFound(kindOfBare(value), value, place(range), undefined), start: range.start });
    }
  }
  found.sort((a, b) => a.start - b.start);
  if (scan.problem === undefined) return { found };
  const { kind, at, line, rootStart, rootLine } = scan.problem;
  return kind === 'cut'
    ? { found, problem: { at: rest(rootStart, rootLine), why: `cut off or still being written: ends in line ${line}` } }
    : { found, problem: { at: rest(at, line), why: `not JSON from line ${line} on` } };
}

/** The same for a value whose bytes are not at hand: everything stands where the value stands. */
export function findInValue(value: unknown, at: LinePosition): FoundExport {
  const resources = new Map<string, Attributes>();
  const parts: { readonly path: JsonPath; readonly value: unknown }[] = [];
  walkJson(value, chooseParts, (path, part) => {
    if (path.at(-1) === 'resource') resources.set(groupOf(0, path), readAttributes(asObject(part)['attributes']));
    else parts.push({ path, value: part });
  });
  if (parts.length > 0)
    return {
      found: parts.map(part => {
        const kind = kindOfPath(part.path);
        return toFound(kind === 'resource' ? 'other' : kind, part.value, at, resources.get(groupOf(0, part.path)));
      }),
    };
  const bare: Found[] = [];
  walkJson(value, chooseBareSpans, (_path, part) => bare.push(toFound(kindOfBare(part), part, at, undefined)));
  return { found: bare };
}

/** Whether a value is an export or a span, whatever its container. */
export function isExport(value: unknown): boolean {
  let seen = false;
  walkJson(
    value,
    tellingChooser(() => (seen = true)),
    () => undefined,
  );
  if (seen || !isObject(value)) return seen;
  const spans = value['spans'] ?? asObject(value['trace'])['spans'];
  return isSpan(value) || (Array.isArray(spans) && isSpan(spans[0]));
}

/** Whether the start of a text is that of an export; `isBare` values are looked at one by one. */
export function startsExport(text: string): boolean {
  let seen = false;
  const bytes = new TextEncoder().encode(text);
  const { ranges } = scanJson(
    bytes,
    tellingChooser(() => (seen = true)),
  );
  if (seen) return true;
  const first = ranges.find(({ path }) => kindOfPath(path) === 'span') ?? scanJson(bytes, chooseBareSpans).ranges.at(0);
  return first !== undefined && isSpan(parseExact(decoder.decode(bytes.subarray(first.start, first.end))));
}

/** Looks until it has seen what only exports have; takes bare spans on the way. */
function tellingChooser(onSeen: () => void): JsonChooser {
  return (path, opens) => {
    const [key, , scopes] = inner(path);
    const isTold =
      typeof key === 'string' &&
      opens === '[' &&
      (key === 'batches'
        ? typeof scopes === 'string' && SCOPES.has(scopes)
        : (SPANS.has(key) || LOGS.has(key) || METRICS.has(key)) && inner(path).length === 1);
    if (isTold) {
      onSeen();
      return 'stop';
    }
    return chooseParts(path, opens);
  };
}

function toFound(kind: Found['kind'], value: unknown, at: LinePosition, resource: Attributes | undefined): Found {
  return { kind: value === undefined ? 'unreadable' : kind, value, at, resource: resource ?? noAttributes };
}

function kindOfBare(value: unknown): Found['kind'] {
  if (isSpan(value)) return 'span';
  const isRequest =
    isObject(value) && Object.keys(value).some(key => SPANS.has(key) || LOGS.has(key) || METRICS.has(key));
  return isRequest ? 'export' : 'other';
}

/** The path inside the request: without the array around it and without `trace`. */
function inner(path: JsonPath): JsonPath {
  const inArray = typeof path[0] === 'number' ? 1 : 0;
  return path.slice(path[inArray] === 'trace' ? inArray + 1 : inArray);
}

const chooseParts: JsonChooser = (path, opens) => {
  if (opens !== '{' && opens !== '[') return 'skip';
  const [key, index, scopes, scope, spans, span] = inner(path);
  if (key === undefined) return 'enter';
  if (key === 'spans') return index === undefined ? 'enter' : 'take';
  if (key === 'resource' && index === undefined) return 'take';
  if (typeof key !== 'string') return 'skip';
  if (LOGS.has(key) || METRICS.has(key)) return index === undefined ? 'enter' : 'take';
  if (!SPANS.has(key)) return 'skip';
  if (scopes === undefined) return 'enter';
  if (scopes === 'resource') return 'take';
  if (typeof scopes !== 'string' || !SCOPES.has(scopes)) return 'skip';
  if (scope === undefined || spans === undefined) return 'enter';
  if (spans !== 'spans') return 'skip';
  return span === undefined ? 'enter' : 'take';
};

/** A span by itself, or a list of them. */
const chooseBareSpans: JsonChooser = (path, opens) => (path.length === 0 && opens === '[' ? 'enter' : 'take');

function kindOfPath(path: JsonPath): 'span' | 'logs' | 'metrics' | 'resource' {
  if (path.at(-1) === 'resource') return 'resource';
  const [key] = inner(path);
  if (typeof key === 'string' && LOGS.has(key)) return 'logs';
  return typeof key === 'string' && METRICS.has(key) ? 'metrics' : 'span';
}

/** What spans share with their resource: the way to the object that holds both. */
function groupOf(root: number, path: JsonPath): string {
  const at = path.findIndex(key => typeof key === 'string' && SPANS.has(key));
  const holder =
    at >= 0 ? path.slice(0, at + 2) : path.slice(0, path.indexOf(path.at(-1) === 'resource' ? 'resource' : 'spans'));
  return `${root}/${holder.join('/')}`;
}
