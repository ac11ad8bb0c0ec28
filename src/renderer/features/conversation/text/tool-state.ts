// How a tool call stands, from its span where there is one, else from what was recorded of it.

import type { ContentBlock } from '../../../../shared/model/content.ts';
import type { SpanStatus } from '../../../../shared/model/span.ts';

export type ToolCall = Extract<ContentBlock, { kind: 'tool-call' }>;
export type ToolResult = Extract<ContentBlock, { kind: 'tool-result' }>;
export type ToolState = 'ok' | 'failed' | 'interrupted' | 'open';

export function toolState(spanStatus: SpanStatus | undefined, result: ToolResult | undefined): ToolState {
  if (result?.isError === true || (result?.exitCode !== undefined && result.exitCode !== 0)) return 'failed';
  switch (spanStatus) {
    case 'error':
      return 'failed';
    case 'aborted':
      return 'interrupted';
    case 'ok':
      return 'ok';
    case 'open':
    case 'unknown':
    case undefined:
      return result === undefined ? 'open' : 'ok';
  }
}

/** The call and the result among an entry's blocks. Results without a call exist (a file that begins in the middle). */
export function toolHalves(blocks: readonly ContentBlock[]): {
  readonly call: ToolCall | undefined;
  readonly results: readonly ToolResult[];
  readonly others: readonly ContentBlock[];
} {
  const call = blocks.find(block => block.kind === 'tool-call');
  const results = blocks.filter(block => block.kind === 'tool-result');
  return { call, results, others: blocks.filter(block => block !== call && block.kind !== 'tool-result') };
}

/** The first line of a failure: what is read without opening the call. */
export function failureLine(result: ToolResult | undefined): string | undefined {
  for (const part of result?.parts ?? []) {
    if (part.kind !== 'text') continue;
    const line = part.text
      .replace(/<\/?tool_use_error>/g, '')
      .split('\n')
      .map(candidate => candidate.trim())
      .find(candidate => candidate !== '' && !/^Exit code \d+$/.test(candidate));
    if (line !== undefined) return line;
  }
  return undefined;
}
