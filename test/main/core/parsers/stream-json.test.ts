import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { droidStreamJson } from '../../../../src/main/core/parsers/stream-json-droid.ts';
import { claudeOutputJson, claudeStreamJson } from '../../../../src/main/core/parsers/stream-json.ts';
import type { LineParser } from '../../../../src/main/core/parsers/parser.ts';
import { fixturesDir, listFiles } from '../../../builders/corpus.ts';
import { countedResponses, entriesOf, eventsOf, joinSpans, turnPrompts } from '../../../builders/join-facts.ts';
import { hintOf, linesOf, noHint, readLines } from '../../../builders/read-units.ts';
import { readInOneGo, tempDir } from '../../../builders/store.ts';
import { claimants, documentOf, parseWith } from '../../../builders/trace-files.ts';

type Fields = Readonly<Record<string, unknown>>;

const dir = join(fixturesDir, 'stream-json');
const fixture = (name: string): Uint8Array => readFileSync(join(dir, name));
const parserOf = (name: string): LineParser => (name.startsWith('claude-') ? claudeStreamJson : droidStreamJson);

const SESSION = '0b7c4a52-3f0e-4a56-9d6e-2a54c9f4b1aa';
const line = (type: string, more: Fields = {}): Fields => ({ type, session_id: SESSION, uuid: `u-${type}`, ...more });
const init = line('system', {
  subtype: 'init',
  cwd: '/home/demo/shop',
  model: 'claude-x',
  mcp_servers: [],
  claude_code_version: '2.1.0',
});

function answer(id: string, output: number, more: Fields = {}): Fields {
  const usage = { input_tokens: 10, output_tokens: output, cache_read_input_tokens: 5 };
  const message = { id, role: 'assistant', model: 'claude-x', content: [{ type: 'text', text: `I am ${id}` }], usage };
  return line('assistant', { uuid: `u-${id}`, message, parent_tool_use_id: null, ...more });
}

function result(output: number, answers: number, more: Fields = {}): Fields {
  const usage = { input_tokens: 10 * answers, output_tokens: output, cache_read_input_tokens: 5 * answers };
  return line('result', { subtype: 'success', is_error: false, num_turns: answers, duration_ms: 900, usage, ...more });
}

const read = (...values: readonly Fields[]) => readLines(claudeStreamJson, linesOf(...values));
const outputs = (...values: readonly Fields[]) =>
  [...joinSpans(read(...values).facts).values()]
    .filter(span => span.span === 'llm')
    .map(({ key, usage, usageProvenance }) => [key, usage?.output, usageProvenance]);

describe('recognition', () => {
  it.each(listFiles(dir))('claims %s once', name => {
    expect(claimants(fixture(name))).toEqual([parserOf(name).id]);
  });

  it('leaves lines alone that only look alike', () => {
    const cursor = [
      {
        type: 'system',
        subtype: 'init',
        apiKeySource: 'login',
        cwd: '/x',
        session_id: 's',
        model: 'm',
        permissionMode: 'default',
      },
      { type: 'assistant', message: { role: 'assistant', content: [{ type: 'text', text: 'hi' }] }, session_id: 's' },
      { type: 'result', subtype: 'success', duration_ms: 1, is_error: false, result: 'hi', session_id: 's' },
    ];
    expect(claimants(linesOf(...cursor))).toEqual([]);
    expect(claimants(linesOf({ type: 'message', timestamp: 't', role: 'user', content: 'hi' }))).toEqual([]);
  });

  it('calls the same output of Qwen Code by its name', () => {
    const { recognition } = read({ ...init, qwen_code_version: '0.9.0' }, answer('m1', 1));
    expect(recognition).toEqual({ agent: 'qwen-code', session: null, main: false });
  });

  it.each([
    ['one result, as --output-format json prints it', result(5, 1, { result: 'done' })],
    ['all messages, as it prints with --verbose', [init, answer('m1', 1), result(5, 1, { result: 'done' })]],
  ])('claims %s, pretty-printed too', (_name, value) => {
    const pretty = documentOf(value, 2);
    expect(claimants(pretty)).toEqual(['claude-output-json']);
    const unit = parseWith(claudeOutputJson, pretty);
    expect(unit.records.every(({ session }) => session === SESSION)).toBe(true);
    expect(entriesOf(unit.facts).map(({ entry }) => entry)).toEqual(['answer']);
    const blocks = claudeOutputJson.content(Array.isArray(value) ? value[1] : value);
    expect(blocks).toMatchObject([{ kind: 'answer', parts: [{ text: Array.isArray(value) ? 'I am m1' : 'done' }] }]);
  });
});

