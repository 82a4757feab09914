import { splitmix64 } from '../../core/random.ts';
import type { InControlSeries, RunLengthCounts, ScalarDetector } from '../runLength.ts';
import { cusumStep } from './detectors.ts';

/** Bootstrapped in-control paths, one per stream, plain TypeScript: the oracle of the kernel. */
export function bootstrapPaths(
  { values, starts }: InControlSeries,
  o: { readonly block: number; readonly resample: boolean; readonly events: number; readonly seed: number },
): number[][] {
  const random = splitmix64(o.seed);
  const below = (n: number) => Math.floor(random() * n);
  return Array.from({ length: starts.length - 1 }, (_, s) => {
    const own = values.subarray(starts[s], starts[s + 1]);
    if (own.length === 0) return [];
    const size = Math.min(o.block, Math.max(1, Math.floor(own.length / 4)));
    const drawn = o.resample ? Array.from({ length: Math.ceil(own.length / size) }, () => below(own.length)) : null;
    const length = Math.floor((o.events * own.length) / values.length);
    const path: number[] = [];
    let at = 0;
    for (let j = 0; j < length; j++) {
      if (j % size === 0) at = drawn ? drawn[below(drawn.length)] : below(own.length);
      path.push(own[at]);
      at = (at + 1) % own.length;
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
