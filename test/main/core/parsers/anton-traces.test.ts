import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { antonTraces } from '../../../../src/main/core/parsers/anton.ts';
import { antonContent } from '../../../../src/main/core/parsers/anton-content.ts';
import type { EntryFact, Fact } from '../../../../src/main/core/parsers/parser.ts';
import { isoToUs } from '../../../../src/shared/base/time.ts';
import { ROOT_SPAN } from '../../../../src/shared/model/ids.ts';
import { fixturesDir, hintFor, listFiles } from '../../../builders/corpus.ts';
import {
  countedResponses,
  entriesOf,
  eventsOf,
  joinSpans,
  spansOfKind,
  turnPrompts,
} from '../../../builders/join-facts.ts';
import { hintOf, linesOf, readLines, type ReadResult } from '../../../builders/read-units.ts';

const RUN_A = 'run-20251118_141203';
const RUN_B = 'run-20251118_150510';
const TRACE = '9f1c6a52-03c4-4b8e-8d5e-2f6a1d7c9e10';

function readFixture(set: string, name: string): ReadResult {
  const dir = join(fixturesDir, 'anton', set);
  const relPath = `bookshop/.modular-agents/traces/${name}`;
  return readLines(antonTraces, readFileSync(join(dir, relPath)), hintFor(dir, relPath));
}

/** Every trace file of a set, read in the order of their names or backwards. */
function readSet(set: string, backwards = false): readonly Fact[] {
  const names = listFiles(join(fixturesDir, 'anton', set), path => path.endsWith('.jsonl')).map(path =>
    path.split('/').at(-1),
  );
  if (backwards) names.reverse();
  return names.flatMap(name => readFixture(set, name ?? '').facts);
}

function inSession(facts: readonly Fact[], session: string): readonly Fact[] {
  return facts.filter(fact => fact.session === session);
}

/** Entries as the writer joins them: a weak one only where there is none. */
function conversation(facts: readonly Fact[], thread?: string): readonly EntryFact[] {
  const entries = new Map<string, EntryFact>();
  for (const entry of entriesOf(facts))
    if (entry.weak !== true || !entries.has(entry.key)) entries.set(entry.key, entry);
  return [...entries.values()].filter(entry => entry.thread === thread).sort((a, b) => a.order - b.order);
}

