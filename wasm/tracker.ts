/**
 * Dual-timescale covariance tracker (spec 4).
 * A symmetric matrix is kept as [diagonal, padded to even][strict lower part by rows, padded to even], f64: `covarianceBytes` of it.
 * State of a stream: [count f64][instantiation f64][mean][fast][slow][anchored fast].
 * KL of an event needs nothing from later events, so the factorisations of two events run side by side in the two lanes of f64x2;
 * a lane's arithmetic does not depend on its neighbour, hence not on how a run is cut into pieces.
 */

/** Keeps the covariance of a stream that repeats itself above zero; vanishes against any variance that coordinates can show. */
const RIDGE: f64 = 1e-100;
/**
 * KL sees every variance this share larger: a stream that has only few messages left leaves directions without variance, in which
 * the difference of two roundings would pass for a divergence. Changes nothing to 1e-4 unless variances differ by 1e8.
 */
const INFLATION: f64 = 1 + 1e-12;

@inline
function even(n: i32): usize {
  return <usize>((n + 1) & ~1);
}

@inline
function covarianceBytes(k: i32): usize {
  return (even(k) + even((k * (k - 1)) >> 1)) << 3;
}

/** Two covariances interleaved, an odd number of axes filled up. */
@inline
function pairBytes(k: i32): usize {
  const axes = even(k);
  return (axes + ((axes * (axes - 1)) >> 1)) << 4;
}

export function trackerStateBytes(k: i32): usize {
  return 16 + (even(k) << 3) + 3 * covarianceBytes(k);
}

/** Residual, its products, two pairs of matrices, the same interleaved, and rows of the factorisation. */
export function trackerScratchBytes(k: i32): usize {
  const c = covarianceBytes(k);
  return (even(k) << 3) + 16 + (c + 16) + 4 * c + 3 * pairBytes(k) + (even(k) << 4) * 3;
}

/** Before the first event: mean 0, covariances I. */
export function trackerReset(state: usize, streams: i32, k: i32): void {
  const bytes = trackerStateBytes(k);
  const c = covarianceBytes(k);
  for (let s = 0; s < streams; s++) {
    const at = state + <usize>s * bytes;
    memory.fill(at, 0, bytes);
    store<f64>(at, -1, 8);
    const fast = at + 16 + (even(k) << 3);
    for (let i: usize = 0; i < <usize>k; i++) {
      store<f64>(fast + (i << 3), 1);
      store<f64>(fast + c + (i << 3), 1);
      store<f64>(fast + 2 * c + (i << 3), 1);
    }
  }
}

