import { expect, it } from 'vitest';
import { type Cost, costText, noCost, usdText } from '../../../src/shared/model/cost.ts';

it.each([
  [0, '$0'],
  [1, '< $0.0001'],
  [99_999, '< $0.0001'],
  [100_000, '$0.0001'],
  [1_234_567, '$0.0012'],
  [9_999_999, '$0.0100'],
  [81_625_000, '$0.082'],
  [100_000_000, '$0.10'],
  [424_999_999, '$0.42'],
  [12_345_678_901, '$12.35'],
  [999_990_000_000, '$999.99'],
  [1_000_000_000_000, '$1,000'],
  [1_234_567_890_000_000, '$1,234,568'],
])('%i nano-dollars are %s', (nano, text) => {
  expect(usdText(nano)).toBe(text);
});

it('a cost says when it is a lower bound, when it is not known, and nothing where there is nothing to say', () => {
  const cost: Cost = { nanoUsd: 2_500_000_000, atLeast: false, responses: 3, unpriced: 0, reported: 0 };
  expect(costText(cost)).toBe('$2.50');
  expect(costText({ ...cost, atLeast: true })).toBe('≥ $2.50');
  expect(costText({ ...cost, nanoUsd: null, unpriced: 3 })).toBe('unknown');
  expect(costText(noCost)).toBe('');
});
