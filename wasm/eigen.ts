// Full symmetric eigendecomposition: Householder tridiagonalisation and implicit QL (EISPACK tred2, tql2; Bowdler,
// Martin, Reinsch & Wilkinson 1968), on the transpose of the textbook matrix, so that every inner loop runs along a row
// and row i of `w` ends as eigenvector i. Each phase takes a range of its outer loop: the host stops between ranges to
// report and to be cancelled.

@inline
function at(base: usize, i: i32): usize {
  return base + (<usize>i << 3);
}

@inline
function get(base: usize, i: i32): f64 {
  return load<f64>(base + (<usize>i << 3));
}

@inline
function put(base: usize, i: i32, value: f64): void {
  store<f64>(base + (<usize>i << 3), value);
}

/** Phase 1, for i from `from` down to `to` (at least 1), first called with from = n - 1. w f64 n x n, d and e f64 n. */
export function eigenReduce(w: usize, n: i32, d: usize, e: usize, from: i32, to: i32): void {
  const stride = <usize>n << 3;
  if (from == n - 1) {
    for (let j: i32 = 0; j < n; j++) put(d, j, get(w + <usize>j * stride, n - 1));
  }
  for (let i = from; i >= to; i--) {
    const wi = w + <usize>i * stride;
    let scale: f64 = 0;
    let h: f64 = 0;
    for (let k: i32 = 0; k < i; k++) scale += Math.abs(get(d, k));
    if (scale == 0) {
      put(e, i, get(d, i - 1));
      for (let j: i32 = 0; j < i; j++) {
        const wj = w + <usize>j * stride;
        put(d, j, get(wj, i - 1));
        put(wj, i, 0);
        put(wi, j, 0);
      }
    } else {
      for (let k: i32 = 0; k < i; k++) {
        const x = get(d, k) / scale;
        put(d, k, x);
        h += x * x;
      }
      const f = get(d, i - 1);
      const g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h);
      put(e, i, scale * g);
      h -= f * g;
      put(d, i - 1, f - g);
      for (let j: i32 = 0; j < i; j++) put(e, j, 0);
      for (let j: i32 = 0; j < i; j++) {
        const wj = w + <usize>j * stride;
        const dj = get(d, j);
        put(wi, j, dj);
        put(e, j, get(e, j) + get(wj, j) * dj + symmetricStep(wj, d, e, j + 1, i, dj));
      }
      let sum: f64 = 0;
      for (let j: i32 = 0; j < i; j++) {
        const x = get(e, j) / h;
        put(e, j, x);
        sum += x * get(d, j);
      }
      const half = sum / (h + h);
      for (let j: i32 = 0; j < i; j++) put(e, j, get(e, j) - half * get(d, j));
      for (let j: i32 = 0; j < i; j++) {
        const wj = w + <usize>j * stride;
        rankTwo(wj, d, e, j, i, get(d, j), get(e, j));
        put(d, j, get(wj, i - 1));
        put(wj, i, 0);
      }
    }
    put(d, i, h);
  }
}

/** Phase 2, the product of the reflections, for i in [from, to), to at most n - 1. */
export function eigenAccumulate(w: usize, n: i32, d: usize, from: i32, to: i32): void {
  const stride = <usize>n << 3;
  for (let i = from; i < to; i++) {
    const wi = w + <usize>i * stride;
    const next = wi + stride;
    put(wi, n - 1, get(wi, i));
    put(wi, i, 1);
    const h = get(d, i + 1);
    if (h != 0) {
      for (let k: i32 = 0; k <= i; k++) put(d, k, get(next, k) / h);
      for (let j: i32 = 0; j <= i; j++) reflect(w + <usize>j * stride, next, d, i + 1);
    }
    for (let k: i32 = 0; k <= i; k++) put(next, k, 0);
  }
}

/** Between phases 2 and 3. */
export function eigenPrepare(w: usize, n: i32, d: usize, e: usize): void {
  const stride = <usize>n << 3;
  for (let j: i32 = 0; j < n; j++) {
    const wj = w + <usize>j * stride;
    put(d, j, get(wj, n - 1));
    put(wj, n - 1, 0);
  }
  put(w + <usize>(n - 1) * stride, n - 1, 1);
  for (let i: i32 = 1; i < n; i++) put(e, i - 1, get(e, i));
  put(e, n - 1, 0);
}

/**
 * Phase 3, for l in [from, to). `state` holds two doubles, zeros at first. Afterwards d holds the eigenvalues,
 * unordered.
 * @returns 0, or 1 where an eigenvalue took more than 60 sweeps
 */
