import type { LabAnswer, LabAnswers, LabTask } from './labTask.ts';
import type { SpawnedWorker } from './service/supervisedWorker.ts';
import { once } from './service/once.ts';
import { createPool, type MapOptions } from './service/workerPool.ts';

/** A task with the kernels: compiled once in the page, instantiated once in each worker. */
export interface LabMessage {
  readonly module: WebAssembly.Module;
  readonly task: LabTask;
}

type TaskOf<K extends keyof LabAnswers> = Extract<LabTask, { readonly kind: K }>;

/** Workers of the laboratory; started at the first call. Errors and cancel as in `Pool.map`. */
export interface LabPool {
  readonly size: number;
  map<K extends keyof LabAnswers>(
    tasks: readonly TaskOf<K>[],
    options?: MapOptions<LabAnswers[K]>,
  ): Promise<LabAnswers[K][]>;
  dispose(): void;
}

export interface LabPoolOptions {
  readonly spawn: () => SpawnedWorker;
  /** Throws TautlineFailure where the kernels cannot be had; then it is called again for the next map. */
  readonly compile: () => Promise<WebAssembly.Module>;
  readonly size?: number;
  /** A worker died; its task is being run again. */
  readonly onRetry?: (problem: string) => void;
}

export function createLabPool({ spawn, compile, size, onRetry }: LabPoolOptions): LabPool {
  const pool = createPool<LabMessage, LabAnswer>({ name: 'laboratory', entry: spawn, size, onRetry });
  const compiled = once(compile);
  return {
    size: pool.size,
    // A task of one kind has the answer of that kind (runLabTask).
    async map<K extends keyof LabAnswers>(tasks: readonly TaskOf<K>[], options?: MapOptions<LabAnswers[K]>) {
      const module = await compiled();
      return pool.map(
        tasks.map((task) => ({ module, task })),
        options as MapOptions<LabAnswer>,
      ) as Promise<LabAnswers[K][]>;
    },
    dispose: () => pool.dispose(),
  };
}
