// Picks the mapped fields out of one record of a generic log.

import { asCount, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import { parsePath, type GenericMapping, type MappedKind } from '../../../shared/model/generic-mapping.ts';
import { noUsage, type Usage } from '../../../shared/model/usage.ts';

export interface GenericRecord {
  readonly kind: MappedKind;
  /** The log's own word for the kind, or ours. */
  readonly type: string;
  readonly id: string | undefined;
  /** null: the log says that it has none. Undefined: it does not say. */
  readonly parent: string | null | undefined;
  readonly startUs: number | undefined;
  readonly endUs: number | undefined;
  readonly name: string | undefined;
  /** Text, or whatever stands where the text should be. */
  readonly text: unknown;
  readonly role: string | undefined;
  readonly model: string | undefined;
  readonly usage: Usage | undefined;
  readonly toolInput: unknown;
  readonly toolOutput: unknown;
  readonly error: string | undefined;
}

export type Picked =
  | { readonly kind: 'record'; readonly record: GenericRecord; readonly session: string | undefined }
  | { readonly kind: 'unknown'; readonly type: string; readonly session: string | undefined };

export type Pick = (value: unknown) => Picked;

type Read = (value: unknown) => unknown;

/** A function that reads records as the mapping says; what it reads are own fields only. */
export function pickerOf(mapping: GenericMapping): Pick {
  const fits = matcherOf(mapping);
  const read = {
    session: reader(mapping.session),
    id: reader(mapping.id),
    parent: reader(mapping.parent),
    time: reader(mapping.time),
    end: reader(mapping.end),
    durationMs: reader(mapping.durationMs),
    kind: reader(typeof mapping.kind === 'object' ? mapping.kind.path : undefined),
    name: reader(mapping.name),
    text: reader(mapping.text),
    role: reader(mapping.role),
    model: reader(mapping.model),
    usage: usageReader(mapping.tokens),
    toolInput: reader(mapping.toolInput),
    toolOutput: reader(mapping.toolOutput),
    error: reader(mapping.error),
  };
  const { session: _session, ...telling } = read;

  return value => {
    const session = idOf(read.session(value));
    const word = idOf(read.kind(value));
    const unknown: Picked = { kind: 'unknown', type: word ?? asText(asObject(value)['type']) ?? 'unmapped', session };
    if (!isObject(value) || !fits(value) || !Object.values(telling).some(field => isPresent(field(value))))
      return unknown;

    const said = {
      id: idOf(read.id(value)),
      parent: parentOf(read.parent(value)),
      name: idOf(read.name(value)),
      text: read.text(value),
      role: asText(read.role(value))?.toLowerCase(),
      model: asText(read.model(value)),
      usage: read.usage(value),
      toolInput: read.toolInput(value),
      toolOutput: read.toolOutput(value),
      error: errorOf(read.error(value)),
    };
    const kind = kindOf(mapping, word) ?? (word === undefined ? guess(said) : undefined);
    if (kind === undefined) return unknown;
    const durationMs = asNumber(read.durationMs(value));
    const isResult = said.toolInput === undefined && (said.toolOutput !== undefined || said.error !== undefined);
    const endsCall = kind === 'tool' && mapping.toolInput !== undefined && isResult && durationMs === undefined;
    const times = timesOf(
      timeToUs(read.time(value)),
      timeToUs(read.end(value)),
      durationMs,
      kind === 'end' || endsCall,
    );
    return { kind: 'record', record: { ...said, ...times, kind, type: word ?? kind }, session };
  };
}

function reader(path: string | undefined): Read {
  return path === undefined ? () => undefined : readerOf(path);
}

function readerOf(path: string): Read {
  const steps = parsePath(path) ?? [];
  return value => {
    let at = value;
    for (const step of steps) {
      if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
      at = (at as Record<string | number, unknown>)[step];
    }
    return at;
  };
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Ids and names may be numbers. */
function idOf(value: unknown): string | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : asText(value);
}

function parentOf(value: unknown): string | null | undefined {
  return value === null || value === '' ? null : idOf(value);
}

function errorOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === false || value === '') return undefined;
  if (typeof value === 'string') return value;
  return asText(asObject(value)['message']) ?? asText(asObject(value)['type']) ?? 'error';
}

