import { requireCount, requireLength } from './check.ts';
import type { KernelModule } from './module.ts';

declare module './exports.ts' {
  interface KernelExports {
    runLengthScratchBytes(levelCount: number): number;
    runLengths(
      kind: number,
      values: number,
      starts: number,
      streams: number,
      block: number,
      pieces: number,
      pieceStarts: number,
      events: number,
      seed: number,
      levels: number,
      levelCount: number,
      a: number,
      b: number,
      scratch: number,
      alarms: number,
      clear: number,
    ): void;
  }
}

/**
 * A detector over one number per event, with a threshold:
 * cusum: S = min(2h, max(0, S + min(z, cap) - kappa)) alarms above h until it is 0; dwell: that many events in a row
 * below minus the threshold; level: above the threshold, until at or below `rearm` times it.
 */
export type ScalarDetector =
  | { readonly kind: 'cusum'; readonly kappa: number; readonly cap: number }
  | { readonly kind: 'dwell'; readonly dwell: number }
  | { readonly kind: 'level'; readonly rearm: number };

/** In-control values, grouped by stream; no NaN (minus infinity is allowed: it empties a CUSUM). */
export interface InControlSeries {
  readonly values: Float64Array;
  /** Offsets of the streams, streams + 1. */
  readonly starts: Int32Array;
}

/** Blocks that paths are made of, drawn with equal chances within a stream; after its end they go on at its start. */
export interface Pieces {
  /** First value within the stream and length, of each in turn. */
  readonly spans: Int32Array;
  /** Offsets of the streams, counted in blocks, streams + 1; a stream without blocks is left out. */
  readonly starts: Int32Array;
}

export interface RunLengthPlan {
  readonly detector: ScalarDetector;
  /** Thresholds, all counted on the same paths. */
  readonly levels: Float64Array;
  /** Length of moving blocks; cut to a quarter of a stream where that is shorter. */
  readonly block: number;
  /** Null: moving blocks. */
  readonly pieces: Pieces | null;
  /** Events of the simulation that gives the estimate. */
  readonly events: number;
  /** Replicates of the sample as the blocks drawn for each, and events simulated from each: for intervals. */
  readonly replicates: readonly Pieces[];
  readonly replicateEvents: number;
  readonly seed: number;
}

/** Per level: how many alarms, and how many events there were outside alarms (the alarming one included). */
export interface RunLengthCounts {
  readonly alarms: Float64Array;
  readonly clear: Float64Array;
}

export interface RunLengths extends RunLengthCounts {
  readonly levels: Float64Array;
  /** Events simulated. */
  readonly events: number;
  readonly replicates: readonly RunLengthCounts[];
  readonly replicateEvents: number;
}

/**
 * Counts false alarms on bootstrapped in-control paths (docs/methods.md 9). Deterministic for a seed, in every engine.
 */
export function simulateRunLengths(kernels: KernelModule, series: InControlSeries, plan: RunLengthPlan): RunLengths {
  const { detector, levels, block, pieces, events, replicates, replicateEvents, seed } = plan;
  const streams = series.starts.length - 1;
  for (const [what, value] of Object.entries({ streams, block, events, levels: levels.length }))
    requireCount(what, value, 1);
  requireCount('replicateEvents', replicateEvents);
  requireLength('values', series.values, series.starts[streams]);
  const { arena, exports } = kernels;
  const [kind, a, b] =
    detector.kind === 'cusum'
      ? [0, detector.kappa, detector.cap]
      : detector.kind === 'dwell'
        ? [1, detector.dwell, 0]
        : [2, 0, detector.rearm];
  // The kernel takes two levels at a time.
  const padded = levels.length + (levels.length % 2);
  return arena.scope(() => {
    const values = arena.f64From(series.values);
    const starts = arena.i32From(series.starts);
    const ladder = arena.f64(padded);
    ladder
      .view()
      .fill(levels[levels.length - 1])
      .set(levels);
    const scratch = arena.u8(exports.runLengthScratchBytes(padded));
    const alarms = arena.f64(padded);
    const clear = arena.f64(padded);
    const count = (from: Pieces | null, length: number, own: number): RunLengthCounts =>
      arena.scope(() => {
        alarms.view().fill(0);
        clear.view().fill(0);
        exports.runLengths(
          kind,
          values.ptr,
          starts.ptr,
          streams,
          block,
          from ? arena.i32From(from.spans).ptr : 0,
          from ? arena.i32From(from.starts).ptr : 0,
          length,
          own,
          ladder.ptr,
          padded,
          a,
          b,
          scratch.ptr,
          alarms.ptr,
          clear.ptr,
        );
        return { alarms: alarms.view().slice(0, levels.length), clear: clear.view().slice(0, levels.length) };
      });
    return {
      levels: levels.slice(),
      events,
      replicateEvents,
      ...count(pieces, events, seed),
      replicates: replicates.map((own, r) => count(own, replicateEvents, seed + 1 + r)),
    };
  });
}
