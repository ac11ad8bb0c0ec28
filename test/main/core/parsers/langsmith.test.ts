import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { langsmithExport } from '../../../../src/main/core/parsers/langsmith.ts';
import { fixturesDir, listFiles } from '../../../builders/corpus.ts';
import { countedResponses, entriesOf, joinSpans, turnPrompts } from '../../../builders/join-facts.ts';
import { linesOf } from '../../../builders/read-units.ts';
import { claimants, documentOf, parseWith, recordTexts } from '../../../builders/trace-files.ts';

type Fields = Readonly<Record<string, unknown>>;

const dir = join(fixturesDir, 'langsmith');
const fixture = (name: string): Uint8Array => readFileSync(join(dir, name));
const parse = (value: unknown) => parseWith(langsmithExport, documentOf(value));

const [root, call, tool] = ['11111111-aaaa-4aaa-8aaa-000000000001', 'x-2', 'x-3'];

function run(id: string, runType: string, more: Fields = {}): Fields {
  return {
    id,
    trace_id: root,
    parent_run_id: id === root ? null : root,
    name: id,
    run_type: runType,
    start_time: '2026-05-01T10:00:00.123456',
    end_time: '2026-05-01T10:00:01+00:00',
    inputs: {},
    outputs: {},
    error: null,
    session_name: 'shop',
    ...more,
  };
}

const lc = (name: string, kwargs: Fields): Fields => ({
  lc: 1,
  type: 'constructor',
  id: ['langchain', 'schema', 'messages', name],
  kwargs,
});

const answer = lc('AIMessage', {
  content: '',
  tool_calls: [{ name: 'track', args: { order: 7 }, id: 'call_1', type: 'tool_call' }],
  usage_metadata: {
    input_tokens: 120,
    output_tokens: 30,
    total_tokens: 150,
    input_token_details: { cache_read: 100 },
    output_token_details: { reasoning: 8 },
  },
  response_metadata: { model_name: 'gpt-5-2026', id: 'chatcmpl-1' },
});

const runs = [
  run(root, 'chain', {
    name: 'LangGraph',
    inputs: { q: 1 },
    outputs: { a: 2 },
    prompt_tokens: 120,
    completion_tokens: 30,
  }),
  run(call, 'llm', {
    inputs: {
      messages: [[lc('SystemMessage', { content: 'be kind' }), lc('HumanMessage', { content: 'where is it?' })]],
    },
    outputs: { generations: [[{ text: '', type: 'ChatGeneration', message: answer }]], llm_output: null },
    extra: { metadata: { ls_provider: 'openai', ls_model_name: 'gpt-5' } },
    total_cost: '0.0125',
  }),
  run(tool, 'tool', {
    name: 'track',
    inputs: { input: "{'order': 7}" },
    outputs: { output: lc('ToolMessage', { content: 'at sea', tool_call_id: 'call_1' }) },
  }),
];

const nested = () => {
  const [outer, ...inner] = runs;
  const bare = inner.map(fields => ({ ...fields, trace_id: undefined, parent_run_id: undefined }));
  return { ...outer, trace_id: undefined, child_runs: bare };
};

