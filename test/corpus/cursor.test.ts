// Every transcript of Cursor in the corpus and in the fixtures, counted against numbers found by other means.
//
// cursor.expected.json was made by a script in another language and style (filters over the flat list of all items of
// all messages). Its rules:
// - responses: messages of the assistant; tokens are told nowhere.
// - tools: tool_use items; they have no ids, and no file at hand has a result without its call.
// - prompts: messages of the user with a text, of its own conversation: subagents’ files are in cursor.test.ts of the parsers.
// - errors: turns that ended with one.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeTranscripts, type TranscriptLists } from '../builders/transcripts.ts';

const expected = JSON.parse(readFileSync(join(import.meta.dirname, 'cursor.expected.json'), 'utf8')) as TranscriptLists;

describeTranscripts('Cursor', path => /^(?:logs\/)?cursor\/(?!.*\/subagents\/)/.test(path), expected);
