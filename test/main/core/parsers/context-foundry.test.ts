import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { foundryBroadcast } from '../../../../src/main/core/parsers/foundry-broadcast.ts';
import { phaseOf, statusOf } from '../../../../src/main/core/parsers/foundry-build.ts';
import { foundryConversation } from '../../../../src/main/core/parsers/foundry-conversation.ts';
import { foundryObservatory } from '../../../../src/main/core/parsers/foundry-observatory.ts';
import type { DocumentParser, Fact } from '../../../../src/main/core/parsers/parser.ts';
import { recogniseFile } from '../../../../src/main/core/parsers/registry.ts';
import { fixturesDir, hintFor, listFiles } from '../../../builders/corpus.ts';
import { entriesOf, eventsOf, joinSpans, turnPrompts } from '../../../builders/join-facts.ts';
import { hintOf, readDocument, readLines, sampleOf } from '../../../builders/read-units.ts';
import { describeDamage, readTranscript } from '../../../builders/transcripts.ts';

const WRITTEN = Date.UTC(2025, 11, 3, 5, 16, 26) * 1000;

/** Reads a document as if it had been written at WRITTEN. */
function document(path: string): { facts: readonly Fact[]; session: string | undefined } {
  const bytes = readFileSync(join(fixturesDir, 'context-foundry', path));
  const hint = { ...hintOf(path), modifiedUs: WRITTEN };
  const claim = recogniseFile(sampleOf(bytes), hint);
  if (typeof claim !== 'object') throw new Error(`${path} is claimed by no parser`);
  const { facts, records } = readDocument(claim.parser as DocumentParser, bytes, hint);
  return { facts, session: records[0]?.session };
}

const spansOf = (facts: readonly Fact[]) =>
  [...joinSpans(facts).values()].filter(span => span.span === 'phase').map(span => [span.name, span.status]);
const rootOf = (facts: readonly Fact[]) => joinSpans(facts).get('session');

describe('current-phase.json', () => {
  it('with snake_case tells the phases that are done and the one at work', () => {
    const { facts, session } = document('bookshop/.context-foundry/current-phase.json');
    expect(session).toBe('build:bookshop');
    expect(spansOf(facts)).toEqual([
      ['Scout', 'ok'],
      ['Architect', 'ok'],
      ['Builder', 'ok'],
      ['Test', 'open'],
    ]);
  });

  it('takes its time from the file; what the model wrote down is a claim', () => {
    const { facts } = document('bookshop/.context-foundry/current-phase.json');
    const test = joinSpans(facts).get('phase:test');
    expect(test).toMatchObject({ startUs: WRITTEN, summary: '2 of 14 tests fail: fixing' });
    expect(test?.attrs).toMatchObject({
      claimedStart: '2025-01-13T10:00:00Z',
      claimedUpdate: '2025-01-13T10:45:00Z',
      claimedNumber: '4/7',
      testIteration: 2,
    });
  });

  it('that says completed ends the phase, not the session', () => {
    const { facts } = document('weather/.context-foundry/current-phase.json');
    expect(spansOf(facts)).toEqual([['Scout', 'ok']]);
    expect(joinSpans(facts).get('phase:scout')?.endUs).toBe(WRITTEN);
    expect(rootOf(facts)).toBeUndefined();
  });

  it.each([
    ['wrapped in PhaseInfo', 'arena', ['Builder', 'open']],
    ['with the first keys and other words', 'sleep', ['Documentation', 'open']],
  ])('%s is read alike', (_name, folder, phase) => {
    const { facts } = document(`${folder}/.context-foundry/current-phase.json`);
    expect(spansOf(facts)).toEqual([phase]);
    expect(facts).toContainEqual({ kind: 'session', session: `build:${folder}`, project: folder });
  });
});

describe('names and words', () => {
  it.each([
    ['Deployer', 'Deploy'],
    ['phase_scout', 'Scout'],
    ['docs', 'Documentation'],
    ['GitHub', 'GitHub Integration'],
    ['self-healing', 'Test Loop'],
    ['Something New', 'Something New'],
  ])('%s is the phase %s', (said, name) => {
    expect(phaseOf(said)?.name).toBe(name);
  });

  it.each([
    ['Analyzing', 'open'],
    ['in_progress', 'open'],
    ['completed', 'ok'],
    ['tests_failed_max_iterations', 'error'],
    ['waiting', 'unknown'],
    [undefined, 'unknown'],
  ])('%s is %s', (said, status) => {
    expect(statusOf(said)).toBe(status);
  });
});

