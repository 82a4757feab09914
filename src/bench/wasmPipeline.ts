import type { Block } from '../kernels/arena.ts';
import { couplingState, previousInThread, runCoupling } from '../kernels/coupling.ts';
import { displacementState, runDisplacement } from '../kernels/displacement.ts';
import type { EventBlocks } from '../kernels/events.ts';
import { latencyState, runLatency } from '../kernels/latency.ts';
import type { KernelModule } from '../kernels/module.ts';
import { runTracker, trackerState } from '../kernels/tracker.ts';
import { runTransport, transportState } from '../kernels/transport.ts';
import { referenceMeans, referenceWindows, windowReferenceOf } from '../detection/reference.ts';
import type { BenchInput } from './input.ts';

/**
 * The kernels of the signals stage over one input, each to be run by itself; calling `all` first gives every one the
 * inputs that it has in the pipeline.
 */
export interface WasmPipeline {
  latency(): void;
  tracker(): void;
  coupling(): void;
  transport(): void;
  displacement(): void;
  all(): void;
  /** Columns in wasm memory, valid while nothing is allocated: copy what must stay. */
  readonly columns: Readonly<Record<PipelineColumn, Block<Float64Array>>> & { readonly residual: Block<Float32Array> };
  readonly windowReference: number;
  readonly fixed: FixedByReference;
}

export type PipelineColumn =
  'friction' | 'trace' | 'kl' | 'boxCox' | 'entropy' | 'p95' | 'window' | 'rho' | 'tension' | 'shift' | 'mewma';

/** What the reference fixes, and what the pipeline derives from the events once. */
export interface FixedByReference {
  readonly means: Float64Array;
  readonly referenceRows: Float32Array;
  readonly referenceCounts: Int32Array;
  readonly previous: Int32Array;
  readonly seq: Int32Array;
}

function fixedByReference({ events, coordinates, range, parameters }: BenchInput): FixedByReference {
  const windows = referenceWindows(events, coordinates, range, parameters.emd_window);
  const previous = new Int32Array(events.n);
  previousInThread(events.thread, events.isVoid, events.threadCount, previous);
  const counts = new Int32Array(events.streams.length);
  return {
    means: referenceMeans(events, coordinates, range).means,
    referenceRows: windows.rows,
    referenceCounts: windows.counts,
    previous,
    seq: events.stream.map((s) => ++counts[s]),
  };
}

export function wasmPipeline(kernels: KernelModule, input: BenchInput): WasmPipeline {
  const own = kernels.fork();
  const { arena } = own;
  const {
    events,
    coordinates: { k, x },
    range,
    parameters: p,
  } = input;
  const { n } = events;
  const streams = events.streams.length;
  const fixed = fixedByReference(input);
  arena.reserve(n * (8 * 14 + 4 * 4 + 1 + 8 * k) + (1 << 20));
  const blocks: EventBlocks = {
    n,
    k,
    streams,
    x: arena.f32From(x),
    stream: arena.i32From(events.stream),
    isVoid: arena.u8From(events.isVoid),
  };
  const f64 = () => arena.f64(n);
  const columns = {
    residual: arena.f32(n * k),
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
  const time = arena.f64From(events.time);
  const latencies = arena.f64From(events.latency);
  const instantiation = arena.i32From(events.instantiation);
  const previous = arena.i32From(fixed.previous);
  const means = arena.f64From(fixed.means);
  const referenceRows = arena.f32From(fixed.referenceRows);
  const referenceCounts = arena.i32From(fixed.referenceCounts);
  const latency = () =>
    arena.scope(() => {
      const options = { size: p.lat_window, factor: p.win_factor, minimum: p.win_min, adaptive: p.adaptive };
      runLatency(own, latencies, options, latencyState(own, p.lat_window), columns, 0, n);
    });
  latency();
  const windowReference = windowReferenceOf(columns.window.view(), range, p.win_min);
  const pipeline: WasmPipeline = {
    columns,
    windowReference,
    fixed,
    latency,
    tracker: () =>
      arena.scope(() =>
        runTracker(
          own,
          blocks,
          { instantiation, window: columns.window },
          {
            lambdaFast: p.lambda_fast,
            lambdaSlow: p.lambda_slow,
            shrinkage: p.shrinkage,
            windowReference,
            referenceFrom: range.from,
            referenceTo: range.to,
            anchor: null,
          },
          trackerState(own, streams, k),
          columns,
          0,
          n,
        ),
      ),
    coupling: () =>
      arena.scope(() =>
        runCoupling(
          own,
          blocks,
          { residual: columns.residual, time, window: columns.window, previous },
          {
            lambda: p.lambda_slow,
            sync: 'time',
            turnWindow: p.turn_window,
          },
          couplingState(own, streams, k),
          columns.rho,
          0,
          n,
        ),
      ),
    transport: () =>
      arena.scope(() =>
        runTransport(
          own,
          blocks,
          {
            size: p.emd_window,
            minimum: p.emd_min,
            referenceTo: range.to,
            referenceRows,
            referenceCounts,
          },
          transportState(own, streams, k, p.emd_window),
          columns,
          0,
          n,
        ),
      ),
    displacement: () =>
      arena.scope(() =>
        runDisplacement(
          own,
          blocks,
          { lambda: p.mewma_lambda, referenceTo: range.to, means },
          displacementState(own, streams, k),
          columns.mewma,
          0,
          n,
        ),
      ),
    all() {
      pipeline.latency();
      pipeline.tracker();
      pipeline.coupling();
      pipeline.transport();
      pipeline.displacement();
    },
  };
  return pipeline;
}
