import { expose } from 'comlink';
import { TautlineFailure } from '../core/errors.ts';
import type { OnProgress } from '../core/progress.ts';
import { holdLifeLock } from './lifeLock.ts';
import { createLifeline, type Lifeline, type SpawnedWorker } from './lifeline.ts';
import { plainErrors } from './wire.ts';

/** What a task worker exposes. */
interface TaskWorker<T, R> {
  run(task: T): Promise<R>;
}

/** The entry of a task worker: answers a pool's tasks with `run`, which may return a `transfer`. */
export function exposeTasks<T, R>(run: (task: T) => Promise<R> | R): void {
  const worker: TaskWorker<T, R> = { run: (task) => plainErrors('running a task', () => run(task)) };
  expose(worker);
  holdLifeLock();
}

/** Workers that share the tasks of a map. Results are in the order of the tasks, whichever worker ran them. */
export interface Pool<T, R> {
  readonly size: number;
  /**
   * Runs every task. A task whose worker dies is run once more; a second death, or an error of the task's own, ends the
   * map.
   * @param options.signal aborting ends the workers at once (they are started again for the next map).
   * @throws TautlineFailure: the task's, kind 'worker' after a second death, or kind 'cancelled'.
   */
  map(tasks: readonly T[], options?: MapOptions<R>): Promise<R[]>;
  dispose(): void;
}

export interface MapOptions<R> {
  readonly phase?: string;
  readonly onProgress?: OnProgress;
  /** A worker has taken up task `index`. */
  readonly onStart?: (index: number) => void;
  /** Task `index` has its result, whatever becomes of the others; not called after a cancel. */
  readonly onResult?: (result: R, index: number) => void;
  readonly signal?: AbortSignal;
}

export interface PoolOptions {
  /** Names the workers in errors. */
  readonly name: string;
  /** Starts one worker; its script ends in a call of `exposeTasks`. */
  readonly entry: () => SpawnedWorker;
  readonly size?: number;
  /** A worker died over a task that is now being run again. */
  readonly onRetry?: (problem: string, task: number) => void;
}

export function createPool<T, R>({
  name,
  entry,
  size = navigator.hardwareConcurrency,
  onRetry,
}: PoolOptions): Pool<T, R> {
  const advice = 'Run fewer repetitions, or close other pages';
  const slots = Array.from({ length: Math.max(1, size) }, () =>
    createLifeline<TaskWorker<T, R>>({ name, spawn: entry, advice }),
  );
  const free = [...slots];
  const waiting: ((slot: Lifeline<TaskWorker<T, R>>) => void)[] = [];

  const acquire = () => {
    const slot = free.pop();
    return slot ? Promise.resolve(slot) : new Promise<Lifeline<TaskWorker<T, R>>>((resolve) => waiting.push(resolve));
  };
  const giveBack = (slot: Lifeline<TaskWorker<T, R>>) => {
    const next = waiting.shift();
    if (next) next(slot);
    else free.push(slot);
  };

  const runOn = (slot: Lifeline<TaskWorker<T, R>>, task: T) =>
    slot.call('running a task', (remote) => remote.run(task as never) as Promise<R>);

  return {
    size: slots.length,
    async map(tasks, { phase = 'Running', onProgress, onStart, onResult, signal } = {}) {
      const results = new Array<R>(tasks.length);
      const busy = new Set<Lifeline<TaskWorker<T, R>>>();
      let next = 0;
      let done = 0;
      let stopped = false;
      const stop = (reason: string) => {
        stopped = true;
        for (const slot of busy) slot.restart(reason);
      };
      const cancelled = () => new TautlineFailure({ kind: 'cancelled', what: phase });
      const onAbort = () => stop('it was cancelled');
      if (signal?.aborted) throw cancelled();
      signal?.addEventListener('abort', onAbort, { once: true });

      async function runTask(slot: Lifeline<TaskWorker<T, R>>, index: number): Promise<R> {
        try {
          return await runOn(slot, tasks[index]);
        } catch (thrown) {
          if (stopped || !(thrown instanceof TautlineFailure) || thrown.error.kind !== 'worker') throw thrown;
          onRetry?.(thrown.error.problem, index);
          return runOn(slot, tasks[index]);
        }
      }
      async function work(): Promise<void> {
        while (!stopped && next < tasks.length) {
          const slot = await acquire();
          const index = next;
          next += 1;
          busy.add(slot);
          try {
            if (stopped || index >= tasks.length) continue;
            onStart?.(index);
            results[index] = await runTask(slot, index);
            done += 1;
            if (stopped) continue;
            onResult?.(results[index], index);
            onProgress?.({ phase, fraction: done / tasks.length, detail: `${done} of ${tasks.length}` });
          } finally {
            busy.delete(slot);
            giveBack(slot);
          }
        }
      }

      try {
        await Promise.all(slots.map(() => work()));
      } catch (thrown) {
        stop('another task failed');
        throw signal?.aborted ? cancelled() : thrown;
      } finally {
        signal?.removeEventListener('abort', onAbort);
      }
      if (signal?.aborted) throw cancelled();
      return results;
    },
    dispose() {
      for (const slot of slots) slot.dispose();
    },
  };
}
