import { instantiateKernels, type KernelModule } from '../../kernels/module.ts';
import { once } from '../../core/once.ts';
import type { SpawnedWorker } from './supervisedWorker.ts';
import { createWorkerPool, exposeTasks, type MapOptions } from './workerPool.ts';

/** A task with the kernels: compiled once in the page, instantiated once in each worker. */
interface KernelTask<T> {
  readonly module: WebAssembly.Module;
  readonly task: T;
}

/**
 * What runs the tasks of a pool with kernels, each task with the instance that its thread shares: made at the first.
 */
export function withKernels<T, R>(run: (kernels: KernelModule, task: T) => R): (message: KernelTask<T>) => R {
  let kernels: KernelModule | null = null;
  return ({ module, task }) => run((kernels ??= instantiateKernels(module)), task);
}

/** The entry of a worker of a pool with kernels. */
export const exposeKernelTasks = <T, R>(run: (kernels: KernelModule, task: T) => Promise<R> | R): void =>
  exposeTasks(withKernels(run));

export interface KernelPoolOptions {
  readonly spawn: () => SpawnedWorker;
  /** Throws TautlineFailure where the kernels cannot be had; then it is called again for the next map. */
  readonly compile: () => Promise<WebAssembly.Module>;
  /** Workers; one a core by default. */
  readonly size?: number;
  /** A worker died; its task is being run again. */
  readonly onRetry?: (problem: string) => void;
}

/** Workers that run tasks with kernels; started at the first call. Errors and cancel as in `WorkerPool.map`. */
interface KernelPool<T, R> {
  readonly size: number;
  map(tasks: readonly T[], options?: MapOptions<R>): Promise<R[]>;
  dispose(): void;
}

export function createKernelPool<T, R>(
  name: string,
  { spawn, compile, size, onRetry }: KernelPoolOptions,
): KernelPool<T, R> {
  const pool = createWorkerPool<KernelTask<T>, R>({ name, entry: spawn, size, onRetry });
  const compiled = once(compile);
  return {
    size: pool.size,
    async map(tasks, options) {
      const module = await compiled();
      return pool.map(
        tasks.map((task) => ({ module, task })),
        options,
      );
    },
    dispose: () => pool.dispose(),
  };
}
