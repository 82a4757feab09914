import { TautlineFailure } from '../core/errors.ts';
import type { StagePool, PoolLedger, PoolPart, PoolTask } from '../detection/signalPool.ts';
import { createSignalWorker } from '../detection/signalWorker.ts';
import type { KernelModule } from '../kernels/module.ts';
import { order, question, takes, type ApiOf } from './service/contract.ts';
import { exposeWorker } from './service/rpcAdapter.ts';
import { PATIENCE_MS, superviseWorker, type SpawnedWorker, type SupervisedWorker } from './service/supervisedWorker.ts';

/** What a signal worker is asked. */
export const SIGNAL_CONTRACT = {
  load: question<(ledger: PoolLedger) => Promise<void>>({ doing: 'taking in a ledger' }),
  /** Resolves when every part has been taken. */
  run: question<(task: PoolTask, give: (part: PoolPart) => Promise<void>) => Promise<void>>({
    doing: 'computing signals',
    callbacks: { 1: takes('taking signals in') },
  }),
  stop: order('stopping'),
};
type SignalWorker = SupervisedWorker<typeof SIGNAL_CONTRACT>;

/** Worker side: one worker of a pool. */
export function signalApi(loadKernels: () => Promise<KernelModule>): ApiOf<typeof SIGNAL_CONTRACT> {
  let member: ReturnType<typeof createSignalWorker> | null = null;
  /** A run that was stopped still has to come to its next pause: nothing begins before. */
  let before: Promise<unknown> = Promise.resolve();
  let newest = 0;
  let stopped = 0;
  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = before.then(work);
    before = done.catch(() => undefined);
    return done;
  }
  return {
    load: (ledger) =>
      inTurn(async () => {
        member ??= createSignalWorker(await loadKernels());
        member.load(ledger);
      }),
    run(task, give) {
      newest += 1;
      const mine = newest;
      return inTurn(async () => {
        const given: Promise<void>[] = [];
        await member!.run(
          task,
          (part) => void given.push(give(part)),
          () => stopped >= mine,
        );
        await Promise.all(given);
      });
    },
    stop() {
      stopped = newest;
    },
  };
}

/** The entry of a signal worker. */
export const exposeSignalWorker = (loadKernels: () => Promise<KernelModule>): void =>
  exposeWorker(SIGNAL_CONTRACT, signalApi(loadKernels));

/**
 * Workers that share the signals of large ledgers: started at the first run or beforehand, each with a copy of the
 * ledger of the newest run.
 */
export interface SignalPool extends StagePool {
  prestart(ledger?: PoolLedger, members?: number): void;
  /** Gives their memory back, until the next run. */
  dispose(): void;
}

interface Slot {
  readonly worker: SignalWorker;
  /** What it has been given, and whether it has taken it in. */
  holds: { readonly ledger: PoolLedger; readonly taken: Promise<void> } | null;
}

/** @param spawn starts one worker, whose script ends in `exposeSignalWorker` */
export function createSignalPool(size: number, spawn: () => SpawnedWorker): SignalPool {
  let slots: Slot[] | null = null;

  const start = (): Slot[] =>
    Array.from({ length: size }, () => {
      const slot: Slot = {
        holds: null,
        worker: superviseWorker({
          contract: SIGNAL_CONTRACT,
          name: 'signal',
          spawn,
          advice: 'Its streams are computed by the engine itself',
          onRestart: () => {
            slot.holds = null;
          },
        }),
      };
      return slot;
    });

  function load(slot: Slot, ledger: PoolLedger): Promise<void> {
    if (slot.holds?.ledger === ledger) return slot.holds.taken;
    const taken = slot.worker.ask.load(ledger);
    const given = (slot.holds = { ledger, taken });
    taken.catch(() => {
      if (slot.holds === given) slot.holds = null;
    });
    return taken;
  }

  async function give(
    slot: Slot,
    ledger: PoolLedger,
    task: PoolTask,
    accept: (part: PoolPart) => void,
    signal: AbortSignal,
  ): Promise<string | null> {
    try {
      await load(slot, ledger);
      if (signal.aborted) return null;
      await slot.worker.ask.run(task, async (part) => {
        // After a cancel parts may still be under way.
        if (!signal.aborted) accept(part);
      });
      return null;
    } catch (thrown) {
      if (signal.aborted) return null;
      return thrown instanceof TautlineFailure && thrown.error.kind === 'worker'
        ? thrown.error.problem
        : thrown instanceof Error
          ? thrown.message
          : String(thrown);
    }
  }

  return {
    size,
    async run(ledger, tasks, accept, signal) {
      const cancelled = () => new TautlineFailure({ kind: 'cancelled', what: 'Computing signals' });
      if (signal.aborted) throw cancelled();
      slots ??= start();
      const used = slots.slice(0, tasks.length);
      let onAbort: () => void = () => undefined;
      const aborted = new Promise<never>((_, reject) => {
        onAbort = () => {
          for (const { worker } of used) {
            worker.ask.stop();
            // One that is stuck would keep the next run waiting.
            void worker.cancelUnlessAnswering(PATIENCE_MS);
          }
          reject(cancelled());
        };
        signal.addEventListener('abort', onAbort, { once: true });
      });
      try {
        return await Promise.race([
          Promise.all(used.map((slot, task) => give(slot, ledger, tasks[task], (part) => accept(task, part), signal))),
          aborted,
        ]);
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
    prestart(ledger, members = size) {
      slots ??= start();
      for (const slot of slots.slice(0, members)) {
        slot.worker.prestart();
        // The run hears of a failure.
        if (ledger) load(slot, ledger).catch(() => undefined);
      }
    },
    dispose() {
      for (const { worker } of slots ?? []) worker.dispose();
      slots = null;
    },
  };
}