function kindOf(mapping: GenericMapping, word: string | undefined): MappedKind | undefined {
  if (mapping.kind === undefined || typeof mapping.kind === 'string') return mapping.kind;
  const { map = {}, default: otherwise } = mapping.kind;
  return word !== undefined && Object.hasOwn(map, word) ? map[word] : otherwise;
}

/** For records whose kind is not mapped. docs/generic-mapping.md tells the same. */
function guess(said: Omit<GenericRecord, 'kind' | 'type' | 'startUs' | 'endUs'>): MappedKind {
  if (isPresent(said.toolInput) || isPresent(said.toolOutput)) return 'tool';
  if (said.role !== undefined && !answers(said.role)) return 'message';
  if (said.model !== undefined || said.usage !== undefined) return 'llm';
  return said.role === undefined ? 'phase' : 'message';
}

export function answers(role: string): boolean {
  return role === 'assistant' || role === 'model' || role === 'ai';
}

/** `ends`: the record tells of an end only, so that its own time is one. */
function timesOf(
  timeUs: number | undefined,
  toldEndUs: number | undefined,
  durationMs: number | undefined,
  ends: boolean,
): { readonly startUs: number | undefined; readonly endUs: number | undefined } {
  const durationUs = durationMs === undefined ? undefined : Math.max(0, Math.round(durationMs * 1000));
  const startUs = ends ? undefined : timeUs;
  const endUs = toldEndUs ?? (ends ? timeUs : undefined);
  if (durationUs === undefined) return { startUs, endUs };
  if (startUs !== undefined) return { startUs, endUs: endUs ?? startUs + durationUs };
  return { startUs: endUs === undefined ? undefined : endUs - durationUs, endUs };
}

/**
 * Microseconds since 1970 from an ISO 8601 text or from a number (or digits) of seconds, milliseconds, microseconds or
 * nanoseconds, told apart by size: right for every time from March 1973 to the year 5138.
 */
export function timeToUs(value: unknown): number | undefined {
  const number = asNumber(value);
  if (number === undefined) return isoToUs(value);
  if (number < 0) return undefined;
  if (number < 1e11) return Math.round(number * 1e6);
  if (number < 1e14) return Math.round(number * 1e3);
  if (number < 1e17) return Math.round(number);
  // Digits keep what a number of this size has lost already.
  return typeof value === 'string' && /^\d{1,20}$/.test(value)
    ? Number(BigInt(value) / 1000n)
    : Math.floor(number / 1000);
}

function usageReader(tokens: GenericMapping['tokens']): (value: unknown) => Usage | undefined {
  const paths = tokens ?? {};
  const [input, output] = [reader(paths.input), reader(paths.output)];
  const [cacheRead, cacheCreation] = [reader(paths.cacheRead), reader(paths.cacheCreation)];
  const reasoning = reader(paths.reasoning);
  return value => {
    const told = [input, output, cacheRead, cacheCreation, reasoning].some(
      field => asNumber(field(value)) !== undefined,
    );
    if (!told) return undefined;
    const cached = { cacheRead: asCount(cacheRead(value)), cacheCreation: asCount(cacheCreation(value)) };
    const included = paths.inputIncludesCache === true ? cached.cacheRead + cached.cacheCreation : 0;
    return {
      ...noUsage,
      ...cached,
      input: Math.max(0, asCount(input(value)) - included),
      output: asCount(output(value)),
      reasoning: asCount(reasoning(value)),
    };
  };
}

/** Whether a record is one that the mapping is for. */
export function matcherOf(mapping: GenericMapping): (value: unknown) => boolean {
  const conditions = Object.entries(mapping.match ?? {}).map(([path, wanted]) => ({ read: readerOf(path), wanted }));
  return value =>
    conditions.every(({ read, wanted }) => {
      const found = read(value);
      if (Array.isArray(wanted)) return wanted.some(one => one === found);
      return isObject(wanted) ? isPresent(found) === wanted['present'] : wanted === found;
    });
}
