import { misuse, requireCount, requireLength } from './check.ts';
import type { KernelModule } from './module.ts';

declare module './exports.ts' {
  interface KernelExports {
    euclideanCosts(a: number, b: number, n: number, k: number, cost: number): void;
    assign(cost: number, n: number, rowOf: number, columnOf: number, scratch: number): void;
  }
}

export interface TransportPlan {
  /** Point of b that point i of a is moved to. */
  readonly target: Int32Array;
  /** Distance that each point of a moves. */
  readonly distance: Float64Array;
  /** Earth Mover's Distance: the mean of `distance`. */
  readonly emd: number;
}

/** Takes over a second, which cannot be interrupted; a window of the ledger has 512 events at most. */
const MAX_POINTS = 2048;

/**
 * Exact k-dimensional Earth Mover's Distance between two windows of n points each (row-major n x k), Euclidean cost,
 * with its transport plan (docs/methods.md 6): linear assignment by shortest augmenting paths (Jonker & Volgenant
 * 1987), O(n^3).
 */
export function exactEmd(kernels: KernelModule, a: ArrayLike<number>, b: ArrayLike<number>, k: number): TransportPlan {
  requireCount('k', k, 1);
  const n = a.length / k;
  requireCount('points', n, 1);
  requireLength('b', b, a.length);
  if (n > MAX_POINTS) misuse(`${n} points to assign, at most ${MAX_POINTS}`);
  for (const points of [a, b]) {
    for (let i = 0; i < points.length; i++)
      if (!Number.isFinite(points[i])) misuse(`coordinate ${i % k} of point ${Math.floor(i / k)} is ${points[i]}`);
  }
  const { arena, exports } = kernels;
  return arena.scope(() => {
    arena.reserve((2 * n * k + n * n + 2 * n) * 8 + 4 * n * 4 + 256);
    const cost = arena.f64(n * n);
    const rowOf = arena.i32(n);
    const columnOf = arena.i32(n);
    exports.euclideanCosts(arena.f64From(a).ptr, arena.f64From(b).ptr, n, k, cost.ptr);
    exports.assign(cost.ptr, n, rowOf.ptr, columnOf.ptr, arena.alloc(n * 24));
    const costs = cost.view();
    const target = columnOf.view().slice();
    const distance = Float64Array.from(target, (j, i) => costs[i * n + j]);
    return { target, distance, emd: distance.reduce((sum, d) => sum + d, 0) / n };
  });
}
