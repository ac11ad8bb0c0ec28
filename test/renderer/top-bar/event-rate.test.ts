import { describe, expect, it } from 'vitest';
import { addSample, recordsPerSecond, type RateSample } from '../../../src/renderer/features/top-bar/event-rate.ts';

const at = (seconds: number, records: number): RateSample => ({ atMs: seconds * 1000, records });
const collect = (samples: readonly RateSample[]) => samples.reduce<readonly RateSample[]>(addSample, []);

describe('the rate of records', () => {
  it('is 0 before there is something to compare', () => {
    expect(recordsPerSecond([], 0)).toBe(0);
    expect(recordsPerSecond(collect([at(0, 5000)]), 1000)).toBe(0);
  });

  it('is what came in the last ten seconds, by second', () => {
    const samples = collect([at(0, 100), at(5, 150), at(10, 200)]);
    expect(recordsPerSecond(samples, 10_000)).toBe(10);
  });

  it('fades to 0 when nothing comes any more', () => {
    const samples = collect([at(0, 100), at(5, 200)]);
    expect(recordsPerSecond(samples, 5000)).toBe(10);
    expect(recordsPerSecond(samples, 14_000)).toBe(10);
    expect(recordsPerSecond(samples, 15_000)).toBe(0);
  });

  it('keeps no more samples than it needs', () => {
    const samples = collect(Array.from({ length: 1000 }, (_, i) => at(i, i)));
    expect(samples.length).toBeLessThanOrEqual(12);
    expect(recordsPerSecond(samples, 999_000)).toBe(1);
  });

  it('starts over when the count falls: another core counts from the beginning', () => {
    const samples = collect([at(0, 9000), at(1, 9100), at(2, 3)]);
    expect(samples).toEqual([at(2, 3)]);
  });
});
