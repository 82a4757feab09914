import { TautlineFailure } from '../../core/errors.ts';
import type { KernelModule } from '../../kernels/module.ts';
import type { InControlSeries, RunLengths, ScalarDetector } from '../../kernels/runLength.ts';
import { PARAMETER_SPECS, type NumberSpec, type Parameters } from '../parameters.ts';
import { estimateAt, simulate, tailOf, type RunLengthEstimate, type SimulationSize } from './arl.ts';
import type { InControl } from './inControl.ts';

/** How many false alarms are affordable, of each kind of detector. */
export type Budget =
  | { readonly per: 'events'; readonly events: number }
  | { readonly per: 'hour' | 'day' | 'week'; readonly alarms: number };

const DAYS = { hour: 1 / 24, day: 1, week: 7 } as const;

/**
 * Events between two false alarms that the budget allows. Throws where it is a rate in time and the ledger has no
 * timestamps.
 */
export function budgetEvents(budget: Budget, eventsPerDay: number): number {
  const events = budget.per === 'events' ? budget.events : (eventsPerDay * DAYS[budget.per]) / budget.alarms;
  if (events >= 1 && Number.isFinite(events)) return events;
  throw new TautlineFailure({
    kind: 'parameter',
    name: 'false_alarm_budget',
    problem:
      Number.isNaN(eventsPerDay) && budget.per !== 'events'
        ? `is per ${budget.per}, and the ledger has no timestamps`
        : `allows a false alarm every ${events} events`,
    advice: budget.per === 'events' ? 'Give a whole number of events from 1' : 'Give it as one in so many events',
  });
}

/** A threshold that meets the budget, and what it was seen to cost. */
export interface DerivedLimit {
  /** NaN if none within the parameter's range meets the budget, or none can be derived. */
  readonly value: number;
  readonly estimate: RunLengthEstimate;
  /** Why `value` is NaN or differs from the budget; null if it meets it. */
  readonly note: string | null;
}

export interface DerivedLimits {
  /** Events between two false alarms. */
  readonly events: number;
  readonly h: DerivedLimit;
  readonly zBand: DerivedLimit;
  /**
   * What to change in the parameters: h, z_band and false_alarm_budget, from which the limits of lasting change follow.
   * A limit that could not be derived is left out.
   */
  readonly parameters: Partial<Pick<Parameters, 'h' | 'z_band' | 'false_alarm_budget'>>;
}

/** Thresholds of the first, coarse look: 16 from `low` to `high` in equal ratios. */
const COARSE = 16;
const FINE = 8;
const COARSE_SIZE: SimulationSize = { events: 600_000, replicates: 0, replicateEvents: 0 };
const FINE_SIZE: SimulationSize = { events: 1_500_000, replicates: 50, replicateEvents: 20_000 };

/**
 * The thresholds whose false alarms come no more often than the budget, by inverse search on bootstrapped in-control
 * paths (docs/methods.md 9). Every threshold is counted on the same paths, so that run lengths grow with it.
 */
export function deriveLimits(
  kernels: KernelModule,
  inControl: InControl,
  budget: Budget,
  p: Pick<Parameters, 'kappa' | 'cap' | 'dwell'>,
): DerivedLimits {
  const events = budgetEvents(budget, inControl.eventsPerDay);
  const h = deriveLimit(
    kernels,
    inControl.divergence,
    [{ kind: 'cusum', kappa: p.kappa, cap: p.cap }],
    events,
    range('h'),
  );
  // Leaving the band is too little friction for `dwell` events (an alert), or a spike of it (a notice).
  const zBand = deriveLimit(
    kernels,
    inControl.friction,
    [
      { kind: 'dwell', dwell: p.dwell },
      { kind: 'level', rearm: 1 },
    ],
    events,
    range('z_band'),
  );
  const spec = PARAMETER_SPECS.false_alarm_budget as NumberSpec;
  return {
    events,
    h,
    zBand,
    parameters: {
      ...(Number.isNaN(h.value) ? {} : { h: h.value }),
      ...(Number.isNaN(zBand.value) ? {} : { z_band: zBand.value }),
      false_alarm_budget: Math.min(spec.max, Math.max(spec.min, Math.round(events))),
    },
  };
}

const range = (name: 'h' | 'z_band'): readonly [number, number] => {
  const { min, max } = PARAMETER_SPECS[name] as NumberSpec;
  return [min, max];
};

