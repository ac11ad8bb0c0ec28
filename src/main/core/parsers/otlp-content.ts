// What people read of one span: what it was given, what came of it, its errors, in a fixed order.
//
// Contract: pure, never throws; the same span always gives the same blocks, so that entries may refer to them by index.

import { asArray, asObject, asText } from '../../../shared/base/json.ts';
import type { ContentBlock, FileDiff, Hunk, Part } from '../../../shared/model/content.ts';
import { hunkSchema } from '../../../shared/model/content.ts';
import type { SpanKind } from '../../../shared/model/span.ts';
import { callIdOf, firstText, toolNameOf } from './otlp-genai.ts';
import {
  type Message,
  type MessageRole,
  readAnswers,
  readContent,
  readMessages,
  readSystem,
  toolCall,
} from './otlp-messages.ts';
import type { OtlpEvent, OtlpSpan } from './otlp-span.ts';
import { type Attributes, jsonText, unflatten, unwrapJson } from './otlp-values.ts';

export interface SpanContent {
  readonly blocks: readonly ContentBlock[];
  /** The first so many blocks are what the span was given; the others came of it. */
  readonly givenCount: number;
  /** False: nothing of the outcome was recorded, a notice stands for it. */
  readonly isRecorded: boolean;
}

export function spanContent(span: OtlpSpan, kind: SpanKind): SpanContent {
  switch (kind) {
    case 'tool':
      return { blocks: toolBlocks(span), givenCount: 1, isRecorded: true };
    case 'llm': {
      const given = blocksOf(inputsOf(span));
      const answered = blocksOf(outputsOf(span));
      const errors = errorBlocks(span);
      const isRecorded = answered.length + errors.length > 0;
      const outcome = isRecorded ? [...answered, ...errors] : [notRecorded];
      return { blocks: [...given, ...outcome], givenCount: given.length, isRecorded };
    }
    case 'agent': {
      const given = blocksOf(inputsOf(span));
      const outcome = [...blocksOf(outputsOf(span)), ...errorBlocks(span)];
      return { blocks: [...given, ...outcome], givenCount: given.length, isRecorded: true };
    }
    case 'phase': {
      const { attributes } = span;
      const given = notice('Input', first(attributes, anyInput)) ?? notice('Query', attributes.get('db.query.text'));
      const outcome = [notice('Output', first(attributes, anyOutput)), ...errorBlocks(span)];
      const blocks = [given, ...outcome].filter(block => block !== undefined);
      return { blocks, givenCount: given === undefined ? 0 : 1, isRecorded: true };
    }
  }
}

const notRecorded: ContentBlock = {
  kind: 'notice',
  title: 'Answer not recorded',
  text: 'The sender recorded this model call without what was said in it.',
};

const anyInput = ['langfuse.observation.input', 'traceloop.entity.input', 'input.value'];
const anyOutput = ['langfuse.observation.output', 'traceloop.entity.output', 'output.value'];

function first(attributes: Attributes, names: readonly string[]): unknown {
  for (const name of names) {
    const value = attributes.get(name);
    if (value !== undefined && value !== null && value !== '') return value;
  }
  return undefined;
}

function notice(title: string, value: unknown): ContentBlock | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return { kind: 'notice', title, text: typeof value === 'string' ? value : jsonText(value) };
}

function blocksOf(messages: readonly Message[]): ContentBlock[] {
  return messages.flatMap(message => message.blocks);
}

/** The first of the places that holds anything. */
function firstMessages(places: readonly (() => readonly Message[])[]): readonly Message[] {
  for (const place of places) {
    const messages = place();
    if (messages.some(message => message.blocks.length > 0)) return messages;
  }
  return [];
}

function inputsOf({ attributes, events }: OtlpSpan): readonly Message[] {
  const said = firstMessages([
    () => readMessages(attributes.get('gen_ai.input.messages'), 'user'),
    () => readMessages(unflatten(attributes, 'llm.input_messages'), 'user'),
    () => readMessages(unflatten(attributes, 'gen_ai.prompt'), 'user'),
    () => readMessages(attributes.get('gen_ai.prompt'), 'user'),
    () => eventMessages(events, inputEvents),
    () => readMessages(attributes.get('ai.prompt.messages') ?? attributes.get('ai.prompt'), 'user'),
    () => readMessages(unflatten(attributes, 'embedding.embeddings'), 'user'),
    () => readMessages(first(attributes, anyInput), 'user'),
    () => readMessages(claudeCodePrompt(attributes), 'user'),
  ]);
  return [...readSystem(attributes.get('gen_ai.system_instructions')), ...said];
}

