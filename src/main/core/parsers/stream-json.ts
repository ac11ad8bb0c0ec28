// What agents print instead of a transcript: `claude -p --output-format stream-json` (JSON Lines) and `json` (one result,
// with --verbose an array of all), and `droid exec --output-format stream-json`.
//
// Contract: never throws. The session is that of the agent's own transcript, under its id, and this file is never its
// main one: read side by side they are one session. One output may hold several runs and sessions.

import { isObject } from '../../../shared/base/json.ts';
import { headValues } from './json-head.ts';
import type { DocumentParser, Fact, LineParser, Recognition, RecordFact, Sample } from './parser.ts';
import { readStreamLine } from './stream-json-claude.ts';
import { streamContent } from './stream-json-content.ts';
import { isClaudeLine } from './stream-json-line.ts';
import { asParserState, asStreamState, beginSession } from './stream-json-state.ts';
import { findRecords } from './trace-records.ts';

export const claudeStreamJson: LineParser = {
  id: 'claude-stream-json',
  version: 1,
  label: 'Claude Code output (stream-json)',
  unit: 'line',
  recognise: sample => (isDocument(sample) ? undefined : recogniseLines(sample.values)),
  begin: () => asParserState(beginSession(null)),
  parse: (state, value, at, hint) => readStreamLine(asStreamState(state), value, at, hint),
  content: streamContent,
};

export const claudeOutputJson: DocumentParser = {
  id: 'claude-output-json',
  version: 1,
  label: 'Claude Code output (json)',
  unit: 'document',
  recognise: sample => {
    if (!isDocument(sample) || !sample.text.includes('"session_id"')) return undefined;
    const [head] = headValues(sample);
    return recogniseLines(Array.isArray(head) ? head : [head]);
  },
  begin: () => ({}),
  parseDocument(bytes, hint) {
    const { found, problems } = findRecords(bytes, root => (Array.isArray(root) ? root.map((_, at) => [at]) : [[]]));
    const state = beginSession(null);
    const records: RecordFact[] = [];
    const facts: Fact[] = [];
    for (const { value, at } of found) {
      const unit = readStreamLine(state, value, at, hint);
      facts.push(...unit.facts.map(fact => ({ ...fact, record: records.length })));
      records.push(...unit.records);
    }
    for (const { at, why } of problems)
      records.push({ at, type: 'document', known: true, timeUs: null, rejected: why });
    if (records.length === 0)
      records.push({ at: { line: 1, offset: 0, length: bytes.length }, type: 'empty', known: true, timeUs: null });
    return { records, facts };
  },
  content: streamContent,
};

/** An array, or an object that spreads over lines; everything else is lines. */
function isDocument(sample: Sample): boolean {
  const text = sample.text.replace(/^\uFEFF/, '').trimStart();
  return text.startsWith('[') || /^\{\s*\n/.test(text);
}

function recogniseLines(values: readonly unknown[]): Recognition | undefined {
  if (!values.some(isClaudeLine)) return undefined;
  // Qwen Code prints the same, with its own version.
  const isQwen = values.some(value => isObject(value) && value['qwen_code_version'] !== undefined);
  return { agent: isQwen ? 'qwen-code' : 'claude-code', session: null, main: false };
}
