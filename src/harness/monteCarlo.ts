import { TautlineFailure } from '../core/errors.ts';
import { shown } from '../core/printable.ts';
import { CHANGE_KINDS, type ChangeKind } from '../detection/channels/table.ts';
import { changedParameters, parseParameters, type Parameters } from '../detection/parameters.ts';
import { ALERT_KINDS, type AlertKind } from '../detection/types.ts';
import {
  distribution,
  medianDifference,
  proportion,
  proportionDifference,
  rate,
  type Distribution,
  type Interval,
  type Proportion,
  type Rate,
} from '../core/statistics.ts';
import { fromVersion1 } from './runUpgrade.ts';
import { CASE_NAMES, CASES, type CaseName, type Trial, type TrialResult } from './trial.ts';
import { falseAlerts, passesOf } from './verdicts.ts';

export const DEFAULT_SEEDS = 200;
const FORMAT = 'tautline-monte-carlo';
const VERSION = 2;

/** Trials over the seeds from, from + 1, ... */
export interface MonteCarloPlan {
  readonly from: number;
  readonly seeds: number;
  readonly parameters: Parameters;
}

/** A finished run, as it is saved. */
export interface MonteCarloRun extends MonteCarloPlan {
  /** Case by case, seeds ascending. */
  readonly trials: readonly TrialResult[];
}

/**
 * Every trial of a run, in the order of `MonteCarloRun.trials`; each stands for itself, so a pool may run them in any
 * order.
 */
export function trialsOf({ from, seeds, parameters }: MonteCarloPlan): Trial[] {
  return CASE_NAMES.flatMap((name) =>
    Array.from({ length: seeds }, (_, i) => ({ case: name, seed: from + i, parameters })),
  );
}

/** A number that every trial of a case has, or may have. */
export const MEASURES = {
  lag: { title: 'Detection lag', unit: 'events of the stream' },
  driftEvent: { title: 'Event at which drift fires', unit: 'event_id' },
  warningEvent: { title: 'Event of the first homogenisation alert', unit: 'event_id' },
  coupling: { title: 'Off-diagonal coupling', unit: '' },
  tensionRatio: { title: 'Tension, share of its reference median', unit: '' },
  p95: { title: 'P95 latency in the spells', unit: 'ms' },
  window: { title: 'Dynamic window in the spells', unit: 'ms' },
} as const satisfies Partial<Record<keyof TrialResult, { readonly title: string; readonly unit: string }>>;
export type Measure = keyof typeof MEASURES;
const MEASURE_NAMES = Object.keys(MEASURES) as readonly Measure[];

/** What the trials of one case say together. */
export interface CaseSummary {
  readonly case: CaseName;
  readonly title: string;
  readonly trials: number;
  readonly events: number;
  /** Ledgers in which no alert of the kinds of the paper (Gwamanda 2026) fired where none may. */
  readonly clean: Proportion;
  /**
   * Alerts where none may fire, by kind, against the events in which none may (of lasting change: those judged while
   * no fault is felt). One cause may fire several streams.
   */
  readonly falseAlerts: Readonly<Record<AlertKind, Rate>>;
  /** Kinds of lasting change whose rate is above the false-alarm budget, with 97.5 % confidence. */
  readonly overBudget: readonly ChangeKind[];
  /** Share of seeds that pass each row of the verdict table, by its id. */
  readonly passes: Readonly<Record<string, Proportion>>;
  /** Transients absorbed (no [DRIFT]) and silent (nothing at all) of all transients; null if the case has none. */
  readonly transientsAbsorbed: Proportion | null;
  readonly transientsSilent: Proportion | null;
  /** Of the measures that the case has. */
  readonly measures: Readonly<Partial<Record<Measure, Distribution>>>;
}

const isChangeKind = (kind: AlertKind): kind is ChangeKind => (CHANGE_KINDS as readonly AlertKind[]).includes(kind);

export function summarise({ trials, parameters }: Pick<MonteCarloRun, 'trials' | 'parameters'>): CaseSummary[] {
  return CASE_NAMES.map((name) =>
    summariseCase(
      name,
      trials.filter((t) => t.case === name),
      parameters,
    ),
  ).filter((summary) => summary.trials > 0);
}

