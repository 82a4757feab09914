import { couplingStep, createCouplingState } from '../kernels/twin/coupling.ts';
import { displacementStep } from '../kernels/twin/displacement.ts';
import { createLatencyState, dynamicWindow, latencyStep } from '../kernels/twin/latency.ts';
import { createTrackerState, trackerStep, type TrackerOptions } from '../kernels/twin/tracker.ts';
import { slicedEmd } from '../kernels/twin/transport.ts';
import { boxCox } from '../kernels/twin/detectors.ts';
import type { BenchInput } from './input.ts';
import type { FixedByReference, PipelineColumn } from './wasmPipeline.ts';

/** The twins of the signals stage, event by event over plain arrays. */
export interface TwinPipeline {
  latency(): void;
  tracker(): void;
  coupling(): void;
  transport(): void;
  displacement(): void;
  all(): void;
  readonly columns: Readonly<Record<PipelineColumn, Float64Array>> & { readonly residual: Float32Array };
}

/**
 * The first n events.
 * @param given columns that a kernel reads when it is run by itself: those of the wasm pipeline
 */
export function twinPipeline(
  input: BenchInput,
  n: number,
  fixed: FixedByReference,
  windowReference: number,
  given: { readonly window: Float64Array; readonly residual: Float32Array },
): TwinPipeline {
  const {
    events,
    coordinates: { k, x },
    range,
    parameters: p,
  } = input;
  const { stream, isVoid } = events;
  const streams = events.streams.length;
  const f64 = () => new Float64Array(n).fill(Number.NaN);
  const columns = {
    residual: new Float32Array(n * k),
    friction: f64(),
    trace: f64(),
    kl: f64(),
    boxCox: f64(),
    entropy: f64(),
    p95: f64(),
    window: f64(),
    rho: f64(),
    tension: f64(),
    shift: f64(),
    mewma: f64(),
  };
  const row = (i: number) => x.subarray(i * k, (i + 1) * k);
  const track = (window: Float64Array) => {
    const o: TrackerOptions = {
      k,
      lambdaFast: p.lambda_fast,
      lambdaSlow: p.lambda_slow,
      shrinkage: p.shrinkage,
      anchored: false,
    };
    const states = Array.from({ length: streams }, () => createTrackerState(k));
    const residual = new Float64Array(k);
    for (let i = 0; i < n; i++) {
      if (isVoid[i]) continue;
      const relax = i >= range.from && i < range.to ? 1 : Math.min(1, windowReference / window[i]);
      const step = trackerStep(o, states[stream[i]], row(i), relax, events.instantiation[i], fixed.means, residual);
      columns.residual.set(residual, i * k);
      columns.friction[i] = step.friction;
      columns.trace[i] = step.trace;
      columns.kl[i] = step.kl;
      columns.boxCox[i] = boxCox(step.kl);
      columns.entropy[i] = step.entropy;
    }
  };
  const couple = (residual: Float32Array, window: Float64Array) => {
    const o = { k, streams, lambda: p.lambda_slow, sync: 'time' as const, turnWindow: p.turn_window };
    const state = createCouplingState(o);
    for (let i = 0; i < n; i++) {
      const r = isVoid[i] ? null : residual.subarray(i * k, (i + 1) * k);
      columns.rho[i] = couplingStep(o, state, stream[i], r, events.time[i], window[i], events.thread[i]);
    }
  };
  const twin: TwinPipeline = {
    columns,
    latency() {
      const state = createLatencyState();
      for (let i = 0; i < n; i++) {
        columns.p95[i] = latencyStep(state, events.latency[i], p.lat_window);
        columns.window[i] = dynamicWindow(columns.p95[i], p.win_factor, p.win_min);
      }
    },
    tracker: () => track(given.window),
    coupling: () => couple(given.residual, given.window),
    transport() {
      const size = p.emd_window;
      const newest = Array.from({ length: streams }, (): Float32Array[] => []);
      // The newest of all other streams, kept for every stream.
      const others = Array.from({ length: streams }, (): Float32Array[] => []);
      const reference = newest.map((_, s) =>
        Array.from({ length: fixed.referenceCounts[s] }, (__, j) =>
          fixed.referenceRows.subarray((s * size + j) * k, (s * size + j + 1) * k),
        ),
      );
      const keep = (window: Float32Array[], point: Float32Array) => {
        window.push(point);
        if (window.length > size) window.shift();
      };
      for (let i = 0; i < n; i++) {
        if (isVoid[i]) continue;
        const s = stream[i];
        keep(newest[s], row(i));
        columns.tension[i] = slicedEmd(newest[s], others[s], k, p.emd_min);
        if (i >= range.to) columns.shift[i] = slicedEmd(newest[s], reference[s], k, p.emd_min);
        for (let q = 0; q < streams; q++) if (q !== s) keep(others[q], row(i));
      }
    },
    displacement() {
      const y = Array.from({ length: streams }, () => new Float64Array(k));
      for (let i = range.to; i < n; i++) {
        if (!isVoid[i])
          columns.mewma[i] = displacementStep(
            y[stream[i]],
            row(i),
            fixed.means.subarray(stream[i] * k, (stream[i] + 1) * k),
            p.mewma_lambda,
          );
      }
    },
    all() {
      twin.latency();
      track(columns.window);
      couple(columns.residual, columns.window);
      twin.transport();
      twin.displacement();
    },
  };
  return twin;
}
