import {
  even, factorBytes, factorIdentity, factorise, factorLogDeterminant, factorTrace, factorUpdate, symmetricBytes,
} from './cholesky';
import { divergence, divergenceFrom, factorPair, INFLATION, interleave, LOG_INFLATION, logDeterminant, pairBytes } from './divergence';
import { lanes } from './matrix';

/**
 * Dual-timescale covariance tracker (docs/methods.md 4). Matrices are packed as in cholesky.ts.
 * State of a stream: [count f64][instantiation f64][mean][fast][slow][anchored fast], and from UPDATE_FROM axes on
 * [trusted f64][left f64][tr(slow^-1 fast)][ln det slow][least pivot of slow][pad][factor of slow].
 *
 * KL of an event needs nothing from later events, so the factorisations of two events run side by side in the two lanes
 * of f64x2; a lane's arithmetic does not depend on its neighbour, hence not on how a run is cut into pieces.
 *
 * Of many axes only the shrunk fast covariance A is factorised for every event. The factor of the slow one is updated
 * by rank 1, and T = tr(slow^-1 fast) with it: for slow' = (1 - g)(slow + c r r^T), fast' = (1 - f) fast + f r r^T, u =
 * slow^-1 r and H = r^T u,
 *   tr(slow^-1 fast') = (1 - f) T + f H
 *   T' = tr(slow'^-1 fast') = [(1 - f)(T - c u^T fast u / (1 + c H)) + f H / (1 + c H)] / (1 - g)
 * Rounding of T dies out, since fast forgets more than slow, and no event can cancel much of it, since fast is at most
 * f / g times slow. That is trusted while slow is well conditioned, which is judged from the stream's own state alone.
 * An event of which this cannot be said is computed from its two matrices, as of few axes all are, and so are the next
 * until the factor is made afresh.
 */

/** Axes from which updating pays. */
const UPDATE_FROM: i32 = 20;
/**
 * Own events after which the factor is made afresh, and after which it is tried again where it could not be trusted.
 */
const AFRESH: f64 = 1024;
const RETRY: f64 = 128;
/**
 * Smallest pivot, against its entry on the diagonal, of the slow covariance and of A that is trusted; both far above
 * rounding.
 */
const LEAST_SLOW: f64 = 1e-6;
const LEAST_MIXED: f64 = 1e-9;
/** Bytes before the factor. */
const RUNNING: usize = 48;

/**
 * Keeps the covariance of a stream that repeats itself above zero; vanishes against any variance that coordinates can
 * show.
 */
const RIDGE: f64 = 1e-100;

export function trackerStateBytes(k: i32): usize {
  return 16 + (even(k) << 3) + 3 * symmetricBytes(k) + (k >= UPDATE_FROM ? RUNNING + factorBytes(k) : 0);
}

/**
 * Residual, its products, two pairs of matrices, the same interleaved and one more, rows of the factorisation, a
 * direction.
 */
export function trackerScratchBytes(k: i32): usize {
  const c = symmetricBytes(k);
  return (even(k) << 3) + 16 + (c + 16) + 4 * c + 4 * pairBytes(k) + (even(k) << 4) * 3 + (even(k) << 3);
}

/** What a stream's state says of its factor. */
@inline
function keep(run: usize, left: f64, trace: f64, logarithm: f64, least: f64): void {
  store<f64>(run, least > LEAST_SLOW ? 1 : 0);
  store<f64>(run, least > LEAST_SLOW ? left : RETRY, 8);
  store<f64>(run, trace, 16);
  store<f64>(run, logarithm, 24);
  store<f64>(run, least, 32);
}

