import { lanes } from './matrix';

/**
 * A factor L D L^T of a covariance that is kept up to date by rank 1 (Fletcher & Powell 1974; Gill, Golub, Murray &
 * Saunders 1974, method C2). A positive update cannot lose positive definiteness, and its rounding dies out with what
 * is forgotten. A symmetric matrix is [diagonal, padded to even][strict lower part by rows, padded to even], f64.
 * A factor is [D, padded to even with 1] and for columns j, j + 1 (j even): [L(j+1, j), unused] and for rows i, i + 1
 * from j + 2 on [L(i, j), L(i+1, j), L(i, j+1), L(i+1, j+1)]. Vectors are padded with a zero to an even length.
 */

@inline
export function even(n: i32): usize {
  return <usize>((n + 1) & ~1);
}

@inline
export function symmetricBytes(k: i32): usize {
  return (even(k) + even((k * (k - 1)) >> 1)) << 3;
}

export function factorBytes(k: i32): usize {
  const axes = even(k);
  return ((axes * axes) << 2) + (axes << 3);
}

/** Bytes of columns j, j + 1 of `axes` rows. */
@inline
function blockBytes(axes: usize, j: usize): usize {
  return ((axes - j - 2) << 4) + 16;
}

/** Where L(i, j) stands, i > j; `block` is that of column j. */
@inline
function entry(block: usize, i: usize, j: usize): usize {
  const first = j & ~1;
  return i - first < 2 ? block : block + 16 + ((((i - first - 2) & ~1) + (j & 1)) << 4) + ((i & 1) << 3);
}

/** The factor of I. */
export function factorIdentity(k: i32, factor: usize): void {
  memory.fill(factor, 0, factorBytes(k));
  for (let i: usize = 0; i < even(k); i++) store<f64>(factor + (i << 3), 1);
}

/**
 * Factorises a symmetric matrix.
 * @returns the smallest pivot, each against its entry on the diagonal; not above 0 where there is no factor
 */
export function factorise(k: i32, s: usize, factor: usize): f64 {
  const axes = even(k);
  const n = <usize>k;
  factorIdentity(k, factor);
  let least: f64 = 1;
  let block = factor + (axes << 3);
  for (let j: usize = 0; j < n; j++) {
    if (j > 1 && (j & 1) == 0) block += blockBytes(axes, j - 2);
    let lower = s + (axes << 3) + ((j * (j + 1) / 2) << 3);
    let d = load<f64>(s + (j << 3));
    let before = factor + (axes << 3);
    for (let p: usize = 0; p < j; p++) {
      const l = load<f64>(entry(before, j, p));
      d -= l * l * load<f64>(factor + (p << 3));
      if (p & 1) before += blockBytes(axes, p - 1);
    }
    const share = d / load<f64>(s + (j << 3));
    if (!(share > 0)) return 0;
    least = min(least, share);
    store<f64>(factor + (j << 3), d);
    for (let i = j + 1; i < n; i++) {
      let value = load<f64>(lower + (j << 3));
      lower += i << 3;
      before = factor + (axes << 3);
      for (let p: usize = 0; p < j; p++) {
        value -= load<f64>(entry(before, i, p)) * load<f64>(entry(before, j, p)) * load<f64>(factor + (p << 3));
        if (p & 1) before += blockBytes(axes, p - 1);
      }
      store<f64>(entry(block, i, j), value / d);
    }
  }
  return least;
}

/**
 * From the factor of B to that of keep (B + c v v^T), c > 0.
 * @param v is overwritten by c (B + c v v^T)^-1 v
 * @param gains scratch, as long as v
 * @returns v^T B^-1 v
 */
