/** Median of a sample; NaN of none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Exponent b of cost = a size^b, least squares over the logarithms; NaN of fewer than two sizes. */
export function growthExponent(sizes: readonly number[], costs: readonly number[]): number {
  if (sizes.length < 2) return Number.NaN;
  const [x, y] = [sizes.map(Math.log), costs.map(Math.log)];
  const [mx, my] = [mean(x), mean(y)];
  return sum(x.map((v, i) => (v - mx) * (y[i] - my))) / sum(x.map((v) => (v - mx) ** 2));
}

/** By how much the dearest of several costs exceeds the cheapest: 0.15 is 15 %. */
export const spread = (costs: readonly number[]): number => Math.max(...costs) / Math.min(...costs) - 1;

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
