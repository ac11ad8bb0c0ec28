// What must hold for Claude Code files whatever is in them and however they arrive.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claudeCodeAgentMeta } from '../../../../src/main/core/parsers/claude-code-meta.ts';
import { claudeCodeJsonl } from '../../../../src/main/core/parsers/claude-code.ts';
import { contentBlockSchema } from '../../../../src/shared/model/content.ts';
import { usageSchema } from '../../../../src/shared/model/usage.ts';
import { assistant, call, result, SESSION, user } from '../../../builders/claude-lines.ts';
import { fixturesDir, hintFor } from '../../../builders/corpus.ts';
import { entriesOf } from '../../../builders/join-facts.ts';
import { hintOf, linesOf, readLines } from '../../../builders/read-units.ts';

const folder = 'claude-code/projects';
const files = {
  'inline subagents, 1.0.98': `${folder}/sample-project/fe5e1c67-53e7-4862-81ae-d0e013e3270b.jsonl`,
  'background subagents, 2.1.101': `${folder}/-Users-ingo-projects-irrlicht/8a525d27-37a4-4a12-8523-a3ea345290cf.jsonl`,
  'a subagent file, 2.1.101': `${folder}/-Users-ingo-projects-irrlicht/8a525d27-37a4-4a12-8523-a3ea345290cf/subagents/agent-adafcd67f82b65a1f.jsonl`,
  'a compaction, 2.1.143': 'claude-code/recordings/irrlicht-2.1.143-compact-manual.jsonl',
  'a workflow, 2.1.165': 'claude-code/recordings/irrlicht-2.1.165-workflow.jsonl',
};

describe.each(Object.entries(files))('A file with %s', (_name, relPath) => {
  const bytes = readFileSync(join(fixturesDir, relPath));
  const hint = hintFor(fixturesDir, relPath);
  const whole = readLines(claudeCodeJsonl, bytes, hint);

  it('gives the same facts however it is cut into appends', () => {
    const runs = bytes.length > 300_000 ? 5 : 20;
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { minLength: 1, maxLength: 30 }), cuts => {
        const cut = readLines(claudeCodeJsonl, bytes, hint, cuts);
        expect(cut.facts).toEqual(whole.facts);
        expect(cut.records).toEqual(whole.records);
        expect(cut.state).toEqual(whole.state);
      }),
      { numRuns: runs },
    );
  });

  it('gives the same facts when every line comes alone', () => {
    const ends: number[] = [];
    for (let lf = bytes.indexOf(10); lf >= 0; lf = bytes.indexOf(10, lf + 1)) ends.push(lf + 1);
    expect(readLines(claudeCodeJsonl, bytes, hint, ends).facts).toEqual(whole.facts);
  });

  it('keeps a state that does not grow with it', () => {
    expect(JSON.stringify(whole.state).length).toBeLessThan(20_000);
  });
});

const seeds = Object.values(files).flatMap(relPath =>
  readFileSync(join(fixturesDir, relPath), 'utf8')
    .split('\n')
    .filter(line => line !== '' && line.length < 20_000)
    .map((line): unknown => JSON.parse(line)),
);

const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom('__proto__', 'constructor', 'session', '', -1, 1e308, null, [], {}),
);

/** A real line in which a value somewhere was replaced or removed. */
const damaged = fc
  .tuple(
    fc.constantFrom(...seeds),
    fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 8 }),
    fc.option(anything),
  )
  .map(([seed, path, value]) => damage(seed, path, value));

function damage(value: unknown, path: readonly number[], replacement: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== 'object' || value === null) return replacement;
  const keys = Object.keys(value);
  const key = keys[step % Math.max(1, keys.length)];
  if (key === undefined) return replacement;
  const child = damage(Reflect.get(value, key), rest, replacement);
  if (Array.isArray(value)) return value.map((item: unknown, i) => (String(i) === key ? child : item));
  return { ...value, [key]: child };
}

const counts = fc.dictionary(
  fc.constantFrom('input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'),
  anything,
);

const typed = fc.record(
  {
    type: fc.constantFrom(
      'user',
      'assistant',
      'system',
      'attachment',
      'progress',
      'summary',
      'queue-operation',
      'ai-title',
    ),
    subtype: anything,
    uuid: anything,
    parentUuid: anything,
    sessionId: anything,
    isSidechain: fc.oneof(fc.boolean(), anything),
    agentId: anything,
    timestamp: fc.oneof(fc.constant('2026-04-01T12:00:00.000Z'), anything),
    message: fc.oneof(
      anything,
      fc.record({ id: anything, model: anything, content: anything, usage: fc.oneof(counts, anything) }),
    ),
    attachment: fc.oneof(anything, fc.record({ type: fc.constantFrom('queued_command', 'file'), prompt: anything })),
    data: fc.oneof(
      anything,
      fc.record({ type: fc.constant('agent_progress'), agentId: fc.string(), message: anything }),
    ),
    toolUseResult: anything,
  },
  { requiredKeys: ['type'] },
);

