import { requireCount, requireLength } from './check.ts';
import type { KernelModule } from './module.ts';

declare module './exports.ts' {
  interface KernelExports {
    projectRows(vectors: number, count: number, d: number, axes: number, offsets: number, k: number, out: number): void;
    projectOffsets(axes: number, mean: number, d: number, k: number, offsets: number): void;
  }
}

/** What a projection needs: `mean` D, `axes` row-major k x D. */
export interface Axes {
  readonly dimension: number;
  readonly k: number;
  readonly mean: Float64Array;
  readonly axes: Float64Array;
}

/** Rows copied in at a time: 2 MiB of vectors stay in the second-level cache. */
const CHUNK_BYTES = 2 * 1024 * 1024;

/**
 * x = axes (e - mean) of vectors (row-major count x D) as float32, count x k, summed in double precision.
 * A vector gives the same bits whatever its place and its batch.
 */
export function projectRows(
  kernels: KernelModule,
  projection: Axes,
  vectors: Float32Array,
  count: number,
): Float32Array {
  const { dimension: d, k, mean, axes } = projection;
  requireCount('dimension', d, 1);
  requireCount('k', k, 1);
  requireCount('count', count);
  requireLength('mean', mean, d);
  requireLength('axes', axes, k * d);
  requireLength('vectors', vectors, count * d);
  const { arena, exports } = kernels;
  const out = new Float32Array(count * k);
  return arena.scope(() => {
    const chunk = Math.min(count, Math.max(2, Math.floor(CHUNK_BYTES / (d * 4)) & ~1));
    arena.reserve((k * d + d + k) * 8 + chunk * (d + k) * 4 + 256);
    const a = arena.f64From(axes);
    const offsets = arena.f64(k);
    exports.projectOffsets(a.ptr, arena.f64From(mean).ptr, d, k, offsets.ptr);
    const e = arena.f32(chunk * d);
    const x = arena.f32(chunk * k);
    for (let from = 0; from < count; from += chunk) {
      const rows = Math.min(chunk, count - from);
      e.view().set(vectors.subarray(from * d, (from + rows) * d));
      exports.projectRows(e.ptr, rows, d, a.ptr, offsets.ptr, k, x.ptr);
      out.set(x.view().subarray(0, rows * k), from * k);
    }
    return out;
  });
}
