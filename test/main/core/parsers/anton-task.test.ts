import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  antonCheckpoint,
  antonProgress,
  antonRetries,
  antonRetryHistory,
  antonTraceSummary,
} from '../../../../src/main/core/parsers/anton.ts';
import type { DocumentParser, Fact } from '../../../../src/main/core/parsers/parser.ts';
import { isoToUs } from '../../../../src/shared/base/time.ts';
import { ROOT_SPAN } from '../../../../src/shared/model/ids.ts';
import { fixturesDir, hintFor } from '../../../builders/corpus.ts';
import { entriesOf, eventsOf, joinSpans, spansOfKind, turnPrompts } from '../../../builders/join-facts.ts';
import { hintOf, linesOf, readDocument, readLines, sampleOf, type ReadResult } from '../../../builders/read-units.ts';

const TASK = 'task_20251130_0a4f';
const DESCRIPTION = "Store prices in cents instead of floats, and keep the API's JSON as it is.";
const taskDir = join(fixturesDir, 'anton/task');
const places = {
  phase0: `bookshop/.modular-agents/checkpoints/${TASK}/checkpoint_phase0_4f1d2c3b.json`,
  phase1: `bookshop/.modular-agents/checkpoints/${TASK}/checkpoint_phase1_9a8b7c6d.json`,
  list: `bookshop/.modular-agents/checkpoints/${TASK}/metadata.json`,
  progress: `bookshop/.modular-agents/progress/${TASK}.json`,
  retries: `bookshop/.modular-agents/retries/${TASK}_retries.jsonl`,
  history: `bookshop/.modular-agents/retries/${TASK}_api-1_history.json`,
};

function bytesOf(place: keyof typeof places): Uint8Array {
  return readFileSync(join(taskDir, places[place]));
}

function readDoc(parser: DocumentParser, place: keyof typeof places): ReadResult {
  return readDocument(parser, bytesOf(place), hintFor(taskDir, places[place]));
}

function outline(facts: readonly Fact[]): readonly unknown[] {
  const phases = [...spansOfKind(facts, 'phase')].sort((a, b) => a.key.localeCompare(b.key));
  return phases.map(({ key, parent, name, status }) => [key, parent, name, status]);
}

