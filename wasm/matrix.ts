/**
 * y[j * ldy + i] = sum over l of a[i, l] b[j, l]: rows against rows. a f64 m x d, b f64 p x d, y f64 with row stride
 * `ldy` doubles.
 */
export function multiplyRows(a: usize, m: i32, b: usize, p: i32, d: i32, y: usize, ldy: i32): void {
  const stride = <usize>d << 3;
  const ystride = <usize>ldy << 3;
  const m4 = m & ~3;
  const p2 = p & ~1;
  for (let i: i32 = 0; i < m4; i += 4) {
    const a0 = a + <usize>i * stride;
    for (let j: i32 = 0; j < p2; j += 2) {
      tile4x2(a0, b + <usize>j * stride, stride, y + <usize>j * ystride + (<usize>i << 3), ystride);
    }
    if (p2 < p) {
      for (let q: i32 = 0; q < 4; q++) {
        const product = dot(a0 + <usize>q * stride, b + <usize>p2 * stride, d);
        store<f64>(y + <usize>p2 * ystride + (<usize>(i + q) << 3), product);
      }
    }
  }
  for (let i = m4; i < m; i++) {
    for (let j: i32 = 0; j < p; j++) {
      store<f64>(y + <usize>j * ystride + (<usize>i << 3), dot(a + <usize>i * stride, b + <usize>j * stride, d));
    }
  }
}

function tile4x2(a0: usize, b0: usize, stride: usize, y: usize, ystride: usize): void {
  let s00 = f64x2.splat(0), s10 = f64x2.splat(0), s20 = f64x2.splat(0), s30 = f64x2.splat(0);
  let s01 = f64x2.splat(0), s11 = f64x2.splat(0), s21 = f64x2.splat(0), s31 = f64x2.splat(0);
  const a1 = a0 + stride, a2 = a1 + stride, a3 = a2 + stride, b1 = b0 + stride;
  const end = stride & ~15;
  for (let l: usize = 0; l < end; l += 16) {
    const x0 = v128.load(b0 + l);
    const x1 = v128.load(b1 + l);
    const r0 = v128.load(a0 + l);
    s00 = f64x2.add(s00, f64x2.mul(r0, x0));
    s01 = f64x2.add(s01, f64x2.mul(r0, x1));
    const r1 = v128.load(a1 + l);
    s10 = f64x2.add(s10, f64x2.mul(r1, x0));
    s11 = f64x2.add(s11, f64x2.mul(r1, x1));
    const r2 = v128.load(a2 + l);
    s20 = f64x2.add(s20, f64x2.mul(r2, x0));
    s21 = f64x2.add(s21, f64x2.mul(r2, x1));
    const r3 = v128.load(a3 + l);
    s30 = f64x2.add(s30, f64x2.mul(r3, x0));
    s31 = f64x2.add(s31, f64x2.mul(r3, x1));
  }
  let t0: f64 = 0, t1: f64 = 0, t2: f64 = 0, t3: f64 = 0, u0: f64 = 0, u1: f64 = 0, u2: f64 = 0, u3: f64 = 0;
  if (end < stride) {
    const x0 = load<f64>(b0 + end);
    const x1 = load<f64>(b1 + end);
    t0 = load<f64>(a0 + end);
    t1 = load<f64>(a1 + end);
    t2 = load<f64>(a2 + end);
    t3 = load<f64>(a3 + end);
    u0 = t0 * x1;
    u1 = t1 * x1;
    u2 = t2 * x1;
    u3 = t3 * x1;
    t0 *= x0;
    t1 *= x0;
    t2 *= x0;
    t3 *= x0;
  }
  store<f64>(y, lanes(s00) + t0);
  store<f64>(y, lanes(s10) + t1, 8);
  store<f64>(y, lanes(s20) + t2, 16);
  store<f64>(y, lanes(s30) + t3, 24);
  store<f64>(y + ystride, lanes(s01) + u0);
  store<f64>(y + ystride, lanes(s11) + u1, 8);
  store<f64>(y + ystride, lanes(s21) + u2, 16);
  store<f64>(y + ystride, lanes(s31) + u3, 24);
}

/** out[j] = sum over i of u[j, i] x[i]: linear combinations of rows. u f64 p x m, x f64 m x d, out f64 p x d. */
export function combineRows(u: usize, p: i32, m: i32, x: usize, d: i32, out: usize): void {
  const stride = <usize>d << 3;
  for (let j: i32 = 0; j < p; j++) {
    const y = out + <usize>j * stride;
    memory.fill(y, 0, stride);
    for (let i: i32 = 0; i < m; i++) {
      addScaled(y, x + <usize>i * stride, load<f64>(u + ((<usize>j * <usize>m + <usize>i) << 3)), d);
    }
  }
}

/** One step of the Chebyshev recurrence over `length` doubles: y = alpha (y - shift q) + gamma previous. */
export function chebyshevStep(
  y: usize, q: usize, previous: usize, length: i32, alpha: f64, shift: f64, gamma: f64,
): void {
  for (let i: i32 = 0; i < length; i++) {
    const at = <usize>i << 3;
    store<f64>(y + at, alpha * (load<f64>(y + at) - shift * load<f64>(q + at)) + gamma * load<f64>(previous + at));
  }
}

/**
 * Orthonormalises rows `from`..p of q (f64 p x d) against all rows before them: modified Gram-Schmidt, thrice,
 * normalised between, so that rows which nearly depend on earlier ones end orthogonal too.
 * @returns p, or the first row that vanished (the caller refills it and goes on from there)
 */
export function orthonormalise(q: usize, p: i32, d: i32, from: i32): i32 {
  const stride = <usize>d << 3;
  for (let j = from; j < p; j++) {
    const row = q + <usize>j * stride;
    for (let pass: i32 = 0; pass < 3; pass++) {
      for (let i: i32 = 0; i < j; i++) {
        const other = q + <usize>i * stride;
        addScaled(row, other, -dot(row, other, d), d);
      }
      const norm = Math.sqrt(dot(row, row, d));
      if (!(norm > 1e-150)) return j;
      scale(row, 1.0 / norm, d);
    }
  }
  return p;
}

@inline
export function lanes(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

export function dot(a: usize, b: usize, d: i32): f64 {
  let s = f64x2.splat(0);
  const bytes = <usize>d << 3;
  const end = bytes & ~15;
  for (let l: usize = 0; l < end; l += 16) s = f64x2.add(s, f64x2.mul(v128.load(a + l), v128.load(b + l)));
  return end < bytes ? lanes(s) + load<f64>(a + end) * load<f64>(b + end) : lanes(s);
}

function addScaled(y: usize, x: usize, factor: f64, d: i32): void {
  const f = f64x2.splat(factor);
  const bytes = <usize>d << 3;
  const end = bytes & ~15;
  for (let l: usize = 0; l < end; l += 16) {
    v128.store(y + l, f64x2.add(v128.load(y + l), f64x2.mul(f, v128.load(x + l))));
  }
  if (end < bytes) store<f64>(y + end, load<f64>(y + end) + factor * load<f64>(x + end));
}

function scale(y: usize, factor: f64, d: i32): void {
  for (let l: i32 = 0; l < d; l++) store<f64>(y + (<usize>l << 3), load<f64>(y + (<usize>l << 3)) * factor);
}
