import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cursorTranscript } from '../../../../src/main/core/parsers/cursor.ts';
import { fixturesDir, hintFor, listFiles } from '../../../builders/corpus.ts';
import { entriesOf, eventsOf, joinSpans, turnPrompts } from '../../../builders/join-facts.ts';
import { hintOf, linesOf, readLines } from '../../../builders/read-units.ts';
import { describeDamage } from '../../../builders/transcripts.ts';

const SESSION = '7c1d0b52-3c5e-4a6e-8c0f-0d0e6a6f9a10';
const SUBAGENT = 'a91f3b0e-77aa-4a19-9b1c-2b8f4f0c1e55';
const folder = `cursor/projects/home-demo-shop/agent-transcripts/${SESSION}`;
const readFile = (path: string) =>
  readLines(cursorTranscript, readFileSync(join(fixturesDir, path)), hintFor(fixturesDir, path));

describe('a Cursor transcript', () => {
  const { facts, recognition, records } = readFile(`${folder}/${SESSION}.jsonl`);
  const tools = [...joinSpans(facts).values()].filter(span => span.span === 'tool');

  it('is its file’s: session and project by the path, directory by what the model was told', () => {
    expect(recognition).toEqual({ agent: 'cursor', session: SESSION, main: true });
    expect(facts.filter(fact => fact.kind === 'session')).toEqual([
      { kind: 'session', project: 'home-demo-shop' },
      { kind: 'session', title: { source: 'prompt', text: 'Why is the total wrong?' } },
      { kind: 'session', cwd: '/home/demo/shop', project: 'shop' },
    ]);
  });

  it('has no times but the file’s, and no span claims one', () => {
    expect(new Set(records.map(record => record.timeUs)).size).toBe(1);
    expect(records[0]?.timeUs).toBeGreaterThan(0);
    expect(
      [...joinSpans(facts).values()].filter(span => span.startUs !== undefined || span.endUs !== undefined),
    ).toEqual([]);
  });

  it('begins turns with what was typed: the rest under the user’s name was added', () => {
    expect(turnPrompts(facts).map(prompt => prompt.summary)).toEqual(['Why is the total wrong?', 'Commit it']);
    expect(entriesOf(facts).filter(entry => entry.entry === 'system')).toHaveLength(1);
  });

  it('takes a call without a result as done once the conversation goes on, and says that none is recorded', () => {
    expect(tools.map(span => [span.name, span.status, span.attrs])).toEqual([
      ['Task', 'ok', { resultRecorded: false }],
      ['StrReplace', 'ok', { resultRecorded: false }],
      ['Shell', 'ok', { resultRecorded: false }],
      ['Shell', 'aborted', { resultRecorded: false }],
    ]);
    expect(eventsOf(facts).filter(event => event.event === 'error')).toMatchObject([
      { name: 'turn failed', summary: 'The connection was lost' },
    ]);
  });

  it('that goes on has only its last call open', () => {
    const call = { role: 'assistant', message: { content: [{ type: 'tool_use', name: 'Shell', input: {} }] } };
    const live = readLines(cursorTranscript, linesOf({ role: 'user', message: { content: 'go' } }, call, call));
    const statuses = [...joinSpans(live.facts).values()].filter(span => span.span === 'tool').map(span => span.status);
    expect(statuses).toEqual(['ok', 'open']);
  });

  it('hangs a subagent below the call that gave it its task', () => {
    const sub = readFile(`${folder}/subagents/${SUBAGENT}.jsonl`);
    expect(sub.recognition).toEqual({ agent: 'cursor', session: SESSION, main: false });
    const agent = joinSpans(sub.facts).get(`agent:${SUBAGENT}`);
    expect(agent).toMatchObject({ span: 'agent', status: 'ok', summary: 'Find every place that adds up prices.' });
    expect(agent?.wants).toEqual(tools[0]?.offers);
    expect(turnPrompts(sub.facts)).toEqual([]);
  });

  it('joins results to calls in order, whatever their ids', () => {
    const use = (name: string) => ({ type: 'tool_use', name, input: {} });
    const result = (id: string, more: object = {}) => ({ type: 'tool_result', tool_use_id: id, content: 'x', ...more });
    const { facts: joined } = readLines(
      cursorTranscript,
      linesOf(
        { role: 'user', message: { content: 'go' } },
        { role: 'assistant', message: { content: [use('A'), use('B')] } },
        { role: 'user', message: { content: [result('t1'), result('t2', { is_error: true })] } },
      ),
    );
    const spans = [...joinSpans(joined).values()].filter(span => span.span === 'tool');
    expect(spans.map(span => [span.name, span.status])).toEqual([
      ['A', 'ok'],
      ['B', 'error'],
    ]);
  });

  it('is not taken for other agents’ messages', () => {
    const claim = (...values: readonly unknown[]) =>
      cursorTranscript.recognise({ values, text: '', complete: true }, hintOf('a.jsonl'));
    const message = { role: 'user', message: { content: 'x' } };
    expect(claim(message)).toMatchObject({ agent: 'cursor', session: 'a' });
    expect(claim({ ...message, type: 'user', uuid: 'u' })).toBeUndefined();
    expect(claim({ role: 'user', content: 'x' })).toBeUndefined();
    expect(claim({ type: 'turn_ended', status: 'success' })).toBeUndefined();
  });
});

describe('Cursor files', () => {
  describeDamage(
    cursorTranscript,
    fixturesDir,
    listFiles(fixturesDir, path => path.startsWith('cursor/')),
    3000,
  );
});
