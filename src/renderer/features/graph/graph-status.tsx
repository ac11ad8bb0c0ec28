import { formatCount, plural } from '../../ui/format.ts';
import type { GraphPicture } from './graph-model.ts';

/** How much of the session is on screen, and what could not be opened. */
export function GraphStatus({ picture }: { readonly picture: GraphPicture }) {
  const { hiddenSpans, withheld } = picture.visible;
  const all = picture.picture.root.totals.spans;
  if (hiddenSpans === 0) return <p className="graph-status number">{plural(all, 'span')}</p>;
  return (
    <p className="graph-status number">
      {formatCount(all - hiddenSpans)} of {plural(all, 'span')} shown, the rest is in closed groups
      {withheld > 0 && `. ${plural(withheld, 'group')} stayed closed: more would be too much for one picture`}
    </p>
  );
}
