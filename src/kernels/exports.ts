import type { AssignmentExports } from './assignment.ts';
import type { BootstrapExports } from './bootstrap.ts';
import type { CholeskyExports } from './cholesky.ts';
import type { CouplingExports } from './coupling.ts';
import type { CovarianceExports } from './covariance.ts';
import type { DetectorExports } from './detectors.ts';
import type { DisplacementExports } from './displacement.ts';
import type { DownsampleExports } from './downsample.ts';
import type { EigenExports } from './eigen.ts';
import type { GeneratorExports } from './generator.ts';
import type { LatencyExports } from './latency.ts';
import type { ProjectExports } from './project.ts';
import type { RunLengthExports } from './runLength.ts';
import type { TrackerExports } from './tracker.ts';
import type { TransportExports } from './transport.ts';

/** Raw exports common to every kernel. */
interface MemoryExports {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
}

/** Everything that `kernels.wasm` exports; each wrapper declares the part that it calls. */
export interface KernelExports
  extends
    AssignmentExports,
    BootstrapExports,
    CholeskyExports,
    CouplingExports,
    CovarianceExports,
    DetectorExports,
    DisplacementExports,
    DownsampleExports,
    EigenExports,
    GeneratorExports,
    LatencyExports,
    MemoryExports,
    ProjectExports,
    RunLengthExports,
    TrackerExports,
    TransportExports {}
