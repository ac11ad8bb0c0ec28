import { describe, expect, it } from 'vitest';
import { diffsOfCall } from '../../../../src/main/core/parsers/claude-code-diffs.ts';
import { claudeCodeJsonl } from '../../../../src/main/core/parsers/claude-code.ts';
import { assistant, attachment, call, progress, result, system, text, user } from '../../../builders/claude-lines.ts';

const content = (value: unknown) => claudeCodeJsonl.content(value);
const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0K' } };

describe('What people read of a prompt', () => {
  it('is its text and its images in one block', () => {
    expect(content(user('u1', 0, [text('look'), image]))).toEqual([
      {
        kind: 'prompt',
        parts: [
          { kind: 'text', text: 'look' },
          { kind: 'image', mediaType: 'image/png', base64: 'iVBORw0K' },
        ],
      },
    ]);
  });

  it('is also the text that was queued', () => {
    const queued = attachment('t1', 0, { type: 'queued_command', prompt: 'also this', commandMode: 'prompt' });
    expect(content(queued)).toEqual([{ kind: 'prompt', parts: [{ kind: 'text', text: 'also this' }] }]);
  });

  it.each([
    [
      'a command with its arguments',
      '<command-message>init is analyzing</command-message>\n<command-name>/init</command-name>\n<command-args>all</command-args>',
      { kind: 'notice', title: 'Command', text: '/init all' },
    ],
    ['a shell command', '<bash-input> ls -l</bash-input>', { kind: 'notice', title: 'Shell command', text: 'ls -l' }],
    [
      'what it printed, without colours',
      '<bash-stdout>\u001B[31mred\u001B[0m</bash-stdout><bash-stderr>oops</bash-stderr>',
      { kind: 'notice', title: 'Output', text: 'red\noops' },
    ],
    [
      'a command that printed nothing',
      '<local-command-stdout></local-command-stdout>',
      { kind: 'notice', title: 'Output', text: '' },
    ],
    [
      'a notification',
      '<task-notification>\n<task-id>b1</task-id>\n<summary>Shell done</summary>\n<result>All well</result>',
      { kind: 'notice', title: 'Task notification', text: 'Shell done\n\nAll well' },
    ],
    [
      'an interruption',
      '[Request interrupted by user]',
      { kind: 'notice', title: 'Interrupted', text: 'Request interrupted by user' },
    ],
    [
      'a reminder',
      '<system-reminder>remember</system-reminder>',
      {
        kind: 'system',
        title: 'Reminder',
        parts: [{ kind: 'text', text: '<system-reminder>remember</system-reminder>' }],
      },
    ],
  ])('is put in plain words where it is %s', (_name, words, block) => {
    expect(content(user('u1', 0, words))).toEqual([block]);
  });

  it('is the summary where the conversation was compacted', () => {
    expect(content(user('u1', 0, 'So far…', { isCompactSummary: true }))).toEqual([
      { kind: 'compaction', title: 'Summary of the conversation so far', text: 'So far…' },
    ]);
  });
});

describe('What people read of an answer', () => {
  it('has one block for each of the message', () => {
    const line = assistant('a1', 0, [
      { type: 'thinking', thinking: 'let me see', signature: 's' },
      { type: 'thinking', thinking: '', signature: 's' },
      { type: 'redacted_thinking', data: 'x' },
      text('**Done**'),
      call('toolu_1', 'Bash', { command: 'ls' }),
    ]);
    expect(content(line)).toEqual([
      { kind: 'thinking', text: 'let me see', hidden: false },
      { kind: 'thinking', text: '', hidden: true },
      { kind: 'thinking', text: '', hidden: true },
      { kind: 'answer', parts: [{ kind: 'text', text: '**Done**' }] },
      { kind: 'tool-call', callId: 'toolu_1', name: 'Bash', input: { command: 'ls' }, command: 'ls' },
    ]);
  });

  it('shows blocks that are not known as they are', () => {
    const [block] = content(assistant('a1', 0, [{ type: 'hologram', x: 1 }]));
    expect(block).toMatchObject({ kind: 'notice', title: 'hologram' });
  });

  it('is an error where the API failed', () => {
    const failure = { isApiErrorMessage: true, error: 'unknown' };
    const line = assistant('a1', 0, [text('API Error: 400 bad')], { model: '<synthetic>' }, failure);
    expect(content(line)).toEqual([{ kind: 'error', title: 'unknown', text: 'API Error: 400 bad' }]);
  });
});

