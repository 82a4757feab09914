import type { Block } from '../../../kernels/arena.ts';
import { requireCount, requireLength } from '../../../kernels/check.ts';
import {
  onlyStreams,
  requireEvents,
  requireLengths,
  type EventBlocks,
  type StateBlock,
} from '../../../kernels/events.ts';
import type { KernelModule } from '../../../kernels/module.ts';

declare module '../../../kernels/exports.ts' {
  interface KernelExports {
    transportStateBytes(streams: number, k: number, size: number): number;
    transportReset(state: number, streams: number, k: number, size: number): void;
    transport(
      from: number,
      to: number,
      k: number,
      size: number,
      minimum: number,
      x: number,
      stream: number,
      only: number,
      isVoid: number,
      referenceTo: number,
      referenceRows: number,
      referenceCounts: number,
      state: number,
      scratch: number,
      tension: number,
      shift: number,
    ): void;
    transportScratchBytes(size: number): number;
    transportWindowBytes(k: number, size: number): number;
    slicedEmd(k: number, n: number, a: number, b: number, scratch: number): number;
  }
}

export interface TransportOptions {
  /** Events in a window. */
  readonly size: number;
  /** NaN while either window holds fewer. */
  readonly minimum: number;
  /** First event with a shift: the end of the reference period. */
  readonly referenceTo: number;
  /** Each stream's newest reference events, oldest first: S x size x k, of which `referenceCounts` rows are there. */
  readonly referenceRows: Block<Float32Array>;
  readonly referenceCounts: Block<Int32Array>;
}

export interface TransportColumns {
  readonly tension: Block<Float64Array>;
  readonly shift: Block<Float64Array>;
}

export function transportState({ arena, exports }: KernelModule, streams: number, k: number, size: number): StateBlock {
  requireCount('EMD window', size, 1);
  const state = arena.u8(exports.transportStateBytes(streams, k, size));
  exports.transportReset(state.ptr, streams, k, size);
  return state;
}

/**
 * Tension and shift of events [from, to) of the chosen streams (docs/methods.md 6). Reads coordinates of earlier
 * events: `events` must begin with those in any window.
 */
export function runTransport(
  { arena, exports }: KernelModule,
  events: EventBlocks,
  o: TransportOptions,
  state: StateBlock,
  out: TransportColumns,
  from: number,
  to: number,
): void {
  requireEvents(events, from, to);
  requireCount('EMD window', o.size, 1);
  requireCount('EMD minimum', o.minimum, 1);
  const { n, k, streams, x, stream, isVoid } = events;
  requireLengths({ tension: out.tension, shift: out.shift }, n);
  requireLength('referenceRows', o.referenceRows, streams * o.size * k);
  requireLength('referenceCounts', o.referenceCounts, streams);
  requireLength('transport state', state, exports.transportStateBytes(streams, k, o.size));
  arena.scope(() => {
    const scratch = arena.alloc(exports.transportScratchBytes(o.size));
    exports.transport(
      from,
      to,
      k,
      o.size,
      o.minimum,
      x.ptr,
      stream.ptr,
      onlyStreams(events),
      isVoid.ptr,
      o.referenceTo,
      o.referenceRows.ptr,
      o.referenceCounts.ptr,
      state.ptr,
      scratch,
      out.tension.ptr,
      out.shift.ptr,
    );
  });
}

/** Mean over the k axes of the 1-D Wasserstein-1 distance of two samples of n points each, row-major n x k. */
export function slicedEmd({ arena, exports }: KernelModule, a: Float32Array, b: Float32Array, k: number): number {
  requireCount('k', k, 1);
  requireLength('b', b, a.length);
  const n = a.length / k;
  requireCount('points', n, 1);
  const scratch = 2 * exports.transportWindowBytes(k, n) + exports.transportScratchBytes(n);
  return arena.scope(() => exports.slicedEmd(k, n, arena.f32From(a).ptr, arena.f32From(b).ptr, arena.alloc(scratch)));
}
