// Recorded text is hostile: whatever it holds, it stays text.

import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ContentBlockView } from '../../../src/renderer/features/conversation/index.tsx';
import { TooltipProvider } from '../../../src/renderer/ui/tooltip.tsx';
import type { ContentBlock } from '../../../src/shared/model/content.ts';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

function showBlock(block: ContentBlock) {
  return render(
    <TooltipProvider>
      <ContentBlockView block={block} mode="entry" />
    </TooltipProvider>,
  );
}

const answer = (text: string): ContentBlock => ({ kind: 'answer', parts: [{ kind: 'text', text }] });
const result = (value: unknown): ContentBlock => ({
  kind: 'tool-result',
  callId: 'c',
  isError: false,
  parts: [{ kind: 'json', value }],
});

const markup = '<script>alert(1)</script><img src=x onerror=alert(1)><iframe srcdoc="x"></iframe><b onclick=x>bold</b>';

describe('markup', () => {
  const blocks: readonly ContentBlock[] = [
    { kind: 'prompt', parts: [{ kind: 'text', text: markup }] },
    answer(markup),
    answer(`<details open ontoggle=alert(1)>\n\n${markup}\n\n</details>`),
    { kind: 'notice', title: markup, text: '' },
    { kind: 'error', title: markup, text: markup },
    { kind: 'tool-result', callId: 'c', isError: false, parts: [{ kind: 'text', text: markup }] },
    { kind: 'tool-call', callId: 'c', name: 'Bash', input: { command: markup }, command: markup },
    { kind: 'tool-call', callId: 'c', name: 'X', input: { [markup]: markup } },
    {
      kind: 'tool-call',
      callId: 'c',
      name: 'Edit',
      input: {},
      diffs: [
        {
          path: markup,
          change: 'update',
          hunks: [{ oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines: [`-${markup}`, `+${markup}!`] }],
        },
      ],
    },
  ];

  it.each(blocks.map(block => [block.kind, block] as const))(
    'in a block of kind %s is shown as text',
    (_kind, block) => {
      const { container } = showBlock(block);
      expect(container.querySelector('script, img, iframe, b, details, [onclick], [onerror], [ontoggle]')).toBeNull();
      expect(container.textContent).toContain('<script>alert(1)</script>');
    },
  );
});

describe('links', () => {
  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'http://plain.example/',
    '//host.example/x',
    'src/app.ts',
  ])('to %s are no links and cannot be opened', url => {
    const open = vi.spyOn(window, 'open');
    const { container } = showBlock(answer(`[click me](<${url}>)`));
    expect(container.querySelector('a, button, [href]')).toBeNull();
    fireEvent.click(screen.getByText(/click me/));
    expect(open).not.toHaveBeenCalled();
  });

  it('over https open outside, on a click only, with their host shown', () => {
    const open = vi.spyOn(window, 'open').mockReturnValue(null);
    const { container } = showBlock(answer('[your bank](https://evil.example/login)'));
    expect(container.querySelector('a')).toBeNull();
    const link = screen.getByRole('button', { name: /opens https:\/\/evil\.example\/login/ });
    expect(link.textContent).toContain('evil.example');
    expect(open).not.toHaveBeenCalled();
    fireEvent.click(link);
    expect(open).toHaveBeenCalledWith('https://evil.example/login', '_blank', 'noopener,noreferrer');
  });

  it('that hide their host behind a user name are only shown', () => {
    const { container } = showBlock(answer('[bank](https://bank.example@evil.example/)'));
    expect(container.querySelector('button, a')).toBeNull();
    expect(container.textContent).toContain('https://bank.example@evil.example/');
  });

  it('written bare are shown as they are', () => {
    showBlock(answer('See https://docs.example/page for more.'));
    const link = screen.getByRole('button', { name: /opens/ });
    expect(link.textContent).toBe('https://docs.example/page');
  });

  it('of images load nothing', () => {
    const { container } = showBlock(answer('![tracker](https://evil.example/pixel.png?id=1)'));
    expect(container.querySelector('img')).toBeNull();
    expect(container.textContent).toContain('Image not loaded: tracker');
    expect(container.textContent).toContain('evil.example');
  });
});

describe('images', () => {
  it.each(['image/svg+xml', 'text/html', 'image/png" onerror="x', ''])('of type %j are not shown', mediaType => {
    const { container } = showBlock({ kind: 'prompt', parts: [{ kind: 'image', mediaType, base64: 'PHN2Zz4=' }] });
    expect(container.querySelector('img')).toBeNull();
    expect(container.textContent).toContain('Image not shown');
  });
});

describe('characters that are not seen', () => {
  it('that turn the direction of the text are shown as marks', () => {
    const { container } = showBlock({ kind: 'prompt', parts: [{ kind: 'text', text: 'access\u202Etxt.exe' }] });
    expect(container.textContent).toContain('access⟨U+202E⟩txt.exe');
  });

  it('and control characters are shown as pictures', () => {
    const { container } = showBlock(answer('bell\u0007 and nul\u0000'));
    expect(container.textContent).toContain('bell␇ and nul␀');
  });

  it('and spell a hidden message are spelled out', () => {
    const hidden = Array.from('obey', char => String.fromCodePoint(0xe0000 + char.charCodeAt(0))).join('');
    const { container } = showBlock({ kind: 'prompt', parts: [{ kind: 'text', text: `hello${hidden}` }] });
    expect(container.textContent).toContain('hello⟨invisible: "obey"⟩');
  });
});

describe('size and depth', () => {
  it('shows JSON of any depth, a level at a time', () => {
    let deep: unknown = 'bottom';
    for (let level = 0; level < 50_000; level += 1) deep = { deeper: deep };
    const { container } = showBlock(result(deep));
    expect(container.querySelectorAll('.conversation-json-toggle').length).toBeLessThan(5);
  });

  it('shows the first hundred members of a long list, and the rest when asked', () => {
    const { container } = showBlock(result(Array.from({ length: 5000 }, (_, index) => index)));
    expect(container.querySelectorAll('.conversation-json-line').length).toBe(100);
    fireEvent.click(screen.getByRole('button', { name: 'Show 4,900 more' }));
    expect(container.querySelectorAll('.conversation-json-line').length).toBe(5000);
  });

  // Without the guard in formattable.ts most of these take the formatter longer than a test may run.
  it.each([
    ['quotes', '>'.repeat(20_000)],
    ['lists', Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth * 2)}- x`).join('\n')],
    ['brackets', '['.repeat(20_000)],
    ['emphasis', '*a_'.repeat(19_000)],
    ['code marks', '`a'.repeat(10_000)],
    ['underlines of headings', 'a\n=\n'.repeat(14_000)],
    ['strikes', '~a'.repeat(29_000)],
    ['tables', `|${'a|'.repeat(2000)}\n|${'-|'.repeat(2000)}\n`],
  ])('shows Markdown made of endless %s at once, and loses none of it', (_name, text) => {
    const { container } = showBlock(answer(text));
    for (const fold of container.querySelectorAll('.conversation-more')) fireEvent.click(fold);
    expect(container.textContent.replace(/\W/g, '').length).toBeGreaterThanOrEqual(text.replace(/\W/g, '').length);
  });

  it('shows an answer of a megabyte without formatting', () => {
    const { container } = showBlock(answer('word **bold**\n'.repeat(80_000)));
    expect(container.textContent).toContain('Shown without formatting: 1,120,000 characters.');
    expect(container.querySelector('strong')).toBeNull();
  });
});
