// Words of a text as the full-text index sees them (SQLite FTS5, tokenizer unicode61, diacritics removed): runs of
// letters and digits, without case and accents. Scripts that write no spaces between words, and emoji, are taken by the
// character.

export interface Word {
  /** Without case and accents. */
  readonly folded: string;
  /** Place in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

// Han, kana, Thai, Lao, Khmer, Burmese, emoji. A word of these in a query is a phrase of its characters.
const UNSPACED =
  '\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}\\u{1F000}-\\u{1FAFF}';
// The blocks that these scripts lie in and the surrogates of those beyond: a first look, five times as fast.
const maybeUnspaced =
  /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\ua9e0-\uaa7f\uf900-\ufaff\uff66-\uff9f\ud82c\ud83c-\ud83e\ud840-\ud888]/;
const unspacedAll = new RegExp(`[${UNSPACED}]\\p{M}*`, 'gu');
const words = new RegExp(`[${UNSPACED}]\\p{M}*|(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{Co}]\\p{M}*)+`, 'gu');
const plainWords = /[0-9A-Za-z]+/g;
const letter = /[\p{L}\p{N}\u{1F000}-\u{1FAFF}]/u;
// oxlint-disable-next-line no-control-regex
const beyondAscii = /[^\x00-\x7f]/;

/** True where the text has anything that can be looked for. */
export function hasWord(text: string): boolean {
  return letter.test(text);
}

/** Every word of the text, in order. */
export function wordsOf(text: string): Word[] {
  const isPlain = !beyondAscii.test(text);
  const found: Word[] = [];
  for (const match of text.matchAll(isPlain ? plainWords : words)) {
    const [word] = match;
    found.push({
      folded: isPlain ? word.toLowerCase() : fold(word),
      start: match.index,
      end: match.index + word.length,
    });
  }
  return found;
}

/** Without case and accents. */
export function fold(word: string): string {
  const lower = word.toLowerCase();
  return beyondAscii.test(lower) ? lower.normalize('NFD').replace(/\p{M}+/gu, '') : lower;
}

/** The text with spaces around each character of the scripts that write none, for the index and for queries alike. */
export function spaceWords(text: string): string {
  return maybeUnspaced.test(text) ? text.replace(unspacedAll, ' $& ') : text;
}
