// Trace files of OpenTelemetry: OTLP JSON as documents and as JSON Lines, and the SDKs' own dumps of spans.
//
// Contract: never throws. Each span is a record with its exact place, and one span in the session of its trace; a file
// of many traces is many sessions. Logs and metrics are kept as records. What cannot be read is a visible rejection.
// Formats: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding, GenAI and OpenInference conventions.

import { asArray, asText, isObject } from '../../../shared/base/json.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { spanContent } from './otlp-content.ts';
import { findInBytes, findInValue, type Found, type FoundExport, isExport, startsExport } from './otlp-export.ts';
import { nothingTold, type Told } from './otlp-entries.ts';
import { factsOf } from './otlp-facts.ts';
import { kindOf } from './otlp-genai.ts';
import { type OtlpSpan, readFields, readSpan } from './otlp-span.ts';
import type { PlacedSpan } from './otlp-trace.ts';
import type {
  DocumentParser,
  FileHint,
  LineParser,
  LinePosition,
  ParsedUnit,
  ParserState,
  Recognition,
  RecordFact,
  Sample,
} from './parser.ts';

/** Every fact says its session, the id of its trace. */
const recognition: Recognition = { agent: 'otel', session: null, main: false };

/** One export request a line, as the collector's file exporter and Visual Studio's Copilot write them. */
export const otlpJsonLines: LineParser = {
  id: 'otlp-json-lines',
  version: 1,
  label: 'OpenTelemetry traces (OTLP JSON Lines)',
  unit: 'line',
  recognise: (sample, hint) => (isLines(sample, hint) && holdsExport(sample) ? recognition : undefined),
  begin: () => ({}),
  parse(state, value, at, _hint, bytes) {
    const whole = bytes === undefined ? undefined : findInBytes(bytes, at, value);
    const scan = whole === undefined || whole.problem !== undefined ? findInValue(value, at) : whole;
    const told = loadTold(state);
    const unit = toUnit(scan, at, told);
    saveTold(state, told);
    return unit;
  },
  content: readContent,
};

/** Whole documents: export requests alone, in an array, or one after another; dumps of SDK spans. */
export const otlpJsonDocument: DocumentParser = {
  id: 'otlp-json',
  version: 1,
  label: 'OpenTelemetry traces (OTLP JSON)',
  unit: 'document',
  recognise(sample, hint) {
    if (isLines(sample, hint)) return undefined;
    if (holdsExport(sample)) return recognition;
    return sample.complete && /^\uFEFF?\s*[[{][\s\w"[{:]{0,40}$/.test(sample.text) ? 'more' : undefined;
  },
  begin: () => ({}),
  parseDocument(bytes) {
    const at = { line: 1, offset: 0, length: bytes.length };
    return toUnit(findInBytes(bytes, at), at, nothingTold());
  },
  content: readContent,
};

/** So many of each are remembered between lines: what is told of a trace soon follows each other. */
const MAX_TOLD = 100;
const toldNames = ['asked', 'executed', 'shown'] as const;

function loadTold(state: ParserState): Told {
  const told = nothingTold();
  for (const name of toldNames) for (const id of asArray(state[name])) if (typeof id === 'string') told[name].add(id);
  return told;
}

function saveTold(state: ParserState, told: Told): void {
  for (const name of toldNames) if (told[name].size > 0) state[name] = [...told[name]].slice(-MAX_TOLD);
}

/**
 * Lines are objects that end where their line ends. A single line without its line feed may be either; then the name
 * decides, and a file without a telling name is read as a document.
 */
function isLines(sample: Sample, hint: FileHint): boolean {
  const text = sample.text.replace(/^\uFEFF/, '').trimStart();
  if (!text.startsWith('{')) return false;
  const end = text.indexOf('\n');
  if (end >= 0) return text.slice(0, end).trimEnd().endsWith('}') && isObject(sample.values[0]);
  return sample.values.length > 1 || /\.(jsonl|ndjson|log)$/i.test(hint.relPath);
}

function holdsExport(sample: Sample): boolean {
  const first = sample.values.find(isObject);
  return (first !== undefined && isExport(first)) || startsExport(sample.text);
}

function toUnit(scan: FoundExport, whole: LinePosition, told: Told): ParsedUnit {
  const records: RecordFact[] = [];
  const placed: PlacedSpan[] = [];
  // Without the bytes of a line all that it holds is one record, whose content is that of its spans one after another.
  const shared = new Map<number, { readonly record: number; blocks: number }>();
  for (const item of scan.found) {
    const span = item.kind === 'span' ? readSpan(item.value, item.resource) : undefined;
    const place = shared.get(item.at.offset) ?? { record: records.length, blocks: 0 };
    if (place.record === records.length) records.push(toRecord(item, span));
    shared.set(item.at.offset, place);
    if (typeof span !== 'object') continue;
    const kind = kindOf(span);
    const content = spanContent(span, kind);
    placed.push({ span, kind, content, record: place.record, firstBlock: place.blocks });
    place.blocks += content.blocks.length;
  }
  if (scan.problem !== undefined)
    records.push({ at: scan.problem.at, type: 'document', known: true, timeUs: null, rejected: scan.problem.why });
  if (records.length === 0) records.push({ at: whole, type: 'empty', known: true, timeUs: null });
  return { records, facts: factsOf(placed, told) };
}

function toRecord({ kind, at, value }: Found, span: OtlpSpan | string | undefined): RecordFact {
  const timeUs = typeof span === 'object' ? (span.startUs ?? null) : null;
  switch (kind) {
    case 'span': {
      const told = typeof span === 'object' ? { session: span.traceId } : span === undefined ? {} : { rejected: span };
      return { at, timeUs, type: 'span', known: true, ...told };
    }
    case 'logs':
    case 'metrics':
    case 'export':
      return { at, timeUs, type: kind, known: true };
    case 'other':
      return { at, timeUs, type: typeNameOf(value), known: false };
    case 'unreadable':
      return { at, timeUs, type: 'span', known: true, rejected: 'not JSON' };
  }
}

function typeNameOf(value: unknown): string {
  if (!isObject(value)) return Array.isArray(value) ? 'array' : typeof value;
  return (asText(value['type']) ?? Object.keys(value)[0] ?? 'object').slice(0, 100);
}

/** Of a span; of all spans of an export where the record is the whole line. */
function readContent(value: unknown): readonly ContentBlock[] {
  const { found } = findInValue(value, { line: 1, offset: 0, length: 0 });
  const spans = found.flatMap(item => {
    if (item.value === value) return isObject(value) ? [readFields(value)] : [];
    const span = item.kind === 'span' ? readSpan(item.value) : '';
    return typeof span === 'string' ? [] : [span];
  });
  return spans.flatMap(span => spanContent(span, kindOf(span)).blocks);
}
