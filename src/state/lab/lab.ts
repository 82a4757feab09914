import { createStore, type StoreApi } from 'zustand/vanilla';
import type { EventIndex } from '../../core/units.ts';
import type { OperatingCharacteristics, RunLengthEstimate } from '../../detection/lab/arl.ts';
import type { Budget, DerivedLimits } from '../../detection/lab/budget.ts';
import type { DelayOutcome, DelayPoint } from '../../detection/lab/delay.ts';
import type { InControlSource } from '../../detection/lab/inControl.ts';
import type { Sweep, SweepAxis, SweepRequest } from '../../detection/lab/sweep.ts';
import { PARAMETER_SPECS, type Parameters } from '../../detection/parameters.ts';
import type { AlertKind } from '../../detection/types.ts';
import type { DelayAsk, LabelText } from '../../workers/lab.ts';
import type { LabPool } from '../../workers/labPool.ts';
import type { EngineApi } from '../../workers/protocol.ts';
import type { LoadedBundle } from './bundle.ts';
import { createJob, type Job } from './job.ts';

/** What false alarms cost, and of which analysis. */
export interface FalseAlarms {
  readonly parameters: Parameters;
  readonly characteristics: OperatingCharacteristics;
  /** From the question to the answer, ms. */
  readonly ms: number;
}

interface LimitsQuestion {
  readonly budget: Budget;
  readonly source: InControlSource;
}
interface LimitsAnswer {
  readonly limits: DerivedLimits;
  /** The parameters that the limits were derived for. */
  readonly parameters: Parameters;
}

export interface DelayAnswer {
  readonly parameters: Parameters;
  readonly starts: readonly EventIndex[];
  /** Own events of the stream within which a change had to be found. */
  readonly horizon: number;
  readonly outcomes: readonly DelayOutcome[];
  readonly curve: readonly DelayPoint[];
}

interface SweepQuestion {
  readonly x: SweepAxis;
  readonly y: SweepAxis;
  /** Null: all kinds. */
  readonly kinds: readonly AlertKind[] | null;
}
interface SweepAnswer {
  readonly parameters: Parameters;
  readonly sweep: Sweep;
  readonly events: number;
  /** Labelled stretches scored against; 0: there are none. */
  readonly intervals: number;
}

export interface LabState {
  /** Labels dropped in; null: those of the ledger's own column. */
  readonly labelFile: LabelText | null;
  /** What the user marked, as labels beside those; null: nothing. */
  readonly marks: LabelText | null;
  /** The bundle loaded last; its parameters are in force unless they were changed since. */
  readonly bundle: LoadedBundle | null;
}

/** The laboratory of the page: what runs in its workers, and the labels in use. Starts nothing before it is asked. */
export interface Lab {
  readonly store: StoreApi<LabState>;
  readonly limits: Job<LimitsQuestion, LimitsAnswer>;
  /** A change at one event. */
  readonly injection: Job<DelayAsk, DelayAnswer>;
  /** Power curves. */
  readonly power: Job<DelayAsk, DelayAnswer>;
  readonly sweep: Job<SweepQuestion, SweepAnswer>;
  /** Started at the first call. */
  workers(): LabPool;
  falseAlarms(source: InControlSource): Promise<FalseAlarms>;
  /** What the friction band costs. */
  bandAlarms(): Promise<RunLengthEstimate>;
  setLabels(file: LabelText | null): void;
  setBundle(bundle: LoadedBundle | null): void;
  /** Another ledger: answers and labels of the old one go. A bundle stays: it may be of the new one. */
  clear(): void;
  readonly busy: boolean;
  dispose(): void;
}

export interface LabPlatform {
  readonly engine: Pick<EngineApi, 'inControl' | 'labColumns' | 'delayPlan' | 'labels'>;
  /** Called at the first run. */
  createPool(): LabPool;
}

/** The pipeline, which the first load of the page does without. */
const loadDelay = () => import('../../detection/lab/delay.ts');
const loadSweep = () => import('../../detection/lab/sweep.ts');
const loadIntervals = () => import('../../detection/lab/intervals.ts');

