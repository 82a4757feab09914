import type { LabAnswer, LabAnswers, LabTask } from './labTask.ts';
import { createKernelPool, type KernelPoolOptions } from './service/kernelPool.ts';
import type { MapOptions } from './service/workerPool.ts';

type TaskOf<K extends keyof LabAnswers> = Extract<LabTask, { readonly kind: K }>;

/** Workers of the laboratory; started at the first call. Errors and cancel as in `WorkerPool.map`. */
export interface LabPool {
  readonly size: number;
  map<K extends keyof LabAnswers>(
    tasks: readonly TaskOf<K>[],
    options?: MapOptions<LabAnswers[K]>,
  ): Promise<LabAnswers[K][]>;
  dispose(): void;
}

/** A task of one kind has the answer of that kind (runLabTask): the narrower type of `map` is true. */
export const createLabPool = (options: KernelPoolOptions): LabPool =>
  createKernelPool<LabTask, LabAnswer>('laboratory', options) as LabPool;
