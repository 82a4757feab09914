import { expose, proxy, transfer } from 'comlink';
import { TautlineFailure } from '../core/errors.ts';
import type { Crew, CrewLedger, CrewPart, CrewTask } from '../detection/crew.ts';
import { createCrewMember } from '../detection/crewMember.ts';
import type { KernelModule } from '../kernels/module.ts';
import { createLifeline, type Lifeline, type SpawnedWorker } from './service/supervisedWorker.ts';
import { plainErrors } from './service/rpcAdapter.ts';

/** What a signal worker exposes. */
export interface CrewApi {
  load(ledger: CrewLedger): Promise<void>;
  /** Resolves when every part has been taken. */
  run(task: CrewTask, give: (part: CrewPart) => unknown): Promise<void>;
  stop(): void;
}

/** Worker side: one member of a crew. */
export function crewToWire(loadKernels: () => Promise<KernelModule>): CrewApi {
  let member: ReturnType<typeof createCrewMember> | null = null;
  /** A run that was stopped still has to come to its next pause: nothing begins before. */
  let before: Promise<unknown> = Promise.resolve();
  let newest = 0;
  let stopped = 0;
  function inTurn(what: string, work: () => Promise<void>): Promise<void> {
    const done = before.then(() => plainErrors(what, work));
    before = done.catch(() => undefined);
    return done;
  }
  return {
    load: (ledger) =>
      inTurn('taking in a ledger', async () => {
        member ??= createCrewMember(await loadKernels());
        member.load(ledger);
      }),
    run(task, give) {
      newest += 1;
      const mine = newest;
      return inTurn('computing signals', async () => {
        const given: unknown[] = [];
        await member!.run(
          task,
          (part) => {
            given.push(
              give(
                transfer(part, [...part.values.map((values) => values.buffer), part.residual.buffer] as ArrayBuffer[]),
              ),
            );
          },
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

/** Makes the worker that this is called in a member of a crew. */
export const exposeCrew = (loadKernels: () => Promise<KernelModule>): void => expose(crewToWire(loadKernels));

/** Threads for the engine: started at the first run or when woken, each with a copy of the ledger of the newest run. */
export interface CrewThreads extends Crew {
  wake(ledger?: CrewLedger, members?: number): void;
  /** Gives their memory back, until the next run. */
  dispose(): void;
}

interface Slot {
  readonly lifeline: Lifeline<CrewApi>;
  /** What it has been given, and whether it has taken it in. */
  holds: { readonly ledger: CrewLedger; readonly taken: Promise<void> } | null;
}

/** @param spawn starts one worker, whose script exposes `crewToWire` */
export function createCrew(size: number, spawn: () => SpawnedWorker): CrewThreads {
  let slots: Slot[] | null = null;

  const start = (): Slot[] =>
    Array.from({ length: size }, () => {
      const slot: Slot = {
        holds: null,
        lifeline: createLifeline<CrewApi>({
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

  function load(slot: Slot, ledger: CrewLedger): Promise<void> {
    if (slot.holds?.ledger === ledger) return slot.holds.taken;
    const taken = slot.lifeline.call('taking in a ledger', (remote) => remote.load(ledger));
    const given = (slot.holds = { ledger, taken });
    taken.catch(() => {
      if (slot.holds === given) slot.holds = null;
    });
    return taken;
  }

  async function give(
    slot: Slot,
    ledger: CrewLedger,
    task: CrewTask,
    accept: (part: CrewPart) => void,
    signal: AbortSignal,
  ): Promise<string | null> {
    try {
      await load(slot, ledger);
      if (signal.aborted) return null;
      // After a cancel parts may still be under way.
      await slot.lifeline.call('computing signals', (remote) =>
        remote.run(
          task,
          proxy((part: CrewPart) => {
            if (!signal.aborted) accept(part);
          }),
        ),
      );
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
          for (const { lifeline } of used) lifeline.call('stopping', (remote) => remote.stop()).catch(() => undefined);
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
    wake(ledger, members = size) {
      slots ??= start();
      for (const slot of slots.slice(0, members)) {
        slot.lifeline.wake();
        // The run hears of a failure.
        if (ledger) load(slot, ledger).catch(() => undefined);
      }
    },
    dispose() {
      for (const { lifeline } of slots ?? []) lifeline.dispose();
      slots = null;
    },
  };
}
