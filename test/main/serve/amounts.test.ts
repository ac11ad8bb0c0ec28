import { describe, expect, it } from 'vitest';
import { formatAge, formatBytes, formatCount, formatDuration } from '../../../src/main/serve/amounts.ts';

describe('amounts', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 KB'],
    [999_940, '999.9 KB'],
    [999_950, '1.0 MB'],
    [1_740_000, '1.7 MB'],
    [2e15, '2000.0 TB'],
  ])('of bytes: %d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0, '0'],
    [950, '950'],
    [12_345, '12.3k'],
    [1_700_000, '1.7M'],
  ])('of tokens: %d is %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });

  it.each([
    [-60, 'now'],
    [59, 'now'],
    [60, '1 min ago'],
    [3599, '59 min ago'],
    [3600, '1 h ago'],
    [86_399, '23 h ago'],
    [86_400, '1 d ago'],
    [222 * 86_400, '222 d ago'],
    [400 * 86_400, '1 y ago'],
  ])('of time gone by: %d s is %s', (seconds, text) => {
    const nowMs = 1_800_000_000_000;
    expect(formatAge((nowMs - seconds * 1000) * 1000, nowMs)).toBe(text);
  });

  it.each([
    [0, '0 ms'],
    [40_400, '40 ms'],
    [1_240_000, '1.2 s'],
    [59_940_000, '59.9 s'],
    [59_960_000, '1 min'],
    [185_000_000, '3 min 5 s'],
    [3_599_600_000, '1 h'],
    [7_800_000_000, '2 h 10 min'],
    [90_000_000_000, '1 d 1 h'],
  ])('of time taken: %d us is %s', (us, text) => {
    expect(formatDuration(us)).toBe(text);
  });
});
