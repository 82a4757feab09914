/**
 * Generator of the calibration harness, plain TypeScript (docs/methods.md 10): xoshiro256** seeded by splitmix64,
 * ziggurat normals, exp and ln written out, all in IEEE arithmetic and 64-bit integers, so that the wasm kernel gives
 * the same bits.
 */

import { splitmix64Words } from '../../core/random.ts';

const MASK = (1n << 64n) - 1n;
const rotl = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (64n - k))) & MASK;

/** xoshiro256** (Blackman & Vigna 2018) over its four words of state. */
export function xoshiro256(state: readonly bigint[]): () => bigint {
  let [s0, s1, s2, s3] = state as [bigint, bigint, bigint, bigint];
  return () => {
    const result = (rotl((s1 * 5n) & MASK, 7n) * 9n) & MASK;
    const t = (s1 << 17n) & MASK;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = rotl(s3, 45n);
    return result;
  };
}

/** The top 52 bits as a number in the open interval (0, 1), exactly. */
const uniform = (bits: bigint): number => (Number(bits >> 12n) + 0.5) / 2 ** 52;

const double = new Float64Array(1);
const word = new BigUint64Array(double.buffer);

/** e^x for |x| < 700: x = k ln 2 + r, Taylor series of degree 13 in r. */
export function exactExp(x: number): number {
  const k = Math.floor(x * 1.4426950408889634 + 0.5);
  const r = x - k * 0.6931471803691238 - k * 1.9082149292705877e-10;
  let sum = 1;
  for (let i = 13; i > 0; i--) sum = 1 + (sum * r) / i;
  word[0] = BigInt(k + 1023) << 52n;
  return sum * double[0];
}

/** ln x of a positive normal number: x = 2^e m with m about 1, ln m = 2 artanh((m - 1) / (m + 1)) by its series. */
export function exactLn(x: number): number {
  double[0] = x;
  const bits = word[0];
  let e = Number((bits >> 52n) - 1023n);
  word[0] = (bits & 0x000f_ffff_ffff_ffffn) | 0x3ff0_0000_0000_0000n;
  let m = double[0];
  if (m > 1.4142135623730951) {
    m *= 0.5;
    e += 1;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let sum = 0;
  for (let i = 23; i > 0; i -= 2) sum = sum * z + 1 / i;
  return e * 0.6931471805599453 + 2 * s * sum;
}

/** Right edge and area of the 256 layers. */
const R = 3.6541528853610088;
const V = 0.004928673233974658;

const edges = ((): Float64Array => {
  const x = new Float64Array(257);
  let f = exactExp(-0.5 * R * R);
  x[0] = V / f;
  x[1] = R;
  for (let i = 2; i < 256; i++) {
    x[i] = Math.sqrt(-2 * exactLn(V / x[i - 1] + f));
    f = exactExp(-0.5 * x[i] * x[i]);
  }
  return x;
})();

/**
 * Standard normal variates by the ziggurat of 256 layers (Marsaglia & Tsang 2000, separate bits for layer and value
 * after Doornik 2005).
 */
export function normals(next: () => bigint): () => number {
  return () => {
    for (;;) {
      const bits = next();
      const i = Number(bits & 255n);
      const u = 2 * uniform(bits) - 1;
      const x = u * edges[i];
      if (Math.abs(u) < edges[i + 1] / edges[i]) return x;
      if (i === 0) {
        for (;;) {
          const beyond = -exactLn(uniform(next())) / R;
          const y = -exactLn(uniform(next()));
          if (2 * y >= beyond * beyond) return u < 0 ? -R - beyond : R + beyond;
        }
      }
      const f0 = exactExp(-0.5 * (edges[i] * edges[i] - x * x));
      const f1 = exactExp(-0.5 * (edges[i + 1] * edges[i + 1] - x * x));
      if (f1 + uniform(next()) * (f0 - f1) < 1) return x;
    }
  };
}

export interface GeneratedReference {
  readonly provider: number[];
  readonly latencyMicros: number[];
  readonly latent: number[];
  readonly embedding: Float32Array;
}

/** A whole ledger: the arguments and results are those of `generateEvents` in kernels/generator. */
export function generateReference(
  seed: number,
  centroidScale: number,
  noise: number,
  schedule: Float64Array,
  slots: number,
): GeneratedReference {
  const words = Array.from({ length: 16 }, splitmix64Words(BigInt(seed)));
  const [layout, residuals, latencies, noises] = [0, 4, 8, 12].map((i) => normals(xoshiro256(words.slice(i, i + 4))));
  const draw = (count: number, next: () => number) => Array.from({ length: count }, next);
  const centroids = draw(32, layout).map((z) => centroidScale * z);
  const lift = Array.from({ length: 8 }, () => draw(64, layout));
  lift.forEach((row, i) => {
    for (let pass = 0; pass < 2; pass++) {
      for (const other of lift.slice(0, i)) {
        const dot = row.reduce((sum, v, d) => sum + v * other[d], 0);
        other.forEach((v, d) => (row[d] -= dot * v));
      }
    }
    const norm = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0));
    row.forEach((v, d) => (row[d] = v / norm));
  });

  const out: GeneratedReference = {
    provider: [],
    latencyMicros: [],
    latent: [],
    embedding: new Float32Array(slots * 4 * 64),
  };
  for (let slot = 0; slot < slots; slot++) {
    const [centroid, spread, median, sigma, cap, ...weights] = schedule.subarray(slot * 17, slot * 17 + 17);
    const shared = draw(8, residuals);
    const own = Array.from({ length: 4 }, () => draw(8, residuals));
    const micros = draw(4, latencies).map((z) => Math.floor(1000 * Math.min(median * exactExp(sigma * z), cap) + 0.5));
    const order = [0, 1, 2, 3].sort((a, b) => micros[a] - micros[b] || a - b);
    const latent: number[][] = [];
    const vectors: number[][] = [];
    for (let p = 0; p < 4; p++) {
      const [scale, sharedWeight, ownWeight] = weights.slice(p * 3, p * 3 + 3);
      latent.push(
        shared.map((s, a) => {
          const residual = scale * (sharedWeight * s + ownWeight * own[p][a]);
          return centroid * centroids[p * 8 + a] + (a === 0 ? residual : spread * residual);
        }),
      );
      vectors.push(
        draw(64, noises).map((z, d) => lift.reduce((sum, row, a) => sum + latent[p][a] * row[d], noise * z)),
      );
    }
    order.forEach((p, rank) => {
      out.provider.push(p);
      out.latencyMicros.push(micros[p]);
      out.latent.push(...latent[p]);
      out.embedding.set(vectors[p], (slot * 4 + rank) * 64);
    });
  }
  return out;
}
