import { counted, formatCount, formatDuration, formatNumber, formatPercent } from '../core/format.ts';
import type { Rate } from '../core/statistics.ts';
import { CHANGE_KINDS, type ChangeKind } from '../detection/channels/table.ts';
import { changedParameters, type Parameters } from '../detection/parameters.ts';
import { calibrationReport, calibrationTrials, type CalibrationReport } from '../harness/calibration.ts';
import {
  compareRuns,
  loadRun,
  MEASURES,
  saveRun,
  summarise,
  trialsOf,
  type CaseSummary,
  type Difference,
  type Measure,
  type MonteCarloPlan,
  type MonteCarloRun,
} from '../harness/monteCarlo.ts';
import { CHOICES, generatedStreams } from '../harness/profiles.ts';
import { PAPER_KINDS, type VerdictRow } from '../harness/verdicts.ts';
import { readText } from './files.ts';
import { readOptions, refused, refuseOthers, wholeNumber } from './options.ts';
import { intoFolder, type Output } from './output.ts';
import { readParameters } from './parameters.ts';
import { print, printProgress, tableLines } from './print.ts';
import { createTrialPool, type TrialPool } from './trialPool.ts';

/** Bounds that no machine reaches in a day. */
const MOST_SEEDS = 100_000;
const MOST_WORKERS = 256;

/**
 * `tautline calibrate`: the four stress profiles and their verdicts; with --seeds the Monte Carlo as well. Writes
 * verdicts.json, and monte-carlo.json.
 * @returns the exit status: 1 where a verdict fails
 */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = readOptions(args, {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string' },
    workers: { type: 'string' },
    params: { type: 'string' },
    compare: { type: 'string' },
    out: { type: 'string', default: 'tautline-calibration' },
  });
  refuseOthers(positionals);
  const seed = wholeNumber('--seed', values.seed, 0) ?? CHOICES.seed.value;
  const seeds = wholeNumber('--seeds', values.seeds, 1, MOST_SEEDS);
  const from = wholeNumber('--from', values.from, 0, Number.MAX_SAFE_INTEGER - MOST_SEEDS) ?? 1;
  const workers = wholeNumber('--workers', values.workers, 1, MOST_WORKERS);
  const parameters = await readParameters(values.params);
  if (values.compare !== undefined && seeds === undefined)
    throw refused('--compare', 'needs a Monte Carlo to compare with', 'Give --seeds N as well');
  const standIns = generatedStreams(parameters.stream);
  if (standIns !== null) print(`note: ${standIns}`);
  const before =
    values.compare === undefined
      ? null
      : loadRun(await readText(values.compare), values.compare, (sentence) => print(`note: ${sentence}`));
  const inputs = [values.params, values.compare].filter((path) => path !== undefined);
  const names = ['verdicts.json', ...(seeds === undefined ? [] : ['monte-carlo.json'])];

  const pool = createTrialPool(workers);
  try {
    const report = await intoFolder(values.out, names, inputs, async (output) => {
      const verdicts = await table({ seed, parameters }, pool, output);
      // It stands by itself, and a Monte Carlo takes its time.
      await output.publish();
      if (seeds !== undefined)
        await monteCarlo({ from, seeds, parameters }, pool, output, before && { file: values.compare!, run: before });
      return verdicts;
    });
    const failed = report.rows.filter((row) => !row.pass);
    print(
      failed.length === 0
        ? `all ${report.rows.length} verdicts pass`
        : `${failed.length} of ${report.rows.length} verdicts fail: ${failed.map((row) => row.id).join(', ')}`,
    );
    print(`written to ${values.out}`);
    return failed.length === 0 ? 0 : 1;
  } finally {
    pool.close();
  }
}

/** Runs the table of verdicts, prints and writes it. */
async function table(
  options: { readonly seed: number; readonly parameters: Parameters },
  pool: TrialPool,
  output: Output,
): Promise<CalibrationReport> {
  const trials = calibrationTrials(options);
  const report = calibrationReport(trials, await pool.run(trials));
  for (const line of tableOf(report.rows)) print(line);
  await output.write('verdicts.json', verdictsJson(report));
  return report;
}

/** Runs the Monte Carlo, prints its summary, and what changed since another run; writes it. */
async function monteCarlo(
  plan: MonteCarloPlan,
  pool: TrialPool,
  output: Output,
  before: { readonly file: string; readonly run: MonteCarloRun } | null,
): Promise<void> {
  const started = performance.now();
  const run: MonteCarloRun = { ...plan, trials: await pool.run(trialsOf(plan), progressLine(started)) };
  const ms = performance.now() - started;
  await output.write('monte-carlo.json', saveRun(run));
  const events = run.trials.reduce((sum, t) => sum + t.events, 0);
  const speed = `${formatDuration(ms)} (${formatCount((60_000 * events) / ms)} per minute)`;
  const seeds = `seeds ${plan.from} to ${plan.from + plan.seeds - 1}`;
  for (const line of ['', `Monte Carlo, ${seeds}: ${formatCount(events)} events in ${speed}`, '']) print(line);
  for (const summary of summarise(run)) for (const line of [...summaryLines(summary), '']) print(line);
  if (before) {
    const differences = compareRuns(before.run, run).map(differenceLine);
    for (const line of [`Against ${before.file} (first: that run, second: this one):`, ...differences, '']) print(line);
  }
}

