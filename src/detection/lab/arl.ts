import type { KernelModule } from '../../kernels/module.ts';
import {
  simulateRunLengths,
  type InControlSeries,
  type RunLengths,
  type ScalarDetector,
} from '../../kernels/runLength.ts';
import type { Parameters } from '../parameters.ts';
import { standardDeviation } from '../../core/statistics.ts';
import { autocorrelation, type InControl } from './inControl.ts';
import { gaussianCusumArl, siegmundArl } from './naive.ts';

/** Block of the bootstrap (docs/methods.md 9). */
export const BLOCK = 50;
/** Fixed, so that browser and command line agree, and a threshold's figure does not flicker. */
export const SEED = 20_261;
/** Level of every interval. */
const LEVEL = 0.95;
const LAGS = 20;
/** Fewer alarms than this at a threshold say too little about its rate: beyond it the tail is extrapolated. */
const MIN_ALARMS = 30;
/** Alarms that a replicate should have at the threshold where replicates are compared. */
const MIN_REPLICATE_ALARMS = 20;
/** Counted thresholds that the tail is drawn through. */
const TAIL = 4;
/** Two-sided normal quantile of LEVEL. */
const Z = 1.96;

/** Average run length to a false alarm, in events of a stream in control, from the end of one alarm to the next. */
export interface RunLengthEstimate {
  /** NaN with method "bound". */
  readonly arl: number;
  /**
   * simulated: counted at this threshold. extrapolated: too few alarms there; along the line of ln ARL over the
   * threshold through the highest thresholds with 30 alarms (the tail of a CUSUM's excursions is exponential: Siegmund
   * 1985). bound: no such line, only `lowerBound` is known.
   */
  readonly method: 'simulated' | 'extrapolated' | 'bound';
  /** 95 %: replicates of the in-control sample, and the noise of the simulation. */
  readonly interval: readonly [number, number];
  readonly level: number;
  /**
   * What the count alone says, with 97.5 % confidence: run lengths below it are out of the question, were the sample
   * the truth.
   */
  readonly lowerBound: number;
  /** Alarms simulated at this threshold, and events simulated. */
  readonly alarms: number;
  readonly events: number;
}

export interface OperatingCharacteristics {
  readonly source: InControl['source'];
  /** Events in control that the bootstrap draws from, and their streams. */
  readonly inControl: number;
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
  /** The measured curve: ARL at thresholds up to h. */
  readonly curve: readonly { readonly h: number; readonly arl: number }[];
}

export interface SimulationSize {
  readonly events: number;
  readonly replicates: number;
  readonly replicateEvents: number;
}
/** A few million events give ARLs up to 100,000 without extrapolation, in some 0.1 s. */
const SLIDER_SIZE: SimulationSize = { events: 2_000_000, replicates: 80, replicateEvents: 20_000 };

/**
 * Thresholds at which run lengths are counted beside h, as shares of it: enough of them low, where alarms are many, to
 * draw a tail through.
 */
const SHARES = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1];

/** What the CUSUM's threshold costs on the ledger's own in-control behaviour (docs/methods.md 9). */
export function operatingCharacteristics(
  kernels: KernelModule,
  inControl: InControl,
  p: Pick<Parameters, 'h' | 'kappa' | 'cap'>,
  size: SimulationSize = SLIDER_SIZE,
): OperatingCharacteristics {
  const { divergence, eventsPerDay } = inControl;
  const detector: ScalarDetector = { kind: 'cusum', kappa: p.kappa, cap: p.cap };
  const runs =
    divergence.values.length === 0
      ? null
      : simulate(
          kernels,
          divergence,
          detector,
          SHARES.map((share) => share * p.h),
          size,
        );
  const estimate = runs ? estimateAt(runs, p.h) : NOTHING;
  const [short, long] = estimate.interval;
  return {
    source: inControl.source,
    inControl: divergence.values.length,
    estimate,
    eventsPerDay,
    perDay: eventsPerDay / estimate.arl,
    perDayInterval: [eventsPerDay / long, eventsPerDay / short],
    naive: { siegmund: siegmundArl(p.h, p.kappa), capped: gaussianCusumArl(p.h, p.kappa, p.cap) },
    autocorrelation: autocorrelation(divergence, LAGS),
    curve: runs
      ? [...runs.levels]
          .map((h, l) => ({ h, arl: runs.clear[l] / runs.alarms[l] }))
          .filter(({ arl }) => Number.isFinite(arl))
      : [],
  };
}