function outputsOf({ attributes, events }: OtlpSpan): readonly Message[] {
  return firstMessages([
    () => readAnswers(attributes.get('gen_ai.output.messages')),
    () => readAnswers(unflatten(attributes, 'llm.output_messages')),
    () => readAnswers(unflatten(attributes, 'gen_ai.completion')),
    () => readAnswers(attributes.get('gen_ai.completion')),
    () => eventMessages(events, outputEvents),
    () => readMessages(vercelAnswer(attributes), 'assistant'),
    () => anyAgentAnswer(attributes.get('gen_ai.output')),
    () => readAnswers(first(attributes, anyOutput)),
  ]);
}

const inputEvents: ReadonlyMap<string, MessageRole> = new Map([
  ['gen_ai.system.message', 'system'],
  ['gen_ai.user.message', 'user'],
  ['gen_ai.assistant.message', 'assistant'],
  ['gen_ai.tool.message', 'tool'],
  ['gen_ai.content.prompt', 'user'],
  ['gen_ai.client.inference.operation.details', 'user'],
]);
const outputEvents: ReadonlyMap<string, MessageRole> = new Map([
  ['gen_ai.choice', 'assistant'],
  ['gen_ai.content.completion', 'assistant'],
  ['gen_ai.client.inference.operation.details', 'assistant'],
]);

/** Messages as events of the span (conventions 1.28 to 1.36), or all of them on one event (since 1.37). */
function eventMessages(events: readonly OtlpEvent[], wanted: ReadonlyMap<string, MessageRole>): readonly Message[] {
  return events.flatMap(({ name, attributes }) => {
    const role = wanted.get(name);
    if (role === undefined) return [];
    const isAnswer = role === 'assistant' && wanted === outputEvents;
    if (name === 'gen_ai.client.inference.operation.details') {
      if (isAnswer) return readAnswers(attributes.get('gen_ai.output.messages'));
      const system = readSystem(attributes.get('gen_ai.system_instructions'));
      return [...system, ...readMessages(attributes.get('gen_ai.input.messages'), 'user')];
    }
    const body =
      attributes.get('gen_ai.event.content') ?? attributes.get('gen_ai.prompt') ?? attributes.get('gen_ai.completion');
    if (body !== undefined) return readMessages(body, role);
    const message = unwrapJson(attributes.get('message'));
    if (message !== undefined) return readMessages(message, role);
    return readMessages(
      {
        role,
        content: unwrapJson(attributes.get('content') ?? attributes.get(name)) ?? '',
        ...(attributes.has('id') ? { tool_call_id: attributes.get('id') } : {}),
        ...(attributes.has('tool_calls') ? { tool_calls: attributes.get('tool_calls') } : {}),
      },
      role,
    );
  });
}

function claudeCodePrompt(attributes: Attributes): string | undefined {
  const prompt = asText(attributes.get('user_prompt'));
  return prompt === '<REDACTED>' ? undefined : prompt;
}

function vercelAnswer(attributes: Attributes): unknown {
  const text = attributes.get('ai.response.text') ?? attributes.get('ai.response.object');
  const calls = unwrapJson(attributes.get('ai.response.toolCalls'));
  if (text === undefined && calls === undefined) return undefined;
  const reasoning = attributes.get('ai.response.reasoning');
  return { role: 'assistant', reasoning, content: text === undefined ? asArray(calls) : [text, ...asArray(calls)] };
}

/** any-agent: JSON text of tool calls, else the text that the model gave, whatever it holds. */
function anyAgentAnswer(output: unknown): readonly Message[] {
  const calls = asArray(unwrapJson(output));
  if (calls.length > 0 && calls.every(call => asObject(call)['tool.name'] !== undefined))
    return readMessages(calls, 'assistant');
  return output === undefined ? [] : readMessages({ role: 'assistant', content: output }, 'assistant');
}

