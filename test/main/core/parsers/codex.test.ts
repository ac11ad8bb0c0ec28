import { describe, expect, it } from 'vitest';
import { codexRollout } from '../../../../src/main/core/parsers/codex.ts';
import { turnPrompts } from '../../../builders/join-facts.ts';
import { hintOf, linesOf, readLines } from '../../../builders/read-units.ts';
import { joinSpans } from '../../../builders/join-facts.ts';
import {
  bornMs,
  call,
  event,
  header,
  item,
  output,
  readTimed,
  said,
  tokenCount,
  turn,
  turnIdAt,
  usage,
} from './codex-lines.ts';

const atUs = (seconds: number): number => (bornMs + seconds * 1000) * 1000;
const userEvent = (message: string): ReturnType<typeof event> => event('user_message', { message });

describe('prompts of a Codex session', () => {
  it.each([
    ['item first', [said('user', 'Do it'), userEvent('Do it')]],
    ['event first', [userEvent('Do it'), said('user', 'Do it')]],
    ['item only', [said('user', 'Do it')]],
    ['event only', [userEvent('Do it')]],
    [
      'a completed item as the event',
      [said('user', 'Do it'), event('item_completed', { item: { type: 'UserMessage', content: [{ text: 'Do it' }] } })],
    ],
  ])('count once, whichever form tells them: %s', (_name, lines) => {
    const read = readTimed([header(), ...turn(turnIdAt(1)), ...lines]);
    expect(turnPrompts(read.facts)).toMatchObject([{ key: turnIdAt(1), summary: 'Do it' }]);
    expect(read.talk).toEqual(['prompt']);
  });

  it('that are equal in two turns are two', () => {
    const once = [said('user', 'ls'), userEvent('ls'), event('task_complete')];
    const read = readTimed([header(), ...turn(turnIdAt(1)), ...once, ...turn(turnIdAt(2)), ...once]);
    expect(turnPrompts(read.facts).map(prompt => prompt.key)).toEqual([turnIdAt(1), turnIdAt(2)]);
  });

  it('that are equal in two turns are two, even if each has one form only', () => {
    const read = readTimed([
      header(),
      ...turn(turnIdAt(1)),
      said('user', 'ls'),
      event('task_complete'),
      ...turn(turnIdAt(2)),
      userEvent('ls'),
    ]);
    expect(turnPrompts(read.facts)).toHaveLength(2);
  });

  it('sent while a turn runs begin a turn of ours, and what follows belongs to it', () => {
    const read = readTimed([
      header(),
      ...turn(turnIdAt(1)),
      said('user', 'first'),
      said('assistant', 'a'),
      said('user', 'second'),
      said('assistant', 'b'),
    ]);
    const [first, second] = turnPrompts(read.facts);
    expect(read.spans.get('response:1')?.turn).toBe(first?.key);
    expect(read.spans.get('response:2')?.turn).toBe(second?.key);
    expect(second?.key).toMatch(/^prompt@\d+$/);
  });

  it.each([
    '<environment_context>\n<cwd>/repo</cwd></environment_context>',
    '# AGENTS.md instructions for /repo\n\nBe kind.',
    '<user_instructions>Be kind.</user_instructions>',
    '<turn_aborted>\nThe user interrupted.',
    '<a_tag_of_next_year>text</a_tag_of_next_year>',
  ])('are not what the program puts in: %s', text => {
    const read = readTimed([header(), said('user', text)]);
    expect(turnPrompts(read.facts)).toEqual([]);
    expect(read.talk).toEqual(['system']);
  });

  it('may begin with a tag where the event says that a person sent them', () => {
    const read = readTimed([header(), said('user', '<skill>text</skill>'), userEvent('<skill>text</skill>')]);
    expect(turnPrompts(read.facts)).toMatchObject([{ summary: '<skill>text</skill>' }]);
  });

  it('and injected text in one message come apart', () => {
    const mixed = said('user', '<environment_context>here</environment_context>', 'Do it');
    const read = readTimed([header(), mixed]);
    expect(read.talk).toEqual(['prompt', 'system']);
    expect(codexRollout.content({ timestamp: '', ...mixed }).map(block => block.kind)).toEqual(['prompt', 'system']);
  });

  it('are told by their kinds since 0.169, whatever their text', () => {
    const kinds = { internal_chat_message_metadata_passthrough: { content_item_kinds: ['user.text', 'generic.note'] } };
    const content = [{ text: '<b>bold</b>' }, { text: 'a note' }];
    const read = readTimed([header(), item('message', { role: 'user', content, ...kinds })]);
    expect(turnPrompts(read.facts)).toMatchObject([{ summary: '<b>bold</b>' }]);
    expect(read.talk).toEqual(['prompt', 'system']);
  });
});

