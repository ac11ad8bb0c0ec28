// Makes what would be invisible, or would reorder the text around it, visible as a mark.
//
// Recorded text can hold controls, bidi overrides and whole messages in invisible tag characters. A reader must see
// that they are there; what they say is data, so it is shown and obeyed by nobody.

// Every control and format character but line feed and tab; what is needed to write is let through in `mark`.
const unseen = /\p{Cc}|\p{Cf}/u;
const unseenRuns = /\u{1F3F4}[\u{E0020}-\u{E007E}]+\u{E007F}|[\u{E0000}-\u{E007F}]+|\p{Cc}|\p{Cf}/gu;

// Joiners of emoji and of Indic and Persian script, the soft hyphen, and the Arabic and Syriac signs that Unicode
// counts as format characters although they are seen.
const written = new Set([0xad, 0x200c, 0x200d, 0x6dd, 0x70f, 0x890, 0x891, 0x8e2, 0x110bd, 0x110cd]);

/** The text with every unseen character as a mark: `␛` for controls, `⟨U+202E⟩` for the rest. CR LF becomes LF. */
export function visibleText(text: string): string {
  const unix = text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text;
  return hasUnseen(unix) ? unix.replace(unseenRuns, mark) : unix;
}

function hasUnseen(text: string): boolean {
  // Line feeds and tabs are controls too and nearly always there: they are taken out of the question first.
  return unseen.test(text.replace(/[\n\t]+/g, ' '));
}

function mark(run: string): string {
  const code = run.codePointAt(0) ?? 0;
  if (run === '\n' || run === '\t' || written.has(code) || (code >= 0x600 && code <= 0x605)) return run;
  if (code === 0x1f3f4) return run; // a flag of a region, spelled in tags
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '␡';
  if (code >= 0xe0000) return `⟨invisible: ${tagText(run)}⟩`;
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

/** What a run of tag characters spells. */
function tagText(run: string): string {
  const letters = Array.from(run, char => (char.codePointAt(0) ?? 0) - 0xe0000);
  const text = letters
    .filter(code => code >= 0x20 && code < 0x7f)
    .map(code => String.fromCodePoint(code))
    .join('');
  return text === '' ? `${letters.length} tag characters` : JSON.stringify(text);
}
