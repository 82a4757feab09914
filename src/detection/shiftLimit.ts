import type { Coordinates, EventColumns, IndexRange } from '../core/columns.ts';
import { bootstrapDisplacement, type EpisodeCounts } from '../kernels/bootstrap.ts';
import type { KernelModule } from '../kernels/module.ts';
import type { Parameters } from './parameters.ts';

/** Choices of the bootstrap that the spec leaves open; fixed so that browser and command line agree. */
const BLOCK = 50;
const RUN = 2000;
const RUNS = 400;
const LEVELS = 32;
const SEED = 20_261;
/** SHIFT closes below half its limit (spec 8). */
const REARM = 0.5;
/** A stream needs as many reference events for a mean of its own (spec 6). */
const MIN_REFERENCE = 16;
/** Fewer false episodes than this at a level say too little about its rate: beyond it the tail is extrapolated. */
const MIN_EPISODES = 30;

export interface ShiftReference {
  readonly events: EventColumns;
  readonly coordinates: Coordinates;
  readonly range: IndexRange;
}

/**
 * False SHIFT episodes of the reference's own in-control behaviour against the level of T2 (spec 8, 9): input of `shiftLimit`.
 * Depends on the reference and on mewma_lambda only. Null where no stream has 16 reference events with an embedding.
 */
export function shiftFalseAlarms(kernels: KernelModule, { events, coordinates, range }: ShiftReference, parameters: Pick<Parameters, 'mewma_lambda'>): EpisodeCounts | null {
  const { k, x } = coordinates;
  const rows: number[][] = events.streams.map(() => []);
  for (let i = range.from; i < range.to; i++) if (!events.isVoid[i]) rows[events.stream[i]].push(i);
  const usable = rows.filter((r) => r.length >= MIN_REFERENCE);
  if (usable.length === 0) return null;
  const starts = new Int32Array(usable.length + 1);
  usable.forEach((r, s) => (starts[s + 1] = starts[s] + r.length));
  const residuals = new Float32Array(starts[usable.length] * k);
  usable.forEach((r, s) => {
    for (let a = 0; a < k; a++) {
      const mean = r.reduce((sum, i) => sum + x[i * k + a], 0) / r.length;
      r.forEach((i, j) => (residuals[(starts[s] + j) * k + a] = x[i * k + a] - mean));
    }
  });
  return bootstrapDisplacement(kernels, { residuals, starts, k, lambda: parameters.mewma_lambda, block: BLOCK, run: RUN, runs: RUNS, seed: SEED, rearm: REARM }, LEVELS);
}

/**
 * The T2 limit whose mean distance between false episodes is `budget` events: log-linear between the counted levels, and beyond the last level
 * with enough episodes along the line of the levels before it (T2 has an exponential tail). NaN of null.
 */
export function shiftLimit(counts: EpisodeCounts | null, budget: number): number {
  if (counts === null) return Number.NaN;
  const wanted = Math.log(counts.events / budget);
  const ladder = [...counts.levels].map((level, i) => ({ level, log: Math.log(counts.counts[i]) })).filter((_, i) => counts.counts[i] >= MIN_EPISODES);
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
  const slope = line.reduce((s, p) => s + (p.level - ml) * (p.log - mg), 0) / line.reduce((s, p) => s + (p.level - ml) ** 2, 0);
  return slope < 0 ? ml + (wanted - mg) / slope : Number.NaN;
}

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
