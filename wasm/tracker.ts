import { even, factorBytes, symmetricBytes } from './cholesky';
import {
  divergence, divergenceFrom, factorPair, INFLATION, interleave, LOG_INFLATION, logDeterminant, pairBytes, transformed,
} from './divergence';
import { blend, blendBoth, outer, squareDifference, squareSlow, traceDifference, traceSlow } from './trackerBlend';
import { distrust, resetUpdates, RUNNING, takeIn, tick, trusted, UPDATE_FROM } from './trackerUpdates';

/**
 * Dual-timescale covariance tracker (docs/methods.md 4). Matrices are packed as in cholesky.ts.
 * State of a stream: [count f64][instantiation f64][mean][fast][slow][anchored fast], and from UPDATE_FROM axes on
 * [trusted f64][left f64][tr(slow^-1 fast)][ln det slow][least pivot of slow][pad][factor of slow].
 *
 * KL of an event needs nothing from later events, so the factorisations of two events run side by side in the two lanes
 * of f64x2; a lane's arithmetic does not depend on its neighbour, hence not on how a run is cut into pieces.
 *
 * Of many axes the factor of the slow covariance is updated: trackerUpdates.ts.
 */

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
    if (k >= UPDATE_FROM) resetUpdates(k, fast + 3 * c);
  }
}

/** Entropy of order 2 from tr(S^2) and tr(S), bits (Giraldo, Rao & Principe 2015). */
@inline
function renyi(square: f64, trace: f64): f64 {
  return 0 - Math.log2(square / (trace * trace));
}

@inline
function put(kl: usize, boxCox: usize, event: i32, value: f64): void {
  store<f64>(kl + (<usize>event << 3), value);
  store<f64>(boxCox + (<usize>event << 3), transformed(value));
}

@inline
function putVoid(slot: usize, friction: usize, trace: usize, kl: usize, boxCox: usize, entropy: usize): void {
  store<f64>(friction + slot, NaN);
  store<f64>(trace + slot, NaN);
  store<f64>(kl + slot, NaN);
  store<f64>(boxCox + slot, NaN);
  store<f64>(entropy + slot, NaN);
}

@inline
function putFirst(k: i32, event: i32, friction: usize, trace: usize, kl: usize, boxCox: usize, entropy: usize): void {
  const slot = <usize>event << 3;
  store<f64>(friction + slot, 0);
  store<f64>(trace + slot, 0);
  put(kl, boxCox, event, 0);
  store<f64>(entropy + slot, Math.log2(<f64>k));
}

/** After a change of instantiation the fast covariance starts from the slow one. */
@inline
function follow(k: i32, own: usize, code: f64, fast: usize, slow: usize, run: usize, updates: bool): void {
  if (code < 0) return;
  const before = load<f64>(own, 8);
  if (before >= 0 && before != code) {
    memory.copy(fast, slow, symmetricBytes(k));
    if (updates) store<f64>(run, <f64>k, 16);
  }
  store<f64>(own, code, 8);
}

/** Divergences of two events, from their pairs of matrices. */
@inline
function divergences(k: i32, one: usize, other: usize, sideA: usize, sideB: usize, y: usize, work: usize): v128 {
  const c = symmetricBytes(k);
  interleave(k, one, other, sideA);
  interleave(k, one + c, other + c, sideB);
  return divergence(k, sideA, sideB, y, work);
}

/** The mean of a stream's first event is that event; its residual is 0. */
@inline
function startMean(width: usize, row: usize, mean: usize, residual: usize): void {
  for (let a: usize = 0; a < width; a++) {
    store<f64>(mean + (a << 3), <f64>load<f32>(row + (a << 2)));
    store<f32>(residual + (a << 2), 0);
  }
}

/** The residual of an event, to `r` and `residual`; the mean then moves towards the event. */
@inline
function moveMean(width: usize, row: usize, mean: usize, gain: f64, r: usize, residual: usize): void {
  for (let a: usize = 0; a < width; a++) {
    const value = <f64>load<f32>(row + (a << 2));
    const m = load<f64>(mean + (a << 3));
    store<f64>(r + (a << 3), value - m);
    store<f32>(residual + (a << 2), <f32>(value - m));
    store<f64>(mean + (a << 3), m + gain * (value - m));
  }
}

/** r = an event - `mean`. */
@inline
function subtract(width: usize, row: usize, mean: usize, r: usize): void {
  for (let a: usize = 0; a < width; a++) {
    store<f64>(r + (a << 3), <f64>load<f32>(row + (a << 2)) - load<f64>(mean + (a << 3)));
  }
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
  referenceFrom: i32, referenceTo: i32, windowReference: f64,
  lambdaFast: f64, lambdaSlow: f64, shrinkage: f64, anchor: usize, state: usize, scratch: usize,
  residual: usize, friction: usize, trace: usize, kl: usize, boxCox: usize, entropy: usize,
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
      putVoid(slot, friction, trace, kl, boxCox, entropy);
      continue;
    }
    const own = state + s * bytes;
    const mean = own + 16;
    const fast = mean + diagonal;
    const slow = fast + c;
    const run = slow + 2 * c;
    const count = load<f64>(own) + 1;
    store<f64>(own, count);
    follow(k, own, <f64>load<i32>(instantiation + (<usize>i << 2)), fast, slow, run, updates);
    const row = x + (<usize>i * width << 2);
    const out = residual + (<usize>i * width << 2);
    if (count == 1) {
      startMean(width, row, mean, out);
      putFirst(k, i, friction, trace, kl, boxCox, entropy);
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
      subtract(width, row, reference, r);
      outer(k, r, rr);
      const anchored = slow + c;
      blend(anchored, rr, gainFast, c);
      known = true;
      traceOf = mixWithIdentity(k, anchored, shrinkage, lane);
      logOf = <f64>k * LOG_INFLATION;
    }

    moveMean(width, row, mean, gainSlow, r, out);
    if (updates && trusted(k, run, r, fast, slow, gainFast, gainSlow, shrinkage)) {
      known = true;
      logOf = load<f64>(run, 24);
      const mixed = takeIn(k, run, r, direction, fast, slow, gainFast, gainSlow, shrinkage, lane);
      traceOf = (1.0 - shrinkage) * mixed + shrinkage * <f64>k;
    } else {
      outer(k, r, rr);
      const pair: usize = known ? 0 : matrices + (waiting < 0 ? 0 : 2 * c);
      blendBoth(k, rr, fast, slow, gainFast, gainSlow, shrinkage, pair);
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
      const both = divergences(k, matrices, matrices + 2 * c, sideA, sideB, y, work);
      put(kl, boxCox, waiting, f64x2.extract_lane(both, 0));
      put(kl, boxCox, i, f64x2.extract_lane(both, 1));
      waiting = -1;
    }
  }
  if (waiting >= 0) {
    const both = divergences(k, matrices, matrices, sideA, sideB, y, work);
    put(kl, boxCox, waiting, f64x2.extract_lane(both, 0));
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
