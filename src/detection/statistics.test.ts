import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mean, median, nearestRank, standardDeviation } from './statistics.ts';

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

describe('statistics', () => {
  it('say nothing of nothing', () => {
    for (const value of [mean([]), median([]), nearestRank([], 0.5), standardDeviation([]), standardDeviation([3])])
      expect(value).toBeNaN();
  });

  it('have the values of the textbook', () => {
    expect([mean([1, 2, 6]), standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])]).toEqual([
      3,
      expect.closeTo(Math.sqrt(32 / 7), 12),
    ]);
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([Number.NaN, 5])]).toEqual([2, 2.5, 5]);
    expect([
      nearestRank([4, 1, 3, 2], 0.5),
      nearestRank([4, 1, 3, 2], 0.51),
      nearestRank([4, 1, 3, 2], 0.95),
      nearestRank([4, 1], 0),
    ]).toEqual([2, 3, 4, 1]);
  });

  it('nearest rank is one of the values, with the right share at or below it', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, q) => {
        const rank = nearestRank(values, q);
        expect(values).toContain(rank);
        expect(values.filter((v) => v <= rank).length).toBeGreaterThanOrEqual(q * values.length - 1e-9);
        expect(values.filter((v) => v < rank).length).toBeLessThan(q * values.length);
      }),
    );
  });

  it('moves and scales with the values', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const moved = values.map((v) => 2 * v + 8);
        expect(median(moved)).toBeCloseTo(2 * median(values) + 8, 6);
        if (values.length > 1) expect(standardDeviation(moved)).toBeCloseTo(2 * standardDeviation(values), 4);
      }),
    );
  });
});
