import type { Coordinates, EventColumns, IndexRange } from '../core/columns.ts';
import { TautlineFailure } from '../core/errors.ts';
import { nextTurn } from '../core/turn.ts';
import type { EventIndex } from '../core/units.ts';
import type { Block } from '../kernels/arena.ts';
import { couplingState, previousInThread, readCouplingMatrix, runCoupling } from '../kernels/coupling.ts';
import {
  detectorState,
  governanceWeights,
  openEpisodes,
  runDetectors,
  type DetectorColumns,
  type Episode,
} from '../kernels/detectors.ts';
import type { EventBlocks } from '../kernels/events.ts';
import type { KernelModule } from '../kernels/module.ts';
import type { Baseline } from './baseline.ts';
import { calibrationOf, calibrationStatistics, detectorLimits, scoreOf } from './calibration.ts';
import { acceptPart, CREW_STAGES, shareOut, taskOf, type Crew, type CrewLedger } from './crew.ts';
import { explainRoute } from './explain.ts';
import type { Parameters } from './parameters.ts';
import { alignReference, referenceMeans, referenceWindows, warmupOf } from './reference.ts';
import { alignFalseAlarms, shiftFalseAlarms, shiftLimits, type ShiftFalseAlarms } from './shiftLimit.ts';
import { allocateSlots, chooseSlots, signalBytes, signalsIn, type SignalSlots } from './signalColumns.ts';
import { previewSignals } from './signalPreview.ts';
import { CHECKPOINT, signalSteps, type SignalInputs } from './signalRun.ts';
import { SIGNAL_STAGES, STAGE_SIGNALS, stageKey, StageSpeed, type SignalStage } from './signalStages.ts';
import {
  ALERT_KINDS,
  ROUTES,
  type Alert,
  type Calibration,
  type Decisions,
  type Projection,
  type SignalName,
  type Signals,
} from './types.ts';

export { referenceRange, selectStreams } from './reference.ts';

const NOWHERE: IndexRange = { from: 0, to: 0 };
/** Work in ms from which on threads pay. */
const CREW_FROM_MS = 60;
/** Memory that a second set of signals may take, so that the last one stays while the next is computed. */
const SPARE_BYTES = 256 * 2 ** 20;
const STRETCH_MS = 15;

/**
 * The pipeline of the spec over one ledger in memory: signals (4-6), calibration (7), decisions (8). Holds a kernel
 * instance of its own. Of the signals only those kernels run again whose inputs changed (`STAGE_PARAMETERS`).
 * Signals and decisions are views into wasm memory: those of `runSignals` are valid until the next `runSignals` or
 * `load` (and see `keeps`), those of
 * `decide` until the next `decide`, `runSignals` or `load`. Copy what must live longer. Alerts and calibration are
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
   * True where `prepare` leaves the answers of the last run standing; where there is no memory for two sets of signals
   * the last run is gone.
   */
  keeps(parameters: Parameters): boolean;
  /** Alerts of other parameters, beside the last run and what was decided on it. Quick after `prepare`. */
  alertsOf(parameters: Parameters): readonly Alert[];
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

export interface PrepareOptions {
  readonly signal: AbortSignal;
  /** Fraction done, a few times a second at most. */
  readonly onProgress: (fraction: number) => void;
  /** Longest stretch of work without a look at the event queue, in ms, beyond a piece of work. */
  readonly stretch?: number;
  /** Shares the kernels of the streams where they take long. */
  readonly crew?: Crew | null;
  /** A member of the crew failed, and its streams are being computed here. */
  readonly onCrewTrouble?: (problem: string) => void;
  /** Work in ms from which on the crew is called. */
  readonly crewFrom?: number;
}

/** True where kernels take so long, and have so many streams, that sharing them pays. */
const worthSharing = (
  speed: StageSpeed,
  stages: readonly SignalStage[],
  n: number,
  streams: number,
  crewFrom: number,
): boolean => streams > 1 && speed.cost(stages, n) >= crewFrom;

