import { principalPlane } from '../plane.ts';

/** Points of two sides on the same axes: row-major n x k, and of each which side it is of (0: neither, 1: a, 2: b). */
export interface TogetherRequest {
  readonly x: Float32Array;
  readonly k: number;
  readonly side: Uint8Array;
}

export interface Together {
  /** Positions on the principal plane of all points, row-major n x 2. */
  readonly plane: Float32Array;
  readonly explained: readonly [number, number];
  /** Distance between the centres of the sides, in whitened units; NaN where one has no points. */
  readonly apart: number;
  /** Root mean square distance of the points of a and of b from their centre. */
  readonly spread: readonly [number, number];
}

export function mapTogether({ x, k, side }: TogetherRequest): Together {
  const { points, explained } = principalPlane(x, k);
  const centres = [1, 2].map((id) => centreOf(x, k, (i) => side[i] === id));
  const apart = Math.hypot(...centres[0].mean.map((value, a) => centres[1].mean[a] - value));
  return { plane: Float32Array.from(points), explained, apart, spread: [centres[0].spread, centres[1].spread] };
}

function centreOf(x: Float32Array, k: number, isOf: (point: number) => boolean) {
  const mean = new Array<number>(k).fill(0);
  let [count, squares] = [0, 0];
  for (let i = 0; i * k < x.length; i += 1) {
    if (!isOf(i)) continue;
    count += 1;
    for (let a = 0; a < k; a += 1) mean[a] += x[i * k + a];
  }
  for (let a = 0; a < k; a += 1) mean[a] = count > 0 ? mean[a] / count : Number.NaN;
  for (let i = 0; i * k < x.length; i += 1)
    if (isOf(i)) for (let a = 0; a < k; a += 1) squares += (x[i * k + a] - mean[a]) ** 2;
  return { mean, spread: count > 0 ? Math.sqrt(squares / count) : Number.NaN };
}
