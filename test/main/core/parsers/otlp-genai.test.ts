import { describe, expect, it } from 'vitest';
import { kindOf, modelOf, toolNameOf, usageOf } from '../../../../src/main/core/parsers/otlp-genai.ts';
import { readFields } from '../../../../src/main/core/parsers/otlp-span.ts';
import { noUsage } from '../../../../src/shared/model/usage.ts';

const spanOf = (attributes: Readonly<Record<string, unknown>>, name = 'span') => readFields({ name, attributes });
const usageFrom = (attributes: Readonly<Record<string, unknown>>) => usageOf(spanOf(attributes).attributes);

describe('the kind of a span', () => {
  it.each([
    ['a chat', { 'gen_ai.operation.name': 'chat' }, 'llm'],
    ['embeddings', { 'gen_ai.operation.name': 'embeddings' }, 'llm'],
    ["any-agent's call_llm", { 'gen_ai.operation.name': 'call_llm' }, 'llm'],
    ["Gemini CLI's llm_call", { 'gen_ai.operation.name': 'llm_call' }, 'llm'],
    ['a tool', { 'gen_ai.operation.name': 'execute_tool' }, 'tool'],
    ['an agent', { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.usage.input_tokens': 5 }, 'agent'],
    ['a workflow', { 'gen_ai.operation.name': 'invoke_workflow' }, 'agent'],
    ['an operation that nobody knows', { 'gen_ai.operation.name': 'schedule_tool_calls' }, 'phase'],
    ['OpenInference LLM', { 'openinference.span.kind': 'LLM' }, 'llm'],
    ['OpenInference EMBEDDING', { 'openinference.span.kind': 'EMBEDDING' }, 'llm'],
    ['OpenInference RETRIEVER', { 'openinference.span.kind': 'RETRIEVER' }, 'tool'],
    ['OpenInference GUARDRAIL', { 'openinference.span.kind': 'GUARDRAIL' }, 'tool'],
    ['OpenInference AGENT', { 'openinference.span.kind': 'AGENT' }, 'agent'],
    ['OpenInference CHAIN', { 'openinference.span.kind': 'CHAIN' }, 'phase'],
    ['an old request type', { 'llm.request.type': 'chat' }, 'llm'],
    ['tokens with a model', { 'gen_ai.request.model': 'm', 'gen_ai.usage.prompt_tokens': 5 }, 'llm'],
    ['a model without tokens', { 'gen_ai.request.model': 'm' }, 'phase'],
    ['a Traceloop workflow', { 'traceloop.span.kind': 'workflow' }, 'agent'],
    ['a Traceloop task', { 'traceloop.span.kind': 'task' }, 'phase'],
    ['a Langfuse generation', { 'langfuse.observation.type': 'generation' }, 'llm'],
    ['the call itself of the Vercel AI SDK', { 'ai.operationId': 'ai.streamText.doStream' }, 'llm'],
    [
      'its wrapper, which repeats the tokens',
      { 'ai.operationId': 'ai.streamText', 'ai.usage.inputTokens': 5 },
      'phase',
    ],
    ['its tool call', { 'ai.operationId': 'ai.toolCall' }, 'tool'],
    ['a database query', { 'db.system.name': 'sqlite' }, 'phase'],
    ['nothing at all', {}, 'phase'],
  ])('is told from %s', (_name, attributes, kind) => {
    expect(kindOf(spanOf(attributes))).toBe(kind);
  });

  it.each([
    ['claude_code.interaction', 'interaction', 'agent'],
    ['claude_code.llm_request', 'llm_request', 'llm'],
    ['claude_code.tool', 'tool', 'tool'],
    ['claude_code.tool.execution', 'tool.execution', 'phase'],
    ['claude_code.tool.blocked_on_user', 'tool.blocked_on_user', 'phase'],
  ])("is told from Claude Code's own name %s", (name, type, kind) => {
    expect(kindOf(spanOf({ 'span.type': type }, name))).toBe(kind);
  });
});

describe('tokens', () => {
  it('takes cached tokens out of input where input includes them', () => {
    expect(
      usageFrom({
        'gen_ai.usage.input_tokens': 2200,
        'gen_ai.usage.output_tokens': 40,
        'gen_ai.usage.cache_read.input_tokens': 800,
        'gen_ai.usage.cache_creation.input_tokens': 200,
        'gen_ai.usage.reasoning.output_tokens': 30,
      }),
    ).toEqual({ ...noUsage, input: 1200, output: 40, cacheRead: 800, cacheCreation: 200, reasoning: 30 });
  });

  it('takes input as it is where the cached tokens exceed it', () => {
    expect(usageFrom({ 'gen_ai.usage.input_tokens': 5, 'gen_ai.usage.cache_read_input_tokens': 800 })).toEqual({
      ...noUsage,
      input: 5,
      cacheRead: 800,
    });
  });

  it('adds reasoning that stands beside output', () => {
    expect(usageFrom({ 'gen_ai.usage.output_tokens': 10, 'gen_ai.usage.reasoning_tokens': 90 })).toEqual({
      ...noUsage,
      output: 100,
      reasoning: 90,
    });
  });

  it("reads OpenInference's names", () => {
    expect(
      usageFrom({
        'llm.token_count.prompt': 3841,
        'llm.token_count.completion': 1896,
        'llm.token_count.prompt_details.cache_read': 2816,
        'llm.token_count.completion_details.reasoning': 1024,
      }),
    ).toEqual({ ...noUsage, input: 1025, output: 1896, cacheRead: 2816, reasoning: 1024 });
  });

  it("reads Claude Code's own names, which never include the cache in input", () => {
    expect(
      usageFrom({ input_tokens: 12500, output_tokens: 61, cache_read_tokens: 900, cache_creation_tokens: 150 }),
    ).toEqual({ ...noUsage, input: 12500, output: 61, cacheRead: 900, cacheCreation: 150 });
  });

  it("takes the cached part from the Vercel AI SDK's names beside those of the conventions", () => {
    expect(
      usageFrom({
        'gen_ai.usage.input_tokens': 8000,
        'gen_ai.usage.output_tokens': 41,
        'ai.usage.cachedInputTokens': 5000,
      }),
    ).toEqual({ ...noUsage, input: 3000, output: 41, cacheRead: 5000 });
  });

  it("reads Langfuse's details", () => {
    const details = JSON.stringify({ input: 10, output: 2, input_cached_tokens: 90, total: 102 });
    expect(usageFrom({ 'langfuse.observation.usage_details': details })).toEqual({
      ...noUsage,
      input: 10,
      output: 2,
      cacheRead: 90,
    });
  });

  it('is absent where nothing is reported, and not where zero is', () => {
    expect(usageFrom({ 'gen_ai.request.model': 'm' })).toBeUndefined();
    expect(usageFrom({ 'gen_ai.usage.input_tokens': 0, 'gen_ai.usage.output_tokens': 0 })).toEqual(noUsage);
  });

  it.each([[-1], [1e30], ['many'], [null], [{}], [Number.NaN]])('does not believe %s', count => {
    expect(usageFrom({ 'gen_ai.usage.input_tokens': count })).toBeUndefined();
  });
});

it('prefers the model that answered to the one that was asked for', () => {
  const { attributes } = spanOf({ 'gen_ai.request.model': 'gpt-5.5', 'gen_ai.response.model': 'gpt-5.5-2026-03-05' });
  expect(modelOf(attributes)).toBe('gpt-5.5-2026-03-05');
});

it('takes the name of a tool from the name of its span where no attribute tells it', () => {
  expect(toolNameOf(spanOf({}, 'execute_tool get_file'))).toBe('get_file');
  expect(toolNameOf(spanOf({ 'tool.name': 'read' }, 'VectorStoreRetriever'))).toBe('read');
});
