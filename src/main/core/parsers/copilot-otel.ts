// Reads what Copilot CLI exports with COPILOT_OTEL_FILE_EXPORTER_PATH, or to ~/.copilot/otel: one OpenTelemetry span or
// metric a line, with times as [seconds, nanoseconds] and attributes as a plain map. Spans are read as those of OTLP
// (otlp.ts); a trace is a session of its own, and a response that the agent's own events tell as well is counted once.
//
// Contract: never throws, keeps no state of its own. Format: files of 1.0.84 to 1.0.89; metrics and logs are kept only.

import { asArray, asText, isObject } from '../../../shared/base/json.ts';
import { otlpJsonLines } from './otlp.ts';
import type { LineParser, LinePosition, RecordFact, Recognition, Sample } from './parser.ts';
import { given } from './saying.ts';

type Fields = Readonly<Record<string, unknown>>;

export const copilotOtelLines: LineParser = {
  id: 'copilot-otel',
  version: 1,
  label: 'GitHub Copilot CLI telemetry',
  unit: 'line',
  recognise,
  begin: otlpJsonLines.begin.bind(otlpJsonLines),
  parse(state, value, at, hint) {
    const span = asOtlpSpan(value);
    return span === undefined
      ? { records: [otherRecord(value, at)], facts: [] }
      : otlpJsonLines.parse(state, span, at, hint);
  },
  content(value) {
    const span = asOtlpSpan(value);
    return span === undefined ? [] : otlpJsonLines.content(span);
  },
};

/** Metrics may come before the first span. */
function recognise(sample: Sample): Recognition | 'more' | undefined {
  if (sample.values.some(value => asOtlpSpan(value) !== undefined))
    return { agent: 'otel', session: null, main: false };
  const isMetrics =
    sample.values.length > 0 &&
    sample.values.every(value => isObject(value) && value['type'] === 'metric' && typeof value['name'] === 'string');
  return isMetrics || (sample.values.length === 0 && !sample.complete) ? 'more' : undefined;
}

/** The span of a line in the form of OTLP; undefined for other lines. */
function asOtlpSpan(value: unknown): Fields | undefined {
  if (!isObject(value) || value['type'] !== 'span') return undefined;
  const startTimeUnixNano = nanosOf(value['startTime']);
  if (
    startTimeUnixNano === undefined ||
    asText(value['traceId']) === undefined ||
    asText(value['spanId']) === undefined
  )
    return undefined;
  return {
    ...value,
    startTimeUnixNano,
    endTimeUnixNano: nanosOf(value['endTime']),
    events: asArray(value['events'])
      .filter(isObject)
      .map(event => ({ ...event, timeUnixNano: nanosOf(event['time']) })),
  };
}

/** `[seconds, nanoseconds]` as nanoseconds in decimal text: they are beyond 2^53. */
function nanosOf(value: unknown): string | undefined {
  const [seconds, nanos] = asArray(value);
  if (!Number.isSafeInteger(seconds) || !Number.isSafeInteger(nanos)) return undefined;
  const sum = BigInt(seconds as number) * 1_000_000_000n + BigInt(nanos as number); // checked above
  return sum > 0n ? String(sum) : undefined;
}

function otherRecord(value: unknown, at: LinePosition): RecordFact {
  const type = isObject(value) ? (asText(value['type']) ?? 'other') : 'other';
  return given<RecordFact>({
    at,
    type: type.slice(0, 80),
    known: type === 'metric' || type === 'log',
    timeUs: null,
    rejected: isObject(value) ? undefined : 'not a JSON object',
  });
}
