/** Effect sizes of two samples; NaN values take no part, NaN if a side is empty. */

/**
 * Cliff's delta (Cliff 1993): P(a > b) - P(a < b) for a random pair, -1 to 1, by ranks in O(n log n).
 */
export function cliffsDelta(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const left = sortedFinite(a);
  const right = sortedFinite(b);
  if (left.length === 0 || right.length === 0) return Number.NaN;
  let below = 0;
  let upTo = 0;
  let sum = 0;
  for (const value of left) {
    while (below < right.length && right[below] < value) below++;
    if (upTo < below) upTo = below;
    while (upTo < right.length && right[upTo] <= value) upTo++;
    sum += below - (right.length - upTo);
  }
  return sum / (left.length * right.length);
}

const sortedFinite = (values: ArrayLike<number>): Float64Array =>
  Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();

/**
 * Cramér's V of a 2 x C table: association of a category with being in the window, 0 to 1.
 * @param window counts of each category in the window, and `baseline` in the baseline, of the same length
 */
export function cramersV(window: ArrayLike<number>, baseline: ArrayLike<number>): number {
  let inWindow = 0;
  let inBaseline = 0;
  let used = 0;
  for (let c = 0; c < window.length; c++) {
    inWindow += window[c];
    inBaseline += baseline[c];
    if (window[c] + baseline[c] > 0) used++;
  }
  const total = inWindow + inBaseline;
  if (inWindow === 0 || inBaseline === 0) return Number.NaN;
  if (used < 2) return 0;
  let square = 0;
  for (let c = 0; c < window.length; c++) {
    const both = window[c] + baseline[c];
    if (both === 0) continue;
    const expectedWindow = (both * inWindow) / total;
    const expectedBaseline = (both * inBaseline) / total;
    square +=
      (window[c] - expectedWindow) ** 2 / expectedWindow + (baseline[c] - expectedBaseline) ** 2 / expectedBaseline;
  }
  return Math.sqrt(square / total);
}
