import { createStore, type StoreApi } from 'zustand/vanilla';
import { explain, toTautlineError, type TautlineError } from '../core/errors.ts';
import { changedParameters, DEFAULT_PARAMETERS, type Parameters } from '../detection/parameters.ts';
import type { CalibrationReport } from '../harness/calibration.ts';
import type { Difference, MonteCarloPlan, MonteCarloRun } from '../harness/monteCarlo.ts';
import type { CaseName, Trial, TrialResult } from '../harness/trial.ts';
import type { HarnessPool } from '../workers/harnessPool.ts';
import type { Picture } from '../workers/harnessTask.ts';
import type { Toast } from './types.ts';

/**
 * The calibration harness as the page runs it: what was asked for, what runs, and what the last runs gave. Not part of
 * the view, so not in the URL; it outlives a change of screen. The harness itself is loaded at the first run.
 */
export interface CalibrationState {
  /** Null is the default seed, which the harness knows. */
  readonly seed: number | null;
  readonly thresholds: Thresholds;
  readonly seeds: number | null;
  readonly from: number;
  readonly tableRun: RunPhase<TableProgress>;
  /** What the last table that was finished gave; stays while the next one runs. */
  readonly table: Table | null;
  readonly monteCarloRun: RunPhase<MonteCarloProgress>;
  /** What the last Monte Carlo gave. */
  readonly monteCarlo: MonteCarloOutcome | null;
  readonly compared: Compared;
}

/** Which parameters are tested: the defaults, or those of the what-if panel. */
type Thresholds = 'defaults' | 'whatIf';

/** Something that runs in the pool. A cancelled run is idle again. */
type RunPhase<P> =
  | { readonly phase: 'idle' }
  | { readonly phase: 'running'; readonly progress: P }
  | { readonly phase: 'failed'; readonly error: TautlineError };

export type CaseStep = 'waiting' | 'running' | 'done';

export interface TableProgress {
  readonly seed: number;
  readonly parameters: Parameters;
  readonly cases: Readonly<Record<CaseName, CaseStep>>;
  /** Ledgers done, of those asked for (with the defaults to compare with, ten). */
  readonly done: number;
  readonly of: number;
}

export interface Table {
  readonly report: CalibrationReport;
  /** The same seed with the default parameters; null where the report is of those. */
  readonly defaults: CalibrationReport | null;
  readonly ms: number;
  /** Drawn after the verdicts, as they come. */
  readonly pictures: Readonly<Partial<Record<CaseName, Picture>>>;
}

export interface MonteCarloProgress {
  readonly plan: MonteCarloPlan;
  /** Those done so far, in no order. */
  readonly trials: readonly TrialResult[];
  readonly of: number;
  readonly elapsedMs: number;
}

interface MonteCarloOutcome {
  /** Of a cancelled run: the seeds that every case had. */
  readonly run: MonteCarloRun;
  readonly seedsAsked: number;
  readonly events: number;
  readonly ms: number;
  readonly workers: number;
}

/** The run that the current one is compared with. */
export type Compared =
  | { readonly phase: 'none' }
  /** `differences` from it to the current run; null until they are computed, and where there is no current run. */
  | {
      readonly phase: 'loaded';
      readonly name: string;
      readonly run: MonteCarloRun;
      readonly differences: readonly Difference[] | null;
    }
  | { readonly phase: 'failed'; readonly error: TautlineError };

interface CalibrationActions {
  setSeed(seed: number | null): void;
  setThresholds(thresholds: Thresholds): void;
  setSeeds(seeds: number | null): void;
  setFrom(from: number): void;
  /** Runs the four profiles and the ablation; one that is under way is dropped. */
  runTable(): Promise<void>;
  cancelTable(): void;
  runMonteCarlo(): Promise<void>;
  /** Ends the Monte Carlo; the seeds that are whole stay. */
  cancelMonteCarlo(): void;
  /** Takes a saved run to compare with. */
  load(name: string, text: string): Promise<void>;
  /** Compares with the current run from now on. */
  keep(): void;
  dropCompared(): void;
}

export interface CalibrationPlatform {
  /** Called at the first run. */
  createPool(onRetry: (problem: string) => void): HarnessPool;
  /** Parameters of the what-if panel. */
  whatIf(): Parameters;
  toast(level: Toast['level'], text: string): void;
}

export interface CalibrationSession {
  readonly store: StoreApi<CalibrationState>;
  readonly actions: CalibrationActions;
  dispose(): void;
}

/** Partial results are shown this often, in ms: summarising a thousand ledgers takes some. */
const SHOW_EVERY_MS = 400;
/** Points of a picture's line are at most twice as many. */
const PICTURE_BUCKETS = 260;

const IDLE = { phase: 'idle' } as const;
const loadHarness = () =>
  Promise.all([import('../harness/calibration.ts'), import('../harness/monteCarlo.ts'), import('../harness/trial.ts')]);