/** Wakes the crew where the first run over a ledger will call it. */
export function wakeCrew(
  { crew, crewFrom = CREW_FROM_MS }: Pick<PrepareOptions, 'crew' | 'crewFrom'>,
  { n, streams }: EventColumns,
  k: number,
): void {
  if (crew && worthSharing(new StageSpeed(k), CREW_STAGES, n, streams.length, crewFrom)) crew.wake?.();
}

export interface SignalPreview {
  /** The signals that are previewed; of the others nothing changes. */
  readonly names: ReadonlySet<SignalName>;
  /** Where they have values, ascending. */
  readonly ranges: readonly IndexRange[];
  readonly signals: Signals;
}

/** Columns of a loaded ledger in wasm memory. */
interface Loaded extends SignalInputs {
  readonly columns: SignalInputs['columns'] & { readonly seq: Block<Int32Array> } & DetectorColumns;
  readonly baseline: Baseline | null;
  /** Two where the last signals can stay while others are computed, else one. */
  readonly sets: readonly SignalSlots[];
  readonly speed: StageSpeed;
  /** Events of each stream. */
  readonly counts: Int32Array;
  crewLedger: CrewLedger | null;
}

/** The last run of the signals. */
interface Run {
  readonly parameters: Parameters;
  readonly slots: SignalSlots;
  readonly signals: Signals;
}

/** Derives false SHIFT alarms of a reference; a parameter so that tests can do without the bootstrap. */
export type FalseAlarms = typeof shiftFalseAlarms;

