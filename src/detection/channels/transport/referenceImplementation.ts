import { coordinatesOf, type StageReferenceImplementation } from '../referenceImplementation.ts';

/** Sliced Earth Mover's Distance between recent windows, plain TypeScript (docs/methods.md 6). */

/** 1-D Wasserstein-1 distance of two samples of equal size: mean |a_(i) - b_(i)| of the sorted values. */
export function wasserstein1(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const x = Float64Array.from(a).sort();
  const y = Float64Array.from(b).sort();
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.abs(x[i] - y[i]);
  return sum / x.length;
}

/**
 * Mean over the k axes of the 1-D Wasserstein-1 distance between two windows of coordinates, the larger cut to its
 * newest; NaN while either holds fewer than `minimum` points.
 * @param a, b coordinates of each point, oldest first
 */
export function slicedEmd(
  a: readonly ArrayLike<number>[],
  b: readonly ArrayLike<number>[],
  k: number,
  minimum: number,
): number {
  const n = Math.min(a.length, b.length);
  if (n < minimum) return Number.NaN;
  const [x, y] = [a.slice(a.length - n), b.slice(b.length - n)];
  let sum = 0;
  for (let i = 0; i < k; i++)
    sum += wasserstein1(
      x.map((p) => p[i]),
      y.map((p) => p[i]),
    );
  return sum / k;
}

export const transportReference: StageReferenceImplementation = {
  eventsPerSecond: 0,
  run(of, _, out) {
    const {
      events: { stream, isVoid, streams },
      n,
      k,
      reference: { range, windows },
      parameters: p,
    } = of;
    const size = p.emd_window;
    const { rows, counts } = windows(size);
    const newest = streams.map((): Float32Array[] => []);
    // The newest of all other streams, kept for every stream.
    const others = streams.map((): Float32Array[] => []);
    const reference = streams.map((_name, s) =>
      Array.from({ length: counts[s] }, (__, j) => rows.subarray((s * size + j) * k, (s * size + j + 1) * k)),
    );
    const keep = (window: Float32Array[], point: Float32Array) => {
      window.push(point);
      if (window.length > size) window.shift();
    };
    for (let i = 0; i < n; i++) {
      if (isVoid[i]) continue;
      const s = stream[i];
      const point = coordinatesOf(of, i);
      keep(newest[s], point);
      out.tension[i] = slicedEmd(newest[s], others[s], k, p.emd_min);
      if (i >= range.to) out.shift[i] = slicedEmd(newest[s], reference[s], k, p.emd_min);
      for (let q = 0; q < streams.length; q++) if (q !== s) keep(others[q], point);
    }
  },
};
