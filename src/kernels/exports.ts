import type { BootstrapExports } from './bootstrap.ts';
import type { GeneratorExports } from './generator.ts';
/** Raw exports common to every kernel. */
export interface MemoryExports {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
}

/** Everything that `kernels.wasm` exports; each wrapper declares the part that it calls. */
export interface KernelExports extends BootstrapExports, GeneratorExports, MemoryExports {}
