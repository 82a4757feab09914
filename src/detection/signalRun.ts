import type { Coordinates, EventColumns, IndexRange } from '../core/columns.ts';
import type { Block } from '../kernels/arena.ts';
import { couplingState, runCoupling, type CouplingOptions } from '../kernels/coupling.ts';
import { displacementState, runDisplacement, type DisplacementOptions } from '../kernels/displacement.ts';
import type { EventBlocks } from '../kernels/events.ts';
import { latencyState, runLatency, type LatencyOptions } from '../kernels/latency.ts';
import type { KernelModule } from '../kernels/module.ts';
import { runTracker, trackerState, type TrackerOptions } from '../kernels/tracker.ts';
import { runTransport, transportState, type TransportOptions } from '../kernels/transport.ts';
import type { Parameters } from './parameters.ts';
import {
  referenceWindows,
  resizeWindows,
  resolveSync,
  windowReferenceOf,
  type ReferenceMeans,
  type ResolvedReference,
} from './reference.ts';
import type { SignalSlots } from './signalColumns.ts';
import { stageKey, type SignalStage, type StageSpeed } from './signalStages.ts';

/** Events between saved coupling states: what a drill-down replays at most. */
export const CHECKPOINT = 2048;

/** A loaded ledger as the signals stage reads it. */
export interface SignalInputs {
  readonly kernels: KernelModule;
  readonly events: EventColumns;
  readonly coordinates: Coordinates;
  readonly blocks: EventBlocks;
  readonly columns: {
    readonly time: Block<Float64Array>;
    readonly latency: Block<Float64Array>;
    readonly instantiation: Block<Int32Array>;
    readonly previous: Block<Int32Array>;
  };
  /** Where the reference comes from elsewhere; null where it lies within the events. */
  readonly given: ResolvedReference | null;
  readonly range: IndexRange;
  readonly means: ReferenceMeans;
}

export const latencyOptions = (p: Parameters): LatencyOptions => ({
  size: p.lat_window,
  factor: p.win_factor,
  minimum: p.win_min,
  adaptive: p.adaptive,
});

export const couplingOptions = (p: Parameters, hasLatency: boolean): CouplingOptions => ({
  lambda: p.lambda_slow,
  sync: resolveSync(p, hasLatency),
  turnWindow: p.turn_window,
});

export function trackerOptions(
  { kernels, means, range }: SignalInputs,
  p: Parameters,
  windowReference: number,
): TrackerOptions {
  return {
    lambdaFast: p.lambda_fast,
    lambdaSlow: p.lambda_slow,
    shrinkage: p.shrinkage,
    windowReference: p.adaptive ? windowReference : Infinity,
    referenceFrom: range.from,
    referenceTo: range.to,
    anchor: p.anchor === 'reference' ? kernels.arena.f64From(means.means) : null,
  };
}

export function transportOptions(
  { kernels: { arena }, events, coordinates, given, range }: SignalInputs,
  p: Parameters,
): TransportOptions {
  const windows = given
    ? resizeWindows(given.windows, coordinates.k, p.emd_window)
    : referenceWindows(events, coordinates, range, p.emd_window);
  return {
    size: p.emd_window,
    minimum: p.emd_min,
    referenceTo: range.to,
    referenceRows: arena.f32From(windows.rows),
    referenceCounts: arena.i32From(windows.counts),
  };
}

export const displacementOptions = ({ kernels, means, range }: SignalInputs, p: Parameters): DisplacementOptions => ({
  lambda: p.mewma_lambda,
  referenceTo: range.to,
  means: kernels.arena.f64From(means.means),
});

/**
 * Runs kernels over all events, piece by piece: yields the fraction done after every few milliseconds of work, so that
 * the caller can let others in, or end it (`return`): the slots under way are then without a key. What comes out does
 * not depend on how the work is cut. Allocates above the arena's top and releases at the end: whatever is allocated
 * between two pieces must be released before the next.
 * @param only the streams to compute, of kernels that take streams one by one; all where absent
 */
