// Text in full up to a length, beyond it folded to head and tail.

import type { ReactNode } from 'react';
import { formatCount, plural } from '../../../ui/format.ts';
import { foldLines, narrowLines } from '../text/fold-lines.ts';
import { useFold } from './use-fold.ts';

interface LongTextProps {
  readonly name: string;
  readonly text: string;
  /** Lines kept at both ends. */
  readonly head: number;
  readonly tail: number;
  /** Renders a piece that stands whole on its lines; `firstLine` counts from 0. */
  readonly render: (piece: string, firstLine: number) => ReactNode;
}

export function LongText({ name, text, head, tail, render }: LongTextProps) {
  const [open, toggle] = useFold(name, false);
  const narrow = narrowLines(text);
  const folded = foldLines(narrow.text, head, tail);
  if (folded.hidden === 0 && narrow.cut === 0) return render(text, 0);
  if (open)
    return (
      <>
        {render(text, 0)}
        <FoldLine onClick={toggle} expanded>
          Fold {plural(folded.total, 'line')}
        </FoldLine>
      </>
    );
  return (
    <>
      {render(folded.head, 0)}
      <FoldLine onClick={toggle} expanded={false}>
        {folded.hidden > 0 ? `Show all ${formatCount(folded.total)} lines` : 'Show all of it'}
        <span className="conversation-more-hint">
          {folded.hidden > 0 ? `${formatCount(folded.hidden)} hidden` : plural(narrow.cut, 'more character')}
        </span>
      </FoldLine>
      {folded.tail !== '' && render(folded.tail, folded.total - tail)}
    </>
  );
}

interface FoldLineProps {
  readonly onClick: () => void;
  readonly expanded: boolean;
  readonly children: ReactNode;
}

/** The button that stands where lines are folded away. */
export function FoldLine({ onClick, expanded, children }: FoldLineProps) {
  return (
    <button type="button" className="conversation-more" aria-expanded={expanded} onClick={onClick}>
      {children}
    </button>
  );
}
