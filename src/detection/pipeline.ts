import type { Coordinates, EventColumns, IndexRange } from '../core/columns.ts';
import { TautlineFailure } from '../core/errors.ts';
import type { EventIndex } from '../core/units.ts';
import type { Block } from '../kernels/arena.ts';
import { couplingState, previousInThread, readCouplingMatrix, runCoupling, type CouplingOptions } from '../kernels/coupling.ts';
import { detectorState, governanceWeights, openEpisodes, runDetectors, type DetectorColumns, type Episode } from '../kernels/detectors.ts';
import { displacementState, runDisplacement } from '../kernels/displacement.ts';
import type { EventBlocks } from '../kernels/events.ts';
import { latencyState, runLatency, type LatencyColumns } from '../kernels/latency.ts';
import type { KernelModule } from '../kernels/module.ts';
import { runTracker, trackerState, type TrackerColumns } from '../kernels/tracker.ts';
import { runTransport, transportState, type TransportColumns } from '../kernels/transport.ts';
import type { Baseline } from './baseline.ts';
import { calibrationOf, calibrationStatistics, detectorLimits, scoreOf } from './calibration.ts';
import { explainRoute } from './explain.ts';
import type { Parameters } from './parameters.ts';
import {
  alignReference, referenceMeans, referenceWindows, resizeWindows, resolveSync, warmupOf, windowReferenceOf, type ReferenceMeans, type ResolvedReference,
} from './reference.ts';
import { alignFalseAlarms, shiftFalseAlarms, shiftLimits, type ShiftFalseAlarms } from './shiftLimit.ts';
import { ALERT_KINDS, ROUTES, type Alert, type Calibration, type Decisions, type Projection, type Signals } from './types.ts';

export { referenceRange, selectStreams } from './reference.ts';

const NOWHERE: IndexRange = { from: 0, to: 0 };
/** Events between saved coupling states: what a drill-down replays at most. */
const CHECKPOINT = 2048;

/**
 * The pipeline of the spec over one ledger in memory: signals (4-6), calibration (7), decisions (8). Synchronous; holds a kernel instance of its own.
 * Signals and decisions are views into wasm memory: those of `runSignals` are valid until the next `runSignals` or `load`, those of `decide` until the
 * next `decide`, `runSignals` or `load`. Copy what must live longer. Alerts and calibration are plain objects.
 */
export interface Detector {
  /**
   * Takes in a ledger.
   * @param reference the reference period within these events, or a baseline, which has it elsewhere: then there is none within these events
   * @param skip with a baseline: where its own reference lies, where these are the very events that it comes from. No alert is raised inside, and every
   * signal and decision is that of the analysis that made the baseline.
   */
  load(events: EventColumns, coordinates: Coordinates, reference: IndexRange | Baseline, skip?: IndexRange): void;
  runSignals(parameters: Parameters): Signals;
  /** Calibration for the signals of the last run; of `parameters` only those of the decisions stage are read. */
  calibrate(parameters: Parameters): Calibration;
  /** Decisions for the signals of the last run; of `parameters` only those of the decisions stage are read. */
  decide(parameters: Parameters): Decisions;
  /** A_pq / sqrt(energy_p energy_q) just after event `at`: row-major S x S, NaN on the diagonal. */
  couplingMatrix(at: EventIndex): Float64Array;
  /** Everything that the reference fixed under the parameters of the last run: for other ledgers, for streams, for a file. */
  baseline(projection: Projection, parameters: Parameters): Baseline;
  /** Why the event has the route that the last `decide` gave it. */
  explain(index: EventIndex): string[];
}

/** Columns of a loaded ledger in wasm memory. */
interface Loaded {
  readonly kernels: KernelModule;
  readonly events: EventColumns;
  readonly coordinates: Coordinates;
  readonly blocks: EventBlocks;
  readonly columns: PipelineColumns;
  /** Null where the reference lies within the events. */
  readonly baseline: { readonly reference: ResolvedReference; readonly given: Baseline } | null;
  readonly range: IndexRange;
  readonly means: ReferenceMeans;
  /** Top of the arena: what follows belongs to the run under way. */
  readonly mark: number;
}