describe('session-summary.json', () => {
  it('as a report tells the task, the phases and how the build ended', () => {
    const { facts, session } = document('bookshop/.context-foundry/session-summary.json');
    expect(session).toBe('build:bookshop');
    expect(turnPrompts(facts).map(prompt => prompt.summary)).toEqual(['Build a web shop for books with a cart']);
    expect(rootOf(facts)).toMatchObject({
      status: 'error',
      attrs: { filesCreated: 3, filesModified: 1, testIterations: 3 },
    });
    expect(eventsOf(facts).filter(event => event.event === 'error')).toHaveLength(1);
  });

  it('as an account tells each phase with its time, in the zone that the file’s own time gives away', () => {
    const { facts } = document('weather/.context-foundry/session-summary.json');
    const spans = joinSpans(facts);
    expect(spans.get('phase:scout')).toMatchObject({ endUs: WRITTEN, startUs: WRITTEN - 95_500_000, status: 'ok' });
    // Rerun phases keep their own times, which may go backwards.
    expect(spans.get('phase:builder')).toMatchObject({ endUs: WRITTEN - 146_000_000, status: 'error' });
    expect(spans.get('phase:builder')?.attrs).toMatchObject({ tokensUsed: 226_000, contextPercent: 113, exitCode: 1 });
    expect([...spans.values()].filter(span => span.usage !== undefined)).toEqual([]);
  });
});

describe('the other documents of a build', () => {
  it('phase-status.json: what waits has not begun', () => {
    const { facts } = document('weather/.context-foundry/phase-status.json');
    expect(spansOf(facts)).toEqual([
      ['Scout', 'ok'],
      ['Architect', 'open'],
      ['Builder', 'unknown'],
    ]);
  });

  it('phase-prompts: the prompt as it was sent, below its phase, counting nothing', () => {
    const { facts, session } = document('weather/.context-foundry/phase-prompts/scout-prompt.json');
    expect(session).toBe('build:weather');
    expect(eventsOf(facts)).toMatchObject([{ name: 'phase prompt', summary: 'Look at the project and its tests.' }]);
    expect(turnPrompts(facts)).toEqual([]);
    expect(entriesOf(facts).map(entry => entry.entry)).toEqual(['system', 'prompt']);
    expect(joinSpans(facts).get('phase:scout')).toMatchObject({ status: 'ok', attrs: { wasEdited: true } });
    expect(joinSpans(facts).get('phase:scout')?.usage).toBeUndefined();
  });

  it('state.json: the session that it names, its task, where its loop stands', () => {
    const { facts, session } = document('checkpoints/ralph/bookshop-1/state.json');
    expect(session).toBe('bookshop-1');
    expect(spansOf(facts)).toEqual([
      ['Scout', 'ok'],
      ['Architect', 'open'],
    ]);
    expect(rootOf(facts)?.status).toBeUndefined();
    expect(turnPrompts(facts).map(prompt => prompt.summary)).toEqual(['Add a wish list']);
    expect(eventsOf(facts).filter(event => event.event === 'error')).toMatchObject([
      { summary: 'The migration failed' },
    ]);
  });

  it('half written, of wrong types or of none say so and throw nothing', () => {
    for (const path of listFiles(join(fixturesDir, 'context-foundry'), file => file.endsWith('.json'))) {
      const { parser } = readTranscript(join(fixturesDir, 'context-foundry'), path);
      if (parser.unit !== 'document') throw new Error(`${path} is no document`);
      const bytes = readFileSync(join(fixturesDir, 'context-foundry', path));
      const recognition = { agent: 'context-foundry', session: null, main: false };
      const half = parser.parseDocument(bytes.subarray(0, bytes.length / 2), hintOf(path), recognition);
      expect(half.facts).toEqual([]);
      expect(half.records[0]?.rejected).toBe('not a whole JSON object');
      const fields = JSON.parse(bytes.toString()) as Record<string, unknown>;
      for (const name of Object.keys(fields))
        for (const stray of [null, 7, 'x', [], {}, [[]], true, { x: { y: 1 } }]) {
          const damaged = { ...fields, [name]: stray };
          const unit = parser.parseDocument(
            new TextEncoder().encode(JSON.stringify(damaged)),
            hintOf(path),
            recognition,
          );
          expect(unit.records).toHaveLength(1);
          for (const entry of entriesOf(unit.facts)) expect(parser.content(damaged)[entry.block]).toBeDefined();
        }
    }
  });
});