export function* signalSteps(
  inputs: SignalInputs,
  p: Parameters,
  slots: SignalSlots,
  stale: readonly SignalStage[],
  speed: StageSpeed,
  only?: Uint8Array,
): Generator<number, void, void> {
  const { kernels, events, columns, given, range } = inputs;
  const { arena } = kernels;
  const { n, k, streams } = inputs.blocks;
  for (const stage of stale) slots[stage].key = null;
  const total = speed.cost(stale, 1);
  let before = 0;
  const mark = arena.mark();
  const blocks = only ? { ...inputs.blocks, only: arena.u8From(only) } : inputs.blocks;

  function* pieces(
    stage: SignalStage,
    run: (from: number, to: number) => void,
    multiple = 1,
  ): Generator<number, void, void> {
    const share = speed.cost([stage], 1) / total;
    for (let from = 0; from < n;) {
      const to = Math.min(n, from + Math.ceil(speed.piece(stage) / multiple) * multiple);
      const started = performance.now();
      run(from, to);
      speed.note(stage, to - from, performance.now() - started);
      from = to;
      yield Math.min(1, before + (share * from) / n);
    }
    before += share;
    slots[stage].key = stageKey(stage, p);
  }

  try {
    for (const stage of stale) {
      switch (stage) {
        case 'latency': {
          const options = latencyOptions(p);
          const state = latencyState(kernels, options.size);
          yield* pieces(stage, (from, to) =>
            runLatency(kernels, columns.latency, options, state, slots.latency.columns, from, to),
          );
          slots.latency.windowReference =
            given?.windowReference ?? windowReferenceOf(slots.latency.columns.window.view(), range, p.win_min);
          break;
        }
        case 'tracker': {
          const options = trackerOptions(inputs, p, slots.latency.windowReference);
          const state = trackerState(kernels, streams, k);
          const read = { instantiation: columns.instantiation, window: slots.latency.columns.window };
          yield* pieces(stage, (from, to) =>
            runTracker(kernels, blocks, read, options, state, slots.tracker.columns, from, to),
          );
          break;
        }
        case 'coupling':
          yield* pieces(stage, couplingRun(inputs, p, slots, events.hasLatency), CHECKPOINT);
          break;
        case 'transport': {
          const options = transportOptions(inputs, p);
          const state = transportState(kernels, streams, k, options.size);
          yield* pieces(stage, (from, to) =>
            runTransport(kernels, blocks, options, state, slots.transport.columns, from, to),
          );
          break;
        }
        case 'displacement': {
          const options = displacementOptions(inputs, p);
          const state = displacementState(kernels, streams, k);
          yield* pieces(stage, (from, to) =>
            runDisplacement(kernels, blocks, options, state, slots.displacement.columns.mewma, from, to),
          );
          break;
        }
      }
    }
  } finally {
    arena.release(mark);
  }
}

/** Runs coupling over events [from, to), `from` and all but the last `to` multiples of CHECKPOINT, in order. */
function couplingRun(
  { kernels, blocks, columns: { time, previous } }: SignalInputs,
  p: Parameters,
  slots: SignalSlots,
  hasLatency: boolean,
): (from: number, to: number) => void {
  const options = couplingOptions(p, hasLatency);
  const state = couplingState(kernels, blocks.streams, blocks.k);
  const read = { residual: slots.tracker.columns.residual, time, previous, window: slots.latency.columns.window };
  slots.coupling.options = options;
  slots.coupling.checkpoints = [];
  return (start, to) => {
    for (let from = start; from < to; from += CHECKPOINT) {
      slots.coupling.checkpoints.push(state.view().slice());
      runCoupling(
        kernels,
        blocks,
        read,
        options,
        state,
        slots.coupling.columns.rho,
        from,
        Math.min(to, from + CHECKPOINT),
      );
    }
  };
}
