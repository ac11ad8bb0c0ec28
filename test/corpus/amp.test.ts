// Every thread of Amp in the fixtures (no corpus holds one), counted against numbers found by other means.
//
// amp.expected.json was made by a script in another language and style. Its rules: a record for the thread and one for
// each message; usage of the messages, and of the ledger's events that belong to none; tools by their distinct ids.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeTranscripts, type TranscriptLists } from '../builders/transcripts.ts';

const expected = JSON.parse(readFileSync(join(import.meta.dirname, 'amp.expected.json'), 'utf8')) as TranscriptLists;

describeTranscripts('Amp', path => path.startsWith('amp/'), expected);
