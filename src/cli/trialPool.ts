import { availableParallelism } from 'node:os';
import type { Trial, TrialResult } from '../harness/trial.ts';
import { nodeWorker } from '../workers/service/nodeWorker.node.ts';
import { createWorkerPool } from '../workers/service/workerPool.ts';
import { startThread } from './workerThread.ts';

/** Worker threads that run trials; started at the first run. */
export interface TrialPool {
  /**
   * Results are in the order of the trials. @throws TautlineFailure: a trial's own, or kind "worker" where two workers
   * died over one trial
   */
  run(trials: readonly Trial[], onDone?: (done: number, of: number) => void): Promise<TrialResult[]>;
  close(): void;
}

/** @param size workers; one per core by default */
export function createTrialPool(size: number = availableParallelism()): TrialPool {
  const pool = createWorkerPool<Trial, TrialResult>({
    name: 'trial',
    entry: () => nodeWorker(startThread(new URL('./trialWorker.ts', import.meta.url))),
    size,
    advice: 'Run fewer workers (--workers), or fewer seeds',
  });
  return {
    run(trials, onDone) {
      let done = 0;
      return pool.map(trials, { onResult: () => onDone?.(++done, trials.length) });
    },
    close: () => pool.dispose(),
  };
}
