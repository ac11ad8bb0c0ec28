import { visibleText } from './visible-text.ts';

/** The first words of a text on one line, for the hint beside something folded: no line breaks, no Markdown signs. */
export function oneLineOf(text: string, max = 160): string {
  const head = text
    .slice(0, max * 3)
    .replace(/^[#>*\-\s`]+/, '')
    .replace(/\*\*|`/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return visibleText(head.length > max ? `${head.slice(0, max - 1)}…` : head);
}