describe('what Claude Code prints', () => {
  it('says the session, its folder, model and version', () => {
    const sessions = read(init).facts.filter(fact => fact.kind === 'session');
    expect(sessions).toEqual([
      {
        kind: 'session',
        session: SESSION,
        cwd: '/home/demo/shop',
        project: 'shop',
        model: 'claude-x',
        agentVersion: '2.1.0',
      },
    ]);
  });

  it('hangs subagents below the call that started them, with the ids of the transcript', () => {
    const spans = joinSpans(readLines(claudeStreamJson, fixture('claude-subagents.jsonl')).facts);
    const agents = [...spans.values()].filter(span => span.span === 'agent');
    expect(agents).toMatchObject([
      {
        key: 'agent:a189c08488edb4bd0',
        name: 'general-purpose',
        parent: 'toolu_0ef225ad144b43f29b52a64d',
        status: 'ok',
        summary: 'Count files',
      },
      {
        key: 'agent:ab09b55b6052ff030',
        name: 'general-purpose',
        parent: 'toolu_0839db7e31b04432926cd140',
        status: 'ok',
        summary: 'Read readme',
      },
    ]);
    expect(spans.get('toolu_5a57ed004d2d41489ffcc624')?.thread).toBe('agent:a189c08488edb4bd0');
    expect(
      eventsOf(readLines(claudeStreamJson, fixture('claude-subagents.jsonl')).facts).filter(({ turn }) => turn),
    ).toEqual([]);
  });

  it('has answers begin just after the last input that has a time, later than their transcript says', () => {
    const spans = joinSpans(readLines(claudeStreamJson, fixture('claude-default.jsonl')).facts);
    // "timestamp":"2026-11-20T07:08:41.294Z" of the first result
    expect(spans.get('msg_32cd2b0be8144de383a38586')?.startUs).toBe(1_795_158_521_294_001);
    expect(spans.get('msg_fe9562162d544296ae80f66c')?.startUs).toBeUndefined();
  });

  it('keeps several sessions of one output apart, and their errors', () => {
    const { facts, records } = readLines(claudeStreamJson, fixture('claude-failures.jsonl'));
    const sessions = Map.groupBy(facts, fact => fact.session ?? '');
    expect([...sessions.keys()].map(id => id.slice(0, 8))).toEqual(['94f68d2f', 'c93f2aaa', '25aa9e5a']);
    expect(new Set(records.map(({ session }) => session))).toEqual(new Set(sessions.keys()));
    const errors = eventsOf(facts).filter(({ event }) => event === 'error');
    expect(errors).toMatchObject([
      { session: [...sessions.keys()][1], summary: 'API Error: 400 scripted bad request' },
    ]);
  });

  it('says nothing of a line before it knows a session', () => {
    const { records, facts } = read({ type: 'keep_alive' }, init);
    expect(records[0]).toMatchObject({ type: 'keep_alive', known: true });
    expect(facts.every(fact => fact.session === SESSION)).toBe(true);
  });

  it('keeps types that it does not know', () => {
    const { records } = read(init, line('system', { subtype: 'teleport' }), line('novelty'));
    expect(records.slice(1).map(({ type, known }) => [type, known])).toEqual([
      ['system/teleport', false],
      ['novelty', false],
    ]);
  });

  it('reads prompts that it repeats, and tells those of a human from others', () => {
    const message = (content: string) => ({ message: { role: 'user', content }, parent_tool_use_id: null });
    const { facts } = read(
      init,
      line('user', { uuid: 'p1', ...message('fix it'), isReplay: true }),
      line('user', { uuid: 'p2', ...message('a note'), isSynthetic: true }),
    );
    expect(turnPrompts(facts)).toMatchObject([{ key: 'p1', summary: 'fix it' }]);
    expect(entriesOf(facts).map(({ entry }) => entry)).toEqual(['prompt', 'system']);
  });

  it('shows compactions, questions for permission and refusals', () => {
    const { facts } = read(
      init,
      line('system', {
        subtype: 'compact_boundary',
        uuid: 'c',
        compact_metadata: { trigger: 'auto', pre_tokens: 9000 },
      }),
      line('control_request', { uuid: 'q', request: { subtype: 'can_use_tool', tool_name: 'Bash' } }),
      result(0, 0, { uuid: 'r', permission_denials: [{ tool_name: 'Write', tool_use_id: 't1' }] }),
    );
    expect(eventsOf(facts).map(({ event, name, summary }) => [event, name, summary])).toEqual([
      ['compaction', 'Conversation compacted', 'auto, 9000 tokens before'],
      ['permission', 'Permission asked', 'Bash'],
      ['notice', 'Run ended', '0 turns · 0.9 s'],
      ['permission', 'Permission denied', 'Write'],
    ]);
  });

  it('tells a run that stopped as an error, once', () => {
    const { facts } = read(init, result(0, 0, { subtype: 'error_max_turns', is_error: true }));
    expect(eventsOf(facts)).toMatchObject([{ event: 'error', name: 'error max turns', summary: 'error max turns' }]);
  });
});

