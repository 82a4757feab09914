/**
 * Statistics of samples and of repeated trials. NaN in, NaN out; NaN is skipped only where said. All intervals are at
 * 95 % unless stated.
 */

import { mulberry32 } from './random.ts';

/** Arithmetic mean; NaN of none. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Standard deviation with n - 1; NaN of fewer than two. */
export function standardDeviation(values: ArrayLike<number>): number {
  if (values.length < 2) return Number.NaN;
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - centre) ** 2;
  return Math.sqrt(sum / (values.length - 1));
}

/** The usual median: the middle value, or the mean of the two middle ones. NaN values are skipped; NaN of none. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values)
    .filter((v) => !Number.isNaN(v))
    .sort();
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Nearest-rank quantile: the ceil(q n)-th smallest value, always one of them; NaN of none. */
export const nearestRank = (values: ArrayLike<number>, q: number): number =>
  nearestRankOfSorted(Float64Array.from(values).sort(), q);

/** The same of values in ascending order. */
export const nearestRankOfSorted = (sorted: ArrayLike<number>, q: number): number =>
  sorted.length === 0 ? Number.NaN : sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];

/** Quantile of sorted values, linear between order statistics (Hyndman & Fan 1996, type 7); NaN of none. */
export function quantile(sorted: readonly number[], p: number): number {
  if (sorted.length === 0) return NaN;
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

export type Interval = readonly [number, number];

const Z = 1.959963984540054;

/** A share of trials with its Wilson score interval (Wilson 1927). */
export interface Proportion {
  readonly count: number;
  readonly of: number;
  readonly share: number;
  readonly interval: Interval;
}

/** NaN of none. */
export function proportion(count: number, of: number): Proportion {
  const share = count / of;
  const centre = (share + (Z * Z) / (2 * of)) / (1 + (Z * Z) / of);
  const half = (Z / (1 + (Z * Z) / of)) * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of));
  // Rounding would leave some 1e-18 where the interval ends at 0 or 1.
  const interval = [count === 0 ? 0 : centre - half, count === of ? 1 : centre + half] as const;
  return { count, of, share, interval };
}

/** Difference b - a of two shares with Newcombe's interval from both Wilson intervals (Newcombe 1998, method 10). */
export function proportionDifference(
  a: Proportion,
  b: Proportion,
): { readonly difference: number; readonly interval: Interval } {
  const difference = b.share - a.share;
  const down = Math.hypot(b.share - b.interval[0], a.interval[1] - a.share);
  const up = Math.hypot(b.interval[1] - b.share, a.share - a.interval[0]);
  return { difference, interval: [difference - down, difference + up] };
}

/** P(N <= count) of a Poisson variate with the given expectation. */
export function poissonCdf(count: number, expected: number): number {
  let logTerm = -expected;
  let sum = Math.exp(logTerm);
  for (let i = 1; i <= count; i++) {
    logTerm += Math.log(expected / i);
    sum += Math.exp(logTerm);
  }
  return count < 0 ? 0 : Math.min(1, sum);
}

/** Events counted over an exposure, with the exact Poisson interval of their mean (Garwood 1936). */
export interface Rate {
  readonly count: number;
  readonly exposure: number;
  readonly rate: number;
  readonly interval: Interval;
}

export function rate(count: number, exposure: number): Rate {
  const low = count === 0 ? 0 : root((expected) => 1 - poissonCdf(count - 1, expected) - 0.025, count);
  const high = root((expected) => 0.025 - poissonCdf(count, expected), 4 * count + 20);
  return { count, exposure, rate: count / exposure, interval: [low / exposure, high / exposure] };
}

/** Where an increasing function on [0, top] crosses 0. */
function root(f: (x: number) => number, top: number): number {
  let [lo, hi] = [0, top];
  for (let i = 0; i < 80; i++) {
    const middle = (lo + hi) / 2;
    if (f(middle) < 0) lo = middle;
    else hi = middle;
  }
  return (lo + hi) / 2;
}