describe('an Anton checkpoint', () => {
  const { facts, records } = readDoc(antonCheckpoint, 'phase0');

  it('belongs to the session of its task and says what the task is', () => {
    expect(new Set(facts.map(fact => fact.session))).toEqual(new Set([TASK]));
    expect(facts).toContainEqual({ kind: 'session', session: TASK, project: 'bookshop' });
    expect(facts).toContainEqual({ kind: 'session', session: TASK, title: { source: 'prompt', text: DESCRIPTION } });
    expect(turnPrompts(facts).map(prompt => prompt.summary)).toEqual([DESCRIPTION]);
    expect(records).toEqual([
      {
        at: { line: 1, offset: 0, length: bytesOf('phase0').length },
        type: 'checkpoint',
        known: true,
        timeUs: isoToUs('2025-11-30T10:01:30Z'),
        session: TASK,
      },
    ]);
  });

  it('shows the plan as phases with their subtasks, and how far they are', () => {
    expect(outline(facts)).toEqual([
      ['phase:0', ROOT_SPAN, 'Phase 1', 'ok'],
      ['phase:1', ROOT_SPAN, 'Phase 2', 'open'],
      ['phase:2', ROOT_SPAN, 'Phase 3', 'unknown'],
      ['subtask:api-1', 'phase:1', 'Serialise price_cents as a decimal text', 'open'],
      ['subtask:database-1', 'phase:0', 'database-1', 'ok'],
      ['subtask:database-2', 'phase:0', 'database-2', 'ok'],
      ['subtask:docs-1', 'phase:2', 'Describe the money type in docs/api.md', 'unknown'],
      ['subtask:web-1', 'phase:2', 'Show prices from the API as they come', 'unknown'],
    ]);
  });

  it('keeps the name of a subtask that the next checkpoint knows by its id only', () => {
    const both = [...facts, ...readDoc(antonCheckpoint, 'phase1').facts];
    expect(joinSpans(both).get('subtask:api-1')).toMatchObject({
      name: 'Serialise price_cents as a decimal text',
      status: 'error',
      summary: 'tests/api/test_books.py: 2 failed',
      attrs: { module: 'api', dependsOn: ['database-1'], testsPassed: false },
    });
    expect(joinSpans(both).get('phase:1')?.status).toBe('error');
  });

  it('is an event at its phase, with the files that changed as events at their subtasks', () => {
    const events = eventsOf(facts).map(({ event, name, span, summary }) => [event, name, span, summary]);
    expect(events).toEqual([
      ['prompt', 'task', undefined, DESCRIPTION],
      ['file-change', 'create', 'subtask:database-1', 'migrations/0007_price_cents.py'],
      ['file-change', 'modify', 'subtask:database-1', 'src/database/models.py'],
      ['file-change', 'modify', 'subtask:database-2', 'src/database/seed.py'],
      ['checkpoint', 'checkpoint', 'phase:0', 'Phase 1 of 3: 2 subtasks done, 3 to go'],
    ]);
  });

  it('has the conversation of each agent, the same message by the same key in the next checkpoint', () => {
    const threads = (of: readonly Fact[]): readonly unknown[] =>
      entriesOf(of).flatMap(entry => (entry.thread === undefined ? [] : [[entry.thread, entry.entry, entry.key]]));
    const next = threads(readDoc(antonCheckpoint, 'phase1').facts);
    expect(threads(facts)).toHaveLength(4);
    expect(next).toHaveLength(5);
    expect(next).toEqual(expect.arrayContaining([...threads(facts)]));
  });

  it('points each entry at its words', () => {
    const value = JSON.parse(new TextDecoder().decode(bytesOf('phase1'))) as unknown;
    const blocks = antonCheckpoint.content(value);
    const api = entriesOf(readDoc(antonCheckpoint, 'phase1').facts).find(entry => entry.thread === 'agent:module_api');
    expect(blocks[api?.block ?? -1]).toEqual({
      kind: 'prompt',
      parts: [{ kind: 'text', text: 'Subtask api-1: serialise price_cents as a decimal text.' }],
    });
    expect(blocks[0]).toEqual({ kind: 'prompt', parts: [{ kind: 'text', text: DESCRIPTION }] });
    expect(blocks[1]).toMatchObject({ kind: 'notice', title: 'Checkpoint' });
  });

  it('is rejected while it is half written, and makes no facts', () => {
    const bytes = bytesOf('phase0').subarray(0, 1500);
    const { records: rejected, facts: none } = readDocument(antonCheckpoint, bytes, hintOf(places.phase0));
    expect(rejected).toMatchObject([{ rejected: 'not a whole JSON object', session: TASK }]);
    expect(none).toEqual([]);
  });
});

describe("Anton's list of checkpoints", () => {
  it('names them by the same keys as the checkpoints themselves', () => {
    const listed = eventsOf(readDoc(antonCheckpoint, 'list').facts).filter(event => event.event === 'checkpoint');
    const own = (['phase0', 'phase1'] as const).flatMap(place =>
      eventsOf(readDoc(antonCheckpoint, place).facts).filter(event => event.event === 'checkpoint'),
    );
    expect(listed.map(({ key, atUs, summary }) => [key, atUs, summary])).toEqual(
      own.map(({ key, atUs, summary }) => [key, atUs, summary]),
    );
  });
});

