import { even, symmetricBytes } from './cholesky';
import { lanes } from './matrix';

/** How an event is taken into the tracker's covariances (docs/methods.md 4), packed as in cholesky.ts. */

/**
 * Keeps the covariance of a stream that repeats itself above zero; vanishes against any variance that coordinates can
 * show.
 */
export const RIDGE: f64 = 1e-100;

/** r r^T in the layout of a covariance; `r` is padded with a zero. The ridge is added to the diagonal. */
export function outer(k: i32, r: usize, out: usize): void {
  const ridge = f64x2.splat(RIDGE);
  const width = even(k) << 3;
  for (let i: usize = 0; i < width; i += 16) {
    const v = v128.load(r + i);
    v128.store(out + i, f64x2.add(f64x2.mul(v, v), ridge));
  }
  if (k & 1) store<f64>(out + width - 8, 0);
  let row = out + width;
  for (let i = 1; i < k; i++) {
    const ri = v128.load64_splat(r + (<usize>i << 3));
    const bytes = <usize>i << 3;
    // The last store may spill into the next row, which is written after it, or past the end, where there is room.
    for (let j: usize = 0; j < bytes; j += 16) v128.store(row + j, f64x2.mul(ri, v128.load(r + j)));
    row += bytes;
  }
  if (((k * (k - 1)) >> 1) & 1) store<f64>(row, 0);
}

/** s += gain (rr - s), over a covariance of `bytes`. */
export function blend(s: usize, rr: usize, gain: f64, bytes: usize): void {
  const g = f64x2.splat(gain);
  for (let i: usize = 0; i < bytes; i += 16) {
    const v = v128.load(s + i);
    v128.store(s + i, f64x2.add(v, f64x2.mul(g, f64x2.sub(v128.load(rr + i), v))));
  }
}

/** Sums over the entries of fast - slow and of slow, of the event taken in last. */
export let traceDifference: f64 = 0;
export let traceSlow: f64 = 0;
export let squareDifference: f64 = 0;
export let squareSlow: f64 = 0;

/**
 * Takes the products `rr` of a residual into fast and slow; writes A, and slow as it was, to `pair` unless that is
 * null.
 */
export function blendBoth(
  k: i32, rr: usize, fast: usize, slow: usize, gainFast: f64, gainSlow: f64, shrinkage: f64, pair: usize,
): void {
  const c = symmetricBytes(k);
  const diagonal = even(k) << 3;
  const mixFast = f64x2.splat(1.0 - shrinkage);
  const mixSlow = f64x2.splat(shrinkage);
  const gf = f64x2.splat(gainFast);
  const gs = f64x2.splat(gainSlow);
  let difference = f64x2.splat(0);
  let total = f64x2.splat(0);
  let squares = f64x2.splat(0);
  let totalSquares = f64x2.splat(0);
  for (let a: usize = 0; a < diagonal; a += 16) {
    const v = v128.load(rr + a);
    let f = v128.load(fast + a);
    const before = v128.load(slow + a);
    f = f64x2.add(f, f64x2.mul(gf, f64x2.sub(v, f)));
    v128.store(fast + a, f);
    if (pair != 0) {
      v128.store(pair + a, f64x2.add(f64x2.mul(mixFast, f), f64x2.mul(mixSlow, before)));
      v128.store(pair + c + a, before);
    }
    const after = f64x2.add(before, f64x2.mul(gs, f64x2.sub(v, before)));
    v128.store(slow + a, after);
    const d = f64x2.sub(f, after);
    difference = f64x2.add(difference, d);
    total = f64x2.add(total, after);
    squares = f64x2.add(squares, f64x2.mul(d, d));
    totalSquares = f64x2.add(totalSquares, f64x2.mul(after, after));
  }
  let lower = f64x2.splat(0);
  let lowerSlow = f64x2.splat(0);
  for (let a: usize = diagonal; a < c; a += 16) {
    const v = v128.load(rr + a);
    let f = v128.load(fast + a);
    const before = v128.load(slow + a);
    f = f64x2.add(f, f64x2.mul(gf, f64x2.sub(v, f)));
    v128.store(fast + a, f);
    if (pair != 0) {
      v128.store(pair + a, f64x2.add(f64x2.mul(mixFast, f), f64x2.mul(mixSlow, before)));
      v128.store(pair + c + a, before);
    }
    const after = f64x2.add(before, f64x2.mul(gs, f64x2.sub(v, before)));
    v128.store(slow + a, after);
    const d = f64x2.sub(f, after);
    lower = f64x2.add(lower, f64x2.mul(d, d));
    lowerSlow = f64x2.add(lowerSlow, f64x2.mul(after, after));
  }
  traceDifference = lanes(difference);
  traceSlow = lanes(total);
  squareDifference = lanes(squares) + 2 * lanes(lower);
  squareSlow = lanes(totalSquares) + 2 * lanes(lowerSlow);
}

