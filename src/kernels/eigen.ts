import { boxMuller, openMulberry32 } from '../core/random.ts';
import { misuse, requireCount, requireLength } from './check.ts';
import type { Block } from './arena.ts';
import type { KernelModule } from './module.ts';
import type { Scheduler } from '../core/scheduler.ts';

declare module './exports.ts' {
  interface KernelExports {
    eigenReduce(w: number, n: number, d: number, e: number, from: number, to: number): void;
    eigenAccumulate(w: number, n: number, d: number, from: number, to: number): void;
    eigenPrepare(w: number, n: number, d: number, e: number): void;
    eigenIterate(w: number, n: number, d: number, e: number, state: number, from: number, to: number): number;
    multiplyRows(a: number, m: number, b: number, p: number, d: number, y: number, ldy: number): void;
    combineRows(u: number, p: number, m: number, x: number, d: number, out: number): void;
    chebyshevStep(
      y: number,
      q: number,
      previous: number,
      length: number,
      alpha: number,
      shift: number,
      gamma: number,
    ): void;
    orthonormalise(q: number, p: number, d: number, from: number): number;
  }
}

/** Largest eigenpairs of a symmetric matrix. */
export interface Eigenpairs {
  /** Descending. */
  readonly values: Float64Array;
  /** Row-major, row i the unit eigenvector of values[i]. */
  readonly vectors: Float64Array;
  readonly method: 'subspace' | 'full';
  /** Products with the matrix that the subspace iteration took, in blocks. */
  readonly products: number;
  /** Largest |A v - lambda v| of the pairs, as a share of the largest eigenvalue. */
  readonly residual: number;
}

/** Required of every pair: |A v - lambda v| under this share of the largest eigenvalue. */
const TOLERANCE = 1e-10;
/**
 * Wanted beyond it: the error of an eigenvector is residual / gap, so residuals are driven under this share of the gap
 * to the next eigenvalue ...
 */
const GAP_TOLERANCE = 1e-10;
/** ... but rounding ends progress near this share of the largest eigenvalue. */
const FLOOR = 2e-14;
/** Cycles before the full decomposition takes over. Slowly decaying spectra of embeddings take 4 to 10. */
const MAX_CYCLES = 40;
/**
 * Largest amplification of the leading direction in one filter: more would drown the last wanted one in its rounding
 * errors.
 */
const MAX_AMPLIFICATION = 1e7;
const MAX_DEGREE = 16;

/**
 * The `k` largest eigenpairs of a positive semi-definite matrix: randomised subspace iteration (Halko, Martinsson &
 * Tropp 2011) with oversampling and Rayleigh-Ritz, accelerated by a Chebyshev filter (Rutishauser 1970; Zhou & Saad
 * 2007), stopped by residuals; the full decomposition where that is as fast or the iteration does not converge.
 * @param matrix dense n x n in an instance that nobody else uses meanwhile (see `KernelModule.fork`); the full
 * decomposition overwrites it
 */
export async function topEigenpairs(
  kernels: KernelModule,
  matrix: Block<Float64Array>,
  n: number,
  k: number,
  scheduler: Scheduler,
): Promise<Eigenpairs> {
  requireCount('n', n, 1);
  requireCount('k', k, 1);
  requireLength('matrix', matrix, n * n);
  if (k > n) misuse(`${k} eigenpairs of a matrix of order ${n}`);
  const block = Math.min(n, k + Math.max(10, k >> 1));
  if (n > 3 * block && n > 64) {
    const found = await subspaceIteration(kernels, matrix, n, k, block, scheduler);
    if (found) return found;
  }
  return fullEigenpairs(kernels, matrix, n, k, scheduler);
}

/**
 * The `k` largest eigenpairs from a full symmetric eigendecomposition (Householder, implicit QL); overwrites the
 * matrix.
 */
export async function fullEigenpairs(
  kernels: KernelModule,
  matrix: Block<Float64Array>,
  n: number,
  k: number,
  scheduler: Scheduler,
): Promise<Eigenpairs> {
  requireLength('matrix', matrix, n * n);
  if (k > n) misuse(`${k} eigenpairs of a matrix of order ${n}`);
  const { arena } = kernels;
  const mark = arena.mark();
  try {
    const d = arena.f64(n);
    await diagonalise(kernels, matrix.ptr, n, d, scheduler);
    const found = d.view();
    const order = Array.from(found.keys())
      .sort((a, b) => found[b] - found[a])
      .slice(0, k);
    const rows = matrix.view();
    const values = Float64Array.from(order, (i) => found[i]);
    const vectors = new Float64Array(k * n);
    order.forEach((from, to) => vectors.set(rows.subarray(from * n, (from + 1) * n), to * n));
    return { values, vectors, method: 'full', products: 0, residual: n * Number.EPSILON };
  } finally {
    arena.release(mark);
  }
}

