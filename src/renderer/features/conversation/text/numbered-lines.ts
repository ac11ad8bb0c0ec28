// Text that a read tool numbered line by line ("   12→const a" or "12\tconst a").

export interface NumberedLine {
  readonly number: string;
  readonly text: string;
}

const numbered = /^ *(\d{1,7})(?:→|\t)(.*)$/su;

/**
 * The lines with their numbers apart; undefined when the text is not numbered from its first line on. What follows the
 * last numbered line (a reminder that the agent appended, say) comes back as `rest`.
 */
export function readNumbered(
  text: string,
): { readonly lines: readonly NumberedLine[]; readonly rest: string } | undefined {
  const all = text.split('\n');
  const lines: NumberedLine[] = [];
  for (const line of all) {
    const [, number, content] = numbered.exec(line) ?? [];
    if (number === undefined || content === undefined) break;
    const before = lines.at(-1)?.number;
    if (before !== undefined && Number(number) !== Number(before) + 1) break;
    lines.push({ number, text: content });
  }
  const rest = all.slice(lines.length).join('\n').trim();
  return lines.length > 1 || (lines.length === 1 && rest === '') ? { lines, rest } : undefined;
}
