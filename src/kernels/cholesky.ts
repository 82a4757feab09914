import { misuse, requireCount, requireLength } from './check.ts';
import type { KernelModule } from './module.ts';

declare module './exports.ts' {
  interface KernelExports {
    symmetricBytes(k: number): number;
    factorBytes(k: number): number;
    factorise(k: number, s: number, factor: number): number;
    factorUpdate(k: number, factor: number, v: number, c: number, keep: number): number;
    factorSolve(k: number, factor: number, x: number): void;
    factorTrace(k: number, factor: number, s: number, x: number): number;
    factorLogDeterminant(k: number, factor: number): number;
  }
}

/** The factor L D L^T of a k x k covariance B, kept up to date by rank 1. */
export interface Factor {
  /**
   * Smallest pivot when it was made, each against its entry on the diagonal of B: 1 for independent axes, towards 0 as
   * B becomes singular.
   */
  readonly least: number;
  /** B becomes keep (B + c v v^T), c > 0. Returns v^T B^-1 v and c (B + c v v^T)^-1 v. */
  update(v: Float64Array, c: number, keep: number): { readonly form: number; readonly direction: Float64Array };
  /** B^-1 x. */
  solve(x: Float64Array): Float64Array;
  /** tr(B^-1 S), S symmetric, row-major. */
  trace(s: Float64Array): number;
  /** ln det B. */
  logDeterminant(): number;
}

/**
 * Factorises B, row-major k x k; null if it is not positive definite. Allocates in the arena of `kernels` for as
 * long as it lives.
 */
export function createFactor({ arena, exports }: KernelModule, b: Float64Array, k: number): Factor | null {
  requireCount('k', k, 1);
  requireLength('B', b, k * k);
  const axes = k + (k & 1);
  const factor = arena.u8(exports.factorBytes(k));
  const packed = arena.f64(exports.symmetricBytes(k) / 8);
  const vector = arena.f64(axes);
  /** The lower triangle in the layout of wasm/cholesky.ts. */
  const pack = (s: Float64Array): number => {
    const out = packed.view().fill(0);
    let at = axes;
    for (let i = 0; i < k; i++) {
      out[i] = s[i * k + i];
      for (let j = 0; j < i; j++) out[at++] = s[i * k + j];
    }
    return packed.ptr;
  };
  const place = (x: Float64Array): number => {
    requireLength('vector', x, k);
    vector.view().fill(0).set(x);
    return vector.ptr;
  };
  const taken = (): Float64Array => vector.view().slice(0, k);
  const least = exports.factorise(k, pack(b), factor.ptr);
  if (!(least > 0)) return null;
  return {
    least,
    update(v, c, keep) {
      if (!(c > 0 && keep > 0)) misuse(`an update by ${c}, of which ${keep} is kept`);
      return { form: exports.factorUpdate(k, factor.ptr, place(v), c, keep), direction: taken() };
    },
    solve(x) {
      exports.factorSolve(k, factor.ptr, place(x));
      return taken();
    },
    trace(s) {
      requireLength('S', s, k * k);
      return exports.factorTrace(k, factor.ptr, pack(s), vector.ptr);
    },
    logDeterminant: () => exports.factorLogDeterminant(k, factor.ptr),
  };
}
