// What the conversation makes of recorded text: pure functions.

import { describe, expect, it } from 'vitest';
import { diffCounts, diffRows } from '../../../src/renderer/features/conversation/text/diff-rows.ts';
import { countLines, foldLines, narrowLines } from '../../../src/renderer/features/conversation/text/fold-lines.ts';
import { isFormattable } from '../../../src/renderer/features/conversation/text/formattable.ts';
import { readNumbered } from '../../../src/renderer/features/conversation/text/numbered-lines.ts';
import { firstWordsOf, oneLineOf } from '../../../src/renderer/features/conversation/text/one-line.ts';
import { terminalPlain, terminalRuns } from '../../../src/renderer/features/conversation/text/terminal-text.ts';
import {
  inputSummary,
  lookOf,
  questionsOf,
  todosOf,
  toolTitle,
} from '../../../src/renderer/features/conversation/text/tool-shape.ts';
import { failureLine, toolHalves, toolState } from '../../../src/renderer/features/conversation/text/tool-state.ts';
import { visibleText } from '../../../src/renderer/features/conversation/text/visible-text.ts';

describe('terminal output', () => {
  const esc = '\u001b';

  it('becomes runs with the colours that the program set', () => {
    expect(terminalRuns(`a${esc}[1;31mb${esc}[0mc${esc}[38;5;2md${esc}[39m`)).toEqual([
      { text: 'a' },
      { text: 'b', bold: true, colour: 'red' },
      { text: 'c' },
      { text: 'd', colour: 'green' },
    ]);
  });

  it.each([
    ['cursor moves', `a${esc}[2Kb${esc}[10;5Hc`, 'abc'],
    ['window titles', `${esc}]0;title\u0007text`, 'text'],
    ['links', `${esc}]8;;https://x.example${esc}\\text${esc}]8;;${esc}\\`, 'text'],
    ['true colours', `${esc}[38;2;255;0;0mred${esc}[0m`, 'red'],
    ['a sequence cut off at the end', `text${esc}[3`, 'text'],
    ['an escape alone at the end', `text${esc}`, 'text'],
    ['a title that never ends, with its line only', `${esc}]0;title\nnext`, '\nnext'],
  ])('is shown without %s', (_what, text, plain) => {
    expect(terminalPlain(text)).toBe(plain);
  });

  it('shows a line that was overwritten as it ended', () => {
    expect(terminalPlain('10%\r50%\r100%\nnext\r\nlast')).toBe('100%\nnext\nlast');
  });
});

describe('unseen characters', () => {
  it('leave clean text as it is, the same string', () => {
    const text = 'Tabs\tand lines\n, emoji 👩‍👧, Persian می‌خواهم, Arabic ؀';
    expect(visibleText(text)).toBe(text);
  });

  it.each([
    ['\u202Eabc', '⟨U+202E⟩abc'],
    ['a\u200Bb', 'a⟨U+200B⟩b'],
    ['\uFEFFa', '⟨U+FEFF⟩a'],
    ['a\rb', 'a␍b'],
    ['a\r\nb', 'a\nb'],
    ['\u001b[31m', '␛[31m'],
    ['\u007f', '␡'],
    ['\u0085', '⟨U+0085⟩'],
  ])('in %j are marked', (text, shown) => expect(visibleText(text)).toBe(shown));

  it('spell the flags of regions, which stay flags', () => {
    const england = '\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}';
    expect(visibleText(`x${england}`)).toBe(`x${england}`);
  });
});

describe('long text', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, index) => `l${index + 1}`).join('\n');

  it('keeps head and tail, and counts what is between them', () => {
    expect(foldLines(lines(20), 5, 2)).toEqual({ head: 'l1\nl2\nl3\nl4\nl5', hidden: 13, tail: 'l19\nl20', total: 20 });
  });

  it('is not folded for a few lines', () => {
    expect(foldLines(lines(10), 5, 2)).toMatchObject({ head: lines(10), hidden: 0, tail: '' });
    expect(foldLines(lines(11), 5, 2).hidden).toBe(4);
  });

  it('counts a line feed at its end as no further line', () => {
    expect(countLines('a\nb\n')).toBe(2);
    expect(countLines('a\nb')).toBe(2);
    expect(countLines('')).toBe(1);
  });

  it('has its wide lines cut, and what is cut counted', () => {
    expect(narrowLines(`short\n${'x'.repeat(12)}`, 10)).toEqual({ text: `short\n${'x'.repeat(10)}…`, cut: 2 });
  });
});

describe('numbered lines', () => {
  it('are read from both ways of numbering', () => {
    expect(readNumbered('     1→a\n     2→\n     3→c')?.lines).toEqual([
      { number: '1', text: 'a' },
      { number: '2', text: '' },
      { number: '3', text: 'c' },
    ]);
    expect(readNumbered('41\ta\n42\tb')?.lines.map(line => line.number)).toEqual(['41', '42']);
  });

  it('end where the numbers do; what follows is kept', () => {
    const read = readNumbered('  1→a\n  2→b\n\n<system-reminder>x</system-reminder>');
    expect(read?.lines.length).toBe(2);
    expect(read?.rest).toBe('<system-reminder>x</system-reminder>');
  });

  it('are not seen in other text', () => {
    expect(readNumbered('plain\ntext')).toBeUndefined();
    expect(readNumbered('1\tone of a table\nno number')).toBeUndefined();
  });
});

