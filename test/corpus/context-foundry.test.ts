// Every file of Context Foundry in the fixtures (no corpus holds one), counted against numbers found by other means.
//
// context-foundry.expected.json was made by a script in another language and style. Its rules:
// - responses: stretches of `assistant` and `tool_use` lines with nothing else between them; none has tokens of its own.
// - usage: the `usage` lines of conversations and the `agent_done` events, added up.
// - tools: distinct tool_ids. Prompts: tasks. Errors: failed runs, reports, attempts and lines that say error.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeTranscripts, type TranscriptLists } from '../builders/transcripts.ts';

const path = join(import.meta.dirname, 'context-foundry.expected.json');
const expected = JSON.parse(readFileSync(path, 'utf8')) as TranscriptLists;

describeTranscripts('Context Foundry', relPath => relPath.startsWith('context-foundry/'), expected);