describe('printed tokens', () => {
  it('are a lower bound where the result leaves several answers open', () => {
    expect(outputs(init, answer('m1', 1), answer('m2', 1), result(80, 2))).toEqual([
      ['m1', 1, 'estimated'],
      ['m2', 1, 'estimated'],
    ]);
  });

  it('are those of the result where one answer was given', () => {
    expect(outputs(init, answer('m1', 1), result(40, 1), init, answer('m2', 1), result(7, 1))).toEqual([
      ['m1', 40, 'computed'],
      ['m2', 7, 'computed'],
    ]);
  });

  it('are left alone where the result has charged something else as well', () => {
    expect(outputs(init, answer('m1', 1), result(40, 3))).toEqual([['m1', 1, 'estimated']]);
  });

  it('are exact where the API’s own events are printed; then the last open one is known too', () => {
    const streamed = (event: Fields) => line('stream_event', { event, parent_tool_use_id: null });
    const start = streamed({
      type: 'message_start',
      message: { id: 'm1', usage: { input_tokens: 10, output_tokens: 1, cache_read_input_tokens: 5 } },
    });
    const delta = streamed({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 33 } });
    expect(outputs(init, start, answer('m1', 1), delta, answer('m2', 1), result(40, 2))).toEqual([
      ['m1', 33, 'reported'],
      ['m2', 7, 'computed'],
    ]);
    expect(countedResponses(read(init, start, answer('m1', 1), delta).facts).usage).toMatchObject({
      input: 10,
      cacheRead: 5,
      output: 33,
    });
  });

  it('of all models, and the cost, stand on the session: processes that begin anew add up, one that goes on does not', () => {
    const spent = (usd: number, inputTokens: number, outputTokens: number) => ({
      total_cost_usd: usd,
      modelUsage: { 'claude-x': { inputTokens, outputTokens } },
      usage: { input_tokens: 10, output_tokens: 2 },
    });
    const root = (...values: readonly Fields[]) => joinSpans(read(init, ...values).facts).get('session')?.attrs;
    expect(root(result(2, 1, spent(0.5, 10, 2)), result(2, 1, spent(0.25, 10, 2)))).toMatchObject({
      costUsd: 0.75,
      costProvenance: 'reported',
      aggregateUsage: { input: 20, output: 4 },
    });
    expect(root(result(2, 1, spent(0.5, 10, 2)), result(2, 1, spent(0.75, 20, 4)))).toMatchObject({
      costUsd: 0.75,
      aggregateUsage: { input: 20, output: 4 },
    });
  });
});

