import { describe, expect, it } from 'vitest';
import { entryText, MAX_TEXT_CHARS } from '../../../../src/main/core/search/entry-text.ts';
import type { ContentBlock } from '../../../../src/shared/model/content.ts';

const call = (input: unknown, more = {}): ContentBlock => ({
  kind: 'tool-call',
  callId: 't',
  name: 'Read',
  input,
  ...more,
});
const output = (...texts: string[]): ContentBlock => ({
  kind: 'tool-result',
  callId: 't',
  isError: false,
  parts: texts.map(text => ({ kind: 'text', text })),
});

describe('The text of an entry', () => {
  it('is that of its body and its result', () => {
    expect(entryText([call({ a: 'in', n: 7, deep: [{ b: 'side' }], yes: true }), output('out', 'more')])).toEqual({
      text: 'in\n7\nside\nout\nmore',
      path: '',
      failed: false,
    });
  });

  it('holds values of tool input, not the names of its fields', () => {
    expect(entryText([call({ old_string: 'before', new_string: 'after' })]).text).toBe('before\nafter');
  });

  it('holds a command once', () => {
    expect(entryText([call({ command: 'ls' }, { command: 'ls' })]).text).toBe('ls');
    expect(entryText([call({ command: ['bash', '-c', 'ls -l'] }, { command: 'ls -l | wc' })]).text).toBe(
      'bash\n-c\nls -l\nls -l | wc',
    );
  });

  it.each([
    ['Read', ''],
    ['Bash', ''],
    ['WebSearch', 'WebSearch'],
    ['apply_patch', 'apply_patch'],
    ['mcp__github__list_issues', 'mcp__github__list_issues'],
  ])('names the tool %s only where the name is no everyday word', (name, text) => {
    expect(entryText([call({}, { name })]).text).toBe(text);
  });

  it('lists the files that a call names, in its input and in its diffs', () => {
    const diffs = [{ path: 'src/b.ts', change: 'update', hunks: [] }];
    const input = { file_path: '/w/a.ts', edits: [{ path: 'c.ts', text: 'path' }], paths: ['d', 'e'], content: 'x/y' };
    expect(entryText([call(input, { diffs })]).path.split('\n')).toEqual(['/w/a.ts', 'c.ts', 'd', 'e', 'src/b.ts']);
  });

  it('takes no contents for paths', () => {
    expect(entryText([call({ file: 'line\nline', file_text: 'x'.repeat(2000) })]).path).toBe('');
  });

  it('of a long output is its start and its end', () => {
    const { text } = entryText([output(`first ${'x'.repeat(100_000)} last`)]);
    expect(text.startsWith('first ')).toBe(true);
    expect(text.endsWith(' last')).toBe(true);
    expect(text.length).toBeLessThanOrEqual(MAX_TEXT_CHARS + 1);
  });

  it('leaves out images, and deep or endless values', () => {
    const deep = JSON.parse(`${'['.repeat(5000)}"x"${']'.repeat(5000)}`) as unknown;
    const image = { kind: 'image', mediaType: 'image/png', base64: 'AAAA' } as const;
    expect(entryText([call(deep), { kind: 'prompt', parts: [image] }])).toEqual({ text: '', path: '', failed: false });
  });

  it.each<[string, ContentBlock, boolean]>([
    ['a failed result', { kind: 'tool-result', callId: 't', isError: true, parts: [] }, true],
    ['an error', { kind: 'error', title: 'Overloaded', text: '529' }, true],
    ['an answer', { kind: 'answer', parts: [] }, false],
  ])('says of %s whether it is a failure', (_what, block, failed) => {
    expect(entryText([block]).failed).toBe(failed);
  });
});
