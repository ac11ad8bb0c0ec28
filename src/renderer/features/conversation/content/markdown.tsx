// Recorded Markdown as the agent's own interface would show it.
//
// Contract: nothing in the text is markup of ours. Raw HTML is shown as text, images are not loaded, links are inert
// (see link.tsx). A text that is too long or too deep to be formatted is shown as it is.

import { Component, memo, type ReactNode, useId } from 'react';
import Markdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { plural } from '../../../ui/format.ts';
import { isFormattable } from '../text/formattable.ts';
import { visibleText } from '../text/visible-text.ts';
import { RecordedLink } from './link.tsx';
import { FoldLine, LongText } from './long-text.tsx';
import { PlainText } from './plain-text.tsx';
import { FoldScope } from './fold.tsx';
import { useFold } from './use-fold.ts';

interface RecordedMarkdownProps {
  readonly name: string;
  readonly text: string;
}

export const RecordedMarkdown = memo(function RecordedMarkdown({ name, text }: RecordedMarkdownProps) {
  const prefix = useId();
  const plain = <PlainText name={name} text={text} />;
  if (!isFormattable(text))
    return (
      <>
        <p className="conversation-none">Shown without formatting: {plural(text.length, 'character')}.</p>
        {plain}
      </>
    );
  return (
    <IfFormattable otherwise={plain}>
      <div className="conversation-markdown" dir="auto">
        <FoldScope name={name}>
          <Markdown
            remarkPlugins={plugins}
            remarkRehypeOptions={{ clobberPrefix: `${prefix}-` }}
            urlTransform={asWritten}
            components={components}
          >
            {visibleText(text)}
          </Markdown>
        </FoldScope>
      </div>
    </IfFormattable>
  );
});

const plugins = [remarkGfm];

/** Addresses are kept as they were written: they are shown, and none reaches the document as an address. */
function asWritten(url: string): string {
  return url;
}

// Headings of an answer stand below those of the window (h2) and of the turn (h3).
const components: Components = {
  h1: ({ children }) => <h4 className="conversation-h1">{children}</h4>,
  h2: ({ children }) => <h4 className="conversation-h2">{children}</h4>,
  h3: ({ children }) => <h5 className="conversation-h3">{children}</h5>,
  h4: ({ children }) => <h6 className="conversation-h4">{children}</h6>,
  h5: ({ children }) => <h6 className="conversation-h4">{children}</h6>,
  h6: ({ children }) => <h6 className="conversation-h4">{children}</h6>,
  a: ({ href, children }) =>
    href === undefined || href.startsWith('#') ? (
      <span>{children}</span>
    ) : (
      <RecordedLink url={href}>{children}</RecordedLink>
    ),
  img: ({ src, alt }) => (
    <span className="conversation-image-address">
      Image not loaded: {alt ? `${alt} ` : ''}
      <RecordedLink url={src ?? ''}>{visibleText(src ?? 'no address').slice(0, 80)}</RecordedLink>
    </span>
  ),
  pre: ({ children }) => <>{children}</>,
  code: ({ className, children, node }) => {
    const text = typeof children === 'string' ? children : '';
    // The text of a block ends with a line feed; in code inside a line they have become spaces.
    if (!text.includes('\n')) return <code className="conversation-code">{children}</code>;
    const line = node?.position?.start.line ?? 0;
    return <CodeBlock name={`code-${line}`} language={/language-(\S+)/.exec(className ?? '')?.[1]} text={text} />;
  },
  table: ({ children }) => (
    <div className="conversation-table">
      <table>{children}</table>
    </div>
  ),
};

interface CodeBlockProps {
  readonly name: string;
  readonly language: string | undefined;
  readonly text: string;
}

export function CodeBlock({ name, language, text }: CodeBlockProps) {
  const body = text.replace(/\n$/, '');
  return (
    <div className="conversation-output conversation-codeblock">
      <div className="conversation-codeblock-head">
        <span>{language ?? 'text'}</span>
        <CopyButton text={body} label="Copy code" />
      </div>
      <LongText
        name={name}
        text={body}
        head={60}
        tail={6}
        render={piece => (
          <pre className="conversation-pre" dir="ltr">
            <code>{piece}</code>
          </pre>
        )}
      />
    </div>
  );
}

interface MarkdownOrSourceProps extends RecordedMarkdownProps {
  /** Characters shown before the rest is folded. */
  readonly limit: number;
}

/** Markdown that is folded to its first characters when it is long (what a tool or a subagent answered). */
export function FoldedMarkdown({ name, text, limit }: MarkdownOrSourceProps) {
  const [open, toggle] = useFold(`${name}-all`, false);
  const long = text.length > limit * 1.3;
  return (
    <>
      <RecordedMarkdown name={name} text={long && !open ? headOf(text, limit) : text} />
      {long && (
        <FoldLine onClick={toggle} expanded={open}>
          {open ? 'Fold' : `Show all ${plural(text.length, 'character')}`}
        </FoldLine>
      )}
    </>
  );
}

/** The first characters, up to the end of a line where one is near. */
function headOf(text: string, limit: number): string {
  const line = text.lastIndexOf('\n', limit);
  return `${text.slice(0, line > limit / 2 ? line : limit)}\n\n…`;
}

interface IfFormattableProps {
  readonly otherwise: ReactNode;
  readonly children: ReactNode;
}

/** Shows something else where rendering the children fails: nesting without end overflows the stack of the formatter. */
class IfFormattable extends Component<IfFormattableProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? this.props.otherwise : this.props.children;
  }
}