/** Values of one measure over trials; `missing` trials had none. */
export interface Distribution {
  readonly n: number;
  readonly missing: number;
  readonly mean: number;
  readonly sd: number;
  readonly min: number;
  readonly q05: number;
  readonly q25: number;
  readonly median: number;
  readonly q75: number;
  readonly q95: number;
  readonly max: number;
  /** Order-statistic interval of the median: distribution-free, coverage at least 95 %. */
  readonly medianInterval: Interval;
  /** Sorted. */
  readonly values: readonly number[];
}

export function distribution(all: readonly (number | null)[]): Distribution {
  const values = all.filter((v) => v !== null && !Number.isNaN(v)).sort((a, b) => a! - b!) as number[];
  const n = values.length;
  const q = (p: number) => quantile(values, p);
  return {
    n,
    missing: all.length - n,
    mean: mean(values),
    sd: standardDeviation(values),
    min: values[0] ?? NaN,
    q05: q(0.05),
    q25: q(0.25),
    median: q(0.5),
    q75: q(0.75),
    q95: q(0.95),
    max: values[n - 1] ?? NaN,
    medianInterval: medianInterval(values),
    values,
  };
}

/**
 * [x_(r), x_(n+1-r)] with the largest r for which P(Binomial(n, 1/2) < r) <= 2.5 %; the whole range where n is too
 * small for any.
 */
function medianInterval(sorted: readonly number[]): Interval {
  const n = sorted.length;
  if (n === 0) return [NaN, NaN];
  let term = 0.5 ** n;
  let cumulated = term;
  let r = 0;
  while (cumulated <= 0.025 && r < Math.floor(n / 2)) {
    r++;
    term *= (n - r + 1) / r;
    cumulated += term;
  }
  return r === 0 ? [sorted[0], sorted[n - 1]] : [sorted[r - 1], sorted[n - r]];
}

/**
 * Difference median(b) - median(a) with a percentile bootstrap interval (2,000 resamples, fixed seed). Paired where
 * both hold the same trials in the same order: then trials are resampled, not values.
 */
export function medianDifference(
  a: readonly number[],
  b: readonly number[],
  paired: boolean,
): { readonly difference: number; readonly interval: Interval } {
  // By the definition of the resamples' quantiles; half a sum rounds otherwise.
  const middle = (values: readonly number[]) =>
    quantile(
      [...values].sort((x, y) => x - y),
      0.5,
    );
  const difference = middle(b) - middle(a);
  if (a.length === 0 || b.length === 0) return { difference: NaN, interval: [NaN, NaN] };
  const random = mulberry32(1);
  const draw = (n: number) => Array.from({ length: n }, () => Math.floor(random() * n));
  const resampled = Array.from({ length: 2000 }, () => {
    const ia = draw(a.length);
    const ib = paired ? ia : draw(b.length);
    return middle(ib.map((i) => b[i])) - middle(ia.map((i) => a[i]));
  }).sort((x, y) => x - y);
  return { difference, interval: [quantile(resampled, 0.025), quantile(resampled, 0.975)] };
}

/** Exponent b of cost = a size^b, least squares over the logarithms; NaN of fewer than two sizes. */
export function growthExponent(sizes: readonly number[], costs: readonly number[]): number {
  if (sizes.length < 2) return Number.NaN;
  const [x, y] = [sizes.map(Math.log), costs.map(Math.log)];
  const [mx, my] = [mean(x), mean(y)];
  return sum(x.map((v, i) => (v - mx) * (y[i] - my))) / sum(x.map((v) => (v - mx) ** 2));
}

/** By how much the costliest of several costs exceeds the cheapest: 0.15 is 15 %. */
export const spread = (costs: readonly number[]): number => Math.max(...costs) / Math.min(...costs) - 1;

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
