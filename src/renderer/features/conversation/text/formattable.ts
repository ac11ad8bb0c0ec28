// Whether a text can be formatted as Markdown without holding up the window.
//
// Formatting takes about 1 ms for 2,000 characters of prose. A few constructs cost the formatter time that grows with
// the square of their number (measured on 30,000 characters: "*a_" repeated takes 9 s, "a\n=\n" 13 s) and nesting
// without end overflows its stack. Such texts are made to hurt, or are data: they are shown as they are.

const LONGEST = 60_000;
/** Marks of emphasis in one paragraph; 700 take about 15 ms. */
const MOST_MARKS = 700;
/** Lines that underline a heading; 300 take about 100 ms. */
const MOST_UNDERLINES = 300;
/** Opening brackets of links, images and footnotes; 2,000 take about 100 ms. */
const MOST_BRACKETS = 2000;

const underlines = /^ {0,3}(?:=+|-+)[ \t]*$/gm;
const brackets = /\[/g;
const marks = /\*+|_+|~+/g;
const depths = /^(?:[ \t]*>){40}|^(?:[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]){40}|^[ \t]{120,}[-*+\d]/m;

export function isFormattable(text: string): boolean {
  if (text.length > LONGEST) return false;
  if (text.length < 1000) return !depths.test(text);
  const prose = withoutCode(text);
  if (depths.test(prose) || count(prose, underlines) > MOST_UNDERLINES) return false;
  if (count(prose, brackets) > MOST_BRACKETS) return false;
  return prose.split(/\n[ \t]*\n/).every(paragraph => count(paragraph, marks) <= MOST_MARKS);
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** The text without its fenced code, where no mark means anything. */
function withoutCode(text: string): string {
  let fence: string | undefined;
  return text
    .split('\n')
    .filter(line => {
      const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
      if (fence === undefined) fence = mark;
      else if (mark?.startsWith(fence) === true && line.trim() === mark) fence = undefined;
      else return false;
      return true;
    })
    .join('\n');
}