export function createDetector(kernels: KernelModule, falseAlarms: FalseAlarms = shiftFalseAlarms): Detector {
  let loaded: Loaded | null = null;
  let run: Run | null = null;
  /** Slots of the newest run, whole or not. */
  let last: SignalSlots | null = null;
  let decided: { readonly decisions: Decisions; readonly parameters: Parameters } | null = null;
  /** By mewma_lambda. */
  const alarms = new Map<number, ShiftFalseAlarms | null>();

  function alarmCounts(
    { events, coordinates, range, baseline }: Loaded,
    { mewma_lambda }: Parameters,
  ): ShiftFalseAlarms | null {
    if (baseline) return alignFalseAlarms(baseline.falseAlarms, baseline.reference.streams, events.streams);
    if (!alarms.has(mewma_lambda))
      alarms.set(mewma_lambda, falseAlarms(kernels, { events, coordinates, range }, { mewma_lambda }));
    return alarms.get(mewma_lambda)!;
  }

  function calibrate(held: Loaded, { slots, signals, parameters: used }: Run, parameters: Parameters): Calibration {
    const { events, range, means, coordinates, baseline } = held;
    const statistics =
      baseline?.calibration ??
      calibrationStatistics(
        {
          events,
          signals,
          boxCox: slots.tracker.columns.boxCox.view(),
          range,
          referenceEvents: means.referenceEvents,
          k: coordinates.k,
          wref: slots.latency.windowReference,
        },
        parameters,
      );
    return calibrationOf(
      statistics,
      shiftLimits(alarmCounts(held, used), parameters.false_alarm_budget, events.streams.length),
      parameters,
    );
  }

  /**
   * The run of `parameters`, computed where its signals are not there yet: in the place of `last`'s, or beside those in
   * `keep`.
   */
  function runOf(held: Loaded, parameters: Parameters, keep: SignalSlots | null): Run {
    const { slots, stale } = chooseSlots(held.sets, parameters, last, keep);
    const steps = signalSteps(held, parameters, slots, stale, held.speed);
    while (steps.next().done !== true);
    alarmCounts(held, parameters);
    return { parameters, slots, signals: signalsIn(held.blocks.n, held.columns.seq, slots) };
  }

  const detector: Detector = {
    load(events, coordinates, reference, skip = NOWHERE) {
      run = null;
      last = null;
      decided = null;
      alarms.clear();
      loaded = null;
      loaded = load(kernels.fork(), events, coordinates, reference, skip);
    },

    runSignals(parameters) {
      const held = need(loaded, 'load');
      run = null;
      decided = null;
      run = runOf(held, parameters, null);
      last = run.slots;
      return run.signals;
    },

    async prepare(
      parameters,
      { signal, onProgress, stretch = STRETCH_MS, crew = null, crewFrom = CREW_FROM_MS, onCrewTrouble },
    ) {
      const held = need(loaded, 'load');
      const kept = detector.keeps(parameters);
      const { slots, stale } = chooseSlots(held.sets, parameters, last, kept ? last : null);
      if (!kept) {
        run = null;
        decided = null;
      }
      const total = held.speed.cost(stale, 1);
      let before = 0;
      async function here(stages: readonly SignalStage[], only?: Uint8Array): Promise<void> {
        let since = performance.now();
        const share = only ? 0 : total > 0 ? held.speed.cost(stages, 1) / total : 1;
        for (const fraction of signalSteps(held, parameters, slots, stages, held.speed, only)) {
          if (performance.now() - since < stretch) continue;
          onProgress(Math.min(1, before + share * fraction));
          await nextTurn();
          if (signal.aborted) throw new TautlineFailure({ kind: 'cancelled', what: 'Computing signals' });
          since = performance.now();
        }
        before += share;
      }
      const shared = CREW_STAGES.filter((stage) => stale.includes(stage));
      const { n } = held.blocks;
      if (!crew || !worthSharing(held.speed, shared, n, held.blocks.streams, crewFrom)) return here(stale);
      for (const stage of stale) slots[stage].key = null;
      const shares = shareOut(
        shared,
        held.counts,
        Math.min(crew.size, held.blocks.streams * shared.length),
        held.speed,
      );
      // They take it in meanwhile.
      crew.wake?.(crewLedger(held), shares.length);
      await here(stale.filter((stage) => stage === 'latency'));
      const work = held.speed.cost(shared, 1) / total;
      let arrived = 0;
      const outcome = await crew.run(
        crewLedger(held),
        shares.map((share) => taskOf(held, parameters, slots, share)),
        (task, part) => {
          acceptPart(held, slots, shares[task][part.stage]!, part);
          arrived +=
            (part.to - part.from) * (held.speed.of(part.stage) / shares.filter((share) => share[part.stage]).length);
          onProgress(Math.min(1, before + arrived / (n * total * 1e6)));
        },
        signal,
      );
      before += work;
      for (const [task, problem] of outcome.entries()) {
        if (problem === null) continue;
        onCrewTrouble?.(problem);
        for (const stage of shared) {
          const only = shares[task][stage];
          if (only) await here([stage], only);
        }
      }
      for (const stage of shared) slots[stage].key = stageKey(stage, parameters);
      await here(stale.filter((stage) => stage === 'coupling'));
    },

    cost(parameters) {
      const held = need(loaded, 'load');
      return held.speed.cost(chooseSlots(held.sets, parameters, last, last).stale, held.blocks.n);
    },

    preview(parameters, visible, budget) {
      const held = need(loaded, 'load');
      const kept = detector.keeps(parameters);
      const { slots, stale } = chooseSlots(held.sets, parameters, last, kept ? last : null);
      if (!kept) {
        run = null;
        decided = null;
      }
      const ranges = previewSignals(held, parameters, slots, stale, held.speed, visible, budget);
      return {
        names: new Set(stale.flatMap((stage) => STAGE_SIGNALS[stage])),
        ranges,
        signals: signalsIn(held.blocks.n, held.columns.seq, slots),
      };
    },

    keeps(parameters) {
      const { sets } = need(loaded, 'load');
      return (
        sets.length > 1 ||
        (last !== null && SIGNAL_STAGES.every((stage) => last![stage].key === stageKey(stage, parameters)))
      );
    },

    alertsOf(parameters) {
      const held = need(loaded, 'load');
      const other = runOf(held, parameters, last);
      const { arena } = held.kernels;
      const { n } = held.blocks;
      return arena.scope(() => {
        const scratch = { cusum: arena.f64(n), route: arena.u8(n), notice: arena.u8(n) };
        return decide(held, other.slots, calibrate(held, other, parameters), parameters, scratch).alerts;
      });
    },

    calibrate(parameters) {
      return calibrate(need(loaded, 'load'), need(run, 'runSignals'), parameters);
    },

    decide(parameters) {
      const held = need(loaded, 'load');
      decided = null;
      const calibration = detector.calibrate(parameters);
      const decisions = decide(held, need(run, 'runSignals').slots, calibration, parameters, held.columns);
      decided = { decisions, parameters };
      return decisions;
    },

    couplingMatrix(at) {
      const { kernels: own, events, blocks, columns } = need(loaded, 'load');
      const {
        coupling: {
          options,
          checkpoints,
          columns: { rho },
        },
        tracker,
        latency,
      } = need(run, 'runSignals').slots;
      requireEvent(at, events.n);
      const { arena } = own;
      return arena.scope(() => {
        const state = couplingState(own, blocks.streams, blocks.k);
        const block = Math.floor(at / CHECKPOINT);
        state.view().set(checkpoints[block]);
        // Writes rho of the replayed events once more, bit for bit what is there.
        const read = {
          residual: tracker.columns.residual,
          window: latency.columns.window,
          time: columns.time,
          previous: columns.previous,
        };
        runCoupling(own, blocks, read, need(options, 'runSignals'), state, rho, block * CHECKPOINT, at + 1);
        return readCouplingMatrix(own, blocks.streams, state);
      });
    },

    baseline(projection, parameters) {
      const held = need(loaded, 'load');
      const {
        slots: {
          latency: { windowReference },
        },
        parameters: used,
      } = need(run, 'runSignals');
      if (held.baseline) return held.baseline;
      const { events, coordinates, range, means } = held;
      const { n, streams, hasLatency } = events;
      return {
        projection,
        reference: {
          ...means,
          range,
          retrospective: range.from === 0 && range.to === n,
          streams,
          k: coordinates.k,
          hasLatency,
          windowReference,
          windows: referenceWindows(events, coordinates, range, used.emd_window),
        },
        calibration: detector.calibrate(parameters),
        falseAlarms: alarmCounts(held, used),
      };
    },

    explain(index) {
      const { events, range, means } = need(loaded, 'load');
      const { signals } = need(run, 'runSignals');
      const { decisions, parameters } = need(decided, 'decide');
      requireEvent(index, events.n);
      const stream = events.stream[index];
      const { kl, friction, entropy, rho, tension, mewma, seq } = signals;
      return explainRoute(
        {
          route: ROUTES[decisions.route[index]],
          isVoid: events.isVoid[index] === 1,
          inReference: index < range.to,
          seq: seq[index],
          warmup: warmupOf(parameters.warmup, means.streamEvents[stream]),
          kl: kl[index],
          friction: friction[index],
          entropy: entropy[index],
          rho: rho[index],
          tension: tension[index],
          mewma: mewma[index],
          cusum: decisions.cusum[index],
          open: decisions.alerts
            .filter((a) => a.stream === stream && a.fired <= index && (a.cleared ?? Infinity) > index)
            .map((a) => a.kind),
        },
        { ...decisions.calibration, shiftLimit: decisions.calibration.shiftLimits[stream] },
        parameters,
      );
    },
  };
  return detector;
}

