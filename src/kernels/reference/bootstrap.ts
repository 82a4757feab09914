/** Moving-block bootstrap of the displacement statistic, plain TypeScript: the oracle of the wasm kernel. */

import { splitmix64 } from '../../core/random.ts';

export interface ReferenceBootstrap {
  readonly residuals: Float32Array;
  readonly starts: Int32Array;
  readonly k: number;
  readonly lambda: number;
  readonly block: number;
  readonly run: number;
  readonly seed: number;
}

/** Mean of |y|^2 over a circular series, after one round of settling. */
function roundScale(rows: readonly Float64Array[], k: number, lambda: number): number {
  const y = new Float64Array(k);
  let sum = 0;
  for (let lap = 0; lap < 2; lap++) {
    sum = 0;
    for (const r of rows) {
      for (let i = 0; i < k; i++) {
        y[i] = y[i] * (1 - lambda) + lambda * r[i];
        sum += y[i] * y[i];
      }
    }
  }
  return sum / rows.length;
}

/** Studentised T2 of `length` bootstrapped in-control events. */
export function displacementPath(b: ReferenceBootstrap, length: number): Float32Array {
  const random = splitmix64(b.seed);
  const below = (n: number) => Math.floor(random() * n);
  const { k, lambda } = b;
  const out = new Float32Array(length);
  const residual = (row: number) => Float64Array.from(b.residuals.subarray(row * k, (row + 1) * k));
  for (let done = 0; done < length; done += b.run) {
    const row = below(b.starts[b.starts.length - 1]);
    const s = b.starts.findIndex((_, i) => b.starts[i + 1] > row);
    const first = b.starts[s];
    const count = b.starts[s + 1] - first;
    const size = Math.min(b.block, Math.max(1, Math.floor(count / 4)));
    const resample = (n: number): Float64Array[] => {
      let at = 0;
      return Array.from({ length: n }, (_, j) => {
        if (j % size === 0) at = below(count);
        const r = residual(first + at);
        at = (at + 1) % count;
        return r;
      });
    };
    const reference = resample(count);
    const bias = Float64Array.from({ length: k }, (_, i) => reference.reduce((sum, r) => sum + r[i], 0) / count);
    const own = roundScale(
      reference.map((r) => r.map((v, i) => v - bias[i])),
      k,
      lambda,
    );
    const given = roundScale(
      Array.from({ length: count }, (_, j) => residual(first + j)),
      k,
      lambda,
    );
    const scale = (((2 - lambda) / lambda) * (own > 0 ? given : 1)) / (own > 0 ? own : 1);
    const y = new Float64Array(k);
    resample(Math.min(b.run, length - done)).forEach((r, j) => {
      let norm = 0;
      for (let i = 0; i < k; i++) {
        y[i] = y[i] * (1 - lambda) + lambda * (r[i] - bias[i]);
        norm += y[i] * y[i];
      }
      out[done + j] = scale * norm;
    });
  }
  return out;
}

/** Episodes of a path above `level`, re-armed below `rearm` times it; runs are separate. */
export function episodeCount(path: Float32Array, run: number, level: number, rearm: number): number {
  const high = Math.fround(level);
  const low = Math.fround(rearm * high);
  let count = 0;
  for (let start = 0; start < path.length; start += run) {
    let open = false;
    for (const v of path.subarray(start, start + run)) {
      if (open) open = !(v < low);
      else if (v > high) {
        open = true;
        count++;
      }
    }
  }
  return count;
}
