import type { AssignmentExports } from './assignment.ts';
import type { BootstrapExports } from './bootstrap.ts';
import type { CovarianceExports } from './covariance.ts';
import type { DownsampleExports } from './downsample.ts';
import type { EigenExports } from './eigen.ts';
import type { GeneratorExports } from './generator.ts';
import type { ProjectExports } from './project.ts';

/** Raw exports common to every kernel. */
export interface MemoryExports {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
}

/** Everything that `kernels.wasm` exports; each wrapper declares the part that it calls. */
export interface KernelExports extends
  AssignmentExports, BootstrapExports, CovarianceExports, DownsampleExports, EigenExports, GeneratorExports, MemoryExports, ProjectExports {}
