import type { TautlineError } from '../../core/errors.ts';
import { changedParameters, type Parameters } from '../../detection/parameters.ts';
import type { CalibrationReport } from '../../harness/calibration.ts';
import type { Difference, MonteCarloPlan, MonteCarloRun } from '../../harness/monteCarlo.ts';
import type { CaseName, TrialResult } from '../../harness/trial.ts';
import type { Picture } from '../../workers/harnessTask.ts';

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

/** Which parameters are tested: the defaults, or those of the parameter panel. */
export type Thresholds = 'defaults' | 'whatIf';

/** Something that runs in the pool. A cancelled run is idle again. */
type RunPhase<P> =
  | { readonly phase: 'idle' }
  | { readonly phase: 'running'; readonly progress: P }
  | { readonly phase: 'failed'; readonly error: TautlineError };

export type CaseStep = 'waiting' | 'running' | 'done';

interface TrialStep {
  readonly case: CaseName;
  readonly step: CaseStep;
}

export interface TableProgress {
  readonly seed: number;
  readonly parameters: Parameters;
  readonly cases: Readonly<Record<CaseName, CaseStep>>;
  /** Every ledger asked for; a case has two where the defaults are run to compare with. */
  readonly steps: readonly TrialStep[];
  /** Ledgers done, of those asked for (with the defaults to compare with, ten). */
  readonly done: number;
  readonly of: number;
}

export interface Table {
  readonly report: CalibrationReport;
  /** The same seed with the default parameters; null if the report is of those. */
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

const IDLE = { phase: 'idle' } as const;

export const INITIAL: CalibrationState = {
  seed: null,
  thresholds: 'defaults',
  seeds: null,
  from: 1,
  tableRun: IDLE,
  table: null,
  monteCarloRun: IDLE,
  monteCarlo: null,
  compared: { phase: 'none' },
};

/** What users do and what the runs report; a run that was dropped for another reports nothing any more. */
export type CalibrationEvent =
  | {
      readonly type: 'chosen';
      readonly change: Partial<Pick<CalibrationState, 'seed' | 'thresholds' | 'seeds' | 'from'>>;
    }
  | {
      readonly type: 'tableStarted';
      readonly seed: number;
      readonly parameters: Parameters;
      readonly cases: readonly CaseName[];
    }
  | { readonly type: 'trialMoved'; readonly index: number; readonly step: CaseStep }
  | { readonly type: 'tableDone'; readonly table: Table }
  | { readonly type: 'pictureDrawn'; readonly case: CaseName; readonly picture: Picture }
  /** Cancelled, or failed with an error. */
  | { readonly type: 'tableStopped'; readonly error: TautlineError | null }
  | { readonly type: 'monteCarloMoved'; readonly progress: MonteCarloProgress }
  /** Null: not one seed is whole. */
  | { readonly type: 'monteCarloEnded'; readonly outcome: MonteCarloOutcome | null }
  | { readonly type: 'monteCarloFailed'; readonly error: TautlineError }
  | { readonly type: 'comparedWith'; readonly name: string; readonly run: MonteCarloRun }
  | { readonly type: 'differed'; readonly run: MonteCarloRun; readonly differences: readonly Difference[] | null }
  | { readonly type: 'comparisonFailed'; readonly error: TautlineError }
  | { readonly type: 'comparisonDropped' };

/** The state after an event. Pure. */
export function transition(state: CalibrationState, event: CalibrationEvent): CalibrationState {
  switch (event.type) {
    case 'chosen':
      return { ...state, ...event.change };
    case 'tableStarted': {
      const { seed, parameters } = event;
      const steps = event.cases.map((name): TrialStep => ({ case: name, step: 'waiting' }));
      return { ...state, tableRun: { phase: 'running', progress: { seed, parameters, ...progressOf(steps) } } };
    }
    case 'trialMoved': {
      const { tableRun } = state;
      if (tableRun.phase !== 'running') return state;
      const { progress } = tableRun;
      const steps = progress.steps.map((own, i) => (i === event.index ? { ...own, step: event.step } : own));
      return { ...state, tableRun: { phase: 'running', progress: { ...progress, ...progressOf(steps) } } };
    }
    case 'tableDone':
      return { ...state, tableRun: IDLE, table: event.table };
    case 'pictureDrawn': {
      const { table } = state;
      if (!table) return state;
      return { ...state, table: { ...table, pictures: { ...table.pictures, [event.case]: event.picture } } };
    }
    case 'tableStopped':
      return { ...state, tableRun: stopped(event.error) };
    case 'monteCarloMoved':
      return { ...state, monteCarloRun: { phase: 'running', progress: event.progress } };
    case 'monteCarloEnded':
      return { ...state, monteCarloRun: IDLE, monteCarlo: event.outcome ?? state.monteCarlo };
    case 'monteCarloFailed':
      return { ...state, monteCarloRun: stopped(event.error) };
    case 'comparedWith':
      return { ...state, compared: { phase: 'loaded', name: event.name, run: event.run, differences: null } };
    case 'differed': {
      const { compared } = state;
      if (compared.phase !== 'loaded' || compared.run !== event.run) return state;
      return { ...state, compared: { ...compared, differences: event.differences } };
    }
    case 'comparisonFailed':
      return { ...state, compared: { phase: 'failed', error: event.error } };
    case 'comparisonDropped':
      return { ...state, compared: { phase: 'none' } };
  }
}

const stopped = (error: TautlineError | null): RunPhase<never> =>
  error === null || error.kind === 'cancelled' ? IDLE : { phase: 'failed', error };

function progressOf(steps: readonly TrialStep[]): Pick<TableProgress, 'cases' | 'steps' | 'done' | 'of'> {
  const names = [...new Set(steps.map((own) => own.case))];
  const cases = Object.fromEntries(names.map((name) => [name, stepOf(steps, name)])) as TableProgress['cases'];
  return { cases, steps, done: steps.filter(({ step }) => step === 'done').length, of: steps.length };
}

/** Done when every ledger of the case is. */
function stepOf(steps: readonly TrialStep[], name: CaseName): CaseStep {
  const own = steps.filter((trial) => trial.case === name);
  if (own.every(({ step }) => step === 'done')) return 'done';
  return own.some(({ step }) => step !== 'waiting') ? 'running' : 'waiting';
}

/** The parameters for the harness: a reference range belongs to the ledger that it was brushed on. */
export const forHarness = (parameters: Parameters): Parameters => ({ ...parameters, reference_range: null });

export const isDefault = (parameters: Parameters): boolean => Object.keys(changedParameters(parameters)).length === 0;