/** r r^T in the layout of a covariance; `r` is padded with a zero. The ridge is added to the diagonal. */
function outer(k: i32, r: usize, out: usize): void {
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

@inline
function lanes(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** s += gain (rr - s), over a covariance of `bytes`. */
function blend(s: usize, rr: usize, gain: f64, bytes: usize): void {
  const g = f64x2.splat(gain);
  for (let i: usize = 0; i < bytes; i += 16) {
    const v = v128.load(s + i);
    v128.store(s + i, f64x2.add(v, f64x2.mul(g, f64x2.sub(v128.load(rr + i), v))));
  }
}

/**
 * Two covariances side by side: lane 0 from `a`, lane 1 from `b`, as [inflated diagonal][strict rows] of an even number of axes:
 * an odd one is filled up with an axis of its own, variance 1, that changes no determinant.
 */
function interleave(k: i32, a: usize, b: usize, out: usize): void {
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
 * L D L^T of two interleaved covariances in place, D on the diagonal and 1/D in `inverse`; two rows and two columns at a time.
 * Pivots stay positive: the inflation of the diagonal is above its rounding noise.
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
 * KL(N(0,A) || N(0,B)) of two pairs at once, nats, never negative. `a` and `b` are interleaved and are overwritten by their factors.
 * tr(B^-1 A) = sum_ij y_ij^2 D_j / E_i with A = L D L^T, B = M E M^T, y = M^-1 L.
 */
function divergence(k: i32, a: usize, b: usize, y: usize, work: usize): v128 {
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

/** Entropy of order 2 from tr(S^2) and tr(S), bits (Giraldo, Rao & Principe 2015). */
@inline
function renyi(square: f64, trace: f64): f64 {
  return 0 - Math.log2(square / (trace * trace));
}

/** Box-Cox with exponent -1/2, (v^-0.5 - 1) / -0.5: near normal for a KL; -infinity at 0. Never falls as v grows, rounding included. */
@inline
export function transformed(v: f64): f64 {
  return 2.0 - 2.0 / Math.sqrt(v);
}

@inline
function put(kl: usize, boxCox: usize, event: i32, value: f64): void {
  store<f64>(kl + (<usize>event << 3), value);
  store<f64>(boxCox + (<usize>event << 3), transformed(value));
}

/**
 * Events [from, to). NaN for void events.
 * @param only u8 per stream: 0 = its events are passed over and nothing is written for them; a null pointer = all streams
 * @param window f64 per event, dynamic window W; the memories stretch by min(1, windowReference / W) outside [referenceFrom, referenceTo)
 * @param windowReference W_ref; infinity = no stretching
 * @param anchor f64 S x k reference means for KL against the frozen reference; 0 = against the stream's own slow covariance
 * @param residual f32 n x k, written for events with an embedding; 0 for a stream's first
 * @param boxCox (KL^-0.5 - 1) / -0.5, -infinity at KL 0
 */
export function tracker(
  from: i32, to: i32, k: i32, x: usize, stream: usize, only: usize, isVoid: usize, instantiation: usize, window: usize,
  referenceFrom: i32, referenceTo: i32, windowReference: f64, lambdaFast: f64, lambdaSlow: f64, shrinkage: f64, anchor: usize,
  state: usize, scratch: usize, residual: usize, friction: usize, trace: usize, kl: usize, boxCox: usize, entropy: usize,
): void {
  const c = covarianceBytes(k);
  const diagonal = even(k) << 3;
  const width = <usize>k;
  const bytes = trackerStateBytes(k);
  const r = scratch;
  const rr = r + diagonal + 16;
  const matrices = rr + c + 16;
  const sideA = matrices + 4 * c;
  const sideB = sideA + pairBytes(k);
  const y = sideB + pairBytes(k);
  const work = y + pairBytes(k);
  const mixFast = f64x2.splat(1.0 - shrinkage);
  const mixSlow = f64x2.splat(shrinkage);
  let waiting = -1;
  if (k & 1) store<f64>(r + diagonal - 8, 0);
  store<f64>(r + diagonal, 0);

  for (let i = from; i < to; i++) {
    const s = <usize>load<i32>(stream + (<usize>i << 2));
    if (only != 0 && load<u8>(only + s) == 0) continue;
    const slot = <usize>i << 3;
    if (load<u8>(isVoid + <usize>i) != 0) {
      store<f64>(friction + slot, NaN);
      store<f64>(trace + slot, NaN);
      store<f64>(kl + slot, NaN);
      store<f64>(boxCox + slot, NaN);
      store<f64>(entropy + slot, NaN);
      continue;
    }
    const own = state + s * bytes;
    const mean = own + 16;
    const fast = mean + diagonal;
    const slow = fast + c;
    const count = load<f64>(own) + 1;
    store<f64>(own, count);
    const code = <f64>load<i32>(instantiation + (<usize>i << 2));
    if (code >= 0) {
      const before = load<f64>(own, 8);
      if (before >= 0 && before != code) memory.copy(fast, slow, c);
      store<f64>(own, code, 8);
    }
    const row = x + (<usize>i * width << 2);
    const out = residual + (<usize>i * width << 2);
    if (count == 1) {
      for (let a: usize = 0; a < width; a++) {
        store<f64>(mean + (a << 3), <f64>load<f32>(row + (a << 2)));
        store<f32>(out + (a << 2), 0);
      }
      store<f64>(friction + slot, 0);
      store<f64>(trace + slot, 0);
      put(kl, boxCox, i, 0);
      store<f64>(entropy + slot, Math.log2(<f64>k));
      continue;
    }
    const relax = i >= referenceFrom && i < referenceTo ? 1.0 : min(1.0, windowReference / load<f64>(window + slot));
    const floor = 1.0 / count;
    const gainFast = max(relax * lambdaFast, floor);
    const gainSlow = max(relax * lambdaSlow, floor);
    const pair = matrices + (waiting < 0 ? 0 : 2 * c);

    if (anchor != 0) {
      const reference = anchor + (s * width << 3);
      for (let a: usize = 0; a < width; a++) store<f64>(r + (a << 3), <f64>load<f32>(row + (a << 2)) - load<f64>(reference + (a << 3)));
      outer(k, r, rr);
      const anchored = slow + c;
      blend(anchored, rr, gainFast, c);
      memory.fill(pair + c, 0, c);
      for (let a: usize = 0; a < diagonal; a += 16) {
        v128.store(pair + a, f64x2.add(f64x2.mul(mixFast, v128.load(anchored + a)), mixSlow));
        v128.store(pair + c + a, f64x2.splat(1));
      }
      for (let a: usize = diagonal; a < c; a += 16) v128.store(pair + a, f64x2.mul(mixFast, v128.load(anchored + a)));
    }

    for (let a: usize = 0; a < width; a++) {
      const value = <f64>load<f32>(row + (a << 2));
      const m = load<f64>(mean + (a << 3));
      store<f64>(r + (a << 3), value - m);
      store<f32>(out + (a << 2), <f32>(value - m));
      store<f64>(mean + (a << 3), m + gainSlow * (value - m));
    }
    outer(k, r, rr);
    const gf = f64x2.splat(gainFast);
    const gs = f64x2.splat(gainSlow);
    let traceDifference = f64x2.splat(0);
    let traceSlow = f64x2.splat(0);
    let squareDifference = f64x2.splat(0);
    let squareSlow = f64x2.splat(0);
    for (let a: usize = 0; a < diagonal; a += 16) {
      const v = v128.load(rr + a);
      let f = v128.load(fast + a);
      const before = v128.load(slow + a);
      f = f64x2.add(f, f64x2.mul(gf, f64x2.sub(v, f)));
      v128.store(fast + a, f);
      if (anchor == 0) {
        v128.store(pair + a, f64x2.add(f64x2.mul(mixFast, f), f64x2.mul(mixSlow, before)));
        v128.store(pair + c + a, before);
      }
      const after = f64x2.add(before, f64x2.mul(gs, f64x2.sub(v, before)));
      v128.store(slow + a, after);
      const d = f64x2.sub(f, after);
      traceDifference = f64x2.add(traceDifference, d);
      traceSlow = f64x2.add(traceSlow, after);
      squareDifference = f64x2.add(squareDifference, f64x2.mul(d, d));
      squareSlow = f64x2.add(squareSlow, f64x2.mul(after, after));
    }
    let lowerDifference = f64x2.splat(0);
    let lowerSlow = f64x2.splat(0);
    for (let a: usize = diagonal; a < c; a += 16) {
      const v = v128.load(rr + a);
      let f = v128.load(fast + a);
      const before = v128.load(slow + a);
      f = f64x2.add(f, f64x2.mul(gf, f64x2.sub(v, f)));
      v128.store(fast + a, f);
      if (anchor == 0) {
        v128.store(pair + a, f64x2.add(f64x2.mul(mixFast, f), f64x2.mul(mixSlow, before)));
        v128.store(pair + c + a, before);
      }
      const after = f64x2.add(before, f64x2.mul(gs, f64x2.sub(v, before)));
      v128.store(slow + a, after);
      const d = f64x2.sub(f, after);
      lowerDifference = f64x2.add(lowerDifference, f64x2.mul(d, d));
      lowerSlow = f64x2.add(lowerSlow, f64x2.mul(after, after));
    }
    store<f64>(friction + slot, Math.sqrt(lanes(squareDifference) + 2 * lanes(lowerDifference)));
    store<f64>(trace + slot, lanes(traceDifference) / <f64>k);
    store<f64>(entropy + slot, renyi(lanes(squareSlow) + 2 * lanes(lowerSlow), lanes(traceSlow)));

    if (waiting < 0) {
      waiting = i;
    } else {
      interleave(k, matrices, matrices + 2 * c, sideA);
      interleave(k, matrices + c, matrices + 3 * c, sideB);
      const both = divergence(k, sideA, sideB, y, work);
      put(kl, boxCox, waiting, f64x2.extract_lane(both, 0));
      put(kl, boxCox, i, f64x2.extract_lane(both, 1));
      waiting = -1;
    }
  }
  if (waiting >= 0) {
    interleave(k, matrices, matrices, sideA);
    interleave(k, matrices + c, matrices + c, sideB);
    put(kl, boxCox, waiting, f64x2.extract_lane(divergence(k, sideA, sideB, y, work), 0));
  }
}

/** Full row-major k x k `a` and `b` -> KL in nats; `scratch` as for `tracker`. */
export function gaussianKl(k: i32, a: usize, b: usize, scratch: usize): f64 {
  const c = covarianceBytes(k);
  pack(k, a, scratch);
  pack(k, b, scratch + c);
  const sideA = scratch + 2 * c;
  const sideB = sideA + pairBytes(k);
  const y = sideB + pairBytes(k);
  interleave(k, scratch, scratch, sideA);
  interleave(k, scratch + c, scratch + c, sideB);
  return f64x2.extract_lane(divergence(k, sideA, sideB, y, y + pairBytes(k)), 0);
}

/** Rényi entropy of order 2 of a full row-major k x k covariance, bits. */
export function renyi2(k: i32, s: usize): f64 {
  let square: f64 = 0;
  let trace: f64 = 0;
  for (let i: usize = 0; i < <usize>k; i++) {
    trace += load<f64>(s + ((i * <usize>k + i) << 3));
    for (let j: usize = 0; j < <usize>k; j++) {
      const v = load<f64>(s + ((i * <usize>k + j) << 3));
      square += v * v;
    }
  }
  return renyi(square, trace);
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
