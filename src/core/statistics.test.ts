import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  distribution,
  growthExponent,
  mean,
  median,
  medianDifference,
  nearestRank,
  nearestRankOfSorted,
  poissonCdf,
  proportion,
  proportionDifference,
  quantile,
  rate,
  spread,
  standardDeviation,
} from './statistics.ts';

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

describe('samples', () => {
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
        expect(
          nearestRankOfSorted(
            [...values].sort((a, b) => a - b),
            q,
          ),
        ).toBe(rank);
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

describe('intervals', () => {
  it('are those of published tables', () => {
    // Newcombe 1998 (single proportions), table I, method 3: 81 of 263 and 15 of 148.
    expect(proportion(81, 263).interval.map((v) => v.toFixed(4))).toEqual(['0.2553', '0.3662']);
    expect(proportion(15, 148).interval.map((v) => v.toFixed(4))).toEqual(['0.0624', '0.1605']);
    // Where nothing or everything was counted the interval ends at 0 or 1 exactly.
    for (const of of [3, 100]) {
      expect(proportion(0, of).interval[0]).toBe(0);
      expect(proportion(of, of).interval[1]).toBe(1);
    }
    // Newcombe 1998 (differences), table II, method 10: 56 of 70 against 48 of 80.
    expect(proportionDifference(proportion(48, 80), proportion(56, 70)).interval.map((v) => v.toFixed(4))).toEqual([
      '0.0524',
      '0.3339',
    ]);
    // Garwood 1936: 0 and 10 events.
    expect(rate(0, 1).interval.map((v) => v.toFixed(3))).toEqual(['0.000', '3.689']);
    expect(rate(10, 1).interval.map((v) => v.toFixed(3))).toEqual(['4.795', '18.390']);
    // Of thousands of events too, where e^-n is no longer a number.
    expect(rate(2000, 1).interval.map((v) => v.toFixed(3))).toEqual(['1913.299', '2089.617']);
    expect(poissonCdf(2, 3)).toBeCloseTo(Math.exp(-3) * (1 + 3 + 4.5), 12);
  });

  it('hold the share, and stay within 0 and 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(500), (of, some) => {
        const {
          share,
          interval: [lo, hi],
        } = proportion(some % (of + 1), of);
        expect(lo).toBeGreaterThanOrEqual(0);
        expect(hi).toBeLessThanOrEqual(1);
        expect(lo).toBeLessThanOrEqual(share + 1e-12);
        expect(hi).toBeGreaterThanOrEqual(share - 1e-12);
      }),
    );
  });

  it('of the median are order statistics with at least 95 % coverage', () => {
    // n = 10: ranks 2 and 9 cover 97.9 %, 3 and 8 only 89.1 %; n = 200: 86 and 115; n = 5: nothing narrower than all.
    const to = (n: number) => distribution(Array.from({ length: n }, (_, i) => i + 1)).medianInterval;
    expect(to(10)).toEqual([2, 9]);
    expect(to(200)).toEqual([86, 115]);
    expect(to(5)).toEqual([1, 5]);
  });
});

describe('distributions', () => {
  it('leave missing trials out and count them', () => {
    const d = distribution([3, null, 1, 2, null]);
    expect(d).toMatchObject({ n: 3, missing: 2, mean: 2, median: 2, min: 1, max: 3, sd: 1, values: [1, 2, 3] });
    expect(distribution([null]).median).toBeNaN();
  });

  it('have quantiles that grow', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1, maxLength: 50 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, p, q) => {
          const sorted = values.sort((a, b) => a - b);
          expect(quantile(sorted, Math.min(p, q))).toBeLessThanOrEqual(quantile(sorted, Math.max(p, q)));
        },
      ),
    );
  });

  it('differ where one is moved, and pairing sharpens it', () => {
    const a = Array.from({ length: 60 }, (_, i) => (i * 37) % 60);
    const b = a.map((v) => v + 5);
    const paired = medianDifference(a, b, true);
    const apart = medianDifference(a, b, false);
    expect(paired).toEqual({ difference: 5, interval: [5, 5] });
    expect(apart.interval[0]).toBeLessThan(5);
    expect(apart.interval[1]).toBeGreaterThan(5);
    expect(medianDifference(a, a, false).interval[0]).toBeLessThan(0);
  });
});

describe('costs', () => {
  it('have the middle one as their median', () => {
    expect([median([3]), median([4, 1, 3]), median([4, 1, 3, 2])]).toEqual([3, 3, 2.5]);
    expect(median([])).toBeNaN();
  });

  it('show the exponent that they were made with', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -2, max: 3, noNaN: true }),
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        (exponent, scale) => {
          const sizes = [8, 16, 32, 64];
          expect(
            growthExponent(
              sizes,
              sizes.map((size) => scale * size ** exponent),
            ),
          ).toBeCloseTo(exponent, 9);
        },
      ),
    );
    expect(growthExponent([8], [1])).toBeNaN();
    expect(spread([2, 2.3, 2.1])).toBeCloseTo(0.15, 12);
  });
});
