import type { Coordinates, EventColumns, IndexRange } from '../core/columns.ts';
import type { EventIndex } from '../core/units.ts';
import { readCouplingMatrix } from './channels/coupling/kernel.ts';
import type { KernelModule } from '../kernels/module.ts';
import { runInBackground, type PrepareOptions } from './background.ts';
import type { Baseline } from './baseline.ts';
import { calibrationOf, calibrationStatistics } from './calibration.ts';
import { alignAll, deriveAll, type ChannelReferences } from './channels/reference.ts';
import { STAGES } from './channels/generated/stages.ts';
import { isDecided, STAGE_IDS, type StageId } from './channels/table.ts';
import type { Changes } from './changes.ts';
import { decide } from './decide.ts';
import { explainEventState } from './explain.ts';
import { loadLedger, need, requireEvent, type Loaded } from './loaded.ts';
import type { Parameters } from './parameters.ts';
import { referenceWindows, warmupOf } from './reference.ts';
import { blocksOf, chooseSlots, signalsIn, type Choice, type SignalSlots } from './signalColumns.ts';
import { previewSignals } from './signalPreview.ts';
import { CHECKPOINT, referenceIn, signalSteps } from './signalRun.ts';
import { signalsOf, stageKey } from './signalStages.ts';
import {
  EVENT_STATES,
  type Alert,
  type Calibration,
  type Decisions,
  type Projection,
  type SignalName,
  type Signals,
} from './types.ts';

export { prestartPool, type PrepareOptions } from './background.ts';
export { eventBytes } from './loaded.ts';
export { heldStreams, referenceRange, selectStreams } from './reference.ts';

const NOWHERE: IndexRange = { from: 0, to: 0 };

/**
 * The pipeline of docs/methods.md over one ledger in memory: signals (4-6), calibration (7), decisions (8). Holds a
 * kernel instance of its own. Of the signals only those kernels run again whose inputs changed
 * (`SignalStage.parameters`). Signals and decisions are views into wasm memory: those of `runSignals` are valid until
 * the next `runSignals` or `load` (and see `keeps`), those of `decide` until the next `decide`, `runSignals` or `load`.
 * Copy what must live longer. Alerts and calibration are
 * plain objects.
 */
export interface Detector {
  /**
   * Takes in a ledger.
   * @param reference the reference period within these events, or a baseline, which has it elsewhere: then there is
   * none within these events
   * @param skip with a baseline: where its own reference lies, where these are the very events that it comes from. No
   * alert is raised inside, and every signal and decision is that of the analysis that made the baseline.
   */
  load(events: EventColumns, coordinates: Coordinates, reference: IndexRange | Baseline, skip?: IndexRange): void;
  /**
   * Takes what was computed apart for the parameters of the calls that follow; none is known after `load`. The last
   * run and what was decided on it are gone.
   */
  take(changes: Changes): void;
  runSignals(parameters: Parameters): Signals;
  /**
   * Computes in the background what `runSignals` of these parameters needs, which then has nothing left to do. Other
   * calls may come between, `load` and another `prepare` may not. Throws kind "cancelled" where the signal is aborted.
   */
  prepare(parameters: Parameters, options: PrepareOptions): Promise<void>;
  /** ms that `prepare` will take, as far as that can be told. */
  cost(parameters: Parameters): number;
  /**
   * A picture of what `prepare` of these parameters is to compute, in about `budget` ms (see `previewSignals`): to be
   * looked at only, close to the truth but not it. Later `prepare`s write the truth over it.
   */
  preview(parameters: Parameters, visible: IndexRange, budget: number): SignalPreview;
  /**
   * True if `prepare` leaves the answers of the last run standing; where there is no memory for two sets of signals
   * the last run is gone.
   */
  keeps(parameters: Parameters): boolean;
  /**
   * Alerts of other parameters, beside the last run and what was decided on it. Quick after `prepare`.
   * @param changes what was computed apart for them
   */
  alertsOf(parameters: Parameters, changes?: Changes): readonly Alert[];
  /** Calibration for the signals of the last run; of `parameters` only those of the decisions stage are read. */
  calibrate(parameters: Parameters): Calibration;
  /** Decisions for the signals of the last run; of `parameters` only those of the decisions stage are read. */
  decide(parameters: Parameters): Decisions;
  /** A_pq / sqrt(energy_p energy_q) just after event `at`: row-major S x S, NaN on the diagonal. */
  couplingMatrix(at: EventIndex): Float64Array;
  /**
   * Everything that the reference fixed under the parameters of the last run: for other ledgers, for streams, for a
   * file.
   */
  baseline(projection: Projection, parameters: Parameters): Baseline;
  /** Why the event has the route that the last `decide` gave it. */
  explain(index: EventIndex): string[];
}

