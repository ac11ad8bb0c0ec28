import { describe, expect, it } from 'vitest';
import { axisMarks, cacheHitRate, percentText, valueText } from '../../../src/renderer/features/usage/amounts.ts';
import { calendarStart, levelLimits, levelOf } from '../../../src/renderer/features/usage/calendar.tsx';
import {
  addDays,
  daysOf,
  everyPeriod,
  formatUsagePlace,
  nameOfPeriod,
  parseUsagePlace,
  periodOf,
  shortNameOfPeriod,
  type UsagePlace,
} from '../../../src/renderer/features/usage/usage-place.ts';
import { noUsage } from '../../../src/shared/model/usage.ts';

describe('What the usage view shows', () => {
  it('comes back from the address as it was written', () => {
    const place: UsagePlace = {
      range: 'year',
      metric: 'tokens',
      period: '2026-03',
      model: 'anthropic/claude & co=1',
      project: 'a b',
      agent: 'codex',
    };
    expect(parseUsagePlace(formatUsagePlace(place))).toEqual(place);
  });

  it('is 30 days of costs where the address says nothing, or nonsense', () => {
    const start = { range: '30d', metric: 'cost', period: null, model: null, project: null, agent: null };
    expect(parseUsagePlace('')).toEqual(start);
    expect(parseUsagePlace('range=ever&metric=joy&period=yesterday')).toEqual(start);
    expect(formatUsagePlace(parseUsagePlace(''))).toBe('');
  });
});

describe('Days', () => {
  it('of a range end today', () => {
    expect(periodOf('7d', '2026-03-03')).toEqual({ since: '2026-02-25', by: 'day' });
    expect(periodOf('30d', '2026-03-03')).toEqual({ since: '2026-02-02', by: 'day' });
    expect(periodOf('year', '2026-03-03')).toEqual({ since: '2025-04-01', by: 'month' });
    expect(periodOf('all', '2026-03-03')).toEqual({ since: null, by: 'month' });
  });

  it('of a month are all of them', () => {
    expect(daysOf('2028-02')).toEqual({ since: '2028-02-01', until: '2028-02-29' });
    expect(daysOf('2026-12')).toEqual({ since: '2026-12-01', until: '2026-12-31' });
    expect(daysOf('2026-12-05')).toEqual({ since: '2026-12-05', until: '2026-12-05' });
  });

  it('have a place each, with usage or without', () => {
    expect(everyPeriod('2026-02-27', '2026-03-01', 'day')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
    expect(everyPeriod('2025-11', '2026-02-03', 'month')).toEqual(['2025-11', '2025-12', '2026-01', '2026-02']);
    expect(addDays('2026-03-29', 1)).toBe('2026-03-30');
  });

  it('have names', () => {
    expect(nameOfPeriod('2026-11-20')).toBe('Fri, Nov 20, 2026');
    expect(nameOfPeriod('2026-11')).toBe('November 2026');
    expect(shortNameOfPeriod('2026-11-20')).toBe('Nov 20');
    expect(shortNameOfPeriod('2026-11')).toBe('Nov');
    expect(shortNameOfPeriod('2026-01')).toBe('Jan 2026');
  });

  it('of the calendar begin on a Monday, 53 weeks ago', () => {
    // 20 November 2026 is a Friday.
    expect(calendarStart('2026-11-20')).toBe('2025-11-17');
    expect(nameOfPeriod('2025-11-17')).toMatch(/^Mon/);
    expect(calendarStart('2026-11-22')).toBe('2025-11-17');
    expect(calendarStart('2026-11-23')).toBe('2025-11-24');
  });
});

describe('Figures', () => {
  it('of an axis reach its largest value in few steps', () => {
    expect(axisMarks(0)).toEqual([0]);
    expect(axisMarks(4)).toEqual([0, 1, 2, 3, 4]);
    expect(axisMarks(21_500_000_000)).toEqual([0, 1e10, 2e10, 3e10]);
    expect(axisMarks(0.00021)).toEqual([0, 0.0001, 0.0002, 0.0003]);
    expect(axisMarks(Number.NaN)).toEqual([0]);
    expect(valueText(2e10, 'cost')).toBe('$20');
    expect(valueText(2_500_000_000, 'cost')).toBe('$2.5');
    expect(valueText(2e7, 'tokens')).toBe('20M');
  });

  it('of the cache are of all that was sent', () => {
    expect(cacheHitRate({ ...noUsage, input: 10, cacheRead: 80, cacheCreation: 10, output: 1000 })).toBe(0.8);
    expect(cacheHitRate({ ...noUsage, output: 5 })).toBeUndefined();
    expect(percentText(0.945)).toBe('94.5 %');
    expect(percentText(1)).toBe('100 %');
    expect(percentText(undefined)).toBe('–');
  });

  it('of days fall into four levels of as many days each', () => {
    const limits = levelLimits([8, 1, 2, 3, 4, 5, 6, 7, 0]);
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(value => levelOf(value, limits))).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
    expect(levelOf(0, levelLimits([]))).toBe(1);
  });
});