/** Leaves eigenvalues in d, unordered, and eigenvector i in row i of w. */
async function diagonalise(
  kernels: KernelModule,
  w: number,
  n: number,
  d: Block<Float64Array>,
  scheduler: Scheduler,
): Promise<void> {
  const { arena, exports } = kernels;
  const e = arena.f64(n);
  const state = arena.f64(2);
  e.view().fill(0);
  state.view().fill(0);
  // Progress: shares of the three phases in the time of a large matrix, measured.
  for (let i = n - 1; i >= 1; i--) {
    exports.eigenReduce(w, n, d.ptr, e.ptr, i, i);
    if (scheduler.due) await scheduler.yieldIfDue(0.25 * (1 - (i / n) ** 3));
  }
  for (let i = 0; i < n - 1; i++) {
    exports.eigenAccumulate(w, n, d.ptr, i, i + 1);
    if (scheduler.due) await scheduler.yieldIfDue(0.25 + 0.15 * (i / n) ** 3);
  }
  exports.eigenPrepare(w, n, d.ptr, e.ptr);
  for (let l = 0; l < n; l++) {
    if (exports.eigenIterate(w, n, d.ptr, e.ptr, state.ptr, l, l + 1) !== 0)
      misuse('eigenvalues of a matrix that is not finite');
    if (scheduler.due) await scheduler.yieldIfDue(0.4 + 0.6 * (1 - (1 - l / n) ** 2));
  }
  if (!d.view().every(Number.isFinite)) misuse('eigenvalues of a matrix that is not finite');
}

async function subspaceIteration(
  kernels: KernelModule,
  matrix: Block<Float64Array>,
  n: number,
  k: number,
  p: number,
  scheduler: Scheduler,
): Promise<Eigenpairs | null> {
  const { arena, exports } = kernels;
  const mark = arena.mark();
  try {
    arena.reserve((4 * p * n + 3 * p * p + 8 * p) * 8 + 4096);
    // Four p x n buffers: basis, its product with the matrix, and two for the rotation and the recurrence.
    let q = arena.f64(p * n);
    let cq = arena.f64(p * n);
    let spare = arena.f64(p * n);
    let other = arena.f64(p * n);
    const h = arena.f64(p * p);
    const u = arena.f64(p * p);
    const theta = arena.f64(p);
    const random = gaussians(20110217);
    const fill = (block: Block<Float64Array>, row: number): void => {
      const view = block.view();
      for (let i = row * n; i < (row + 1) * n; i++) view[i] = random();
    };
    const orthonormalise = (block: Block<Float64Array>): void => {
      let row = exports.orthonormalise(block.ptr, p, n, 0);
      while (row < p) {
        fill(block, row);
        row = exports.orthonormalise(block.ptr, p, n, row);
      }
    };
    for (let row = 0; row < p; row++) fill(q, row);
    orthonormalise(q);
    let products = 0;
    let previousWorst = Infinity;
    for (let cycle = 0; cycle < MAX_CYCLES; cycle++) {
      // Rayleigh-Ritz on the basis q.
      await multiply(kernels, matrix.ptr, n, q.ptr, p, cq.ptr, scheduler, convergence(previousWorst));
      products++;
      exports.multiplyRows(cq.ptr, p, q.ptr, p, n, h.ptr, p);
      symmetrise(h.view(), p);
      if (!Number.isFinite(h.view()[0])) misuse('eigenvalues of a matrix that is not finite');
      const small = arena.mark();
      await diagonalise(kernels, h.ptr, p, theta, scheduler);
      arena.release(small);
      const ritz = sortedRotation(theta.view(), h.view(), u.view(), p);
      exports.combineRows(u.ptr, p, p, q.ptr, n, spare.ptr);
      exports.combineRows(u.ptr, p, p, cq.ptr, n, other.ptr);
      [q, spare] = [spare, q];
      [cq, other] = [other, cq];

      const largest = ritz[0];
      if (!(largest > 0))
        return {
          values: ritz.slice(0, k),
          vectors: q.view().slice(0, k * n),
          method: 'subspace',
          products,
          residual: 0,
        };
      const { worst, settled } = residuals(q.view(), cq.view(), ritz, n, k);
      if (worst <= TOLERANCE && (settled || worst > previousWorst / 2)) {
        return {
          values: ritz.slice(0, k),
          vectors: q.view().slice(0, k * n),
          method: 'subspace',
          products,
          residual: worst,
        };
      }
      previousWorst = worst;

      // Chebyshev polynomial of the matrix, small on [0, edge] and 1 at the largest eigenvalue; cq already holds the
      // first product.
      const edge = Math.max(ritz[p - 1], largest * 1e-12);
      const centre = edge / 2;
      const reach = (largest - centre) / centre;
      const degree = Math.min(MAX_DEGREE, Math.max(1, Math.floor(Math.acosh(MAX_AMPLIFICATION) / Math.acosh(reach))));
      const first = 1 / reach;
      let sigma = first;
      exports.chebyshevStep(cq.ptr, q.ptr, q.ptr, p * n, sigma / centre, centre, 0);
      let older = q;
      let newer = cq;
      for (let step = 2; step <= degree; step++) {
        const next = 1 / (2 / first - sigma);
        await multiply(kernels, matrix.ptr, n, newer.ptr, p, spare.ptr, scheduler, convergence(previousWorst));
        products++;
        exports.chebyshevStep(spare.ptr, newer.ptr, older.ptr, p * n, (2 * next) / centre, centre, -sigma * next);
        [older, newer, spare] = [newer, spare, older];
        sigma = next;
      }
      [q, cq] = [newer, older];
      orthonormalise(q);
    }
    return null;
  } finally {
    arena.release(mark);
  }
}