describe('beside the transcript of the same session', () => {
  const projects = 'projects/-home-demo-work-demo-project';

  async function storeOf(...pieces: readonly ('transcript' | 'output')[]) {
    const root = tempDir();
    if (pieces.includes('transcript')) {
      mkdirSync(join(root, projects), { recursive: true });
      for (const id of [
        '0422ad0d-fd46-4650-8d5a-6d86d9f837a6',
        '3041fc7d-4ac2-4950-8ed0-1f5ad09522ef',
        'f245465c-5fe2-4077-9540-ec317ba91ebc',
      ])
        for (const path of listFiles(join(fixturesDir, 'claude-code', projects), name => name.startsWith(id)))
          cpSync(join(fixturesDir, 'claude-code', projects, path), join(root, projects, path), { recursive: true });
    }
    if (pieces.includes('output'))
      for (const name of ['default', 'subagents', 'resume'])
        cpSync(join(dir, `claude-${name}.jsonl`), join(root, `${name}.jsonl`));
    return readInOneGo({ root });
  }

  const numbers = [
    'input',
    'output',
    'cache_read',
    'cache_creation',
    'spans',
    'llm_spans',
    'tool_spans',
    'turns',
    'errors',
  ];
  const pick = (row: Fields | undefined, names: readonly string[]) =>
    Object.fromEntries(names.map(name => [name, row?.[name]]));

  it('nothing is there twice, and the transcript says what was used', async () => {
    const [alone, both] = [await storeOf('transcript'), await storeOf('transcript', 'output')];
    expect(both.sessions).toHaveLength(3);
    for (const [at, session] of alone.sessions.entries())
      expect(pick(both.sessions[at], ['native_id', 'title_prompt', ...numbers])).toEqual(
        pick(session, ['native_id', 'title_prompt', ...numbers]),
      );
    const told = [
      'key',
      'kind',
      'name',
      'parent_key',
      'thread_key',
      'turn_key',
      'start_us',
      'end_us',
      'status',
      'link',
      'model',
      'output',
      'usage_provenance',
      'ord',
    ];
    const inside = (rows: typeof both.spans) =>
      rows.filter(row => row['key'] !== 'session').map(row => pick(row, told));
    expect(inside(both.spans)).toEqual(inside(alone.spans));
    const talk = (rows: typeof both.entries) =>
      rows.map(row => pick(row, ['key', 'kind', 'thread_key', 'ord', 'record_at']));
    expect(talk(both.entries)).toEqual(expect.arrayContaining(talk(alone.entries)));
    expect(both.entries.length).toBe(alone.entries.length);
  });

  it('alone it is a session of its own, with what was printed', async () => {
    const { sessions } = await storeOf('output');
    expect(sessions.map(session => pick(session, ['agent', 'input', 'llm_spans', 'tool_spans', 'turns']))).toEqual(
      expect.arrayContaining([{ agent: 'claude-code', input: 3630, llm_spans: 4, tool_spans: 3, turns: 0 }]),
    );
  });
});