function toolBlocks(span: OtlpSpan): ContentBlock[] {
  const { attributes } = span;
  const callId = callIdOf(attributes) ?? '';
  const given = first(attributes, [
    'gen_ai.tool.call.arguments',
    'gen_ai.tool.args',
    'ai.toolCall.args',
    'tool.parameters',
    ...anyInput,
  ]);
  const call = toolCall(callId, toolNameOf(span) ?? span.name, given ?? claudeCodeInput(attributes));
  if (span.endUs === undefined) return [call];
  const output = toolOutput(span);
  const failure = span.status === 'error' ? errorText(span) : '';
  const diffs = claudeCodeDiffs(span);
  return [
    call,
    {
      kind: 'tool-result',
      callId,
      isError: span.status === 'error',
      parts: failure === '' ? output : [...output, { kind: 'text', text: failure }],
      ...(diffs.length > 0 ? { diffs } : {}),
    },
  ];
}

function toolOutput(span: OtlpSpan): Part[] {
  const { attributes } = span;
  const documents = asArray(unflatten(attributes, 'retrieval.documents'));
  if (documents.length > 0)
    return documents.flatMap(item => readContent(asObject(asObject(item)['document'])['content']));
  const result = first(attributes, [
    'gen_ai.tool.call.result',
    'gen_ai.output',
    'ai.toolCall.result',
    'tool.output',
    ...anyOutput,
  ]);
  if (result !== undefined) return readContent(result);
  const event = span.events.find(({ name }) => name === 'tool.output');
  return event === undefined ? [] : readContent(event.attributes.get('output') ?? event.attributes.get('content'));
}

/** Claude Code puts the arguments that matter beside each other, when it is told to record them. */
function claudeCodeInput(attributes: Attributes): unknown {
  const command = firstText(attributes, ['full_command']);
  const path = firstText(attributes, ['file_path']);
  if (command === undefined && path === undefined) return null;
  return { ...(command === undefined ? {} : { command }), ...(path === undefined ? {} : { file_path: path }) };
}

function claudeCodeDiffs(span: OtlpSpan): FileDiff[] {
  return span.events.flatMap(({ name, attributes }) => {
    const path = asText(attributes.get('file_path'));
    if (name !== 'tool.output' || path === undefined) return [];
    const hunks: Hunk[] = [];
    for (const hunk of asArray(unwrapJson(attributes.get('diff')))) {
      const read = hunkSchema.safeParse(hunk);
      if (read.success) hunks.push(read.data);
    }
    return hunks.length > 0 ? [{ path, change: 'update' as const, hunks }] : [];
  });
}

function exceptionsOf(span: OtlpSpan): readonly OtlpEvent[] {
  return span.events.filter(({ name, attributes }) => name === 'exception' || attributes.has('exception.type'));
}

function errorBlocks(span: OtlpSpan): ContentBlock[] {
  const exceptions = exceptionsOf(span);
  if (exceptions.length === 0 && span.status !== 'error') return [];
  const kind = exceptions.map(({ attributes }) => asText(attributes.get('exception.type'))).find(Boolean);
  const title = kind ?? firstText(span.attributes, ['error.type']) ?? 'Error';
  return [{ kind: 'error', title, text: errorText(span) }];
}

/** What an error says in short: equal for a span and its parent where the parent only hands it on. */
export function errorMessage(span: OtlpSpan): string {
  const told = exceptionsOf(span).map(({ attributes }) => asText(attributes.get('exception.message')));
  return (
    told.find(text => text !== undefined) ??
    (span.statusText || firstText(span.attributes, ['error', 'error.type']) || '')
  );
}

/** The status' words, then what the exceptions add to them. */
function errorText(span: OtlpSpan): string {
  const texts = [span.statusText, asText(span.attributes.get('error')) ?? ''];
  for (const { attributes } of exceptionsOf(span))
    texts.push(asText(attributes.get('exception.stacktrace')) ?? asText(attributes.get('exception.message')) ?? '');
  const told = texts.filter((text, at) => text !== '' && !texts.some((other, i) => i > at && other.includes(text)));
  return told.join('\n');
}
