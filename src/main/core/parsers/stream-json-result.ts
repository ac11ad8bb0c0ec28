// The 'result' line that ends a run of Claude Code: how it went, what it used and cost.

import { asArray, asObject, asText } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import { noUsage, totalTokens, type Usage } from '../../../shared/model/usage.ts';
import { usageOf } from './claude-code-assistant.ts';
import { oneLine } from './parser.ts';
import { sayEntry, sayError, sayEvent, sayPlainSpan } from './saying.ts';
import { failureOf, type Line, resultSummary, spentOf } from './stream-json-line.ts';
import type { Spent, StreamReading } from './stream-json-state.ts';

export function readResult(reading: StreamReading, line: Line): void {
  const { state, key } = reading;
  settleUsage(reading, line);
  const failure = failureOf(line);
  if (failure !== undefined && oneLine(failure) !== state.lastError)
    sayError(reading, key, asText(line['subtype'])?.replaceAll('_', ' ') ?? 'error', failure, 0);
  else sayEvent(reading, { key, event: 'notice', name: 'Run ended', summary: resultSummary(line) || undefined });
  // Printed alone (--output-format json), the result is the only word of the answer.
  if (!state.answered && failure === undefined && asText(line['result']) !== undefined)
    sayEntry(reading, { key: `${key}:0`, entry: 'answer', block: 0 });
  asArray(line['permission_denials']).forEach((denial, at) => {
    const { tool_name: name, tool_use_id: call } = asObject(denial);
    const told = { name: 'Permission denied', summary: asText(name), span: asText(call) };
    sayEvent(reading, { key: `${key}:denied:${at}`, event: 'permission', ...told });
  });
  saySpent(reading, line);
  state.run = {};
  state.answered = false;
  state.lastError = null;
}

/** The result has the sum over the main conversation: with one answer's output unknown, the difference is that one. */
function settleUsage(reading: StreamReading, line: Line): void {
  const sum = usageOf(line['usage']);
  const responses = Object.entries(reading.state.run);
  const open = responses.filter(([, { exact }]) => !exact);
  const [only, ...others] = open;
  if (sum === undefined || only === undefined || others.length > 0) return;
  const inputs = (usage: Usage): number => usage.input + usage.cacheRead + usage.cacheCreation;
  const seen = responses.reduce((total, [, { usage }]) => total + inputs(usage), 0);
  if (seen !== inputs(sum)) return; // something else was charged as well
  const known = responses.reduce((total, [, { usage, exact }]) => total + (exact ? usage.output : 0), 0);
  const [key, { usage }] = only;
  const output = sum.output - known;
  if (output >= usage.output) sayUsage(reading, key, { ...usage, output }, 'computed');
}

/**
 * What the session used and cost as Claude Code reckons. A process that goes on adds up; one that begins anew (a resumed
 * session) begins at 0: it is known by sums that do not contain those of before.
 */
function saySpent(reading: StreamReading, line: Line): void {
  const { state } = reading;
  const now = spentOf(line);
  const turn = usageOf(line['usage']) ?? noUsage;
  const goesOn = now.usd >= state.running.usd && tokensOf(now) - tokensOf(state.running) >= totalTokens(turn);
  if (!goesOn) state.ended = addSpent(state.ended, state.running);
  state.running = now;
  const { usd, ...aggregateUsage } = addSpent(state.ended, now);
  sayPlainSpan(reading, {
    key: ROOT_SPAN,
    attrs: {
      ...(usd > 0 ? { costUsd: usd, costProvenance: 'reported' } : {}),
      ...(tokensOf(aggregateUsage) > 0 ? { aggregateUsage } : {}),
    },
  });
}

function tokensOf({ input, output, cacheRead, cacheCreation }: Omit<Spent, 'usd'>): number {
  return input + output + cacheRead + cacheCreation;
}

function addSpent(a: Spent, b: Spent): Spent {
  return {
    usd: a.usd + b.usd,
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheCreation: a.cacheCreation + b.cacheCreation,
  };
}

export function sayUsage(
  reading: StreamReading,
  key: string,
  usage: Usage,
  usageProvenance: 'reported' | 'computed',
): void {
  sayPlainSpan(reading, { key, span: 'llm', usage, usageProvenance });
}
