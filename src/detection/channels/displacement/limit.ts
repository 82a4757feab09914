import type { Coordinates, EventColumns, IndexRange } from '../../../core/columns.ts';
import { bootstrapDisplacement, type EpisodeCounts } from '../../../kernels/bootstrap.ts';
import type { KernelModule } from '../../../kernels/module.ts';
import type { Parameters } from '../../parameters.ts';
import { LEVEL_REARM } from '../table.ts';

/** Choices of the bootstrap that docs/methods.md leaves open; fixed so that browser and command line agree. */
const BLOCK = 50;
const LEVELS = 32;
const SEED = 20_261;
/** A run is as long as the reference that it draws, and no shorter than this. */
const MIN_RUN = 500;
const MIN_RUNS = 20;
/** Events simulated for a stream: many where streams are few, and never fewer than the second. */
const EVENTS = 1_200_000;
const EVENTS_A_STREAM: readonly [number, number] = [100_000, 400_000];
/** A stream needs as many reference events for a mean, and a limit, of its own (docs/methods.md 6). */
const MIN_REFERENCE = 16;
/** Fewer false episodes than this at a level say too little about its rate: beyond it the tail is extrapolated. */
const MIN_EPISODES = 30;

export interface ShiftReference {
  readonly events: EventColumns;
  readonly coordinates: Coordinates;
  readonly range: IndexRange;
}

/** False SHIFT episodes of the reference's own in-control behaviour against the level of T2: input of `shiftLimits`. */
export interface ShiftFalseAlarms {
  /** All streams, each by its share of the reference. */
  readonly pooled: EpisodeCounts;
  /** Each stream by itself; null if it has fewer than 16 reference events with an embedding. */
  readonly streams: readonly (EpisodeCounts | null)[];
}

/** T2 limits of SHIFT; NaN if none can be derived. */
export interface ShiftLimits {
  readonly pooled: number;
  /** Each stream's own; the pooled one where it has none. */
  readonly streams: readonly number[];
}

/**
 * Simulates false SHIFT episodes (docs/methods.md 8, 9). Each stream has a limit of its own, since the whitening is
 * pooled over streams: what is in control for a varied one would be far out of control for a uniform one. Depends on
 * the reference and on mewma_lambda only. Null if no stream has 16 reference events with an embedding.
 */
export function shiftFalseAlarms(
  kernels: KernelModule,
  { events, coordinates, range }: ShiftReference,
  { mewma_lambda }: Pick<Parameters, 'mewma_lambda'>,
): ShiftFalseAlarms | null {
  const { k, x } = coordinates;
  const rows: number[][] = events.streams.map(() => []);
  for (let i = range.from; i < range.to; i++) if (!events.isVoid[i]) rows[events.stream[i]].push(i);
  const residuals = rows.map((own) => {
    if (own.length < MIN_REFERENCE) return null;
    const out = new Float32Array(own.length * k);
    for (let a = 0; a < k; a++) {
      const mean = own.reduce((sum, i) => sum + x[i * k + a], 0) / own.length;
      own.forEach((i, j) => (out[j * k + a] = x[i * k + a] - mean));
    }
    return out;
  });
  const usable = residuals.filter((own) => own !== null);
  if (usable.length === 0) return null;
  const count = (own: readonly Float32Array[], seed: number): EpisodeCounts => {
    const starts = new Int32Array(own.length + 1);
    own.forEach((r, s) => (starts[s + 1] = starts[s] + r.length / k));
    const all = new Float32Array(starts[own.length] * k);
    own.forEach((r, s) => all.set(r, starts[s] * k));
    const total = Math.min(EVENTS_A_STREAM[1], Math.max(EVENTS_A_STREAM[0], Math.floor(EVENTS / usable.length)));
    const run = Math.max(MIN_RUN, Math.ceil(starts[own.length] / own.length));
    const runs = Math.max(MIN_RUNS, Math.ceil(total / run));
    return bootstrapDisplacement(
      kernels,
      { residuals: all, starts, k, lambda: mewma_lambda, block: BLOCK, run, runs, seed, rearm: LEVEL_REARM },
      LEVELS,
    );
  };
  // Of one stream, pooled and own are the same.
  if (usable.length === 1) {
    const pooled = count(usable, SEED);
    return { pooled, streams: residuals.map((own) => own && pooled) };
  }
  return { pooled: count(usable, SEED), streams: residuals.map((own, s) => own && count([own], SEED + 1 + s)) };
}

/** False alarms known of some streams, for the streams at hand: matched by name, null of one that is not known. */
export function alignFalseAlarms(
  alarms: ShiftFalseAlarms | null,
  known: readonly string[],
  streams: readonly string[],
): ShiftFalseAlarms | null {
  return (
    alarms && { pooled: alarms.pooled, streams: streams.map((name) => alarms.streams[known.indexOf(name)] ?? null) }
  );
}

/** Limits of `streams` streams for a budget; NaN all of null. */
export function shiftLimits(alarms: ShiftFalseAlarms | null, budget: number, streams: number): ShiftLimits {
  const pooled = shiftLimit(alarms?.pooled ?? null, budget);
  return {
    pooled,
    streams: Array.from({ length: streams }, (_, s) =>
      alarms?.streams[s] ? shiftLimit(alarms.streams[s], budget) : pooled,
    ),
  };
}

/**
 * The T2 limit whose mean distance between false episodes is `budget` events: log-linear between the counted levels,
 * and beyond the last level with enough episodes along the line of the levels before it (T2 has an exponential tail).
 * NaN of null.
 */
export function shiftLimit(counts: EpisodeCounts | null, budget: number): number {
  if (counts === null) return Number.NaN;
  const wanted = Math.log(counts.events / budget);
  const ladder = [...counts.levels]
    .map((level, i) => ({ level, log: Math.log(counts.counts[i]) }))
    .filter((_, i) => counts.counts[i] >= MIN_EPISODES);
  // Below the busiest level more excursions merge into one episode than are gained, so the rate falls again there.
  const peak = ladder.reduce((best, p, i) => (p.log > ladder[best].log ? i : best), 0);
  const tail = ladder.slice(peak);
  if (tail.length < 2) return Number.NaN;
  if (wanted >= tail[0].log) return tail[0].level;
  const next = tail.findIndex((p) => p.log <= wanted);
  if (next > 0) {
    const [a, b] = [tail[next - 1], tail[next]];
    return a.log === b.log ? b.level : a.level + ((a.log - wanted) / (a.log - b.log)) * (b.level - a.level);
  }
  const line = tail.slice(-8);
  const [ml, mg] = [average(line.map((p) => p.level)), average(line.map((p) => p.log))];
  const slope =
    line.reduce((s, p) => s + (p.level - ml) * (p.log - mg), 0) / line.reduce((s, p) => s + (p.level - ml) ** 2, 0);
  return slope < 0 ? ml + (wanted - mg) / slope : Number.NaN;
}

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
