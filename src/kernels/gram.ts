import { misuse, requireLength } from './check.ts';
import type { Block } from './arena.ts';
import { topEigenpairs, type Eigenpairs } from './eigen.ts';
import type { KernelModule } from './module.ts';
import type { Scheduler } from '../core/scheduler.ts';

/** Rows of one block of the Gram matrix: a block takes a few ms. */
const ROWS = 64;
/** Eigenvalues under this share of the largest are rounding (docs/methods.md 3). */
export const RANK_TOLERANCE = 1e-10;

/**
 * The largest eigenpairs of X^T X / degrees by the smaller problem X X^T, for fewer rows than columns: v = X^T u / |X^T
 * u|. Fewer than `k` where the numerical rank is lower.
 * @param rows X, row-major n x d, in an instance that nobody else uses meanwhile
 */
export async function gramEigenpairs(
  kernels: KernelModule,
  rows: Block<Float64Array>,
  n: number,
  d: number,
  degrees: number,
  k: number,
  scheduler: Scheduler,
): Promise<Eigenpairs> {
  requireLength('rows', rows, n * d);
  if (k > n) misuse(`${k} eigenpairs of ${n} rows`);
  const { arena, exports } = kernels;
  const mark = arena.mark();
  try {
    const gram = arena.f64(n * n);
    for (let i = 0; i < n; i += ROWS) {
      for (let j = i; j < n; j += ROWS) {
        exports.multiplyRows(
          rows.ptr + j * d * 8,
          Math.min(ROWS, n - j),
          rows.ptr + i * d * 8,
          Math.min(ROWS, n - i),
          d,
          gram.ptr + (i * n + j) * 8,
          n,
        );
        if (scheduler.due) await scheduler.yieldIfDue(i / n / 2);
      }
    }
    exports.mirrorUpper(gram.ptr, n);
    const found = await topEigenpairs(kernels, gram, n, k, scheduler);
    const rank = found.values.findIndex((value) => !(value > RANK_TOLERANCE * found.values[0]));
    const kept = rank < 0 ? k : rank;
    const vectors = arena.f64(kept * d);
    exports.combineRows(arena.f64From(found.vectors.subarray(0, kept * n)).ptr, kept, n, rows.ptr, d, vectors.ptr);
    exports.orthonormalise(vectors.ptr, kept, d, 0);
    return {
      ...found,
      values: found.values.slice(0, kept).map((value) => value / degrees),
      vectors: vectors.view().slice(),
    };
  } finally {
    arena.release(mark);
  }
}
