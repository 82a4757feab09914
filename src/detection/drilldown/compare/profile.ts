import { mean } from '../../../core/statistics.ts';
import { blockLength } from '../investigate/permutation.ts';

/** What two stretches are compared by: the mean of a number over the events of each. */

export interface MeanOf {
  readonly n: number;
  readonly mean: number;
  readonly variance: number;
  /**
   * Standard error of the mean, from the means of blocks of neighbouring events; NaN with fewer than 6 blocks. Events
   * that resemble their neighbours do not count as evidence each.
   */
  readonly error: number;
  readonly blocks: number;
}

const MIN_BLOCKS = 6;

/** NaN values take no part. */
export function meanOf(all: ArrayLike<number>): MeanOf {
  const values = Float64Array.from(all).filter((value) => !Number.isNaN(value));
  const n = values.length;
  const centre = n > 0 ? mean(values) : Number.NaN;
  let variance = n > 1 ? 0 : Number.NaN;
  for (const value of values) variance += (value - centre) ** 2 / Math.max(1, n - 1);
  const size = n > 0 ? blockLength(values, n) : 1;
  const blocks = Math.floor(n / size);
  if (blocks < MIN_BLOCKS) return { n, mean: centre, variance, error: Number.NaN, blocks };
  // The remainder goes to the blocks evenly, so that every event counts.
  const means = Float64Array.from({ length: blocks }, (_, b) =>
    mean(values.subarray(Math.floor((b * n) / blocks), Math.floor(((b + 1) * n) / blocks))),
  );
  const middle = mean(means);
  let between = 0;
  for (const value of means) between += (value - middle) ** 2 / (blocks - 1);
  return { n, mean: centre, variance, error: Math.sqrt(between / blocks), blocks };
}

/** How far b is above a, in pooled standard deviations. */
export interface Difference {
  /** NaN where neither varies. */
  readonly size: number;
  /** 95 % interval; NaN where a side has too few blocks. */
  readonly low: number;
  readonly high: number;
}

export function difference(a: MeanOf, b: MeanOf): Difference {
  const pooled = Math.sqrt(((a.n - 1) * a.variance + (b.n - 1) * b.variance) / (a.n + b.n - 2));
  const size = pooled > 0 ? (b.mean - a.mean) / pooled : Number.NaN;
  const [va, vb] = [a.error ** 2, b.error ** 2];
  const freedom = (va + vb) ** 2 / (va ** 2 / (a.blocks - 1) + vb ** 2 / (b.blocks - 1));
  const reach = (studentQuantile975(freedom) * Math.sqrt(va + vb)) / pooled;
  return { size, low: size - reach, high: size + reach };
}

/** The 97.5 % quantile of Student's t, by the expansion of Cornish & Fisher 1938 in 1 / freedom. */
function studentQuantile975(freedom: number): number {
  const z = 1.959964;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / freedom + second / freedom ** 2 + third / freedom ** 3;
}
