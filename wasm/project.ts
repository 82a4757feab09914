import { lanes } from './matrix';

/**
 * x = axes e - offsets for `count` vectors. vectors f32 count x d, axes f64 k x d, offsets f64 k (axes . mean), out f32
 * count x k. Every output is summed in the same order whatever its row, so a vector gives the same bits alone and in
 * any batch.
 */
export function projectRows(vectors: usize, count: i32, d: i32, axes: usize, offsets: usize, k: i32, out: usize): void {
  const vstride = <usize>d << 2;
  const astride = <usize>d << 3;
  const ostride = <usize>k << 2;
  const k4 = k & ~3;
  let row: i32 = 0;
  for (; row + 1 < count; row += 2) {
    const e = vectors + <usize>row * vstride;
    const x = out + <usize>row * ostride;
    for (let i: i32 = 0; i < k4; i += 4) {
      tile2x4(e, axes + <usize>i * astride, d, offsets + (<usize>i << 3), x + (<usize>i << 2), ostride);
    }
    for (let i = k4; i < k; i++) {
      const axis = axes + <usize>i * astride;
      const offset = load<f64>(offsets + (<usize>i << 3));
      store<f32>(x + (<usize>i << 2), <f32>(dotMixed(e, axis, d) - offset));
      store<f32>(x + ostride + (<usize>i << 2), <f32>(dotMixed(e + vstride, axis, d) - offset));
    }
  }
  if (row < count) {
    const e = vectors + <usize>row * vstride;
    for (let i: i32 = 0; i < k; i++) {
      const value = dotMixed(e, axes + <usize>i * astride, d) - load<f64>(offsets + (<usize>i << 3));
      store<f32>(out + <usize>row * ostride + (<usize>i << 2), <f32>value);
    }
  }
}

/** offsets[i] = axes[i] . mean, summed as `projectRows` sums. */
export function projectOffsets(axes: usize, mean: usize, d: i32, k: i32, offsets: usize): void {
  for (let i: i32 = 0; i < k; i++) {
    let s = f64x2.splat(0);
    const axis = axes + <usize>i * (<usize>d << 3);
    let l: i32 = 0;
    for (; l + 1 < d; l += 2) {
      s = f64x2.add(s, f64x2.mul(v128.load(axis + (<usize>l << 3)), v128.load(mean + (<usize>l << 3))));
    }
    let total = lanes(s);
    if (l < d) total += load<f64>(axis + (<usize>l << 3)) * load<f64>(mean + (<usize>l << 3));
    store<f64>(offsets + (<usize>i << 3), total);
  }
}

function dotMixed(e: usize, axis: usize, d: i32): f64 {
  let s = f64x2.splat(0);
  let l: i32 = 0;
  for (; l + 1 < d; l += 2) {
    const v = f64x2.promote_low_f32x4(v128.load64_zero(e + (<usize>l << 2)));
    s = f64x2.add(s, f64x2.mul(v128.load(axis + (<usize>l << 3)), v));
  }
  const total = lanes(s);
  return l < d ? total + load<f64>(axis + (<usize>l << 3)) * <f64>load<f32>(e + (<usize>l << 2)) : total;
}

function tile2x4(e0: usize, a0: usize, d: i32, offsets: usize, x: usize, ostride: usize): void {
  let s00 = f64x2.splat(0), s01 = f64x2.splat(0), s02 = f64x2.splat(0), s03 = f64x2.splat(0);
  let s10 = f64x2.splat(0), s11 = f64x2.splat(0), s12 = f64x2.splat(0), s13 = f64x2.splat(0);
  const astride = <usize>d << 3;
  const e1 = e0 + (<usize>d << 2), a1 = a0 + astride, a2 = a1 + astride, a3 = a2 + astride;
  const pairs = d >> 1;
  for (let q: i32 = 0; q < pairs; q++) {
    const ve = <usize>q << 3;
    const va = <usize>q << 4;
    const x0 = f64x2.promote_low_f32x4(v128.load64_zero(e0 + ve));
    const x1 = f64x2.promote_low_f32x4(v128.load64_zero(e1 + ve));
    const v0 = v128.load(a0 + va);
    s00 = f64x2.add(s00, f64x2.mul(v0, x0));
    s10 = f64x2.add(s10, f64x2.mul(v0, x1));
    const v1 = v128.load(a1 + va);
    s01 = f64x2.add(s01, f64x2.mul(v1, x0));
    s11 = f64x2.add(s11, f64x2.mul(v1, x1));
    const v2 = v128.load(a2 + va);
    s02 = f64x2.add(s02, f64x2.mul(v2, x0));
    s12 = f64x2.add(s12, f64x2.mul(v2, x1));
    const v3 = v128.load(a3 + va);
    s03 = f64x2.add(s03, f64x2.mul(v3, x0));
    s13 = f64x2.add(s13, f64x2.mul(v3, x1));
  }
  finish(x, s00, e0, a0, d, load<f64>(offsets));
  finish(x + 4, s01, e0, a1, d, load<f64>(offsets, 8));
  finish(x + 8, s02, e0, a2, d, load<f64>(offsets, 16));
  finish(x + 12, s03, e0, a3, d, load<f64>(offsets, 24));
  finish(x + ostride, s10, e1, a0, d, load<f64>(offsets));
  finish(x + ostride + 4, s11, e1, a1, d, load<f64>(offsets, 8));
  finish(x + ostride + 8, s12, e1, a2, d, load<f64>(offsets, 16));
  finish(x + ostride + 12, s13, e1, a3, d, load<f64>(offsets, 24));
}

@inline
function finish(x: usize, s: v128, e: usize, axis: usize, d: i32, offset: f64): void {
  let total = lanes(s);
  if (d & 1) total += load<f64>(axis + (<usize>(d - 1) << 3)) * <f64>load<f32>(e + (<usize>(d - 1) << 2));
  store<f32>(x, <f32>(total - offset));
}
