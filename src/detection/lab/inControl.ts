import type { EventColumns, IndexRange } from '../../core/columns.ts';
import type { InControlSeries } from '../../kernels/runLength.ts';
import type { Parameters } from '../parameters.ts';
import { burnOf, warmupOf } from '../reference.ts';
import type { Alert, Calibration, Signals } from '../types.ts';

/** In-control values and where they stand in the ledger. */
export interface PlacedSeries extends InControlSeries {
  /** Event of each value. */
  readonly event: Int32Array;
  /** Code of its conversation, -1 where it has none. */
  readonly thread: Int32Array;
}

/** What false alarms are measured on: plain arrays, so that it crosses to a worker. */
export interface InControl {
  readonly source: InControlSource;
  /** z of the CUSUM. */
  readonly divergence: PlacedSeries;
  /** (ln friction - fm) / fs. */
  readonly friction: PlacedSeries;
  /** Events of the ledger a day; NaN without timestamps. */
  readonly eventsPerDay: number;
  /** Since the reference z lay below 0 for 95 % of the events or more: the CUSUM cannot rise. */
  readonly cannotRise: boolean;
}

/**
 * reference: the events that the calibration is made of (reference, embedded, seq > burn-in). Nothing was selected by
 * its outcome, but a short reference gives a wide interval.
 * ledger: those, and every later event of a warm stream that lies outside the episodes of the alerts given (onset to
 * clearing, any kind). More events, but leaving out what was alerted on cuts the tail that false alarms come from: run
 * lengths come out longer than they are.
 */
export type InControlSource = 'reference' | 'ledger';

export interface InControlInput {
  readonly events: EventColumns;
  readonly signals: Pick<Signals, 'kl' | 'friction' | 'seq'>;
  readonly calibration: Pick<Calibration, 'm' | 's' | 'fm' | 'fs'>;
  readonly reference: IndexRange;
  readonly parameters: Pick<Parameters, 'burn' | 'warmup'>;
  /** Read with source "ledger": the episodes to leave out. */
  readonly alerts: readonly Alert[];
}

const DAY_MS = 86_400_000;

/**
 * Collects the in-control series of a ledger. Where KL has no spread in the reference there is no z, and the series is
 * empty.
 */
export function inControlOf(input: InControlInput, source: InControlSource): InControl {
  const { events, signals, calibration: c } = input;
  const kept = inControlEvents(input, source);
  const score = (i: number): number => ((signals.kl[i] ** -0.5 - 1) / -0.5 - c.m) / c.s;
  const friction = (i: number): number => (Math.log(signals.friction[i]) - c.fm) / c.fs;
  return {
    source,
    divergence: seriesOf(events, kept, score),
    friction: seriesOf(events, kept, friction),
    eventsPerDay: eventsPerDay(events),
    cannotRise: liesBelow(input, score),
  };
}

/** Events in control that have a value, those of them outside [low, high], and the runs that these come in. */
export interface Beyond {
  readonly events: number;
  readonly beyond: number;
  readonly runs: number;
}

/** How much of what is in control lies beyond limits of a signal. */
export function countBeyond(
  input: InControlInput,
  values: ArrayLike<number>,
  [low, high]: readonly [number, number],
): Beyond {
  let count = 0;
  let beyond = 0;
  let runs = 0;
  for (const own of inControlEvents(input, 'reference')) {
    let outside = false;
    for (const i of own) {
      if (Number.isNaN(values[i])) continue;
      count++;
      const before = outside;
      outside = values[i] < low || values[i] > high;
      if (!outside) continue;
      beyond++;
      if (!before) runs++;
    }
  }
  return { events: count, beyond, runs };
}

/** Fewer events since the reference say too little. */
const MIN_SINCE = 100;
const SHARE_BELOW = 0.95;

function liesBelow({ events, reference }: InControlInput, score: (event: number) => number): boolean {
  let count = 0;
  let below = 0;
  for (let i = reference.to; i < events.n; i++) {
    const z = score(i);
    if (events.isVoid[i] || Number.isNaN(z)) continue;
    count++;
    if (z < 0) below++;
  }
  return count >= MIN_SINCE && below >= SHARE_BELOW * count;
}

/** Event indices of each stream, in order. */
function inControlEvents(
  { events, signals, reference, parameters, alerts }: InControlInput,
  source: InControlSource,
): number[][] {
  const streams = events.streams.length;
  const inReference = new Int32Array(streams);
  const total = new Int32Array(streams);
  for (let i = 0; i < events.n; i++) total[events.stream[i]]++;
  for (let i = reference.from; i < reference.to; i++) inReference[events.stream[i]]++;
  const burn = inReference.map((count) => burnOf(parameters.burn, count));
  const warm = total.map((count) => warmupOf(parameters.warmup, count));
  const left = new Uint8Array(events.n);
  for (const { stream, onset, resolved: resolved } of alerts) {
    for (let i = onset; i < (resolved ?? events.n); i++) if (events.stream[i] === stream) left[i] = 1;
  }
  const kept: number[][] = events.streams.map(() => []);
  const end = source === 'ledger' ? events.n : reference.to;
  for (let i = reference.from; i < end; i++) {
    const s = events.stream[i];
    const settled = i < reference.to ? signals.seq[i] > burn[s] : signals.seq[i] > warm[s] && !left[i];
    if (settled && !events.isVoid[i]) kept[s].push(i);
  }
  return kept;
}

function seriesOf(
  { thread }: Pick<EventColumns, 'thread'>,
  kept: readonly (readonly number[])[],
  value: (event: number) => number,
): PlacedSeries {
  const own = kept.map((events) => events.filter((event) => !Number.isNaN(value(event))));
  const starts = new Int32Array(own.length + 1);
  own.forEach((events, s) => (starts[s + 1] = starts[s] + events.length));
  const event = Int32Array.from(own.flat());
  return { values: Float64Array.from(event, value), starts, event, thread: event.map((i) => thread[i]) };
}

/** Mean rate of the ledger's events; NaN without timestamps or with all at one moment. */
export function eventsPerDay({ n, time, hasTime }: Pick<EventColumns, 'n' | 'time' | 'hasTime'>): number {
  if (!hasTime || n < 2) return Number.NaN;
  const span = time[n - 1] - time[0];
  return span > 0 ? ((n - 1) / span) * DAY_MS : Number.NaN;
}

/**
 * Autocorrelation at lags 1 .. `lags` within streams, each about its own mean, pooled over streams; pairs with an
 * infinite value are skipped. NaN if no pair is that far apart.
 */
export function autocorrelation({ values, starts }: InControlSeries, lags: number): number[] {
  const own = Array.from({ length: starts.length - 1 }, (_, s) => {
    const raw = values.subarray(starts[s], starts[s + 1]);
    const finite = raw.filter(Number.isFinite);
    const centre = finite.reduce((a, v) => a + v, 0) / finite.length;
    return raw.map((v) => v - centre);
  });
  return Array.from({ length: lags }, (_, lag) => {
    let product = 0;
    let square = 0;
    for (const v of own) {
      for (let i = lag + 1; i < v.length; i++) {
        const [a, b] = [v[i], v[i - lag - 1]];
        if (!Number.isFinite(a) || !Number.isFinite(b)) continue;
        product += a * b;
        square += (a * a + b * b) / 2;
      }
    }
    return product / square;
  });
}