const lines = fc.array(fc.oneof(damaged, typed, anything), { minLength: 1, maxLength: 12 });

describe('A session without end', () => {
  it('keeps a state of bounded size, whatever is never answered', () => {
    const hint = hintOf(`p/${SESSION}.jsonl`);
    const state = claudeCodeJsonl.begin({ agent: 'claude-code', session: SESSION, main: true }, hint);
    const at = { line: 1, offset: 0, length: 1 };
    for (let i = 0; i < 5000; i += 1) {
      const uuid = `side-${i}`;
      const parentUuid = i % 10 === 0 ? null : `side-${i - 1}`;
      const input = { prompt: `task ${i}`, description: 'x', subagent_type: 'y' };
      claudeCodeJsonl.parse(state, assistant(`a${i}`, i, [call(`toolu_${i}`, 'Agent', input)]), at, hint);
      claudeCodeJsonl.parse(state, user(uuid, i, `task ${i}`, { isSidechain: true, parentUuid }), at, hint);
      const launch = { status: 'async_launched', agentId: `agent${i}` };
      claudeCodeJsonl.parse(state, user(`r${i}`, i, [result('x', '')], { toolUseResult: launch }), at, hint);
    }
    expect(JSON.stringify(state).length).toBeLessThan(130_000);
  });
});

describe('An answered call', () => {
  it('is forgotten', () => {
    const values = [assistant('a1', 1, [call('toolu_77', 'Bash', {})]), user('r1', 2, [result('toolu_77', 'x')])];
    const read = readLines(claudeCodeJsonl, linesOf(...values), hintOf(`p/${SESSION}.jsonl`));
    expect(JSON.stringify(read.state)).not.toContain('toolu_77');
  });
});

describe('Lines of any shape', () => {
  it.each([
    ['in a main file', true, `p/${SESSION}.jsonl`],
    ['in a subagent file', false, `p/${SESSION}/subagents/agent-ab12cd34ab12cd34a.jsonl`],
    ['in the file of a side question', false, `p/${SESSION}/subagents/agent-aside_question-c5e5c961a7749e08.jsonl`],
    ['in the journal of a workflow', false, `p/${SESSION}/subagents/workflows/wf_1/journal.jsonl`],
  ])('never throw %s, give one record each, and facts that can be stored', (_where, main, relPath) => {
    const hint = hintOf(relPath);
    fc.assert(
      fc.property(lines, values => {
        let state = claudeCodeJsonl.begin({ agent: 'claude-code', session: SESSION, main }, hint);
        for (const [i, value] of values.entries()) {
          const at = { line: i + 1, offset: i * 100, length: 99 };
          const twin = structuredClone(state);
          const unit = claudeCodeJsonl.parse(state, value, at, hint);
          expect(unit.records).toHaveLength(1);
          const again = claudeCodeJsonl.parse(JSON.parse(JSON.stringify(twin)), value, at, hint);
          expect(again).toEqual(unit);
          state = JSON.parse(JSON.stringify(state));

          const blocks = claudeCodeJsonl.content(value);
          for (const block of blocks) expect(contentBlockSchema.safeParse(block)).toMatchObject({ success: true });
          for (const entry of entriesOf(unit.facts)) expect(blocks[entry.block]).toBeDefined();
          for (const fact of unit.facts) {
            expect(JSON.parse(JSON.stringify(fact))).toEqual(fact);
            const usage = fact.kind === 'span' ? fact.usage : undefined;
            expect(usage === undefined || usageSchema.safeParse(usage).success).toBe(true);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it('never make recognition throw', () => {
    fc.assert(
      fc.property(lines, fc.boolean(), fc.string(), (values, complete, name) => {
        const found = claudeCodeJsonl.recognise({ values, text: '', complete }, hintOf(name));
        expect(found === undefined || found === 'more' || found.agent === 'claude-code').toBe(true);
        const meta = claudeCodeAgentMeta.recognise(
          { values, text: name, complete },
          hintOf(`s/subagents/agent-${name}.meta.json`),
        );
        expect(meta).toBeUndefined();
        expect(
          claudeCodeAgentMeta.parseDocument(linesOf(...values), hintOf(name), { agent: '', session: null, main: false })
            .records,
        ).toHaveLength(1);
      }),
    );
  });
});
