// Every Copilot CLI file of the corpus and of the fixtures, counted against numbers found by other means.
//
// copilot.expected.json was made by a script in another language and style (queries over the whole file), and checked by
// hand with jq on 1-4_session-resume (its history stands twice in the file), 2-12_context-compaction and print-http-json.
// Its rules:
// - usage: the totals per model of the last session.shutdown, where the parser adds up calls, messages and what the
//   totals grew by; and the tokens of compactions, which the totals leave out. Printed events have no totals.
// - responses: distinct apiCallIds of messages and usage records, and compactions that tell their tokens; withUsage: those
//   with a usage record or outputTokens.
// - tools: distinct toolCallIds of requests, beginnings and ends. prompts: distinct user messages of the main
//   conversation without a source. errors: distinct session.error events.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeTranscripts, type TranscriptLists } from '../builders/transcripts.ts';

const expected = JSON.parse(
  readFileSync(join(import.meta.dirname, 'copilot.expected.json'), 'utf8'),
) as TranscriptLists;

describeTranscripts(
  'Copilot CLI',
  path => /^(?:logs\/copilot-cli\/|(?:captured\/)?copilot\/).*\.jsonl$/.test(path) && isEventsFile(path),
  expected,
);

function isEventsFile(path: string): boolean {
  return /^logs\/|^copilot\/recordings\/|\/(?:events|stream)\.jsonl$/.test(path);
}