export interface SignalPreview {
  /** The signals that are previewed; of the others nothing changes. */
  readonly names: ReadonlySet<SignalName>;
  /** Where they have values, ascending. */
  readonly ranges: readonly IndexRange[];
  readonly signals: Signals;
}

/** The last run of the signals. */
interface Run {
  readonly parameters: Parameters;
  readonly slots: SignalSlots;
  readonly signals: Signals;
}

export function createDetector(kernels: KernelModule): Detector {
  let loaded: Loaded | null = null;
  let run: Run | null = null;
  /** Slots of the newest run, whole or not. */
  let last: SignalSlots | null = null;
  let decided: Decided | null = null;
  const derived = new Map<string, unknown>();

  const references = (held: Loaded, parameters: Parameters): ChannelReferences =>
    held.baseline
      ? alignAll(held.baseline, held.baseline.reference.streams, held.events.streams)
      : deriveAll(kernels, held, parameters, derived);
  const calibrate = (held: Loaded, of: Run, parameters: Parameters): Calibration =>
    calibrationOf(
      held.baseline?.calibration ?? statisticsOf(held, of, parameters),
      references(held, of.parameters),
      parameters,
      held.events.streams.length,
    );

  /**
   * The run of `parameters`, computed where its signals are not there yet: in the place of `last`'s, or beside those in
   * `keep`.
   */
  function runOf(held: Loaded, parameters: Parameters, keep: SignalSlots | null): Run {
    const { slots, stale } = chooseSlots(held.sets, parameters, last, keep);
    const steps = signalSteps(held, parameters, slots, stale, held.speed);
    while (steps.next().done !== true);
    references(held, parameters);
    return { parameters, slots, signals: signalsIn(held.blocks.n, held.seq, slots, held.changes) };
  }

  /** Slots for `parameters`, in place of the last ones where there is no memory for both. */
  function makeRoom(held: Loaded, parameters: Parameters): Choice {
    const kept = detector.keeps(parameters);
    if (!kept) [run, decided] = [null, null];
    return chooseSlots(held.sets, parameters, last, kept ? last : null);
  }

  const detector: Detector = {
    load(events, coordinates, reference, skip = NOWHERE) {
      [run, last, decided, loaded] = [null, null, null, null];
      derived.clear();
      loaded = loadLedger(kernels.fork(), events, coordinates, reference, skip);
    },

    take(changes) {
      const held = need(loaded, 'load');
      if (held.changes === changes) return;
      held.changes = changes;
      derived.clear();
      [run, decided] = [null, null];
    },

    runSignals(parameters) {
      const held = need(loaded, 'load');
      [run, decided] = [null, null];
      run = runOf(held, parameters, null);
      last = run.slots;
      return run.signals;
    },

    async prepare(parameters, options) {
      const held = need(loaded, 'load');
      await runInBackground(held, parameters, makeRoom(held, parameters), options);
    },

    cost(parameters) {
      const held = need(loaded, 'load');
      return held.speed.cost(chooseSlots(held.sets, parameters, last, last).stale, held.blocks.n);
    },

    preview(parameters, visible, budget) {
      const held = need(loaded, 'load');
      const { slots, stale } = makeRoom(held, parameters);
      const ranges = previewSignals(held, parameters, slots, stale, held.speed, visible, budget);
      const signals = signalsIn(held.blocks.n, held.seq, slots, held.changes);
      return { names: new Set(stale.flatMap(signalsOf)), ranges, signals };
    },

    keeps(parameters) {
      const { sets } = need(loaded, 'load');
      const holds = (stage: StageId) => last![stage].key === stageKey(stage, parameters);
      return sets.length > 1 || (last !== null && STAGE_IDS.every(holds));
    },

    alertsOf(parameters, changes) {
      const held = need(loaded, 'load');
      return withChanges(held, changes, derived, () => {
        const other = runOf(held, parameters, last);
        return decideBeside(held, other.slots, calibrate(held, other, parameters), parameters).alerts;
      });
    },

    calibrate: (parameters) => calibrate(need(loaded, 'load'), need(run, 'runSignals'), parameters),

    decide(parameters) {
      const held = need(loaded, 'load');
      decided = null;
      const { slots } = need(run, 'runSignals');
      const decisions = decide(held, slots, detector.calibrate(parameters), parameters, held.decided);
      decided = { decisions, parameters };
      return decisions;
    },

    couplingMatrix: (at) => couplingMatrixAt(need(loaded, 'load'), need(run, 'runSignals'), at),

    baseline(projection, parameters) {
      const held = need(loaded, 'load');
      const of = need(run, 'runSignals');
      if (held.baseline) return held.baseline;
      return baselineOf(held, of, projection, detector.calibrate(parameters), references(held, of.parameters));
    },

    explain: (index) => explainEvent(need(loaded, 'load'), need(run, 'runSignals'), need(decided, 'decide'), index),
  };
  return detector;
}

