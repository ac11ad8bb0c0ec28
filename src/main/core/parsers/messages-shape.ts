// What Anthropic's and OpenAI's APIs send and answer, told apart by shape: messages, requests, answers, batch lines,
// errors; what people read of each; and the tokens of an answer.
//
// Contract: pure, never throws.
// Formats: https://docs.anthropic.com/en/api/messages, https://platform.openai.com/docs/api-reference.

import { asArray, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import type { Usage } from '../../../shared/model/usage.ts';
import { usageOf as anthropicUsage } from './claude-code-assistant.ts';
import { readAnswers, readMessages, readSystem } from './otlp-messages.ts';

export type Fields = Readonly<Record<string, unknown>>;

const roles = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function']);

/** `{role, content}`; lines of Cursor, whose role stands outside its message, are none. */
export function isChatMessage(value: unknown): value is Fields {
  return (
    isObject(value) &&
    roles.has(asText(value['role']) ?? '') &&
    ('content' in value || Array.isArray(value['tool_calls'])) &&
    !isObject(value['message']) &&
    value['object'] === undefined &&
    !isAnthropicAnswer(value)
  );
}

/** An item of the Responses API that has no role: a call, its output, a thought. */
function isResponseItem(value: unknown): boolean {
  return (
    isObject(value) &&
    /^(function_call|function_call_output|reasoning|item_reference)$/.test(asText(value['type']) ?? '')
  );
}

export function isAnthropicAnswer(value: unknown): value is Fields {
  return (
    isObject(value) &&
    value['type'] === 'message' &&
    value['role'] === 'assistant' &&
    Array.isArray(value['content']) &&
    value['model'] !== undefined
  );
}

function isCompletion(value: Fields): boolean {
  const { choices, object } = value;
  if (object === 'chat.completion') return Array.isArray(choices);
  return Array.isArray(choices) && asText(value['model']) !== undefined && isObject(asObject(choices[0])['message']);
}

function isOpenAiResponse(value: Fields): boolean {
  return value['object'] === 'response' && Array.isArray(value['output']);
}

export function isAnswer(value: unknown): value is Fields {
  return isObject(value) && (isAnthropicAnswer(value) || isCompletion(value) || isOpenAiResponse(value));
}

/** `{type: 'error', error}` of Anthropic, `{error: {message, type}}` of OpenAI. */
export function isError(value: unknown): value is Fields {
  if (!isObject(value) || !isObject(value['error'])) return false;
  const keys = Object.keys(value).every(key => ['type', 'error', 'request_id'].includes(key));
  return keys && asText(value['error']['message']) !== undefined;
}

/** What agents and loggers put beside messages: such a line is one of theirs. */
const foreignFields = [
  ...['timestamp', 'time', 'ts', 'event', 'event_type', 'agent_name', 'duration_ms', 'provider'],
  ...['trace_id', 'traceId', 'span_id', 'spanId', 'session_id', 'sessionId', 'projectHash', 'run_type', 'uuid'],
];

/** A body of /v1/messages, /v1/chat/completions or /v1/responses; Amp's threads have messages too, and an id of their own. */
export function isRequest(value: unknown): value is Fields {
  if (!isObject(value) || foreignFields.some(name => name in value)) return false;
  if (/^T-/.test(asText(value['id']) ?? '')) return false;
  const { messages, input } = value;
  if (Array.isArray(messages)) return messages.length > 0 && messages.every(isChatMessage);
  return (
    asText(value['model']) !== undefined &&
    Array.isArray(input) &&
    input.length > 0 &&
    input.every(item => isChatMessage(item) || isResponseItem(item))
  );
}

/** A line of a batch's results: `{custom_id, result}` of Anthropic, `{custom_id, response, error}` of OpenAI. */
export function isBatchResult(value: unknown): value is Fields {
  if (!isObject(value) || typeof value['custom_id'] !== 'string') return false;
  const { result, response } = value;
  return (isObject(result) && asText(result['type']) !== undefined) || isObject(response) || isObject(value['error']);
}

/** The answer or the error inside a batch's line. */
export function resultInside(line: Fields): Fields {
  const result = asObject(line['result']);
  const body = asObject(line['response'])['body'];
  if (isObject(result['message'])) return result['message'];
  if (isObject(body)) return body;
  const error = result['error'] ?? line['error'];
  const inner = asObject(asObject(error)['error']);
  const why = asText(inner['message']) ?? asText(asObject(error)['message']) ?? asText(result['type']) ?? 'no answer';
  return {
    type: 'error',
    error: {
      type: asText(inner['type']) ?? asText(asObject(error)['code']) ?? asText(result['type']) ?? 'error',
      message: why,
    },
  };
}

/** Which provider's API it is; undefined for messages that could be anyone's. */
export function providerOf(value: unknown): 'anthropic' | 'openai' | undefined {
  if (!isObject(value)) return asArray(value).map(providerOf).find(Boolean);
  if (isAnthropicAnswer(value) || value['type'] === 'message_start' || isObject(value['result'])) return 'anthropic';
  if (isCompletion(value) || isOpenAiResponse(value) || value['object'] === 'chat.completion.chunk') return 'openai';
  if (/^response\./.test(asText(value['type']) ?? '')) return 'openai';
  const [tool] = asArray(value['tools']).map(asObject);
  if (tool?.['input_schema'] !== undefined || (value['system'] !== undefined && Array.isArray(value['messages'])))
    return 'anthropic';
  if (isObject(tool?.['function']) || Array.isArray(value['tool_calls']) || typeof value['tool_call_id'] === 'string')
    return 'openai';
  const parts = asArray(value['content']).map(part => asText(asObject(part)['type']) ?? '');
  if (parts.some(type => /^(tool_use|tool_result|thinking)$/.test(type))) return 'anthropic';
  const inside = ['messages', 'input', 'params', 'body', 'request', 'response'].map(name => value[name]);
  return inside
    .filter(inner => typeof inner === 'object')
    .map(providerOf)
    .find(Boolean);
}

/** What people read of a value of any of these shapes; texts and lists without a role are instructions. */
export function contentOf(value: unknown): readonly ContentBlock[] {
  if (typeof value === 'string' || (Array.isArray(value) && !value.some(isChatMessage)))
    return readSystem(value).flatMap(({ blocks }) => blocks);
  if (!isObject(value)) return [];
  if (isBatchResult(value)) return contentOf(resultInside(value));
  if (isError(value)) return [errorBlock(value)];
  if (isAnthropicAnswer(value))
    return readMessages({ role: 'assistant', content: value['content'] }, 'assistant').flatMap(({ blocks }) => blocks);
  if (isAnswer(value)) return readAnswers(value).flatMap(({ blocks }) => blocks);
  if (isRequest(value)) return [];
  return readMessages(value, 'user').flatMap(({ blocks }) => blocks);
}

function errorBlock(value: Fields): ContentBlock {
  const error = asObject(value['error']);
  const title = asText(error['type']) ?? asText(error['code']) ?? 'error';
  return { kind: 'error', title: title.replaceAll('_', ' '), text: asText(error['message']) ?? '' };
}

/** Tokens of an answer, in Playhead's way of counting. OpenAI counts cached tokens inside the input, Anthropic beside. */
export function usageOfAnswer(answer: Fields): Usage | undefined {
  const usage = answer['usage'];
  if (!isObject(usage)) return undefined;
  if (isAnthropicAnswer(answer)) return anthropicUsage(usage);
  const input = tokens(usage['prompt_tokens'] ?? usage['input_tokens']);
  const output = tokens(usage['completion_tokens'] ?? usage['output_tokens']);
  if (input === undefined && output === undefined) return undefined;
  const inDetails = asObject(usage['prompt_tokens_details'] ?? usage['input_tokens_details']);
  const outDetails = asObject(usage['completion_tokens_details'] ?? usage['output_tokens_details']);
  const cacheRead = Math.min(tokens(inDetails['cached_tokens']) ?? 0, input ?? 0);
  return {
    input: (input ?? 0) - cacheRead,
    output: output ?? 0,
    cacheRead,
    cacheCreation: 0,
    cacheCreation1h: 0,
    reasoning: tokens(outDetails['reasoning_tokens']) ?? 0,
  };
}

function tokens(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number >= 0 && number < 1e12 ? Math.round(number) : undefined;
}

/** Why the model stopped, in the provider's word. */
export function stopReasonOf(answer: Fields): string | undefined {
  const [choice] = asArray(answer['choices']).map(asObject);
  const incomplete = asText(asObject(answer['incomplete_details'])['reason']);
  return asText(answer['stop_reason']) ?? asText(choice?.['finish_reason']) ?? incomplete ?? asText(answer['status']);
}
