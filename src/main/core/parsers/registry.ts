// All built-in parsers, and which of them reads a file. Content decides; the order only settles ties.

import { ampThread } from './amp.ts';
import { antonCheckpoint } from './anton-checkpoint.ts';
import { antonProgress } from './anton-progress.ts';
import { antonRetries, antonRetryHistory } from './anton-retries.ts';
import { antonTraceSummary } from './anton-summary.ts';
import { antonTraces } from './anton-traces.ts';
import { chromeTrace } from './chrome-trace.ts';
import { claudeCodeAgentMeta } from './claude-code-meta.ts';
import { claudeCodeJsonl } from './claude-code.ts';
import { codexExec } from './codex-exec.ts';
import { codexRollout } from './codex.ts';
import { copilotEvents } from './copilot.ts';
import { copilotOtelLines } from './copilot-otel.ts';
import { cursorTranscript } from './cursor.ts';
import { droidSession } from './droid.ts';
import { droidSettings } from './droid-settings.ts';
import { foundryBroadcast } from './foundry-broadcast.ts';
import { foundryConversation } from './foundry-conversation.ts';
import { foundryCurrentPhase } from './foundry-current-phase.ts';
import { foundryLoop } from './foundry-loop.ts';
import { foundryObservatory } from './foundry-observatory.ts';
import { foundryPhasePrompt, foundryPhaseStatus } from './foundry-phases.ts';
import { foundrySummary } from './foundry-summary.ts';
import { geminiChatDocument, geminiChatLines } from './gemini.ts';
import { jaegerExport } from './jaeger.ts';
import { kimiWire } from './kimi.ts';
import { kiroSession } from './kiro.ts';
import { langfuseExport } from './langfuse.ts';
import { langsmithExport } from './langsmith.ts';
import { apiMessages } from './messages.ts';
import { otlpJsonDocument, otlpJsonLines } from './otlp.ts';
import { piSession } from './pi.ts';
import { qwenChat } from './qwen.ts';
import type { FileHint, Parser, Recognition, Sample } from './parser.ts';
import { claudeOutputJson, claudeStreamJson } from './stream-json.ts';
import { droidStreamJson } from './stream-json-droid.ts';
import { zipkinExport } from './zipkin.ts';

export const parsers: readonly Parser[] = [
  claudeCodeJsonl,
  claudeCodeAgentMeta,
  codexRollout,
  codexExec,
  otlpJsonLines,
  otlpJsonDocument,
  antonTraces,
  antonRetries,
  antonRetryHistory,
  antonCheckpoint,
  antonProgress,
  antonTraceSummary,
  geminiChatLines,
  geminiChatDocument,
  piSession,
  qwenChat,
  chromeTrace,
  jaegerExport,
  langfuseExport,
  langsmithExport,
  zipkinExport,
  copilotEvents,
  copilotOtelLines,
  cursorTranscript,
  ampThread,
  droidSession,
  kimiWire,
  kiroSession,
  droidSettings,
  foundryConversation,
  foundryCurrentPhase,
  foundrySummary,
  foundryPhaseStatus,
  foundryPhasePrompt,
  foundryLoop,
  foundryBroadcast,
  foundryObservatory,
  claudeStreamJson,
  claudeOutputJson,
  droidStreamJson,
  apiMessages,
];

const byId = new Map(parsers.map(parser => [parser.id, parser]));

export function parserById(id: string): Parser | undefined {
  return byId.get(id);
}

/** The parser that claims a file; 'more' when one may once more of it is written; undefined when none does. */
export function recogniseFile(
  sample: Sample,
  hint: FileHint,
): { readonly parser: Parser; readonly recognition: Recognition } | 'more' | undefined {
  const mayBeLines = canBeginLines(sample);
  let undecided = false;
  for (const parser of parsers) {
    const recognition = parser.recognise(sample, hint);
    if (recognition === 'more') undecided ||= mayBeLines || parser.unit === 'document';
    else if (recognition) return { parser, recognition };
  }
  return undecided ? 'more' : undefined;
}

/** False for text that goes on after its first line though none of it is JSON: a document, notes, a program. */
function canBeginLines(sample: Sample): boolean {
  if (sample.values.length > 0) return true;
  const text = sample.text.replace(/^[\uFEFF\s\0]+/, '');
  return text === '' || (text.startsWith('{') && !/\n\s*\S/.test(text));
}
