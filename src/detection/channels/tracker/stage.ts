import { runTracker, trackerState } from './kernel.ts';
import type { IndexRange } from '../../../core/columns.ts';
import { WINDOW_PARAMETERS } from '../latency/stage.ts';
import type { SignalStage } from '../stage.ts';

interface Given {
  readonly lambdaFast: number;
  readonly lambdaSlow: number;
  readonly shrinkage: number;
  readonly windowReference: number;
  readonly range: IndexRange;
  readonly anchor: Float64Array | null;
}

/** The dual-timescale covariance tracker: divergence, friction and entropy. Source: docs/methods.md 4. */
export const trackerStage: SignalStage<'tracker', Given> = {
  id: 'tracker',
  title: 'tracker',
  parameters: [...WINDOW_PARAMETERS, 'lambda_fast', 'lambda_slow', 'shrinkage', 'anchor'],
  cost: (k) => 60 + 7 * k + k ** 3 / 18,
  runUp: (p) => ({ kind: 'forgets', rate: p.lambda_slow, stretched: true, covariance: true }),
  given: ({ range, means, windowReference }, p) => ({
    lambdaFast: p.lambda_fast,
    lambdaSlow: p.lambda_slow,
    shrinkage: p.shrinkage,
    windowReference: p.adaptive ? windowReference : Infinity,
    range,
    anchor: p.anchor === 'reference' ? means : null,
  }),
  open(kernels, { streams, k }, { range, anchor, ...rates }) {
    const options = { ...rates, anchor: anchor && kernels.arena.f64From(anchor) };
    const state = trackerState(kernels, streams, k);
    return {
      state,
      run: ({ blocks, columns, origin }, from, to) =>
        runTracker(
          kernels,
          blocks,
          columns,
          { ...options, referenceFrom: range.from - origin, referenceTo: range.to - origin },
          state,
          columns,
          from,
          to,
        ),
    };
  },
};