export function eigenIterate(w: usize, n: i32, d: usize, e: usize, state: usize, from: i32, to: i32): i32 {
  const stride = <usize>n << 3;
  const eps: f64 = 2.220446049250313e-16;
  let f = load<f64>(state);
  let tst1 = load<f64>(state, 8);
  for (let l = from; l < to; l++) {
    tst1 = Math.max(tst1, Math.abs(get(d, l)) + Math.abs(get(e, l)));
    let m = l;
    while (m < n - 1 && Math.abs(get(e, m)) > eps * tst1) m++;
    if (m > l) {
      let sweeps: i32 = 0;
      do {
        if (++sweeps > 60) return 1;
        const el = get(e, l);
        let g = get(d, l);
        let p = (get(d, l + 1) - g) / (2.0 * el);
        let r = Math.sqrt(p * p + 1.0);
        if (p < 0) r = -r;
        put(d, l, el / (p + r));
        put(d, l + 1, el * (p + r));
        const dl1 = get(d, l + 1);
        let h = g - get(d, l);
        for (let i = l + 2; i < n; i++) put(d, i, get(d, i) - h);
        f += h;
        p = get(d, m);
        let c: f64 = 1, c2: f64 = 1, c3: f64 = 1, s: f64 = 0, s2: f64 = 0;
        const el1 = get(e, l + 1);
        for (let i = m - 1; i >= l; i--) {
          c3 = c2;
          c2 = c;
          s2 = s;
          const ei = get(e, i);
          g = c * ei;
          h = c * p;
          r = Math.hypot(p, ei);
          put(e, i + 1, s * r);
          s = ei / r;
          c = p / r;
          const di = get(d, i);
          p = c * di - s * g;
          put(d, i + 1, h + s * (c * g + s * di));
          rotate(w + <usize>i * stride, stride, c, s);
        }
        p = -s * s2 * c3 * el1 * get(e, l) / dl1;
        put(e, l, s * p);
        put(d, l, c * p);
      } while (Math.abs(get(e, l)) > eps * tst1);
    }
    put(d, l, get(d, l) + f);
    put(e, l, 0);
  }
  store<f64>(state, f);
  store<f64>(state, tst1, 8);
  return 0;
}

/** e[k] += w[k] f and the sum of w[k] d[k], for k in [from, to). */
@inline
function symmetricStep(w: usize, d: usize, e: usize, from: i32, to: i32, f: f64): f64 {
  let sum = f64x2.splat(0);
  const factor = f64x2.splat(f);
  let k = from;
  for (; k + 1 < to; k += 2) {
    const x = v128.load(at(w, k));
    sum = f64x2.add(sum, f64x2.mul(x, v128.load(at(d, k))));
    v128.store(at(e, k), f64x2.add(v128.load(at(e, k)), f64x2.mul(x, factor)));
  }
  let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  if (k < to) {
    total += get(w, k) * get(d, k);
    put(e, k, get(e, k) + get(w, k) * f);
  }
  return total;
}

/** w[k] -= f e[k] + g d[k], for k in [from, to). */
@inline
function rankTwo(w: usize, d: usize, e: usize, from: i32, to: i32, f: f64, g: f64): void {
  const ff = f64x2.splat(f);
  const gg = f64x2.splat(g);
  let k = from;
  for (; k + 1 < to; k += 2) {
    const change = f64x2.add(f64x2.mul(ff, v128.load(at(e, k))), f64x2.mul(gg, v128.load(at(d, k))));
    v128.store(at(w, k), f64x2.sub(v128.load(at(w, k)), change));
  }
  if (k < to) put(w, k, get(w, k) - (f * get(e, k) + g * get(d, k)));
}

/** w -= (u . w) d over the first `length` entries. */
@inline
function reflect(w: usize, u: usize, d: usize, length: i32): void {
  let sum = f64x2.splat(0);
  let k: i32 = 0;
  for (; k + 1 < length; k += 2) sum = f64x2.add(sum, f64x2.mul(v128.load(at(u, k)), v128.load(at(w, k))));
  let g = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  if (k < length) g += get(u, k) * get(w, k);
  const gg = f64x2.splat(g);
  for (k = 0; k + 1 < length; k += 2) {
    v128.store(at(w, k), f64x2.sub(v128.load(at(w, k)), f64x2.mul(gg, v128.load(at(d, k)))));
  }
  if (k < length) put(w, k, get(w, k) - g * get(d, k));
}

/** Rotates a row of `stride` bytes and the one after it. */
@inline
function rotate(row: usize, stride: usize, c: f64, s: f64): void {
  const cc = f64x2.splat(c);
  const ss = f64x2.splat(s);
  const next = row + stride;
  const end = stride & ~15;
  for (let k: usize = 0; k < end; k += 16) {
    const a = v128.load(row + k);
    const b = v128.load(next + k);
    v128.store(next + k, f64x2.add(f64x2.mul(ss, a), f64x2.mul(cc, b)));
    v128.store(row + k, f64x2.sub(f64x2.mul(cc, a), f64x2.mul(ss, b)));
  }
  if (end < stride) {
    const a = load<f64>(row + end);
    const b = load<f64>(next + end);
    store<f64>(next + end, s * a + c * b);
    store<f64>(row + end, c * a - s * b);
  }
}
