import { describe, expect, test } from 'vitest';
import { boxMuller, openMulberry32 } from '../../../core/random.ts';
import { difference, meanOf } from './profile.ts';

function memory(n: number, phi: number, seed: number): number[] {
  const random = openMulberry32(seed);
  let last = 0;
  return Array.from({ length: n + 50 }, () => (last = phi * last + boxMuller(random(), random()))).slice(50);
}

describe('the mean of a stretch', () => {
  test('leaves out what is not stated, and has no error from too few blocks', () => {
    const found = meanOf([1, Number.NaN, 3, 5]);
    expect(found).toMatchObject({ n: 3, mean: 3, variance: 4 });
    expect(found.error).toBeNaN();
    expect(meanOf([])).toMatchObject({ n: 0, mean: Number.NaN });
  });
});

describe('the difference of two stretches', () => {
  test('is in pooled standard deviations', () => {
    const a = { n: 100, mean: 2, variance: 4, error: 0.2, blocks: 12 };
    const b = { ...a, mean: 3 };
    const { size, low, high } = difference(a, b);
    expect(size).toBeCloseTo(0.5, 12);
    // 2.0739 is the 97.5 % quantile of Student's t with 22 degrees of freedom.
    expect(high - size).toBeCloseTo((2.0739 * Math.sqrt(0.08)) / 2, 3);
    expect(size - low).toBeCloseTo(high - size, 12);
    expect(difference({ ...a, variance: 0 }, { ...b, variance: 0 }).size).toBeNaN();
  });

  test.each([
    ['independent', 0],
    ['autocorrelated', 0.6],
  ])('has an interval that holds no difference about 95 times in 100: %s', (_, phi) => {
    const runs = 400;
    let held = 0;
    for (let run = 0; run < runs; run += 1) {
      const { low, high } = difference(meanOf(memory(300, phi, 2 * run)), meanOf(memory(200, phi, 2 * run + 1)));
      if (low <= 0 && high >= 0) held += 1;
    }
    // Blocks leave some of a memory out: what is held is a little less than it says.
    expect(held / runs).toBeGreaterThan(0.9);
    expect(held / runs).toBeLessThan(0.985);
  });
});
