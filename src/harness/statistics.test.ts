import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  distribution,
  medianDifference,
  poissonCdf,
  proportion,
  proportionDifference,
  quantile,
  rate,
} from './statistics.ts';

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
