// Jaeger's JSON: traces as its API and its UI's "Download" write them.
//
// Contract: never throws. Containers: {data: [trace]}, {data: trace}, a trace {traceID, spans, processes}, arrays of
// traces or spans, JSON Lines of either (spans of its Elasticsearch index carry their `process`). Tags are OpenTelemetry's
// attributes; times are microseconds. Each trace is a session, each span a record with its exact place.

import { asArray, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { headValues } from './json-head.ts';
import { type JsonPath, valueAt } from './json-ranges.ts';
import { spanContent } from './otlp-content.ts';
import { kindOf } from './otlp-genai.ts';
import type { OtlpEvent, OtlpSpan } from './otlp-span.ts';
import type { Attributes } from './otlp-values.ts';
import type { DocumentParser, ParsedUnit, RecordFact, Sample } from './parser.ts';
import { findRecords } from './trace-records.ts';
import { traceFacts, type TraceSpan } from './trace-spans.ts';

type Fields = Readonly<Record<string, unknown>>;

export const jaegerExport: DocumentParser = {
  id: 'jaeger',
  version: 1,
  label: 'Jaeger traces',
  unit: 'document',
  recognise: sample => (holdsJaeger(sample) ? { agent: 'jaeger', session: null, main: false } : undefined),
  begin: () => ({}),
  parseDocument: toUnit,
  content: value => (isJaegerSpan(value) ? contentOf(value) : []),
};

function holdsJaeger(sample: Sample): boolean {
  if (!sample.text.includes('"operationName"') || !sample.text.includes('"traceID"')) return false;
  return pickRecords(headValues(sample).find(value => typeof value === 'object')).length > 0;
}

function isJaegerSpan(value: unknown): value is Fields {
  return (
    isObject(value) &&
    asText(value['traceID']) !== undefined &&
    asText(value['spanID']) !== undefined &&
    typeof value['operationName'] === 'string'
  );
}

function pickRecords(root: unknown): readonly JsonPath[] {
  const paths: JsonPath[] = [];
  const walk = (value: unknown, path: JsonPath): void => {
    if (path.length > 6) return;
    if (Array.isArray(value)) value.forEach((item, at) => walk(item, [...path, at]));
    else if (isJaegerSpan(value)) paths.push(path);
    else if (isObject(value))
      for (const name of ['data', 'traces', 'spans'])
        if (typeof value[name] === 'object') walk(value[name], [...path, name]);
  };
  walk(root, []);
  return paths;
}

function toUnit(bytes: Uint8Array): ParsedUnit {
  const processes = new Map<string, Attributes>();
  const { found, problems } = findRecords(bytes, root => {
    const paths = pickRecords(root);
    // Processes stand beside the spans of their trace: noted while the whole value is at hand.
    for (const path of paths) {
      const span = asObject(valueAt(root, path));
      const holder = asObject(valueAt(root, path.slice(0, -2)));
      const process = asObject(span['process'] ?? asObject(holder['processes'])[asText(span['processID']) ?? '']);
      processes.set(idOf(span), resourceOf(process));
    }
    return paths;
  });
  const records: RecordFact[] = [];
  const spans: TraceSpan[] = [];
  for (const { value, at } of found) {
    if (!isJaegerSpan(value)) continue;
    const span = toSpan(value, processes.get(idOf(value)));
    spans.push({ span, record: records.length });
    records.push({ at, type: 'span', known: true, timeUs: span.startUs ?? null, session: span.traceId });
  }
  for (const { at, why } of problems) records.push({ at, type: 'document', known: true, timeUs: null, rejected: why });
  if (records.length === 0)
    records.push({ at: { line: 1, offset: 0, length: bytes.length }, type: 'empty', known: true, timeUs: null });
  return { records, facts: traceFacts('jaeger', spans) };
}

function idOf(span: Fields): string {
  return `${asText(span['traceID']) ?? ''}/${asText(span['spanID']) ?? ''}`;
}

function resourceOf(process: Fields): Attributes {
  const service = asText(process['serviceName']);
  const attributes = new Map(tagsOf(process['tags']));
  if (service !== undefined) attributes.set('service.name', service);
  return attributes;
}

/** `[{key, type, value}]`; 64-bit numbers and bytes come as text. */
function tagsOf(tags: unknown): Map<string, unknown> {
  const attributes = new Map<string, unknown>();
  for (const tag of asArray(tags)) {
    const { key, type, value } = asObject(tag);
    if (typeof key !== 'string') continue;
    const isNumber = type === 'int64' || type === 'float64';
    attributes.set(
      key,
      isNumber ? (asNumber(value) ?? value) : type === 'bool' ? value === true || value === 'true' : value,
    );
  }
  return attributes;
}

function toSpan(span: Fields, resource: Attributes = new Map()): OtlpSpan {
  const attributes = tagsOf(span['tags']);
  const startUs = microseconds(span['startTime']);
  const duration = microseconds(span['duration']);
  const code = asText(attributes.get('otel.status_code'))?.toUpperCase();
  const failed = code === 'ERROR' || attributes.get('error') === true || attributes.get('error') === 'true';
  const description = attributes.get('otel.status_description');
  // 'error: true' says no more than the status; 'error: <text>' is a message and stays.
  if (typeof attributes.get('error') === 'boolean') attributes.delete('error');
  return {
    traceId: asText(span['traceID']) ?? '',
    spanId: asText(span['spanID']) ?? '',
    parentId: parentOf(span),
    name: asText(span['operationName']) ?? '',
    startUs,
    endUs: startUs === undefined || duration === undefined ? undefined : startUs + duration,
    status: failed || attributes.has('error.type') ? 'error' : code === 'OK' ? 'ok' : 'unset',
    statusText: typeof description === 'string' ? description : '',
    attributes,
    events: asArray(span['logs']).filter(isObject).map(toEvent),
    resource,
  };
}

/** The first parent in the same trace: CHILD_OF before FOLLOWS_FROM; parentSpanID in old exports. */
function parentOf(span: Fields): string | undefined {
  const references = asArray(span['references'])
    .map(asObject)
    .filter(({ traceID }) => traceID === undefined || traceID === span['traceID']);
  const parent =
    asText(references.find(({ refType }) => refType === 'CHILD_OF')?.['spanID']) ??
    asText(references[0]?.['spanID']) ??
    asText(span['parentSpanID']);
  return parent === undefined || parent === span['spanID'] || /^0+$/.test(parent) ? undefined : parent;
}

function toEvent(log: Fields): OtlpEvent {
  const attributes = tagsOf(log['fields']);
  const name = asText(attributes.get('event')) ?? asText(attributes.get('message')) ?? '';
  return { name, atUs: microseconds(log['timestamp']), attributes };
}

function microseconds(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number >= 0 && number < Number.MAX_SAFE_INTEGER ? Math.round(number) : undefined;
}

function contentOf(value: Fields): readonly ContentBlock[] {
  const span = toSpan(value);
  return spanContent(span, kindOf(span)).blocks;
}
