import { TautlineFailure } from '../core/errors.ts';
import type { EventColumns, IndexRange } from '../core/columns.ts';
import type { OnProgress } from '../core/progress.ts';
import type { EventIndex } from '../core/units.ts';
import { SIGNAL_NAMES, ROUTES, type SignalName } from '../detection/types.ts';
import { baselineFromJson } from '../detection/baseline.ts';
import { bundleFromJson, isBundleJson } from '../detection/lab/bundle.ts';
import type { Parameters } from '../detection/parameters.ts';
import type { SignalPreview } from '../detection/pipeline.ts';
import { downsample } from '../kernels/downsample.ts';
import type { KernelModule } from '../kernels/module.ts';
import { loadBundle } from '../ledger/bundle.ts';
import type { ColumnMapping, LedgerSource, OpenedLedger, OpenReport, RowSink } from '../ledger/types.ts';
import type { CrewThreads } from './signalPool.ts';
import { createDrilldown } from './engine/drilldownQuestions.ts';
import { createLab } from './engine/labQuestions.ts';
import { axisPositions, composition, indexAt, nearestEvent, positionOf, valuesAsOf } from './engine/positions.ts';
import {
  SUPERSEDED_RUN,
  type AnalysisReport,
  type Axis,
  type CompositionData,
  type CouplingMatrix,
  type EngineApi,
  type EventDetail,
  type PreviewReport,
  type ReferenceFile,
  type SeriesData,
  type SeriesName,
  type SeriesRequest,
  type ValuesAsOf,
} from './protocol.ts';
import { describe } from './report.ts';
import { signalsToArrow } from '../ledger/signalsTable.ts';
import {
  createStages,
  SIGNALS_PHASE,
  type Analysis,
  type LoadedBaseline,
  type PreviewOptions,
  type Stages,
  type StageThreads,
} from '../ledger/stages.ts';

/** What the engine needs from its surroundings: the browser's is in engine.worker.ts, tests bring Node's. */
export interface EnginePlatform {
  /** When signals are previewed, where not by default. */
  readonly preview?: Pick<PreviewOptions, 'from' | 'budget'>;
  /** Threads that share the signals of large ledgers. */
  readonly crew?: CrewThreads | null;
  /** Work in ms from which on they do, where not by default. */
  readonly crewFrom?: number;
  /** Called for every ledger: loads once. */
  loadKernels(): Promise<KernelModule>;
  openLedger(
    source: LedgerSource,
    mapping: ColumnMapping | null,
    options: {
      readonly sink: RowSink | 'later';
      readonly signal: AbortSignal;
      readonly onProgress: OnProgress;
      readonly k: number | undefined;
    },
  ): Promise<OpenedLedger>;
}

interface Holding {
  readonly ledger: OpenedLedger;
  readonly kernels: KernelModule;
  readonly stages: Stages;
}

/** The analysis under way. */
interface Running {
  /** Another one waits for it. */
  newer: boolean;
  /** When it began to compute signals. */
  since: number | null;
  previewed: boolean;
  readonly stop: AbortController;
}

/** An analysis that takes longer than this is not worth waiting for when another one waits, ms. */
const WORTH_WAITING_MS = 250;

function endIfStale({ newer, since, previewed, stop }: Running): void {
  if (newer && (previewed || (since !== null && performance.now() - since > WORTH_WAITING_MS))) stop.abort();
}

interface Preview extends SignalPreview {
  readonly revision: number;
  readonly events: EventColumns;
}

/** Holds one ledger and its newest analysis; what runs in the engine worker. */
export class Engine implements EngineApi {
  readonly #platform: EnginePlatform;
  #holding: Holding | null = null;
  /** Starts at the clock, so that the revisions of an engine that replaces a dead one are newer than all it gave. */
  #newest = Date.now();
  /** Of the newest analysis. */
  #revision = this.#newest;
  /** Of the newest analysis; weak, because signals are views into the memory of their ledger's kernels. */
  #signals: { readonly of: WeakRef<Analysis['signals']>; readonly revision: number } | null = null;
  #referenceFile: ReferenceFile | null = null;
  /** Of the newest analysis. */
  #comparedWith: Parameters | null = null;
  #work = new AbortController();
  #storing = new AbortController();
  #running: Running | null = null;
  #preview: Preview | null = null;
  /** The preview of the analysis that was asked for last; null when that has ended without one. */
  #nextPreview: Promise<Preview | null> = Promise.resolve(null);
  /** What to say of the workers with the next report. */
  readonly #troubles: string[] = [];
  /** Analyses run one after the other: they share the detector. */
  #queue: Promise<unknown> = Promise.resolve();