/**
 * Bytes that the columns of an event take at least in wasm memory: f64, i32 and byte columns, coordinates and residuals
 * on k axes.
 */
export const eventBytes = (k: number): number => 8 * 14 + 4 * 4 + 3 + 8 * k;

function load(
  kernels: KernelModule,
  events: EventColumns,
  coordinates: Coordinates,
  reference: IndexRange | Baseline,
  skip: IndexRange,
): Loaded {
  const { arena } = kernels;
  const { n } = events;
  const { k, x } = coordinates;
  const streams = events.streams.length;
  const baseline = 'reference' in reference ? reference : null;
  const given = baseline && alignReference(baseline.reference, events.streams);
  if (given && given.k !== k) {
    throw new TautlineFailure({
      kind: 'ledger',
      problem: `the baseline has ${given.k} axes, the coordinates ${k}`,
      advice: 'Project the ledger with the projection of the baseline.',
    });
  }
  const doubles = signalBytes(n, k) <= SPARE_BYTES;
  // Memory that nothing is written to costs nothing. 16 bytes of padding a column; later questions and runs allocate
  // some megabytes.
  arena.reserve(
    n * eventBytes(k) + (doubles ? signalBytes(n, k) : 0) + (4 << 20) + 1024 * streams + 32 * streams * streams,
  );
  const blocks: EventBlocks = {
    n,
    k,
    streams,
    x: arena.f32From(x),
    stream: arena.i32From(events.stream),
    isVoid: arena.u8From(events.isVoid),
  };
  const columns: Loaded['columns'] = {
    seq: arena.i32(n),
    time: arena.f64From(events.time),
    latency: arena.f64From(events.latency),
    instantiation: arena.i32From(events.instantiation),
    previous: arena.i32(n),
    cusum: arena.f64(n),
    route: arena.u8(n),
    notice: arena.u8(n),
  };
  const counts = new Int32Array(streams);
  const seq = columns.seq.view();
  for (let i = 0; i < n; i++) seq[i] = ++counts[events.stream[i]];
  previousInThread(events.thread, events.isVoid, events.threadCount, columns.previous.view());
  const range = 'reference' in reference ? skip : reference;
  return {
    kernels,
    events,
    coordinates,
    blocks,
    columns,
    baseline,
    given,
    range,
    means: given ?? referenceMeans(events, coordinates, range),
    sets: Array.from({ length: doubles ? 2 : 1 }, () => allocateSlots(kernels, n, k)),
    speed: new StageSpeed(k),
    counts,
    crewLedger: null,
  };
}