describe('a conversation', () => {
  const [path = ''] = listFiles(fixturesDir, file => /conversation-.*\.jsonl$/.test(file));
  const { facts, recognition } = readLines(
    foundryConversation,
    readFileSync(join(fixturesDir, path)),
    hintFor(fixturesDir, path),
  );
  const spans = joinSpans(facts);

  it('is its task’s, and holds runs: two beginnings in a row are one, the last one goes on', () => {
    expect(recognition).toMatchObject({ session: '5dc1e0a3-8d7e-4b5f-9f0e-0f8a8a1d2c33', main: true });
    const runs = [...spans.values()].filter(span => span.span === 'agent');
    expect(runs.map(run => [run.name, run.status, run.usage?.input, run.attrs?.['exitCode']])).toEqual([
      ['Run 1', 'ok', 21_000, 0],
      ['Run 2', 'error', 9000, 1],
      ['Run 3', 'open', undefined, undefined],
    ]);
  });

  it('joins calls to results, tells which were cut, leaves the last one open', () => {
    expect(spans.get('toolu_1')).toMatchObject({ name: 'Read', status: 'ok', attrs: { outputCut: true } });
    expect(spans.get('toolu_2')).toMatchObject({ summary: 'pytest -q', status: 'error' });
    expect(spans.get('toolu_1')?.parent).toBe(spans.get('toolu_2')?.parent);
    expect(spans.get('toolu_4')?.status).toBe('open');
  });

  it('does not show a result again that was the last answer', () => {
    const notices = entriesOf(facts).filter(entry => entry.entry === 'notice' && entry.key.startsWith('event@'));
    expect(notices).toEqual([]);
    expect(entriesOf(facts).filter(entry => entry.entry === 'error')).toHaveLength(1);
  });
});

describe('events', () => {
  it('of the broadcaster give a phase for each visit, in the order of the file', () => {
    const path = 'context-foundry/logs/events/bookshop-1/events.jsonl';
    const { facts, recognition } = readLines(foundryBroadcast, readFileSync(join(fixturesDir, path)), hintOf(path));
    expect(recognition.session).toBe('bookshop-1');
    expect([...joinSpans(facts).values()].map(span => [span.key, span.status, span.attrs?.['contextPercent']])).toEqual(
      [
        ['phase:scout', 'ok', 12.5],
        ['phase:architect', 'ok', 13],
        ['phase:builder', 'ok', 113.9],
        ['phase:scout:2', 'ok', 2],
        ['session', 'ok', undefined],
      ],
    );
  });

  it('of the observatory belong to the sessions that they name; agents carry tokens and cost', () => {
    const path = 'context-foundry/observatory/events-2026-02-03.jsonl';
    const { facts, recognition, records } = readLines(
      foundryObservatory,
      readFileSync(join(fixturesDir, path)),
      hintOf(path),
    );
    expect(recognition.session).toBeNull();
    expect(new Set(records.map(record => record.session)).size).toBe(2);
    const agents = [...joinSpans(facts).values()].filter(span => span.span === 'agent');
    expect(agents.map(agent => [agent.name, agent.status, agent.parent, agent.attrs?.['costUsd']])).toEqual([
      ['scout', 'ok', 'task:T1.1', 0.21],
      ['builder', 'error', 'task:T1.1', 0.9],
    ]);
    expect(agents[0]?.usage).toMatchObject({ input: 1200, output: 800, cacheRead: 64_000, cacheCreation: 20_000 });
  });
});

describe.each([
  { parser: foundryConversation, name: /conversation-/ },
  { parser: foundryBroadcast, name: /\/events\.jsonl$/ },
  { parser: foundryObservatory, name: /observatory/ },
])('files of $parser.id', ({ parser, name }) => {
  const files = listFiles(fixturesDir, file => /^context-foundry\/.*\.jsonl$/.test(file) && name.test(file));
  describeDamage(parser, fixturesDir, files, 2000);
});
