import type { Coordinates, EventColumns, IndexRange } from '../core/columns.ts';
import { TautlineFailure } from '../core/errors.ts';
import { yieldToMain } from '../core/yieldToMain.ts';
import { CHANGES_UNDER_WAY, NO_CHANGES, type Changes } from '../detection/changes.ts';
import type { ChangeChannel } from '../detection/channels/table.ts';
import { channelHealth } from '../detection/health.ts';
import type { Parameters, Stage } from '../detection/parameters.ts';
import { createDetector, referenceRange, selectStreams, prestartPool, type Detector } from '../detection/pipeline.ts';
import type { Alert, Decisions, Projection, Signals } from '../detection/types.ts';
import type { KernelModule } from '../kernels/module.ts';
import type { Analysis, LoadedBaseline, PreviewOptions, RunOptions, Stages, StageThreads } from './analysis.ts';
import { ChangeStage } from './changeStage.ts';
import {
  embeddingsOf,
  fitProjection,
  gatherCoordinates,
  projectLedger,
  truncateCoordinates,
  truncateProjection,
} from './projection.ts';
import { baselineOf, keyOf, NAMES, part, within } from './stageKeys.ts';
import { groupingOf, type GroupedLedger, type Grouping } from './streams.ts';
import type { OpenedLedger } from '../ledger/types.ts';

export { baselineOf } from './stageKeys.ts';
export type { Analysis, LoadedBaseline, PreviewOptions, Stages, StageThreads } from './analysis.ts';

/** Phase of progress while signals are computed. */
export const SIGNALS_PHASE = 'Computing signals';
const PREVIEW_THRESHOLD_MS = 100;
const PREVIEW_BUDGET_MS = 50;
/** Events from which on lasting change is judged after the first picture, where somebody looks at it. */
const FIRST_FROM = 20_000;
/** Coordinates on more axes than are asked for are kept where they take no more than this. */
const WIDE_BYTES = 64 * 2 ** 20;

/**
 * What depends on stream key and reference, but not on k: eigenpairs are nested, so a smaller k is a cut of a larger
 * one.
 */
interface Fit {
  readonly key: string;
  readonly grouping: Grouping;
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
export const createStages = (
  kernels: KernelModule,
  ledger: StagedLedger,
  given: LoadedBaseline | null = null,
  threads: StageThreads = {},
): Stages => new CachedStages(kernels, ledger, given, threads);

type StagedLedger = GroupedLedger & Pick<OpenedLedger, 'embeddings' | 'textLength' | 'messages'>;

class CachedStages implements Stages {
  readonly detector: Detector;
  readonly #kernels: KernelModule;
  readonly #ledger: StagedLedger;
  readonly #given: LoadedBaseline | null;
  readonly #threads: StageThreads;
  #fit: Fit | null = null;
  #projected: Projected | null = null;
  #signals: { readonly key: string; readonly value: Signals } | null = null;
  #decisions: { readonly key: string; readonly value: Decisions } | null = null;
  #analysis: Analysis | null = null;
  readonly #changes: ChangeStage;
  /** What the detector was given last. */
  #taken: Changes | null = null;
  /** A detector of its own for baselines of another projection, and their newest alerts. */
  #apart: Stages | null = null;
  #apartAlerts: { readonly key: string; readonly alerts: readonly Alert[] } | null = null;

  constructor(kernels: KernelModule, ledger: StagedLedger, given: LoadedBaseline | null, threads: StageThreads) {
    this.#kernels = kernels;
    this.#ledger = ledger;
    this.#given = given;
    this.#threads = threads;
    this.detector = createDetector(kernels);
    this.#changes = new ChangeStage(kernels.fork(), ledger, given);
  }

  get analysis(): Analysis | null {
    return this.#analysis;
  }

  #projectionKey(parameters: Parameters): string {
    return this.#given ? JSON.stringify([parameters.stream]) : keyOf('projection', parameters);
  }

