/** Recorded text for a heading: what would reorder or hide the text around it is left out. At most 400 characters. */
export function shownText(text: string): string {
  const clean = text.slice(0, 2000).replace(/[^\P{C}\n\t]/gu, '');
  return clean.length > 400 ? `${clean.slice(0, 399).replace(/[\uD800-\uDBFF]$/, '')}…` : clean;
}