const NOTHING: RunLengthEstimate = {
  arl: Number.NaN,
  method: 'bound',
  interval: [0, Infinity],
  level: LEVEL,
  lowerBound: 0,
  alarms: 0,
  events: 0,
};

export function simulate(
  kernels: KernelModule,
  series: InControlSeries,
  detector: ScalarDetector,
  levels: readonly number[],
  size: SimulationSize,
): RunLengths {
  return simulateRunLengths(kernels, series, {
    detector,
    levels: Float64Array.from(levels),
    block: BLOCK,
    seed: SEED,
    ...size,
  });
}

/** ARL at one of the counted levels of a simulation, with its interval. */
export function estimateAt(runs: RunLengths, level: number): RunLengthEstimate {
  const at = runs.levels.indexOf(level);
  const { alarms, clear, events } = runs;
  const direct = alarms[at] >= MIN_ALARMS;
  const tail = direct ? null : tailOf(runs);
  const lowerBound = clear[at] / poissonUpper(alarms[at]);
  const base = { level: LEVEL, lowerBound, alarms: alarms[at], events };
  if (!direct && !tail) return { ...base, arl: Number.NaN, method: 'bound', interval: [lowerBound, Infinity] };
  const log = direct ? Math.log(clear[at] / alarms[at]) : tail!.at(level);
  const error = Z * Math.hypot(samplingError(runs, level), direct ? 1 / Math.sqrt(alarms[at]) : tail!.error(level));
  return {
    ...base,
    arl: Math.exp(log),
    method: direct ? 'simulated' : 'extrapolated',
    interval: [Math.exp(log - error), Math.exp(log + error)],
  };
}

/**
 * Standard error of ln ARL because the in-control sample is one of many: the spread of the replicates at the highest
 * level that they have alarms enough at, in proportion to the level beyond it (ln ARL is near linear in the level, and
 * what varies is its slope).
 */
function samplingError({ levels, replicates }: RunLengths, level: number): number {
  let best = -1;
  levels.forEach((l, i) => {
    const counts = replicates.map((r) => r.alarms[i]).sort((a, b) => a - b);
    if (l <= level && counts.length > 1 && counts[0] > 0 && counts[counts.length >> 1] >= MIN_REPLICATE_ALARMS)
      best = i;
  });
  if (best < 0) return Infinity;
  return standardDeviation(replicates.map((r) => Math.log(r.clear[best] / r.alarms[best]))) * (level / levels[best]);
}

/** ln ARL over the level, where alarms become few. */
export interface Tail {
  at(level: number): number;
  /** Standard error of `at` from the noise of the counts. */
  error(level: number): number;
  /** The level at which ln ARL is `log`. */
  levelOf(log: number): number;
  /** Highest level counted. */
  readonly from: number;
}

/**
 * The line through the highest levels with alarms enough, weighted by their number; null if there are fewer than
 * two, or where it does not rise.
 */
export function tailOf({ levels, alarms, clear }: RunLengths): Tail | null {
  const points = [...levels]
    .map((x, i) => ({ x, y: Math.log(clear[i] / alarms[i]), w: alarms[i] }))
    .filter(({ w }) => w >= MIN_ALARMS)
    .slice(-TAIL);
  if (points.length < 2) return null;
  const weight = points.reduce((s, p) => s + p.w, 0);
  const mx = points.reduce((s, p) => s + p.w * p.x, 0) / weight;
  const my = points.reduce((s, p) => s + p.w * p.y, 0) / weight;
  const sxx = points.reduce((s, p) => s + p.w * (p.x - mx) ** 2, 0);
  const slope = points.reduce((s, p) => s + p.w * (p.x - mx) * (p.y - my), 0) / sxx;
  // Pinned to the highest point, not to the centre: ln ARL bends towards its final slope from above.
  const last = points[points.length - 1];
  if (!(slope > 0)) return null;
  return {
    at: (x) => last.y + slope * (x - last.x),
    error: (x) => Math.hypot(1 / Math.sqrt(last.w), (x - last.x) / Math.sqrt(sxx)),
    levelOf: (log) => last.x + (log - last.y) / slope,
    from: last.x,
  };
}

/** Upper 97.5 % limit of a Poisson mean of which `count` were seen (Wilson & Hilferty 1931); 3.69 of none. */
function poissonUpper(count: number): number {
  const n = count + 1;
  return n * (1 - 1 / (9 * n) + Z / (3 * Math.sqrt(n))) ** 3;
}
