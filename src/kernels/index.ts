export { Arena, type ArenaArray, type Block } from './arena.ts';
export { exactEmd, type TransportPlan } from './assignment.ts';
export { bootstrapDisplacement, type DisplacementBootstrap, type EpisodeCounts } from './bootstrap.ts';
export { createFactor, type Factor } from './cholesky.ts';
export { couplingState, previousInThread, readCouplingMatrix, runCoupling, type CouplingOptions } from './coupling.ts';
export { CovarianceAccumulator } from './covariance.ts';
export {
  cusumSeries,
  detectorState,
  governanceWeights,
  openEpisodes,
  runDetectors,
  type DetectorLimits,
  type Episode,
} from './detectors.ts';
export { displacementState, runDisplacement } from './displacement.ts';
export { downsample, type DownsampleRequest } from './downsample.ts';
export { fullEigenpairs, topEigenpairs, type Eigenpairs } from './eigen.ts';
export { type EventBlocks, type StateBlock } from './events.ts';
export { gramEigenpairs, RANK_TOLERANCE } from './gram.ts';
export { latencyState, runLatency, type LatencyOptions } from './latency.ts';
export { instantiateKernels, type KernelModule } from './module.ts';
export { Pace, type PaceOptions } from './pace.ts';
export { projectRows, type Axes } from './project.ts';
export { gaussianKl, renyi2, runTracker, trackerState, type TrackerOptions } from './tracker.ts';
export { runTransport, slicedEmd, transportState, type TransportOptions } from './transport.ts';
