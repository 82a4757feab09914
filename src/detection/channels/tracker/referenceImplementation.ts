import { cholesky } from '../../../kernels/reference/cholesky.ts';
import { boxCox } from '../../../kernels/reference/detectors.ts';
import { coordinatesOf, type StageReferenceImplementation } from '../referenceImplementation.ts';

/**
 * Dual-timescale covariance tracker, plain TypeScript (docs/methods.md 4): the oracle of the wasm kernel of the same
 * name. State of one stream is plain numbers, so it can be cloned, saved and resumed.
 */

/** Parameters of the tracker; gains are before relaxation. */
export interface TrackerOptions {
  readonly k: number;
  readonly lambdaFast: number;
  readonly lambdaSlow: number;
  readonly shrinkage: number;
  /**
   * KL against the frozen reference (mean of the stream's reference, unit covariance) instead of the slow estimator.
   */
  readonly anchored: boolean;
}

export interface TrackerState {
  /** Events with an embedding so far. */
  count: number;
  /** Code of the last instantiation seen, -1 before the first. */
  instantiation: number;
  readonly mean: Float64Array;
  /** k x k, row-major. */
  readonly fast: Float64Array;
  readonly slow: Float64Array;
  /** Fast covariance about the reference mean; used when anchored. */
  readonly anchoredFast: Float64Array;
}

/** Outcome of one event: signals and the residual (written to `residual`). */
export interface TrackerStep {
  friction: number;
  trace: number;
  kl: number;
  entropy: number;
}

const identity = (k: number): Float64Array => {
  const a = new Float64Array(k * k);
  for (let i = 0; i < k; i++) a[i * k + i] = 1;
  return a;
};

export function createTrackerState(k: number): TrackerState {
  return {
    count: 0,
    instantiation: -1,
    mean: new Float64Array(k),
    fast: identity(k),
    slow: identity(k),
    anchoredFast: identity(k),
  };
}

/**
 * KL(N(0,A) || N(0,B)) = 1/2 [tr(B^-1 A) - k - ln det(B^-1 A)], nats (docs/methods.md 4). NaN if either is not
 * positive definite. With A = La La^T and B = Lb Lb^T the trace is || Lb^-1 La ||_F^2.
 */
export function gaussianKl(a: Float64Array, b: Float64Array, k: number): number {
  const la = new Float64Array(k * k);
  const lb = new Float64Array(k * k);
  if (!cholesky(a, k, la) || !cholesky(b, k, lb)) return Number.NaN;
  let trace = 0;
  let logDet = 0;
  for (let j = 0; j < k; j++) {
    logDet += Math.log(la[j * k + j]) - Math.log(lb[j * k + j]);
    for (let i = j; i < k; i++) {
      let sum = la[i * k + j];
      for (let p = j; p < i; p++) sum -= lb[i * k + p] * la[p * k + j];
      la[i * k + j] = sum / lb[i * k + i];
      trace += la[i * k + j] ** 2;
    }
  }
  return 0.5 * (trace - k) - logDet;
}

/** Rényi entropy of order 2 of the trace-normalised covariance, bits (Giraldo, Rao & Principe 2015). */
export function renyi2(s: Float64Array, k: number): number {
  let square = 0;
  let trace = 0;
  for (let i = 0; i < k; i++) {
    trace += s[i * k + i];
    for (let j = 0; j < k; j++) square += s[i * k + j] ** 2;
  }
  return -Math.log2(square / (trace * trace));
}

function blend(s: Float64Array, r: Float64Array, gain: number, k: number): void {
  for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) s[i * k + j] += gain * (r[i] * r[j] - s[i * k + j]);
}

/**
 * Takes in one event with an embedding.
 * @param x whitened coordinates, length k
 * @param relax memory stretch in (0, 1] (docs/methods.md 5)
 * @param instantiation code, -1 = not stated (no reset)
 * @param referenceMean the stream's reference mean, length k; used when anchored
 * @param residual output r = x - mean, length k; 0 for the stream's first event
 */
export function trackerStep(
  o: TrackerOptions,
  state: TrackerState,
  x: ArrayLike<number>,
  relax: number,
  instantiation: number,
  referenceMean: Float64Array,
  residual: Float64Array,
): TrackerStep {
  const { k } = o;
  state.count++;
  if (instantiation >= 0) {
    if (state.instantiation >= 0 && state.instantiation !== instantiation) state.fast.set(state.slow);
    state.instantiation = instantiation;
  }
  if (state.count === 1) {
    for (let i = 0; i < k; i++) {
      state.mean[i] = x[i];
      residual[i] = 0;
    }
    return { friction: 0, trace: 0, kl: 0, entropy: Math.log2(k) };
  }
  const floor = 1 / state.count;
  const gainFast = Math.max(relax * o.lambdaFast, floor);
  const gainSlow = Math.max(relax * o.lambdaSlow, floor);
  for (let i = 0; i < k; i++) residual[i] = x[i] - state.mean[i];
  blend(state.fast, residual, gainFast, k);
  const mixed = new Float64Array(k * k);
  let kl: number;
  if (o.anchored) {
    const fromReference = new Float64Array(k);
    for (let i = 0; i < k; i++) fromReference[i] = x[i] - referenceMean[i];
    blend(state.anchoredFast, fromReference, gainFast, k);
    const unit = identity(k);
    for (let i = 0; i < k * k; i++) mixed[i] = (1 - o.shrinkage) * state.anchoredFast[i] + o.shrinkage * unit[i];
    kl = gaussianKl(mixed, unit, k);
  } else {
    for (let i = 0; i < k * k; i++) mixed[i] = (1 - o.shrinkage) * state.fast[i] + o.shrinkage * state.slow[i];
    kl = gaussianKl(mixed, state.slow, k);
  }
  blend(state.slow, residual, gainSlow, k);
  let square = 0;
  let trace = 0;
  for (let i = 0; i < k; i++) {
    state.mean[i] += gainSlow * residual[i];
    trace += state.fast[i * k + i] - state.slow[i * k + i];
    for (let j = 0; j < k; j++) square += (state.fast[i * k + j] - state.slow[i * k + j]) ** 2;
  }
  return { friction: Math.sqrt(square), trace: trace / k, kl, entropy: renyi2(state.slow, k) };
}

export const trackerReference: StageReferenceImplementation = {
  eventsPerSecond: 50_000,
  run(of, { window }, out) {
    const {
      events: { stream, isVoid, instantiation, streams },
      n,
      k,
      reference: { range, means, windowReference },
      parameters: p,
    } = of;
    const options = {
      k,
      lambdaFast: p.lambda_fast,
      lambdaSlow: p.lambda_slow,
      shrinkage: p.shrinkage,
      anchored: p.anchor === 'reference',
    };
    const states = streams.map(() => createTrackerState(k));
    const residual = new Float64Array(k);
    for (let i = 0; i < n; i++) {
      if (isVoid[i]) continue;
      const s = stream[i];
      const inside = i >= range.from && i < range.to;
      const relax = inside || !p.adaptive ? 1 : Math.min(1, windowReference / window[i]);
      const mean = means.subarray(s * k, (s + 1) * k);
      const step = trackerStep(options, states[s], coordinatesOf(of, i), relax, instantiation[i], mean, residual);
      out.residual.set(residual, i * k);
      out.friction[i] = step.friction;
      out.trace[i] = step.trace;
      out.kl[i] = step.kl;
      out.boxCox[i] = boxCox(step.kl);
      out.entropy[i] = step.entropy;
    }
  },
};
