import type { Block } from '../../../kernels/arena.ts';
import { requireCount, requireLength } from '../../../kernels/check.ts';
import { requireLengths, requireRange, type StateBlock } from '../../../kernels/events.ts';
import type { KernelModule } from '../../../kernels/module.ts';

declare module '../../../kernels/exports.ts' {
  interface KernelExports {
    latencyStateBytes(size: number): number;
    latency(
      from: number,
      to: number,
      latency: number,
      size: number,
      factor: number,
      minimum: number,
      adaptive: number,
      state: number,
      p95: number,
      window: number,
    ): void;
  }
}

export interface LatencyOptions {
  /** Recent latencies that the percentile is taken over. */
  readonly size: number;
  /** Window as a multiple of P95. */
  readonly factor: number;
  /** Smallest window, ms. */
  readonly minimum: number;
  /** False fixes the window at its minimum. */
  readonly adaptive: boolean;
}

export interface LatencyColumns {
  /** Nearest-rank P95, ms; NaN before the first latency. */
  readonly p95: Block<Float64Array>;
  /** Dynamic window W, ms. */
  readonly window: Block<Float64Array>;
}

export function latencyState({ arena, exports }: KernelModule, size: number): StateBlock {
  requireCount('latency window', size, 1);
  const state = arena.u8(exports.latencyStateBytes(size));
  state.view().fill(0);
  return state;
}

/** P95 and the dynamic window of events [from, to) (docs/methods.md 5). `latency` has NaN if there is none. */
export function runLatency(
  { exports }: KernelModule,
  latency: Block<Float64Array>,
  o: LatencyOptions,
  state: StateBlock,
  out: LatencyColumns,
  from: number,
  to: number,
): void {
  requireCount('latency window', o.size, 1);
  requireRange(from, to, latency.length);
  requireLengths({ p95: out.p95, window: out.window }, latency.length);
  requireLength('latency state', state, exports.latencyStateBytes(o.size));
  exports.latency(
    from,
    to,
    latency.ptr,
    o.size,
    o.factor,
    o.minimum,
    o.adaptive ? 1 : 0,
    state.ptr,
    out.p95.ptr,
    out.window.ptr,
  );
}
