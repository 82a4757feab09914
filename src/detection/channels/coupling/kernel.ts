import type { Block } from '../../../kernels/arena.ts';
import { requireCount, requireLength } from '../../../kernels/check.ts';
import { requireEvents, requireLengths, type EventBlocks, type StateBlock } from '../../../kernels/events.ts';
import type { KernelModule } from '../../../kernels/module.ts';

declare module '../../../kernels/exports.ts' {
  interface KernelExports {
    couplingStateBytes(streams: number, k: number): number;
    couplingReset(state: number, streams: number, k: number): void;
    coupling(
      from: number,
      to: number,
      k: number,
      streams: number,
      residual: number,
      stream: number,
      isVoid: number,
      time: number,
      window: number,
      previous: number,
      lambda: number,
      turns: number,
      state: number,
      rho: number,
    ): void;
    couplingMatrix(streams: number, state: number, matrix: number): void;
  }
}

export interface CouplingOptions {
  readonly lambda: number;
  readonly sync: 'time' | 'turn';
  /** Events of a thread that count as a match in turn matching. */
  readonly turnWindow: number;
}

export interface CouplingInputs {
  /** Tracker residuals, n x k. */
  readonly residual: Block<Float32Array>;
  /** Event times, ms. */
  readonly time: Block<Float64Array>;
  /** Dynamic window W, ms. */
  readonly window: Block<Float64Array>;
  /** Newest earlier event of the same thread that has an embedding, -1 = none. */
  readonly previous: Block<Int32Array>;
}

export function couplingState({ arena, exports }: KernelModule, streams: number, k: number): StateBlock {
  const state = arena.u8(exports.couplingStateBytes(streams, k));
  exports.couplingReset(state.ptr, streams, k);
  return state;
}

/** rho of the stream of each of the events [from, to) (docs/methods.md 6). */
export function runCoupling(
  { exports }: KernelModule,
  events: EventBlocks,
  inputs: CouplingInputs,
  o: CouplingOptions,
  state: StateBlock,
  rho: Block<Float64Array>,
  from: number,
  to: number,
): void {
  requireEvents(events, from, to);
  requireCount('turnWindow', o.turnWindow, 1);
  const { n, k, streams, stream, isVoid } = events;
  const { residual, time, window, previous } = inputs;
  requireLength('residual', residual, n * k);
  requireLengths({ time, window, previous, rho }, n);
  requireLength('coupling state', state, exports.couplingStateBytes(streams, k));
  exports.coupling(
    from,
    to,
    k,
    streams,
    residual.ptr,
    stream.ptr,
    isVoid.ptr,
    time.ptr,
    window.ptr,
    previous.ptr,
    o.lambda,
    o.sync === 'turn' ? o.turnWindow : 0,
    state.ptr,
    rho.ptr,
  );
}

/** A_pq / sqrt(energy_p energy_q), row-major S x S, NaN on the diagonal. */
export function readCouplingMatrix({ arena, exports }: KernelModule, streams: number, state: StateBlock): Float64Array {
  return arena.scope(() => {
    const matrix = arena.f64(streams * streams);
    exports.couplingMatrix(streams, state.ptr, matrix.ptr);
    return matrix.view().slice();
  });
}

/**
 * Coupling's `previous` column: the newest earlier event of the same thread that has an embedding, -1 = none. Thread -1
 * is a thread as well.
 */
export function previousInThread(thread: Int32Array, isVoid: Uint8Array, threadCount: number, out: Int32Array): void {
  const newest = new Int32Array(threadCount + 1).fill(-1);
  for (let i = 0; i < out.length; i++) {
    const t = thread[i] + 1;
    out[i] = newest[t];
    if (isVoid[i] === 0) newest[t] = i;
  }
}