/** What the kernels write and read besides `EventBlocks`, one element an event. */
export interface PipelineColumns extends TrackerColumns, LatencyColumns, TransportColumns, DetectorColumns {
  readonly seq: Block<Int32Array>;
  readonly time: Block<Float64Array>;
  readonly latency: Block<Float64Array>;
  readonly instantiation: Block<Int32Array>;
  readonly previous: Block<Int32Array>;
  readonly rho: Block<Float64Array>;
  readonly mewma: Block<Float64Array>;
}

/** What the last run of the signals leaves for later questions. */
interface Run {
  readonly parameters: Parameters;
  readonly signals: Signals;
  readonly windowReference: number;
  readonly coupling: CouplingOptions;
  /** Coupling states before events 0, CHECKPOINT, 2 CHECKPOINT, ... */
  readonly checkpoints: readonly Uint8Array[];
}

/** Derives false SHIFT alarms of a reference; a parameter so that tests can do without the bootstrap. */
export type FalseAlarms = typeof shiftFalseAlarms;

export function createDetector(kernels: KernelModule, falseAlarms: FalseAlarms = shiftFalseAlarms): Detector {
  let loaded: Loaded | null = null;
  let run: Run | null = null;
  let decided: { readonly decisions: Decisions; readonly parameters: Parameters } | null = null;
  let alarms: { readonly lambda: number; readonly counts: ShiftFalseAlarms | null } | null = null;

  function alarmCounts({ events, coordinates, range, baseline }: Loaded, { mewma_lambda }: Parameters): ShiftFalseAlarms | null {
    if (baseline) return alignFalseAlarms(baseline.given.falseAlarms, baseline.given.reference.streams, events.streams);
    if (alarms?.lambda !== mewma_lambda) alarms = { lambda: mewma_lambda, counts: falseAlarms(kernels, { events, coordinates, range }, { mewma_lambda }) };
    return alarms.counts;
  }

  const detector: Detector = {
    load(events, coordinates, reference, skip = NOWHERE) {
      run = null;
      decided = null;
      alarms = null;
      loaded = null;
      loaded = load(kernels.fork(), events, coordinates, reference, skip);
    },

    runSignals(parameters) {
      const held = need(loaded, 'load');
      run = null;
      decided = null;
      run = runSignals(held, parameters);
      alarmCounts(held, parameters);
      return run.signals;
    },

    calibrate(parameters) {
      const held = need(loaded, 'load');
      const { signals, windowReference, parameters: used } = need(run, 'runSignals');
      const { events, range, means, coordinates, columns, baseline } = held;
      const statistics = baseline?.given.calibration ?? calibrationStatistics({
        events, signals, boxCox: columns.boxCox.view(), range, referenceEvents: means.referenceEvents, k: coordinates.k, wref: windowReference,
      }, parameters);
      return calibrationOf(statistics, shiftLimits(alarmCounts(held, used), parameters.false_alarm_budget, events.streams.length), parameters);
    },

    decide(parameters) {
      const held = need(loaded, 'load');
      decided = null;
      const calibration = detector.calibrate(parameters);
      const decisions = decide(held, calibration, parameters);
      decided = { decisions, parameters };
      return decisions;
    },

    couplingMatrix(at) {
      const { kernels: own, events, blocks, columns } = need(loaded, 'load');
      const { coupling, checkpoints } = need(run, 'runSignals');
      requireEvent(at, events.n);
      const { arena } = own;
      return arena.scope(() => {
        const state = couplingState(own, blocks.streams, blocks.k);
        const block = Math.floor(at / CHECKPOINT);
        state.view().set(checkpoints[block]);
        // Writes rho of the replayed events once more, bit for bit what is there.
        runCoupling(own, blocks, columns, coupling, state, columns.rho, block * CHECKPOINT, at + 1);
        return readCouplingMatrix(own, blocks.streams, state);
      });
    },

    baseline(projection, parameters) {
      const held = need(loaded, 'load');
      const { windowReference, parameters: used } = need(run, 'runSignals');
      if (held.baseline) return held.baseline.given;
      const { events, coordinates, range, means } = held;
      const { n, streams, hasLatency } = events;
      return {
        projection,
        reference: {
          ...means, range, retrospective: range.from === 0 && range.to === n, streams, k: coordinates.k, hasLatency, windowReference,
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
      return explainRoute({
        route: ROUTES[decisions.route[index]],
        isVoid: events.isVoid[index] === 1,
        inReference: index < range.to,
        seq: seq[index],
        warmup: warmupOf(parameters.warmup, means.streamEvents[stream]),
        kl: kl[index], friction: friction[index], entropy: entropy[index], rho: rho[index], tension: tension[index], mewma: mewma[index],
        cusum: decisions.cusum[index],
        open: decisions.alerts.filter((a) => a.stream === stream && a.fired <= index && (a.cleared ?? Infinity) > index).map((a) => a.kind),
      }, { ...decisions.calibration, shiftLimit: decisions.calibration.shiftLimits[stream] }, parameters);
    },
  };
  return detector;
}

/** Bytes that the columns of an event take in wasm memory: f64, i32 and byte columns, coordinates and residuals on k axes. */
export const eventBytes = (k: number): number => 8 * 14 + 4 * 5 + 3 + 8 * k;

function load(kernels: KernelModule, events: EventColumns, coordinates: Coordinates, reference: IndexRange | Baseline, skip: IndexRange): Loaded {
  const { arena } = kernels;
  const { n } = events;
  const { k, x } = coordinates;
  const streams = events.streams.length;
  const baseline = 'reference' in reference ? { reference: alignReference(reference.reference, events.streams), given: reference } : null;
  if (baseline && baseline.reference.k !== k) {
    throw new TautlineFailure({
      kind: 'ledger', problem: `the baseline has ${baseline.reference.k} axes, the coordinates ${k}`, advice: 'Project the ledger with the projection of the baseline.',
    });
  }
  // 16 bytes of padding a column.
  arena.reserve(n * eventBytes(k) + 1024);
  const f64 = () => arena.f64(n);
  const blocks: EventBlocks = { n, k, streams, x: arena.f32From(x), stream: arena.i32From(events.stream), isVoid: arena.u8From(events.isVoid) };
  const columns: PipelineColumns = {
    seq: arena.i32(n), time: arena.f64From(events.time), latency: arena.f64From(events.latency), instantiation: arena.i32From(events.instantiation), previous: arena.i32(n),
    residual: arena.f32(n * k), friction: f64(), trace: f64(), kl: f64(), boxCox: f64(), entropy: f64(), p95: f64(), window: f64(), rho: f64(),
    tension: f64(), shift: f64(), mewma: f64(), cusum: f64(), route: arena.u8(n), notice: arena.u8(n),
  };
  const counts = new Int32Array(streams);
  const seq = columns.seq.view();
  for (let i = 0; i < n; i++) seq[i] = ++counts[events.stream[i]];
  previousInThread(events.thread, events.isVoid, events.threadCount, columns.previous.view());
  const range = 'reference' in reference ? skip : reference;
  return { kernels, events, coordinates, blocks, columns, baseline, range, means: baseline?.reference ?? referenceMeans(events, coordinates, range), mark: arena.mark() };
}

function runSignals({ kernels, events, coordinates, blocks, columns, baseline, range, means, mark }: Loaded, p: Parameters): Run {
  const { arena } = kernels;
  const { n, k, streams } = blocks;
  arena.release(mark);
  runLatency(
    kernels, columns.latency, { size: p.lat_window, factor: p.win_factor, minimum: p.win_min, adaptive: p.adaptive },
    latencyState(kernels, p.lat_window), columns, 0, n,
  );
  const windowReference = baseline?.reference.windowReference ?? windowReferenceOf(columns.window.view(), range, p.win_min);
  const referenceMean = arena.f64From(means.means);
  runTracker(kernels, blocks, columns, {
    lambdaFast: p.lambda_fast, lambdaSlow: p.lambda_slow, shrinkage: p.shrinkage, windowReference: p.adaptive ? windowReference : Infinity,
    referenceFrom: range.from, referenceTo: range.to, anchor: p.anchor === 'reference' ? referenceMean : null,
  }, trackerState(kernels, streams, k), columns, 0, n);

  const coupling: CouplingOptions = { lambda: p.lambda_slow, sync: resolveSync(p, events.hasLatency), turnWindow: p.turn_window };
  const state = couplingState(kernels, streams, k);
  const checkpoints: Uint8Array[] = [];
  for (let from = 0; from < n; from += CHECKPOINT) {
    checkpoints.push(state.view().slice());
    runCoupling(kernels, blocks, columns, coupling, state, columns.rho, from, Math.min(n, from + CHECKPOINT));
  }

  const windows = baseline ? resizeWindows(baseline.reference.windows, k, p.emd_window) : referenceWindows(events, coordinates, range, p.emd_window);
  runTransport(kernels, blocks, {
    size: p.emd_window, minimum: p.emd_min, referenceTo: range.to, referenceRows: arena.f32From(windows.rows), referenceCounts: arena.i32From(windows.counts),
  }, transportState(kernels, streams, k, p.emd_window), columns, 0, n);
  runDisplacement(kernels, blocks, { lambda: p.mewma_lambda, referenceTo: range.to, means: referenceMean }, displacementState(kernels, streams, k), columns.mewma, 0, n);

  arena.release(mark);
  // Later questions allocate less than this, so they do not move the memory under the views.
  arena.reserve((1 << 20) + 1024 * streams + 32 * streams * streams + 16 * streams * k);
  const signals: Signals = {
    n, seq: columns.seq.view(), friction: columns.friction.view(), trace: columns.trace.view(), kl: columns.kl.view(), entropy: columns.entropy.view(),
    p95: columns.p95.view(), window: columns.window.view(), rho: columns.rho.view(), tension: columns.tension.view(), shift: columns.shift.view(),
    mewma: columns.mewma.view(),
  };
  return { parameters: p, signals, windowReference, coupling, checkpoints };
}

function decide({ kernels, blocks, columns, range, means }: Loaded, calibration: Calibration, p: Parameters): Decisions {
  return kernels.arena.scope(() => {
    const state = detectorState(kernels, blocks.streams);
    const warmup = means.streamEvents.map((count) => warmupOf(p.warmup, count));
    const closed = runDetectors(
      kernels, { ...blocks, ...columns }, { limits: detectorLimits(calibration, p), shiftLimits: calibration.shiftLimits, warmup, referenceTo: range.to }, state, columns, 0, blocks.n,
    );
    const boxCox = columns.boxCox.view();
    const cusum = columns.cusum.view();
    let z: Float64Array | null = null;
    return {
      route: columns.route.view(), cusum, notice: columns.notice.view(),
      get z() {
        return (z ??= cusum.map((sum, i) => scoreOf(boxCox[i], sum, calibration)));
      },
      alerts: [...closed, ...openEpisodes(state)].map(alertOf).sort(byFired),
      governanceWeight: governanceWeights(state),
      calibration,
    };
  });
}

/** An episode of the kernel as an alert. */
export function alertOf({ kind, stream, onset, fired, cleared, onsetSeq, firedSeq, peak }: Episode): Alert {
  return { kind: ALERT_KINDS[kind], stream, onset, fired, cleared: cleared < 0 ? null : cleared, onsetSeq, firedSeq, peak, lag: firedSeq - onsetSeq };
}

/** The order of `Decisions.alerts`: fired, stream, kind. */
export const byFired = (a: Alert, b: Alert): number => a.fired - b.fired || a.stream - b.stream || (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0);

function need<T>(value: T | null, first: string): T {
  if (value !== null) return value;
  throw new TautlineFailure({ kind: 'internal', problem: `the detector was asked before ${first} was called`, advice: 'Report it with this text.' });
}

function requireEvent(index: EventIndex, n: number): void {
  if (Number.isInteger(index) && index >= 0 && index < n) return;
  throw new TautlineFailure({ kind: 'internal', problem: `there is no event ${index} among ${n}`, advice: 'Report it with this text.' });
}
