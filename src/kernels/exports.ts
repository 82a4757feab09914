/**
 * Everything that `kernels.wasm` exports. Each wrapper declares here the part that it calls (`declare module`), so that
 * neither imports the other.
 */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
}
