import { displacementState, runDisplacement } from '../../../kernels/displacement.ts';
import type { SignalStage } from '../stage.ts';

interface Given {
  readonly lambda: number;
  readonly referenceTo: number;
  readonly means: Float64Array;
}

/** MEWMA of the coordinates about the reference mean. Source: docs/methods.md 6. */
export const displacementStage: SignalStage<'displacement', Given> = {
  id: 'displacement',
  title: 'displacement',
  parameters: ['mewma_lambda'],
  cost: (k) => 2 + k,
  runUp: (p) => ({ kind: 'forgets', rate: p.mewma_lambda, stretched: false, covariance: false }),
  given: ({ range, means }, p) => ({ lambda: p.mewma_lambda, referenceTo: range.to, means }),
  open(kernels, { streams, k }, { lambda, referenceTo, means }) {
    const held = kernels.arena.f64From(means);
    const state = displacementState(kernels, streams, k);
    return {
      state,
      run: ({ blocks, columns, origin }, from, to) =>
        runDisplacement(
          kernels,
          blocks,
          { lambda, referenceTo: Math.max(0, referenceTo - origin), means: held },
          state,
          columns.mewma,
          from,
          to,
        ),
    };
  },
};