describe('responses of a Codex session', () => {
  it('begin with the first thing that the model made after some input', () => {
    const read = readTimed([
      header(),
      said('user', 'go'),
      item('reasoning', { summary: [] }),
      said('assistant', 'looking'),
      call('c1'),
      call('c2'),
      output('c1'),
      output('c2'),
      said('assistant', 'done'),
    ]);
    expect([...read.spans.values()].map(span => [span.key, span.span, span.parent])).toEqual([
      ['response:1', 'llm', 'session'],
      ['c1', 'tool', 'response:1'],
      ['c2', 'tool', 'response:1'],
      ['response:2', 'llm', 'session'],
    ]);
    expect(read.talk).toEqual(['prompt', 'thinking', 'answer', 'tool', 'tool', 'result', 'result', 'answer']);
  });

  it('last from their latest input to the last thing that the model made', () => {
    const read = readTimed([header(), said('user', 'go'), item('reasoning'), call('c1'), output('c1')]);
    expect(read.spans.get('response:1')).toMatchObject({ startUs: atUs(1), endUs: atUs(3), status: 'ok' });
    expect(read.spans.get('c1')).toMatchObject({ startUs: atUs(3), endUs: atUs(4), status: 'ok' });
  });

  it('that follow one another without input begin where the one before ended', () => {
    const read = readTimed([
      header(),
      said('user', 'go'),
      said('assistant', 'a'),
      tokenCount(usage(5, 0, 1)),
      item('reasoning'),
      said('assistant', 'b'),
    ]);
    expect(read.spans.get('response:2')).toMatchObject({ startUs: atUs(3), endUs: atUs(5) });
  });

  it('show answers and reasoning once though events repeat them', () => {
    const read = readTimed([
      header(),
      said('user', 'go'),
      event('agent_reasoning', { text: 'hm' }),
      item('reasoning', { summary: [{ text: 'hm' }] }),
      event('agent_message', { message: 'yes' }),
      said('assistant', 'yes'),
    ]);
    expect(read.talk).toEqual(['prompt', 'thinking', 'answer']);
  });

  it('are read from events where a file has no items', () => {
    const read = readTimed([header(), userEvent('go'), event('agent_message', { message: 'yes' })]);
    expect(read.talk).toEqual(['prompt', 'answer']);
    expect(read.spans.get('response:1')?.summary).toBe('yes');
  });

  it('end as aborted with their turn, and so do calls without output', () => {
    const read = readTimed([
      header(),
      said('user', 'go'),
      call('c1'),
      event('turn_aborted', { reason: 'interrupted' }),
    ]);
    expect(read.spans.get('response:1')?.status).toBe('aborted');
    expect(read.spans.get('c1')).toMatchObject({ status: 'aborted', endUs: atUs(3) });
    expect(read.happened).toEqual(['prompt: go', 'notice: interrupted']);
  });

  it('stay open while nothing tells that they are over', () => {
    const read = readTimed([header(), said('user', 'go'), call('c1')]);
    expect(read.spans.get('response:1')?.status).toBe('open');
    expect(read.spans.get('c1')?.status).toBe('open');
  });
});

