// One span as exporters write it (OTLP JSON in camel or snake case, the SDKs' own dumps), brought into one form.
//
// Contract: pure, never throws. A span without its two ids is none: the reason comes back instead.

import { asArray, asObject, asText, isObject } from '../../../shared/base/json.ts';
import { type Attributes, noAttributes, nsToUs, readAttributes, readId, readTime } from './otlp-values.ts';

export interface OtlpEvent {
  readonly name: string;
  readonly atUs: number | undefined;
  readonly attributes: Attributes;
}

export interface OtlpSpan {
  /** Lower-case hex, 32 digits; opaque where the sender made ids of another kind. */
  readonly traceId: string;
  /** Lower-case hex, 16 digits; opaque likewise. */
  readonly spanId: string;
  /** Undefined for a root. */
  readonly parentId: string | undefined;
  readonly name: string;
  readonly startUs: number | undefined;
  /** Undefined while it runs, or when its end was never recorded. */
  readonly endUs: number | undefined;
  readonly status: 'unset' | 'ok' | 'error';
  readonly statusText: string;
  readonly attributes: Attributes;
  readonly events: readonly OtlpEvent[];
  /** Of the resource that stands inside the span itself, as SDK dumps have it; else the one handed in. */
  readonly resource: Attributes;
}

/** Whether a value is a span by itself: its ids alone stand in log lines too. */
export function isSpan(value: unknown): boolean {
  if (!isObject(value) || typeof value['name'] !== 'string') return false;
  const start = value['startTimeUnixNano'] ?? value['start_time_unix_nano'] ?? value['start_time'];
  return start !== undefined && typeof readSpan(value) !== 'string';
}

/** `resource` are the attributes of the resource around it. A string says why the value is no span. */
export function readSpan(value: unknown, resource: Attributes = noAttributes): OtlpSpan | string {
  if (!isObject(value)) return 'a span that is not an object';
  const span = readFields(value, resource);
  if (span.traceId === '') return 'a span without a trace id';
  return span.spanId === '' ? 'a span without a span id' : span;
}

/** A span whose ids do not matter, or were rounded when it was parsed: they are empty where they cannot be told. */
export function readFields(value: Readonly<Record<string, unknown>>, resource: Attributes = noAttributes): OtlpSpan {
  const context = asObject(value['context'] ?? value['span_context']);
  const parent = asObject(value['parent']);
  const traceId = readId(value['traceId'] ?? value['trace_id'] ?? context['trace_id'] ?? context['traceId'], 16);
  const spanId = readId(value['spanId'] ?? value['span_id'] ?? context['span_id'] ?? context['spanId'], 8);
  const parentId = readId(
    value['parentSpanId'] ?? value['parent_span_id'] ?? value['parent_id'] ?? parent['span_id'] ?? parent['spanId'],
    8,
  );
  const status = asObject(value['status']);
  const ownResource = asObject(value['resource']);
  const attributes = readAttributes(value['attributes']);
  return {
    traceId: traceId ?? '',
    spanId: spanId ?? '',
    parentId: parentId === spanId ? undefined : parentId,
    name: asText(value['name']) ?? '',
    startUs: nsToUs(value['startTimeUnixNano'] ?? value['start_time_unix_nano']) ?? readTime(value['start_time']),
    endUs: nsToUs(value['endTimeUnixNano'] ?? value['end_time_unix_nano']) ?? readTime(value['end_time']),
    status: attributes.has('error.type')
      ? 'error'
      : readStatus(status['code'] ?? status['status_code'] ?? status['statusCode'] ?? value['status']),
    statusText: asText(status['message']) ?? asText(status['description']) ?? '',
    attributes,
    events: asArray(value['events']).filter(isObject).map(readEvent),
    resource:
      isObject(ownResource['attributes']) || Array.isArray(ownResource['attributes'])
        ? readAttributes(ownResource['attributes'])
        : resource,
  };
}

function readEvent(event: Readonly<Record<string, unknown>>): OtlpEvent {
  return {
    name: asText(event['name']) ?? '',
    atUs: nsToUs(event['timeUnixNano'] ?? event['time_unix_nano']) ?? readTime(event['timestamp'] ?? event['time']),
    attributes: readAttributes(event['attributes']),
  };
}

/** 2, 'STATUS_CODE_ERROR', 'StatusCode.ERROR', 'ERROR', 'error'. */
function readStatus(code: unknown): 'unset' | 'ok' | 'error' {
  if (code === 2 || code === '2') return 'error';
  if (code === 1 || code === '1') return 'ok';
  if (typeof code !== 'string') return 'unset';
  if (/(^|[_.])error$/i.test(code)) return 'error';
  return /(^|[_.])ok$/i.test(code) ? 'ok' : 'unset';
}
