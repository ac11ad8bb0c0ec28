// Traces of Chrome, Perfetto and the many tools that write their JSON (Trace Event Format).
//
// Contract: never throws. An object {traceEvents} or a bare array, which may lack its end and close with a comma. One
// file is one session, each event a record with its exact place; slices become spans below their thread, arguments that
// follow the GenAI conventions are read as such. Times count from an arbitrary moment unless the file names it.

import { asArray, asObject, asText, isObject, type JsonValue } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import type { SpanKind } from '../../../shared/model/span.ts';
import { type Instant, nestSlices, type Slice, type SliceForest, type TraceEvent } from './chrome-trace-slices.ts';
import { Tracks } from './chrome-trace-tracks.ts';
import { hashText } from './claude-code-agents.ts';
import { headValues } from './json-head.ts';
import { type JsonChooser, scanJson } from './json-ranges.ts';
import { spanContent } from './otlp-content.ts';
import { kindOf } from './otlp-genai.ts';
import type { OtlpSpan } from './otlp-span.ts';
import { type Attributes, jsonText, noAttributes, readAttributes } from './otlp-values.ts';
import {
  type DocumentParser,
  type Fact,
  type FileHint,
  oneLine,
  type ParsedUnit,
  type Recognition,
  type RecordFact,
  type Sample,
} from './parser.ts';
import { traceFacts, type TraceSpan } from './trace-spans.ts';

export const chromeTrace: DocumentParser = {
  id: 'chrome-trace',
  version: 1,
  label: 'Chrome and Perfetto traces (JSON)',
  unit: 'document',
  recognise,
  begin: () => ({}),
  parseDocument: toUnit,
  content: readContent,
};

function recognise(sample: Sample): Recognition | undefined {
  if (!sample.text.includes('"ph"')) return undefined;
  const [head] = headValues(sample);
  const events = isObject(head) ? asArray(head['traceEvents']) : asArray(head);
  if (!events.slice(0, 20).some(isEvent)) return undefined;
  // Traces have no id of their own: the same beginning is the same trace.
  return { agent: 'chrome-trace', session: `trace-${hashText(sample.text.slice(0, 1000))}`, main: true };
}

function isEvent(value: unknown): value is TraceEvent {
  if (!isObject(value) || typeof value['ph'] !== 'string' || value['ph'].length !== 1) return false;
  return value['ph'] === 'M' || typeof value['ts'] === 'number';
}

interface FoundEvents {
  readonly events: readonly TraceEvent[];
  readonly records: RecordFact[];
  /** Index of the record of each event. */
  readonly recordOf: readonly number[];
  readonly metadata: TraceEvent;
}

const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

const chooseEvents: JsonChooser = ([first, second, third], opens) => {
  if (first === undefined) return opens === '{' || opens === '[' ? 'enter' : 'skip';
  if (first === 'traceEvents') return second === undefined ? 'enter' : third === undefined ? 'take' : 'skip';
  return typeof first === 'number' || first === 'metadata' ? 'take' : 'skip';
};

function findEvents(bytes: Uint8Array): FoundEvents {
  const { ranges, roots, problem } = scanJson(bytes, chooseEvents);
  const events: TraceEvent[] = [];
  const records: RecordFact[] = [];
  const recordOf: number[] = [];
  let metadata: TraceEvent = {};
  for (const { path, start, end, line } of ranges) {
    const value = parse(bytes.subarray(start, end));
    if (path[0] === 'metadata') {
      metadata = asObject(value);
      continue;
    }
    const at = { line, offset: start, length: end - start };
    const phase = isObject(value) ? asText(value['ph']) : undefined;
    if (phase === undefined || !isObject(value)) {
      records.push({ at, type: 'event', known: false, timeUs: null, rejected: 'an event without a phase' });
      continue;
    }
    recordOf.push(records.length);
    records.push({ at, type: `event/${phase.slice(0, 20)}`, known: knownPhases.has(phase), timeUs: null });
    events.push(value);
  }
  if (problem !== undefined) {
    const last = ranges.at(-1);
    const start = last?.end ?? problem.rootStart + 1;
    const isBareArray = roots.length === 0 && bytes[problem.rootStart] === 0x5b;
    // A bare array may end after any event, also with a comma before its bracket.
    const rest = decoder.decode(bytes.subarray(start, start + 4096));
    if (!isBareArray || !/^[\s,]*\]?\s*$/.test(rest) || start + 4096 < bytes.length) {
      const at = { line: last?.line ?? problem.rootLine, offset: start, length: bytes.length - start };
      records.push({ at, type: 'document', known: true, timeUs: null, rejected: describe(problem.kind, problem.line) });
    }
  }
  if (records.length === 0)
    records.push({ at: { line: 1, offset: 0, length: bytes.length }, type: 'empty', known: true, timeUs: null });
  return { events, records, recordOf, metadata };
}

