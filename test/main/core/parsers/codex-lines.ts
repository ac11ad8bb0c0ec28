// Lines of a Codex rollout for tests, as small as they come. Times count up by a second from one line to the next.

import { codexRollout } from '../../../../src/main/core/parsers/codex.ts';
import type { SpanFact } from '../../../../src/main/core/parsers/parser.ts';
import { entriesOf, eventsOf, joinSpans } from '../../../builders/join-facts.ts';
import { hintOf, linesOf, readLines, type ReadResult } from '../../../builders/read-units.ts';

type Fields = Readonly<Record<string, unknown>>;

export const threadId = '019e5615-1ef8-7270-b988-4f52f86449a4';
export const bornMs = Number.parseInt('019e56151ef8', 16);

/** A UUIDv7 made `seconds` after the thread. */
export function turnIdAt(seconds: number, end = '000000000001'): string {
  const hex = (bornMs + seconds * 1000).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${end}`;
}

export function header(fields: Fields = {}): Fields {
  const timestamp = new Date(bornMs).toISOString();
  return {
    type: 'session_meta',
    payload: { id: threadId, timestamp, cwd: '/repo', cli_version: '0.140.0', ...fields },
  };
}

export function item(type: string, fields: Fields = {}): Fields {
  return { type: 'response_item', payload: { type, ...fields } };
}

export function event(type: string, fields: Fields = {}): Fields {
  return { type: 'event_msg', payload: { type, ...fields } };
}

export function said(role: string, ...texts: readonly string[]): Fields {
  const type = role === 'assistant' ? 'output_text' : 'input_text';
  return item('message', { role, content: texts.map(text => ({ type, text })) });
}

export function turn(turnId: string, model = 'gpt-5.5'): readonly Fields[] {
  return [event('task_started', { turn_id: turnId }), { type: 'turn_context', payload: { turn_id: turnId, model } }];
}

export function call(callId: string, args: Fields = { cmd: 'ls' }, name = 'exec_command'): Fields {
  return item('function_call', { name, call_id: callId, arguments: JSON.stringify(args) });
}

export function output(callId: string, text: unknown = 'Process exited with code 0\nOutput:\nok'): Fields {
  return item('function_call_output', { call_id: callId, output: text });
}

export function usage(input: number, cached: number, out: number): Fields {
  return {
    input_tokens: input,
    cached_input_tokens: cached,
    output_tokens: out,
    reasoning_output_tokens: 0,
    total_tokens: input + out,
  };
}

export function tokenCount(total: Fields, last: Fields = total): Fields {
  return event('token_count', {
    info: { total_token_usage: total, last_token_usage: last, model_context_window: 1000 },
  });
}

/** The lines with the times of a recording that began with the thread; those that have one keep it. */
export function timed(lines: readonly Fields[], fromSeconds = 0): readonly Fields[] {
  return lines.map((line, index) => ({
    timestamp: new Date(bornMs + (fromSeconds + index) * 1000).toISOString(),
    ...line,
  }));
}

export interface Read extends ReadResult {
  readonly spans: ReadonlyMap<string, SpanFact>;
  /** Kinds of the conversation's entries, in order; a filled result half is 'result'. */
  readonly talk: readonly string[];
  readonly happened: readonly string[];
}

export function readTimed(lines: readonly Fields[], relPath = `rollout-2026-05-23T18-24-45-${threadId}.jsonl`): Read {
  const result = readLines(codexRollout, linesOf(...timed(lines)), hintOf(relPath));
  return {
    ...result,
    spans: joinSpans(result.facts),
    talk: entriesOf(result.facts).map(entry => (entry.result === true ? 'result' : entry.entry)),
    happened: eventsOf(result.facts).map(fact => `${fact.event}: ${fact.summary ?? fact.name}`),
  };
}
