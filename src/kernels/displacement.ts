import type { Block } from './arena.ts';
import { requireLength } from './check.ts';
import { onlyStreams, requireEvents, type EventBlocks, type StateBlock } from './events.ts';
import type { KernelModule } from './module.ts';

declare module './exports.ts' {
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

export interface DisplacementOptions {
  /** MEWMA gain. */
  readonly lambda: number;
  /** First event that is taken in: the end of the reference period. */
  readonly referenceTo: number;
  /** Reference mean of each stream, S x k. */
  readonly means: Block<Float64Array>;
}

export function displacementState({ arena }: KernelModule, streams: number, k: number): StateBlock {
  const state = arena.u8(streams * k * 8);
  state.view().fill(0);
  return state;
}

/** MEWMA T2 of events [from, to) of the chosen streams into `mewma` (docs/methods.md 6). */
export function runDisplacement(
  { exports }: KernelModule,
  events: EventBlocks,
  o: DisplacementOptions,
  state: StateBlock,
  mewma: Block<Float64Array>,
  from: number,
  to: number,
): void {
  requireEvents(events, from, to);
  const { k, streams, x, stream, isVoid } = events;
  requireLength('means', o.means, streams * k);
  requireLength('displacement state', state, streams * k * 8);
  requireLength('mewma', mewma, events.n);
  exports.displacement(
    from,
    to,
    k,
    x.ptr,
    stream.ptr,
    onlyStreams(events),
    isVoid.ptr,
    o.referenceTo,
    o.means.ptr,
    o.lambda,
    state.ptr,
    mewma.ptr,
  );
}
