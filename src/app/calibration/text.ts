import { formatCount, formatDuration, formatNumber, formatPercent } from '../../core/format.ts';
import { changedParameters, PARAMETER_SPECS, type ParameterName, type Parameters } from '../../detection/parameters.ts';
import type { CalibrationReport } from '../../harness/calibration.ts';
import { MEASURES, type Measure } from '../../harness/monteCarlo.ts';
import type { VerdictRow } from '../../harness/verdicts.ts';
import type { MonteCarloProgress } from '../../state/calibration.ts';

/**
 * What was measured, with its unit; an event number is a count by itself. "none" where there was nothing to measure.
 */
export function measuredText({ measured, unit }: Pick<VerdictRow, 'measured' | 'unit'>): string {
  if (Number.isNaN(measured)) return 'none';
  if (unit === '') return formatNumber(measured);
  if (unit === 'event_id') return formatCount(measured);
  return `${formatCount(measured)} ${Math.round(measured) === 1 ? unit.replace(/events$/, 'event') : unit}`;
}

/** A value of a Monte Carlo measure. */
export function measureText(measure: Measure, value: number): string {
  const { unit } = MEASURES[measure];
  if (unit === '') return formatNumber(value, 4);
  return formatNumber(value, unit === 'event_id' ? 6 : 3);
}

/** A share in percent; what rounding leaves of an end of an interval at 0 reads 0. */
export const shareText = (share: number): string => formatPercent(Math.abs(share) < 1e-9 ? 0 : share);

/** Verdicts that differ from those of the default parameters on the same seed. */
export function changedVerdicts(report: CalibrationReport, defaults: CalibrationReport | null): readonly VerdictRow[] {
  if (!defaults) return [];
  const before = new Map(defaults.rows.map((row) => [row.id, row.pass]));
  return report.rows.filter((row) => before.get(row.id) !== row.pass);
}

/** "All 27 verdicts pass", or how many fail. */
export function passText(rows: readonly VerdictRow[]): string {
  const failed = rows.filter((row) => !row.pass).length;
  if (failed === 0) return `All ${formatCount(rows.length)} verdicts pass`;
  return `${formatCount(failed)} of ${formatCount(rows.length)} verdicts ${failed === 1 ? 'fails' : 'fail'}`;
}

/** What a change of parameters does to the verdicts, in a sentence. */
export function changeText(changed: readonly VerdictRow[]): string {
  if (changed.length === 0) return 'No verdict changes against the defaults.';
  const fails = changed.filter((row) => !row.pass).length;
  const parts = [
    fails > 0 ? `${formatCount(fails)} now ${fails === 1 ? 'fails' : 'fail'}` : null,
    changed.length > fails
      ? `${formatCount(changed.length - fails)} now ${changed.length - fails === 1 ? 'passes' : 'pass'}`
      : null,
  ];
  return `Against the defaults, ${parts.filter((part) => part !== null).join(' and ')}.`;
}

/** "h 4.25 (default 8.5)" of every changed parameter. */
export function changedText(
  parameters: Parameters,
): readonly { readonly name: ParameterName; readonly text: string }[] {
  const value = (v: unknown): string =>
    Array.isArray(v) ? v.map(value).join(' to ') : typeof v === 'number' ? formatNumber(v, 6) : String(v);
  return Object.entries(changedParameters(parameters)).map(([name, now]) => ({
    name: name as ParameterName,
    text: `${name} ${value(now)} (default ${value(PARAMETER_SPECS[name as ParameterName].default)})`,
  }));
}

/** "120 of 1,000 ledgers · 2 min left": nothing is said of the time before the first ledgers are done. */
export function progressLine({ trials, of, elapsedMs }: MonteCarloProgress): string {
  const done = `${formatCount(trials.length)} of ${formatCount(of)} ledgers`;
  if (trials.length === 0 || trials.length === of) return done;
  const left = (elapsedMs / trials.length) * (of - trials.length);
  return `${done} · ${left < 1000 ? 'less than 1 s' : formatDuration(Math.round(left / 1000) * 1000)} left`;
}

/** "12.3 million events a minute on 2 workers". */
export function speedText(events: number, ms: number, workers: number): string {
  const millions = formatNumber(((events / ms) * 60_000) / 1e6, 3);
  return `${millions} million events a minute on ${formatCount(workers)} ${workers === 1 ? 'worker' : 'workers'}`;
}

/** A seed or a number of seeds as typed; null if it is none. */
export function readWhole(text: string, least: number, most = Number.MAX_SAFE_INTEGER): number | null {
  const value = Number(text);
  return /^\d+$/.test(text.trim()) && Number.isSafeInteger(value) && value >= least && value <= most ? value : null;
}
