import { wrap, type Endpoint, type Remote } from 'comlink';
import { TautlineFailure, toTautlineError } from '../../core/errors.ts';
import { isLockMessage } from './livenessLock.ts';

/** A started worker: something to talk to, and word of its death. */
export interface SpawnedWorker {
  readonly endpoint: Endpoint;
  /** Calls `listener` when the worker failed to start, threw, or ended: from then on it may never answer. */
  onDeath(listener: (reason: string) => void): void;
  terminate(): void;
}

/** A worker whose calls always settle: comlink alone leaves a call to a dead worker pending for ever. */
export interface Lifeline<T> {
  /**
   * Races a call against the worker's death.
   * @throws TautlineFailure of the kind the worker threw; kind 'worker' when it died or could not be started.
   */
  call<R>(what: string, use: (remote: Remote<T>) => Promise<R>): Promise<R>;
  /** Starts the worker where none runs: the first call finds it ready. Where it does not start, the call says so. */
  wake(): void;
  /** Ends the worker and starts another; pending calls reject. */
  restart(reason: string): void;
  /** Ends the worker for good; pending and later calls reject. */
  dispose(): void;
}

export interface LifelineOptions {
  /** Names the worker in errors: "The engine worker stopped: …". */
  readonly name: string;
  readonly spawn: () => SpawnedWorker;
  /** What the user can do about a death; part of every error of kind 'worker'. */
  readonly advice: string;
  /** Called after a death or `restart`, when a new worker has been started; what the old one held is gone. */
  readonly onRestart?: (reason: string) => void;
}

/**
 * Workers in a row that died before answering once: after these the next call starts another, so a broken script cannot
 * spin.
 */
const FAILED_STARTS = 3;

interface Life<T> {
  readonly worker: SpawnedWorker;
  readonly remote: Remote<T>;
  readonly pending: Set<(failure: TautlineFailure) => void>;
  answered: boolean;
}

export function createLifeline<T>({ name, spawn, advice, onRestart }: LifelineOptions): Lifeline<T> {
  let life: Life<T> | null = null;
  let failedStarts = 0;
  let disposed = false;

  const failure = (problem: string) => new TautlineFailure({ kind: 'worker', worker: name, problem, advice });

  function start(): Life<T> {
    let worker: SpawnedWorker;
    try {
      worker = spawn();
    } catch (thrown) {
      throw failure(`it could not be started (${thrown instanceof Error ? thrown.message : String(thrown)})`);
    }
    const started: Life<T> = { worker, remote: wrap<T>(worker.endpoint), pending: new Set(), answered: false };
    worker.onDeath((reason) => end(started, reason));
    return started;
  }

  function end(ended: Life<T>, reason: string): void {
    if (ended !== life) return;
    life = null;
    ended.worker.terminate();
    const death = failure(reason);
    for (const reject of ended.pending) reject(death);
    failedStarts = ended.answered ? 0 : failedStarts + 1;
    if (disposed) return;
    if (failedStarts < FAILED_STARTS) {
      try {
        life = start();
      } catch {
        // The next call tries again and reports why.
      }
    }
    onRestart?.(reason);
  }

  return {
    call(what, use) {
      return new Promise((resolve, reject) => {
        if (disposed) throw failure('it was closed');
        const current = (life ??= start());
        current.pending.add(reject);
        const settled = () => {
          current.answered = true;
          current.pending.delete(reject);
        };
        use(current.remote).then(
          (value) => {
            settled();
            resolve(value);
          },
          (thrown: unknown) => {
            settled();
            reject(thrown instanceof TautlineFailure ? thrown : new TautlineFailure(toTautlineError(thrown, what)));
          },
        );
      });
    },
    wake() {
      if (disposed) return;
      try {
        life ??= start();
      } catch {
        // The next call tries again and reports why.
      }
    },
    restart(reason) {
      if (life) end(life, reason);
    },
    dispose() {
      disposed = true;
      if (life) end(life, 'it was closed');
    },
  };
}

/**
 * Watches a browser worker: `error` (a script that does not load, or throws), `messageerror` (an answer that cannot be
 * read), and the life lock, which the browser releases when a worker ends without an event.
 */
export function watchWorker(worker: Worker): SpawnedWorker {
  const listening = new AbortController();
  return {
    endpoint: worker,
    onDeath(listener) {
      const { signal } = listening;
      worker.addEventListener('error', (event) => listener(event.message || 'its script did not load'), { signal });
      worker.addEventListener('messageerror', () => listener('it sent an answer that cannot be read'), { signal });
      worker.addEventListener(
        'message',
        ({ data }: MessageEvent) => {
          if (!isLockMessage(data)) return;
          navigator.locks
            .request(data.lifeLock, { signal }, () => listener('it ended without saying why'))
            .catch(() => {
              // Aborted: this side ended the worker.
            });
        },
        { signal },
      );
    },
    terminate() {
      listening.abort();
      worker.terminate();
    },
  };
}