describe('old Anton traces', () => {
  const facts = readSet('old');

  it('group files by the pauses between them: two runs, named for their first file', () => {
    expect(new Set(facts.map(fact => fact.session))).toEqual(new Set([RUN_A, RUN_B]));
  });

  it('keep a run the same whatever comes after it', () => {
    const first = 'orchestrator_20251118_141203.jsonl';
    const line = readFileSync(join(fixturesDir, 'anton/old/bookshop/.modular-agents/traces', first));
    for (const siblings of [
      [],
      ['module_api_20251118_144202.jsonl'],
      ['module_api_20251119_000000.jsonl', 'trace_summary.json'],
    ])
      expect(readLines(antonTraces, line, hintOf(first, siblings)).recognition.session).toBe(RUN_A);
  });

  it('begin a new run after more than thirty minutes, and not before', () => {
    const bytes = readFileSync(
      join(fixturesDir, 'anton/old/bookshop/.modular-agents/traces/module_api_20251118_150530.jsonl'),
    );
    const sessionAfter = (stamp: string): string | null =>
      readLines(antonTraces, bytes, hintOf('module_api_20251118_150530.jsonl', [`orchestrator_${stamp}.jsonl`]))
        .recognition.session;
    expect(sessionAfter('20251118_143530')).toBe('run-20251118_143530');
    expect(sessionAfter('20251118_143529')).toBe('run-20251118_150530');
  });

  it('make one model call of each record and one agent of each name, modules below the orchestrator', () => {
    const run = inSession(facts, RUN_A);
    expect(spansOfKind(run, 'llm')).toHaveLength(7);
    const agents = spansOfKind(run, 'agent').map(({ key, parent, name }) => [key, parent, name]);
    expect(agents).toHaveLength(3);
    expect(agents).toEqual(
      expect.arrayContaining([
        ['agent:module_api', 'agent:orchestrator', 'module_api'],
        ['agent:module_catalog', 'agent:orchestrator', 'module_catalog'],
        ['agent:orchestrator', ROOT_SPAN, 'orchestrator'],
      ]),
    );
    const calls = spansOfKind(run, 'llm').map(call => [call.parent, call.attrs?.['agentName']]);
    expect(calls.filter(([parent, name]) => parent === `agent:${String(name as string)}`)).toHaveLength(7);
  });

  it('take the stamp as the end, and end minus duration as the start', () => {
    const call = joinSpans(facts).get('old:orchestrator_20251118_141340:1');
    expect(call?.endUs).toBe(isoToUs('2025-11-18T14:13:40.120455Z'));
    expect(call?.startUs).toBe(isoToUs('2025-11-18T14:13:35.809955Z'));
  });

  it('hide what Anton does not know: provider and model "unknown", a missing duration', () => {
    const call = joinSpans(facts).get('old:module_api_20251118_150530:1');
    expect(call?.attrs).toEqual({ agentName: 'module_api' });
    expect(call).not.toHaveProperty('model');
    expect(call?.startUs).toBe(call?.endUs);
  });

  it('show a failed call as an error, in the graph and in the conversation', () => {
    expect(joinSpans(facts).get('old:module_api_20251118_141258:1')?.status).toBe('error');
    const errors = eventsOf(facts).filter(event => event.event === 'error');
    expect(errors.map(event => event.summary)).toEqual(['Request timed out.']);
  });

  it('begin a turn with each message to the orchestrator, and name the session for the first', () => {
    expect(turnPrompts(inSession(facts, RUN_A)).map(prompt => prompt.summary?.slice(0, 20))).toEqual([
      'Decompose the follow',
      'All subtasks are don',
    ]);
    expect(turnPrompts(inSession(facts, RUN_B))).toHaveLength(1);
    const titles = inSession(facts, RUN_A).flatMap(fact => (fact.kind === 'session' ? (fact.title?.text ?? []) : []));
    expect(new Set(titles).size).toBe(1);
    expect(titles[0]).toMatch(/Add a \/books\/search endpoint/);
  });

  it.each([
    ['in order', false],
    ['newest first', true],
  ])('say each message once and in its place, though every record repeats them, read %s', (_name, backwards) => {
    const run = inSession(readSet('old', backwards), RUN_A);
    const kinds = (thread?: string): readonly string[] => conversation(run, thread).map(entry => entry.entry);
    expect(kinds()).toEqual(['system', 'prompt', 'answer', 'prompt', 'answer']);
    expect(kinds('agent:module_api')).toEqual(['system', 'prompt', 'error', 'prompt', 'answer']);
    // Two rounds, a piece of context with its canned reply in between, a third round.
    expect(kinds('agent:module_catalog')).toEqual([
      'system',
      'prompt',
      'answer',
      'system',
      'answer',
      'prompt',
      'answer',
      'prompt',
      'answer',
    ]);
  });

  it('point each entry at the block that holds its words', () => {
    const name = 'module_catalog_20251118_141405.jsonl';
    const path = join(fixturesDir, 'anton/old/bookshop/.modular-agents/traces', name);
    const values = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as unknown);
    const { units } = readFixture('old', name);
    const last = units[1]?.facts.filter(fact => fact.kind === 'entry') ?? [];
    expect(last.map(entry => antonContent(values[1])[entry.block])).toEqual([
      { kind: 'prompt', parts: [{ kind: 'text', text: 'Name the constant MAX_PAGE_SIZE.' }] },
      {
        kind: 'answer',
        parts: [{ kind: 'text', text: expect.stringContaining('constant moved to the top') as string }],
      },
    ]);
  });

  it('name the project for the folder that holds .modular-agents', () => {
    expect(facts.filter(fact => fact.kind === 'session' && fact.project !== undefined)).toHaveLength(8);
    expect(facts).toContainEqual({ kind: 'session', session: RUN_A, project: 'bookshop' });
  });
});

