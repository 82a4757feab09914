import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binsOf, sharesIn } from './bins.ts';

const values = fc.oneof(
  fc.array(fc.integer({ min: -50, max: 50_000 }), { minLength: 1, maxLength: 300 }),
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 300 }),
  fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 300 }),
);

describe('bins', () => {
  it('hold every value, are at most 42, and their shares add up to one', () => {
    fc.assert(
      fc.property(values, (sample) => {
        const bins = binsOf(sample)!;
        expect(bins.count).toBeGreaterThanOrEqual(1);
        expect(bins.count).toBeLessThanOrEqual(42);
        const shares = sharesIn(bins, sample);
        expect(shares).toHaveLength(bins.count);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      }),
      { numRuns: 500 },
    );
  });

  it('give whole numbers that lie close a bin each', () => {
    const bins = binsOf([3, 3, 3, 5])!;
    expect(bins).toEqual({ start: 2.5, width: 1, count: 3 });
    expect(sharesIn(bins, [3, 3, 3, 5])).toEqual([0.75, 0, 0.25]);
  });

  it('of one repeated number are one or two around it', () => {
    const bins = binsOf([0.72, 0.72])!;
    expect(sharesIn(bins, [0.72, 0.72]).filter((share) => share > 0)).toEqual([1]);
  });

  it('of nothing are none, and leave out what lies outside', () => {
    expect(binsOf([])).toBeNull();
    expect(sharesIn({ start: 0, width: 1, count: 2 }, [-1, 0.5, 1.9, 3])).toEqual([0.25, 0.25]);
    expect(sharesIn({ start: 0, width: 1, count: 2 }, [2])).toEqual([0, 1]);
  });
});