/** Before the first event: mean 0, covariances I. */
export function trackerReset(state: usize, streams: i32, k: i32): void {
  const bytes = trackerStateBytes(k);
  const c = symmetricBytes(k);
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
    if (k >= UPDATE_FROM) {
      keep(fast + 3 * c, AFRESH, <f64>k, 0, 1);
      factorIdentity(k, fast + 3 * c + RUNNING);
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

/** s += gain (rr - s), over a covariance of `bytes`. */
function blend(s: usize, rr: usize, gain: f64, bytes: usize): void {
  const g = f64x2.splat(gain);
  for (let i: usize = 0; i < bytes; i += 16) {
    const v = v128.load(s + i);
    v128.store(s + i, f64x2.add(v, f64x2.mul(g, f64x2.sub(v128.load(rr + i), v))));
  }
}

/** Entropy of order 2 from tr(S^2) and tr(S), bits (Giraldo, Rao & Principe 2015). */
@inline
function renyi(square: f64, trace: f64): f64 {
  return 0 - Math.log2(square / (trace * trace));
}

/**
 * Box-Cox with exponent -1/2, (v^-0.5 - 1) / -0.5: near normal for a KL; -infinity at 0. Never falls as v grows,
 * rounding included.
 */
@inline
export function transformed(v: f64): f64 {
  return 2.0 - 2.0 / Math.sqrt(v);
}

@inline
function put(kl: usize, boxCox: usize, event: i32, value: f64): void {
  store<f64>(kl + (<usize>event << 3), value);
  store<f64>(boxCox + (<usize>event << 3), transformed(value));
}

/** Sums over the entries of fast - slow and of slow, of the event taken in last. */
let traceDifference: f64 = 0;
let traceSlow: f64 = 0;
let squareDifference: f64 = 0;
let squareSlow: f64 = 0;

/**
 * Takes the products `rr` of a residual into fast and slow; writes A, and slow as it was, to `pair` unless that is
 * null.
 */
function blendBoth(k: i32, rr: usize, fast: usize, slow: usize, gainFast: f64, gainSlow: f64, shrinkage: f64, pair: usize): void {
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
function blendRows(k: i32, r: usize, direction: usize, fast: usize, slow: usize, gainFast: f64, gainSlow: f64, shrinkage: f64, side: usize): f64 {
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

/** Whether the factor can be trusted for this event: every pivot of A is at least the one of shrinkage * slow. */
function trusted(k: i32, run: usize, r: usize, fast: usize, slow: usize, gainFast: f64, gainSlow: f64, shrinkage: f64): bool {
  if (load<f64>(run) == 0 || gainSlow > min(gainFast, 0.95)) return false;
  const share = f64x2.splat(shrinkage * load<f64>(run, 32) / LEAST_MIXED);
  const mixFast = f64x2.splat(1.0 - shrinkage);
  const mixSlow = f64x2.splat(shrinkage);
  const gf = f64x2.splat(gainFast);
  let holds = i64x2.splat(-1);
  for (let a: usize = 0; a < <usize>k << 3; a += 16) {
    const v = v128.load(r + a);
    const f = v128.load(fast + a);
    const s = v128.load(slow + a);
    const mixed = f64x2.add(f64x2.mul(mixFast, f64x2.add(f, f64x2.mul(gf, f64x2.sub(f64x2.mul(v, v), f)))), f64x2.mul(mixSlow, s));
    // Variance above that of the ridge, which an update leaves out; the axis that fills up has none.
    const large = v128.or(f64x2.ge(s, f64x2.splat(1e20 * RIDGE)), f64x2.eq(s, f64x2.splat(0)));
    holds = v128.and(holds, v128.and(large, f64x2.le(mixed, f64x2.mul(share, s))));
  }
  return i64x2.all_true(holds);
}

/** Takes a residual in by rank 1; A goes to `lane`. Returns tr(slow^-1 fast'), slow as it was. */
function takeIn(
  k: i32, run: usize, r: usize, direction: usize, fast: usize, slow: usize, gainFast: f64, gainSlow: f64, shrinkage: f64, lane: usize,
): f64 {
  const running = run + RUNNING;
  const kept = 1.0 - gainSlow;
  const c = gainSlow / kept;
  memory.copy(direction, r, even(k) << 3);
  const h = factorUpdate(k, running, direction, c, kept);
  const q = blendRows(k, r, direction, fast, slow, gainFast, gainSlow, shrinkage, lane);
  const grown = 1.0 + c * h;
  const before = load<f64>(run, 16);
  // The direction is c u / (1 + c H).
  const after = ((1.0 - gainFast) * (before - grown / c * q) + gainFast * h / grown) / kept;
  keep(run, load<f64>(run, 8), after, factorLogDeterminant(k, running), leastPivot(k, running, slow));
  return (1.0 - gainFast) * before + gainFast * h;
}

/** The factor is left alone until it is made afresh. */
@inline
function distrust(run: usize): void {
  store<f64>(run, 0);
  store<f64>(run, RETRY, 8);
}

/** Counts an event of the stream; when it is time, makes factor and trace afresh from the covariances. */
function tick(k: i32, run: usize, fast: usize, slow: usize, direction: usize): void {
  const left = load<f64>(run, 8) - 1;
  store<f64>(run, left, 8);
  if (left > 0) return;
  const running = run + RUNNING;
  const least = factorise(k, slow, running);
  if (least > LEAST_SLOW) keep(run, AFRESH, factorTrace(k, running, fast, direction), factorLogDeterminant(k, running), least);
  else distrust(run);
}

/** Smallest pivot of a factor, each against its entry on the diagonal of the matrix. */
function leastPivot(k: i32, running: usize, s: usize): f64 {
  let least = f64x2.splat(1);
  const pairs = <usize>(k & ~1) << 3;
  for (let a: usize = 0; a < pairs; a += 16) least = f64x2.pmin(least, f64x2.div(v128.load(running + a), v128.load(s + a)));
  const both = min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
  return k & 1 ? min(both, load<f64>(running + pairs) / load<f64>(s + pairs)) : both;
}

/** (1 - shrinkage) s + shrinkage I, its diagonal inflated, to `lane`; returns the trace before inflation. */
function mixWithIdentity(k: i32, s: usize, shrinkage: f64, lane: usize): f64 {
  const keep = 1.0 - shrinkage;
  let trace: f64 = 0;
  for (let a: usize = 0; a < <usize>k << 3; a += 8) {
    const value = keep * load<f64>(s + a) + shrinkage;
    trace += value;
    store<f64>(lane + 2 * a, INFLATION * value);
  }
  const from = even(k) << 3;
  const end = from + (<usize>((k * (k - 1)) >> 1) << 3);
  for (let a = from; a < end; a += 8) store<f64>(lane + 2 * a, keep * load<f64>(s + a));
  return trace;
}

/**
 * Events [from, to). NaN for void events.
 * @param only u8 per stream: 0 = its events are passed over and nothing is written for them; a null pointer = all
 * streams
 * @param window f64 per event, dynamic window W; the memories stretch by min(1, windowReference / W) outside
 * [referenceFrom, referenceTo)
 * @param windowReference W_ref; infinity = no stretching
 * @param anchor f64 S x k reference means for KL against the frozen reference; 0 = against the stream's own slow
 * covariance
 * @param residual f32 n x k, written for events with an embedding; 0 for a stream's first
 * @param boxCox (KL^-0.5 - 1) / -0.5, -infinity at KL 0
 */
export function tracker(
  from: i32, to: i32, k: i32, x: usize, stream: usize, only: usize, isVoid: usize, instantiation: usize, window: usize,
  referenceFrom: i32, referenceTo: i32, windowReference: f64, lambdaFast: f64, lambdaSlow: f64, shrinkage: f64, anchor: usize,
  state: usize, scratch: usize, residual: usize, friction: usize, trace: usize, kl: usize, boxCox: usize, entropy: usize,
): void {
  const c = symmetricBytes(k);
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
  const direction = work + (even(k) << 4) * 3;
  const side = direction + diagonal;
  const updates = k >= UPDATE_FROM && anchor == 0 && shrinkage > 0;
  let waiting = -1;
  // An event of which only ln det A is missing: its trace and ln det B.
  let half = -1;
  let halfTrace: f64 = 0;
  let halfLog: f64 = 0;
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
    const run = slow + 2 * c;
    const count = load<f64>(own) + 1;
    store<f64>(own, count);
    const code = <f64>load<i32>(instantiation + (<usize>i << 2));
    if (code >= 0) {
      const before = load<f64>(own, 8);
      if (before >= 0 && before != code) {
        memory.copy(fast, slow, c);
        if (updates) store<f64>(run, <f64>k, 16);
      }
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
    let known = false;
    let traceOf: f64 = 0;
    let logOf: f64 = 0;
    const lane = side + (half < 0 ? 0 : 8);

    if (anchor != 0) {
      const reference = anchor + (s * width << 3);
      for (let a: usize = 0; a < width; a++) store<f64>(r + (a << 3), <f64>load<f32>(row + (a << 2)) - load<f64>(reference + (a << 3)));
      outer(k, r, rr);
      const anchored = slow + c;
      blend(anchored, rr, gainFast, c);
      known = true;
      traceOf = mixWithIdentity(k, anchored, shrinkage, lane);
      logOf = <f64>k * LOG_INFLATION;
    }

    for (let a: usize = 0; a < width; a++) {
      const value = <f64>load<f32>(row + (a << 2));
      const m = load<f64>(mean + (a << 3));
      store<f64>(r + (a << 3), value - m);
      store<f32>(out + (a << 2), <f32>(value - m));
      store<f64>(mean + (a << 3), m + gainSlow * (value - m));
    }
    if (updates && trusted(k, run, r, fast, slow, gainFast, gainSlow, shrinkage)) {
      known = true;
      logOf = load<f64>(run, 24);
      traceOf = (1.0 - shrinkage) * takeIn(k, run, r, direction, fast, slow, gainFast, gainSlow, shrinkage, lane) + shrinkage * <f64>k;
    } else {
      outer(k, r, rr);
      blendBoth(k, rr, fast, slow, gainFast, gainSlow, shrinkage, known ? 0 : matrices + (waiting < 0 ? 0 : 2 * c));
      if (updates && load<f64>(run) != 0) distrust(run);
    }
    if (updates) tick(k, run, fast, slow, direction);
    store<f64>(friction + slot, Math.sqrt(squareDifference));
    store<f64>(trace + slot, traceDifference / <f64>k);
    store<f64>(entropy + slot, renyi(squareSlow, traceSlow));

    if (known) {
      if (half < 0) {
        half = i;
        halfTrace = traceOf;
        halfLog = logOf;
      } else {
        factorPair(k, side, work);
        put(kl, boxCox, half, divergenceFrom(k, halfTrace, logDeterminant(k, side, 0), halfLog));
        put(kl, boxCox, i, divergenceFrom(k, traceOf, logDeterminant(k, side, 1), logOf));
        half = -1;
      }
    } else if (waiting < 0) {
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
  if (half >= 0) {
    factorPair(k, side, work);
    put(kl, boxCox, half, divergenceFrom(k, halfTrace, logDeterminant(k, side, 0), halfLog));
  }
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