describe('an Anton progress file', () => {
  const { facts } = readDoc(antonProgress, 'progress');

  it('tells the state of the task and of its phases', () => {
    expect(joinSpans(facts).get(ROOT_SPAN)).toMatchObject({
      status: 'open',
      attrs: { taskStatus: 'in_progress', totalPhases: 3, completedPhases: 1, failedSubtasks: 1, retries: 3 },
    });
    expect(outline(facts)).toEqual([
      ['phase:0', ROOT_SPAN, 'Phase 1', 'ok'],
      ['phase:1', ROOT_SPAN, 'Phase 2', 'open'],
      ['phase:2', ROOT_SPAN, 'Phase 3', 'unknown'],
    ]);
  });

  it('tells when the task was given', () => {
    expect(turnPrompts(facts).map(prompt => prompt.atUs)).toEqual([isoToUs('2025-11-30T09:59:58Z')]);
  });

  it('leaves the words of the checkpoints as they are', () => {
    const joined = joinSpans([...readDoc(antonCheckpoint, 'phase0').facts, ...facts]);
    expect(joined.get('phase:0')).toMatchObject({ name: 'Phase 1', summary: '2 subtasks' });
  });

  it.each([
    ['completed', 'ok'],
    ['failed', 'error'],
    ['blocked', 'aborted'],
    ['pending', 'unknown'],
    ['no such word', 'unknown'],
  ])('reads the status %s as %s', (status, expected) => {
    const bytes = linesOf({ task_id: 't', status, total_phases: 0 });
    expect(joinSpans(readDocument(antonProgress, bytes).facts).get(ROOT_SPAN)?.status).toBe(expected);
  });

  it('makes no more phases of a damaged number than a plan can have', () => {
    const bytes = linesOf({ task_id: 't', status: 'failed', total_phases: 4e15 });
    expect(spansOfKind(readDocument(antonProgress, bytes).facts, 'phase')).toHaveLength(1000);
  });
});

describe('Anton retries', () => {
  const hint = hintFor(taskDir, places.retries);
  const { facts, records } = readLines(antonRetries, bytesOf('retries'), hint);

  it('become events at their subtasks, the last failure as an error', () => {
    expect(eventsOf(facts).map(({ event, span, summary }) => [event, span, summary])).toEqual([
      ['notice', 'subtask:database-1', 'database-1: attempt 1 of 3 after LLM_RATE_LIMIT, waits 1.1 s'],
      ['notice', 'subtask:database-1', 'database-1: worked after 2 attempts, 1.1 s of waiting'],
      ['notice', 'subtask:api-1', 'api-1: attempt 1 of 3 after JSON_PARSE_ERROR, waits 1 s'],
      ['notice', 'subtask:api-1', 'api-1: attempt 2 of 3 after JSON_PARSE_ERROR, waits 2.3 s'],
      ['notice', 'subtask:api-1', 'api-1: attempt 3 of 3 after TRANSIENT_ERROR, waits 4.6 s'],
      ['error', 'subtask:api-1', 'api-1: gave up after 4 attempts: tests/api/test_books.py: 2 failed'],
    ]);
    expect(new Set(records.map(record => record.session))).toEqual(new Set([TASK]));
  });

  it('tell the subtask how often it was tried again', () => {
    expect(joinSpans(facts).get('subtask:api-1')?.attrs).toEqual({ retries: 3 });
  });

  it('are not told twice by the history that is written at the end', () => {
    const { facts: history, records: one } = readDoc(antonRetryHistory, 'history');
    expect(eventsOf(history)).toEqual([]);
    expect(joinSpans(history).get('subtask:api-1')?.attrs).toEqual({ attempts: 4 });
    expect(one).toMatchObject([{ type: 'retry_history', known: true, timeUs: isoToUs('2025-11-30T10:03:50Z') }]);
  });

  it('give the same facts however the file was cut while it grew', () => {
    const bytes = bytesOf('retries');
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 6 }), cuts => {
        expect(readLines(antonRetries, bytes, hint, cuts).facts).toEqual(facts);
      }),
      { numRuns: 30 },
    );
  });
});

