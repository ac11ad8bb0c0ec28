// Conversations as the APIs of Anthropic and OpenAI have them: answers, requests, lists of messages, results of batches,
// pairs of request and response, and captures of streamed answers.
//
// Contract: never throws. One file is one session; each message and answer is a record with its exact place. Requests of
// one conversation repeat what was said before: what is the same again is told once. Only answers report tokens; answers
// inside a request are model calls without numbers.

import { asArray, asText, isObject } from '../../../shared/base/json.ts';
import { hashText } from './claude-code-agents.ts';
import { headValues } from './json-head.ts';
import { type JsonPath, valueAt } from './json-ranges.ts';
import { MessageTeller } from './messages-facts.ts';
import { contentOf, isAnswer, isBatchResult, isChatMessage, isError, isRequest, providerOf } from './messages-shape.ts';
import { beginsAnswer, readStream } from './messages-stream.ts';
import type { DocumentParser, ParsedUnit, Recognition, Sample } from './parser.ts';
import { findRecords } from './trace-records.ts';

export const apiMessages: DocumentParser = {
  id: 'messages',
  version: 1,
  label: 'Messages of the Anthropic and OpenAI APIs',
  unit: 'document',
  recognise,
  begin: () => ({}),
  parseDocument: (bytes, _hint, recognition) => toUnit(bytes, recognition),
  content: value => contentOf(typeof value === 'string' ? fromText(value) : value),
};

const STREAM =
  /^(?:event: ?(?:message_start|response\.created)|data: ?\{.{0,200}?"(?:message_start|chat\.completion\.chunk|response\.created)")/m;

function recognise(sample: Sample): Recognition | undefined {
  const text = sample.text.replace(/^\uFEFF/, '').trimStart();
  if (!/^[[{]/.test(text)) {
    if (!STREAM.test(text.slice(0, 8192))) return undefined;
    return named(text, text.includes('"message_start"') ? 'anthropic' : 'openai');
  }
  if (!/"(role|custom_id|choices|output|message_start|chat\.completion\.chunk|response\.created)"/.test(text))
    return undefined;
  const [head] = headValues(sample);
  const isTelling = pickRecords(head).some(path => !isError(valueAt(head, path)));
  if (!isTelling && !beginsAnswer(head)) return undefined;
  return named(text, providerOf(head), isObject(head) && isAnswer(head) ? asText(head['id']) : undefined);
}

/** The session has the id of the answer where it is one; else the same beginning is the same conversation. */
function named(text: string, provider: string | undefined, id?: string): Recognition {
  return { agent: provider ?? 'messages', session: id ?? `messages-${hashText(text.slice(0, 1000))}`, main: true };
}

/** Messages, answers, errors and instructions in one top-level value, in the order in which they were said. */
function pickRecords(root: unknown): readonly JsonPath[] {
  const pick = (value: unknown, path: JsonPath): readonly JsonPath[] => {
    if (path.length > 8) return [];
    if (Array.isArray(value))
      return value.some(isChatMessage)
        ? value.flatMap((item, at) => (isObject(item) ? [[...path, at]] : []))
        : value.flatMap((item, at) => pick(item, [...path, at]));
    if (!isObject(value)) return [];
    if (isBatchResult(value) || isAnswer(value) || (isError(value) && path.length > 0)) return [path];
    const { params, body, request, response } = value;
    if (typeof value['custom_id'] === 'string')
      return pick(params ?? body, [...path, isObject(params) ? 'params' : 'body']);
    if (isRequest(value)) {
      const name = Array.isArray(value['messages']) ? 'messages' : 'input';
      const instructions = ['system', 'instructions'].filter(
        one => typeof value[one] === 'string' || Array.isArray(value[one]),
      );
      return [
        path,
        ...instructions.map(one => [...path, one]),
        ...asArray(value[name]).map((_, at) => [...path, name, at]),
        ...pick(response, [...path, 'response']),
      ];
    }
    if (isObject(request)) {
      const asked = pick(request, [...path, 'request']);
      return asked.length === 0 ? [] : [...asked, ...pick(response, [...path, 'response'])];
    }
    return [];
  };
  return pick(root, []);
}

function toUnit(bytes: Uint8Array, recognition: Recognition): ParsedUnit {
  const teller = new MessageTeller(recognition.session ?? 'messages');
  const first = firstLineOf(bytes);
  const isStream = !/^[[{]/.test(first) || beginsAnswer(parse(first));
  if (isStream) {
    const { answers, problems } = readStream(bytes);
    for (const { value, complete, start, end, line } of answers)
      teller.answer(value, { line, offset: start, length: end - start }, complete);
    for (const { start, end, line } of problems)
      teller.reject({ line, offset: start, length: end - start }, 'an event that is not JSON');
    return teller.unit(bytes.length);
  }
  const { found, problems } = findRecords(bytes, pickRecords);
  for (const { value, path, at } of found) {
    const name = path.at(-1);
    if (name === 'system' || name === 'instructions') teller.instructions(value, at);
    else if (!isObject(value)) continue;
    else if (isBatchResult(value)) teller.batchResult(value, at);
    else if (isAnswer(value)) teller.answer(value, at, true);
    else if (isError(value)) teller.error(value, at);
    else if (isRequest(value)) teller.request(value, at);
    else teller.message(value, at, typeof name === 'number' ? name : 0);
  }
  for (const { at, why } of problems) teller.reject(at, why);
  return teller.unit(bytes.length);
}

/** The first line that is not blank, at most a megabyte of it. */
function firstLineOf(bytes: Uint8Array): string {
  const text = new TextDecoder()
    .decode(bytes.subarray(0, 1024 * 1024))
    .replace(/^\uFEFF/, '')
    .trimStart();
  return text.split('\n', 1)[0] ?? '';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The record of a streamed answer is the text of its events. */
function fromText(text: string): unknown {
  return readStream(new TextEncoder().encode(text)).answers[0]?.value ?? text;
}