describe('new Anton traces', () => {
  const facts = inSession(readSet('new'), TRACE);

  it('keep the recorded tree: null and the trace id are the session, a phase without a record stays the parent', () => {
    const parents = [...joinSpans(facts).values()]
      .filter(span => span.span !== 'agent')
      .map(span => [span.key, span.parent] as const);
    expect(new Map(parents)).toEqual(
      new Map([
        ['b1e0c5a47f10', ROOT_SPAN],
        ['b1e0c5a47f11', ROOT_SPAN],
        ['d0a1b2c30001', '5a7e00000001'],
        ['d0a1b2c30002', 'd0a1b2c30001'],
        ['d0a1b2c30003', '5a7e00000001'],
        ['d0a1b2c30004', 'd0a1b2c30003'],
        ['d0a1b2c30005', 'd0a1b2c30003'],
        ['d0a1b2c30006', '5a7e00000001'],
        ['e5f600000001', ROOT_SPAN],
        ['e5f600000002', ROOT_SPAN],
        ['e5f600000003', 'e5f600000002'],
      ]),
    );
  });

  it('count tokens as reported: 1840+2412+1500+1702+2480+0+1310 in, 212+96+80+640+150+0+120 out', () => {
    expect(countedResponses(facts)).toMatchObject({ count: 7, usage: { input: 11_244, output: 1298, cacheRead: 0 } });
  });

  it('tell cost, provider and agent of a call', () => {
    expect(joinSpans(facts).get('b1e0c5a47f10')).toMatchObject({
      name: 'claude-sonnet-4-20250514',
      model: 'claude-sonnet-4-20250514',
      attrs: { agentName: 'orchestrator', provider: 'claude', costUsd: 0.0087 },
      status: 'ok',
    });
  });

  it('take the stamp as the start: the tools of a call run inside or after it', () => {
    const call = joinSpans(facts).get('d0a1b2c30001');
    expect([call?.startUs, call?.endUs]).toEqual([isoToUs('2025-11-30T10:00:03Z'), isoToUs('2025-11-30T10:00:05.5Z')]);
  });

  it('show tools with result, and failures with their reason', () => {
    const tools = spansOfKind(facts, 'tool').map(({ name, status, summary }) => [name, status, summary]);
    expect(tools).toContainEqual(['run_tests', 'error', 'pytest tests/database -q']);
    expect(tools.filter(([, status]) => status === 'ok')).toHaveLength(3);
    expect(joinSpans(facts).get('e5f600000001')).toMatchObject({
      status: 'error',
      summary: 'Error code: 529 - overloaded_error',
    });
  });

  it('add the answer to a history that does not repeat it, and take it as said in the next record', () => {
    expect(conversation(facts).map(entry => entry.entry)).toEqual(['system', 'prompt', 'answer', 'prompt', 'answer']);
    expect(conversation(facts, 'agent:module_api').map(entry => entry.entry)).toEqual([
      'prompt',
      'error',
      'answer',
      'tool',
    ]);
  });

  it('keep the traces of one file apart', () => {
    const { facts: both } = readFixture('new', 'orchestrator_20251130_095959.jsonl');
    const other = inSession(both, '44d0b7aa-9d3f-4c55-a9a1-0a52f1c9be77');
    expect(spansOfKind(other, 'llm')).toHaveLength(1);
    expect(conversation(other).map(entry => entry.entry)).toEqual(['system', 'prompt', 'answer']);
  });
});

describe('sketched Anton traces', () => {
  const { facts, records } = readFixture('sketch', 'orchestrator_20251202_080000.jsonl');

  it('begin and end agents, and hang calls below the agent that runs', () => {
    const spans = [...joinSpans(facts).values()].map(({ key, span, parent, status }) => [key, span, parent, status]);
    expect(spans).toEqual([
      ['aa01', 'agent', ROOT_SPAN, 'ok'],
      ['aa02', 'llm', 'aa01', 'ok'],
      ['aa03', 'agent', 'aa01', 'error'],
      ['aa04', 'llm', 'aa03', 'ok'],
      ['aa05', 'tool', 'aa04', 'ok'],
    ]);
    expect(joinSpans(facts).get('aa03')).toMatchObject({
      startUs: isoToUs('2025-12-02T08:00:02.5Z'),
      endUs: isoToUs('2025-12-02T08:00:04Z'),
    });
  });

  it('keep an event of an unknown type', () => {
    expect(records.map(({ type, known }) => [type, known]).at(-1)).toEqual(['heartbeat', false]);
  });

  it('talk in the thread of the agent', () => {
    expect(conversation(facts, 'aa03').map(entry => entry.entry)).toEqual(['prompt', 'answer', 'tool', 'error']);
    expect(turnPrompts(facts).map(prompt => prompt.summary)).toEqual(['Task: Find out why the search is slow.']);
  });
});