  async #fitFor(parameters: Parameters, options: RunOptions): Promise<Fit> {
    const key = this.#given
      ? this.#projectionKey(parameters)
      : JSON.stringify(
          NAMES.projection.filter((name) => name !== 'k' && name !== 'meaning_k').map((name) => parameters[name]),
        );
    const askedK = Math.max(parameters.k, parameters.meaning_k);
    // A fit that found fewer axes than it was asked for has all there are.
    if (
      this.#fit?.key === key &&
      this.#fit.coordinates.k >= Math.min(parameters.k, this.#fit.projection.k) &&
      (this.#given || askedK <= this.#fit.askedK || this.#fit.projection.k < this.#fit.askedK)
    )
      return this.#fit;
    const { columns } = this.#ledger;
    const embeddings = embeddingsOf(this.#ledger);
    const grouping = await groupingOf(this.#ledger, parameters.stream, part(options, 0, 0.1));
    const { events, leftOut } = selectStreams(columns, grouping.column);
    prestartPool(this.#threads, events, parameters.k);
    const stream = new Int32Array(columns.n).fill(-1);
    for (let i = 0; i < events.n; i += 1) stream[events.row[i]] = events.stream[i];
    const range = this.#given ? within(this.#given.own, events.n) : referenceRange(events.n, parameters).range;
    const rows: IndexRange =
      range.from < range.to ? { from: events.row[range.from], to: events.row[range.to - 1] + 1 } : { from: 0, to: 0 };
    const { projection } =
      this.#given?.baseline ??
      (await fitProjection(
        this.#kernels,
        { stream, isVoid: columns.isVoid },
        embeddings,
        rows,
        askedK,
        part(options, 0.1, 0.4),
      ));
    const only = stream.map((code) => (code >= 0 ? 1 : 0));
    const everyRow = events.n === columns.n;
    const fits = columns.n * projection.k * Float32Array.BYTES_PER_ELEMENT <= WIDE_BYTES;
    const k = this.#given?.baseline.reference.k ?? Math.min(fits ? askedK : parameters.k, projection.k);
    const ofRows = await projectLedger(this.#kernels, truncateProjection(projection, k), embeddings, columns.n, {
      ...part(options, 0.4, 0.9),
      only: everyRow ? undefined : Uint8Array.from(only),
    });
    const coordinates = everyRow ? ofRows : gatherCoordinates(ofRows, events.row);
    const retrospective = range.from === 0 && range.to === events.n;
    return {
      ...{ key, grouping, events, leftOut, reference: range, retrospective, askedK },
      ...{ projection, coordinates },
    };
  }

  async #project(
    parameters: Parameters,
    options: RunOptions,
  ): Promise<{ readonly value: Projected; readonly ms: number | null }> {
    const key = this.#projectionKey(parameters);
    if (this.#projected?.key === key) return { value: this.#projected, ms: null };
    const started = performance.now();
    const next = await this.#fitFor(parameters, options);
    const k = Math.min(next.coordinates.k, parameters.k);
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
  #load(next: Projected): void {
    if (this.#projected === next) return;
    this.#projected = null;
    this.#signals = null;
    this.#decisions = null;
    this.#fit = next.fit;
    if (this.#given) this.detector.load(next.fit.events, next.coordinates, this.#given.baseline, next.fit.reference);
    else this.detector.load(next.fit.events, next.coordinates, next.fit.reference);
    this.#taken = null;
    this.#projected = next;
  }

  /** The detector's memory is about to hold other signals: nothing may point into it. */
  #forgetUnlessKept(parameters: Parameters): void {
    if (this.detector.keeps(parameters)) return;
    this.#analysis = null;
    this.#signals = null;
    this.#decisions = null;
  }

  /** Pictures the signals of `parameters` where something is on screen and they take long. */
  async #preview(
    parameters: Parameters,
    events: EventColumns,
    { onPreview, visible, from = PREVIEW_THRESHOLD_MS, budget = PREVIEW_BUDGET_MS }: PreviewOptions,
  ): Promise<void> {
    if (!this.#analysis || this.#signals?.key === keyOf('signals', parameters) || this.detector.cost(parameters) < from)
      return;
    this.#forgetUnlessKept(parameters);
    onPreview(
      this.detector.preview(parameters, within(visible ?? { from: 0, to: events.n }, events.n), budget),
      events,
    );
    // Before the work goes on the preview can be asked for.
    await yieldToMain();
  }

  /** Computes the signals in the background, and says how long it took; null if they are there. */
  async #prepare(parameters: Parameters, { signal, onProgress }: RunOptions): Promise<number | null> {
    if (this.#signals?.key === keyOf('signals', parameters)) return null;
    this.#forgetUnlessKept(parameters);
    const started = performance.now();
    await this.detector.prepare(parameters, {
      ...this.#threads,
      signal,
      onProgress: (fraction) => onProgress({ phase: SIGNALS_PHASE, fraction }),
    });
    return performance.now() - started;
  }

  /** The channels of lasting change under the parameters, and under those that alerts are compared with. */
  async #judge(
    fit: Fit,
    parameters: Parameters,
    baseline: Parameters | null,
    options: RunOptions,
    timings: Partial<Record<Stage, number>>,
  ): Promise<{ readonly changes: Changes; readonly ofBaseline: Changes }> {
    const base = { key: fit.key, events: fit.events, range: fit.reference, projection: fit.projection };
    const isNew = !this.#changes.has(base, parameters);
    const started = performance.now();
    const ofBaseline = baseline && (await this.#changes.changes(base, baseline, part(options, 0, 1)));
    const changes = await this.#changes.changes(base, parameters, part(options, 0, 1));
    this.#ledger.embeddings?.release?.();
    if (isNew) timings.changes = performance.now() - started;
    return { changes, ofBaseline: ofBaseline ?? changes };
  }

  /** Makes these signals and decisions those of the detector, where they are not yet, and notes how long it took. */
  #detect(
    parameters: Parameters,
    changes: Changes,
    timings: Partial<Record<Stage, number>>,
  ): { signals: Signals; decisions: Decisions } {
    if (this.#taken !== changes) {
      this.detector.take(changes);
      this.#taken = changes;
      // The same numbers, with other columns of lasting change beside them.
      if (this.#signals) this.#signals = { ...this.#signals, value: this.detector.runSignals(parameters) };
      this.#decisions = null;
    }
    const signalsKey = keyOf('signals', parameters);
    const decisionsKey = keyOf('decisions', parameters);
    if (this.#signals?.key !== signalsKey) {
      this.#signals = null;
      this.#decisions = null;
      const started = performance.now();
      this.#signals = { key: signalsKey, value: this.detector.runSignals(parameters) };
      timings.signals = (timings.signals ?? 0) + performance.now() - started;
    }
    if (this.#decisions?.key !== decisionsKey) {
      this.#decisions = null;
      const started = performance.now();
      this.#decisions = { key: decisionsKey, value: this.detector.decide(parameters) };
      timings.decisions = performance.now() - started;
    }
    return { signals: this.#signals.value, decisions: this.#decisions.value };
  }

  /** Alerts of a baseline that has another projection than the analysis has. */
  async #alertsApart(baseline: Parameters, options: RunOptions): Promise<readonly Alert[]> {
    const key = JSON.stringify(baseline);
    if (this.#apartAlerts?.key !== key) {
      this.#apart ??= createStages(this.#kernels.fork(), this.#ledger, this.#given);
      this.#apartAlerts = { key, alerts: (await this.#apart.run(baseline, { ...options, baseline })).decisions.alerts };
    }
    return this.#apartAlerts.alerts;
  }

  async #prepareBaseline(
    base: Projected,
    baseline: Parameters,
    options: RunOptions,
    timings: Partial<Record<Stage, number>>,
  ): Promise<void> {
    if (base.baseline?.key === baselineKey(baseline, NO_CHANGES)) return;
    await this.#prepare(baseline, options);
    const { changes } = await this.#judge(base.fit, baseline, null, options, timings);
    base.baseline = { key: baselineKey(baseline, changes), alerts: this.detector.alertsOf(baseline, changes) };
  }

  async powerInput(channel: ChangeChannel, options: Pick<RunOptions, 'signal' | 'onProgress'>) {
    const analysis = this.#analysis;
    const fit = this.#projected?.fit;
    if (!analysis || !fit) return 'the ledger has not been analysed yet';
    const base = { key: fit.key, events: fit.events, range: fit.reference, projection: fit.projection };
    const input = await this.#changes.powerInput(
      channel,
      base,
      analysis.parameters,
      analysis.changes[channel],
      options,
    );
    this.#ledger.embeddings?.release?.();
    return input;
  }

  async run(parameters: Parameters, options: RunOptions): Promise<Analysis> {
    const timings: Partial<Record<Stage, number>> = {};
    const { value: base, ms } = await this.#project(parameters, options);
    if (ms !== null) timings.projection = ms;
    const baseline = baselineOf(parameters, options.baseline);
    const elsewhere = this.#projectionKey(baseline) === base.key ? null : await this.#alertsApart(baseline, options);
    options.onProgress({ phase: 'Detecting', fraction: 0.9 });
    await yieldToMain();
    if (options.signal.aborted) throw new TautlineFailure({ kind: 'cancelled', what: 'Detecting' });
    const alike = keyOf('signals', baseline) === keyOf('signals', parameters);
    if (this.#projected !== base) this.#analysis = null;
    this.#load(base);
    if (options.preview) await this.#preview(parameters, base.fit.events, options.preview);
    const [from, span] = ms === null ? [0, 1] : [0.9, 0.1];
    if (!elsewhere && !alike)
      await this.#prepareBaseline(base, baseline, part(options, from, from + span / 2), timings);
    const took = await this.#prepare(parameters, part(options, from, from + span));
    if (took !== null) timings.signals = took;
    const judge = () => this.#judge(base.fit, parameters, elsewhere ? null : baseline, options, timings);
    const finish = (judged: Judged) => this.#finish(base, parameters, baseline, elsewhere, judged, timings);
    // Alerts of other signals are there whole already, and would be compared with half of those at hand.
    if (options.onFirst && !elsewhere && alike && this.#takesLong(base.fit, parameters)) {
      options.onFirst(finish({ changes: CHANGES_UNDER_WAY, ofBaseline: CHANGES_UNDER_WAY }));
      await yieldToMain();
    }
    return finish(await judge());
  }

  /** True where somebody would wait for the channels of lasting change. */
  #takesLong({ key, events }: Fit, parameters: Parameters): boolean {
    return events.n >= FIRST_FROM && !this.#changes.has({ key }, parameters);
  }

  /** Signals, decisions and all that follows from them, in one turn: nobody sees the detector between two states. */
  #finish(
    base: Projected,
    parameters: Parameters,
    baseline: Parameters,
    elsewhere: readonly Alert[] | null,
    { changes, ofBaseline }: Judged,
    timings: Partial<Record<Stage, number>>,
  ): Analysis {
    this.#analysis = null;
    const key = baselineKey(baseline, ofBaseline);
    if (!elsewhere && base.baseline?.key !== key)
      base.baseline = { key, alerts: this.#detect(baseline, ofBaseline, timings).decisions.alerts };
    const detected = this.#detect(parameters, changes, timings);
    const { grouping, events, leftOut, reference, retrospective } = base.fit;
    const judged = { parameters, events, reference, retrospective, changes, ...detected };
    this.#analysis = {
      ...judged,
      grouping,
      leftOut,
      projection: base.projection,
      coordinates: base.coordinates,
      fitted: truncateProjection(base.fit.projection, Math.max(parameters.k, parameters.meaning_k)),
      health: channelHealth(judged),
      baselineAlerts: elsewhere ?? base.baseline!.alerts,
      timings,
    };
    return this.#analysis;
  }
}

interface Judged {
  readonly changes: Changes;
  readonly ofBaseline: Changes;
}

/** Alerts before lasting change was judged are others than those after. */
const baselineKey = (baseline: Parameters, changes: Changes): string =>
  JSON.stringify([baseline, changes === CHANGES_UNDER_WAY]);
