import type { Coordinates, EventColumns, IndexRange } from '../core/columns.ts';
import { TautlineFailure } from '../core/errors.ts';
import { formatCount } from '../core/format.ts';
import type { OnProgress } from '../core/progress.ts';
import { nextTurn } from '../core/turn.ts';
import type { Baseline } from '../detection/baseline.ts';
import {
  DEFAULT_PARAMETERS,
  PARAMETER_NAMES,
  PARAMETER_SPECS,
  type Parameters,
  type Stage,
} from '../detection/parameters.ts';
import {
  createDetector,
  referenceRange,
  selectStreams,
  wakeCrew,
  type Detector,
  type PrepareOptions,
  type SignalPreview,
} from '../detection/pipeline.ts';
import type { Alert, Decisions, Projection, Signals } from '../detection/types.ts';
import type { KernelModule } from '../kernels/module.ts';
import { fitProjection, projectLedger, truncateCoordinates, truncateProjection } from './projection.ts';
import type { OpenedLedger } from '../ledger/types.ts';

/** Everything that one analysis gives. */
export interface Analysis {
  readonly parameters: Parameters;
  readonly events: EventColumns;
  readonly leftOut: readonly { readonly name: string; readonly events: number }[];
  readonly reference: IndexRange;
  readonly retrospective: boolean;
  readonly projection: Projection;
  /** Of the events, on the axes of `projection`. */
  readonly coordinates: Coordinates;
  readonly signals: Signals;
  readonly decisions: Decisions;
  /**
   * Alerts of the baseline parameters: those of `RunOptions.baseline` on the same streams, or the defaults on the same
   * streams, axes and reference.
   */
  readonly baselineAlerts: readonly Alert[];
  /** Stages that ran, in ms. The baseline's are not counted. */
  readonly timings: Partial<Record<Stage, number>>;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** What the alerts are compared with; null or absent: the default parameters. */
  readonly baseline?: Parameters | null;
  /** Where the signals of a changed parameter take long, they are pictured first. */
  readonly preview?: PreviewOptions;
}

export interface PreviewOptions {
  /** The events that somebody looks at; null: all. */
  readonly visible: IndexRange | null;
  /** Called at most once, before the signals are computed. */
  readonly onPreview: (preview: SignalPreview, events: EventColumns) => void;
  /** Signals that take longer than this are worth a preview, ms. */
  readonly from?: number;
  /** What a preview may take, ms. */
  readonly budget?: number;
}

/** Threads that share the work of large ledgers, and who hears of it when one fails. */
export type StageThreads = Pick<PrepareOptions, 'crew' | 'crewFrom' | 'onCrewTrouble'>;

/** Phase of progress while signals are computed. */
export const SIGNALS_PHASE = 'Computing signals';
const PREVIEW_FROM_MS = 100;
const PREVIEW_BUDGET_MS = 50;

/** A reference period from elsewhere (docs/methods.md 2). */
export interface LoadedBaseline {
  readonly baseline: Baseline;
  /**
   * Where the baseline's own reference lies, where this is the ledger that it was made of; null elsewhere: no reference
   * lies within the events then.
   */
  readonly own: IndexRange | null;
}

/**
 * The three stages over one ledger, each cached with the parameters that it was given: a change recomputes the stages
 * that it is an input of and those after them, nothing before.
 */
export interface Stages {
  run(parameters: Parameters, options: RunOptions): Promise<Analysis>;
  /**
   * The newest analysis. Its signals and decisions are views into the detector's memory: they are valid as long as it
   * is the newest. An analysis that fails before it touches them leaves it standing; after a failure while they were
   * being overwritten it is null.
   */
  readonly analysis: Analysis | null;
  /** Answers about `analysis`. */
  readonly detector: Detector;
}

const namesOf = (stage: Stage) => PARAMETER_NAMES.filter((name) => PARAMETER_SPECS[name].stage === stage);
const NAMES: Readonly<Record<Stage, ReturnType<typeof namesOf>>> = {
  projection: namesOf('projection'),
  signals: namesOf('signals'),
  decisions: namesOf('decisions'),
};
const keyOf = (stage: Stage, parameters: Parameters) => JSON.stringify(NAMES[stage].map((name) => parameters[name]));

/**
 * What alerts are compared with, so that those of both are positions in the same events: the chosen parameters on the
 * streams of `parameters`, or the default ones on its whole projection.
 */
export function baselineOf(parameters: Parameters, chosen: Parameters | null = null): Parameters {
  if (chosen) return { ...chosen, stream: parameters.stream };
  const own = Object.fromEntries(NAMES.projection.map((name) => [name, parameters[name]]));
  return { ...DEFAULT_PARAMETERS, ...own };
}

/**
 * What depends on stream key and reference, but not on k: eigenpairs are nested, so a smaller k is a cut of a larger
 * one.
 */
interface Fit {
  readonly key: string;
  readonly events: EventColumns;
  readonly leftOut: Analysis['leftOut'];
  readonly reference: IndexRange;
  readonly retrospective: boolean;
  readonly askedK: number;
  readonly projection: Projection;
  readonly coordinates: Coordinates;
}

