// Zipkin's JSON, version 2, and what differs in version 1.
//
// Contract: never throws. Containers: an array of spans, an array of traces (arrays of spans), JSON Lines of either. Tags
// are text; times are microseconds. A call over the network may be two records with one id, the caller's and the called
// one's: one span. Each trace is a session, each record has its exact place.

import { asArray, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { headValues } from './json-head.ts';
import type { JsonPath } from './json-ranges.ts';
import { spanContent } from './otlp-content.ts';
import { kindOf } from './otlp-genai.ts';
import type { OtlpSpan } from './otlp-span.ts';
import type { DocumentParser, ParsedUnit, RecordFact, Sample } from './parser.ts';
import { findRecords } from './trace-records.ts';
import { traceFacts, type TraceSpan } from './trace-spans.ts';

type Fields = Readonly<Record<string, unknown>>;

export const zipkinExport: DocumentParser = {
  id: 'zipkin',
  version: 1,
  label: 'Zipkin traces',
  unit: 'document',
  recognise: sample => (holdsZipkin(sample) ? { agent: 'zipkin', session: null, main: false } : undefined),
  begin: () => ({}),
  parseDocument: toUnit,
  content: value => (isZipkinSpan(value) ? contentOf(value) : []),
};

function holdsZipkin(sample: Sample): boolean {
  if (!sample.text.includes('"traceId"')) return false;
  return pickRecords(headValues(sample).find(value => typeof value === 'object')).length > 0;
}

/** Ids in hex and times as numbers tell it from Langfuse, which has neither. */
function isZipkinSpan(value: unknown): value is Fields {
  return (
    isObject(value) &&
    /^[0-9a-f]{1,32}$/i.test(asText(value['traceId']) ?? '') &&
    /^[0-9a-f]{1,16}$/i.test(asText(value['id']) ?? '') &&
    value['spanId'] === undefined &&
    value['startTime'] === undefined &&
    ['localEndpoint', 'remoteEndpoint', 'annotations', 'binaryAnnotations', 'duration', 'timestamp'].some(
      name => value[name] !== undefined && typeof value[name] !== 'string',
    )
  );
}

function pickRecords(root: unknown): readonly JsonPath[] {
  const paths: JsonPath[] = [];
  const walk = (value: unknown, path: JsonPath): void => {
    if (Array.isArray(value) && path.length < 3) value.forEach((item, at) => walk(item, [...path, at]));
    else if (isZipkinSpan(value)) paths.push(path);
  };
  walk(root, []);
  return paths;
}

function toUnit(bytes: Uint8Array): ParsedUnit {
  const { found, problems } = findRecords(bytes, pickRecords);
  const records: RecordFact[] = [];
  const spans = new Map<string, TraceSpan>();
  for (const { value, at } of found) {
    if (!isZipkinSpan(value)) continue;
    const span = toSpan(value);
    const record = records.length;
    records.push({ at, type: 'span', known: true, timeUs: span.startUs ?? null, session: span.traceId });
    const key = `${span.traceId}/${span.spanId}`;
    const known = spans.get(key);
    spans.set(key, known === undefined ? { span, record } : joinHalves(known, { span, record }));
  }
  for (const { at, why } of problems) records.push({ at, type: 'document', known: true, timeUs: null, rejected: why });
  if (records.length === 0)
    records.push({ at: { line: 1, offset: 0, length: bytes.length }, type: 'empty', known: true, timeUs: null });
  return { records, facts: traceFacts('zipkin', [...spans.values()]) };
}

/** The caller's half tells times and name; the other one what only it knows. */
function joinHalves(a: TraceSpan, b: TraceSpan): TraceSpan {
  const [first, second] = b.span.attributes.get('span.kind') === 'CLIENT' ? [b, a] : [a, b];
  const attributes = new Map([...second.span.attributes, ...first.span.attributes]);
  const span: OtlpSpan = {
    ...first.span,
    parentId: first.span.parentId ?? second.span.parentId,
    startUs: first.span.startUs ?? second.span.startUs,
    endUs: first.span.endUs ?? second.span.endUs,
    status: first.span.status === 'error' ? 'error' : second.span.status,
    statusText: first.span.statusText || second.span.statusText,
    attributes,
  };
  return { span, record: first.record, alsoIn: [...(a.alsoIn ?? []), ...(b.alsoIn ?? []), second.record] };
}

function toSpan(span: Fields): OtlpSpan {
  const attributes = new Map<string, unknown>(Object.entries(asObject(span['tags'])));
  for (const item of asArray(span['binaryAnnotations'])) {
    const { key, value } = asObject(item);
    if (typeof key === 'string' && !/^(ca|sa|lc)$/.test(key)) attributes.set(key, value);
  }
  const kind = asText(span['kind']);
  if (kind !== undefined) attributes.set('span.kind', kind);
  const annotations = asArray(span['annotations']).map(asObject);
  const times = annotations.map(({ timestamp }) => microseconds(timestamp)).filter(us => us !== undefined);
  // Version 1 has spans whose times stand in their annotations only.
  const startUs = microseconds(span['timestamp']) ?? (times.length > 0 ? Math.min(...times.slice(0, 1000)) : undefined);
  const duration = microseconds(span['duration']);
  const error = attributes.get('error');
  const service =
    asText(asObject(span['localEndpoint'])['serviceName']) ??
    asText(asObject(annotations[0]?.['endpoint'])['serviceName']) ??
    asText(asObject(asObject(asArray(span['binaryAnnotations'])[0])['endpoint'])['serviceName']);
  const code = asText(attributes.get('otel.status_code'))?.toUpperCase();
  const message = asText(attributes.get('otel.status_description')) ?? (error === 'true' ? undefined : asText(error));
  attributes.delete('error');
  return {
    traceId: asText(span['traceId']) ?? '',
    spanId: asText(span['id']) ?? '',
    parentId: span['parentId'] === span['id'] ? undefined : asText(span['parentId']),
    name: asText(span['name']) ?? '',
    startUs,
    endUs: startUs === undefined || duration === undefined ? undefined : startUs + duration,
    // Zipkin: the tag stands for a failure whatever it says, but for 'false'.
    status: code === 'ERROR' || (error !== undefined && error !== 'false') ? 'error' : code === 'OK' ? 'ok' : 'unset',
    statusText: message ?? '',
    attributes,
    events: annotations.map(({ timestamp, value }) => {
      return { name: asText(value) ?? '', atUs: microseconds(timestamp), attributes: new Map() };
    }),
    resource: new Map(service === undefined ? [] : [['service.name', service]]),
  };
}

function microseconds(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number >= 0 && number < Number.MAX_SAFE_INTEGER ? Math.round(number) : undefined;
}

function contentOf(value: Fields): readonly ContentBlock[] {
  const span = toSpan(value);
  return spanContent(span, kindOf(span)).blocks;
}