function describe(kind: 'cut' | 'broken', line: number): string {
  return kind === 'cut' ? `cut off or still being written: ends in line ${line}` : `not JSON from line ${line} on`;
}

function parse(slice: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(slice));
  } catch {
    return undefined;
  }
}

/** Complete, duration, async, instant, counter, flow, metadata, object, sample, memory dump, mark, clock sync, context. */
const knownPhases = new Set('X B E b n e S T p F i I R C s t f M N O D P V v c ( )'.split(' '));

function toUnit(bytes: Uint8Array, hint: FileHint, recognition: Recognition): ParsedUnit {
  const found = findEvents(bytes);
  const forest = nestSlices(found.events);
  const session = recognition.session ?? 'trace';
  const shiftUs = shiftOf(forest, found.metadata);
  const tracks = new Tracks(forest);
  const facts = traceFacts('chrome-trace', traceSpans(found, forest, tracks, session, shiftUs));
  const hasPrompt = facts.some(fact => fact.kind === 'event' && fact.turn === true);
  const title = { source: 'prompt' as const, text: hint.relPath.slice(hint.relPath.lastIndexOf('/') + 1) };
  return {
    records: datedRecords(found, forest, shiftUs),
    facts: [
      { kind: 'session', session, ...(hasPrompt ? {} : { title }) },
      ...tracks.facts(session, shiftUs),
      ...facts.map(fact => withArguments(fact, found)),
      ...forest.instants.map(instant => instantFact(found, instant, shiftUs)),
    ],
  };
}

function keyOf(slice: Slice): string {
  return `e${slice.event}`;
}

function traceSpans(
  { events, recordOf }: FoundEvents,
  { slices }: SliceForest,
  tracks: Tracks,
  session: string,
  shiftUs: number,
): readonly TraceSpan[] {
  return slices.map(slice => {
    const { event, endEvent, startUs, endUs, track } = slice;
    const fields = mergedFields(events[event], endEvent === undefined ? undefined : events[endEvent]);
    const parent = slice.parent === undefined ? tracks.keyOf(track) : keyOf(slice.parent);
    const place = {
      traceId: session,
      spanId: keyOf(slice),
      parentId: parent === ROOT_SPAN ? undefined : parent,
      startUs: startUs + shiftUs,
      endUs: endUs === undefined ? undefined : endUs + shiftUs,
    };
    return {
      span: { ...toSpan(fields), ...place },
      kind: kindOfEvent(fields),
      record: recordOf[event] ?? 0,
      attrs: attrsOf(fields),
      ...(endEvent === undefined ? {} : { alsoIn: [recordOf[endEvent] ?? 0] }),
    };
  });
}

/** A plain slice has nothing to say but its arguments. */
function withArguments(fact: Fact, { events }: FoundEvents): Fact {
  if (fact.kind !== 'span' || fact.span !== 'phase' || fact.summary !== undefined) return fact;
  const summary = argsText(events[Number(fact.key.slice(1))]);
  return summary === '' ? fact : { ...fact, summary };
}

function instantFact({ events, recordOf }: FoundEvents, { event, atUs, parent }: Instant, shiftUs: number): Fact {
  const name = asText(events[event]?.['name']) ?? 'instant';
  const summary = argsText(events[event]);
  return {
    kind: 'event',
    record: recordOf[event] ?? 0,
    key: `i${event}`,
    event: 'notice',
    name: name.slice(0, 200),
    atUs: atUs + shiftUs,
    ...(parent === undefined ? {} : { span: keyOf(parent) }),
    ...(summary === '' ? {} : { summary }),
  };
}

