import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateOfDay, dayOfDate, dayOfQuarter, isTimeZone, zoneOffsets } from '../../../src/shared/base/time-zone.ts';

const quarter = (iso: string) => Date.parse(iso) / 900_000;
const dayIn = (zone: string, iso: string) => {
  const at = quarter(iso);
  return dateOfDay(dayOfQuarter(zoneOffsets(zone, at - 40_000, at + 40_000), at));
};

describe('The day of a moment', () => {
  it.each([
    // Clocks went from 02:00 to 03:00 on 29 March 2026: that day has 23 hours, from 23:00Z to 22:00Z.
    ['Europe/Berlin', '2026-03-28T22:45Z', '2026-03-28'],
    ['Europe/Berlin', '2026-03-28T23:00Z', '2026-03-29'],
    ['Europe/Berlin', '2026-03-29T21:45Z', '2026-03-29'],
    ['Europe/Berlin', '2026-03-29T22:00Z', '2026-03-30'],
    // And back on 25 October: 25 hours, from 22:00Z to 23:00Z.
    ['Europe/Berlin', '2026-10-24T22:00Z', '2026-10-25'],
    ['Europe/Berlin', '2026-10-25T22:45Z', '2026-10-25'],
    ['Europe/Berlin', '2026-10-25T23:00Z', '2026-10-26'],
    ['Asia/Kolkata', '2026-01-01T18:15Z', '2026-01-01'],
    ['Asia/Kolkata', '2026-01-01T18:30Z', '2026-01-02'],
    ['Asia/Kathmandu', '2026-01-01T18:00Z', '2026-01-01'],
    ['Asia/Kathmandu', '2026-01-01T18:15Z', '2026-01-02'],
    // Half an hour of summer time.
    ['Australia/Lord_Howe', '2026-07-01T13:30Z', '2026-07-02'],
    ['Australia/Lord_Howe', '2026-01-01T12:45Z', '2026-01-01'],
    ['Australia/Lord_Howe', '2026-01-01T13:00Z', '2026-01-02'],
    // Midnight did not exist: clocks went from 00:00 to 01:00.
    ['Africa/Cairo', '2026-04-23T21:45Z', '2026-04-23'],
    ['Africa/Cairo', '2026-04-23T22:00Z', '2026-04-24'],
    // A whole day, 30 December 2011, was left out.
    ['Pacific/Apia', '2011-12-30T09:45Z', '2011-12-29'],
    ['Pacific/Apia', '2011-12-30T10:00Z', '2011-12-31'],
    ['America/Los_Angeles', '2026-01-01T07:45Z', '2025-12-31'],
    ['UTC', '2026-01-01T00:00Z', '2026-01-01'],
    ['+05:30', '2026-01-01T18:30Z', '2026-01-02'],
  ])('in %s at %s is %s', (zone, iso, day) => {
    expect(dayIn(zone, iso)).toBe(day);
  });

  it('is what the calendar of Intl says, at any quarter of an hour in any zone', () => {
    const zones = Intl.supportedValuesOf('timeZone');
    const [from, to] = [quarter('2018-01-01T00:00Z'), quarter('2032-01-01T00:00Z')];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.array(fc.integer({ min: from, max: to }), { minLength: 20 }),
        (zone, at) => {
          const offsets = zoneOffsets(zone, from, to);
          const format = new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short' });
          expect(at.map(each => dateOfDay(dayOfQuarter(offsets, each)))).toEqual(
            at.map(each => format.format(each * 900_000)),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});

it('dates and days are one another', () => {
  expect(dayOfDate('1970-01-02')).toBe(1);
  expect(dayOfDate('2024-02-29')).toBe(19_782);
  expect(dayOfDate('2026-02-30')).toBeUndefined();
  expect(dayOfDate('26-02-03')).toBeUndefined();
  expect(dateOfDay(19_782)).toBe('2024-02-29');
});

it('tells zones from other words', () => {
  expect(['Europe/Berlin', 'UTC', 'Mars/Base', ''].map(isTimeZone)).toEqual([true, true, false, false]);
});
