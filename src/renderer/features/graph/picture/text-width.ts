// Widths of text, estimated: no canvas is asked, so that appearance stays pure and thousands of labels cost nothing.

/** Widths in an interface font at 11 pixels; what is not listed is of middle width. */
const narrow = new Set("ijlI|!.,:;'`()[]{}·ftr- ");
const wide = new Set('mwMW@%—…');

function charWidth(char: string): number {
  if (narrow.has(char)) return 3.6;
  if (wide.has(char)) return 9.6;
  const code = char.codePointAt(0) ?? 0;
  // CJK, Hangul, full-width forms, emoji.
  if (code >= 0x1100 && (code <= 0x115f || (code >= 0x2e80 && code <= 0xd7a3) || code >= 0xf900)) return 11.5;
  return char >= 'A' && char <= 'Z' ? 7.6 : 6.3;
}

const boldFactor = 1.14;

/** The text on one line of at most `width` pixels, its end left out where it does not fit. */
export function fitText(text: string, width: number, bold: boolean): string {
  const room = bold ? width / boldFactor : width;
  // Control characters and direction marks would turn or break the line; they are shown elsewhere.
  const line = text
    .slice(0, 400)
    // oxlint-disable-next-line no-control-regex
    .replace(/[\s\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/g, ' ')
    .trim();
  let used = 0;
  let kept = '';
  for (const char of line) {
    used += charWidth(char);
    if (used > room) return `${dropEnd(kept, room - 9.6)}…`;
    kept += char;
  }
  return kept;
}

function dropEnd(text: string, room: number): string {
  let used = 0;
  let kept = '';
  for (const char of text) {
    used += charWidth(char);
    if (used > room) break;
    kept += char;
  }
  return kept.trimEnd();
}
