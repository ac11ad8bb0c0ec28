// Every Qwen Code chat of the corpus and of the fixtures, counted against numbers found by other means. The only file of
// it in the corpus has its values cut out; the chat among the fixtures is made by hand after the agent's source.
//
// qwen.expected.json was made by a script in another language and style (records grouped by type, columns added up), and
// checked by hand. Its rules:
// - responses: distinct uuids of 'assistant' records, also those that were rewound; withUsage: with a usageMetadata that
//   holds something.
// - usage: output is what the total has beyond the prompt, whether the candidates hold the thoughts or not; what was
//   cached is taken off the prompt.
// - tools: distinct ids of functionCalls and functionResponses.
// - prompts: 'user' records that are no notifications, of the main conversation.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeTranscripts, type TranscriptLists } from '../builders/transcripts.ts';

const expected = JSON.parse(readFileSync(join(import.meta.dirname, 'qwen.expected.json'), 'utf8')) as TranscriptLists;

describeTranscripts('Qwen Code', path => /^(?:logs\/other-agents\/qwen-|qwen\/)/.test(path), expected);
