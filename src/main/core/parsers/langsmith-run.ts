// One run of LangSmith as a span.
//
// Contract: pure, never throws. Times without a zone are UTC; numbers are milliseconds. Where a run has no parent or
// trace of its own, dotted_order tells them: '<time>Z<id>' from the root down, joined by dots.

import { asArray, asNumber, asObject, asText, isObject, type JsonValue } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import type { SpanKind } from '../../../shared/model/span.ts';
import {
  answeredByModel,
  answeredByTool,
  type Fields,
  givenToModel,
  modelOfAnswer,
  responseIdOf,
  usageOfRun,
} from './langsmith-messages.ts';
import type { OtlpSpan } from './otlp-span.ts';
import { noAttributes } from './otlp-values.ts';

const kinds: Readonly<Record<string, SpanKind>> = {
  llm: 'llm',
  embedding: 'llm',
  tool: 'tool',
  retriever: 'tool',
  chain: 'phase',
  prompt: 'phase',
  parser: 'phase',
};

export function isRun(value: unknown): value is Fields {
  return isObject(value) && asText(value['run_type']) !== undefined && runId(value) !== undefined;
}

/** A later word about a run, as the SDKs send it: it may lack everything but its place in the order. */
export function isPatch(value: unknown): value is Fields {
  return (
    isObject(value) &&
    runId(value) !== undefined &&
    ['outputs', 'end_time', 'error', 'inputs'].some(name => name in value)
  );
}

export function runId(run: Fields): string | undefined {
  return asText(run['id']) ?? asText(run['run_id']) ?? orderOf(run).at(-1)?.id;
}

/** Ids and times from the root down to the run itself. */
function orderOf(run: Fields): readonly { readonly id: string; readonly atUs: number | undefined }[] {
  const order = asText(run['dotted_order']) ?? '';
  return order.split('.').flatMap(segment => {
    const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{0,9})Z(.+)$/.exec(segment);
    if (match === null) return [];
    const [, year, month, day, hour, minute, second, fraction, id] = match;
    const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction === '' ? '' : `.${fraction}`}Z`;
    return [{ id: id ?? '', atUs: isoToUs(iso) }];
  });
}

export function traceIdOf(run: Fields): string | undefined {
  return asText(run['trace_id']) ?? orderOf(run)[0]?.id;
}

export function parentIdOf(run: Fields): string | undefined {
  return asText(run['parent_run_id']) ?? orderOf(run).at(-2)?.id;
}

export function kindOfRun(run: Fields): SpanKind {
  const type = asText(run['run_type'])?.toLowerCase();
  const metadata = asObject(asObject(run['extra'])['metadata']);
  if (type === undefined) return metadata['ls_model_type'] === undefined ? 'phase' : 'llm';
  if (type === 'chain' && agentNames.has(run['name'])) return 'agent';
  return (Object.hasOwn(kinds, type) ? kinds[type] : undefined) ?? 'phase';
}

export function isKnownType(run: Fields): boolean {
  const type = asText(run['run_type'])?.toLowerCase();
  return type === undefined || Object.hasOwn(kinds, type);
}

/** The two classes of LangChain that run agents, unless they were given names. */
const agentNames = new Set<unknown>(['AgentExecutor', 'LangGraph']);

/** `traceId` and `parentId`: from around it, where the run itself does not say. */
export function toSpan(run: Fields, around: { traceId?: string; parentId?: string } = {}): OtlpSpan {
  const id = runId(run) ?? '';
  const kind = kindOfRun(run);
  const parentId = parentIdOf(run) ?? around.parentId;
  const error = asText(run['error']);
  const failed = error !== undefined || run['status'] === 'error';
  return {
    traceId: traceIdOf(run) ?? around.traceId ?? id,
    spanId: id,
    parentId: parentId === id ? undefined : parentId,
    name: asText(run['name']) ?? '',
    startUs: timeOf(run['start_time']) ?? orderOf(run).at(-1)?.atUs,
    endUs: timeOf(run['end_time']),
    status: failed ? 'error' : 'unset',
    statusText: error ?? '',
    attributes: attributesOf(run, kind),
    events: [],
    resource: noAttributes,
  };
}

function timeOf(value: unknown): number | undefined {
  const us = isoToUs(value);
  if (us !== undefined || typeof value !== 'number' || !Number.isFinite(value)) return us;
  return Math.round(value * (value < 1e11 ? 1e6 : 1e3));
}

function attributesOf(run: Fields, kind: SpanKind): ReadonlyMap<string, unknown> {
  const attributes = new Map<string, unknown>();
  const set = (name: string, value: unknown): void => {
    if (value !== undefined && value !== null && value !== '') attributes.set(name, value);
  };
  const inputs = asObject(run['inputs']);
  const outputs = asObject(run['outputs']);
  const extra = asObject(run['extra']);
  const metadata = asObject(extra['metadata']);
  const invocation = asObject(extra['invocation_params']);
  switch (kind) {
    case 'llm':
      set('input.value', givenToModel(inputs));
      set('output.value', answeredByModel(outputs));
      set(
        'gen_ai.response.model',
        modelOfAnswer(outputs) ??
          asText(metadata['ls_model_name']) ??
          asText(invocation['model']) ??
          asText(invocation['model_name']) ??
          asText(inputs['model']),
      );
      set('gen_ai.response.id', responseIdOf(outputs));
      break;
    case 'tool': {
      const { output, callId } = answeredByTool(outputs);
      set('input.value', inputs['input'] ?? given(inputs));
      set('output.value', output);
      set('tool.name', run['name']);
      set('tool_call.id', callId ?? asText(metadata['tool_call_id']));
      break;
    }
    case 'agent':
    case 'phase':
      set('input.value', given(inputs));
      set('output.value', given(outputs));
      break;
  }
  set('gen_ai.provider.name', asText(metadata['ls_provider']));
  const usage = usageOfRun(run);
  if (usage !== undefined) {
    set('gen_ai.usage.input_tokens', usage.input + usage.cacheRead + usage.cacheCreation);
    set('gen_ai.usage.output_tokens', usage.output);
    set('gen_ai.usage.cache_read.input_tokens', usage.cacheRead);
    set('gen_ai.usage.cache_creation.input_tokens', usage.cacheCreation);
    set('gen_ai.usage.reasoning.output_tokens', usage.reasoning);
  }
  return attributes;
}

function given(fields: Fields): Fields | undefined {
  return Object.keys(fields).length > 0 ? fields : undefined;
}

/** What the inspector shows beside the span. */
export function attrsOf(run: Fields): Record<string, JsonValue> {
  const attrs: Record<string, JsonValue> = {};
  const cost = asNumber(run['total_cost']) ?? asNumber(asObject(run['costs'])['total_cost']);
  if (cost !== undefined && cost > 0) {
    attrs['costUsd'] = cost;
    attrs['costProvenance'] = 'reported';
  }
  const type = asText(run['run_type']);
  if (type !== undefined) attrs['runType'] = type.slice(0, 50);
  const tags = asArray(run['tags']).filter(tag => typeof tag === 'string');
  if (tags.length > 0) attrs['tags'] = tags.slice(0, 20).map(tag => tag.slice(0, 100));
  const metadata = asObject(asObject(run['extra'])['metadata']);
  for (const name of ['langgraph_node', 'thread_id', 'conversation_id', 'session_id', 'revision_id']) {
    const text = asText(metadata[name]);
    if (text !== undefined) attrs[name] = text.slice(0, 200);
  }
  return attrs;
}