/** The records with their times; ends that nothing began are shown as what they are. */
function datedRecords(
  { events, records, recordOf }: FoundEvents,
  { loose }: SliceForest,
  shiftUs: number,
): RecordFact[] {
  const dated = [...records];
  const change = (event: number, more: Partial<RecordFact>): void => {
    const record = dated[recordOf[event] ?? -1];
    if (record !== undefined) dated[recordOf[event] ?? 0] = { ...record, ...more };
  };
  events.forEach(({ ts }, event) => {
    if (typeof ts === 'number' && Number.isFinite(ts)) change(event, { timeUs: Math.floor(ts) + shiftUs });
  });
  for (const event of loose) change(event, { rejected: 'an end without a beginning' });
  return dated;
}

/** DevTools says when its recording began; times that are those of the calendar need nothing. */
function shiftOf({ slices, instants }: SliceForest, metadata: TraceEvent): number {
  const beganUs = isoToUs(metadata['startTime']);
  if (beganUs === undefined) return 0;
  let least = Infinity;
  for (const { startUs } of slices) least = Math.min(least, startUs);
  for (const { atUs } of instants) least = Math.min(least, atUs);
  return Number.isFinite(least) && least < 1e15 ? beganUs - least : 0;
}

function argsText(event: TraceEvent | undefined): string {
  const args = asObject(event?.['args']);
  return Object.keys(args).length > 0 ? oneLine(jsonText(args)) : '';
}

/** An end adds its numbers (tokens), no texts: what is read of a span stands in the record of its beginning. */
function mergedFields(begin: TraceEvent | undefined, end: TraceEvent | undefined): TraceEvent {
  const numbers = Object.entries(asObject(end?.['args'])).filter(([, value]) => typeof value === 'number');
  return { ...begin, args: { ...Object.fromEntries(numbers), ...asObject(begin?.['args']) } };
}

function toSpan(event: TraceEvent): OtlpSpan {
  return {
    traceId: '',
    spanId: '',
    parentId: undefined,
    name: asText(event['name']) ?? '',
    startUs: undefined,
    endUs: undefined,
    status: 'unset',
    statusText: '',
    attributes: argsOf(event),
    events: [],
    resource: noAttributes,
  };
}

function argsOf(event: TraceEvent): Attributes {
  return readAttributes(asObject(event['args']));
}

const kindsOfCategories: Readonly<Record<string, SpanKind>> = { agent: 'agent', llm: 'llm', tool: 'tool' };

/** By the arguments where they follow the conventions, else by a category of that very name. */
function kindOfEvent(event: TraceEvent): SpanKind {
  const span = toSpan(event);
  const told = kindOf(span);
  if (told !== 'phase') return told;
  const categories = (asText(event['cat']) ?? '').split(',');
  return (
    categories
      .map(name => (Object.hasOwn(kindsOfCategories, name) ? kindsOfCategories[name] : undefined))
      .find(Boolean) ?? 'phase'
  );
}

function attrsOf(event: TraceEvent): Record<string, JsonValue> {
  const attrs: Record<string, JsonValue> = {};
  const category = asText(event['cat']);
  if (category !== undefined) attrs['category'] = category.slice(0, 200);
  for (const name of ['pid', 'tid'])
    if (typeof event[name] === 'number' || typeof event[name] === 'string') attrs[name] = event[name];
  return attrs;
}

function readContent(value: unknown): readonly ContentBlock[] {
  if (!isEvent(value)) return [];
  const kind = kindOfEvent(value);
  if (kind !== 'phase') return spanContent({ ...toSpan(value), startUs: 0, endUs: 0 }, kind).blocks;
  const { args } = value;
  if (!isObject(args) || Object.keys(args).length === 0) return [];
  return [{ kind: 'notice', title: asText(value['name']) ?? 'Arguments', text: JSON.stringify(args, null, 2) }];
}
