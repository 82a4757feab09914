import { explain, toTautlineError } from '../../core/errors.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../../detection/parameters.ts';
import type { CalibrationReport } from '../../harness/calibration.ts';
import type { MonteCarloPlan, MonteCarloRun } from '../../harness/monteCarlo.ts';
import type { Trial, TrialResult } from '../../harness/trial.ts';
import type { HarnessPool } from '../../workers/harnessPool.ts';
import type { Toast } from '../types.ts';
import { forHarness, isDefault, type CalibrationEvent, type CalibrationState, type Table } from './state.ts';

/** What the runs act on. */
export interface RunContext {
  /** Started at the first use. */
  workers(): HarnessPool;
  /** Parameters of the parameter panel. */
  whatIf(): Parameters;
  toast(level: Toast['level'], text: string): void;
  state(): CalibrationState;
  dispatch(event: CalibrationEvent): void;
}

/** Partial results are shown this often, in ms: summarising a thousand ledgers takes some. */
const SHOW_EVERY_MS = 400;
/** Points of a picture's line are at most twice as many. */
const PICTURE_BUCKETS = 260;

export const loadHarness = () =>
  Promise.all([
    import('../../harness/calibration.ts'),
    import('../../harness/monteCarlo.ts'),
    import('../../harness/trial.ts'),
  ]);

const asked = ({ state, whatIf }: RunContext): Parameters =>
  state().thresholds === 'whatIf' ? forHarness(whatIf()) : DEFAULT_PARAMETERS;

/** Runs the four profiles and the ablation. Never rejects. */
export async function runTable(context: RunContext, signal: AbortSignal): Promise<void> {
  const { workers, state } = context;
  const dispatch = unlessAborted(context, signal);
  try {
    const [{ calibrationReport, calibrationTrials }] = await loadHarness();
    const parameters = asked(context);
    const seed = state().seed ?? undefined;
    const own = calibrationTrials({ seed, parameters });
    const again = isDefault(parameters) ? null : knownDefaults(state().table, own[0].seed);
    const baseline = isDefault(parameters) || again ? [] : calibrationTrials({ seed });
    const trials = [...own, ...baseline];
    dispatch({ type: 'tableStarted', seed: own[0].seed, parameters, cases: trials.map((trial) => trial.case) });
    const started = performance.now();
    const results = await workers().trials(trials, {
      phase: 'the four profiles',
      signal,
      onStart: (index) => dispatch({ type: 'trialMoved', index, step: 'running' }),
      onResult: (_, index) => dispatch({ type: 'trialMoved', index, step: 'done' }),
    });
    if (signal.aborted) return;
    const report = calibrationReport(own, results.slice(0, own.length));
    const defaults = baseline.length > 0 ? calibrationReport(baseline, results.slice(own.length)) : again;
    dispatch({ type: 'tableDone', table: { report, defaults, ms: performance.now() - started, pictures: {} } });
    void drawTable(context, own, signal);
  } catch (thrown) {
    dispatch({ type: 'tableStopped', error: toTautlineError(thrown, 'running the four profiles') });
  }
}

/** Draws the ledgers of the table, one by one. */
async function drawTable(context: RunContext, trials: readonly Trial[], signal: AbortSignal): Promise<void> {
  const dispatch = unlessAborted(context, signal);
  try {
    await context.workers().pictures(trials, PICTURE_BUCKETS, {
      phase: 'drawing the four profiles',
      signal,
      onResult: (picture, index) => dispatch({ type: 'pictureDrawn', case: trials[index].case, picture }),
    });
  } catch (thrown) {
    const error = toTautlineError(thrown, 'drawing the four profiles');
    if (error.kind !== 'cancelled' && !signal.aborted)
      context.toast('warning', `${explain(error)} The verdicts stand without pictures.`);
  }
}

/** Runs many seeds of every case; what a cancel leaves is an outcome too. Never rejects. */
export async function runMonteCarlo(context: RunContext, signal: AbortSignal): Promise<void> {
  const { workers, state, dispatch } = context;
  try {
    const [, { DEFAULT_SEEDS, trialsOf }, { CASE_NAMES }] = await loadHarness();
    const plan: MonteCarloPlan = {
      from: state().from,
      seeds: state().seeds ?? DEFAULT_SEEDS,
      parameters: asked(context),
    };
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
      const progress = { plan, trials: done, of: trials.length, elapsedMs: shown - started };
      dispatch({ type: 'monteCarloMoved', progress });
    };
    show();
    // What a cancel leaves is taken at once; the map's own rejection comes later and changes nothing.
    const end = () => {
      const whole = wholeSeeds(results, CASE_NAMES.length);
      finishMonteCarlo(context, plan, whole, performance.now() - started);
    };
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
    unlessAborted(
      context,
      signal,
    )({
      type: 'monteCarloFailed',
      error: toTautlineError(thrown, 'running the Monte Carlo'),
    });
  }
}

/** @param done results seed by seed, every case of each */
function finishMonteCarlo(context: RunContext, plan: MonteCarloPlan, done: readonly TrialResult[], ms: number): void {
  if (done.length === 0) {
    context.dispatch({ type: 'monteCarloEnded', outcome: null });
    return;
  }
  const cases = new Set(done.map((result) => result.case));
  const trials = [...cases].flatMap((name) => done.filter((result) => result.case === name));
  const run: MonteCarloRun = { ...plan, seeds: trials.length / cases.size, trials };
  const events = trials.reduce((sum, result) => sum + result.events, 0);
  const outcome = { run, seedsAsked: plan.seeds, events, ms, workers: context.workers().size };
  context.dispatch({ type: 'monteCarloEnded', outcome });
  void compare(context);
}

/** Compares the current run with the loaded one, where there are both. Never rejects. */
export async function compare({ workers, state, dispatch }: RunContext): Promise<void> {
  const { monteCarlo, compared } = state();
  if (compared.phase !== 'loaded') return;
  const { run } = compared;
  dispatch({ type: 'differed', run, differences: null });
  if (!monteCarlo || monteCarlo.run === run) return;
  const isCurrent = (): boolean => {
    const now = state();
    return now.monteCarlo === monteCarlo && now.compared.phase === 'loaded' && now.compared.run === run;
  };
  try {
    const differences = await workers().differences(run, monteCarlo.run);
    if (isCurrent()) dispatch({ type: 'differed', run, differences });
  } catch (thrown) {
    if (isCurrent()) dispatch({ type: 'comparisonFailed', error: toTautlineError(thrown, 'comparing the runs') });
  }
}

/** A run that was dropped for another, or cancelled, says nothing any more. */
const unlessAborted =
  ({ dispatch }: RunContext, signal: AbortSignal) =>
  (event: CalibrationEvent): void => {
    if (!signal.aborted) dispatch(event);
  };

/** The default table of a seed, where the last table has it: it would come out the same. */
function knownDefaults(table: Table | null, seed: number): CalibrationReport | null {
  if (table?.report.seed !== seed) return null;
  return isDefault(table.report.parameters) ? table.report : table.defaults;
}

/** Of results seed by seed, those of the seeds before the first that lacks one. */
function wholeSeeds(results: readonly (TrialResult | undefined)[], cases: number): TrialResult[] {
  const first = results.findIndex((result) => result === undefined);
  const whole = first < 0 ? results.length : first - (first % cases);
  return results.slice(0, whole) as TrialResult[];
}
