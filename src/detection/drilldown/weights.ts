import type { Coordinates, EventColumns, IndexRange } from '../../core/columns.ts';
import type { EventIndex } from '../../core/units.ts';
import type { Parameters } from '../parameters.ts';

/** What fixes the gains of the tracker (docs/methods.md 4 and 5). */
export interface GainInput {
  readonly events: EventColumns;
  /** Dynamic window W of every event, ms. */
  readonly window: ArrayLike<number>;
  readonly reference: IndexRange;
  /** W_ref, ms; not used where `adaptive` is false. */
  readonly windowReference: number;
  readonly parameters: Pick<Parameters, 'lambda_fast' | 'lambda_slow' | 'adaptive'>;
}

/**
 * The covariances of a stream just after event `at`, as sums: S = initial * I + sum of weight[i] * r_i r_i^T over the
 * stream's events from its second on, `index[i]`, oldest first. Only the weights depend on nothing but gains and
 * resets, so the sums are exact.
 */
export interface CovarianceWeights {
  /** The stream's events with an embedding from its second on, up to and with `at`. */
  readonly index: Int32Array;
  readonly fast: Float64Array;
  readonly slow: Float64Array;
  /** Slow weights just before the last event: what KL is taken against. */
  readonly slowBefore: Float64Array;
  /** Weights of the fast covariance about the reference mean: no reset touches it. */
  readonly anchored: Float64Array;
  /** Left of the identity. */
  readonly initial: {
    readonly fast: number;
    readonly slow: number;
    readonly slowBefore: number;
    readonly anchored: number;
  };
  /** Gains of the slow estimator, which the mean has too. */
  readonly gainSlow: Float64Array;
  /** The stream's first event with an embedding. */
  readonly first: EventIndex;
  /** Event at which the stream's instantiation last changed, before its residual was taken in; -1 = never. */
  readonly lastReset: EventIndex;
  readonly resets: number;
}

/**
 * Replays gains and resets of the stream of `at` and solves them backwards for the weights: with gains g, event i has
 * g_i * product over j > i of (1 - g_j) in an estimate that nothing resets. A reset before event m makes the fast
 * estimate the slow one, so events before m carry into it what they had in the slow one, times the fast decay since.
 */
export function covarianceWeights(
  { events, window, reference, windowReference, parameters }: GainInput,
  at: EventIndex,
): CovarianceWeights {
  const stream = events.stream[at];
  const own: number[] = [];
  let first = -1;
  let instantiation = -1;
  let lastReset = -1;
  let resets = 0;
  for (let i = 0; i <= at; i++) {
    if (events.stream[i] !== stream || events.isVoid[i]) continue;
    const code = events.instantiation[i];
    if (code >= 0) {
      if (instantiation >= 0 && code !== instantiation) {
        lastReset = i;
        resets++;
      }
      instantiation = code;
    }
    if (first < 0) first = i;
    else own.push(i);
  }
  const index = Int32Array.from(own);
  const n = index.length;
  const gainFast = new Float64Array(n);
  const gainSlow = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    const i = index[j];
    const stretched = parameters.adaptive && !(i >= reference.from && i < reference.to);
    const relax = stretched ? Math.min(1, windowReference / window[i]) : 1;
    const floor = 1 / (j + 2);
    gainFast[j] = Math.max(relax * parameters.lambda_fast, floor);
    gainSlow[j] = Math.max(relax * parameters.lambda_slow, floor);
  }

  const slow = decayed(gainSlow, n);
  const anchored = decayed(gainFast, n);
  const slowBefore = n > 0 ? decayed(gainSlow, n - 1) : slow;
  const resetAt = lastReset < 0 ? 0 : index.indexOf(lastReset);
  let fast = anchored;
  if (lastReset >= 0) {
    const before = decayed(gainSlow, resetAt);
    let since = 1;
    for (let j = resetAt; j < n; j++) since *= 1 - gainFast[j];
    const weights = anchored.weights.slice();
    for (let j = 0; j < resetAt; j++) weights[j] = before.weights[j] * since;
    fast = { weights, initial: before.initial * since };
  }
  const padded = new Float64Array(n);
  padded.set(slowBefore.weights);
  return {
    index,
    fast: fast.weights,
    slow: slow.weights,
    slowBefore: padded,
    anchored: anchored.weights,
    gainSlow,
    first,
    lastReset,
    resets,
    initial: { fast: fast.initial, slow: slow.initial, slowBefore: slowBefore.initial, anchored: anchored.initial },
  };
}

/** Weights after the first `n` gains have been applied, and what is left of the start. */
function decayed(gains: Float64Array, n: number): { readonly weights: Float64Array; readonly initial: number } {
  const weights = new Float64Array(n);
  let left = 1;
  for (let j = n - 1; j >= 0; j--) {
    weights[j] = gains[j] * left;
    left *= 1 - gains[j];
  }
  return { weights, initial: left };
}

/**
 * Residuals r = x - mean of the weighted events from position `from` on, row-major (n - from) x k, replayed in double
 * precision.
 */
export function residualsOf(
  { index, first, gainSlow }: CovarianceWeights,
  { k, x }: Coordinates,
  from: number,
): Float64Array {
  const n = index.length;
  const mean = Float64Array.from(x.subarray(first * k, (first + 1) * k));
  const residuals = new Float64Array((n - from) * k);
  for (let j = 0; j < n; j++) {
    const row = index[j] * k;
    for (let a = 0; a < k; a++) {
      const r = x[row + a] - mean[a];
      if (j >= from) residuals[(j - from) * k + a] = r;
      mean[a] += gainSlow[j] * r;
    }
  }
  return residuals;
}
