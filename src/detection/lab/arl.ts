import { standardDeviation } from '../../core/statistics.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { simulateRunLengths, type RunLengths, type ScalarDetector } from '../../kernels/runLength.ts';
import type { Parameters } from '../parameters.ts';
import { BLOCK, piecesOf, replicatesOf, slicesOf } from './blocks.ts';
import { BEYOND, SHOWN } from './claims.ts';
import { autocorrelation, type InControl, type PlacedSeries } from './inControl.ts';
import { gaussianCusumArl, siegmundArl } from './naive.ts';

/** Fixed, so that browser and command line agree, and a threshold's figure does not flicker. */
export const SEED = 20_261;
/** Level of the intervals that are called by it. */
const LEVEL = 0.95;
/** Two-sided normal quantile of LEVEL. */
const Z = 1.96;
const LAGS = 20;
/** Fewer simulated alarms than this at a threshold say too little about its rate. */
const MIN_ALARMS = 30;
/**
 * So do fewer alarms of the in-control events themselves: paths drawn from their blocks repeat the few excursions that
 * there were, however many are drawn.
 */
const MIN_SEEN = 10;
/** Alarms that a replicate should have at the threshold where replicates are compared. */
const MIN_REPLICATE_ALARMS = 20;
/** The tail is drawn through thresholds from this share of the highest that was seen often enough, by `power`. */
const TAIL_FROM = { 1: 0.3, 2: 0.6 } as const;
const TAIL_LEVELS = 6;
/** Average run length to a false alarm, in events of a stream in control, from the end of one alarm to the next. */
export interface RunLengthEstimate {
  /** NaN with method "bound". */
  readonly arl: number;
  /**
   * simulated: counted at this threshold. extrapolated: the in-control events say too little there; along the line of
   * ln ARL over the thresholds at which they say enough (the tail of a CUSUM's excursions is exponential: Siegmund
   * 1985). bound: no such line, or one that leads further than ten times what was simulated; only the count is known.
   */
  readonly method: 'simulated' | 'extrapolated' | 'bound';
  /** Of replicates of the in-control sample, and the noise of the simulation; Infinity beyond what may be said. */
  readonly interval: readonly [number, number];
  /** 0.95 where the interval was shown to cover as often; null elsewhere: a rough range. */
  readonly level: number | null;
  /** Alarms simulated at this threshold, and events simulated. */
  readonly alarms: number;
  readonly events: number;
}

export interface OperatingCharacteristics {
  readonly source: InControl['source'];
  /** Events in control that the bootstrap draws from, and their streams. */
  readonly inControl: number;
  /** Whether the CUSUM cannot rise on this ledger: then there is no estimate. */
  readonly cannotRise: boolean;
  /** Whether paths are made of whole conversations. */
  readonly conversations: boolean;
  readonly estimate: RunLengthEstimate;
  /** False alerts a day at the ledger's own rate, and their interval; NaN without timestamps. */
  readonly perDay: number;
  readonly perDayInterval: readonly [number, number];
  readonly eventsPerDay: number;
  /**
   * ARL were z independent and standard normal: Siegmund's approximation, which knows no cap, and the numerical
   * solution with the cap.
   */
  readonly naive: { readonly siegmund: number; readonly capped: number };
  /** Of z at lags 1 to 20: what separates the naive figure from the measured one, besides the shape of z. */
  readonly autocorrelation: readonly number[];
  /** The measured curve: ARL at thresholds up to h that the in-control events say enough about. */
  readonly curve: readonly { readonly h: number; readonly arl: number }[];
}

export interface SimulationSize {
  readonly events: number;
  readonly replicates: number;
  readonly replicateEvents: number;
}
/** A few million events, in some 0.1 s. */
const SLIDER_SIZE: SimulationSize = { events: 2_000_000, replicates: 80, replicateEvents: 20_000 };
const LADDER_SIZE: SimulationSize = { events: 300_000, replicates: 0, replicateEvents: 0 };
/** Thresholds of a first look, the same for every h, so that the tail does not depend on it. */
const LADDER = Array.from({ length: 32 }, (_, i) => 0.25 * 1.15 ** i);
/** A replicate is as long as the sample, up to here. */
const LONGEST_REPLICATE = 100_000;

/** Run lengths counted at a ladder of thresholds, by one detector or several together. */
export interface Simulation extends RunLengths {
  /** Events in control that they were drawn from. */
  readonly sample: number;
  /** Slices of their time that replicates were drawn from. */
  readonly slices: number;
  /**
   * ln ARL is near linear in this power of the threshold: 1 for a sum, whose excursions have an exponential tail, 2 for
   * a value that is itself near normal.
   */
  readonly power: 1 | 2;
}

export type Simulate = (levels: readonly number[], size: SimulationSize) => Simulation;