describe('diffs', () => {
  const diff = (lines: readonly string[], oldStart = 1, newStart = 1) => ({
    path: 'a',
    change: 'update' as const,
    hunks: [{ oldStart, oldLines: 1, newStart, newLines: 1, lines: [...lines] }],
  });

  it('number both sides, and count what changed', () => {
    const change = diff([' a', '-b', '+c', '+d', ' e'], 7, 9);
    expect(diffRows(change).map(row => (row.kind === 'gap' ? row : [row.kind, row.oldNumber, row.newNumber]))).toEqual([
      ['same', 7, 9],
      ['removed', 8, undefined],
      ['added', undefined, 10],
      ['added', undefined, 11],
      ['same', 9, 12],
    ]);
    expect(diffCounts(change)).toEqual({ added: 2, removed: 1 });
  });

  it('mark the words that changed, and whole lines where little stayed', () => {
    const changed = (lines: readonly string[]) =>
      diffRows(diff(lines)).flatMap(row => (row.kind === 'gap' ? [] : row.pieces.filter(piece => piece.changed)));
    expect(changed(['-call(one, two)', '+call(one, three)']).map(piece => piece.text)).toEqual(['two', 'three']);
    expect(changed(['-alpha beta gamma', '+something else entirely different'])).toEqual([]);
  });

  it('give a line about a missing line feed no number', () => {
    const rows = diffRows(diff(['+a', '\\ No newline at end of file']));
    expect(rows[1]).toMatchObject({ kind: 'same', oldNumber: undefined, newNumber: undefined });
  });
});

describe('tools', () => {
  it.each([
    ['Bash', 'command'],
    ['Read', 'read'],
    ['MultiEdit', 'edit'],
    ['apply_patch', 'edit'],
    ['Grep', 'search'],
    ['WebSearch', 'web'],
    ['TodoWrite', 'todo'],
    ['update_plan', 'todo'],
    ['Task', 'agent'],
    ['TaskCreate', 'todo'],
    ['mcp__github__search_code', 'mcp'],
    ['ExitPlanMode', 'plan'],
    ['Frobnicate', 'other'],
  ])('named %s look like %s', (name, look) => expect(lookOf(name, false)).toBe(look));

  it('that run a command look like one, whatever their name', () => expect(lookOf('x', true)).toBe('command'));

  it('of a server are titled by both names', () => {
    expect(toolTitle('mcp__github__create_issue')).toBe('github · create_issue');
  });

  it('are summed up by what they work on, else by their short fields', () => {
    expect(inputSummary({ pattern: 'x', path: '/a' })).toBe('/a');
    expect(inputSummary({ taskId: '3', status: 'completed', note: 'x'.repeat(80) })).toBe('taskId 3, status completed');
    expect(inputSummary({ deep: { a: 1 } })).toBeUndefined();
    expect(inputSummary(null)).toBeUndefined();
  });

  it('hold to-do lists in several shapes, and only those', () => {
    expect(todosOf({ plan: [{ step: 'a', status: 'in_progress' }] })).toEqual([{ text: 'a', state: 'active' }]);
    expect(todosOf({ todos: [{ content: 'a', status: 'completed' }] })).toEqual([{ text: 'a', state: 'done' }]);
    expect(todosOf({ todos: [{ content: 'a' }] })).toBeUndefined();
    expect(todosOf({ items: [1, 2] })).toBeUndefined();
  });

  it('hold questions to the user', () => {
    expect(
      questionsOf({ questions: [{ question: 'Which?', options: [{ label: 'A', description: 'first' }, 'B'] }] }),
    ).toEqual([
      {
        text: 'Which?',
        options: [
          { label: 'A', description: 'first' },
          { label: 'B', description: undefined },
        ],
      },
    ]);
    expect(questionsOf({ questions: [1] })).toBeUndefined();
  });

  it('failed, when the result or the span says so', () => {
    const result = { kind: 'tool-result', callId: 'c', isError: false, parts: [] } as const;
    expect(toolState('ok', { ...result, parts: [] })).toBe('ok');
    expect(toolState('ok', { ...result, parts: [], exitCode: 1 })).toBe('failed');
    expect(toolState('error', undefined)).toBe('failed');
    expect(toolState('aborted', undefined)).toBe('interrupted');
    expect(toolState('open', undefined)).toBe('open');
    expect(toolState('open', { ...result, parts: [] })).toBe('ok');
  });

  it('say why they failed in their first telling line', () => {
    expect(
      failureLine({
        kind: 'tool-result',
        callId: 'c',
        isError: true,
        parts: [{ kind: 'text', text: 'Exit code 1\n\n  boom  \nmore' }],
      }),
    ).toBe('boom');
  });

  it('have results without a call, and calls without a result', () => {
    const result = { kind: 'tool-result' as const, callId: 'c', isError: false, parts: [] };
    expect(toolHalves([result])).toEqual({ call: undefined, results: [result], others: [] });
  });
});

describe('hints', () => {
  it('are one line of first words without Markdown signs', () => {
    expect(firstWordsOf('## **Plan**\n\n- do `this`')).toBe('Plan - do this');
    expect(firstWordsOf('x'.repeat(500), 10)).toBe('xxxxxxxxx…');
  });

  it('about commands keep every sign', () => {
    expect(oneLineOf("apply_patch '*** Begin Patch\n*** Update'")).toBe("apply_patch '*** Begin Patch *** Update'");
  });
});

describe('Markdown', () => {
  it('is formatted when it is prose, and when marks stand in its code', () => {
    expect(isFormattable('Some *text*.\n\n'.repeat(500))).toBe(true);
    expect(isFormattable(`Look:\n\n\`\`\`c\n${'a_b * c_d;\n'.repeat(2000)}\`\`\`\n`)).toBe(true);
  });

  it('is not formatted when it would take too long', () => {
    expect(isFormattable('x '.repeat(40_000))).toBe(false);
    expect(isFormattable('*a_'.repeat(1000))).toBe(false);
    expect(isFormattable('>'.repeat(100))).toBe(false);
  });
});
