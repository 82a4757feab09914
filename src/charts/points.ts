/** Reading interleaved x, y points (Float64, x ascending, y NaN marks a gap). */

/** Number of points with x <= `x`. */
export function countUpTo(points: Float64Array, x: number): number {
  let low = 0;
  let high = points.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle * 2] <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The line's value as of `x`: that of its last point at or before `x`; NaN before the first point and in a gap. */
export function valueAsOf(points: Float64Array, x: number): number {
  const count = countUpTo(points, x);
  return count === 0 ? Number.NaN : points[count * 2 - 1];
}

export interface LineSummary {
  /** Points with a value in the range. */
  readonly count: number;
  readonly min: number;
  /** Midpoint median of the points drawn. */
  readonly median: number;
  readonly max: number;
  readonly last: number;
}

/** Summary of the points with x in [from, to]. Minimum and maximum are those of all events, for points from a min-max decimation. */
export function summarize(points: Float64Array, from: number, to: number): LineSummary {
  const values: number[] = [];
  for (let i = countUpTo(points, from - Number.EPSILON * Math.abs(from)) * 2; i + 1 < points.length && points[i] <= to; i += 2) {
    if (points[i] >= from && Number.isFinite(points[i + 1])) values.push(points[i + 1]);
  }
  if (values.length === 0) return { count: 0, min: Number.NaN, median: Number.NaN, max: Number.NaN, last: Number.NaN };
  const last = values[values.length - 1];
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  return { count: sorted.length, min: sorted[0], median, max: sorted[sorted.length - 1], last };
}

/** Interleaved points with every y mapped by `map`; NaN stays NaN. */
export function mapY(points: Float64Array, map: (y: number) => number): Float64Array {
  const mapped = Float64Array.from(points);
  for (let i = 1; i < mapped.length; i += 2) mapped[i] = map(mapped[i]);
  return mapped;
}
