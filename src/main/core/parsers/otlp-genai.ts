// What the attributes of a span say in short: its kind, model, tool, tokens. All generations of the OpenTelemetry GenAI
// conventions, OpenInference, Traceloop, Langfuse, the Vercel AI SDK, and the agents' own names (Claude Code, Gemini CLI).
//
// Contract: pure, never throws. Names are looked up in the order in which they are listed.

import { asArray, asNumber, asObject, asText, type JsonValue } from '../../../shared/base/json.ts';
import type { SpanKind } from '../../../shared/model/span.ts';
import type { Usage } from '../../../shared/model/usage.ts';
import type { OtlpSpan } from './otlp-span.ts';
import { type Attributes, unwrapJson } from './otlp-values.ts';

const operations: Readonly<Record<string, SpanKind>> = {
  chat: 'llm',
  generate_content: 'llm',
  text_completion: 'llm',
  embeddings: 'llm',
  call_llm: 'llm', // any-agent
  llm_call: 'llm', // Gemini CLI
  execute_tool: 'tool',
  tool_call: 'tool', // Gemini CLI
  retrieval: 'tool',
  invoke_agent: 'agent',
  create_agent: 'agent',
  invoke_workflow: 'agent',
  agent_call: 'agent', // Gemini CLI
};
const openInferenceKinds: Readonly<Record<string, SpanKind>> = {
  LLM: 'llm',
  EMBEDDING: 'llm',
  TOOL: 'tool',
  RETRIEVER: 'tool',
  RERANKER: 'tool',
  GUARDRAIL: 'tool',
  EVALUATOR: 'tool',
  AGENT: 'agent',
};
const langfuseTypes: Readonly<Record<string, SpanKind>> = {
  generation: 'llm',
  embedding: 'llm',
  tool: 'tool',
  retriever: 'tool',
  guardrail: 'tool',
  evaluator: 'tool',
  agent: 'agent',
};
const traceloopKinds: Readonly<Record<string, SpanKind>> = { workflow: 'agent', agent: 'agent', tool: 'tool' };
const claudeCodeTypes: Readonly<Record<string, SpanKind>> = { interaction: 'agent', llm_request: 'llm', tool: 'tool' };

/** Names tell the kind one after another; a name whose value says nothing leaves it to the next. */
export function kindOf(span: OtlpSpan): SpanKind {
  const { attributes } = span;
  return (
    lookUp(operations, attributes.get('gen_ai.operation.name')) ??
    lookUp(openInferenceKinds, String(attributes.get('openinference.span.kind')).toUpperCase()) ??
    lookUp(langfuseTypes, attributes.get('langfuse.observation.type')) ??
    lookUp(traceloopKinds, attributes.get('traceloop.span.kind')) ??
    (span.name.startsWith('claude_code.') ? lookUp(claudeCodeTypes, attributes.get('span.type')) : undefined) ??
    vercelKind(attributes.get('ai.operationId')) ??
    (isModelCall(attributes) ? 'llm' : 'phase')
  );
}

/** `ai.streamText` and its like wrap the calls proper, `ai.streamText.doStream`, and repeat their tokens. */
function vercelKind(operation: unknown): SpanKind | undefined {
  if (typeof operation !== 'string') return undefined;
  if (operation === 'ai.toolCall') return 'tool';
  return /\.do(Stream|Generate|Embed)$/.test(operation) ? 'llm' : 'phase';
}

/** Senders before the operation name: a request type, or tokens with a model. */
function isModelCall(attributes: Attributes): boolean {
  if (attributes.has('llm.request.type')) return attributes.get('llm.request.type') !== 'rerank';
  if (attributes.has('gen_ai.operation.name') || attributes.has('openinference.span.kind')) return false;
  return modelOf(attributes) !== undefined && usageOf(attributes) !== undefined;
}

function lookUp(kinds: Readonly<Record<string, SpanKind>>, value: unknown): SpanKind | undefined {
  return typeof value === 'string' && Object.hasOwn(kinds, value) ? kinds[value] : undefined;
}

/** The model that answered, else the one that was asked for. */
export function modelOf(attributes: Attributes): string | undefined {
  return firstText(attributes, [
    'gen_ai.response.model',
    'llm.response.model_name',
    'gen_ai.request.model',
    'llm.model_name',
    'llm.request.model_name',
    'ai.response.model',
    'ai.model.id',
    'langfuse.observation.model.name',
    'embedding.model_name',
    'model',
  ]);
}

export function toolNameOf(span: OtlpSpan): string | undefined {
  return (
    firstText(span.attributes, ['gen_ai.tool.name', 'tool.name', 'ai.toolCall.name', 'tool_name']) ??
    (asText(span.name.replace(/^execute_tool\s+/, '')) || undefined)
  );
}

export function callIdOf(attributes: Attributes): string | undefined {
  return firstText(attributes, [
    'gen_ai.tool.call.id',
    'gen_ai.tool.call_id',
    'ai.toolCall.id',
    'tool_call.id',
    'tool.id',
    'tool_use_id',
  ]);
}

export function responseIdOf(attributes: Attributes): string | undefined {
  return firstText(attributes, ['gen_ai.response.id', 'ai.response.id']);
}

export function firstText(attributes: Attributes, names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = asText(attributes.get(name));
    if (text !== undefined) return text;
  }
  return undefined;
}

