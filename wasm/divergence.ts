import { even, logProduct, symmetricBytes } from './cholesky';
import { lanes } from './matrix';

/**
 * KL between Gaussians by factorisation, two at a time in the two lanes of f64x2: of two pairs of covariances, or of
 * two covariances where all else about the others is known. A lane's arithmetic does not depend on its neighbour.
 */

/**
 * KL sees every variance this share larger: a stream that has only few messages left leaves directions without
 * variance, in which the difference of two roundings would pass for a divergence. Changes nothing to 1e-4 unless
 * variances differ by 1e8.
 */
export const INFLATION: f64 = 1 + 1e-12;
export const LOG_INFLATION: f64 = 1e-12;

/**
 * Box-Cox with exponent -1/2, (v^-0.5 - 1) / -0.5: near normal for a KL; -infinity at 0. Never falls as v grows,
 * rounding included.
 */
@inline
export function transformed(v: f64): f64 {
  return 2.0 - 2.0 / Math.sqrt(v);
}

/** Two covariances interleaved, an odd number of axes filled up. */
@inline
export function pairBytes(k: i32): usize {
  const axes = even(k);
  return (axes + ((axes * (axes - 1)) >> 1)) << 4;
}

/**
 * Two covariances side by side: lane 0 from `a`, lane 1 from `b`, as [inflated diagonal][strict rows] of an even number
 * of axes: an odd one is filled up with an axis of its own, variance 1, that changes no determinant.
 */
export function interleave(k: i32, a: usize, b: usize, out: usize): void {
  const split = <usize>k << 3;
  const inflation = f64x2.splat(INFLATION);
  let to = out;
  for (let i: usize = 0; i < split; i += 8) {
    v128.store(to, f64x2.mul(inflation, v128.load64_lane(b + i, v128.load64_splat(a + i), 1)));
    to += 16;
  }
  if (k & 1) {
    v128.store(to, f64x2.splat(1));
    to += 16;
  }
  const from = even(k) << 3;
  const end = from + (<usize>((k * (k - 1)) >> 1) << 3);
  for (let i = from; i < end; i += 8) {
    v128.store(to, v128.load64_lane(b + i, v128.load64_splat(a + i), 1));
    to += 16;
  }
  if (k & 1) memory.fill(to, 0, <usize>k << 4);
}

/**
 * L D L^T of two interleaved covariances in place, D on the diagonal and 1/D in `inverse`; two rows and two columns at
 * a time. Pivots must stay above rounding: those of an inflated diagonal do.
 */
function factor(width: usize, a: usize, inverse: usize, work: usize): void {
  const one = f64x2.splat(1);
  const first = work;
  const second = work + width;
  const lower = a + width;
  let row: usize = 0;
  for (let i: usize = 0; i < width; i += 32) {
    const row0 = lower + row;
    const row1 = row0 + i;
    let d0 = v128.load(a + i);
    let d1 = v128.load(a + i, 16);
    let corner = v128.load(row1 + i);
    let column = lower;
    for (let j: usize = 0; j < i; j += 32) {
      const next = column + j;
      let u00 = v128.load(row0 + j);
      let u01 = v128.load(row0 + j, 16);
      let u10 = v128.load(row1 + j);
      let u11 = v128.load(row1 + j, 16);
      for (let p: usize = 0; p < j; p += 16) {
        const m0 = v128.load(first + p);
        const m1 = v128.load(second + p);
        const l0 = v128.load(column + p);
        const l1 = v128.load(next + p);
        u00 = f64x2.sub(u00, f64x2.mul(m0, l0));
        u01 = f64x2.sub(u01, f64x2.mul(m0, l1));
        u10 = f64x2.sub(u10, f64x2.mul(m1, l0));
        u11 = f64x2.sub(u11, f64x2.mul(m1, l1));
      }
      const l = v128.load(next + j);
      u01 = f64x2.sub(u01, f64x2.mul(u00, l));
      u11 = f64x2.sub(u11, f64x2.mul(u10, l));
      v128.store(first + j, u00);
      v128.store(first + j, u01, 16);
      v128.store(second + j, u10);
      v128.store(second + j, u11, 16);
      const inverse0 = v128.load(inverse + j);
      const inverse1 = v128.load(inverse + j, 16);
      const l00 = f64x2.mul(u00, inverse0);
      const l01 = f64x2.mul(u01, inverse1);
      const l10 = f64x2.mul(u10, inverse0);
      const l11 = f64x2.mul(u11, inverse1);
      v128.store(row0 + j, l00);
      v128.store(row0 + j, l01, 16);
      v128.store(row1 + j, l10);
      v128.store(row1 + j, l11, 16);
      d0 = f64x2.sub(d0, f64x2.add(f64x2.mul(u00, l00), f64x2.mul(u01, l01)));
      d1 = f64x2.sub(d1, f64x2.add(f64x2.mul(u10, l10), f64x2.mul(u11, l11)));
      corner = f64x2.sub(corner, f64x2.add(f64x2.mul(u10, l00), f64x2.mul(u11, l01)));
      column = next + j + 16;
    }
    const over0 = f64x2.div(one, d0);
    const l = f64x2.mul(corner, over0);
    v128.store(row1 + i, l);
    d1 = f64x2.sub(d1, f64x2.mul(corner, l));
    v128.store(a + i, d0);
    v128.store(a + i, d1, 16);
    v128.store(inverse + i, over0);
    v128.store(inverse + i, f64x2.div(one, d1), 16);
    row += i + i + 16;
  }
}