describe('runs of LangSmith', () => {
  it.each(listFiles(dir))('%s is claimed by no one else', name => {
    expect(claimants(fixture(name))).toEqual(['langsmith']);
  });

  it.each([
    ['an array', runs],
    ['JSON Lines', new TextDecoder().decode(linesOf(...runs))],
    ['a tree', nested()],
    ['a tree in an array, pretty-printed', JSON.stringify([nested()], null, 2)],
    ['an export with its metadata', { export_metadata: { total: 1 }, traces: [nested()] }],
    ['an export by trace', { traces: [{ trace_id: root, runs }] }],
    ['{runs}', { runs }],
    ['{data}', { data: runs }],
    ['a batch without patches', { post: runs, patch: [] }],
  ])('in %s are the same spans', (_name, value) => {
    const bytes = documentOf(value);
    expect(claimants(bytes)).toEqual(['langsmith']);
    const unit = parseWith(langsmithExport, bytes);
    const spans = joinSpans(unit.facts);
    expect([...spans.keys()].sort()).toEqual([root, call, tool].sort());
    expect(new Set(unit.facts.map(fact => fact.session))).toEqual(new Set([root]));
    expect(spans.get(root)).toMatchObject({ span: 'agent', parent: 'session', attrs: { runType: 'chain' } });
    expect(spans.get(root)?.usage).toBeUndefined();
    expect(spans.get(call)).toMatchObject({
      span: 'llm',
      parent: root,
      model: 'gpt-5-2026',
      responseKey: 'response:chatcmpl-1',
      startUs: 1_777_629_600_123_456,
      usage: { input: 20, output: 30, cacheRead: 100, reasoning: 8 },
      attrs: { costUsd: 0.0125, costProvenance: 'reported', 'gen_ai.provider.name': 'openai' },
    });
    expect(spans.get(tool)).toMatchObject({ span: 'tool', name: 'track', parent: root });
    expect(countedResponses(unit.facts).count).toBe(1);
    expect(turnPrompts(unit.facts)).toMatchObject([{ summary: 'where is it?' }]);
    const texts = recordTexts(bytes, unit);
    const bodies = unit.facts.filter(fact => fact.kind === 'span').filter(({ role }) => role === 'body');
    for (const { key, record } of bodies) expect(JSON.parse(texts[record ?? 0] ?? '')).toMatchObject({ id: key });
    const blocks = texts.map(text => langsmithExport.content(JSON.parse(text)));
    const entries = entriesOf(unit.facts);
    expect(
      entries.map(entry => [entry.entry, entry.result ?? false, blocks[entry.record ?? 0]?.[entry.block]?.kind]),
    ).toEqual([
      ['system', false, 'system'],
      ['prompt', false, 'prompt'],
      ['tool', false, 'tool-call'],
      ['tool', true, 'tool-result'],
    ]);
    expect(entries.slice(2).map(entry => entry.key)).toEqual(['call_1', 'call_1']);
  });

  it('groups sessions by what LangSmith calls the session: the project', () => {
    expect(parse(runs).facts.find(fact => fact.kind === 'session')).toMatchObject({
      session: root,
      project: 'shop',
      model: 'gpt-5-2026',
      title: { text: 'where is it?' },
    });
  });

  it('knows parent and trace by the dotted order alone', () => {
    const bare = (id: string, dotted: string) => ({
      ...run(id, 'chain'),
      trace_id: undefined,
      parent_run_id: undefined,
      start_time: undefined,
      dotted_order: dotted,
    });
    const first = `20260501T100000123456Z${root}`;
    const { facts } = parse([bare(call, `${first}.20260501T100000500000Z${call}`), bare(root, first)]);
    expect(joinSpans(facts).get(call)).toMatchObject({
      session: root,
      parent: root,
      startUs: 1_777_629_600_500_000,
    });
    expect(joinSpans(facts).get(root)).toMatchObject({
      session: root,
      parent: 'session',
      startUs: 1_777_629_600_123_456,
    });
  });
});

