// What LangChain and the wrapped clients put into the inputs and outputs of a LangSmith run, as messages that
// otlp-messages.ts reads; and the tokens, model and ids that stand among them.
//
// Contract: pure, never throws. What has no shape named here is given back as it is.

import { asArray, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { Usage } from '../../../shared/model/usage.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** What a model was given: `{messages}`, also in lists of lists; `{prompts}`; `{input}`. */
export function givenToModel(inputs: Fields): unknown {
  const messages = inputs['messages'] ?? inputs['input'];
  if (Array.isArray(messages)) return { ...inputs, messages: messages.flat().map(plainMessage), input: undefined };
  const prompts = asArray(inputs['prompts']);
  if (prompts.length > 0) return prompts.map(prompt => ({ role: 'user', content: prompt }));
  const text = asText(inputs['input']) ?? asText(inputs['prompt']) ?? asText(inputs['text']);
  return text ?? (Object.keys(inputs).length > 0 ? inputs : undefined);
}

/** What a model answered: LangChain's generations, OpenAI's choices or output, Anthropic's content, one message. */
export function answeredByModel(outputs: Fields): unknown {
  const generations = asArray(outputs['generations']).flat();
  if (generations.length > 0)
    return generations.map(item =>
      plainMessage(asObject(item)['message'] ?? { role: 'assistant', content: textOf(item) }),
    );
  const messages = outputs['messages'] ?? outputs['message'];
  if (messages !== undefined) return [messages].flat().flat().map(plainMessage);
  if (Array.isArray(outputs['choices']) || Array.isArray(outputs['output'])) return outputs;
  const output = outputs['output'] ?? outputs['text'];
  if (isObject(output) || typeof output === 'string') return plainMessage(output);
  return Object.keys(outputs).length > 0 ? plainMessage(outputs) : undefined;
}

function textOf(item: unknown): unknown {
  return isObject(item) ? item['text'] : item;
}

/** What a tool gave back, and which call it answers. */
export function answeredByTool(outputs: Fields): { readonly output: unknown; readonly callId: string | undefined } {
  const output = plainMessage(outputs['output'] ?? (Object.keys(outputs).length > 0 ? outputs : undefined));
  const message = asObject(output);
  const callId = asText(message['tool_call_id']);
  const isMessage = callId !== undefined || message['role'] === 'tool' || message['type'] === 'tool';
  return { output: isMessage ? message['content'] : output, callId };
}

const rolesOfClasses: Readonly<Record<string, string>> = {
  HumanMessage: 'user',
  AIMessage: 'assistant',
  SystemMessage: 'system',
  ToolMessage: 'tool',
  FunctionMessage: 'tool',
};

/** LangChain's serialised messages, `{lc, id: [..., 'AIMessage'], kwargs}`, as plain ones; calls only once. */
function plainMessage(message: unknown): unknown {
  if (!isObject(message)) return message;
  const name = String(asArray(message['id']).at(-1)).replace(/Chunk$/, '');
  const isSerialised = isObject(message['kwargs']) && Array.isArray(message['id']);
  const inner = isSerialised ? asObject(message['kwargs']) : message;
  const role = isSerialised && Object.hasOwn(rolesOfClasses, name) ? { role: rolesOfClasses[name] } : {};
  const calls = asArray(inner['tool_calls'] ?? asObject(inner['additional_kwargs'])['tool_calls']);
  const inContent = new Set(asArray(inner['content']).map(part => asText(asObject(part)['id'])));
  const others = calls.filter(call => {
    const id = asText(asObject(call)['id']);
    return id === undefined || !inContent.has(id);
  });
  return { ...inner, ...role, ...(calls.length > 0 ? { tool_calls: others } : {}) };
}

/** The messages that generations hold, for what they say beside their text. */
function messagesOf(outputs: Fields): readonly Fields[] {
  const generations = asArray(outputs['generations'])
    .flat()
    .map(item => asObject(asObject(item)['message']));
  const one = asObject(outputs['message'] ?? outputs['output']);
  return [...generations, one].map(message => (isObject(message['kwargs']) ? message['kwargs'] : message));
}

/** The model that answered, as far as the answer says it. */
export function modelOfAnswer(outputs: Fields): string | undefined {
  const told = [
    outputs['model'],
    asObject(outputs['llm_output'])['model_name'],
    ...messagesOf(outputs).flatMap(message => {
      const metadata = asObject(message['response_metadata']);
      return [metadata['model_name'], metadata['model']];
    }),
  ];
  return told.map(asText).find(text => text !== undefined);
}

/** The provider's id of the response, where it is the world's: OpenAI's and Anthropic's are. */
export function responseIdOf(outputs: Fields): string | undefined {
  const ids = [
    outputs['id'],
    ...messagesOf(outputs).flatMap(message => [asObject(message['response_metadata'])['id'], message['id']]),
  ];
  return ids.map(asText).find(id => id !== undefined && /^(chatcmpl-|resp_|msg_)/.test(id));
}

/** Tokens that a run reports, in Playhead's way of counting; undefined where it reports none. */
export function usageOfRun(run: Fields): Usage | undefined {
  const outputs = asObject(run['outputs']);
  const extra = asObject(run['extra']);
  const places = [
    outputs['usage_metadata'],
    ...messagesOf(outputs).map(message => message['usage_metadata']),
    asObject(outputs['llm_output'])['token_usage'],
    asObject(outputs['llm_output'])['usage'],
    outputs['usage'],
    asObject(extra['metadata'])['usage_metadata'],
    run['token_usage'],
    run,
  ];
  for (const place of places) {
    const usage = readUsage(asObject(place));
    if (usage !== undefined) return usage;
  }
  return undefined;
}

/**
 * LangChain's usage_metadata and OpenAI's usage count cached tokens inside the input, Anthropic's own beside it:
 * that one is known by the flat names of its parts.
 */
function readUsage(usage: Fields): Usage | undefined {
  const input = tokens(usage['input_tokens'] ?? usage['prompt_tokens']);
  const output = tokens(usage['output_tokens'] ?? usage['completion_tokens']);
  if ((input ?? 0) + (output ?? 0) === 0) return undefined;
  const inDetails = asObject(
    usage['input_token_details'] ?? usage['input_tokens_details'] ?? usage['prompt_tokens_details'],
  );
  const outDetails = asObject(
    usage['output_token_details'] ?? usage['output_tokens_details'] ?? usage['completion_tokens_details'],
  );
  const flatRead = tokens(usage['cache_read_input_tokens']);
  const flatWrite = tokens(usage['cache_creation_input_tokens']);
  const cacheRead = flatRead ?? tokens(inDetails['cache_read'] ?? inDetails['cached_tokens']) ?? 0;
  const oneHour = tokens(inDetails['ephemeral_1h_input_tokens']) ?? 0;
  const cacheCreation =
    flatWrite ??
    (tokens(inDetails['cache_creation']) ?? 0) + (tokens(inDetails['ephemeral_5m_input_tokens']) ?? 0) + oneHour;
  const cached = cacheRead + cacheCreation;
  const isInside = flatRead === undefined && flatWrite === undefined && cached <= (input ?? 0);
  return {
    input: (input ?? 0) - (isInside ? cached : 0),
    output: output ?? 0,
    cacheRead,
    cacheCreation,
    cacheCreation1h: Math.min(oneHour, cacheCreation),
    reasoning: tokens(outDetails['reasoning'] ?? outDetails['reasoning_tokens']) ?? 0,
  };
}

function tokens(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number >= 0 && number < 1e12 ? Math.round(number) : undefined;
}