/**
 * KL(N(0,A) || N(0,B)) of two pairs at once, nats, never negative. `a` and `b` are interleaved and are overwritten by
 * their factors. tr(B^-1 A) = sum_ij y_ij^2 D_j / E_i with A = L D L^T, B = M E M^T, y = M^-1 L.
 */
export function divergence(k: i32, a: usize, b: usize, y: usize, work: usize): v128 {
  const one = f64x2.splat(1);
  const width = even(k) << 4;
  const inverse = work + 2 * width;
  factor(width, a, inverse, work);
  factor(width, b, inverse, work);
  const lowerA = a + width;
  const lowerB = b + width;
  let trace = f64x2.splat(0);
  let ratio = one;
  let logarithm0: f64 = 0;
  let logarithm1: f64 = 0;
  let row: usize = 0;
  for (let i: usize = 0; i < width; i += 32) {
    const rowM0 = lowerB + row;
    const rowM1 = rowM0 + i;
    const rowL0 = lowerA + row;
    const rowL1 = rowL0 + i;
    const y0 = y + row;
    const y1 = y0 + i;
    const corner = v128.load(rowM1 + i);
    let sum0 = f64x2.splat(0);
    let sum1 = f64x2.splat(0);
    let start = y;
    for (let j: usize = 0; j < i; j += 32) {
      // Row j + 1 of y begins at `start + j`; rows grow by one entry each.
      const below = start + j;
      let v00 = f64x2.sub(v128.load(rowL0 + j), v128.load(rowM0 + j));
      let v01 = f64x2.sub(v128.load(rowL0 + j, 16), v128.load(rowM0 + j, 16));
      let v10 = f64x2.sub(v128.load(rowL1 + j), v128.load(rowM1 + j));
      let v11 = f64x2.sub(v128.load(rowL1 + j, 16), v128.load(rowM1 + j, 16));
      const edge = v128.load(below + j);
      v00 = f64x2.sub(v00, f64x2.mul(v128.load(rowM0 + j, 16), edge));
      v10 = f64x2.sub(v10, f64x2.mul(v128.load(rowM1 + j, 16), edge));
      let at = below + j + 16 + j;
      let step = j + 32;
      for (let p = j + 32; p < i; p += 16) {
        const m0 = v128.load(rowM0 + p);
        const m1 = v128.load(rowM1 + p);
        const s0 = v128.load(at);
        const s1 = v128.load(at, 16);
        v00 = f64x2.sub(v00, f64x2.mul(m0, s0));
        v01 = f64x2.sub(v01, f64x2.mul(m0, s1));
        v10 = f64x2.sub(v10, f64x2.mul(m1, s0));
        v11 = f64x2.sub(v11, f64x2.mul(m1, s1));
        at += step;
        step += 16;
      }
      v10 = f64x2.sub(v10, f64x2.mul(corner, v00));
      v11 = f64x2.sub(v11, f64x2.mul(corner, v01));
      v128.store(y0 + j, v00);
      v128.store(y0 + j, v01, 16);
      v128.store(y1 + j, v10);
      v128.store(y1 + j, v11, 16);
      const d0 = v128.load(a + j);
      const d1 = v128.load(a + j, 16);
      sum0 = f64x2.add(sum0, f64x2.add(f64x2.mul(f64x2.mul(v00, v00), d0), f64x2.mul(f64x2.mul(v01, v01), d1)));
      sum1 = f64x2.add(sum1, f64x2.add(f64x2.mul(f64x2.mul(v10, v10), d0), f64x2.mul(f64x2.mul(v11, v11), d1)));
      start = below + j + 16;
    }
    const last = f64x2.sub(v128.load(rowL1 + i), corner);
    v128.store(y1 + i, last);
    const d0 = v128.load(a + i);
    const d1 = v128.load(a + i, 16);
    const over0 = v128.load(inverse + i);
    const over1 = v128.load(inverse + i, 16);
    sum0 = f64x2.add(sum0, d0);
    sum1 = f64x2.add(sum1, f64x2.add(d1, f64x2.mul(f64x2.mul(last, last), d0)));
    trace = f64x2.add(trace, f64x2.add(f64x2.mul(sum0, over0), f64x2.mul(sum1, over1)));
    ratio = f64x2.mul(ratio, f64x2.mul(f64x2.mul(d0, over0), f64x2.mul(d1, over1)));
    // One logarithm at the end, unless the product of pivots leaves the range of a double.
    const r0 = f64x2.extract_lane(ratio, 0);
    if (r0 < 1e-200 || r0 > 1e200) {
      logarithm0 += Math.log(r0);
      ratio = f64x2.replace_lane(ratio, 0, 1);
    }
    const r1 = f64x2.extract_lane(ratio, 1);
    if (r1 < 1e-200 || r1 > 1e200) {
      logarithm1 += Math.log(r1);
      ratio = f64x2.replace_lane(ratio, 1, 1);
    }
    row += i + i + 16;
  }
  logarithm0 += Math.log(f64x2.extract_lane(ratio, 0));
  logarithm1 += Math.log(f64x2.extract_lane(ratio, 1));
  const logDet = f64x2.replace_lane(f64x2.splat(logarithm0), 1, logarithm1);
  const kl = f64x2.mul(f64x2.splat(0.5), f64x2.sub(f64x2.sub(trace, f64x2.splat(<f64>even(k))), logDet));
  return f64x2.pmax(f64x2.splat(0), kl);
}

