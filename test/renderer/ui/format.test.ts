import { describe, expect, it } from 'vitest';
import {
  describeAge,
  formatAge,
  formatBytes,
  formatDateTime,
  formatDuration,
  formatTime,
  formatTokens,
  plural,
  shortModel,
  shortPath,
} from '../../../src/renderer/ui/format.ts';

describe('formatting', () => {
  it.each([
    [0, '0'],
    [7, '7'],
    [999, '999'],
    [1000, '1k'],
    [1234, '1.23k'],
    [9994, '9.99k'],
    [9996, '10k'],
    [12_345, '12.3k'],
    [99_949, '99.9k'],
    [99_960, '100k'],
    [456_789, '457k'],
    [999_499, '999k'],
    [999_500, '1M'],
    [1_234_567, '1.23M'],
    [45_678_901, '45.7M'],
    [999_600_000, '1G'],
    [2_500_000_000, '2.5G'],
  ])('writes %d tokens as %s', (count, text) => {
    expect(formatTokens(count)).toBe(text);
  });

  it.each([
    [0, '0 B'],
    [512, '512 B'],
    [999, '999 B'],
    [1024, '1 KB'],
    [1536, '1.5 KB'],
    [30 * 1024 * 1024, '30 MB'],
    [1023 * 1024, '1 MB'],
    [1.5 * 1024 ** 3, '1.5 GB'],
    [3 * 1024 ** 4, '3 TB'],
  ])('writes %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0, '0 ms'],
    [400, '0.4 ms'],
    [420_000, '420 ms'],
    [999_400, '999 ms'],
    [999_600, '1 s'],
    [3_200_000, '3.2 s'],
    [59_940_000, '59.9 s'],
    [59_960_000, '1 m 00 s'],
    [125_000_000, '2 m 05 s'],
    [72 * 60_000_000, '1 h 12 m'],
    [76 * 3_600_000_000, '3 d 4 h'],
    [-2_000_000, '−2 s'],
  ])('writes %d microseconds as %s', (us, text) => {
    expect(formatDuration(us)).toBe(text);
  });

  const now = Date.UTC(2025, 5, 15, 12, 0, 0);
  const minutes = 60_000;
  const days = 1440 * minutes;
  it.each([
    [0, 'now', 'just now'],
    [-5 * minutes, 'now', 'just now'],
    [59_999, 'now', 'just now'],
    [minutes, '1m', '1 minute ago'],
    [59 * minutes, '59m', '59 minutes ago'],
    [60 * minutes, '1h', '1 hour ago'],
    [23 * 60 * minutes, '23h', '23 hours ago'],
    [days, '1d', '1 day ago'],
    [13 * days, '13d', '13 days ago'],
    [14 * days, '2w', '2 weeks ago'],
    [90 * days, '2mo', '2 months ago'],
    [364 * days, '11mo', '11 months ago'],
    [365 * days, '1y', '1 year ago'],
    [800 * days, '2y', '2 years ago'],
  ])('tells the age of what is %d ms old: %s, %s', (ms, short, long) => {
    const atUs = (now - ms) * 1000;
    expect(formatAge(atUs, now)).toBe(short);
    expect(describeAge(atUs, now)).toBe(long);
  });

  it('writes times in the zone of the machine', () => {
    const us = new Date(2025, 2, 9, 4, 3, 7, 45).getTime() * 1000;
    expect(formatTime(us)).toBe('04:03:07');
    expect(formatTime(us, true)).toBe('04:03:07.045');
    expect(formatDateTime(us)).toBe('2025-03-09 04:03:07');
    expect(formatDateTime(Number.MAX_VALUE)).toBe('invalid time');
  });

  it('counts in words', () => {
    expect(plural(1, 'turn')).toBe('1 turn');
    expect(plural(0, 'turn')).toBe('0 turns');
    expect(plural(12_345, 'entry', 'entries')).toBe('12,345 entries');
  });

  it('shortens paths from the left, and models by their date', () => {
    expect(shortPath('/home/me/work/src/a.ts')).toBe('…/work/src/a.ts');
    expect(shortPath('C:\\logs\\a.jsonl', 1)).toBe('…/a.jsonl');
    expect(shortPath('/a/b')).toBe('/a/b');
    expect(shortModel('claude-sonnet-4-20250514')).toBe('sonnet-4');
    expect(shortModel('anthropic/claude-opus-4-1-20250805')).toBe('opus-4-1');
    expect(shortModel('gpt-5.2-codex')).toBe('gpt-5.2-codex');
    expect(shortModel('gpt-4o-2024-08-06')).toBe('gpt-4o');
  });
});
