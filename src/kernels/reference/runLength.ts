import { splitmix64 } from '../../core/random.ts';
import type { InControlSeries, Pieces, RunLengthCounts, ScalarDetector } from '../runLength.ts';
import { cusumStep } from './detectors.ts';

/** Bootstrapped in-control paths, one per stream, plain TypeScript: the oracle of the kernel. */
export function bootstrapPaths(
  { values, starts }: InControlSeries,
  o: { readonly block: number; readonly pieces: Pieces | null; readonly events: number; readonly seed: number },
): number[][] {
  const random = splitmix64(o.seed);
  const below = (n: number) => Math.floor(random() * n);
  return Array.from({ length: starts.length - 1 }, (_, s) => {
    const own = values.subarray(starts[s], starts[s + 1]);
    if (own.length === 0) return [];
    const size = Math.min(o.block, Math.max(1, Math.floor(own.length / 4)));
    const length = Math.floor((o.events * own.length) / values.length);
    const from = o.pieces?.starts[s] ?? 0;
    const choices = o.pieces ? o.pieces.starts[s + 1] - from : own.length;
    const path: number[] = [];
    while (choices > 0 && path.length < length) {
      const drawn = below(choices);
      const [first, piece] = o.pieces ? o.pieces.spans.subarray(2 * (from + drawn)) : [drawn, size];
      for (let j = 0; j < piece && path.length < length; j++) path.push(own[(first + j) % own.length]);
    }
    return path;
  });
}

/** Alarms of a detector on paths, each from a fresh state, and events outside alarms. */
export function countAlarms(
  paths: readonly (readonly number[])[],
  detector: ScalarDetector,
  level: number,
): { alarms: number; clear: number } {
  let alarms = 0;
  let clear = 0;
  for (const path of paths) {
    let state = 0;
    let open = false;
    for (const v of path) {
      const before = open;
      if (!open) clear++;
      switch (detector.kind) {
        case 'cusum':
          state = cusumStep(state, v, level, detector.kappa, detector.cap);
          open = (open || state > level) && state > 0;
          break;
        case 'dwell':
          state = v < -level ? state + 1 : 0;
          open = state >= detector.dwell;
          break;
        case 'level':
          open = open ? v > detector.rearm * level : v > level;
      }
      if (open && !before) alarms++;
    }
  }
  return { alarms, clear };
}

export function runLengthCounts(
  series: InControlSeries,
  detector: ScalarDetector,
  levels: Float64Array,
  o: Parameters<typeof bootstrapPaths>[1],
): RunLengthCounts {
  const paths = bootstrapPaths(series, o);
  const counts = [...levels].map((level) => countAlarms(paths, detector, level));
  return { alarms: Float64Array.from(counts, (c) => c.alarms), clear: Float64Array.from(counts, (c) => c.clear) };
}
