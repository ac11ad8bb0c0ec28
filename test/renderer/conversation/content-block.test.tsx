import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import type { ReactElement } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ContentActionsContext, ContentBlockView } from '../../../src/renderer/features/conversation/index.tsx';
import { TooltipProvider } from '../../../src/renderer/ui/tooltip.tsx';
import type { ContentBlock } from '../../../src/shared/model/content.ts';

afterEach(cleanup);

function show(element: ReactElement) {
  return render(<TooltipProvider>{element}</TooltipProvider>);
}

function showBlock(block: ContentBlock, mode: 'entry' | 'full' = 'entry') {
  return show(<ContentBlockView block={block} mode={mode} />);
}

const text = (value: string) => ({ kind: 'text' as const, text: value });
const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`).join('\n');

describe('every kind of block', () => {
  it('shows a prompt as it was typed, Markdown signs and line breaks included', () => {
    const { container } = showBlock({ kind: 'prompt', parts: [text('# not a heading\n**nor** bold')] });
    expect(container.querySelector('h4, strong')).toBeNull();
    expect(container.querySelector('.conversation-plain-text')?.textContent).toBe('# not a heading\n**nor** bold');
  });

  it('shows an answer as Markdown with code, tables and task lists', () => {
    const markdown = '## Done\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```ts\nconst a = 1;\n```\n\n- [x] tested';
    const { container } = showBlock({ kind: 'answer', parts: [text(markdown)] });
    expect(screen.getByRole('heading', { name: 'Done' }).tagName).toBe('H4');
    expect(screen.getByRole('cell', { name: '2' })).toBeTruthy();
    expect(container.querySelector('.conversation-codeblock-head')?.textContent).toContain('ts');
    expect(container.querySelector('.conversation-codeblock pre')?.textContent).toBe('const a = 1;');
    expect(screen.getByRole<HTMLInputElement>('checkbox').checked).toBe(true);
  });

  it('folds thinking to its first words and opens it', () => {
    showBlock({ kind: 'thinking', text: 'The user wants **a fix**.\n\nSo I look.', hidden: false });
    const line = screen.getByRole('button', { name: /Thinking/ });
    expect(line.textContent).toContain('The user wants a fix. So I look.');
    expect(screen.queryByText('So I look.')).toBeNull();
    fireEvent.click(line);
    expect(screen.getByText('So I look.')).toBeTruthy();
    expect(line.getAttribute('aria-expanded')).toBe('true');
  });

  it('says plainly that thinking was hidden', () => {
    showBlock({ kind: 'thinking', text: '', hidden: true });
    expect(screen.getByText(/hidden: its text was not recorded/)).toBeTruthy();
    expect(screen.queryByRole('button')).toBeNull();
  });

  it('shows a command and the rest of its input', () => {
    showBlock({
      kind: 'tool-call',
      callId: 'c1',
      name: 'Bash',
      input: { command: 'ls -la', description: 'Lists files', timeout: 5000 },
      command: 'ls -la',
    });
    expect(screen.getByRole('figure', { name: 'Command' }).textContent).toContain('$ ls -la');
    expect(screen.getByText('Lists files')).toBeTruthy();
    expect(screen.getByText('5000')).toBeTruthy();
  });

  it('shows an edit as a diff with the numbers of both sides and the words that changed', () => {
    const { container } = showBlock({
      kind: 'tool-call',
      callId: 'c1',
      name: 'Edit',
      input: {},
      diffs: [
        {
          path: 'src/a.ts',
          change: 'update',
          hunks: [
            {
              oldStart: 10,
              oldLines: 2,
              newStart: 12,
              newLines: 2,
              lines: [' const a = 1;', '-const name = "old";', '+const name = "new";'],
            },
          ],
        },
      ],
    });
    const rows = [...container.querySelectorAll('tr')].map(row => [...row.cells].map(cell => cell.textContent));
    expect(rows).toEqual([
      ['10', '12', ' const a = 1;'],
      ['11', '', '−const name = "old";'],
      ['', '13', '+const name = "new";'],
    ]);
    expect([...container.querySelectorAll('mark')].map(mark => mark.textContent)).toEqual(['old', 'new']);
  });

  it('shows a command that patches files by its diffs, the command itself folded', () => {
    showBlock({
      kind: 'tool-call',
      callId: 'c',
      name: 'shell',
      input: {},
      command: 'apply_patch <<EOF',
      diffs: [
        {
          path: 'a.go',
          change: 'create',
          hunks: [{ oldStart: 0, oldLines: 0, newStart: 1, newLines: 1, lines: ['+x'] }],
        },
      ],
    });
    expect(screen.getByText('new file')).toBeTruthy();
    expect(screen.queryByRole('figure', { name: 'Command' })).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: /Command.*apply_patch/ }));
    expect(screen.getByRole('figure', { name: 'Command' }).textContent).toContain('apply_patch <<EOF');
  });

  it('shows a to-do list as a list with the state of each point', () => {
    const todos = [
      { content: 'Read', status: 'completed' },
      { content: 'Write', status: 'in_progress' },
      { content: 'Test', status: 'pending' },
    ];
    showBlock({ kind: 'tool-call', callId: 'c', name: 'TodoWrite', input: { todos } });
    const items = screen.getAllByRole('listitem').map(item => item.textContent);
    expect(items).toEqual(['done: Read', 'in progress: Write', 'to do: Test']);
  });

  it('marks a failed result with its exit code and takes the wrapping of errors off', () => {
    showBlock({
      kind: 'tool-result',
      callId: 'c',
      isError: true,
      exitCode: 127,
      parts: [text('<tool_use_error>no such file</tool_use_error>')],
    });
    expect(screen.getByText('Exit code 127')).toBeTruthy();
    expect(screen.getByRole('figure', { name: 'Result' }).textContent).toContain('no such file');
    expect(screen.queryByText(/tool_use_error/)).toBeNull();
  });

  it('shows the lines of a file with the numbers that the agent saw', () => {
    const { container } = show(
      <ContentBlockView
        mode="entry"
        call={{ kind: 'tool-call', callId: 'c', name: 'Read', input: { file_path: '/a' } }}
        block={{ kind: 'tool-result', callId: 'c', isError: false, parts: [text('     7→const a;\n     8→const b;')] }}
      />,
    );
    const shown = [...container.querySelectorAll('.conversation-numbered-line')].map(line => line.textContent);
    expect(shown).toEqual(['7const a;\n', '8const b;\n']);
  });

  it('shows a result that is JSON as a tree', () => {
    showBlock({ kind: 'tool-result', callId: 'c', isError: false, parts: [text('{"files":["a","b"],"count":2}')] });
    expect(screen.getByRole('button', { name: /files.*2 items/ })).toBeTruthy();
  });

  it('shows an error, a compaction and a notice by their titles', () => {
    showBlock({ kind: 'error', title: 'API error 529', text: 'overloaded' });
    showBlock({ kind: 'compaction', title: 'Compacted', text: 'Earlier: much.' });
    showBlock({ kind: 'notice', title: 'Model changed', text: '' });
    showBlock({ kind: 'system', title: 'Reminder', parts: [text('Be careful.')] });
    expect(screen.getByRole('figure', { name: 'Error' }).textContent).toContain('overloaded');
    expect(screen.getByText('the context was replaced here (Earlier: much.)')).toBeTruthy();
    expect(screen.getByText('Model changed')).toBeTruthy();
    expect(screen.getByRole('button', { name: /Reminder.*Be careful/ })).toBeTruthy();
  });

  it('folds the summary of a compaction into its band', () => {
    showBlock({ kind: 'compaction', title: 'Summary so far', text: '## Intent\n\nFix the build.' });
    expect(screen.queryByText('Fix the build.')).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: /Summary so far/ }));
    expect(screen.getByText('Fix the build.')).toBeTruthy();
  });

  it('shows a recorded image and enlarges it in a dialog', () => {
    showBlock({ kind: 'prompt', parts: [{ kind: 'image', mediaType: 'image/png', base64: 'iVBORw0KGgo=' }] });
    const image = screen.getByRole<HTMLImageElement>('img');
    expect(image.src).toBe('data:image/png;base64,iVBORw0KGgo=');
    fireEvent.click(screen.getByRole('button', { name: /enlarge/ }));
    expect(screen.getByRole('dialog', { name: 'Recorded image' })).toBeTruthy();
  });

  it('names a file part', () => {
    showBlock({ kind: 'prompt', parts: [{ kind: 'file', name: 'plan.pdf', note: '3 pages' }] });
    expect(screen.getByText('plan.pdf')).toBeTruthy();
    expect(screen.getByText('3 pages')).toBeTruthy();
  });
});

describe('long content', () => {
  it('folds long output to its head and its tail, and shows all of it when asked', () => {
    const { container } = showBlock({ kind: 'tool-result', callId: 'c', isError: false, parts: [text(lines(312))] });
    expect(container.textContent).toContain('line 26');
    expect(container.textContent).not.toContain('line 27');
    expect(container.textContent).toContain('line 312');
    fireEvent.click(screen.getByRole('button', { name: /Show all 312 lines/ }));
    expect(container.querySelector('pre')?.textContent).toBe(lines(312));
  });

  it('shows more of it in full mode', () => {
    const { container } = showBlock(
      { kind: 'tool-result', callId: 'c', isError: false, parts: [text(lines(312))] },
      'full',
    );
    expect(container.querySelector('pre')?.textContent).toBe(lines(312));
  });

  it('says how many characters were left out, and goes to the record', () => {
    const openRecord = vi.fn<() => void>();
    show(
      <ContentActionsContext value={{ openRecord }}>
        <ContentBlockView
          mode="entry"
          block={{ kind: 'answer', parts: [{ kind: 'text', text: 'Start', cut: 12345 }] }}
        />
      </ContentActionsContext>,
    );
    expect(screen.getByText(/12,345 more characters are not shown here/)).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Open the full record' }));
    expect(openRecord).toHaveBeenCalledOnce();
  });

  it('folds a line of a megabyte in place, says by how much, and opens it', () => {
    const { container } = showBlock({
      kind: 'tool-result',
      callId: 'c',
      isError: false,
      parts: [text('x'.repeat(1_000_000))],
    });
    expect(container.textContent.length).toBeLessThan(5000);
    fireEvent.click(screen.getByRole('button', { name: /Show all of it.*996,000 more characters/ }));
    expect(container.querySelector('pre')?.textContent.length).toBe(1_000_000);
  });
});
