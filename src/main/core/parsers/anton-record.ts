// Reads the three generations of Anton's trace records into one shape. No public recording of Anton exists: fields are
// those of its source (old) and of its design documents (new, sketch), and every one of them may be missing.

import { asCount, asNumber, asObject, asText, isObject, type JsonValue } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import { noUsage, type Usage } from '../../../shared/model/usage.ts';
import { entryOrder, type FileHint, type LinePosition } from './parser.ts';

export type AntonGeneration = 'old' | 'new' | 'sketch';
export type AntonAction = 'llm_call' | 'tool_call' | 'agent_start' | 'agent_end';

export interface AntonRecord {
  readonly generation: AntonGeneration;
  readonly action: AntonAction;
  /** The record's fields; a sketch record's payload lies over its envelope. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly agentName: string | undefined;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly parentId: string | undefined;
  readonly startUs: number | undefined;
  readonly endUs: number | undefined;
  readonly error: string | undefined;
}

export const AGENT = 'anton';
export const ORCHESTRATOR = 'orchestrator';

const calls = new Set<unknown>(['llm_call', 'tool_call']);
const actions = new Set<unknown>(['llm_call', 'tool_call', 'agent_start', 'agent_end']);

/** The record as Anton wrote it; undefined where the value is none of its kinds. */
export function antonRecord(value: unknown): AntonRecord | undefined {
  if (!isObject(value)) return undefined;
  const generation = generationOf(value);
  if (generation === undefined) return undefined;
  const fields = generation === 'sketch' ? { ...value, ...asObject(value['data']) } : value;
  const action = actionOf(generation, fields);
  return {
    generation,
    action,
    fields,
    agentName: asText(fields['agent_name']) ?? asText(fields['agent']),
    traceId: asText(fields['trace_id']),
    spanId: asText(fields['span_id']),
    parentId: asText(fields['parent_id']),
    ...timesOf(generation, action, fields),
    error: errorOf(fields),
  };
}

/** Old records are stamped after the call; in the documents of the newer ones a trace starts at its first stamp. */
function timesOf(
  generation: AntonGeneration,
  action: AntonAction,
  fields: Readonly<Record<string, unknown>>,
): Pick<AntonRecord, 'startUs' | 'endUs'> {
  const stampUs = isoToUs(fields['timestamp']);
  if (stampUs === undefined) return { startUs: undefined, endUs: undefined };
  if (action === 'agent_start') return { startUs: stampUs, endUs: undefined };
  if (action === 'agent_end') return { startUs: undefined, endUs: stampUs };
  const durationUs = Math.max(0, Math.round((asNumber(fields['duration_ms']) ?? 0) * 1000));
  return generation === 'old'
    ? { startUs: stampUs - durationUs, endUs: stampUs }
    : { startUs: stampUs, endUs: stampUs + durationUs };
}

/** What a value that is none of Anton's records calls itself. */
export function typeOfUnknown(value: unknown): string {
  const { span_type: spanType, event_type: eventType, type } = asObject(value);
  return asText(spanType) ?? asText(eventType) ?? asText(type) ?? 'unknown';
}

function generationOf(value: Readonly<Record<string, unknown>>): AntonGeneration | undefined {
  const named = asText(value['agent_name']) !== undefined;
  const spanType = value['span_type'];
  if (spanType !== undefined || asText(value['trace_id']) !== undefined) {
    if (calls.has(spanType)) return named || asText(value['tool_name']) !== undefined ? 'new' : undefined;
    if (spanType === undefined && named && ('response' in value || asText(value['tool_name']) !== undefined))
      return 'new';
  }
  if (actions.has(value['event_type']) && isObject(value['data'])) {
    const { agent_name: inner, agent } = { ...value, ...asObject(value['data']) };
    return asText(inner) !== undefined || asText(agent) !== undefined ? 'sketch' : undefined;
  }
  const old = named && 'response' in value && Array.isArray(value['messages']) && spanType === undefined;
  return old && typeof value['timestamp'] === 'string' ? 'old' : undefined;
}

function actionOf(generation: AntonGeneration, fields: Readonly<Record<string, unknown>>): AntonAction {
  if (generation === 'old') return 'llm_call';
  const said = generation === 'new' ? fields['span_type'] : fields['event_type'];
  if (actions.has(said)) return said as AntonAction;
  return asText(fields['tool_name']) === undefined ? 'llm_call' : 'tool_call';
}

function errorOf(fields: Readonly<Record<string, unknown>>): string | undefined {
  const error = fields['error'];
  if (typeof error === 'string') return error === '' ? undefined : error;
  return isObject(error) ? (asText(error['message']) ?? 'error') : undefined;
}

export function toolName(record: AntonRecord): string {
  return asText(record.fields['tool_name']) ?? asText(record.fields['tool']) ?? asText(record.fields['name']) ?? 'tool';
}

/** Undefined where the record does not say; 'unknown' is what Anton writes when it does not know. */
export function modelOf(record: AntonRecord): string | undefined {
  const model = asText(record.fields['model']);
  return model === 'unknown' ? undefined : model;
}

/** Anton counts neither caches nor reasoning. */
export function usageOf(record: AntonRecord): Usage | undefined {
  const tokens = asObject(record.fields['tokens']);
  if (tokens['input'] === undefined && tokens['output'] === undefined) return undefined;
  return { ...noUsage, input: asCount(tokens['input']), output: asCount(tokens['output']) };
}

/** What is small and has no place of its own in a span. */
export function attrsOf(record: AntonRecord): { [name: string]: JsonValue } {
  const attrs: { [name: string]: JsonValue } = {};
  if (record.agentName !== undefined) attrs['agentName'] = record.agentName;
  const provider = asText(record.fields['provider']);
  if (provider !== undefined && provider !== 'unknown') attrs['provider'] = provider;
  const costUsd = asNumber(record.fields['cost_usd']);
  if (costUsd !== undefined) attrs['costUsd'] = costUsd;
  if (record.error !== undefined) attrs['error'] = record.error.slice(0, 500);
  return attrs;
}

export function stemOf(hint: FileHint): string {
  return nameOf(hint).replace(/\.[^.]+$/, '');
}

export function nameOf(hint: FileHint): string {
  return hint.relPath.slice(hint.relPath.lastIndexOf('/') + 1);
}

/** The folder that holds `.modular-agents`, where the path shows it. */
export function projectOf(hint: FileHint): string | undefined {
  const folders = hint.relPath.split('/');
  return asText(folders[folders.indexOf('.modular-agents') - 1]);
}

/** A run is spread over many files: what stands in them is ordered by time, then by place in the record. */
export function timeOrder(atUs: number | undefined, block: number, at: LinePosition): number {
  return atUs === undefined ? entryOrder(at.offset, block) : Math.floor(atUs / 1000) * 1024 + Math.min(block, 1023);
}
