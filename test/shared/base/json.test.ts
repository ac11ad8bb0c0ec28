import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asArray, asCount, asNumber, asObject, asText, isObject } from '../../../src/shared/base/json.ts';

describe('a value of unknown shape', () => {
  it('is an object only when it has named fields', () => {
    expect([{}, { a: 1 }, Object.create(null)].map(isObject)).toEqual([true, true, true]);
    expect([null, undefined, [], 'text', 7, true].map(isObject)).toEqual([false, false, false, false, false, false]);
  });

  it('reads as an empty object or list where it is none', () => {
    expect(asObject(null)).toEqual({});
    expect(asObject([1])).toEqual({});
    expect(asArray({ length: 2 })).toEqual([]);
    expect(asArray([1, 'two'])).toEqual([1, 'two']);
  });

  it('is text only where there is some', () => {
    expect([asText('x'), asText(''), asText(7), asText(null)]).toEqual(['x', undefined, undefined, undefined]);
  });

  it.each([
    [7, 7],
    [-1.5, -1.5],
    ['42', 42],
    ['-3.25', -3.25],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    ['9'.repeat(400), undefined],
    ['', undefined],
    [' 1', undefined],
    ['0x10', undefined],
    ['1e3', undefined],
    ['12px', undefined],
    [true, undefined],
    [null, undefined],
    [[5], undefined],
  ])('as a number, %j is %j', (value, number) => {
    expect(asNumber(value)).toBe(number);
  });

  it.each([
    [12, 12],
    ['12', 12],
    [11.6, 12],
    [0.2, 0],
    [-4, 0],
    [1e300, 0],
    ['99999999999999999999', 0],
    [null, 0],
    ['many', 0],
  ])('as a count, %j is %d', (value, count) => {
    expect(asCount(value)).toBe(count);
  });

  it('never makes a reader throw', () => {
    fc.assert(
      fc.property(fc.anything(), value => {
        asObject(value);
        asArray(value);
        asText(value);
        const count = asCount(value);
        expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
      }),
    );
  });
});
