// Every Droid session of the corpus and of the fixtures, counted against numbers found by other means.
//
// droid.expected.json was made by a script in another language and style (filters over the flat list of all items of
// all messages). Its rules:
// - responses: messages of the assistant; none has tokens of its own.
// - usage: the total of the settings beside a session, in a file of its own.
// - tools: distinct ids of tool_use and tool_result items.
// - prompts: messages of the user with a text that is no reminder.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeTranscripts, type TranscriptLists } from '../builders/transcripts.ts';

const expected = JSON.parse(readFileSync(join(import.meta.dirname, 'droid.expected.json'), 'utf8')) as TranscriptLists;

describeTranscripts('Droid', path => /^(?:logs\/droid\/.*session-store|droid\/)/.test(path), expected);
