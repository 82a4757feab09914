/** Reading interleaved x, y points (Float64, x ascending, y NaN marks a gap). */

import { median } from '../core/statistics.ts';

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

/**
 * Summary of the points with x in [from, to]. Minimum and maximum are those of all events, for points from a min-max
 * decimation.
 */
export function summarize(points: Float64Array, from: number, to: number): LineSummary {
  const values: number[] = [];
  for (
    let i = countUpTo(points, from - Number.EPSILON * Math.abs(from)) * 2;
    i + 1 < points.length && points[i] <= to;
    i += 2
  ) {
    if (points[i] >= from && Number.isFinite(points[i + 1])) values.push(points[i + 1]);
  }
  if (values.length === 0) return { count: 0, min: Number.NaN, median: Number.NaN, max: Number.NaN, last: Number.NaN };
  const last = values[values.length - 1];
  let [min, max] = [values[0], values[0]];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { count: values.length, min, median: median(values), max, last };
}

/** A gap is this many times as wide as the line's middle one, or it is only how often its events come. */
const RARE = 8;

/**
 * The line broken where nothing happened for longer than `gap`, and for far longer than is usual on it: a slope across
 * a month without events would say what nobody measured. A point alone between two gaps becomes a dash of length
 * `dash`. The points themselves where there is no such gap.
 */
export function breakGaps(points: Float64Array, gap: number, dash: number): Float64Array {
  const count = points.length >> 1;
  const gaps = Float64Array.from({ length: Math.max(0, count - 1) }, (_, i) => points[2 * i + 2] - points[2 * i]);
  const least = Math.max(gap, RARE * (gaps.toSorted()[gaps.length >> 1] ?? 0));
  if (!gaps.some((width) => width > least)) return points;
  const broken: number[] = [];
  for (let i = 0; i < count; i++) {
    const [x, y] = [points[2 * i], points[2 * i + 1]];
    broken.push(x, y);
    if (!(gaps[i] > least)) continue;
    if (i === 0 || gaps[i - 1] > least) broken.push(x + dash, y);
    broken.push(x + dash, Number.NaN);
  }
  if (count > 1 && gaps[count - 2] > least) broken.push(points[2 * count - 2] + dash, points[2 * count - 1]);
  return Float64Array.from(broken);
}

/** Interleaved points with every y mapped by `map`; NaN stays NaN. */
export function mapY(points: Float64Array, map: (y: number) => number): Float64Array {
  const mapped = Float64Array.from(points);
  for (let i = 1; i < mapped.length; i += 2) mapped[i] = map(mapped[i]);
  return mapped;
}
