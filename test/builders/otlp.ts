// Small export requests for tests of what real files at hand do not show.

let spanCount = 0;

export interface SpanSketch {
  readonly id?: string;
  readonly parent?: string;
  readonly trace?: string;
  readonly name?: string;
  /** Milliseconds after an arbitrary beginning. */
  readonly startMs?: number;
  readonly endMs?: number | null;
  readonly status?: unknown;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly events?: readonly { readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }[];
}

/** Microseconds of `startMs: 0`. */
export const beginningUs = 1_800_000_000_000_000;

export const traceOne = '0af7651916cd43dd8448eb211c80319c';

export function otlpSpan(sketch: SpanSketch = {}): Readonly<Record<string, unknown>> {
  const start = sketch.startMs ?? 0;
  const end = sketch.endMs === undefined ? start + 1 : sketch.endMs;
  spanCount += 1;
  return {
    traceId: sketch.trace ?? traceOne,
    spanId: sketch.id ?? spanCount.toString(16).padStart(16, '0'),
    ...(sketch.parent === undefined ? {} : { parentSpanId: sketch.parent }),
    name: sketch.name ?? 'work',
    kind: 1,
    startTimeUnixNano: ns(start),
    ...(end === null ? {} : { endTimeUnixNano: ns(end) }),
    attributes: attributeList(sketch.attributes ?? {}),
    events: (sketch.events ?? []).map(event => ({ name: event.name, attributes: attributeList(event.attributes) })),
    status: sketch.status ?? {},
  };
}

export function otlpExport(spans: readonly unknown[], service = 'demo'): Readonly<Record<string, unknown>> {
  const resource = { attributes: attributeList({ 'service.name': service }) };
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'test' }, spans }] }] };
}

/** A model call whose messages are attributes of the current conventions. */
export function modelCall(
  sketch: SpanSketch,
  input: readonly unknown[],
  output: readonly unknown[],
): Readonly<Record<string, unknown>> {
  return otlpSpan({
    name: 'chat m',
    ...sketch,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'm',
      'gen_ai.input.messages': JSON.stringify(input),
      'gen_ai.output.messages': JSON.stringify(output),
      ...sketch.attributes,
    },
  });
}

export function text(role: string, content: string): unknown {
  return { role, parts: [{ type: 'text', content }] };
}

export function toolCallMessage(id: string, name: string, args: unknown): unknown {
  return { role: 'assistant', parts: [{ type: 'tool_call', id, name, arguments: args }] };
}

export function toolResultMessage(id: string, response: unknown): unknown {
  return { role: 'tool', parts: [{ type: 'tool_call_response', id, response }] };
}

function ns(ms: number): string {
  return `${beginningUs + ms * 1000}000`;
}

function attributeList(attributes: Readonly<Record<string, unknown>>): readonly unknown[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: unknown): unknown {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { kvlistValue: { values: attributeList(value as Readonly<Record<string, unknown>>) } };
}
