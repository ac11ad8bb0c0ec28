import { plural } from '../../../ui/format.ts';
import type { NumberedLine } from '../text/numbered-lines.ts';
import { WIDEST_LINE } from '../text/fold-lines.ts';
import { visibleText } from '../text/visible-text.ts';
import { FoldLine } from './long-text.tsx';
import { useFold } from './use-fold.ts';

interface NumberedTextProps {
  readonly name: string;
  readonly lines: readonly NumberedLine[];
  readonly full?: boolean;
}

/** Lines of a file with the numbers that the agent saw. */
export function NumberedText({ name, lines, full = false }: NumberedTextProps) {
  const [open, toggle] = useFold(name, false);
  const limit = full ? 400 : 24;
  const long = lines.length > limit + 3;
  const shown = long && !open ? lines.slice(0, limit) : lines;
  const digits = Math.max(2, lines.at(-1)?.number.length ?? 0);
  return (
    <div className="conversation-output">
      <pre className="conversation-pre" dir="ltr">
        {shown.map(line => (
          <span key={line.number} className="conversation-numbered-line">
            <span className="conversation-line-number" style={{ width: `${digits}ch` }}>
              {line.number}
            </span>
            <span>
              {visibleText(line.text.slice(0, WIDEST_LINE))}
              {line.text.length > WIDEST_LINE && ` … ${plural(line.text.length - WIDEST_LINE, 'more character')}`}
              {'\n'}
            </span>
          </span>
        ))}
      </pre>
      {long && (
        <FoldLine onClick={toggle} expanded={open}>
          {open ? `Fold ${plural(lines.length, 'line')}` : `Show all ${plural(lines.length, 'line')}`}
        </FoldLine>
      )}
    </div>
  );
}
