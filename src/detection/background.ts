import type { EventColumns } from '../core/columns.ts';
import { TautlineFailure } from '../core/errors.ts';
import { yieldToMain } from '../core/yieldToMain.ts';
import type { StageId } from './channels/table.ts';
import { acceptPart, POOLED_STAGES, shareOut, tasksOf, type StagePool, type Share } from './signalPool.ts';
import { poolLedgerOf, type Loaded } from './loaded.ts';
import type { Parameters } from './parameters.ts';
import type { Choice } from './signalColumns.ts';
import { signalSteps } from './signalRun.ts';
import { stageKey, StageSpeed } from './signalStages.ts';

/** Work in ms from which on threads pay. */
const POOL_THRESHOLD_MS = 60;
const TIME_SLICE_MS = 15;

export interface PrepareOptions {
  readonly signal: AbortSignal;
  /** Fraction done, a few times a second at most. */
  readonly onProgress: (fraction: number) => void;
  /** Longest time slice without a look at the event queue, in ms, beyond a piece of work. */
  readonly timeSlice?: number;
  /** Shares the kernels of the streams where they take long. */
  readonly pool?: StagePool | null;
  /** A worker of the pool failed, and its streams are being computed here. */
  readonly onWorkerFailure?: (problem: string) => void;
  /** Work in ms from which on the worker pool is called. */
  readonly poolThreshold?: number;
}

/** True if kernels take so long, and have so many streams, that sharing them pays. */
const worthSharing = (
  speed: StageSpeed,
  stages: readonly StageId[],
  n: number,
  streams: number,
  poolThreshold: number,
): boolean => streams > 1 && speed.cost(stages, n) >= poolThreshold;

/** Wakes the worker pool where the first run over a ledger will call it. */
export function prestartPool(
  { pool, poolThreshold = POOL_THRESHOLD_MS }: Pick<PrepareOptions, 'pool' | 'poolThreshold'>,
  { n, streams }: EventColumns,
  k: number,
): void {
  if (pool && worthSharing(new StageSpeed(k), POOLED_STAGES, n, streams.length, poolThreshold)) pool.prestart?.();
}

/** Runs the stale stages in pieces, with looks at the event queue, and with the worker pool where that pays. */
export async function runInBackground(
  held: Loaded,
  parameters: Parameters,
  choice: Choice,
  options: PrepareOptions,
): Promise<void> {
  const { pool = null, poolThreshold = POOL_THRESHOLD_MS } = options;
  const { stale, slots } = choice;
  const { n, streams } = held.blocks;
  const shared = POOLED_STAGES.filter((stage) => stale.includes(stage));
  const here = stepper(held, parameters, choice, options);
  if (!pool || !worthSharing(held.speed, shared, n, streams, poolThreshold)) return here.run(stale);
  for (const stage of stale) slots[stage].key = null;
  const shares = shareOut(shared, held.counts, Math.min(pool.size, streams * shared.length), held.speed);
  // They take it in meanwhile.
  pool.prestart?.(poolLedgerOf(held), shares.length);
  const [first, rest] = split(stale, shared);
  await here.run(first);
  const problems = await runShares(held, parameters, choice, shares, pool, options, here);
  for (const [task, problem] of problems.entries()) {
    if (problem === null) continue;
    options.onWorkerFailure?.(problem);
    for (const stage of shared) {
      const only = shares[task][stage];
      if (only) await here.run([stage], only);
    }
  }
  for (const stage of shared) slots[stage].key = stageKey(stage, parameters);
  await here.run(rest);
}

/** What is not shared, as the stages that stand before the shared ones and those after. */
function split(stale: readonly StageId[], shared: readonly StageId[]): [readonly StageId[], readonly StageId[]] {
  const at = stale.indexOf(shared[0]);
  return [stale.slice(0, at), stale.slice(at).filter((stage) => !shared.includes(stage))];
}

interface Stepper {
  /** Fraction of the work done before what is under way. */
  done: number;
  /** @param only streams to compute in place of a signal worker; that work is counted already */
  run(stages: readonly StageId[], only?: Uint8Array): Promise<void>;
}

function stepper(
  held: Loaded,
  parameters: Parameters,
  { slots, stale }: Choice,
  { signal, onProgress, timeSlice = TIME_SLICE_MS }: PrepareOptions,
): Stepper {
  const total = held.speed.cost(stale, 1);
  const state: Stepper = {
    done: 0,
    async run(stages, only) {
      let since = performance.now();
      const share = only ? 0 : total > 0 ? held.speed.cost(stages, 1) / total : 1;
      for (const fraction of signalSteps(held, parameters, slots, stages, held.speed, only)) {
        if (performance.now() - since < timeSlice) continue;
        onProgress(Math.min(1, state.done + share * fraction));
        await yieldToMain();
        if (signal.aborted) throw new TautlineFailure({ kind: 'cancelled', what: 'Computing signals' });
        since = performance.now();
      }
      state.done += share;
    },
  };
  return state;
}

/** @returns of each share null, or why its worker failed */
async function runShares(
  held: Loaded,
  parameters: Parameters,
  { slots, stale }: Choice,
  shares: readonly Share[],
  pool: StagePool,
  { signal, onProgress }: PrepareOptions,
  progress: Stepper,
): Promise<(string | null)[]> {
  const { n } = held.blocks;
  const total = held.speed.cost(stale, 1);
  const shared = stale.filter((stage) => shares.some((share) => share[stage]));
  const work = held.speed.cost(shared, 1) / total;
  let arrived = 0;
  const problems = await pool.run(
    poolLedgerOf(held),
    tasksOf(held, parameters, slots, shares),
    (task, part) => {
      acceptPart(held, slots, shares[task][part.stage]!, part);
      arrived +=
        (part.to - part.from) * (held.speed.of(part.stage) / shares.filter((share) => share[part.stage]).length);
      onProgress(Math.min(1, progress.done + arrived / (n * total * 1e6)));
    },
    signal,
  );
  progress.done += work;
  return problems;
}
