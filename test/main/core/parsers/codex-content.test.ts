import { describe, expect, it } from 'vitest';
import { codexRollout } from '../../../../src/main/core/parsers/codex.ts';
import { contentBlockSchema } from '../../../../src/shared/model/content.ts';
import { call, event, item, output, said } from './codex-lines.ts';

const png = 'iVBORw0KGgo=';
const text = (value: string): object => ({ kind: 'text', text: value });

describe('what people read of a Codex record', () => {
  it.each<[string, unknown, readonly object[]]>([
    ['an answer', said('assistant', 'Hi', 'there'), [{ kind: 'answer', parts: [text('Hi'), text('there')] }]],
    [
      'a prompt with a pasted image, without the marks around it',
      item('message', {
        role: 'user',
        content: [
          { type: 'input_text', text: '<image name=[Image #1]>' },
          { type: 'input_image', image_url: `data:image/png;base64,${png}` },
          { type: 'input_text', text: '</image>' },
          { type: 'input_text', text: 'What is this?' },
        ],
      }),
      [{ kind: 'prompt', parts: [{ kind: 'image', mediaType: 'image/png', base64: png }, text('What is this?')] }],
    ],
    [
      'a prompt of an event with a file',
      event('user_message', { message: 'see', local_images: ['/tmp/a.png'] }),
      [{ kind: 'prompt', parts: [text('see'), { kind: 'file', name: '/tmp/a.png' }] }],
    ],
    [
      'injected text, named by its tags',
      said('developer', '<permissions instructions>\nx', 'You are the root'),
      [
        {
          kind: 'system',
          title: 'permissions, developer',
          parts: [text('<permissions instructions>\nx'), text('You are the root')],
        },
      ],
    ],
    [
      'reasoning',
      item('reasoning', { summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'x' }),
      [{ kind: 'thinking', text: 'hm', hidden: false }],
    ],
    [
      'reasoning that is encrypted',
      item('reasoning', { summary: [], encrypted_content: 'x' }),
      [{ kind: 'thinking', text: '', hidden: true }],
    ],
    [
      'a command',
      call('c1', { cmd: 'ls' }),
      [{ kind: 'tool-call', callId: 'c1', name: 'exec_command', input: { cmd: 'ls' }, command: 'ls' }],
    ],
    [
      'a patch inside a shell command',
      call('c1', { command: ['apply_patch', '*** Begin Patch\n*** Delete File: a\n*** End Patch'] }, 'shell'),
      [
        expect.objectContaining({
          kind: 'tool-call',
          command: expect.any(String),
          diffs: [{ path: 'a', change: 'delete', hunks: [] }],
        }),
      ],
    ],
    [
      'the output of the old shell, out of its wrapper',
      output('c1', '{"output":"a\\nb","metadata":{"exit_code":1,"duration_seconds":0}}'),
      [{ kind: 'tool-result', callId: 'c1', isError: true, parts: [text('a\nb')], exitCode: 1 }],
    ],
    [
      'an output with an image',
      output('c1', [
        { type: 'input_text', text: 'a' },
        { type: 'input_image', image_url: `data:image/jpeg;base64,${png}` },
      ]),
      [
        {
          kind: 'tool-result',
          callId: 'c1',
          isError: false,
          parts: [text('a'), { kind: 'image', mediaType: 'image/jpeg', base64: png }],
        },
      ],
    ],
    [
      'the end of a command',
      event('exec_command_end', { call_id: 'c1', command: ['ls'], aggregated_output: 'a', exit_code: 0 }),
      [
        { kind: 'tool-call', callId: 'c1', name: 'exec_command', input: { command: ['ls'] }, command: 'ls' },
        { kind: 'tool-result', callId: 'c1', isError: false, parts: [text('a')], exitCode: 0 },
      ],
    ],
    [
      'a failed call of a server',
      event('mcp_tool_call_end', {
        call_id: 'c1',
        invocation: { server: 's', tool: 't', arguments: { a: 1 } },
        result: { Err: 'no' },
      }),
      [
        { kind: 'tool-call', callId: 'c1', name: 's.t', input: { a: 1 } },
        { kind: 'tool-result', callId: 'c1', isError: true, parts: [text('no')] },
      ],
    ],
    [
      'a compaction with its summary',
      { type: 'compacted', payload: { message: 'So far' } },
      [{ kind: 'compaction', title: 'Context compacted', text: 'So far' }],
    ],
    [
      'a compaction whose summary is encrypted',
      { type: 'compacted', payload: { message: '', replacement_history: [{}, { type: 'compaction' }] } },
      [
        {
          kind: 'compaction',
          title: 'Context compacted',
          text: 'The history now has 2 items; its summary is encrypted.',
        },
      ],
    ],
    [
      'an error',
      event('error', { message: 'over', codex_error_info: 'usage_limit_exceeded' }),
      [{ kind: 'error', title: 'usage_limit_exceeded', text: 'over' }],
    ],
    [
      'an interruption',
      event('turn_aborted', { reason: 'interrupted' }),
      [{ kind: 'notice', title: 'turn aborted', text: 'interrupted' }],
    ],
    [
      'a generated image',
      item('image_generation_call', { id: 'ig_1', status: 'completed', revised_prompt: 'a cat', result: png }),
      [
        { kind: 'tool-call', callId: 'ig_1', name: 'image_generation', input: { prompt: 'a cat' } },
        {
          kind: 'tool-result',
          callId: 'ig_1',
          isError: false,
          parts: [{ kind: 'image', mediaType: 'image/png', base64: png }],
        },
      ],
    ],
    ['token counts: nothing', event('token_count', { info: null }), []],
    ['what is not known: nothing', { type: 'dream', payload: {} }, []],
  ])('is %s', (_name, value, blocks) => {
    expect(codexRollout.content(value)).toEqual(blocks);
    for (const block of codexRollout.content(value)) contentBlockSchema.parse(block);
  });
});
