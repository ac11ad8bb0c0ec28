// What people read of one line that Claude Code printed. Blocks of messages are those of the transcript's line.

import { asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { claudeCodeContent } from './claude-code-content.ts';
import { compactionSummary } from './stream-json-claude.ts';
import { failureOf, type Line, resultSummary, retrySummary, toTranscript } from './stream-json-line.ts';

export function streamContent(value: unknown): readonly ContentBlock[] {
  if (!isObject(value)) return [];
  switch (value['type']) {
    case 'assistant':
    case 'user':
      return claudeCodeContent(toTranscript(value));
    case 'system':
      return systemContent(value);
    case 'result':
      return [resultContent(value)];
    case 'rate_limit_event':
      return notice('Rate limit', asText(asObject(value['rate_limit_info'])['status'])?.replaceAll('_', ' '));
    case 'tool_use_summary':
      return notice('Summary of tool calls', asText(value['summary']));
    case 'prompt_suggestion':
      return notice('Suggested prompt', asText(value['suggestion']));
    default:
      return [];
  }
}

function notice(title: string, text: string | undefined): readonly ContentBlock[] {
  return text === undefined ? [] : [{ kind: 'notice', title, text }];
}

function systemContent(line: Line): readonly ContentBlock[] {
  switch (line['subtype']) {
    case 'init':
      return notice('Run', [asText(line['model']), asText(line['cwd'])].filter(Boolean).join(' · '));
    case 'compact_boundary':
      return [{ kind: 'compaction', title: 'Conversation compacted', text: compactionSummary(line) ?? '' }];
    case 'api_retry':
    case 'api_error':
      return notice('API retry', retrySummary(line));
    case 'hook_response': {
      const text = [asText(line['stdout']), asText(line['stderr'])].filter(Boolean).join('\n');
      return notice(asText(line['hook_name']) ?? 'Hook', text || asText(line['output']) || 'no output');
    }
    case 'task_started':
    case 'task_progress':
    case 'task_notification':
      return notice('Task', asText(line['summary']) ?? asText(line['description']));
    default:
      return notice('Notice', asText(line['content']) ?? asText(line['text']) ?? asText(line['message']));
  }
}

/** The answer where the run ended well, which is all that --output-format json prints; else what went wrong. */
function resultContent(line: Line): ContentBlock {
  const failure = failureOf(line);
  if (failure !== undefined) {
    const status = asNumber(line['api_error_status']);
    const title = asText(line['subtype'])?.replaceAll('_', ' ') ?? 'error';
    return { kind: 'error', title: status === undefined ? title : `${title} (${status})`, text: failure };
  }
  const answer = asText(line['result']);
  return answer === undefined
    ? { kind: 'notice', title: 'Run ended', text: resultSummary(line) }
    : { kind: 'answer', parts: [{ kind: 'text', text: answer }] };
}