function summariseCase(name: CaseName, trials: readonly TrialResult[], parameters: Parameters): CaseSummary {
  const sum = (of: (t: TrialResult) => number) => trials.reduce((total, t) => total + of(t), 0);
  const passes = trials.map((t) => passesOf(t, parameters));
  const transients = sum((t) => (t.transientsAbsorbed === null ? 0 : t.transients));
  const rateOf = (kind: AlertKind): Rate =>
    isChangeKind(kind)
      ? rate(
          sum((t) => t.healthyChanges[kind]),
          sum((t) => t.healthyJudged[kind]),
        )
      : rate(
          sum((t) => t.falseAlerts[kind]),
          sum((t) => t.quietEvents),
        );
  return {
    case: name,
    title: CASES[name].title,
    trials: trials.length,
    events: sum((t) => t.events),
    clean: proportion(trials.filter((t) => falseAlerts(t) === 0).length, trials.length),
    falseAlerts: Object.fromEntries(ALERT_KINDS.map((kind) => [kind, rateOf(kind)])) as Record<AlertKind, Rate>,
    overBudget: CHANGE_KINDS.filter((kind) => rateOf(kind).interval[0] > 1 / parameters.false_alarm_budget),
    passes: Object.fromEntries(
      (passes[0] ?? []).map(({ id }, i) => [id, proportion(passes.filter((p) => p[i].pass).length, trials.length)]),
    ),
    transientsAbsorbed:
      transients > 0
        ? proportion(
            sum((t) => t.transientsAbsorbed ?? 0),
            transients,
          )
        : null,
    transientsSilent:
      transients > 0
        ? proportion(
            sum((t) => t.transientsSilent ?? 0),
            transients,
          )
        : null,
    measures: Object.fromEntries(
      MEASURE_NAMES.filter((m) => trials.some((t) => t[m] !== null)).map((m) => [
        m,
        distribution(trials.map((t) => t[m])),
      ]),
    ),
  };
}

/** One line of a comparison of two runs: b against a. */
export interface Difference {
  readonly case: CaseName;
  readonly what: string;
  readonly unit: string;
  /** A share of trials, or a median over trials. */
  readonly kind: 'share' | 'median';
  readonly a: number;
  readonly aInterval: Interval;
  readonly b: number;
  readonly bInterval: Interval;
  readonly difference: number;
  readonly interval: Interval;
  /** The interval of the difference leaves 0 out. */
  readonly significant: boolean;
}

/**
 * What changes from run `a` to run `b` (saved runs of other parameters, say); medians are paired where both ran the
 * same seeds.
 */
export function compareRuns(a: MonteCarloRun, b: MonteCarloRun): Difference[] {
  const [before, after] = [summarise(a), summarise(b)];
  const paired = a.from === b.from && a.seeds === b.seeds;
  return before.flatMap((x) => {
    const y = after.find((s) => s.case === x.case);
    if (!y) return [];
    const share = (what: string, p: Proportion | null | undefined, q: Proportion | null | undefined): Difference[] => {
      if (!p || !q) return [];
      const { difference, interval } = proportionDifference(p, q);
      return [
        {
          case: x.case,
          what,
          unit: '',
          kind: 'share',
          a: p.share,
          aInterval: p.interval,
          b: q.share,
          bInterval: q.interval,
          difference,
          interval,
          significant: interval[0] > 0 || interval[1] < 0,
        },
      ];
    };
    const medians = MEASURE_NAMES.flatMap((m): Difference[] => {
      const [p, q] = [x.measures[m], y.measures[m]];
      if (!p || !q || p.n === 0 || q.n === 0) return [];
      const pairs = paired && p.missing === 0 && q.missing === 0;
      const values = (run: MonteCarloRun, d: Distribution) =>
        pairs ? run.trials.filter((t) => t.case === x.case).map((t) => t[m]!) : d.values;
      const { difference, interval } = medianDifference(values(a, p), values(b, q), pairs);
      return [
        {
          case: x.case,
          what: MEASURES[m].title,
          unit: MEASURES[m].unit,
          kind: 'median',
          a: p.median,
          aInterval: p.medianInterval,
          b: q.median,
          bInterval: q.medianInterval,
          difference,
          interval,
          significant: interval[0] > 0 || interval[1] < 0,
        },
      ];
    });
    return [
      ...share('Ledgers without a false alert', x.clean, y.clean),
      ...share('Transients absorbed', x.transientsAbsorbed, y.transientsAbsorbed),
      ...(x.measures.lag || y.measures.lag ? share('Fractures found', found(x, 'lag'), found(y, 'lag')) : []),
      ...(x.measures.warningEvent || y.measures.warningEvent
        ? share('Homogenisation warned of', found(x, 'warningEvent'), found(y, 'warningEvent'))
        : []),
      ...medians,
    ];
  });
}

