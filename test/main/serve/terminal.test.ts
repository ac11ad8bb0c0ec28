import { WriteStream } from 'node:tty';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clean, fit, paint, table, widthOf } from '../../../src/main/serve/terminal.ts';

describe('text from a log', () => {
  it.each([
    ['colours', '\u001b[31mred\u001b[0m', '[31mred [0m'],
    ['a title for the terminal', '\u001b]0;pwned\u0007x', ']0;pwned x'],
    ['the one-byte form of an escape', '\u009b2Jgone', '2Jgone'],
    ['lines', 'one\r\n\ttwo\n\nthree', 'one two three'],
    ['separators of lines', 'one\u2028two', 'one two'],
    ['a change of direction', 'a\u202Etxt.exe\u202C b', 'a txt.exe b'],
    ['backspaces', 'safe\b\b\b\bevil', 'safe evil'],
    ['NUL and DEL', 'a\u0000b\u007fc', 'a b c'],
  ])('does not steer the terminal with %s', (_what, text, shown) => {
    expect(clean(text)).toBe(shown);
  });

  it('keeps every script and joined pictures', () => {
    const text = 'naïve 漢字 עברית 👩‍💻 🇩🇪';
    expect(clean(text)).toBe(text);
  });
});

describe('columns', () => {
  it.each([
    ['Latin', 'abc', 3],
    ['accents, also as marks of their own', 'éé', 2],
    ['Chinese', '漢字', 4],
    ['Korean', '한글', 4],
    ['full width', 'ＡＢ', 4],
    ['pictures', '🛫', 2],
    ['a picture of several', '👩‍💻', 2],
    ['nothing', '', 0],
  ])('are counted for %s', (_what, text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  it.each([
    ['short', 10, 'short'],
    ['exactly', 7, 'exactly'],
    ['much too long', 8, 'much to…'],
    ['cut at a blank', 7, 'cut at…'],
    ['漢字漢字', 5, '漢字…'],
    ['漢字漢字', 4, '漢…'],
    ['👩‍💻👩‍💻👩‍💻', 4, '👩‍💻…'],
  ])('of %j are cut to %d: %j', (text, columns, shown) => {
    expect(fit(text, columns)).toBe(shown);
    expect(widthOf(fit(text, columns))).toBeLessThanOrEqual(columns);
  });

  it('are aligned whatever they hold', () => {
    const lines = table(
      [{ title: 'NAME' }, { title: 'COUNT', align: 'right' }, { title: 'WHAT' }],
      [
        ['a', '1', 'one'],
        ['漢字漢字', '1000', 'many'],
        ['long name', '', ''],
      ],
    );
    expect(lines).toEqual(['NAME       COUNT  WHAT', 'a              1  one', '漢字漢字    1000  many', 'long name']);
  });
});

describe('on a terminal', () => {
  const { stdout } = process;
  const before = { isTTY: stdout.isTTY, columns: stdout.columns };

  beforeEach(() => {
    const getColorDepth = (env?: object) => WriteStream.prototype.getColorDepth.call(stdout, env);
    Object.assign(stdout, { isTTY: true, columns: 30, getColorDepth });
    vi.stubEnv('FORCE_COLOR', undefined);
    vi.stubEnv('NO_COLOR', undefined);
    vi.stubEnv('NODE_DISABLE_COLORS', undefined);
    vi.stubEnv('TERM', 'xterm-256color');
    vi.stubEnv('COLORTERM', undefined);
    vi.stubEnv('CI', undefined);
  });
  afterEach(() => {
    Object.assign(stdout, before);
    Reflect.deleteProperty(stdout, 'getColorDepth');
    vi.unstubAllEnvs();
  });

  it('there are colours', () => {
    expect(paint('red', 'x')).toBe('\u001b[31mx\u001b[39m');
  });

  it('there are none under NO_COLOR, without a terminal, and where the terminal has none', () => {
    vi.stubEnv('NO_COLOR', '1');
    expect(paint('red', 'x')).toBe('x');
    vi.stubEnv('NO_COLOR', undefined);
    vi.stubEnv('TERM', 'dumb');
    expect(paint('red', 'x')).toBe('x');
    vi.stubEnv('TERM', 'xterm');
    Object.assign(stdout, { isTTY: false });
    expect(paint('red', 'x')).toBe('x');
  });

  it('the last column ends at its edge', () => {
    vi.stubEnv('NO_COLOR', '1');
    const [, line = ''] = table([{ title: 'ID' }, { title: 'TITLE' }], [['abcdef', 'a title that goes on and on']]);
    expect(line).toBe('abcdef  a title that goes on…');
    expect(widthOf(line)).toBeLessThanOrEqual(30);
  });
});
