import { wrap, type Endpoint } from 'comlink';
import { TautlineFailure, toTautlineError } from '../../core/errors.ts';
import type { ApiOf, Contract } from './contract.ts';
import { askingSide, type RemoteMethods } from './rpcAdapter.ts';

/** A started worker: something to talk to, and word of its death. */
export interface SpawnedWorker {
  readonly endpoint: Endpoint;
  /** Calls `listener` when the worker failed to start, threw, or ended: from then on it may never answer. */
  onDeath(listener: (reason: string) => void): void;
  terminate(): void;
}

/**
 * A worker whose calls always settle: comlink alone leaves a call to a dead worker pending for ever. It is started at
 * the first call, and again as soon as it dies.
 */
export interface SupervisedWorker<C extends Contract> {
  /**
   * The methods of the contract. A call rejects with a `TautlineFailure` of the kind that the worker threw; of kind
   * 'worker' where it died or could not be started; of kind 'cancelled' where it was ended on request.
   */
  readonly ask: ApiOf<C>;
  /** True while a call is under way. */
  readonly busy: boolean;
  /** Starts the worker where none runs: the first call finds it ready. Where it does not start, the call says so. */
  prestart(): void;
  /** Ends the worker and starts another; calls under way reject with kind 'worker'. */
  restart(reason: string): void;
  /** Ends the worker, whatever it is doing, and starts another; calls under way reject with kind 'cancelled'. */
  cancel(): void;
  /**
   * As `cancel`, where calls are under way and the worker gives no sign of life meanwhile: a loop without end, or a
   * script that does not load. A worker that merely waits for something gives one.
   * @param within ms
   * @returns true if it has been replaced
   */
  cancelUnlessAnswering(within: number): Promise<boolean>;
  /** Ends the worker for good; calls under way and later ones reject. */
  dispose(): void;
}

/** How a worker came to its end: by itself, by `restart`, or by `cancel`. */
type WorkerEnd = 'died' | 'replaced' | 'cancelled';

interface SupervisionOptions<C extends Contract> {
  readonly contract: C;
  /** Names the worker in errors: "The engine worker stopped: …". */
  readonly name: string;
  readonly spawn: () => SpawnedWorker;
  /** What the user can do about a death; part of every error of kind 'worker'. */
  readonly advice: string;
  /** Called when a worker that ended has been replaced, for whatever reason; what the old one held is gone. */
  readonly onRestart?: (reason: string, end: WorkerEnd) => void;
}

/**
 * Workers in a row that died before answering once: after these the next call starts another, so a broken script cannot
 * spin.
 */
const MAX_FAILED_STARTS = 3;

/** A worker that gives no sign of life for so long is taken to be stuck, ms: no step of ours takes that long. */
export const PATIENCE_MS = 3000;

interface PendingCall {
  readonly doing: string;
  readonly reject: (failure: TautlineFailure) => void;
}

interface Life {
  readonly worker: SpawnedWorker;
  readonly remote: RemoteMethods;
  readonly pending: Set<PendingCall>;
  answered: boolean;
}

export function superviseWorker<C extends Contract>({
  contract,
  name,
  spawn,
  advice,
  onRestart,
}: SupervisionOptions<C>): SupervisedWorker<C> {
  let life: Life | null = null;
  let failedStarts = 0;
  let disposed = false;

  const failure = (problem: string) => new TautlineFailure({ kind: 'worker', worker: name, problem, advice });

  function start(): Life {
    let worker: SpawnedWorker;
    try {
      worker = spawn();
    } catch (thrown) {
      throw failure(`it could not be started (${thrown instanceof Error ? thrown.message : String(thrown)})`);
    }
    const started: Life = { worker, remote: wrap(worker.endpoint), pending: new Set(), answered: false };
    worker.onDeath((reason) => end(started, 'died', reason));
    return started;
  }

  function tryToStart(): void {
    try {
      life ??= start();
    } catch {
      // The next call tries again and says why.
    }
  }

  function end(ended: Life, how: WorkerEnd, reason: string): void {
    if (ended !== life) return;
    life = null;
    ended.worker.terminate();
    const death = failure(reason);
    for (const { doing, reject } of ended.pending)
      reject(how === 'cancelled' ? new TautlineFailure({ kind: 'cancelled', what: doing }) : death);
    failedStarts = ended.answered || how !== 'died' ? 0 : failedStarts + 1;
    if (disposed) return;
    if (failedStarts < MAX_FAILED_STARTS) tryToStart();
    onRestart?.(reason, how);
  }

  function call(doing: string, use: (remote: RemoteMethods) => Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (disposed) throw failure('it was closed');
      const current = (life ??= start());
      const pending: PendingCall = { doing, reject };
      current.pending.add(pending);
      const settled = () => {
        current.answered = true;
        current.pending.delete(pending);
      };
      use(current.remote).then(
        (value) => {
          settled();
          resolve(value);
        },
        (thrown: unknown) => {
          settled();
          reject(thrown instanceof TautlineFailure ? thrown : new TautlineFailure(toTautlineError(thrown, doing)));
        },
      );
    });
  }

  return {
    ask: askingSide(contract, call),
    get busy() {
      return life !== null && life.pending.size > 0;
    },
    prestart() {
      if (!disposed) tryToStart();
    },
    restart(reason) {
      if (life) end(life, 'replaced', reason);
    },
    cancel() {
      if (life) end(life, 'cancelled', 'it was cancelled');
    },
    async cancelUnlessAnswering(within) {
      const asked = life;
      if (!asked || asked.pending.size === 0 || (await signOfLife(asked, within)) || asked !== life) return false;
      end(asked, 'cancelled', 'it did not answer any more');
      return true;
    },
    dispose() {
      disposed = true;
      if (life) end(life, 'replaced', 'it was closed');
    },
  };
}

/** Time is counted in steps, so that one in which this thread was itself held up does not count in full. */
const STEPS = 10;

/** Whether a worker comes to its messages within some ms. Any property will do: comlink answers by itself. */
async function signOfLife({ remote }: Life, within: number): Promise<boolean> {
  const { alive } = remote as unknown as { readonly alive: PromiseLike<unknown> };
  let answered = false;
  const answer = alive.then(() => (answered = true));
  for (let step = 0; step < STEPS && !answered; step += 1) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = new Promise((resolve) => (timer = setTimeout(resolve, within / STEPS)));
    await Promise.race([answer, wait]);
    clearTimeout(timer);
  }
  return answered;
}