/** Decides on the signals in `slots`, into `out`. */
function decide(
  { kernels, blocks, columns: { seq }, range, means }: Loaded,
  slots: SignalSlots,
  calibration: Calibration,
  p: Parameters,
  out: DetectorColumns,
): Decisions {
  const columns = {
    seq,
    ...slots.tracker.columns,
    ...slots.coupling.columns,
    ...slots.transport.columns,
    ...slots.displacement.columns,
  };
  return kernels.arena.scope(() => {
    const state = detectorState(kernels, blocks.streams);
    const warmup = means.streamEvents.map((count) => warmupOf(p.warmup, count));
    const closed = runDetectors(
      kernels,
      { ...blocks, ...columns },
      { limits: detectorLimits(calibration, p), shiftLimits: calibration.shiftLimits, warmup, referenceTo: range.to },
      state,
      out,
      0,
      blocks.n,
    );
    let z: Float64Array | null = null;
    return {
      get route() {
        return out.route.view();
      },
      get cusum() {
        return out.cusum.view();
      },
      get notice() {
        return out.notice.view();
      },
      get z() {
        const boxCox = columns.boxCox.view();
        return (z ??= out.cusum.view().map((sum, i) => scoreOf(boxCox[i], sum, calibration)));
      },
      alerts: [...closed, ...openEpisodes(state)].map(alertOf).sort(byFired),
      governanceWeight: governanceWeights(state),
      calibration,
    };
  });
}

/** An episode of the kernel as an alert. */
export function alertOf({ kind, stream, onset, fired, cleared, onsetSeq, firedSeq, peak }: Episode): Alert {
  return {
    kind: ALERT_KINDS[kind],
    stream,
    onset,
    fired,
    cleared: cleared < 0 ? null : cleared,
    onsetSeq,
    firedSeq,
    peak,
    lag: firedSeq - onsetSeq,
  };
}

/** The same object for the same ledger. */
function crewLedger(held: Loaded): CrewLedger {
  const {
    blocks: { n, k, streams },
    events: { stream, isVoid, instantiation },
    coordinates: { x },
  } = held;
  held.crewLedger ??= { n, k, streams, x, stream, isVoid, instantiation };
  return held.crewLedger;
}

/** The order of `Decisions.alerts`: fired, stream, kind. */
const byFired = (a: Alert, b: Alert): number =>
  a.fired - b.fired || a.stream - b.stream || (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0);

function need<T>(value: T | null, first: string): T {
  if (value !== null) return value;
  throw new TautlineFailure({
    kind: 'internal',
    problem: `the detector was asked before ${first} was called`,
    advice: 'Report it with this text.',
  });
}

function requireEvent(index: EventIndex, n: number): void {
  if (Number.isInteger(index) && index >= 0 && index < n) return;
  throw new TautlineFailure({
    kind: 'internal',
    problem: `there is no event ${index} among ${n}`,
    advice: 'Report it with this text.',
  });
}
