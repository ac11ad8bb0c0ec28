import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, hasWord, spaceWords, wordsOf } from '../../../src/shared/model/search-words.ts';

/** The words that SQLite's tokenizer makes of a text. */
function sqliteWords(text: string): string[] {
  const db = new Database(':memory:');
  try {
    db.exec(
      `CREATE VIRTUAL TABLE fts USING fts5(text, tokenize='unicode61 remove_diacritics 2');
       CREATE VIRTUAL TABLE vocab USING fts5vocab(fts, 'instance');`,
    );
    db.prepare('INSERT INTO fts (text) VALUES (?)').run(text);
    return db.prepare('SELECT term FROM vocab ORDER BY "offset"').pluck().all() as string[];
  } finally {
    db.close();
  }
}

describe('words', () => {
  it.each([
    ['code', 'const foo_bar = getUserName(a.b);', ['const', 'foo', 'bar', 'getusername', 'a', 'b']],
    ['accents', 'Crème BRÛLÉE naïve', ['creme', 'brulee', 'naive']],
    ['accents written apart', 'e\u0301te\u0301', ['ete']],
    ['numbers', '12.5 0xFF', ['12', '5', '0xff']],
    ['Han characters, one by one', '日本語 text', ['日', '本', '語', 'text']],
    ['kana and Latin without a space', 'カタカナabc', ['カ', 'タ', 'カ', 'ナ', 'abc']],
    ['Hangul, which has spaces', '안녕 세계', ['안녕', '세계']],
    ['emoji, one by one', 'ok🙂🎉 done', ['ok', '🙂', '🎉', 'done']],
    ['nothing but signs', '*** -> ___ …', []],
  ])('of %s', (_what, text, expected) => {
    expect(wordsOf(text).map(word => word.folded.normalize('NFC'))).toEqual(expected);
  });

  it('stand where they say', () => {
    const text = 'Crème 日本 foo_bar';
    expect(wordsOf(text).map(({ start, end }) => text.slice(start, end))).toEqual(['Crème', '日', '本', 'foo', 'bar']);
  });

  it('are those of the full-text index', () => {
    const letters = fc.constantFrom(
      ...Array.from('aZ09_-. \n"éÜñßœØЖяΩπאبगक日ひカ한ไ'),
      ...['e\u0301', '🙂', '\u00a0', '…', '½', 'ﬁ'],
    );
    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 60 }), text => {
        expect(wordsOf(text).map(word => word.folded)).toEqual(sqliteWords(spaceWords(text)).map(word => fold(word)));
      }),
      { numRuns: 300 },
    );
  });

  it('are there where the text has a letter or a digit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), text => {
        expect(hasWord(text)).toBe(wordsOf(text).some(word => /[\p{L}\p{N}\u{1F000}-\u{1FAFF}]/u.test(word.folded)));
      }),
    );
  });

  it('leave text without such scripts as it is', () => {
    const text = 'plain … “text” — ✓ 한국어';
    expect(spaceWords(text)).toBe(text);
  });
});
