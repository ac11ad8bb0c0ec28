// The wire log of Kimi Code in the corpus and in the fixtures, counted against numbers found by other means.
//
// kimi.expected.json was made by a script in another language and style (filters over the list of loop events). Its
// rules: responses are steps that began; usage is that of the steps' ends and of the usage records of the session's
// scope (those of a turn repeat the steps); tools by distinct ids of calls and results.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeTranscripts, type TranscriptLists } from '../builders/transcripts.ts';

const expected = JSON.parse(readFileSync(join(import.meta.dirname, 'kimi.expected.json'), 'utf8')) as TranscriptLists;

describeTranscripts('Kimi', path => /^(?:logs\/other-agents\/kimi-|kimi\/)/.test(path), expected);