function verdictsJson({ seed, parameters, pass, rows, results }: CalibrationReport): string {
  const measured = rows.map((row) => ({ ...row, measured: Number.isFinite(row.measured) ? row.measured : null }));
  const changed = changedParameters(parameters);
  const file = { seed, parameters: changed, pass, verdicts: measured, results, choices: CHOICES };
  return `${JSON.stringify(file, null, 1)}\n`;
}

/** Event numbers and shares speak for themselves; a missing number reads "none". */
function measuredText({ measured, unit }: VerdictRow): string {
  if (Number.isNaN(measured)) return 'none';
  if (unit === '') return formatNumber(measured);
  return unit === 'event_id' ? formatCount(measured) : `${formatCount(measured)} ${unit}`;
}

function tableOf(rows: readonly VerdictRow[]): string[] {
  const header = ['', 'profile', 'what', 'paper', 'measured', 'note'];
  const lines = rows.map((row) => [
    row.pass ? 'pass' : 'FAIL',
    row.profile,
    row.what,
    row.paper,
    measuredText(row),
    row.note,
  ]);
  return tableLines([header, ...lines]);
}

function summaryLines(summary: CaseSummary): string[] {
  const { title, trials, clean, falseAlerts, transientsAbsorbed, transientsSilent, measures } = summary;
  const share = (p: { count: number; of: number; interval: readonly [number, number] }) =>
    `${formatCount(p.count)} of ${formatCount(p.of)} ` +
    `(${formatPercent(p.interval[0])} to ${formatPercent(p.interval[1])})`;
  const alerts = PAPER_KINDS.filter((kind) => falseAlerts[kind].count > 0).map(
    (kind) => `${kind} ${formatCount(falseAlerts[kind].count)} in ${formatCount(falseAlerts[kind].exposure)} events`,
  );
  const changes = CHANGE_KINDS.filter((kind) => falseAlerts[kind].exposure > 0);
  const lines = [
    `${title}, ${counted(trials, 'ledger')}`,
    `  without a false alert  ${share(clean)}${alerts.length > 0 ? `; ${alerts.join(', ')}` : ''}`,
    ...changes.map((kind) => `  ${changeText(kind, falseAlerts[kind], summary.overBudget.includes(kind))}`),
  ];
  if (transientsAbsorbed) lines.push(`  transients absorbed  ${share(transientsAbsorbed)}`);
  if (transientsSilent) lines.push(`  transients after which nothing fired  ${share(transientsSilent)}`);
  for (const [name, d] of Object.entries(measures) as [Measure, NonNullable<CaseSummary['measures'][Measure]>][]) {
    const number = MEASURES[name].unit === '' ? formatNumber : formatCount;
    const missing = d.missing > 0 ? `; none in ${formatCount(d.missing)}` : '';
    const [low, high] = d.medianInterval;
    const median = `median ${number(d.median)} (${number(low)} to ${number(high)})`;
    lines.push(`  ${MEASURES[name].title}  ${median}, 5 to 95 %: ${number(d.q05)} to ${number(d.q95)}${missing}`);
  }
  return lines;
}

/** Alerts of lasting change where none is due. */
function changeText(kind: ChangeKind, { count, exposure, rate, interval }: Rate, isOverBudget: boolean): string {
  const [perMillion, low, high] = [rate, ...interval].map((share) => formatNumber(1e6 * share, 2));
  return (
    `${kind} where no fault is felt  ${formatCount(count)} in ${formatCount(exposure)} judged events: ` +
    `${perMillion} in a million (${low} to ${high})${isOverBudget ? ', above the budget' : ''}`
  );
}

function differenceLine({ case: name, what, kind, a, b, difference, interval, significant }: Difference): string {
  const text = (v: number) => (kind === 'share' ? formatPercent(v) : formatNumber(v, 5));
  const change = `${text(difference)} (${text(interval[0])} to ${text(interval[1])})`;
  return `  ${significant ? '*' : ' '} ${name}: ${what}  ${text(a)} -> ${text(b)}, difference ${change}`;
}

/** One line on a terminal, rewritten as trials end: share done and time left. */
function progressLine(started: number): ((done: number, of: number) => void) | undefined {
  if (!process.stderr.isTTY) return undefined;
  return (done, of) => {
    const left = ((performance.now() - started) / done) * (of - done);
    printProgress(`${formatCount(done)} of ${formatCount(of)} ledgers, ${formatDuration(left)} left`, done === of);
  };
}