/** The lowest threshold in a range at which the detectors together raise at most one alarm in `events` events. */
export function deriveLimit(
  kernels: KernelModule,
  series: InControlSeries,
  detectors: readonly ScalarDetector[],
  events: number,
  [low, high]: readonly [number, number],
): DerivedLimit {
  if (series.values.length === 0)
    return { value: Number.NaN, estimate: NONE, note: 'there are no events in control to derive it from' };
  const look = (levels: readonly number[], size: SimulationSize) =>
    together(detectors.map((d) => simulate(kernels, series, d, levels, size)));
  const wanted = Math.log(events);
  const coarse = look(
    Array.from({ length: COARSE }, (_, i) => low * (high / low) ** (i / (COARSE - 1))),
    COARSE_SIZE,
  );
  const [from, to] = bracket(coarse, wanted);
  const fine = look(
    Array.from({ length: FINE }, (_, i) => from + ((to - from) * i) / (FINE - 1)),
    FINE_SIZE,
  );
  const value =
    crossing(fine, wanted) ?? tailOf(fine)?.levelOf(wanted) ?? tailOf(coarse)?.levelOf(wanted) ?? Number.NaN;
  if (!(value <= high)) {
    return {
      value: Number.NaN,
      estimate: estimateAt(fine, to),
      note: Number.isNaN(value)
        ? 'alarms are too few to tell where the budget lies'
        : `no threshold up to ${high} meets the budget`,
    };
  }
  // Two decimals, upwards: never more alarms than the budget for the sake of a rounder number.
  const rounded = Math.min(high, Math.max(low, Math.ceil(value * 100 - 1e-9) / 100));
  const shares = [0.2, 0.4, 0.55, 0.7, 0.8, 0.9, 1];
  const estimate = estimateAt(
    look(
      shares.map((share) => rounded * share),
      FINE_SIZE,
    ),
    rounded,
  );
  return {
    value: rounded,
    estimate,
    note: value < low ? `the lowest threshold, ${low}, has fewer alarms than the budget allows` : null,
  };
}

const NONE: RunLengthEstimate = {
  arl: Number.NaN,
  method: 'bound',
  interval: [0, Infinity],
  level: 0.95,
  lowerBound: 0,
  alarms: 0,
  events: 0,
};

/**
 * Counts of several detectors on the same paths as one: alarms of any; the time outside alarms is that of the one that
 * is out of them least.
 */
function together(runs: readonly RunLengths[]): RunLengths {
  const [first, ...rest] = runs;
  const add = (a: Float64Array, b: Float64Array) => a.map((v, i) => v + b[i]);
  const least = (a: Float64Array, b: Float64Array) => a.map((v, i) => Math.min(v, b[i]));
  return rest.reduce(
    (all, next) => ({
      ...all,
      alarms: add(all.alarms, next.alarms),
      clear: least(all.clear, next.clear),
      replicates: all.replicates.map((r, i) => ({
        alarms: add(r.alarms, next.replicates[i].alarms),
        clear: least(r.clear, next.replicates[i].clear),
      })),
    }),
    first,
  );
}

/**
 * Counted levels on both sides of a run length (one that is never reached: the last and beyond, where a tail may be
 * drawn).
 */
function bracket({ levels, alarms, clear }: RunLengths, wanted: number): [number, number] {
  const logs = rising([...levels].map((_, i) => Math.log(clear[i] / alarms[i])));
  const above = logs.findIndex((log) => log >= wanted);
  if (above > 0) {
    // Where few alarms were counted at the upper end, the levels below it are what the tail is drawn through.
    const few = alarms[above] < 100;
    return [levels[Math.max(0, above - (few ? 4 : 1))], levels[above]];
  }
  return above === 0 ? [levels[0], levels[1]] : [levels[levels.length - 4], levels[levels.length - 1]];
}

/**
 * The level at which ln ARL reaches `wanted`, between two levels with alarms enough; null if it lies beyond them.
 */
function crossing({ levels, alarms, clear }: RunLengths, wanted: number): number | null {
  const enough = [...levels]
    .map((level, i) => ({ level, log: Math.log(clear[i] / alarms[i]), alarms: alarms[i] }))
    .filter((p) => p.alarms >= 30);
  const logs = rising(enough.map((p) => p.log));
  const above = logs.findIndex((log) => log >= wanted);
  if (above < 0) return null;
  if (above === 0) return enough[0].level;
  const share = (wanted - logs[above - 1]) / (logs[above] - logs[above - 1]);
  return enough[above - 1].level + share * (enough[above].level - enough[above - 1].level);
}

/** Run lengths cannot fall as a threshold rises, but for alarms that merge at the lowest ones. */
function rising(values: readonly number[]): number[] {
  let top = -Infinity;
  return values.map((v) => (top = Math.max(top, Number.isNaN(v) ? -Infinity : v)));
}