describe('a batch of posts and patches', () => {
  it('completes a post by the patch with its id, and shows what each record tells', () => {
    const bytes = fixture('langsmith_py_wrap_openai_stream.json');
    const unit = parseWith(langsmithExport, bytes);
    const [post, patch] = recordTexts(bytes, unit).map(text => JSON.parse(text) as Fields);
    expect(unit.records.map(({ type }) => type)).toEqual(['run/llm', 'run/patch']);
    expect(joinSpans(unit.facts).size).toBe(1);
    const [prompt, said] = entriesOf(unit.facts);
    expect(langsmithExport.content(post)[prompt?.block ?? 9]).toMatchObject({
      kind: 'prompt',
      parts: [{ text: 'howdy' }],
    });
    expect([prompt?.record, said?.record]).toEqual([0, 1]);
    expect(langsmithExport.content(patch)[said?.block ?? 9]).toMatchObject({
      kind: 'answer',
      parts: [{ text: 'Howdy! How can I assist you today?' }],
    });
    const spoken = unit.facts.filter(fact => fact.kind === 'span' && fact.role !== undefined);
    expect(spoken.map(fact => [fact.kind === 'span' && fact.role, fact.record])).toEqual([
      ['body', 0],
      ['result', 1],
    ]);
  });

  it('finds what came of a run behind what its patch repeats of the input, or at its head where it repeats nothing', () => {
    const said = { messages: [{ role: 'user', content: 'hi' }] };
    const outputs = {
      choices: [
        {
          message: {
            role: 'assistant',
            content: 'well',
            tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } }],
          },
        },
      ],
    };
    for (const inputs of [said, undefined]) {
      const bytes = documentOf({
        post: [run(call, 'llm', { inputs: said })],
        patch: [{ id: call, inputs, outputs, extra: { metadata: { ls_model_type: 'chat' } } }],
      });
      const unit = parseWith(langsmithExport, bytes);
      const blocks = recordTexts(bytes, unit).map(text => langsmithExport.content(JSON.parse(text)));
      expect(entriesOf(unit.facts).map(entry => blocks[entry.record ?? 0]?.[entry.block])).toMatchObject([
        { kind: 'prompt', parts: [{ text: 'hi' }] },
        { kind: 'answer', parts: [{ text: 'well' }] },
        { kind: 'tool-call', name: 'look' },
      ]);
    }
  });

  it('knows the run of a patch without an id by its place in the order', () => {
    // The JavaScript SDK of 2024 leaves the id out; times are milliseconds.
    const { facts } = parseWith(langsmithExport, fixture('langsmith_js_wrap_openai_reasoning.json'));
    expect([...joinSpans(facts).values()]).toMatchObject([
      {
        key: 'e954b8e3-c337-4a05-bf0a-ca2baac3ba48',
        status: 'ok',
        startUs: 1_728_803_138_291_000,
        endUs: 1_728_803_148_730_000,
        usage: { input: 43, output: 1901, reasoning: 960 },
      },
    ]);
  });

  it('leaves a run that was not patched open, and ends one that failed', () => {
    const open = { ...run(call, 'tool'), end_time: undefined };
    const patch = { id: tool, error: 'ValueError: no', end_time: '2026-05-01T10:00:09Z' };
    const spans = joinSpans(
      parse({ post: [open, { ...run(tool, 'tool'), end_time: undefined }], patch: [patch] }).facts,
    );
    expect(spans.get(call)?.status).toBe('open');
    expect(spans.get(tool)).toMatchObject({ status: 'error', endUs: 1_777_629_609_000_000 });
  });
});

describe('tokens of a run', () => {
  const anthropic = { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 90, cache_creation_input_tokens: 7 };
  it.each([
    [
      'llm_output of LangChain',
      { llm_output: { token_usage: { prompt_tokens: 9, completion_tokens: 4 } } },
      [9, 4, 0, 0],
    ],
    [
      'usage of OpenAI',
      { usage: { prompt_tokens: 9, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 8 } } },
      [1, 4, 8, 0],
    ],
    ['usage of Anthropic, which counts caches beside the input', { usage: anthropic }, [10, 5, 90, 7]],
    [
      'usage_metadata with cache writes',
      {
        usage_metadata: {
          input_tokens: 20,
          output_tokens: 1,
          input_token_details: { cache_creation: 5, cache_read: 5 },
        },
      },
      [10, 1, 5, 5],
    ],
  ])('%s', (_name, outputs, [input, output, cacheRead, cacheCreation]) => {
    const { facts } = parse([run(call, 'llm', { outputs })]);
    expect(countedResponses(facts).usage).toMatchObject({ input, output, cacheRead, cacheCreation });
  });

  it('stand on the run itself in exports of the API', () => {
    const { facts } = parse([run(call, 'llm', { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 })]);
    expect(countedResponses(facts).usage).toMatchObject({ input: 9, output: 4 });
  });

  it('are counted once where a model call wraps another', () => {
    const outputs = { usage_metadata: { input_tokens: 9, output_tokens: 4 } };
    const { facts } = parse([run(root, 'llm', { outputs }), run(call, 'llm', { outputs })]);
    expect(countedResponses(facts)).toMatchObject({ count: 1, usage: { input: 9, output: 4 } });
  });
});