const tokenNames = {
  input: [
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'llm.token_count.prompt',
    'llm.usage.prompt_tokens',
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
  ],
  output: [
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'llm.token_count.completion',
    'llm.usage.completion_tokens',
    'ai.usage.outputTokens',
    'ai.usage.completionTokens',
  ],
  cacheRead: [
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.cache_read_input_tokens',
    'llm.token_count.prompt_details.cache_read',
    'ai.usage.inputTokenDetails.cacheReadTokens',
    'ai.usage.cachedInputTokens',
  ],
  cacheCreation: [
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'gen_ai.usage.cache_write.input_tokens',
    'llm.token_count.prompt_details.cache_write',
    'ai.usage.inputTokenDetails.cacheWriteTokens',
  ],
  reasoning: [
    'gen_ai.usage.reasoning.output_tokens',
    'gen_ai.usage.reasoning_tokens',
    'llm.token_count.completion_details.reasoning',
    'llm.usage.reasoning_tokens',
    'ai.usage.outputTokenDetails.reasoningTokens',
    'ai.usage.reasoningTokens',
  ],
} as const;

/** Tokens that a span reports, in Playhead's way of counting; undefined where it reports none. */
export function usageOf(attributes: Attributes): Usage | undefined {
  const count = (names: readonly string[]): number | undefined => {
    for (const name of names) {
      const number = tokens(attributes.get(name));
      if (number !== undefined) return number;
    }
    return undefined;
  };
  const input = count(tokenNames.input);
  const output = count(tokenNames.output);
  if (input === undefined && output === undefined) return claudeCodeUsage(attributes) ?? langfuseUsage(attributes);
  return normalUsage({
    input: input ?? 0,
    output: output ?? 0,
    cacheRead: count(tokenNames.cacheRead) ?? 0,
    cacheCreation: count(tokenNames.cacheCreation) ?? 0,
    reasoning: count(tokenNames.reasoning) ?? 0,
  });
}

type Reported = Omit<Usage, 'cacheCreation1h'>;

/**
 * The conventions count cached tokens inside input and reasoning inside output. Senders that hand on a provider's own
 * numbers are known by parts that exceed the whole: then the parts stand beside it.
 */
function normalUsage(reported: Reported): Usage {
  const cached = reported.cacheRead + reported.cacheCreation;
  return {
    ...reported,
    input: cached > reported.input ? reported.input : reported.input - cached,
    output: reported.reasoning > reported.output ? reported.output + reported.reasoning : reported.output,
    cacheCreation1h: 0,
  };
}

/** Anthropic's own way of counting: input is what was neither read from nor written to the cache. */
function claudeCodeUsage(attributes: Attributes): Usage | undefined {
  const input = tokens(attributes.get('input_tokens'));
  const output = tokens(attributes.get('output_tokens'));
  if (input === undefined && output === undefined) return undefined;
  return {
    input: input ?? 0,
    output: output ?? 0,
    cacheRead: tokens(attributes.get('cache_read_tokens')) ?? 0,
    cacheCreation: tokens(attributes.get('cache_creation_tokens')) ?? 0,
    cacheCreation1h: 0,
    reasoning: 0,
  };
}

/** Langfuse splits input before it reports: `input` stands beside the cached parts. */
function langfuseUsage(attributes: Attributes): Usage | undefined {
  const details = asObject(unwrapJson(attributes.get('langfuse.observation.usage_details')));
  const input = tokens(details['input']);
  const output = tokens(details['output']);
  if (input === undefined && output === undefined) return undefined;
  const reasoning = tokens(details['output_reasoning_tokens']) ?? 0;
  return {
    input: input ?? 0,
    output: (output ?? 0) + reasoning,
    cacheRead: tokens(details['cache_read_input_tokens'] ?? details['input_cached_tokens']) ?? 0,
    cacheCreation: tokens(details['cache_creation_input_tokens']) ?? 0,
    cacheCreation1h: 0,
    reasoning,
  };
}

function tokens(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number >= 0 && number < 1e12 ? Math.round(number) : undefined;
}

const shownAttributes = [
  'gen_ai.operation.name',
  'gen_ai.provider.name',
  'gen_ai.system',
  'gen_ai.request.model',
  'gen_ai.response.model',
  'gen_ai.response.id',
  'gen_ai.conversation.id',
  'gen_ai.agent.id',
  'gen_ai.agent.name',
  'gen_ai.workflow.name',
  'gen_ai.tool.type',
  'gen_ai.tool.call.id',
  'gen_ai.response.time_to_first_chunk',
  'openinference.span.kind',
  'traceloop.span.kind',
  'langfuse.observation.type',
  'llm.provider',
  'llm.system',
  'session.id',
  'agent_id',
  'attempt',
  'ttft_ms',
  'stop_reason',
  'decision',
  'error.type',
  'process.exit.code',
  'db.system.name',
  'db.operation.name',
  'http.request.method',
  'http.response.status_code',
] as const;

/** The small values that lists and the inspector show beside the record. */
export function shownValues(span: OtlpSpan): Record<string, JsonValue> {
  const shown: Record<string, JsonValue> = {};
  for (const name of shownAttributes) {
    const value = span.attributes.get(name);
    if (typeof value === 'number' || typeof value === 'boolean') shown[name] = value;
    if (typeof value === 'string' && value !== '') shown[name] = value.slice(0, 200);
  }
  const reasons = asArray(unwrapJson(span.attributes.get('gen_ai.response.finish_reasons')));
  const texts = reasons.filter(reason => typeof reason === 'string').slice(0, 10);
  if (texts.length > 0) shown['gen_ai.response.finish_reasons'] = texts.map(text => text.slice(0, 100));
  if (span.statusText !== '') shown['status.message'] = span.statusText.slice(0, 200);
  const service = asText(span.resource.get('service.name'));
  if (service !== undefined) shown['service.name'] = service.slice(0, 200);
  return shown;
}
