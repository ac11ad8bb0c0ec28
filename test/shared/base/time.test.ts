import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoToUs, usToIso } from '../../../src/shared/base/time.ts';

/** 2026-03-04T05:06:07Z by `date -u -d 2026-03-04T05:06:07Z +%s`. */
const SECONDS = 1_772_600_767;
const US = SECONDS * 1_000_000;

describe('reading a time', () => {
  it.each([
    ['in UTC', '2026-03-04T05:06:07Z', US],
    ['without a zone, as UTC', '2026-03-04T05:06:07', US],
    ['with a blank for the T', '2026-03-04 05:06:07', US],
    ['with small letters', '2026-03-04t05:06:07z', US],
    ['without seconds', '2026-03-04T05:06Z', US - 7_000_000],
    ['with a blank before the zone', '2026-03-04 05:06:07.5 +00:00', US + 500_000],
    ['one digit of a second', '2026-03-04T05:06:07.1Z', US + 100_000],
    ['three digits', '2026-03-04T05:06:07.123Z', US + 123_000],
    ['six digits, as Python writes', '2026-03-04T05:06:07.123456+00:00', US + 123_456],
    ['seven digits, as .NET writes', '2026-03-04T05:06:07.1234567Z', US + 123_456],
    ['nine digits, as Go writes', '2026-03-04T05:06:07.123456789Z', US + 123_456],
    ['more digits than anybody needs', '2026-03-04T05:06:07.000000000000001Z', US],
    ['a comma before the fraction', '2026-03-04T05:06:07,25Z', US + 250_000],
    ['east of Greenwich', '2026-03-04T10:36:07+05:30', US],
    ['west of Greenwich', '2026-03-03T21:36:07-07:30', US],
    ['a zone without its colon', '2026-03-04T10:36:07+0530', US],
    ['a zone of hours only', '2026-03-04T07:06:07+02', US],
    ['the easternmost zone in use', '2026-03-04T19:06:07+14:00', US],
    ['the last moment of a leap day', '2024-02-29T23:59:59Z', 1_709_251_199_000_000],
    ['the end of a day', '2026-03-03T24:00:00Z', 1_772_582_400_000_000],
    ['a leap second, as the next one', '2016-12-31T23:59:60Z', 1_483_228_800_000_000],
    ['before 1970', '1969-12-31T23:59:59.5Z', -500_000],
  ])('takes one %s', (_what, text, us) => {
    expect(isoToUs(text)).toBe(us);
  });

  it.each([
    ['a day only', '2026-03-04'],
    ['a day that no calendar has', '2026-02-30T00:00:00Z'],
    ['the 29th of February of a common year', '2100-02-29T00:00:00Z'],
    ['month 13', '2026-13-01T00:00:00Z'],
    ['hour 25', '2026-03-04T25:00:00Z'],
    ['after the end of a day', '2026-03-04T24:00:01Z'],
    ['minute 60', '2026-03-04T05:60:00Z'],
    ['a zone of 99 hours', '2026-03-04T05:06:07+99:00'],
    ['the time that Go writes where none was set', '0001-01-01T00:00:00Z'],
    ['text around it', ' 2026-03-04T05:06:07Z '],
    ['a named zone', '2026-03-04T05:06:07 CET'],
    ['a point without digits', '2026-03-04T05:06:07.Z'],
    ['nothing', ''],
    ['words', 'yesterday'],
  ])('takes none from %s', (_what, text) => {
    expect(isoToUs(text)).toBeUndefined();
  });

  it.each([[null], [undefined], [1_772_600_767], [{}], [['2026-03-04T05:06:07Z']], [new Date(0)]])(
    'takes none from %s, which is no text',
    value => {
      expect(isoToUs(value)).toBeUndefined();
    },
  );

  it('never throws and gives whole numbers only', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        const us = isoToUs(text);
        expect(us === undefined || Number.isInteger(us)).toBe(true);
      }),
    );
  });
});

describe('writing a time', () => {
  it.each([
    [US, '2026-03-04T05:06:07.000Z'],
    [US + 123_000, '2026-03-04T05:06:07.123Z'],
    [US + 123_456, '2026-03-04T05:06:07.123456Z'],
    [US + 1, '2026-03-04T05:06:07.000001Z'],
    [0, '1970-01-01T00:00:00.000Z'],
    [-1, '1969-12-31T23:59:59.999999Z'],
  ])('shows milliseconds, and microseconds where there are some: %d', (us, text) => {
    expect(usToIso(us)).toBe(text);
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [Number.MAX_VALUE]])('says so of %d, which is none', us => {
    expect(usToIso(us)).toBe('invalid time');
  });

  it('loses nothing: what was written reads back the same', () => {
    // To the year 2255, where a microsecond stops being exact.
    const us = fc.integer({ min: Date.UTC(1900, 0) * 1000, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(us, time => {
        expect(isoToUs(usToIso(time))).toBe(time);
      }),
    );
  });

  it('agrees with the clock of the language on every zone', () => {
    const moment = fc.date({ min: new Date(0), max: new Date('2255-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, fc.integer({ min: -14 * 60, max: 14 * 60 }), (date, minutesEast) => {
        const local = new Date(date.getTime() + minutesEast * 60_000).toISOString().slice(0, -1);
        const size = Math.abs(minutesEast);
        const two = (value: number) => String(value).padStart(2, '0');
        const zone = `${minutesEast < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
        expect(isoToUs(local + zone)).toBe(date.getTime() * 1000);
      }),
    );
  });
});
