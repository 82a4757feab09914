import { runTransport, transportState } from './kernel.ts';
import type { ReferenceWindows } from '../../reference.ts';
import type { SignalStage } from '../stage.ts';

interface Given {
  readonly minimum: number;
  readonly referenceTo: number;
  readonly windows: ReferenceWindows;
}

/** Sliced Earth Mover's Distance to the others (tension) and to the reference (shift). Source: docs/methods.md 6. */
export const transportStage: SignalStage<'transport', Given> = {
  id: 'transport',
  title: 'tension and shift (EMD)',
  parameters: ['emd_window', 'emd_min'],
  cost: (k) => 40 + 70 * k,
  runUp: (p) => ({ kind: 'events', count: p.emd_window }),
  lookBack: (p) => p.emd_window,
  given: ({ range, windows }, p) => ({
    minimum: p.emd_min,
    referenceTo: range.to,
    windows: windows(p.emd_window),
  }),
  open(kernels, { streams, k }, { minimum, referenceTo, windows: { size, rows, counts } }) {
    const { arena } = kernels;
    const options = { size, minimum, referenceRows: arena.f32From(rows), referenceCounts: arena.i32From(counts) };
    const state = transportState(kernels, streams, k, size);
    return {
      state,
      run: ({ blocks, columns, origin }, from, to) =>
        runTransport(
          kernels,
          blocks,
          { ...options, referenceTo: Math.max(0, referenceTo - origin) },
          state,
          columns,
          from,
          to,
        ),
    };
  },
};
