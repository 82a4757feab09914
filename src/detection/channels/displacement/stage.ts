import { requireLength } from '../../../kernels/check.ts';
import { onlyStreams, requireEvents } from '../../../kernels/events.ts';
import type { SignalStage } from '../stage.ts';

declare module '../../../kernels/exports.ts' {
  interface KernelExports {
    displacement(
      from: number,
      to: number,
      k: number,
      x: number,
      stream: number,
      only: number,
      isVoid: number,
      referenceTo: number,
      means: number,
      lambda: number,
      state: number,
      mewma: number,
    ): void;
  }
}

interface Given {
  /** MEWMA gain. */
  readonly lambda: number;
  /** First event that is taken in: the end of the reference period. */
  readonly referenceTo: number;
  /** Reference mean of each stream, S x k. */
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
  open({ arena, exports }, { streams, k }, { lambda, referenceTo, means }) {
    requireLength('means', means, streams * k);
    const held = arena.f64From(means);
    const state = arena.u8(streams * k * 8);
    state.view().fill(0);
    return {
      state,
      run({ blocks, columns: { mewma }, origin }, from, to) {
        requireEvents(blocks, from, to);
        requireLength('displacement state', state, blocks.streams * blocks.k * 8);
        requireLength('mewma', mewma, blocks.n);
        exports.displacement(
          from,
          to,
          k,
          blocks.x.ptr,
          blocks.stream.ptr,
          onlyStreams(blocks),
          blocks.isVoid.ptr,
          Math.max(0, referenceTo - origin),
          held.ptr,
          lambda,
          state.ptr,
          mewma.ptr,
        );
      },
    };
  },
};
