import { TautlineFailure } from '../core/errors.ts';
import { Arena } from './arena.ts';
import type { KernelExports } from './exports.ts';

/**
 * One instance of the kernels: raw exports and the arena over its own memory. Typed wrappers take it as their first
 * argument.
 */
export interface KernelModule {
  readonly exports: KernelExports;
  readonly memory: WebAssembly.Memory;
  readonly arena: Arena;
  /**
   * Another instance of the same compiled module with a memory of its own, for work that holds blocks across an
   * `await`.
   */
  fork(): KernelModule;
}

/** Instantiates compiled kernels; they import nothing, so this cannot run foreign code. */
export function instantiateKernels(module: WebAssembly.Module): KernelModule {
  let exports: KernelExports;
  try {
    exports = new WebAssembly.Instance(module, {}).exports as unknown as KernelExports;
  } catch (thrown) {
    throw kernelsUnusable(thrown);
  }
  return {
    exports,
    memory: exports.memory,
    arena: new Arena(exports.memory, exports.heapBase() >>> 0),
    fork: () => instantiateKernels(module),
  };
}

/** Why kernels could not be compiled or instantiated, as a failure to show. */
export function kernelsUnusable(thrown: unknown): TautlineFailure {
  const problem = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof RangeError) {
    return new TautlineFailure({
      kind: 'memory',
      problem: `the numeric kernels could not start: ${problem}`,
      advice: 'Close other tabs and reload.',
    });
  }
  return new TautlineFailure({
    kind: 'internal',
    problem: `the numeric kernels (kernels.wasm) could not start: ${problem}`,
    advice: 'Tautline needs WebAssembly SIMD: use a browser of 2023 or later, or Node 20.',
  });
}
