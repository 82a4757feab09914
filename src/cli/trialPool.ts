import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { TautlineFailure } from '../core/errors.ts';
import type { Trial, TrialResult } from '../harness/trial.ts';
import type { TrialAnswer } from './trialWorker.ts';

/** Worker threads that run trials; started at the first run. */
export interface TrialPool {
  /**
   * Results are in the order of the trials. @throws TautlineFailure: a trial's own, or kind "worker" where a worker
   * died; the pool is of no use then
   */
  run(trials: readonly Trial[], onDone?: (done: number, of: number) => void): Promise<TrialResult[]>;
  close(): Promise<void>;
}

/** The bundle has the worker beside it; sources run through tsx, which a worker has to register for itself. */
function startWorker(): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./trialWorker.mjs', import.meta.url));
  const worker = new URL('./trialWorker.ts', import.meta.url).href;
  const tsx = import.meta.resolve('tsx/esm/api');
  const script = `import { register } from '${tsx}'; register(); await import('${worker}');`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
}

/** @param size workers; one per core by default */
export function createTrialPool(size: number = availableParallelism()): TrialPool {
  const pool: Worker[] = [];
  return {
    async run(trials, onDone) {
      while (pool.length < Math.min(size, trials.length)) pool.push(startWorker());
      const results = new Array<TrialResult>(trials.length);
      let next = 0;
      let done = 0;
      const drain = (worker: Worker) =>
        new Promise<void>((resolve, reject) => {
          let current = -1;
          const give = () => {
            if (next === trials.length) {
              end();
              resolve();
              return;
            }
            current = next++;
            worker.postMessage(trials[current]);
          };
          const onMessage = (answer: TrialAnswer) => {
            if ('error' in answer) {
              end();
              reject(new TautlineFailure(answer.error));
              return;
            }
            results[current] = answer.result;
            onDone?.(++done, trials.length);
            give();
          };
          const died = (problem: string) =>
            reject(
              new TautlineFailure({
                kind: 'worker',
                worker: 'trial',
                problem,
                advice: 'Run fewer workers (--workers), or fewer seeds',
              }),
            );
          const onError = (thrown: unknown) => died(thrown instanceof Error ? thrown.message : String(thrown));
          const onExit = (code: number) => died(`it ended with status ${code}`);
          const end = () => worker.off('message', onMessage).off('error', onError).off('exit', onExit);
          worker.on('message', onMessage).on('error', onError).on('exit', onExit);
          give();
        });
      await Promise.all(pool.map(drain));
      return results;
    },
    async close() {
      await Promise.all(pool.splice(0).map((worker) => worker.terminate()));
    },
  };
}
