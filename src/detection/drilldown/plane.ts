import { symmetricEigen } from './linear.ts';

/** Points on the principal plane of all of them. */
export interface PrincipalPlane {
  /** Interleaved x, y. */
  readonly points: Float64Array;
  /** Shares of the total variance along x and y; 0 where nothing varies. */
  readonly explained: readonly [number, number];
}

/**
 * Projects n points (row-major n x k) on the plane of their two leading principal axes. The largest-magnitude entry of
 * each axis is positive, so that the same points give the same picture.
 */
export function principalPlane(points: ArrayLike<number>, k: number): PrincipalPlane {
  const n = points.length / k;
  const mean = new Float64Array(k);
  for (let i = 0; i < n; i++) for (let a = 0; a < k; a++) mean[a] += points[i * k + a] / n;
  const covariance = new Float64Array(k * k);
  const centred = new Float64Array(k);
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < k; a++) centred[a] = points[i * k + a] - mean[a];
    for (let a = 0; a < k; a++) for (let b = 0; b < k; b++) covariance[a * k + b] += (centred[a] * centred[b]) / n;
  }
  const { values, vectors } = symmetricEigen(covariance, k);
  const total = values.reduce((sum, value) => sum + value, 0);
  const axes = [0, 1].map((d) => (d < k ? upright(vectors.subarray(d * k, (d + 1) * k)) : new Float64Array(k)));
  const projected = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    for (let d = 0; d < 2; d++) {
      let sum = 0;
      for (let a = 0; a < k; a++) sum += axes[d][a] * (points[i * k + a] - mean[a]);
      projected[2 * i + d] = sum;
    }
  }
  const share = (d: number) => (total > 0 && d < k ? values[d] / total : 0);
  return { points: projected, explained: [share(0), share(1)] };
}

function upright(axis: Float64Array): Float64Array {
  let largest = 0;
  for (let a = 1; a < axis.length; a++) if (Math.abs(axis[a]) > Math.abs(axis[largest])) largest = a;
  return axis[largest] < 0 ? axis.map((value) => -value) : axis;
}