interface Projected {
  readonly key: string;
  readonly fit: Fit;
  readonly projection: Projection;
  readonly coordinates: Coordinates;
  /** Alerts of the newest baseline on this projection. */
  baseline: { readonly key: string; readonly alerts: readonly Alert[] } | null;
}

/**
 * @param threads without them everything is computed here
 * @param given replaces the reference period, its projection and its calibration: `k`, `reference_events` and
 * `reference_range` have no effect then
 */
export function createStages(
  kernels: KernelModule,
  ledger: Pick<OpenedLedger, 'columns' | 'embeddings'>,
  given: LoadedBaseline | null = null,
  threads: StageThreads = {},
): Stages {
  const projectionKey = (parameters: Parameters) =>
    given ? JSON.stringify([parameters.stream]) : keyOf('projection', parameters);
  const detector = createDetector(kernels);
  let fit: Fit | null = null;
  let projected: Projected | null = null;
  let signals: { readonly key: string; readonly value: Signals } | null = null;
  let decisions: { readonly key: string; readonly value: Decisions } | null = null;
  let analysis: Analysis | null = null;
  /** A detector of its own for baselines of another projection, and their newest alerts. */
  let apart: Stages | null = null;
  let apartAlerts: { readonly key: string; readonly alerts: readonly Alert[] } | null = null;

  async function fitFor(parameters: Parameters, options: RunOptions): Promise<Fit> {
    const key = given
      ? projectionKey(parameters)
      : JSON.stringify(NAMES.projection.filter((name) => name !== 'k').map((name) => parameters[name]));
    // A fit that found fewer axes than it was asked for has all there are.
    if (fit?.key === key && (given || parameters.k <= fit.askedK || fit.projection.k < fit.askedK)) return fit;
    const { columns, embeddings } = ledger;
    if (!embeddings) {
      throw new TautlineFailure({
        kind: 'ledger',
        problem: 'This ledger has neither embeddings nor text, so nothing can be measured of how its meanings move',
        advice: 'Map a column with a list of numbers to "embedding", or one with the messages to "text"',
      });
    }
    if (columns.isVoid.every((isVoid) => isVoid === 1)) {
      throw new TautlineFailure({
        kind: 'ledger',
        problem:
          `All ${formatCount(columns.n)} events are void: none has an embedding, ` +
          `so nothing can be measured of how their meanings move`,
        advice: 'Map another column to "embedding", or one with the messages to "text"',
      });
    }
    const { events, leftOut } = selectStreams(columns, parameters.stream);
    wakeCrew(threads, events, parameters.k);
    const stream = new Int32Array(columns.n).fill(-1);
    for (let i = 0; i < events.n; i += 1) stream[events.row[i]] = events.stream[i];
    const range = given ? within(given.own, events.n) : referenceRange(events.n, parameters).range;
    const rows: IndexRange =
      range.from < range.to ? { from: events.row[range.from], to: events.row[range.to - 1] + 1 } : { from: 0, to: 0 };
    const { projection } =
      given?.baseline ??
      (await fitProjection(
        kernels,
        { stream, isVoid: columns.isVoid },
        embeddings,
        rows,
        parameters.k,
        part(options, 0, 0.4),
      ));
    const only = stream.map((code) => (code >= 0 ? 1 : 0));
    const everyRow = events.n === columns.n;
    const ofRows = await projectLedger(kernels, projection, embeddings, columns.n, {
      ...part(options, 0.4, 0.9),
      only: everyRow ? undefined : Uint8Array.from(only),
    });
    embeddings.release?.();
    const coordinates = everyRow ? ofRows : gather(ofRows, events.row);
    const retrospective = range.from === 0 && range.to === events.n;
    return { key, events, leftOut, reference: range, retrospective, askedK: parameters.k, projection, coordinates };
  }

  async function project(
    parameters: Parameters,
    options: RunOptions,
  ): Promise<{ readonly value: Projected; readonly ms: number | null }> {
    const key = projectionKey(parameters);
    if (projected?.key === key) return { value: projected, ms: null };
    const started = performance.now();
    const next = await fitFor(parameters, options);
    const k = given ? next.projection.k : parameters.k;
    const value = {
      key,
      fit: next,
      projection: truncateProjection(next.projection, k),
      coordinates: truncateCoordinates(next.coordinates, k),
      baseline: null,
    };
    return { value, ms: performance.now() - started };
  }

  /** From here on the detector's answers are about `next`. */
  function load(next: Projected): void {
    if (projected === next) return;
    projected = null;
    signals = null;
    decisions = null;
    fit = next.fit;
    if (given) detector.load(next.fit.events, next.coordinates, given.baseline, next.fit.reference);
    else detector.load(next.fit.events, next.coordinates, next.fit.reference);
    projected = next;
  }

  /** Pictures the signals of `parameters` where something is on screen and they take long. */
  async function preview(
    parameters: Parameters,
    events: EventColumns,
    { onPreview, visible, from = PREVIEW_FROM_MS, budget = PREVIEW_BUDGET_MS }: PreviewOptions,
  ): Promise<void> {
    if (!analysis || signals?.key === keyOf('signals', parameters) || detector.cost(parameters) < from) return;
    if (!detector.keeps(parameters)) {
      analysis = null;
      signals = null;
      decisions = null;
    }
    onPreview(detector.preview(parameters, within(visible ?? { from: 0, to: events.n }, events.n), budget), events);
    // Before the work goes on the picture can be asked for.
    await nextTurn();
  }

  /** Computes the signals in the background, and says how long it took; null where they are there. */
  async function prepare(parameters: Parameters, { signal, onProgress }: RunOptions): Promise<number | null> {
    if (signals?.key === keyOf('signals', parameters)) return null;
    if (!detector.keeps(parameters)) {
      analysis = null;
      signals = null;
      decisions = null;
    }
    const started = performance.now();
    await detector.prepare(parameters, {
      ...threads,
      signal,
      onProgress: (fraction) => onProgress({ phase: SIGNALS_PHASE, fraction }),
    });
    return performance.now() - started;
  }

  /** Makes these signals and decisions those of the detector, where they are not yet, and notes how long it took. */
  function detect(
    parameters: Parameters,
    timings: Partial<Record<Stage, number>>,
  ): { signals: Signals; decisions: Decisions } {
    const signalsKey = keyOf('signals', parameters);
    const decisionsKey = keyOf('decisions', parameters);
    if (signals?.key !== signalsKey) {
      signals = null;
      decisions = null;
      const started = performance.now();
      signals = { key: signalsKey, value: detector.runSignals(parameters) };
      timings.signals = (timings.signals ?? 0) + performance.now() - started;
    }
    if (decisions?.key !== decisionsKey) {
      decisions = null;
      const started = performance.now();
      decisions = { key: decisionsKey, value: detector.decide(parameters) };
      timings.decisions = performance.now() - started;
    }
    return { signals: signals.value, decisions: decisions.value };
  }

  /** Alerts of a baseline that has another projection than the analysis has. */
  async function alertsApart(baseline: Parameters, options: RunOptions): Promise<readonly Alert[]> {
    const key = JSON.stringify(baseline);
    if (apartAlerts?.key !== key) {
      apart ??= createStages(kernels.fork(), ledger, given);
      apartAlerts = { key, alerts: (await apart.run(baseline, { ...options, baseline })).decisions.alerts };
    }
    return apartAlerts.alerts;
  }

  return {
    detector,
    get analysis() {
      return analysis;
    },
    async run(parameters, options) {
      const timings: Partial<Record<Stage, number>> = {};
      const { value: base, ms } = await project(parameters, options);
      if (ms !== null) timings.projection = ms;
      const baseline = baselineOf(parameters, options.baseline);
      const elsewhere = projectionKey(baseline) === base.key ? null : await alertsApart(baseline, options);
      options.onProgress({ phase: 'Detecting', fraction: 0.9 });
      await nextTurn();
      if (options.signal.aborted) throw new TautlineFailure({ kind: 'cancelled', what: 'Detecting' });
      const key = JSON.stringify(baseline);
      const alike = keyOf('signals', baseline) === keyOf('signals', parameters);
      if (projected !== base) analysis = null;
      load(base);
      if (options.preview) await preview(parameters, base.fit.events, options.preview);
      const [from, span] = ms === null ? [0, 1] : [0.9, 0.1];
      if (!elsewhere && base.baseline?.key !== key && !alike) {
        await prepare(baseline, part(options, from, from + span / 2));
        base.baseline = { key, alerts: detector.alertsOf(baseline) };
      }
      const took = await prepare(parameters, part(options, from, from + span));
      if (took !== null) timings.signals = took;
      // From here to the end in one turn: nobody sees the detector between two states.
      analysis = null;
      if (!elsewhere && base.baseline?.key !== key)
        base.baseline = { key, alerts: detect(baseline, timings).decisions.alerts };
      const detected = detect(parameters, timings);
      const { events, leftOut, reference, retrospective } = base.fit;
      analysis = {
        parameters,
        events,
        leftOut,
        reference,
        retrospective,
        projection: base.projection,
        coordinates: base.coordinates,
        ...detected,
        baselineAlerts: elsewhere ?? base.baseline!.alerts,
        timings,
      };
      return analysis;
    },
  };
}

/** A range cut to n events; nothing of null. */
const within = (range: IndexRange | null, n: number): IndexRange => ({
  from: Math.min(range?.from ?? 0, n),
  to: Math.min(range?.to ?? 0, n),
});

/** Progress of a part of the work as progress of the whole. */
function part({ signal, onProgress }: RunOptions, from: number, to: number): RunOptions {
  return {
    signal,
    onProgress: (progress) => onProgress({ ...progress, fraction: from + (to - from) * progress.fraction }),
  };
}

/** Coordinates of the rows that are events, in the order of the events. */
function gather({ k, x }: Coordinates, rows: Int32Array): Coordinates {
  const gathered = new Float32Array(rows.length * k);
  for (let i = 0; i < rows.length; i += 1) {
    for (let axis = 0; axis < k; axis += 1) gathered[i * k + axis] = x[rows[i] * k + axis];
  }
  return { k, x: gathered };
}
