import { even, factorIdentity, factorise, factorLogDeterminant, factorTrace, factorUpdate } from './cholesky';
import { blendRows, RIDGE } from './trackerBlend';

/**
 * The tracker of many axes (docs/methods.md 4).
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
export const UPDATE_FROM: i32 = 20;
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
export const RUNNING: usize = 48;

/** What a stream's state says of its factor. */
@inline
function keep(run: usize, left: f64, trace: f64, logarithm: f64, least: f64): void {
  store<f64>(run, least > LEAST_SLOW ? 1 : 0);
  store<f64>(run, least > LEAST_SLOW ? left : RETRY, 8);
  store<f64>(run, trace, 16);
  store<f64>(run, logarithm, 24);
  store<f64>(run, least, 32);
}

/** Before the first event: the factor of I. */
export function resetUpdates(k: i32, run: usize): void {
  keep(run, AFRESH, <f64>k, 0, 1);
  factorIdentity(k, run + RUNNING);
}

/** Whether the factor can be trusted for this event: every pivot of A is at least the one of shrinkage * slow. */
export function trusted(
  k: i32, run: usize, r: usize, fast: usize, slow: usize, gainFast: f64, gainSlow: f64, shrinkage: f64,
): bool {
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
    const blended = f64x2.add(f, f64x2.mul(gf, f64x2.sub(f64x2.mul(v, v), f)));
    const mixed = f64x2.add(f64x2.mul(mixFast, blended), f64x2.mul(mixSlow, s));
    // Variance above that of the ridge, which an update leaves out; the axis that fills up has none.
    const large = v128.or(f64x2.ge(s, f64x2.splat(1e20 * RIDGE)), f64x2.eq(s, f64x2.splat(0)));
    holds = v128.and(holds, v128.and(large, f64x2.le(mixed, f64x2.mul(share, s))));
  }
  return i64x2.all_true(holds);
}

/** Takes a residual in by rank 1; A goes to `lane`. Returns tr(slow^-1 fast'), slow as it was. */
export function takeIn(
  k: i32, run: usize, r: usize, direction: usize, fast: usize, slow: usize,
  gainFast: f64, gainSlow: f64, shrinkage: f64, lane: usize,
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
export function distrust(run: usize): void {
  store<f64>(run, 0);
  store<f64>(run, RETRY, 8);
}

/** Counts an event of the stream; when it is time, makes factor and trace afresh from the covariances. */
export function tick(k: i32, run: usize, fast: usize, slow: usize, direction: usize): void {
  const left = load<f64>(run, 8) - 1;
  store<f64>(run, left, 8);
  if (left > 0) return;
  const running = run + RUNNING;
  const least = factorise(k, slow, running);
  if (least > LEAST_SLOW) {
    keep(run, AFRESH, factorTrace(k, running, fast, direction), factorLogDeterminant(k, running), least);
  } else {
    distrust(run);
  }
}

/** Smallest pivot of a factor, each against its entry on the diagonal of the matrix. */
function leastPivot(k: i32, running: usize, s: usize): f64 {
  let least = f64x2.splat(1);
  const pairs = <usize>(k & ~1) << 3;
  for (let a: usize = 0; a < pairs; a += 16) {
    least = f64x2.pmin(least, f64x2.div(v128.load(running + a), v128.load(s + a)));
  }
  const both = min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
  return k & 1 ? min(both, load<f64>(running + pairs) / load<f64>(s + pairs)) : both;
}