describe('tools of a Codex session', () => {
  it.each([
    ['a JSON text', '{"output":"x","metadata":{"exit_code":2,"duration_seconds":1.5}}', 'error', 2, 1500],
    ['a head', 'Chunk ID: a\nWall time: 0.5 seconds\nProcess exited with code 0\nOutput:\nx', 'ok', 0, 500],
    [
      'a head with its command',
      'Command: sh\nWall time: 1 seconds\nProcess exited with code 7\nOutput:\n',
      'error',
      7,
      1000,
    ],
    ['a patch head', 'Exit code: 0\nWall time: 0.1 seconds\nOutput:\nSuccess', 'ok', 0, 100],
    ['an interruption', 'Wall time: 3.5 seconds\naborted by user', 'aborted', undefined, 3500],
    ['an older interruption', 'aborted by user after 2.0s', 'aborted', undefined, undefined],
    ['a refusal to run', 'apply_patch verification failed: no such line', 'error', undefined, undefined],
    [
      'a list',
      [{ type: 'input_text', text: 'Script failed\nWall time 0.2 seconds\nOutput:\n' }],
      'error',
      undefined,
      200,
    ],
    ['an object', { content: 'no', success: false }, 'error', undefined, undefined],
    ['plain words', 'Plan updated', 'ok', undefined, undefined],
  ])('tell how they went in %s', (_name, text, status, exitCode, durationMs) => {
    const { spans } = readTimed([header(), call('c1'), output('c1', text)]);
    const span = spans.get('c1');
    expect([span?.status, span?.attrs?.['exitCode'], span?.attrs?.['durationMs']]).toEqual([
      status,
      exitCode,
      durationMs,
    ]);
  });

  it('that run on are one process: the call that began it lasts until its last part ends', () => {
    const running = 'Process running with session ID 42\nOutput:\n';
    const read = readTimed([
      header(),
      call('c1', { cmd: 'npm test' }),
      output('c1', running),
      call('c2', { session_id: 42, chars: '' }, 'write_stdin'),
      output('c2', running),
      call('c3', { session_id: 42, chars: 'q' }, 'write_stdin'),
      output('c3', 'Process exited with code 1\nOutput:\n'),
    ]);
    expect(read.spans.get('c1')).toMatchObject({
      endUs: atUs(6),
      status: 'error',
      attrs: { processId: '42', exitCode: 1 },
    });
    expect(read.spans.get('c2')).toMatchObject({
      status: 'ok',
      attrs: { processId: '42' },
      summary: 'waits for output',
    });
    expect(read.spans.get('c3')).toMatchObject({ status: 'error', attrs: { processId: '42' }, summary: 'q' });
  });

  it.each([
    ['a shell command', call('c1', { command: ['bash', '-lc', 'ls -la\n| wc'] }, 'shell'), 'shell', 'ls -la | wc'],
    ['arguments', call('c1', { command: ['git', 'log', "it's"] }, 'shell'), 'shell', `git log 'it'\\''s'`],
    [
      'a patch',
      item('custom_tool_call', {
        call_id: 'c1',
        name: 'apply_patch',
        input: '*** Begin Patch\n*** Add File: a.ts\n+x\n*** Delete File: b.ts\n*** End Patch',
      }),
      'apply_patch',
      'a.ts, b.ts',
    ],
    [
      'a tool of a server',
      item('function_call', { call_id: 'c1', namespace: 'mcp__docs__', name: 'find', arguments: '{"query":"q"}' }),
      'mcp__docs__find',
      'q',
    ],
    ['broken arguments', item('function_call', { call_id: 'c1', name: 'x', arguments: '{"a' }), 'x', '{"a'],
    [
      'a local shell',
      item('local_shell_call', { call_id: 'c1', action: { type: 'exec', command: ['ls'] } }),
      'local_shell',
      'ls',
    ],
  ])('are named and summed up in a line: %s', (_name, line, name, summary) => {
    expect(readTimed([header(), line]).spans.get('c1')).toMatchObject({ name, summary });
  });

  it('that end in an event keep its exit code and time', () => {
    const end = event('exec_command_end', {
      call_id: 'c1',
      command: ['bash', '-lc', 'ls'],
      exit_code: 3,
      duration: { secs: 2, nanos: 500_000_000 },
      process_id: '77',
    });
    const read = readTimed([header(), call('c1'), end, output('c1', 'x')]);
    expect(read.spans.get('c1')).toMatchObject({
      status: 'error',
      attrs: { exitCode: 3, durationMs: 2500, processId: '77' },
    });
    expect(read.talk).toEqual(['tool', 'result']);
  });

  it('show the diff of the event rather than the words of the output', () => {
    const patch = item('custom_tool_call', { call_id: 'c1', name: 'apply_patch', input: '*** Begin Patch' });
    const changes = { '/a.ts': { type: 'update', unified_diff: '@@ -1 +1 @@\n-a\n+b\n' } };
    const end = event('patch_apply_end', { call_id: 'c1', success: true, changes });
    const said = item('custom_tool_call_output', { call_id: 'c1', output: 'Success.' });
    const read = readTimed([header(), patch, end, said]);
    expect(read.facts.filter(fact => fact.kind === 'entry' && fact.result === true)).toMatchObject([{ block: 1 }]);
    expect(codexRollout.content(end)[1]).toMatchObject({ kind: 'tool-result', diffs: [{ path: '/a.ts' }] });
  });

  it('of a script hang below it, and of the user below the session', () => {
    const script = item('custom_tool_call', { call_id: 'c1', name: 'exec', input: 'await tools.exec_command()' });
    const inner = { type: 'CommandExecution', id: 'inner', command: ['ls'], status: 'completed', exit_code: 0 };
    const read = readTimed([
      header(),
      script,
      event('item_completed', { item: inner }),
      item('custom_tool_call_output', { call_id: 'c1', output: [] }),
      event('exec_command_end', { call_id: 'mine', command: ['pwd'], source: 'user_shell', exit_code: 0 }),
    ]);
    expect(read.spans.get('inner')).toMatchObject({ span: 'tool', name: 'exec_command', parent: 'c1', summary: 'ls' });
    expect(read.spans.get('mine')).toMatchObject({ parent: 'session', status: 'ok' });
    expect(read.talk).toEqual(['tool', 'tool', 'result', 'result', 'tool', 'result']);
  });

  it('whose call is not in the file are kept without a place', () => {
    const read = readTimed([header(), output('lost')]);
    expect(read.spans.get('lost')).toMatchObject({ span: 'tool', name: 'tool', status: 'ok' });
    expect(read.spans.get('lost')?.parent).toBeUndefined();
  });

  it('that search the web are one span, with an id in the item or without', () => {
    const action = { type: 'search', query: 'weather' };
    const end = event('web_search_end', { call_id: 'ws_1', query: 'weather', action });
    for (const lines of [
      [end, item('web_search_call', { status: 'completed', action })],
      [item('web_search_call', { status: 'completed', action }), end],
      [end, item('web_search_call', { id: 'ws_1', status: 'completed', action })],
    ]) {
      const tools = [...readTimed([header(), ...lines]).spans.values()].filter(span => span.span === 'tool');
      expect(tools).toMatchObject([{ name: 'web_search', summary: 'weather', parent: 'response:1', status: 'ok' }]);
    }
  });
});

