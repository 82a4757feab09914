import { TautlineFailure } from '../core/errors.ts';
import type { OnProgress } from '../core/progress.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../detection/parameters.ts';
import type { KernelModule } from '../kernels/module.ts';
import { CHOICES } from './profiles.ts';
import { CASE_NAMES, CASES, runTrial, type CaseName, type Trial, type TrialResult } from './trial.ts';
import { verdictsOf, type VerdictRow } from './verdicts.ts';

/** The four profiles and the ablation on one seed, and the table of verdicts on them. */
export interface CalibrationReport {
  readonly seed: number;
  readonly parameters: Parameters;
  readonly rows: readonly VerdictRow[];
  readonly pass: boolean;
  readonly results: Readonly<Record<CaseName, TrialResult>>;
}

export interface CalibrationOptions {
  readonly seed?: number;
  readonly parameters?: Parameters;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** The trials that a table of verdicts needs, in the order of CASE_NAMES. */
export function calibrationTrials({
  seed = CHOICES.seed.value,
  parameters = DEFAULT_PARAMETERS,
}: CalibrationOptions = {}): Trial[] {
  return CASE_NAMES.map((name) => ({ case: name, seed, parameters }));
}

/** The table, from results of `calibrationTrials` in their order. */
export function calibrationReport(trials: readonly Trial[], results: readonly TrialResult[]): CalibrationReport {
  const byCase = Object.fromEntries(trials.map((trial, i) => [trial.case, results[i]])) as Record<
    CaseName,
    TrialResult
  >;
  const { seed, parameters } = trials[0];
  const rows = verdictsOf(byCase, parameters);
  return { seed, parameters, rows, pass: rows.every((row) => row.pass), results: byCase };
}

/**
 * Generates and analyses the five cases one after the other, some second each.
 * @throws TautlineFailure kind "cancelled" at the next case after `signal` was aborted
 */
export async function runCalibration(
  kernels: KernelModule,
  options: CalibrationOptions = {},
): Promise<CalibrationReport> {
  const { signal, onProgress } = options;
  const trials = calibrationTrials(options);
  const results: TrialResult[] = [];
  for (const [i, trial] of trials.entries()) {
    if (signal?.aborted) throw new TautlineFailure({ kind: 'cancelled', what: 'calibration harness' });
    onProgress?.({ phase: 'Calibration harness', fraction: i / trials.length, detail: CASES[trial.case].title });
    results.push(await runTrial(kernels, trial));
  }
  onProgress?.({ phase: 'Calibration harness', fraction: 1 });
  return calibrationReport(trials, results);
}
