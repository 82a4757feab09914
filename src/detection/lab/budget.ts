import { TautlineFailure } from '../../core/errors.ts';
import type { KernelModule } from '../../kernels/module.ts';
import type { ScalarDetector } from '../../kernels/runLength.ts';
import { PARAMETER_SPECS, type NumberSpec, type Parameters } from '../parameters.ts';
import {
  arlAt,
  bandDetectors,
  estimateAt,
  NOTHING,
  simulator,
  tailLevels,
  tailOf,
  type RunLengthEstimate,
  type Simulate,
  type Simulation,
  type SimulationSize,
} from './arl.ts';
import type { InControl, InControlSource, PlacedSeries } from './inControl.ts';

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

/** Thresholds between which one is found that in-control events say enough about. */
const COARSE = 24;
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
    inControl.source,
  );
  const zBand = deriveLimit(kernels, inControl.friction, bandDetectors(p), events, range('z_band'), inControl.source);
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
  series: PlacedSeries,
  detectors: readonly ScalarDetector[],
  events: number,
  [low, high]: readonly [number, number],
  source: InControlSource = 'reference',
): DerivedLimit {
  if (series.values.length === 0)
    return { value: Number.NaN, estimate: NOTHING, note: 'there are no events in control to derive it from' };
  const simulate = simulator(kernels, series, detectors);
  const wanted = Math.log(events);
  const tail = tailLevels(simulate);
  const fine = simulate(tail, FINE_SIZE);
  const value = counted(simulate, fine, wanted, low) ?? tailOf(fine)?.levelOf(wanted) ?? Number.NaN;
  if (!(value <= high)) {
    return {
      value: Number.NaN,
      estimate: estimateAt(fine, tail[tail.length - 1], source),
      note: Number.isNaN(value)
        ? 'alarms are too few to tell where the budget lies'
        : `no threshold up to ${high} meets the budget`,
    };
  }
  // Two decimals, upwards: never more alarms than the budget for the sake of a rounder number.
  const rounded = Math.min(high, Math.max(low, Math.ceil(value * 100 - 1e-9) / 100));
  return {
    value: rounded,
    estimate: estimateAt(simulate([...tail, rounded], FINE_SIZE), rounded, source),
    note: value < low ? `the lowest threshold, ${low}, has fewer alarms than the budget allows` : null,
  };
}

/**
 * The level at which ln ARL reaches `wanted`, where in-control events say enough up to there; null if it lies beyond.
 */
function counted(simulate: Simulate, tail: Simulation, wanted: number, low: number): number | null {
  const top = tail.levels[tail.levels.length - 1];
  if (!(Math.log(arlAt(tail, tail.levels.length - 1)) >= wanted)) return null;
  const from = Math.min(low, tail.levels[0]);
  const runs = simulate(
    Array.from({ length: COARSE }, (_, i) => from * (top / from) ** (i / (COARSE - 1))),
    FINE_SIZE,
  );
  const logs = rising([...runs.levels].map((_, i) => Math.log(arlAt(runs, i))));
  const above = logs.findIndex((log) => log >= wanted);
  if (above < 0) return top;
  if (above === 0) return runs.levels[0];
  const share = (wanted - logs[above - 1]) / (logs[above] - logs[above - 1]);
  return runs.levels[above - 1] + share * (runs.levels[above] - runs.levels[above - 1]);
}

/** Run lengths cannot fall as a threshold rises, but for alarms that merge at the lowest ones. */
function rising(values: readonly number[]): number[] {
  let top = -Infinity;
  return values.map((v) => (top = Math.max(top, Number.isNaN(v) ? -Infinity : v)));
}
