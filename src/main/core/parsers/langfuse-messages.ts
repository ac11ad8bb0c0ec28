// What the frameworks behind Langfuse put into input and output, where it is no plain list of messages.
//
// Contract: pure, never throws. What is not one of the shapes named here is given back as it is.

import { asArray, asObject, isObject } from '../../../shared/base/json.ts';
import type { Fields } from './langfuse-fields.ts';
import { unwrapJson } from './otlp-values.ts';

/** What a model was given. */
export function plainInput(input: unknown): unknown {
  if (isObject(input) && typeof input['prompt'] === 'string') {
    const { prompt, system } = input;
    const instructions = typeof system === 'string' && system !== '' ? [{ role: 'system', content: system }] : [];
    return [...instructions, { role: 'user', content: prompt }];
  }
  return Array.isArray(input) ? input.filter(message => !isToolDefinition(message)).map(plainMessage) : input;
}

/** What a model answered. Calls of the Vercel AI SDK come without a type; Google's ADK wraps the model's content. */
export function plainAnswer(output: unknown): unknown {
  if (isObject(output)) {
    const { content } = output;
    return isObject(content) && Array.isArray(content['parts']) ? content : plainMessage(output);
  }
  const items = asArray(output);
  if (items.length === 0) return output;
  const areCalls = items.every(item => isObject(item) && typeof item['toolCallId'] === 'string');
  return areCalls ? items.map(call => ({ type: 'tool-call', ...asObject(call) })) : items.map(plainMessage);
}

/** `{input: {…}}` around a tool's arguments. */
export function plainArguments(input: unknown): unknown {
  return isObject(input) && isObject(input['input']) && Object.keys(input).length === 1 ? input['input'] : input;
}

/** `{content: [{type: 'text', …}]}`, as MCP servers answer. */
export function plainResult(output: unknown): unknown {
  const parts = isObject(output) ? asArray(output['content']) : [];
  const isContent = parts.length > 0 && parts.every(part => isObject(part) && typeof part['type'] === 'string');
  return isContent ? parts : output;
}

/** Tool calls where messages have them: LangChain keeps them aside, Koog writes them as text of JSON. */
function plainMessage(message: unknown): unknown {
  if (!isObject(message) || message['tool_calls'] !== undefined) return message;
  const aside = asArray(asObject(message['additional_kwargs'])['tool_calls']);
  if (aside.length > 0) return { ...message, tool_calls: aside };
  const { content } = message;
  const calls = typeof content === 'string' && content.startsWith('[{') ? asArray(unwrapJson(content)) : [];
  const areCalls = calls.length > 0 && calls.every(call => isObject(call) && isObject(call['function']));
  return areCalls ? { ...message, content: '', tool_calls: calls } : message;
}

/** LangChain's handler lists the tools among the messages. */
function isToolDefinition(message: unknown): boolean {
  const content: Fields = asObject(asObject(message)['content']);
  return content['type'] === 'function' && isObject(content['function']) && 'parameters' in content['function'];
}