export function factorUpdate(k: i32, factor: usize, v: usize, c: f64, keep: f64): f64 {
  const axes = even(k);
  const end = axes << 3;
  const start = 1.0 / c;
  let t = start;
  let overT = c;
  let at = factor + end;
  for (let j: usize = 0; j < end; j += 16) {
    const d0 = load<f64>(factor + j);
    const p0 = load<f64>(v + j);
    const ratio0 = p0 / d0;
    const t0 = t + p0 * ratio0;
    const over0 = 1.0 / t0;
    const keep0 = t * over0;
    const gain0 = ratio0 * over0;
    const corner = load<f64>(at);
    const w1 = load<f64>(v + j, 8);
    const p1 = w1 - p0 * corner;
    store<f64>(at, keep0 * corner + gain0 * w1);
    const d1 = load<f64>(factor + j, 8);
    const ratio1 = p1 / d1;
    const t1 = t0 + p1 * ratio1;
    const over1 = 1.0 / t1;
    const keep1 = t0 * over1;
    const gain1 = ratio1 * over1;
    store<f64>(factor + j, keep * (d0 * (t0 * overT)));
    store<f64>(factor + j, keep * (d1 * (t1 * over0)), 8);
    store<f64>(v + j, gain0);
    store<f64>(v + j, gain1, 8);
    t = t1;
    overT = over1;
    at += 16;
    const p0s = f64x2.splat(p0);
    const p1s = f64x2.splat(p1);
    const keep0s = f64x2.splat(keep0);
    const keep1s = f64x2.splat(keep1);
    const gain0s = f64x2.splat(gain0);
    const gain1s = f64x2.splat(gain1);
    for (let i = j + 16; i < end; i += 16) {
      const l0 = v128.load(at);
      const l1 = v128.load(at, 16);
      const w = v128.load(v + i);
      const reduced = f64x2.sub(w, f64x2.mul(p0s, l0));
      v128.store(v + i, f64x2.sub(reduced, f64x2.mul(p1s, l1)));
      v128.store(at, f64x2.add(f64x2.mul(keep0s, l0), f64x2.mul(gain0s, w)));
      v128.store(at, f64x2.add(f64x2.mul(keep1s, l1), f64x2.mul(gain1s, reduced)), 16);
      at += 32;
    }
  }
  // D'^-1 L'^-1 v = gains / c, so that what is asked for is one substitution away.
  substituteBack(axes, factor, v);
  return t - start;
}

/** x = L^-T x. */
function substituteBack(axes: usize, factor: usize, x: usize): void {
  const end = axes << 3;
  let block = factor + factorBytes(<i32>axes);
  for (let j = end - 16; j < end; j -= 16) {
    block -= blockBytes(axes, j >> 3);
    let sum0 = f64x2.splat(0);
    let sum1 = f64x2.splat(0);
    let at = block + 16;
    for (let i = j + 16; i < end; i += 16) {
      const value = v128.load(x + i);
      sum0 = f64x2.add(sum0, f64x2.mul(v128.load(at), value));
      sum1 = f64x2.add(sum1, f64x2.mul(v128.load(at, 16), value));
      at += 32;
    }
    const x1 = load<f64>(x + j, 8) - lanes(sum1);
    store<f64>(x + j, x1, 8);
    store<f64>(x + j, load<f64>(x + j) - lanes(sum0) - load<f64>(block) * x1);
  }
}

/** x = B^-1 x. */
export function factorSolve(k: i32, factor: usize, x: usize): void {
  const axes = even(k);
  const end = axes << 3;
  let at = factor + end;
  for (let j: usize = 0; j < end; j += 16) {
    const x0 = load<f64>(x + j);
    const x1 = load<f64>(x + j, 8) - load<f64>(at) * x0;
    at += 16;
    for (let i = j + 16; i < end; i += 16) {
      const first = f64x2.sub(v128.load(x + i), f64x2.mul(v128.load(at), f64x2.splat(x0)));
      v128.store(x + i, f64x2.sub(first, f64x2.mul(v128.load(at, 16), f64x2.splat(x1))));
      at += 32;
    }
    store<f64>(x + j, x0 / load<f64>(factor + j));
    store<f64>(x + j, x1 / load<f64>(factor + j, 8), 8);
  }
  substituteBack(axes, factor, x);
}

/** tr(B^-1 S), S symmetric; `x` is scratch for a vector. */
export function factorTrace(k: i32, factor: usize, s: usize, x: usize): f64 {
  const n = <usize>k;
  const lower = s + (even(k) << 3);
  let trace: f64 = 0;
  for (let j: usize = 0; j < n; j++) {
    store<f64>(x + (even(k) << 3) - 8, 0);
    for (let i: usize = 0; i < n; i++) {
      const high = max(i, j);
      const entry = i == j ? s + (i << 3) : lower + ((high * (high - 1) / 2 + min(i, j)) << 3);
      store<f64>(x + (i << 3), load<f64>(entry));
    }
    factorSolve(k, factor, x);
    trace += load<f64>(x + (j << 3));
  }
  return trace;
}

/**
 * ln of the product of n pivots that stand `stride` bytes apart: a logarithm only where the product would leave the
 * range of a double.
 */
export function logProduct(n: usize, pivots: usize, stride: usize): f64 {
  let logarithm: f64 = 0;
  let product: f64 = 1;
  const end = pivots + n * stride;
  for (let at = pivots; at < end; at += stride) {
    product *= load<f64>(at);
    if (product < 1e-200 || product > 1e200) {
      logarithm += Math.log(product);
      product = 1;
    }
  }
  return logarithm + Math.log(product);
}

/** ln det B. */
export function factorLogDeterminant(k: i32, factor: usize): f64 {
  return logProduct(<usize>k, factor, 8);
}