describe("Anton's trace summary", () => {
  const dir = join(fixturesDir, 'anton/old');
  const relPath = 'bookshop/.modular-agents/traces/trace_summary.json';
  const { facts, records } = readDocument(antonTraceSummary, readFileSync(join(dir, relPath)), hintFor(dir, relPath));

  it('counts nothing again: its numbers are attributes, and no call becomes a span', () => {
    expect([...joinSpans(facts).values()].map(({ key, span, attrs }) => [key, span, attrs])).toEqual([
      ['agent:orchestrator', 'agent', { agentName: 'orchestrator', reportedCalls: 1, reportedErrors: 0 }],
      ['agent:module_api', 'agent', { agentName: 'module_api', reportedCalls: 1, reportedErrors: 0 }],
      [ROOT_SPAN, undefined, { reportedCalls: 2, reportedErrors: 0 }],
    ]);
  });

  it('belongs to the run of the trace files beside it', () => {
    expect(records.map(record => record.session)).toEqual(['run-20251118_150510']);
  });
});

describe('documents of Anton', () => {
  const parsers = [antonCheckpoint, antonProgress, antonTraceSummary, antonRetryHistory];

  it.each([
    ['phase0', antonCheckpoint],
    ['phase1', antonCheckpoint],
    ['list', antonCheckpoint],
    ['progress', antonProgress],
    ['history', antonRetryHistory],
  ] as const)('are told apart by their keys, whatever they are called: %s', (place, own) => {
    for (const bytes of [bytesOf(place), compact(bytesOf(place))])
      expect(parsers.filter(parser => parser.recognise(sampleOf(bytes), hintOf('neutral.txt')) !== undefined)).toEqual([
        own,
      ]);
  });

  it('are told from their first bytes, before the rest is written', () => {
    const sample = sampleOf(bytesOf('phase0').subarray(0, 90));
    expect(antonCheckpoint.recognise({ ...sample, complete: false }, hintOf('x'))).toMatchObject({ session: TASK });
    expect(antonProgress.recognise({ values: [], text: '{\n  "ta', complete: false }, hintOf('x'))).toBe('more');
  });

  it('never throw, whatever they hold', () => {
    const keys = [
      'task_id',
      'checkpoint_id',
      'task_description',
      'timestamp',
      'phase_index',
      'total_phases',
      'completed_subtasks',
      'pending_subtasks',
      'execution_plan',
      'agent_states',
      'checkpoints',
      'status',
      'retry_attempts',
      'by_agent',
      'interactions',
      'errors',
      'attempts',
      'subtask_id',
      'total_attempts',
      'latest_checkpoint',
      'start_time',
      'current_phase',
    ];
    const inner = fc.dictionary(
      fc.constantFrom(
        'phases',
        'subtask_ids',
        'subtask_id',
        'id',
        'conversation_history',
        'changes',
        'path',
        'role',
        'content',
        'timestamp',
        '__proto__',
      ),
      fc.jsonValue({ maxDepth: 2 }),
      { noNullPrototype: true },
    );
    const field = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      inner,
      fc.array(inner),
      fc.dictionary(fc.string(), inner, { noNullPrototype: true }),
    );
    const document = fc.dictionary(fc.constantFrom(...keys), field, { noNullPrototype: true });
    const recognition = { agent: 'anton', session: null, main: false };
    fc.assert(
      fc.property(document, fc.nat(400), (value, cut) => {
        const bytes = new TextEncoder().encode(JSON.stringify(value));
        for (const parser of parsers) {
          const { facts, records } = parser.parseDocument(bytes, hintOf('a/b.json'), recognition);
          expect(records).toHaveLength(1);
          const blocks = parser.content(JSON.parse(JSON.stringify(value))).length;
          for (const entry of entriesOf(facts)) expect(entry.block).toBeLessThan(blocks);
          parser.parseDocument(bytes.subarray(0, cut), hintOf('b.json'), recognition);
          parser.recognise(sampleOf(bytes.subarray(0, cut)), hintOf('b.json'));
        }
      }),
      { numRuns: 300 },
    );
  });
});

function compact(bytes: Uint8Array): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(JSON.parse(new TextDecoder().decode(bytes))));
}
