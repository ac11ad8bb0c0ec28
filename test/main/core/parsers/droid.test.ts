import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { droidSession } from '../../../../src/main/core/parsers/droid.ts';
import { droidSettings } from '../../../../src/main/core/parsers/droid-settings.ts';
import { fixturesDir, hintFor, listFiles } from '../../../builders/corpus.ts';
import { entriesOf, eventsOf, joinSpans, turnPrompts } from '../../../builders/join-facts.ts';
import { hintOf, linesOf, readDocument, readLines } from '../../../builders/read-units.ts';
import { describeDamage } from '../../../builders/transcripts.ts';

const SESSION = '0b6f2c1e-5a0d-4b7e-9d53-6f1f8f5a2c11';
const path = `droid/sessions/-home-demo-shop/${SESSION}.jsonl`;
const bytes = readFileSync(join(fixturesDir, path));
const settingsPath = path.replace('.jsonl', '.settings.json');
const second = (s: number): number => Date.UTC(2026, 1, 3, 9, 10, s) * 1000;

describe('a Droid session', () => {
  const { facts, recognition } = readLines(droidSession, bytes, hintFor(fixturesDir, path));
  const spans = joinSpans(facts);

  it('is its header’s: id, directory, title', () => {
    expect(recognition).toEqual({ agent: 'droid', session: SESSION, main: true });
    expect(facts[0]).toEqual({
      kind: 'session',
      cwd: '/home/demo/shop',
      project: 'shop',
      title: { source: 'ai', text: 'Order total off by one' },
    });
  });

  it('gives each message of the model as a response, from its last input to its own time', () => {
    expect(spans.get('m2')).toMatchObject({
      span: 'llm',
      parent: 'session',
      turn: 'm1',
      startUs: second(0),
      endUs: second(3),
      status: 'ok',
      summary: 'I will look at it.',
    });
    expect(spans.get('m4')).toMatchObject({ startUs: second(5), endUs: second(8), summary: 'Edit' });
  });

  it('joins calls and results: what failed, its exit code, what never came back', () => {
    expect(spans.get('call_1')).toMatchObject({ span: 'tool', name: 'Read', parent: 'm2', status: 'ok' });
    expect(spans.get('call_2')).toMatchObject({
      summary: 'pytest -q',
      status: 'error',
      startUs: second(3),
      endUs: second(5),
      attrs: { exitCode: 1 },
    });
    expect(spans.get('call_4')).toMatchObject({ status: 'open' });
    expect(entriesOf(facts).filter(entry => entry.key === 'call_1')).toHaveLength(2);
  });

  it('begins a turn with what the user typed, not with reminders', () => {
    expect(turnPrompts(facts).map(prompt => prompt.summary)).toEqual([
      'Fix the total of an order',
      'Run the tests again',
    ]);
    expect(eventsOf(facts).filter(event => event.event === 'compaction')).toHaveLength(1);
  });

  it('shows edits as diffs, commands as commands', () => {
    const lines = bytes.toString().trim().split('\n');
    const blocks = lines.flatMap(line => droidSession.content(JSON.parse(line)));
    expect(blocks.filter(block => block.kind === 'tool-call')).toMatchObject([
      { name: 'Read' },
      { command: 'pytest -q' },
      { diffs: [{ path: '/home/demo/shop/order.py', change: 'update' }] },
      { command: 'pytest -q' },
    ]);
  });

  it('that holds something else is kept as unknown', () => {
    const { records } = readLines(
      droidSession,
      linesOf({ type: 'session_start', id: 's', cwd: '/a' }, { type: 'teleport' }, 7),
    );
    expect(records.map(record => [record.type, record.known, record.rejected])).toEqual([
      ['session_start', true, undefined],
      ['teleport', false, undefined],
      ['other', false, 'not a JSON object'],
    ]);
  });
});

describe('the settings beside a Droid session', () => {
  const hint = { ...hintOf(settingsPath), modifiedUs: second(40) };
  const read = (value: unknown) => readDocument(droidSettings, new TextEncoder().encode(JSON.stringify(value)), hint);

  it('tell the session’s tokens, all together, and its model', () => {
    const { facts } = readDocument(droidSettings, readFileSync(join(fixturesDir, settingsPath)), hint);
    expect(facts).toEqual([
      { kind: 'session', session: SESSION, model: 'claude-sonnet-4-5-20250929' },
      expect.objectContaining({
        session: SESSION,
        key: 'usage:session',
        endUs: second(40),
        model: 'claude-sonnet-4-5-20250929',
        usage: {
          input: 412,
          output: 655,
          cacheRead: 51_400,
          cacheCreation: 18_200,
          cacheCreation1h: 0,
          reasoning: 120,
        },
      }),
    ]);
  });

  it('of no tokens make no span', () => {
    expect(read({ tokenUsage: {}, model: 'm' }).facts).toEqual([{ kind: 'session', session: SESSION, model: 'm' }]);
  });

  it('leave out what subagents used: their own sessions tell it', () => {
    const used = { inputTokens: 5, outputTokens: 1 };
    const { facts } = read({ tokenUsage: used, inclusiveTokenUsage: { inputTokens: 500, outputTokens: 100 } });
    expect(joinSpans(facts).get('usage:session')?.usage).toMatchObject({ input: 5, output: 1 });
  });

  it('that are half written say so, and are nothing under another name', () => {
    const unit = droidSettings.parseDocument(new TextEncoder().encode('{"tokenUsage":{"inp'), hint, {
      agent: 'droid',
      session: SESSION,
      main: false,
    });
    expect(unit.facts).toEqual([]);
    expect(unit.records[0]?.rejected).toBe('not a whole JSON object');
    const sample = { values: [{ tokenUsage: {} }], text: '{"tokenUsage":{}}', complete: true };
    expect(droidSettings.recognise(sample, hintOf('settings.json'))).toBeUndefined();
    expect(droidSettings.recognise(sample, hintOf('a.settings.json'))).toMatchObject({ session: 'a' });
  });
});

describe('Droid files', () => {
  const files = listFiles(fixturesDir, file => /^droid\/.*\.jsonl$/.test(file));
  describeDamage(droidSession, fixturesDir, files, 3000);
});