const found = (summary: CaseSummary, measure: Measure): Proportion =>
  proportion(summary.measures[measure]?.n ?? 0, summary.trials);

/** The text of a saved run. */
export function saveRun({ from, seeds, parameters, trials }: MonteCarloRun): string {
  const file = { format: FORMAT, version: VERSION, from, seeds, parameters: changedParameters(parameters), trials };
  return `${JSON.stringify(file)}\n`;
}

/**
 * Reads a saved run. @param file its name, for the error. @param say is told what of a run of an earlier version is
 * gone. @throws TautlineFailure kind "file" where it is not one, or not whole
 */
export function loadRun(text: string, file: string, say: (sentence: string) => void = () => undefined): MonteCarloRun {
  const refuse = (problem: string): never => {
    throw new TautlineFailure({ kind: 'file', file, problem, advice: 'Choose a Monte Carlo run that Tautline saved' });
  };
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (thrown) {
    return refuse(`it is not JSON (${thrown instanceof Error ? thrown.message : String(thrown)})`);
  }
  if (typeof raw !== 'object' || raw === null || (raw as { format?: unknown }).format !== FORMAT)
    return refuse('it is not a saved Monte Carlo run');
  const saved = raw as Record<string, unknown>;
  if (saved.version !== VERSION && saved.version !== 1)
    return refuse(`it has version ${shown(saved.version)}, this program reads 1 to ${VERSION}`);
  const { from, seeds, parameters, trials } = saved.version === 1 ? fromVersion1(saved, say) : saved;
  const parsed = parseParameters(parameters);
  if (!parsed.ok) return refuse(`its parameters cannot be used: "${parsed.error[0].name}" ${parsed.error[0].problem}`);
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(seeds) || !Array.isArray(trials))
    return refuse('its seeds or trials are missing');
  const plan: MonteCarloPlan = { from: from as number, seeds: seeds as number, parameters: parsed.value };
  const count = CASE_NAMES.length * plan.seeds;
  if (trials.length !== count) return refuse(`it holds ${trials.length} of ${count} trials`);
  const expected = trialsOf(plan);
  const broken = expected.findIndex((trial, i) => !isResultOf(trial, trials[i]));
  if (broken >= 0)
    return refuse(
      `trial ${broken} is not that of ${expected[broken].case}, seed ${expected[broken].seed}, or is damaged`,
    );
  return { ...plan, trials: trials as TrialResult[] };
}

function isResultOf(trial: Trial, raw: unknown): boolean {
  if (typeof raw !== 'object' || raw === null) return false;
  const result = raw as Partial<Record<keyof TrialResult, unknown>>;
  const counts = (value: unknown, kinds: readonly AlertKind[]) =>
    typeof value === 'object' &&
    value !== null &&
    kinds.every((kind) => Number.isInteger((value as Record<string, unknown>)[kind]));
  return (
    result.case === trial.case &&
    result.seed === trial.seed &&
    counts(result.falseAlerts, ALERT_KINDS) &&
    counts(result.alerts, ALERT_KINDS) &&
    [result.healthyJudged, result.healthyChanges, result.mostOfAFault].every((value) => counts(value, CHANGE_KINDS)) &&
    (['events', 'quietEvents', 'transients'] as const).every((name) => Number.isInteger(result[name])) &&
    [...MEASURE_NAMES, 'transientsAbsorbed', 'transientsSilent', 'driftsAfterOnset'].every((name) => {
      const value = result[name as keyof TrialResult];
      return value === null || typeof value === 'number';
    })
  );
}
