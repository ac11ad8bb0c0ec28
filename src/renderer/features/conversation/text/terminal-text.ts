// Terminal output as runs of styled text.
//
// Colours and weights that a program set are kept as names from a closed list; every other escape sequence (cursor
// moves, titles, links) is left out. A line that was overwritten with carriage returns shows what it ended as.

export const terminalColours = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;
export type TerminalColour = (typeof terminalColours)[number];

export interface TerminalRun {
  readonly text: string;
  readonly colour?: TerminalColour;
  readonly bold?: true;
  readonly dim?: true;
  readonly italic?: true;
  readonly underline?: true;
}
type Style = Omit<TerminalRun, 'text'>;

const ESC = '\u001b';
const BEL = '\u0007';

/** Cuts the text at its escape sequences. Without any there is one run. */
export function terminalRuns(raw: string): readonly TerminalRun[] {
  const text = endOfOverwrites(raw);
  if (!text.includes(ESC)) return text === '' ? [] : [{ text }];
  const runs: TerminalRun[] = [];
  let style: Style = {};
  let from = 0;
  for (let at = text.indexOf(ESC); at >= 0; at = text.indexOf(ESC, from)) {
    if (at > from) runs.push({ ...style, text: text.slice(from, at) });
    const sequence = readSequence(text, at);
    if (sequence.graphics !== undefined) style = applyGraphics(style, sequence.graphics);
    from = sequence.end;
  }
  if (from < text.length) runs.push({ ...style, text: text.slice(from) });
  return runs;
}

/** The text alone: no colours, no escape sequences. */
export function terminalPlain(raw: string): string {
  return terminalRuns(raw)
    .map(run => run.text)
    .join('');
}

function endOfOverwrites(text: string): string {
  if (!text.includes('\r')) return text;
  return text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map(line => {
      const written = line.replace(/\r+$/, '');
      return written.slice(written.lastIndexOf('\r') + 1);
    })
    .join('\n');
}

/** Where the sequence that begins at `at` ends, and its numbers if it sets colours. */
function readSequence(text: string, at: number): { end: number; graphics?: readonly number[] } {
  const kind = text.charAt(at + 1);
  if (kind === '[') {
    let end = at + 2;
    while (end < text.length && isParameter(text.charCodeAt(end))) end += 1;
    if (text.charAt(end) !== 'm') return { end: Math.min(end + 1, text.length) };
    const numbers = text.slice(at + 2, end);
    return { end: end + 1, graphics: numbers === '' ? [0] : numbers.split(/[;:]/).map(Number) };
  }
  if (kind === ']' || kind === 'P' || kind === '_' || kind === '^') {
    const line = text.indexOf('\n', at);
    const limit = line < 0 ? text.length : line; // a string that never ends takes its line, not the rest
    const bell = text.indexOf(BEL, at);
    const stop = text.indexOf(`${ESC}\\`, at + 2);
    const ends = [bell < 0 ? limit : bell + 1, stop < 0 ? limit : stop + 2];
    return { end: Math.min(limit, ...ends) };
  }
  if (kind === '(' || kind === ')') return { end: Math.min(at + 3, text.length) };
  return { end: Math.min(at + 2, text.length) };
}

function isParameter(code: number): boolean {
  return code >= 0x20 && code <= 0x3f;
}

function applyGraphics(before: Style, numbers: readonly number[]): Style {
  let style = before;
  for (let i = 0; i < numbers.length; i += 1) {
    const code = numbers[i] ?? 0;
    if (code === 0) style = {};
    else if (code === 1) style = { ...style, bold: true };
    else if (code === 2) style = { ...style, dim: true };
    else if (code === 3) style = { ...style, italic: true };
    else if (code === 4) style = { ...style, underline: true };
    else if (code === 22) style = without(style, 'bold', 'dim');
    else if (code === 23) style = without(style, 'italic');
    else if (code === 24) style = without(style, 'underline');
    else if (code === 39) style = without(style, 'colour');
    else if (code === 38 || code === 48) {
      const colour = numbers[i + 1] === 5 ? basicColour(numbers[i + 2] ?? -1) : undefined;
      if (code === 38) style = colour === undefined ? without(style, 'colour') : { ...style, colour };
      i += numbers[i + 1] === 5 ? 2 : 4;
    } else {
      const colour = terminalColours[code >= 90 ? code - 90 : code - 30];
      if (colour !== undefined && (code >= 90 ? code <= 97 : code >= 30 && code <= 37)) style = { ...style, colour };
    }
  }
  return style;
}

/** The first 16 of the 256 colours have names; of the others none is near enough to be sure of its contrast. */
function basicColour(index: number): TerminalColour | undefined {
  return index >= 0 && index < 16 ? terminalColours[index % 8] : undefined;
}

function without(style: Style, ...keys: readonly (keyof Style)[]): Style {
  return Object.fromEntries(Object.entries(style).filter(([key]) => !keys.some(gone => gone === key)));
}