describe('any Anton trace', () => {
  const files = listFiles(join(fixturesDir, 'anton'), path => path.endsWith('.jsonl') && path.includes('/traces/'));

  it.each(files)('gives the same facts however it was cut while it grew: %s', relPath => {
    const bytes = readFileSync(join(fixturesDir, 'anton', relPath));
    const hint = hintFor(join(fixturesDir, 'anton'), relPath);
    const whole = readLines(antonTraces, bytes, hint);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), cuts => {
        const cut = readLines(antonTraces, bytes, hint, cuts);
        expect(cut.facts).toEqual(whole.facts);
        expect(cut.records).toEqual(whole.records);
      }),
      { numRuns: 30 },
    );
  });

  it('reads two records that share a line as two calls', () => {
    const line = readFileSync(
      join(fixturesDir, 'anton/old/bookshop/.modular-agents/traces/orchestrator_20251118_141203.jsonl'),
      'utf8',
    );
    const glued = new TextEncoder().encode(`${line.trim()}${line.trim()}\n`);
    expect(
      spansOfKind(readLines(antonTraces, glued, hintOf('x_20251118_141203.jsonl')).facts, 'llm').map(span => span.key),
    ).toEqual(['old:x_20251118_141203:1', 'old:x_20251118_141203:1.1']);
  });

  it('shows a conversation that was begun anew again from its start', () => {
    const record = (messages: readonly unknown[], response: string): unknown => ({
      timestamp: '2025-11-18T14:00:00',
      agent_name: 'orchestrator',
      messages,
      response,
    });
    const ask = { role: 'user', content: 'Plan.' };
    const { units } = readLines(
      antonTraces,
      linesOf(
        record([ask, { role: 'assistant', content: 'One.' }], 'One.'),
        record([ask, { role: 'assistant', content: 'Two.' }], 'Two.'),
      ),
      hintOf('orchestrator_20251118_140000.jsonl'),
    );
    // The same question and another answer: only the answer is new.
    expect(units.map(unit => entriesOf(unit.facts).map(entry => entry.entry))).toEqual([
      ['prompt', 'answer'],
      ['answer'],
    ]);
  });

  it('goes on after a history that lost its beginning', () => {
    const say = (role: string, content: string): unknown => ({ role, content });
    const record = (messages: readonly unknown[]): unknown => ({
      timestamp: '2025-11-18T14:00:00',
      agent_name: 'module_a',
      messages,
      response: '',
    });
    const talk = ['a', 'b', 'c', 'd', 'e', 'f'].map((text, index) => say(index % 2 === 0 ? 'user' : 'assistant', text));
    const { units } = readLines(
      antonTraces,
      linesOf(record(talk.slice(0, 4)), record(talk.slice(2, 6))),
      hintOf('m.jsonl'),
    );
    expect(entriesOf(units[1]?.facts ?? []).map(entry => entry.block)).toEqual([2, 3]);
  });

  it('never throws, whatever a record holds', () => {
    const names = [
      'timestamp',
      'agent_name',
      'span_type',
      'event_type',
      'trace_id',
      'span_id',
      'parent_id',
      'messages',
      'response',
      'tokens',
      'duration_ms',
      'data',
      'tool_name',
      'parameters',
      'result',
      'success',
      'error',
      'model',
      'provider',
      'system_prompt',
    ];
    const words = fc.constantFrom(
      'llm_call',
      'tool_call',
      'agent_start',
      'agent_end',
      'orchestrator',
      '__proto__',
      '2025-11-30T10:00:00',
      '',
    );
    const field = fc.oneof(
      words,
      fc.jsonValue({ maxDepth: 3 }),
      fc.array(fc.record({ role: words, content: fc.jsonValue() })),
    );
    const value = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...names), field, { noNullPrototype: true }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 6 }), values => {
        const state = antonTraces.begin({ agent: 'anton', session: null, main: false }, hintOf('a/b.jsonl'));
        for (const [index, one] of values.entries()) {
          const unit = antonTraces.parse(
            state,
            one,
            { line: index + 1, offset: index * 100, length: 100 },
            hintOf('a/b.jsonl'),
          );
          expect(unit.records).toHaveLength(1);
          const blocks = antonTraces.content(one).length;
          for (const fact of unit.facts) expect(fact.session).toBeDefined();
          for (const entry of entriesOf(unit.facts)) expect(entry.block).toBeLessThan(blocks);
        }
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      }),
      { numRuns: 500 },
    );
  });
});
