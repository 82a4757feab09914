import { misuse, requireCount, requireLength } from './check.ts';
import type { KernelModule } from './module.ts';

declare module './exports.ts' {
  interface KernelExports {
    downsample(
      x: number,
      start: number,
      y: number,
      code: number,
      n: number,
      slotOf: number,
      codeCount: number,
      lines: number,
      buckets: number,
      states: number,
      out: number,
      lengths: number,
    ): void;
  }
}

export interface DownsampleRequest {
  /** Ascending x of each event, length n; null for the event index. */
  readonly x: Float64Array | null;
  /** Value of each event, length n; NaN is a gap. */
  readonly y: Float64Array;
  /** Stream of each event, length n; negative ones are passed over. */
  readonly stream: Int32Array;
  /** Events [from, to). */
  readonly from: number;
  readonly to: number;
  /** Buckets of equal width over x of the range. */
  readonly buckets: number;
  /** Streams wanted, one line each. */
  readonly streams: readonly number[];
}

/** Of a line, in the kernel. */
const STATE_BYTES = 64;

/**
 * Min-max decimation for display, all streams in one pass. Per wanted stream: interleaved x, y in x order; the stream's
 * first and last event in the range and, of every bucket between, its events where there are two at most, else its
 * minimum and maximum, else (nothing but gaps) one gap. Gaps in a row are one point with y NaN. So at most 2 * buckets
 * + 2 points, all of them events of the ledger.
 */
export function downsample(kernels: KernelModule, request: DownsampleRequest): Float64Array[] {
  const { x, y, stream, from, to, buckets, streams } = request;
  requireLength('stream', stream, y.length);
  if (x) requireLength('x', x, y.length);
  requireCount('from', from);
  requireCount('to', to, from);
  requireCount('buckets', buckets, 1);
  if (to > y.length) misuse(`events up to ${to} of ${y.length}`);
  const codes = streams.reduce((most, code) => Math.max(most, code + 1), 0);
  const slots = new Int32Array(codes).fill(-1);
  streams.forEach((code, slot) => {
    requireCount('stream', code);
    if (slots[code] >= 0) misuse(`stream ${code} is asked for twice`);
    slots[code] = slot;
  });
  const n = to - from;
  const capacity = 2 * buckets + 2;
  const { arena, exports } = kernels;
  return arena.scope(() => {
    // Signals are in the kernels' memory already. Found before anything is allocated: views are lost when the memory
    // grows.
    const [values, streamOf] = [y.subarray(from, to), stream.subarray(from, to)];
    const found = { values: arena.find(values), streamOf: arena.find(streamOf) };
    const copied = (x ? 8 : 0) + (found.values === null ? 8 : 0) + (found.streamOf === null ? 4 : 0);
    arena.reserve(n * copied + codes * 4 + streams.length * (STATE_BYTES + capacity * 16 + 4) + 256);
    const xs = x ? arena.f64From(x.subarray(from, to)).ptr : 0;
    const ys = found.values ?? arena.f64From(values).ptr;
    const code = found.streamOf ?? arena.i32From(streamOf).ptr;
    const slotOf = arena.i32From(slots);
    const states = arena.u8(streams.length * STATE_BYTES);
    const out = arena.f64(streams.length * capacity * 2);
    const lengths = arena.i32(streams.length);
    states.view().fill(0);
    exports.downsample(
      xs,
      from,
      ys,
      code,
      n,
      slotOf.ptr,
      codes,
      streams.length,
      buckets,
      states.ptr,
      out.ptr,
      lengths.ptr,
    );
    const points = out.view();
    const count = lengths.view();
    return streams.map((_, slot) => points.slice(slot * capacity * 2, (slot * capacity + count[slot]) * 2));
  });
}
