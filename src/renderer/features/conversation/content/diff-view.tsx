import { useMemo } from 'react';
import type { FileDiff } from '../../../../shared/model/content.ts';
import { Badge } from '../../../ui/badge.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { formatCount, plural, shortPath } from '../../../ui/format.ts';
import { diffCounts, type DiffRow, diffRows } from '../text/diff-rows.ts';
import { WIDEST_LINE } from '../text/fold-lines.ts';
import { visibleText } from '../text/visible-text.ts';
import { FoldLine } from './long-text.tsx';
import { useFold } from './use-fold.ts';

interface DiffViewProps {
  readonly name: string;
  readonly diff: FileDiff;
  readonly full?: boolean;
}

/** What changed in one file. */
export function DiffView({ name, diff, full = false }: DiffViewProps) {
  const [open, toggle] = useFold(name, false);
  const rows = useMemo(() => diffRows(diff), [diff]);
  const { added, removed } = diffCounts(diff);
  const limit = full ? 400 : 40;
  const long = rows.length > limit + 4;
  const path = visibleText(diff.path);
  return (
    <figure className="conversation-output conversation-diff">
      <figcaption className="conversation-diff-head">
        <bdi className="conversation-diff-path" title={path}>
          {shortPath(path)}
        </bdi>
        {diff.change !== 'update' && <Badge tone={changeTone[diff.change]}>{changeNames[diff.change]}</Badge>}
        <span className="conversation-diff-counts">
          {added > 0 && <span className="conversation-diff-plus">+{formatCount(added)}</span>}
          {removed > 0 && <span className="conversation-diff-minus">−{formatCount(removed)}</span>}
        </span>
        <CopyButton text={diff.path} label="Copy path" />
      </figcaption>
      {rows.length > 0 && (
        <div className="conversation-diff-body" dir="ltr">
          <table>
            <tbody>
              {(long && !open ? rows.slice(0, limit) : rows).map((row, index) => (
                // A diff never changes: its rows have no other identity than their place.
                <Row key={index} row={row} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {long && (
        <FoldLine onClick={toggle} expanded={open}>
          {open ? `Fold ${plural(rows.length, 'line')}` : `Show all ${plural(rows.length, 'line')}`}
        </FoldLine>
      )}
    </figure>
  );
}

const changeNames = { create: 'new file', update: 'changed', delete: 'deleted', rename: 'renamed' } as const;
const changeTone = { create: 'good', update: 'neutral', delete: 'bad', rename: 'accent' } as const;
const marks = { same: ' ', added: '+', removed: '−' } as const;

function Row({ row }: { readonly row: DiffRow }) {
  if (row.kind === 'gap')
    return (
      <tr className="conversation-diff-gap">
        <td colSpan={3}>⋯</td>
      </tr>
    );
  return (
    <tr className={`conversation-diff-${row.kind}`}>
      <td className="conversation-line-number">{row.oldNumber}</td>
      <td className="conversation-line-number">{row.newNumber}</td>
      <td className="conversation-diff-text">
        <span className="conversation-diff-mark">{marks[row.kind]}</span>
        {row.pieces.map((piece, index) => {
          const text = visibleText(piece.text.slice(0, WIDEST_LINE));
          return piece.changed ? <mark key={index}>{text}</mark> : text;
        })}
        {row.pieces.some(piece => piece.text.length > WIDEST_LINE) && ' … (line cut here)'}
      </td>
    </tr>
  );
}
