import type { Block } from '../kernels/arena.ts';
import type { CouplingOptions } from '../kernels/coupling.ts';
import type { LatencyColumns } from '../kernels/latency.ts';
import type { KernelModule } from '../kernels/module.ts';
import type { TrackerColumns } from '../kernels/tracker.ts';
import type { TransportColumns } from '../kernels/transport.ts';
import type { Parameters } from './parameters.ts';
import { SIGNAL_STAGES, stageKey, type SignalStage } from './signalStages.ts';
import type { Signals } from './types.ts';

/** What a kernel of the signals stage last wrote, and for which parameters; `key` null: it is being written. */
interface Slot<C> {
  key: string | null;
  readonly columns: C;
}

interface LatencySlot extends Slot<LatencyColumns> {
  /** W_ref, ms. */
  windowReference: number;
}

interface CouplingSlot extends Slot<{ readonly rho: Block<Float64Array> }> {
  options: CouplingOptions | null;
  /** States before events 0, CHECKPOINT, 2 CHECKPOINT, ... */
  checkpoints: Uint8Array[];
}

/** One slot a kernel: what the signals of one set of parameters are in. */
export interface SignalSlots {
  readonly latency: LatencySlot;
  readonly tracker: Slot<TrackerColumns>;
  readonly coupling: CouplingSlot;
  readonly transport: Slot<TransportColumns>;
  readonly displacement: Slot<{ readonly mewma: Block<Float64Array> }>;
}

/** Bytes of the slots of n events of k axes. */
export const signalBytes = (n: number, k: number): number => n * (8 * 11 + 4 * k);

export function allocateSlots({ arena }: KernelModule, n: number, k: number): SignalSlots {
  const f64 = () => arena.f64(n);
  return {
    latency: { key: null, columns: { p95: f64(), window: f64() }, windowReference: Number.NaN },
    tracker: {
      key: null,
      columns: { residual: arena.f32(n * k), friction: f64(), trace: f64(), kl: f64(), boxCox: f64(), entropy: f64() },
    },
    coupling: { key: null, columns: { rho: f64() }, options: null, checkpoints: [] },
    transport: { key: null, columns: { tension: f64(), shift: f64() } },
    displacement: { key: null, columns: { mewma: f64() } },
  };
}

export interface Choice {
  readonly slots: SignalSlots;
  /** Stages that have to run, in order. */
  readonly stale: readonly SignalStage[];
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
  const stale: SignalStage[] = [];
  const choose = <S extends SignalStage>(stage: S): SignalSlots[S] => {
    const key = stageKey(stage, parameters);
    const all = last ? [last, ...sets] : sets;
    const held = all.find((set) => set[stage].key === key);
    if (held) return held[stage];
    stale.push(stage);
    return (sets.find((set) => keep && set[stage] !== keep[stage]) ?? all[0])[stage];
  };
  const slots: SignalSlots = {
    latency: choose('latency'),
    tracker: choose('tracker'),
    coupling: choose('coupling'),
    transport: choose('transport'),
    displacement: choose('displacement'),
  };
  return { slots, stale: SIGNAL_STAGES.filter((stage) => stale.includes(stage)) };
}

/** The signals in these slots; always the memory's present views, which growing replaces. */
export function signalsIn(
  n: number,
  seq: Block<Int32Array>,
  { latency, tracker, coupling, transport, displacement }: SignalSlots,
): Signals {
  return {
    n,
    get seq() {
      return seq.view();
    },
    get friction() {
      return tracker.columns.friction.view();
    },
    get trace() {
      return tracker.columns.trace.view();
    },
    get kl() {
      return tracker.columns.kl.view();
    },
    get entropy() {
      return tracker.columns.entropy.view();
    },
    get p95() {
      return latency.columns.p95.view();
    },
    get window() {
      return latency.columns.window.view();
    },
    get rho() {
      return coupling.columns.rho.view();
    },
    get tension() {
      return transport.columns.tension.view();
    },
    get shift() {
      return transport.columns.shift.view();
    },
    get mewma() {
      return displacement.columns.mewma.view();
    },
  };
}
