import { couplingState, runCoupling, type CouplingOptions } from './kernel.ts';
import { resolveSync } from '../../reference.ts';
import { WINDOW_PARAMETERS } from '../latency/stage.ts';
import type { SignalStage } from '../stage.ts';

/** Coupling between streams. Source: docs/methods.md 6. */
export const couplingStage: SignalStage<'coupling', CouplingOptions> = {
  id: 'coupling',
  title: 'coupling',
  // Of the tracker it reads residuals alone, in which the fast memory, the shrinkage and the anchor have no part.
  parameters: [...WINDOW_PARAMETERS, 'lambda_slow', 'sync', 'turn_window'],
  cost: (k) => 25 + 2 * k,
  runUp: (p) => ({ kind: 'forgets', rate: p.lambda_slow, stretched: false, covariance: true }),
  checkpoints: true,
  given: ({ hasLatency }, p) => ({
    lambda: p.lambda_slow,
    sync: resolveSync(p, hasLatency),
    turnWindow: p.turn_window,
  }),
  open(kernels, { streams, k }, options) {
    const state = couplingState(kernels, streams, k);
    return {
      state,
      run: ({ blocks, columns }, from, to) =>
        runCoupling(kernels, blocks, columns, options, state, columns.rho, from, to),
    };
  },
};
