import type { Block } from '../../../kernels/arena.ts';
import { misuse, requireCount, requireLength } from '../../../kernels/check.ts';
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
    trackerStateBytes(k: number): number;
    trackerScratchBytes(k: number): number;
    trackerReset(state: number, streams: number, k: number): void;
    tracker(
      from: number,
      to: number,
      k: number,
      x: number,
      stream: number,
      only: number,
      isVoid: number,
      instantiation: number,
      window: number,
      referenceFrom: number,
      referenceTo: number,
      windowReference: number,
      lambdaFast: number,
      lambdaSlow: number,
      shrinkage: number,
      anchor: number,
      state: number,
      scratch: number,
      residual: number,
      friction: number,
      trace: number,
      kl: number,
      boxCox: number,
      entropy: number,
    ): void;
    gaussianKl(k: number, a: number, b: number, scratch: number): number;
    renyi2(k: number, s: number): number;
  }
}

export interface TrackerOptions {
  readonly lambdaFast: number;
  readonly lambdaSlow: number;
  readonly shrinkage: number;
  /** W_ref in ms; both memories stretch by min(1, W_ref / W) outside the reference period. Infinity = never. */
  readonly windowReference: number;
  readonly referenceFrom: number;
  readonly referenceTo: number;
  /**
   * Reference means, S x k, where KL is taken against the frozen reference; null = against the stream's own slow
   * covariance.
   */
  readonly anchor: Block<Float64Array> | null;
}

export interface TrackerInputs {
  /** Code, -1 = not stated. */
  readonly instantiation: Block<Int32Array>;
  /** Dynamic window W, ms. */
  readonly window: Block<Float64Array>;
}

export interface TrackerColumns {
  /** x - mean before the event, n x k; 0 for a stream's first event, untouched for void events. */
  readonly residual: Block<Float32Array>;
  readonly friction: Block<Float64Array>;
  readonly trace: Block<Float64Array>;
  readonly kl: Block<Float64Array>;
  /** (KL^-0.5 - 1) / -0.5, -infinity at KL 0. */
  readonly boxCox: Block<Float64Array>;
  readonly entropy: Block<Float64Array>;
}

export function trackerState({ arena, exports }: KernelModule, streams: number, k: number): StateBlock {
  const state = arena.u8(streams * exports.trackerStateBytes(k));
  exports.trackerReset(state.ptr, streams, k);
  return state;
}

/** Residuals and tracker signals of events [from, to) of the chosen streams (docs/methods.md 4). */
export function runTracker(
  { arena, exports }: KernelModule,
  events: EventBlocks,
  inputs: TrackerInputs,
  o: TrackerOptions,
  state: StateBlock,
  out: TrackerColumns,
  from: number,
  to: number,
): void {
  requireEvents(events, from, to);
  const { n, k, streams, x, stream, isVoid } = events;
  const { residual, friction, trace, kl, boxCox, entropy } = out;
  requireLengths(
    { instantiation: inputs.instantiation, window: inputs.window, friction, trace, kl, boxCox, entropy },
    n,
  );
  requireLength('residual', residual, n * k);
  requireLength('tracker state', state, streams * exports.trackerStateBytes(k));
  if (o.anchor) requireLength('anchor', o.anchor, streams * k);
  if (!(o.windowReference > 0)) misuse(`windowReference is ${o.windowReference}`);
  arena.scope(() => {
    const scratch = arena.u8(exports.trackerScratchBytes(k));
    exports.tracker(
      from,
      to,
      k,
      x.ptr,
      stream.ptr,
      onlyStreams(events),
      isVoid.ptr,
      inputs.instantiation.ptr,
      inputs.window.ptr,
      o.referenceFrom,
      o.referenceTo,
      o.windowReference,
      o.lambdaFast,
      o.lambdaSlow,
      o.shrinkage,
      o.anchor?.ptr ?? 0,
      state.ptr,
      scratch.ptr,
      residual.ptr,
      friction.ptr,
      trace.ptr,
      kl.ptr,
      boxCox.ptr,
      entropy.ptr,
    );
  });
}

/** KL(N(0,A) || N(0,B)) in nats; A and B row-major k x k, symmetric positive definite. */
export function gaussianKl({ arena, exports }: KernelModule, a: Float64Array, b: Float64Array, k: number): number {
  requireCount('k', k, 1);
  requireLengths({ a, b }, k * k);
  return arena.scope(() =>
    exports.gaussianKl(k, arena.f64From(a).ptr, arena.f64From(b).ptr, arena.u8(exports.trackerScratchBytes(k)).ptr),
  );
}

/** Rényi entropy of order 2 of a covariance, row-major k x k, bits. */
export function renyi2({ arena, exports }: KernelModule, s: Float64Array, k: number): number {
  requireCount('k', k, 1);
  requireLength('s', s, k * k);
  return arena.scope(() => exports.renyi2(k, arena.f64From(s).ptr));
}
