import { CopyButton } from '../../../ui/copy-button.tsx';
import { terminalPlain, terminalRuns } from '../text/terminal-text.ts';
import { visibleText } from '../text/visible-text.ts';
import { LongText } from './long-text.tsx';

interface TerminalOutputProps {
  readonly name: string;
  readonly text: string;
  /** Everything is shown, nothing folded. */
  readonly full?: boolean;
  readonly label?: string;
}

/** What a program printed: monospace, its colours from a closed list. The end matters most, so the fold keeps it. */
export function TerminalOutput({ name, text, full = false, label = 'Output' }: TerminalOutputProps) {
  const trimmed = text.replace(/\s+$/, '');
  if (trimmed === '') return <p className="conversation-none">No output.</p>;
  const keep = full ? { head: 400, tail: 40 } : { head: 26, tail: 10 };
  return (
    <figure className="conversation-output" aria-label={label}>
      <div className="conversation-corner">
        <CopyButton text={() => terminalPlain(text)} label={`Copy ${label.toLowerCase()}`} />
      </div>
      <LongText name={name} text={trimmed} {...keep} render={piece => <TerminalPiece text={piece} />} />
    </figure>
  );
}

function TerminalPiece({ text }: { readonly text: string }) {
  return (
    <pre className="conversation-pre" dir="ltr">
      {terminalRuns(text).map((run, index) => {
        const shown = visibleText(run.text);
        const classes = [
          run.colour && `conversation-ansi-${run.colour}`,
          run.bold && 'conversation-ansi-bold',
          run.dim && 'conversation-ansi-dim',
          run.italic && 'conversation-ansi-italic',
          run.underline && 'conversation-ansi-underline',
        ].filter(Boolean);
        // Runs have no identity but their place, and the text of a piece never changes.
        return classes.length === 0 ? (
          shown
        ) : (
          <span key={index} className={classes.join(' ')}>
            {shown}
          </span>
        );
      })}
    </pre>
  );
}
