import { formatNumber, formatPercent } from '../../../core/format.ts';
import type { SmallestEffect } from '../types.ts';
import { cramersV } from '../effect.ts';
import { blockPermutations } from './permutation.ts';

/**
 * What a comparison could have shown: the smallest effect that is found in `POWER` of such stretches, at Holm's first
 * step, which is what a look has to pass where it is the only one that found anything (docs/methods.md 12).
 */

export const ALPHA = 0.05;
const POWER = 0.8;

/**
 * The value that a statistic has to exceed to be significant at Holm's first step; null where so few permutations
 * cannot tell so many looks apart.
 * @param drawn its null distribution, in size
 */
export function criticalValue(drawn: Float64Array, looks: number): number | null {
  const reached = Math.floor((ALPHA * (drawn.length + 1)) / looks) - 1;
  if (reached < 0) return null;
  return drawn.toSorted()[drawn.length - 1 - reached];
}

const quantile = (values: Float64Array, q: number): number =>
  values.toSorted()[Math.min(values.length - 1, Math.max(0, Math.floor(q * values.length)))];

/** A look's statistic where nothing changed, one of each for every arrangement. */
export interface Drawn {
  /** Signed. */
  readonly values: Float64Array;
  /**
   * How much of a difference between window and baseline an arrangement keeps: 1 in the order of events, 0 on average.
   * Blocks that hold a difference vary more than those that do not, and it is with the difference in place that a look
   * compares.
   */
  readonly kept: Float64Array;
}

/** Of an arrangement of n events, those from `split` on being the window. */
export function keptBy(positions: ArrayLike<number>, split: number): number {
  const n = positions.length;
  const window = n - split;
  let own = 0;
  for (let i = split; i < n; i += 1) if (positions[i] >= split) own += 1;
  return (own - (window * window) / n) / ((window * split) / n);
}

/** Steps in which the smallest difference is halved down. */
const STEPS = 20;

/**
 * The smallest difference that is found: the value from which on a statistic exceeds what chance gives with that value
 * in place, and the noise that one in five has; null where that is `most` or more.
 * @param others the largest statistic of what else is looked at together, by arrangement; none where absent
 */
function smallestDifference(
  { values, kept }: Drawn,
  looks: number,
  most: number,
  others?: Float64Array,
): number | null {
  // What an arrangement keeps of the order, it keeps of the noise too.
  const own = values.map((value, i) => value * Math.sqrt(Math.max(0, 1 - kept[i] ** 2)));
  const isFound = (observed: number): boolean => {
    const drawn = own.map((value, i) => Math.max(Math.abs(value + observed * kept[i]), others?.[i] ?? 0));
    const limit = criticalValue(drawn, looks);
    return limit !== null && observed > limit;
  };
  const noise = quantile(values, 1 - POWER);
  if (!isFound(most + noise)) return null;
  let [low, high] = [0, most + noise];
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (low + high) / 2;
    if (isFound(middle)) high = middle;
    else low = middle;
  }
  return high - noise;
}

/** Of Cliff's delta. @param drawn as deltas */
export function smallestDelta(drawn: Drawn, looks: number): SmallestEffect {
  const value = smallestDifference(drawn, looks, 1);
  return value === null ? none('numbers') : { of: 'numbers', value, text: `Cliff's delta ${formatNumber(value, 2)}` };
}

/**
 * Of words: of a term that is in a middling number of texts, how much larger the share of texts with it has to be.
 * @param drawn that term's standardised difference of shares
 * @param largest that of the term with the largest, by arrangement
 * @param spread standard deviation of its difference of shares
 */
export function smallestTerm(drawn: Drawn, largest: Float64Array, spread: number, looks: number): SmallestEffect {
  const value = smallestDifference(drawn, looks, 1 / spread, largest);
  if (value === null) return none('words');
  const share = value * spread;
  return { of: 'words', value: share, text: `a word whose share of the texts differs by ${formatPercent(share, 2)}` };
}

/** Arrangements that the power of a share is counted over, and halvings of the share. */
const ARRANGEMENTS = 60;
const HALVINGS = 7;

/**
 * Of categories: the share of the window that would have to have a value of its own, each event by chance.
 * @param codes category of each event, 0 to `categories` - 1
 * @param split events before the window
 */
export function smallestOwnValue(
  codes: Int32Array,
  split: number,
  categories: number,
  {
    block,
    looks,
    permutations,
    random,
  }: {
    readonly block: number;
    readonly looks: number;
    readonly permutations: number;
    readonly random: () => number;
  },
): SmallestEffect {
  const n = codes.length;
  const next = blockPermutations(n, block, random);
  const arrangements = Array.from({ length: ARRANGEMENTS }, () => {
    const positions = next();
    return { own: codes.map((_, i) => codes[positions[i]]), chance: Float64Array.from({ length: n }, random) };
  });
  const window = new Float64Array(categories + 1);
  const baseline = new Float64Array(categories + 1);
  const countsOf = (own: Int32Array): Float64Array => {
    const all = new Float64Array(categories + 1);
    for (const code of own) all[code] += 1;
    return all;
  };
  const measure = (own: Int32Array, all: Float64Array, positions?: Int32Array): number => {
    window.fill(0);
    for (let i = split; i < n; i += 1) window[own[positions ? positions[i] : i]] += 1;
    for (let c = 0; c < all.length; c += 1) baseline[c] = all[c] - window[c];
    return cramersV(window, baseline);
  };
  const found = (share: number): number | null => {
    const sequences = arrangements.map(({ own, chance }) =>
      own.map((code, i) => (i >= split && chance[i] < share ? categories : code)),
    );
    const all = countsOf(sequences[0]);
    const drawn = Float64Array.from({ length: permutations }, () => measure(sequences[0], all, next()));
    const limit = criticalValue(drawn, looks);
    if (limit === null) return null;
    const values = Float64Array.from(sequences, (own) => measure(own, countsOf(own))).toSorted();
    return values[Math.floor((1 - POWER) * values.length)] > limit ? values[values.length >> 1] : null;
  };
  let value = found(1);
  if (value === null) return none('categories');
  let [low, high] = [0, 1];
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = (low + high) / 2;
    const here = found(middle);
    if (here === null) low = middle;
    else [high, value] = [middle, here];
  }
  return { of: 'categories', value, text: `a value of its own on ${formatPercent(high, 2)} of the events` };
}

/** So few events, or so many looks, show no difference however large. */
const none = (of: SmallestEffect['of']): SmallestEffect => ({ of, value: null, text: 'no difference, however large' });