describe('what happens in a Codex session', () => {
  it.each([
    ['error: over', event('error', { message: 'over' })],
    ['error: slow down', event('error', { error: { kind: 'rate_limit', message: 'slow down' } })],
    ['error: bad request', event('task_complete', { error: { message: 'bad request' } })],
    ['compaction: context compacted', { type: 'compacted', payload: { message: 'summary' } }],
    ['compaction: context compacted', event('context_compacted')],
    ['notice: 2 turns taken back', event('thread_rolled_back', { num_turns: 2 })],
    ['notice: careful', event('warning', { message: 'careful' })],
    ['checkpoint: abc', item('ghost_snapshot', { ghost_commit: { id: 'abc' } })],
    ['permission: rm', event('guardian_assessment', { status: 'denied', action: { type: 'command', command: 'rm' } })],
    [
      'permission: to push',
      call('c1', { cmd: 'x', sandbox_permissions: 'require_escalated', justification: 'to push' }),
    ],
    ['permission: x', call('c1', { command: ['x'], with_escalated_permissions: true }, 'shell')],
    ['permission: may I', event('exec_approval_request', { call_id: 'c1', reason: 'may I' })],
  ])('is an event: %s', (happened, line) => {
    expect(readTimed([header(), line]).happened).toEqual([happened]);
  });

  it('is told once: errors that the end of a turn repeats, compactions in two forms', () => {
    const read = readTimed([
      header(),
      event('error', { message: 'over' }),
      event('task_complete', { error: { message: 'over' } }),
      { type: 'compacted', payload: {} },
      tokenCount(usage(1, 0, 1)),
      event('context_compacted'),
    ]);
    expect(read.happened).toEqual(['error: over', 'compaction: context compacted']);
  });
});

