export { Arena, type ArenaArray, type Block } from './arena.ts';
export { bootstrapDisplacement, type DisplacementBootstrap, type EpisodeCounts } from './bootstrap.ts';
export { instantiateKernels, type KernelModule } from './module.ts';
