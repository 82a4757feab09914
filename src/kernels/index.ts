export { Arena, type ArenaArray, type Block } from './arena.ts';
export { instantiateKernels, type KernelModule } from './module.ts';
