import type { KernelModule } from '../kernels/module.ts';
import type { Block } from '../kernels/arena.ts';
import {
  allocateOutputs,
  outputBytes,
  type LedgerBlocks,
  type OutputBlocks,
  type StageBlocks,
} from './channels/stage.ts';
import { isChangeSignal, type Changes, type ChangeSignal } from './changes.ts';
import { STAGE_IDS, STAGE_TABLE, type SignalName, type StageId } from './channels/table.ts';
import type { Parameters } from './parameters.ts';
import { stageKey } from './signalStages.ts';
import { SIGNAL_NAMES, type Signals } from './types.ts';

/** What a stage last wrote, and for which parameters; `key` null: it is being written. */
interface Slot<S extends StageId = StageId> {
  key: string | null;
  readonly columns: OutputBlocks<S>;
  /** What `SignalStage.settle` gave: W_ref of the latency stage, ms. NaN of stages that settle nothing. */
  settled: number;
  /** States before events 0, CHECKPOINT, 2 CHECKPOINT, ... of a stage that keeps them. */
  checkpoints: Uint8Array[];
}

/** One slot per stage: what the signals of one set of parameters are in. */
export type SignalSlots = { readonly [S in StageId]: Slot<S> };

/** Bytes of the slots of n events of k axes. */
export const signalBytes = (n: number, k: number): number => n * outputBytes(k, STAGE_IDS);

const perStage = <T>(of: (stage: StageId) => T): Record<StageId, T> =>
  Object.fromEntries(STAGE_IDS.map((id) => [id, of(id)])) as Record<StageId, T>;

export const allocateSlots = (kernels: KernelModule, n: number, k: number): SignalSlots =>
  perStage((id) => ({
    key: null,
    columns: allocateOutputs(kernels, id, n, k),
    settled: Number.NaN,
    checkpoints: [],
  }));

/** All that stages read and write, in these slots. */
export const blocksOf = (ledger: LedgerBlocks, slots: SignalSlots): StageBlocks =>
  Object.assign({ ...ledger }, ...STAGE_IDS.map((id) => slots[id].columns)) as StageBlocks;

export interface Choice {
  readonly slots: SignalSlots;
  /** Stages that have to run, in order. */
  readonly stale: readonly StageId[];
}

/**
 * Slots for the signals of `parameters`: those that hold them already and, for the others, slots that are not in
 * `keep`; where there are none, or nothing has to be kept, those of `last`.
 */
export function chooseSlots(
  sets: readonly SignalSlots[],
  parameters: Parameters,
  last: SignalSlots | null,
  keep: SignalSlots | null,
): Choice {
  const stale: StageId[] = [];
  const all = last ? [last, ...sets] : sets;
  const slots = perStage((stage) => {
    const key = stageKey(stage, parameters);
    const held = all.find((set) => set[stage].key === key);
    if (held) return held[stage];
    stale.push(stage);
    return (sets.find((set) => keep && set[stage] !== keep[stage]) ?? all[0])[stage];
  }) as unknown as SignalSlots;
  return { slots, stale };
}

type StageSignal = Exclude<SignalName, ChangeSignal>;
const STAGE_OF = Object.fromEntries(
  STAGE_IDS.flatMap((id) => STAGE_TABLE[id].columns.map((name) => [name, id])),
) as Readonly<Record<StageSignal, StageId>>;

/** Statistics of a channel of lasting change, NaN throughout where it is out of action. */
export const statisticOf = (changes: Changes, name: ChangeSignal, n: number): Float64Array =>
  changes[name].statistic ?? silence(n);

let silent = new Float64Array(0);
function silence(n: number): Float64Array {
  if (silent.length < n) silent = new Float64Array(n).fill(Number.NaN);
  return silent.subarray(0, n);
}

/** The signals in these slots and changes; always the memory's present views, which growing replaces. */
export function signalsIn(n: number, seq: Block<Int32Array>, slots: SignalSlots, changes: Changes): Signals {
  const signals = { n };
  const view = (name: string, get: () => unknown) => Object.defineProperty(signals, name, { get, enumerable: true });
  view('seq', () => seq.view());
  for (const name of SIGNAL_NAMES) {
    if (isChangeSignal(name)) {
      view(name, () => statisticOf(changes, name, n));
      continue;
    }
    const block = (slots[STAGE_OF[name]].columns as Readonly<Record<StageSignal, Block<Float64Array>>>)[name];
    view(name, () => block.view());
  }
  return signals as Signals;
}