/** Tasks per worker: more show finer progress, and each loads the ledger anew. */
const SHARES = 4;

export function createLab({ engine, createPool }: LabPlatform): Lab {
  const store = createStore<LabState>(() => ({ labelFile: null, marks: null, bundle: null }));
  let pool: LabPool | null = null;
  const workers = () => (pool ??= createPool());

  const delayJob = (what: string) =>
    createJob<DelayAsk, DelayAnswer>(what, async (ask, options) => {
      const [{ delayCurve }, { parameters, starts, tasks, horizon }] = await Promise.all([
        loadDelay(),
        engine.delayPlan(ask),
      ]);
      options.signal.throwIfAborted();
      const outcomes = await workers().map<'delay'>(
        tasks.map((task) => ({ kind: 'delay', task })),
        { phase: 'Injecting changes', ...options },
      );
      return { parameters, starts, horizon, outcomes, curve: delayCurve(ask.sizes, outcomes) };
    });

  const limits = createJob<LimitsQuestion, LimitsAnswer>('deriving limits', async ({ budget, source }, { signal }) => {
    const { inControl, parameters } = await engine.inControl(source);
    signal.throwIfAborted();
    const [derived] = await workers().map<'limits'>([{ kind: 'limits', inControl, parameters, budget }], {
      phase: 'Deriving limits',
      signal,
    });
    return { limits: derived, parameters };
  });

  const sweep = createJob<SweepQuestion, SweepAnswer>('sweeping parameters', async ({ x, y, kinds }, options) => {
    const [{ sweepOf, sweepTasks }, { isChange }, { ledger, parameters }, labels] = await Promise.all([
      loadSweep(),
      loadIntervals(),
      engine.labColumns(),
      engine.labels(store.getState().labelFile, store.getState().marks),
    ]);
    options.signal.throwIfAborted();
    const request: SweepRequest = { parameters, x, y, intervals: labels.intervals, ...(kinds && { kinds }) };
    // Tasks are rows: signals are computed once per row if it is the rows that change them.
    const turned = PARAMETER_SPECS[x.name].stage === 'signals' && PARAMETER_SPECS[y.name].stage !== 'signals';
    const tasks = sweepTasks(ledger, turned ? { ...request, x: y, y: x } : request, workers().size * SHARES);
    const parts = await workers().map<'sweep'>(
      tasks.map((task) => ({ kind: 'sweep', task })),
      { phase: 'Sweeping', ...options },
    );
    const cells = turned ? parts.map((part) => part.map((cell) => ({ ...cell, x: cell.y, y: cell.x }))) : parts;
    const intervals = labels.intervals.filter(isChange).length;
    return { parameters, sweep: sweepOf(request, cells), events: ledger.events.n, intervals };
  });

  const jobs = {
    limits,
    sweep,
    injection: delayJob('injecting a change'),
    power: delayJob('measuring detection delays'),
  };
  const all = Object.values(jobs) as readonly Job<unknown, unknown>[];

  return {
    store,
    ...jobs,
    workers,
    async falseAlarms(source) {
      const started = performance.now();
      const { inControl, parameters } = await engine.inControl(source);
      const [characteristics] = await workers().map<'falseAlarms'>([{ kind: 'falseAlarms', inControl, parameters }]);
      return { parameters, characteristics, ms: performance.now() - started };
    },
    async bandAlarms() {
      const { inControl, parameters } = await engine.inControl('reference');
      const [estimate] = await workers().map<'band'>([{ kind: 'band', inControl, parameters }]);
      return estimate;
    },
    setLabels(labelFile) {
      store.setState({ labelFile });
      sweep.clear();
    },
    setBundle: (bundle) => store.setState({ bundle }),
    clear() {
      store.setState({ labelFile: null, marks: null });
      for (const job of all) job.clear();
    },
    get busy() {
      return all.some((job) => job.store.getState().running !== null);
    },
    dispose() {
      for (const job of all) job.clear();
      pool?.dispose();
    },
  };
}
