import { visibleText } from './visible-text.ts';

/** A text on one line: white space folded, cut at `max` characters. */
export function oneLineOf(text: string, max = 160): string {
  const head = text
    .slice(0, max * 3)
    .replace(/\s+/g, ' ')
    .trim();
  return visibleText(head.length > max ? `${head.slice(0, max - 1)}…` : head);
}

/** The first words of prose on one line, for the hint beside something folded: without its Markdown signs. */
export function firstWordsOf(text: string, max = 160): string {
  const head = text
    .slice(0, max * 3)
    .replace(/^[#>*\-\s`]+/, '')
    .replace(/\*\*|`/g, '');
  return oneLineOf(head, max);
}