/** Factorises two interleaved matrices, an odd number of axes filled up. */
@inline
export function factorPair(k: i32, side: usize, work: usize): void {
  const width = even(k) << 4;
  if (k & 1) {
    v128.store(side + (<usize>k << 4), f64x2.splat(1));
    memory.fill(side + width + (<usize>((k * (k - 1)) >> 1) << 4), 0, <usize>k << 4);
  }
  factor(width, side, work + 2 * width, work);
}

/** ln det of the interleaved matrix in lane `lane`, after its factorisation. */
@inline
export function logDeterminant(k: i32, side: usize, lane: i32): f64 {
  return logProduct(<usize>k, side + (lane << 3), 16);
}

/** KL from tr(B^-1 A), ln det A and ln det B, nats, never negative. */
@inline
export function divergenceFrom(k: i32, trace: f64, logA: f64, logB: f64): f64 {
  return max(0.0, 0.5 * (trace - <f64>k - (logA - logB)));
}

/** Full row-major k x k `a` and `b` -> KL in nats; `scratch` as for `tracker`. */
export function gaussianKl(k: i32, a: usize, b: usize, scratch: usize): f64 {
  const c = symmetricBytes(k);
  pack(k, a, scratch);
  pack(k, b, scratch + c);
  const sideA = scratch + 2 * c;
  const sideB = sideA + pairBytes(k);
  const y = sideB + pairBytes(k);
  interleave(k, scratch, scratch, sideA);
  interleave(k, scratch + c, scratch + c, sideB);
  return f64x2.extract_lane(divergence(k, sideA, sideB, y, y + pairBytes(k)), 0);
}

function pack(k: i32, full: usize, out: usize): void {
  let lower = out + (even(k) << 3);
  for (let i: usize = 0; i < <usize>k; i++) {
    const row = full + (i * <usize>k << 3);
    store<f64>(out + (i << 3), load<f64>(row + (i << 3)));
    memory.copy(lower, row, i << 3);
    lower += i << 3;
  }
}
