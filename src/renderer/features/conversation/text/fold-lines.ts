// Long text folded to its head and its tail, by lines.

export interface FoldedLines {
  readonly head: string;
  /** Lines left out between head and tail; 0 when nothing is folded. */
  readonly hidden: number;
  readonly tail: string;
  readonly total: number;
}

/**
 * Keeps the first `head` and the last `tail` lines when there are more than both and a few; folding three lines away
 * would cost more room than it saves.
 */
export function foldLines(text: string, head: number, tail: number): FoldedLines {
  const starts = lineStarts(text);
  const total = starts.length;
  if (total <= head + tail + 3) return { head: text, hidden: 0, tail: '', total };
  const headEnd = (starts[head] ?? text.length) - 1;
  const tailStart = tail === 0 ? text.length : (starts[total - tail] ?? text.length);
  return { head: text.slice(0, headEnd), hidden: total - head - tail, tail: text.slice(tailStart), total };
}

/** Lines of the text; a line feed at its end begins no further line. */
export function countLines(text: string): number {
  return lineStarts(text).length;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0 && at < text.length - 1; at = text.indexOf('\n', at + 1))
    starts.push(at + 1);
  return starts;
}

/** A line wider than this is folded: laying out a line of a megabyte stops the window for a while. */
export const WIDEST_LINE = 4000;

/** Cuts lines wider than `widest` characters; `cut` counts what is left out. */
export function narrowLines(text: string, widest = WIDEST_LINE): { readonly text: string; readonly cut: number } {
  if (text.length <= widest) return { text, cut: 0 };
  let cut = 0;
  const lines = text.split('\n').map(line => {
    if (line.length <= widest) return line;
    cut += line.length - widest;
    return `${line.slice(0, widest)}…`;
  });
  return { text: cut === 0 ? text : lines.join('\n'), cut };
}