describe('What people read of a file change', () => {
  it('is the replaced text with what stays around it', () => {
    expect(
      diffsOfCall('Edit', { file_path: '/a.ts', old_string: 'one\ntwo\nfour', new_string: 'one\nthree\nfour' }),
    ).toEqual([
      {
        path: '/a.ts',
        change: 'update',
        hunks: [{ oldStart: 1, oldLines: 3, newStart: 1, newLines: 3, lines: [' one', '-two', '+three', ' four'] }],
      },
    ]);
  });

  it('is one hunk for each of several edits', () => {
    const edits = [
      { old_string: 'a', new_string: 'b' },
      { old_string: 'c', new_string: '' },
    ];
    expect(diffsOfCall('MultiEdit', { file_path: '/a.ts', edits })?.[0]?.hunks.map(hunk => hunk.lines)).toEqual([
      ['-a', '+b'],
      ['-c'],
    ]);
  });

  it('does not take one line for both its beginning and its end', () => {
    const [diff] = diffsOfCall('Edit', { file_path: '/a', old_string: 'x', new_string: 'x\nx' }) ?? [];
    expect(diff?.hunks[0]?.lines).toEqual([' x', '+x']);
  });

  it('is the whole of a written file', () => {
    expect(diffsOfCall('Write', { file_path: '/a.ts', content: 'one\ntwo\n' })?.[0]).toEqual({
      path: '/a.ts',
      change: 'create',
      hunks: [{ oldStart: 0, oldLines: 0, newStart: 1, newLines: 2, lines: ['+one', '+two'] }],
    });
  });

  it('is the patch that the result tells', () => {
    const patch = { oldStart: 5, oldLines: 1, newStart: 5, newLines: 1, lines: ['-a', '+b'] };
    const detail = { filePath: '/a.ts', oldString: 'a', newString: 'b', structuredPatch: [patch] };
    expect(content(user('r1', 0, [result('toolu_1', 'updated')], { toolUseResult: detail }))).toMatchObject([
      { kind: 'tool-result', diffs: [{ path: '/a.ts', change: 'update', hunks: [patch] }] },
    ]);
  });

  it('is the whole file where the result tells of a new one', () => {
    const detail = { type: 'create', filePath: '/a.ts', content: 'one\n', structuredPatch: [], originalFile: null };
    expect(content(user('r1', 0, [result('toolu_1', 'created')], { toolUseResult: detail }))).toMatchObject([
      { diffs: [{ change: 'create', hunks: [{ newLines: 1, lines: ['+one'] }] }] },
    ]);
  });
});

describe('What people read of a tool result', () => {
  it('is its text, its images and what else there is', () => {
    const parts = [text('see'), image, { type: 'tool_reference', tool_name: 'Read' }, { type: 'odd', x: 1 }];
    expect(content(user('r1', 0, [result('toolu_1', parts)]))).toEqual([
      {
        kind: 'tool-result',
        callId: 'toolu_1',
        isError: false,
        parts: [
          { kind: 'text', text: 'see' },
          { kind: 'image', mediaType: 'image/png', base64: 'iVBORw0K' },
          { kind: 'file', name: 'Read', note: 'tool' },
          { kind: 'json', value: { type: 'odd', x: 1 } },
        ],
      },
    ]);
  });

  it('is an error with its exit code', () => {
    expect(content(user('r1', 0, [result('toolu_1', 'Exit code 2\nno such file', true)]))).toMatchObject([
      { isError: true, exitCode: 2, parts: [{ text: 'Exit code 2\nno such file' }] },
    ]);
  });

  it('is not wrapped in tags', () => {
    const line = user('r1', 0, [result('toolu_1', '<tool_use_error>File not read</tool_use_error>', true)]);
    expect(content(line)).toMatchObject([{ parts: [{ kind: 'text', text: 'File not read' }] }]);
  });

  it('says where the rest of a long output is', () => {
    const detail = { stdout: 'x', persistedOutputPath: '/tmp/out.txt', persistedOutputSize: 90000 };
    expect(content(user('r1', 0, [result('toolu_1', 'x…')], { toolUseResult: detail }))).toMatchObject([
      { parts: [{ kind: 'text' }, { kind: 'file', name: '/tmp/out.txt', note: 'all of it, 90000 bytes' }] },
    ]);
  });

  it('takes the details of the line for its own only where it is alone', () => {
    const detail = { type: 'create', filePath: '/a.ts', content: 'x', structuredPatch: [] };
    const blocks = content(user('r1', 0, [result('toolu_1', 'a'), result('toolu_2', 'b')], { toolUseResult: detail }));
    expect(blocks).toHaveLength(2);
    expect(blocks.some(block => 'diffs' in block)).toBe(false);
  });
});

describe('What people read of other lines', () => {
  it.each([
    [
      'a compaction',
      system('compact_boundary', 'y1', 0, { compactMetadata: { trigger: 'manual', preTokens: 1000 } }),
      { kind: 'compaction', title: 'Conversation compacted', text: 'manual, 1000 tokens before' },
    ],
    [
      'a note',
      system('away_summary', 'y1', 0, { summary: 'Away for 3 minutes' }),
      { kind: 'notice', title: 'Away summary', text: 'Away for 3 minutes' },
    ],
    [
      'the end of a turn',
      system('turn_duration', 'y1', 0, { durationMs: 7710 }),
      { kind: 'notice', title: 'Turn ended', text: '7.7 s' },
    ],
    [
      'an attached file',
      attachment('t1', 0, {
        type: 'file',
        filename: '/p/CLAUDE.md',
        displayPath: 'CLAUDE.md',
        content: { type: 'text', file: { filePath: '/p/CLAUDE.md', content: '# Rules' } },
      }),
      {
        kind: 'system',
        title: 'File',
        parts: [
          { kind: 'file', name: 'CLAUDE.md' },
          { kind: 'text', text: '# Rules' },
        ],
      },
    ],
    [
      'a copy of a subagent’s line',
      progress('p1', 0, { type: 'agent_progress', agentId: 'a1', message: assistant('s1', 0, [text('hi')]) }),
      { kind: 'answer', parts: [{ kind: 'text', text: 'hi' }] },
    ],
    [
      'the progress of a command',
      progress('p1', 0, { type: 'bash_progress', output: 'tail', fullOutput: 'all' }),
      { kind: 'notice', title: 'Progress', text: 'all' },
    ],
    ['a title', { type: 'ai-title', aiTitle: 'Greeting' }, { kind: 'notice', title: 'Title', text: 'Greeting' }],
  ])('is one block for %s', (_name, line, block) => {
    expect(content(line)).toEqual([block]);
  });

  it('is nothing where there is nothing to read', () => {
    expect([null, 7, [], {}, { type: 'mode', mode: 'plan' }].flatMap(content)).toEqual([]);
  });
});
