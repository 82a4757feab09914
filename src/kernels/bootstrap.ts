import { misuse, requireCount, requireLength } from './check.ts';
import type { KernelModule } from './module.ts';

declare module './exports.ts' {
  interface KernelExports {
    bootstrapDisplacement(
      residuals: number,
      starts: number,
      streams: number,
      k: number,
      lambda: number,
      block: number,
      run: number,
      seed: number,
      scratch: number,
      out: number,
      length: number,
    ): void;
    countEpisodes(
      path: number,
      length: number,
      run: number,
      rearm: number,
      levels: number,
      levelCount: number,
      counts: number,
    ): void;
  }
}

export interface DisplacementBootstrap {
  /** Reference residuals x - m_s, rows x k, grouped by stream. */
  readonly residuals: Float32Array;
  /** Row offsets of the streams, streams + 1. */
  readonly starts: Int32Array;
  readonly k: number;
  /** MEWMA gain. */
  readonly lambda: number;
  /** Block length in events; cut to a quarter of a stream's reference where that is shorter. */
  readonly block: number;
  /** Events a run: each run draws a stream, and a reference to take the mean and the scale from. */
  readonly run: number;
  /** Runs of the bootstrap. */
  readonly runs: number;
  readonly seed: number;
  /** An episode above a level closes below `rearm` times it. */
  readonly rearm: number;
}

/** How many false episodes the bootstrapped in-control displacement has at each of a ladder of levels. */
export interface EpisodeCounts {
  /** T2 levels, ascending. */
  readonly levels: Float64Array;
  readonly counts: Int32Array;
  /** Events simulated. */
  readonly events: number;
}

/**
 * Moving-block bootstrap of MEWMA T2 under control (docs/methods.md 6 and 9; Künsch 1989), studentised by what each
 * resampled reference says of its own spread (Hall 1992), counted at `levelCount` levels spread from the median of the
 * path to its maximum. Deterministic for a seed, in every engine.
 */
export function bootstrapDisplacement(
  kernels: KernelModule,
  b: DisplacementBootstrap,
  levelCount: number,
): EpisodeCounts {
  const streams = b.starts.length - 1;
  for (const [what, value] of Object.entries({ streams, k: b.k, block: b.block, run: b.run, runs: b.runs, levelCount }))
    requireCount(what, value, 1);
  requireLength('residuals', b.residuals, b.starts[streams] * b.k);
  for (let s = 0; s < streams; s++)
    if (b.starts[s + 1] <= b.starts[s]) misuse(`stream ${s} of the bootstrap has no residuals`);
  const { arena, exports } = kernels;
  const events = b.run * b.runs;
  return arena.scope(() => {
    const longest = b.starts.reduce((most, end, s) => (s === 0 ? 0 : Math.max(most, end - b.starts[s - 1])), 0);
    arena.reserve(4 * (events + b.residuals.length + longest) + 16 * (b.k + streams + levelCount) + 8192);
    const residuals = arena.f32From(b.residuals);
    const starts = arena.i32From(b.starts);
    const scratch = arena.f64(2 * b.k + streams + Math.ceil(longest / 2));
    const path = arena.f32(events);
    exports.bootstrapDisplacement(
      residuals.ptr,
      starts.ptr,
      streams,
      b.k,
      b.lambda,
      b.block,
      b.run,
      b.seed,
      scratch.ptr,
      path.ptr,
      events,
    );
    const [middle, top] = medianAndMax(path.view());
    const levels = arena.f64From(
      Float64Array.from({ length: levelCount }, (_, i) => middle + ((top - middle) * i) / levelCount),
    );
    const counts = arena.i32(levelCount);
    exports.countEpisodes(path.ptr, events, b.run, b.rearm, levels.ptr, levelCount, counts.ptr);
    return { levels: levels.view().slice(), counts: counts.view().slice(), events };
  });
}

/** Median of a thousandth of the path (enough to place the lowest level) and its maximum. */
function medianAndMax(path: Float32Array): [number, number] {
  const stride = Math.max(1, Math.floor(path.length / 1000));
  const sample = Float32Array.from({ length: Math.ceil(path.length / stride) }, (_, i) => path[i * stride]).sort();
  let top = 0;
  for (let i = 0; i < path.length; i++) if (path[i] > top) top = path[i];
  return [sample[sample.length >> 1], top];
}
