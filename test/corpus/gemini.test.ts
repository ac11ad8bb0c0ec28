// Every Gemini CLI chat of the corpus and of the fixtures, counted against numbers found by other means.
//
// gemini.expected.json was made by a script in another language and style: each file as two tables of last versions by
// message id, one of the lines (or of the document's list), one of what only a `$set` brings. Checked by hand with jq on
// 1-6_checkpoint-rewind, 2-12_context-compaction and print-http-json. Its rules:
// - records: lines that are JSON; of a document its messages and itself.
// - responses: 'gemini' messages of the lines; of those that only a `$set` brings the ones with a model or with tokens.
//   withUsage: those with tokens. Rewound ones are paid and count.
// - usage: the last version's tokens; cached ones taken off the input, thoughts added to the output.
// - tools: distinct ids of toolCalls and of functionResponses.
// - prompts: 'user' lines with text that is no session context and no state snapshot, without functionResponses.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeTranscripts, type TranscriptLists } from '../builders/transcripts.ts';

const expected = JSON.parse(readFileSync(join(import.meta.dirname, 'gemini.expected.json'), 'utf8')) as TranscriptLists;

describeTranscripts(
  'Gemini CLI',
  path => /^(?:logs\/gemini-cli\/|captured\/gemini\/.*\/chats\/|gemini\/)/.test(path),
  expected,
);