export function simulator(kernels: KernelModule, series: PlacedSeries, detectors: readonly ScalarDetector[]): Simulate {
  const pieces = piecesOf(series);
  const sample = series.values.length;
  const slices = slicesOf(series);
  const power = detectors.every(({ kind }) => kind === 'cusum') ? 1 : 2;
  return (levels, { events, replicates, replicateEvents }) => {
    const drawn = replicates > 0 ? replicatesOf(series, replicates, SEED) : [];
    const runs = detectors.map((detector) =>
      simulateRunLengths(kernels, series, {
        detector,
        levels: Float64Array.from(levels),
        block: BLOCK,
        pieces,
        seed: SEED,
        events,
        replicates: drawn,
        replicateEvents: Math.max(replicateEvents, Math.min(sample, LONGEST_REPLICATE)),
      }),
    );
    return { ...together(runs), sample, slices, power };
  };
}

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

/** What the CUSUM's threshold costs on the ledger's own in-control behaviour (docs/methods.md 9). */
export function operatingCharacteristics(
  kernels: KernelModule,
  inControl: InControl,
  p: Pick<Parameters, 'h' | 'kappa' | 'cap'>,
  size: SimulationSize = SLIDER_SIZE,
): OperatingCharacteristics {
  const { divergence, eventsPerDay, cannotRise } = inControl;
  const measured = !cannotRise && divergence.values.length > 0;
  const runs = measured
    ? simulateAround(simulator(kernels, divergence, [{ kind: 'cusum', kappa: p.kappa, cap: p.cap }]), p.h, size)
    : null;
  const estimate = runs ? estimateAt(runs, p.h, inControl.source) : NOTHING;
  const [short, long] = estimate.interval;
  return {
    source: inControl.source,
    inControl: divergence.values.length,
    cannotRise,
    conversations: piecesOf(divergence) !== null,
    estimate,
    eventsPerDay,
    perDay: eventsPerDay / estimate.arl,
    perDayInterval: [eventsPerDay / long, eventsPerDay / short],
    naive: { siegmund: siegmundArl(p.h, p.kappa), capped: gaussianCusumArl(p.h, p.kappa, p.cap) },
    autocorrelation: autocorrelation(divergence, LAGS),
    curve: runs
      ? [...runs.levels]
          .map((h, l) => ({ h, arl: arlAt(runs, l) }))
          .filter(({ h }, l) => h <= p.h && isCounted(runs, l))
          .sort((a, b) => a.h - b.h)
      : [],
  };
}

/** Leaving the friction band is too little friction for `dwell` events (an alert), or a spike of it (a notice). */
export const bandDetectors = ({ dwell }: Pick<Parameters, 'dwell'>): readonly ScalarDetector[] => [
  { kind: 'dwell', dwell },
  { kind: 'level', rearm: 1 },
];

/** What the friction band costs likewise. */
export function bandRunLength(
  kernels: KernelModule,
  { friction, source }: InControl,
  p: Pick<Parameters, 'z_band' | 'dwell'>,
  size: SimulationSize = SLIDER_SIZE,
): RunLengthEstimate {
  if (friction.values.length === 0) return NOTHING;
  return estimateAt(simulateAround(simulator(kernels, friction, bandDetectors(p)), p.z_band, size), p.z_band, source);
}

export const NOTHING: RunLengthEstimate = {
  arl: Number.NaN,
  method: 'bound',
  interval: [0, Infinity],
  level: null,
  alarms: 0,
  events: 0,
};

/** Counts at a threshold and at those that a tail is drawn through. */
function simulateAround(simulate: Simulate, level: number, size: SimulationSize): Simulation {
  return simulate([...tailLevels(simulate), level], size);
}

/** The thresholds that a tail is drawn through: up to the highest that in-control events say enough about. */
export function tailLevels(simulate: Simulate): number[] {
  const look = simulate(LADDER, LADDER_SIZE);
  const top = LADDER.findLast((_, i) => isCounted(look, i)) ?? LADDER[0];
  const from = TAIL_FROM[look.power];
  return Array.from({ length: TAIL_LEVELS }, (_, i) => top * (from + ((1 - from) * i) / (TAIL_LEVELS - 1)));
}

export const arlAt = ({ clear, alarms }: Pick<RunLengths, 'clear' | 'alarms'>, i: number): number =>
  clear[i] / alarms[i];

/** Whether there were alarms enough at a counted threshold, on the paths and in the events that they are made of. */
const isCounted = (runs: Simulation, i: number): boolean =>
  runs.alarms[i] >= MIN_ALARMS && runs.sample >= MIN_SEEN * arlAt(runs, i);

