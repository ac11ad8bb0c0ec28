// Every Pi session of the corpus and of the fixtures, counted against numbers found by other means.
//
// pi.expected.json was made by a script in another language and style (filters over the whole list of entries), and
// checked by hand with jq on 1-6_checkpoint-rewind. Its rules:
// - responses: messages of the assistant, on any branch: those of branches that were left are paid as well.
// - usage: their usage added up; Pi counts what a cache held apart from the input.
// - tools: distinct ids of toolCalls and toolResults, and the commands that the user ran himself.
// - prompts: messages of the user.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeTranscripts, type TranscriptLists } from '../builders/transcripts.ts';

const expected = JSON.parse(readFileSync(join(import.meta.dirname, 'pi.expected.json'), 'utf8')) as TranscriptLists;

describeTranscripts('Pi', path => /^(?:logs\/pi|pi)\//.test(path), expected);