/** Answers by other changes than those that stand, and leaves those standing. */
function withChanges<T>(held: Loaded, changes: Changes | undefined, derived: Map<string, unknown>, answer: () => T): T {
  const { changes: standing } = held;
  held.changes = changes ?? standing;
  derived.clear();
  try {
    return answer();
  } finally {
    held.changes = standing;
    derived.clear();
  }
}

/** Decides without touching the columns of the last decisions; valid as long as nothing else is allocated. */
const decideBeside = (held: Loaded, slots: SignalSlots, calibration: Calibration, p: Parameters): Decisions => {
  const { arena } = held.kernels;
  const { n } = held.blocks;
  return arena.scope(() => {
    const scratch = { cusum: arena.f64(n), eventState: arena.u8(n), notice: arena.u8(n) };
    return decide(held, slots, calibration, p, scratch);
  });
};

interface Decided {
  readonly decisions: Decisions;
  readonly parameters: Parameters;
}

const statisticsOf = (
  { events, range, means: { referenceEvents }, coordinates: { k } }: Loaded,
  { signals, slots }: Run,
  parameters: Parameters,
) =>
  calibrationStatistics(
    {
      events,
      signals,
      boxCox: slots.tracker.columns.boxCox.view(),
      range,
      referenceEvents,
      k,
      wref: slots.latency.settled,
    },
    parameters,
  );

/** Coupling just after event `at`: the events since the checkpoint before it once more, bit for bit what they gave. */
function couplingMatrixAt(held: Loaded, { slots, parameters }: Run, at: EventIndex): Float64Array {
  const { kernels, events, blocks, columns } = held;
  requireEvent(at, events.n);
  return kernels.arena.scope(() => {
    const { state, run } = STAGES.coupling.open(
      kernels,
      blocks,
      STAGES.coupling.given(referenceIn(held, slots), parameters),
    );
    const block = Math.floor(at / CHECKPOINT);
    state.view().set(slots.coupling.checkpoints[block]);
    run({ blocks, columns: blocksOf(columns, slots), origin: 0 }, block * CHECKPOINT, at + 1);
    return readCouplingMatrix(kernels, blocks.streams, state);
  });
}

const baselineOf = (
  { events, coordinates, range, means }: Loaded,
  { slots, parameters }: Run,
  projection: Projection,
  calibration: Calibration,
  references: ChannelReferences,
): Baseline => ({
  projection,
  reference: {
    ...means,
    range,
    retrospective: range.from === 0 && range.to === events.n,
    streams: events.streams,
    k: coordinates.k,
    hasLatency: events.hasLatency,
    windowReference: slots.latency.settled,
    windows: referenceWindows(events, coordinates, range, parameters.emd_window),
  },
  calibration,
  embedder: null,
  ...references,
});

function explainEvent(
  { events, range, means }: Loaded,
  { signals }: Run,
  { decisions, parameters }: Decided,
  index: EventIndex,
): string[] {
  requireEvent(index, events.n);
  const stream = events.stream[index];
  return explainEventState(
    {
      eventState: EVENT_STATES[decisions.eventState[index]],
      isVoid: events.isVoid[index] === 1,
      inReference: index < range.to,
      stream,
      seq: signals.seq[index],
      warmup: warmupOf(parameters.warmup, means.streamEvents[stream]),
      open: decisions.alerts
        .filter((a) => a.stream === stream && a.fired <= index && (a.resolved ?? Infinity) > index)
        .map((a) => a.kind),
      value: (name) => (isDecided(name) ? decisions[name] : signals[name])[index],
    },
    decisions.calibration,
    parameters,
  );
}
