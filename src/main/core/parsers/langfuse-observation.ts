// One observation of Langfuse as a span, and what a trace record says of the whole.
//
// Contract: pure, never throws. Observations that came over OpenTelemetry keep the sender's attributes in their metadata:
// of those only names and ids are taken, since Langfuse has brought input, output and tokens into its own fields.

import { asArray, asNumber, asText, isObject, type JsonValue } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import type { SpanKind } from '../../../shared/model/span.ts';
import { fieldOf, type Fields, unpacked, unpackedObject } from './langfuse-fields.ts';
import { plainAnswer, plainArguments, plainInput, plainResult } from './langfuse-messages.ts';
import { langfuseCost, langfuseUsage } from './langfuse-usage.ts';
import { readAnswers, readMessages } from './otlp-messages.ts';
import type { OtlpSpan } from './otlp-span.ts';
import { readAttributes } from './otlp-values.ts';
import { oneLine } from './parser.ts';

const kinds: Readonly<Record<string, SpanKind>> = {
  GENERATION: 'llm',
  EMBEDDING: 'llm',
  AGENT: 'agent',
  TOOL: 'tool',
  RETRIEVER: 'tool',
  EVALUATOR: 'tool',
  GUARDRAIL: 'tool',
  CHAIN: 'phase',
};
const knownTypes = new Set([...Object.keys(kinds), 'SPAN', 'EVENT']);

export function isObservation(value: unknown): value is Fields {
  return (
    isObject(value) &&
    asText(value['id']) !== undefined &&
    asText(value['type']) !== undefined &&
    asText(fieldOf(value, 'traceId')) !== undefined &&
    asText(fieldOf(value, 'startTime')) !== undefined &&
    value['run_type'] === undefined
  );
}

export function typeOf(observation: Fields): { readonly type: string; readonly known: boolean } {
  const type = (asText(observation['type']) ?? '').toUpperCase();
  return { type: `observation/${type.slice(0, 80)}`, known: knownTypes.has(type) };
}

/** The kind by Langfuse's type; for its plain spans undefined, by the sender's attributes. */
export function kindOfObservation(observation: Fields): SpanKind | undefined {
  const type = (asText(observation['type']) ?? '').toUpperCase();
  if (Object.hasOwn(kinds, type)) return kinds[type];
  const sent = sentAttributes(observation);
  // Pydantic AI: 'agent run', 'joke_agent run'.
  return type === 'SPAN' && sent['agent_name'] !== undefined && /\brun$/.test(asText(observation['name']) ?? '')
    ? 'agent'
    : undefined;
}

/** Names and ids, kept of what the sender called them. */
const keptAttributes = [
  'gen_ai.tool.name',
  'gen_ai.tool.call.id',
  'gen_ai.tool.type',
  'gen_ai.response.id',
  'gen_ai.response.finish_reasons',
  'gen_ai.agent.id',
  'gen_ai.agent.name',
  'gen_ai.conversation.id',
  'gen_ai.provider.name',
  'gen_ai.system',
  'gen_ai.system_instructions',
  'ai.response.id',
  'ai.toolCall.id',
  'ai.toolCall.name',
  'tool.name',
  'tool.id',
  'agent.name',
] as const;
/** What tells the kind of a span that Langfuse has no type for. */
const kindAttributes = ['gen_ai.operation.name', 'openinference.span.kind', 'ai.operationId', 'traceloop.span.kind'];

