// Tokens and cost of a Langfuse observation.
//
// Contract: pure, never throws. Langfuse has `usageDetails` with names of the sender's choosing (`input`, `output`,
// `total` always mean the same), before v3 `usage`, in lists `inputUsage` and `outputUsage`. Its SDKs set cached and
// reasoning tokens beside input and output; OpenTelemetry senders leave them inside. The total tells which it is.

import { asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { Usage } from '../../../shared/model/usage.ts';
import { fieldOf, type Fields } from './langfuse-fields.ts';

export function langfuseUsage(observation: Fields): Usage | undefined {
  const details = asObject(fieldOf(observation, 'usageDetails'));
  return fromDetails(details) ?? fromOldUsage(asObject(observation['usage'])) ?? fromCounts(observation);
}

/** USD as Langfuse has it: told by the sender, or computed by Langfuse from its own prices. Undefined where it is 0. */
export function langfuseCost(observation: Fields): number | undefined {
  const cost =
    asNumber(fieldOf(observation, 'totalCost')) ??
    asNumber(fieldOf(observation, 'calculatedTotalCost')) ??
    asNumber(asObject(fieldOf(observation, 'costDetails'))['total']) ??
    asNumber(asObject(observation['usage'])['totalCost']);
  return cost !== undefined && cost > 0 ? cost : undefined;
}

const cacheReadName = /cache.?read|cached/i;
const cacheWriteName = /cache.?(creation|write)/i;
const reasoningName = /reasoning|thought|thinking/i;
const inputName = /^(input|prompt)[._]/i;
const outputName = /^(output|completion)[._]/i;

function fromDetails(details: Fields): Usage | undefined {
  const input = tokens(details['input'] ?? details['prompt_tokens'] ?? details['input_tokens']);
  const output = tokens(details['output'] ?? details['completion_tokens'] ?? details['output_tokens']);
  if (input === undefined && output === undefined) return undefined;
  const parts = { cacheRead: 0, cacheCreation: 0, reasoning: 0, otherInput: 0, otherOutput: 0 };
  for (const [name, value] of Object.entries(details)) {
    const count = /^(input|output|total|prompt|completion)(_tokens)?$/.test(name) ? undefined : tokens(value);
    if (count === undefined) continue;
    if (cacheWriteName.test(name)) parts.cacheCreation += count;
    else if (cacheReadName.test(name)) parts.cacheRead += count;
    else if (reasoningName.test(name)) parts.reasoning += count;
    else if (inputName.test(name)) parts.otherInput += count;
    else if (outputName.test(name)) parts.otherOutput += count;
  }
  return settle(input ?? 0, output ?? 0, parts, tokens(details['total'] ?? details['total_tokens']));
}

type Parts = Record<'cacheRead' | 'cacheCreation' | 'reasoning' | 'otherInput' | 'otherOutput', number>;

/** Which parts stand beside input and output: those with which the sum is the total; without a total, all of them. */
function settle(input: number, output: number, parts: Parts, total: number | undefined): Usage {
  const { cacheRead, cacheCreation, reasoning, otherInput, otherOutput } = parts;
  const cached = cacheRead + cacheCreation;
  const other = otherInput + otherOutput;
  const readings = [
    { inputParts: false, outputParts: false, sum: 0 },
    { inputParts: true, outputParts: true, sum: cached + reasoning + other },
    { inputParts: true, outputParts: false, sum: cached + otherInput },
    { inputParts: false, outputParts: true, sum: reasoning + otherOutput },
  ];
  const isBeside = readings.find(({ sum }) => input + output + sum === total) ?? {
    inputParts: true,
    outputParts: true,
  };
  // Whatever the total says, a part is not greater than its whole.
  const cacheIsBeside = isBeside.inputParts || cached > input;
  const reasoningIsBeside = isBeside.outputParts || reasoning > output;
  return {
    input: cacheIsBeside ? input + otherInput : input - cached,
    output: reasoningIsBeside ? output + reasoning + otherOutput : output,
    cacheRead,
    cacheCreation,
    cacheCreation1h: 0,
    reasoning,
  };
}

/** Before v3: tokens, characters or seconds; only tokens are told. */
function fromOldUsage(usage: Fields): Usage | undefined {
  const unit = asText(usage['unit']);
  if (unit !== undefined && unit !== 'TOKENS') return undefined;
  return fromDetails({
    input: usage['input'] ?? usage['promptTokens'],
    output: usage['output'] ?? usage['completionTokens'],
    total: usage['total'] ?? usage['totalTokens'],
  });
}

/** Zero means that nothing was reported. */
function fromCounts(observation: Fields): Usage | undefined {
  const input = fieldOf(observation, 'inputUsage') ?? observation['promptTokens'];
  const output = fieldOf(observation, 'outputUsage') ?? observation['completionTokens'];
  return (tokens(input) ?? 0) + (tokens(output) ?? 0) > 0 ? fromDetails({ input, output }) : undefined;
}

function tokens(value: unknown): number | undefined {
  const number = isObject(value) ? undefined : asNumber(value);
  return number !== undefined && number >= 0 && number < 1e12 ? Math.round(number) : undefined;
}