/** Two-sided quantile of Student's t at LEVEL: the spread is known from so many slices only (Cornish & Fisher 1938). */
function student(freedom: number): number {
  const n = Math.max(1, freedom);
  return (
    Z +
    (Z ** 3 + Z) / (4 * n) +
    (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / (96 * n ** 2) +
    (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / (384 * n ** 3)
  );
}

/** ARL at one of the counted levels of a simulation, with its interval. */
export function estimateAt(runs: Simulation, level: number, source: InControl['source']): RunLengthEstimate {
  const at = runs.levels.indexOf(level);
  const { alarms, events, sample, slices, power } = runs;
  const direct = isCounted(runs, at);
  const tail = direct ? null : tailOf(runs);
  const bound: RunLengthEstimate = { ...NOTHING, alarms: alarms[at], events };
  if (!direct && !tail) return bound;
  const log = direct ? Math.log(arlAt(runs, at)) : tail!.at(level);
  const most = Math.log(BEYOND * events);
  if (log > most) return bound;
  const error =
    student(slices - 1) *
    (direct ? Math.hypot(countedError(runs, level), 1 / Math.sqrt(alarms[at])) : tail!.error(level));
  const arl = Math.exp(log);
  const shown =
    source === 'reference' &&
    power === 1 &&
    sample >= SHOWN.inControl &&
    arl >= SHOWN.shortest &&
    arl <= SHOWN.longest &&
    Number.isFinite(error);
  return {
    ...bound,
    arl,
    method: direct ? 'simulated' : 'extrapolated',
    interval: [Math.exp(log - error), log + error > most ? Infinity : Math.exp(log + error)],
    level: shown ? LEVEL : null,
  };
}

/**
 * Standard error of ln ARL because the in-control sample is one of many: the spread of the replicates at the highest
 * level that they have alarms enough at, in proportion to the level beyond it (ln ARL is near linear in the level, and
 * what varies is its slope).
 */
function countedError({ levels, replicates }: RunLengths, level: number): number {
  let best = -1;
  levels.forEach((l, i) => {
    const counts = replicates.map((r) => r.alarms[i]).sort((a, b) => a - b);
    const most = best < 0 || l > levels[best];
    if (most && l <= level && counts.length > 1 && counts[0] > 0 && counts[counts.length >> 1] >= MIN_REPLICATE_ALARMS)
      best = i;
  });
  if (best < 0) return Infinity;
  return standardDeviation(replicates.map((r) => Math.log(arlAt(r, best)))) * (level / levels[best]);
}

/** ln ARL over the level, where alarms become few. */
export interface Tail {
  at(level: number): number;
  /** Standard error of `at`: the spread of the lines of the replicates, and the noise of the counts. */
  error(level: number): number;
  /** The level at which ln ARL is `log`. */
  levelOf(log: number): number;
}

/** The line of ln ARL through the counted levels of a tail; null if they are under three, or where it does not rise. */
export function tailOf(runs: Simulation): Tail | null {
  const counted = [...runs.levels.keys()].filter((i) => isCounted(runs, i));
  const top = Math.max(...counted.map((i) => runs.levels[i]));
  const used = counted.filter((i) => runs.levels[i] >= TAIL_FROM[runs.power] * top - 1e-9);
  const line = used.length < 3 ? null : lineThrough(runs, runs, used);
  if (!line || !(line.slope > 0)) return null;
  const lines = runs.replicates.map((replicate) => lineThrough(runs, replicate, used));
  const noise = 1 / Math.sqrt(Math.min(...used.map((i) => runs.alarms[i])));
  return {
    at: (level) => line.at(level),
    error(level) {
      const values = lines.map((own) => own?.at(level) ?? Infinity);
      return values.length > 1 && values.every(Number.isFinite)
        ? Math.hypot(standardDeviation(values), noise)
        : Infinity;
    },
    levelOf: (log) => line.levelOf(log),
  };
}

/** Least squares through ln ARL at levels by index, those without an alarm left out; null if two do not remain. */
function lineThrough(
  { levels, power }: Simulation,
  counts: Pick<RunLengths, 'alarms' | 'clear'>,
  used: readonly number[],
): { readonly slope: number; at(level: number): number; levelOf(log: number): number } | null {
  const points = used
    .filter((i) => counts.alarms[i] > 0)
    .map((i) => ({ x: levels[i] ** power, y: Math.log(arlAt(counts, i)) }));
  if (points.length < 2) return null;
  const mx = points.reduce((s, p) => s + p.x, 0) / points.length;
  const my = points.reduce((s, p) => s + p.y, 0) / points.length;
  const slope =
    points.reduce((s, p) => s + (p.x - mx) * (p.y - my), 0) / points.reduce((s, p) => s + (p.x - mx) ** 2, 0);
  return {
    slope,
    at: (level) => my + slope * (level ** power - mx),
    levelOf: (log) => Math.max(0, mx + (log - my) / slope) ** (1 / power),
  };
}