/**
 * The same by rows, without products in memory; A goes to `side`, which interleaves it with another event's.
 * @returns direction^T fast direction, fast as it was
 */
export function blendRows(
  k: i32, r: usize, direction: usize, fast: usize, slow: usize,
  gainFast: f64, gainSlow: f64, shrinkage: f64, side: usize,
): f64 {
  const diagonal = even(k) << 3;
  const mixFast = f64x2.splat(1.0 - shrinkage);
  const mixSlow = f64x2.splat(shrinkage);
  const gf = f64x2.splat(gainFast);
  const gs = f64x2.splat(gainSlow);
  const ridge = f64x2.splat(RIDGE);
  let difference = f64x2.splat(0);
  let total = f64x2.splat(0);
  let squares = f64x2.splat(0);
  let totalSquares = f64x2.splat(0);
  let form = f64x2.splat(0);
  for (let a: usize = 0; a < diagonal; a += 16) {
    const ra = v128.load(r + a);
    const da = v128.load(direction + a);
    const v = f64x2.add(f64x2.mul(ra, ra), ridge);
    let f = v128.load(fast + a);
    const before = v128.load(slow + a);
    form = f64x2.add(form, f64x2.mul(f64x2.mul(da, da), f));
    f = f64x2.add(f, f64x2.mul(gf, f64x2.sub(v, f)));
    v128.store(fast + a, f);
    const mixed = f64x2.add(f64x2.mul(mixFast, f), f64x2.mul(mixSlow, before));
    v128.store64_lane(side + 2 * a, mixed, 0);
    v128.store64_lane(side + 2 * a, mixed, 1, 16);
    const after = f64x2.add(before, f64x2.mul(gs, f64x2.sub(v, before)));
    v128.store(slow + a, after);
    const d = f64x2.sub(f, after);
    difference = f64x2.add(difference, d);
    total = f64x2.add(total, after);
    squares = f64x2.add(squares, f64x2.mul(d, d));
    totalSquares = f64x2.add(totalSquares, f64x2.mul(after, after));
  }
  if (k & 1) {
    // The axis that fills up has no variance.
    store<f64>(fast + diagonal - 8, 0);
    store<f64>(slow + diagonal - 8, 0);
  }
  let lower = f64x2.splat(0);
  let lowerSlow = f64x2.splat(0);
  let lowerForm: f64 = 0;
  let at = diagonal;
  for (let i: usize = 8; i < <usize>k << 3; i += 8) {
    const ri = v128.load64_splat(r + i);
    let row = f64x2.splat(0);
    const whole = i & ~15;
    for (let a: usize = 0; a < whole; a += 16) {
      const v = f64x2.mul(ri, v128.load(r + a));
      let f = v128.load(fast + at + a);
      const before = v128.load(slow + at + a);
      row = f64x2.add(row, f64x2.mul(v128.load(direction + a), f));
      f = f64x2.add(f, f64x2.mul(gf, f64x2.sub(v, f)));
      v128.store(fast + at + a, f);
      const mixed = f64x2.add(f64x2.mul(mixFast, f), f64x2.mul(mixSlow, before));
      v128.store64_lane(side + 2 * (at + a), mixed, 0);
      v128.store64_lane(side + 2 * (at + a), mixed, 1, 16);
      const after = f64x2.add(before, f64x2.mul(gs, f64x2.sub(v, before)));
      v128.store(slow + at + a, after);
      const d = f64x2.sub(f, after);
      lower = f64x2.add(lower, f64x2.mul(d, d));
      lowerSlow = f64x2.add(lowerSlow, f64x2.mul(after, after));
    }
    if (whole < i) {
      const end = at + whole;
      const v = f64x2.mul(ri, v128.load64_zero(r + whole));
      let f = v128.load64_zero(fast + end);
      const before = v128.load64_zero(slow + end);
      row = f64x2.add(row, f64x2.mul(v128.load64_zero(direction + whole), f));
      f = f64x2.add(f, f64x2.mul(gf, f64x2.sub(v, f)));
      v128.store64_lane(fast + end, f, 0);
      v128.store64_lane(side + 2 * end, f64x2.add(f64x2.mul(mixFast, f), f64x2.mul(mixSlow, before)), 0);
      const after = f64x2.add(before, f64x2.mul(gs, f64x2.sub(v, before)));
      v128.store64_lane(slow + end, after, 0);
      const d = f64x2.sub(f, after);
      lower = f64x2.add(lower, f64x2.mul(d, d));
      lowerSlow = f64x2.add(lowerSlow, f64x2.mul(after, after));
    }
    lowerForm += load<f64>(direction + i) * lanes(row);
    at += i;
  }
  traceDifference = lanes(difference);
  traceSlow = lanes(total);
  squareDifference = lanes(squares) + 2 * lanes(lower);
  squareSlow = lanes(totalSquares) + 2 * lanes(lowerSlow);
  return lanes(form) + 2 * lowerForm;
}
