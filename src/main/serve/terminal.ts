// Text for a terminal: colours where there is one, columns, and nothing from a log that would steer it.

import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

/** Coloured on a terminal; plain in a pipe, under NO_COLOR, and where the terminal has no colours. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** Text from a log in one line, without what a terminal would obey: escape sequences, changes of direction. */
export function clean(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** Columns that the text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const WIDE =
  /\p{Emoji_Presentation}|\uFE0F|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{20000}-\u{3FFFD}]/u;

/** The text in at most so many columns, with an ellipsis where something is left out. */
export function fit(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let width = 1;
  for (const { segment } of graphemes.segment(text)) {
    width += widthOf(segment);
    if (width > columns) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly style?: Style;
}

/** Lines with a head, each column as wide as its widest cell; the last is cut at the terminal's edge where there is one. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = columns.map(({ title }, at) => Math.max(widthOf(title), ...rows.map(row => widthOf(row[at] ?? ''))));
  const room = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
  const lastRoom = Math.max(20, room - widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0));
  const line = (cells: readonly string[], styleOf: (column: Column) => Style | undefined) =>
    columns
      .map((column, at) => {
        const isLast = at === columns.length - 1;
        const cell = isLast ? fit(cells[at] ?? '', lastRoom) : (cells[at] ?? '');
        const space = ' '.repeat(isLast ? 0 : Math.max(0, (widths[at] ?? 0) - widthOf(cell)));
        const style = styleOf(column);
        const text = style === undefined ? cell : paint(style, cell);
        return column.align === 'right' ? space + text : text + space;
      })
      .join('  ')
      .trimEnd();
  return [
    line(
      columns.map(({ title }) => title),
      () => 'dim',
    ),
    ...rows.map(row => line(row, column => column.style)),
  ];
}
