import { nearestRankOfSorted } from '../../../core/statistics.ts';
import type { StageReferenceImplementation } from '../referenceImplementation.ts';

/** P95 latency and the adaptive window, plain TypeScript (docs/methods.md 5). */

export interface LatencyState {
  /** The newest latencies, oldest first. */
  readonly recent: number[];
}

export const createLatencyState = (): LatencyState => ({ recent: [] });

/** Takes in an event's latency (NaN = none) and returns p95 over the last `size` present ones; NaN before the first. */
export function latencyStep(state: LatencyState, latency: number, size: number): number {
  if (!Number.isNaN(latency)) {
    state.recent.push(latency);
    if (state.recent.length > size) state.recent.shift();
  }
  return nearestRankOfSorted(
    [...state.recent].sort((a, b) => a - b),
    0.95,
  );
}

/** W = max(minimum, factor * p95); the minimum where there is no p95. */
export const dynamicWindow = (p95: number, factor: number, minimum: number): number =>
  Number.isNaN(p95) ? minimum : Math.max(minimum, factor * p95);

export const latencyReference: StageReferenceImplementation = {
  eventsPerSecond: 20_000,
  run({ events, n, parameters: p }, _, out) {
    const state = createLatencyState();
    for (let i = 0; i < n; i++) {
      out.p95[i] = latencyStep(state, events.latency[i], p.lat_window);
      out.window[i] = p.adaptive ? dynamicWindow(out.p95[i], p.win_factor, p.win_min) : p.win_min;
    }
  },
};