describe('records of a Codex session', () => {
  it.each([
    [{ type: 'response_item', payload: { type: 'telepathy' } }, 'response_item/telepathy', false],
    [{ type: 'event_msg', payload: { type: 'token_count', info: null } }, 'event_msg/token_count', true],
    [
      { type: 'event_msg', payload: { type: 'item_completed', item: { type: 'Dream' } } },
      'event_msg/item_completed/Dream',
      false,
    ],
    [{ type: 'dream', payload: {} }, 'dream', false],
    [{ type: 'world_state', payload: {} }, 'world_state', true],
    [{ record_type: 'state' }, 'record_type/state', true],
    [{ type: 'function_call', name: 'shell' }, 'function_call', true],
  ])('are named and known by type: %j', (line, type, known) => {
    expect(readTimed([header(), line]).records[1]).toMatchObject({ type, known });
  });

  it.each([[{ type: 'event_msg', payload: 3 }], [[1, 2]], ['text']])('that cannot be read are rejected: %j', value => {
    const { records } = readLines(codexRollout, linesOf(header(), value), hintOf('x.jsonl'));
    expect(records[1]).toMatchObject({ known: false, rejected: expect.any(String) });
  });
});

describe('a legacy Codex session', () => {
  const lines = [
    { id: 'abc', timestamp: '2025-08-01T10:00:00.000Z', instructions: null, git: { branch: 'main' } },
    { record_type: 'state' },
    {
      type: 'message',
      role: 'user',
      content: [{ text: '<environment_context>\n  <cwd>/old</cwd>\n</environment_context>' }],
    },
    { type: 'message', role: 'user', content: [{ text: 'go' }] },
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] },
    { type: 'function_call', name: 'shell', call_id: 'c1', arguments: '{"command":["ls"]}' },
    {
      type: 'function_call_output',
      call_id: 'c1',
      output: '{"output":"a","metadata":{"exit_code":0,"duration_seconds":0.1}}',
    },
    { type: 'message', role: 'assistant', content: [{ text: 'done' }] },
  ];

  it('is read by order alone: no times, no usage', () => {
    const { facts, records } = readLines(codexRollout, linesOf(...lines), hintOf('rollout-abc.jsonl'));
    const spans = joinSpans(facts);
    expect(records.map(record => record.timeUs !== null)).toEqual([true, ...Array(7).fill(false)]);
    expect([...spans.values()].map(span => [span.key, span.status, span.startUs])).toEqual([
      ['response:1', 'ok', undefined],
      ['c1', 'ok', undefined],
      ['response:2', 'ok', undefined],
    ]);
    expect(turnPrompts(facts)).toMatchObject([{ summary: 'go' }]);
    expect(facts).toContainEqual({ kind: 'session', cwd: '/old' });
    expect(facts).toContainEqual({ kind: 'session', gitBranch: 'main' });
  });

  it('may turn into the wrapped form in the middle of a file', () => {
    const { facts } = readLines(codexRollout, linesOf(...lines, said('user', 'more')), hintOf('rollout-abc.jsonl'));
    expect(turnPrompts(facts).map(prompt => prompt.summary)).toEqual(['go', 'more']);
  });
});
