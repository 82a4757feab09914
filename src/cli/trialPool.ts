import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Trial, TrialResult } from '../harness/trial.ts';
import { nodeWorker } from '../workers/service/nodeWorker.node.ts';
import { createWorkerPool } from '../workers/service/workerPool.ts';

/** Worker threads that run trials; started at the first run. */
export interface TrialPool {
  /**
   * Results are in the order of the trials. @throws TautlineFailure: a trial's own, or kind "worker" where two workers
   * died over one trial
   */
  run(trials: readonly Trial[], onDone?: (done: number, of: number) => void): Promise<TrialResult[]>;
  close(): void;
}

/** The bundle has the worker beside it; sources run through tsx, which a worker has to register for itself. */
function startWorker(): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./trialWorker.mjs', import.meta.url));
  const script = [
    `import { register } from '${import.meta.resolve('tsx/esm/api')}';`,
    `register();`,
    `await import('${new URL('./trialWorker.ts', import.meta.url).href}');`,
  ].join(' ');
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
}

/** @param size workers; one per core by default */
export function createTrialPool(size: number = availableParallelism()): TrialPool {
  const pool = createWorkerPool<Trial, TrialResult>({
    name: 'trial',
    entry: () => nodeWorker(startWorker()),
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