/** The parameters for the harness: a reference range belongs to the ledger that it was brushed on. */
const forHarness = (parameters: Parameters): Parameters => ({ ...parameters, reference_range: null });

export const isDefault = (parameters: Parameters): boolean => Object.keys(changedParameters(parameters)).length === 0;

export function createCalibration(platform: CalibrationPlatform): CalibrationSession {
  const store = createStore<CalibrationState>(() => ({
    seed: null,
    thresholds: 'defaults',
    seeds: null,
    from: 1,
    tableRun: IDLE,
    table: null,
    monteCarloRun: IDLE,
    monteCarlo: null,
    compared: { phase: 'none' },
  }));
  const get = store.getState;
  const set = (change: Partial<CalibrationState>) => store.setState(change);
  let pool: HarnessPool | null = null;
  const workers = () =>
    (pool ??= platform.createPool((problem) => {
      platform.toast('warning', `A calibration worker stopped (${problem}). Its ledger is being run again.`);
    }));
  let tableWork = new AbortController();
  let carloWork = new AbortController();

  const asked = () => (get().thresholds === 'whatIf' ? forHarness(platform.whatIf()) : DEFAULT_PARAMETERS);

  async function runTable(): Promise<void> {
    tableWork.abort();
    const work = new AbortController();
    tableWork = work;
    const { signal } = work;
    try {
      const [{ calibrationReport, calibrationTrials }, , { CASE_NAMES }] = await loadHarness();
      const parameters = asked();
      const seed = get().seed ?? undefined;
      const own = calibrationTrials({ seed, parameters });
      const known = get().table;
      const again = isDefault(parameters) ? null : knownDefaults(known, own[0].seed);
      const baseline = isDefault(parameters) || again ? [] : calibrationTrials({ seed });
      const trials = [...own, ...baseline];
      const steps = trials.map((): CaseStep => 'waiting');
      const show = () => {
        if (signal.aborted) return;
        const cases = Object.fromEntries(CASE_NAMES.map((name) => [name, stepOf(trials, steps, name)])) as Record<
          CaseName,
          CaseStep
        >;
        const done = steps.filter((step) => step === 'done').length;
        set({
          tableRun: { phase: 'running', progress: { seed: own[0].seed, parameters, cases, done, of: trials.length } },
        });
      };
      const step = (index: number, to: CaseStep) => {
        steps[index] = to;
        show();
      };
      show();
      const started = performance.now();
      const results = await workers().trials(trials, {
        phase: 'the four profiles',
        signal,
        onStart: (index) => step(index, 'running'),
        onResult: (_, index) => step(index, 'done'),
      });
      if (signal.aborted) return;
      const report = calibrationReport(own, results.slice(0, own.length));
      const defaults = baseline.length > 0 ? calibrationReport(baseline, results.slice(own.length)) : again;
      set({ tableRun: IDLE, table: { report, defaults, ms: performance.now() - started, pictures: {} } });
      void draw(own, signal);
    } catch (thrown) {
      if (tableWork === work) set({ tableRun: failure(thrown, 'running the four profiles') });
    }
  }

  /** Draws the ledgers of the table, one by one. */
  async function draw(trials: readonly Trial[], signal: AbortSignal): Promise<void> {
    try {
      await workers().pictures(trials, PICTURE_BUCKETS, {
        phase: 'drawing the four profiles',
        signal,
        onResult: (picture, index) => {
          const { table } = get();
          if (table && !signal.aborted)
            set({ table: { ...table, pictures: { ...table.pictures, [trials[index].case]: picture } } });
        },
      });
    } catch (thrown) {
      const error = toTautlineError(thrown, 'drawing the four profiles');
      if (error.kind !== 'cancelled' && !signal.aborted)
        platform.toast('warning', `${explain(error)} The verdicts stand without pictures.`);
    }
  }

  async function runMonteCarlo(): Promise<void> {
    carloWork.abort();
    const work = new AbortController();
    carloWork = work;
    const { signal } = work;
    try {
      const [, { DEFAULT_SEEDS, trialsOf }, { CASE_NAMES }] = await loadHarness();
      const plan: MonteCarloPlan = { from: get().from, seeds: get().seeds ?? DEFAULT_SEEDS, parameters: asked() };
      // Seed by seed, so that what is shown meanwhile, and what a cancel leaves, is of every case.
      const byCase = trialsOf(plan);
      const trials = Array.from({ length: plan.seeds }, (_, i) =>
        CASE_NAMES.map((__, c) => byCase[c * plan.seeds + i]),
      ).flat();
      const results = new Array<TrialResult | undefined>(trials.length);
      const started = performance.now();
      let shown = -Infinity;
      const show = () => {
        shown = performance.now();
        const done = results.filter((result) => result !== undefined);
        set({
          monteCarloRun: {
            phase: 'running',
            progress: { plan, trials: done, of: trials.length, elapsedMs: shown - started },
          },
        });
      };
      show();
      // What a cancel leaves is taken at once; the map's own rejection comes later and changes nothing.
      const end = () => finish(plan, wholeSeeds(results, CASE_NAMES.length), performance.now() - started);
      signal.addEventListener('abort', end, { once: true });
      try {
        await workers().trials(trials, {
          phase: 'Monte Carlo',
          signal,
          onResult: (result, index) => {
            results[index] = result;
            if (performance.now() - shown >= SHOW_EVERY_MS) show();
          },
        });
      } finally {
        if (!signal.aborted) end();
      }
    } catch (thrown) {
      if (carloWork === work && !signal.aborted) set({ monteCarloRun: failure(thrown, 'running the Monte Carlo') });
    }
  }

  /** @param done results seed by seed, every case of each */
  function finish(plan: MonteCarloPlan, done: readonly TrialResult[], ms: number): void {
    set({ monteCarloRun: IDLE });
    if (done.length === 0) return;
    const cases = new Set(done.map((result) => result.case));
    const trials = [...cases].flatMap((name) => done.filter((result) => result.case === name));
    const run: MonteCarloRun = { ...plan, seeds: trials.length / cases.size, trials };
    const events = trials.reduce((sum, result) => sum + result.events, 0);
    set({ monteCarlo: { run, seedsAsked: plan.seeds, events, ms, workers: workers().size } });
    void compare();
  }

  /** Compares the current run with the loaded one, where there are both. */
  async function compare(): Promise<void> {
    const { monteCarlo, compared } = get();
    if (compared.phase !== 'loaded') return;
    set({ compared: { ...compared, differences: null } });
    if (!monteCarlo || monteCarlo.run === compared.run) return;
    const current = () =>
      get().monteCarlo === monteCarlo &&
      get().compared.phase === 'loaded' &&
      (get().compared as typeof compared).run === compared.run;
    try {
      const differences = await workers().differences(compared.run, monteCarlo.run);
      if (current()) set({ compared: { ...compared, differences } });
    } catch (thrown) {
      if (current()) set({ compared: { phase: 'failed', error: toTautlineError(thrown, 'comparing the runs') } });
    }
  }

  function compareWith(name: string, run: MonteCarloRun): void {
    set({ compared: { phase: 'loaded', name, run, differences: null } });
    void compare();
  }

  const actions: CalibrationActions = {
    setSeed: (seed) => set({ seed }),
    setThresholds: (thresholds) => set({ thresholds }),
    setSeeds: (seeds) => set({ seeds }),
    setFrom: (from) => set({ from }),
    runTable,
    cancelTable() {
      tableWork.abort();
      if (get().tableRun.phase === 'running') set({ tableRun: IDLE });
    },
    runMonteCarlo,
    cancelMonteCarlo: () => carloWork.abort(),
    async load(name, text) {
      try {
        const [, { loadRun }] = await loadHarness();
        compareWith(name, loadRun(text, name));
      } catch (thrown) {
        set({ compared: { phase: 'failed', error: toTautlineError(thrown, `reading ${name}`) } });
      }
    },
    keep() {
      const { monteCarlo } = get();
      if (!monteCarlo) return;
      const changed = Object.entries(changedParameters(monteCarlo.run.parameters)).map(
        ([name, value]) => `${name} ${JSON.stringify(value)}`,
      );
      compareWith(`the run kept (${changed.join(', ') || 'default parameters'})`, monteCarlo.run);
    },
    dropCompared: () => set({ compared: { phase: 'none' } }),
  };

  return {
    store,
    actions,
    dispose() {
      tableWork.abort();
      carloWork.abort();
      pool?.dispose();
    },
  };
}

/** The default table of a seed, where the last table has it: it would come out the same. */
function knownDefaults(table: Table | null, seed: number): CalibrationReport | null {
  if (table?.report.seed !== seed) return null;
  return isDefault(table.report.parameters) ? table.report : table.defaults;
}

/** Done when every trial of the case is. */
function stepOf(trials: readonly Trial[], steps: readonly CaseStep[], name: CaseName): CaseStep {
  const own = steps.filter((_, i) => trials[i].case === name);
  return own.every((step) => step === 'done') ? 'done' : own.some((step) => step !== 'waiting') ? 'running' : 'waiting';
}

/** Of results seed by seed, those of the seeds before the first that lacks one. */
function wholeSeeds(results: readonly (TrialResult | undefined)[], cases: number): TrialResult[] {
  const first = results.findIndex((result) => result === undefined);
  const whole = first < 0 ? results.length : first - (first % cases);
  return results.slice(0, whole) as TrialResult[];
}

function failure(thrown: unknown, context: string): RunPhase<never> {
  const error = toTautlineError(thrown, context);
  return error.kind === 'cancelled' ? IDLE : { phase: 'failed', error };
}
