import type { Difference, MonteCarloRun } from '../harness/monteCarlo.ts';
import type { Trial, TrialResult } from '../harness/trial.ts';
import type { HarnessAnswer, HarnessTask, Picture } from './harnessTask.ts';
import { createKernelPool, type KernelPoolOptions } from './service/kernelPool.ts';
import type { MapOptions } from './service/workerPool.ts';

/**
 * Workers that generate and analyse ledgers of the calibration harness; started at the first call. Errors and cancel as
 * in `WorkerPool.map`.
 */
export interface HarnessPool {
  readonly size: number;
  trials(trials: readonly Trial[], options?: MapOptions<TrialResult>): Promise<TrialResult[]>;
  /** @param buckets of each line, about one per pixel */
  pictures(trials: readonly Trial[], buckets: number, options?: MapOptions<Picture>): Promise<Picture[]>;
  /** What changes from run `a` to run `b`. */
  differences(a: MonteCarloRun, b: MonteCarloRun): Promise<readonly Difference[]>;
  dispose(): void;
}

export function createHarnessPool(options: KernelPoolOptions): HarnessPool {
  const pool = createKernelPool<HarnessTask, HarnessAnswer>('calibration', options);
  // A task of one kind has the answer of that kind (runHarnessTask).
  const map = <R extends HarnessAnswer>(tasks: readonly HarnessTask[], wanted?: MapOptions<R>): Promise<R[]> =>
    pool.map(tasks, wanted as MapOptions<HarnessAnswer>) as Promise<R[]>;
  return {
    size: pool.size,
    trials: (trials, wanted) =>
      map(
        trials.map((trial) => ({ kind: 'trial', trial })),
        wanted,
      ),
    pictures: (trials, buckets, wanted) =>
      map(
        trials.map((trial) => ({ kind: 'picture', trial, buckets })),
        wanted,
      ),
    differences: async (a, b) => (await map<readonly Difference[]>([{ kind: 'compare', a, b }]))[0],
    dispose: () => pool.dispose(),
  };
}
