import type { Difference, MonteCarloRun } from '../harness/monteCarlo.ts';
import type { Trial, TrialResult } from '../harness/trial.ts';
import type { HarnessAnswer, HarnessTask, Picture } from './harnessTask.ts';
import type { SpawnedWorker } from './service/supervisedWorker.ts';
import { once } from './service/once.ts';
import { createPool, type MapOptions } from './service/workerPool.ts';

/** A task with the kernels: compiled once in the page, instantiated once in each worker. */
export interface HarnessMessage {
  readonly module: WebAssembly.Module;
  readonly task: HarnessTask;
}

/**
 * Workers that generate and analyse ledgers of the calibration harness; started at the first call. Errors and cancel as
 * in `Pool.map`.
 */
export interface HarnessPool {
  readonly size: number;
  trials(trials: readonly Trial[], options?: MapOptions<TrialResult>): Promise<TrialResult[]>;
  /** @param buckets of each line, about one a pixel */
  pictures(trials: readonly Trial[], buckets: number, options?: MapOptions<Picture>): Promise<Picture[]>;
  /** What changes from run `a` to run `b`. */
  differences(a: MonteCarloRun, b: MonteCarloRun): Promise<readonly Difference[]>;
  dispose(): void;
}

export interface HarnessPoolOptions {
  readonly spawn: () => SpawnedWorker;
  /** Throws TautlineFailure where the kernels cannot be had; then it is called again for the next map. */
  readonly compile: () => Promise<WebAssembly.Module>;
  /** Workers; one a core by default. */
  readonly size?: number;
  /** A worker died; its ledger is being run again. */
  readonly onRetry?: (problem: string) => void;
}

export function createHarnessPool({ spawn, compile, size, onRetry }: HarnessPoolOptions): HarnessPool {
  const pool = createPool<HarnessMessage, HarnessAnswer>({ name: 'calibration', entry: spawn, size, onRetry });
  const compiled = once(compile);
  // A task of one kind has the answer of that kind (runHarnessTask).
  async function map<R extends HarnessAnswer>(tasks: readonly HarnessTask[], options?: MapOptions<R>): Promise<R[]> {
    const module = await compiled();
    return pool.map(
      tasks.map((task) => ({ module, task })),
      options as MapOptions<HarnessAnswer>,
    ) as Promise<R[]>;
  }
  return {
    size: pool.size,
    trials: (trials, options) =>
      map(
        trials.map((trial) => ({ kind: 'trial', trial })),
        options,
      ),
    pictures: (trials, buckets, options) =>
      map(
        trials.map((trial) => ({ kind: 'picture', trial, buckets })),
        options,
      ),
    differences: async (a, b) => (await map<readonly Difference[]>([{ kind: 'compare', a, b }]))[0],
    dispose: () => pool.dispose(),
  };
}