describe('what Droid prints', () => {
  it('shows an edit with its patch and the change that was made', () => {
    const bytes = fixture('vibekanban-stream-edits-and-execution.jsonl');
    const lines = new TextDecoder().decode(bytes).split('\n');
    const of = (type: string) =>
      JSON.parse(lines.find(one => one.includes(`"${type}","id":"call_1d1F1tKLBf6fCVQ94awd5tQ6"`)) ?? '') as Fields;
    const [call] = droidStreamJson.content(of('tool_call'));
    expect(call).toMatchObject({
      name: 'ApplyPatch',
      diffs: [{ path: '/Users/tempuser/projects/droid-simple/sorting_algorithms.py' }],
    });
    const [made] = droidStreamJson.content(of('tool_result'));
    // "@@ -26,14 +26,46 @@" of the answer's diff
    expect(made).toMatchObject({
      diffs: [{ change: 'update', hunks: [{ oldStart: 26, oldLines: 14, newStart: 26, newLines: 46 }] }],
    });
  });

  it('knows how a command ended, by a number or by its last words', () => {
    const { facts } = readLines(droidStreamJson, fixture('vibekanban-stream-edits-and-execution.jsonl'));
    expect(joinSpans(facts).get('call_u25kXneyPZpOHkrsbEgBp0ei')).toMatchObject({
      status: 'ok',
      attrs: { exitCode: 0 },
      summary: expect.stringContaining('uv run') as string,
    });
    const failed = { type: 'tool_result', session_id: 's', id: 'c', value: { stdout: '', exitCode: 2 } };
    const message = { type: 'message', role: 'user', text: 'go', id: 'm', session_id: 's' };
    expect(joinSpans(readLines(droidStreamJson, linesOf(message, failed)).facts).get('c')?.status).toBe('error');
  });

  it('tells what was not allowed as aborted, and the reason once', () => {
    const { facts } = readLines(droidStreamJson, fixture('vibekanban-stream-insufficient-perms.jsonl'));
    expect(joinSpans(facts).get('call_W4t4W4TDhrZFiM9DxVox21PW')?.status).toBe('aborted');
    expect(eventsOf(facts).filter(({ event }) => event === 'error')).toHaveLength(1);
    expect(entriesOf(facts).filter(({ entry }) => entry === 'error')).toEqual([]);
  });
});

describe('any output', () => {
  it.each(listFiles(dir))('%s gives the same facts however it is cut into appends', name => {
    const bytes = fixture(name);
    const whole = readLines(parserOf(name), bytes, hintOf(name));
    expect.hasAssertions();
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 6 }), cuts => {
        const { facts, records } = readLines(parserOf(name), bytes, hintOf(name), cuts);
        expect({ facts, records }).toEqual({ facts: whole.facts, records: whole.records });
      }),
      { numRuns: 15 },
    );
  });

  it('never throws, whatever stands in a line', () => {
    const values = listFiles(dir).flatMap(name =>
      new TextDecoder()
        .decode(fixture(name))
        .trim()
        .split('\n')
        .map(text => JSON.parse(text) as Fields),
    );
    const odd = fc.oneof(
      fc.constantFrom(null, '', [], {}, '__proto__', 'session', -1, '\uD800', [[[]]]),
      fc.jsonValue(),
    );
    expect.hasAssertions();
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.constantFrom(...values),
            fc.constantFrom(
              'message',
              'usage',
              'event',
              'subtype',
              'uuid',
              'session_id',
              'parent_tool_use_id',
              'value',
              'parameters',
              'id',
              'type',
              'tool_use_id',
              'modelUsage',
            ),
            odd,
          ),
          { maxLength: 8 },
        ),
        changes => {
          for (const parser of [claudeStreamJson, droidStreamJson]) {
            let state = parser.begin({ agent: 'x', session: null, main: false }, noHint);
            for (const [value, field, replacement] of changes) {
              const changed = { ...value, [field]: replacement };
              const unit = parser.parse(state, changed, { line: 1, offset: 0, length: 1 }, noHint);
              expect(unit.records).toHaveLength(1);
              expect(Array.isArray(parser.content(changed))).toBe(true);
              state = JSON.parse(JSON.stringify(state)) as typeof state;
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