  readonly #drilldown = createDrilldown({
    kernels: () => this.#open().kernels,
    ledger: () => this.#open().ledger,
    analysis: () => this.#analysed(),
    requireEvent: (index) => requireEvent(index, this.#analysed().events.n),
  });
  readonly attribution = this.#settled(this.#drilldown.attribution);
  readonly transportPlan = this.#settled(this.#drilldown.transportPlan);
  readonly words = this.#settled(this.#drilldown.words);
  readonly conversation = this.#settled(this.#drilldown.conversation);
  readonly handoffGraph = this.#settled(this.#drilldown.handoffGraph);
  readonly embeddingMap = this.#settled(this.#drilldown.embeddingMap);
  readonly rowFacts = this.#drilldown.rowFacts;
  readonly investigationColumns = this.#settled(this.#drilldown.investigationColumns);

  readonly #lab = createLab({
    ledger: () => this.#open().ledger,
    analysis: () => this.#analysed(),
    detector: () => this.#open().stages.detector,
    revision: () => this.#revision,
    comparedWith: () => this.#comparedWith,
  });
  readonly inControl = this.#settled(this.#lab.inControl);
  readonly labColumns = this.#settled(this.#lab.labColumns);
  readonly delayPlan = this.#settled(this.#lab.delayPlan);
  readonly labels = this.#lab.labels;
  readonly score = this.#settled(this.#lab.score);
  readonly bundle = this.#settled(this.#lab.bundle);

  constructor(platform: EnginePlatform) {
    this.#platform = platform;
  }

  async open(
    source: LedgerSource,
    mapping: ColumnMapping | null,
    sink: RowSink['accept'] | null,
    onProgress: OnProgress,
    k?: number,
  ): Promise<OpenReport> {
    this.cancel();
    this.#storing.abort();
    const { signal } = this.#work;
    this.#holding = null;
    this.#platform.crew?.dispose();
    const [ledger, kernels] = await Promise.all([
      this.#platform.openLedger(source, mapping, { sink: sink ? { accept: sink } : 'later', signal, onProgress, k }),
      this.#platform.loadKernels(),
    ]);
    throwIfAborted(signal, 'Opening the ledger');
    // A fresh instance, so that the memory that an earlier ledger needed is given back.
    const own = kernels.fork();
    this.#holding = {
      ledger,
      kernels: own,
      stages: createStages(own, ledger, readReference(this.#referenceFile, ledger.report).given, this.#threads()),
    };
    return ledger.report;
  }

  async store(sink: RowSink['accept'], onProgress: OnProgress): Promise<void> {
    const { ledger } = this.#open();
    this.#storing.abort();
    this.#storing = new AbortController();
    const { signal } = this.#storing;
    await ledger.store({ accept: sink }, { signal, onProgress });
  }

  analyze(
    parameters: Parameters,
    onProgress: OnProgress,
    baseline: Parameters | null = null,
    visible: IndexRange | null = null,
    onPreview: ((preview: PreviewReport) => void) | null = null,
  ): Promise<AnalysisReport> {
    const { signal } = this.#work;
    let answerPreviewed: (preview: Preview | null) => void = () => undefined;
    this.#nextPreview = new Promise((resolve) => {
      answerPreviewed = resolve;
    });
    const run = this.#queue.then(async () => {
      throwIfAborted(signal, 'Analysing');
      const holding = this.#open();
      const analysis = await this.#supersedable(signal, onProgress, (options, previewed) =>
        holding.stages.run(parameters, {
          ...options,
          baseline,
          preview:
            onPreview === null
              ? undefined
              : {
                  ...this.#platform.preview,
                  visible,
                  onPreview: (preview, events) => {
                    this.#newest += 1;
                    this.#preview = { ...preview, events, revision: this.#newest };
                    previewed();
                    answerPreviewed(this.#preview);
                    onPreview({ revision: this.#newest, names: [...preview.names] });
                  },
                },
        }),
      );
      this.#newest += 1;
      this.#revision = this.#newest;
      this.#comparedWith = baseline;
      if (this.#signals?.of.deref() !== analysis.signals)
        this.#signals = { of: new WeakRef(analysis.signals), revision: this.#revision };
      const report = describe(this.#revision, this.#signals.revision, holding.ledger, analysis);
      return { ...report, notes: [...report.notes, ...this.#troubles.splice(0)] };
    });
    this.#queue = run.catch(() => undefined).then(() => answerPreviewed(null));
    return run;
  }

  #threads(): StageThreads {
    const { crew, crewFrom } = this.#platform;
    return {
      crew,
      crewFrom,
      onCrewTrouble: (problem) =>
        this.#troubles.push(
          `A signal worker stopped (${problem}): its streams were computed by the engine itself, which took longer.`,
        ),
    };
  }

  /**
   * Runs an analysis that `supersede` may end, once it computes signals and either has been previewed or takes long.
   */
  async #supersedable<R>(
    signal: AbortSignal,
    onProgress: OnProgress,
    run: (options: { signal: AbortSignal; onProgress: OnProgress }, previewed: () => void) => Promise<R>,
  ): Promise<R> {
    const stop = new AbortController();
    const onAbort = () => stop.abort();
    signal.addEventListener('abort', onAbort);
    const mine: Running = { newer: false, since: null, previewed: false, stop };
    this.#running = mine;
    try {
      return await run(
        {
          signal: stop.signal,
          onProgress: (progress) => {
            if (progress.phase === SIGNALS_PHASE) mine.since ??= performance.now();
            endIfStale(mine);
            onProgress(progress);
          },
        },
        () => (mine.previewed = true),
      );
    } catch (thrown) {
      if (mine.newer && stop.signal.aborted && !signal.aborted)
        throw new TautlineFailure({ kind: 'cancelled', what: SUPERSEDED_RUN });
      throw thrown;
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#running = null;
      this.#preview = null;
    }
  }

  supersede(): void {
    if (!this.#running) return;
    this.#running.newer = true;
    endIfStale(this.#running);
  }

  setReferenceFile(file: ReferenceFile | null): Promise<readonly string[]> {
    const run = this.#queue.then(() => {
      const holding = this.#holding;
      const { given, warnings } = readReference(file, holding?.ledger.report ?? null);
      this.#referenceFile = file;
      if (holding)
        this.#holding = { ...holding, stages: createStages(holding.kernels, holding.ledger, given, this.#threads()) };
      return warnings;
    });
    this.#queue = run.catch(() => undefined);
    return run;
  }

  cancel(): void {
    this.#work.abort();
    this.#work = new AbortController();
  }

  async series({ name, range, axis, buckets, streams, preview, next }: SeriesRequest): Promise<SeriesData> {
    const previewed = !preview ? null : next ? await this.#nextPreview : this.#preview;
    if (previewed?.names.has(name as SignalName))
      return this.#previewed(previewed, { name, range, axis, buckets, streams });
    if (preview && next) throw new TautlineFailure({ kind: 'cancelled', what: 'Previewing' });
    return this.#answer(next, (analysis) => {
      const { events } = analysis;
      const from = Math.min(events.n, Math.max(0, range.from));
      const to = Math.min(events.n, Math.max(from, range.to));
      const lines = downsample(this.#open().kernels, {
        x: axisPositions(events, axis),
        y: valuesOf(analysis, name),
        stream: events.stream,
        from,
        to,
        buckets,
        streams,
      });
      return { revision: this.#revision, lines: lines.map((points, i) => ({ stream: streams[i], points })) };
    });
  }

  /** Lines of what there is of a preview. */
  #previewed(
    { revision, ranges, signals, events }: Preview,
    { name, range, axis, buckets, streams }: SeriesRequest,
  ): SeriesData {
    const parts = ranges
      .map(({ from, to }) => ({ from: Math.max(from, range.from), to: Math.min(to, range.to) }))
      .filter(({ from, to }) => from < to);
    const n = parts.reduce((sum, { from, to }) => sum + to - from, 0);
    const positions = axisPositions(events, axis);
    const values = signals[name as SignalName];
    const [x, y, stream] = [new Float64Array(n), new Float64Array(n), new Int32Array(n)];
    let at = 0;
    for (const { from, to } of parts) {
      if (positions) x.set(positions.subarray(from, to), at);
      else for (let i = from; i < to; i++) x[at + i - from] = i;
      y.set(values.subarray(from, to), at);
      stream.set(events.stream.subarray(from, to), at);
      at += to - from;
    }
    const lines = downsample(this.#open().kernels, { x, y, stream, from: 0, to: n, buckets, streams });
    return { revision, lines: lines.map((points, i) => ({ stream: streams[i], points })) };
  }

  composition(
    range: { from: number; to: number },
    axis: Axis,
    buckets: number,
    next = false,
  ): Promise<CompositionData> {
    return this.#answer(next, ({ events, decisions }) => ({
      revision: this.#revision,
      ...composition(events, decisions.route, range, axis, buckets),
    }));
  }

  valuesAsOf(name: SeriesName, index: EventIndex, streams: readonly number[], next = false): Promise<ValuesAsOf> {
    return this.#answer(next, (analysis) => {
      requireEvent(index, analysis.events.n);
      return {
        revision: this.#revision,
        values: valuesAsOf(analysis.events, valuesOf(analysis, name), index, streams),
      };
    });
  }

  async couplingMatrix(at: EventIndex): Promise<CouplingMatrix> {
    const { events } = await this.#readable();
    requireEvent(at, events.n);
    return { streams: events.streams, at, matrix: this.#open().stages.detector.couplingMatrix(at) };
  }

  async event(index: EventIndex): Promise<EventDetail> {
    const analysis = await this.#readable();
    const { events, signals, decisions } = analysis;
    requireEvent(index, events.n);
    return {
      index,
      row: events.row[index],
      eventId: events.eventId[index],
      stream: events.stream[index],
      seq: signals.seq[index],
      time: events.hasTime ? events.time[index] : Number.NaN,
      isVoid: events.isVoid[index] === 1,
      route: ROUTES[decisions.route[index]],
      why: this.#open().stages.detector.explain(index),
      signals: Object.fromEntries(
        SERIES_NAMES.map((name) => [name, valuesOf(analysis, name)[index]]),
      ) as EventDetail['signals'],
    };
  }

  async nearest(
    name: SeriesName,
    axis: Axis,
    x: number,
    y: number,
    xScale: number,
    yScale: number,
    streams: readonly number[],
  ): Promise<EventIndex | null> {
    const analysis = await this.#readable();
    return nearestEvent(analysis.events, valuesOf(analysis, name), { axis, x, y, xScale, yScale, streams });
  }

  async indexAt(axis: Axis, x: number): Promise<EventIndex> {
    return indexAt((await this.#readable()).events, axis, x);
  }

  async positionOf(axis: Axis, index: EventIndex): Promise<number> {
    return positionOf((await this.#readable()).events, axis, index);
  }

  async positionsOf(axis: Axis, indices: readonly EventIndex[]): Promise<Float64Array> {
    const { events } = await this.#readable();
    return Float64Array.from(indices, (index) => positionOf(events, axis, index));
  }

  async rowsOf(indices: readonly EventIndex[]): Promise<Int32Array> {
    const { events } = await this.#readable();
    return Int32Array.from(indices, (index) => {
      requireEvent(index, events.n);
      return events.row[index];
    });
  }

  async signalsArrow(): Promise<Uint8Array> {
    const { events, signals, decisions } = await this.#readable();
    return signalsToArrow(events, signals, decisions);
  }

  #open(): Holding {
    if (!this.#holding)
      throw new TautlineFailure({ kind: 'ledger', problem: 'No ledger is open', advice: 'Open a ledger first' });
    return this.#holding;
  }

  /** The analysis to answer from: the one that stands or, where that is gone already, the next. */
  async #readable(): Promise<Analysis> {
    if (!this.#holding?.stages.analysis) await this.#queue;
    return this.#analysed();
  }

  /**
   * Answers from the analysis that stands; with `next` from the newest that was asked for so far, before another one
   * begins.
   */
  #answer<R>(next: boolean | undefined, answer: (analysis: Analysis) => R): Promise<R> {
    if (!next) return this.#readable().then(answer);
    const run = this.#queue.then(() => answer(this.#analysed()));
    this.#queue = run.catch(() => undefined);
    return run;
  }

  /** Lets a question about the analysis wait for there being one. */
  #settled<A extends unknown[], R>(answer: (...question: A) => Promise<R>): (...question: A) => Promise<R> {
    return async (...question) => {
      if (!this.#holding?.stages.analysis) await this.#queue;
      return answer(...question);
    };
  }

  #analysed(): Analysis {
    const { analysis } = this.#open().stages;
    if (!analysis)
      throw new TautlineFailure({
        kind: 'ledger',
        problem: 'The ledger has not been analysed yet',
        advice: 'Wait for the analysis to end',
      });
    return analysis;
  }
}

/** What of a reference file holds for a ledger; without one the file is only checked. */
function readReference(
  file: ReferenceFile | null,
  report: OpenReport | null,
): { readonly given: LoadedBaseline | null; readonly warnings: readonly string[] } {
  if (!file) return { given: null, warnings: [] };
  if (!isBundleJson(file.text))
    return { given: { baseline: baselineFromJson(file.text, file.name), own: null }, warnings: [] };
  const bundle = bundleFromJson(file.text, file.name);
  if (!report) return { given: null, warnings: [] };
  const given = loadBundle(bundle, report);
  return { given, warnings: given.warnings };
}

const SERIES_NAMES: readonly SeriesName[] = [...SIGNAL_NAMES, 'z', 'cusum'];

const valuesOf = ({ signals, decisions }: Analysis, name: SeriesName): Float64Array =>
  name === 'z' ? decisions.z : name === 'cusum' ? decisions.cusum : signals[name];

function throwIfAborted(signal: AbortSignal, what: string): void {
  if (signal.aborted) throw new TautlineFailure({ kind: 'cancelled', what });
}

function requireEvent(index: EventIndex, n: number): void {
  if (Number.isInteger(index) && index >= 0 && index < n) return;
  throw new TautlineFailure({
    kind: 'ledger',
    problem: `There is no event ${index}; the analysis has ${n} events, from 0`,
    advice: 'Choose an event of this ledger',
  });
}
