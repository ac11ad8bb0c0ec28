// The session of Kiro in the corpus and in the fixtures, counted against numbers found by other means.
//
// kiro.expected.json was made by a script in another language and style. Its rules: responses are the lines of kind
// AssistantMessage, tools the distinct ids of calls and results, prompts the lines of kind Prompt.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeTranscripts, type TranscriptLists } from '../builders/transcripts.ts';

const expected = JSON.parse(readFileSync(join(import.meta.dirname, 'kiro.expected.json'), 'utf8')) as TranscriptLists;

describeTranscripts('Kiro', path => /^(?:logs\/other-agents\/kiro-|kiro\/)/.test(path), expected);