export function toSpan(observation: Fields): OtlpSpan {
  const type = (asText(observation['type']) ?? '').toUpperCase();
  const sent = sentAttributes(observation);
  const attributes = new Map<string, unknown>();
  for (const name of [...keptAttributes, ...(Object.hasOwn(kinds, type) ? [] : kindAttributes)])
    if (sent[name] !== undefined) attributes.set(name, sent[name]);
  const set = (name: string, value: unknown): void => {
    if (value !== undefined && value !== null && value !== '') attributes.set(name, value);
  };
  set('langfuse.observation.type', type.toLowerCase());
  set('langfuse.observation.model.name', observation['model'] ?? fieldOf(observation, 'providedModelName'));
  const input = unpacked(observation['input']);
  const output = unpacked(observation['output']);
  const isTalk = type === 'GENERATION' || type === 'AGENT';
  set('langfuse.observation.input', isTalk ? plainInput(input) : plainArguments(input));
  set('langfuse.observation.output', isTalk ? plainAnswer(output) : plainResult(output));
  const usage = langfuseUsage(observation);
  if (usage !== undefined) {
    set('gen_ai.usage.input_tokens', usage.input + usage.cacheRead + usage.cacheCreation);
    set('gen_ai.usage.output_tokens', usage.output);
    set('gen_ai.usage.cache_read.input_tokens', usage.cacheRead);
    set('gen_ai.usage.cache_creation.input_tokens', usage.cacheCreation);
    set('gen_ai.usage.reasoning.output_tokens', usage.reasoning);
  }
  const startUs = isoToUs(fieldOf(observation, 'startTime'));
  const firstUs = isoToUs(fieldOf(observation, 'completionStartTime'));
  if (startUs !== undefined && firstUs !== undefined && firstUs >= startUs)
    set('gen_ai.response.time_to_first_chunk', (firstUs - startUs) / 1e6);
  const id = asText(observation['id']) ?? '';
  const parentId = asText(fieldOf(observation, 'parentObservationId'));
  const metadata = unpackedObject(observation['metadata']);
  return {
    traceId: asText(fieldOf(observation, 'traceId')) ?? '',
    spanId: id,
    parentId: parentId === id ? undefined : parentId,
    name: asText(observation['name']) ?? '',
    startUs,
    endUs: isoToUs(fieldOf(observation, 'endTime')) ?? (type === 'EVENT' ? startUs : undefined),
    status: observation['level'] === 'ERROR' ? 'error' : 'unset',
    statusText: asText(fieldOf(observation, 'statusMessage')) ?? '',
    attributes,
    events: [],
    resource: readAttributes(unpackedObject(metadata['resourceAttributes'])),
  };
}

function sentAttributes(observation: Fields): Fields {
  return unpackedObject(unpackedObject(observation['metadata'])['attributes']);
}

/** What the inspector shows beside the span. */
export function attrsOf(observation: Fields): Record<string, JsonValue> {
  const attrs: Record<string, JsonValue> = {};
  const cost = langfuseCost(observation);
  if (cost !== undefined) {
    attrs['costUsd'] = cost;
    attrs['costProvenance'] = 'reported';
  }
  const level = asText(observation['level']);
  if (level !== undefined && level !== 'DEFAULT') attrs['level'] = level.slice(0, 50);
  for (const name of ['promptName', 'version', 'environment']) {
    const text = asText(fieldOf(observation, name));
    if (text !== undefined && text !== 'default') attrs[name] = text.slice(0, 200);
  }
  const promptVersion = asNumber(fieldOf(observation, 'promptVersion'));
  if (promptVersion !== undefined) attrs['promptVersion'] = promptVersion;
  return attrs;
}

export function isTrace(value: unknown): value is Fields {
  return (
    isObject(value) &&
    asText(value['id']) !== undefined &&
    asText(value['timestamp']) !== undefined &&
    ['sessionId', 'session_id', 'userId', 'user_id'].filter(name => name in value).length >= 2 &&
    !('parentUuid' in value) &&
    value['type'] === undefined
  );
}

/** What is known of a trace: from its own record, or from rows of observations that repeat it. */
export function attrsOfTrace(record: Fields): Record<string, JsonValue> {
  const attrs: Record<string, JsonValue> = {};
  for (const name of ['sessionId', 'userId', 'environment', 'release', 'version']) {
    const text = asText(fieldOf(record, name));
    if (text !== undefined && text !== 'default') attrs[name] = text.slice(0, 200);
  }
  const tags = asArray(record['tags']).filter(tag => typeof tag === 'string');
  if (tags.length > 0) attrs['tags'] = tags.slice(0, 20).map(tag => tag.slice(0, 100));
  return attrs;
}

export interface TraceTalk {
  readonly blocks: readonly ContentBlock[];
  /** The first so many are what was asked. */
  readonly givenCount: number;
}

/** What a trace record itself says was asked and answered. */
export function traceTalk(trace: Fields): TraceTalk {
  const given = readMessages(plainInput(unpacked(trace['input'])), 'user').flatMap(({ blocks }) => blocks);
  const answered = readAnswers(plainAnswer(unpacked(trace['output']))).flatMap(({ blocks }) => blocks);
  return { blocks: [...given, ...answered], givenCount: given.length };
}

export function scoreSummary(score: Fields): string {
  const value = asText(fieldOf(score, 'stringValue')) ?? asNumber(score['value']);
  const comment = asText(score['comment']);
  const told = `${asText(score['name']) ?? 'score'}: ${value ?? '?'}`;
  return oneLine(comment === undefined ? told : `${told} · ${comment}`);
}
