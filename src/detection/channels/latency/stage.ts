import { latencyState, runLatency, type LatencyOptions } from './kernel.ts';
import type { ParameterName } from '../../parameters.ts';
import { windowReferenceOf } from '../../reference.ts';
import type { SignalStage } from '../stage.ts';

/** What the dynamic window depends on. */
export const WINDOW_PARAMETERS: readonly ParameterName[] = ['lat_window', 'win_factor', 'win_min', 'adaptive'];

/** P95 latency and the adaptive window. Source: docs/methods.md 5. */
export const latencyStage: SignalStage<'latency', LatencyOptions> = {
  id: 'latency',
  title: 'latency and window',
  parameters: WINDOW_PARAMETERS,
  cost: () => 50,
  runUp: (p) => ({ kind: 'latencies', count: p.lat_window }),
  given: (_, p) => ({ size: p.lat_window, factor: p.win_factor, minimum: p.win_min, adaptive: p.adaptive }),
  open(kernels, _, options) {
    const state = latencyState(kernels, options.size);
    return {
      state,
      run: ({ columns }, from, to) => runLatency(kernels, columns.latency, options, state, columns, from, to),
    };
  },
  settle: ({ window }, range, p) => windowReferenceOf(window.view(), range, p.win_min),
};