/** y = matrix q in stretches of rows, so that orders of thousands stay cancellable. */
async function multiply(
  kernels: KernelModule,
  matrix: number,
  n: number,
  q: number,
  p: number,
  y: number,
  scheduler: Scheduler,
  fraction: number,
): Promise<void> {
  const rows = Math.max(4, Math.min(n, (Math.ceil(2e7 / (n * p)) + 3) & ~3));
  for (let i = 0; i < n; i += rows) {
    kernels.exports.multiplyRows(matrix + i * n * 8, Math.min(rows, n - i), q, p, n, y + i * 8, n);
    if (scheduler.due) await scheduler.yieldIfDue(fraction);
  }
}

/** Share of the way from a residual of 1 to the tolerance, on a logarithmic scale. */
function convergence(worst: number): number {
  return worst === Infinity ? 0 : Math.min(1, Math.max(0, Math.log10(worst) / Math.log10(TOLERANCE)));
}

function symmetrise(h: Float64Array, p: number): void {
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < i; j++) h[i * p + j] = h[j * p + i] = (h[i * p + j] + h[j * p + i]) / 2;
  }
}

/** Writes the rows of `vectors` to `u` by descending eigenvalue. */
function sortedRotation(theta: Float64Array, vectors: Float64Array, u: Float64Array, p: number): Float64Array {
  const order = Array.from(theta.keys()).sort((a, b) => theta[b] - theta[a]);
  order.forEach((from, to) => u.set(vectors.subarray(from * p, (from + 1) * p), to * p));
  return Float64Array.from(order, (i) => theta[i]);
}

function residuals(
  q: Float64Array,
  cq: Float64Array,
  ritz: Float64Array,
  n: number,
  k: number,
): { worst: number; settled: boolean } {
  let worst = 0;
  let settled = true;
  for (let i = 0; i < k; i++) {
    let sum = 0;
    for (let l = i * n; l < (i + 1) * n; l++) sum += (cq[l] - ritz[i] * q[l]) ** 2;
    const residual = Math.sqrt(sum) / ritz[0];
    const gap =
      Math.min(i > 0 ? ritz[i - 1] - ritz[i] : Infinity, i + 1 < ritz.length ? ritz[i] - ritz[i + 1] : Infinity) /
      ritz[0];
    worst = Math.max(worst, residual);
    if (residual > Math.max(FLOOR, GAP_TOLERANCE * gap)) settled = false;
  }
  return { worst, settled };
}

/** Standard normal numbers from a fixed seed. */
function gaussians(seed: number): () => number {
  const uniform = openMulberry32(seed);
  return () => boxMuller(uniform(), uniform());
}
