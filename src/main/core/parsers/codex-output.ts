// The outputs of Codex tools, in their string, array and object forms: text, exit code, time, running process.

import { asArray, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { Part } from '../../../shared/model/content.ts';
import type { SpanStatus } from '../../../shared/model/span.ts';
import { partOf, textOf } from './codex-text.ts';

export interface ToolOutcome {
  readonly status: SpanStatus;
  readonly exitCode: number | undefined;
  readonly durationMs: number | undefined;
  /** The id under which write_stdin goes on with a command that still runs. */
  readonly processId: string | undefined;
}

const HEAD = 20_000;

/** Reads how a call went out of its output; the text itself is not kept. */
export function readOutcome(output: unknown): ToolOutcome {
  if (typeof output !== 'string') return readStructured(output);
  if (output.startsWith('{"')) {
    // {"output": "...", "metadata": {"exit_code": 0, "duration_seconds": 0.1}}, of the old shell tool: the end tells.
    const metadata = /"metadata":\{[^{}]*\}\}?\s*$/.exec(output.slice(-300))?.[0];
    if (metadata !== undefined)
      return outcome({
        exitCode: numberAfter(metadata, /"exit_code":\s*(-?\d+)/),
        seconds: numberAfter(metadata, /"duration_seconds":\s*([\d.]+)/),
      });
  }
  return readHead(output);
}

/** The output as people read it. */
export function outputParts(output: unknown): readonly Part[] {
  if (typeof output === 'string') return [{ kind: 'text', text: withoutWrapper(output) }];
  if (Array.isArray(output)) return output.flatMap(value => partOf(value) ?? []);
  if (!isObject(output)) return [];
  const part = partOf(output);
  if (part !== undefined) return [part];
  const inner = output['content'] ?? output['output'] ?? output['content_items'];
  if (typeof inner === 'string' || Array.isArray(inner)) return outputParts(inner);
  return [{ kind: 'json', value: output }];
}

/** Time and exit code of exec_command_end, mcp_tool_call_end and their like. */
export function readEnd(payload: Readonly<Record<string, unknown>>): ToolOutcome {
  const duration = asObject(payload['duration']);
  const secs = asNumber(duration['secs']);
  const status = asText(payload['status'])?.toLowerCase();
  const result = asObject(payload['result']);
  const failed =
    payload['success'] === false ||
    status === 'failed' ||
    asText(payload['error']) !== undefined ||
    isObject(payload['error']) ||
    'Err' in result ||
    asObject(result['Ok'] ?? result)['isError'] === true;
  return {
    ...outcome({
      exitCode: asNumber(payload['exit_code']),
      seconds: secs === undefined ? undefined : secs + (asNumber(duration['nanos']) ?? 0) / 1e9,
      failed,
      aborted: status === 'declined',
    }),
    processId: asText(payload['process_id']),
  };
}

function readStructured(output: unknown): ToolOutcome {
  const fields = asObject(output);
  const metadata = asObject(fields['metadata']);
  const exitCode = asNumber(metadata['exit_code']);
  const seconds = asNumber(metadata['duration_seconds']);
  if (exitCode !== undefined || seconds !== undefined) return outcome({ exitCode, seconds });
  const text = Array.isArray(output) ? textOf(output.slice(0, 2).flatMap(value => partOf(value) ?? [])) : '';
  const read = readHead(text);
  return fields['success'] === false ? { ...read, status: 'error' } : read;
}

/** The head that exec_command, write_stdin, apply_patch and MCP tools set before their output. */
function readHead(output: string): ToolOutcome {
  const mark = output.slice(0, HEAD).indexOf('\nOutput:');
  const head = mark < 0 ? output.slice(0, 1000) : output.slice(0, mark);
  return outcome({
    exitCode: numberAfter(head, /^(?:Process exited with code|Exit code:) (-?\d+)/m),
    seconds: numberAfter(head, /^Wall time:? ([\d.]+) seconds/m),
    processId: /^Process running with session ID (\S+)/m.exec(head)?.[1],
    aborted: /^aborted by user\b/m.test(head) || head.trim() === 'aborted',
    failed: mark < 0 ? failure.test(head) : /^Script (?:failed|error)/m.test(head),
  });
}

// What tools answer that did not run; there is no exit code then.
const failure =
  /^\s*(?:\w+ verification failed|failed to|error\b|err:|execution error|unsupported (?:call|custom tool)|tool call error|\w+ failed(?: for|:)|Script (?:failed|error))/i;

function outcome(read: {
  readonly exitCode?: number | undefined;
  readonly seconds?: number | undefined;
  readonly processId?: string | undefined;
  readonly aborted?: boolean;
  readonly failed?: boolean;
}): ToolOutcome {
  const failed = read.failed === true || (read.exitCode !== undefined && read.exitCode !== 0);
  return {
    status: read.aborted === true ? 'aborted' : failed ? 'error' : 'ok',
    exitCode: read.exitCode,
    durationMs: read.seconds === undefined ? undefined : Math.round(read.seconds * 1000),
    processId: read.processId,
  };
}

function numberAfter(text: string, pattern: RegExp): number | undefined {
  return asNumber(pattern.exec(text)?.[1]);
}

function withoutWrapper(output: string): string {
  if (!output.startsWith('{"output"')) return output;
  try {
    return asText(asObject(JSON.parse(output))['output']) ?? '';
  } catch {
    return output; // cut off or only looking like it: shown as it stands
  }
}

/** Content items of an MCP result: `{Ok: {content}}`, `{Err}`, or the plain result of newer records. */
export function mcpParts(result: unknown): readonly Part[] {
  const fields = asObject(result);
  const error = asText(fields['Err']);
  if (error !== undefined) return [{ kind: 'text', text: error }];
  const ok = asObject(fields['Ok'] ?? result);
  const parts = asArray(ok['content']).flatMap(value => partOf(value) ?? []);
  return parts.length > 0 || ok['structuredContent'] === undefined
    ? parts
    : [{ kind: 'json', value: ok['structuredContent'] }];
}
