import { niceStep } from './scale.ts';

/** Bins of equal width: bin i holds values in [start + i width, start + (i + 1) width). */
export interface Bins {
  readonly start: number;
  readonly width: number;
  readonly count: number;
}

/** Whole numbers get a bin each up to this many of them. */
const MAX_WHOLE = 40;

/**
 * Bins over all of `values`: one a whole number where all are whole and few apart, else of a round width, about the
 * square root of their number and never more than 40. Null if there is no value.
 */
export function binsOf(values: readonly number[]): Bins | null {
  if (values.length === 0) return null;
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const whole = values.every(Number.isInteger);
  if (whole && high - low < MAX_WHOLE) return { start: low - 0.5, width: 1, count: high - low + 1 };
  const wanted = Math.min(MAX_WHOLE / 2, Math.max(5, Math.sqrt(values.length)));
  const size = Math.max(Math.abs(low), Math.abs(high), 1e-6);
  // Values that differ by rounding only are one value, with a hundredth of it to show.
  const spread = high - low > 1e-9 * size ? high - low : 0.01 * size;
  const width = whole ? Math.max(1, niceStep(spread / wanted)) : niceStep(spread / wanted);
  const start = Math.floor(low / width) * width;
  return { start, width, count: Math.floor((high - start) / width) + 1 };
}

/** Share of `values` in each bin, the last one with its upper edge; values outside of all bins count in none. */
export function sharesIn({ start, width, count }: Bins, values: readonly number[]): number[] {
  const counts = new Array<number>(count).fill(0);
  for (const value of values) {
    const at = (value - start) / width;
    // Rounding may put a value just beyond the outer edges.
    if (at > -1e-6 && at < count + 1e-6) counts[Math.max(0, Math.min(count - 1, Math.floor(at)))] += 1;
  }
  return counts.map((n) => n / values.length);
}
