import { createLatencyState, dynamicWindow, latencyStep } from '../../../kernels/reference/latency.ts';
import type { StageReferenceImplementation } from '../referenceImplementation.ts';

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
